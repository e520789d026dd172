"""Where there is text in a picture: boxes around lines and word groups, small and faint ones too."""

import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from phivet.cases.parts import View
from phivet.models.burned_in_reader import WEIGHTS, grey

AROUND = 31
"""Pixels: what is light or dark is told by comparison with a square of this side."""
FLOOR = 2.0
"""Grey levels added to the spread around a pixel: fainter structure is not made as strong as text."""
STRONG = 40.0
"""Grey levels off its surroundings that count as one in the second plane."""
TILE, OVERLAP = 1024, 128
"""Pixels: larger pictures are looked at in tiles that share a margin, so that memory is bounded."""
MULTIPLE = 16
STRIDE = 2
CORE = 0.4
"""Probability from which a place is the core of a line."""
LINE = 0.3
"""Probability from which a place around a core is of the line."""
SURE = 0.7
"""Probability that the best place of a box must reach."""
LEAST = 3
"""Places of a core: fewer are noise."""
LEAST_SLANTED, LEAST_SLANT, MOST_SLANT, SLANTED_LONGER = 20, 2.5, 30.0, 7.0
"""Places of a core, degrees, times its height that it is long: from which on, and up to which, a line is slanted."""
SMALLEST_FAR = 192
"""Pixels of a picture's shorter side from which it is looked at from afar as well, at half its size."""
LARGE = 56
"""Pixels of a line's height from which it is seen better from afar."""


@dataclass(frozen=True)
class TextBox:
    """A line or a group of words in pixels [x0, x1) x [y0, y1) of the view; `score` in (0, 1].

    `slant`: degrees by which the line is turned, clockwise, from lying or standing; within the box lie its corners.
    """

    x0: int
    y0: int
    x1: int
    y1: int
    score: float
    slant: float = 0.0

    @property
    def sides(self) -> tuple[float, float]:
        """Width and height, in pixels, of the rectangle that is turned by `slant` and just fits into the box."""
        turn = math.radians(abs(self.slant))
        wide, high = self.x1 - self.x0, self.y1 - self.y0
        width = (wide * math.cos(turn) - high * math.sin(turn)) / math.cos(2 * turn)
        height = (high * math.cos(turn) - wide * math.sin(turn)) / math.cos(2 * turn)
        return max(1.0, width), max(1.0, height)


