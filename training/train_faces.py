"""The recipe of the network of faces: render, fit, calibrate, evaluate, log, register.

    phivet train faces                      # some hours on 2 cores, most of them for rendering
    phivet train faces --quick              # a usable network in an hour
    phivet train faces --minutes 85         # one leg; the same command goes on where it stopped

Pictures are rendered once and kept in FOLDER/pictures: a run on another machine may be given them.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from phivet.training.faces_fit import Config, fit

QUICK = Config(heads=60, things=80, pictures=40_000)


def train(config: Config, folder: Path, minutes: float) -> bool:
    """One leg of the recipe, in `folder`; whether it was the last."""
    from phivet.datasets import faces
    from phivet.models.faces_network import Network, save
    from phivet.training import tracking
    from phivet.training.calibrate_faces import calibration
    from phivet.training.faces_examples import digest, keep
    from phivet.training.measured import DataSet
    from phivet.training.publish import publish

    pictures = folder / "pictures"
    keep(pictures, "training", range(config.heads), range(config.things))
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
        if not fit(network, config, pictures, folder, minutes, lambda step, loss: run.progress(step, loss=loss)):
            return False
        model = folder / "model"
        save(network.cpu(), calibration(network, validation), model)
        publish(run, model, data)
    return True


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
        config = replace(config, pictures=options.pictures)
    folder = options.folder or Path("training-runs") / ("faces-quick" if options.quick else "faces")
    folder.mkdir(parents=True, exist_ok=True)
    if train(config, folder, options.minutes):
        return 0
    sys.stderr.write("phivet train faces: the leg is over; the same command goes on from here\n")
    return 1
