"""What an operator may set, each by the environment variable `PHIVET_` and its name in capitals."""

import os
import resource
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from phivet.cases.errors import PhivetError

MIB, GIB = 2**20, 2**30
DESCRIPTORS_OF_OUR_OWN = 256
"""Open files that a process of the service needs besides the uploads."""


BEHIND = "PHIVET_BEHIND"
"""By which scanners learn the addresses of the services behind, in JSON; set by `serve.py`, and nobody else."""


class SettingError(PhivetError):
    """An environment variable holds no value that it can hold: says which one."""


@dataclass(frozen=True)
class Settings:
    """Bounds of the service, each a whole number of at least 1, and where it keeps what it keeps.

    The master key is read from PHIVET_MASTER_KEY (`keys.py`), and is no setting, so that nobody prints it.
    """

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
    scanners: int = 1
    """Processes that scan the cases in the queue, one case each at a time."""
    case_memory_bytes: int = 8 * GIB
    """Memory of such a process; its reading child has limits of its own."""
    case_tries: int = 3
    """Times that a case may kill the process that scans it, or take too long; then it is parked for review."""
    queue: int = 10_000
    """Cases that wait to be scanned; one more is answered 429."""
    data: str = "phivet-data"
    """The folder of all that is kept (`phivet serve --data`)."""
    database: str = field(default="", repr=False)
    """URL of a PostgreSQL database; without it SQLite in the folder of the data."""
    erased: str = ""
    """The list of erasures; without it in the folder of the keys (`vault.py`)."""
    audit_anchor: str = ""
    """The file with the audit log's head; without it in the folder of the data (`audit.py`)."""
    callbacks: str = ""
    """Addresses that platforms may have webhooks sent to, such as "https://platform.example/hooks/ https://..."."""
    oidc_issuer: str = ""
    """The OpenID provider by which people log in to the console (`oidc.py`), and what it knows this service by."""
    oidc_client: str = ""
    oidc_secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if each.type is int and (not isinstance(value, int) or value < 1):
                raise SettingError(f"{_variable(each.name)} must be a whole number of at least 1")
        if any(urlsplit(each).scheme not in ("http", "https") for each in self.callback_prefixes):
            raise SettingError("PHIVET_CALLBACKS must be addresses that begin with https:// (or http://)")
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

    @property
    def folder(self) -> Path:
        """The folder of all that is kept."""
        return Path(self.data).absolute()

    @property
    def database_url(self) -> str:
        """The database, as SQLAlchemy names it."""
        return self.database or f"sqlite:///{self.folder / 'phivet.db'}"

    @property
    def callback_prefixes(self) -> tuple[str, ...]:
        """What the address of a webhook must begin with."""
        return tuple(self.callbacks.replace(",", " ").split())

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The settings that the environment gives. Raises `SettingError`."""
        given: dict[str, Any] = {}
        for each in fields(cls):
            text = environment.get(_variable(each.name), "").strip()
            if text:
                number = int(text) if text.isascii() and text.isdigit() else 0
                given[each.name] = number if each.type is int else text
        return cls(**given)


def _variable(name: str) -> str:
    return f"PHIVET_{name.upper()}"
