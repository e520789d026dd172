"""The bootstrap draws hands, then their notes."""

import math
import time

import numpy as np
import pytest

from phivet.training.intervals import Figure, Ratio, figure, resampled, weights


def share(hands: list[str], right: list[float], whole: list[float] | None = None) -> Figure:
    ratio = Ratio(np.array(right), np.array(whole or [1.0] * len(right)))
    return figure(resampled(weights(hands), {"share": ratio})["share"], ratio.whole.sum())


def test_the_figure_itself_is_of_the_sample_as_it_is() -> None:
    assert share(["a", "b", "c", "c"], [1, 0, 1, 1]).value == 0.75
    assert share(["a", "b", "c", "c"], [1, 0, 1, 1]).count == 4


def test_notes_of_one_hand_that_all_fail_make_the_interval_wider_than_as_many_notes_of_many_hands() -> None:
    right = [0.0] * 20 + [1.0] * 80
    few = share([f"hand {number // 20}" for number in range(100)], right)
    many = share([f"hand {number}" for number in range(100)], right)
    assert few.value == many.value == 0.8
    assert few.high - few.low > 1.5 * (many.high - many.low)


def test_the_interval_of_independent_notes_is_that_of_the_binomial() -> None:
    found = share([f"hand {number}" for number in range(400)], [1.0] * 300 + [0.0] * 100)
    error = math.sqrt(0.75 * 0.25 / 400)
    assert found.low == pytest.approx(0.75 - 1.96 * error, abs=0.01)
    assert found.high == pytest.approx(0.75 + 1.96 * error, abs=0.01)


def test_every_replicate_has_as_many_hands_and_notes_on_average() -> None:
    weighed = weights(["a"] * 10 + ["b"] * 30)
    assert (weighed[0] == 1).all()
    assert set(weighed[1:].sum(axis=1)) <= {20.0, 40.0, 60.0}


def test_the_same_notes_give_the_same_replicates() -> None:
    assert (weights(["a", "b", "b"]) == weights(["a", "b", "b"])).all()


def test_where_there_is_nothing_to_count_there_is_no_figure() -> None:
    nothing = share(["a", "b"], [0, 0], [0.0, 0.0])
    assert math.isnan(nothing.value) and math.isnan(nothing.low) and nothing.count == 0


def test_ten_thousand_notes_and_two_hundred_figures_take_seconds() -> None:
    generator = np.random.default_rng(0)
    began = time.perf_counter()
    weighed = weights([f"hand {number % 12}" for number in range(10_000)])
    resampled(weighed, {str(n): Ratio(generator.random(10_000), np.ones(10_000)) for n in range(200)})
    assert time.perf_counter() - began < 10
