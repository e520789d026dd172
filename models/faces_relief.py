"""The relief of a face in a depth map: how well its bumps and hollows agree with those of heads, in millimetres.

Curvature is compared, not depth, so that neither distance nor the tilt of the head counts: the ridge of a nose between
two sockets, above lips. The patterns are means over synthetic heads of one age (`training/faces_relief.py`).
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from scipy import ndimage

WEIGHTS = Path(__file__).parent / "weights" / "faces_relief" / "model.safetensors"
PIXEL_MM = 2.0
BLUR_MM = 3.0
"""Curvature is taken at this scale: noise and steps between slices are finer, noses and sockets coarser."""
CLIP = 0.06
"""Curvatures beyond, in 1/mm, are edges."""
SCALES = (0.65, 0.75, 0.85, 0.95, 1.05, 1.15)
"""Of the distance between the eyes, which the patterns have at 68 mm: from the newborn's to the largest."""
FLAT = 0.3
"""Of the pattern's own bumpiness: what has less is a flat thing, whatever it agrees with."""
STRONG = 0.8
"""How strongly a thing must show the pattern for its agreement to count in full: faces 0.9 and more, napes 0.4."""
TILTS = (0, -16, -8, 8, 16)
"""Degrees by which the head is turned in the picture."""

Map = NDArray[np.float32]


@dataclass(frozen=True)
class Relief:
    """How well the best place agrees with a face: from -1 to 1; its middle in pixels of the depth map."""

    agreement: float
    row: float
    column: float


def curvature(depth: Map, scale: float) -> Map:
    """Of a depth map in mm, NaN where there is nothing, `scale` mm a pixel: 1/mm, hollows positive, at `PIXEL_MM`."""
    met = np.isfinite(depth)
    if not met.any():
        return np.zeros((1, 1), np.float32)
    nearest = ndimage.distance_transform_edt(~met, return_distances=False, return_indices=True)
    filled = depth[tuple(nearest)]
    zoom = scale / PIXEL_MM
    small = ndimage.zoom(ndimage.gaussian_filter(filled, max(0.0, 0.4 / zoom)), zoom, order=1)
    inside = ndimage.zoom(met.astype(np.float32), zoom, order=1) > 0.5
    bent = -ndimage.gaussian_laplace(small, BLUR_MM / PIXEL_MM) / PIXEL_MM**2
    inner = ndimage.binary_erosion(inside, iterations=2)
    curved: Map = np.where(inner, np.clip(bent, -CLIP, CLIP), 0).astype(np.float32)
    return curved


def relief(depth: Map, scale: float, upright: bool = False) -> Relief:
    """The best agreement of a depth map, (H, W) mm at `scale` mm a pixel, with a face that looks out of it.

    `upright` ones alone are sought to see quickly whether it is worth a closer look.
    """
    import cv2

    seen = curvature(depth, scale)
    best = Relief(0.0, 0.0, 0.0)
    for pattern in patterns()[:: len(TILTS) if upright else 1]:
        tall, wide = pattern.shape
        padded = np.pad(seen, ((tall // 2,) * 2, (wide // 2,) * 2))
        agreement = cv2.matchTemplate(padded, pattern, cv2.TM_CCOEFF_NORMED)
        means, squares = (cv2.boxFilter(each, -1, (wide, tall)) for each in (padded, padded**2))
        bumpy = np.maximum(squares - means**2, 0)[tall // 2 :, wide // 2 :]
        height = np.sqrt(bumpy[: agreement.shape[0], : agreement.shape[1]] / pattern.var())
        agreement = np.where(height > FLAT, agreement * np.minimum(1, agreement * height / STRONG), 0)
        row, column = np.unravel_index(int(np.argmax(agreement)), agreement.shape)
        if agreement[row, column] > best.agreement:
            best = Relief(float(agreement[row, column]), row * PIXEL_MM / scale, column * PIXEL_MM / scale)
    return best


@cache
def patterns(weights: Path = WEIGHTS) -> tuple[Map, ...]:
    """The mean faces in every size and tilt."""
    made = []
    for face in load_file(weights).values():
        for size in SCALES:
            for tilt in TILTS:
                turned = ndimage.rotate(face.astype(np.float32), tilt, reshape=False, order=1)
                made.append(np.ascontiguousarray(ndimage.zoom(turned, size, order=1)))
    return tuple(made)
