"""Images of every format and mode are seen in their stored geometry, frame by frame, damaged ones as far as they go."""

import io
import struct
from typing import Any

import numpy as np
import PIL.Image
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import ImageCms, ImageDraw, ImageOps, TiffImagePlugin
from PIL.ExifTags import Base

from phivet.cases.coverage import Unread
from phivet.cases.description import Description, Missed, Picture
from phivet.cases.errors import UnreadableError
from phivet.cases.images import Image
from phivet.cases.limits import Limits
from phivet.cases.orientation import turn_upright
from phivet.cases.parts import Property
from phivet.cases.places import Plane

pillow_heif.register_heif_opener()

LIMITS = Limits()


def drawing(mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> PIL.Image.Image:
    """Something without symmetry, with few colours."""
    image = PIL.Image.new("RGB", size, (10, 20, 30))
    draw = ImageDraw.Draw(image)
    draw.rectangle((3, 4, 15, 9), fill=(250, 240, 200))
    draw.rectangle((30, 15, 40, 30), fill=(90, 10, 200))
    if mode == "LAB":
        srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        converted = ImageCms.profileToProfile(image, srgb, lab, outputMode="LAB")
        assert converted is not None
        return converted
    types = {"I;16": (np.uint16, 200), "I": (np.int32, -70_000), "F": (np.float32, 0.5)}
    if mode in types:
        dtype, factor = types[mode]
        return PIL.Image.fromarray((np.asarray(image.convert("L")).astype(np.float64) * factor).astype(dtype))
    return image.convert(mode)


def saved(image: PIL.Image.Image, name: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, name, **options)
    return file.getvalue()


def opened(data: bytes, limits: Limits = LIMITS) -> Image:
    return Image(io.BytesIO(data), limits)


def described(data: bytes) -> Description:
    return opened(data).describe()


def values(description: Description) -> dict[str, str]:
    return {entry.path: entry.value for entry in description.properties}


def pictures(description: Description, plane: Plane) -> Picture | None:
    return next((picture for picture in description.pictures if picture.plane is plane), None)


def rgb(image: PIL.Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image.convert("RGB"))


LOSSLESS = {
    "PNG": ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"],
    "TIFF": ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"],
    "GIF": ["1", "L", "P"],
    "BMP": ["1", "L", "P", "RGB"],
    "JPEG2000": ["L", "LA", "RGB", "RGBA", "I;16"],
}


LOSSY = {"JPEG": ["L", "RGB", "CMYK"], "WEBP": ["RGB", "RGBA"], "AVIF": ["L", "RGB"], "HEIF": ["L", "RGB", "RGBA"]}


@pytest.mark.parametrize(("name", "mode"), [(name, mode) for name in LOSSLESS for mode in LOSSLESS[name]])
def test_every_mode_of_every_lossless_format_is_seen_as_it_was_drawn(name: str, mode: str) -> None:
    original = drawing(mode)
    image = opened(saved(original, name))
    assert image.describe().pictures == (Picture(Plane.PIXELS, 1, paged=name == "TIFF"),)
    seen = image.view(Plane.PIXELS, 0)
    assert seen.dtype == np.uint8
    if mode in ("1", "L", "LA"):
        expected: NDArray[Any] = np.asarray(original.convert("L"))
    elif mode in ("I;16", "I", "F"):
        raw = np.asarray(original).astype(np.float64)
        expected = np.round((raw - raw.min()) / (raw.max() - raw.min()) * 255)
    elif mode == "LAB":
        expected = rgb(drawing())
    else:
        expected = rgb(original)
    if seen.ndim == 3 and expected.ndim == 2:  # a GIF turns grey into a palette
        expected = np.stack([expected] * 3, axis=-1)
    assert seen.shape == expected.shape
    assert np.abs(seen.astype(int) - expected).max() <= (4 if mode == "LAB" else 0)
    if mode not in ("1", "LAB") and name != "GIF":
        assert np.array_equal(image.stored(Plane.PIXELS, 0), np.asarray(original))


@pytest.mark.parametrize(("name", "mode"), [(name, mode) for name in LOSSY for mode in LOSSY[name]])
def test_every_mode_of_every_lossy_format_is_seen_nearly_as_it_was_drawn(name: str, mode: str) -> None:
    original = drawing(mode)
    seen = opened(saved(original, name, quality=95)).view(Plane.PIXELS, 0)
    expected = np.asarray(original) if mode == "L" else rgb(original)
    assert seen.shape == expected.shape
    assert np.abs(seen.astype(int) - expected).mean() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["PNG", "JPEG", "TIFF", "WEBP", "AVIF"])
