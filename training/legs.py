"""Legs of a training that go on where they stopped: the networks that look at pictures are fitted alike."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import AutocastKwargs
from torch import Tensor

from phivet.models.processor import fast_at_bf16

SECONDS = 60.0
"""Between two checkpoints."""
TOLD = 50
"""Steps between two numbers that are told."""


@dataclass(frozen=True)
class Schedule:
    """How long, how fast."""

    seed: int
    items: int
    batch: int
    rate: float
    decay: float = 0.01
    warm: float = 0.02
    cool: float = 0.4
    """Shares of the run: the learning rate rises over the first, stays, and falls to nothing over the last."""
    clip: float = 1.0
    half: bool = True
    """Compute in bf16 where that is fast: on a GPU always, on a processor that has it if this is so."""


@dataclass(frozen=True)
class Leg:
    """Where a run stands."""

    seen: int = 0
    steps: int = 0
    legs: int = 0
    loss: float = 0.0


def share_of_rate(done: float, schedule: Schedule) -> float:
    """The learning rate's share of its height when `done` of the run is behind: warm-up, stable, decay."""
    if done < schedule.warm:
        return max(0.01, done / schedule.warm)
    return min(1.0, max(0.0, (1 - done) / schedule.cool))


def run_legs(
    name: str,
    network: Any,
    schedule: Schedule,
    folder: Path,
    minutes: float,
    batches: Callable[[int], Iterator[tuple[Tensor, ...]]],
    loss_of: Callable[..., Tensor],
    tell: Callable[[int, float], None],
) -> bool:
    """Train `network` until all items are seen or the `minutes` are over; whether the run is complete.

    `batches(leg)` gives other batches in each leg; `loss_of(network, *batch)` is what falls.
    """
    torch.manual_seed(schedule.seed)
    fast = torch.cuda.is_available() or fast_at_bf16()
    in_half = AutocastKwargs(enabled=torch.cuda.is_available() or schedule.half)
    accelerator = Accelerator(mixed_precision="bf16" if fast else "no", kwargs_handlers=[in_half])
    optimizer = torch.optim.AdamW(network.parameters(), schedule.rate, weight_decay=schedule.decay)
    file = folder / f"{name}.pt"
    leg = _resumed(file, network, optimizer)
    if leg.seen >= schedule.items:
        return True
    network = network.to(memory_format=torch.channels_last)
    network, optimizer = accelerator.prepare(network, optimizer)
    network.train()
    began = saved = time.monotonic()
    for batch in batches(leg.legs):
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate * share_of_rate(leg.seen / schedule.items, schedule)
        with accelerator.autocast():
            loss = loss_of(network, *(part.to(accelerator.device) for part in batch))
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(network.parameters(), schedule.clip)
        optimizer.step()
        optimizer.zero_grad()
        value = float(loss.detach())
        leg = Leg(
            leg.seen + len(batch[0]), leg.steps + 1, leg.legs, 0.98 * leg.loss + 0.02 * value if leg.steps else value
        )
        if leg.steps % TOLD == 0:
            tell(leg.steps, leg.loss)
            sys.stderr.write(f"{name}: {leg.seen} of {schedule.items}, loss {leg.loss:.4f}\n")
        now = time.monotonic()
        over = leg.seen >= schedule.items or now - began > 60 * minutes
        if over or now - saved > SECONDS:
            _save(file, accelerator.unwrap_model(network), optimizer, leg)
            saved = now
        if over:
            break
    return leg.seen >= schedule.items


def _save(file: Path, network: Any, optimizer: Any, leg: Leg) -> None:
    state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "leg": asdict(leg)}
    torch.save(state, file.with_suffix(".new"))
    file.with_suffix(".new").replace(file)


def _resumed(file: Path, network: Any, optimizer: torch.optim.Optimizer) -> Leg:
    """The state that a leg before this one left, if there is one."""
    if not file.exists():
        return Leg()
    state = torch.load(file, weights_only=True)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    leg = Leg(**state["leg"])
    return Leg(leg.seen, leg.steps, leg.legs + 1, leg.loss)
