"""The figures of faces say what they say, and calibration makes scores probabilities."""

import math

import numpy as np
import pytest

from phivet.cases.categories import Category
from phivet.datasets.faces import LabelledScreen
from phivet.datasets.faces_screens import Screen
from phivet.models.faces import SELDOM
from phivet.models.faces_network import FaceNetwork
from phivet.serving.policies import names, policy
from phivet.training.calibrate_faces import fitted, line_through
from phivet.training.measure_faces import BARS, BLOCKED, REVIEWED, Told, ToldVolume, card, counted, draw, judged
from phivet.training.measured import DataSet

PIXELS = np.zeros((50, 50, 3), np.uint8)


def a_screen(owner: str, group: str, look: str = "skin", renderer: str = "march") -> LabelledScreen:
    kind = {"whole": "face", "partial": "face", "fetus": "fetus"}.get(group, "other")
    box = None if kind == "other" else (10.0, 10.0, 30.0, 30.0)
    return LabelledScreen(Screen(PIXELS, kind, box, group == "whole", owner, look, renderer), group, owner)


def told(face: float, fetus: bool = False, network: float = 0.0) -> Told:
    return Told(face, (10, 10, 30, 30) if face >= REVIEWED else None, fetus, network)


SCREENS = [
    a_screen("head-0", "whole"),
    a_screen("head-0", "partial", "depth"),
    a_screen("head-1", "whole", renderer="rasterised"),
    a_screen("head-1", "fetus"),
    a_screen("head-2", "bone", "bone"),
    a_screen("head-2", "plane"),
    a_screen("thing-2", "brain"),
    a_screen("thing-2", "brain"),
]
TOLD = [told(0.9), told(0.15), told(0.5), told(0.7, fetus=True), told(0.85), told(0.1), told(0.12), told(0.19)]
VOLUMES = [
    ToldVolume("whole", True, "head-1", "CT", "thin", 0.9),
    ToldVolume("whole", True, "head-2", "MR", "4-6 mm", 0.1),
    ToldVolume("plane", False, "head-1", "CT", "thin", 0.1),
    ToldVolume("replaced", None, "head-2", "MR", "thin", 0.99),
]


def test_shares_are_counted_by_what_is_shown_and_from_where_the_policies_act() -> None:
    figures = counted(SCREENS, TOLD, replicates=50).figures
    values = {name: figure.value for name, figure in figures.items()}
    assert values["recall/renders"] == pytest.approx(3 / 4)
    assert values["blocked/renders"] == pytest.approx(1 / 4)
    assert values["recall/network"] == 0
    assert values["recall/partial"] == values["recall/look-depth"] == 0
    assert values["recall/whole"] == values["recall/by-rasterised"] == values["recall/fetus-told"] == 1
    assert values["false/renders"] == values["false/blocked"] == pytest.approx(1 / 4)
    assert values["false/bone"] == 1 and values["false/brain"] == values["false/plane"] == 0
    assert values["boxes/overlap"] == 1
    assert values["auroc/renders"] == pytest.approx((4 + 2 + 3 + 3) / 16)


def test_every_policy_reviews_and_blocks_faces_where_they_are_counted() -> None:
    for name in names():
        face = policy(name).threshold(Category.FACE)
        assert (face.review_at, face.block_at) == (REVIEWED, BLOCKED)


def test_a_head_and_a_thing_of_one_number_are_drawn_apart() -> None:
    measured = counted(SCREENS, TOLD, VOLUMES, replicates=20)
    assert measured.items == len(SCREENS) + len(VOLUMES)
    assert set(measured.owners) == {"head-0", "head-1", "head-2", "thing-2"}


