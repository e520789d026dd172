"""QR codes and barcodes in a picture: decoded by zxing-cpp where something looks like one, told of where none decodes.

Looking for codes everywhere takes zxing ten times as long as all else, so a picture is first searched for places of
dense edges between two shades only.
"""

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from phivet.cases.parts import View

LARGEST = 1024
"""Pixels of the longer side at which places are sought; larger pictures are scaled down to it."""
WINDOW = 33
"""Pixels: a code is at least about as large as this square."""
CONTRAST = 40
"""Grey levels between the two shades."""
DENSE = 0.22
"""Share of pixels beside which the shade changes, in a code."""
BETWEEN = 0.22
"""Share of pixels that may be of neither shade."""
BARS = 20
"""Changes of shade along a row from which on stripes may be a barcode."""

UNEVEN = 0.2
"""Spread of the widths from one bar to the next, in means of them."""


@dataclass(frozen=True)
class Code:
    """A code in pixels [x0, x1) x [y0, y1) of the picture; `text` is None where it could not be decoded."""

    text: str | None = field(repr=False)
    x0: int
    y0: int
    x1: int
    y1: int


def find_codes(view: View) -> list[Code]:
    """The codes in a picture, (H, W) or (H, W, 3) uint8 RGB."""
    grey = np.asarray(
        cv2.cvtColor(view, cv2.COLOR_RGB2GRAY) if view.ndim == 3 else np.ascontiguousarray(view), np.uint8
    )
    codes: list[Code] = []
    for x0, y0, x1, y1 in places(grey):
        found = _decoded(grey[y0:y1, x0:x1], x0, y0)
        if not found and _looks_like_a_code(grey[y0:y1, x0:x1]):
            found = [Code(None, x0, y0, x1, y1)]
        codes += found
    return codes


def places(grey: View) -> list[tuple[int, int, int, int]]:
    """x0, y0, x1, y1 around what may be codes, with some margin: of modules of one pixel or of many."""
    height, width = grey.shape
    scale = min(1.0, LARGEST / max(height, width))
    mask = np.zeros((round(height * scale), round(width * scale)), np.uint8)
    for times in (1, 2, 4):
        size = (round(width * scale / times), round(height * scale / times))
        if min(size) >= WINDOW:
            small = grey if size == (width, height) else cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
            dense = _dense(np.asarray(small, np.uint8))
            mask |= np.asarray(cv2.resize(dense, mask.shape[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)
    _, _, found, _ = cv2.connectedComponentsWithStats(mask)
    boxes = []
    for x, y, w, h, _ in found[1:].tolist():
        x0, y0, x1, y1 = (round(each / scale) for each in (x - 8, y - 8, x + w + 8, y + h + 8))
        boxes.append((max(0, x0), max(0, y0), min(width, x1), min(height, y1)))
    return boxes


def _dense(grey: View) -> View:
    """1 where edges are dense and all else is of one of two shades, and around it."""
    if not (_is_busy(grey) or _is_busy(grey.T)):
        return np.zeros_like(grey)
    square = np.ones((9, 9), np.uint8)
    low, high = cv2.erode(grey, square), cv2.dilate(grey, square)
    spread = cv2.subtract(high, low)
    half, third = spread // 2, spread // 3
    changes = np.zeros_like(grey)
    changes[:, 1:] |= cv2.absdiff(grey[:, 1:], grey[:, :-1]) > half[:, 1:]
    changes[1:] |= cv2.absdiff(grey[1:], grey[:-1]) > half[1:]
    strong = spread >= CONTRAST
    between = (grey > low + third) & (grey < high - third) & strong
    dense = (_mean(changes) >= DENSE) & (_mean(between) <= BETWEEN) & (_mean(strong) >= 0.9)
    if not dense.any():
        return changes * 0
    return np.asarray(cv2.dilate(dense.astype(np.uint8), np.ones((WINDOW, WINDOW), np.uint8)), np.uint8)


def _is_busy(grey: View) -> bool:
    """Whether shades change often enough across some square: hardly any frame passes this, which is quick to see."""
    _, changes = cv2.threshold(cv2.absdiff(grey[:, 1:], grey[:, :-1]), CONTRAST // 2, 255, cv2.THRESH_BINARY)
    squares = cv2.resize(changes, (grey.shape[1] // 16, grey.shape[0] // 16), interpolation=cv2.INTER_AREA)
    return int(squares.max()) >= 255 * DENSE / 2


def _mean(plane: NDArray[Any]) -> NDArray[np.float32]:
    return np.asarray(cv2.boxFilter(plane.astype(np.uint8), cv2.CV_32F, (WINDOW, WINDOW)), np.float32)


def _decoded(grey: View, x: int, y: int) -> list[Code]:
    import zxingcpp

    codes = []
    for scale in (1, 2, 3):
        if scale > 1 and scale * max(grey.shape) > LARGEST:
            break
        picture = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC) if scale > 1 else grey
        for found in zxingcpp.read_barcodes(np.ascontiguousarray(picture)):
            at = found.position
            xs = [corner.x / scale for corner in (at.top_left, at.top_right, at.bottom_left, at.bottom_right)]
            ys = [corner.y / scale for corner in (at.top_left, at.top_right, at.bottom_left, at.bottom_right)]
            box = (x + int(min(xs)), y + int(min(ys)), x + int(max(xs)) + 1, y + int(max(ys)) + 1)
            codes.append(Code(found.text, *box))
        if codes:
            break
    return codes


def _looks_like_a_code(grey: View) -> bool:
    """Whether there are the three corners of a QR code, or the uneven bars of a barcode."""
    if cv2.QRCodeDetector().detect(grey)[0]:
        return True
    return _are_bars(grey) or _are_bars(grey.T)


def _are_bars(grey: View) -> bool:
    """Whether most rows go through the same changes of shade, in uneven steps: rulers and grids have even ones."""
    middle = grey[grey.shape[0] // 4 : 3 * grey.shape[0] // 4 + 1].astype(np.float32)
    profile = middle.mean(0)
    shown = profile > (profile.max() + profile.min()) / 2
    spread = float(profile.max() - profile.min())
    changes = np.flatnonzero(np.diff(shown))
    if len(changes) < BARS or spread < CONTRAST:
        return False
    steps = np.diff(changes[::2])
    same = float(np.abs(middle - profile).mean()) < spread / 8
    return same and float(steps.std() / steps.mean()) > UNEVEN
