"""The vault: what is sensitive of each case, encrypted under a key of its own, and gone when that key is gone.

    files/ab/abcd.../manifest, 1, 2, ...     the files' names, sizes and digests; the files          (back this up)
    keys/ab/abcd...                          the case's key, wrapped by the master key         (do not back this up)
    keys/erased                              one line for every key that was deleted, with its MAC          (nor this)
    keys/id                                  a random id, which the database that these keys belong to knows

To erase a case is to delete its key, after a line was added to the list: whatever copies of the files there are, nobody
can read them any more. A backup that is restored brings rows and files back, and perhaps a key: `replay` deletes
them again before anything is served. `PHIVET_ERASED` puts the list elsewhere, such as on a disk that is never rolled
back. A machine that shares cases with others shares these folders with them.
"""

import contextlib
import fcntl
import hmac
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from phivet.cases.coverage import Unread
from phivet.cases.errors import PhivetError, UnreadableError
from phivet.cases.files import File
from phivet.serving.drawer import Drawer
from phivet.serving.keys import KEY_BYTES, Keys, sync_folder, write_all, write_durably
from phivet.serving.sealed import SealedFile, plain
from phivet.serving.tables import new_id

NONCE = 12
MANIFEST, ID = "manifest", "id"
LONGEST_LINE = 200
"""Bytes of a line in the list of erasures."""


class ErasedError(PhivetError):
    """What was sealed under this name was erased, or never was."""


class VaultError(PhivetError):
    """The vault is not as it should be: says why."""


@dataclass(frozen=True)
class Entry:
    """One file of a case: its name as its sender gave it, its size in bytes, the SHA-256 of its bytes in hex."""

    name: str = field(repr=False)
    size: int
    digest: str = field(repr=False)


class Why(StrEnum):
    """Why something is erased."""

    REQUEST = "request"  # the platform or the person wants it: nothing about the case is kept
    PURGE = "purge"  # a purge rule: the report and the decision stay
    REPLACED = "replaced"  # other files came under the same id