def test_volumes_have_a_row_for_each_defacer_and_an_area_for_each_modality() -> None:
    values = {name: figure.value for name, figure in counted(SCREENS, TOLD, VOLUMES, replicates=50).figures.items()}
    assert values["accuracy/volumes"] == pytest.approx(2 / 3)
    assert values["recall/volumes"] == values["blocked/volumes"] == 0.5
    assert values["false/volumes"] == values["false/volumes-blocked"] == 0
    assert values["told-face/whole"] == 0.5 and values["told-face/plane"] == 0
    assert values["told-face/replaced"] == 1
    assert values["auroc/volumes-CT"] == values["auroc/volumes-thin"] == 1
    assert values["auroc/volumes"] == 0.75
    assert np.isnan(values["auroc/volumes-MR"])
    assert 0 < values["error/volumes"] < 1


def test_the_calibration_of_pictures_is_that_of_cases_in_which_faces_are_seldom() -> None:
    doubtful = [told(1 / (1 + math.exp(SELDOM)))] * len(SCREENS)
    assert counted(SCREENS, doubtful, replicates=20).figures["calibration/error"].value < 0.001
    assert counted(SCREENS, [told(0.5)] * len(SCREENS), replicates=20).figures["calibration/error"].value > 0.4


def test_ties_count_for_half() -> None:
    same = [Told(0.5)] * len(SCREENS)
    assert counted(SCREENS, same, replicates=20).figures["auroc/renders"].value == 0.5


def test_what_is_judged_is_what_the_detector_tells_and_not_the_network_alone() -> None:
    from skimage import data

    photograph = data.astronaut()  # type: ignore[no-untyped-call]
    screen = LabelledScreen(Screen(photograph, "face", None, True, "head-0", "skin"), "whole", "head-0")
    (one,) = judged(FaceNetwork(), [screen])
    assert one.face > 0.99 > one.network


def test_the_card_tells_all_figures_and_bars_and_what_is_missed() -> None:
    measured = counted(SCREENS, TOLD, VOLUMES, {"picture_ms": 3.2}, replicates=20)
    text = card(measured, {"training": DataSet("ab" * 8, 12)}, "run", "code")
    assert all(f"| {name} |" in text for name in measured.figures)
    assert "≥ 99.5" in text or "≥ 0.995" in text
    assert "picture ms: 3.2" in text and set(BARS) <= set(measured.figures)
    assert "**It misses what is asked of it** in auroc/renders, recall/renders" in text


def test_the_reliability_is_drawn(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("plots")
    paths = draw(counted(SCREENS, TOLD, VOLUMES, replicates=20), folder)
    assert [path.name for path in paths] == ["reliability.png", "reliability_volumes.png"]


def test_calibration_finds_the_line_that_the_scores_were_drawn_by() -> None:
    rng = np.random.default_rng(0)
    odds = rng.normal(0, 4, 4000)
    face = rng.random(4000) < 1 / (1 + np.exp(-(0.5 * odds - 1)))
    line = fitted(odds, face)
    assert line.slope == pytest.approx(0.5, abs=0.05) and line.offset == pytest.approx(-1, abs=0.15)


def test_the_line_of_volumes_is_that_by_which_they_were_drawn() -> None:
    rng = np.random.default_rng(0)
    evidence = rng.normal(0, 1, (4000, 4)) * (0.2, 0.5, 4, 2)
    odds = evidence @ (9, -2, 0.4, 0.3) + 0.7
    line = line_through(evidence, rng.random(4000) < 1 / (1 + np.exp(-odds)))
    given = np.array([line.probability(each) for each in evidence])
    assert np.abs(given - 1 / (1 + np.exp(-odds))).mean() < 0.06
    assert line.alike > 0 and line.tried < 0


def test_no_evidence_for_a_face_speaks_against_it() -> None:
    evidence = np.array([[0.8, 0, 1, -1], [0.7, 0, 1, -2], [0.3, 1, -1, 1], [0.2, 1, -1, 2]], float)
    line = line_through(evidence, np.array([True, True, False, False]))
    assert line.network == 0 and line.probability(evidence[0]) > 0.5 > line.probability(evidence[3])


def test_a_line_needs_both_kinds() -> None:
    with pytest.raises(ValueError, match="with a face and without"):
        line_through(np.zeros((3, 4)), np.ones(3, bool))
