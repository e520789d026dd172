"""Fits the network that reads: lines cut from frames made without end, in legs that go on where they stopped."""

import random
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import ctc_loss

from phivet.datasets.burned_in_drawing import TextLine
from phivet.datasets.burned_in_text import LabelledFrame
from phivet.models.burned_in_reader import batch as batch_of
from phivet.models.burned_in_reader import line as line_of
from phivet.models.burned_in_reader_net import LETTERS
from phivet.training.legs import Schedule, run_legs

LONGEST = 26
"""Letters of a line that is learned from; of longer ones a part is."""
SORTED = 240
"""Lines that are put into batches of about one width."""
EMPTY = 0.35
"""Frames of which a place without text is read too."""
NUMBERS = {letter: number for number, letter in enumerate(LETTERS, 1)}
FAINTEST_CONTRAST, FAINTEST_NOISE, LOWEST = 4.0, 1.2, 5
"""What is weaker or lower cannot be read and teaches guessing."""

Item = tuple[NDArray[np.float32], str]


@dataclass(frozen=True)
class Config(Schedule):
    """What decides the outcome of a run, with the data."""

    seed: int = 13
    items: int = 9_500
    """Lines to learn from."""
    batch: int = 16
    rate: float = 4e-4


def fit(network: Any, config: Config, folder: Path, minutes: float, tell: Callable[[int, float], None]) -> bool:
    """Train `network` until all lines are seen or the `minutes` are over; whether the run is complete."""
    from phivet.datasets.burned_in_text import training

    def batches(start: int) -> Iterator[tuple[Tensor, ...]]:
        rng = random.Random(config.seed + 1000 + start)
        return batched(crops(training(config.seed + 1000 + start), rng), config.batch, rng)

    return run_legs("reader", network, config, folder, minutes, batches, loss_of, tell)


def crops(frames: Iterator[LabelledFrame], rng: random.Random, every: bool = False) -> Iterator[Item]:
    """Lines as the network sees them, with what they say: at most six of a frame, or `every` one.

    Unless `every` is asked for, here and there a place without text too, for what is not text reads as nothing.
    """
    for frame in frames:
        chosen = [line for line in frame.lines if readable(line, frame.pixels.shape)]
        rng.shuffle(chosen)
        if not every and rng.random() < EMPTY and (place := empty(frame, rng)) is not None:
            yield line_of(place), ""
        for line in chosen if every else chosen[:6]:
            crop, text = cut(frame, line, rng, whole=every)
            if text and min(crop.shape[:2]) >= 4:
                yield line_of(crop), text


def empty(frame: LabelledFrame, rng: random.Random) -> NDArray[np.uint8] | None:
    """A place as large as a line without text: of those tried, that with the most edges, as of rulers and graphs."""
    height, width = frame.pixels.shape[:2]
    best, most = None, 4.0
    for _ in range(12):
        high = rng.randint(8, 40)
        wide = round(high * rng.uniform(1.2, 7))
        if high >= height or wide >= width:
            continue
        y, x = rng.randrange(height - high), rng.randrange(width - wide)
        if any(
            line.corners[:, 0].min() < x + wide + 4
            and line.corners[:, 0].max() > x - 4
            and line.corners[:, 1].min() < y + high + 4
            and line.corners[:, 1].max() > y - 4
            for line in frame.lines
        ):
            continue
        place = frame.pixels[y : y + high, x : x + wide]
        grey = place if place.ndim == 2 else place.max(axis=2)
        if (edges := float(np.abs(np.diff(grey.astype(np.int16), axis=1)).mean())) > most:
            best, most = place, edges
    return best


def readable(line: TextLine, size: Sequence[int]) -> bool:
    """Whether it can be read, by whoever tries hard: strong enough, and none of it beyond the frame's border."""
    if line.corners.min() < -2 or line.corners[:, 0].max() > size[1] + 2 or line.corners[:, 1].max() > size[0] + 2:
        return False
    strong = line.contrast >= max(FAINTEST_CONTRAST, FAINTEST_NOISE * line.noise)
    return strong and line.height >= LOWEST and not line.arabic and any(char.isalnum() for char in line.text)


