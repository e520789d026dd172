import threading

import cv2
import numpy as np
import pytest
import torch

from phivet.models.burned_in_map import TILE, TextBox, TextMap, boxes_of, together
from phivet.models.burned_in_map_net import TextMapNet, folded
from phivet.models.burned_in_text import crop

finder = TextMap()


def written(
    text: str, height: int, width: int, x: int, y: int, ground: int = 20, level: int = 230, size: float = 0.5
) -> np.ndarray:  # type: ignore[type-arg]
    picture = np.full((height, width), ground, np.uint8)
    cv2.putText(picture, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, level, 1, cv2.LINE_AA)
    return picture


def holds(boxes: list[TextBox], x: int, y: int) -> bool:
    return any(box.x0 <= x < box.x1 and box.y0 <= y < box.y1 for box in boxes)


def test_a_name_is_found_where_it_stands() -> None:
    boxes = finder.boxes(written("DOE^JANE", 256, 384, 40, 60))
    assert holds(boxes, 60, 55)
    assert all(40 <= box.y0 < box.y1 <= 80 and box.x0 > 20 for box in boxes)


@pytest.mark.parametrize("polarity", ["light on dark", "dark on light"])
@pytest.mark.parametrize("colour", [False, True])
def test_either_polarity_and_colour_is_found(polarity: str, colour: bool) -> None:
    picture = written("SMITH JOHN 12/03/1951", 200, 300, 30, 100)
    picture = 255 - picture if polarity == "dark on light" else picture
    given = np.repeat(picture[..., None], 3, 2) * np.array((1, 1, 0), np.uint8) if colour else picture
    assert holds(finder.boxes(given), 60, 95)


def test_faint_letters_are_found() -> None:
    assert holds(finder.boxes(written("WILLIAMS PETER", 256, 256, 40, 120, ground=60, level=72)), 80, 115)


@pytest.mark.parametrize("size", [(64, 64), (65, 130), (200, 3000), (2100, 90)])
def test_pictures_of_any_size_are_looked_at(size: tuple[int, int]) -> None:
    picture = written("KIM 7", *size, 4, 40)
    boxes = finder.boxes(picture)
    assert holds(boxes, 20, 35)
    assert all(0 <= box.x0 < box.x1 <= size[1] and 0 <= box.y0 < box.y1 <= size[0] for box in boxes)


def test_text_across_the_border_of_two_tiles_is_one_box() -> None:
    boxes = finder.boxes(written("ANDERSON MARGARET", 128, 2 * TILE, TILE - 90, 60))
    assert len([box for box in boxes if box.y1 - box.y0 > 6]) == 1


def test_an_even_picture_and_a_gradient_hold_no_text() -> None:
    assert finder.boxes(np.full((300, 300), 90, np.uint8)) == []
    assert finder.boxes(np.tile(np.arange(256, dtype=np.uint8), (256, 1))) == []


def test_cores_that_do_not_touch_are_boxes_of_their_own() -> None:
    core, line = np.zeros((40, 60), np.float32), np.zeros((40, 60), np.float32)
    line[8:16, 5:50] = line[17:25, 5:50] = 0.9
    core[10:14, 7:48] = core[19:23, 7:48] = 0.9
    assert [(box.y0, box.y1) for box in boxes_of(core, line)] == [(16, 32), (34, 50)]


def test_a_box_ends_in_the_middle_between_it_and_the_line_below() -> None:
    core, line = np.zeros((40, 60), np.float32), np.full((40, 60), 0.9, np.float32)
    core[10:13, 7:48] = core[19:22, 7:48] = 0.9
    first, second = boxes_of(core, line)
    assert first.y1 <= second.y0 and 30 <= first.y1 <= 34


@pytest.mark.parametrize("slant", [-12.0, -5.0, 5.0, 12.0, 85.0])
def test_a_slanted_line_is_boxed_with_its_slant_and_cropped_upright(slant: float) -> None:
    written_on = np.zeros((300, 300), np.uint8)
    cv2.rectangle(written_on, (50, 140), (250, 159), 255, -1)
    turn = cv2.getRotationMatrix2D((150, 150), -slant, 1)
    view = np.asarray(cv2.warpAffine(written_on, turn, (300, 300)), np.uint8)
    core = cv2.resize(cv2.erode(view, np.ones((11, 11))), (150, 150), interpolation=cv2.INTER_AREA) / np.float32(255)
    (box,) = boxes_of(core.astype(np.float32), np.zeros_like(core, np.float32))
    assert box.slant == pytest.approx(slant if slant < 45 else slant - 90, abs=1)
    upright = crop(view, box)
    assert min(upright.shape) < 45 and max(upright.shape) > 190 and upright.mean() > 100


def test_large_letters_take_the_place_of_their_parts_but_lines_are_not_taken_for_large_letters() -> None:
    large = TextBox(10, 10, 110, 40, 0.9)
    parts = [TextBox(22, 25, 60, 75, 0.9), TextBox(150, 22, 210, 78, 0.8)]
    other = TextBox(300, 20, 340, 30, 0.7)
    assert together([*parts, other], [large]) == [TextBox(20, 20, 220, 80, 0.9), other]
    rows = [TextBox(22, 22, 200, 36, 0.9), TextBox(22, 42, 200, 56, 0.9)]
    assert together(rows, [large]) == rows


def test_threads_share_one_finder() -> None:
    picture, found = written("DOE^JANE", 128, 256, 40, 60), []
    one = TextMap()
    threads = [threading.Thread(target=lambda: found.append(one.boxes(picture))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and all(boxes == found[0] for boxes in found)


def test_folding_the_norms_changes_nothing() -> None:
    torch.manual_seed(1)
    network = TextMapNet()
    pictures = torch.randn(2, 2, 64, 96)
    network.train()
    network(pictures)
    network.eval()
    with torch.no_grad():
        before = network(pictures)
        assert torch.allclose(before, folded(network)(pictures), atol=1e-4)
    assert before.shape == (2, 2, 32, 48)
