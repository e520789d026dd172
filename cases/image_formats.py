"""What each image format wraps around its picture, found at the places that its standard names."""

import zlib
from collections.abc import Callable, Mapping
from typing import Any, Literal

from PIL.ExifTags import TAGS
from PIL.Image import Exif
from PIL.TiffTags import TAGS_V2

from phivet.cases import image_exif, image_iptc
from phivet.cases.coverage import Unread
from phivet.cases.image_blocks import (
    JPEG_START,
    Block,
    Content,
    Layout,
    bmp_layout,
    box_layout,
    gif_data,
    gif_layout,
    jpeg_layout,
    jpegs_in,
    png_layout,
    webp_layout,
)
from phivet.cases.image_properties import MOST_ICONS, MOST_LONG, Wrapping
from phivet.cases.readable import readable
from phivet.cases.text_decoding import decode_short

_LAYOUTS: Mapping[str, Callable[[Content], Layout]] = {
    "PNG": png_layout,
    "GIF": gif_layout,
    "WEBP": webp_layout,
    "HEIF": box_layout,
    "AVIF": box_layout,
    "JPEG2000": box_layout,
    "BMP": bmp_layout,
}
_PNG_KEYWORDS = frozenset({
    "Title", "Author", "Description", "Copyright", "Creation Time", "Software", "Disclaimer", "Warning", "Source",
    "Comment", "Collection", "Artist", "Photographer", "date:create", "date:modify", "date:timestamp",
})  # fmt: skip
"""Which name a property (PNG, section 11.3.3.2, and what cameras and ImageMagick add); another may name a patient."""
_ADOBE_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_ADOBE_EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_XMP, _IPTC, _PHOTOSHOP, _ICC, _SUB_IFDS, _LAYERS = 700, 33723, 34377, 34675, 330, 37724
_NO_TEXT = frozenset({34665, 34853, 347, 273, 279, 324, 325, 320, 50341})  # directories, strips, tables, print settings


def add_wrapping(
    wrapping: Wrapping, format_name: str, content: Content, info: Mapping[str | tuple[int, int], Any]
) -> Layout:
    """Add all that a file of this Pillow format, but TIFF, holds beside its picture; `info` is what Pillow read."""
    if isinstance(profile := info.get("icc_profile"), bytes) and profile:
        wrapping.add_icc(profile)
    if format_name in ("JPEG", "MPO"):
        return _add_jpeg(wrapping, content)
    layout = _LAYOUTS[format_name](content) if format_name in _LAYOUTS else Layout(end=len(content))
    if format_name == "PNG":
        _add_png_chunks(wrapping, layout.blocks)
    elif format_name == "GIF":
        _add_gif_blocks(wrapping, layout.blocks)
    else:
        _add_chunks(wrapping, format_name.lower(), layout.blocks)
    if format_name in ("HEIF", "AVIF", "JPEG2000"):
        _add_info(wrapping, format_name.lower(), info)
    if layout.too_large:
        wrapping.missed.add(Unread.SIZE)
    if layout.truncated:
        wrapping.missed.add(Unread.CORRUPT)
    wrapping.add_trailing(content, layout.end, len(content))
    return layout


def _add_info(wrapping: Wrapping, kind: str, info: Mapping[str | tuple[int, int], Any]) -> None:
    """What the codec libraries take out of HEIF, AVIF and JPEG 2000."""
    if info.get("exif"):
        wrapping.add_exif(info["exif"])
    if info.get("xmp"):
        wrapping.add_xmp(info["xmp"])
    if isinstance(comment := info.get("comment"), bytes | str):
        wrapping.add(f"{kind}.Comment", comment if isinstance(comment, str) else decode_short(comment))
    for item in info.get("metadata") or ():
        if item.get("type") not in ("Exif", "XMP"):
            wrapping.add(f"{kind}.metadata", readable(bytes(item.get("data") or b"")))


