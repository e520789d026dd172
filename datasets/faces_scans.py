"""Scans of synthetic anatomy: Hounsfield units or MR contrasts, noise, bias, motion, thick slices, all ways up."""

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import ndimage

from phivet.cases.parts import Volume
from phivet.datasets.faces_anatomy import AIR, Anatomy
from phivet.datasets.faces_solids import Grid, Shape, Voxels, put

SEQUENCES = ("CT", "CBCT", "T1", "T2", "FLAIR", "PD", "PET")
WEIGHTED = (0.34, 0.08, 0.25, 0.12, 0.12, 0.06, 0.03)
_TISSUES = (-1000.0, -300.0, -90.0, -20.0, 5.0, 22.0, 34.0, 44.0, 60.0, 150.0, 400.0, 3000.0)
"""Hounsfield units between which the signals of MR are drawn: air, fat, skin, fluid, brain, muscle, bone."""
_SIGNALS = {
    "T1": (0, 20, 900, 700, 180, 620, 680, 540, 430, 300, 70, 15),
    "T2": (0, 20, 700, 600, 1000, 420, 430, 560, 230, 200, 60, 10),
    "FLAIR": (0, 20, 650, 500, 90, 420, 450, 560, 260, 200, 60, 10),
    "PD": (0, 20, 800, 700, 850, 620, 640, 720, 520, 350, 90, 15),
    "PET": (0, 5, 60, 110, 150, 350, 800, 900, 180, 120, 90, 40),
}


@dataclass(frozen=True)
class Scan:
    """A series: (D, H, W) float32 at `spacing` mm; `axes` are those of the patient that its own run along.

    `axes[k]` is the direction (x to the left, y to the back, z to the head) in which index k grows, as in `Volume`.
    """

    name: str
    sequence: str
    voxels: Voxels = field(repr=False)
    spacing: tuple[float, float, float]
    axes: tuple[tuple[float, float, float], ...]
    thickness: float

    @property
    def modality(self) -> str:
        """As DICOM calls it."""
        return {"CT": "CT", "CBCT": "CT", "PET": "PT"}.get(self.sequence, "MR")

    def volume(self) -> Volume:
        """As a series that was read from a case."""
        depth, height, width = self.voxels.shape
        shape = (depth, height, width)
        return Volume(("file-1",), 0, self.modality, shape, self.spacing, self.axes, lambda: iter(self.voxels))


def cropped(anatomy: Anatomy, low: float | None, high: float | None) -> Anatomy:
    """Only what lies between the heights `low` and `high`, in mm."""
    z = anatomy.grid.along(2)
    first = 0 if low is None else int(np.searchsorted(z, low))
    last = len(z) if high is None else int(np.searchsorted(z, high))
    first, last = max(0, min(first, len(z) - 4)), max(4, last)
    grid = Grid(
        (anatomy.grid.origin[0], anatomy.grid.origin[1], float(z[first])),
        (last - first, *anatomy.grid.shape[1:]),
        anatomy.grid.step,
    )
    return replace(anatomy, grid=grid, hu=anatomy.hu[first:last], cover=anatomy.cover[first:last])


