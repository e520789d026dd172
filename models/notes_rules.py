"""What rules find in a text: what can be validated, what a cue names, what has the form of an identifier."""

from collections.abc import Iterator

from phivet.cases.known import Known
from phivet.models.hits import Hit, resolve
from phivet.models.known_values import find_known
from phivet.models.notes_ages import find_ages
from phivet.models.notes_dates import find_dates
from phivet.models.notes_days import find_days
from phivet.models.notes_facilities import find_facilities
from phivet.models.notes_names import find_names
from phivet.models.notes_numbers import find_numbers
from phivet.models.notes_organisations import find_organisations
from phivet.models.notes_phones import find_phones
from phivet.models.notes_places import find_places
from phivet.models.notes_records import find_records, find_registered, find_study_keys
from phivet.models.notes_text import read
from phivet.models.notes_web import find_web


def find_by_rules(text: str, known: Known) -> list[Hit]:
    """What identifies a person in `text` by rule, without overlaps, in the order of the text."""
    return resolve(_hits(text, known), text) if text.strip() else []


def _hits(text: str, known: Known) -> Iterator[Hit]:
    reading = read(text)
    yield from find_web(reading)
    yield from find_numbers(reading)
    yield from find_records(reading, known)
    yield from find_registered(reading)
    yield from find_dates(reading)
    yield from find_days(reading)
    yield from find_phones(reading)
    yield from find_places(reading)
    yield from find_facilities(reading)
    yield from find_organisations(reading)
    yield from find_names(reading)
    yield from find_ages(reading)
    yield from find_study_keys(reading, known)
    yield from find_known(text, known)
