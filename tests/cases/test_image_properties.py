"""What hides in an image file beside its picture is read: EXIF, XMP, IPTC, texts, thumbnails, what follows its end."""

import base64
import io
import struct
import zlib
from typing import Any

import numpy as np
import PIL.Image
import pillow_heif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ImageCms, ImageDraw, PngImagePlugin, TiffImagePlugin
from PIL.ExifTags import IFD, Base

from phivet.cases.coverage import Unread
from phivet.cases.description import Description, Missed, Picture
from phivet.cases.errors import UnreadableError
from phivet.cases.images import Image
from phivet.cases.limits import Limits
from phivet.cases.places import Plane

pillow_heif.register_heif_opener()

LIMITS = Limits()


def drawing(mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> PIL.Image.Image:
    """Something with few colours."""
    image = PIL.Image.new("RGB", size, (10, 20, 30))
    ImageDraw.Draw(image).rectangle((3, 4, 15, 9), fill=(250, 240, 200))
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


def gps(latitude: float, longitude: float) -> dict[int, Any]:
    def parts(degrees: float) -> tuple[float, float, float]:
        minutes = abs(degrees) % 1 * 60
        return float(int(abs(degrees))), float(int(minutes)), round(minutes % 1 * 60, 3)

    return {
        1: "S" if latitude < 0 else "N",
        2: parts(latitude),
        3: "W" if longitude < 0 else "E",
        4: parts(longitude),
        29: "2024:05:06",
    }


def full_exif(thumbnail: bytes = b"") -> bytes:
    """EXIF with attributes in all directories, and `thumbnail` in the last one."""
    exif = PIL.Image.Exif()
    exif[Base.Artist] = "J##rgen Smith"
    exif[Base.XPAuthor] = "محمد العلي".encode("utf-16-le")
    exif[Base.Copyright] = "Dr Lee\0Clinic"
    inner = exif.get_ifd(IFD.Exif)
    inner[Base.UserComment] = b"UNICODE\0" + "NHI ZZZ0016".encode("utf-16-le")
    inner[Base.DateTimeOriginal] = "2024:05:06 07:08:09"
    inner[Base.BodySerialNumber] = "SN-4711"
    inner[Base.MakerNote] = b"\1\2\3Owner Ann Brown\0\0\xfe\xff"
    inner[0x9A01] = b"private words"
    inner[IFD.Interop] = {1: "R98"}
    exif.get_ifd(IFD.GPSInfo).update(gps(-36.848461, 174.763336))
    block = exif.tobytes()[6:].replace(b"##", "ü".encode())
    entries = struct.unpack_from("<H" if block[:2] == b"II" else ">H", block, 8)[0]
    order = "<" if block[:2] == b"II" else ">"
    link = 10 + 12 * entries
    head = block[:link] + struct.pack(order + "I", len(block)) + block[link + 4 :]
    second = struct.pack(order + "H", 3)
    text = b"camera firmware\0"
    after = len(block) + 2 + 3 * 12 + 4
    second += struct.pack(order + "HHII", Base.Software, 2, len(text), after)
    second += struct.pack(order + "HHII", 0x0201, 4, 1, after + len(text))
    second += struct.pack(order + "HHII", 0x0202, 4, 1, len(thumbnail))
    return b"Exif\0\0" + head + second + struct.pack(order + "I", 0) + text + thumbnail


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_exif_of_all_directories_is_read_by_name(name: str) -> None:
    found = values(described(saved(drawing(), name, exif=full_exif())))
    assert found["exif.Artist"] == "Jürgen Smith"
    assert found["exif.XPAuthor"] == "محمد العلي"
    assert found["exif.Copyright"] == "Dr Lee\nClinic"
    assert found["exif.UserComment"] == "NHI ZZZ0016"
    assert found["exif.DateTimeOriginal"] == "2024:05:06 07:08:09"
    assert found["exif.BodySerialNumber"] == "SN-4711"
    assert "Owner Ann Brown" in found["exif.MakerNote"]
    assert found["exif.0x9A01"] == "private words"
    assert found["exif.Interop.InteropIndex"] == "R98"
    assert found["exif.GPSDateStamp"] == "2024:05:06"
    assert found["exif.GPSLatitude"].startswith("36.0 50.0 54.4")
    assert found["exif.IFD1.Software"] == "camera firmware"
    assert "exif.Unlisted" not in found
    latitude, longitude = (float(part) for part in found["exif.GPSPosition"].split(", "))
    assert (latitude, longitude) == pytest.approx((-36.848461, 174.763336), abs=1e-5)


@pytest.mark.parametrize(
    ("comment", "text"),
    [
        (b"ASCII\0\0\0J. Smith", "J. Smith"),
        (b"\0\0\0\0\0\0\0\0Zo\xc3\xab", "Zoë"),
        (b"UNICODE\0" + "Zoë".encode("utf-16-be"), "Zoë"),
        (b"UNICODE\0" + "Zoë".encode("utf-16"), "Zoë"),
        (b"JIS\0\0\0\0\0" + "山田太郎".encode("iso2022_jp"), "山田太郎"),
        (b"just text", "just text"),
    ],
)
def test_a_user_comment_is_read_in_its_own_character_code(comment: bytes, text: str) -> None:
    exif = PIL.Image.Exif()
    exif.get_ifd(IFD.Exif)[Base.UserComment] = comment
    assert values(described(saved(drawing(), "JPEG", exif=exif)))["exif.UserComment"] == text


def test_the_thumbnail_that_shows_what_was_cropped_away_is_an_icon() -> None:
    thumbnail = saved(drawing("RGB", (64, 40)), "JPEG")
    image = opened(saved(drawing(), "JPEG", exif=full_exif(thumbnail)))
    description = image.describe()
    assert pictures(description, Plane.ICON) == Picture(Plane.ICON, 1)
    assert image.view(Plane.ICON, 0).shape == (40, 64, 3)
    assert opened(saved(drawing(), "JPEG", exif=full_exif(thumbnail))).view(Plane.ICON, 0).shape == (40, 64, 3)
    assert "exif.Unlisted" not in values(description)


def test_text_in_exif_that_no_directory_lists_is_read() -> None:
    found = values(described(saved(drawing(), "JPEG", exif=full_exif() + b"\0\0Smith, John 1961")))
    assert "Smith, John 1961" in found["exif.Unlisted"]


def test_damaged_exif_is_reported_and_read_as_far_as_it_goes() -> None:
    description = described(saved(drawing(), "JPEG", exif=b"Exif\0\0XX*\0nonsense Smith, John"))
    assert "Smith, John" in values(description)["exif.Unlisted"]
    assert Missed(Unread.CORRUPT) in description.missed
    assert pictures(description, Plane.PIXELS)


XMP = '<?xpacket begin=""?><x:xmpmeta><dc:creator>J. Smith</dc:creator>{}</x:xmpmeta>'


def jpeg_with(*segments: tuple[int, bytes]) -> bytes:
    data = saved(drawing(), "JPEG")
    added = b"".join(struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body for marker, body in segments)
    return data[:2] + added + data[2:]


@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF", "WEBP", "HEIF", "AVIF"])
def test_xmp_is_read_in_every_format_that_has_it(name: str) -> None:
    packet = XMP.format("").encode()
    if name == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", packet.decode())
        data = saved(drawing(), name, pnginfo=info)
    elif name == "TIFF":
        data = saved(drawing(), name, tiffinfo={700: packet})
    else:
        data = saved(drawing(), name, xmp=packet)
    assert "<dc:creator>J. Smith</dc:creator>" in values(described(data))["xmp"]


def test_extended_xmp_is_put_together_and_its_pictures_become_icons() -> None:
    preview = base64.b64encode(saved(drawing(size=(33, 22)), "JPEG")).decode()
    packet = XMP.format(f"<xmpGImg:image>{preview[:100]}&#xA;{preview[100:]}</xmpGImg:image>Dr Jones").encode()
    head = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">I", len(packet))
    cut = len(packet) // 2
    parts = [(0xE1, head + struct.pack(">I", at) + packet[at : at + cut + 1]) for at in (cut + 1, 0)]
    image = opened(jpeg_with(*parts))
    description = image.describe()
    text = values(description)["xmp"]
    assert "J. Smith" in text
    assert "Dr Jones" in text
    assert preview[:50] not in text
    assert image.view(Plane.ICON, 0).shape == (22, 33, 3)


