"""The texts in headers and file properties, which the notes detector reads."""

from functools import partial
from typing import Protocol

from phivet.cases.findings import Finding, Reason
from phivet.cases.known import Known
from phivet.cases.places import Element
from phivet.models.hits import Hit


class TextReader(Protocol):
    """Who reads the texts: the notes detector."""

    name: str

    def find(self, text: str, known: Known) -> list[Hit]:
        """What identifies in `text`."""


def in_text(
    text: str, element: Element, known: Known, notes: TextReader, reasons: tuple[Reason, ...] = ()
) -> list[Finding]:
    """What `notes` finds in `text`, which has the length of `element`'s value; read once for all who say the same."""
    hits: list[Hit] = known.once(("headers", text), partial(notes.find, text, known))
    return [
        Finding(
            hit.category,
            Element(element.source, element.path, hit.start, hit.end),
            hit.score,
            notes.name,
            (*hit.reasons, *reasons),
        )
        for hit in hits
    ]
