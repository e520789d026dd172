"""UIDs that give away a day or a device: makers build them from the clock and the serial number."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.headers_values import FILL_DATES, Facts, full_date

STANDARD = "1.2.840.10008."
RANDOM = "2.25."
REPLACED = (RANDOM, "1.2.826.0.1.3680043.", "1.3.6.1.4.1.14519.5.2.1.", "1.2.276.0.7230010.3.")
"""Roots under which de-identification tools make new UIDs."""
FIRST_DAY = "19800101"

CLOCK = re.compile(r"([12]\d{3}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:([01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?\d*)?")
SIEMENS = re.compile(r"3000{3,5}(\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:[01]\d|2[0-3])[0-5]\d[0-5]\d\d*")


@dataclass(frozen=True)
class Told:
    """What a UID tells."""

    category: Category
    score: float
    reason: Reason
    what: str
    """The day or the serial number itself, so that a header full of such UIDs is one finding. Never written."""


def told_by(uid: str, facts: Facts) -> Told | None:
    """What `uid` tells of a day or a device, or None. A UID made of a random number (2.25) tells nothing.

    A day that the header's own dates confirm is sure; one that only looks like a day is left to a person.
    """
    if uid.startswith((STANDARD, RANDOM)):
        return None
    found: Told | None = None
    components = uid.split(".")
    for component in components[3:]:
        day, confirmed = _day(component, facts)
        if confirmed:
            return Told(Category.STUDY_DATE, 0.95, Reason.UID_DATE, day)
        if day and found is None:
            found = Told(Category.STUDY_DATE, 0.4, Reason.UID_DATE, day)
    serial = facts.serial.lstrip("0")
    if found is None and len(serial) >= 5 and any(_holds(component, serial) for component in components[3:]):
        return Told(Category.DEVICE_SERIAL, 0.9, Reason.UID_SERIAL, serial)
    return found


def is_replaced(uid: str) -> bool:
    """Whether a tool made `uid`, not a device."""
    return uid.startswith(REPLACED)


def _day(component: str, facts: Facts) -> tuple[str, bool]:
    """The day that `component` is built from, and whether the header's dates confirm it."""
    for day in facts.dates - FILL_DATES:
        if day in component:
            return day, True
    if (written := SIEMENS.fullmatch(component)) and (day := full_date("20" + written[1])) and _plausible(day):
        return day, day in facts.dates
    if (written := CLOCK.fullmatch(component)) and _plausible(day := full_date(written[1])):
        length = len(component)
        return (day, False) if length == 8 or (written[2] and length >= 12) else ("", False)
    if re.fullmatch(r"\d{9,10}", component):
        noon = datetime.fromtimestamp(int(component), UTC)
        near = {f"{noon + timedelta(hours=shift):%Y%m%d}" for shift in (-12, 0, 12)}
        if confirmed := near & facts.dates:
            return min(confirmed), True
    return "", False


def _plausible(day: str) -> bool:
    return FIRST_DAY < day <= f"{datetime.now(UTC) + timedelta(days=1):%Y%m%d}" and day not in FILL_DATES


def _holds(component: str, serial: str) -> bool:
    return component == serial or (len(serial) >= 6 and serial in component)
