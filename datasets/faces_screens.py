"""Pictures as they are saved: a rendering on its background, near or cut off, with text over it, or in a panel.

Colours are premultiplied; a picture of one channel of grey is put together like one of three.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from phivet.datasets.faces_pictures import Picture, shown

Random = np.random.Generator
Pixels = NDArray[np.uint8]
WORDS = (
    "R", "L", "A", "P", "H", "F", "3D", "VR", "W 400 L 40", "kV 120", "mA 250", "Zoom 1.2", "CT Head", "T1 MPRAGE",
    "Im: 12/60", "SSD", "+", "10 cm", "AP", "RAO 30", "Rendering", "Opacity", "Volume", "Seg 1", "Threshold", "0.6 mm",
)  # fmt: skip


@dataclass(frozen=True)
class Screen:
    """`pixels` (H, W) or (H, W, 3) uint8, and what they show.

    `kind` is other, face or fetus, `box` (x0, y0, x1, y1) in pixels where the largest face is if that is known, `whole`
    whether all of a face is seen. `source` names the head or thing, `look` how it is shown.
    """

    pixels: Pixels = field(repr=False)
    kind: str
    box: tuple[float, float, float, float] | None
    whole: bool
    source: str
    look: str
    renderer: str = "march"
    marks: NDArray[np.float32] | None = field(default=None, repr=False)
    """(6, 3): columns, rows and whether each of `faces_pictures.MARKS` is seen; None where that is not known."""


@dataclass(frozen=True)
class _Placed:
    pixels: Pixels
    kind: str
    box: tuple[float, float, float, float] | None
    whole: bool
    marks: NDArray[np.float32] | None


def alone(picture: Picture, rng: Random) -> Screen:
    """One rendering on a background."""
    placed = _placed(picture, rng, near=rng.random() < 0.3)
    pixels = _finished(_drawn_on(placed.pixels, rng, rng.random() < 0.45), rng)
    about = picture.source, picture.look, picture.renderer
    return Screen(pixels, placed.kind, placed.box, placed.whole, *about, placed.marks)


def panels(pictures: Sequence[Picture], rng: Random) -> Screen:
    """A screen of two to six renderings and slices, told by the first of those that show a face."""
    layout = [(1, 2), (2, 1), (2, 2), (1, 3), (2, 3)][int(rng.integers(5))]
    size = int(rng.choice((96, 128, 160)))
    gap = int(rng.integers(0, 6))
    chosen = [pictures[index % len(pictures)] for index in range(layout[0] * layout[1])]
    places = rng.permutation(len(chosen))
    first = _placed(chosen[0], rng, near=False, size=size)
    channels = first.pixels.shape[2:]
    tone = int(rng.choice((0, 0, 40, 128, 220)))
    tall, wide = layout[0] * (size + gap) + gap, layout[1] * (size + gap) + gap
    canvas = np.full((tall, wide, *channels), tone, np.uint8)
    faces = []
    for order, place in enumerate(places):
        placed = first if order == 0 else _placed(chosen[order], rng, near=False, size=size)
        part = _drawn_on(placed.pixels, rng, rng.random() < 0.3)[:size, :size]
        y, x = (gap + int(index) * (size + gap) for index in divmod(int(place), layout[1]))
        canvas[y : y + part.shape[0], x : x + part.shape[1]] = part
        if placed.kind != "other":
            box = placed.box
            moved = None if box is None else (box[0] + x, box[1] + y, box[2] + x, box[3] + y)
            marks = None if placed.marks is None else placed.marks + np.array((x, y, 0), np.float32)
            faces.append((chosen[order], _Placed(part, placed.kind, moved, placed.whole, marks)))
    pixels = _finished(canvas, rng)
    if not faces:
        about = chosen[0].source, chosen[0].look, chosen[0].renderer
        return Screen(pixels, "other", None, False, *about, np.zeros((6, 3), np.float32))
    of, best = max(faces, key=lambda each: 0 if each[1].box is None else each[1].box[2] - each[1].box[0])
    whole = any(placed.whole for _, placed in faces)
    marks = best.marks if len(faces) == 1 else None
    return Screen(pixels, best.kind, best.box, whole, of.source, of.look, of.renderer, marks)


def _placed(picture: Picture, rng: Random, near: bool, size: int | None = None) -> _Placed:
    """The picture moved, mirrored and zoomed on a background; `near` may cut its face off."""
    side = picture.pixels.shape[0]
    wide = size or int(rng.integers(112, 170))
    tall = size or int(wide * rng.uniform(0.65, 1.5))
    for attempt in range(4):
        zoom = rng.uniform(0.75, 1.5) * min(wide, tall) / side
        centre = np.array((side / 2, side / 2)) + rng.normal(0, 0.04 * side, 2)
        known = picture.box[2] > 0
        if near and known and attempt < 3:
            seen = picture.marks[picture.marks[:, 2] > 0, :2]
            centre = seen[int(rng.integers(len(seen)))] + rng.normal(0, 4, 2)
            zoom = min(wide, tall) / max(12.0, (picture.box[2] - picture.box[0]) * rng.uniform(0.7, 1.6))
        elif attempt or not known:
            zoom = rng.uniform(0.8, 1.05) * min(wide, tall) / side
        mirror = -1.0 if rng.random() < 0.5 else 1.0
        marks = picture.marks.copy()
        marks[:, 0] = (marks[:, 0] - centre[0]) * zoom * mirror + wide / 2
        marks[:, 1] = (marks[:, 1] - centre[1]) * zoom + tall / 2
        if known:
            inside = (marks[:, 0] > 2) & (marks[:, 1] > 2) & (marks[:, 0] < wide - 2) & (marks[:, 1] < tall - 2)
            marks[:, 2] *= inside
        state = shown(marks) if known else ("whole" if picture.kind != "other" else "none")
        if picture.kind == "other" or state in ("whole", "partial"):
            break
    else:
        return _placed(picture, rng, near=False, size=size)
    turned = (mirror / zoom, 0, centre[0] - mirror * wide / 2 / zoom, 0, 1 / zoom, centre[1] - tall / 2 / zoom)
    image = Image.fromarray(picture.pixels)
    moved = np.asarray(image.transform((wide, tall), Image.Transform.AFFINE, turned, Image.Resampling.BILINEAR))
    box = None
    if known:
        x0, x1 = sorted((picture.box[index] - centre[0]) * zoom * mirror + wide / 2 for index in (0, 2))
        y0, y1 = ((picture.box[index] - centre[1]) * zoom + tall / 2 for index in (1, 3))
        box = (max(0.0, x0), max(0.0, y0), min(float(wide), x1), min(float(tall), y1))
    if picture.kind == "other":
        return _Placed(_on_background(moved, rng), "other", None, False, np.zeros((6, 3), np.float32))
    if mirror < 0:
        marks[:2] = marks[[1, 0]]
    return _Placed(_on_background(moved, rng), picture.kind, box, state == "whole", marks if known else None)


def _on_background(pixels: Pixels, rng: Random) -> Pixels:
    channels = pixels.shape[2] - 1
    tone = np.zeros((pixels.shape[0], 1, channels), np.float32)
    draw = rng.random()
    if draw > 0.7:
        tone += rng.uniform(0, 255, channels) if draw > 0.85 else float(rng.choice((255, 30, 90, 128, 200)))
    if draw > 0.93:
        tone = tone * np.linspace(rng.uniform(0.2, 1), 1, len(tone))[:, None, None]
    through = 1 - pixels[..., -1:].astype(np.float32) / 255
    made = np.clip(pixels[..., :-1] + through * tone, 0, 255).astype(np.uint8)
    if rng.random() < 0.03 and channels == 1:
        made = 255 - made
    return made[..., 0] if channels == 1 else made


def _drawn_on(pixels: Pixels, rng: Random, often: bool) -> Pixels:
    """With words, rulers, markers, an orientation cube, tool panels, frames."""
    if not often:
        return pixels
    image = Image.fromarray(pixels)
    draw = ImageDraw.Draw(image)
    wide, tall = image.size
    grey = image.mode == "L"

    def ink(low: int = 90) -> int | tuple[int, ...]:
        return int(rng.integers(low, 256)) if grey else tuple(int(x) for x in rng.integers(low, 256, 3))

    for _ in range(int(rng.integers(0, 7))):
        corner = (int(rng.integers(0, wide)), int(rng.choice((2, 10, tall - 12, tall - 20, tall // 2))))
        draw.text(corner, str(rng.choice(WORDS)), fill=ink())
    if rng.random() < 0.25:
        x = int(rng.choice((4, wide - 6)))
        draw.line([(x, tall // 4), (x, 3 * tall // 4)], fill=ink())
        for mark in range(6):
            y = tall // 4 + mark * tall // 10
            draw.line([(x - 3, y), (x + 3, y)], fill=ink())
    if rng.random() < 0.2:
        s = int(rng.integers(8, 20))
        x, y = (int(rng.choice((2, wide - 2 * s))), int(rng.choice((2, tall - 2 * s))))
        draw.polygon([(x, y + s // 2), (x + s, y + s // 2), (x + s, y + s * 3 // 2), (x, y + s * 3 // 2)], fill=ink())
        draw.polygon([(x, y + s // 2), (x + s // 2, y), (x + s * 3 // 2, y), (x + s, y + s // 2)], fill=ink())
        draw.text((x + s // 4, y + s // 2), str(rng.choice(("A", "R", "L", "P"))), fill=0 if grey else (0, 0, 0))
    if rng.random() < 0.2:
        x, y = int(rng.choice((0, int(0.62 * wide)))), int(rng.choice((0, int(0.75 * tall))))
        draw.rectangle(
            [x, y, x + 0.38 * wide, y + 0.25 * tall * float(rng.uniform(0.4, 1))], fill=ink(0), outline=ink()
        )
        draw.text((x + 3, y + 3), str(rng.choice(WORDS)), fill=ink())
    if rng.random() < 0.15:
        for _ in range(int(rng.integers(2, 14))):
            at, r = rng.uniform((0, 0), (wide, tall)), float(rng.uniform(1, 4))
            draw.ellipse([at[0] - r, at[1] - r, at[0] + r, at[1] + r], fill=ink())
    if rng.random() < 0.15:
        points = [(float(rng.uniform(0, wide)), float(rng.uniform(0, tall))) for _ in range(2)]
        draw.line(points, fill=ink(), width=1)
    return np.asarray(image)


def _finished(pixels: Pixels, rng: Random) -> Pixels:
    """Light and dark, blurred, grainy, or compressed."""
    made = pixels
    if rng.random() < 0.3:
        image = Image.fromarray(made).filter(ImageFilter.GaussianBlur(float(rng.uniform(0.4, 1.8))))
        made = np.asarray(image)
    if rng.random() < 0.25:
        small = max(0.35, float(rng.uniform(0.35, 0.9)))
        image = Image.fromarray(made)
        size = image.size
        image = image.resize((max(8, int(size[0] * small)), max(8, int(size[1] * small))), Image.Resampling.BILINEAR)
        made = np.asarray(image.resize(size, Image.Resampling.BILINEAR))
    tone = np.linspace(0, 1, 256) ** float(np.exp(rng.normal(0, 0.35)))
    tone = np.clip(tone * rng.uniform(0.6, 1.3) + rng.uniform(-0.05, 0.1), 0, 1)
    made = (255 * tone).astype(np.uint8)[made]
    if rng.random() < 0.3:
        grain = rng.standard_normal(made.shape, np.float32) * np.float32(rng.uniform(1, 9))
        made = np.clip(made + grain, 0, 255).astype(np.uint8)
    return made
