"""The blocks beside the pixels of an image file, as its container format lays them out, and where the image ends.

Walked here and not by Pillow, for Pillow keeps one comment of several, refuses a picture for the size of a text, and
does not say what stands after the end. Nothing is decoded. Damaged structure ends the walk; nothing is raised.
"""

import mmap
import re
import struct
from dataclasses import dataclass, field
from typing import BinaryIO

Content = bytes | mmap.mmap

MOST_BLOCKS = 10_000
MOST_BYTES = 64 * 2**20
"""Of all blocks of an image together."""


@dataclass(frozen=True)
class Block:
    """One chunk, segment, extension or box: the name that its format gives it, and its bytes."""

    name: str
    data: bytes = field(repr=False)


@dataclass
class Layout:
    """The blocks of an image, where it ends (past its last byte), how many pictures it announces, what is wrong."""

    blocks: list[Block] = field(default_factory=list)
    end: int = 0
    pictures: int = 0
    truncated: bool = False
    too_large: bool = False
    _bytes: int = 0

    def add(self, name: str, content: Content, start: int, end: int) -> None:
        """Keep bytes [start, end) of the file as a block."""
        self._bytes += max(0, end - start)
        if self._bytes > MOST_BYTES or len(self.blocks) >= MOST_BLOCKS:
            self.too_large = True
        else:
            self.blocks.append(Block(name, content[start:end]))


def whole(file: BinaryIO) -> Content:
    """All bytes of `file`, mapped into memory where it is a real file."""
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError, AttributeError):
        file.seek(0)
        return file.read()


_JPEG_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""A marker that ends entropy-coded data: no stuffed zero, no restart marker (ITU-T T.81, B.1.1)."""


def jpeg_layout(content: Content, start: int = 0) -> Layout:
    """APPn and COM segments of the JPEG image that begins at `start` (ITU-T T.81, B.2)."""
    layout = Layout(end=len(content), pictures=1)
    position = start + 2
    while match := _JPEG_MARKER.search(content, position):
        marker, position = content[match.start() + 1], match.end()
        if marker == 0xD9:
            layout.end = position
            return layout
        if marker in (0x01, 0xD8):
            continue
        length = int.from_bytes(content[position : position + 2], "big")
        if 0xE0 <= marker <= 0xEF or marker == 0xFE:
            name = "COM" if marker == 0xFE else f"APP{marker - 0xE0}"
            layout.add(name, content, position + 2, position + length)
        position += max(2, length)
    layout.truncated = True
    return layout


JPEG_START = re.compile(rb"\xff\xd8\xff[\xc0\xc4\xdb\xe0-\xef\xfe]")


def jpegs_in(data: bytes) -> tuple[list[bytes], bytes]:
    """The JPEG images in a block, such as thumbnails and makers' previews, and the block without them."""
    images, rest, position = [], [], 0
    while match := JPEG_START.search(data, position):
        end = jpeg_layout(data, match.start()).end
        images.append(data[match.start() : end])
        rest.append(data[position : match.start()])
        position = end
    return images, b"".join([*rest, data[position:]])


def png_layout(content: Content) -> Layout:
    """Every chunk but image data and palette (PNG, 3rd edition, section 5)."""
    layout = Layout(end=len(content))
    position = 8
    while position + 12 <= len(content):
        length, kind = struct.unpack(">I4s", content[position : position + 8])
        begin, position = position + 8, position + 12 + length
        if kind == b"IEND":
            layout.end = position
            return layout
        layout.pictures += kind == b"fcTL"
        if kind not in (b"IDAT", b"fdAT", b"PLTE", b"fcTL", b"iCCP", b"tRNS"):
            layout.add(kind.decode("latin-1"), content, begin, begin + length)
    layout.truncated = True
    return layout


def gif_layout(content: Content) -> Layout:
    """Comments (`FE`), plain text (`01`) and application data (`FF`, its identifier first) of a GIF (GIF89a, 17-27)."""
    layout = Layout(end=len(content), truncated=True)
    position = 13 + _gif_table(content, 10)
    while position < len(content):
        kind = content[position]
        if kind == 0x3B:
            layout.end, layout.truncated = position + 1, False
            break
        if kind == 0x2C:
            layout.pictures += 1
            position = _gif_data_end(content, position + 11 + _gif_table(content, position + 9))
        elif kind == 0x21 and position + 1 < len(content):
            label, begin = content[position + 1], position + 2
            position = _gif_data_end(content, begin)
            if label in (0x01, 0xFE, 0xFF):
                layout.add(f"{label:02X}", content, begin, position)
        else:
            break
    return layout


def _gif_table(content: Content, flags_at: int) -> int:
    """Bytes of the colour table that these flags announce."""
    flags = content[flags_at] if flags_at < len(content) else 0
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_data_end(content: Content, position: int) -> int:
    """Past the terminator of the data sub-blocks that begin at `position`."""
    while position < len(content) and (size := content[position]):
        position += 1 + size
    return position + 1


def gif_data(block: bytes) -> bytes:
    """The bytes of data sub-blocks, without their sizes."""
    data, position = bytearray(), 0
    while position < len(block) and (size := block[position]):
        data += block[position + 1 : position + 1 + size]
        position += 1 + size
    return bytes(data)


def webp_layout(content: Content) -> Layout:
    """Every chunk of a WebP file but the pictures themselves (RFC 9649, section 2)."""
    stated = 8 + int.from_bytes(content[4:8], "little")
    layout = Layout(end=min(stated + stated % 2, len(content)), truncated=stated > len(content))
    position = 12
    while position + 8 <= layout.end:
        kind, length = content[position : position + 4], int.from_bytes(content[position + 4 : position + 8], "little")
        if kind not in (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"):
            layout.add(kind.decode("latin-1"), content, position + 8, min(position + 8 + length, layout.end))
        position += 8 + length + length % 2
    return layout


def box_layout(content: Content) -> Layout:
    """Every outer box (HEIF, AVIF: ISO/IEC 14496-12, 4.2; JPEG 2000: T.800, I.4) but media data and their index."""
    layout = Layout(end=len(content))
    position = 0
    while position + 8 <= len(content):
        length, kind = struct.unpack(">I4s", content[position : position + 8])
        begin = position + 8
        if length == 1:
            length, begin = int.from_bytes(content[begin : begin + 8], "big"), begin + 8
        elif length == 0:
            length = len(content) - position
        if length < begin - position or not kind.decode("latin-1").isprintable():
            layout.end = position
            return layout
        position += length
        if kind not in (b"ftyp", b"mdat", b"meta", b"jp2c", b"jP  ", b"jp2h"):
            layout.add(kind.decode("latin-1").strip(), content, begin, position)
    layout.end = min(position, len(content))
    layout.truncated = position > len(content)
    return layout


def bmp_layout(content: Content) -> Layout:
    """A BMP has no blocks; its header says where it ends (BITMAPFILEHEADER, bfSize)."""
    stated = int.from_bytes(content[2:6], "little")
    return Layout(end=stated if 54 <= stated <= len(content) else len(content))
