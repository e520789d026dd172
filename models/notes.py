"""The notes detector, first part: what can be validated. Names in running prose come with the trained model."""

from collections.abc import Iterator

from phivet.cases.findings import Finding
from phivet.cases.known import Known
from phivet.cases.parts import Note, Part
from phivet.models.hits import Hit, resolve
from phivet.models.known_values import find_known
from phivet.models.notes_ages import find_ages
from phivet.models.notes_dates import find_dates
from phivet.models.notes_facilities import find_facilities
from phivet.models.notes_names import find_names
from phivet.models.notes_numbers import find_numbers
from phivet.models.notes_phones import find_phones
from phivet.models.notes_places import find_places
from phivet.models.notes_records import find_records, find_registered, find_study_keys
from phivet.models.notes_text import read
from phivet.models.notes_web import find_web


class Notes:
    """Reads text: case notes, free text in headers, lines read from pixels."""

    name = "notes"
    version = "0.1.0"
    reads: tuple[type[Part], ...] = (Note,)

    def describe(self) -> str:
        """One line: what it looks for."""
        return (
            "identifiers in text that prove themselves or are labelled: names, dates, numbers, addresses, hospitals, "
            "telephone, e-mail and web addresses, ages over 89, and the values that the case itself gives away"
        )

    def find(self, text: str, known: Known) -> list[Hit]:
        """What identifies a person in `text`, without overlaps, in the order of the text."""
        return resolve(self._hits(text, known), text) if text.strip() else []

    def detect(self, part: Part, known: Known) -> list[Finding]:
        """The findings in a note; equal texts are judged once while the same things are known."""
        if not isinstance(part, Note):
            return []
        hits = known.once(("notes", part.text), lambda: self.find(part.text, known))
        return [
            Finding(hit.category, part.place(hit.start, hit.end), hit.score, self.name, hit.reasons) for hit in hits
        ]

    @staticmethod
    def _hits(text: str, known: Known) -> Iterator[Hit]:
        reading = read(text)
        yield from find_web(reading)
        yield from find_numbers(reading)
        yield from find_records(reading, known)
        yield from find_registered(reading)
        yield from find_dates(reading)
        yield from find_phones(reading)
        yield from find_places(reading)
        yield from find_facilities(reading)
        yield from find_names(reading)
        yield from find_ages(reading)
        yield from find_study_keys(reading, known)
        yield from find_known(text, known)
