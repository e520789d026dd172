"""Makes the scores of faces probabilities, on heads that nothing was learnt from: of pictures (Platt 1999), of volumes.

`python training/calibrate_faces.py [FOLDER]` fits the line of volumes for the network in a folder, or the shipped one,
and writes it into the config.json beside it.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from phivet.models.faces_network import WEIGHTS, Calibration, FaceNetwork, Network, log_odds, save
from phivet.models.faces_volumes import Line, look

if TYPE_CHECKING:
    from phivet.datasets.faces import LabelledScreen, LabelledVolume

HELD_BACK = 0.5
"""How much the squares of the line's weights cost, for evidence of deviation 1: as a normal prior of deviation 1 does.
Few volumes tell the kinds apart wholly; without it the line would be sure of everything."""


def calibrated(
    network: Network, screens: Sequence["LabelledScreen"], volumes: Iterable["LabelledVolume"]
) -> tuple[Calibration, Line]:
    """Both lines of a network that is trained: of pictures, and of volumes."""
    pictures = calibration(network, screens)
    with TemporaryDirectory(prefix="phivet-") as folder:
        save(network, pictures, Line(), Path(folder))
        return pictures, volume_line(FaceNetwork(Path(folder)), volumes)


def calibration(network: Network, validation: Sequence["LabelledScreen"]) -> Calibration:
    """The line through the best log odds of each picture that makes them probabilities."""
    with TemporaryDirectory(prefix="phivet-") as folder:
        save(network, Calibration(), Line(), Path(folder))
        loaded = FaceNetwork(Path(folder))
        every = loaded.scores([each.screen.pixels for each in validation])
    odds = np.array([log_odds(scores).max() for _, scores, _ in every])
    return fitted(odds, np.array([each.face for each in validation]))


def fitted(odds: NDArray[np.float64], face: NDArray[np.bool_]) -> Calibration:
    """By maximum likelihood, both kinds weighing the same as they come; labels as Platt smooths them."""
    count = np.array((max(1, int((~face).sum())), max(1, int(face.sum()))))
    wanted = np.where(face, (count[1] + 1) / (count[1] + 2), 1 / (count[0] + 2))

    def loss(line: NDArray[np.float64]) -> float:
        given = line[0] * odds + line[1]
        return float(np.mean(np.logaddexp(0, given) - wanted * given))

    slope, offset = minimize(loss, np.array((1.0, 0.0)), method="Nelder-Mead").x
    return Calibration(float(slope), float(offset))


def volume_line(network: FaceNetwork, validation: Iterable["LabelledVolume"]) -> Line:
    """The line through what speaks for a face in each volume that makes them probabilities; another's face is left out.

    Raises:
        ValueError: no volume with a face, or none without.
    """
    evidence, face = [], []
    for each in validation:
        seen = look(each.scan.volume(), network) if each.face is not None else None
        if seen is not None:
            evidence.append(seen.evidence)
            face.append(bool(each.face))
    return line_through(np.array(evidence, np.float64).reshape(-1, 4), np.array(face, bool))


def line_through(evidence: NDArray[np.float64], face: NDArray[np.bool_]) -> Line:
    """By maximum likelihood, held back; what speaks for a face (N, 4) may not speak against it, nor `tried` for it."""
    if face.all() or not face.any():
        raise ValueError("a line needs volumes with a face and without")
    spread = np.maximum(evidence.std(axis=0), 1e-3)
    middle = evidence.mean(axis=0)
    given = (evidence - middle) / spread
    sign = np.where(face, 1.0, -1.0)

    def loss(weights: NDArray[np.float64]) -> float:
        odds = given @ weights[:-1] + weights[-1]
        return float(np.mean(np.logaddexp(0, -sign * odds)) + HELD_BACK * np.sum(weights[:-1] ** 2) / len(face))

    signs = [(0, None), (None, 0), (0, None), (0, None), (None, None)]
    found = minimize(loss, np.zeros(5), method="L-BFGS-B", bounds=signs).x
    alike, tried, pictures, network = (float(weight) for weight in found[:-1] / spread)
    return Line(alike, tried, pictures, network, float(found[-1] - (found[:-1] / spread) @ middle))


def main(arguments: Sequence[str]) -> None:
    """Fit the line of the network in a folder and keep it there."""
    from phivet.datasets.faces import validation_volumes

    folder = Path(arguments[0]) if arguments else WEIGHTS
    file = folder / "config.json"
    config = json.loads(file.read_text("utf-8"))
    config["volumes"] = asdict(volume_line(FaceNetwork(folder), validation_volumes()))
    file.write_text(json.dumps(config, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
