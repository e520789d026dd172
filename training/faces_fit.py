"""Fits the network of faces on pictures put together anew without end, in legs that go on where they stopped."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from phivet.models.faces_network import Network
from phivet.training.faces_stream import Batch, Stream
from phivet.training.legs import Schedule, run_legs


@dataclass(frozen=True)
class Config(Schedule):
    """What decides the outcome of a run, with the data; `items` are screens, none of them seen twice."""

    seed: int = 7
    items: int = 120_000
    batch: int = 32
    rate: float = 1e-3
    decay: float = 0.02
    cool: float = 0.35
    clip: float = 2.0
    heads: int = 240
    things: int = 320
    """Heads and other things whose pictures are learnt from."""
    places: float = 1.5
    """Weight of the loss of boxes."""
    marks: float = 0.5
    """Weight of the loss of the marks' places."""
    smoothed: float = 0.02
    """Of each label, given to the others."""


class Learner(nn.Module):
    """The network with all that it tells while it learns."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, squares: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Scores, boxes and places of marks."""
        return self.network.seen(squares)


def loss_of(scores: Tensor, boxes: Tensor, marks: Tensor, batch: Batch, config: Config) -> Tensor:
    """Cross entropy of the kinds and of the marks' places, and the mean distance of the sides of known boxes."""
    _, kinds, wanted, known, places = batch
    loss = cross_entropy(scores, kinds, label_smoothing=config.smoothed)
    apart = (boxes - wanted).abs().mean(1)
    loss = loss + config.places * (apart * known).sum() / known.sum().clamp(min=1)
    return loss + config.marks * cross_entropy(marks.flatten(0, 1), places.flatten(), ignore_index=-1)


def fit(
    network: Network,
    config: Config,
    pictures: Path,
    folder: Path,
    minutes: float,
    tell: Callable[[int, float], None] = lambda *_: None,
) -> bool:
    """Train on the `pictures` that are kept until all are seen or the `minutes` are over; whether the run is complete.

    The state is kept in `folder`; `tell` is given the step and the loss now and then.
    """

    def batches(leg: int) -> Iterator[Batch]:
        stream = Stream(pictures, "training", config.seed + leg, config.batch)
        yield from torch.utils.data.DataLoader(stream, batch_size=None, num_workers=1, prefetch_factor=6)

    def lost(learner: Learner, *batch: Tensor) -> Tensor:
        squares, kinds, boxes, known, places = batch
        scores, seen, marks = learner(squares.contiguous(memory_format=torch.channels_last))
        return loss_of(scores, seen, marks, (squares, kinds, boxes, known, places), config)

    return run_legs("faces", Learner(network), config, folder, minutes, batches, lost, tell)
