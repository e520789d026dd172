"""Pictures of anatomy, labelled: what they show, where the face is, and which of its points can be seen."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from phivet.datasets import faces_looks as looks
from phivet.datasets.faces_anatomy import AIR, Anatomy
from phivet.datasets.faces_renderers import Camera, Look, rasterised, rendered
from phivet.datasets.faces_solids import Voxels

Pixels = NDArray[np.uint8]
MARKS = ("left_eye", "right_eye", "nose", "mouth", "chin", "brow")
SIDE = 144
"""Pixels of a picture's sides."""
SIDEWAYS, BEHIND = 100.0, 125.0
"""Degrees from in front up to which a face is seen, and from which it surely is not."""
FROM_ABOVE, OVER = 50.0, 72.0
"""The same for looking from above or below."""


@dataclass(frozen=True)
class Picture:
    """A rendering: `pixels` (S, S, 4) uint8, colour times opacity, and opacity.

    `kind` is other, face or fetus. `marks` (6, 3) are columns, rows and whether each of `MARKS` is there to be seen;
    `box` (x0, y0, x1, y1) bounds the face in pixels. Both are 0 where there is none.
    """

    pixels: Pixels = field(repr=False)
    kind: str
    box: tuple[float, float, float, float]
    marks: NDArray[np.float32] = field(repr=False)
    source: str
    look: str
    renderer: str = "march"

    @property
    def whole(self) -> bool:
        """Whether eyes, nose and mouth are all seen."""
        return self.kind != "other" and shown(self.marks) == "whole"


def shown(marks: NDArray[np.float32]) -> str:
    """How much of a face its visible marks are: whole, partial, too little to say (`unclear`), or none."""
    left, right, nose, mouth, chin, brow = (bool(mark) for mark in marks[:, 2])
    if (left or right) and nose and mouth:
        return "whole"
    if (left and right and (brow or nose)) or (mouth and nose and chin):
        return "partial"
    return "unclear" if any((left, right, nose, mouth)) else "none"


def random_camera(anatomy: Anatomy, rng: np.random.Generator) -> Camera:
    """Somewhere to look from, more often from in front where there is a face; near or far, at times upside down."""
    grid = anatomy.grid
    extent = np.array(grid.shape[::-1]) * grid.step
    middle = np.array(grid.origin) + extent / 2
    reach = float(0.52 * np.linalg.norm(extent) * rng.uniform(0.75, 1.15))
    yaw, pitch = rng.uniform(-180, 180), rng.normal(0, 25)
    if anatomy.marks is not None:
        draw = rng.random()
        yaw = rng.normal(0, 45) if draw < 0.75 else yaw
        if rng.random() < 0.35:
            face = np.mean(list(anatomy.marks.values()), axis=0)
            middle = face + np.array((0, 40, 10)) + rng.normal(0, 10, 3)
            reach = float(np.ptp(np.stack(list(anatomy.marks.values()))[:, 2]) * rng.uniform(1.0, 1.8))
    roll = rng.choice((rng.normal(0, 8), rng.normal(180, 10), rng.uniform(0, 360)), p=(0.82, 0.08, 0.1))
    away = np.inf if rng.random() < 0.5 else float(rng.uniform(2.5, 6) * reach)
    return Camera(tuple(middle.tolist()), reach, float(yaw), float(pitch), float(roll), away)


def cut_open(look: Look, anatomy: Anatomy, rng: np.random.Generator) -> Look:
    """The look with all on one side of a plane taken away: the top of a skull, a half, or anything."""
    grid = anatomy.grid
    middle = np.array(grid.origin) + np.array(grid.shape[::-1]) * grid.step / 2
    draw = rng.random()
    if anatomy.marks is not None and draw < 0.5:
        normal, through = np.array((0.0, 0.0, 1.0)), anatomy.marks["brow"] + np.array((0, 0, rng.uniform(5, 60)))
    elif draw < 0.8:
        normal, through = np.eye(3)[int(rng.integers(3))] * rng.choice((-1, 1)), middle + rng.normal(0, 20, 3)
    else:
        normal, through = rng.normal(size=3), middle + rng.normal(0, 20, 3)
    normal = normal / np.linalg.norm(normal)
    return replace(look, cut=(*normal.tolist(), float(normal @ through)))


