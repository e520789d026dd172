"""`phivet data NOUN`: a detector's synthetic labelled data as files, each set with the digest that is its version."""

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path


def main(noun: str, arguments: Sequence[str]) -> int:
    """Write the sets of `noun` as its `data_NOUN.write_sets(folder, count, seed)` does; exit status 0."""
    parser = argparse.ArgumentParser(prog=f"phivet data {noun}", description="Write synthetic labelled data.")
    parser.add_argument("--out", type=Path, default=Path("data"), metavar="FOLDER", help="default: %(default)s")
    parser.add_argument("--count", type=int, default=10_000, metavar="N", help="for training (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the training set (default: %(default)s)")
    options = parser.parse_args(arguments)
    sets = import_module(f"phivet.training.data_{noun}")
    return int(sets.write_sets(options.out, options.count, options.seed))
