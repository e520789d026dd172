"""What is no face: trunks, limbs and hands, bones, brains, vessels, airways, hearts, jaws' teeth, and phantoms.

Simple shapes where they suffice, `anny`'s bodies where the skin is seen. All as Hounsfield units, (Z, Y, X) float32.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from phivet.datasets.faces_anatomy import AIR, BONE, BRAIN, FAT, MUSCLE, SKIN, TOOTH, Anatomy
from phivet.datasets.faces_people import body, generator
from phivet.datasets.faces_solids import Grid, Shape, Voxels, around, filled, put

Random = np.random.Generator
CONTRAST = 320.0
"""Hounsfield units of vessels with contrast medium."""
PARTS = ("finger", "wrist", "metacarpal", "foot", "toe", "lowerleg", "upperleg", "lowerarm", "upperarm")


def part_of_body(name: str, rng: Random, step: float | None = None) -> Anatomy:
    """A trunk, a limb, a hand or a foot, a newborn's at times, with its skin and bones."""
    person = body(name, int(rng.integers(1 << 30)), newborn=rng.random() < 0.25)
    kind = str(rng.choice(("trunk", "pelvis", "hand", "foot", "leg", "arm", "knee", "shoulder")))
    joints = dict(zip(person.names, person.tails, strict=True))
    side = str(rng.choice(("L", "R")))
    ends = {
        "trunk": ("neck01", "spine05", "shoulder01.L", "shoulder01.R"),
        "pelvis": ("spine03", "upperleg01.L", "upperleg01.R", "upperleg02.L"),
        "hand": (f"wrist.{side}", f"finger3-3.{side}", f"finger1-3.{side}", f"finger5-3.{side}"),
        "foot": (f"foot.{side}", f"toe1-2.{side}", f"toe5-3.{side}"),
        "leg": (f"lowerleg01.{side}", f"foot.{side}"),
        "arm": (f"lowerarm01.{side}", f"wrist.{side}"),
        "knee": (f"upperleg02.{side}", f"lowerleg02.{side}"),
        "shoulder": (f"clavicle.{side}", f"upperarm02.{side}"),
    }[kind]
    points = np.stack([joints[end] for end in ends])
    margin = {"hand": 25.0, "foot": 30.0}.get(kind, 90.0) * (0.5 if person.skin.vertices[:, 2].max() < 300 else 1.0)
    low, high = points.min(0) - margin, points.max(0) + margin
    if kind in ("trunk", "shoulder"):
        high[2] = joints["neck01"][2] + 5
    low = np.maximum(low, person.skin.vertices.min(0) - 10)
    high = np.minimum(high, person.skin.vertices.max(0) + 10)
    step = step or float(np.clip((high - low).max() / 130, 0.8, 4.0))
    grid = around(low, high, step, 0.0)
    cover = filled(person.skin, grid)
    depth = step * ndimage.distance_transform_edt(cover > 0.5).astype(np.float32)
    hu = np.full(grid.shape, MUSCLE, np.float32) + rng.normal(0, 8, grid.shape).astype(np.float32)
    hu[depth < rng.uniform(3, 14)] = FAT
    hu[depth < 2.0] = SKIN
    bones = []
    for bone, start, end in zip(person.names, person.heads, person.tails, strict=True):
        length = float(np.linalg.norm(end - start))
        if bone.startswith(PARTS):
            bones.append(Shape(BONE, start, (float(np.clip(0.07 * length, 2, 14)),), end))
    inside = [*_chest(joints, rng), *_column(joints)] if kind in ("trunk", "shoulder", "pelvis") else []
    put(hu, grid, [*inside, *bones])
    hu = cover * ndimage.gaussian_filter(hu, 0.4) + (1 - cover) * AIR
    return Anatomy(f"{name}-{kind}", grid, hu.astype(np.float32), cover)


def _column(joints: Mapping[str, NDArray[np.floating]]) -> list[Shape]:
    low, high = joints["spine05"] - np.array((0, 0, 120)), joints["neck01"]
    count = max(6, int((high[2] - low[2]) / 24))
    shapes = []
    for share in np.linspace(0, 1, count):
        middle = low + share * (high - low)
        shapes.append(Shape(BONE, middle, (17, 14, 9)))
        shapes.append(Shape(BONE, middle + np.array((0, 22, -4)), (5,), middle + np.array((0, 38, -12))))
        for sign in (1, -1):
            shapes.append(Shape(BONE, middle + np.array((0, 12, 0)), (4,), middle + np.array((28 * sign, 18, 2))))
    return shapes


