"""What the skin looks like: the first tissue that a ray meets, lit, from every side and from the top down."""

import numpy as np
import pytest

from phivet.models.faces_render import SIDE, YAWS, first_hit, render, views, windows
from phivet.models.faces_surface import Block, block


def test_a_ray_meets_the_skin_between_voxels() -> None:
    line = np.array([0, 0, 20, 100, 100], np.float32)[None, :, None]
    assert first_hit(line, 60)[0, 0] == pytest.approx(2.5)
    assert np.isnan(first_hit(line * 0, 60)[0, 0])


def test_a_head_is_seen_from_each_side_once(bodies) -> None:
    seen = render(bodies.head(), (2.5, 2.5, 2.5), bodies.axes, "MR")
    assert [each.yaw for each in seen] == list(YAWS)
    for each in seen:
        assert max(each.picture.shape) == pytest.approx(SIDE, abs=1)
        assert each.picture.dtype == np.uint8
        assert np.isnan(each.depth[each.picture == 0]).all()


def test_the_nose_is_nearest_from_in_front_and_each_side_mirrors_the_other(bodies) -> None:
    front, _, _, left, right = render(bodies.head(), (2.5, 2.5, 2.5), bodies.axes, "MR")
    row, column = np.unravel_index(np.nanargmin(front.depth), front.depth.shape)
    assert column == pytest.approx(front.depth.shape[1] / 2, abs=8)
    assert row > front.depth.shape[0] / 2
    outlines = [np.isfinite(side.depth) for side in (left, right)]
    assert (outlines[0] == outlines[1][:, ::-1]).mean() > 0.97


def test_a_long_body_is_seen_in_windows_from_the_top_down(bodies) -> None:
    solid = block(bodies.trunk(200), (5, 2.5, 2.5), bodies.axes, "CT")
    tops = windows(solid)
    assert tops[0] == 0
    assert len(tops) == 7
    assert [each.top for each in views(solid, (0,))] == sorted(each.top for each in views(solid, (0,)))


def test_nothing_is_seen_of_nothing() -> None:
    assert list(views(Block(np.zeros((9, 9, 9), np.float32), 2.0, 1.0))) == []
