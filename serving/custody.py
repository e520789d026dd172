"""Custody: all that is needed to hold cases. One object each process, opened once.

The database and the vault belong together: each knows the vault's id. Where they differ, nothing is served and nothing
is erased, since every key that the database does not know would be taken for a left-over.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import select

from phivet.cases.case import Case
from phivet.cases.errors import PhivetError
from phivet.cases.reader import Reader
from phivet.serving import tables
from phivet.serving.audit import Audit
from phivet.serving.keys import Keys
from phivet.serving.settings import Settings
from phivet.serving.store import NOT_YET, Store
from phivet.serving.vault import ErasedError, Vault, Why

ANOTHER = "the keys belong to another database: are --data and PHIVET_DATABASE those that `phivet serve` runs with?"


class CustodyError(PhivetError):
    """What is kept is not there, or does not belong together: says why."""


@dataclass(frozen=True)
class Custody:
    """The database, the vault of what is sensitive, the audit log, and the keys."""

    settings: Settings
    keys: Keys
    store: Store
    vault: Vault
    audit: Audit

    @classmethod
    def make(cls, settings: Settings) -> Self:
        """What is kept in `settings.folder`, which is made if it is not there; `prepare` comes next.

        Only who serves does this, for whoever else finds nothing looks in the wrong place. Raises `PhivetError`.
        """
        settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        Keys.read(settings.folder / "keys", make=True)
        (settings.folder / "keys").mkdir(mode=0o700, exist_ok=True)
        return cls.open(settings)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """What is kept in `settings.folder`. Raises `PhivetError`.

        The database is opened when it is first used. Call `check` before anything is done to it by hand.
        """
        folder = settings.folder
        if not (folder / "keys").is_dir():
            raise CustodyError(f"nothing is kept there yet; {NOT_YET}")
        keys = Keys.read(folder / "keys")
        erased = Path(settings.erased) if settings.erased else None
        anchor = Path(settings.audit_anchor) if settings.audit_anchor else folder / "audit.head"
        return cls(
            settings,
            keys,
            Store(settings.database_url),
            Vault(folder / "files", folder / "keys", keys, erased),
            Audit(keys, anchor),
        )

    def prepare(self) -> None:
        """What must be done before anything is served: the tables, and every erasure once more. Raises `PhivetError`.

        A backup that was restored holds cases that were erased since; their rows go before anybody can ask for them.
        """
        self.store.migrate()
        self._pair()
        self.finish_erasures()
        erased = self.vault.replay()
        names = sorted(erased)
        with self.store.begin() as session:
            back: list[tables.Case] = []
            for start in range(0, len(names), 500):
                some = names[start : start + 500]
                of_these = tables.Case.vault.in_(some) | tables.Case.uid.in_(some)
                found = select(tables.Case).where(of_these).order_by(tables.Case.uid)
                back += session.scalars(found.with_for_update(of=tables.Case))
            for case in dict.fromkeys(back):
                if Why.REQUEST in (erased.get(case.uid), erased.get(case.vault or "")):
                    session.delete(case)
                else:
                    case.vault, case.purged_at = None, time.time()
            session.flush()
            for case in dict.fromkeys(back):
                self.audit.write(session, "phivet", "case erased again", case.uid)
        self.store.checkpoint()

    def finish_erasures(self) -> int:
        """Erase what the database says is erased, and the vault does not: a kill came in between. How many."""
        done = self.vault.erased()
        with self.store.read() as session:
            rows = [(name, why) for name, why in session.execute(select(tables.Erasure.vault, tables.Erasure.why))]
        left = [(name, Why(why)) for name, why in rows if name not in done]
        for name, why in left:
            self.vault.erase(name, why)
        return len(left)

    def check(self) -> None:
        """Raises `PhivetError` unless the database is there and belongs to the vault. Makes nothing."""
        self.store.check()
        with self.store.read() as session:
            known = session.get(tables.Pairing, 1)
        if known is None or known.vault != self.vault.id:
            raise CustodyError(ANOTHER)

    def _pair(self) -> None:
        """Let a new database and a new vault know each other; one of the two may have been lost, and is new then."""
        with self.store.begin() as session:
            self.store.alone(session)
            known, name = session.get(tables.Pairing, 1), self.vault.id
            if known is None and self.vault.is_empty:
                if name is None:
                    self.vault.identify(name := tables.new_id())
                session.add(tables.Pairing(id=1, vault=name))
            elif known is not None and name is None and self.vault.is_empty:
                self.vault.identify(known.vault)
            elif known is None or known.vault != name:
                raise CustodyError(ANOTHER)

    @contextmanager
    def case(self, case: tables.Case, reader: Reader) -> Iterator[Case]:
        """The case's files, decrypted as far as they are read. Raises `ErasedError` and `UnreadableError`."""
        if case.vault is None:
            raise ErasedError("what was sealed here has been erased")
        with self.vault.files(case.vault) as files:
            yield Case(files, case.case_id, reader)

    def close(self) -> None:
        """Close the connections to the database."""
        self.store.close()
