import base64
import io

import numpy as np
import pytest
from PIL import Image

from phivet.cases.categories import Category
from phivet.cases.findings import Finding
from phivet.cases.orientation import box_in_stored, turn_upright
from phivet.cases.places import Box
from phivet.cases.report import Action, Judged
from phivet.serving.pictures import LONGEST, outlines, picture


def found(box: Box) -> tuple[Box, tuple[Judged, ...]]:
    return box, (Judged("id", Finding(Category.FACILITY, box, 0.9, "burned_in_text"), Action.BLOCK),)


def opened(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/jpeg;base64,"))))


@pytest.mark.parametrize("upright", range(1, 9))
def test_a_box_lies_on_the_upright_picture_where_the_detector_saw_it(upright: int) -> None:
    stored = np.zeros((30, 50), np.uint8)
    seen = (4, 6, 11, 9)
    place = Box("file-1", *box_in_stored(seen, stored.shape, upright))
    shown = picture(stored, upright)
    assert shown.turned(place) == seen
    assert shown.shown == turn_upright(stored, upright).shape[::-1]


@pytest.mark.parametrize("shape", [(480, 640), (480, 640, 3), (5000, 300), (1, 1)])
def test_a_picture_is_made_smaller_but_keeps_its_coordinates(shape: tuple[int, ...]) -> None:
    shown = picture(np.full(shape, 90, np.uint8))
    assert (shown.height, shown.width) == shape[:2]
    assert max(opened(shown.uri).size) == min(max(shape[:2]), LONGEST)


@pytest.mark.parametrize(
    ("box", "side"),
    [
        ((12, 8, 170, 24), "right"),
        ((500, 8, 636, 24), "left"),
        ((4, 200, 636, 224), "above"),
        ((4, 2, 636, 24), "below"),
    ],
)
def test_a_label_stands_where_there_is_room(box: tuple[int, int, int, int], side: str) -> None:
    shown = picture(np.zeros((480, 640), np.uint8))
    outline = outlines(shown, [found(Box("file-1", *box))])[0]
    assert (outline.side, outline.crowded) == (side, False)


def test_the_labels_of_the_lines_of_a_banner_stand_beside_them() -> None:
    shown = picture(np.zeros((480, 640), np.uint8))
    banner = outlines(shown, [found(Box("file-1", 12, y, 170, y + 14)) for y in range(8, 120, 16)])
    assert {(outline.side, outline.crowded) for outline in banner} == {("right", False)}


def test_words_in_a_row_keep_the_numbers_of_their_labels_at_least() -> None:
    shown = picture(np.zeros((480, 640), np.uint8))
    row = outlines(shown, [found(Box("file-1", x, 100, x + 20, 110)) for x in range(10, 630, 22)])
    assert [outline.number for outline in row] == list(range(1, len(row) + 1))
    assert any(outline.crowded for outline in row)


def test_boxes_are_numbered_as_one_reads() -> None:
    shown = picture(np.zeros((100, 100), np.uint8))
    low, high = found(Box("file-1", 1, 80, 9, 90)), found(Box("file-1", 50, 20, 60, 30))
    assert [(each.number, each.box.y0, each.position) for each in outlines(shown, [low, high])] == [
        (1, 20, "top"),
        (2, 80, "bottom left"),
    ]
