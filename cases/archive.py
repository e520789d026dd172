"""A zip archive, whose members are files of the case; bounded in members, size and ratio."""

import io
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, NoReturn

from phivet.cases.coverage import Unread
from phivet.cases.description import Description, Member, Missed
from phivet.cases.errors import UnreadableError
from phivet.cases.limits import Limits
from phivet.cases.places import Plane
from phivet.cases.readable import readable
from phivet.cases.text_decoding import decode_short

CHUNK = 1 << 20
DOCUMENTS = {"[Content_Types].xml", "mimetype", "META-INF/manifest.xml", "content.xml"}
"""Members that make a zip an office document or another bundle, not a case."""
STREAMED, DESCRIPTOR = 8, 24
"""The flag of a member whose sizes stand behind it, and the bytes that they take at most (APPNOTE.TXT, 4.3.9)."""
LOCAL, CENTRAL, END = (struct.Struct(form) for form in ("<26xHH", "<4s24xHHH12x", "<20xH"))
"""What follows each header: its name and extra field; its name, extra field and comment; the archive's comment."""


class Archive:
    """A zip file. Raises `UnreadableError`: `medium` for an office document, `size` for too many members or bytes."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise UnreadableError(Unread.CORRUPT) from error
        self._file = file
        self._limits = limits
        entries = self._zip.infolist()
        if DOCUMENTS & {entry.filename for entry in entries}:
            raise UnreadableError(Unread.MEDIUM)
        if len(entries) > limits.members or sum(entry.file_size for entry in entries) > limits.member_bytes:
            raise UnreadableError(Unread.SIZE)

    def describe(self) -> Description:
        """Its members, folders left out unless bytes are hidden in them; what it holds besides.

        `empty` when it has no member, `corrupt` when bytes in it belong to none.
        """
        from phivet.cases.image_properties import Wrapping

        wrapping = Wrapping()
        entries = self._zip.infolist()
        for comment in (self._zip.comment, *(entry.comment for entry in entries)):
            wrapping.add("zip.Comment", decode_short(comment))
        for entry in entries:
            wrapping.add("zip.Extra", readable(entry.extra))
        members = [
            Member(ordinal, entry.filename, entry.file_size)
            for ordinal, entry in enumerate(entries)
            if not entry.is_dir() or entry.compress_size
        ]
        if not members:
            wrapping.missed.add(Unread.EMPTY)
        try:
            if any(self._between(start, end).strip(b"\0") for start, end in self._gaps()):
                wrapping.missed.add(Unread.CORRUPT)
        except struct.error:
            wrapping.missed.add(Unread.CORRUPT)
        return Description(
            members=tuple(members),
            properties=tuple(wrapping.properties),
            missed=tuple(Missed(reason) for reason in sorted(wrapping.missed)),
        )

    def _gaps(self) -> Iterator[tuple[int, int]]:
        """Where the bytes lie that neither a member nor the directory covers. Raises `struct.error`."""
        at = 0
        for entry in sorted(self._zip.infolist(), key=lambda entry: entry.header_offset):
            yield at, entry.header_offset
            sizes = LOCAL.unpack(self._between(entry.header_offset, entry.header_offset + LOCAL.size))
            at = entry.header_offset + LOCAL.size + sum(sizes) + entry.compress_size
            if entry.flag_bits & STREAMED:
                at += DESCRIPTOR
        yield at, self._zip.start_dir
        at = self._zip.start_dir
        for _ in self._zip.infolist():
            at += CENTRAL.size + sum(CENTRAL.unpack(self._between(at, at + CENTRAL.size))[1:])
        at += 76 if self._between(at, at + 4) == b"PK\6\6" else 0  # the end of a zip64 directory, and its locator
        at += END.size + END.unpack(self._between(at, at + END.size))[0]
        yield at, self._file.seek(0, io.SEEK_END)

    def _between(self, start: int, end: int) -> bytes:
        self._file.seek(start)
        return self._file.read(max(0, end - start))

    def member(self, ordinal: int) -> BinaryIO:
        """The unpacked bytes of a member, in a file without a name.

        Raises `UnreadableError`: `encryption`, `codec` for an unknown compression, `size` when it unpacks to more than
        the limits, whatever its entry in the directory says, `corrupt`.
        """
        try:
            entry = self._zip.infolist()[ordinal]
        except IndexError:
            raise UnreadableError(Unread.MISSING) from None
        if entry.flag_bits & 1:
            raise UnreadableError(Unread.ENCRYPTION)
        bound = min(self._limits.file_bytes, max(CHUNK, self._limits.ratio * entry.compress_size))
        unpacked = tempfile.TemporaryFile()  # noqa: SIM115 the medium reads it for as long as it lives
        try:
            with self._zip.open(entry) as packed:
                while chunk := packed.read(CHUNK):
                    unpacked.write(chunk)
                    if unpacked.tell() > bound:
                        raise UnreadableError(Unread.SIZE)
        except NotImplementedError as error:
            raise UnreadableError(Unread.CODEC) from error
        except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError) as error:
            raise UnreadableError(Unread.CORRUPT) from error
        unpacked.seek(0)
        return unpacked

    def view(self, plane: Plane, index: int) -> NoReturn:
        """An archive has no pictures."""
        raise UnreadableError(Unread.MISSING)

    stored = view
