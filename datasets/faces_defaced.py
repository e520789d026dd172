"""Ways in which faces are taken out of volumes, made anew from what their papers describe.

    plane       all in front of a plane from the brow to under the chin is cleared
    quickshear  a plane under the brain's convex hull (Schimke and Hale 2011)
    mask        a box over eyes, nose and mouth is cleared, as pydeface does with a registered mask (Gulban 2019)
    likely      what is likelier face than brain is cleared, as mri_deface does (Bischoff-Grethe 2007)
    shell       the face lies under a shell of values of nothing, as @afni_refacer's does (Cox and Taylor 2019)
    blur        the skin of the face is smeared until its features are gone (Milchenko and Marcus 2013)
    replaced    the face is another's, an average one's, with a seam around (Schwarz et al. 2021, mri_reface)
    stripped    only the brain is left

`shell` and `blur` are never trained on.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from scipy import ndimage

from phivet.datasets.faces_anatomy import AIR, MUSCLE, SKIN, Anatomy
from phivet.datasets.faces_solids import Voxels

TRAINED = ("plane", "quickshear", "mask", "likely", "stripped")
HELD_OUT = ("shell", "blur")
REPLACED = "replaced"
DEFACERS = (*TRAINED, *HELD_OUT, REPLACED)


def defaced(head: Anatomy, way: str, rng: np.random.Generator, average: Anatomy | None = None) -> Anatomy:
    """`head` without its face; `replaced` takes the skin of `average`.

    Raises:
        ValueError: a head without marks, or no such way.
    """
    if head.marks is None or way not in DEFACERS:
        raise ValueError("no face to take out in this way")
    kept = _KEPT[way](head, rng, average) if way in _KEPT else None
    if kept is None:
        hu, cover = (_blurred if way == "blur" else _replaced)(head, rng, average)
    else:
        hu, cover = head.hu * kept + AIR * (1 - kept), head.cover * kept
        if way == "shell":
            around = _shell(head, rng)
            hu, cover = np.maximum(hu, AIR + around * (MUSCLE - AIR)), np.maximum(cover, around)
    return replace(head, name=f"{head.name}-{way}", hu=hu.astype(np.float32), cover=cover.astype(np.float32))


def _coordinates(head: Anatomy) -> tuple[Voxels, Voxels, Voxels, float]:
    """x, y, z of the voxels in mm from the middle of the eyes, and the mm from there down to the chin."""
    marks = _marks(head)
    eyes = (marks["left_eye"] + marks["right_eye"]) / 2
    x, y, z = (head.grid.along(axis) - eyes[axis] for axis in range(3))
    return x[None, None, :], y[None, :, None], z[:, None, None], float(eyes[2] - marks["chin"][2])


def _marks(head: Anatomy) -> Mapping[str, np.ndarray]:
    return head.marks or {}


def _plane(head: Anatomy, rng: np.random.Generator, average: Anatomy | None) -> Voxels:
    x, y, z, tall = _coordinates(head)
    tilt = rng.uniform(0.25, 0.75)
    behind = y - rng.uniform(0.1, 0.35) * tall - tilt * (-z - 0.2 * tall)
    above = z - rng.uniform(0.25, 0.45) * tall
    return np.asarray(((behind + 0 * x > 0) | (above + 0 * y > 0)), np.float32)


def _quickshear(head: Anatomy, rng: np.random.Generator, average: Anatomy | None) -> Voxels:
    x, y, z, tall = _coordinates(head)
    top, low = rng.uniform(0.35, 0.6) * tall, rng.uniform(0.3, 0.6) * tall
    slope = low / (top + rng.uniform(0.9, 1.4) * tall)
    front = -rng.uniform(0.1, 0.3) * tall
    return np.asarray((y - front + slope * (z - top) + 0 * x > 0) | (z + 0 * y + 0 * x > 1.3 * tall), np.float32)


def _mask(head: Anatomy, rng: np.random.Generator, average: Anatomy | None) -> Voxels:
    x, y, z, tall = _coordinates(head)
    wide, deep = rng.uniform(0.75, 1.05) * tall, rng.uniform(0.25, 0.45) * tall
    high, low = rng.uniform(0.3, 0.5) * tall, rng.uniform(1.15, 1.5) * tall
    deep_at = deep + 0.35 * np.clip(-z - 0.3 * tall, 0, None)
    gone = (abs(x) < wide) & (y < deep_at) & (z < high) & (z > -low)
    return np.asarray(1 - ndimage.binary_opening(gone, iterations=1), np.float32)


def _likely(head: Anatomy, rng: np.random.Generator, average: Anatomy | None) -> Voxels:
    x, y, z, tall = _coordinates(head)
    noise = ndimage.gaussian_filter(rng.normal(size=head.hu.shape).astype(np.float32), 4)
    noise *= rng.uniform(0.05, 0.15) * tall / max(float(noise.std()), 1e-9)
    ball = np.sqrt((x / 1.0) ** 2 + ((y + 0.35 * tall) / 0.9) ** 2 + ((z + 0.45 * tall) / 1.1) ** 2)
    return np.asarray(ball + noise > rng.uniform(0.85, 1.1) * tall, np.float32)


def _stripped(head: Anatomy, rng: np.random.Generator, average: Anatomy | None) -> Voxels:
    depth = head.grid.step * ndimage.distance_transform_edt(head.cover > 0.5)
    y, z, tall = _coordinates(head)[1:]
    brain = (depth > rng.uniform(10, 14)) & (z > 0.1 * tall - 0.42 * np.clip(y - 0.15 * tall, 0, None))
    opened = ndimage.binary_opening(brain, iterations=2).astype(np.float32)
    return np.asarray(ndimage.gaussian_filter(opened, 0.6), np.float32)


def _shell(head: Anatomy, rng: np.random.Generator) -> Voxels:
    x, y, z, tall = _coordinates(head)
    size = np.array((1.05, 0.95, 1.25)) * rng.uniform(0.9, 1.1, 3) * tall
    ball = np.sqrt((x / size[0]) ** 2 + ((y - 0.45 * tall) / size[1]) ** 2 + ((z + 0.35 * tall) / size[2]) ** 2)
    thick = (abs(ball - 1.0) < 0.07) & (y < 0.35 * tall)
    return np.asarray(ndimage.gaussian_filter(thick.astype(np.float32), 0.7), np.float32)


def _blurred(head: Anatomy, rng: np.random.Generator, average: Anatomy | None) -> tuple[Voxels, Voxels]:
    """The skin smeared: the cover is smoothed far, and what lies within the new skin is flesh."""
    y, z, tall = _coordinates(head)[1:]
    mm = rng.uniform(11, 15)
    smooth = ndimage.gaussian_filter(head.cover, mm / head.grid.step)
    face = (
        np.clip((0.75 * tall - y) / 8, 0, 1) * np.clip((0.7 * tall - z) / 8, 0, 1) * np.clip((z + 1.6 * tall) / 8, 0, 1)
    )
    soft = np.clip((smooth - 0.5) * 4 + 0.5, 0, 1)
    cover = face * soft + (1 - face) * head.cover
    flesh = ndimage.gaussian_filter(np.where(head.hu < -300, SKIN, head.hu), 4 / head.grid.step)
    hu = cover * (face * flesh + (1 - face) * np.maximum(head.hu, AIR)) + (1 - cover) * AIR
    return hu, cover


def _replaced(head: Anatomy, rng: np.random.Generator, average: Anatomy | None) -> tuple[Voxels, Voxels]:
    """The front of another head in the place of this one's."""
    if average is None:
        raise ValueError("there is no other face to put there")
    other, own = _marks(average), _marks(head)
    scale = (own["brow"][2] - own["chin"][2]) / (other["brow"][2] - other["chin"][2])
    grid, theirs = head.grid, average.grid
    points = [
        (scale**-1 * (grid.along(axis) - own["nose"][axis]) + other["nose"][axis] - theirs.origin[axis]) / theirs.step
        for axis in (2, 1, 0)
    ]
    where = np.meshgrid(*points, indexing="ij")
    hu = ndimage.map_coordinates(average.hu, where, order=1, cval=AIR, output=np.float32)
    cover = ndimage.map_coordinates(average.cover, where, order=1, cval=0.0, output=np.float32)
    x, y, z, tall = _coordinates(head)
    face = (abs(x) < 0.95 * tall) & (y < rng.uniform(0.2, 0.4) * tall) & (z < 0.55 * tall) & (z > -1.35 * tall)
    part = ndimage.gaussian_filter(face.astype(np.float32), 1.5)
    return part * hu + (1 - part) * head.hu, part * cover + (1 - part) * head.cover


_KEPT = MappingProxyType(
    {
        "plane": _plane,
        "quickshear": _quickshear,
        "mask": _mask,
        "likely": _likely,
        "stripped": _stripped,
        "shell": _mask,
    }
)
