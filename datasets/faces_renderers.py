"""Renderers of voxels: rays that stop at a surface, gather light on their way, or keep the brightest or the mean.

They march in one kernel of NVIDIA's `warp` (Apache-2.0), on the processor. A second renderer (`rasterised`) is kept for
the held-out data: marching cubes and a z-buffer.
"""

# ruff: noqa: UP018, RUF046, SIM108 (in a kernel, a number that changes is declared so)

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from phivet.datasets.faces_solids import Grid, Voxels

Floats = NDArray[np.float32]
Way = Literal["surface", "volume", "brightest", "mean"]
WAYS: tuple[Way, ...] = ("surface", "volume", "brightest", "mean")
Shade = Literal["lit", "depth", "glass", "cavity"]
SHADES: tuple[Shade, ...] = ("depth", "glass", "cavity")
"""Instead of by a light: by the distance, by how much the surface turns away, by its hollows. Only `rasterised`."""
DEEP_MM = 75.0
"""Behind the nearest point, where the shade of depth is darkest."""


@dataclass(frozen=True)
class Camera:
    """From where a picture is taken: degrees to the patient's left (`yaw`), upwards (`pitch`), and turned (`roll`).

    `centre` (x, y, z) mm is in the middle, `reach` mm lie between it and the picture's edge; `away` mm is the eye's
    distance, at infinity rays are parallel.
    """

    centre: tuple[float, float, float]
    reach: float
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    away: float = np.inf

    def axes(self) -> tuple[Floats, Floats, Floats]:
        """To the right of the picture, up in it, and towards the eye."""
        yaw, pitch, roll = np.deg2rad((self.yaw, self.pitch, self.roll))
        front = np.array((np.sin(yaw) * np.cos(pitch), -np.cos(yaw) * np.cos(pitch), np.sin(pitch)))
        right = np.array((np.cos(yaw), np.sin(yaw), 0.0))
        up = np.cross(front, right)
        turned = np.cos(roll) * right + np.sin(roll) * up, np.cos(roll) * up - np.sin(roll) * right
        return turned[0].astype(np.float32), turned[1].astype(np.float32), front.astype(np.float32)

    def project(self, points: Floats, side: int) -> Floats:
        """Points (N, 3) mm as columns and rows (N, 2) of a picture of `side` pixels."""
        right, up, front = self.axes()
        apart = points - np.array(self.centre, np.float32)
        across, above, nearer = apart @ right, apart @ up, apart @ front
        scale = 1.0 if np.isinf(self.away) else self.away / np.maximum(self.away - nearer, 1.0)
        half = side / 2
        return np.stack([half + across * scale / self.reach * half, half - above * scale / self.reach * half], 1)


@dataclass(frozen=True)
class Look:
    """How a block is shown.

    `table` (256, 4) gives colour and opacity per voxel, 0 to 1, of values from `low` to `high`; of a surface, at
    `level`, only its colour counts. `light` is where light comes from (right, up, towards the eye). What lies on the
    side of `cut` (nx, ny, nz, distance) mm to which its normal points is not there.
    """

    name: str
    way: Way
    table: Floats
    low: float
    high: float
    level: float = -300.0
    light: tuple[float, float, float] = (-0.3, 0.4, 0.85)
    ambient: float = 0.25
    shine: float = 0.2
    shade: Shade = "lit"
    cut: tuple[float, float, float, float] | None = None


