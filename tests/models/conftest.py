"""Small volumes for the tests of faces: a head of a few balls, with and without its face, and things that are none."""

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from phivet.cases.parts import Volume

Voxels = np.ndarray[Any, np.dtype[np.float32]]
Axes = tuple[tuple[float, float, float], ...]
STEP = 2.5
"""mm of a voxel."""
AXES: Axes = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))


class Bodies:
    """Makes voxels (D, H, W), from the feet up, from the front back, from right to left, and volumes of them."""

    step, axes = STEP, AXES

    def head(self, face: bool = True, air: float = 0.0, tissue: float = 900.0, noise: float = 0.0) -> Voxels:
        """A skull of balls; its face has a nose, sockets, brows, lips and a chin."""
        skull = _ball((0, 8, 25), (74, 94, 75)) | _ball((0, -12, -40), (63, 72, 62)) | _ball((0, 20, -90), (50, 50, 60))
        nose = _ball((0, -78, -4), (8, 16, 24)) | _ball((0, -86, -20), (10, 20, 10)) | _ball((9, -80, -24), (8, 14, 8))
        mouth = _ball((0, -74, -48), (22, 12, 4)) | _ball((0, -72, -56), (20, 12, 5))
        chin, brows = _ball((0, -58, -80), (22, 22, 14)), _ball((30, -80, 22), (22, 8, 5))
        sockets = _ball((30, -84, 8), (19, 22, 12)) & ~_ball((30, -64, 8), (12, 12, 12))
        whole = (skull | nose | mouth | chin | brows) & ~sockets if face else skull
        return self.blurred(whole | _ball((76, 5, -8), (9, 14, 28)), air, tissue, noise)

    def trunk(self, height: int = 60, air: float = -1000.0, tissue: float = 40.0) -> Voxels:
        """An ellipse with two arms beside it and a table below."""
        y, x = np.mgrid[-125:125:STEP, -250:250:STEP]
        body = (x / 170) ** 2 + (y / 100) ** 2 < 1
        arms = (np.abs(x) - 215) ** 2 + y**2 < 28**2
        table = (np.abs(y - 112) < 6) & (np.abs(x) < 200)
        return self.blurred(np.repeat((body | arms | table)[None], height, axis=0), air, tissue)

    def limb(self, air: float = 0.0, tissue: float = 700.0) -> Voxels:
        """A tapering cylinder."""
        z, y, x = np.mgrid[0:80, -40:40, -40:40].astype(np.float32)
        return self.blurred(np.hypot(y, x) < 30 - z / 8, air, tissue)

    def phantom(self, air: float = -1000.0, tissue: float = 100.0) -> Voxels:
        """A cylinder with eight holes."""
        z, y, x = np.mgrid[-40:40, -50:50, -50:50].astype(np.float32)
        solid = (np.hypot(y, x) < 42) & (np.abs(z) < 36)
        for angle in np.linspace(0, 2 * np.pi, 8, endpoint=False):
            solid &= np.hypot(y - 30 * np.sin(angle), x - 30 * np.cos(angle)) > 6
        return self.blurred(solid, air, tissue)

    def blurred(self, solid: np.ndarray[Any, Any], air: float, tissue: float, noise: float = 0.0) -> Voxels:
        """What is `solid` as voxels of `tissue` in `air`."""
        soft = ndimage.gaussian_filter(solid.astype(np.float32), 0.8) * (tissue - air) + air
        grain = np.random.default_rng(0).normal(0, noise, soft.shape) if noise else 0
        return np.asarray(soft + grain, np.float32)

    def volume(
        self,
        voxels: Voxels,
        modality: str = "MR",
        axes: Axes | None = AXES,
        spacing: tuple[float, float, float] = (STEP, STEP, STEP),
    ) -> Volume:
        """`voxels` as a series in one file."""
        depth, height, width = voxels.shape
        return Volume(("file-1",), 0, modality, (depth, height, width), spacing, axes, lambda: iter(voxels))  # type: ignore[arg-type]


def _ball(centre: tuple[float, float, float], radii: tuple[float, float, float]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """An ellipsoid about x, y, z in mm from the middle of a head, and its mirror image."""
    z, y, x = np.mgrid[-110:115:STEP, -125:125:STEP, -95:97.5:STEP].astype(np.float32)
    parts = (((a - c) / r) ** 2 for a, c, r in zip((np.abs(x), y, z), centre, radii, strict=True))
    return np.asarray(sum(parts) < 1)


@pytest.fixture(scope="session")
def bodies() -> Bodies:
    return Bodies()
