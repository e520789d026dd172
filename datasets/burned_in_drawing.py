"""Burning lines into a frame: ink, colour, contrast, grounds, turns, and what happens to the frame afterwards."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from phivet.cases.categories import Category
from phivet.datasets.burned_in_backgrounds import Pixels
from phivet.datasets.burned_in_fonts import Font
from phivet.datasets.burned_in_layouts import Block, Line

Corners = NDArray[Any]
COLOURS = ((255, 255, 255), (255, 255, 0), (0, 255, 0), (0, 255, 255), (255, 160, 0), (255, 90, 90), (120, 170, 255))
SMALLEST = 3
"""Pixels: what is lower after scaling is no text anymore."""


@dataclass(frozen=True)
class TextLabel:
    """A phrase of a line. `category`: what it gives away, None if it identifies nobody. Box end exclusive."""

    text: str = field(repr=False)
    category: Category | None
    box: tuple[int, int, int, int]

    @property
    def identifies(self) -> bool:
        """Whether it must be found. Bare initials need not be: nobody tells them from a mark."""
        return self.category not in (None, Category.INITIALS)


@dataclass(frozen=True)
class TextLine:
    """A line in a frame, all in pixels of the finished frame.

    `corners`: of the line's own rectangle, (4, 2) as x, y, from its upper left on, as it is read; `height`: of its
    capitals; `contrast`: grey levels between ink and ground; `noise`: the ground's standard deviation in grey levels.
    """

    text: str = field(repr=False)
    labels: tuple[TextLabel, ...]
    box: tuple[int, int, int, int]
    corners: Corners = field(repr=False, compare=False)
    height: float
    contrast: float
    noise: float
    font: str
    layout: str
    arabic: bool = False


@dataclass(frozen=True)
class Style:
    """How a block is written. `level`: of the letters, 0 to 255, or None: `contrast` levels off the ground."""

    font: Font
    pitch: int
    level: float | None
    contrast: float
    colour: tuple[int, int, int] = (255, 255, 255)
    halo: bool = False
    blur: float = 0.0
    bold: bool = False


@dataclass
class Canvas:
    """A frame being written on: pixels as float, where there is ink, what was written."""

    pixels: NDArray[Any]
    ink: NDArray[Any]
    taken: NDArray[Any]
    lines: list[TextLine]


def blank(pixels: Pixels) -> Canvas:
    """A canvas over a background."""
    size = pixels.shape[:2]
    return Canvas(pixels.astype(np.float32), np.zeros(size, np.float32), np.zeros(size, np.uint8), [])


def write(canvas: Canvas, block: Block, style: Style, layout: str, rng: random.Random) -> None:
    """Burns a block in; lines that would fall on others, or out of the frame, are left out."""
    inked = [_inked(line, style) for line in block.lines if line]
    if not inked:
        return
    panel = block.ground == "panel"
    if panel or block.turn:
        _stamp(canvas, block, inked, style, layout, rng)
        return
    y = block.y - len(inked) * style.pitch if block.low else block.y
    for line, ink, ends in inked:
        x = block.x - ink.shape[1] if block.right else block.x
        ground = rng.choice((0.0, 0.0, 30.0, 255.0)) if block.ground == "box" else None
        _burn(canvas, line, ink, ends, x, y, style, layout, ground)
        y += style.pitch


Inked = tuple[Line, NDArray[Any], list[int]]


def _inked(line: Line, style: Style) -> Inked:
    ink, ends = style.font.ink([piece.text for piece in line])
    if style.bold:
        ink = np.maximum(ink, np.pad(ink, ((0, 0), (1, 0)))[:, :-1])
    if style.blur:
        ink = cv2.GaussianBlur(np.pad(ink, 2), (0, 0), style.blur)
        ends = [end + 2 for end in ends]
    return line, ink, ends


def _burn(
    canvas: Canvas,
    line: Line,
    ink: NDArray[Any],
    ends: list[int],
    x: int,
    y: int,
    style: Style,
    layout: str,
    ground: float | None,
) -> None:
    height, width = canvas.ink.shape
    x0, y0, x1, y1 = max(0, x), max(0, y), min(width, x + ink.shape[1]), min(height, y + ink.shape[0])
    seen = ink[y0 - y : y1 - y, x0 - x : x1 - x] if x0 < x1 and y0 < y1 else ink[:0]
    if seen.size == 0 or seen.sum() < 0.6 * ink.sum() or canvas.taken[y0:y1, x0:x1].any():
        return
    canvas.taken[max(0, y0 - 1) : y1 + 1, max(0, x0 - 3) : x1 + 3] = 1
    part = canvas.pixels[y0:y1, x0:x1]
    if ground is not None:
        margin = 2
        canvas.pixels[max(0, y0 - margin) : y1 + margin, max(0, x0 - margin) : x1 + margin] = ground
    _blend(part, seen, style)
    canvas.ink[y0:y1, x0:x1] = np.maximum(canvas.ink[y0:y1, x0:x1], seen)
    corners = np.array(
        [(x, y), (x + ink.shape[1], y), (x + ink.shape[1], y + ink.shape[0]), (x, y + ink.shape[0])], np.float32
    )
    _note(canvas, line, ends, ink.shape[1], corners, style, layout)


def _blend(part: NDArray[Any], ink: NDArray[Any], style: Style) -> None:
    mean = float(part.mean())
    level = style.level
    if level is None:
        up = mean + style.contrast <= 255 and (mean < 150 or mean - style.contrast < 0)
        level = mean + style.contrast if up else mean - style.contrast
    level = float(np.clip(level, 0, 255))
    alpha: Any = ink
    tint: Any = level
    if part.ndim == 3:
        alpha = ink[..., None]
        tint = np.array(style.colour, np.float32) * (level / 255)
    if style.halo:
        around = cv2.dilate(ink, np.ones((3, 3), np.uint8))
        dark = 0.0 if level > 128 else 255.0
        part += (dark - part) * (around if part.ndim == 2 else around[..., None])
    part += (tint - part) * alpha


def _note(canvas: Canvas, line: Line, ends: list[int], width: int, corners: Corners, style: Style, layout: str) -> None:
    """Enters a line: its corners, and each phrase's share of them."""
    labels = []
    for number, piece in enumerate(line):
        start, end = ends[number] / max(1, width), ends[number + 1] / max(1, width)
        if not piece.text.strip():
            continue
        if style.font.kind == "arabic":
            start, end = 0.0, 1.0
        along, down = corners[1] - corners[0], corners[3] - corners[0]
        quad = np.array([corners[0] + along * part + down * low for part in (start, min(1.0, end)) for low in (0, 1)])
        labels.append(TextLabel(piece.text.strip(), piece.category, _box(quad, canvas.ink.shape)))
    text = "".join(piece.text for piece in line)
    arabic = style.font.kind == "arabic" and not text.isascii()
    box = _box(corners, canvas.ink.shape)
    if labels:
        font = f"{style.font.kind}:{style.font.face}"
        canvas.lines.append(TextLine(text, tuple(labels), box, corners, style.font.height, 0, 0, font, layout, arabic))


