"""Ages over 89, which HIPAA counts among the identifiers (45 CFR 164.514(b)(2)(i)(C))."""

import re
from collections.abc import Iterator

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_text import Reading

_AGE = r"(?<![\w.,/-])(?P<age>9\d|1[01]\d|120)"
_TENS = r"ninety(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a)\shundred(?:\s(?:and\s)?\w{3,9})?"
_PERSON = r"(?:male|female|man|woman|lady|gentleman|patient|pt)\b"

_FORMS: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(form, re.I), score)
    for form, score in (
        (rf"{_AGE}\s?-?\s?(?:years?|yrs?|y)\.?\s?-?\s?(?:of\sage|olds?)\b", 0.98),
        (rf"{_AGE}\s?-?(?:yo|y/o|y\.o\.?|yof|yom|y/o[mf])(?!\w)", 0.97),
        (rf"{_AGE}\s?-?(?:years?|yrs?|y)?[\s-]?(?:old\s)?{_PERSON}(?!\s(?:patients|subjects|cases|volunteers|controls|participants|adults|rats|mice|donors|cadavers))", 0.85),
        (r"\b(?:aged?|age\sof|turned)\s?[:=]?\s?(?:is\s|was\s)?(?:over\s|about\s|approx\.?\s)?(?P<age>9\d|1[01]\d|120)(?![\d.]|\s?(?:%|days?|weeks?|months?|hours?|min))", 0.95),
        (r"(?<!\d)0(?P<age>9\d|1[01]\d)Y(?!\w)", 0.97),
        (rf"\b(?P<age>{_TENS})[\s-]years?[\s-]olds?\b", 0.97),
        (r"\b(?:in|into)\s(?:his|her|their|the)\s(?:early\s|mid-?\s?|late\s)?(?P<age>90'?s|nineties)\b", 0.8),
        (r"\b(?P<age>nonagenarian|centenarian)s?\b", 0.9),
        (r"(?:عمر\w{0,2}|البالغ\w{0,2}|العمر)\s?[:=]?\s?(?:من العمر\s)?(?P<age>9\d|1[01]\d)(?!\d)", 0.95),
        (r"(?<!\d)(?P<age>9\d|1[01]\d)\s?(?:سنة|سنه|عام[اًا]{0,2})(?!\w)", 0.8),
    )
)
_SEX_LETTER = re.compile(
    r"(?<![\w.,/°-])(?P<age>9\d|1[01]\d)\s?/?\s?[MF](?=\s(?:with|present|who|c/o|h/o|s/p|had|has|pt|patient|referred|post|for|fall|found)|\s?[,;:.](?!\d)|\s?\n|\s?$)"
)
_MANY = re.compile(
    r"\b(?:patients|people|persons|adults|men|women|males|females|those|individuals|subjects|populations?|incidence|prevalence|range[ds]?"
    r"|older\sthan|up\sto|cases)\b[^.;\n]{0,24}$",
    re.I,
)
_TEMPERATURE = re.compile(r"(?:temp\w*|fever\w*|febrile|\bT|°|degrees|of|to)\W{0,3}$", re.I)


def find_ages(reading: Reading) -> Iterator[Hit]:
    """Ages from 90 on: "92-year-old", "aged 93", "101 yo", "92 F"; not 90 mm, 92 % or a fever of 102 F."""
    text = reading.rest
    for form, score in _FORMS:
        for match in form.finditer(text):
            if not _MANY.search(text[max(0, match.start() - 40) : match.start()]):
                yield Hit(Category.AGE_OVER_89, match.start(), match.end(), score, (Reason.PATTERN,))
    for match in _SEX_LETTER.finditer(text):
        if not _TEMPERATURE.search(text[max(0, match.start() - 16) : match.start()]):
            yield Hit(Category.AGE_OVER_89, match.start(), match.end(), 0.8, (Reason.PATTERN,))
