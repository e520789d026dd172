"""What a line of burned-in text says: EasyOCR's english_g2 at half its height, trained on with overlay text."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from phivet.cases.parts import View

if TYPE_CHECKING:
    from torch import Tensor

WEIGHTS = Path(__file__).parent / "weights" / "burned_in_text"
HEIGHT = 32
"""Pixels that a line is scaled to before it is read."""
NARROWEST = 16
"""Pixels: the network halves the width twice and needs a few steps."""
WIDEST = 1600
"""Pixels after scaling, some hundred letters; longer lines are squeezed."""
TALL = 1.7
"""A crop this much taller than wide holds a line that runs upwards or downwards, and is read both ways."""
POOR = 0.9
"""Confidence below which a crop is read once more, from closer: what stands around small letters blurs them."""
CLOSER = (0.16, 0.1)
"""Of a line's height, left out above and below, and at its ends, when it is looked at from closer."""
BATCH = 16
"""Lines of about one width that are read at a time."""

Line = NDArray[np.float32]


class Reader:
    """Reads crops. Safe to be used by several threads."""

    def __init__(self, weights: Path | None = None) -> None:
        self._weights = weights or WEIGHTS
        self._lock = threading.Lock()
        self._network: Any = None

    def read(self, crops: Sequence[View]) -> list[tuple[str, float]]:
        """The text of each crop and the confidence in it, from 0 to 1; "" and how sure it is that nothing is written.

        A crop is one line, (H, W) or (H, W, 3) uint8 RGB, light on dark or dark on light, lying or standing.
        """
        read = self._either_way(crops)
        poor = [number for number, (text, sure) in enumerate(read) if text and sure < POOR]
        again = self._either_way([_closer(crops[number]) for number in poor])
        for number, other in zip(poor, again, strict=True):
            read[number] = _better([read[number], other])
        return read

    def _either_way(self, crops: Sequence[View]) -> list[tuple[str, float]]:
        turns = [_ways(crop) for crop in crops]
        read = iter(self._read([line(way) for ways in turns for way in ways]))
        return [_better([next(read) for _ in ways]) for ways in turns]

    def _read(self, lines: Sequence[Line]) -> list[tuple[str, float]]:
        import torch

        network = self._loaded()
        texts: list[tuple[str, float]] = [("", 0.0)] * len(lines)
        order = sorted(range(len(lines)), key=lambda index: lines[index].shape[1])
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            with torch.inference_mode():
                scores = network(torch.from_numpy(batch([lines[index] for index in chosen])))
            for index, text in zip(chosen, spelt(scores), strict=True):
                texts[index] = text
        return texts

    def _loaded(self) -> Any:
        with self._lock:
            if self._network is None:
                from phivet.models.burned_in_reader_net import load

                self._network = load(self._weights)
            return self._network


def grey(view: View) -> View:
    """One plane: the mean of luminance and the lightest colour, for blue or red letters are dark in luminance."""
    if view.ndim == 2:
        return view
    return np.asarray((cv2.cvtColor(view, cv2.COLOR_RGB2GRAY).astype(np.uint16) + view.max(2)) // 2, np.uint8)


def line(crop: View) -> Line:
    """A crop as the network wants it: (HEIGHT, W) from -1 to 1, contrast stretched, letters light on dark."""
    plane = grey(crop)
    width = round(plane.shape[1] * HEIGHT / plane.shape[0])
    size = (min(WIDEST, max(NARROWEST, width)), HEIGHT)
    shrinks = plane.shape[0] > HEIGHT
    scaled = cv2.resize(plane, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC).astype(np.float32)
    low, high = np.percentile(scaled[:, :: max(1, size[0] // 400)], (1, 99))
    made = np.clip((scaled - low) * (2 / max(1.0, high - low)) - 1, -1, 1)
    edge = np.concatenate([made[0], made[-1], made[:, 0], made[:, -1]])
    return np.asarray(-made if np.median(edge) > 0 else made, np.float32)


def batch(lines: Sequence[Line]) -> NDArray[np.float32]:
    """(N, 1, HEIGHT, W): the lines side by side, the shorter ones followed by their own background."""
    width = max(line.shape[1] for line in lines)
    made = np.empty((len(lines), 1, HEIGHT, width), np.float32)
    for place, each in zip(made, lines, strict=True):
        place[0, :, : each.shape[1]] = each
        place[0, :, each.shape[1] :] = np.median(each)
    return made


def spelt(scores: "Tensor") -> list[tuple[str, float]]:
    """The likeliest letter of each step, repeats and gaps left out, and the geometric mean of their probabilities.

    Where there is no letter, "" and the mean probability of a gap.
    """
    from phivet.models.burned_in_reader_net import LETTERS

    sure, best = scores.float().softmax(2).max(2)
    texts = []
    for certain, letters in zip(sure.tolist(), best.tolist(), strict=True):
        text, logs, before = "", [], 0
        for probability, letter in zip(certain, letters, strict=True):
            if letter and letter != before:
                text += LETTERS[letter - 1]
                logs.append(np.log(probability))
            before = letter
        stripped = text.strip()
        texts.append((stripped, float(np.exp(np.mean(logs)))) if stripped else ("", float(np.mean(certain))))
    return texts


def _better(read: Sequence[tuple[str, float]]) -> tuple[str, float]:
    """Of one crop read in several ways: the surest text, or, if there is none, the least sure of nothing."""
    texts = [one for one in read if one[0]]
    return max(texts, key=lambda one: one[1]) if texts else min(read, key=lambda one: one[1])


def _ways(crop: View) -> list[View]:
    """The crop, or, where it stands, the crop turned to the right and to the left."""
    if crop.shape[0] < TALL * crop.shape[1]:
        return [crop]
    return [np.rot90(crop, 3), np.rot90(crop)]


def _closer(crop: View) -> View:
    height, width = crop.shape[:2]
    across, ahead = (round(share * min(height, width)) for share in CLOSER)
    top, side = (across, ahead) if height <= width else (ahead, across)
    top, side = min(top, (height - 1) // 2), min(side, (width - 1) // 2)
    return crop[top : height - top, side : width - side]
