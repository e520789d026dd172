"""What an operator may set, each by the environment variable `PHIVET_` and its name in capitals."""

import os
import resource
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from phivet.cases.errors import PhivetError

MIB, GIB = 2**20, 2**30
DESCRIPTORS_OF_OUR_OWN = 256
"""Open files that a process of the service needs besides the uploads."""


class SettingError(PhivetError):
    """An environment variable holds no value that it can hold: says which one."""


@dataclass(frozen=True)
class Settings:
    """Bounds of the service; every figure is a whole number of at least 1."""

    upload_bytes: int = 8 * GIB
    """Bytes of one request."""
    upload_file_bytes: int = 4 * GIB
    """Bytes of one file in it."""
    upload_files: int = 5_000
    """Files in one request; each takes an open file of the process. A larger case comes as a zip."""
    upload_seconds: int = 600
    """Time for one upload to arrive."""
    scans: int = 2
    """Scans at once, uploads included, in each worker; one more is answered 429."""
    scan_seconds: int = 1_800
    """Time for one scan; what is not looked at by then is `not_scanned` with the reason `time_out`."""
    workers: int = 1
    """Processes that answer requests (`phivet serve --workers`)."""

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if not isinstance(value, int) or value < 1:
                raise SettingError(f"{_variable(each.name)} must be a whole number of at least 1")
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        if limit != resource.RLIM_INFINITY and self.descriptors > limit:
            raise SettingError(
                f"PHIVET_UPLOAD_FILES times PHIVET_SCANS needs {self.descriptors} open files, "
                f"but this process may open {limit}: lower one of them, or raise the limit (ulimit -Hn)"
            )

    @property
    def descriptors(self) -> int:
        """Open files that a worker may need at once."""
        return self.upload_files * self.scans + DESCRIPTORS_OF_OUR_OWN

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The settings that the environment gives. Raises `SettingError`."""
        given = {}
        for each in fields(cls):
            text = environment.get(_variable(each.name), "").strip()
            if text:
                given[each.name] = int(text) if text.isascii() and text.isdigit() else 0
        return cls(**given)


def _variable(name: str) -> str:
    return f"PHIVET_{name.upper()}"
