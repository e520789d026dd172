"""What a line of burned-in text looks like to the judge: its form, its words, its place, its neighbours, as numbers."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extractOne

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.burned_in_forms import INSTITUTION, TRADE
from phivet.models.burned_in_lines import Line
from phivet.models.hits import Hit
from phivet.models.notes_words import GENERIC, KINDS_OF_HOSPITAL, ORDINARY

BUCKETS = 8192
"""Of hashed runs of two to four characters."""
RUNS_AT_MOST = 160
_WORD = re.compile(r"[^\W\d_]+")
_CUES = {
    "name": re.compile(r"\b(?:name|patient|pat|pt|pn|surname|nom|nombre)\b", re.I),
    "number": re.compile(r"\b(?:id|mrn|acc|accession|pid|hn|nhs|nhi|case|no|nr|ur|ssn|order|chart)\b[.#:]?|#", re.I),
    "birth": re.compile(r"\b(?:dob|birth|born|b\.?d|d\.?o\.?b|geb|age)\b", re.I),
    "date": re.compile(r"\b(?:date|study|exam|acq|scan|done|performed|printed)\b", re.I),
    "clinician": re.compile(r"\b(?:dr|prof|md|phys|physician|ref|referring|oper|operator|tech|by|sonographer)\b", re.I),
    "place": re.compile(r"\b(?:hosp|hospital|clinic|inst|institution|centre|center|dept|ward|site|station)\b", re.I),
}
_FORMS = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"\d{1,4}[-/. ](?:\d{1,2}|[a-z]{3})[-/. ,]{1,2}\d{2,4}", re.I),  # a date
        (r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])", 0),
        (r"\d{1,2}:\d{2}(?::\d{2})?", 0),  # a time
        (r"\d{5,}", 0),
        (r"\d+\.\d+", 0),
        (r"\d ?(?:mm|cm|kv|kvp|ma|mas|ms|hz|mhz|db|bpm|fps|deg|%|x|s|min|gy|mgy|hu|ml|cm/s|m/s)\b", re.I),
        (r"\b[A-Z][a-z]+ [A-Z][a-z]+\b", 0),  # two capitalised words
        (r"\b[A-Z]{3,} [A-Z]{3,}\b", 0),
        (r"\b[A-Z]\. ?[A-Z][a-z]", 0),  # an initial and a name
        (r"\w,", 0),
        (r"\^", 0),
        (r":", 0),
        (r"/", 0),
        (r"[=*#]", 0),
        (r"[\[(|I][MFO][\])|I]|\b(?:male|female)\b", re.I),  # a sex
        (r"\b\d{1,3} ?(?:y|yr|yrs|yo)\b", re.I),  # an age
        (r"@|\.(?:org|com|net)", re.I),
    )
)
_GROUPS: tuple[frozenset[Category], ...] = (
    frozenset({Category.NAME, Category.RELATIVE_NAME}),
    frozenset({Category.CLINICIAN_NAME, Category.INITIALS}),
    frozenset({Category.DATE_OF_BIRTH, Category.DATE, Category.STUDY_DATE}),
    frozenset({Category.RECORD_NUMBER, Category.ACCOUNT_NUMBER, Category.DEVICE_SERIAL, Category.LICENCE_NUMBER}),
    frozenset({Category.FACILITY, Category.ORGANISATION, Category.PLACE, Category.ADDRESS, Category.POSTCODE}),
)
NEAR = 3.0
"""Heights of a line within which others are its neighbours."""


@dataclass(frozen=True)
class Form:
    """What a line's text alone tells: numbers, and the buckets of its runs of characters."""

    figures: NDArray[np.float32]
    runs: NDArray[np.int64]
    trade: float
    cues: NDArray[np.float32]


def form_of(text: str) -> Form:
    """The form of a line."""
    words = _WORD.findall(text)
    lower = [word.lower() for word in words]
    count, letters = len(text) or 1, sum(len(word) for word in words)
    digits, capitals = sum(char.isdigit() for char in text), sum(char.isupper() for char in text)
    trade = _share(lower, TRADE)
    long = [word for word in lower if len(word) > 3]
    nearly = sum(word in TRADE or _is_nearly_of_the_trade(word) for word in long)
    cues = np.array([bool(cue.search(text)) for cue in _CUES.values()], np.float32)
    figures = [
        math.log1p(count), letters / count, digits / count, 1 - (letters + digits) / count,
        capitals / (letters or 1), min(8, len(words)) / 8, max(map(len, words), default=0) / 12,
        trade, nearly / (len(long) or 1), _share(lower, ORDINARY), _share(lower, GENERIC),
        _share(lower, KINDS_OF_HOSPITAL), bool(INSTITUTION.search(text)), len(long) / (len(words) or 1),
        *(len(form.findall(text)[:3]) / 3 for form in _FORMS), *cues,
    ]  # fmt: skip
    return Form(np.array(figures, np.float32), _runs(text), trade, cues)


