"""Frames as the console shows them: PNG in stored geometry, through the window that the moderator set, or blurred.

Blurring is done here and not by the browser: what has not been asked for never leaves the service.
"""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from phivet.cases.parts import Array, Frames, View

LONGEST = 1_536
"""Pixels of the longer side of what is sent, until somebody zooms in; the boxes are exact at any size."""
CELLS = 20
"""Cells along the longer side of a blurred picture: a head is still one, but a line of text is less than a cell."""


@dataclass(frozen=True)
class Window:
    """What of the grey scale is shown: from `low` (black) to `high` (white), as shares of the picture's own range.

    The whole range of a picture of raw values is 0 to 1. `None`, for both, is the picture as its header asks for it.
    """

    low: float | None = None
    high: float | None = None
    inverted: bool = False

    def __post_init__(self) -> None:
        if (self.low is None) != (self.high is None):
            raise ValueError("a window needs both ends")
        if self.low is not None and self.high is not None and not -1 <= self.low < self.high <= 2:
            raise ValueError("a window needs -1 <= low < high <= 2")


def own_window(frames: Frames, index: int) -> Window:
    """The window that the frame's header asks for, found from what it makes of the values. Raises `UnreadableError`."""
    raw, view = frames.stored(index), frames.view(index)
    if raw.ndim != 2 or view.ndim != 2 or raw.shape != view.shape:
        return Window(0.0, 1.0)
    dark, bright = raw[view == view.min()], raw[view == view.max()]
    inverted = bool(dark.mean() > bright.mean())
    low, high = (bright.max(), dark.min()) if inverted else (dark.max(), bright.min())
    least, span = float(raw.min()), float(raw.max()) - float(raw.min())
    if span <= 0 or high <= low:
        return Window(0.0, 1.0, inverted)
    return Window((float(low) - least) / span, (float(high) - least) / span, inverted)


def shown(frames: Frames, index: int, window: Window) -> View:
    """Frame `index` through `window`: (H, W) or (H, W, 3) uint8. Raises `UnreadableError`."""
    if window.low is None or window.high is None:
        view = frames.view(index)
    else:
        raw: Array = frames.stored(index)
        grey = raw if raw.ndim == 2 else frames.view(index)
        view = _windowed(grey.astype(np.float32), window.low, window.high)
    return 255 - view if window.inverted else view


def _windowed(values: NDArray[np.float32], low: float, high: float) -> View:
    finite = np.nan_to_num(values, posinf=0.0, neginf=0.0)
    least, most = float(finite.min()), float(finite.max())
    span = (most - least) or 1.0
    share = ((finite - least) / span - low) / (high - low)
    return np.asarray(np.clip(share, 0, 1) * 255 + 0.5, np.uint8)


def blurred(view: View) -> View:
    """`view` as at most `CELLS` cells along its longer side, each the mean of what it covers."""
    image = Image.fromarray(view)
    cell = max(max(image.size) / CELLS, 1.0)
    small = (max(round(image.width / cell), 1), max(round(image.height / cell), 1))
    return np.asarray(image.resize(small, Image.Resampling.BOX))


def png(view: View, longest: int | None = LONGEST) -> bytes:
    """`view` as a PNG of at most `longest` pixels a side."""
    image = Image.fromarray(view)
    if longest is not None and max(image.size) > longest:
        image.thumbnail((longest, longest), Image.Resampling.BOX)
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()
