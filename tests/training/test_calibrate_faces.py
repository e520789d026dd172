"""The scores of a trained network become probabilities of pictures and of volumes it did not learn from."""

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from phivet.datasets import faces
from phivet.datasets.faces import LabelledScreen, LabelledVolume
from phivet.datasets.faces_anatomy import head
from phivet.datasets.faces_defaced import defaced
from phivet.datasets.faces_scans import scanned
from phivet.datasets.faces_screens import Screen
from phivet.models.faces_network import WEIGHTS, FaceNetwork, Network
from phivet.models.faces_volumes import Line
from phivet.training import calibrate_faces
from phivet.training.calibrate_faces import calibrated, calibration, main

sys.path.append(str(Path(__file__).parents[1] / "datasets"))
from faces_builder import a_person


def screens(count: int = 16) -> list[LabelledScreen]:
    """Rings, which are faces here, and noise."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:96, :96]
    ring = np.where(abs(np.hypot(x - 48, y - 48) - 30) < 6, 220, 10).astype(np.uint8)
    made = []
    for number in range(count):
        face = number % 2 == 0
        pixels = ring if face else rng.integers(0, 255, (96, 96), np.uint8)
        screen = Screen(pixels, "face" if face else "other", None, face, "head-0", "skin")
        made.append(LabelledScreen(screen, "whole" if face else "brain", f"head-{number}"))
    return made


def volumes() -> list[LabelledVolume]:
    """An egg with a nose, the same without, and one whose nose is said to be another's."""
    rng = np.random.default_rng(1)
    whole = head(a_person(), step=3.0)
    gone = defaced(whole, "plane", rng)
    return [
        LabelledVolume(scanned(whole, rng, "CT", 3.0), "whole", True, "head-0"),
        LabelledVolume(scanned(gone, rng, "CT", 3.0), "plane", False, "head-0"),
        LabelledVolume(scanned(whole, rng, "T1", 3.0), "replaced", None, "head-0"),
    ]


def ignorant() -> Network:
    """A network that says the same of everything."""
    network = Network((8, 8, 8, 8))
    for parameter in network.kinds.parameters():
        parameter.data.zero_()
    return network.eval()


def test_a_network_that_knows_nothing_is_brought_to_the_share_of_faces() -> None:
    line = calibration(ignorant(), screens())
    given = line.probability(np.full(1, np.log(2.0)))
    assert given[0] == pytest.approx(0.5, abs=0.02)


def test_volumes_with_a_face_are_likelier_than_those_without_by_the_fitted_line() -> None:
    _, line = calibrated(ignorant(), screens(), volumes())
    face, none = line.probability((0.75, 0, 2, 0)), line.probability((0.3, 1, -6, 0))
    assert line != Line() and face > 0.5 > none


@dataclass(frozen=True)
class Seen:
    """A look, as far as it is weighed."""

    evidence: tuple[float, float, float, float]


def test_the_line_is_kept_beside_the_weights(tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "model"
    shutil.copytree(WEIGHTS, folder)
    monkeypatch.setattr(faces, "validation_volumes", volumes)
    seen = iter([Seen((0.8, 0.0, 3.0, 2.0)), Seen((0.3, 1.0, -6.0, -2.0))])
    monkeypatch.setattr(calibrate_faces, "look", lambda volume, network: next(seen))
    main([str(folder)])
    before, after = (json.loads((each / "config.json").read_text()) for each in (WEIGHTS, folder))
    assert after.pop("volumes") != before.pop("volumes") and after == before
    again = tmp_path / "again"
    shutil.copytree(folder, again)
    assert FaceNetwork(again).volumes == Line(**json.loads((folder / "config.json").read_text())["volumes"])
