"""The figures of a judge on labelled notes: precision, recall, F1, false alarms, calibration, each with its interval.

A figure's name says what it is of:

    recall/any/name           the share of names found, in the sense `any` of `entities`; `overall`: of all labels
    precision/same/name       the share of hits called name that are right, in the sense `same`
    f1/exact/overall          their harmonic mean
    characters/recall         the share of identifying characters covered; characters/others: of the other characters
    notes/alarms              false alarms per 1,000 words on whole notes without any identifier
    notes/touched             the share of those notes with a false alarm
    passages/…                the same on shorter texts without any identifier
    sparse/recall             recall (any) of identifiers left sparsely inside medicine
    arabic/recall, …          recall and precision (any) on Arabic notes
    calibration/error         expected calibration error of all hits, right in the sense `any`
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from phivet.models.hits import Hit
from phivet.training.calibration import Bins, Point, binned
from phivet.training.entities import CATEGORIES, MATCHES, Alike, Tally, tally
from phivet.training.intervals import REPLICATES, Array, Figure, Ratio, figure, resampled, weights

if TYPE_CHECKING:
    from phivet.datasets.notes import LabelledNote

THRESHOLD = 0.5
"""From this score on a hit counts, if no policy says otherwise."""

SPARSE = frozenset({"twin", "planted"})


@dataclass(frozen=True)
class Figures:
    """All figures on one set of notes, by name; holds counts and positions of nothing, and no text."""

    figures: Mapping[str, Figure]
    reliability: tuple[Point, ...]
    confusion: npt.NDArray[np.int64]
    notes: int
    hands: int
    threshold: float

    def as_json(self) -> dict[str, Any]:
        """For files and standard output; what could not be counted is null."""
        return {
            "notes": self.notes,
            "hands": self.hands,
            "threshold": self.threshold,
            "figures": {
                name: {key: None if value != value else value for key, value in asdict(one).items()}
                for name, one in self.figures.items()
            },
            "reliability": [asdict(point) for point in self.reliability],
        }


def measure(
    notes: Sequence[LabelledNote],
    found: Sequence[Sequence[Hit]],
    threshold: float = THRESHOLD,
    alike: Alike | None = None,
    replicates: int = REPLICATES,
) -> Figures:
    """The figures of what was `found` in each of `notes`; only hits with at least the score `threshold` count."""
    counts = tally(notes, found, threshold, alike)
    hands = [note.hand for note in notes]
    weighed = weights(hands, replicates)
    ratios = all_ratios(notes, counts)
    values = resampled(weighed, ratios)
    figures = {name: figure(values[name], ratio.whole.sum()) for name, ratio in ratios.items()}
    for name in [name for name in ratios if name.startswith("recall/")]:
        other = name.replace("recall", "precision")
        if other in values:
            figures[name.replace("recall", "f1")] = figure(
                _harmonic(values[name], values[other]), ratios[name].whole.sum()
            )
    bins = _bins(counts)
    figures["calibration/error"] = figure(bins.error(weighed), len(counts.scored))
    return Figures(figures, bins.points(), counts.confusion, len(notes), len(set(hands)), threshold)


def all_ratios(notes: Sequence[LabelledNote], counts: Tally) -> dict[str, Ratio]:
    """Every figure that is a ratio, by name; without those of which `notes` have nothing to count."""
    ratios: dict[str, Ratio] = {}
    for place, match in enumerate(MATCHES):
        found, right = counts.found[:, place], counts.right[:, place]
        ratios[f"recall/{match}/overall"] = Ratio(found.sum(axis=1), counts.labels.sum(axis=1))
        ratios[f"precision/{match}/overall"] = Ratio(right.sum(axis=1), counts.hits.sum(axis=1))
        for kind, category in enumerate(CATEGORIES):
            ratios[f"recall/{match}/{category}"] = Ratio(found[:, kind], counts.labels[:, kind])
            ratios[f"precision/{match}/{category}"] = Ratio(right[:, kind], counts.hits[:, kind])
    identifying, covered, others, lost = counts.letters.T
    ratios["characters/recall"] = Ratio(covered, identifying)
    ratios["characters/others"] = Ratio(lost, others)
    ratios |= false_alarms(notes, counts)
    found, right = counts.found[:, -1].sum(axis=1), counts.right[:, -1].sum(axis=1)
    labels, hits = counts.labels.sum(axis=1), counts.hits.sum(axis=1)
    sparse = np.array([float(note.kind in SPARSE) for note in notes])
    arabic = np.array([float(note.language == "ar") for note in notes])
    ratios["sparse/recall"] = Ratio(found * sparse, labels * sparse)
    ratios["arabic/recall"] = Ratio(found * arabic, labels * arabic)
    ratios["arabic/precision"] = Ratio(right * arabic, hits * arabic)
    return {name: ratio for name, ratio in ratios.items() if ratio.whole.any()}


def false_alarms(notes: Sequence[LabelledNote], counts: Tally) -> dict[str, Ratio]:
    """Of notes and of passages without identifiers: alarms per 1,000 words, and the share touched by any alarm."""
    whole = np.array([note.kind == "clean_note" for note in notes], dtype=np.bool_)
    clean = counts.labels.sum(axis=1) == 0
    ratios = {}
    for name, scope in (("notes", clean & whole), ("passages", clean & ~whole)):
        ratios[f"{name}/alarms"] = Ratio(1_000 * counts.alarms * scope, counts.words * scope)
        ratios[f"{name}/touched"] = Ratio((counts.alarms > 0) & scope, scope.astype(np.float64))
    return ratios


def _bins(counts: Tally) -> Bins:
    note, score, right = zip(*counts.scored, strict=True) if counts.scored else ((), (), ())
    return binned(note, score, right, len(counts.words))


def _harmonic(recall: Array, precision: Array) -> Array:
    total = recall + precision
    return np.divide(2 * recall * precision, total, out=np.zeros_like(total), where=total != 0)
