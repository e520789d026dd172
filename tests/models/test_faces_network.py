"""The network of faces: where it looks, what it is given, what it tells; and the shipped weights."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from phivet.models.faces_network import KINDS, Calibration, FaceNetwork, Kind, Network, Seen, log_odds, save
from phivet.models.faces_volumes import Line
from phivet.models.faces_windows import SIDE, Window, cut, grey, uncut, windows

Pixels = NDArray[np.uint8]


def noise(height: int, width: int) -> Pixels:
    return np.random.default_rng(1).integers(60, 255, (height, width), dtype=np.uint8)


def a_screen_of_two() -> Pixels:
    screen = np.zeros((200, 420), np.uint8)
    screen[20:180, 20:180] = noise(160, 160)
    screen[20:180, 240:400] = noise(160, 160)
    return screen


def untrained(folder: Path) -> FaceNetwork:
    torch.manual_seed(3)
    save(Network(), Calibration(), Line(), folder)
    return FaceNetwork(folder)


def test_a_picture_is_looked_at_as_a_whole_first() -> None:
    assert windows(noise(90, 120)) == [Window(0, 0, 120, 90)]
    assert windows(np.zeros((5, 3), np.uint8)) == [Window(0, 0, 3, 5)]


def test_what_stands_apart_is_looked_at_too() -> None:
    whole, *things = windows(a_screen_of_two())
    assert whole == Window(0, 0, 420, 200)
    assert len(things) == 2
    for thing, left in zip(sorted(things, key=lambda each: each.x0), (20, 240), strict=True):
        assert thing.x0 <= left and thing.x1 >= left + 160 and thing.x1 - thing.x0 < 200


def test_every_panel_of_a_sheet_is_looked_at() -> None:
    sheet = np.zeros((400, 500), np.uint8)
    for row in range(4):
        for column in range(5):
            sheet[100 * row + 8 : 100 * row + 92, 100 * column + 8 : 100 * column + 92] = noise(84, 84)
    assert len(windows(sheet)) == 21


def test_a_window_holds_pixels() -> None:
    with pytest.raises(ValueError, match="at least one pixel"):
        Window(3, 0, 3, 5)


@pytest.mark.parametrize("shape", [(300, 200), (20, 400), (1, 1), (96, 96)])
def test_a_window_is_a_square_of_mean_nothing(shape: tuple[int, int]) -> None:
    square = cut(noise(*shape), Window(0, 0, shape[1], shape[0]))
    assert square.shape == (SIDE, SIDE) and square.dtype == np.float32
    assert abs(float(square.mean())) < 1e-3 and float(square.std()) < 1.01


def test_a_box_goes_back_to_where_it_was() -> None:
    window = Window(100, 50, 300, 150)
    assert uncut(np.array((0.5, 0.5, 0.75, 0.625), np.float32), window, (400, 400)) == (200, 100, 250, 125)
    x0, y0, x1, y1 = uncut(np.array((-1, -1, 2, 2), np.float32), Window(0, 0, 40, 30), (30, 40))
    assert (x0, y0, x1, y1) == (0, 0, 40, 30)


def test_colours_are_seen_as_their_brightness() -> None:
    red = np.zeros((2, 2, 3), np.uint8)
    red[..., 0] = 255
    assert (grey(red) == 76).all()
    assert grey(noise(4, 4)) is not None


def test_small_and_large_grey_and_coloured_pictures_are_judged_together(tmp_path: Path) -> None:
    network = untrained(tmp_path)
    pictures = [noise(40, 60), np.repeat(noise(300, 200)[..., None], 3, axis=2), a_screen_of_two(), noise(1, 1)]
    seen = network.judge(pictures)
    assert len(seen) == 4 and network.judge([]) == []
    for one, picture in zip(seen, pictures, strict=True):
        assert 0 <= one.face <= 1
        if one.box is not None:
            x0, y0, x1, y1 = one.box
            assert 0 <= x0 < x1 <= picture.shape[1] and 0 <= y0 < y1 <= picture.shape[0]
    assert network.judge(pictures[:1])[0].face == pytest.approx(seen[0].face, abs=1e-4)


def test_a_grey_picture_in_colour_is_judged_the_same(tmp_path: Path) -> None:
    network = untrained(tmp_path)
    picture = noise(80, 80)
    one, other = network.judge([picture, np.repeat(picture[..., None], 3, axis=2)])
    assert one.face == pytest.approx(other.face, abs=0.02)


def test_scores_become_probabilities() -> None:
    assert Calibration(2.0, 1.0).probability(np.array([-0.5]))[0] == pytest.approx(0.5)
    odds = log_odds(np.array([[1.0, 1.0, -50.0], [0.0, 3.0, 3.0]], np.float32))
    assert odds == pytest.approx([0.0, 3 + np.log(2)], abs=1e-5)


def test_a_probability_is_one() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Seen(1.2, None, Kind.FACE)


def test_weights_that_tell_other_kinds_are_refused(tmp_path: Path) -> None:
    save(Network(), Calibration(), Line(2, -1, 3, 4, 5), tmp_path)
    config = tmp_path / "config.json"
    config.write_text(config.read_text("utf-8").replace('"fetus"', '"cat"'), "utf-8")
    with pytest.raises(ValueError, match="other kinds"):
        FaceNetwork(tmp_path)


def test_the_network_is_small_and_gives_boxes_in_shares() -> None:
    network = Network().eval()
    assert 400_000 < sum(weight.numel() for weight in network.parameters()) < 2_000_000
    scores, boxes = network(torch.zeros(2, 1, SIDE, SIDE))
    assert scores.shape == (2, len(KINDS)) and boxes.shape == (2, 4)
    assert (boxes[:, 2:] > boxes[:, :2]).all()