def _box(corners: Corners, size: Sequence[int]) -> tuple[int, int, int, int]:
    height, width = size
    (x0, y0), (x1, y1) = corners.min(0).tolist(), corners.max(0).tolist()
    return (
        min(max(math.floor(x0), 0), width - 1),
        min(max(math.floor(y0), 0), height - 1),
        min(max(math.ceil(x1), 1), width),
        min(max(math.ceil(y1), 1), height),
    )


def _stamp(canvas: Canvas, block: Block, inked: list[Inked], style: Style, layout: str, rng: random.Random) -> None:
    """A block drawn by itself, then turned and pasted: labels, bubbles, wristbands, standing text."""
    margin = rng.randint(2, 10) if block.ground == "panel" else 1
    width = max(ink.shape[1] for _, ink, _ in inked) + 2 * margin
    height = style.pitch * (len(inked) - 1) + max(ink.shape[0] for _, ink, _ in inked) + 2 * margin
    ink, places, y = np.zeros((height, width), np.float32), [], margin
    for line, letters, ends in inked:
        part = ink[y : y + letters.shape[0], margin : margin + letters.shape[1]]
        np.maximum(part, letters[: part.shape[0], : part.shape[1]], out=part)
        places.append((line, letters.shape, ends, y))
        y += style.pitch
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), block.turn, 1.0)
    across, down = abs(turn[0, 0]), abs(turn[0, 1])
    size = (int(np.ceil(width * across + height * down)), int(np.ceil(width * down + height * across)))
    turn[:, 2] += (size[0] / 2 - width / 2, size[1] / 2 - height / 2)
    ink = cv2.warpAffine(ink, turn, size, flags=cv2.INTER_LINEAR)
    panel = cv2.warpAffine(np.ones((height, width), np.float32), turn, size)
    x0 = max(0, min(block.x - size[0] if block.right else block.x, canvas.ink.shape[1] - size[0]))
    y0 = max(0, min(block.y, canvas.ink.shape[0] - size[1]))
    part = canvas.pixels[y0 : y0 + size[1], x0 : x0 + size[0]]
    if part.shape[:2] != (size[1], size[0]) or canvas.taken[y0 : y0 + size[1], x0 : x0 + size[0]].any():
        return
    canvas.taken[y0 : y0 + size[1], x0 : x0 + size[0]] = 1
    if block.ground == "panel":
        ground = rng.choice((255.0, 245.0, 230.0, 200.0, 20.0, 60.0))
        part += (ground - part) * (panel if part.ndim == 2 else panel[..., None])
        if style.level is not None:
            style = replace(
                style, level=255.0 if ground < 128 else rng.choice((0.0, 20.0, 60.0)), colour=(255, 255, 255)
            )
    _blend(part, ink, style)
    canvas.ink[y0 : y0 + size[1], x0 : x0 + size[0]] = ink
    for line, shape, ends, y in places:
        flat = np.array(
            [(margin, y), (margin + shape[1], y), (margin + shape[1], y + shape[0]), (margin, y + shape[0])], np.float32
        )
        turned = flat @ turn[:, :2].T + turn[:, 2] + (x0, y0)
        _note(canvas, line, ends, shape[1], turned.astype(np.float32), style, layout)


