"""A DICOM file, with or without preamble, of any transfer syntax (PS3.5, PS3.10)."""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_dataset, read_partial
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from phivet.cases.coverage import Unread
from phivet.cases.description import Description, Missed, Picture, Slice
from phivet.cases.dicom_header import attributes
from phivet.cases.dicom_pictures import Pictures
from phivet.cases.dicom_pixels import PIXEL_DATA, Location, locate
from phivet.cases.dicom_slices import slices
from phivet.cases.errors import UnreadableError
from phivet.cases.limits import Limits
from phivet.cases.parts import Array, View
from phivet.cases.places import Plane

pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
pydicom.config.settings.writing_validation_mode = pydicom.config.IGNORE

SHORTEST_ELEMENT = 8  # bytes
FIRST_GROUPS = {0x0002, 0x0004, 0x0008}
VIDEO = "1.2.840.10008.1.2.4.10"  # MPEG-2, MPEG-4 and HEVC are .100 to .108


def is_without_preamble(head: bytes) -> bool:
    """Whether `head` begins like a data set: a low group, and a VR or a sensible length, in either byte order."""
    if len(head) < 16:
        return False
    for order in "<>":
        group, element, length = struct.unpack(f"{order}HHI", head[:8])
        explicit = head[4:6].isalpha() and head[4:6].isupper()
        if group in FIRST_GROUPS and element < 0x2000 and (explicit or 0 < length < 256):
            return True
    return False


class Dicom:
    """One DICOM object. Raises `UnreadableError` when it is none."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._limits = limits
        try:
            self.dataset, pixels, self._is_odd = _read(file, limits)
        except (InvalidDicomError, EOFError, struct.error, ValueError, OSError, zlib.error) as error:
            raise UnreadableError(Unread.CORRUPT) from error
        if len(self.dataset) == 0:
            raise UnreadableError(Unread.CORRUPT)
        self._pictures = Pictures(self.dataset, pixels, self._syntax, limits)

    @property
    def _syntax(self) -> UID:
        stated = self.dataset.file_meta.get("TransferSyntaxUID")
        implicit, _ = self.dataset.original_encoding
        return UID(str(stated)) if stated else ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian

    def describe(self) -> Description:
        """Its header, its pictures by number, where its slices lie, the files that a DICOMDIR names."""
        dataset = self.dataset
        header, unread = attributes(dataset, dataset.file_meta, dataset.preamble or b"")
        missed = [Missed(reason) for reason in sorted(unread)]
        missed += [Missed(Unread.CORRUPT)] if self._is_odd else []
        missed += [Missed(reason) for reason in _unreadable_contents(dataset, self._syntax)]
        shown = () if any(m.reason is Unread.MEDIUM for m in missed) else self._pictures.counts()
        missed += [Missed(reason) for reason in self._pictures.missed]
        return Description(
            attributes=tuple(header),
            pictures=tuple(Picture(plane, count, _text(dataset, "Modality")) for plane, count in shown),
            slices=tuple(_or_none(slices(dataset))),
            referenced=tuple(_referenced(dataset)),
            missed=tuple(dict.fromkeys(missed)),
        )

    def view(self, plane: Plane, index: int) -> View:
        """A picture for looking."""
        return self._pictures.view(plane, index)

    def stored(self, plane: Plane, index: int) -> Array:
        """A picture as decoded."""
        return self._pictures.stored(plane, index)


class Watched:
    """A file being parsed, and what pydicom passes over in silence: that it ends too early, or says things twice.

    Of an element that stands there twice pydicom keeps the last; another reader shows the first.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.seek, self.tell = file.seek, file.tell
        self._read = file.read
        self._ends = 0
        self._tags: set[int] = set()
        self.is_odd = False

    def read(self, size: int = -1) -> bytes:
        """As the file's own. Nothing at all is read once, at the end of a data set that is whole."""
        data = self._read(size)
        if len(data) < size:
            self._ends += not data
            self.is_odd = self.is_odd or bool(data) or self._ends > 1
        return data

    def at_pixels(self, tag: int, vr: str | None, length: int) -> bool:
        """Told of every top-level element before its value is read: whether it is pixel data, at which to stop."""
        if tag in PIXEL_DATA:
            return True
        self.is_odd = self.is_odd or (length > 0 and tag in self._tags)
        if length:
            self._tags.add(int(tag))
        return False

    def never(self, tag: int, vr: str | None, length: int) -> bool:
        """The same behind the pixel data, where no more of them may come."""
        self.is_odd = self.at_pixels(tag, vr, length) or self.is_odd
        return False


