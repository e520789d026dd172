"""Whether the value of an element that can identify does: a dummy, a study key or a bare year does not."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from phivet.cases.categories import Category
from phivet.cases.known import Known
from phivet.models.headers_map import CERTAIN, LIKELY, POSSIBLE, Meaning, header_map

STUDY_KEY = Meaning(Category.STUDY_KEY, 0.95)
PSEUDONYM = 0.3
"""A digest, a UUID or a UID in place of a number: made from it, perhaps, but not readable."""
HALF = 0.5
DOTTED_INITIALS = 0.92
"""`F.P.` for a patient: written so by a person; `FP` may be a machine's."""
LONGEST = 1024  # characters of a value; whatever is longer is no dummy and no number, and not matched to their forms

DATES = frozenset({Category.DATE_OF_BIRTH, Category.STUDY_DATE, Category.DATE})
NAMES = frozenset({Category.NAME, Category.RELATIVE_NAME, Category.CLINICIAN_NAME})
NUMBERS = frozenset({Category.RECORD_NUMBER, Category.ACCOUNT_NUMBER})

FILL_DATES = frozenset({"17530101", "18000101", "18500101", "18991230", "18991231", "19000101", "19000102", "19010101",
                        "19691231", "19700101", "20000101", "21000101"})  # fmt: skip
FIRST_YEAR, LAST_YEAR = 1880, 2100