def _add_jpeg(wrapping: Wrapping, content: Content) -> Layout:
    """All images of a JPEG or MPO file: the segments of each, and all but the first as icons (CIPA DC-007)."""
    start, ordinal = 0, 0
    while True:
        layout = jpeg_layout(content, start)
        wrapping.prefix = f"image[{ordinal}]." if ordinal else ""
        if ordinal:
            wrapping.add_icons([content[start : layout.end]])
        if layout.too_large:
            wrapping.missed.add(Unread.SIZE)
        _add_segments(wrapping, layout.blocks)
        wrapping.prefix = ""
        following = JPEG_START.search(content, layout.end)
        wrapping.add_trailing(content, layout.end, following.start() if following else len(content))
        if following is None:
            return layout
        if ordinal >= MOST_ICONS:
            wrapping.missed.add(Unread.SIZE)
            return layout
        start, ordinal = following.start(), ordinal + 1


def _add_segments(wrapping: Wrapping, blocks: list[Block]) -> None:
    joined: dict[str, bytes] = {}
    extended: dict[bytes, list[tuple[int, bytes]]] = {}
    for block in blocks:
        name, data = block.name, block.data
        if name == "COM":
            wrapping.add("jpeg.Comment", decode_short(data))
        elif name == "APP1" and data.startswith(b"Exif\0"):
            joined["exif"] = joined.get("exif", b"") + data[6:]
        elif name == "APP1" and data.startswith(_ADOBE_XMP):
            wrapping.add_xmp(data[len(_ADOBE_XMP) :])
        elif name == "APP1" and data.startswith(_ADOBE_EXTENDED_XMP):
            rest = data[len(_ADOBE_EXTENDED_XMP) :]
            extended.setdefault(rest[:32], []).append((int.from_bytes(rest[36:40], "big"), rest[40:]))
        elif name == "APP13" and data.startswith(b"Photoshop 3.0\0"):
            joined["photoshop"] = joined.get("photoshop", b"") + data[14:]
        elif not (name == "APP2" and data.startswith((b"ICC_PROFILE\0", b"MPF\0"))) and name != "APP14":
            images, rest = jpegs_in(data)
            wrapping.add_icons(images)
            wrapping.add(f"jpeg.{name}", readable(rest))
    for packet in extended.values():
        wrapping.add_xmp(b"".join(part for _, part in sorted(packet)))
    if "exif" in joined:
        wrapping.add_exif(joined["exif"])
    if "photoshop" in joined:
        wrapping.add_photoshop(joined["photoshop"])


def _add_png_chunks(wrapping: Wrapping, blocks: list[Block]) -> None:
    """tEXt, zTXt, iTXt (PNG, section 11.3.3), eXIf, and what is readable in the others."""
    for block in blocks:
        if block.name == "eXIf":
            wrapping.add_exif(block.data)
        elif block.name in ("tEXt", "zTXt", "iTXt"):
            keyword, _, rest = block.data.partition(b"\0")
            text = _png_text(wrapping, block.name, rest)
            if keyword.startswith(b"XML:com.adobe.xmp"):
                wrapping.add_xmp(text)
            elif keyword.startswith(b"Raw profile type "):
                _add_raw_profile(wrapping, keyword[17:], text)
            elif (name := decode_short(keyword)) in _PNG_KEYWORDS:
                wrapping.add(f"png.{name}", decode_short(text), MOST_LONG)
            else:
                wrapping.add("png.Text", f"{name}: {decode_short(text)}", MOST_LONG)
        elif block.name != "IHDR":
            wrapping.add(_path("png", block), readable(block.data))


def _png_text(wrapping: Wrapping, kind: str, rest: bytes) -> bytes:
    """The text after the keyword; of iTXt with its language and translated keyword before it."""
    packed, before = kind == "zTXt", b""
    if kind == "zTXt":
        rest = rest[1:]
    elif kind == "iTXt":
        packed = rest[:1] == b"\1"
        language, _, rest = rest[2:].partition(b"\0")
        translated, _, rest = rest.partition(b"\0")
        before = b"\n".join(part for part in (language, translated) if len(part) > 5)
    if packed:
        inflate = zlib.decompressobj()
        try:
            rest = inflate.decompress(rest, MOST_LONG)
        except zlib.error:
            wrapping.missed.add(Unread.CORRUPT)
            return before
        if inflate.unconsumed_tail:
            wrapping.missed.add(Unread.SIZE)
    return b"\n".join(part for part in (before, rest) if part)


