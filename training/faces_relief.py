"""Makes the patterns of `models/faces_relief.py`: `python training/faces_relief.py` writes models/weights/faces_relief.

The mean curvature of the faces of synthetic heads, seen from in front, brought to one distance between the eyes with
the tip of the nose in one place: one pattern of the young, whose noses are short, and one of the grown.
"""

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from scipy import ndimage

from phivet.datasets.faces_people import Person, people
from phivet.models.faces_relief import PIXEL_MM, WEIGHTS, curvature

HEADS = 60
GROWN = 0.35
"""Age, as the heads count it from 0 to 1, from which a head is grown."""
EYES_MM = 68.0
"""The distance between the eyes that all are brought to."""
ABOVE, BELOW, ASIDE = 32, 26, 28
"""Pixels of a pattern about the tip of the nose."""
POINTS = 60
"""Of each triangle that are drawn to fill the depth map."""

Map = NDArray[np.float32]


def depth_map(person: Person) -> tuple[Map, int, int]:
    """The face in mm from its nearest point, a pixel a mm, NaN beside it; the row and column of the tip of the nose."""
    corners = person.skin.vertices[person.skin.triangles]
    at = np.random.default_rng(0).random((POINTS, 2))
    at[at.sum(axis=1) > 1] = 1 - at[at.sum(axis=1) > 1]
    sides = (corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    drawn = corners[:, 0, None] + sum(side[:, None] * at[None, :, i, None] for i, side in enumerate(sides))
    x, y, z = drawn.reshape(-1, 3).T
    rows, columns = np.round(z.max() - z).astype(int), np.round(x - x.min()).astype(int)
    depth = np.full((rows.max() + 1, columns.max() + 1), np.inf, np.float32)
    np.minimum.at(depth, (rows, columns), y.astype(np.float32))
    met = np.isfinite(depth)
    nearest = ndimage.distance_transform_edt(~met, return_distances=False, return_indices=True)
    filled = ndimage.median_filter(depth[tuple(nearest)], 3)
    whole = np.where(ndimage.binary_closing(met, iterations=2), filled - filled.min(), np.nan).astype(np.float32)
    return whole, int(z.max() - person.nose[2]), int(person.nose[0] - x.min())


def pattern(person: Person) -> Map:
    """The curvature of one face about its nose, in the common size."""
    depth, row, column = depth_map(person)
    size = EYES_MM / float(np.linalg.norm(person.left_eye - person.right_eye))
    bent = np.pad(ndimage.zoom(curvature(depth, 1.0), size, order=1), 40)
    row, column = 40 + int(row * size / PIXEL_MM), 40 + int(column * size / PIXEL_MM)
    return np.asarray(bent[row - ABOVE : row + BELOW, column - ASIDE : column + ASIDE], np.float32)


def main() -> None:
    """Make the patterns of the heads that may be trained on, and write them."""
    heads = people("training", HEADS)
    faces = np.stack([pattern(each) for each in heads])
    grown = np.array([each.age for each in heads]) >= GROWN
    WEIGHTS.parent.mkdir(parents=True, exist_ok=True)
    means = {"young": faces[~grown].mean(axis=0), "grown": faces[grown].mean(axis=0)}
    save_file({name: np.ascontiguousarray(mean, np.float16) for name, mean in means.items()}, WEIGHTS)


if __name__ == "__main__":
    main()