WRITTEN_DATE = re.compile(r"(\d{4})(?:([-./:]?)(\d\d)(?:\2(\d\d))?)?(?=\D|$|\d{2})")
TOKENS = re.compile(r"[^\W\d_]+|\d+")
DIGEST = re.compile(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{12,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
UID = re.compile(r"\d+(?:\.\d+){4,}")
CATALOGUED = re.compile(r"[A-Z]{2,}[A-Z0-9]*(?:[-_][A-Z0-9]+)*[-_]\d{1,4}", re.I)
INITIALS = re.compile(r"(?:[A-Z][.^ ]*){2,3}")
DOTTED = re.compile(r"(?:[A-Z]\. ?){2,3}")
COUNTING = "12345678901234567890"


@dataclass(frozen=True)
class Facts:
    """What a header says as a whole, against which its single values are judged."""

    dates: frozenset[str] = field(default=frozenset(), repr=False)
    """Every full date (YYYYMMDD) in an element that dates a person or a study, fills left out."""
    year: int | None = None
    """Of the study."""
    serial: str = field(default="", repr=False)
    """Of the device."""

    @property
    def only_years(self) -> bool:
        """Whether every date was made a 1 January: dates generalised to their year."""
        return all(day.endswith("0101") for day in self.dates)


def judge(meaning: Meaning, text: str, facts: Facts, known: Known) -> Meaning | None:
    """What `text`, one single value of an element of this `meaning`, gives away, and how probably. None: nothing."""
    text = text.strip()
    if not any(char.isalnum() for char in text):
        return None
    if meaning.category in DATES:
        return _date(meaning, text, facts)
    if meaning.category is Category.AGE_OVER_89:
        return _age(text)
    if meaning.category in NAMES | NUMBERS and known.is_study_key(text.strip("^= ")):
        return STUDY_KEY
    if is_dummy(text, meaning.category):
        return None
    if len(text) > LONGEST:
        return meaning
    if meaning.category in NAMES:
        return _name(meaning, text)
    kind = _KINDS.get(meaning.category)
    return kind(meaning, text) if kind else meaning


def is_dummy(text: str, category: Category) -> bool:
    """Whether `text` stands in place of a value: nothing, `ANONYMOUS`, `PATIENT^TEST`, `XXXX`, `0000`, `12345678`."""
    signs = "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())
    if len(set(signs)) <= 1 and signs.isascii() and not (category in NAMES and _are_sure_initials(text)):
        return True
    if len(signs) >= 6 and signs in COUNTING:
        return True
    of = header_map().dummies_of
    own = of.get(category, frozenset()) | (of[Category.NAME] if category in NAMES else frozenset())
    tokens = TOKENS.findall(unicodedata.normalize("NFKC", text).casefold())
    numbers = [token for token in tokens if token.isdigit() and token.strip("0")]
    words = [token for token in tokens if not token.isdigit()]
    if not words or not all(
        word in header_map().dummies or word in own or (len(word) > 1 and len(set(word)) == 1 and not numbers)
        for word in words
    ):
        return False
    if category in NAMES and max(map(len, words)) < 3:
        return "".join(words) in header_map().dummies_of[Category.INITIALS]
    shortest = 4 if category in NUMBERS else 3  # a New Zealand health index is three letters and four digits
    return not numbers or (
        all(len(number) <= 4 for number in numbers) and any(len(word) >= shortest or word in own for word in words)
    )


def full_date(text: str) -> str:
    """The day that `text` (DA, DT, EXIF and the like) begins with, as YYYYMMDD; "" if it is less or no date."""
    written = WRITTEN_DATE.match(text.strip())
    if not written or not written[4]:
        return ""
    try:
        day = date(int(written[1]), int(written[3]), int(written[4]))
    except ValueError:
        return ""
    return f"{day:%Y%m%d}" if FIRST_YEAR <= day.year <= LAST_YEAR else ""


def length_of_date(text: str) -> int:
    """How many characters of `text` its day takes, as `full_date` reads it."""
    written = WRITTEN_DATE.match(text)
    return written.end() if written else len(text)


def _date(meaning: Meaning, text: str, facts: Facts) -> Meaning | None:
    day = full_date(text)
    if day:
        if day in FILL_DATES:
            return None
        if not day.endswith("0101"):
            return meaning
        if not facts.only_years:
            return Meaning(meaning.category, HALF)
        born = meaning.category is Category.DATE_OF_BIRTH and facts.year is not None
        return Meaning(Category.AGE_OVER_89, 0.9) if born and (facts.year or 0) - int(day[:4]) > 90 else None
    if written := WRITTEN_DATE.match(text):
        month = written[3] or ""
        if not month or not FIRST_YEAR <= int(written[1]) <= LAST_YEAR or not 1 <= int(month) <= 12:
            return None
        return Meaning(meaning.category, min(meaning.score, LIKELY))
    if is_dummy(text, meaning.category) or not any(char.isdigit() for char in text):
        return None
    return Meaning(meaning.category, min(meaning.score, 0.85))


def _age(text: str) -> Meaning | None:
    written = re.match(r"(\d{1,4})\s*([DWMY]?)", text.strip(), re.I)
    if not written:
        return None
    years = int(written[1]) / {"D": 365.25, "W": 52.2, "M": 12, "Y": 1, "": 1}[written[2].upper()]
    return Meaning(Category.AGE_OVER_89, CERTAIN) if 90 <= years <= 125 else None


def _name(meaning: Meaning, text: str) -> Meaning | None:
    bare = text.strip("^= ")
    number = Category.RECORD_NUMBER if meaning.category is Category.NAME else meaning.category
    if _is_pseudonym(bare):
        return Meaning(number, PSEUDONYM)
    if not any(char.isalpha() for char in bare):
        return Meaning(number, HALF) if sum(char.isdigit() for char in bare) > 2 else None
    if INITIALS.fullmatch(bare):
        patient = meaning.category is Category.NAME
        if patient and _are_sure_initials(bare):
            return Meaning(Category.INITIALS, DOTTED_INITIALS)
        return Meaning(Category.INITIALS if patient else meaning.category, LIKELY)
    if re.search(r"\d{5}", bare) and len(re.findall(r"[^\W\d_]{2,}", bare)) < 2:
        return Meaning(number, 0.9)
    if "^" not in bare and re.search(r"\d", bare) and CATALOGUED.fullmatch(bare):
        return Meaning(number, HALF)
    return meaning


def _number(meaning: Meaning, text: str) -> Meaning | None:
    signs = [char for char in text if char.isalnum()]
    digits = sum(char.isdigit() for char in signs)
    if len(signs) <= 2:
        return None
    if _is_pseudonym(text):
        return Meaning(meaning.category, PSEUDONYM)
    if meaning.score <= POSSIBLE:
        return Meaning(meaning.category, LIKELY if digits >= 6 else meaning.score)
    if not digits or len(signs) <= 5 or CATALOGUED.fullmatch(text):
        return Meaning(meaning.category, min(meaning.score, 0.6))
    return meaning


def _device(meaning: Meaning, text: str) -> Meaning | None:
    signs = [char for char in text if char.isalnum()]
    if text.casefold() in header_map().titles or len(signs) <= 2:
        return None
    if meaning.score >= CERTAIN:
        return meaning if len(signs) >= 4 else Meaning(meaning.category, HALF)
    if meaning.score >= LIKELY and re.search(r"\d{5}", text):
        return Meaning(meaning.category, 0.92)
    return Meaning(meaning.category, min(meaning.score, 0.6))


def _facility(meaning: Meaning, text: str) -> Meaning | None:
    if header_map().vendors.fullmatch(text):
        return Meaning(meaning.category, PSEUDONYM)
    if not any(char.isalpha() for char in text):
        return None if len(text) <= 4 else Meaning(meaning.category, POSSIBLE)
    return meaning if len(text) > 2 else None


def _contact(meaning: Meaning, text: str) -> Meaning | None:
    if "@" in text:
        return Meaning(Category.EMAIL, meaning.score)
    if re.search(r"https?:|www\.", text, re.I):
        return Meaning(Category.URL, meaning.score)
    digits = sum(char.isdigit() for char in text)
    return Meaning(meaning.category, meaning.score if digits >= 6 else HALF)


def _address(meaning: Meaning, text: str) -> Meaning | None:
    return meaning if sum(char.isalnum() for char in text) > 2 else None


def _are_sure_initials(text: str) -> bool:
    letters = "".join(char for char in text.casefold() if char.isalpha())
    return DOTTED.fullmatch(text) is not None and letters not in header_map().dummies_of[Category.INITIALS]


def _is_pseudonym(text: str) -> bool:
    return bool(DIGEST.fullmatch(text) or UID.fullmatch(text))


_KINDS: dict[Category, Callable[[Meaning, str], Meaning | None]] = {
    Category.RECORD_NUMBER: _number,
    Category.ACCOUNT_NUMBER: _number,
    Category.DEVICE_SERIAL: _device,
    Category.FACILITY: _facility,
    Category.PHONE: _contact,
    Category.ADDRESS: _address,
}