def _add_raw_profile(wrapping: Wrapping, kind: bytes, text: bytes) -> None:
    """A profile in hexadecimal, as ImageMagick writes it: its name, its length, its digits."""
    try:
        data = bytes.fromhex("".join(text.decode("ascii").split()[2:]))
    except (UnicodeDecodeError, ValueError):
        wrapping.add("png.Raw profile", readable(text))
        return
    if kind in (b"exif", b"APP1"):
        wrapping.add_exif(data)
    elif kind == b"xmp":
        wrapping.add_xmp(data)
    elif kind in (b"iptc", b"8bim"):
        wrapping.add_photoshop(data[14:] if data.startswith(b"Photoshop 3.0\0") else data)
    elif kind not in (b"icc", b"icm"):
        wrapping.add("png.Raw profile", readable(data))


def _add_gif_blocks(wrapping: Wrapping, blocks: list[Block]) -> None:
    """Comments, plain texts, XMP and other application data."""
    for block in blocks:
        if block.name == "FF" and block.data[1:12] == b"XMP DataXMP":
            wrapping.add_xmp(block.data[12:].partition(b"\1\xff\xfe")[0])  # its magic trailer ends it
        elif block.name == "FF":
            wrapping.add("gif.Application", readable(gif_data(block.data)))
        elif block.name == "FE":
            wrapping.add("gif.Comment", decode_short(gif_data(block.data)))
        else:
            wrapping.add("gif.Text", readable(gif_data(block.data)[12:]) or readable(gif_data(block.data)))


def _add_chunks(wrapping: Wrapping, kind: str, blocks: list[Block]) -> None:
    """The chunks of a WebP or the boxes of a HEIF, AVIF or JPEG 2000 file: EXIF and XMP, and what is readable."""
    for block in blocks:
        if block.name == "EXIF":
            wrapping.add_exif(block.data)
        elif block.name == "XMP ":
            wrapping.add_xmp(block.data)
        elif block.name in ("moov", "mpvd"):  # a film beside the picture
            wrapping.missed.add(Unread.MEDIUM)
        else:
            wrapping.add(_path(kind, block), readable(block.data))


def _path(kind: str, block: Block) -> str:
    """What the property is called that such a block becomes: by the block's name if that is letters and digits."""
    name = block.name.strip()
    return f"{kind}.{name}" if name.isascii() and name.isalnum() else f"{kind}.block"


def add_tiff_page(wrapping: Wrapping, page: int, tags: Any, directories: Exif) -> None:
    """The texts among the tags of a page (TIFF 6.0, section 8), and its EXIF.

    They are `tiff.Artist` on page 0, and `tiff[1].Artist` on page 1 where it differs.
    """
    order: Literal["little", "big"] = "little" if tags.prefix == b"II" else "big"
    for tag in list(tags):
        value = tags.get(tag)
        if tag == _XMP:
            wrapping.add_xmp(_packed(value, 1, order))
        elif tag == _IPTC:
            wrapping.add_all("iptc", image_iptc.records(_packed(value, 4, order)))
        elif tag == _PHOTOSHOP:
            wrapping.add_photoshop(_packed(value, 1, order))
        elif tag == _ICC:
            wrapping.add_icc(_packed(value, 1, order))
        elif tag in (_SUB_IFDS, _LAYERS):  # pictures in directories of their own, Photoshop's layers: nobody reads them
            wrapping.missed.add(Unread.MEDIUM)
        elif tag not in _NO_TEXT and isinstance(value, str | bytes):
            name = TAGS_V2[tag].name if tag in TAGS_V2 else TAGS.get(tag, f"0x{tag:04X}")
            text = image_exif.as_text(tag, value, "<")
            if page == 0 or not wrapping.holds(f"tiff.{name}", text):
                wrapping.add(f"tiff[{page}].{name}" if page else f"tiff.{name}", text, MOST_LONG)
    wrapping.add_all("exif", image_exif.attributes(directories, is_tiff=True))


def _packed(value: Any, size: int, order: Literal["little", "big"]) -> bytes:
    """The bytes of a tag's value, however its writer typed it: as bytes or as numbers of `size` bytes."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    numbers = value if isinstance(value, tuple) else (value,)
    return b"".join((n % 256**size).to_bytes(size, order) for n in numbers if isinstance(n, int))
