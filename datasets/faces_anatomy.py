"""What is inside a synthetic head: skull, teeth, brain, eyes, muscle and fat, and the air of its passages.

From the skin inwards by depth, and around the eyes, nose, mouth and chin by simple shapes; adults' and children's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from phivet.datasets.faces_people import Person, generator
from phivet.datasets.faces_solids import Grid, Shape, Voxels, around, filled, put

AIR, FAT, SKIN, MUSCLE, FLUID, BRAIN, WHITE, BONE, TOOTH = -1000.0, -90.0, 20.0, 55.0, 8.0, 38.0, 30.0, 1100.0, 2200.0
STEP = 1.75
"""Edge of a voxel, mm."""


@dataclass(frozen=True)
class Anatomy:
    """A body part in `grid`: `hu` are Hounsfield units, `cover` how much of each voxel is tissue, 0 to 1.

    `face` holds points (N, 3) mm that bound the face, and `marks` those that it is known by; none where it has no face.
    """

    name: str
    grid: Grid
    hu: Voxels
    cover: Voxels
    face: NDArray[np.float32] | None = None
    marks: dict[str, NDArray[np.float32]] | None = None


def head(person: Person, step: float = STEP) -> Anatomy:
    """A head as CT would measure it without noise."""
    rng = generator("anatomy", person.name)
    skin = person.skin.vertices
    grid = around(skin.min(0), skin.max(0), step, 10.0)
    cover = filled(person.skin, grid)
    depth = step * ndimage.distance_transform_edt(cover > 0.5).astype(np.float32)
    hu = np.full(grid.shape, MUSCLE, np.float32)
    hu += rng.normal(0, 6, grid.shape).astype(np.float32)
    thick = rng.uniform(2, 6) * person.size
    hu[depth < 2.0 + thick] = FAT
    hu[depth < 2.5] = SKIN
    _cranium(hu, grid, depth, person, rng)
    put(hu, grid, _skull(person, rng))
    hu = ndimage.gaussian_filter(hu, 0.6)
    hu = cover * hu + (1 - cover) * AIR
    marks = {name: getattr(person, name) for name in ("left_eye", "right_eye", "nose", "mouth", "chin", "brow")}
    return Anatomy(person.name, grid, hu.astype(np.float32), cover, _bounds(person), marks)


def _bounds(person: Person) -> NDArray[np.float32]:
    """Points of the skin between the forehead and under the chin, in front of the ears."""
    skin = person.skin.vertices
    high = person.eyes[2] + 0.65 * (person.eyes[2] - person.mouth[2])
    low = person.chin[2] - 14 * person.size
    there = (skin[:, 2] < high) & (skin[:, 2] > low) & (skin[:, 1] < person.eyes[1] + 42 * person.size)
    return np.asarray(skin[there], np.float32)


def _cranium(hu: Voxels, grid: Grid, depth: Voxels, person: Person, rng: np.random.Generator) -> None:
    """The vault by its depth under the skin, and the brain in it."""
    size, eyes = person.size, person.eyes
    z, y = grid.along(2)[:, None, None], grid.along(1)[None, :, None]
    scalp, bone = rng.uniform(4, 6.5) * size**0.5, rng.uniform(5, 8) * size
    slope = eyes[2] + 3 * size - 0.42 * np.clip(y - eyes[1] - 15 * size, 0, None)
    above = z > np.maximum(slope, person.mouth[2] + 5)
    vault = above & (depth > scalp)
    hu[vault & (depth <= scalp + bone)] = BONE
    diploe = vault & (depth > scalp + 0.35 * bone) & (depth < scalp + 0.7 * bone)
    hu[diploe] = 600
    inner = vault & (depth > scalp + bone)
    hu[inner] = FLUID
    folds = ndimage.gaussian_filter(rng.normal(size=grid.shape).astype(np.float32), 2.2)
    cortex = inner & (depth > scalp + bone + 2 + 3 * np.clip(folds / max(float(folds.std()), 1e-6), 0, 1.5))
    hu[cortex] = BRAIN
    hu[inner & (depth > scalp + bone + 9)] = WHITE
    base = (z > slope - 8 * size) & (z <= slope) & (depth > 14 * size) & (y > eyes[1] + 25 * size)
    hu[base] = 700


def _skull(person: Person, rng: np.random.Generator) -> list[Shape]:
    s = person.size
    wide = 68 * s
    e, mouth, chin = person.eyes, person.mouth, person.chin
    half = float(abs(person.left_eye[0] - person.right_eye[0])) / 2
    x0 = float(e[0])
    nose_z = 0.5 * (e[2] + mouth[2]) - 6 * s
    shapes: list[Shape] = []

    def jitter(value: float) -> float:
        return float(value * rng.uniform(0.92, 1.08))

    def both(
        value: float, a: tuple[float, float, float], radii: tuple[float, ...], b: tuple[float, ...] | None
    ) -> None:
        for sign in (1, -1):
            start = (x0 + sign * a[0], a[1], a[2])
            end = None if b is None else (x0 + sign * b[0], b[1], b[2])
            shapes.append(Shape(value, start, radii, end))

    teeth_y, teeth_z = float(mouth[1]) + 11 * s, float(mouth[2]) - 1
    both(BONE, (half, e[1] + 16 * s, e[2]), (jitter(23 * s), jitter(27 * s), jitter(21 * s)), None)
    shapes.append(Shape(BONE, (x0, e[1] + 20 * s, e[2] + 14 * s), (jitter(50 * s), 20 * s, 8 * s)))
    shapes.append(Shape(BONE, (x0, teeth_y + 22 * s, nose_z - 2 * s), (jitter(31 * s), 24 * s, jitter(27 * s))))
    both(BONE, (half + 9 * s, e[1] + 10 * s, e[2] - 22 * s), (jitter(12 * s), 11 * s, 9 * s), None)
    both(BONE, (half + 14 * s, e[1] + 14 * s, e[2] - 20 * s), (4.5 * s,), (wide - 4, e[1] + 55 * s, e[2] - 19 * s))
    shapes.append(Shape(BONE, (x0, e[1] - 2 * s, e[2] + 6 * s), (4.5 * s,), (x0, e[1] - 9 * s, e[2] - 10 * s)))
    shapes.append(Shape(600, (x0, e[1] + 48 * s, e[2] - 16 * s), (jitter(56 * s), 18 * s, 24 * s)))
    both(BONE, (half + 22 * s, e[1] + 30 * s, e[2] - 4 * s), (8 * s, 15 * s, 21 * s), None)
    both(MUSCLE, (half, e[1] + 2 * s, e[2]), (18.5 * s, 30 * s, 16.5 * s), None)
    both(FAT, (half, e[1] + 12 * s, e[2]), (15 * s, 18 * s, 13 * s), None)
    both(FLUID, (half, e[1], e[2]), (11.5 * s,) * 3, None)
    for dx, dz, r in ((0, 8, 6), (5, -2, 7.5), (-5, -2, 7.5)):
        shapes.append(Shape(SKIN, (x0 + dx * s, teeth_y + 5 * s, nose_z + dz * s), (r * s, 26 * s, r * 1.25 * s)))
    both(AIR, (4.5 * s, teeth_y + 26 * s, nose_z), (2.5 * s, 24 * s, 10 * s), None)
    both(AIR, (21 * s, teeth_y + 26 * s, nose_z + 3 * s), (9 * s, 12 * s, 11 * s), None)
    if person.age > 0.25:
        both(AIR, (9 * s, e[1] - 1 * s, e[2] + 20 * s), (8 * s, 3.5 * s, 7 * s), None)
    shapes.append(Shape(AIR, (x0, teeth_y + 52 * s, nose_z - 10), (7 * s,), (x0, teeth_y + 58 * s, chin[2] - 120)))
    angle = (wide - 18 * s, teeth_y + 58 * s, chin[2] + 20 * s)
    body = (22 * s, chin[1] + 17 * s, chin[2] + 2 * s)
    both(BONE, body, (jitter(8.5 * s),), angle)
    both(BONE, angle, (7.5 * s,), (wide - 13 * s, e[1] + 66 * s, e[2] - 26 * s))
    both(BONE, (angle[0], angle[1] - 13 * s, angle[2] + 3 * s), (6 * s,), (wide - 16 * s, e[1] + 44 * s, e[2] - 30 * s))
    both(BONE, (0, chin[1] + 11 * s, chin[2] - 1 * s), (jitter(8.5 * s),), body)
    gum = float(rng.uniform(-2, 10)) * s if rng.random() < 0.3 else 0.0
    missing = rng.random() < 0.12 or person.age < 0.05
    for tooth in range(-7, 8):
        along = tooth / 7
        x, y = x0 + 27 * s * np.sin(1.35 * along), teeth_y + 46 * s * (1 - np.cos(1.35 * along)) * 0.8
        shapes.append(Shape(BONE, (x, y + 4 * s, teeth_z - 14 * s - gum), (5.5 * s,), (x, y + 5 * s, chin[2] + 6 * s)))
        if not missing and rng.random() < 0.96:
            shapes.append(Shape(TOOTH, (x, y + 1 * s, teeth_z + 9 * s), (3.0 * s,), (x, y, teeth_z + 1.5 * s)))
            low = teeth_z - 2 * s - gum
            shapes.append(Shape(TOOTH, (x, y + 2 * s, low), (2.8 * s,), (x, y + 2 * s, low - 9 * s)))
    shapes.append(Shape(MUSCLE, (x0, teeth_y + 26 * s, teeth_z - 4 * s), (19 * s, 24 * s, 11 * s)))
    if rng.random() < 0.3:
        shapes.append(Shape(AIR, (x0, teeth_y + 24 * s, teeth_z + 6 * s), (14 * s, 24 * s, 3 * s)))
    back = teeth_y + 76 * s
    for vertebra in range(9):
        z = mouth[2] + 8 * s - 16.5 * s * vertebra
        shapes.append(Shape(BONE, (x0, back, z), (11 * s, 9 * s, 6.8 * s)))
        shapes.append(Shape(BONE, (x0, back + 14 * s, z), (4 * s,), (x0, back + 32 * s, z - 8 * s)))
        both(BONE, (14 * s, back + 8 * s, z), (5.5 * s, 5.5 * s, 7 * s), None)
        shapes.append(Shape(FLUID, (x0, back + 16 * s, z), (6 * s, 5 * s, 10 * s)))
    return shapes
