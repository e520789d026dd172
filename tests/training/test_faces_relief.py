"""The patterns of a face's relief are made of heads: in their size, with the nose where the detector seeks it."""

import sys
from pathlib import Path

import numpy as np
import pytest

from phivet.models.faces_relief import PIXEL_MM, patterns, relief
from phivet.training.faces_relief import ABOVE, ASIDE, BELOW, EYES_MM, depth_map, pattern

sys.path.append(str(Path(__file__).parents[1] / "datasets"))
from faces_builder import a_person


def test_the_tip_of_the_nose_is_nearest_in_the_depth_map() -> None:
    depth, row, column = depth_map(a_person())
    nearest = np.unravel_index(np.nanargmin(depth), depth.shape)
    assert nearest == pytest.approx((row, column), abs=4)
    assert depth.shape == pytest.approx((230, 150), abs=3)
    assert np.nanmin(depth) == 0 and np.isnan(depth[0, 0])


def test_a_pattern_has_its_nose_in_the_middle_and_is_as_large_as_all_are() -> None:
    made = pattern(a_person())
    assert made.shape == (ABOVE + BELOW, 2 * ASIDE)
    nose = made[ABOVE - 3 : ABOVE + 3, ASIDE - 2 : ASIDE + 3]
    cheeks = made[ABOVE - 3 : ABOVE + 3, [ASIDE - 14, ASIDE - 10, ASIDE + 10, ASIDE + 14]]
    assert nose.mean() < -0.02 < cheeks.mean()


def test_a_smaller_head_makes_the_pattern_of_the_same_size() -> None:
    person = a_person()
    apart = float(np.linalg.norm(person.left_eye - person.right_eye))
    assert apart != EYES_MM
    half = a_person()
    half.skin.vertices[:] *= 0.7
    for mark in (half.left_eye, half.right_eye, half.nose, half.mouth, half.chin, half.brow):
        mark *= 0.7
    large, small = pattern(person), pattern(half)
    assert np.corrcoef(large.ravel(), small.ravel())[0, 1] > 0.75


def test_the_shipped_patterns_are_alike_in_what_makes_a_face() -> None:
    young, grown = np.stack([patterns()[0], patterns()[len(patterns()) // 2]]) if len(patterns()) else ()
    assert young.shape == grown.shape
    assert np.corrcoef(young.ravel(), grown.ravel())[0, 1] > 0.5


def test_what_a_pattern_was_made_of_agrees_with_the_shipped_ones_by_its_nose() -> None:
    depth, row, column = depth_map(a_person())
    found = relief(depth, 1.0)
    assert found.agreement > 0.3
    assert (found.row, found.column) == pytest.approx((row, column), abs=20 * PIXEL_MM)
