"""Ages over 89, which HIPAA counts among the identifiers (45 CFR 164.514(b)(2)(i)(C))."""

import re
from collections.abc import Iterator

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_text import Reading

_NUMBER = re.compile(r"[91]\d{1,2}(?!\d)")
_AFTER: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(form, re.I), score)
    for form, score in (
        (r"\s?-?\s?(?:years?|yrs?|y)\.?\s?-?\s?(?:of\sage|olds?)\b", 0.98),
        (r"\s?-?(?:yo|y/o|y\.o\.?|yof|yom|y/o[mf])(?!\w)", 0.97),
        (
            r"\s?-?(?:years?|yrs?|y)?[\s-]?(?:old\s)?(?:male|female|man|woman|lady|gentleman|patient|pt)\b"
            r"(?!\s(?:patients|subjects|cases|volunteers|controls|participants|adults|donors|cadavers|rats|mice))",
            0.85,
        ),
        (r"\s?(?:years?|yrs?|y)\s?[,;/(]{1,2}\s?(?:\w{3,12}\s)?(?:male|female|man|woman|[MF])\b", 0.9),
        (r"\s?(?:سنة|سنه|عام[اًا]{0,2})(?!\w)", 0.8),
    )
)
_BEFORE: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(form, re.I), score)
    for form, score in (
        (r"\b(?:aged?|age\sof|turned)\s?[:=]?\s?(?:is\s|was\s)?(?:over\s|about\s|approx\.?\s)?$", 0.95),
        (r"(?<![\w/])[MF]\s?/\s?$", 0.9),
        (r"\b(?:he|she|patient)\s(?:is|was)\s(?:now\s)?$", 0.8),
        (r"(?:عمر\w{0,2}|البالغ\w{0,2}|العمر)\s?[:=]?\s?(?:من العمر\s)?$", 0.95),
    )
)
_SEX_BEFORE = re.compile(r"(?<![\w/])[MF]\s?/$")
_NO_AGE = re.compile(r"\.\d|\s?(?:%|days?|weeks?|months?|hours?|min|mm|cm|-\s?\d)", re.I)
_DICOM = re.compile(r"(?<![\dA-Za-z])0$")
_SEX = re.compile(
    r"\s?/?\s?[MF](?=\s(?:with|present|who|c/o|h/o|s/p|had|has|pt|patient|referred|post|for|fall|found)"
    r"|\s?[,;:.](?!\d)|\s?\n|\s?$)"
)
_TEMPERATURE = re.compile(r"(?:temp\w*|fever\w*|febrile|\bT|°|degrees|of|to)\W{0,3}$", re.I)
_MANY = re.compile(
    r"\b(?:patients|people|persons|adults|men|women|males|females|those|individuals|subjects|populations?|incidence"
    r"|prevalence|range[ds]?|mean|median|average|survival|older\sthan|up\sto|cases)\b[^.;\n]{0,24}$",
    re.I,
)
_IN_WORDS: tuple[tuple[re.Pattern[str], float], ...] = (
    (
        re.compile(
            r"\b(?:ninety(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a)\shundred(?:\s(?:and\s)?\w{3,9})?)"
            r"[\s-]years?[\s-]olds?\b|\baged\sninety(?:-\w{3,5})?",
            re.I,
        ),
        0.97,
    ),
    (re.compile(r"(?<=\bin )(?:his|her|their)\s(?:early\s|mid-?\s?|late\s)?(?:90'?s|nineties)\b", re.I), 0.8),
    (re.compile(r"\b(?:nonagenarian|centenarian)\b", re.I), 0.9),
)


def find_ages(reading: Reading) -> Iterator[Hit]:
    """Ages from 90 on: "92-year-old", "aged 93", "101 yo", "92 F"; not 90 mm, 92 %, a fever of 102 F, a population."""
    text = reading.rest
    if reading.digits:
        for number in _NUMBER.finditer(text):
            yield from _age(text, number.start(), number.end())
    if any(start in text.lower() for start in ("ninet", "90", "hundred", "genarian", "centenarian")):
        for form, score in _IN_WORDS:
            for match in form.finditer(text):
                yield Hit(Category.AGE_OVER_89, match.start(), match.end(), score, (Reason.PATTERN,))


def _age(text: str, start: int, end: int) -> Iterator[Hit]:
    """The age at [start, end), if this number is one."""
    before = text[max(0, start - 40) : start]
    dicom = _DICOM.search(before) is not None
    if not 90 <= int(text[start:end]) <= 120 or _MANY.search(before):
        return
    if dicom and text[end : end + 1] == "Y" and not text[end + 1 : end + 2].isalnum():
        yield Hit(Category.AGE_OVER_89, start - 1, end + 1, 0.97, (Reason.PATTERN,))
    if before and (
        before[-1].isalnum() or before[-1] in "_.,-" or (before[-1] == "/" and not _SEX_BEFORE.search(before))
    ):
        return
    for form, score in _AFTER:
        if match := form.match(text, end):
            yield Hit(Category.AGE_OVER_89, start, match.end(), score, (Reason.PATTERN,))
            return
    if _NO_AGE.match(text, end):
        return
    for form, score in _BEFORE:
        if form.search(before):
            yield Hit(Category.AGE_OVER_89, start, end, score, (Reason.CUE,))
            return
    if (match := _SEX.match(text, end)) and not _TEMPERATURE.search(before):
        yield Hit(Category.AGE_OVER_89, start, match.end(), 0.8, (Reason.PATTERN,))
