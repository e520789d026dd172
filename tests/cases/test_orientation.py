"""What is marked on the upright picture is found again on the stored one."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from phivet.cases.orientation import box_in_stored, turn_upright

ORIENTATIONS = range(1, 9)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_picture_is_turned_as_pillow_turns_it(orientation: int, mode: str) -> None:
    shape = (5, 7) if mode == "L" else (5, 7, 3)
    stored = np.random.default_rng(orientation).integers(0, 256, shape, np.uint8)
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(stored).save(file, "PNG", exif=exif)
    turned = np.asarray(ImageOps.exif_transpose(Image.open(file)))
    assert np.array_equal(turn_upright(stored, orientation), turned)


@given(
    st.sampled_from(ORIENTATIONS),
    st.tuples(st.integers(1, 12), st.integers(1, 12)),
    st.data(),
)
def test_a_marked_box_comes_back_from_the_upright_picture(
    orientation: int, shape: tuple[int, int], data: st.DataObject
) -> None:
    y0 = data.draw(st.integers(0, shape[0] - 1))
    x0 = data.draw(st.integers(0, shape[1] - 1))
    y1 = data.draw(st.integers(y0 + 1, shape[0]))
    x1 = data.draw(st.integers(x0 + 1, shape[1]))
    stored = np.zeros(shape, np.uint8)
    stored[y0:y1, x0:x1] = 1
    rows, columns = np.nonzero(turn_upright(stored, orientation))
    upright = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    assert box_in_stored(upright, shape, orientation) == (x0, y0, x1, y1)


@pytest.mark.parametrize("orientation", [0, 9, -1])
def test_an_orientation_that_exif_does_not_know_is_refused(orientation: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 8"):
        turn_upright(np.zeros((2, 2), np.uint8), orientation)
    with pytest.raises(ValueError, match="from 1 to 8"):
        box_in_stored((0, 0, 1, 1), (2, 2), orientation)