def _chest(joints: Mapping[str, NDArray[np.floating]], rng: Random) -> list[Shape]:
    """Ribs, breastbone, lungs, heart and great vessels; hip bones, kidneys and liver."""
    top, low = joints["neck01"], joints["spine05"]
    tall = float(top[2] - low[2])
    scale = tall / 480
    x0, y0 = float(top[0]), float(top[1]) - 55 * scale
    contrast = CONTRAST if rng.random() < 0.6 else 45.0
    shapes = []
    for sign in (1, -1):
        shapes.append(
            Shape(-820, (x0 + sign * 65 * scale, y0, top[2] - 150 * scale), (55 * scale, 75 * scale, 125 * scale))
        )
    shapes.append(Shape(MUSCLE, (x0, y0 - 10, top[2] - 170 * scale), (35 * scale, 45 * scale, 110 * scale)))
    shapes.append(
        Shape(contrast, (x0 + 18 * scale, y0 - 28 * scale, top[2] - 215 * scale), (45 * scale, 38 * scale, 50 * scale))
    )
    arch = [(8, -20, 190), (0, -30, 110), (8, 5, 75), (14, 38, 100), (12, 42, 250), (6, 25, 420)]
    for a, b in pairwise(arch):
        start, end = ((x0 + p[0] * scale, y0 + p[1] * scale, top[2] - p[2] * scale) for p in (a, b))
        shapes.append(Shape(contrast, start, (13 * scale,), end))
    shapes.append(Shape(60, (x0 - 70 * scale, y0 - 10, top[2] - 320 * scale), (75 * scale, 65 * scale, 60 * scale)))
    for sign in (1, -1):
        shapes.append(
            Shape(
                contrast * 0.7,
                (x0 + sign * 60 * scale, y0 + 45, top[2] - 400 * scale),
                (24 * scale, 22 * scale, 48 * scale),
            )
        )
        shapes.append(Shape(BONE, (x0 + sign * 85 * scale, y0 + 35, low[2] - 70 * scale), (16, 45 * scale, 75 * scale)))
        shapes.append(
            Shape(
                BONE,
                (x0 + sign * 20, y0 - 85 * scale, top[2] - 60 * scale),
                (7 * scale,),
                (x0 + sign * 150 * scale, y0 - 30 * scale, top[2] - 25 * scale),
            )
        )
        shapes.append(
            Shape(
                BONE,
                (x0 + sign * 95 * scale, y0 + 85 * scale, top[2] - 140 * scale),
                (45 * scale, 6 * scale, 65 * scale),
            )
        )
    shapes.append(
        Shape(
            BONE, (x0, y0 - 92 * scale, top[2] - 70 * scale), (9 * scale,), (x0, y0 - 98 * scale, top[2] - 210 * scale)
        )
    )
    for rib in range(11):
        height = top[2] - (30 + 27 * rib) * scale
        wide = (75 + 55 * np.sin(np.pi * min(1, (rib + 2) / 12))) * scale
        for sign in (1, -1):
            angles = np.linspace(-1.45, 1.3 if rib < 8 else 0.4, 12)
            points = [
                (x0 + sign * wide * np.cos(a), y0 - 95 * scale * np.sin(a), height - 42 * scale * (np.sin(a) + 1))
                for a in angles
            ]
            shapes += [Shape(BONE * 0.8, a, (4.5 * scale,), b) for a, b in pairwise(points)]
    return shapes


def brain(name: str, rng: Random) -> Anatomy:
    """A brain without its head, its folds shallow or deep."""
    grid = around((-72, -92, -70), (72, 92, 70), float(rng.uniform(1.2, 2.2)))
    block = np.full(grid.shape, AIR, np.float32)
    for sign in (1, -1):
        put(block, grid, [Shape(BRAIN, (sign * 33, 0, 8), (35, rng.uniform(74, 88), rng.uniform(48, 60)))])
        put(block, grid, [Shape(BRAIN, (sign * 24, 52, -34), (28, 26, 20))])
        put(block, grid, [Shape(BRAIN, (sign * 44, -18, -22), (20, 40, 18))])
    put(block, grid, [Shape(BRAIN, (0, 22, -20), (14,), (0, 30, -68), 9)])
    block += float(rng.uniform(150, 600)) * _ripples(grid, rng, rng.uniform(2.5, 5)) * (block > -900)
    return _bare(f"{name}-brain", grid, np.minimum(block, 80))


def _ripples(grid: Grid, rng: Random, mm: float) -> Voxels:
    noise = ndimage.gaussian_filter(rng.normal(size=grid.shape).astype(np.float32), mm / grid.step)
    return np.asarray(-np.exp(-((noise / max(float(noise.std()), 1e-9) / 0.45) ** 2)), np.float32)