def features(
    lines: Sequence[Line], forms: Sequence[Form], hits: Sequence[Sequence[Hit]], shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """(lines, FIGURES): each line's form, what rules say, its place in a picture of (H, W, ...), its neighbours."""
    height, width = shape[:2]
    ruled = np.array([_ruled(each) for each in hits], np.float32).reshape(len(lines), -1)
    boxes = np.array([(line.x0, line.y0, line.x1, line.y1) for line in lines], np.float32).reshape(-1, 4)
    cues = np.array([form.cues for form in forms])
    trade = np.array([form.trade for form in forms], np.float32)
    rows = []
    for index, (line, form) in enumerate(zip(lines, forms, strict=True)):
        x0, y0, x1, y1 = boxes[index]
        tall = max(1.0, min(y1 - y0, x1 - x0))
        gap_x = np.maximum(0, np.maximum(boxes[:, 0] - x1, x0 - boxes[:, 2]))
        gap_y = np.maximum(0, np.maximum(boxes[:, 1] - y1, y0 - boxes[:, 3]))
        others = np.arange(len(lines)) != index
        near = others & (gap_x <= NEAR * tall) & (gap_y <= NEAR * tall)
        left = others & (gap_y == 0) & (boxes[:, 2] <= x0 + tall) & (gap_x <= 12 * tall)
        above = others & (gap_x == 0) & (boxes[:, 3] <= y0 + tall / 2) & (gap_y <= 1.5 * tall)
        edge = min(x0, y0, width - x1, height - y1) / max(height, width)
        rows.append(
            np.concatenate(
                [
                    form.figures,
                    ruled[index],
                    [x0 / width, x1 / width, y0 / height, y1 / height, edge],
                    [math.log2(tall) / 6, tall / height, (x1 - x0) / (tall * 20)],
                    [line.confidence, min(word.confidence for word in line.words)],
                    [math.log1p(len(lines)) / 4, near.sum() / 8, trade[others].mean() if others.any() else 0],
                    [trade[near].mean() if near.any() else 0],
                    _most(ruled, near),
                    _most(ruled, others),
                    _most(cues, left),
                    _most(cues, above),
                ]
            )
        )
    return np.asarray(rows, np.float32).reshape(len(lines), -1)


def _most(rows: NDArray[np.float32], chosen: NDArray[np.bool_]) -> NDArray[np.float32]:
    return rows[chosen].max(0) if chosen.any() else np.zeros(rows.shape[1], np.float32)


def _ruled(hits: Sequence[Hit]) -> list[float]:
    scores = [max((hit.score for hit in hits if hit.category in group), default=0.0) for group in _GROUPS]
    every = frozenset().union(*_GROUPS)
    rest = max((hit.score for hit in hits if hit.category not in every), default=0.0)
    return [*scores, rest, float(any(Reason.KNOWN_VALUE in hit.reasons for hit in hits))]


def _share(words: Sequence[str], known: frozenset[str]) -> float:
    return sum(word in known for word in words) / (len(words) or 1)


_BY_LENGTH: dict[int, list[str]] = {
    length: [word for word in TRADE if abs(len(word) - length) <= 1 and len(word) > 3] for length in range(4, 24)
}
"""The words of the trade of about one length."""


def _is_nearly_of_the_trade(word: str) -> bool:
    """Whether one letter of such a word was misread at most."""
    others = _BY_LENGTH.get(len(word), [])
    return extractOne(word, others, scorer=Levenshtein.distance, score_cutoff=1) is not None


def _runs(text: str) -> NDArray[np.int64]:
    """Buckets of the runs of 2 to 4 characters in each word; digits are alike, capitals are as small letters."""
    buckets = []
    for word in text.split():
        shown = "<" + re.sub(r"\d", "0", word.lower()) + ">"
        for size in (2, 3, 4):
            for start in range(max(1, len(shown) - size + 1)):
                buckets.append(crc32(shown[start : start + size].encode()) % BUCKETS)
    return np.array(buckets[:RUNS_AT_MOST] or [0], np.int64)
