"""Series hold what their labels say: a name on one frame, on some, on all, moving, or in turn with something else."""

from itertools import islice

import numpy as np
import pytest

from phivet.datasets.burned_in_series import FRAMES, SHOWN, LabelledSeries, held_out, series
from phivet.datasets.burned_in_text import legible


@pytest.fixture(scope="module")
def made() -> list[LabelledSeries]:
    return list(islice(held_out(), 2 * len(SHOWN)))


def names(each: LabelledSeries, frame: int) -> list[tuple[int, int, int, int]]:
    return [line.box for line in each.lines[frame] if any(label.identifies for label in line.labels)]


def test_the_same_seed_makes_the_same_series(made: list[LabelledSeries]) -> None:
    again = next(held_out())
    assert np.array_equal(again.pixels, made[0].pixels) and again.lines == made[0].lines
    assert next(series("held_out", 1)).lines != again.lines


def test_the_name_stands_on_the_frames_that_are_said_and_on_no_other(made: list[LabelledSeries]) -> None:
    for each in made:
        assert len(each.pixels) == len(each.lines) == FRAMES
        assert tuple(frame for frame in range(FRAMES) if names(each, frame)) == each.named


def test_each_way_of_showing_it_is_what_it_is_called(made: list[LabelledSeries]) -> None:
    for each in made:
        places = {box for frame in each.named for box in names(each, frame)}
        assert (len(each.named) == 1) == (each.shown == "one")
        assert (len(each.named) == FRAMES) == (each.shown in ("every", "moving"))
        assert (len(places) > FRAMES // 2) == (each.shown == "moving")


def test_what_lies_behind_moves_and_most_of_what_stands_can_be_read(made: list[LabelledSeries]) -> None:
    assert all(not np.array_equal(each.pixels[0], each.pixels[1]) for each in made)
    readable = [legible(line) for each in made for lines in each.lines for line in lines]
    assert np.mean(readable) > 0.8