def test_exif_orientation_is_told_and_not_applied(name: str, orientation: int) -> None:
    exif = PIL.Image.Exif()
    exif[Base.Orientation] = orientation
    data = saved(drawing(), name, exif=exif)
    image = opened(data)
    (picture,) = image.describe().pictures
    seen = image.view(Plane.PIXELS, 0)
    assert seen.shape == (32, 48, 3)
    assert np.abs(seen.astype(int) - rgb(drawing())).mean() < 16
    upright = np.asarray(ImageOps.exif_transpose(PIL.Image.open(io.BytesIO(data))).convert("RGB"))
    assert np.array_equal(turn_upright(seen, picture.upright), upright)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "group4"])
def test_a_turned_tiff_page_is_seen_as_stored_whatever_its_compression(compression: str) -> None:
    original = drawing("1" if compression == "group4" else "RGB")
    data = saved(original, "TIFF", compression=compression, tiffinfo={274: 6})
    image = opened(data)
    assert image.describe().pictures[0].upright == 6
    assert image.view(Plane.PIXELS, 0).shape[:2] == (32, 48)
    assert image.stored(Plane.PIXELS, 0).shape[:2] == (32, 48)


def test_a_heif_is_seen_as_its_container_turns_it() -> None:
    exif = PIL.Image.Exif()
    exif[Base.Orientation] = 6
    image = opened(saved(drawing(), "HEIF", exif=exif.tobytes()))
    (picture,) = image.describe().pictures
    assert (picture.upright, image.view(Plane.PIXELS, 0).shape) == (1, (48, 32, 3))


