"""Dates as notes write them."""

import random
import re
from collections.abc import Sequence
from datetime import date, timedelta

from phivet.datasets.note_vocabulary import VOCABULARY

DAY_FIRST_EXCEPT = frozenset({"US"})
EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
WESTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
ARABIC_MONTHS: Sequence[Sequence[str]] = VOCABULARY["dates"]["arabic_months"]
ORDINALS: Sequence[str] = VOCABULARY["dates"]["ordinals"]


def some_day(category: str, rng: random.Random) -> date:
    """A day of birth, or one of the last years."""
    if category == "date_of_birth":
        return date(1925, 1, 1) + timedelta(days=rng.randrange(36_500))
    years = 4 if rng.random() < 0.7 else 25
    return date(2026, 12, 1) - timedelta(days=rng.randrange(365 * years))


def clock(rng: random.Random, *, arabic: bool = False) -> str:
    """A time of day: by itself it identifies nobody."""
    hour, minute = rng.randrange(24), rng.randrange(60)
    if arabic:
        return rng.choice((f"{hour:02}:{minute:02}", f"{hour % 12 or 12}:{minute:02} {rng.choice('صم')}"))
    return rng.choice(
        (
            f"{hour:02}:{minute:02}", f"{hour:02}:{minute:02}", f"{hour:02}{minute:02}",
            f"{hour:02}:{minute:02}:{rng.randrange(60):02}", f"{hour % 12 or 12}{rng.choice(('am', 'pm'))}",
            f"{hour % 12 or 12}:{minute:02} {rng.choice(('am', 'pm', 'AM', 'PM'))}",
            f"{hour:02}.{minute:02}", f"{hour:02}{minute:02} hrs", f"{hour:02}:{minute:02}h",
        )
    )  # fmt: skip


_SUFFIX = r"\s?(?:hrs?|hours|h|a\.?m|p\.?m|[صم])\.?"
_HOUR = r"(?:[01]?\d|2[0-3])"
_CLOCK = re.compile(
    rf"{_HOUR}[:h][0-5]\d(?::[0-5]\d)?(?:{_SUFFIX})?|{_HOUR}(?:\.?[0-5]\d)?{_SUFFIX}|(?:0\d|1[0-8])[0-5]\d",
    re.IGNORECASE,
)


def is_clock(text: str) -> bool:
    """Whether `text` is a time of day and nothing else: neither an identifier nor a false alarm."""
    return _CLOCK.fullmatch(text.translate(WESTERN).strip()) is not None


