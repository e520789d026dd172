"""What the tagger finds must make sense as what it calls it: an age over 89 is over 89, a name has letters."""

import re
from collections.abc import Mapping

from phivet.cases.categories import Category
from phivet.models.notes_text import fold
from phivet.models.notes_words import ABBREVIATIONS, EPONYMS_ALONE, FUNCTION, STAND_INS, TERRITORIES, WARDS

OLDEST = 125
_YEAR = re.compile(r"(?:in |since |of )?(?:19|20)\d\d(?:م|s)?")
_DATES = frozenset({Category.DATE, Category.STUDY_DATE, Category.DATE_OF_BIRTH})
_LETTERS = re.compile(r"[^\W\d_]{2}|[^\W\d_]\.|[\u3040-\u9fff]")
_DIGIT = re.compile(r"\d")
_DIGITS = re.compile(r"(?:\D*\d){3}")
NOBODY = FUNCTION | STAND_INS
_COLOURS = frozenset({"rgb", "ybr", "cmyk", "hsv"})
"""Models of colour, which stand in headers as initials do."""
_WORDS = re.compile(r"[^\W\d_]+")
_IN_WORDS = re.compile(r"ninet|hundred|nonagenarian|centenarian|تسعين|تسعون|مئة|مائة|مية", re.I)

_FORMS: Mapping[Category, re.Pattern[str]] = {
    Category.PHONE: _DIGITS,
    Category.FAX: _DIGITS,
    Category.IP_ADDRESS: _DIGITS,
    Category.POSTCODE: _DIGIT,
    Category.NAME: _LETTERS,
    Category.RELATIVE_NAME: _LETTERS,
    Category.CLINICIAN_NAME: _LETTERS,
    Category.PLACE: _LETTERS,
    Category.FACILITY: _LETTERS,
    Category.ORGANISATION: _LETTERS,
    Category.OCCUPATION: _LETTERS,
    Category.EVENT: _LETTERS,
}
"""What must stand in it at least."""
_WORDED = frozenset(_FORMS) - {Category.PHONE, Category.FAX, Category.IP_ADDRESS, Category.POSTCODE}


def makes_sense(category: Category, text: str) -> bool:
    """Whether `text` can be `category` at all; in doubt it can."""
    plain = fold(text)
    if not any(char.isalnum() for char in plain):
        return False
    if category is Category.AGE_OVER_89:
        numbers = [int(number) for number in re.findall(r"\d{1,4}", plain)]
        return any(89 < number <= OLDEST for number in numbers) if numbers else _IN_WORDS.search(plain) is not None
    if category is Category.INITIALS and plain.strip().lower() in _COLOURS:
        return False
    if category in _DATES and _YEAR.fullmatch(plain.strip()):
        return False
    if category is Category.PLACE and " ".join(plain.lower().split()) in TERRITORIES:
        return False
    if category in _FORMS and not _FORMS[category].search(plain):
        return False
    return category not in _WORDED | _DATES or not _is_nobody(category, plain)


def _is_nobody(category: Category, plain: str) -> bool:
    """Whether a finding that is written in words has only such as are nobody's: `SDH`, `the`, `(ortho)`, `Sistrunk`."""
    words = _WORDS.findall(plain)
    lower = [word.lower() for word in words]
    if not words or any(char.isdigit() for char in plain):
        return False
    if all(word in NOBODY for word in lower):
        return True
    if category in _DATES:
        return False
    if all(word in ABBREVIATIONS and not written.islower() for word, written in zip(lower, words, strict=True)):
        return True
    return all(word in NOBODY | WARDS for word in lower) or (len(lower) == 1 and lower[0] in EPONYMS_ALONE)