@cache
def _kernel() -> Any:
    import warp as wp

    wp.config.quiet = True

    @wp.func  # type: ignore[untyped-decorator]
    def at(block: wp.array3d(dtype=float), p: wp.vec3) -> float:  # type: ignore[valid-type]
        x, y, z = int(wp.floor(p[0])), int(wp.floor(p[1])), int(wp.floor(p[2]))
        if x < 0 or y < 0 or z < 0 or x >= block.shape[2] - 1 or y >= block.shape[1] - 1 or z >= block.shape[0] - 1:
            return -1000.0
        a, b, c = p[0] - float(x), p[1] - float(y), p[2] - float(z)
        low = (block[z, y, x] * (1.0 - a) + block[z, y, x + 1] * a) * (1.0 - b) + (
            block[z, y + 1, x] * (1.0 - a) + block[z, y + 1, x + 1] * a
        ) * b
        high = (block[z + 1, y, x] * (1.0 - a) + block[z + 1, y, x + 1] * a) * (1.0 - b) + (
            block[z + 1, y + 1, x] * (1.0 - a) + block[z + 1, y + 1, x + 1] * a
        ) * b
        return float(low * (1.0 - c) + high * c)

    @wp.func  # type: ignore[untyped-decorator]
    def slope(block: wp.array3d(dtype=float), p: wp.vec3) -> wp.vec3:  # type: ignore[valid-type]
        return wp.vec3(
            at(block, p + wp.vec3(1.0, 0.0, 0.0)) - at(block, p - wp.vec3(1.0, 0.0, 0.0)),
            at(block, p + wp.vec3(0.0, 1.0, 0.0)) - at(block, p - wp.vec3(0.0, 1.0, 0.0)),
            at(block, p + wp.vec3(0.0, 0.0, 1.0)) - at(block, p - wp.vec3(0.0, 0.0, 1.0)),
        )

    @wp.func  # type: ignore[untyped-decorator]
    def lit(colour: wp.vec3, gradient: wp.vec3, light: wp.vec3, way: wp.vec3, ambient: float, shine: float) -> wp.vec3:
        size = wp.length(gradient)
        if size < 1.0e-3:
            return colour * (ambient + 0.5 * (1.0 - ambient))
        normal = gradient * (-1.0 / size)
        diffuse = wp.max(wp.dot(normal, light), 0.0)
        half = wp.normalize(light - way)
        glint = wp.pow(wp.max(wp.dot(normal, half), 0.0), 24.0) * shine
        return colour * (ambient + (1.0 - ambient) * diffuse) + wp.vec3(glint, glint, glint)

    @wp.kernel  # type: ignore[untyped-decorator]
    def march(
        block: wp.array3d(dtype=float),  # type: ignore[valid-type]
        table: wp.array(dtype=wp.vec4),  # type: ignore[valid-type]
        low: float,
        high: float,
        level: float,
        way: int,
        side: int,
        centre: wp.vec3,
        right: wp.vec3,
        up: wp.vec3,
        front: wp.vec3,
        reach: float,
        away: float,
        light: wp.vec3,
        ambient: float,
        shine: float,
        cut: wp.vec4,
        made: wp.array(dtype=wp.vec4),  # type: ignore[valid-type]
    ) -> None:
        pixel = int(wp.tid())  # type: ignore[arg-type]
        across = (2.0 * (float(pixel % side) + 0.5) / float(side) - 1.0) * reach
        above = (1.0 - 2.0 * (float(pixel // side) + 0.5) / float(side)) * reach
        start = centre + right * across + up * above
        ray = front * (-1.0)
        if away > 0.0:
            eye = centre + front * away
            ray = wp.normalize(start - eye)
        n = wp.vec3(float(block.shape[2]), float(block.shape[1]), float(block.shape[0]))
        near, far = float(-1.0e9), float(1.0e9)
        for k in range(3):
            if wp.abs(ray[k]) > 1.0e-6:
                a, b = (0.0 - start[k]) / ray[k], (n[k] - start[k]) / ray[k]
                near, far = wp.max(near, wp.min(a, b)), wp.min(far, wp.max(a, b))
            elif start[k] < 0.0 or start[k] > n[k]:
                far = float(-1.0e9)
        if away > 0.0:
            near = wp.max(near, -away)
        rgb = wp.vec3(0.0, 0.0, 0.0)
        alpha, best, steps, gone = float(0.0), float(-2000.0), float(0.0), int(1)
        t = float(near) + 0.25
        while t < far and alpha < 0.97:
            p = start + ray * t
            if wp.dot(wp.vec3(cut[0], cut[1], cut[2]), p) > cut[3]:
                gone = 1
                t += 1.0
                continue
            v = at(block, p)
            if way == 0:
                if v > level:
                    back = float(1.0)
                    for _k in range(4):
                        back = back * 0.5
                        if at(block, p) > level:
                            p = p - ray * back
                        else:
                            p = p + ray * back
                    share = wp.clamp((v - low) / (high - low), 0.0, 1.0)
                    entry = table[int(share * 255.0)]
                    colour = wp.vec3(entry[0], entry[1], entry[2])
                    if gone == 1 and v > level + 60.0:
                        rgb = colour * (0.35 + 0.65 * share)
                    else:
                        rgb = lit(colour, slope(block, p), light, ray, ambient, shine)
                    alpha = 1.0
            elif way == 1:
                share = wp.clamp((v - low) / (high - low), 0.0, 1.0)
                entry = table[int(share * 255.0)]
                if entry[3] > 0.001:
                    shown = lit(wp.vec3(entry[0], entry[1], entry[2]), slope(block, p), light, ray, ambient, shine)
                    part = (1.0 - alpha) * entry[3]
                    rgb = rgb + shown * part
                    alpha = alpha + part
            elif way == 2:
                best = wp.max(best, v)
            else:
                best = wp.max(best, 0.0) + wp.clamp((v - low) / (high - low), 0.0, 1.0)
            gone = 0
            steps += 1.0
            t += 1.0
        if way >= 2:
            share = wp.clamp((best - low) / (high - low), 0.0, 1.0)
            if way == 3:
                share = wp.clamp(best / 60.0, 0.0, 1.0)
            entry = table[int(share * 255.0)]
            rgb = wp.vec3(entry[0], entry[1], entry[2])
            alpha = wp.clamp(share * 6.0, 0.0, 1.0)
            rgb = rgb * alpha
        made[pixel] = wp.vec4(rgb[0], rgb[1], rgb[2], alpha)

    return march


def rendered(block: Voxels, grid: Grid, camera: Camera, look: Look, side: int) -> Floats:
    """The picture (side, side, 4) float32: colour times opacity, and opacity, 0 to 1."""
    import warp as wp

    right, up, front = camera.axes()
    centre = (np.array(camera.centre) - grid.origin) / grid.step
    light = look.light[0] * right + look.light[1] * up + look.light[2] * front
    light /= np.linalg.norm(light)
    cut = np.array((0, 0, 0, 1e9))
    if look.cut is not None:
        normal = np.array(look.cut[:3])
        cut = np.array((*normal, (look.cut[3] - normal @ np.array(grid.origin)) / grid.step))
    made = wp.empty(side * side, dtype=wp.vec4, device="cpu")
    away = -1.0 if np.isinf(camera.away) else camera.away / grid.step
    given = [
        wp.array(np.ascontiguousarray(block, np.float32), dtype=float, device="cpu", copy=False),
        wp.array(np.ascontiguousarray(look.table, np.float32), dtype=wp.vec4, device="cpu"),
        *(float(value) for value in (look.low, look.high, look.level)),
        WAYS.index(look.way),
        side,
        *(wp.vec3(*map(float, axis)) for axis in (centre, right, up, front)),
        float(camera.reach / grid.step),
        float(away),
        wp.vec3(*map(float, light)),
        float(look.ambient),
        float(look.shine),
        wp.vec4(*map(float, cut)),
        made,
    ]
    wp.launch(_kernel(), side * side, inputs=given, device="cpu")
    return np.asarray(np.clip(made.numpy().reshape(side, side, 4), 0, 1), np.float32)


def rasterised(block: Voxels, grid: Grid, camera: Camera, look: Look, side: int) -> Floats:
    """The same picture of a surface by marching cubes (Lewiner 2003) and a z-buffer of its triangles' corners."""
    from skimage.measure import marching_cubes

    level = float(np.clip(look.level, block.min() + 1, block.max() - 1))
    found, _, normals, _ = marching_cubes(  # type: ignore[no-untyped-call]
        np.pad(block, 1, constant_values=-1000.0), level
    )
    points = (found[:, ::-1] - 1) * grid.step + np.array(grid.origin)
    if look.cut is not None:
        kept = points @ np.array(look.cut[:3]) <= look.cut[3]
        points, normals = points[kept], normals[kept]
    right, up, front = camera.axes()
    light = look.light[0] * right + look.light[1] * up + look.light[2] * front
    normals = normals[:, ::-1]
    facing = -np.sign((normals @ front).mean()) if np.abs((normals @ front).mean()) > 1e-6 else 1.0
    near = (points - np.array(camera.centre)) @ front
    normals = normals * np.sign((normals @ front)[:, None]) if facing else normals
    lit = look.ambient + (1 - look.ambient) * np.clip(normals @ (light / np.linalg.norm(light)), 0, 1)
    at = np.round(camera.project(points.astype(np.float32), side) - 0.5).astype(int)
    order = np.argsort(near)
    picture = np.zeros((side, side, 4), np.float32)
    colour = look.table[200, :3]
    wide = max(1, int(np.ceil(grid.step / camera.reach * side / 2)))
    for dy in range(wide):
        for dx in range(wide):
            x, y = at[order, 0] + dx, at[order, 1] + dy
            there = (x >= 0) & (y >= 0) & (x < side) & (y < side)
            shade = np.concatenate([lit[order, None] * colour, np.ones((len(order), 1))], 1)[there]
            depth = np.full((side, side), -np.inf)
            layer = np.zeros_like(picture)
            layer[y[there], x[there]] = shade
            depth[y[there], x[there]] = near[order][there]
            if dx == dy == 0:
                picture, nearest = layer, depth
            else:
                ahead = depth > nearest + 0.5
                picture[ahead], nearest[ahead] = layer[ahead], depth[ahead]
    if look.shade != "lit":
        picture[..., :3] = _shaded(look, nearest, 2 * camera.reach / side)[..., None] * colour * picture[..., 3:]
    return picture


def _shaded(look: Look, nearest: Floats, pixel: float) -> Floats:
    """How bright each pixel is, 0 to 1, by a depth map in mm towards the eye, -inf beside it, and mm of a `pixel`."""
    met = np.isfinite(nearest)
    if not met.any():
        return np.zeros_like(nearest)
    around = ndimage.distance_transform_edt(~met, return_distances=False, return_indices=True)
    depth = ndimage.gaussian_filter(ndimage.median_filter(nearest[tuple(around)], 3), 0.8)
    if look.shade == "depth":
        share = 1 - (float(depth[met].max()) - depth) / DEEP_MM
    elif look.shade == "glass":
        down, right = np.gradient(depth, pixel)
        share = 1 - 1 / np.sqrt(1 + down**2 + right**2)
    else:
        bent = ndimage.gaussian_laplace(depth, 3.0 / pixel) / pixel**2
        share = 0.65 - bent / 0.22
    return np.asarray(look.ambient / 2 + (1 - look.ambient / 2) * np.clip(share, 0, 1), np.float32)
