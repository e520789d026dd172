"""The texts in headers and file properties, which the notes detector reads."""

from functools import partial
from typing import Protocol

from phivet.cases.coverage import Coverage, Unread
from phivet.cases.findings import Finding, Reason
from phivet.cases.known import Known
from phivet.cases.places import Element
from phivet.models.hits import Hit
from phivet.models.notes_language import unjudged
from phivet.models.notes_rules import find_by_rules


class TextReader(Protocol):
    """Who reads the texts: the notes detector."""

    name: str

    def find_brief(self, text: str, known: Known) -> list[Hit]:
        """What identifies in `text`."""


def in_text(
    text: str,
    element: Element,
    known: Known,
    notes: TextReader,
    coverage: Coverage,
    reasons: tuple[Reason, ...] = (),
    *,
    machine: bool = False,
) -> list[Finding]:
    """What `notes` finds in `text`, which has the length of `element`'s value; read once for all who say the same.

    What a `machine` wrote (binary data, XML) makes no sentences: rules alone read it. A language that is not judged is
    entered into `coverage`.
    """
    if known.once(("language", text), partial(unjudged, text)):
        coverage.miss(element.source, Unread.LANGUAGE)
    find = find_by_rules if machine else notes.find_brief
    hits: list[Hit] = known.once(("headers", machine, text), partial(find, text, known))
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
