"""UIDs that give away a day or a device: makers build them from the clock and the serial number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.headers_map import POSSIBLE
from phivet.models.headers_values import FILL_DATES, Facts, full_date

STANDARD = "1.2.840.10008."
RANDOM = "2.25."
REPLACED = (RANDOM, "1.2.826.0.1.3680043.", "1.3.6.1.4.1.14519.5.2.1.", "1.2.276.0.7230010.3.")
"""Roots under which de-identification tools make new UIDs."""
FIRST_DAY = "19800101"
ROOT = 3
"""Components of a UID that name the maker, and are no clock."""
CONFIRMED, INDIRECT = 0.95, 0.85

CLOCK = re.compile(r"([12]\d{3}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:([01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?\d*)?")
TO_THE_SECOND = re.compile(r"\d{14,17}")
SIEMENS = re.compile(r"3000{3,5}(\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:[01]\d|2[0-3])[0-5]\d[0-5]\d\d*")


@dataclass(frozen=True)
class Told:
    """What characters [start, end) of a UID tell."""

    category: Category
    score: float
    reason: Reason
    what: str = field(repr=False)
    """The day or the serial number itself, so that a header full of such UIDs is one finding."""
    start: int
    end: int


def told_by(uid: str, facts: Facts) -> Told | None:
    """What `uid` tells of a day or a device, or None. A UID made of a random number (2.25) tells nothing.

    A day that the header's own dates confirm is sure, a clock to the second nearly; what only looks like a day is left
    to a person.
    """
    if uid.startswith((STANDARD, RANDOM)):
        return None
    days: list[Told] = []
    for component in re.finditer(r"\d+", uid):
        if uid.count(".", 0, component.start()) >= ROOT:
            days += _days(component[0], component.start(), facts)
    if days and max(days, key=_score).score > POSSIBLE:
        return max(days, key=_score)
    serial = facts.serial.lstrip("0")
    if len(serial) >= 5:
        for component in re.finditer(r"\d+", uid):
            at = component[0].find(serial) if len(serial) >= 6 else 0 if component[0] == serial else -1
            if at >= 0 and uid.count(".", 0, component.start()) >= ROOT:
                start = component.start() + at
                return Told(Category.DEVICE_SERIAL, CONFIRMED, Reason.UID_SERIAL, serial, start, start + len(serial))
    return days[0] if days else None


def is_replaced(uid: str) -> bool:
    """Whether a tool made `uid`, not a device."""
    return uid.startswith(REPLACED)


def _score(told: Told) -> float:
    return told.score


def _days(component: str, offset: int, facts: Facts) -> Iterator[Told]:
    """The days that a component may be built from: as YYYYMMDD, as Siemens' YYMMDD, in seconds since 1970."""

    def told(day: str, start: int, end: int, score: float) -> Told:
        return Told(Category.STUDY_DATE, score, Reason.UID_DATE, day, offset + start, offset + end)

    for day in facts.dates:
        if (at := component.find(day)) >= 0:
            yield told(day, at, at + 8, CONFIRMED)
    if (written := SIEMENS.fullmatch(component)) and _plausible(day := full_date("20" + written[1])):
        yield told(day, *written.span(1), INDIRECT if day in facts.dates else POSSIBLE)
    if (written := CLOCK.fullmatch(component)) and _plausible(day := full_date(written[1])):
        if len(component) == 8 or (written[2] and len(component) >= 12):
            yield told(day, *written.span(1), INDIRECT if TO_THE_SECOND.fullmatch(component) else POSSIBLE)
    elif re.fullmatch(r"\d{9,10}", component):
        moment = datetime.fromtimestamp(int(component), UTC)
        near = {f"{moment + timedelta(hours=shift):%Y%m%d}" for shift in (-12, 0, 12)} & facts.dates
        if near:
            yield told(min(near), 0, len(component), INDIRECT)


def _plausible(day: str) -> bool:
    return FIRST_DAY < day <= f"{datetime.now(UTC) + timedelta(days=1):%Y%m%d}" and day not in FILL_DATES
