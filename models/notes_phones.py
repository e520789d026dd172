"""Telephone and fax numbers, judged by the numbering plans in `phonenumbers`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_cues import COLON, LOOSE, Cues
from phivet.models.notes_dates import DATE_LIKE
from phivet.models.notes_text import Reading

REGIONS = ("NZ", "AU", "GB", "IE", "US", "IN", "AE", "SA", "EG")
"""Where the platforms' users are; numbers of any other country are known by their +."""

_NUMBER = re.compile(
    r"[+(\d](?<![\w+/:-].)(?<!\d[ .,].)(?:(?<=\+)\s?\(?\d{1,5}\)?[ .-]?|(?<=\()\+?\d{1,5}\)[ .-]?|(?<=\d))"
    r"(?:[ ./-]{0,2}(?:\(0\)\s?)?\d){5,16}(?:\s?(?:x|ext\.?)\s?\d{1,5})?(?![\w/:]|[.,-]\d| \d{1,2}(?!\d))",
    re.I,
)
_CUED = re.compile(r"(?!\d\.\d)\+?\(?\d(?:[ ./()-]{0,3}\d){5,16}(?:\s?(?:x|ext\.?)\s?\d{1,5})?(?!\d)", re.I)
_CUE_AFTER = re.compile(
    r" ?[-,(/:]? ?(?:(?P<fax>fax)|office|mobile|mob|cell|home|work|direct|landline|phone|tel|whatsapp)\b", re.I
)
_EXTENSION = re.compile(r"(?:x|ext).*$", re.I)
_INTERNAL = re.compile(
    r"\b(?:(?:bleep|pager|beeper|dect)(?: (?:no\.?|number|on|me on))?[ :#]{1,2}(?=\d{3})"
    r"|(?:extn?|extension|ring|rang|dial)\.?(?: (?:no\.?|number|on|me on|us on))?[ :#]{1,2}(?=\d{4}))"
    r"(?P<number>\d{3,5})(?![\d°%]|[\w/:-]\w|[.,]\d| ?(?:mm|cm|ml|degrees)\b)",
    re.I,
)
"""A number within a hospital."""
_MONEY_OR_MATHS = re.compile(r"[$£€=*^~<>≈±]\s?$")
_NORTH_AMERICAN = re.compile(
    r"(?:\+?1[\s.-]?|001-)?(?:\(\d{3}\)\s?|\d{3}[.-])\d{3}[.-]\d{4}(?:\s?(?:x|ext\.?)\s?\d{1,5})?", re.I
)


@dataclass(frozen=True)
class Line:
    """What people write before a telephone number of at least so many digits."""

    category: Category
    phrases: str
    digits: int = 6
    link: re.Pattern[str] = LOOSE


_ARABIC_WORDS = re.compile(rf"(?:[ \t]{{1,2}}[\u0621-\u064a]{{2,15}}){{1,3}}{LOOSE.pattern}", re.I)
"""As in "the patient's mobile": Arabic puts the owner between the cue and the number."""
_CUES = Cues(
    (
        Line(
            Category.PHONE,
            "phone; phone no; phone number; tel; tel no; telephone; telephone number; mobile; mobile number; mob; "
            "cell; cell phone; cellphone; landline; contact no; contact number; whatsapp; pager; beeper; bleep; "
            "téléphone; telefon; telefono; teléfono; telefone; هاتف; الهاتف; رقم الهاتف; جوال; الجوال; رقم الجوال; "
            "موبايل; تلفون; للتواصل",
        ),
        Line(
            Category.PHONE,
            "هاتف; الهاتف; رقم الهاتف; رقم هاتف; جوال; الجوال; رقم الجوال; رقم جوال; موبايل; تلفون; للتواصل",
            link=_ARABIC_WORDS,
        ),
        Line(
            Category.PHONE,
            "ph; contact; contact on; contact me on; call; call on; call me on; call me at; call us on; call him on; "
            "call her on; reach me on; reach me at; reached on; reached at; ring; text; sms; home; work; after hours",
            digits=7,
        ),
        Line(Category.PHONE, "t; p; m; h; w", link=COLON),
        Line(Category.FAX, "fax; fax no; fax number; facsimile; telefax; فاكس; الفاكس"),
        Line(Category.FAX, "f", link=COLON),
    )
)


