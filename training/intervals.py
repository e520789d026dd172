"""Intervals of figures by cluster bootstrap: the next note comes from another hand, so hands are drawn, then notes.

Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 8.6; two stages as in Davison and Hinkley (1997),
section 3.8. What is counted in each note is counted once; a replicate only weighs the notes anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

REPLICATES = 1_000
LEVEL = (2.5, 97.5)
"""Percentiles of the interval: 95 %."""


@dataclass(frozen=True)
class Figure:
    """A figure and its 95 % interval; `count` things it was counted on. All are nan where there is nothing to count."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Ratio:
    """A figure that is a sum over a sum: two numbers for each note, in the order of the notes."""

    part: Array
    whole: Array


def weights(hands: Sequence[str], replicates: int = REPLICATES, seed: int = 0) -> Array:
    """How often each note counts, (1 + replicates, notes); row 0 is the sample as it is. `hands` names each note's.

    Each replicate draws as many hands as there are with replacement, and for each hand drawn as many of its notes as
    it has. The same hands and seed give the same weights: two judges on the same notes are compared in pairs.
    """
    generator = np.random.default_rng(seed)
    names, owner = np.unique(np.asarray(hands, dtype=np.str_), return_inverse=True)
    drawn = generator.multinomial(len(names), np.full(len(names), 1 / max(1, len(names))), size=replicates)
    weighed = np.ones((1 + replicates, len(hands)))
    for hand in range(len(names)):
        notes = np.flatnonzero(owner == hand)
        weighed[1:, notes] = generator.multinomial(drawn[:, hand] * len(notes), np.full(len(notes), 1 / len(notes)))
    return weighed


def resampled(weighed: Array, ratios: Mapping[str, Ratio]) -> dict[str, Array]:
    """Each ratio in the sample and in every replicate, (1 + replicates,); nan where nothing was drawn to count."""
    if not ratios:
        return {}
    parts = weighed @ np.column_stack([ratio.part for ratio in ratios.values()])
    wholes = weighed @ np.column_stack([ratio.whole for ratio in ratios.values()])
    quotients = np.divide(parts, wholes, out=np.full_like(parts, np.nan), where=wholes > 0)
    return dict(zip(ratios, quotients.T, strict=True))


def figure(values: Array, count: float) -> Figure:
    """The figure of `values` as `resampled` gives them."""
    drawn = values[1:][np.isfinite(values[1:])]
    low, high = np.percentile(drawn, LEVEL) if drawn.size else (np.nan, np.nan)
    return Figure(float(values[0]), float(low), float(high), int(count))