def vessels(name: str, rng: Random) -> Anatomy:
    """A tree of vessels or airways, with an aneurysm at times."""
    grid = around((-80, -80, -90), (80, 80, 90), 1.6)
    block = np.full(grid.shape, AIR if rng.random() < 0.5 else 0.0, np.float32)
    put(block, grid, _tree(np.array((0.0, 0.0, rng.choice((-85, 85)))), rng))
    if rng.random() < 0.3:
        put(block, grid, [Shape(CONTRAST, rng.uniform(-30, 30, 3), (rng.uniform(5, 16),) * 3)])
    return _bare(f"{name}-vessels", grid, block)


def _tree(root: NDArray[np.floating], rng: Random) -> list[Shape]:
    shapes: list[Shape] = []
    start = np.array((0, 0, -np.sign(root[2])))
    ends = [(root, start, float(rng.uniform(4, 10))) for _ in range(int(rng.integers(1, 4)))]
    while ends and len(shapes) < 260:
        at, way, radius = ends.pop(0)
        for _ in range(int(rng.integers(2, 6))):
            way = way + rng.normal(0, 0.25, 3)
            way /= np.linalg.norm(way)
            to = at + way * radius * rng.uniform(2, 3.5)
            shapes.append(Shape(CONTRAST, at, (radius,), to))
            at = to
        if radius > 1.4:
            ends += [(at, way + rng.normal(0, 0.6, 3), radius * rng.uniform(0.6, 0.85)) for _ in range(2)]
    return shapes


def heart(name: str, rng: Random) -> Anatomy:
    """A heart with its great and crown vessels."""
    grid = around((-75, -75, -85), (75, 75, 85), 1.5)
    block = np.full(grid.shape, AIR if rng.random() < 0.6 else 0.0, np.float32)
    tilt = rng.normal(0, 6, 3)
    put(block, grid, [Shape(180, np.array((8, 0, -15)) + tilt, (44, 36, 52)), Shape(260, (-18, 8, 18), (30, 28, 26))])
    put(
        block,
        grid,
        [Shape(CONTRAST, (0, 0, 15), (13,), (-8, -5, 55)), Shape(CONTRAST, (-8, -5, 55), (13,), (22, 30, 58))],
    )
    put(
        block,
        grid,
        [Shape(CONTRAST, (22, 30, 58), (11,), (20, 40, -80)), Shape(240, (14, -14, 20), (12,), (24, 10, 45))],
    )
    for _ in range(8):
        a = rng.normal(size=3)
        at = np.array((8, 0, -15)) + np.array((44, 36, 52)) * a / np.linalg.norm(a)
        for _ in range(5):
            to = at + rng.normal(0, 9, 3)
            on = (to - (8, 0, -15)) / np.array((45, 37, 53))
            to = np.array((8, 0, -15)) + (45, 37, 53) * on / np.linalg.norm(on)
            put(block, grid, [Shape(CONTRAST, at, (2.0,), to)])
            at = to
    return _bare(f"{name}-heart", grid, block)


def spine(name: str, rng: Random) -> Anatomy:
    """A stretch of vertebrae, with screws at times."""
    count, size = int(rng.integers(4, 10)), float(rng.uniform(0.8, 1.4))
    grid = around((-50 * size, -30 * size, -14 * count * size), (50 * size, 60 * size, 14 * count * size), 1.6)
    block = np.full(grid.shape, float(rng.choice((AIR, 40.0))), np.float32)
    bend = rng.normal(0, 10, 2)
    for vertebra in range(count):
        share = vertebra / count - 0.5
        m = np.array((bend[0] * np.cos(3 * share), bend[1] * share * 2, 28 * size * (vertebra - count / 2 + 0.5)))
        put(
            block,
            grid,
            [Shape(BONE, m, (22 * size, 16 * size, 11 * size)), Shape(60, m, (17 * size, 11 * size, 7 * size))],
        )
        put(block, grid, [Shape(BONE, m + _by(0, 24 * size, -3), (5 * size,), m + _by(0, 48 * size, -16 * size))])
        for sign in (1, -1):
            put(
                block,
                grid,
                [Shape(BONE, m + _by(sign * 14 * size, 10, 3), (5 * size,), m + _by(sign * 40 * size, 22 * size, 4))],
            )
            put(
                block,
                grid,
                [
                    Shape(
                        BONE,
                        m + _by(sign * 15 * size, 24 * size, 10 * size),
                        (6 * size,),
                        m + _by(sign * 15 * size, 26 * size, -14 * size),
                    )
                ],
            )
            if rng.random() < 0.15:
                put(
                    block,
                    grid,
                    [Shape(3000, m + _by(sign * 16 * size, 35 * size, 2), (3,), m + _by(sign * 8 * size, -8, 2))],
                )
    return _bare(f"{name}-spine", grid, block)


