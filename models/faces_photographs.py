"""Faces of people in photographs: CenterFace, a small network that others trained on WIDER FACE, run by OpenCV.

Its weights are `weights/photographs/centerface.onnx`; where they come from is told beside them.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phivet.cases.parts import View
from phivet.cases.places import overlap

WEIGHTS = Path(__file__).parent / "weights" / "photographs" / "centerface.onnx"
LONGEST = 640
"""Pixels of the longer side that the network is shown: a face that fills a twentieth of it is still seen."""
SHORTEST = 64
"""Pixels of the shorter side below which nobody can be recognised."""
STRIDE = 4
"""Pixels of the picture for one of the network's answers."""
SURE = 0.5
"""A face that is at least so sure to be upright is not searched for in turned pictures."""
OVERLAP = 0.3
"""Of two boxes that share so much of their union, the surer one stays."""
LEAST = 0.2
"""Answers below say nothing."""
MIDDLE, TURNED, STEEP = 0.42, 0.7, 20.0
"""The answer that is as likely a face as not, the same of a turned picture, and how fast the odds grow.

Cats, cups, tissue and machines stay below 0.25; faces with a bar over the eyes are above 0.8, halves above 0.7."""
COLOURED, CHROMA = 0.35, 12
"""A photograph has colour in so much of what is not black; grey pictures with marks, maps and Doppler have not."""


@dataclass(frozen=True)
class Found:
    """A face: its probability, and x0, y0, x1, y1 in pixels of the picture."""

    score: float
    box: tuple[int, int, int, int]


def is_photograph(view: View) -> bool:
    """Whether `view`, (H, W) or (H, W, 3) uint8, has the colours of one."""
    if view.ndim != 3 or min(view.shape[:2]) < SHORTEST:
        return False
    sample = view[:: max(1, view.shape[0] // 128), :: max(1, view.shape[1] // 128)].astype(np.int16)
    lit = sample.max(axis=2) > 40
    coloured = np.ptp(sample, axis=2) > CHROMA
    return bool(lit.any() and (coloured & lit).sum() > COLOURED * lit.sum())


class Photographs:
    """Finds faces; may be called from several threads."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self._weights = weights
        self._lock = Lock()

    @cached_property
    def _network(self) -> Any:
        import cv2

        return cv2.dnn.readNetFromONNX(str(self._weights))

    def find(self, view: View) -> list[Found]:
        """The faces in `view`, (H, W) or (H, W, 3) uint8 RGB, upright, on their side or on their head."""
        if min(view.shape[:2]) < SHORTEST:
            return []
        found = self.find_upright(view)
        if max((face.score for face in found), default=0.0) >= SURE:
            return found
        for quarters in (1, 2, 3):
            turned = self.find_upright(np.rot90(view, quarters), TURNED)
            found += [Found(face.score, _turned_back(face.box, quarters, view.shape)) for face in turned]
        return surest(found)

    def find_upright(self, view: View, middle: float = MIDDLE) -> list[Found]:
        """The same of upright faces alone; `middle` is the answer that is as likely a face as not."""
        import cv2

        height, width = view.shape[:2]
        scale = min(1.0, LONGEST / max(height, width))
        size = tuple(32 * max(1, round(side * scale / 32)) for side in (width, height))
        picture = np.ascontiguousarray(view if view.ndim == 3 else np.repeat(view[..., None], 3, axis=2))
        blob = cv2.dnn.blobFromImage(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), swapRB=True)
        with self._lock:
            self._network.setInput(blob)
            heat, sizes, offsets, _ = self._network.forward(["537", "538", "539", "540"])
        return _decoded(heat[0, 0], sizes[0], offsets[0], (width / size[0], height / size[1]), middle, (height, width))


def _decoded(
    heat: NDArray[np.float32],
    sizes: NDArray[np.float32],
    offsets: NDArray[np.float32],
    scale: tuple[float, float],
    middle: float,
    shape: tuple[int, int],
) -> list[Found]:
    """The network's answers as faces: a heat map of their middles, the logarithms of their sizes, finer offsets."""
    found = []
    for row, column in zip(*np.nonzero(heat > LEAST), strict=True):
        tall, wide = np.exp(sizes[:, row, column]) * STRIDE
        y = (row + offsets[0, row, column] + 0.5) * STRIDE
        x = (column + offsets[1, row, column] + 0.5) * STRIDE
        x0, x1 = (int(np.clip((x + side * wide / 2) * scale[0], 0, shape[1])) for side in (-1, 1))
        y0, y1 = (int(np.clip((y + side * tall / 2) * scale[1], 0, shape[0])) for side in (-1, 1))
        if x0 < x1 and y0 < y1:
            odds = STEEP * (float(heat[row, column]) - middle)
            found.append(Found(float(1 / (1 + np.exp(-odds))), (x0, y0, x1, y1)))
    return surest(found)


def surest(found: list[Found]) -> list[Found]:
    """Of faces that overlap, the surest."""
    kept: list[Found] = []
    for face in sorted(found, key=lambda each: -each.score):
        if all(overlap(face.box, other.box) < OVERLAP for other in kept):
            kept.append(face)
    return kept


def _turned_back(box: tuple[int, int, int, int], quarters: int, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """A box on the picture that was turned left by so many quarters, on the picture of `shape` as it was."""
    x0, y0, x1, y1 = box
    height, width = shape[:2]
    if quarters == 1:
        return width - y1, x0, width - y0, x1
    if quarters == 2:
        return width - x1, height - y1, width - x0, height - y0
    return y0, height - x1, y1, height - x0
