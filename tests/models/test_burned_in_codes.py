"""Codes are read like text; one that does not decode is told of; what only resembles a code is left alone."""

import cv2
import numpy as np
import pytest
import zxingcpp
from skimage import data

from phivet.cases.parts import View
from phivet.models.burned_in_codes import find_codes, places

TEXT = "DOE^JANE 00482913"


def drawn(form: str, scale: int = 3, text: str = TEXT) -> View:
    """A code on white paper, (H, W) uint8."""
    code = zxingcpp.create_barcode(text, zxingcpp.barcode_format_from_str(form))
    return np.array(zxingcpp.write_barcode_to_image(code, scale=scale, add_quiet_zones=True))


def on_a_frame(code: View, shape: tuple[int, int] = (512, 1024), x: int = 60, y: int = 90) -> View:
    frame = np.clip(np.random.default_rng(1).normal(90, 20, shape), 0, 255).astype(np.uint8)
    frame = cv2.GaussianBlur(frame, (0, 0), 1)
    frame[y : y + code.shape[0], x : x + code.shape[1]] = code
    return frame


@pytest.mark.parametrize("form", ["QRCode", "DataMatrix", "Code128", "PDF417"])
@pytest.mark.parametrize("scale", [2, 4])
def test_a_code_is_read_where_it_stands(form: str, scale: int) -> None:
    code = drawn(form, scale)
    (found,) = find_codes(on_a_frame(code))
    assert found.text == TEXT
    assert 55 <= found.x0 < found.x1 <= 65 + code.shape[1]
    assert 85 <= found.y0 < found.y1 <= 95 + code.shape[0]


def test_a_code_in_colour_or_on_a_large_radiograph_is_read() -> None:
    code = drawn("QRCode", 4)
    in_colour = np.repeat(on_a_frame(code)[..., None], 3, 2)
    assert [each.text for each in find_codes(in_colour)] == [TEXT]
    large = on_a_frame(np.kron(code, np.ones((2, 2), np.uint8)), (2500, 3000), 1800, 1200)
    assert [each.text for each in find_codes(large)] == [TEXT]


@pytest.mark.parametrize("form", ["QRCode", "Code128"])
def test_a_code_that_does_not_decode_is_told_of(form: str) -> None:
    code = drawn(form, 4)
    if form == "QRCode":
        code[52:88, 52:88] = np.random.default_rng(0).permutation(code[52:88, 52:88].ravel()).reshape(36, 36)
    else:
        code = np.delete(code, np.s_[50:70], 1)
    found = find_codes(on_a_frame(code))
    assert [each.text for each in found] == [None]


def test_every_code_is_read_however_many_there_are() -> None:
    texts = [f"DOE^JANE {number:04}" for number in range(20)]
    sheet = np.full((640, 800), 255, np.uint8)
    for number, text in enumerate(texts):
        y, x = 20 + 155 * (number // 5), 20 + 155 * (number % 5)
        code = drawn("QRCode", 3, text)[:120, :120]
        sheet[y : y + code.shape[0], x : x + code.shape[1]] = code
    assert sorted(each.text or "" for each in find_codes(sheet)) == texts


def test_what_is_no_code_is_none() -> None:
    ruler = np.zeros((512, 512), np.uint8)
    ruler[100:140, 50:450:8] = 255
    board = np.kron(np.indices((16, 16)).sum(0) % 2, np.ones((16, 16))).astype(np.uint8) * 200
    noise = np.random.default_rng(0).integers(0, 255, (300, 300), np.uint8)
    for picture in (ruler, board, noise, data.camera(), data.coins(), data.page(), data.brick(), data.text()):
        assert find_codes(picture) == []


def test_a_picture_without_dense_edges_is_not_searched() -> None:
    assert places(cv2.GaussianBlur(np.random.default_rng(0).integers(0, 255, (512, 512), np.uint8), (0, 0), 1)) == []
