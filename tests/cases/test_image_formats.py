"""What an image's format wraps around its picture: nothing of it names a property, nothing is left out untold."""

import struct
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from phivet.cases.coverage import Unread
from phivet.cases.description import Description
from phivet.cases.images import Image as ImageFile
from phivet.cases.limits import Limits
from phivet.cases.places import Plane


def saved(format_name: str, **options: object) -> bytes:
    file = BytesIO()
    Image.new("L", (8, 8), 99).save(file, format_name, **options)
    return file.getvalue()


def described(data: bytes) -> Description:
    return ImageFile(BytesIO(data), Limits()).describe()


def test_a_keyword_of_a_png_is_read_and_is_no_path_for_it_may_be_a_patient() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Jane Doe", "born 1951")
    info.add_text("Author", "Dr Brown")
    found = described(saved("PNG", pnginfo=info)).properties
    assert {each.path: each.value for each in found} == {"png.Text": "Jane Doe: born 1951", "png.Author": "Dr Brown"}


@pytest.mark.parametrize(
    ("name", "path"), [(b"note", "webp.note"), (b"J. D", "webp.block"), (b"\xe9\0<>", "webp.block")]
)
def test_a_block_is_named_as_its_format_does_if_that_is_a_name(name: bytes, path: str) -> None:
    chunk = name + struct.pack("<I", 8) + b"Jane Doe"
    data = saved("WEBP") + chunk
    data = data[:4] + struct.pack("<I", len(data) - 8) + data[8:]
    assert {each.path: each.value for each in described(data).properties} == {path: "Jane Doe"}


def test_more_images_in_a_jpeg_than_are_looked_at_are_told() -> None:
    description = described(saved("JPEG") * 100)
    assert [(each.plane, each.count) for each in description.pictures] == [(Plane.PIXELS, 1), (Plane.ICON, 64)]
    assert [missed.reason for missed in description.missed] == [Unread.SIZE]