def furnished(anatomy: Anatomy, rng: np.random.Generator) -> Anatomy:
    """With a table or pillow behind it, tubes, electrodes, or metal, at times."""
    hu, grid = anatomy.hu.copy(), anatomy.grid
    shapes: list[Shape] = []
    if rng.random() < 0.3:
        back, step = grid.along(1)[-1], grid.step
        wide = float(grid.along(0)[-1] - grid.along(0)[0])
        middle = float(grid.along(0).mean())
        low, high = grid.along(2)[0], grid.along(2)[-1]
        value = float(rng.uniform(-700, 100))
        for x in np.linspace(-0.45, 0.45, 12):
            y = back - rng.uniform(0, 1) - 0.25 * wide * (x * 2) ** 2 * rng.uniform(0, 1) - step
            shapes.append(Shape(value, (middle + x * wide, y, low), (0.045 * wide,), (middle + x * wide, y, high)))
    if anatomy.marks is not None:
        marks = anatomy.marks
        if rng.random() < 0.15:
            at = marks["mouth"] + np.array((rng.uniform(-15, 15), -2, 0))
            path = [
                at + np.array((0, 25, 8)),
                at + np.array((0, -6, -3)),
                at + np.array((rng.uniform(-40, 40), -14, -60)),
            ]
            for a, b in pairwise(path):
                shapes.append(Shape(float(rng.uniform(100, 900)), a, (rng.uniform(2.5, 4.5),), b))
        if rng.random() < 0.12 and anatomy.face is not None:
            for point in rng.choice(anatomy.face, 6):
                shapes.append(Shape(float(rng.uniform(300, 2500)), point, (rng.uniform(2, 5),) * 3))
    put(hu, grid, shapes)
    extra = np.clip((hu - anatomy.hu) / 800, 0, 1)
    return replace(anatomy, hu=hu, cover=np.maximum(anatomy.cover, extra))


def scanned(
    anatomy: Anatomy, rng: np.random.Generator, sequence: str | None = None, thickness: float | None = None
) -> Scan:
    """One series of it, of any sequence and thickness, and any way up, if none is asked for."""
    sequence = sequence or str(rng.choice(SEQUENCES, p=WEIGHTED))
    step = anatomy.grid.step
    block = (_ct if sequence in ("CT", "CBCT") else _mr)(anatomy, sequence, rng)
    axes = np.eye(3)[::-1].copy()
    order = [0, 1, 2]
    if sequence not in ("CT", "CBCT") and rng.random() < 0.6:
        order = [[1, 0, 2], [2, 0, 1]][int(rng.integers(2))]
    flips = [rng.random() < 0.5 for _ in range(3)]
    block = block.transpose(order)
    axes = axes[order]
    for axis, flip in enumerate(flips):
        if flip:
            block, axes[axis] = np.flip(block, axis), -axes[axis]
    if thickness is None:
        thickness = float(rng.choice((step, 2.5, 3.0, 4.0, 5.0, 6.0), p=(0.5, 0.12, 0.12, 0.08, 0.12, 0.06)))
    thickness = max(thickness, step, 3.0 if sequence == "PET" else 0.0)
    if sequence == "PET":
        block = ndimage.gaussian_filter(block, 4.0 / step / 2.35)
    block = _sliced(block, thickness / step)
    noise = (rng.uniform(8, 60) if sequence == "CT" else rng.uniform(30, 120)) if sequence in ("CT", "CBCT") else 0.0
    if noise:
        grain = rng.normal(0, 1, block.shape).astype(np.float32)
        soft = rng.uniform(0, 0.8)
        block = block + noise * (1 + 1.5 * soft) * ndimage.gaussian_filter(grain, (0, soft, soft))
        block = np.clip(block, -1024, 3071)
    else:
        level = rng.uniform(4, 45) * (2.5 if sequence == "PET" else 1)
        real, imaginary = rng.normal(0, level, (2, *block.shape)).astype(np.float32)
        block = np.sqrt((block + real) ** 2 + imaginary**2) * rng.uniform(0.2, 3)
    own = tuple((float(x), float(y), float(z)) for x, y, z in axes)
    name = f"{anatomy.name}-{sequence}-{thickness:g}"
    return Scan(name, sequence, np.ascontiguousarray(block, np.float32), (thickness, step, step), own, thickness)


