"""The notes detector: rules find what can be validated, the trained tagger what only its surroundings give away."""

from collections.abc import Sequence
from pathlib import Path

from phivet.cases.findings import Finding
from phivet.cases.known import Known
from phivet.cases.parts import Note, Part
from phivet.models.hits import Hit, resolve
from phivet.models.notes_rules import find_by_rules

WEIGHTS = Path(__file__).parent / "weights" / "notes"


class Notes:
    """Reads text: case notes, free text in headers, lines read from pixels."""

    name = "notes"
    version = "1.0.0"
    reads: tuple[type[Part], ...] = (Note,)

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self._weights = weights

    def describe(self) -> str:
        """One line: what it looks for."""
        return (
            "identifiers in text: names, relatives and clinicians in any sentence, dates, numbers, addresses, places, hospitals, "
            "employers, occupations, events, telephone, e-mail and web addresses, ages over 89, and the values that the case "
            "itself gives away"
        )

    def find(self, text: str, known: Known) -> list[Hit]:
        """What identifies a person in `text`, without overlaps, in the order of the text."""
        return self.find_all([text], known)[0]

    def find_all(self, texts: Sequence[str], known: Known | None = None) -> list[list[Hit]]:
        """The same for many texts at once, which is faster than one by one."""
        from phivet.models.notes_context import find_in_context

        by_rules = [find_by_rules(text, known or Known()) for text in texts]
        found = find_in_context(texts, by_rules, self._weights)
        return [resolve(hits, text) for hits, text in zip(found, texts, strict=True)]

    def detect(self, part: Part, known: Known) -> list[Finding]:
        """The findings in a note; equal texts are judged once while the same things are known."""
        if not isinstance(part, Note):
            return []
        hits = known.once(("notes", part.text), lambda: self.find(part.text, known))
        return [
            Finding(hit.category, part.place(hit.start, hit.end), hit.score, self.name, hit.reasons) for hit in hits
        ]
