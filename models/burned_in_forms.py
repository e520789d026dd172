"""What scanners write over pictures: names with a comma or a caret, institutions, bare numbers, words cut off."""

import re
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import Levenshtein

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.cases.known import Known
from phivet.models.hits import Hit
from phivet.models.notes_words import FUNCTION, GENERIC, KINDS_OF_HOSPITAL, ORDINARY, OVERLAY, RADIOLOGY

TRADE = RADIOLOGY | OVERLAY
NEVER_NAMES = frozenset(word for word in TRADE - ORDINARY if len(word) > 3)
LETTERS = re.compile(r"[^\W\d_]+")

NAME_BY_CARET = re.compile(r"\b[A-Z][A-Z'-]{1,30}\^[A-Z'-]{1,30}(?:\^[A-Z'-]{0,30}){0,3}(?!\w)")
NAME_BY_COMMA = re.compile(r"\b([A-Z][A-Z'-]{2,}(?: [A-Z'-]{2,}){0,2}) ?, ?([A-Z][A-Z'-]+)\b")
NAME_BESIDE_SEX = re.compile(r"\b([A-Z][A-Z'-]+(?: [A-Z][A-Z'-]+){1,3}) ?[\[(|I]{1,2}[MFUO][\])|I]")
"""`DAVIDSON DOUGLAS [M]`, as consoles write it; a bracket may be read as a bar or an I."""
INSTITUTION = re.compile(
    r"\b(?:HOSP(?:ITALS?|\.)?|H[O0]SPITAL|MED(?:ICAL|\.)? ?(?:CTR|CENTERS?|CENTRES?|COLLEGE|SCHOOL|GROUP)|CLINICS?|"
    r"KLINIK(?:UM)?|INFIRMARY|RADIOLOGY (?:ASSOCIATES|GROUP|PARTNERS|SPECIALISTS)|"
    r"IMAGING (?:CTR|CENTERS?|CENTRES?|ASSOCIATES)|"
    r"SPORTS MEDICINE|HEALTH(?:CARE)? (?:SYSTEM|CENTER|CENTRE|CTR|BOARD|SERVICES?)|NHS (?:FOUNDATION )?TRUST|"
    r"(?:UNIVERSITY|UNIV\.?) (?:OF|HOSP|MED)\w*|SANATORIUM|POLYCLINIC|SURGERY CENTER)\b",
    re.IGNORECASE,
)
BARE_NUMBER = re.compile(r"(?<![\w.,:/-])0*[1-9]\d{6,11}(?![\w:/%-]|[.,]\d)")
COUNTER_BEFORE = re.compile(r"\b(?:IM|IMG|IMAGE|FR|FRAME|SE|SER|SERIES|SL|SLICE)\W{0,3}$", re.IGNORECASE)
DATE_TAIL = re.compile(r"^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$")


def overlay_hits(text: str) -> Iterator[Hit]:
    """What a line of overlay text may give away by its form. Scores are low where only the form speaks."""
    for match in NAME_BY_CARET.finditer(text):
        family, given, *_ = match[0].split("^")
        if not _is_of_the_trade(family, given):
            yield Hit(Category.NAME, match.start(), match.end(), 0.9, (Reason.PATTERN,))
    for match in NAME_BY_COMMA.finditer(text):
        if not _is_of_the_trade(match[1], match[2]):
            yield Hit(Category.NAME, match.start(), match.end(), 0.85, (Reason.PATTERN,))
    for match in NAME_BESIDE_SEX.finditer(text):
        words = match[1].lower().split()
        if not NEVER_NAMES.intersection(words) and not all(word in TRADE for word in words):
            yield Hit(Category.NAME, match.start(1), match.end(1), 0.85, (Reason.PATTERN,))
    if INSTITUTION.search(text):
        any_hospitals = all(word in GENERIC for word in LETTERS.findall(text.lower()))
        yield Hit(Category.FACILITY, 0, len(text), 0.5 if any_hospitals else 0.85, (Reason.PATTERN,))
    for match in BARE_NUMBER.finditer(text):
        if not COUNTER_BEFORE.search(text, 0, match.start()):
            category = Category.STUDY_DATE if DATE_TAIL.match(match[0]) else Category.RECORD_NUMBER
            yield Hit(category, match.start(), match.end(), 0.6, (Reason.PATTERN,))


