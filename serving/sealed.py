"""Encrypted files: AES-256-GCM in chunks, so that a file of any size is written and read in bounded memory.

    magic, salt (16), chunk, chunk, ... last chunk            each chunk: up to `CHUNK` bytes encrypted, tag (16)

The file's key is derived from the case's by its salt and its name in the vault; a chunk's nonce is its number and
whether it is the last one. So a chunk cannot be changed, moved, left out, or taken from another file unnoticed (the
STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár).
"""

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from phivet.cases.coverage import Unread
from phivet.cases.errors import UnreadableError

MAGIC = b"phivet1\n"
SALT = 16
CHUNK = 256 * 1024
TAG = 16


class SealedFile:
    """What is written to it goes encrypted to `path`, which must not exist. `finish` makes it whole and durable.

    It takes the place of the temporary file of an upload: `write`, `seek(0)` at the end, `close`.
    """

    def __init__(self, path: Path, key: bytes, name: str) -> None:
        self._path = path
        self._digest = hashlib.sha256()
        self._pending = bytearray()
        self._number = 0
        self._finished = False
        self.size = 0
        salt = secrets.token_bytes(SALT)
        self._cipher = _cipher(key, salt, name)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._file.write(MAGIC + salt)

    def write(self, data: bytes) -> int:
        """Add `data`."""
        self.size += len(data)
        self._digest.update(data)
        self._pending += data
        while len(self._pending) > CHUNK:
            self._chunk(CHUNK, last=False)
        return len(data)

    def finish(self) -> None:
        """Write the last chunk, and wait until all of it is on the disk."""
        if not self._finished:
            self._chunk(len(self._pending), last=True)
            self._finished = True
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def seek(self, offset: int, whence: int = 0) -> int:
        """What the parser of forms does when the file has come to its end."""
        self.finish()
        return offset

    def close(self) -> None:
        """Give up what is not finished."""
        if not self._finished:
            self._file.close()
            with contextlib.suppress(FileNotFoundError):
                self._path.unlink()

    @property
    def digest(self) -> str:
        """The SHA-256 of what was written, in hexadecimal."""
        return self._digest.hexdigest()

    def _chunk(self, size: int, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last), bytes(self._pending[:size]), None))
        del self._pending[:size]
        self._number += 1


def plain(path: Path, key: bytes, name: str) -> Iterator[bytes]:
    """The bytes in a sealed file, chunk by chunk. Raises `UnreadableError` (`corrupt`: it was changed)."""
    try:
        file: BinaryIO = path.open("rb")
    except OSError:
        raise UnreadableError(Unread.MISSING) from None
    with file:
        head = file.read(len(MAGIC) + SALT)
        if not head.startswith(MAGIC):
            raise UnreadableError(Unread.CORRUPT)
        cipher = _cipher(key, head[len(MAGIC) :], name)
        number, chunk = 0, file.read(CHUNK + TAG)
        while True:
            following = file.read(CHUNK + TAG)
            try:
                yield cipher.decrypt(_nonce(number, not following), chunk, None)
            except InvalidTag:
                raise UnreadableError(Unread.CORRUPT) from None
            if not following:
                return
            number, chunk = number + 1, following


def _cipher(key: bytes, salt: bytes, name: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"phivet file " + name.encode()).derive(key))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