def written(day: date, form: str | None, country: str, rng: random.Random) -> str:
    """`day` in one of the forms of `note_banks.FORMS`; without one in any of them."""
    form = form or rng.choice(("numeric", "numeric", "words", "words", "iso", "glued", "month_year", "day_month"))
    match form:
        case "numeric":
            return _numeric(day, country, rng)
        case "words":
            return _words(day, country, rng)
        case "iso":
            return rng.choice((f"{day:%Y-%m-%d}", f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", f"{day:%Y.%m.%d}"))
        case "compact":
            return rng.choice((f"{day:%Y%m%d}", f"{day:%Y%m%d}", f"{day:%d%m%Y}", f"{day:%d%m%y}"))
        case "glued":
            month = rng.choice((f"{day:%b}", f"{day:%b}".upper(), f"{day:%b}".lower()))
            year = rng.choice((f"{day:%y}", f"{day:%Y}", "", ""))
            return f"{day.day}{month}{year}"
        case "month_year":
            return _month_year(day, rng)
        case "day_month":
            return _day_month(day, country, rng)
        case "time":
            return f"{_numeric(day, country, rng)}{rng.choice((' ', ' ', ', ', ' at ', '  '))}{clock(rng)}"
    raise ValueError(f"no form of a date: {form}")


def arabic(day: date, form: str | None, rng: random.Random) -> str:
    """`day` as Arabic notes write it, in either kind of digits."""
    form = form or rng.choice(("numeric", "numeric", "words", "month_year", "iso"))
    month = rng.choice(ARABIC_MONTHS)[day.month - 1]
    year = str(day.year)
    text = {
        "words": rng.choice(
            (f"{day.day} {month} {year}", f"{day.day} {month} {year}م", f"{day.day} من {month} {year}")
        ),
        "month_year": f"{month} {year}",
        "day_month": rng.choice((f"{day.day} {month}", f"{day.day}/{day.month}")),
        "iso": f"{day:%Y-%m-%d}",
        "compact": f"{day:%Y%m%d}",
        "glued": f"{day.day}{month}",
        "time": f"{day.day}/{day.month}/{year} {clock(rng, arabic=True)}",
    }.get(form) or rng.choice(
        (f"{day.day}/{day.month}/{year}", f"{day:%d/%m/%Y}", f"{year}/{day.month}/{day.day}", f"{day:%d-%m-%Y}")
    )
    return text.translate(EASTERN) if rng.random() < 0.5 else text


def _numeric(day: date, country: str, rng: random.Random) -> str:
    first, second = (day.month, day.day) if country in DAY_FIRST_EXCEPT else (day.day, day.month)
    separator = rng.choice(("/", "/", "/", "/", "-", ".", "." if country in ("DE", "NO", "SE", "DK") else "/"))
    year = rng.choice((f"{day:%Y}", f"{day:%Y}", f"{day:%y}"))
    width = rng.choice((1, 2, 2))
    return f"{first:0{width}}{separator}{second:0{width}}{separator}{year}"


def _words(day: date, country: str, rng: random.Random) -> str:
    month = rng.choice((f"{day:%B}", f"{day:%B}", f"{day:%b}", f"{day:%b}."[:5]))
    ordinal = {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10 if day.day not in (11, 12, 13) else 0, "th")
    weekday = rng.choice((f"{day:%A}", f"{day:%a}", f"{day:%A},")) + " " if rng.random() < 0.2 else ""
    if country == "US" and rng.random() < 0.8:
        return f"{weekday}{month} {day.day}{rng.choice((ordinal, '', ''))}{rng.choice((', ', ' ', ', '))}{day.year}"
    if rng.random() < 0.06 and day.day <= 12:
        return f"the {ORDINALS[day.day - 1]} of {day:%B} {day.year}"
    return rng.choice(
        (
            f"{weekday}{day.day} {month} {day.year}", f"{weekday}{day.day}{ordinal} {month} {day.year}",
            f"{day.day}-{day:%b}-{day:%Y}", f"{day:%d}-{day:%b}-{day:%y}",
            f"{day.day}{ordinal} of {day:%B}, {day.year}", f"{weekday}{month} {day.day}, {day.year}",
            f"{day:%d} {month} {day:%y}",
        )
    )  # fmt: skip


def _month_year(day: date, rng: random.Random) -> str:
    return rng.choice(
        (
            f"{day:%B} {day.year}", f"{day:%B} {day.year}", f"{day:%b} {day.year}", f"{day:%b} {day:%y}",
            f"{day:%b} '{day:%y}", f"{day.month}/{day.year}", f"{day:%m}/{day:%y}", f"{day:%B} of {day.year}",
            f"{day:%b}-{day:%y}", f"{day:%b}{day:%y}", f"{day:%B}, {day.year}",
            f"{rng.choice(('early', 'late', 'mid'))} {day:%B} {day.year}",
        )
    )  # fmt: skip


def _day_month(day: date, country: str, rng: random.Random) -> str:
    ordinal = {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10 if day.day not in (11, 12, 13) else 0, "th")
    first, second = (day.month, day.day) if country in DAY_FIRST_EXCEPT else (day.day, day.month)
    return rng.choice(
        (
            f"{first}/{second}", f"{first}/{second:02}", f"{day.day} {day:%b}", f"{day.day} {day:%B}",
            f"{day:%B} {day.day}", f"{day.day}{ordinal} {day:%B}", f"{day:%b} {day.day}",
            f"{day:%B} {day.day}{ordinal}", f"{day:%a} {first}/{second}", f"the {day.day}{ordinal} of {day:%B}",
        )
    )  # fmt: skip
