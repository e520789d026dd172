"""What tests of the case service share: a custody of cases in a temporary folder, on SQLite and on PostgreSQL."""

import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from phivet.cases.reader import Reader
from phivet.models.burned_in_text import BurnedInText
from phivet.models.headers import Headers
from phivet.models.notes import Notes
from phivet.models.scan import scan
from phivet.serving import intake, jobs, results, tables, users
from phivet.serving.access import Principal, Role
from phivet.serving.custody import Custody
from phivet.serving.migrations import STEPS
from phivet.serving.policies import policy
from phivet.serving.settings import Settings
from phivet.serving.store import Store
from phivet.serving.tables import Base

Files = dict[str, bytes]
NOTE: Files = {"note.txt": b"Mr John Whitfield, DOB 03/04/1951, NHI ZAC5361: disc bulge at L4/5."}
"""A case that blocks under every policy."""


class Postgres:
    """A PostgreSQL server of our own: a folder, a socket in it, no port; run by somebody who is not root."""

    def __init__(self, programs: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        root = os.geteuid() == 0
        self.user = "postgres" if root else getpass.getuser()
        who: dict[str, Any] = {"user": self.user, "cwd": self.folder} if root else {"cwd": self.folder}
        if root:
            os.chown(self.folder, pwd.getpwnam(self.user).pw_uid, -1)
        data = self.folder / "data"
        make = [programs / "initdb", "-D", data, "-A", "trust", "-U", self.user, "--no-sync", "-E", "UTF8"]
        subprocess.run(make, check=True, capture_output=True, **who)
        options = ["-k", self.folder, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=100"]
        self.server = subprocess.Popen(
            [programs / "postgres", "-D", data, *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            **who,
        )
        self.number = 0
        self.model: Store | None = None
        self._await()

    def url(self, name: str) -> str:
        return f"postgresql+pg8000://{self.user}@/{name}?unix_sock={self.folder}/.s.PGSQL.5432"

    def database(self) -> str:
        """The URL of a database with the tables in it, and nothing in them: the same one again and again."""
        if self.model is None:
            self._say("CREATE DATABASE cases TEMPLATE template0")
            self.model = Store(self.url("cases"))
            self.model.migrate()
        with self.model.begin() as session:
            session.execute(text(f"TRUNCATE {', '.join(Base.metadata.tables)} RESTART IDENTITY"))
            session.execute(text("UPDATE schema_version SET steps = :steps"), {"steps": len(STEPS)})
        return self.url("cases")

    def empty(self) -> str:
        """The URL of a new, empty database."""
        self.number += 1
        self._say(f"CREATE DATABASE d{self.number} TEMPLATE template0")
        return self.url(f"d{self.number}")

    def _say(self, sentence: str) -> None:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(sentence))
        engine.dispose()

    def _await(self) -> None:
        for _ in range(200):
            try:
                self._say("SELECT 1")
            except DBAPIError:
                time.sleep(0.1)
            else:
                return
        raise TimeoutError

    def stop(self) -> None:
        if self.model is not None:
            self.model.close()
        self.server.send_signal(signal.SIGQUIT)
        self.server.wait(20)
        shutil.rmtree(self.folder)


def programs() -> Path | None:
    """Where PostgreSQL's programs are; Debian keeps them out of the path."""
    found = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found += [Path(path).parent for path in [shutil.which("initdb")] if path]
    return next((folder for folder in found if (folder / "initdb").exists()), None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed")
    server = Postgres(folder)
    yield server
    server.stop()


def custody_of(folder: Path, database: str = "", **settings: Any) -> Custody:
    """A custody that is ready to serve."""
    custody = Custody.make(Settings(data=str(folder), database=database, **settings))
    custody.prepare()
    return custody


@pytest.fixture
def custody(tmp_path: Path) -> Iterator[Custody]:
    custody = custody_of(tmp_path / "data", callbacks="http://127.0.0.1/hooks")
    yield custody
    custody.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_custody(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Custody]:
    """The same on either database."""
    database = request.getfixturevalue("postgres").database() if request.param == "postgresql" else ""
    custody = custody_of(tmp_path / "data", database, callbacks="http://127.0.0.1/hooks")
    yield custody
    custody.close()


def principal(custody: Custody, name: str = "platform", *roles: Role, sites: tuple[str, ...] = ()) -> Principal:
    """The user of this name, made with `roles` (a platform's) unless there is one."""
    with custody.store.begin() as session:
        try:
            user = users.named(session, name)
        except users.UserError:
            user = users.add(custody, session, "test", name, roles or [Role.PLATFORM], sites)
        return Principal(user.id, name, frozenset(Role(role) for role in user.roles), frozenset(user.sites))


def accepted(
    custody: Custody, files: Files = NOTE, case_id: str = "c-1", who: Principal | None = None, **terms: Any
) -> tables.Case:
    """A case that was taken in, as the API takes it in."""
    return intake.hand_in(custody, who or principal(custody), case_id, intake.Terms(**terms), files)[0]


Scanned = Callable[..., tables.Case]


@pytest.fixture(scope="session")
def scanned(reader: Reader) -> Scanned:
    """scanned(custody, files, case_id, ...) -> a case that was taken in and scanned; nothing is read from pixels."""
    notes = Notes()
    detectors = [Headers(notes), notes, BurnedInText(notes, lambda view: [])]

    def take_and_scan(custody: Custody, files: Files = NOTE, case_id: str = "c-1", **options: Any) -> tables.Case:
        case = accepted(custody, files, case_id, **options)
        scan_next(custody)
        with custody.store.read() as session:
            return session.get_one(tables.Case, case.uid)

    def scan_next(custody: Custody) -> None:
        lease = jobs.take(custody.store)
        assert lease is not None
        with custody.store.read() as session:
            case = session.get_one(tables.Case, lease.case_uid)
        with custody.case(case, reader) as opened:
            report = scan(opened, policy(case.policy), detectors)
            digests = {source: opened.digest(source) for source in opened.paths}
        results.record(custody, lease, report.as_json(), digests)

    take_and_scan.next = scan_next  # type: ignore[attr-defined]
    return take_and_scan
