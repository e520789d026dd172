"""A zip archive, whose members are files of the case; bounded in members, size and ratio."""

import tempfile
import zipfile
from typing import BinaryIO, NoReturn

from phivet.cases.coverage import Unread
from phivet.cases.description import Description, Member
from phivet.cases.errors import UnreadableError
from phivet.cases.limits import Limits
from phivet.cases.places import Plane

CHUNK = 1 << 20
DOCUMENTS = {"[Content_Types].xml", "mimetype", "META-INF/manifest.xml", "content.xml"}
"""Members that make a zip an office document or another bundle, not a case."""


class Archive:
    """A zip file. Raises `UnreadableError`: `medium` for an office document, `size` for too many members or bytes."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise UnreadableError(Unread.CORRUPT) from error
        self._limits = limits
        entries = self._zip.infolist()
        if DOCUMENTS & {entry.filename for entry in entries}:
            raise UnreadableError(Unread.MEDIUM)
        if len(entries) > limits.members or sum(entry.file_size for entry in entries) > limits.member_bytes:
            raise UnreadableError(Unread.SIZE)

    def describe(self) -> Description:
        """Its members, folders left out."""
        return Description(
            members=tuple(
                Member(ordinal, entry.filename, entry.file_size)
                for ordinal, entry in enumerate(self._zip.infolist())
                if not entry.is_dir()
            )
        )

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
