"""Every element of a DICOM data set as text, nested sequences, private elements, file meta and preamble included.

Runs in the child process that reads a file: a bad element costs itself at most, never the header.
"""

import math
import re
import struct
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from pydicom.charset import convert_encodings, decode_bytes, default_encoding
from pydicom.datadict import dictionary_VR, keyword_for_tag, private_dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.filereader import read_deferred_data_element
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag
from pydicom.valuerep import PN_DELIMS, TEXT_VR_DELIMS
from pydicom.values import convert_SQ

from phivet.cases.coverage import Unread
from phivet.cases.parts import Attribute

MAX_DEPTH = 64  # sequences within sequences
MAX_ATTRIBUTES = 1_000_000
MAX_NUMBERS = 64  # longer lists of binary numbers are tables, not values
MAX_TEXT = 2 << 20  # bytes of one text
MAX_SEARCHED = 16 << 20  # bytes of one private binary element in which readable text is looked for
MAX_FOUND = 1 << 20  # characters of readable text taken from one binary element
MAX_SEQUENCE = 256 << 20  # bytes of one sequence that the reader had put off

PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010, 0x7FE00001, 0x7FE00002})
SPECIFIC_CHARACTER_SET = 0x00080005
ENCRYPTED_ATTRIBUTES = 0x04000500

TEXT = frozenset(["AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT"])
CODED = frozenset(["LO", "LT", "PN", "SH", "ST", "UC", "UT"])  # governed by the Specific Character Set: PS3.5, 6.1.2.3
NUMBERS = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d", "UV": "Q", "SV": "q", "US or SS": "H"}