def test_the_pages_of_a_tiff_may_differ_in_size_and_mode() -> None:
    pages = [drawing("RGB", (20, 10)), drawing("L", (30, 40)), drawing("I;16", (8, 9))]
    image = opened(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    assert image.describe().pictures == (Picture(Plane.PIXELS, 3, paged=True),)
    for order in (0, 1, 2), (2, 0, 1), (1, 1, 0):
        shapes = {index: image.view(Plane.PIXELS, index).shape for index in order}
        assert shapes == {index: [(10, 20, 3), (40, 30), (9, 8)][index] for index in shapes}


def test_a_page_turned_otherwise_than_the_first_is_reported() -> None:
    pages = [drawing() for _ in range(3)]
    pages[1].encoderinfo = {"tiffinfo": {274: 3}}
    file = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(file) as writer:
        for page, orientation in zip(pages, (1, 3, 1), strict=True):
            page.save(writer, "TIFF", tiffinfo={274: orientation})
            writer.newFrame()
    assert Missed(Unread.MEDIUM, "1") in described(file.getvalue()).missed


@pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG", "AVIF", "HEIF"])
def test_every_frame_of_an_animation_is_seen(name: str) -> None:
    shades = [PIL.Image.new("RGB", (40, 40), (60 * shade, 0, 0)) for shade in range(4)]
    image = opened(saved(shades[0], name, save_all=True, append_images=shades[1:], duration=100))
    assert image.describe().pictures[0] == Picture(Plane.PIXELS, 4)
    for index in (0, 1, 2, 3, 1, 2, 0):
        assert abs(int(image.view(Plane.PIXELS, index)[20, 20, 0]) - 60 * index) < 12


def test_text_drawn_in_the_alpha_channel_alone_is_seen_in_an_overlay() -> None:
    image = PIL.Image.new("RGBA", (60, 20), (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((5, 5, 20, 10), fill=(0, 0, 0, 255))
    for name in ("PNG", "TIFF", "WEBP"):
        read = opened(saved(image, name))
        assert [picture.plane for picture in read.describe().pictures] == [Plane.PIXELS, Plane.OVERLAY]
        assert np.array_equal(read.view(Plane.OVERLAY, 0), np.asarray(image)[..., 3])
        assert not read.view(Plane.PIXELS, 0).any()


def test_text_in_transparent_pixels_is_seen_in_the_colours() -> None:
    image = drawing("RGBA")
    image.putalpha(PIL.Image.new("L", image.size, 0))
    assert np.array_equal(opened(saved(image, "PNG")).view(Plane.PIXELS, 0), rgb(drawing()))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "I;16"])
def test_a_transparent_colour_is_seen_in_an_overlay(mode: str) -> None:
    original = drawing(mode)
    background = original.getpixel((0, 0))
    image = opened(saved(original, "PNG", transparency=background))
    assert [picture.plane for picture in image.describe().pictures] == [Plane.PIXELS, Plane.OVERLAY]
    opacity = image.view(Plane.OVERLAY, 0)
    assert (opacity[0, 0], opacity[6, 6]) == (0, 255)


def test_the_second_image_of_an_mpo_is_an_icon_and_so_is_a_jpeg_appended_to_a_jpeg() -> None:
    first, second = drawing(), drawing(size=(40, 20))
    for data in (
        saved(first, "MPO", save_all=True, append_images=[second]),
        saved(first, "JPEG") + b"\0\0" + saved(first, "JPEG", comment=b"of J. Smith"),
    ):
        image = opened(data)
        description = image.describe()
        assert description.missed == ()
        assert pictures(description, Plane.PIXELS) == Picture(Plane.PIXELS, 1)
        assert pictures(description, Plane.ICON) == Picture(Plane.ICON, 1)
        assert image.view(Plane.PIXELS, 0).shape == (32, 48, 3)
        assert image.view(Plane.ICON, 0).shape in ((20, 40, 3), (32, 48, 3))
    assert Property("image[1].jpeg.Comment", "of J. Smith") in description.properties


def test_heif_thumbnails_and_exif_are_seen() -> None:
    heif = pillow_heif.from_pillow(drawing(size=(200, 100)))
    heif[0].info["thumbnails"] = [64]
    file = io.BytesIO()
    heif.save(file, thumbnails=[64])
    image = opened(file.getvalue())
    assert pictures(image.describe(), Plane.ICON) == Picture(Plane.ICON, 1)
    assert image.view(Plane.ICON, 0).shape == (32, 64, 3)


@pytest.mark.parametrize("name", ["PNG", "JPEG", "TIFF", "BMP", "JPEG2000", "GIF"])
def test_a_truncated_image_is_corrupt(name: str) -> None:
    noise = PIL.Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
    data = saved(noise, name)
    with pytest.raises(UnreadableError) as caught:
        opened(data[: len(data) // 2]).view(Plane.PIXELS, 0)
    assert caught.value.reason is Unread.CORRUPT


def test_frames_before_the_damage_are_seen() -> None:
    noise = [PIL.Image.fromarray(np.random.default_rng(seed).integers(0, 256, (64, 64), np.uint8)) for seed in range(4)]
    for name in ("GIF", "TIFF"):
        data = saved(noise[0], name, save_all=True, append_images=noise[1:])
        image = opened(data[: len(data) * 5 // 8])
        description = image.describe()
        assert np.array_equal(image.view(Plane.PIXELS, 1).reshape(64, 64, -1)[..., 0], np.asarray(noise[1]))
        if name == "GIF":
            assert Missed(Unread.CORRUPT) in description.missed


def test_a_broken_page_does_not_hide_the_next() -> None:
    file = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(file) as writer:
        for page in range(3):
            drawing("L", (20 + page, 10)).save(writer, "TIFF", tiffinfo={270: f"page {page}"})
            writer.newFrame()
    data = bytearray(file.getvalue())
    second = data.index(struct.pack("<HHII", 256, 4, 1, 21)) if data[:2] == b"II" else -1
    data[second + 8 : second + 12] = struct.pack("<I", 0)  # a width of none
    image = opened(bytes(data))
    description = image.describe()
    assert pictures(description, Plane.PIXELS) == Picture(Plane.PIXELS, 3, paged=True)
    assert image.view(Plane.PIXELS, 2).shape == (10, 22)
    with pytest.raises(UnreadableError):
        image.view(Plane.PIXELS, 1)


def test_a_picture_beyond_the_limit_of_pixels_is_not_decoded() -> None:
    data = saved(PIL.Image.new("1", (1000, 1000)), "PNG")
    with pytest.raises(UnreadableError) as caught:
        opened(data, Limits(pixels=999_999)).view(Plane.PIXELS, 0)
    assert caught.value.reason is Unread.SIZE
    assert opened(data, Limits(pixels=1_000_000)).view(Plane.PIXELS, 0).shape == (1000, 1000)


def test_what_pillow_warns_of_as_a_bomb_is_read_within_the_limits() -> None:
    data = saved(PIL.Image.new("1", (20_000, 5_000)), "PNG")
    assert opened(data).view(Plane.PIXELS, 0).shape == (5_000, 20_000)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xd8\xff\xc0\x00\x0b\x0c\x00\x10\x00\x10\x01\x01\x11\x00", Unread.CODEC),  # 12 bits a sample
        (b"\x89PNG\r\n\x1a\n", Unread.CORRUPT),
        (b"\xff\xd8\xff\xe0", Unread.CORRUPT),
        (b"II*\0\x08\0\0\0", Unread.CORRUPT),
        (b"GIF89a", Unread.CORRUPT),
        (b"8BPS\0\1", Unread.MEDIUM),
        (b"%!PS-Adobe-3.0 EPSF-3.0", Unread.MEDIUM),
        (b"", Unread.MEDIUM),
    ],
)
def test_what_cannot_be_opened_says_why(data: bytes, reason: Unread) -> None:
    with pytest.raises(UnreadableError) as caught:
        opened(data)
    assert caught.value.reason is reason


@pytest.mark.parametrize("index", [-1, 1, 10_000])
@pytest.mark.parametrize("plane", list(Plane))
def test_a_picture_that_is_not_there_is_an_error_of_phivet(plane: Plane, index: int) -> None:
    with pytest.raises(UnreadableError):
        opened(saved(drawing(), "PNG")).view(plane, index)
