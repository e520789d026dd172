"""Fits the network of faces on pictures put together anew without end, in legs that go on where they stopped."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from phivet.models.faces_network import Network
from phivet.training.faces_stream import Batch, Stream

CHECKPOINT = "checkpoint.pt"
SECONDS = 120.0
"""Between two checkpoints."""
TOLD = 50
"""Steps between two numbers that are told."""


@dataclass(frozen=True)
class Config:
    """What decides the outcome of a run, with the data."""

    seed: int = 7
    heads: int = 240
    things: int = 320
    """Heads and other things whose pictures are learnt from."""
    pictures: int = 120_000
    """Screens to learn from; none is seen twice, though what is on them is."""
    batch: int = 32
    rate: float = 1e-3
    decay: float = 0.02
    warm: float = 0.02
    cool: float = 0.35
    """Shares of the run: the learning rate rises over the first, stays, and falls to nothing over the last."""
    places: float = 1.5
    """Weight of the loss of boxes."""
    marks: float = 0.5
    """Weight of the loss of the marks' places."""
    smoothed: float = 0.02
    """Of each label, given to the others."""


@dataclass(frozen=True)
class Leg:
    """Where a run stands."""

    seen: int = 0
    steps: int = 0
    loss: float = 0.0


class Learner(nn.Module):
    """The network with all that it tells while it learns."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, squares: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Scores, boxes and places of marks."""
        return self.network.seen(squares)


def share_of_rate(done: float, config: Config) -> float:
    """The learning rate's share of its height when `done` of the run is behind: warm-up, stable, decay."""
    if done < config.warm:
        return done / config.warm
    return min(1.0, max(0.0, (1 - done) / config.cool))


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
    torch.manual_seed(config.seed)
    accelerator = Accelerator()
    optimizer = torch.optim.AdamW(network.parameters(), config.rate, weight_decay=config.decay)
    leg = _resumed(folder, network, optimizer)
    learner = Learner(network.to(memory_format=torch.channels_last))
    made, optimizer = accelerator.prepare(learner, optimizer)
    made.train()
    stream = Stream(pictures, "training", config.seed + leg.steps, config.batch)
    loader = torch.utils.data.DataLoader(stream, batch_size=None, num_workers=1, prefetch_factor=6)
    began = saved = time.monotonic()
    for batch in loader:
        for group in optimizer.param_groups:
            group["lr"] = config.rate * share_of_rate(leg.seen / config.pictures, config)
        moved = tuple(each.to(accelerator.device) for each in batch)
        scores, boxes, marks = made(moved[0].contiguous(memory_format=torch.channels_last))
        loss = loss_of(scores, boxes, marks, moved, config)
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(made.parameters(), 2.0)
        optimizer.step()
        optimizer.zero_grad()
        now_lost = float(loss.detach())
        smoothed = 0.98 * leg.loss + 0.02 * now_lost if leg.steps else now_lost
        leg = Leg(leg.seen + len(batch[1]), leg.steps + 1, smoothed)
        if leg.steps % TOLD == 0:
            tell(leg.steps, leg.loss)
        now = time.monotonic()
        over = leg.seen >= config.pictures or now - began > 60 * minutes
        if over or now - saved > SECONDS:
            _save(folder, accelerator.unwrap_model(made).network, optimizer, leg)
            saved = now
        if over:
            break
    return leg.seen >= config.pictures


def _save(folder: Path, network: Any, optimizer: Any, leg: Leg) -> None:
    state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "leg": asdict(leg)}
    torch.save(state, folder / f"{CHECKPOINT}.new")
    (folder / f"{CHECKPOINT}.new").replace(folder / CHECKPOINT)


def _resumed(folder: Path, network: Network, optimizer: torch.optim.Optimizer) -> Leg:
    """The state that a leg before this one left, if there is one."""
    if not (folder / CHECKPOINT).exists():
        return Leg()
    state = torch.load(folder / CHECKPOINT, weights_only=True)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    return Leg(**state["leg"])
