"""The master key, from which every other key comes: read from the environment or from a file, and never logged."""

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from phivet.cases.errors import PhivetError

KEY_BYTES = 32
VARIABLE = "PHIVET_MASTER_KEY"
FILE_VARIABLE = "PHIVET_MASTER_KEY_FILE"


class MasterKeyError(PhivetError):
    """The master key is missing or is none."""


@dataclass(frozen=True)
class Keys:
    """The master key, 32 bytes."""

    master: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.master) != KEY_BYTES:
            raise MasterKeyError(f"{VARIABLE} must be {KEY_BYTES} bytes in base64: openssl rand -base64 32")

    def derived(self, purpose: str, salt: bytes = b"") -> bytes:
        """The key for one purpose, 32 bytes; whoever has it learns nothing of the others (HKDF, RFC 5869)."""
        return HKDF(SHA256(), KEY_BYTES, salt or None, b"phivet " + purpose.encode()).derive(self.master)

    @classmethod
    def read(cls, folder: Path, environment: Mapping[str, str] = os.environ, *, make: bool = False) -> Self:
        """From the environment, from the file that it names, or from `folder`, where one is made if need be and `make`.

        Raises `MasterKeyError`. A key beside the data protects backups of the data, not the machine: in production it
        belongs elsewhere.
        """
        text = environment.get(VARIABLE, "")
        if not text:
            named = environment.get(FILE_VARIABLE)
            path = Path(named) if named else folder / "master.key"
            if make and not named and not path.exists():
                _make(path)
            try:
                text = path.read_text("ascii")
            except (OSError, UnicodeError):
                raise MasterKeyError("the file with the master key cannot be read") from None
        try:
            return cls(base64.b64decode(text.strip(), validate=True))
        except binascii.Error:
            raise MasterKeyError(f"{VARIABLE} must be {KEY_BYTES} bytes in base64: openssl rand -base64 32") from None


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = base64.b64encode(secrets.token_bytes(KEY_BYTES))
    write_durably(path, text + b"\n")


def write_durably(path: Path, content: bytes) -> None:
    """Make a file that only its owner can read; it is there, whole, even if the power fails. It may not exist yet."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        write_all(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(path.parent)


def write_all(descriptor: int, content: bytes) -> None:
    """Write all of it, however little a full disk takes at once. Raises `OSError`."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def sync_folder(folder: Path) -> None:
    """Make the entries of a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