def spelt_in_letters(text: str) -> str:
    """In the network's alphabet: accents taken off, blanks single, whatever else it lacks left out."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o").replace("Ø", "O"))
    return " ".join("".join(char for char in plain if char in NUMBERS).split())


def cut(frame: LabelledFrame, line: TextLine, rng: random.Random, whole: bool = False) -> tuple[NDArray[np.uint8], str]:
    """The line, turned upright, with a margin as a detector leaves it, and what it says; of a long one, a part."""
    if not whole and len(line.text) > LONGEST:
        start = rng.randrange(len(line.labels))
        end = start + 1
        while end < len(line.labels) and sum(len(label.text) for label in line.labels[start : end + 1]) < LONGEST:
            end += 1
        return _phrases(frame, line, start, end, rng)
    return _turned(frame, line.corners, rng), spelt_in_letters(line.text)


def _phrases(
    frame: LabelledFrame, line: TextLine, start: int, end: int, rng: random.Random
) -> tuple[NDArray[np.uint8], str]:
    first, last = line.labels[start], line.labels[end - 1]
    before = line.text.index(first.text)
    after = line.text.rindex(last.text) + len(last.text)
    x0, y0, x1, y1 = (*first.box[:2], *last.box[2:])
    lying = abs(float(line.corners[1][1] - line.corners[0][1])) < 2 and line.corners[1][0] > line.corners[0][0]
    if not lying or x1 - x0 < 4 or y1 - y0 < 4:
        return _turned(frame, line.corners, rng), spelt_in_letters(line.text)
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)
    return _turned(frame, corners, rng, 0.1), spelt_in_letters(line.text[before:after])


def _turned(
    frame: LabelledFrame, corners: NDArray[np.float32], rng: random.Random, beside: float = 0.5
) -> NDArray[np.uint8]:
    """The rectangle with these corners and some margin, that at its ends at most `beside` of its height."""
    along, down = corners[1] - corners[0], corners[3] - corners[0]
    width, height = max(1.0, float(np.hypot(*along))), max(1.0, float(np.hypot(*down)))
    above, below = (rng.uniform(0, 0.3) * height + rng.uniform(0, 1.5) for _ in range(2))
    before, behind = (rng.uniform(0, beside) * height + rng.uniform(0, 4 * beside) for _ in range(2))
    along, down = along / width, down / height
    origin = corners[0] - along * before - down * above
    size = (round(width + before + behind), round(height + above + below))
    move = np.array([[along[0], down[0], origin[0]], [along[1], down[1], origin[1]]], np.float32)
    flags = cv2.WARP_INVERSE_MAP | (cv2.INTER_NEAREST if abs(along[0]) in (0.0, 1.0) else cv2.INTER_LINEAR)
    turned = cv2.warpAffine(frame.pixels, move, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


def batched(items: Iterator[Item], size: int, rng: random.Random) -> Iterator[tuple[Tensor, ...]]:
    """(N, 1, 32, W) lines of about one width, their letters one after the other, and how many each has."""
    while True:
        pool = sorted(islice(items, max(size, SORTED)), key=lambda item: item[0].shape[1])
        batches = [pool[start : start + size] for start in range(0, len(pool), size)]
        rng.shuffle(batches)
        for chosen in batches:
            lengths = torch.tensor([len(text) for _, text in chosen])
            letters = torch.tensor([NUMBERS[letter] for _, text in chosen for letter in text])
            yield torch.from_numpy(batch_of([line for line, _ in chosen])), letters, lengths


def loss_of(network: Any, lines: Tensor, letters: Tensor, lengths: Tensor) -> Tensor:
    """CTC (Graves et al. 2006), per letter."""
    chances = network(lines).float().log_softmax(2).transpose(0, 1)
    steps = torch.full((lines.shape[0],), chances.shape[0], dtype=torch.long)
    each = ctc_loss(chances, letters, steps, lengths, reduction="none", zero_infinity=True)
    return each.sum() / lengths.sum().clamp(min=1)