class TextMap:
    """Finds text in views of any size. Safe to be used by several threads."""

    def __init__(self, weights: Path | None = None) -> None:
        self._weights = weights or WEIGHTS
        self._lock = threading.Lock()
        self._network: Any = None

    def boxes(self, view: View) -> list[TextBox]:
        """The boxes in a picture, (H, W) or (H, W, 3) uint8 RGB, from top to bottom."""
        plane = grey(view)
        if plane.min() == plane.max():
            return []
        height, width = plane.shape
        found = boxes_of(*self.maps(plane))
        if min(plane.shape) >= SMALLEST_FAR:
            halved = cv2.resize(plane, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
            found = together(found, boxes_of(*self.maps(np.asarray(halved, np.uint8))))
        return [replace(box, x1=min(box.x1, width), y1=min(box.y1, height)) for box in found]

    def maps(self, plane: View) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The probabilities of core and of line at half the size of a plane, (H, W) uint8."""
        height, width = plane.shape
        size = (-(-height // STRIDE), -(-width // STRIDE))
        core, line = np.zeros(size, np.float32), np.zeros(size, np.float32)
        for y, x in ((y, x) for y in _starts(height) for x in _starts(width)):
            found = self._look(plane[y : y + TILE, x : x + TILE])
            for whole, part in ((core, found[0]), (line, found[1])):
                place = whole[y // STRIDE : (y + TILE) // STRIDE, x // STRIDE : (x + TILE) // STRIDE]
                np.maximum(place, part[: place.shape[0], : place.shape[1]], out=place)
        return core, line

    def _look(self, plane: View) -> NDArray[np.float32]:
        import torch

        down, right = -plane.shape[0] % MULTIPLE, -plane.shape[1] % MULTIPLE
        padded: Any = cv2.copyMakeBorder(plane, 0, down, 0, right, cv2.BORDER_REPLICATE) if down or right else plane
        given = torch.from_numpy(prepared(padded))[None].contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            return np.asarray(self._loaded()(given)[0].sigmoid().numpy(), np.float32)

    def _loaded(self) -> Any:
        with self._lock:
            if self._network is None:
                from phivet.models.burned_in_map_net import load

                self._network = load(self._weights)
            return self._network


def prepared(plane: View) -> NDArray[np.float32]:
    """A plane, (H, W) uint8, as the network sees it, (2, H, W): how far each pixel is off its surroundings,

    in units of their spread, and in grey levels.
    """
    pixels = plane.astype(np.float32)
    off = pixels - cv2.blur(pixels, (AROUND, AROUND), borderType=cv2.BORDER_REFLECT)
    spread = np.sqrt(np.maximum(0, cv2.blur(off * off, (AROUND, AROUND), borderType=cv2.BORDER_REFLECT)))
    return np.stack([off / (spread + FLOOR), off / STRONG])


def boxes_of(core: NDArray[np.float32], line: NDArray[np.float32]) -> list[TextBox]:
    """Each connected core, grown to the line around it, but not beyond the middle between it and another core."""
    cores = (core > CORE).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cores, connectivity=8)
    nearest = _nearest(cores, labels)
    found = []
    for number in range(1, count):
        x, y, wide, high, area = (int(value) for value in stats[number])
        inside = labels[y : y + high, x : x + wide] == number
        best = float(core[y : y + high, x : x + wide][inside].max())
        if area < LEAST or best < SURE:
            continue
        slanted = _slanted(x, y, inside, best)
        if slanted is not None:
            found.append(slanted)
            continue
        top, left = max(0, y - high - wide), max(0, x - high - wide)
        own = np.s_[top : y + 2 * high + wide, left : x + 2 * wide + high]
        ours = np.where(nearest[own] == number, line[own], 0)
        y0, y1 = _grown(ours, y - top, y - top + high, x - left, x - left + wide, axis=0)
        x0, x1 = _grown(ours, x - left, x - left + wide, y0, y1, axis=1)
        found.append(
            TextBox(STRIDE * (left + x0), STRIDE * (top + y0), STRIDE * (left + x1), STRIDE * (top + y1), best)
        )
    return sorted(found, key=lambda box: (box.y0, box.x0))


def _slanted(x: int, y: int, inside: NDArray[np.bool_], score: float) -> TextBox | None:
    """The box of a core, (H, W) from `x`, `y`, if it is slanted: a thin rectangle that neither lies nor stands."""
    if inside.sum() < LEAST_SLANTED:
        return None
    rectangle = cv2.minAreaRect(np.argwhere(inside)[:, ::-1].astype(np.float32))
    corners = cv2.boxPoints(rectangle)
    first, second = corners[1] - corners[0], corners[2] - corners[1]
    along = first if np.hypot(*first) > np.hypot(*second) else second
    lies = abs(along[0]) > abs(along[1])
    turned = math.degrees(math.atan2(along[1], along[0]) if lies else math.atan2(-along[0], along[1]))
    slant = (turned + 90) % 180 - 90
    short, long = sorted(side + 1 for side in rectangle[1])
    if not LEAST_SLANT <= abs(slant) <= MOST_SLANT or long < SLANTED_LONGER * short:
        return None
    # the core is half of the line's height, and does not reach its ends
    long, short = long + short, 2 * short
    across, down = (long, short) if lies else (short, long)
    turn = math.radians(abs(slant))
    half_wide = (across * math.cos(turn) + down * math.sin(turn)) / 2
    half_high = (across * math.sin(turn) + down * math.cos(turn)) / 2
    middle_x, middle_y = rectangle[0][0] + x + 0.5, rectangle[0][1] + y + 0.5
    x0, y0, x1, y1 = (
        round(STRIDE * end)
        for end in (middle_x - half_wide, middle_y - half_high, middle_x + half_wide, middle_y + half_high)
    )
    return TextBox(max(0, x0), max(0, y0), x1, y1, score, slant)


def _nearest(cores: NDArray[np.uint8], labels: NDArray[Any]) -> NDArray[Any]:
    """The number of the core that is nearest to each place."""
    if not cores.any():
        return labels
    _, zones = cv2.distanceTransformWithLabels(1 - cores, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_CCOMP)
    number_of: NDArray[Any] = np.zeros(int(zones.max()) + 1, np.int32)
    at = cores > 0
    number_of[zones[at]] = labels[at]
    found: NDArray[Any] = number_of[zones]
    return found


def together(near: list[TextBox], far: list[TextBox]) -> list[TextBox]:
    """The boxes of a picture, and those of large lines in the picture at half its size in place of their parts."""
    large = [
        replace(box, x0=2 * box.x0, y0=2 * box.y0, x1=2 * box.x1, y1=2 * box.y1)
        for box in far
        if 2 * min(box.y1 - box.y0, box.x1 - box.x0) >= LARGE
    ]
    large = [one for one in large if not _stacked([box for box in near if _inside(box, one)])]
    kept = [box for box in near if not any(_inside(box, one) for one in large)]
    large = [one for one in large if not any(_inside(one, box) for box in kept)]
    return sorted([*kept, *large], key=lambda box: (box.y0, box.x0))


def _stacked(boxes: list[TextBox]) -> bool:
    """Whether some are lines one above the other, which from afar look like one."""
    wide = [box for box in boxes if box.x1 - box.x0 > 2 * (box.y1 - box.y0)]
    return any(box.y1 <= other.y0 for box in wide for other in wide)


def _inside(box: TextBox, other: TextBox) -> bool:
    """Whether most of `box` is in `other`."""
    wide = min(box.x1, other.x1) - max(box.x0, other.x0)
    high = min(box.y1, other.y1) - max(box.y0, other.y0)
    return wide > 0 and high > 0 and wide * high >= 0.6 * (box.x1 - box.x0) * (box.y1 - box.y0)


def _grown(line: NDArray[np.float32], start: int, end: int, low: int, high: int, axis: int) -> tuple[int, int]:
    """[start, end) along `axis`, widened as long as half of what is there is of the line, at most by its own length."""
    along = line if axis == 0 else line.T
    short = min(end - start, high - low)
    most = max(2, short)

    def is_line(at: int) -> bool:
        return 0 <= at < along.shape[0] and float((along[at, low:high] > LINE).mean()) >= 0.5

    first, last = start, end
    while first > start - most and is_line(first - 1):
        first -= 1
    while last < end + most and is_line(last):
        last += 1
    return first, last


def _starts(length: int) -> Iterator[int]:
    """Where tiles begin along a side."""
    yield 0
    at = TILE - OVERLAP
    while at + OVERLAP < length:
        yield at
        at += TILE - OVERLAP
