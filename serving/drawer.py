"""Decrypted files, for as long as somebody reads a case: in memory, or without a name on the disk, never with one."""

import contextlib
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterable
from types import TracebackType
from typing import Self

MEMORY = 512 * 2**20
"""Bytes of decrypted files that are kept in memory; a larger file goes to `TMPDIR`, without a name."""


class Drawer:
    """The files of one case that were decrypted last. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: OrderedDict[int, tuple[int, int]] = OrderedDict()

    def open(self, number: int, size: int, content: Iterable[bytes]) -> int:
        """A new descriptor of file `number`, which is decrypted from `content` unless it still lies here."""
        with self._lock:
            if number not in self._open:
                self._make_room(size)
                self._open[number] = self._filled(size, content), size
            self._open.move_to_end(number)
            return os.open(f"/proc/self/fd/{self._open[number][0]}", os.O_RDONLY | os.O_CLOEXEC)

    def _filled(self, size: int, content: Iterable[bytes]) -> int:
        if size <= MEMORY:
            descriptor = os.memfd_create("file", os.MFD_CLOEXEC)
        else:
            descriptor = os.open(tempfile.gettempdir(), os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(os.dup(descriptor), "wb") as file:
                for chunk in content:
                    file.write(chunk)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _make_room(self, size: int) -> None:
        while self._open and sum(held for _, held in self._open.values()) + size > MEMORY:
            os.close(self._open.popitem(last=False)[1][0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            while self._open:
                with contextlib.suppress(OSError):
                    os.close(self._open.popitem()[1][0])
