"""The database of the case service: SQLite by default, PostgreSQL by URL. Its tables are in `tables.py`.

    store = Store(url)                     # opens nothing yet
    store.migrate()                        # `phivet serve` does, once, before it serves
    with store.begin() as session: ...     # one transaction that writes; committed at its end, or nothing of it is
    with store.read() as session: ...      # one that only reads

SQLite runs with a write-ahead log, `synchronous=FULL` (what is committed survives a power cut), foreign keys, and
`secure_delete` (what is deleted is overwritten); a transaction that writes takes the lock when it begins, so that none
fails half-way because another was quicker. PostgreSQL runs under `READ COMMITTED`, and rows are locked by hand: a case
before anything that belongs to it, several cases by their uid, and the head of the audit log last, so that no two
transactions wait for each other.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Engine, create_engine, event, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session

from phivet.cases.errors import PhivetError
from phivet.serving import migrations
from phivet.serving.tables import Case, Report, Rule, Site

LOCK_SECONDS = 60
"""For which a transaction waits for another one's lock."""
SQLITE = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "secure_delete": "ON",
    "busy_timeout": str(1_000 * LOCK_SECONDS),
}
POOL = 10
NEWER = "the database was made by a newer version of phivet"
NOT_YET = "`phivet serve` makes it: are --data and PHIVET_DATABASE those that it runs with?"
ANY = "*"
PURGE_DAYS = 30
CONSENTING = frozenset({"casect", "resectaur"})
"""The policies of platforms whose published rules know an informed consent; there it counts unless a rule says not."""


class StoreError(PhivetError):
    """The database cannot be used: says why, and not what is in it."""


class Store:
    """One database. Safe to use from several threads; a process that forks must make its own."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise StoreError("PHIVET_DATABASE is no URL, such as postgresql://user@host/name") from None
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+pg8000")
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if not self.is_sqlite and parsed.get_backend_name() != "postgresql":
            raise StoreError("PHIVET_DATABASE must be SQLite or PostgreSQL")
        self.url = parsed.render_as_string(hide_password=False)
        self.engine: Engine = _sqlite(self.url) if self.is_sqlite else _postgresql(self.url)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A transaction that writes."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            if self.is_sqlite:
                session.execute(text("BEGIN IMMEDIATE"))
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads; nothing of it is kept."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def migrate(self) -> None:
        """Bring the tables up to what this version of phivet needs. Raises `StoreError`."""
        try:
            with self.begin() as session:
                self.alone(session)
                migrations.migrate(session.connection())
        except SQLAlchemyError as error:
            raise StoreError(f"the database cannot be opened ({type(error).__name__})") from None
        except migrations.NewerError:
            raise StoreError(NEWER) from None

    def check(self) -> None:
        """Raises `StoreError` unless the database is there, with the tables that this version needs. Makes nothing."""
        name = self.engine.url.database
        if self.is_sqlite and not (name and Path(name).is_file()):
            raise StoreError(f"there is no database yet; {NOT_YET}")
        try:
            with self.read() as session:
                migrations.check(session.connection())
        except SQLAlchemyError as error:
            raise StoreError(f"the database cannot be opened ({type(error).__name__})") from None
        except migrations.NewerError:
            raise StoreError(NEWER) from None
        except migrations.OlderError:
            raise StoreError(f"the database has not got the tables of this version; {NOT_YET}") from None

    def alone(self, session: Session) -> None:
        """Let no other machine put the database in order until the transaction of `session` ends."""
        if not self.is_sqlite:
            session.execute(text("SELECT pg_advisory_xact_lock(7417)"))

    def checkpoint(self) -> None:
        """Empty SQLite's write-ahead log into the database, so that what was deleted stands in neither."""
        if self.is_sqlite:
            with self.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(
                    text("PRAGMA wal_checkpoint(TRUNCATE)")
                )

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": LOCK_SECONDS}, pool_size=POOL, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # `Store.begin` begins
        for name, value in SQLITE.items():
            connection.execute(f"PRAGMA {name}={value}")

    return engine


def _postgresql(url: str) -> Engine:
    return create_engine(url, pool_size=POOL, pool_pre_ping=True, hide_parameters=True)


def rule(session: Session, policy: str, site: str) -> Rule:
    """What holds for `policy` at `site`: its own rule, else the policy's, the site's, everybody's, or the default."""
    found = {
        (each.policy, each.site): each
        for each in session.scalars(select(Rule).where(Rule.policy.in_([policy, ANY]), Rule.site.in_([site, ANY])))
    }
    for key in ((policy, site), (policy, ANY), (ANY, site), (ANY, ANY)):
        if key in found:
            return found[key]
    consents = policy in CONSENTING
    return Rule(
        policy=policy, site=site, purge_days=PURGE_DAYS, consents=consents, second_reader=False, retraining=False
    )


def purge_days() -> ColumnElement[int]:
    """`rule(...).purge_days` for each row of `Case`, in a query of it."""
    rules = select(Rule.purge_days).where(Rule.policy.in_([Case.policy, ANY]), Rule.site.in_([Case.site, ANY]))
    particular = rules.order_by(Rule.policy == ANY, Rule.site == ANY).limit(1)
    return func.coalesce(particular.correlate(Case).scalar_subquery(), PURGE_DAYS)


def site(session: Session, name: str) -> Site:
    """The site of this name, entered if it is new; it is served as if it had always been there."""
    found = session.get(Site, name)
    if found is None:
        found = Site(name=name, served=0)
        session.add(found)
        session.flush()
    return found


def latest_report(session: Session, case: Case) -> Report | None:
    """What the last scan of the case's present content said."""
    wanted = select(Report).where(Report.case_uid == case.uid, Report.version == case.version)
    return session.scalars(wanted.order_by(Report.scan.desc()).limit(1)).first()
