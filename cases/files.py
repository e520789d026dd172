"""The files of a case, before anybody has looked into them."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from phivet.cases.coverage import Unread
from phivet.cases.errors import CaseNotFoundError, CaseTooLargeError, UnreadableError
from phivet.cases.limits import Limits

_keys = count(1)
_REFUSED = {
    errno.ELOOP: Unread.LINK,  # O_NOFOLLOW met a link
    errno.ENXIO: Unread.LINK,  # a socket or a device
    errno.ENODEV: Unread.LINK,
    errno.ENOENT: Unread.MISSING,
    errno.ENOTDIR: Unread.MISSING,
    errno.ENAMETOOLONG: Unread.SIZE,
}
"""What it means when the system does not open a file; in all other cases it may not be opened."""


@dataclass(frozen=True)
class File:
    """A file as its sender names it, and how to open it.

    `open()` returns a new read-only descriptor, which the caller closes, or raises `UnreadableError`. `member` is the
    ordinal of a member of the zip archive that `open` opens. `key` tells what `open` opens from all else within this
    process.
    """

    name: str = field(repr=False)
    open: Callable[[], int] = field(repr=False, compare=False)
    member: int | None = None
    key: int = field(default_factory=lambda: next(_keys))

    @property
    def suffix(self) -> str:
        """The ending of its name in small letters, such as ".dcm"; long or odd ones are no ending."""
        suffix = Path(self.name).suffix.lower()
        return suffix if len(suffix) <= 6 and suffix[1:].isalnum() else ""

    def inside(self, ordinal: int, name: str) -> "File":
        """The member `ordinal` of this archive."""
        return replace(self, name=f"{self.name}/{name}", member=ordinal)

    def refused(self, reason: Unread) -> "File":
        """The same file, but it does not open, for this reason."""

        def refuse() -> int:
            raise UnreadableError(reason)

        return replace(self, open=refuse)

    @classmethod
    def of_path(cls, path: Path, name: str) -> "File":
        """The file at `path`: a regular one, links are not followed."""
        return cls(name, lambda: _open_regular(path))

    @classmethod
    def of_descriptor(cls, name: str, descriptor: int) -> "File":
        """The file behind an open descriptor, which may have no name in any folder; keep it open while this is used."""
        return cls(name, lambda: os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC))


def _open_regular(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UnreadableError(_REFUSED.get(error.errno or 0, Unread.PERMISSION)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadableError(Unread.LINK)
    return descriptor


def list_files(path: Path, limits: Limits) -> list[File]:
    """Every file at or below `path`, sorted by name; links are listed, not followed, and so are closed folders.

    Raises `CaseNotFoundError` and `CaseTooLargeError`, which do not repeat the path.
    """
    try:
        root = path.resolve(strict=True)
        if root.is_file():
            return [File.of_path(root, path.name)]
        files = []
        for entry in _walk(root):
            files.append(File.of_path(entry, entry.relative_to(root).as_posix()))
            if len(files) > limits.files:
                raise CaseTooLargeError(f"the case holds more than {limits.files} files")
    except (OSError, RuntimeError, ValueError) as error:
        raise CaseNotFoundError("there is no file or folder at this path, or it may not be opened") from error
    return sorted(files, key=lambda file: file.name)


def _walk(root: Path) -> Iterator[Path]:
    """Every file below `root`, and every folder that cannot be listed. Raises `OSError` when `root` is one."""
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(Path(entry.path))
                    else:
                        yield Path(entry.path)
        except OSError:
            if folder == root:
                raise
            yield folder
