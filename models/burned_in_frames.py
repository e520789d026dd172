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
RULE = 3
"""Ink longer than this many heights of its line is a rule or a frame, not a letter."""
TALL = 0.4
"""Of a line's height, over which letters reach at least; a dashed rule does not."""
STROKE = 0.34
"""Of a line's height: what is as light as ink and thicker is background."""
SURE = 0.8
"""Confidence from which a reading stands; a poorer one may be bettered by another frame's noise."""
TRIES = 4
"""Frames on which one text is read at most, if it is read poorly."""


@dataclass(frozen=True, eq=False)
class Reading:
    """A word that was read, and the pixels around it, (H, W) or (H, W, 3) uint8, from `x0`, `y0` of the frame."""

    word: Word = field(repr=False)
    x0: int
    y0: int
    pixels: View = field(repr=False)
    tries: int = 1
    """Frames on which it was read; `word` is the surest reading."""

    def holds(self, box: TextBox | Word) -> bool:
        """Whether `box` lies within the pixels that were looked at."""
        height, width = self.pixels.shape[:2]
        return self.x0 <= box.x0 and self.y0 <= box.y0 and box.x1 <= self.x0 + width and box.y1 <= self.y0 + height

    def stands_in(self, view: View) -> bool:
        """Whether the same text stands in the same place of `view`.

        So it does when no letter can have changed: either nothing but noise did, or the lightest pixels, in which
        the letters were burned in over whatever moves behind them, are exactly those they were.
        """
        now = self._place_in(view)
        return _only_noise(self.pixels, now) or _same_ink(self.pixels, now)

    def may_be_bettered_by(self, view: View) -> bool:
        """Whether it was read poorly, not often, and `view`, in which it stands, shows it a little differently."""
        poor = self.word.confidence < SURE and self.tries < TRIES
        return poor and not np.array_equal(self.pixels, self._place_in(view))

    def _place_in(self, view: View) -> View:
        height, width = self.pixels.shape[:2]
        return view[self.y0 : self.y0 + height, self.x0 : self.x0 + width]


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
            known = None
            for reading in readings:
                if not reading.holds(box):
                    continue
                if id(reading) not in stands:
                    stands[id(reading)] = reading.stands_in(view)
                if stands[id(reading)]:
                    known = reading
                    break
            if known is None or known.may_be_bettered_by(view):
                unread.append(box)
            else:
                words[id(known)] = known.word
        return list(words.values()), unread

    def keep(self, view: View, words: Sequence[Word]) -> list[Word]:
        """Remember what was read in `view`; each word, or the one that was read more surely in its place before."""
        if view.shape not in self._sizes and len(self._sizes) == MOST_SIZES:
            del self._sizes[next(iter(self._sizes))]
        readings = self._sizes[view.shape]
        best = []
        for word in words:
            here = [reading for reading in readings if reading.holds(word)]
            before = next((reading for reading in here if reading.stands_in(view)), None)
            tries = 1
            if before is not None:
                tries += before.tries
                word = max(before.word, word, key=lambda one: one.confidence)
                readings.remove(before)
                here.remove(before)
            for reading in here[MOST_IN_PLACE - 1 :]:
                readings.remove(reading)
            x0, y0 = max(0, word.x0 - MARGIN), max(0, word.y0 - MARGIN)
            pixels = view[y0 : word.y1 + MARGIN, x0 : word.x1 + MARGIN].copy()
            readings.appendleft(Reading(word, x0, y0, pixels, tries))
            best.append(word)
        return best


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

    Nearly, for a letter's edge lets some of the background through. None of the background may be as light, for over
    it a letter could come and go unseen. And they must be letters all along the line: beside a white label, or over a
    white rule, a name in grey could be another one on every frame.
    """
    light = int(before.max())
    inked, inked_now = before >= light - INK, now >= light - INK
    if light < LIGHT or not (np.all(now[inked] >= light - EDGE) and np.all(before[inked_now] >= light - EDGE)):
        return False
    stroke = max(3, 1 + round(STROKE * (min(before.shape[:2]) - 2 * MARGIN)))
    nearly = _plane(np.maximum(before, now) >= light - EDGE).astype(np.uint8)
    if np.any(cv2.erode(nearly, np.ones((stroke, stroke)))):
        return False
    return _runs_along(_letters(_plane(inked)))


def _plane(pixels: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.any(pixels, axis=2) if pixels.ndim == 3 else pixels


def _letters(inked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The ink (H, W) without what is too long for a letter."""
    longest = RULE * max(1, min(inked.shape) - 2 * MARGIN)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(inked.astype(np.uint8), connectivity=8)
    long = np.flatnonzero(stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) > longest)
    return inked & ~np.isin(labels, long[long > 0])


def _runs_along(inked: NDArray[np.bool_]) -> bool:
    """Whether the ink (H, W) is of letters' height, and no gap in it longer than the line is high with its margins."""
    along = inked if inked.shape[0] > inked.shape[1] else inked.T
    at, high = np.flatnonzero(along.any(axis=1)).tolist(), int(along.any(axis=0).sum())
    short = min(inked.shape)
    if high < TALL * (short - 2 * MARGIN):
        return False
    return all(after - before <= short for before, after in pairwise([-1, *at, along.shape[0]]))
