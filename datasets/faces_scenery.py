"""Pictures of nothing in particular: grain, gratings, bricks, discs, cells, branches, blobs. None of them is a face.

Heads and bodies alone would teach that whatever is no body may be a face: a fundus, a brick wall, a slide.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import KDTree

from phivet.datasets.faces_pictures import SIDE, Picture

Random = np.random.Generator
Plane = NDArray[np.float32]


def scenery(rng: Random, side: int = SIDE) -> Picture:
    """One of them: `pixels` (side, side, 2) uint8, grey times opacity, and opacity."""
    paint = (grain, grating, bricks, discs, cells, branches, blobs)[int(rng.integers(7))]
    plane = paint(rng, side)
    if rng.random() < 0.4:
        plane = plane + rng.uniform(0.1, 0.6) * (grain if rng.random() < 0.6 else blobs)(rng, side)
    low, high = np.percentile(plane, (1, 99))
    plane = np.clip((plane - low) / max(float(high - low), 1e-3), 0, 1)
    opacity = _outline(rng, side)
    light = 255 * (rng.uniform(0, 0.3) + rng.uniform(0.4, 0.7) * plane)
    pixels = np.stack([light * opacity, 255 * opacity], 2).astype(np.uint8)
    return Picture(pixels, "other", (0, 0, 0, 0), np.zeros((6, 3), np.float32), "scenery", paint.__name__, "scenery")


def grain(rng: Random, side: int) -> Plane:
    """Noise, coarse or fine, at times stretched."""
    frequency = np.hypot(
        np.fft.fftfreq(side)[:, None] * rng.uniform(0.3, 1), np.fft.rfftfreq(side)[None] * rng.uniform(0.3, 1)
    )
    frequency[0, 0] = 1
    spectrum = np.fft.rfft2(rng.normal(size=(side, side))) * frequency ** -rng.uniform(0, 2.2)
    made = np.fft.irfft2(spectrum, (side, side))
    return np.asarray(made / max(float(made.std()), 1e-6), np.float32)


def grating(rng: Random, side: int) -> Plane:
    """Stripes or a lattice, straight or bent."""
    y, x = np.mgrid[:side, :side].astype(np.float32)
    bend = rng.uniform(0, 12) * ndimage.gaussian_filter(rng.normal(size=(side, side)), 14) * 14
    made = np.zeros((side, side), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        turn, period = rng.uniform(0, np.pi), rng.uniform(4, 40)
        made += np.sin(2 * np.pi * (x * np.cos(turn) + y * np.sin(turn) + bend) / period)
    return made if rng.random() < 0.6 else (made > 0).astype(np.float32)


def bricks(rng: Random, side: int) -> Plane:
    """Rows of rectangles, each of its own tone, with joints between."""
    tall, wide, joint = int(rng.integers(6, 30)), int(rng.integers(8, 60)), int(rng.integers(1, 4))
    made = np.zeros((side, side), np.float32)
    for row, top in enumerate(range(0, side, tall)):
        for left in range(-(row % 2) * wide // 2, side, wide):
            made[top : top + tall - joint, max(0, left) : left + wide - joint] = rng.uniform(0.3, 1)
    return made


def discs(rng: Random, side: int) -> Plane:
    """Round things side by side, flat, hollow or lit like balls."""
    made = np.zeros((side, side), np.float32)
    y, x = np.mgrid[:side, :side]
    for _ in range(int(rng.choice((1, 2, 6, 20, 50)))):
        radius, at = rng.uniform(3, rng.choice((8, 20, 60))), rng.uniform(0, side, 2)
        apart = np.hypot(y - at[0], (x - at[1]) * rng.uniform(0.7, 1.4)) / radius
        ball = np.sqrt(np.clip(1 - apart**2, 0, 1)) * (1 + rng.uniform(-0.4, 0.4) * (x - at[1]) / radius)
        shade = (ball, apart < 1, np.exp(-((apart - 1) ** 2) * 12))[int(rng.integers(3))]
        made = np.where(apart < 1.3, np.maximum(made, rng.uniform(0.3, 1) * shade), made)
    return np.asarray(made, np.float32)


def cells(rng: Random, side: int) -> Plane:
    """A mosaic, its borders drawn or its tiles toned."""
    count = int(rng.choice((12, 40, 150)))
    apart, nearest = KDTree(rng.uniform(0, side, (count, 2))).query(np.moveaxis(np.mgrid[:side, :side], 0, 2), 2)
    tones = rng.uniform(0, 1, count)[nearest[..., 0]]
    made = np.minimum(apart[..., 1] - apart[..., 0], 6) / 6 if rng.random() < 0.5 else tones
    return np.asarray(made, np.float32)


def branches(rng: Random, side: int) -> Plane:
    """Trees of lines from a spot, as vessels and cracks are, on an even ground."""
    made = np.full((side, side), 0.5, np.float32)
    ends = [(rng.uniform(0.2, 0.8, 2) * side, rng.uniform(0, 2 * np.pi), rng.uniform(2, 6)) for _ in range(4)]
    tone = float(rng.choice((0.0, 1.0)))
    while ends:
        at, turn, thick = ends.pop()
        for _ in range(int(rng.integers(6, 20))):
            turn += rng.normal(0, 0.25)
            after = at + 4 * np.array((np.cos(turn), np.sin(turn)))
            cv2.line(made, tuple(map(int, at)), tuple(map(int, after)), tone, max(1, int(thick)), cv2.LINE_AA)
            at = after
        if thick > 1.2 and len(ends) < 60:
            ends += [(at, turn + side_turn, thick * 0.7) for side_turn in rng.normal(0, 0.6, 2)]
    if rng.random() < 0.4:
        spot = rng.uniform(0.2, 0.8, 2) * side
        cv2.circle(made, tuple(map(int, spot)), int(rng.integers(5, 18)), 1.0, -1, cv2.LINE_AA)
    return np.asarray(ndimage.gaussian_filter(made, rng.uniform(0, 1.5)), np.float32)


def blobs(rng: Random, side: int) -> Plane:
    """Soft light and dark places, as radiographs, plates and skies have them."""
    made = ndimage.gaussian_filter(rng.normal(size=(side, side)), rng.uniform(5, 25))
    made = made / max(float(made.std()), 1e-6)
    if rng.random() < 0.4:
        steps = float(rng.uniform(1, 4))
        made = np.round(made * steps) / steps
    return np.asarray(made, np.float32)


def _outline(rng: Random, side: int) -> Plane:
    """All of the picture, or a round or a smooth part of it."""
    draw = rng.random()
    if draw < 0.5:
        return np.ones((side, side), np.float32)
    y, x = np.mgrid[:side, :side] / side - 0.5
    if draw < 0.8:
        inside = np.hypot(y / rng.uniform(0.3, 0.5), x / rng.uniform(0.3, 0.5)) < 1
    else:
        field = blobs(rng, side)
        inside = (field + 2.5 - 8 * np.hypot(y, x)) > 0
    return np.asarray(inside, np.float32)
