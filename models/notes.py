"""The notes detector: rules find what can be validated, the trained tagger what only its surroundings give away."""

import re
from collections.abc import Sequence
from pathlib import Path

from phivet.cases.categories import Category
from phivet.cases.coverage import Unread
from phivet.cases.findings import Finding
from phivet.cases.known import Known, KnownValue
from phivet.cases.parts import Note, Part
from phivet.models.hits import Hit
from phivet.models.known_values import find_known
from phivet.models.notes_language import unjudged
from phivet.models.notes_rules import find_by_rules
from phivet.models.notes_text import read
from phivet.models.notes_uniqueness import find_uniqueness

CERTAIN = 0.9
"""From this score on a value is searched for in the rest of the text."""
SENTENCE = 5
"""Words of two letters or more, spaces before them, from which on the words around a word say what it is."""
_TOLD = re.compile(r"(?<!\S)[^\W\d_]{2,}")
NAMES = (Category.NAME, Category.RELATIVE_NAME, Category.CLINICIAN_NAME)
_DIGITS = re.compile(r"(?:\d\D?){5}")
WEIGHTS = Path(__file__).parent / "weights" / "notes"


class Notes:
    """Reads text: case notes, free text in headers, lines read from pixels."""

    name = "notes"
    version = "1.1.0"
    reads: tuple[type[Part], ...] = (Note,)

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self._weights = weights

    def describe(self) -> str:
        """One line: what it looks for."""
        return (
            "identifiers in text: names, relatives and clinicians in any sentence, dates, numbers, addresses, places, "
            "hospitals, employers, singular occupations, events, telephone, e-mail and web addresses, ages over "
            "89, the values that the case itself gives away, and narratives that are one of a kind"
        )

    def find(self, text: str, known: Known) -> list[Hit]:
        """What identifies a person in `text`, in the order of the text; only uniqueness overlaps with other hits."""
        return self.find_all([text], known)[0]

    def find_brief(self, text: str, known: Known) -> list[Hit]:
        """The same for a header's value or a line in a picture: by rules alone if it is too short to be a sentence."""
        if len(_TOLD.findall(text)) < SENTENCE:
            return find_by_rules(text, known)
        return self.find(text, known)

    def find_all(self, texts: Sequence[str], known: Known | None = None) -> list[list[Hit]]:
        """The same for many texts at once, which is faster than one by one."""
        from phivet.models.notes_context import find_in_context

        by_rules = [find_by_rules(text, known or Known()) for text in texts]
        found = find_in_context(texts, by_rules, self._weights)
        return [_with_the_rest(text, hits) for text, hits in zip(texts, found, strict=True)]

    def detect(self, part: Part, known: Known) -> list[Finding]:
        """The findings in a note; equal texts are judged once while the same things are known.

        A note in another script or language is looked at all the same, and entered into its coverage.
        """
        if not isinstance(part, Note):
            return []
        if known.once(("language", part.text), lambda: unjudged(part.text)):
            part.coverage.miss(part.source, Unread.LANGUAGE)
        hits = known.once(("notes", part.text), lambda: self.find(part.text, known))
        return [
            Finding(hit.category, part.place(hit.start, hit.end), hit.score, self.name, hit.reasons) for hit in hits
        ]


def _with_the_rest(text: str, kept: list[Hit]) -> list[Hit]:
    """What was found, what is certain of it wherever it stands again, and what all make of the narrative."""
    told = ((hit, text[hit.start : hit.end]) for hit in kept if hit.score >= CERTAIN)
    values = (KnownValue(hit.category, value) for hit, value in told if hit.category in NAMES or _DIGITS.search(value))
    again = (hit for hit in find_known(text, Known().adding(values)) if not _overlaps(hit, kept))
    kept = [*kept, *again]
    return sorted([*kept, *find_uniqueness(read(text), kept)], key=lambda hit: (hit.start, hit.end))


def _overlaps(hit: Hit, others: list[Hit]) -> bool:
    return any(other.start < hit.end and hit.start < other.end for other in others)
