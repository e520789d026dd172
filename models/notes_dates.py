"""Dates in the forms people write, and what their cue says they are the date of."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_medicine import UNIT, YEAR
from phivet.models.notes_text import Reading, Word, words

_MONTH_NAMES = (
    "january jan يناير كانون_الثاني enero janvier januar januari gennaio janeiro styczeń stycznia ianuarie ocak",
    "february feb فبراير شباط febrero février fevrier februar februari febbraio fevereiro luty lutego februarie şubat",
    "march mar مارس آذار marzo mars märz maart março marzec marca martie mart",
    "april apr أبريل ابريل إبريل نيسان abril avril aprile kwiecień kwietnia aprilie nisan",
    "may مايو أيار ايار mayo mai mei maj maja maio maggio május mayıs",
    "june jun يونيو يونيه حزيران junio juin juni giugno junho czerwca iunie haziran",
    "july jul يوليو يوليه تموز julio juillet juli luglio julho lipca iulie temmuz",
    "august aug أغسطس اغسطس آب agosto août aout augusti augustus sierpnia ağustos",
    "september sept sep سبتمبر أيلول ايلول septiembre septembre settembre setembro września septembrie eylül",
    "october oct أكتوبر اكتوبر تشرين_الأول تشرين_الاول octubre octobre oktober ottobre outubro października"
    " octombrie ekim",
    "november nov نوفمبر تشرين_الثاني noviembre novembre novembro listopada noiembrie kasım",
    "december dec ديسمبر كانون_الأول كانون_الاول diciembre décembre decembre dezember dezembro dicembre grudnia"
    " decembrie aralık",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
_FIRST_OF_TWO = frozenset(name.split("_")[0] for name in _MONTHS if "_" in name)

DATE_LIKE = re.compile(r"(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{2}(?:\d\d)?|(?:19|20)\d\d[/.-]\d{1,2}[/.-]\d{1,2})(?![\d/.-])")
"""What has the form of a date, for rules that must not take one for a telephone number."""

# Each begins with a digit, then looks behind it: so the scan for the first digit is fast.
_DAY_MONTH_YEAR = re.compile(
    r"(?P<a>\d(?:(?<![\d.,/-]\d)|(?<=\d{4}-\d))(?<![A-Za-z]-\d)\d?)(?P<gap>\s?[/.-]\s?|\s)(?P<b>\d{1,2})(?P=gap)"
    r"(?P<y>(?:19|20)\d\d|(?<=[/.-])\d\d|(?<=[/.-]\s)\d\d)(?!\d|[/.,]\d|-\d(?!\d?[/.]\d))"
)
_YEAR_MONTH_DAY = re.compile(
    r"(?P<y>[12](?<![\d.,/-][12])(?:(?<=1)9|(?<=2)0)\d\d)"
    r"(?:(?P<gap>[/._-])(?P<m>\d{1,2})(?P=gap)(?P<d>\d{1,2})"
    r"|\s?[年년]\s?(?P<m2>\d{1,2})\s?[月월]\s?(?P<d2>\d{1,2})\s?[日일]?)(?!\d|[/.-]\d)"
)
_COMPACT = re.compile(
    r"(?P<y>[12](?<![\d.,][12])(?<!\d[/-][12])(?:(?<=1)9|(?<=2)0)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])"
    r"(?P<time>T?(?:[01]\d|2[0-3])[0-5]\d[0-5]\d)?(?!\d|[.,/-]\d|[A-Za-z])"
)
_MONTH_SLASH_YEAR = re.compile(rf"\d(?<![\d./:-]\d)\d?\s?/\s?{YEAR}(?![\d/])")
_ON_DAY_MONTH = re.compile(r"\s?:?\s(?:the\s)?(?P<a>\d{1,2})/(?P<b>\d{1,2})(?![\d/%.]|\s?-\s?\d)")
_ON = frozenset(
    {
        "on",
        "scanned",
        "admitted",
        "discharged",
        "reviewed",
        "date",
        "dated",
        "since",
        "until",
        "seen",
        "from",
        "dob",
        "performed",
        "done",
    }
)

# Around the name of a month.
_DAY_BEFORE = re.compile(
    r"(?<![\d./:-])(?:\d{1,2}\s?(?:-|to|and|&)\s?)?(?P<d>\d{1,2})(?:st|nd|rd|th)?"
    r"(?:\s?[-./]\s?|\s?,?\s?(?:of\s)?|\s?من\s|\sde\s)$",
    re.I,
)
_YEAR_BEFORE = re.compile(rf"(?<![\d.,/-])(?P<y>{YEAR})\s?[-/., ]\s?$")
_YEAR_AFTER = re.compile(
    rf"\.?(?:\s?[-./,']\s?|\s{{1,2}}(?:of\s|del?\s)?)?(?P<y>{YEAR}|(?<=[-/.'])\d\d(?![\d:%]))(?!\d)", re.I
)
_DAY_AFTER = re.compile(
    r"(?:\.\s?|\s?[-/]\s?|\s(?:the\s)?)?(?P<d>\d{1,2})(?!\d|\.\d|:\d|\s?%)(?:st|nd|rd|th)?(?![^\W\d_])"
    rf"(?:(?:\s?[-/,']\s?|\s)(?P<y>{YEAR}|(?<=[-/'])\d\d(?!\d))(?!\d))?",
    re.I,
)
_SHORT_YEAR_AFTER = re.compile(r"(?:\s?'|-)\d\d(?![\d:/.-])")

_TIME = re.compile(
    r"(?:[ ,]{0,2}(?:at\s|T)?|\s-\s)\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:\s?(?:[ap]\.?m\b\.?|Z\b|UTC|GMT))?", re.I
)
_MEASURE = re.compile(
    rf"\s?-?{UNIT}|\s?(?:x|×|\+|=)\s?\d|\s(?:of|power|pain|strength|scale|scores?|motor|levels?)\b", re.I
)


def is_date(text: str) -> bool:
    """Whether all of `text` has the form of a date, and there is such a day."""
    return DATE_LIKE.fullmatch(text) is not None and any(mention.days for mention in mentions(text))


@dataclass(frozen=True)
class Mention:
    """Characters [start, end) name a date; `days` are those it can mean (none if a part of it is missing)."""

    start: int
    end: int
    days: frozenset[date] = field(repr=False)
    score: float


def mentions(text: str, of: Iterable[Word] | None = None) -> Iterator[Mention]:
    """Every date in `text` (folded), with or without its day or its year; overlapping ones too. `of`: its words."""
    for match in _DAY_MONTH_YEAR.finditer(text):
        a, b, year = match["a"], match["b"], match["y"]
        days = _days(year, (int(a), int(b)), (int(b), int(a)))
        yield from _mention(text, match, days, _numeric_score(match["gap"].strip(), year, len(a + b) == 4))
    for match in _YEAR_MONTH_DAY.finditer(text):
        month, day = int(match["m"] or match["m2"]), int(match["d"] or match["d2"])
        yield from _mention(text, match, _days(match["y"], (month, day), (day, month)), 0.97)
    for match in _COMPACT.finditer(text):
        days = _days(match["y"], (int(match["m"]), int(match["d"])))
        yield from _mention(text, match, days, 0.9 if match["time"] else 0.75)
    for match in _MONTH_SLASH_YEAR.finditer(text):
        if 1 <= int(match.group().split("/")[0]) <= 12:
            yield Mention(match.start(), match.end(), frozenset(), 0.6)
    for start, end, word in words(text) if of is None else of:
        if word in _ON:
            yield from _day_and_month(text, end)
        elif word in _MONTHS or word in _FIRST_OF_TWO:
            yield from _around_month(text, start, end, word)


def _numeric_score(gap: str, year: str, padded: bool) -> float:
    """How probable it is that three numbers are a date: surer with a whole year, least in the form of a version."""
    if len(year) == 4:
        return 0.97 if gap else 0.6
    return {"/": 0.8, "-": 0.7}.get(gap, 0.55 if padded else 0.25)


def _days(year: str, *month_day: tuple[int, int]) -> frozenset[date]:
    """The days that these can be; a year of two digits may be of this century or the last."""
    days = set()
    for whole in [int(year)] if len(year) == 4 else [1900 + int(year), 2000 + int(year)]:
        for month, day in month_day:
            if 1 <= month <= 12 and 1 <= day <= 31:
                try:
                    days.add(date(whole, month, day))
                except ValueError:
                    continue
    return frozenset(days)


def _mention(text: str, match: re.Match[str], days: frozenset[date], score: float) -> Iterator[Mention]:
    measured = len(match["y"]) == 2 and _MEASURE.match(text, match.end())
    if days and not measured:
        yield Mention(match.start(), _time_end(text, match.end()), days, score)


def _time_end(text: str, end: int) -> int:
    time = _TIME.match(text, end)
    return time.end() if time else end


def _day_and_month(text: str, after: int) -> Iterator[Mention]:
    """ "on 3/01"."""
    match = _ON_DAY_MONTH.match(text, after)
    if match and not _MEASURE.match(text, match.end()):
        a, b = int(match["a"]), int(match["b"])
        if _days("2000", (a, b), (b, a)):
            yield Mention(match.start("a"), match.end(), frozenset(), 0.6)


def _around_month(text: str, start: int, end: int, word: str) -> Iterator[Mention]:
    """The date that the name of a month at [start, end) is part of."""
    if word in _FIRST_OF_TWO:
        second = re.compile(r"\s[^\W\d_]+").match(text, end)
        word, end = (f"{word}_{second.group().strip()}", second.end()) if second else (word, end)
        if word not in _MONTHS:
            return
    month, written = _MONTHS[word], text[start:end]
    before = _DAY_BEFORE.search(text, max(0, start - 16), start)
    year = _YEAR_AFTER.match(text, end)
    if before and (days := _days(year["y"] if year else "2000", (month, int(before["d"])))):
        if year:
            score = 0.97 if len(year["y"]) == 4 else 0.85
            yield Mention(before.start(), _time_end(text, year.end()), days, score)
            return
        ends_a_sentence = "." in before.group() and written in ("May", "March")
        if (
            written not in ("may", "march")
            and word not in _OTHER_WORDS
            and not ends_a_sentence
            and not _MEASURE.match(text, end)
        ):
            yield Mention(before.start(), end, frozenset(), 0.8)
            return
    after = _DAY_AFTER.match(text, end)
    first = _YEAR_BEFORE.search(text, max(0, start - 8), start)
    if after and first and (days := _days(first["y"], (month, int(after["d"])))):
        yield Mention(first.start(), _time_end(text, after.end()), days, 0.97)
        return
    if after and (days := _days(after["y"] or "2000", (month, int(after["d"])))):
        if after["y"]:
            yield Mention(start, _time_end(text, after.end()), days, 0.97 if len(after["y"]) == 4 else 0.85)
            return
        if not _is_a_word(written) and not _MEASURE.match(text, after.end()):
            yield Mention(start, after.end(), frozenset(), 0.8)
            return
    if word in _OTHER_WORDS:
        return
    if year and len(year["y"]) == 4 and written != "may":
        yield Mention(start, year.end(), frozenset(), 0.85)
    elif written != "may" and (short := _SHORT_YEAR_AFTER.match(text, end)):
        yield Mention(start, short.end(), frozenset(), 0.6)


_OTHER_WORDS = frozenset(
    {"mayo", "mai", "mars", "mart", "maja", "mei", "juni", "juli", "nisan", "ekim", "marca", "maj"}
)
"""Months of other languages that are names or words too: a date only with its year."""


def _is_a_word(written: str) -> bool:
    """Whether a month before a day is rather the verb "may", a "march", or the technique MAR or OCT."""
    return written in ("may", "march", "mar", "oct", "dec", "sep", "MAR", "OCT", "DEC")


_BORN = re.compile(
    r"(?:\b(?:dob|d\.o\.b\.?|d/o/b|born|birth|birth\s?dates?|birthda(?:y|te)|bdate|date\sof\sbirth|b\.)"
    r"|تاريخ\sال(?:ميلاد|ولادة)|مواليد|ميلاد\w*|ولد\w?|المولود\w*)[^\n\d;.]{0,24}$"
    r"|[\w,)]\s\*\s?$|\(\*\s?$",  # an asterisk, but for that of a list
    re.I,
)
_BORN_AFTER = re.compile(r"\s?\(?\s?(?:dob|d\.o\.b|born|date of birth)\b", re.I)
_STUDIED = re.compile(
    r"(?:\b(?:exam(?:ination|ined)?|stud(?:y|ies)|scan(?:ned|s)?|performed|acquired|acquisition|imag(?:es?|ed|ing)|taken"
    r"|obtained|done\son|completed|reported|comparison|compared|prior|previous|x-?rays?|ultrasound|radiographs?|mammogra\w+"
    r"|angiogra\w+|dexa|visit|series|content|service|procedure|biopsy|surgery"
    r"|(?-i:CTA?|MRI?|MRA|US|PET|CXR|ct|mri)(?:[-/]CT)?)"
    r"|تاريخ\sال(?:فحص|دراسة|تصوير|أشعة)|الفحص|أجري\w?)\b[^\n\d;]{0,24}$",
    re.I,
)
_DATED = re.compile(
    r"\b(?:date[ds]?|on|since|admitted|discharged|seen|death|died|dod|admission|discharge|presented|referred|expiry)\b"
    r"[^\n\d;]{0,12}$",
    re.I,
)
_CUED = (Reason.CUE, Reason.PATTERN)


def find_dates(reading: Reading) -> Iterator[Hit]:
    """Dates more precise than a year: of birth, of a study, or other."""
    if not reading.digits:
        return
    text = reading.text
    for mention in mentions(reading.rest, reading.words):
        before = text[max(0, mention.start - 48) : mention.start]
        start, end, score = mention.start, mention.end, mention.score
        if _BORN.search(before) or _BORN_AFTER.match(text, end):
            yield Hit(Category.DATE_OF_BIRTH, start, end, 1 - (1 - score) * 0.1, _CUED)
        elif _STUDIED.search(before):
            yield Hit(Category.STUDY_DATE, start, end, 1 - (1 - score) * 0.5, _CUED)
        elif _DATED.search(before):
            yield Hit(Category.DATE, start, end, 1 - (1 - score) * 0.5, _CUED)
        else:
            yield Hit(Category.DATE, start, end, score, (Reason.PATTERN,))
