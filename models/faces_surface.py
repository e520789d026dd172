"""The skin of whatever lies in a volume: a block of even voxels along the patient's axes, and where its air ends.

A `Block` is (Z, Y, X) float32, its axes running from the feet to the head, from the front to the back and from the
right to the left, as the header says or as one of the 24 ways to turn a box; missing orientation is tried, not guessed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import threshold_otsu

Voxels = NDArray[np.float32]
Mask = NDArray[np.bool_]
Axes = tuple[tuple[float, float, float], ...]

STEP_MM = 1.5
"""Edge of a block's voxels: finer than what tells faces apart, and a head fits into a few millions of them."""
COARSEST_MM = 2.5
"""The same where no side of the volume's own voxels is finer."""
MOST_VOXELS = 24_000_000
"""A block of more is made coarser: whole bodies."""
AIR_HU, SKIN_HU = -700.0, -300.0
"""Hounsfield units below which there is nothing but air, and at which the skin's partial volume is half air."""
SKIN = 0.2
"""Of the way from air to tissue that the skin reaches where the coil hardly does."""
NOISE = 4.0
"""Standard deviations of the air that are taken for nothing."""
SMOOTH_MM = 1.2

UNTURNED: Axes = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
"""The axes of a block in the patient's (x to the left, y to the back, z to the head)."""


@dataclass(frozen=True)
class Block:
    """Even voxels of `step` mm with the value `skin` at the surface between air and tissue."""

    voxels: Voxels = field(repr=False)
    step: float
    skin: float


def averaged(
    slices: Iterable[Voxels], shape: tuple[int, int, int], spacing: tuple[float, float, float]
) -> tuple[Voxels, tuple[float, ...]]:
    """Slices averaged down to voxels of about `STEP_MM` while they come, and the spacing that they then have.

    At no time is more held than one slice and what has been averaged.
    """
    factors = tuple(max(1, min(n // 2 or 1, round(STEP_MM / s))) for n, s in zip(shape, spacing, strict=True))
    depth, height, width = (n // f for n, f in zip(shape, factors, strict=True))
    block = np.zeros((depth, height, width), np.float32)
    for z, plane in enumerate(slices):
        if z // factors[0] < depth:
            cut = np.nan_to_num(plane[: height * factors[1], : width * factors[2]], nan=0.0, posinf=0.0, neginf=0.0)
            block[z // factors[0]] += cut.reshape(height, factors[1], width, factors[2]).mean(axis=(1, 3))
    block /= factors[0]
    return block, tuple(s * f for s, f in zip(spacing, factors, strict=True))


def along_the_patient(voxels: Voxels, spacing: tuple[float, ...], axes: Axes) -> tuple[Voxels, float]:
    """`voxels` resampled to a `Block`'s axes, sheared and oblique ones too, and the edge of its voxels in mm.

    What lies outside holds the value of air: the lowest percentile of what is inside.
    """
    forward = np.array([np.multiply(axis, s) for axis, s in zip(axes, spacing, strict=True)]).T[::-1]
    corners = np.array(list(product(*((0, n - 1) for n in voxels.shape)))) @ forward.T
    low, high = corners.min(axis=0), corners.max(axis=0)
    finest = float(np.clip(min(spacing), STEP_MM, COARSEST_MM))
    step = max(finest, float(np.cbrt(np.prod(high - low + 1) / MOST_VOXELS)))
    inverse = np.linalg.inv(forward)
    shape = tuple(int(n) for n in np.ceil((high - low) / step) + 1)
    air = float(np.percentile(voxels[::2, ::2, ::2], 1))
    even = ndimage.affine_transform(voxels, inverse * step, inverse @ low, shape, order=1, cval=air, output=np.float32)
    return even, step


def skin_level(voxels: Voxels, modality: str) -> float:
    """The value between air and skin.

    Hounsfield units have one; elsewhere it lies above the noise of the air that reaches the border, and well below
    what most of the tissue shows: skin is dim at the end of a coil, and where its fat is suppressed.
    """
    if is_hounsfield(voxels, modality):
        return SKIN_HU
    low, high = np.percentile(voxels, (0.5, 99.5))
    if high <= low:
        return float(high)
    clipped = np.clip(voxels, low, high)
    middle = float(threshold_otsu(clipped))  # type: ignore[no-untyped-call]
    air, tissue = clipped[_open_air(clipped < middle)], clipped[clipped >= middle]
    if not air.size or not tissue.size:
        return middle
    still, noise, bright = float(np.median(air)), float(air.std()), float(np.median(tissue))
    return min(middle, max(still + NOISE * noise, still + SKIN * (bright - still)))


def is_hounsfield(voxels: Voxels, modality: str) -> bool:
    """Whether the values are Hounsfield units: those of a CT, or of a file that does not tell, with air at -1000."""
    return modality in ("CT", "NIFTI") and float(np.percentile(voxels, 2)) < AIR_HU


def _open_air(below: Mask) -> Mask:
    """The part of `below` that reaches the border, a voxel away from all else."""
    labels, count = ndimage.label(below)
    if not count:
        return below
    faces = [labels.take(end, axis).ravel() for axis in range(3) for end in (0, -1)]
    sizes = np.bincount(np.concatenate(faces), minlength=count + 1)
    sizes[0] = 0
    air = sizes[labels] > 0.02 * sizes.sum()
    inner: Mask = ndimage.binary_erosion(air, iterations=2)
    return inner if inner.any() else air


def block(voxels: Voxels, spacing: tuple[float, ...], axes: Axes | None, modality: str) -> Block:
    """The largest thing in a volume, all else being air: (D, H, W) `voxels`, `spacing` in mm, `axes` as in `Volume`.

    Without axes it lies as if stacked from the feet up, each slice seen from the feet.
    """
    turned, step = along_the_patient(voxels, spacing, axes or UNTURNED)
    if is_hounsfield(turned, modality):
        turned = np.clip(turned, -1000, 1000)
    level = skin_level(turned, modality)
    smooth = ndimage.gaussian_filter(turned, SMOOTH_MM / step)
    solid = ndimage.binary_opening(smooth > level, iterations=1)
    labels, count = ndimage.label(solid)
    if count:
        largest = labels == 1 + int(np.argmax(np.bincount(labels.ravel())[1:]))
        near = ndimage.binary_dilation(largest, iterations=2)
        smooth = np.where(near, smooth, min(float(smooth.min()), level - 1))
    return Block(smooth, step, level)


def turns() -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The 24 ways to turn a box, as the order of its axes and the sign of each; the first leaves it as it is.

    A mirrored box is not among them: a face is its own mirror image, nearly.
    """
    for order in permutations(range(3)):
        for signs in product((1, -1), repeat=3):
            if np.linalg.det(np.eye(3)[list(order)] * np.array(signs)[:, None]) > 0:
                yield order, signs


def turned(block: Block, order: tuple[int, ...], signs: tuple[int, ...]) -> Block:
    """`block` turned, without copying it."""
    steps = tuple(slice(None, None, sign) for sign in signs)
    return Block(block.voxels.transpose(order)[steps], block.step, block.skin)
