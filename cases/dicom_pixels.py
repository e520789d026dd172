"""Where the pixel data of a DICOM object lies, and the decoding of one frame of it at a time (PS3.5, 8 and Annex A)."""

import io
import struct
import sys
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID, JPEG2000TransferSyntaxes, JPEGBaseline8Bit, JPEGExtended12Bit

from phivet.cases.coverage import Unread
from phivet.cases.errors import UnreadableError
from phivet.cases.limits import Limits
from phivet.cases.parts import Array

FLOAT_PIXELS, DOUBLE_PIXELS, PIXELS = 0x7FE00008, 0x7FE00009, 0x7FE00010
PIXEL_DATA = (FLOAT_PIXELS, DOUBLE_PIXELS, PIXELS)
ITEM, DELIMITER, UNDEFINED = 0xFFFEE000, 0xFFFEE0DD, 0xFFFFFFFF
LONG_VRS = (b"OB", b"OW", b"OF", b"OD", b"UN", b"OL", b"OV")
CODESTREAM_STARTS = (b"\xff\xd8", b"\xff\x4f")  # JPEG family, JPEG 2000
PLUGINS = {JPEGBaseline8Bit: "pillow"} | dict.fromkeys(JPEG2000TransferSyntaxes, "pylibjpeg")
"""The decoder to prefer where several would do: the one that copes best with what files hold."""


@dataclass(frozen=True)
class Location:
    """The value of a pixel data element in a file: bytes [start, end), in fragments if it is encapsulated."""

    file: BinaryIO = field(repr=False)
    tag: int
    start: int
    end: int
    fragments: tuple[tuple[int, int], ...] | None = None
    """(start, length) of each fragment, the basic offset table left out; None for native pixel data."""
    offsets: tuple[int, ...] = ()
    """Of the basic offset table, relative to the first fragment's item tag."""

    def read(self, start: int, length: int) -> bytes:
        """`length` bytes from `start` of the file. Raises `UnreadableError` (corrupt) when it ends before."""
        self.file.seek(start)
        data = self.file.read(length)
        if len(data) < length:
            raise UnreadableError(Unread.CORRUPT)
        return data


def locate(file: BinaryIO, implicit: bool, little: bool) -> Location | None:
    """The pixel data element that begins where `file` stands, if one does."""
    order = "<" if little else ">"
    head = file.read(8)
    if len(head) < 8:
        return None
    group, element, length = struct.unpack(f"{order}HHI", head)
    tag = group << 16 | element
    if tag not in PIXEL_DATA:
        return None
    if not implicit:
        if head[4:6] in LONG_VRS:
            length = struct.unpack(f"{order}I", file.read(4))[0]
        else:
            length = struct.unpack(f"{order}H", head[6:8])[0]
    start = file.tell()
    if length != UNDEFINED:
        return Location(file, tag, start, start + length)
    return encapsulated(file, tag, start, order)


def encapsulated(file: BinaryIO, tag: int, start: int, order: str) -> Location:
    """Encapsulated pixel data whose first item begins at `start`, where `file` stands (PS3.5, A.4)."""
    items: list[tuple[int, int]] = []
    while len(head := file.read(8)) == 8:
        group, element, length = struct.unpack(f"{order}HHI", head)
        if group << 16 | element != ITEM:
            break
        items.append((file.tell(), length))
        file.seek(length, io.SEEK_CUR)
    end = file.tell()
    if not items:
        return Location(file, tag, start, end, ())
    table_start, table_length = items[0]
    file.seek(table_start)
    table = file.read(table_length - table_length % 4)
    return Location(file, tag, start, end, tuple(items[1:]), struct.unpack(f"{order}{len(table) // 4}I", table))


