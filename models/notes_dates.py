"""Dates in the forms people write, and what their cue says they are the date of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_medicine import UNIT
from phivet.models.notes_text import Reading

_MONTHS = (
    "january jan يناير كانون_الثاني",
    "february feb فبراير شباط",
    "march mar مارس آذار",
    "april apr أبريل ابريل إبريل نيسان",
    "may مايو أيار ايار",
    "june jun يونيو يونيه حزيران",
    "july jul يوليو يوليه تموز",
    "august aug أغسطس اغسطس آب",
    "september sept sep سبتمبر أيلول ايلول",
    "october oct أكتوبر اكتوبر تشرين_الأول تشرين_الاول",
    "november nov نوفمبر تشرين_الثاني",
    "december dec ديسمبر كانون_الأول كانون_الاول",
)
_MONTH = {name.replace("_", " "): number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True)).replace(" ", r"\s")
_YEAR = r"(?:19|20)\d\d"
_TH = r"(?:st|nd|rd|th)?"
_TIME = re.compile(r"(?:[ ,]{0,2}(?:at\s|T)?|\s-\s)\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:\s?(?:[ap]\.?m\b\.?|Z\b|UTC|GMT))?", re.I)

DATE_LIKE = re.compile(r"(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{2}(?:\d\d)?|(?:19|20)\d\d[/.-]\d{1,2}[/.-]\d{1,2})(?![\d/.-])")
"""What has the form of a date, for rules that must not take one for a number."""
_DAY_MONTH_YEAR = re.compile(
    r"(?<![\d.,/-])(?<![A-Za-z]-)(?P<a>\d{1,2})(?P<gap>\s?[/.-]\s?|\s)(?P<b>\d{1,2})(?P=gap)(?P<y>(?:19|20)\d\d|(?<=[/.-])\d\d|(?<=[/.-]\s)\d\d)(?!\d|[/.,-]\d)"
)
_YEAR_MONTH_DAY = re.compile(
    rf"(?<![\d.,/-])(?P<y>{_YEAR})(?:(?P<gap>[/._-])(?P<m>\d{{1,2}})(?P=gap)(?P<d>\d{{1,2}})|\s?[年년]\s?(?P<m2>\d{{1,2}})\s?[月월]\s?(?P<d2>\d{{1,2}})\s?[日일]?)(?!\d|[/.-]\d)"
)
_COMPACT = re.compile(r"(?<![\d.,])(?<!\d[/-])(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?:(?:[01]\d|2[0-3])[0-5]\d[0-5]\d)?(?!\d|[.,/-]\d|[A-Za-z])")
_DAY_NAME = re.compile(
    rf"(?<![\d./:-])(?P<d>\d{{1,2}}){_TH}(?:\s?[-./]\s?|\s?,?\s?(?:of\s)?|\s?من\s)(?P<n>{_NAMES})\.?(?![^\W\d_])(?:(?:\s?[-./,']\s?|\s{{1,2}}(?:of\s)?)?(?P<y>{_YEAR}|(?<=[-/.'])\d\d(?![\d:%]))(?!\d))?",
    re.I,
)
_NAME_DAY = re.compile(
    rf"(?<![^\W\d_])(?P<n>{_NAMES})(?:\.\s?|\s?[-/]\s?|\s(?:the\s)?)(?P<d>\d{{1,2}})(?!\d|\.\d|:\d|\s?%){_TH}(?![^\W\d_])(?:(?:\s?[-/,']\s?|\s)(?P<y>{_YEAR}|(?<=[-/'])\d\d(?!\d))(?!\d))?",
    re.I,
)
_NAME_YEAR = re.compile(rf"(?<![^\W\d_])(?<!\d)(?P<n>{_NAMES})(?:\.?\s?,?\s?(?:of\s)?|\s?[-/]\s?)(?P<y>{_YEAR})(?![\d-])", re.I)
_NAME_SHORT_YEAR = re.compile(rf"(?<![^\W\d_])(?<!\d)(?P<n>{_NAMES})(?:\s?'|-)(?P<y>\d\d)(?![\d:/.-])", re.I)
_MONTH_SLASH_YEAR = re.compile(rf"(?<![\d./:-])(?P<m>0?[1-9]|1[0-2])\s?/\s?(?P<y>{_YEAR})(?![\d/])")
_ON_DAY_MONTH = re.compile(
    r"\b(?:on|dated?|since|until|seen|from|dob|performed|done)\s?:?\s(?:the\s)?(?P<a>\d{1,2})/(?P<b>\d{1,2})(?![\d/%.]|\s?-\s?\d)", re.I
)
_MEASURE = re.compile(rf"\s?-?{UNIT}|\s?(?:x|×|\+|=)\s?\d|\s(?:of|power|pain|strength|scale|scores?|motor|mm|levels?|days|weeks)\b", re.I)

_BORN = re.compile(
    r"(?:\b(?:dob|d\.o\.b\.?|d/o/b|born|birth|birth\s?dates?|birthda(?:y|te)|bdate|date\sof\sbirth|b\.)|\*|†?\*|تاريخ\sال(?:ميلاد|ولادة)|مواليد|ميلاد\w*|ولد\w?|المولود\w*)"
    r"[^\n\d;.]{0,24}$",
    re.I,
)
_BORN_AFTER = re.compile(r"\s?\(?\s?(?:dob|d\.o\.b|born|date of birth)\b", re.I)
_STUDIED = re.compile(
    r"(?:\b(?:exam(?:ination|ined)?|stud(?:y|ies)|scan(?:ned|s)?|performed|acquired|acquisition|imag(?:es?|ed|ing)|taken|obtained|done\son|completed|reported"
    r"|comparison|compared|prior|previous|(?-i:CT|CTA|MRI?|MRA|US|PET|CXR|ct|mri)(?:-CT|/CT)?|x-?rays?|ultrasound|radiographs?|mammogra\w+|angiogra\w+|dexa|visit"
    r"|series|content|service|procedure|biopsy|surgery)|تاريخ\sال(?:فحص|دراسة|تصوير|أشعة)|الفحص|أجري\w?)\b[^\n\d;]{0,24}$",
    re.I,
)
_DATED = re.compile(r"\b(?:date[ds]?|on|since|admitted|discharged|seen|death|died|dod|admission|discharge|presented|referred|expiry)\b[^\n\d;]{0,12}$", re.I)


@dataclass(frozen=True)
class Mention:
    """Characters [start, end) name a date; `days` are those it can mean (none if a part of it is missing)."""

    start: int
    end: int
    days: frozenset[date] = field(repr=False)
    score: float


def _days(year: str, *month_day: tuple[int, int]) -> frozenset[date]:
    years = [int(year)] if len(year) == 4 else [1900 + int(year), 2000 + int(year)]
    days = set()
    for y in years:
        for month, day in month_day:
            if 1 <= month <= 12 and 1 <= day <= 31:
                try:
                    days.add(date(y, month, day))
                except ValueError:
                    continue
    return frozenset(days)


def mentions(text: str) -> Iterator[Mention]:
    """Every date in `text` (folded), days and months with or without their year; overlapping ones too."""
    for match in _DAY_MONTH_YEAR.finditer(text):
        a, b, year, gap = int(match["a"]), int(match["b"]), match["y"], match["gap"].strip()
        if len(year) == 2:
            score = {"/": 0.8, "-": 0.7}.get(gap, 0.55 if len(match["a"] + match["b"]) == 4 else 0.25)
        else:
            score = 0.97 if gap else 0.6
        yield from _mention(text, match, _days(year, (a, b), (b, a)), score)
    for match in _YEAR_MONTH_DAY.finditer(text):
        month, day = int(match["m"] or match["m2"]), int(match["d"] or match["d2"])
        yield from _mention(text, match, _days(match["y"], (month, day), (day, month)), 0.97)
    for match in _COMPACT.finditer(text):
        stamped = match.end() - match.start() > 8
        yield from _mention(text, match, _days(match["y"], (int(match["m"]), int(match["d"]))), 0.9 if stamped else 0.75)
    for form in (_DAY_NAME, _NAME_DAY):
        for match in form.finditer(text):
            yield from _named(text, match)
    for form, score in ((_NAME_YEAR, 0.85), (_NAME_SHORT_YEAR, 0.6)):
        for match in form.finditer(text):
            if match["n"] != "may":
                yield Mention(match.start(), match.end(), frozenset(), score)
    for match in _MONTH_SLASH_YEAR.finditer(text):
        yield Mention(match.start(), match.end(), frozenset(), 0.6)
    for match in _ON_DAY_MONTH.finditer(text):
        if _days("2000", (int(match["a"]), int(match["b"])), (int(match["b"]), int(match["a"]))) and not _MEASURE.match(text, match.end()):
            yield Mention(match.start("a"), match.end(), frozenset(), 0.6)


def _named(text: str, match: re.Match[str]) -> Iterator[Mention]:
    name, year = match["n"], match["y"]
    month, day = _MONTH[" ".join(name.lower().split())], int(match["d"])
    if year:
        yield from _mention(text, match, _days(year, (month, day)), 0.97 if len(year) == 4 else 0.85)
    elif _days("2000", (month, day)) and not _is_a_word(match) and not _MEASURE.match(text, match.end()):
        yield Mention(match.start(), match.end(), frozenset(), 0.8)


def _is_a_word(match: re.Match[str]) -> bool:
    """Whether the month without a year is rather the verb "may", a "march", or the technique MAR or OCT."""
    name, first = match["n"], match.start("n") == match.start()
    return name in ("may", "march") or (name in ("MAR", "OCT", "DEC", "mar", "oct", "dec", "sep") and first)


def _mention(text: str, match: re.Match[str], days: frozenset[date], score: float) -> Iterator[Mention]:
    short = not re.search(_YEAR, match.group())
    if days and not (short and _MEASURE.match(text, match.end())):
        time = _TIME.match(text, match.end())
        yield Mention(match.start(), time.end() if time else match.end(), days, score)


def find_dates(reading: Reading) -> Iterator[Hit]:
    """Dates more precise than a year: of birth, of a study, or other."""
    text = reading.rest
    for mention in mentions(text):
        before = reading.text[max(0, mention.start - 48) : mention.start]
        category, score, reasons = Category.DATE, mention.score, (Reason.PATTERN,)
        if _BORN.search(before) or _BORN_AFTER.match(reading.text, mention.end):
            category, score, reasons = Category.DATE_OF_BIRTH, max(score, 0.98), (Reason.CUE, Reason.PATTERN)
        elif _STUDIED.search(before):
            category, score, reasons = Category.STUDY_DATE, max(score, 0.9), (Reason.CUE, Reason.PATTERN)
        elif _DATED.search(before):
            score, reasons = max(score, 0.85), (Reason.CUE, Reason.PATTERN)
        yield Hit(category, mention.start, mention.end, score, reasons)
