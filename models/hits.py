"""What was found in a text, before it has a place in a part."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from phivet.cases.categories import Category
from phivet.cases.findings import Reason

LEFT_OVER = 3
"""A hit that gives way to a surer one keeps what lies outside of it, if that has this many letters or digits."""


@dataclass(frozen=True)
class Hit:
    """Characters [start, end) of a text are `category` with probability `score`. Holds no text."""

    category: Category
    start: int
    end: int
    score: float
    reasons: tuple[Reason, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a hit needs 0 <= start < end, not {self.start} and {self.end}")
        if not (math.isfinite(self.score) and 0 <= self.score <= 1):
            raise ValueError(f"a score is a probability, not {self.score}")
        if not self.reasons:
            raise ValueError("a hit needs a reason")


def resolve(
    hits: Iterable[Hit], text: str, *, rests: bool = True, worth: Callable[[int, int], bool] = lambda start, end: True
) -> list[Hit]:
    """`hits` of `text` without overlaps, in the order of the text.

    The surer hit wins, the longer among equals; with `rests` the other keeps what sticks out, so that nothing is lost,
    as far as these characters are `worth` it.
    """
    taken = bytearray(len(text))
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (-hit.score, hit.start - hit.end, hit.start)):
        free = list(_free(hit, taken))
        whole = free == [(hit.start, hit.end)]
        for start, end in free:
            if not whole and not rests:
                continue
            if not whole:
                start, end = _trimmed(text, start, end)
                if sum(char.isalnum() for char in text[start:end]) < LEFT_OVER or not worth(start, end):
                    continue
            taken[start:end] = b"\1" * (end - start)
            kept.append(replace(hit, start=start, end=end))
    return sorted(kept, key=lambda hit: hit.start)


def _free(hit: Hit, taken: bytearray) -> Iterable[tuple[int, int]]:
    """The runs of [hit.start, hit.end) that no surer hit has taken."""
    start = hit.start
    while start < hit.end:
        if (start := taken.find(0, start, hit.end)) < 0:
            return
        end = taken.find(1, start, hit.end)
        end = hit.end if end < 0 else end
        yield start, end
        start = end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and not text[start].isalnum():
        start += 1
    while start < end and not text[end - 1].isalnum():
        end -= 1
    return start, end