class PixelData:
    """The frames of one pixel data element. `dataset` describes them (PS3.3, C.7.6.3)."""

    def __init__(self, dataset: Dataset, location: Location, syntax: UID, limits: Limits) -> None:
        self.count = max(1, _whole(dataset, "NumberOfFrames", 1))
        self._location = location
        self._syntax = syntax
        self._limits = limits
        self._frame = _frame_of(dataset, location.tag, syntax)
        self._fragments = None if location.fragments is None else _by_frame(location, self.count)

    @property
    def rows(self) -> int:
        """Rows of a frame, 0 if the header does not say."""
        return _whole(self._frame, "Rows", 0)

    @property
    def columns(self) -> int:
        """Columns of a frame, 0 if the header does not say."""
        return _whole(self._frame, "Columns", 0)

    @property
    def attributes(self) -> Dataset:
        """What describes one frame."""
        return self._frame

    def __getitem__(self, index: int) -> Array:
        """Frame `index` as decoded: (H, W) or (H, W, C), YBR turned into RGB, palette indices as they are.

        Raises `UnreadableError`: `codec` where no decoder reads it, `size`, `corrupt`.
        """
        if not 0 <= index < self.count:
            raise UnreadableError(Unread.MISSING)
        rows, columns = self.rows, self.columns
        if rows * columns == 0:
            raise UnreadableError(Unread.CORRUPT)
        if rows * columns > self._limits.pixels:
            raise UnreadableError(Unread.SIZE)
        if self._location.tag != PIXELS:
            return self._floats(index, rows, columns)
        if self._fragments is not None:
            return self._decoded(index)
        return self._native(index, rows, columns)

    def _native(self, index: int, rows: int, columns: int) -> Array:
        frame = self._frame
        bits = _whole(frame, "BitsAllocated", 8) * rows * columns * _whole(frame, "SamplesPerPixel", 1)
        if frame.get("PhotometricInterpretation") == "YBR_FULL_422":
            bits = bits // 3 * 2
        first, last = index * bits // 8, -(-(index + 1) * bits // 8)
        if self._location.start + last > self._location.end:
            raise UnreadableError(Unread.CORRUPT)
        data = self._location.read(self._location.start + first, last - first)
        if _whole(frame, "BitsAllocated", 8) == 1:
            lit = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
            skip = index * bits - first * 8
            return lit[skip : skip + bits].reshape(rows, columns)
        return _unshifted(frame, self._by_pydicom(data + b"\0" * (len(data) % 2)))

    def with_unused_bits(self, index: int) -> NDArray[np.uint16]:
        """Frame `index` of native 16-bit pixel data with the bits above `HighBit`, where old overlays live."""
        if self._fragments is not None or _whole(self._frame, "BitsAllocated", 8) != 16:
            raise UnreadableError(Unread.CODEC)
        length = 2 * self.rows * self.columns
        start = self._location.start + index * length
        order = "<" if self._syntax.is_little_endian else ">"
        return np.frombuffer(self._location.read(start, length), f"{order}u2").reshape(self.rows, self.columns)

    def _floats(self, index: int, rows: int, columns: int) -> Array:
        width = 4 if self._location.tag == FLOAT_PIXELS else 8
        length = rows * columns * width
        data = self._location.read(self._location.start + index * length, length)
        order = "<" if self._syntax.is_little_endian else ">"
        return np.frombuffer(data, f"{order}f{width}").reshape(rows, columns).astype(np.float32)

    def _decoded(self, index: int) -> Array:
        if not self._fragments or index >= len(self._fragments):
            raise UnreadableError(Unread.CORRUPT)
        data = b"".join(self._location.read(start, length) for start, length in self._fragments[index])
        return self._by_pydicom(encapsulate([data]), data)

    def _by_pydicom(self, value: bytes, codestream: bytes = b"") -> Array:
        frame = self._frame
        frame.PixelData = value
        frame["PixelData"].VR = "OB" if codestream or _whole(frame, "BitsAllocated", 8) <= 8 else "OW"
        try:
            decoder = get_decoder(self._syntax)
        except NotImplementedError:
            raise UnreadableError(Unread.CODEC) from None
        if not decoder.is_available:
            raise UnreadableError(Unread.CODEC)
        options = {"as_rgb": True, "allow_excess_frames": False}
        if not codestream and _high_shift(frame):
            options["correct_unused_bits"] = False
        plugin = PLUGINS.get(self._syntax, "")
        if (plugin in decoder.available_plugins and _whole(frame, "BitsStored", 8) <= 8) or plugin == "pylibjpeg":
            order = [plugin, ""]
        else:
            order = [""]
        failed: Exception | None = None
        for choice in order:
            try:
                return decoder.as_array(frame, index=0, decoding_plugin=choice, **options)[0]  # type: ignore[arg-type]
            except (RuntimeError, ValueError, AttributeError, NotImplementedError, TypeError, IndexError) as error:
                failed = error
        if codestream and self._syntax == JPEGExtended12Bit:
            return _by_gdcm(frame)
        raise UnreadableError(Unread.CORRUPT) from failed


