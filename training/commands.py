"""The engineers' commands: train, evaluate, promote, data. Nothing heavy is imported before one of them runs."""

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from phivet.cases.errors import PhivetError

NOUNS = ("notes", "burned_in_text", "faces")
"""The detectors that are trained."""
DATA = "phivet.data"
"""Entry-point group by which other parts add nouns to `phivet data`: each names a function that takes the options."""
FAILED = 64
"""Exit status for what cannot be done as it was asked (sysexits.h, EX_USAGE)."""

Run = Callable[[argparse.Namespace], int]


class CommandError(PhivetError):
    """Options that make no sense together."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands; the entry point of the group `phivet.commands`."""
    _add_train(commands)
    _add_data(commands)
    _add_evaluate(commands)
    _add_promote(commands)


def _add_train(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    train = commands.add_parser(
        "train",
        help="train a detector (engineers)",
        description="Train a detector and register it as challenger. Its options: phivet train NOUN --help.",
    )
    _add_noun(train)
    train.add_argument("options", nargs=argparse.REMAINDER, help="the recipe's own")
    train.set_defaults(run=_told(_train))


def _add_data(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    known = (*NOUNS, *(each.name for each in entry_points(group=DATA)))
    data = commands.add_parser(
        "data",
        help="make or fetch a detector's labelled data (engineers)",
        description="Write labelled data as files. Its options: phivet data NOUN --help.",
    )
    data.add_argument("noun", choices=known, metavar="NOUN", help=f"one of: {', '.join(known)}")
    data.add_argument("options", nargs=argparse.REMAINDER, help="the noun's own")
    data.set_defaults(run=_told(_data))


def _add_noun(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("noun", choices=NOUNS, metavar="NOUN", help=f"one of: {', '.join(NOUNS)}")


def _add_evaluate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    evaluate = commands.add_parser(
        "evaluate",
        help="score a detector on labelled data (engineers)",
        description="Score a detector on its held-out data, or the notes model on a labelled file. Exit status: 0 good "
        "enough (or of a file), 1 not.",
    )
    evaluate.add_argument("noun", nargs="?", choices=NOUNS, metavar="NOUN", help="default: all, one after the other")
    evaluate.add_argument("--model", metavar="MODEL", help="models:/NOUN@champion, runs:/ID/model or a folder; "
                          "default: the shipped weights")  # fmt: skip
    evaluate.add_argument(
        "--jsonl", type=Path, metavar="FILE", help="notes: rows of text and spans, labelled by others"
    )
    evaluate.add_argument(
        "--threshold", type=_share, default=0.5, metavar="SCORE",
        help="with --jsonl: a hit counts from here (default: %(default)s)",
    )  # fmt: skip
    evaluate.add_argument("--json", action="store_true", help="all figures as one JSON object")
    evaluate.set_defaults(run=_told(_evaluate))


def _add_promote(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    promote = commands.add_parser(
        "promote",
        help="make the challenger champion, if it is nowhere worse (engineers)",
        description="Compare the registered challenger with the champion on the held-out data; if it is nowhere surely "
        "worse, write its weights to models/weights/NOUN. Exit status: 0 promoted, 1 refused.",
    )
    _add_noun(promote)
    promote.set_defaults(run=_told(_promote))


def _train(options: argparse.Namespace) -> int:
    recipe = import_module(f"phivet.training.train_{options.noun}")
    return int(recipe.main(options.options))


def _data(options: argparse.Namespace) -> int:
    for each in entry_points(group=DATA):
        if each.name == options.noun:
            return int(each.load()(options.options))
    from phivet.training.data import main

    return main(options.noun, options.options)


def _evaluate(options: argparse.Namespace) -> int:
    from phivet.training.evaluate import evaluate, evaluate_file

    if options.jsonl is not None:
        if options.noun not in (None, "notes"):
            raise CommandError("--jsonl is for the noun notes")
        return evaluate_file(options.jsonl, options.model, options.threshold, options.json)
    if options.model is not None and options.noun is None:
        raise CommandError("say of which NOUN the model is")
    return evaluate([options.noun] if options.noun else NOUNS, options.model, options.json)


def _promote(options: argparse.Namespace) -> int:
    from phivet.training.promote import promote

    return promote(options.noun)


def _told(run: Run) -> Run:
    """`run`, with what went wrong told in a sentence."""

    def told(options: argparse.Namespace) -> int:
        try:
            return run(options)
        except PhivetError as error:
            said = str(error)
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("phivet"):
                raise
            said = f"{error.name} is missing: pip install 'phivet[training]'"
        sys.stderr.write(f"phivet {options.command}: {said}\n")
        return FAILED

    return told


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError("must be from 0 to 1")
    return number
