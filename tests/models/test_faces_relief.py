"""A face has bumps and hollows where faces have them, in millimetres, however it is turned in the picture."""

import numpy as np
import pytest
from scipy import ndimage

from phivet.models.faces_relief import relief
from phivet.models.faces_render import Render, render


@pytest.fixture(scope="module")
def front(bodies) -> Render:
    return render(bodies.head(), (2.5, 2.5, 2.5), bodies.axes, "MR", (0,))[0]


def test_a_face_agrees_and_the_back_of_its_head_does_not(bodies, front: Render) -> None:
    back = render(bodies.head()[:, ::-1], (2.5, 2.5, 2.5), bodies.axes, "MR", (0,))[0]
    assert relief(front.depth, front.scale).agreement > 0.6
    assert relief(back.depth, back.scale).agreement < 0.5


def test_its_middle_is_about_the_nose(front: Render) -> None:
    found = relief(front.depth, front.scale)
    nose = np.unravel_index(np.nanargmin(front.depth), front.depth.shape)
    assert (found.row, found.column) == pytest.approx(nose, abs=25 / front.scale)


@pytest.mark.parametrize("tilt", [-15, 15])
def test_a_tilted_face_agrees_too(front: Render, tilt: float) -> None:
    tilted = ndimage.rotate(front.depth, tilt, reshape=False, order=0, cval=np.nan)
    assert relief(tilted, front.scale).agreement > 0.55


def test_a_slope_and_a_distance_do_not_count(front: Render) -> None:
    rows = np.arange(front.depth.shape[0])[:, None]
    leaning = (front.depth + 100 + 0.2 * rows).astype(np.float32)
    upright = relief(front.depth, front.scale).agreement
    assert relief(leaning, front.scale).agreement == pytest.approx(upright, abs=0.05)


def test_what_is_flat_or_empty_agrees_with_nothing() -> None:
    assert relief(np.zeros((90, 90), np.float32), 2.0).agreement < 0.3
    assert relief(np.full((90, 90), np.nan, np.float32), 2.0).agreement == 0
