"""A score is a probability if it is right as often as it says."""

import random

import numpy as np
import pytest

from phivet.training.calibration import BINS, binned


def error(scores: list[float], right: list[bool]) -> float:
    return float(binned(list(range(len(scores))), scores, right, len(scores)).error(np.ones((1, len(scores))))[0])


def test_scores_that_are_true_have_no_error() -> None:
    rng = random.Random(1)  # noqa: S311
    scores = [rng.random() for _ in range(20_000)]
    assert error(scores, [rng.random() < score for score in scores]) < 0.02


def test_scores_that_boast_have_the_error_of_their_boast() -> None:
    assert error([0.9] * 100, [True] * 60 + [False] * 40) == pytest.approx(0.3)


def test_a_score_given_a_thousand_times_is_one_bin_in_whatever_order() -> None:
    bins = binned([0] * 100, [0.9] * 100, [True] * 90 + [False] * 10, 1)
    assert [(point.score, point.right, point.count) for point in bins.points()] == [(pytest.approx(0.9), 0.9, 100)]


def test_bins_hold_equally_many_hits() -> None:
    scores = [number / 3_000 for number in range(3_000)]
    points = binned([0] * 3_000, scores, [True] * 3_000, 1).points()
    assert len(points) == BINS
    assert all(abs(point.count - 200) <= 1 for point in points)


def test_without_hits_there_is_no_error_and_no_point() -> None:
    bins = binned([], [], [], 3)
    assert bins.points() == ()
    assert np.isnan(bins.error(np.ones((2, 3)))).all()
