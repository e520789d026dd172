"""Makes the scores of the network of faces probabilities, on pictures that it did not learn from (Platt 1999)."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from phivet.models.faces_network import Calibration, FaceNetwork, Network, log_odds, save

if TYPE_CHECKING:
    from phivet.datasets.faces import LabelledScreen


def calibration(network: Network, validation: Sequence["LabelledScreen"]) -> Calibration:
    """The line through the best log odds of each picture that makes them probabilities."""
    with TemporaryDirectory(prefix="phivet-") as folder:
        save(network, Calibration(), Path(folder))
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