def _read(file: BinaryIO, limits: Limits) -> tuple[pydicom.FileDataset, Location | None, bool]:
    """The whole data set but its pixel data, where that lies, and whether the file ends too early or repeats itself."""
    watched = Watched(file)
    dataset = _dataset(watched)
    if dataset.file_meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
        meta, preamble = dataset.file_meta, dataset.preamble
        file = _inflated(file, limits)
        watched = Watched(file)
        dataset = _dataset(watched)
        dataset.file_meta, dataset.preamble = meta, preamble
    implicit, little = (bool(each) for each in dataset.original_encoding)
    pixels = locate(file, implicit, little)
    if pixels is not None:
        if watched.seek(0, io.SEEK_END) < pixels.end + SHORTEST_ELEMENT:
            return dataset, pixels, watched.is_odd
        watched.seek(pixels.end)
        rest = read_dataset(watched, implicit, little, stop_when=watched.never)  # type: ignore[arg-type]
        for element in list(rest.keys()):
            dataset[element] = rest.get_item(element)
    return dataset, pixels, watched.is_odd


def _dataset(file: Watched) -> pydicom.FileDataset:
    return read_partial(file, file.at_pixels, force=True)  # type: ignore[arg-type]


def _inflated(file: BinaryIO, limits: Limits) -> BinaryIO:
    """The deflated data set of `file` as an ordinary one (PS3.5, A.5), within the limits."""
    file.seek(132)
    group_length = struct.unpack("<HH2sHI", file.read(12))
    if group_length[:2] != (2, 0):
        raise UnreadableError(Unread.CORRUPT)
    file.seek(group_length[4], io.SEEK_CUR)
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    packed = file.read()
    bound = min(limits.memory_bytes // 4, limits.ratio * max(len(packed), 5_000))
    data = inflate.decompress(packed, bound)
    if inflate.unconsumed_tail:
        raise UnreadableError(Unread.SIZE)
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    plain = io.BytesIO()
    plain.write(b"\0" * 128 + b"DICM")
    pydicom.filewriter.write_file_meta_info(plain, meta, enforce_standard=False)  # type: ignore[arg-type]
    plain.write(data)
    plain.seek(0)
    return plain


def _unreadable_contents(dataset: Dataset, syntax: UID) -> Iterator[Unread]:
    if "EncapsulatedDocument" in dataset or syntax.startswith(VIDEO):
        yield Unread.MEDIUM
    if "EncryptedAttributesSequence" in dataset:
        yield Unread.ENCRYPTION
    if "WaveformSequence" in dataset and _text(dataset, "Modality") == "AU":
        yield Unread.MEDIUM


def _referenced(dataset: Dataset) -> Iterator[str]:
    """The files that the records of a DICOMDIR name (PS3.3, F.3.2.2)."""
    for record in dataset.get("DirectoryRecordSequence") or ():
        named = record.get("ReferencedFileID")
        if named:
            parts = [named] if isinstance(named, str) else [str(part) for part in named]
            yield "/".join(parts)


def _or_none(found: Iterator[Slice]) -> list[Slice]:
    """A header whose geometry is nonsense makes no volume, but is read all the same."""
    try:
        return list(found)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError):
        return []


def _text(dataset: Dataset, keyword: str) -> str:
    return str(dataset.get(keyword) or "")
