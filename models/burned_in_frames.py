"""What of a frame is worth reading: text that stood there before, with the same pixels, was read already.

The text map looks at every frame that differs from the ones before; reading what it sees is what takes time. A scan
remembers what it read, where, and how that looked, over all frames and files: a banner over a cine, the corners of a
series are read once. Nothing is taken for read because of its place alone (see `Reading.stands_in`).
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from phivet.cases.parts import View
from phivet.models.burned_in_map import TextBox
from phivet.models.ocr import Word

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels, end exclusive."""

MARGIN = 4
"""Pixels around a box that are compared as well: the text map may draw the next frame's box a little larger."""
SHIFT = 5.0
"""Grey levels by which the mean of 3 x 3 pixels may change, at most: noise averages out, the stroke of a letter not."""
MOST_READINGS = 400
"""Remembered of frames of one size; the oldest are forgotten, and read again if they come back."""
MOST_IN_PLACE = 4
"""Remembered of one place: a counter is another one on every frame, the planes of a biplane run take turns."""
MOST_SIZES = 8
"""Sizes of frames that are remembered."""
INK = 2
"""Grey levels below the lightest of the box within which a pixel was burned in."""
LIGHT = 128
"""Grey level below which nothing is taken for ink."""
EDGE = 16
"""Grey levels within which it must be in another frame, if it was."""


@dataclass(frozen=True, eq=False)
class Reading:
    """A word that was read, and the pixels around it, (H, W) or (H, W, 3) uint8, from `x0`, `y0` of the frame."""

    word: Word = field(repr=False)
    x0: int
    y0: int
    pixels: View = field(repr=False)

    def holds(self, box: TextBox | Word) -> bool:
        """Whether `box` lies within the pixels that were looked at."""
        height, width = self.pixels.shape[:2]
        return self.x0 <= box.x0 and self.y0 <= box.y0 and box.x1 <= self.x0 + width and box.y1 <= self.y0 + height

    def stands_in(self, view: View) -> bool:
        """Whether the same text stands in the same place of `view`.

        So it does when no letter can have changed: either nothing but noise did, or the lightest pixels, in which
        the letters were burned in over whatever moves behind them, are exactly those they were.
        """
        height, width = self.pixels.shape[:2]
        now = view[self.y0 : self.y0 + height, self.x0 : self.x0 + width]
        return _only_noise(self.pixels, now) or _same_ink(self.pixels, now)


class Memory:
    """What was read in one scan. Bounded, and gone with the scan."""

    def __init__(self) -> None:
        self._sizes: dict[tuple[int, ...], deque[Reading]] = defaultdict(lambda: deque(maxlen=MOST_READINGS))

    def recall(self, view: View, boxes: Sequence[TextBox]) -> tuple[list[Word], list[TextBox]]:
        """The words that are known to stand in `boxes`, and the boxes that have to be read."""
        readings = self._sizes[view.shape] if view.shape in self._sizes else deque()
        stands: dict[int, bool] = {}
        words: dict[int, Word] = {}
        unread = []
        for box in boxes:
            for reading in readings:
                if not reading.holds(box):
                    continue
                if id(reading) not in stands:
                    stands[id(reading)] = reading.stands_in(view)
                if stands[id(reading)]:
                    words[id(reading)] = reading.word
                    break
            else:
                unread.append(box)
        return list(words.values()), unread

    def keep(self, view: View, words: Sequence[Word]) -> None:
        """Remember what was read in `view`."""
        if view.shape not in self._sizes and len(self._sizes) == MOST_SIZES:
            del self._sizes[next(iter(self._sizes))]
        readings = self._sizes[view.shape]
        for word in words:
            for reading in [reading for reading in readings if reading.holds(word)][MOST_IN_PLACE - 1 :]:
                readings.remove(reading)
            x0, y0 = max(0, word.x0 - MARGIN), max(0, word.y0 - MARGIN)
            pixels = view[y0 : word.y1 + MARGIN, x0 : word.x1 + MARGIN].copy()
            readings.appendleft(Reading(word, x0, y0, pixels))


def _only_noise(before: View, now: View) -> bool:
    """Whether the change is smaller than a letter's: little in each pixel, next to nothing on average over a stroke."""
    largest = int(cv2.absdiff(now, before).max())
    if largest == 0:
        return True
    contrast = int(before.max()) - int(before.min())
    if largest > contrast / 2:
        return False
    change = cv2.blur(now.astype(np.float32) - before, (3, 3))
    return bool(np.abs(change).max() <= min(SHIFT, contrast / 6))


def _same_ink(before: View, now: View) -> bool:
    """Whether the lightest pixels are the same ones: each of one picture is nearly as light in the other.

    None of the background may be as light; nearly, for a letter's edge lets some of the background through. And they
    must run all along the line: beside a white label a name in grey could be another one on every frame.
    """
    light = int(before.max())
    inked = before >= light - INK
    return (
        light >= LIGHT
        and _runs_along(inked)
        and bool(np.all(now[inked] >= light - EDGE) and np.all(before[now >= light - INK] >= light - EDGE))
    )


def _runs_along(inked: NDArray[np.bool_]) -> bool:
    """Whether no gap in the ink, (H, W) or (H, W, 3), is longer than the line is high, its margins included."""
    plane = np.any(inked, axis=2) if inked.ndim == 3 else inked
    along = plane if plane.shape[0] > plane.shape[1] else plane.T
    at = np.flatnonzero(np.any(along, axis=1)).tolist()
    return all(after - before <= min(plane.shape) for before, after in pairwise([-1, *at, along.shape[0]]))
