"""Solids in a grid: what lies inside a closed surface, and simple shapes put into a block of Hounsfield units.

A grid runs (z, y, x) along the patient's axes: from the feet up, from the front to the back, to the left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phivet.datasets.faces_people import Surface

Voxels = NDArray[np.float32]
Point = Sequence[float] | NDArray[np.floating]


@dataclass(frozen=True)
class Grid:
    """Voxels of `step` mm; the middle of the first lies at `origin` (x, y, z) mm; `shape` is (Z, Y, X)."""

    origin: tuple[float, float, float]
    shape: tuple[int, int, int]
    step: float

    def along(self, axis: int) -> Voxels:
        """Where the voxels lie along x (0), y (1) or z (2), in mm."""
        return np.asarray(self.origin[axis] + self.step * np.arange(self.shape[2 - axis]), np.float32)

    def at(self, points: NDArray[np.float32]) -> Voxels:
        """Points (N, 3) mm, x first, in voxels, z first."""
        return np.asarray(((points - np.array(self.origin)) / self.step)[..., ::-1], np.float32)


def around(low: Point, high: Point, step: float, margin: float = 12.0) -> Grid:
    """The grid of a box and `margin` mm around it."""
    origin = np.asarray(low, float) - margin
    extent = np.ceil((np.asarray(high, float) + margin - origin) / step).astype(int) + 1
    return Grid(tuple(origin.tolist()), (int(extent[2]), int(extent[1]), int(extent[0])), step)


@cache
def _kernel() -> Any:
    import warp

    warp.config.quiet = True

    @warp.kernel  # type: ignore[untyped-decorator]
    def cast(
        mesh: warp.uint64,
        starts: warp.array(dtype=warp.vec3),  # type: ignore[valid-type]
        direction: warp.vec3,
        depth: warp.array(dtype=float),  # type: ignore[valid-type]
    ) -> None:
        ray = warp.tid()
        met = warp.mesh_query_ray(mesh, starts[ray], direction, 1.0e6)
        depth[ray] = 1.0e6
        if met.result:
            depth[ray] = met.t

    return cast


def filled(surface: Surface, grid: Grid) -> Voxels:
    """How much of each voxel, 0 to 1, lies behind the surface from all six sides: small hollows are filled."""
    import warp

    mesh = warp.Mesh(
        warp.array(surface.vertices, dtype=warp.vec3, device="cpu"),
        warp.array(surface.triangles.ravel(), dtype=int, device="cpu"),
    )
    inside = np.ones(grid.shape, np.float32)
    low = surface.vertices.min(0) - 1.0
    high = surface.vertices.max(0) + 1.0
    for axis in range(3):
        others = [each for each in range(3) if each != axis]
        rows, columns = np.meshgrid(grid.along(others[1]), grid.along(others[0]), indexing="ij")
        for sign in (1, -1):
            starts = np.zeros((rows.size, 3), np.float32)
            starts[:, others[0]], starts[:, others[1]] = columns.ravel(), rows.ravel()
            begin = low[axis] if sign > 0 else high[axis]
            starts[:, axis] = begin
            direction = np.zeros(3)
            direction[axis] = sign
            depth = warp.empty(rows.size, dtype=float, device="cpu")
            given = [mesh.id, warp.array(starts, dtype=warp.vec3, device="cpu"), warp.vec3(*direction.tolist()), depth]
            warp.launch(_kernel(), rows.size, inputs=given, device="cpu")
            hit = depth.numpy().reshape(rows.shape)
            travelled = sign * (grid.along(axis) - begin)
            shape = [1, 1, 1]
            shape[2 - axis] = -1
            behind = (travelled.reshape(shape) - np.expand_dims(hit, 2 - axis)) / grid.step + 0.5
            np.minimum(inside, np.clip(behind, 0, 1), out=inside)
    return inside


@dataclass(frozen=True)
class Shape:
    """An ellipsoid around `a` with `radii`, or, with `b`, a rod from `a` to `b` as thick as the first of `radii`."""

    value: float
    a: Point
    radii: Sequence[float]
    b: Point | None = None
    other: float | None = None
    """Of a rod: the radius at `b`, if it is another."""


def put(block: Voxels, grid: Grid, shapes: Iterable[Shape]) -> None:
    """Put shapes into a block in their order; at their edges the values mix."""
    for shape in shapes:
        a = np.asarray(shape.a, np.float32)
        ends = np.stack([a, a if shape.b is None else np.asarray(shape.b, np.float32)])
        reach = np.asarray(shape.radii if shape.b is None else [max(shape.radii[0], shape.other or 0)] * 3) + grid.step
        first = np.floor((ends.min(0) - reach - grid.origin) / grid.step).astype(int)
        last = np.ceil((ends.max(0) + reach - grid.origin) / grid.step).astype(int) + 1
        first, last = np.maximum(first, 0), np.minimum(last, grid.shape[::-1])
        if (first >= last).any():
            continue
        where = tuple(slice(int(first[axis]), int(last[axis])) for axis in (2, 1, 0))
        x, y, z = (grid.along(axis)[first[axis] : last[axis]] for axis in range(3))
        x, y, z = x[None, None, :] - a[0], y[None, :, None] - a[1], z[:, None, None] - a[2]
        if shape.b is None:
            radii = shape.radii
            away = np.sqrt((x / radii[0]) ** 2 + (y / radii[1]) ** 2 + (z / radii[2]) ** 2)
            distance = (away - 1) * min(radii)
        else:
            line = ends[1] - ends[0]
            length = max(float(line @ line), 1e-6)
            part = np.clip((x * line[0] + y * line[1] + z * line[2]) / length, 0, 1)
            away = np.sqrt((x - part * line[0]) ** 2 + (y - part * line[1]) ** 2 + (z - part * line[2]) ** 2)
            end = shape.radii[0] if shape.other is None else shape.other
            distance = away - (shape.radii[0] + part * (end - shape.radii[0]))
        share = np.clip(0.5 - distance / grid.step, 0, 1)
        block[where] += share * (shape.value - block[where])
