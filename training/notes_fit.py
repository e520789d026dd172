"""Fits the encoder of the notes model: one pass over notes made without end, in legs that go on where they stopped."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor
from torch.nn.functional import cross_entropy

from phivet.models.notes_model import Batch, word_scores
from phivet.models.processor import fast_at_bf16
from phivet.training.notes_examples import Stream

CHECKPOINT = "checkpoint.pt"
SECONDS = 120.0
"""Between two checkpoints."""
TOLD = 50
"""Steps between two numbers that are told."""


@dataclass(frozen=True)
class Config:
    """What decides the outcome of a run, with the data."""

    seed: int = 7
    start: str = "base"
    """What the run starts from: the base encoder, or the digest of a trained model's weights."""
    tokens: int = 10_000_000
    """Word pieces to learn from; no text is seen twice."""
    batch: int = 2560
    """Word pieces of one step, padding included."""
    rate: float = 3e-4
    head_rate: float = 2e-3
    """Learning rates of the encoder and of the new layer on it."""
    decay: float = 0.01
    warm: float = 0.02
    cool: float = 0.3
    """Shares of the run: the learning rate rises over the first, stays, and falls to nothing over the last."""
    clip: float = 1.0


@dataclass(frozen=True)
class Leg:
    """Where a run stands."""

    chunk: int = 0
    seen: int = 0
    steps: int = 0
    loss: float = 0.0


def share_of_rate(done: float, config: Config) -> float:
    """The learning rate's share of its height when `done` of the run is behind: warm-up, stable, decay.

    Hu et al. 2024, arXiv 2404.06395: a run can be lengthened as long as the decay has not begun.
    """
    if done < config.warm:
        return done / config.warm
    return min(1.0, max(0.0, (1 - done) / config.cool))


def fit(
    encoder: Any, config: Config, folder: Path, minutes: float, tell: Callable[[int, float], None] = lambda *_: None
) -> bool:
    """Train `encoder` until all tokens are seen or the `minutes` are over; whether the run is complete.

    The state is kept in `folder`, where the tokenizer lies; `tell` is given the step and the loss now and then.
    """
    torch.manual_seed(config.seed)
    accelerator = Accelerator(mixed_precision="bf16" if torch.cuda.is_available() or fast_at_bf16() else "no")
    if not torch.cuda.is_available() and fast_at_bf16():
        encoder.set_attn_implementation("eager")  # in bf16 a processor goes back through fused attention at a crawl
    optimizer = _optimizer(encoder, config)
    leg = _resumed(folder, encoder, optimizer)
    encoder, optimizer = accelerator.prepare(encoder, optimizer)
    encoder.train()
    stream = Stream(str(folder / "tokenizer.json"), config.seed, leg.chunk, config.batch)
    loader = torch.utils.data.DataLoader(stream, batch_size=None, num_workers=_workers(), prefetch_factor=8)
    began = saved = time.monotonic()
    with _progress() as progress:
        task = progress.add_task("training", total=config.tokens, completed=leg.seen, loss=leg.loss)
        for chunk, batch, tags in loader:
            for group in optimizer.param_groups:
                group["lr"] = group["base"] * share_of_rate(leg.seen / config.tokens, config)
            loss = _step(accelerator, encoder, optimizer, batch, tags, config)
            smoothed = 0.98 * leg.loss + 0.02 * loss if leg.steps else loss
            leg = Leg(max(chunk, leg.chunk), leg.seen + int(batch.mask.sum()), leg.steps + 1, smoothed)
            progress.update(task, completed=leg.seen, loss=leg.loss)
            if leg.steps % TOLD == 0:
                tell(leg.steps, leg.loss)
            now = time.monotonic()
            over = leg.seen >= config.tokens or now - began > 60 * minutes
            if over or now - saved > SECONDS:
                _save(folder, accelerator.unwrap_model(encoder), optimizer, leg)
                saved = now
            if over:
                break
    return leg.seen >= config.tokens


def _workers() -> int:
    """Processes that make notes: one beside a processor that trains itself, all but two cores beside a GPU."""
    return max(1, len(os.sched_getaffinity(0)) - 2) if torch.cuda.is_available() else 1


def _step(accelerator: Accelerator, encoder: Any, optimizer: Any, batch: Batch, tags: Tensor, config: Config) -> float:
    with accelerator.autocast():
        scores = word_scores(encoder, _on(batch, accelerator.device))
        loss = cross_entropy(scores, tags.to(accelerator.device))
    accelerator.backward(loss)
    accelerator.clip_grad_norm_(encoder.parameters(), config.clip)
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.detach())


def _optimizer(encoder: Any, config: Config) -> torch.optim.Optimizer:
    named = list(encoder.named_parameters())
    heads = [weights for name, weights in named if name.startswith("classifier")]
    rest = [weights for name, weights in named if not name.startswith("classifier")]
    groups = [
        {"params": rest, "lr": config.rate, "base": config.rate},
        {"params": heads, "lr": config.head_rate, "base": config.head_rate},
    ]
    return torch.optim.AdamW(groups, weight_decay=config.decay, fused=True)


def _on(batch: Batch, device: torch.device) -> Batch:
    moved = {each.name: getattr(batch, each.name).to(device) for each in fields(batch) if each.name != "count"}
    return replace(batch, **moved)


def _save(folder: Path, encoder: Any, optimizer: Any, leg: Leg) -> None:
    state = {"encoder": encoder.state_dict(), "optimizer": optimizer.state_dict(), "leg": asdict(leg)}
    torch.save(state, folder / f"{CHECKPOINT}.new")
    (folder / f"{CHECKPOINT}.new").replace(folder / CHECKPOINT)


def _resumed(folder: Path, encoder: Any, optimizer: torch.optim.Optimizer) -> Leg:
    """The state that a leg before this one left, if there is one; its chunk of notes counts as seen."""
    if not (folder / CHECKPOINT).exists():
        return Leg()
    state = torch.load(folder / CHECKPOINT, weights_only=True)
    encoder.load_state_dict(state["encoder"])
    optimizer.load_state_dict(state["optimizer"])
    leg = Leg(**state["leg"])
    return replace(leg, chunk=leg.chunk + 1)


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %  loss {task.fields[loss]:.4f}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