def _by(x: float, y: float, z: float) -> NDArray[np.float64]:
    return np.array((x, y, z), float)


def teeth(name: str, rng: Random) -> Anatomy:
    """Dental arches on a strip of jaw, as cone beams show them, upper, lower or both."""
    grid = around((-45, -35, -32), (45, 45, 32), 1.0)
    block = np.full(grid.shape, float(rng.choice((AIR, 0.0))), np.float32)
    for level in ((1,), (-1,), (1, -1))[int(rng.integers(3))]:
        for tooth in np.linspace(-1, 1, 14):
            x, y = 30 * np.sin(1.45 * tooth), 38 * (1 - np.cos(1.45 * tooth)) - 25
            wide = 3.2 + 1.6 * abs(tooth)
            put(block, grid, [Shape(BONE, (x, y, level * 14), (5.5,), (x, y, level * 22))])
            if rng.random() < 0.93:
                put(
                    block,
                    grid,
                    [
                        Shape(TOOTH, (x, y, level * 4), (wide,), (x, y, level * 9)),
                        Shape(1600, (x, y, level * 9), (wide * 0.7,), (x, y, level * 17)),
                    ],
                )
    return _bare(f"{name}-teeth", grid, block)


def phantom(name: str, rng: Random) -> Anatomy:
    """A cylinder, ball or box of plastic with rods, balls and holes in it."""
    grid = around((-95, -95, -80), (95, 95, 80), 2.0)
    block = np.full(grid.shape, AIR, np.float32)
    x, y, z = grid.along(0), grid.along(1)[:, None], grid.along(2)[:, None, None]
    radius = rng.uniform(50, 90)
    match rng.integers(4):
        case 0:
            inside = (x**2 + y**2 < radius**2) & (abs(z) < rng.uniform(40, 75))
        case 1:
            inside = x**2 + y**2 + z**2 < radius**2
        case 2:
            inside = (abs(x) < radius) & (abs(y) < rng.uniform(40, 90)) & (abs(z) < 70)
        case _:
            inside = (x / radius) ** 2 + (y / rng.uniform(50, 90)) ** 2 + (z / 75) ** 2 < 1
    block[np.broadcast_to(inside, grid.shape)] = float(rng.choice((0.0, 120.0, 30.0)))
    for _ in range(int(rng.integers(0, 14))):
        at, to = rng.uniform(-75, 75, 3), rng.uniform(-75, 75, 3)
        value = float(rng.choice((AIR, 900, 400, -100, 2000)))
        put(block, grid, [Shape(value, at, (rng.uniform(3, 18),) * 3, to if rng.random() < 0.4 else None)])
    return _bare(f"{name}-phantom", grid, block)


def lumps(name: str, rng: Random) -> Anatomy:
    """Shapes that look like nothing: soft blobs with hollows, as in an abdomen or around a fetus."""
    grid = around((-80, -80, -80), (80, 80, 80), 2.0)
    noise = ndimage.gaussian_filter(rng.normal(size=grid.shape).astype(np.float32), rng.uniform(4, 14))
    x, y, z = grid.along(0), grid.along(1)[:, None], grid.along(2)[:, None, None]
    away = np.sqrt((x / 62) ** 2 + (y / 62) ** 2 + (z / 70) ** 2)
    block = 60 + 700 * (noise / noise.std() * rng.uniform(0.05, 0.4) + 3 * (0.8 - away))
    return _bare(f"{name}-lumps", grid, np.clip(block, AIR, rng.choice((80, 400, 1200))).astype(np.float32))


def _bare(name: str, grid: Grid, block: Voxels) -> Anatomy:
    block = ndimage.gaussian_filter(block, 0.5)
    return Anatomy(name, grid, block, np.clip((block + 1000) / 1000, 0, 1))


MAKERS: Mapping[str, Callable[[str, Random], Anatomy]] = {
    "body": part_of_body,
    "brain": brain,
    "vessels": vessels,
    "heart": heart,
    "spine": spine,
    "teeth": teeth,
    "phantom": phantom,
    "lumps": lumps,
}
OFTEN = {"body": 10, "brain": 3, "vessels": 2, "heart": 2, "spine": 3, "teeth": 2, "phantom": 3, "lumps": 3}


def other(part: str, number: int) -> Anatomy:
    """One thing that is no head, of a part of the data."""
    rng = generator("other", part, number)
    weights = np.array(list(OFTEN.values()), float)
    maker = str(rng.choice(list(OFTEN), p=weights / weights.sum()))
    return MAKERS[maker](f"{part}-{number}", rng)