ITEMS = (b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00", b"\xfe\xff\xdd\xe0", b"\xff\xfe\xe0\xdd")
"""What a sequence begins with: an item or its delimitation, little or big endian (PS3.5, 7.5)."""
READABLE = re.compile(rb"[\x20-\x7e\x80-\xff\t\r\n\f\x1b]+\x00*")
ASCII, UTF_8 = rb"[\x20-\x7e\t]", rb"(?:[\x20-\x7e\t]|[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2})"
RUNS, ASCII_RUNS = (
    re.compile(rb"%(letter)b{6,}(?=[\x00\r\n]|\Z)|%(letter)b{12,}" % {b"letter": letter}) for letter in (UTF_8, ASCII)
)
MAX_UTF_8 = 256 << 10  # bytes beyond which only ASCII is looked for: it goes ten times faster
WIDE_RUNS = re.compile(rb"(?:[\x20-\x7e]\x00){6,}")


@dataclass(frozen=True)
class _Level:
    """One data set on the way down: the path before its elements, its characters' encodings, its byte order."""

    dataset: Dataset
    prefix: str
    encodings: tuple[str, ...]
    declared: bool


def attributes(
    dataset: Dataset, file_meta: Dataset | None = None, preamble: bytes | None = None
) -> tuple[list[Attribute], set[Unread]]:
    """Every element, in the order of the file, and the reasons why some of it could not be looked at.

    `dataset` may come from `dcmread` with any `defer_size`, whose file must still be there. Sequences, pixel data and
    bulk data have the value "". Binary private elements give their readable text. Reasons: SIZE (an element, or the
    header itself, is beyond the limits), CORRUPT (a sequence that cannot be parsed), ENCRYPTION.
    """
    found: list[Attribute] = []
    missed: set[Unread] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if preamble and preamble.strip(b"\x00"):
            found.append(Attribute("preamble", 0, "", "", "", _strings(preamble)))
        for part in (file_meta, dataset):
            if part is not None:
                _walk(part, found, missed)
    return found, missed


def _walk(top: Dataset, found: list[Attribute], missed: set[Unread]) -> None:
    """Depth first, without recursion: a hostile file nests deeper than Python's stack."""
    levels: list[Iterator[Attribute | _Level]] = [_elements(_level(top, "", None), missed)]
    while levels:
        entry = next(levels[-1], None)
        if entry is None:
            levels.pop()
        elif isinstance(entry, Attribute):
            found.append(entry)
            if len(found) >= MAX_ATTRIBUTES:
                missed.add(Unread.SIZE)
                return
        elif len(levels) >= MAX_DEPTH:
            missed.add(Unread.SIZE)
        else:
            levels.append(_elements(entry, missed))


def _level(dataset: Dataset, prefix: str, parent: _Level | None) -> _Level:
    element = dataset.get_item(SPECIFIC_CHARACTER_SET, keep_deferred=True)
    value = element.value if element is not None else None
    if isinstance(value, bytes):
        value = [name.strip() for name in value.decode("latin-1").strip(" \x00").split("\\")]
    if not value:
        if parent is not None:
            return _Level(dataset, prefix, parent.encodings, parent.declared)
        return _Level(dataset, prefix, (default_encoding,), False)
    try:
        names = [str(name) for name in ([value] if isinstance(value, str) else value)]
        encodings = tuple(convert_encodings(names))
        b"".decode(encodings[0])
    except (LookupError, TypeError, ValueError):
        return _Level(dataset, prefix, (default_encoding,), False)
    return _Level(dataset, prefix, encodings, True)


def _elements(level: _Level, missed: set[Unread]) -> Iterator[Attribute | _Level]:
    dataset = level.dataset
    creators: dict[int, str] = {}
    for tag in list(dataset.keys()):
        element = dataset.get_item(tag, keep_deferred=True)
        if element is None:
            continue
        path = level.prefix + _notation(tag)
        creator = creators.get(_creator_tag(tag), "") if tag.is_private else ""
        vr = _vr(tag, element.VR, creator)
        if tag in PIXELS:
            yield Attribute(path, int(tag), vr, _keyword(tag), "", "")
            continue
        if isinstance(element, RawDataElement) and element.value is None and element.length:
            element = _fetched(dataset, element, vr, missed)
            if element is None:
                yield Attribute(path, int(tag), vr, _keyword(tag), creator, "")
                continue
        if vr == "UN" and isinstance(element.value, bytes) and element.value.startswith(ITEMS[0]):
            vr = "SQ"
        if vr == "SQ":
            items, value = _items(element, level, missed)
            if tag == ENCRYPTED_ATTRIBUTES and items:
                missed.add(Unread.ENCRYPTION)
            yield Attribute(path, int(tag), vr, _keyword(tag), creator, value)
            for number, item in enumerate(items):
                yield _level(item, f"{path}[{number}].", level)
            continue
        value = _text(element, vr, level)
        if isinstance(element.value, bytes) and len(element.value) > _limit(tag, vr):
            missed.add(Unread.SIZE)
        if tag.is_private_creator:
            creators[int(tag)] = value
        yield Attribute(path, int(tag), vr, _keyword(tag), creator, value)


def _fetched(
    dataset: Dataset, element: RawDataElement, vr: str, missed: set[Unread]
) -> RawDataElement | DataElement | None:
    """The element that the reader had put off for its size, or None when it is too large to look at."""
    binary = vr not in TEXT and vr != "SQ"
    if binary and not _searched(element.tag, vr):
        return None
    limit = MAX_SEQUENCE if vr == "SQ" else MAX_SEARCHED
    if element.length > limit and element.length != 0xFFFFFFFF:
        missed.add(Unread.SIZE)
        return None
    source = dataset.filename or dataset.buffer
    try:
        return read_deferred_data_element(dataset.fileobj_type, source, dataset.timestamp, element)
    except (OSError, ValueError, EOFError, AttributeError, TypeError, struct.error):
        missed.add(Unread.CORRUPT)
        return None


def _items(element: RawDataElement | DataElement, level: _Level, missed: set[Unread]) -> tuple[list[Dataset], str]:
    """The items of a sequence; when it cannot be parsed, no item and the readable text of its bytes."""
    value = element.value
    if not value:
        return [], ""
    if not isinstance(value, bytes):
        return [item for item in value if isinstance(item, Dataset)], ""
    implicit, little = True, True
    if isinstance(element, RawDataElement) and element.VR != "UN":
        implicit, little = element.is_implicit_VR, element.is_little_endian
    try:
        if value.startswith(ITEMS):
            return list(convert_SQ(value, implicit, little, list(level.encodings))), ""
        missed.add(Unread.CORRUPT)
    except RecursionError:
        missed.add(Unread.SIZE)
    except Exception:  # noqa: BLE001  pydicom raises whatever its parser trips over
        missed.add(Unread.CORRUPT)
    return [], _strings(value[:MAX_SEARCHED])


def _text(element: RawDataElement | DataElement, vr: str, level: _Level) -> str:
    value = element.value
    if value is None:
        return ""
    if not isinstance(value, bytes):
        return _written(value)
    if vr in TEXT:
        return _decoded(value, vr, level)
    if vr in NUMBERS:
        little = element.is_little_endian if isinstance(element, RawDataElement) else True
        return _numbers(value, NUMBERS[vr], little)
    if vr == "AT":
        little = element.is_little_endian if isinstance(element, RawDataElement) else True
        pairs = struct.iter_unpack("<HH" if little else ">HH", value[: min(len(value), 4 * MAX_NUMBERS) // 4 * 4])
        return "\\".join(f"({group:04X},{number:04X})" for group, number in pairs)
    if not _searched(element.tag, vr):
        return ""
    if len(value) <= MAX_FOUND and READABLE.fullmatch(value):
        text = _decoded(value, "UT", level)
        if text.isprintable() or ("�" not in text and not re.search(r"[\x7f-\x9f]", text)):
            return text
    return _strings(value[:MAX_SEARCHED])


def _strings(value: bytes) -> str:
    """The runs of readable characters in `value`, a line each: as `strings` gives them, less what is noise.

    A run of 6 counts when a NUL or the end of the line follows it, else a run of 12 (random bytes make few of either,
    even in megabytes); so do 6 characters of UTF-16.
    """
    runs = [run.decode("utf-8", "replace") for run in (RUNS if len(value) <= MAX_UTF_8 else ASCII_RUNS).findall(value)]
    runs += [run.decode("utf-16-le") for run in WIDE_RUNS.findall(value)]
    return "\n".join(run.strip() for run in runs)[:MAX_FOUND]


def _decoded(value: bytes, vr: str, level: _Level) -> str:
    """The text of `value`, without padding. Bytes that the character set does not know become U+FFFD."""
    value = value[:MAX_TEXT].rstrip(b" \x00")
    try:
        text = value.decode("ascii")
        if "\x1b" not in text:
            return _clean(text)
    except UnicodeDecodeError:
        pass
    if not level.declared or vr not in CODED:
        try:
            return _clean(value.decode("utf-8"))
        except UnicodeDecodeError:
            pass
    delimiters = TEXT_VR_DELIMS | PN_DELIMS | {0x3D, 0x5C} if vr == "PN" else TEXT_VR_DELIMS | {0x5C}
    try:
        return _clean(decode_bytes(value, list(level.encodings), delimiters))
    except (UnicodeError, LookupError, ValueError):
        return _clean(value.decode("latin-1"))


def _clean(text: str) -> str:
    return text.replace("\x00", " ").strip(" ") if "\x00" in text else text.strip(" ")


def _written(value: object) -> str:
    """The text of a value that pydicom has converted already."""
    if isinstance(value, MultiValue | list | tuple):
        return "\\".join(_written(one) for one in value[: MAX_NUMBERS * 16])
    if isinstance(value, BaseTag):
        return _notation(value)
    original = getattr(value, "original_string", None)
    return _clean(original if isinstance(original, str) and original else str(value))


def _numbers(value: bytes, code: str, little: bool) -> str:
    size = struct.calcsize("=" + code)
    count = len(value) // size
    if not 0 < count <= MAX_NUMBERS:
        return ""
    numbers: Iterable[float] = struct.unpack(f"{'<' if little else '>'}{count}{code}", value[: count * size])
    return "\\".join(f"{number:g}" if isinstance(number, float) else str(number) for number in numbers)


def _limit(tag: BaseTag, vr: str) -> float:
    """How many bytes of an element are looked at, if any."""
    return MAX_TEXT if vr in TEXT else MAX_SEARCHED if _searched(tag, vr) else math.inf


def _searched(tag: BaseTag, vr: str) -> bool:
    """Whether text is looked for in a binary element: not in bulk data, but in EXIF, signatures and padding."""
    return vr not in NUMBERS and (tag.is_private or vr == "UN" or tag.group in {0x0016, 0x0400, 0xFFFC})


@lru_cache(maxsize=16384)
def _vr(tag: BaseTag, given: str | None, creator: str) -> str:
    """The VR that was written, or the dictionary's where none or UN was."""
    if given and given != "UN":
        return str(given)
    if tag.is_private_creator:
        return "LO"
    try:
        vr = private_dictionary_VR(tag, creator) if tag.is_private else dictionary_VR(tag)
    except KeyError:
        vr = "UL" if tag.element == 0 else "UN"
    return "OB" if vr.startswith("O") else vr.split(" or ")[0]


@lru_cache(maxsize=16384)
def _notation(tag: BaseTag) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


@lru_cache(maxsize=16384)
def _keyword(tag: BaseTag) -> str:
    return "" if tag.is_private else keyword_for_tag(tag)


def _creator_tag(tag: BaseTag) -> int:
    return (tag & 0xFFFF0000) | ((tag & 0xFFFF) >> 8)
