"""The judge learns from lines as they are read, of cases that know something and of cases that know nothing."""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from phivet.cases.known import Known
from phivet.cases.parts import View
from phivet.datasets.burned_in_text import lines as labelled_frames
from phivet.models.burned_in_judge import load
from phivet.models.burned_in_map import TextBox
from phivet.training.burned_in_judge_fit import Config, calibrated, calibration_error, figures_of, fit, fit_judge
from phivet.training.burned_in_judged import Judged, Ruled, frames_of, misread, otherwise, read_frame, some_known

KNOWN = -1
"""The last of what rules say of a line: whether the case knows it."""


@pytest.fixture(scope="module")
def learned() -> list[Judged]:
    return list(frames_of("training", 5, 250))


def nothing(view: View) -> Sequence[TextBox]:
    return []


def corner(view: View) -> Sequence[TextBox]:
    return [TextBox(2, 2, 60, 16, 0.9)]


def a_name(crops: Sequence[View]) -> list[tuple[str, float]]:
    return [("DOE^JANE", 0.9)] * len(crops)


def test_who_misreads_mostly_reads_right_and_is_less_sure_where_not() -> None:
    rng = random.Random(1)  # noqa: S311
    read = [misread("WHITFIELD^MARGARET", rng) for _ in range(600)]
    right = [sure for text, sure in read if text == "WHITFIELD^MARGARET"]
    wrong = [sure for text, sure in read if text != "WHITFIELD^MARGARET"]
    assert 200 < len(right) < 500
    assert np.mean(right) > np.mean(wrong) + 0.2


def test_lines_that_no_layout_has_identify_nobody_and_vary() -> None:
    rng = random.Random(2)  # noqa: S311
    assert len({otherwise(rng) for _ in range(200)}) > 180


def test_half_of_the_cases_know_most_of_what_identifies(learned: list[Judged]) -> None:
    rng = random.Random(3)  # noqa: S311
    said = [(label.text, label.category) for _, frame in zip(range(60), labelled_frames("training", 1), strict=False)
            for line in frame.lines for label in line.labels]  # fmt: skip
    knows = [bool(some_known(said, rng).values) for _ in range(200)]
    assert 70 < sum(knows) < 130
    assert some_known([("R", None)], random.Random(0)) == Known()  # noqa: S311
    figures = np.concatenate([frame.figures for frame in learned])
    assert (figures.std(0) > 0).sum() > 0.9 * figures.shape[1]


def test_what_is_seen_where_nothing_is_written_identifies_nobody() -> None:
    rng = random.Random(4)  # noqa: S311
    frame = next(frame for frame in labelled_frames("training", 2) if all(line.box[0] > 70 for line in frame.lines))
    judged = read_frame(frame, Ruled(), corner, a_name, rng)
    assert judged is not None and not judged.truth.any()
    assert read_frame(frame, Ruled(), nothing, a_name, rng) is None


def test_the_judge_tells_what_identifies_on_frames_it_never_saw(learned: list[Judged]) -> None:
    network = fit(learned, 8)
    unseen = list(frames_of("validation", 6, 120))
    slope, shift = calibrated(network, unseen[::2])
    figures = figures_of(network, unseen[1::2], slope, shift)
    assert figures["lines/recall"] > 0.8 and figures["lines/alarms"] < 0.2 and figures["lines/calibration"] < 0.1


def test_what_is_fitted_is_a_judge_that_can_be_loaded(tmp_path: Path) -> None:
    fit_judge(Config(frames=30, read=24, epochs=1), tmp_path, corner, a_name)
    assert load(tmp_path).opinions(np.zeros((0, 1), np.float32), []) == []


def test_who_says_nine_of_ten_and_is_right_in_half_is_off_by_four_tenths() -> None:
    true = np.arange(100) % 2 == 0
    assert calibration_error(np.full(100, 0.9, np.float32), true) == pytest.approx(0.4)
    assert calibration_error(true.astype(np.float32), true) == 0
