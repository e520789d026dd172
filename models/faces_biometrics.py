"""Pictures that are as good as a name to a machine: the back of an eye, by its vessels, and the ridges of a finger.

Neither is learned: both have laws. A fundus is orange and brightest at its disc, its vessels are dark in green, long
and thin; a print is stripes of one width that run in every direction, straight only from near (Maltoni et al., Handbook
of Fingerprint Recognition, 2022).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.measure import label
from skimage.morphology import skeletonize
from skimage.transform import resize

from phivet.cases.findings import Reason
from phivet.cases.parts import View

FUNDUS_SIDE = 256
"""Pixels of the longer side at which vessels are searched for."""
PRINT_SIDE = 384
"""The same for ridges."""
TILE = 32
"""Pixels of a tile that is taken to hold ridges of one direction and width."""
RIDGES = (2.6, 11.0)
"""Pixels from ridge to ridge: three of them fit into a tile, and an edge is none."""
LEAST_FIELD = 0.2
"""Of a picture, what the field of a fundus fills."""
LINE_SIGMA = 1.8
"""Half the width of the vessels that are followed, in pixels."""
SMALLEST = 64
STRAIGHT = 0.25
"""Stripes that turn less are cloth, grids and grids' moirés."""
LEAST_CONTRAST = 0.03
"""Standard deviation of a tile, of white, below which there is nothing on it."""
FEWEST_TILES = 12
STRIPED = 0.5
"""Of a tile's power, what one pair of frequencies must hold."""

SUREST = 0.95
"""What agrees in everything may still be something else."""

Grey = NDArray[np.floating]


@dataclass(frozen=True)
class Biometric:
    """What a picture shows, and its probability."""

    score: float
    reason: Reason


def biometrics(view: View) -> list[Biometric]:
    """What of a body in `view`, (H, W) or (H, W, 3) uint8, a machine could compare."""
    if min(view.shape[:2]) < SMALLEST:
        return []
    found = [Biometric(fundus(view), Reason.FUNDUS), Biometric(fingerprint(view), Reason.FINGERPRINT)]
    return [each for each in found if each.score >= 0.05]