def _by_gdcm(frame: Dataset) -> Array:
    """A frame by gdcm's own reader, which alone copes with 12-bit JPEG. It wants a file: one in memory, unnamed."""
    import os

    import gdcm

    descriptor = os.memfd_create("frame")
    with os.fdopen(descriptor, "w+b") as file:
        frame.SOPClassUID, frame.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", "2.25.1"
        pydicom.dcmwrite(file, frame, enforce_file_format=True)
        file.flush()
        reader = gdcm.ImageReader()
        reader.SetFileName(f"/proc/self/fd/{descriptor}")
        if not reader.Read():
            raise UnreadableError(Unread.CORRUPT)
        image = reader.GetImage()
    kind = str(image.GetPixelFormat())
    signed = "INT" in kind.split("\n")[0] and "UINT" not in kind
    width = 1 if _whole(frame, "BitsAllocated", 8) <= 8 else 2
    data = image.GetBuffer().encode("utf-8", "surrogateescape")
    shape = [_whole(frame, "Rows", 0), _whole(frame, "Columns", 0), _whole(frame, "SamplesPerPixel", 1)]
    array = np.frombuffer(data, f"{'<' if sys.byteorder == 'little' else '>'}{'i' if signed else 'u'}{width}")
    return array.reshape(shape if shape[2] > 1 else shape[:2])


def _frame_of(dataset: Dataset, tag: int, syntax: UID) -> Dataset:
    """A data set that describes one single frame of `dataset`."""
    frame = Dataset()
    for keyword in (
        "Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "BitsAllocated",
        "BitsStored", "HighBit", "PixelRepresentation", "RedPaletteColorLookupTableDescriptor",
        "GreenPaletteColorLookupTableDescriptor", "BluePaletteColorLookupTableDescriptor",
        "RedPaletteColorLookupTableData", "GreenPaletteColorLookupTableData", "BluePaletteColorLookupTableData",
        "SegmentedRedPaletteColorLookupTableData", "SegmentedGreenPaletteColorLookupTableData",
        "SegmentedBluePaletteColorLookupTableData",
    ):  # fmt: skip
        if keyword in dataset:
            frame[keyword] = dataset[keyword]
    for keyword, usual in (("SamplesPerPixel", 1), ("PixelRepresentation", 0), ("BitsAllocated", 16)):
        if tag == PIXELS and frame.get(keyword) in (None, ""):
            setattr(frame, keyword, usual)
    if tag == PIXELS:
        if frame.get("BitsStored") in (None, "", 0):
            frame.BitsStored = frame.BitsAllocated
        if not frame.get("PhotometricInterpretation"):
            frame.PhotometricInterpretation = "RGB" if frame.SamplesPerPixel == 3 else "MONOCHROME2"
        if frame.SamplesPerPixel > 1 and frame.get("PlanarConfiguration") in (None, ""):
            frame.PlanarConfiguration = 0
    frame.NumberOfFrames = 1
    frame.file_meta = FileMetaDataset()
    frame.file_meta.TransferSyntaxUID = syntax
    return frame


def _by_frame(location: Location, count: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    """The fragments of each frame (PS3.5, A.4)."""
    fragments = location.fragments or ()
    if count == 1 or not fragments:
        return (fragments,) if fragments else ()
    if len(fragments) == count:
        return tuple((fragment,) for fragment in fragments)
    if len(location.offsets) == count:
        first = fragments[0][0] - 8
        starts = {first + offset for offset in location.offsets}
    else:
        starts = set()
        for start, _ in fragments:
            if location.read(start, 2) in CODESTREAM_STARTS:
                starts.add(start - 8)
    groups: list[list[tuple[int, int]]] = []
    for fragment in fragments:
        if fragment[0] - 8 in starts or not groups:
            groups.append([])
        groups[-1].append(fragment)
    return tuple(tuple(group) for group in groups)


def _high_shift(frame: Dataset) -> int:
    """By how many bits the stored values are shifted up: 4 for 12 bits packed at the top of 16."""
    stored = _whole(frame, "BitsStored", 8)
    high = _whole(frame, "HighBit", stored - 1)
    return max(0, min(high, _whole(frame, "BitsAllocated", 8) - 1) + 1 - stored)


def _unshifted(frame: Dataset, array: Array) -> Array:
    shift = _high_shift(frame)
    return np.right_shift(array, shift) if shift and array.dtype.kind in "iu" else array


def _whole(dataset: Dataset, keyword: str, usual: int) -> int:
    try:
        return int(dataset.get(keyword))
    except (TypeError, ValueError):
        return usual