class Vault:
    """The vault in the two folders. Safe to use from several threads and processes."""

    def __init__(self, files: Path, keys: Path, master: Keys, erased: Path | None = None) -> None:
        self._files, self._keys = files, keys
        self._wrap = AESGCM(master.derived("wrapping"))
        self._list_key = master.derived("erasures")
        self._erased = erased or keys / "erased"
        for folder in (files, keys):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def id(self) -> str | None:
        """What the database that this belongs to knows it by; None until `identify`. Raises `VaultError`."""
        try:
            return (self._keys / ID).read_text("ascii").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeError):
            raise VaultError("the id of the vault cannot be read") from None

    def identify(self, name: str) -> None:
        """Be known as `name` from now on."""
        write_durably(self._keys / ID, f"{name}\n".encode())

    @property
    def is_empty(self) -> bool:
        """Whether no key is in it."""
        return next(self.names(), None) is None

    def make(self) -> str:
        """A new, empty place in the vault: its name."""
        name, key, nonce = new_id(), secrets.token_bytes(KEY_BYTES), secrets.token_bytes(NONCE)
        path = self._key_path(name)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        sync_folder(self._keys)
        write_durably(path, nonce + self._wrap.encrypt(nonce, key, name.encode()))
        self._folder(name).mkdir(mode=0o700, parents=True)
        return name

    def writer(self, name: str, number: int) -> SealedFile:
        """Where file `number` (from 1) of `name` is written. Raises `ErasedError`."""
        return SealedFile(self._folder(name) / str(number), self._key(name), f"{name} {number}")

    def complete(self, name: str, entries: Sequence[Entry]) -> None:
        """Write down what the files are; from now on it survives a power cut. Raises `ErasedError`."""
        manifest = SealedFile(self._folder(name) / MANIFEST, self._key(name), f"{name} {MANIFEST}")
        manifest.write(json.dumps([list(vars(entry).values()) for entry in entries]).encode())
        manifest.finish()
        for folder in (self._folder(name), self._folder(name).parent, self._files):
            sync_folder(folder)

    def fill(self, files: Mapping[str, bytes]) -> tuple[str, list[Entry]]:
        """A new place that holds these files, by their names: its name, and what it holds."""
        name, entries = self.make(), []
        for number, (of_sender, content) in enumerate(files.items(), 1):
            file = self.writer(name, number)
            file.write(content)
            file.finish()
            entries.append(Entry(of_sender, file.size, file.digest))
        self.complete(name, entries)
        return name, entries

    def holds(self, name: str) -> bool:
        """Whether what is under `name` can still be read, as far as its key goes."""
        return self._key_path(name).exists()

    def entries(self, name: str) -> list[Entry]:
        """The files under `name`. Raises `ErasedError`, and `UnreadableError` when the manifest was tampered with."""
        path = self._folder(name) / MANIFEST
        rows = json.loads(b"".join(plain(path, self._key(name), f"{name} {MANIFEST}")))
        return [Entry(*row) for row in rows]

    @contextmanager
    def files(self, name: str) -> Iterator[list[File]]:
        """The files under `name`, each decrypted when it is opened first. Raises `ErasedError`, `UnreadableError`."""
        entries = self.entries(name)
        with Drawer() as drawer:
            yield [
                File(entry.name, partial(self._opened, drawer, name, number, entry.size))
                for number, entry in enumerate(entries, 1)
            ]

    def _opened(self, drawer: Drawer, name: str, number: int, size: int) -> int:
        return drawer.open(number, size, self.read(name, number))

    def read(self, name: str, number: int) -> Iterator[bytes]:
        """The bytes of file `number`. Raises `UnreadableError`: `missing` when it was erased meanwhile."""
        try:
            key = self._key(name)
        except ErasedError:
            raise UnreadableError(Unread.MISSING) from None
        yield from plain(self._folder(name) / str(number), key, f"{name} {number}")

    def seal(self, name: str, text: bytes) -> bytes:
        """A short text, encrypted under the key of `name`. Raises `ErasedError`."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + AESGCM(self._key(name)).encrypt(nonce, text, b"text")

    def unseal(self, name: str, sealed: bytes) -> bytes:
        """What `seal` sealed. Raises `ErasedError`, and `UnreadableError` when it was changed."""
        try:
            return AESGCM(self._key(name)).decrypt(sealed[:NONCE], sealed[NONCE:], b"text")
        except InvalidTag:
            raise UnreadableError(Unread.CORRUPT) from None

    def erase(self, name: str, why: Why) -> None:
        """Make everything under `name` unreadable, for good: the list first, then the key, then the files.

        `name` may also be a case's uid, under which nothing lies: then the list says that nothing of it comes back.
        """
        self._enter(self._line(name, int(time.time()), why))
        self._forget(name)

    def discard(self, name: str) -> None:
        """Drop what nobody was told of: no entry in the list."""
        self._forget(name)

    def replay(self) -> dict[str, Why]:
        """Erase again whatever was erased once: all the names. Raises `VaultError` when the list was changed."""
        erased = self.erased()
        for name in erased:
            self._forget(name)
        return erased

    def erased(self) -> dict[str, Why]:
        """All the names in the list; a request counts, whatever else is said of a name. Raises `VaultError`."""
        found: dict[str, Why] = {}
        for name, _, why in self._listed():
            if found.get(name) is not Why.REQUEST:
                found[name] = why
        return found

    def names(self) -> Iterator[tuple[str, float]]:
        """Every name that has a key, and when it was made."""
        for path in self._keys.glob("??/*"):
            with contextlib.suppress(FileNotFoundError):
                yield path.name, path.stat().st_mtime

    def _forget(self, name: str) -> None:
        path = self._key_path(name)
        with contextlib.suppress(FileNotFoundError):
            size = path.stat().st_size
            with path.open("r+b") as file:
                file.write(b"\0" * size)
                os.fsync(file.fileno())
            path.unlink()
            sync_folder(path.parent)
        shutil.rmtree(self._folder(name), ignore_errors=True)

    def _enter(self, line: bytes) -> None:
        """Add a line to the list, durably or not at all. What an earlier write has left half is cut off first."""
        descriptor = os.open(self._erased, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            size = os.fstat(descriptor).st_size
            tail = os.pread(descriptor, LONGEST_LINE, max(0, size - LONGEST_LINE))
            end = size - len(tail) + tail.rfind(b"\n") + 1
            if end and b"\n" not in tail:
                raise VaultError("the list of erasures was changed")
            os.ftruncate(descriptor, end)
            os.lseek(descriptor, end, os.SEEK_SET)
            try:
                write_all(descriptor, line)
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, end)
                raise
        finally:
            os.close(descriptor)
        sync_folder(self._erased.parent)

    def _line(self, name: str, at: int, why: Why) -> bytes:
        text = f"{name} {at} {why}"
        mac = hmac.new(self._list_key, text.encode(), "sha256").hexdigest()
        return f"{text} {mac}\n".encode()

    def _listed(self) -> Iterator[tuple[str, int, Why]]:
        try:
            whole, _, _ = self._erased.read_bytes().rpartition(b"\n")
            lines = whole.decode("ascii").splitlines()  # what was written half: its key was not deleted yet
        except FileNotFoundError:
            return
        except (OSError, UnicodeError):
            raise VaultError("the list of erasures cannot be read") from None
        for line in lines:
            text, _, mac = line.rpartition(" ")
            if not hmac.compare_digest(mac, hmac.new(self._list_key, text.encode(), "sha256").hexdigest()):
                raise VaultError("the list of erasures was changed, or belongs to another master key")
            name, at, why = text.split()
            yield name, int(at), Why(why)

    def _key(self, name: str) -> bytes:
        try:
            wrapped = self._key_path(name).read_bytes()
            return self._wrap.decrypt(wrapped[:NONCE], wrapped[NONCE:], name.encode())
        except FileNotFoundError:
            raise ErasedError("what was sealed here has been erased") from None
        except InvalidTag:
            raise VaultError("a case's key belongs to another master key") from None

    def _key_path(self, name: str) -> Path:
        return self._keys / name[:2] / name

    def _folder(self, name: str) -> Path:
        return self._files / name[:2] / name