def iptc_records() -> bytes:
    def dataset(record: int, number: int, value: bytes) -> bytes:
        if len(value) < 0x8000:
            return struct.pack(">BBBH", 0x1C, record, number, len(value)) + value
        return struct.pack(">BBBHI", 0x1C, record, number, 0x8004, len(value)) + value

    return b"".join(
        dataset(*each)
        for each in [
            (1, 90, b"\x1b%G"),
            (2, 80, "Zoë Smith".encode()),
            (2, 25, b"knee"),
            (2, 25, b"Mr Brown"),
            (2, 90, b"Whang\xe2rei"),
            (2, 120, b"x" * 40_000 + b"caption"),
            (2, 199, b"unnamed"),
        ]
    )


def photoshop(*resources: tuple[int, bytes]) -> bytes:
    return b"".join(
        b"8BIM" + struct.pack(">HxxI", number, len(body)) + body + b"\0" * (len(body) % 2) for number, body in resources
    )


@pytest.mark.parametrize("way", ["jpeg", "tiff", "tiff in photoshop", "png"])
def test_iptc_is_read_by_name(way: str) -> None:
    resource = photoshop((0x0404, iptc_records()))
    if way == "jpeg":
        data = jpeg_with((0xED, b"Photoshop 3.0\0" + resource))
    elif way == "tiff":
        data = saved(drawing(), "TIFF", tiffinfo={33723: iptc_records()})
    elif way == "png":
        info = PngImagePlugin.PngInfo()
        info.add_text("Raw profile type iptc", f"\niptc\n{len(resource):8}\n{resource.hex()}\n", zip=True)
        data = saved(drawing(), "PNG", pnginfo=info)
    else:
        data = saved(drawing(), "TIFF", tiffinfo={34377: resource})
    found = values(described(data))
    assert found["iptc.By-line"] == "Zoë Smith"
    assert (found["iptc.Keywords"], found["iptc.Keywords[1]"]) == ("knee", "Mr Brown")
    assert found["iptc.City"] == "Whangârei"
    assert found["iptc.Caption-Abstract"].endswith("caption")
    assert found["iptc.2:199"] == "unnamed"


