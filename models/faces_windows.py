"""Where in a picture to look for a face: the whole of it, and each of the things that stand apart on its background."""

from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from phivet.cases.parts import View
from phivet.cases.places import overlap

SIDE = 96
"""Pixels of the square that the network sees."""
SMALLEST = 0.02
"""Of the picture's area: what is smaller is no picture of its own. So there are 50 at most."""
MARGIN = 0.06
"""Of a thing's longer side, kept around it."""
SEARCHED = 192
"""Pixels of the longer side at which things are searched for."""
APART = 10
"""Grey levels by which a pixel is not the background's."""


@dataclass(frozen=True)
class Window:
    """Columns [x0, x1) and rows [y0, y1) of a picture."""

    x0: int
    y0: int
    x1: int
    y1: int

    def __post_init__(self) -> None:
        if not (self.x0 < self.x1 and self.y0 < self.y1):
            raise ValueError("a window holds at least one pixel")


def grey(picture: View) -> NDArray[np.uint8]:
    """The brightness of a picture (H, W) or (H, W, 3 or more), as (H, W) uint8."""
    if picture.ndim == 2:
        return picture
    weighed = picture[..., :3].astype(np.float32) @ np.array((0.299, 0.587, 0.114), np.float32)
    return (weighed + 0.5).astype(np.uint8)


def windows(picture: NDArray[np.uint8]) -> list[Window]:
    """The whole of a grey picture first, then what stands apart in it, if that is less than the whole."""
    height, width = picture.shape
    whole = Window(0, 0, width, height)
    found = [whole]
    for window in _things(picture):
        if all(overlap(astuple(window), astuple(other)) < 0.7 for other in found):
            found.append(window)
    return found


def cut(picture: NDArray[np.uint8], window: Window) -> NDArray[np.float32]:
    """A window of a grey picture as the network sees it: (SIDE, SIDE), mean 0, deviation 1, filled up with its edge."""
    width, height = window.x1 - window.x0, window.y1 - window.y0
    scale = SIDE / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    part = picture[window.y0 : window.y1, window.x0 : window.x1]
    small = np.asarray(Image.fromarray(part).resize(size, Image.Resampling.BILINEAR), np.float32)
    edge = np.median(np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]]))
    square = np.full((SIDE, SIDE), edge, np.float32)
    top, left = (SIDE - size[1]) // 2, (SIDE - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = small
    square -= square.mean()
    square /= max(float(square.std()), 4.0)
    return square


def uncut(box: NDArray[np.float32], window: Window, shape: tuple[int, int]) -> tuple[int, int, int, int]:
    """A box (x0, y0, x1, y1) in shares of a window's square, in whole pixels of a picture of `shape`."""
    height, width = shape
    side = max(window.x1 - window.x0, window.y1 - window.y0)
    left = (window.x0 + window.x1 - side) / 2
    top = (window.y0 + window.y1 - side) / 2
    x0, y0, x1, y1 = box * side + np.array((left, top, left, top))
    first_x, first_y = int(np.clip(x0, 0, width - 1)), int(np.clip(y0, 0, height - 1))
    last_x, last_y = int(np.clip(np.ceil(x1), first_x + 1, width)), int(np.clip(np.ceil(y1), first_y + 1, height))
    return first_x, first_y, last_x, last_y


def _things(picture: NDArray[np.uint8]) -> list[Window]:
    """Boxes around the parts of a picture that its background does not join, the largest first."""
    height, width = picture.shape
    shrink = max(1.0, max(height, width) / SEARCHED)
    size = (max(1, round(width / shrink)), max(1, round(height / shrink)))
    small = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX), np.int16)
    border = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    background = np.bincount(border.clip(0, 255)).argmax()
    apart = ndimage.binary_opening(np.abs(small - background) > APART)
    labels, _ = ndimage.label(apart)
    found = []
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
        tall, wide = rows.stop - rows.start, columns.stop - columns.start
        area = tall * wide / small.size
        filled = (labels[rows, columns] == number).mean()
        if area >= SMALLEST and 0.25 <= tall / wide <= 4 and filled > 0.15:
            margin = MARGIN * max(tall, wide)
            x0, x1 = (columns.start - margin) * shrink, (columns.stop + margin) * shrink
            y0, y1 = (rows.start - margin) * shrink, (rows.stop + margin) * shrink
            box = (max(0, int(x0)), max(0, int(y0)), min(width, int(np.ceil(x1))), min(height, int(np.ceil(y1))))
            if box[0] < box[2] and box[1] < box[3]:
                found.append((area, Window(*box)))
    found.sort(key=lambda each: -each[0])
    return [window for _, window in found]