def taken(
    anatomy: Anatomy,
    look: Look,
    camera: Camera,
    face: str = "face",
    renderer: str = "march",
    side: int = SIDE,
) -> Picture | None:
    """The picture, or none if nobody could say whether it shows a face.

    `face` is what a face in it would be, or other where it was taken out.
    """
    draw = rasterised if renderer == "rasterised" else rendered
    pixels = (255 * draw(anatomy.hu, anatomy.grid, camera, look, side)).astype(np.uint8)
    if (pixels[..., 3] > 40).mean() < 0.015:
        return None
    nothing = Picture(pixels, "other", (0, 0, 0, 0), np.zeros((6, 3), np.float32), anatomy.name, look.name, renderer)
    if anatomy.marks is None or anatomy.face is None or face == "other" or look.name in looks.BONES:
        return nothing
    yaw = abs((camera.yaw + 180) % 360 - 180)
    pitch = abs((camera.pitch + 180) % 360 - 180)
    if look.name in looks.FLAT:
        return nothing if yaw < 45 else None
    if yaw > BEHIND or pitch > OVER:
        return nothing
    if yaw > SIDEWAYS or pitch > FROM_ABOVE:
        return None
    points = np.stack([anatomy.marks[name] for name in MARKS])
    marks = np.zeros((6, 3), np.float32)
    marks[:, :2] = camera.project(points, side)
    inside = ((marks[:, :2] >= 0) & (marks[:, :2] < side)).all(1)
    uncut = np.ones(6, bool) if look.cut is None else points @ np.array(look.cut[:3]) <= look.cut[3] - 6
    heights = anatomy.grid.along(2)
    kept = (points[:, 2] > heights[0] + 3) & (points[:, 2] < heights[-1] - 3)
    marks[:, 2] = inside & uncut & kept
    state = shown(marks)
    if state == "unclear":
        return None
    if state == "none":
        return nothing
    bounds = anatomy.face[(anatomy.face[:, 2] >= heights[0]) & (anatomy.face[:, 2] <= heights[-1])]
    if look.cut is not None:
        bounds = bounds[bounds @ np.array(look.cut[:3]) <= look.cut[3]]
    if len(bounds) < 30:
        return None
    box = _box(camera.project(bounds, side), side)
    return replace(nothing, kind=face, box=box, marks=marks)


def _box(at: NDArray[np.float32], side: int) -> tuple[float, float, float, float]:
    low, high = np.clip(at.min(0), 0, side), np.clip(at.max(0), 0, side)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def roughened(block: Voxels, rng: np.random.Generator) -> Voxels:
    """As a noisy, coarse or smoothed scan would have it."""
    draw = rng.random()
    if draw < 0.35:
        grain = ndimage.gaussian_filter(rng.normal(size=block.shape).astype(np.float32), rng.uniform(0.5, 1.4))
        return np.asarray(block + rng.uniform(30, 220) * grain / max(float(grain.std()), 1e-6), np.float32)
    if draw < 0.5:
        return np.asarray(ndimage.gaussian_filter(block, rng.uniform(0.6, 1.8)), np.float32)
    if draw < 0.65:
        thick = int(rng.integers(2, 4))
        coarse = np.repeat(block[::thick], thick, axis=0)[: len(block)]
        return coarse if len(coarse) == len(block) else block
    return block


def in_the_womb(anatomy: Anatomy, rng: np.random.Generator) -> Anatomy:
    """As 3D ultrasound sees it: smooth, grainy, half hidden behind other things at times."""
    soft = ndimage.gaussian_filter(anatomy.cover, rng.uniform(1.0, 2.2))
    speckle = ndimage.gaussian_filter(rng.normal(size=soft.shape).astype(np.float32), rng.uniform(0.8, 2.2))
    block = AIR + 1100 * (soft + rng.uniform(0.03, 0.15) * speckle / max(float(speckle.std()), 1e-6))
    if rng.random() < 0.5:
        lumps = ndimage.gaussian_filter(rng.normal(size=soft.shape).astype(np.float32), 9)
        y = np.linspace(0, 1, soft.shape[1])[None, :, None]
        front = lumps / max(float(lumps.std()), 1e-6) > 1.2 + 1.5 * np.clip((0.35 - y) * 6, 0, 1)
        sides = np.abs(np.linspace(-1, 1, soft.shape[2]))[None, None, :] > rng.uniform(0.4, 0.7)
        block = np.maximum(block, np.where(front & (sides | (y > 0.3)), 100, AIR))
    return replace(anatomy, hu=ndimage.gaussian_filter(block, 0.7).astype(np.float32))


def slice_of(anatomy: Anatomy, rng: np.random.Generator, side: int = SIDE) -> Picture:
    """A plain slice through it, in a window of grey: no rendering, no face."""
    axis = int(rng.integers(3))
    at = int(anatomy.hu.shape[axis] * rng.uniform(0.2, 0.8))
    plane = np.take(anatomy.hu, at, axis)
    plane = plane[::-1] if axis else plane
    low, wide = float(rng.uniform(-300, 50)), float(rng.uniform(80, 1800))
    grey = np.clip((plane - low) / wide, 0, 1)
    scale = side / max(grey.shape)
    grey = np.clip(ndimage.zoom(grey, scale, order=1), 0, 1)
    square = np.zeros((side, side), np.float32)
    top, left = (side - min(side, grey.shape[0])) // 2, (side - min(side, grey.shape[1])) // 2
    part = grey[:side, :side]
    square[top : top + part.shape[0], left : left + part.shape[1]] = part
    pixels = np.repeat((255 * square).astype(np.uint8)[..., None], 4, axis=2)
    pixels[..., 3] = 255
    return Picture(pixels, "other", (0, 0, 0, 0), np.zeros((6, 3), np.float32), anatomy.name, "slice", "slice")
