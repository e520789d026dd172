"""Fits the network that finds text: windows of frames made without end, in legs that go on where they stopped."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from phivet.datasets.burned_in_drawing import TextLine
from phivet.datasets.burned_in_text import LabelledFrame
from phivet.models.burned_in_map import prepared
from phivet.models.burned_in_map_net import STRIDE
from phivet.training.legs import Schedule, run_legs

WINDOW = 256
"""Pixels of a training window's sides."""
KEPT = 300
"""Frames from which windows are drawn; each new one takes the place of the oldest."""
FAINTEST_CONTRAST, FAINTEST_NOISE, LOWEST = 2.5, 0.8, 5
"""Grey levels, times the noise, pixels: what is weaker or lower is neither text nor ground, and teaches nothing."""
CORE = 0.5
"""Of a line's height and from its ends."""
TURNED = 0.2
"""Windows that are turned by a quarter or more: text that stands is rare in frames and found as well as any."""

Targets = NDArray[np.float32]


@dataclass(frozen=True)
class Config(Schedule):
    """What decides the outcome of a run, with the data."""

    seed: int = 11
    items: int = 11_000
    """Windows to learn from."""
    batch: int = 4
    rate: float = 1.5e-3
    half: bool = False
    """A processor's convolutions of single channels are slower in bf16."""
    windows: int = 4
    """Of each frame, not at once."""


def fit(network: Any, config: Config, folder: Path, minutes: float, tell: Callable[[int, float], None]) -> bool:
    """Train `network` until all windows are seen or the `minutes` are over; whether the run is complete."""
    from phivet.datasets.burned_in_text import training

    def batches(start: int) -> Iterator[tuple[Tensor, ...]]:
        rng = random.Random(config.seed + start)
        return batched(windows(training(config.seed + start), rng, config.windows), config.batch)

    return run_legs("map", network, config, folder, minutes, batches, loss_of, tell)


def windows(
    frames: Iterator[LabelledFrame], rng: random.Random, times: int
) -> Iterator[tuple[NDArray[np.float32], Targets]]:
    """Pictures as the network sees them, (2, WINDOW, WINDOW), and their targets: core, line, and what counts."""
    kept: list[tuple[NDArray[np.uint8], Targets]] = []
    for frame in frames:
        kept.append((grey_of(frame, rng), targets(frame.lines, frame.pixels.shape[:2])))
        if len(kept) < 40:
            continue
        for _ in range(times):
            pixels, wanted = rng.choice(kept)
            yield _window(pixels, wanted, rng)
        if len(kept) > KEPT:
            kept.pop(0)


def grey_of(frame: LabelledFrame, rng: random.Random) -> NDArray[np.uint8]:
    """One plane of a frame, as it is used, or one of its colours."""
    from phivet.models.burned_in_reader import grey

    if frame.pixels.ndim == 3 and rng.random() < 0.2:
        return np.ascontiguousarray(frame.pixels[..., rng.randrange(3)])
    return grey(frame.pixels)


def targets(lines: tuple[TextLine, ...], size: tuple[int, ...]) -> Targets:
    """(3, H / 2, W / 2): 1 in the cores of lines, 1 in all of them, and 0 where nothing is to be learned."""
    height, width = -(-size[0] // STRIDE), -(-size[1] // STRIDE)
    made = np.zeros((3, height, width), np.float32)
    made[2] = 1
    for line in lines:
        visible = line.contrast >= max(FAINTEST_CONTRAST, FAINTEST_NOISE * line.noise) and line.height >= LOWEST
        if not visible:
            _fill(made[2], line, 0, 1.2)
            continue
        _fill(made[1], line, 1, 1.0)
        _fill(made[0], line, 1, CORE)
    return made


def _fill(plane: NDArray[np.float32], line: TextLine, value: float, part: float) -> None:
    """Fills the line's rectangle, its height scaled by `part`, its ends drawn in by as much."""
    upper_left, upper_right, lower_right, lower_left = line.corners / STRIDE
    down = lower_left - upper_left
    along = upper_right - upper_left
    tall, long = float(np.hypot(*down)), max(1e-3, float(np.hypot(*along)))
    inset = min(0.3, (1 - part) / 2 * tall / long)
    edge = down * (1 - part) / 2
    ends = along * inset
    corners = np.array(
        [upper_left + edge + ends, upper_right + edge - ends, lower_right - edge - ends, lower_left - edge + ends]
    )
    # eight more bits of place, and pixels whose centres lie inside
    cv2.fillConvexPoly(plane, np.round((corners - 0.5) * 256).astype(np.int32), value, cv2.LINE_8, 8)


def _window(pixels: NDArray[np.uint8], wanted: Targets, rng: random.Random) -> tuple[NDArray[np.float32], Targets]:
    height, width = pixels.shape
    if height < WINDOW or width < WINDOW:
        down, right = max(0, WINDOW - height), max(0, WINDOW - width)
        pixels = np.pad(pixels, ((0, down), (0, right)))
        more = (
            (0, 0),
            (0, -(-WINDOW // STRIDE) - wanted.shape[1] if down else 0),
            (0, -(-WINDOW // STRIDE) - wanted.shape[2] if right else 0),
        )
        wanted = np.pad(wanted, more)
        height, width = pixels.shape
    half = WINDOW // STRIDE
    best: tuple[int, int] = (0, 0)
    for _ in range(3):
        best = (rng.randint(0, (height - WINDOW) // STRIDE), rng.randint(0, (width - WINDOW) // STRIDE))
        y, x = best
        if wanted[1, y : y + half, x : x + half].any():
            break
    y, x = best
    part = pixels[y * STRIDE : y * STRIDE + WINDOW, x * STRIDE : x * STRIDE + WINDOW]
    seen = wanted[:, y : y + half, x : x + half]
    if rng.random() < 0.3:
        part = 255 - part
    if rng.random() < TURNED:
        quarters = rng.randint(1, 3)
        part, seen = np.rot90(part, quarters), np.rot90(seen, quarters, axes=(1, 2))
    return prepared(np.ascontiguousarray(part)), np.ascontiguousarray(seen)


def batched(items: Iterator[tuple[NDArray[np.float32], Targets]], size: int) -> Iterator[tuple[Tensor, ...]]:
    """Windows put together, `size` at a time."""
    while True:
        chosen = [next(items) for _ in range(size)]
        yield tuple(torch.from_numpy(np.stack(part)) for part in zip(*chosen, strict=True))


def loss_of(network: Any, pictures: Tensor, wanted: Tensor) -> Tensor:
    """Cross entropy, the ground's thinned out to its hardest part, and the overlap's (dice) of the cores."""
    scores = network(pictures.contiguous(memory_format=torch.channels_last))
    counts = wanted[:, 2:]
    each = binary_cross_entropy_with_logits(scores, wanted[:, :2], reduction="none") * counts
    text = wanted[:, :2] * counts
    ground = each * (1 - wanted[:, :2])
    most = min(ground.numel(), max(2000, int(4 * text.sum())))
    hardest = ground.flatten().topk(most).values.sum()
    entropy = ((each * text).sum() + hardest) / (text.sum() + most) + 0.5 * each.mean()
    sure = scores.sigmoid() * counts
    dice = 1 - (2 * (sure * text).sum((2, 3)) + 10) / (sure.sum((2, 3)) + text.sum((2, 3)) + 10)
    loss: Tensor = entropy + 0.5 * dice.mean()
    return loss
