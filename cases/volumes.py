"""Series put together as volumes: slices grouped by series and orientation, sorted as they lie or are numbered."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phivet.cases.coverage import Coverage, Why, ranges
from phivet.cases.description import Slice
from phivet.cases.parts import Array, Volume

FEWEST_SLICES = 3
"""Fewer slices make no volume: nothing can be reconstructed from them."""
SAME_PLACE_MM = 0.01
SAME_DIRECTION = 2
"""Decimals of the direction cosines that count: 0.01 is half a degree."""


@dataclass(frozen=True)
class Placed:
    """A slice, the source that it is in, and how to get its stored values."""

    source: str
    modality: str
    slice: Slice
    stored: Callable[[int], Array]


def volumes(placed: Sequence[Placed], coverage: Coverage) -> Iterator[Volume]:
    """The volumes that these slices make, numbered from 0 in the order of their first slices.

    Slices of one series that lie at the same place (echoes, phases, time points) make a volume each. Too few to make
    one are entered into `coverage`.
    """
    number = 0
    for stack in _all_stacks(placed):
        if len(stack) >= FEWEST_SLICES:
            yield _volume(number, stack, coverage)
            number += 1
        else:
            too_few(stack, coverage)


def solid(placed: Sequence[Placed]) -> dict[str, frozenset[int]]:
    """Of each source the frames that lie in a volume of which a surface can be made."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for stack in _all_stacks([each for each in placed if each.slice.position is not None]):
        if len(stack) >= FEWEST_SLICES and _volume(0, stack, Coverage()).is_solid:
            for each in stack:
                found[each.source].add(each.slice.frame)
    return {source: frozenset(frames) for source, frames in found.items()}


def _all_stacks(placed: Sequence[Placed]) -> Iterator[list[Placed]]:
    series: defaultdict[tuple[object, ...], list[Placed]] = defaultdict(list)
    for each in placed:
        s = each.slice
        directions = None if s.rows_cols is None else tuple(np.round(s.rows_cols, SAME_DIRECTION) + 0.0)
        series[(s.series or each.source, directions, s.shape, s.spacing)].append(each)
    for slices in series.values():
        yield from _stacks(slices)


def too_few(stack: Sequence[Placed], coverage: Coverage) -> None:
    """Enter that no surface can be made of these slices."""
    for source in dict.fromkeys(each.source for each in stack):
        frames = [each.slice.frame for each in stack if each.source == source]
        coverage.skip(source, ranges(frames), Why.TOO_FEW_SLICES)


def _along_normal(slices: Sequence[Placed]) -> NDArray[np.float64]:
    """How far along its normal each slice lies, in mm; its number, or place in line, where the header does not tell."""
    first = slices[0].slice
    if first.rows_cols is None or any(s.slice.position is None for s in slices):
        numbers = [s.slice.number for s in slices if s.slice.number is not None]
        told = len(set(numbers)) == len(slices)
        return np.array(numbers if told else range(len(slices)), dtype=np.float64)
    normal = np.cross(first.rows_cols[:3], first.rows_cols[3:])
    return np.array([np.dot(normal, s.slice.position) for s in slices if s.slice.position is not None])


def _stacks(slices: Sequence[Placed]) -> list[list[Placed]]:
    """Sorted stacks: the k-th slice at every place belongs to the k-th stack."""
    depths = _along_normal(slices)
    stacks: list[list[Placed]] = []
    at, nth = -np.inf, 0
    for index in np.argsort(depths, kind="stable"):
        nth = nth + 1 if depths[index] - at < SAME_PLACE_MM else 0
        at = at if nth else float(depths[index])
        if nth == len(stacks):
            stacks.append([])
        stacks[nth].append(slices[int(index)])
    return stacks


def _volume(number: int, stack: list[Placed], coverage: Coverage) -> Volume:
    first = stack[0].slice
    told = (first.thickness, *(first.spacing or (None, None)))
    axes = None
    if first.rows_cols is not None:
        across, down = np.array(first.rows_cols[:3]), np.array(first.rows_cols[3:])
        places = np.array([each.slice.position for each in stack])
        along = np.median(np.diff(places, axis=0), axis=0)
        step = float(np.linalg.norm(along))
        axes = tuple(tuple(float(x) for x in axis) for axis in (along / step, down, across))
        told = (step, *told[1:])
    lengths = tuple(length if length and np.isfinite(length) and length > 0 else None for length in told)

    def slices() -> Iterator[NDArray[np.float32]]:
        for each in stack:
            values = each.stored(each.slice.frame).astype(np.float32)
            yield values * np.float32(each.slice.slope) + np.float32(each.slice.intercept)

    return Volume(
        sources=tuple(dict.fromkeys(each.source for each in stack)),
        series=number,
        modality=stack[0].modality,
        shape=(len(stack), *first.shape),
        spacing=tuple(length or 1.0 for length in lengths),  # type: ignore[arg-type]
        axes=axes,  # type: ignore[arg-type]
        slices=slices,
        coverage=coverage,
        untold=frozenset(axis for axis, length in enumerate(lengths) if length is None),
    )
