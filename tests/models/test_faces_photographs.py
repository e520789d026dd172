"""Faces in photographs: covered, turned, cut; and none where there is none. The pictures come with scikit-image."""

from typing import Any

import numpy as np
import pytest
from skimage import data as skimage_data

from phivet.models.faces_photographs import Found, Photographs, is_photograph, surest

data: Any = skimage_data  # its functions are not typed
FACE = (181, 58, 269, 177)


@pytest.fixture(scope="module")
def photographs() -> Photographs:
    return Photographs()


def covered(y0: int, y1: int, colour: int = 0) -> np.ndarray[Any, np.dtype[np.uint8]]:
    picture = data.astronaut().copy()
    picture[y0:y1, 165:280] = colour
    return picture


def test_a_face_is_found_where_it_is(photographs: Photographs) -> None:
    (face,) = photographs.find(data.astronaut())
    assert face.score > 0.99
    assert face.box == pytest.approx(FACE, abs=8)


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(covered(96, 124), id="a bar over the eyes"),
        pytest.param(covered(88, 132), id="a broad bar over the eyes"),
        pytest.param(covered(130, 180, 235), id="a white mask"),
        pytest.param(data.astronaut()[:, :222], id="its right half"),
        pytest.param(data.astronaut()[:128], id="down to the eyes"),
        pytest.param(data.astronaut() // 4, id="in the dark"),
        pytest.param(data.astronaut()[::4, ::4], id="small"),
        pytest.param(data.astronaut()[..., 0], id="grey"),
    ],
)
def test_a_face_counts_though_part_of_it_is_missing(photographs: Photographs, picture: Any) -> None:
    assert max(face.score for face in photographs.find(picture)) > 0.9


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_face_on_its_side_or_head_is_found_where_it_is(photographs: Photographs, quarters: int) -> None:
    turned = np.rot90(data.astronaut(), quarters)
    face = max(photographs.find(turned), key=lambda found: found.score)
    marked = np.zeros((512, 512), bool)
    marked[FACE[1] : FACE[3], FACE[0] : FACE[2]] = True
    inside = np.rot90(marked, quarters)[face.box[1] : face.box[3], face.box[0] : face.box[2]]
    assert face.score > 0.7
    assert inside.mean() > 0.6


@pytest.mark.parametrize("name", ["chelsea", "coffee", "rocket", "immunohistochemistry", "retina", "colorwheel"])
def test_cats_cups_rockets_and_tissue_have_none(photographs: Photographs, name: str) -> None:
    picture = getattr(data, name)()
    assert max((face.score for face in photographs.find(picture[:800, :800])), default=0) < 0.2


def test_photographs_have_colour_and_slices_with_marks_have_not() -> None:
    marked = np.repeat(data.camera()[..., None], 3, axis=2)
    marked[10:40, 10:200] = (255, 255, 0)
    assert is_photograph(data.astronaut())
    assert not is_photograph(marked)
    assert not is_photograph(data.camera())
    assert not is_photograph(np.zeros((99, 99, 3), np.uint8))


def test_of_faces_that_overlap_the_surest_is_kept() -> None:
    found = [Found(0.5, (0, 0, 10, 10)), Found(0.9, (1, 1, 11, 11)), Found(0.4, (50, 50, 60, 60))]
    assert surest(found) == [found[1], found[2]]
