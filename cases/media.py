"""Which reader a file needs, told by its bytes."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from phivet.cases.coverage import Unread
from phivet.cases.errors import UnreadableError
from phivet.cases.limits import Limits

if TYPE_CHECKING:
    from phivet.cases.reading import Medium

HEAD_BYTES = 1024

IMAGES = (
    (0, b"\x89PNG\r\n\x1a\n"), (0, b"\xff\xd8\xff"), (0, b"GIF8"), (0, b"BM"), (0, b"II*\0"), (0, b"MM\0*"),
    (0, b"II+\0"), (0, b"MM\0+"), (8, b"WEBP"), (4, b"ftyphei"), (4, b"ftyphev"), (4, b"ftypmif1"), (4, b"ftypmsf1"),
    (4, b"ftypavi"), (0, b"\0\0\0\x0cjP  "), (0, b"\xff\x4f\xff\x51"), (0, b"\0\0\1\0"),
)  # fmt: skip

WITHOUT_READER = (
    (0, b"%PDF"), (0, b"%!PS"), (0, b"{\\rtf"), (0, b"\xd0\xcf\x11\xe0"), (0, b"NRRD"), (0, b"ObjectType"),
    (0, b"\x89HDF"), (0, b"CDF"), (0, b"\x1aE\xdf\xa3"), (0, b"OggS"), (0, b"ID3"), (0, b"fLaC"), (0, b"FLV"),
    (0, b"RIFF"), (4, b"ftyp"), (4, b"moov"), (4, b"mdat"), (0, b"\0\0\1\xba"), (0, b"\0\0\1\xb3"), (0, b"8BPS"),
    (0, b"\x7fELF"), (0, b"MZ"), (0, b"SQLite format"),
)  # fmt: skip

PACKED = (
    (0, b"\x1f\x8b"), (0, b"BZh"), (0, b"\xfd7zXZ"), (0, b"7z\xbc\xaf"), (0, b"Rar!\x1a"), (0, b"\x28\xb5\x2f\xfd"),
    (257, b"ustar"),
)  # fmt: skip

ZIPPED = (b"PK\3\4", b"PK\5\6", b"PK\7\x08")

_NO_TEXT = re.compile(rb"[\0-\6\x0e-\x1a\x1c-\x1f]")
"""A note has no such bytes, though its first word be BMI or MZ; every file of these kinds has them at its beginning."""

Magic = tuple[tuple[int, bytes], ...]


def starts(head: bytes, magic: Magic) -> bool:
    """Whether one of these byte strings stands at its offset in `head`; if it is letters, `head` must be no text."""
    is_text = _NO_TEXT.search(head) is None
    return any(head[at : at + len(mark)] == mark and not (is_text and mark.isalnum()) for at, mark in magic)


def open_medium(file: BinaryIO, is_packed: bool, suffix: str, limits: Limits) -> "Medium":
    """Open `file`, which may have been packed into an archive. Raises `UnreadableError`."""
    file.seek(0, 2)
    size = file.tell()
    if size == 0:
        raise UnreadableError(Unread.EMPTY)
    if size > limits.file_bytes:
        raise UnreadableError(Unread.SIZE)
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    reader = _reader(head, is_packed, suffix)
    return reader(file, suffix, limits)


def _reader(head: bytes, is_packed: bool, suffix: str) -> Callable[[BinaryIO, str, Limits], "Medium"]:
    from phivet.cases import dicom, nifti

    if head[128:132] == b"DICM":
        return lambda file, _, limits: dicom.Dicom(file, limits)
    if head.startswith(ZIPPED):
        if is_packed:
            raise UnreadableError(Unread.NESTED)
        from phivet.cases.archive import Archive

        return lambda file, _, limits: Archive(file, limits)
    if nifti.is_nifti(head, suffix):
        return lambda file, _, limits: nifti.Nifti(file, limits)
    if starts(head, IMAGES):
        from phivet.cases.images import Image

        return lambda file, _, limits: Image(file, limits)
    if starts(head, PACKED):
        raise UnreadableError(Unread.NESTED if is_packed else Unread.MEDIUM)
    if starts(head, WITHOUT_READER):
        raise UnreadableError(Unread.MEDIUM)
    if dicom.is_without_preamble(head):
        return lambda file, _, limits: dicom.Dicom(file, limits)
    from phivet.cases.texts import TextFile

    return TextFile