def _ct(anatomy: Anatomy, sequence: str, rng: np.random.Generator) -> Voxels:
    block = anatomy.hu
    if rng.random() < 0.12:
        streaks = np.zeros_like(block)
        z, y, x = (int(rng.integers(n // 3, max(n // 3 + 1, 2 * n // 3))) for n in block.shape)
        rows, columns = np.ogrid[: block.shape[1], : block.shape[2]]
        angle = np.arctan2(rows - y, columns - x)
        star = np.cos(rng.integers(5, 12) * angle + rng.uniform(0, 6)) ** 9
        fade = np.exp(-np.hypot(rows - y, columns - x) / 30)
        streaks[max(0, z - 4) : z + 4] = rng.uniform(200, 1200) * star * fade
        block = block + streaks * (anatomy.cover > 0.05)
    if sequence == "CBCT":
        shade = ndimage.gaussian_filter(anatomy.cover, 20)
        block = block - 150 * shade + rng.normal(0, 30)
    return np.asarray(block, np.float32)


def _mr(anatomy: Anatomy, sequence: str, rng: np.random.Generator) -> Voxels:
    cover = np.maximum(anatomy.cover, 1e-3)
    tissue = np.clip((anatomy.hu - (1 - cover) * AIR) / cover, -1000, 3000)
    signals = np.array(_SIGNALS[sequence], float) * rng.uniform(0.85, 1.15, len(_TISSUES))
    block = anatomy.cover * np.interp(tissue, _TISSUES, signals).astype(np.float32)
    shape = block.shape
    coarse = rng.normal(0, rng.uniform(0.05, 0.35), (4, 4, 4))
    bias = ndimage.zoom(coarse, [n / 4 for n in shape], order=1, grid_mode=True, mode="nearest")
    bias = ndimage.gaussian_filter(bias, 8)
    block = block * np.exp(bias)
    if rng.random() < 0.2:
        fall = np.linspace(0, 1, shape[0])[:, None, None]
        block = block * np.clip(1.1 - rng.uniform(0.5, 1.0) * (1 - fall), 0.05, 1)
    if rng.random() < 0.15:
        axis, shift = int(rng.integers(3)), int(rng.integers(4, 25))
        block = block + rng.uniform(0.02, 0.08) * (np.roll(block, shift, axis) + np.roll(block, -shift, axis))
    return np.asarray(block, np.float32)


def _sliced(block: Voxels, thick: float) -> Voxels:
    """Slices `thick` voxels apart, each the mean over its thickness."""
    if thick <= 1.01:
        return block
    sums = np.concatenate([np.zeros((1, *block.shape[1:]), np.float32), np.cumsum(block, axis=0, dtype=np.float64)])
    edges = np.arange(0, len(block) + 1e-6, thick)
    floor = np.minimum(edges.astype(int), len(block) - 1)
    part = (edges - floor)[:, None, None]
    at: Any = sums[floor] * (1 - part) + sums[floor + 1] * part
    return np.asarray((at[1:] - at[:-1]) / thick, np.float32)


def upright(scan: Scan, anatomy: Anatomy) -> Anatomy:
    """The scan of `anatomy` turned back, its voxels made even and its values brought to those of Hounsfield units."""
    axes = np.array(scan.axes)
    order = [int(np.abs(axes[:, patient]).argmax()) for patient in (2, 1, 0)]
    block = scan.voxels.transpose(order)
    for axis, index in enumerate(order):
        if axes[index].sum() < 0:
            block = np.flip(block, axis)
    step = min(scan.spacing)
    zoom = [scan.spacing[index] / step for index in order]
    if max(zoom) > 1.01:
        block = ndimage.zoom(block, zoom, order=1, grid_mode=True, mode="nearest")
    if scan.modality != "CT":
        nothing = 2.5 * float(np.percentile(block, 10))
        tissue = float(np.median(block[block > max(nothing, 0.5 * float(block.mean()))]))
        block = AIR + 1040 * np.clip((block - nothing) / max(tissue - nothing, 1e-6), 0, 3)
    grid = Grid(anatomy.grid.origin, (block.shape[0], block.shape[1], block.shape[2]), step)
    cover = np.clip((block - AIR) / 1000, 0, 1).astype(np.float32)
    return replace(anatomy, name=scan.name, grid=grid, hu=np.ascontiguousarray(block, np.float32), cover=cover)
