"""Frames as the console sends them: the window of the header, the moderator's, and blurred beyond reading."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from phivet.cases.case import Case
from phivet.cases.files import File
from phivet.cases.parts import Frames
from phivet.cases.reader import Reader
from phivet.serving.review_pictures import CELLS, Window, blurred, own_window, shown

RAMP = np.tile(np.arange(0, 4000, 40, dtype=np.uint16), (20, 1))


def frames_of(path: Path, reader: Reader) -> Frames:
    return next(
        part
        for part in Case([File(path.name, lambda: path_open(path))], "c", reader).parts()
        if isinstance(part, Frames)
    )


def path_open(path: Path) -> int:
    import os

    return os.open(path, os.O_RDONLY)


def test_the_headers_window_is_found_and_shows_the_same_picture(
    write_dicom: Callable[..., Path], reader: Reader
) -> None:
    frames = frames_of(write_dicom("a.dcm", RAMP, WindowCenter=2000, WindowWidth=1000), reader)
    window = own_window(frames, 0)
    assert (window.low, window.high) == pytest.approx((1500 / 3960, 2500 / 3960), abs=0.02)
    assert np.abs(shown(frames, 0, window).astype(int) - frames.view(0)).max() <= 8


def test_a_window_brings_out_what_the_headers_own_hides(write_dicom: Callable[..., Path], reader: Reader) -> None:
    faint = np.zeros((20, 40), np.uint16)
    faint[:, 20:] = 3
    faint[0, 0] = 4000
    frames = frames_of(write_dicom("a.dcm", faint), reader)
    assert np.ptp(shown(frames, 0, Window())[1:]) <= 1
    assert np.ptp(shown(frames, 0, Window(0.0, 0.001))[1:]) > 150
    assert shown(frames, 0, Window(0.0, 1.0, inverted=True))[5, 5] == 255


@pytest.mark.parametrize(("low", "high"), [(0.5, 0.5), (0.5, None), (0.0, 3.0), (float("nan"), 1.0)])
def test_no_window_is_without_two_ends_in_order(low: float, high: float | None) -> None:
    with pytest.raises(ValueError, match="a window needs"):
        Window(low, high)


def test_blurred_text_is_gone_whatever_it_says() -> None:
    def written(text: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        image = Image.new("L", (512, 512))
        ImageDraw.Draw(image).text((20, 20), text, fill=255, font_size=16)
        return np.asarray(image)

    one, two = blurred(written("WHITFIELD^JOHN 1951")), blurred(written("MARGARET PRATT 2004"))
    assert max(one.shape) == CELLS
    assert np.abs(one.astype(int) - two).max() < 40


def test_a_long_or_tiny_picture_is_blurred_too() -> None:
    assert blurred(np.zeros((3, 3000), np.uint8)).shape == (1, CELLS)
    assert blurred(np.zeros((4, 4, 3), np.uint8)).shape == (4, 4, 3)
