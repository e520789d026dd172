"""What a judge found in labelled notes, counted note by note.

A label is found, and a hit is right, in one of three senses:

    exact   same bounds, same category
    same    a visible character in common, same category
    any     a visible character in common, whatever the category: the headline, since an identifier that was found
            under another name is found, and goes the same way

Sharing one character is a low bar, so identifying characters are counted too. Characters that a note says to ignore are
neither missed nor false alarms: a hit that touches no label and lies mostly on such characters does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from phivet.cases.categories import Category
from phivet.models.hits import Hit
from phivet.training.intervals import Array

if TYPE_CHECKING:
    from phivet.datasets.notes import Label, LabelledNote

Judge = Callable[[Sequence[str]], list[list[Hit]]]
"""Reads texts, and gives each one's hits."""

Alike = Mapping[Category, frozenset[Category]]
"""For a label's category, those that are right too: other people's labels are coarser than ours."""

MATCHES = ("exact", "same", "any")
CATEGORIES = tuple(Category)
UNCOUNTED = frozenset({Category.UNIQUENESS})
"""A judgement on the whole note: no label is found by it, and it is no false alarm."""

_SPACE = np.array([chr(code).isspace() for code in range(0x3001)])
_NUMBER = {category: index for index, category in enumerate(CATEGORIES)}


@dataclass(frozen=True)
class Tally:
    """Counts in each note, by category: `labels` and `hits`; by sense and category: `found` and `right`.

    `letters` are visible characters, (notes, 4): identifying, of these covered by a hit, others, of these covered.
    `alarms` are hits that touch no label. `confusion` has labels by rows and hits by columns, after the categories one
    for no label and one for no hit. For each hit of any score, `scored` has the note's number, the score, and whether
    it is right.
    """

    labels: Array
    found: Array
    hits: Array
    right: Array
    alarms: Array
    letters: Array
    words: Array
    confusion: npt.NDArray[np.int64]
    scored: tuple[tuple[int, float, bool], ...]


def tally(
    notes: Sequence[LabelledNote], found: Sequence[Sequence[Hit]], threshold: float, alike: Alike | None = None
) -> Tally:
    """Counts what was `found` in each of `notes`; only hits with at least the score `threshold` count."""
    size, kinds = len(notes), len(CATEGORIES)
    counts = Tally(
        labels=np.zeros((size, kinds)),
        found=np.zeros((size, len(MATCHES), kinds)),
        hits=np.zeros((size, kinds)),
        right=np.zeros((size, len(MATCHES), kinds)),
        alarms=np.zeros(size),
        letters=np.zeros((size, 4)),
        words=np.array([len(note.text.split()) for note in notes], dtype=np.float64),
        confusion=np.zeros((kinds + 1, kinds + 1), dtype=np.int64),
        scored=(),
    )
    scored: list[tuple[int, float, bool]] = []
    for number, (note, hits) in enumerate(zip(notes, found, strict=True)):
        page = _Page(note)
        judged = [hit for hit in hits if hit.category not in UNCOUNTED and page.counts(hit)]
        scored += [(number, hit.score, page.touches_label(hit)) for hit in judged]
        _count(counts, number, page, [hit for hit in judged if hit.score >= threshold], alike or {})
    return Tally(**(vars(counts) | {"scored": tuple(scored)}))


class _Page:
    """A note's characters: which are visible, identifying, to be ignored."""

    def __init__(self, note: LabelledNote) -> None:
        codes = np.frombuffer(note.text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        self.visible = ~((codes < len(_SPACE)) & _SPACE[np.minimum(codes, len(_SPACE) - 1)])
        self.labels = note.labels
        self.labelled = self.covered(note.labels)
        self.ignored = np.zeros(len(codes), dtype=np.bool_)
        for start, end in note.ignored:
            self.ignored[start:end] = True

    def covered(self, spans: Sequence[Hit | Label]) -> npt.NDArray[np.bool_]:
        mask = np.zeros(len(self.visible), dtype=np.bool_)
        for span in spans:
            mask[span.start : span.end] = True
        mask &= self.visible
        return mask

    def touches_label(self, hit: Hit) -> bool:
        return bool(self.labelled[hit.start : hit.end].any())

    def counts(self, hit: Hit) -> bool:
        if self.touches_label(hit):
            return True
        visible = self.visible[hit.start : hit.end]
        return 2 * int((visible & self.ignored[hit.start : hit.end]).sum()) < max(1, int(visible.sum()))

    def shared(self, label: Label, hit: Hit) -> int:
        start, end = max(label.start, hit.start), min(label.end, hit.end)
        return int(self.visible[start:end].sum()) if start < end else 0


def _count(counts: Tally, number: int, page: _Page, hits: Sequence[Hit], alike: Alike) -> None:
    right = np.zeros((len(hits), len(MATCHES)), dtype=np.bool_)
    for label in page.labels:
        kind = _NUMBER[label.category]
        counts.labels[number, kind] += 1
        found = np.zeros(len(MATCHES), dtype=np.bool_)
        most, called = 0, len(CATEGORIES)
        for index, hit in enumerate(hits):
            if not (shared := page.shared(label, hit)):
                continue
            same = hit.category == label.category or hit.category in alike.get(label.category, frozenset())
            match = np.array([same and (hit.start, hit.end) == (label.start, label.end), same, True])
            found |= match
            right[index] |= match
            if shared > most:
                most, called = shared, kind if same else _NUMBER[hit.category]
        counts.found[number, :, kind] += found
        counts.confusion[kind, called] += 1
    for hit, good in zip(hits, right, strict=True):
        kind = _NUMBER[hit.category]
        counts.hits[number, kind] += 1
        counts.right[number, :, kind] += good
        if not good[-1]:
            counts.alarms[number] += 1
            counts.confusion[-1, kind] += 1
    covered = page.covered(hits)
    others = page.visible & ~page.labelled & ~page.ignored
    counts.letters[number] = (
        page.labelled.sum(), (page.labelled & covered).sum(), others.sum(), (others & covered).sum()
    )  # fmt: skip