def _probability(odds: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


def _small(view: View, longest: int) -> Grey:
    """`view` with a longer side of at most `longest`, in [0, 1]."""
    scale = min(1.0, longest / max(view.shape[:2]))
    shape = (max(8, round(view.shape[0] * scale)), max(8, round(view.shape[1] * scale)), *view.shape[2:])
    return _resized(view.astype(np.float32) / 255, shape)


def _resized(values: Grey, shape: tuple[int, ...]) -> Grey:
    sized: Grey = resize(values, shape, order=1, anti_aliasing=shape < values.shape)  # type: ignore[no-untyped-call]
    return sized


def fundus(view: View) -> float:
    """The probability that `view` is a colour photograph of the back of an eye: none of the marks may be missing."""
    return SUREST * float(np.prod(fundus_marks(view)))


def fundus_marks(view: View) -> tuple[float, float, float, float]:
    """How red its field is, how even in hue, how full of long dark lines, and how much these outweigh bright ones."""
    small = _small(view, FUNDUS_SIDE) if view.ndim == 3 else np.zeros((1, 1, 3), np.float32)
    red, green = (ndimage.gaussian_filter(small[..., channel], 0.7) for channel in range(2))
    field = ndimage.binary_fill_holes(red > 0.15)
    inner = ndimage.binary_erosion(field, iterations=8)
    if inner.sum() < LEAST_FIELD * field.size or inner.sum() < 400:
        return 0.0, 0.0, 0.0, 0.0
    hue = np.log(np.maximum(red, 0.02) / np.maximum(green, 0.02))[inner]
    level = ndimage.gaussian_filter(green * field, 10) / np.maximum(ndimage.gaussian_filter(field * 1.0, 10), 0.05)
    even = green / np.maximum(level, 0.04)
    dark, bright = (_lines(sign * even, inner) for sign in (1, -1))
    return (
        float(np.clip((np.median(hue) - 0.35) / 0.2, 0, 1)),
        float(np.clip((0.5 - np.std(hue)) / 0.2, 0, 1)),
        float(np.clip((dark - 0.5) / 1.0, 0, 1)),
        float(np.clip((dark / (bright + 0.3) - 1.0) / 1.5, 0, 1)),
    )


def _lines(values: Grey, inside: NDArray[np.bool_]) -> float:
    """The length of all long thin valleys, in widths of what is `inside` (Frangi et al. 1998: by the Hessian)."""
    yy, yx, xx = (
        ndimage.gaussian_filter(values, LINE_SIGMA, order) * LINE_SIGMA**2 for order in ((2, 0), (1, 1), (0, 2))
    )
    half, apart = (yy + xx) / 2, np.sqrt(((yy - xx) / 2) ** 2 + yx**2)
    across, along = half + apart, np.abs(half - apart)
    valleys = (across > 0.06) & (along < 0.35 * across) & inside
    thin = skeletonize(valleys)  # type: ignore[no-untyped-call]
    reach = np.sqrt(inside.sum())
    labels = label(thin, connectivity=2)  # type: ignore[no-untyped-call]
    lengths = np.bincount(labels.ravel())[1:]
    return float(lengths[lengths > 0.2 * reach].sum() / reach)


def fingerprint(view: View) -> float:
    """The probability that `view` shows the ridges of a finger, a palm or a sole."""
    marks = print_marks(view)
    if marks[-1] < STRAIGHT:
        return 0.0
    return _probability(PRINT_OFFSET + sum(w * m for w, m in zip(PRINT_WEIGHTS, marks, strict=True)))


PRINT_OFFSET, PRINT_WEIGHTS = -11.0, (12.0, 4.0, 5.0)


def print_marks(view: View) -> tuple[float, float, float]:
    """How much of a picture is stripes, how alike they are in width, and in how many directions they run: 0 to 1."""
    grey = _small(view if view.ndim == 2 else view.mean(axis=2).astype(np.uint8), PRINT_SIDE)
    best = (0.0, 0.0, 0.0)
    for scale in (1.0, 0.6):
        shape = tuple(round(n * scale) for n in grey.shape)
        if min(shape) < 3 * TILE // 2:
            break
        sized = grey if scale == 1 else _resized(grey, shape)
        best = max(best, _stripes(sized), key=lambda marks: np.prod(np.add(marks, 0.01)))
    return best


def _stripes(grey: Grey) -> tuple[float, float, float]:
    """The same at one size. Tiles overlap by half; a striped one counts if those beside it continue its stripes."""
    window = np.outer(np.hanning(TILE), np.hanning(TILE))
    fy, fx = np.meshgrid(np.fft.fftfreq(TILE), np.fft.fftfreq(TILE), indexing="ij")
    radius = np.hypot(fy, fx)
    rows = range(0, grey.shape[0] - TILE + 1, TILE // 2)
    columns = range(0, grey.shape[1] - TILE + 1, TILE // 2)
    period, angle = np.full((2, len(rows), len(columns)), np.nan)
    textured = 0
    for row, y in enumerate(rows):
        for column, x in enumerate(columns):
            tile = grey[y : y + TILE, x : x + TILE]
            if tile.std() < LEAST_CONTRAST:
                continue
            textured += 1
            power = np.abs(np.fft.fft2((tile - tile.mean()) * window)) ** 2
            power[0, 0] = 0
            peak = np.unravel_index(int(np.argmax(power)), power.shape)
            near = [np.hypot(fy - sign * fy[peak], fx - sign * fx[peak]) < 2.2 / TILE for sign in (1, -1)]
            if RIDGES[0] <= 1 / radius[peak] <= RIDGES[1] and power[near[0] | near[1]].sum() > STRIPED * power.sum():
                period[row, column] = 1 / radius[peak]
                angle[row, column] = np.arctan2(fy[peak], fx[peak])
    kept = _continued(period, angle)
    if kept.sum() < FEWEST_TILES:
        return 0.0, 0.0, 0.0
    spread, doubled = float(np.std(np.log(period[kept]))), 2 * angle[kept]
    turning = 1 - float(np.hypot(np.mean(np.cos(doubled)), np.mean(np.sin(doubled))))
    return float(kept.sum() / textured), float(np.clip(1 - spread / 0.5, 0, 1)), float(np.clip(turning / 0.6, 0, 1))


def _continued(period: NDArray[np.float64], angle: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The tiles that have two neighbours or more with stripes of nearly their width and direction."""
    wide, turn = (np.pad(each, 1, constant_values=np.nan) for each in (period, angle))
    alike = np.zeros(period.shape, int)
    for down, right in ((0, 1), (1, 0), (1, 2), (2, 1)):
        where = (slice(down, down + period.shape[0]), slice(right, right + period.shape[1]))
        turned = np.abs(np.sin(turn[where] - angle))
        alike += (turned < 0.5) & (np.abs(np.log(wide[where] / period)) < 0.3)
    kept: NDArray[np.bool_] = alike >= 2
    return kept