def find_phones(reading: Reading) -> Iterator[Hit]:
    """Phone and fax numbers: any after a cue, others where a numbering plan and the way they are set out agree."""
    if not reading.digits:
        return
    for label in _CUES.labels(reading.text, reading.words):
        match = _CUED.match(reading.text, label.end)
        if match and _digits(match.group()) >= label.row.digits and not DATE_LIKE.match(match.group()):
            valid = _is_valid(match.group())
            if valid or label.row.link is LOOSE:  # one letter and a colon say little
                score = 0.98 if valid else 0.85
                yield Hit(label.row.category, match.start(), match.end(), score, (Reason.CUE, Reason.PATTERN))
    for match in _INTERNAL.finditer(reading.text):
        yield Hit(Category.PHONE, *match.span("number"), 0.8, (Reason.CUE, Reason.PATTERN))
    judged: dict[str, float] = {}
    text = reading.rest
    for match in _NUMBER.finditer(text):
        written = match.group()
        if _MONEY_OR_MATHS.search(text[max(0, match.start() - 2) : match.start()]) or DATE_LIKE.match(written):
            continue
        if written not in judged:
            judged[written] = _score(written)
        if after := _CUE_AFTER.match(text, match.end()):
            category = Category.FAX if after["fax"] else Category.PHONE
            score = max(0.8, judged[written])
            yield Hit(category, match.start(), match.end(), score, (Reason.CUE, Reason.PATTERN))
        elif judged[written]:
            yield Hit(Category.PHONE, match.start(), match.end(), judged[written], (Reason.PATTERN,))


def _digits(text: str) -> int:
    return sum(char.isdigit() for char in text)


_WITHOUT_TRUNK = {(10,): 0.4, (5, 5): 0.6, (3, 7): 0.5, (3, 3, 4): 0.6}
"""How probable it is that ten digits in such groups are a North American or Indian number, if a plan has it."""


def _score(written: str) -> float:
    """How probable it is that `written` is a telephone number, no cue being there; 0: it is none."""
    digits = _digits(written)
    groups = re.split(r"\D+", written.strip("+() "))
    if written.startswith(("+", "(+")):
        return 0.97 if _is_valid(written) else 0.6 if 9 <= digits <= 15 else 0
    if written.startswith("00"):
        return 0.9 if _is_valid(written) else 0
    if _NORTH_AMERICAN.fullmatch(written):
        return 0.93 if _is_valid(written, ("US",)) else 0.75
    in_pairs = all(len(group) == 2 for group in groups)
    if digits < 8 or digits > 12 or len(groups) > 5 or (in_pairs and digits < 10):  # bytes of a file, in hexadecimal
        return 0
    valid = _is_valid(written)
    if written.lstrip("(").startswith("0"):
        if len(groups) > 1 and len(groups[0]) > 1:
            return 0.9 if valid else 0.55 if digits >= 9 and " " in written else 0
        return 0.65 if valid else 0
    return _WITHOUT_TRUNK.get(tuple(map(len, groups)), 0) if valid else 0


def _is_valid(written: str, regions: tuple[str, ...] = REGIONS) -> bool:
    """Whether a numbering plan has this number: the country's own for +, else one of `regions`."""
    import phonenumbers  # its tables take a moment to load

    number = _EXTENSION.sub("", written)
    digits = re.sub(r"\D", "", number)
    if "+" in number or digits.startswith("00"):
        try:
            return phonenumbers.is_valid_number(phonenumbers.parse("+" + digits.removeprefix("00"), None))
        except phonenumbers.NumberParseException:
            return False
    for region in regions:
        trunk = phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) or ""
        if trunk == "0" and not digits.startswith(trunk) and region != "IN":
            continue
        country = phonenumbers.country_code_for_region(region)
        national = int(digits.removeprefix(trunk) or 0)
        if phonenumbers.is_valid_number(phonenumbers.PhoneNumber(country_code=country, national_number=national)):
            return True
    return False