def finish(canvas: Canvas, rng: random.Random) -> tuple[Pixels, tuple[TextLine, ...]]:
    """The finished frame: scaled, noisy, compressed as it may be; and its lines, measured in it."""
    pixels: Any = np.clip(canvas.pixels, 0, 255).astype(np.uint8)
    ink, scale = canvas.ink, 1.0
    if rng.random() < 0.25:
        scale = rng.choice((rng.uniform(0.55, 0.95), rng.uniform(1.05, 2.0)))
        size = (round(ink.shape[1] * scale), round(ink.shape[0] * scale))
        way = (
            rng.choice((cv2.INTER_AREA, cv2.INTER_LINEAR))
            if scale < 1
            else rng.choice((cv2.INTER_CUBIC, cv2.INTER_LINEAR, cv2.INTER_NEAREST))
        )
        pixels, ink = cv2.resize(pixels, size, interpolation=way), cv2.resize(ink, size, interpolation=way)
    if rng.random() < 0.15:
        grain = np.random.default_rng(rng.getrandbits(32)).standard_normal(pixels.shape[:2]).astype(np.float32)
        grain *= rng.uniform(1, 10)
        pixels = np.clip(pixels + (grain if pixels.ndim == 2 else grain[..., None]), 0, 255).astype(np.uint8)
    if rng.random() < 0.25:
        _, coded = cv2.imencode(".jpg", pixels, (cv2.IMWRITE_JPEG_QUALITY, rng.randint(35, 92)))
        pixels = cv2.imdecode(coded, cv2.IMREAD_UNCHANGED)
    grey = pixels if pixels.ndim == 2 else pixels.max(2)
    lines = []
    for line in canvas.lines:
        made = _scaled(line, scale, ink.shape)
        x0, y0, x1, y1 = made.box
        if made.height < SMALLEST or x1 <= x0 or y1 <= y0:
            continue
        part, mask = grey[y0:y1, x0:x1].astype(np.float32), ink[y0:y1, x0:x1]
        top = float(mask.max())
        inked, ground = part[mask > 0.6 * top], part[mask < 0.1 * top]
        if top < 0.05 or ground.size < 4:
            continue
        lines.append(replace(made, contrast=abs(float(inked.mean() - ground.mean())), noise=float(ground.std())))
    return pixels, tuple(lines)


def _scaled(line: TextLine, scale: float, size: Sequence[int]) -> TextLine:
    if scale == 1.0:
        return line
    corners = line.corners * np.float32(scale)
    labels = tuple(
        replace(label, box=_box(np.array(label.box, np.float32).reshape(2, 2) * scale, size)) for label in line.labels
    )
    return replace(line, corners=corners, box=_box(corners, size), labels=labels, height=line.height * scale)
