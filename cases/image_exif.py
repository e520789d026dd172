"""EXIF (CIPA DC-008): the attributes of all its directories as named text."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from PIL.ExifTags import GPSTAGS, IFD, TAGS, Interop
from PIL.Image import Exif

from phivet.cases.readable import readable
from phivet.cases.text_decoding import decode_short

Named = tuple[str, str]

_OFFSETS = frozenset({0x0111, 0x0117, 0x0201, 0x0202, 0x8769, 0x8825, 0xA005})
_WITH_CHARSET = frozenset({0x9286, 0x001B, 0x001C})  # UserComment; GPSProcessingMethod, GPSAreaInformation
_UTF_16 = frozenset({0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F})  # XPTitle, XPComment, XPAuthor, XPKeywords, XPSubject
_MOST_NUMBERS = 16


def attributes(exif: Exif, raw: bytes = b"", is_tiff: bool = False) -> Iterator[Named]:
    """Every attribute that holds text or a few numbers, such as ("Artist", "J. Smith"); then what `raw` holds besides.

    The first directory is left out of a TIFF file, being its own tags.

    A tag without a name is named by its number, `0x9A01`; a tag of the thumbnail's directory begins with `IFD1.`.
    `GPSPosition` is made of the four attributes that give it, in decimal degrees: "-36.848461, 174.763336".
    """
    seen: list[str] = []
    for prefix, names, entries in _directories(exif, is_tiff):
        for tag, value in entries.items():
            text = "" if tag in _OFFSETS else as_text(tag, value, exif.endian or "<")
            if text:
                seen.append(text)
                yield prefix + names.get(tag, f"0x{tag:04X}"), text
    position = gps_position(dict(exif.get_ifd(IFD.GPSInfo)))
    if position:
        yield "GPSPosition", position
    if rest := readable(_without(raw, seen)):
        yield "Unlisted", rest


def _without(raw: bytes, texts: list[str]) -> bytes:
    """`raw` with these texts blotted out, in whatever encoding they stand there."""
    for line in sorted({line for text in texts for line in text.split("\n") if len(line) > 3}, key=len, reverse=True):
        for encoding in ("utf-8", "latin-1", "utf-16-le", "utf-16-be"):
            raw = raw.replace(line.encode(encoding, "replace"), b"\0")
    return re.sub(rb"(?:UNICODE|ASCII|JIS)\0", b"\0", raw)


def _directories(exif: Exif, is_tiff: bool) -> Iterator[tuple[str, Mapping[int, str], Mapping[int, Any]]]:
    if not is_tiff:
        yield "", TAGS, dict(exif)
        yield "IFD1.", TAGS, exif.get_ifd(IFD.IFD1)
    yield "", TAGS, exif.get_ifd(IFD.Exif)
    yield "", GPSTAGS, exif.get_ifd(IFD.GPSInfo)
    yield "Interop.", {tag.value: tag.name for tag in Interop}, exif.get_ifd(IFD.Interop)


def as_text(tag: int, value: Any, endian: str) -> str:
    """The value of a tag as text; bytes as far as they are readable, numbers separated by blanks if they are few."""
    if tag in _UTF_16:
        data = value if isinstance(value, bytes) else bytes(n & 0xFF for n in _numbers(value))
        return data.decode("utf-16-le", "replace").strip("\0 ")
    if isinstance(value, str):
        return _mended(value).replace("\0", "\n").strip()
    if isinstance(value, bytes):
        return _with_charset(value, endian) if tag in _WITH_CHARSET else readable(value) or _short(value)
    if isinstance(value, tuple):
        strings = [_mended(part) for part in value if isinstance(part, str)]
        if strings:
            return "\n".join(strings).replace("\0", "\n").strip()
        return " ".join(str(number) for number in value) if len(value) <= _MOST_NUMBERS else ""
    return str(value) if isinstance(value, int | float) or hasattr(value, "numerator") else ""


def _numbers(value: Any) -> Iterable[int]:
    return (n for n in value if isinstance(n, int)) if isinstance(value, tuple) else ()


def _mended(text: str) -> str:
    """EXIF text is ASCII by the standard and UTF-8 in practice; Pillow reads it as Latin-1."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _short(value: bytes) -> str:
    """A value too short to count as a run of text, such as the `R98` of the interoperability index."""
    text = value.strip(b"\0 ").decode("ascii", "replace")
    return text if text.isprintable() and "\ufffd" not in text else ""


def _with_charset(value: bytes, endian: str) -> str:
    """Text with its character code in the first 8 bytes (section 4.6.6, UserComment)."""
    code, text = value[:8].rstrip(b"\0 "), value[8:]
    if code == b"UNICODE" and text[:2] not in (b"\xfe\xff", b"\xff\xfe"):
        odd, even = text[1::2].count(0), text[::2].count(0)
        order = ("le" if odd > even else "be") if odd != even else ("le" if endian == "<" else "be")
        return text.decode(f"utf-16-{order}", "replace").strip("\0 ")
    if code == b"UNICODE":
        return text.decode("utf-16", "replace").strip("\0 ")
    if code == b"JIS":
        return text.decode("iso2022_jp", "replace").strip("\0 ")
    return decode_short(text if code in (b"", b"ASCII") else value).strip("\0 ")


def gps_position(gps: Mapping[int, Any]) -> str:
    """Latitude and longitude in decimal degrees, north and east positive; "" when they are not both given."""
    degrees = []
    for reference, coordinate, negative in ((1, 2, "S"), (3, 4, "W")):
        try:
            parts = [float(part) for part in gps[coordinate]]
            value = sum(part / 60**i for i, part in enumerate(parts))
        except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
            return ""
        if not abs(value) <= 360:  # NaN as well
            return ""
        degrees.append(-value if str(gps.get(reference, "")).strip().upper().startswith(negative) else value)
    return f"{degrees[0]:.6f}, {degrees[1]:.6f}"