def test_photoshop_thumbnails_and_captions_are_seen() -> None:
    thumbnail = b"\0" * 28 + saved(drawing(size=(30, 20)), "JPEG")
    image = opened(jpeg_with((0xED, b"Photoshop 3.0\0" + photoshop((0x040C, thumbnail), (0x03F0, b"\x0bSmith, John")))))
    assert "Smith, John" in values(image.describe())["photoshop.0x03F0"]
    assert image.view(Plane.ICON, 0).shape == (20, 30, 3)


def test_all_comments_of_a_jpeg_and_the_text_of_unknown_segments_are_read() -> None:
    found = values(described(jpeg_with((0xFE, b"first: Smith"), (0xFE, b"second: Jones"), (0xE7, b"\1\2vendor Brown"))))
    assert (found["jpeg.Comment"], found["jpeg.Comment[1]"]) == ("first: Smith", "second: Jones")
    assert found["jpeg.APP7"] == "vendor Brown"


def test_all_text_chunks_of_a_png_are_read_even_those_after_the_pixels() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "for J. Smith")
    info.add_text("Comment", "and A. Brown", zip=True)
    info.add_itxt("Author", "Zoë", lang="en", tkey="Auteur")
    info.add(b"prVt", b"\0\1private Jones\0")
    info.add(b"teXt", b"late Miller", after_idat=True)
    found = values(described(saved(drawing(), "PNG", pnginfo=info)))
    assert (found["png.Comment"], found["png.Comment[1]"]) == ("for J. Smith", "and A. Brown")
    assert "Zoë" in found["png.Author"]
    assert found["png.prVt"] == "private Jones"
    assert found["png.teXt"] == "late Miller"


def test_a_text_chunk_that_unpacks_without_end_is_too_large() -> None:
    info = PngImagePlugin.PngInfo()
    info.add(b"zTXt", b"Comment\0\0" + zlib.compress(b"A" * 50_000_000))
    with pytest.raises(UnreadableError) as caught:
        opened(saved(drawing(), "PNG", pnginfo=info))
    assert caught.value.reason is Unread.SIZE


def test_gif_comments_are_read() -> None:
    frames = [drawing("P"), drawing("P").rotate(180)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], comment=b"Smith " * 60)
    assert values(described(data))["gif.Comment"].count("Smith") == 60
    packet = XMP.format("").encode()
    application = b"\x21\xff\x0bXMP DataXMP" + packet + bytes([1, *range(255, -1, -1), 0])
    found = described(data[:-1] + application + b";")
    assert values(found)["xmp"] == packet.decode()
    assert found.missed == ()