def _is_of_the_trade(family: str, given: str) -> bool:
    """Whether `LIVER, SAG` is a region and a view. A name may hold one: `HEAD, RICHARD`, `RAO, ANIL`."""
    words = family.lower().split()
    return (
        all(word in TRADE for word in (*words, given.lower()))
        or given.lower() in NEVER_NAMES
        or all(word in NEVER_NAMES for word in words)
    )


TOLD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
NUMBERED = re.compile(
    r"(?:\d+\.){3,}\d+|\d+(?:[.:x/]\d+)+|"
    r"\d+(?:\.\d+)? ?(?:kvp?|mas?|[km]?hz|[cm]m|ms|secs?|min|fps|bpm|deg|mgy|hu|ml|db|cm/s|%)(?![^\W_])",
    re.IGNORECASE,
)
"""UIDs, versions, times, fractions, sizes, measurements."""
CONSOLE = TRADE | GENERIC | KINDS_OF_HOSPITAL | FUNCTION
CONSOLE |= frozenset(
    re.findall(
        r"\w+",
        "patient name birth date sex age male female years study exam accession number physician operator frame frames "
        "system systems software version review only diagnosis diagnostic purposes portable upright semi printed page "
        "user preset mode depth gain power zoom rate speed distance area volume angle velocity heart compression lossy "
        "quality factor field thickness spacing location position table height exposure dose index filter kernel",
    )
)
"""What consoles write beside it."""


def telling(text: str, found: Sequence[Hit] = ()) -> tuple[int, int] | None:
    """From the first to the last word outside of `found` that might identify: neither of the trade nor a figure."""
    words = [
        word
        for word in TOLD.finditer(NUMBERED.sub(lambda match: " " * len(match[0]), text))
        if _may_identify(word[0]) and not COUNTER_BEFORE.search(text, 0, word.start())
        and not any(hit.start < word.end() and word.start() < hit.end for hit in found)
    ]  # fmt: skip
    return (words[0].start(), words[-1].end()) if words else None


def _may_identify(word: str) -> bool:
    """Whether a word is three letters or five digits or more, and no word of the trade, however it was misread."""
    digits = sum(char.isdigit() for char in word)
    if digits >= 5:
        return True
    if digits:
        word = word.strip("0123456789").translate(MISREAD)
        if any(char.isdigit() for char in word) or len(word) < 4 * digits:
            return False
    return len(word) >= 3 and not all(each in CONSOLE for each in LETTERS.findall(word.lower()))


MISREAD = str.maketrans("01568", "OISGB")
"""Digits that a reader takes for letters: `J0HNSON M1CHAEL`."""


def is_sentence(text: str) -> bool:
    """Whether somebody wrote it: the notes' tagger knows more of sentences than who judges overlays."""
    words = LETTERS.findall(text.lower())
    functions = sum(word in FUNCTION for word in words)
    return len(words) >= 5 and functions >= 2 and 5 * functions >= len(words)


WORD = re.compile(r"[^\W\d_]{5,}")
LONG = 9
"""Letters of a word from which two may be misread."""
CUT_OFF = 3
"""Letters that may be missing at the end of a word for which the scanner had no room."""
CUT_OFF_CATEGORIES = frozenset({Category.NAME, Category.RELATIVE_NAME, Category.CLINICIAN_NAME, Category.FACILITY})


def cut_off_hits(text: str, known: Known) -> Iterator[Hit]:
    """The beginnings of known names and institutions, the last letters perhaps misread for being halved."""
    parts = known.once("parts that may be cut off", lambda: _parts(known))
    for match in WORD.finditer(text):
        word = match[0].upper()
        for part, category in parts:
            missing = len(part) - len(word)
            wrong = 1 if len(word) < LONG else 2
            if 0 < missing <= CUT_OFF and Levenshtein.distance(word, part[: len(word)], score_cutoff=wrong) <= wrong:
                yield Hit(category, match.start(), match.end(), 0.85, (Reason.KNOWN_VALUE,))


def _parts(known: Known) -> list[tuple[str, Category]]:
    values = [value for value in known.values if value.category in CUT_OFF_CATEGORIES]
    return sorted({(part.upper(), value.category) for value in values for part in WORD.findall(value.text)})
