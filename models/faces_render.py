"""A volume's skin as a picture: the first tissue that parallel rays meet, shaded by its slope, from several sides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from phivet.cases.parts import View
from phivet.models.faces_surface import Axes, Block, Mask, Voxels, block

YAWS = (0, -35, 35, -75, 75)
"""Degrees to the patient's left from which it is looked at; 0 is from in front."""
WINDOW_MM = 280.0
"""As much of the height as a picture shows: a head and neck."""
SIDE = 192
"""Pixels of a picture's longer side."""
LIGHT = (-0.35, -0.45, 0.82)
"""Where the light comes from: pixels to the right, pixels down, towards the onlooker."""


@dataclass(frozen=True)
class Render:
    """One view of the skin.

    `picture` is (H, W) uint8, black where nothing is met; `depth` the same in mm from the nearest point, NaN there.
    `yaw` are the degrees to the patient's left from which it is seen, `top` the mm from the top of the block to that
    of the picture, `scale` the mm of a pixel.
    """

    picture: View = field(repr=False)
    depth: NDArray[np.float32] = field(repr=False)
    yaw: int
    top: float
    scale: float


def render(
    voxels: Voxels,
    spacing: tuple[float, float, float],
    axes: Axes | None = None,
    modality: str = "",
    yaws: Sequence[int] = YAWS,
) -> list[Render]:
    """Views of what lies in `voxels`, (D, H, W) float32 at `spacing` mm, from the top down and from each of `yaws`.

    `axes` are the patient's (`Volume.axes`), `modality` tells whether there are Hounsfield units.
    """
    return list(views(block(voxels, spacing, axes, modality), yaws))


def views(solid: Block, yaws: Sequence[int] = YAWS) -> Iterator[Render]:
    """Views of each window of a block's height, the topmost first, half a window apart."""
    for top in windows(solid):
        yield from views_of(solid, top, yaws)


def windows(solid: Block) -> list[int]:
    """The voxels from the top at which windows begin that have something in them."""
    heights = np.flatnonzero((solid.voxels > solid.skin).any(axis=(1, 2)))
    if not heights.size:
        return []
    depth = len(solid.voxels)
    first, last = depth - 1 - int(heights[-1]), depth - 1 - int(heights[0])
    half = max(1, round(WINDOW_MM / solid.step / 2))
    return list(range(first, max(first + 1, last + 1 - half), half))


def views_of(solid: Block, top: int, yaws: Sequence[int] = YAWS) -> Iterator[Render]:
    """Views of the window that begins `top` voxels below the top of the block."""
    height = round(WINDOW_MM / solid.step)
    window = solid.voxels[::-1][top : top + height]
    inside: Mask = window > solid.skin
    if not inside.any():
        return
    y0, y1, x0, x1 = _bounds(np.any(inside, axis=0))
    window = window[:, y0:y1, x0:x1]
    for yaw in yaws:
        picture = _view(window, solid, yaw, top)
        if picture is not None:
            yield picture


def _view(window: Voxels, solid: Block, yaw: int, top: int) -> Render | None:
    depth = first_hit(_turned(window, yaw), solid.skin) * solid.step
    met = np.isfinite(depth)
    if met.sum() < 64:
        return None
    y0, y1, x0, x1 = _bounds(met)
    edge = 4
    depth = np.pad(depth[y0:y1, x0:x1], edge, constant_values=np.nan)
    zoom = SIDE / max(depth.shape)
    picture, depth = shade(depth, solid.step, zoom)
    return Render(picture, depth, yaw, (top + y0 - edge) * solid.step, solid.step / zoom)


def _bounds(there: Mask) -> tuple[int, int, int, int]:
    rows, columns = (np.flatnonzero(there.any(axis=axis)) for axis in (1, 0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _turned(window: Voxels, yaw: int) -> Voxels:
    """`window` (down, back, left), turned about its height: what `yaw` sees comes first along the second axis."""
    if not yaw:
        return window
    import cv2

    angle = np.deg2rad(yaw)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    _, back, left = window.shape
    new_back = int(np.ceil(abs(cos) * back + abs(sin) * left))
    new_left = int(np.ceil(abs(sin) * back + abs(cos) * left))
    to_old = np.array([[cos, sin], [-sin, cos]])
    centre = np.array([(left - 1) / 2, (back - 1) / 2])
    matrix = np.column_stack([to_old, centre - to_old @ [(new_left - 1) / 2, (new_back - 1) / 2]])
    turned = np.empty((len(window), new_back, new_left), np.float32)
    lowest = float(window.min())
    for plane, made in zip(window, turned, strict=True):
        cv2.warpAffine(
            np.ascontiguousarray(plane), matrix, (new_left, new_back), made,
            cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, cv2.BORDER_CONSTANT, lowest,
        )  # fmt: skip
    return turned


def first_hit(window: Voxels, skin: float) -> NDArray[np.float32]:
    """How many voxels a ray along the second axis passes before it meets `skin`, between voxels; NaN if never."""
    inside = window > skin
    at = inside.argmax(axis=1)
    met = np.take_along_axis(inside, at[:, None], axis=1)[:, 0]
    behind = np.take_along_axis(window, at[:, None], axis=1)[:, 0]
    before = np.take_along_axis(window, np.maximum(at - 1, 0)[:, None], axis=1)[:, 0]
    rise = np.maximum(behind - before, 1e-6)
    part = np.where(at > 0, np.clip((behind - skin) / rise, 0, 1), 0)
    return np.where(met, at - part, np.nan).astype(np.float32)


def shade(depth: NDArray[np.float32], step: float, zoom: float) -> tuple[View, NDArray[np.float32]]:
    """A depth map of `step` mm a pixel, enlarged by `zoom`: as a lit surface, and as mm from the nearest point."""
    met = np.isfinite(depth)
    filled = _filled(depth, met)
    filled = ndimage.zoom(filled, zoom, order=1)
    met = ndimage.zoom(met.astype(np.float32), zoom, order=1) > 0.5
    pixel = step / zoom
    smooth = ndimage.gaussian_filter(filled, 1.2 / pixel)
    down, right = np.gradient(smooth, pixel)
    length = np.sqrt(1 + down**2 + right**2)
    lit = (LIGHT[0] * right + LIGHT[1] * down + LIGHT[2]) / length
    facing = 1 / length
    picture = np.where(met, 30 + 190 * np.clip(0.25 * facing + 0.75 * lit, 0, 1) + 30 * facing, 0)
    nearest = float(filled[met].min()) if met.any() else 0.0
    return np.clip(picture, 0, 255).astype(np.uint8), np.where(met, filled - nearest, np.nan).astype(np.float32)


def _filled(depth: NDArray[np.float32], met: NDArray[np.bool_]) -> NDArray[np.float32]:
    """`depth` with the nearest value where nothing was met, single outliers levelled."""
    nearest = ndimage.distance_transform_edt(~met, return_distances=False, return_indices=True)
    filled: NDArray[np.float32] = ndimage.median_filter(depth[tuple(nearest)], 3)
    return filled
