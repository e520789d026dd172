"""The figures of the networks for burned-in text: what counts as found, as flagged, as read."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from phivet.cases.categories import Category
from phivet.datasets import burned_in_series
from phivet.datasets.burned_in_drawing import TextLabel, TextLine
from phivet.datasets.burned_in_text import LabelledFrame, lines
from phivet.training.bars import Bar, missed
from phivet.training.measure_burned_in_text import (
    BARS,
    Counts,
    _count_images,
    card,
    class_of,
    covered,
    draw,
    exact_interval,
    measured_on,
)
from phivet.training.measured import DataSet, Measured


def line(height: float, contrast: float, noise: float, arabic: bool = False) -> TextLine:
    label = TextLabel("DOE^JANE", Category.NAME, (0, 0, 80, 12))
    corners = np.array([(0, 0), (80, 0), (80, 12), (0, 12)], np.float32)
    return TextLine("DOE^JANE", (label,), label.box, corners, height, contrast, noise, "font", "layout", arabic)


@pytest.mark.parametrize(
    ("height", "contrast", "noise", "kind"),
    [
        (13, 12, 4, "plain"),
        (40, 200, 60, "plain"),
        (12, 200, 0, "small or faint"),
        (20, 11, 2, "small or faint"),
        (20, 100, 45, "small or faint"),
        (7, 200, 0, ""),
        (20, 2, 0, ""),
        (20, 50, 30, ""),
    ],
)
def test_what_can_be_asked_for(height: float, contrast: float, noise: float, kind: str) -> None:
    assert class_of(line(height, contrast, noise)) == kind
    assert class_of(line(height, contrast, noise, arabic=True)) == ""


def test_covered_is_the_share_of_a_box_counted_once() -> None:
    assert covered((10, 10, 20, 20), []) == 0
    assert covered((10, 10, 20, 20), [(0, 0, 15, 30)]) == 0.5
    assert covered((10, 10, 20, 20), [(0, 0, 15, 30), (0, 0, 15, 30), (18, 0, 40, 15)]) == 0.6


def test_exact_intervals_are_those_of_the_tables() -> None:
    low, high = exact_interval(0, 100)
    assert low == 0 and high == pytest.approx(0.0362, abs=1e-4)
    assert exact_interval(95, 100) == pytest.approx((0.8872, 0.9836), abs=1e-4)
    assert exact_interval(100, 100)[1] == 1


@pytest.mark.parametrize(
    ("box", "category", "caught", "read"),
    [
        ((0, 0, 80, 12), Category.NAME, 1, 1),
        ((0, 0, 80, 12), Category.UNREADABLE_TEXT, 1, 0),
        ((0, 60, 80, 72), Category.NAME, 0, 0),
    ],
)
def test_an_image_is_caught_where_its_name_is_and_read_if_it_is_said_what(
    box: tuple[int, int, int, int], category: Category, caught: int, read: int
) -> None:
    frame = LabelledFrame(np.zeros((90, 90), np.uint8), (line(12, 200, 0),), "CT", "none", ("x",))
    counts = Counts(owners=["x"])
    _count_images(counts, frame, [(box, category)])
    assert {name: float(one.part.sum()) for name, one in counts.ratios().items()} == {
        "images/caught": caught,
        "images/read": read,
    }


@pytest.fixture(scope="module")
def measured() -> Measured:
    return measured_on(islice(lines("held_out", 8), 12), None, 4, islice(burned_in_series.held_out(), 2))


def test_a_small_sample_has_every_figure_with_a_bar(measured: Measured) -> None:
    assert measured.items == 14
    assert set(BARS) - {"images/flagged", "images/caught"} <= set(measured.figures)
    worse = {name: Bar(2.0) for name in BARS if name in measured.figures}
    assert set(missed(measured.figures, worse)) == set(worse)
    assert measured.figures["map/plain"].value >= 0.8
    assert measured.figures["series/caught"].count == 2
    assert all(
        0 <= one.value <= 1 for name, one in measured.figures.items() if "error" not in name and "alarms" not in name
    )


def test_no_text_is_in_what_is_logged(measured: Measured) -> None:
    logged = repr(measured.as_json())
    for frame in islice(lines("held_out", 8), 12):
        assert not any(label.text in logged for one in frame.lines for label in one.labels if len(label.text) > 6)


def test_a_card_and_pictures_are_made_of_it(measured: Measured, tmp_path: Path) -> None:
    text = card(measured, {"training": DataSet("abc", 5)}, "run", "code")
    assert "14 held-out frames and series" in text and "boxes/plain" in text
    assert [path.name for path in draw(measured, tmp_path)] == ["height.png", "contrast.png"]