def test_tiff_tags_of_every_page_are_read_once_each() -> None:
    file = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(file) as writer:
        for text in ("Smith, John", "Brown, Ann"):
            drawing().save(writer, "TIFF", tiffinfo={270: text, 315: "Dr Lee", 65000: b"private \0 words here"})
            writer.newFrame()
    found = values(described(file.getvalue()))
    assert (found["tiff.ImageDescription"], found["tiff[1].ImageDescription"]) == ("Smith, John", "Brown, Ann")
    assert found["tiff.Artist"] == "Dr Lee"
    assert "tiff[1].Artist" not in found
    assert "words here" in found["tiff.0xFDE8"]


def test_exif_and_gps_of_a_tiff_are_read() -> None:
    exif = PIL.Image.Exif()
    exif.get_ifd(IFD.Exif)[Base.UserComment] = b"ASCII\0\0\0J. Smith"
    exif.get_ifd(IFD.GPSInfo).update(gps(51.5, -0.125))
    found = values(described(saved(drawing(), "TIFF", exif=exif.tobytes())))
    assert found["exif.UserComment"] == "J. Smith"
    assert found["exif.GPSPosition"] == "51.500000, -0.125000"


def test_pictures_in_directories_that_are_not_pages_are_reported() -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[330] = 8
    tags.tagtype[330] = 4
    assert Missed(Unread.MEDIUM) in described(saved(drawing(), "TIFF", tiffinfo=tags)).missed
    assert Missed(Unread.MEDIUM) in described(saved(drawing(), "TIFF", tiffinfo={37724: b"Adobe Photoshop"})).missed


def test_the_colour_profile_names_the_monitor() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert "sRGB" in values(described(saved(drawing(), "JPEG", icc_profile=profile)))["icc.profile_description"]


@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_text_after_the_end_of_the_image_is_read(name: str) -> None:
    description = described(saved(drawing(), name) + b"\0\0Patient: Smith, John\n")
    assert values(description)["trailing"] == "Patient: Smith, John"
    assert description.missed == ()


@pytest.mark.parametrize(
    "appended",
    [
        b"PK\3\4 and so on",
        b"\0\0\0\x18ftypmp42" + b"\0" * 50,
        b"%PDF-1.7 ...",
        b"\x89PNG\r\n\x1a\n...",
        bytes(range(256)) * 40,
        b"a" * 1_000_001,
    ],
)
def test_another_file_after_the_end_of_the_image_is_reported(appended: bytes) -> None:
    assert described(saved(drawing(), "PNG") + appended).missed


def seeds() -> list[bytes]:
    thumbnail = saved(drawing(size=(16, 16)), "JPEG")
    frames = [drawing("P", (24, 16)), drawing("P", (24, 16)).rotate(180)]
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "for J. Smith", zip=True)
    small = drawing(size=(24, 16))
    return [
        saved(small, "JPEG", exif=full_exif(thumbnail), xmp=XMP.format("").encode()),
        jpeg_with((0xED, b"Photoshop 3.0\0" + photoshop((0x0404, iptc_records()[:200])))),
        saved(small.convert("RGBA"), "PNG", pnginfo=info, exif=full_exif()),
        saved(frames[0], "GIF", save_all=True, append_images=frames[1:], comment=b"for J. Smith"),
        saved(small, "TIFF", save_all=True, append_images=frames, tiffinfo={270: "for J. Smith"}),
        saved(small, "TIFF", compression="tiff_lzw"),
        saved(small.convert("RGBA"), "WEBP", exif=full_exif()),
        saved(small, "BMP"),
        saved(small, "JPEG2000"),
        saved(small, "ICO"),
    ]


SEEDS = seeds()


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=12),
    st.floats(0.2, 1),
)
def test_a_mutated_image_is_read_or_is_an_error_of_phivet(
    data: bytes, changes: list[tuple[float, int]], kept: float
) -> None:
    mutated = bytearray(data)
    for where, byte in changes:
        mutated[int(where * len(mutated))] = byte
    try:
        image = opened(bytes(mutated[: int(kept * len(mutated))]), Limits(pixels=1_000_000))
        description = image.describe()
    except UnreadableError:
        return
    assert Description.from_json(description.as_json()) == description
    for picture in description.pictures:
        for index in range(min(picture.count, 3)):
            try:
                seen = image.view(picture.plane, index)
                stored = image.stored(picture.plane, index)
            except UnreadableError:
                continue
            assert seen.dtype == np.uint8
            assert seen.ndim == 2 or (seen.ndim == 3 and seen.shape[2] == 3)
            assert stored.shape[:2] == seen.shape[:2]
