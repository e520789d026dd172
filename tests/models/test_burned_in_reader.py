import cv2
import numpy as np
import pytest
import torch
from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont

from phivet.models.burned_in_reader import HEIGHT, Reader, batch, line
from phivet.models.burned_in_reader_net import LETTERS, Crnn, from_easyocr

reader = Reader()


def crop(text: str, size: int = 16) -> np.ndarray:  # type: ignore[type-arg]
    font = ImageFont.truetype(f"{get_data_path()}/fonts/ttf/DejaVuSans.ttf", size)
    picture = Image.new("L", (int(font.getlength(text)) + 8, round(size * 1.4)))
    ImageDraw.Draw(picture).text((4, 2), text, fill=230, font=font)
    return np.asarray(picture)


@pytest.mark.parametrize("text", ["SMITH^JOHN", "DOB: 12/03/1951", "ID 00482913", "Chest PA"])
def test_what_consoles_write_is_read(text: str) -> None:
    ((read, sure),) = reader.read([crop(text)])
    assert read.replace(" ", "") == text.replace(" ", "")
    assert sure > 0.5


def test_polarity_colour_and_direction_make_no_difference() -> None:
    upright = crop("WILLIAMS 1951", 20)
    ways = [upright, 255 - upright, np.repeat(upright[..., None], 3, 2), np.rot90(upright), np.rot90(upright, 3)]
    assert [text for text, _ in reader.read(ways)] == ["WILLIAMS 1951"] * len(ways)


def test_lines_are_given_back_in_their_order_however_long() -> None:
    texts = ["R", "MARGARET ANDERSON 1962", "kV 120"] * 8
    read = [text for text, _ in reader.read([crop(text) for text in texts])]
    assert read == texts


@pytest.mark.parametrize("turn", [0, 1], ids=["lying", "standing"])
def test_small_letters_between_other_lines_are_read_from_closer(turn: int) -> None:
    small = np.rot90(crop("PEMBERTON", 9), turn)
    read, looked = Reader(), []
    read._read = lambda lines: [looked.append(each.shape) or ("PEM", 0.4) for each in lines]  # type: ignore[method-assign, func-returns-value, assignment, misc]
    assert read.read([small]) == [("PEM", 0.4)]
    assert len(looked) == 2 * (1 + turn) and looked[-1][1] > looked[0][1]


def test_nothing_is_read_where_nothing_stands() -> None:
    assert reader.read([]) == []
    ((text, sure),) = reader.read([np.zeros((12, 60), np.uint8)])
    assert len(text) < 3 and 0 <= sure <= 1


def test_crops_of_one_pixel_do_no_harm() -> None:
    assert (
        len(reader.read([np.zeros((1, 1), np.uint8), np.zeros((3, 900), np.uint8), np.zeros((900, 2), np.uint8)])) == 3
    )


def test_a_line_becomes_light_on_dark_at_one_height() -> None:
    made = line(255 - crop("ABC"))
    assert made.shape[0] == HEIGHT and np.median(made) < -0.8 and made.max() > 0.9
    assert batch([made, made[:, :20]]).shape == (2, 1, HEIGHT, made.shape[1])


def test_the_network_computes_what_easyocr_computes() -> None:
    from easyocr.model.vgg_model import Model

    torch.manual_seed(2)
    stock = Model(1, 256, 256, 1 + len(LETTERS)).eval()
    ours = Crnn().eval()
    ours.load_state_dict(from_easyocr(stock.state_dict()))
    lines = torch.rand(2, 1, 64, 130) * 2 - 1
    with torch.no_grad():
        assert torch.allclose(ours(lines), stock(lines, None), atol=1e-4)


def test_a_ruler_and_a_curve_read_as_nothing_for_sure() -> None:
    ruler = np.zeros((16, 120), np.uint8)
    ruler[10:, ::12] = 200
    curve = np.zeros((40, 160), np.uint8)
    x = np.arange(160)
    points = np.stack([x, 20 + 14 * np.sin(x / 25)], 1).astype(np.int32)
    cv2.polylines(curve, [points], False, 220, 2)
    for text, sure in reader.read([ruler, curve]):
        assert text == "" and sure > 0.9
