"""Whether a score is a probability: the expected calibration error, and the points of the reliability plot."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from phivet.training.intervals import Array

BINS = 15


@dataclass(frozen=True)
class Point:
    """One bin: the mean score of `count` hits, and the fraction of them that is right."""

    score: float
    right: float
    count: int


@dataclass(frozen=True)
class Bins:
    """Hits by score: how many, the sum of their scores, and how many are right; each (notes, bins)."""

    hits: Array
    scores: Array
    right: Array

    def error(self, weighed: Array) -> Array:
        """The expected calibration error for each row of weights of the notes (Guo et al. 2017, equation 3)."""
        hits = (weighed @ self.hits).sum(axis=1)
        gaps = np.abs(weighed @ self.scores - weighed @ self.right).sum(axis=1)
        error: Array = np.divide(gaps, hits, out=np.full_like(gaps, np.nan), where=hits > 0)
        return error

    def points(self) -> tuple[Point, ...]:
        """The bins that hold anything, from low scores to high."""
        counts, scores, right = self.hits.sum(axis=0), self.scores.sum(axis=0), self.right.sum(axis=0)
        return tuple(
            Point(float(score / count), float(good / count), int(count))
            for count, score, good in zip(counts, scores, right, strict=True)
            if count
        )


def binned(note: Sequence[int], score: Sequence[float], right: Sequence[bool], notes: int) -> Bins:
    """Bins of equal mass, fixed on the whole sample: hit i is of the note number `note[i]` of `notes`.

    Equal scores share a bin: rules give the same score thousands of times, and to split those would be arbitrary.
    """
    scores = np.asarray(score, dtype=np.float64)
    edges = np.unique(np.quantile(scores, np.linspace(0, 1, BINS + 1)[1:-1])) if len(scores) else np.zeros(0)
    places = np.searchsorted(edges, scores, side="left")
    columns = [np.zeros((notes, BINS)) for _ in range(3)]
    for column, values in zip(columns, (np.ones(len(scores)), scores, np.asarray(right, np.float64)), strict=True):
        np.add.at(column, (np.asarray(note, dtype=np.intp), places), values)
    return Bins(*columns)
