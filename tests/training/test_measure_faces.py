"""The figures of faces say what they say, and calibration makes scores probabilities."""

import numpy as np
import pytest

from phivet.datasets.faces import LabelledScreen
from phivet.datasets.faces_screens import Screen
from phivet.models.faces_network import Kind, Seen
from phivet.training.calibrate_faces import fitted
from phivet.training.measure_faces import BARS, card, counted, draw
from phivet.training.measured import DataSet

PIXELS = np.zeros((50, 50, 3), np.uint8)


def a_screen(number: int, group: str, look: str = "skin", renderer: str = "march") -> LabelledScreen:
    kind = {"whole": "face", "partial": "face", "fetus": "fetus"}.get(group, "other")
    box = None if kind == "other" else (10.0, 10.0, 30.0, 30.0)
    return LabelledScreen(Screen(PIXELS, kind, box, group == "whole", f"head-{number}", look, renderer), group)


def seen(face: float, kind: Kind = Kind.FACE) -> Seen:
    return Seen(face, (10, 10, 30, 30) if face >= 0.5 else None, kind)


SCREENS = [
    a_screen(0, "whole"),
    a_screen(0, "partial", "gold"),
    a_screen(1, "whole", renderer="rasterised"),
    a_screen(1, "fetus"),
    a_screen(2, "bone", "bone"),
    a_screen(2, "plane"),
    a_screen(3, "brain"),
    a_screen(3, "brain"),
]
SEEN = [seen(0.9), seen(0.4), seen(0.8), seen(0.9, Kind.FETUS), seen(0.6), seen(0.1), seen(0.2), seen(0.3)]
VOLUMES = [
    ("whole", True, "head-1", ("CT", "thin"), 0.9),
    ("whole", True, "head-2", ("MR", "4-6 mm"), 0.3),
    ("plane", False, "head-1", ("CT", "thin"), 0.1),
    ("replaced", None, "head-2", ("MR", "thin"), 0.99),
]


def test_shares_are_counted_by_what_is_shown() -> None:
    figures = counted(SCREENS, SEEN, replicates=50).figures
    values = {name: figure.value for name, figure in figures.items()}
    assert values["recall/renders"] == pytest.approx(3 / 4)
    assert values["recall/partial"] == values["recall/look-gold"] == 0
    assert values["recall/whole"] == values["recall/by-rasterised"] == values["recall/fetus-told"] == 1
    assert values["false/renders"] == pytest.approx(1 / 4)
    assert values["false/bone"] == 1 and values["false/brain"] == values["false/plane"] == 0
    assert values["boxes/overlap"] == 1
    assert values["auroc/renders"] == pytest.approx(15 / 16)


def test_volumes_have_a_row_for_each_defacer_and_an_area_for_each_modality() -> None:
    measured = counted(SCREENS, SEEN, VOLUMES, replicates=50)
    values = {name: figure.value for name, figure in measured.figures.items()}
    assert values["accuracy/volumes"] == pytest.approx(2 / 3)
    assert values["judged-face/whole"] == 0.5 and values["judged-face/plane"] == 0
    assert values["judged-face/replaced"] == 1
    assert values["auroc/volumes"] == values["auroc/volumes-CT"] == values["auroc/volumes-thin"] == 1
    assert np.isnan(values["auroc/volumes-MR"])
    assert measured.items == len(SCREENS) + len(VOLUMES) and set(measured.owners) == {f"head-{n}" for n in range(4)}


def test_ties_count_for_half() -> None:
    same = [Seen(0.5, None, Kind.OTHER)] * len(SCREENS)
    assert counted(SCREENS, same, replicates=20).figures["auroc/renders"].value == 0.5


def test_the_card_tells_all_figures_and_bars(tmp_path: object) -> None:
    measured = counted(SCREENS, SEEN, VOLUMES, {"picture_ms": 3.2}, replicates=20)
    text = card(measured, {"training": DataSet("ab" * 8, 12)}, "run", "code")
    assert all(f"| {name} |" in text for name in measured.figures)
    assert "≥ 99.5" in text or "≥ 0.995" in text
    assert "picture ms: 3.2" in text and set(BARS) <= set(measured.figures)


def test_the_reliability_is_drawn(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("plots")
    assert [path.name for path in draw(counted(SCREENS, SEEN, replicates=20), folder)] == ["reliability.png"]


def test_calibration_finds_the_line_that_the_scores_were_drawn_by() -> None:
    rng = np.random.default_rng(0)
    odds = rng.normal(0, 4, 4000)
    face = rng.random(4000) < 1 / (1 + np.exp(-(0.5 * odds - 1)))
    line = fitted(odds, face)
    assert line.slope == pytest.approx(0.5, abs=0.05) and line.offset == pytest.approx(-1, abs=0.15)
