"""The recipe of the network of faces: render, fit, calibrate, evaluate, log, register.

    phivet train faces                      # some hours on 2 cores, most of them for rendering
    phivet train faces --quick              # a usable network in an hour
    phivet train faces --minutes 85         # one leg; the same command goes on where it stopped

Pictures are rendered once and kept in FOLDER/pictures: a run on another machine may be given them. Rendering and
fitting stop when the minutes are over. Calibrating and evaluating cannot be split: they begin in a leg that has time
enough, or is young.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from phivet.training.faces_fit import Config, fit

QUICK = Config(heads=60, things=80, items=40_000)
CALIBRATING, PUBLISHING = 20.0, 40.0
"""Minutes that these take on 2 cores, at most."""
YOUNG = 0.9
"""Of a leg, what is left of one that has hardly begun."""


def train(config: Config, folder: Path, minutes: float) -> bool:
    """One leg of the recipe, in `folder`; whether it was the last."""
    from phivet.datasets import faces
    from phivet.models.faces_network import Network, save
    from phivet.training import tracking
    from phivet.training.calibrate_faces import calibrated
    from phivet.training.faces_examples import digest, keep
    from phivet.training.measured import DataSet
    from phivet.training.publish import publish

    pictures = folder / "pictures"
    ends = time.monotonic() + 60 * minutes
    if not keep(pictures, "training", range(config.heads), range(config.things), ends):
        return False
    made, count = digest(pictures, "training")
    validation = faces.validation()
    data = {
        "training": DataSet(made, count),
        "validation": DataSet(faces.digest(validation), len(validation)),
    }
    kept = folder / "run"
    with tracking.run("faces", asdict(config), data, kept.read_text() if kept.exists() else "") as run:
        kept.write_text(run.id)
        network = Network()
        left = (ends - time.monotonic()) / 60
        if not fit(network, config, pictures, folder, left, lambda step, loss: run.progress(step, loss=loss)):
            return False
        model = folder / "model"
        if not (model / "config.json").exists():
            if not has_time(ends, minutes, CALIBRATING):
                return False
            save(network.cpu(), *calibrated(network.cpu(), validation, faces.validation_volumes()), model)
        if not has_time(ends, minutes, PUBLISHING):
            return False
        publish(run, model, data)
    return True


def has_time(ends: float, minutes: float, needed: float) -> bool:
    """Whether so many minutes are left of a leg of `minutes`, or as good as all of it."""
    return (ends - time.monotonic()) / 60 >= min(needed, YOUNG * minutes)


def main(arguments: Sequence[str]) -> int:
    """`phivet train faces`: 0 when the model is trained and registered, 1 when the leg is over and more are needed."""
    parser = argparse.ArgumentParser(
        prog="phivet train faces", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="where the run keeps its state (default: training-runs/faces)")
    parser.add_argument("--quick", action="store_true", help="a usable network in an hour on 2 cores")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so many, to go on later")
    parser.add_argument("--pictures", type=int, help="screens to learn from, other than the recipe's")
    options = parser.parse_args(arguments)
    config = QUICK if options.quick else Config()
    if options.pictures:
        config = replace(config, items=options.pictures)
    folder = options.folder or Path("training-runs") / ("faces-quick" if options.quick else "faces")
    folder.mkdir(parents=True, exist_ok=True)
    if train(config, folder, options.minutes):
        return 0
    sys.stderr.write("phivet train faces: the leg is over; the same command goes on from here\n")
    return 1
