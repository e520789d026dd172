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
    r"(?<![\w.+/:,-])(?<!\d )(?:\+\s?|00(?=[1-9\s-]))?(?:\(\+?\d{1,5}\)[\s.-]?)?\d(?:[\s./-]{0,2}(?:\(0\)\s?)?\d){5,16}"
    r"(?:\s?(?:x|ext\.?)\s?\d{1,5})?(?![\w/:]|[.,-]\d| \d{1,2}(?!\d))",
    re.I,
)
_CUED = re.compile(r"(?!\d\.\d)\+?\(?\d(?:[ ./()-]{0,3}\d){5,16}(?:\s?(?:x|ext\.?)\s?\d{1,5})?(?!\d)", re.I)
_EXTENSION = re.compile(r"(?:x|ext).*$", re.I)
_MONEY_OR_MATHS = re.compile(r"[$£€=*^~<>≈±]\s?$")


@dataclass(frozen=True)
class Line:
    """What people write before a telephone number."""

    category: Category
    phrases: str
    link: re.Pattern[str] = LOOSE


_CUES = Cues(
    (
        Line(
            Category.PHONE,
            "phone; tel; telephone; tel no; phone no; phone number; telephone number; mobile; mobile number; mob; cell; cell phone; cellphone; handphone; hp; ph; "
            "contact; contact no; contact number; call; ring; text; whatsapp; sms; landline; pager; beeper; bleep; home; work; after hours; téléphone; telefon; "
            "telefono; teléfono; telefone; هاتف; الهاتف; جوال; الجوال; موبايل; تلفون; رقم الهاتف; رقم الجوال; للتواصل",
        ),
        Line(Category.PHONE, "t; p; m; h; w", COLON),
        Line(Category.FAX, "fax; facsimile; fax no; fax number; telefax; فاكس; الفاكس"),
        Line(Category.FAX, "f", COLON),
    )
)


def find_phones(reading: Reading) -> Iterator[Hit]:
    """Phone and fax numbers: any number after a cue, others where a numbering plan and the way they are set out agree."""
    if not any(char.isdigit() for char in reading.text):
        return
    for label in _CUES.labels(reading.text):
        match = _CUED.match(reading.text, label.end)
        if match and not DATE_LIKE.match(match.group()):
            score = 0.98 if _is_valid(match.group()) else 0 if label.row.link is COLON else 0.85
            if score:
                yield Hit(label.row.category, match.start(), match.end(), score, (Reason.CUE, Reason.PATTERN))
    judged: dict[str, float] = {}
    for match in _NUMBER.finditer(reading.rest):
        written = match.group()
        if _MONEY_OR_MATHS.search(reading.rest[max(0, match.start() - 2) : match.start()]):
            continue
        if written not in judged:
            judged[written] = _score(written)
        if score := judged[written]:
            yield Hit(Category.PHONE, match.start(), match.end(), score, (Reason.PATTERN,))


_NORTH_AMERICAN = re.compile(r"(?:\+?1[\s.-]?|001-)?(?:\(\d{3}\)\s?|\d{3}[.-])\d{3}[.-]\d{4}(?:\s?(?:x|ext\.?)\s?\d{1,5})?", re.I)
_TRUNK = re.compile(r"\(?0")


def _score(written: str) -> float:
    """How probable it is that `written` is a telephone number, no cue being there; 0: it is none."""
    digits = sum(char.isdigit() for char in written)
    groups = re.split(r"\D+", written.strip("+() "))
    if written.startswith("+"):
        return 0.97 if _is_valid(written) else 0.6 if 9 <= digits <= 15 else 0
    if written.startswith("00"):
        return 0.9 if _is_valid(written) else 0
    if _NORTH_AMERICAN.fullmatch(written):
        return 0.93 if _is_valid(written, ("US",)) else 0.75
    if digits < 8 or digits > 12 or len(groups) > 5:
        return 0
    valid = _is_valid(written)
    if _TRUNK.match(written):
        if len(groups) > 1 and len(groups[0]) > 1:
            return 0.9 if valid else 0.55 if digits >= 9 and " " in written else 0
        return 0.65 if valid else 0
    if digits == 10 and valid and "/" not in written:
        return {1: 0.4, 2: 0.6, 3: 0.6}.get(len(groups), 0)
    return 0


def _is_valid(written: str, regions: tuple[str, ...] = REGIONS) -> bool:
    """Whether a numbering plan has this number: the country's own for +, else one of `regions`."""
    import phonenumbers

    number = _EXTENSION.sub("", written)
    digits = re.sub(r"\D", "", number)
    if number.startswith("+") or digits.startswith("00"):
        try:
            return phonenumbers.is_valid_number(phonenumbers.parse("+" + digits.removeprefix("00"), None))
        except phonenumbers.NumberParseException:
            return False
    for region in regions:
        plan = phonenumbers.PhoneMetadata.metadata_for_region(region)
        trunk = plan.national_prefix or ""
        if trunk == "0" and not digits.startswith(trunk) and region != "IN":
            continue
        national = digits.removeprefix(trunk)
        if re.fullmatch(plan.general_desc.national_number_pattern, national) and phonenumbers.is_valid_number(
            phonenumbers.PhoneNumber(country_code=plan.country_code, national_number=int(national))
        ):
            return True
    return False
