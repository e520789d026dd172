"""Days that are told in words: ordinals with their month, weeks of a month, feasts, weekdays, a month by its name."""

import re
from collections.abc import Iterator

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_medicine import YEAR
from phivet.models.notes_text import Reading

_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_SHORT = r"(?:Jan|Feb|Apr|Aug|Sept?|Oct|Nov|Dec)"
_WEEKDAY = (
    r"(?:Mondays?|Tuesdays?|Wednesdays?|Thursdays?|Fridays?|Saturdays?|Sundays?|Mon|Tues?|Weds?|Thurs?|Thu|Fri|Sat|Sun)"
)
_FIRST = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
_ORDINAL = (
    rf"(?:{_FIRST}|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth"
    rf"|twentieth|twenty[- ]{_FIRST}|thirtieth|thirty[- ]first)"
)
_UNTIL_YEAR = rf"(?:,?\s(?:of\s)?{YEAR}|,\s(?:two\sthousand|nineteen)(?:[\s-](?:and|[a-z]{{2,9}})){{0,4}})?"
_FEAST = (
    r"(?:(?:Christmas|New\sYear(?:'s)?)(?:\s(?:Eve|Day))?|Xmas|Boxing\sDay|Easter(?:\s(?:Sunday|Monday|Saturday|weekend))?"
    r"|Good\sFriday|Ash\sWednesday|Whitsun|Pentecost|Thanksgiving|Labou?r\sDay|Memorial\sDay|Anzac\sDay|Waitangi\sDay"
    r"|Australia\sDay|Canada\sDay|Bastille\sDay|Halloween|Guy\sFawkes|Bonfire\sNight|St\.?\s(?:Patrick|Andrew|David|George)'s\sDay"
    r"|Mother(?:'s|ing)?\s(?:Day|Sunday)|Father's\sDay|Valentine's\sDay|Burns\sNight|Hogmanay|Diwali|Holi"
    r"|Eid(?:\sal[- ]\w{3,5})?"
    r"|Ramadan|Ramadhan|Hanukkah|Passover|Yom\sKippur|Rosh\sHashanah|Nowruz|Matariki|Songkran|Lunar\sNew\sYear"
    r"|Chinese\sNew\sYear|Juneteenth|Columbus\sDay|Veterans\sDay|Independence\sDay|(?:August|May|Spring)\sbank\sholiday)"
)
_BEFORE_A_DAY = r"(?:on|last|next|this|since|until|till|by|from|come|coming|every|for|tomorrow,?|yesterday,?)"
_PART_OF_DAY = r"(?:night|evening|morning|afternoon|am|pm|a\.m\.|p\.m\.|lunchtime|noon)"
_NOT_OF_MEDICINE = (
    r"(?![\w'-]|\s(?:tree|egg|disease|island|cactus|factor|clinic|list|meeting|round|conference|effect|sign)\b)"
)

_FORMS: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(rf"(?<!\w)(?:the\s)?{_ORDINAL}(?:\sday)?\sof\s{_MONTH}{_UNTIL_YEAR}(?!\w)", re.I), 0.99),
    (re.compile(rf"(?<!\w){_MONTH}\s(?:the\s)?{_ORDINAL}{_UNTIL_YEAR}(?!\w)"), 0.99),
    (
        re.compile(
            rf"(?<!\w)(?:the\s)?(?:first|second|third|fourth|last|middle|1st|2nd|3rd|4th)\sweek(?:end)?\s(?:of|in)\s"
            rf"{_MONTH}(?:\s{YEAR})?(?!\w)",
            re.I,
        ),
        0.85,
    ),
    (
        re.compile(
            rf"(?<!\w)(?:on|since|after|before|at|over|until|during|last|this|by|around)\s(?P<day>(?:last\s)?{_FEAST})"
            rf"{_NOT_OF_MEDICINE}",
            re.I,
        ),
        0.75,
    ),
    (re.compile(rf"(?<!\w){_BEFORE_A_DAY}\s(?P<day>{_WEEKDAY}(?:\s{_PART_OF_DAY})?){_NOT_OF_MEDICINE}"), 0.7),
    (re.compile(rf"(?<!\w)(?P<day>{_WEEKDAY}\s{_PART_OF_DAY}){_NOT_OF_MEDICINE}"), 0.7),
    (
        re.compile(
            rf"(?<!\w)(?:in|since|until|from|by|last|this)\s(?P<day>(?:early\s|mid[- ]|late\s)?(?:{_MONTH}|{_SHORT}))"
            rf"(?![\w'-]|\s(?:{YEAR}|\d)|\s[a-z]+ed\b)",
        ),
        0.6,
    ),
)
_ANY = re.compile(rf"{_MONTH}|{_SHORT}|{_WEEKDAY}|{_FEAST}", re.I)


def find_days(reading: Reading) -> Iterator[Hit]:
    """Days in words. Weekdays, feasts and months by themselves are so only after a word that tells when."""
    text = reading.text
    if not _ANY.search(text):
        return
    for form, score in _FORMS:
        for match in form.finditer(text):
            span = match.span("day") if "day" in form.groupindex else match.span()
            yield Hit(Category.DATE, *span, score, (Reason.PATTERN,))
