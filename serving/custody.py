"""Custody: all that is needed to hold cases. One object each process, opened once."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import select

from phivet.cases.case import Case
from phivet.cases.reader import Reader
from phivet.serving import tables
from phivet.serving.audit import Audit
from phivet.serving.keys import Keys
from phivet.serving.settings import Settings
from phivet.serving.store import Store
from phivet.serving.vault import ErasedError, Vault, Why


@dataclass(frozen=True)
class Custody:
    """The database, the vault of what is sensitive, the audit log, and the keys."""

    settings: Settings
    keys: Keys
    store: Store
    vault: Vault
    audit: Audit

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """What is kept in `settings.folder`, which is made if it is not there. Raises `PhivetError`.

        The database is opened when it is first used, and has the right tables only after `prepare`.
        """
        folder = settings.folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
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
        erased = self.vault.replay()
        names = list(erased)
        with self.store.begin() as session:
            for start in range(0, len(names), 500):
                some = select(tables.Case).where(tables.Case.vault.in_(names[start : start + 500]))
                for case in session.scalars(some).all():
                    self.audit.write(session, "phivet", "case erased again", case.uid)
                    if erased[case.vault or ""] is Why.REQUEST:
                        session.delete(case)
                    else:
                        case.vault, case.purged_at = None, time.time()
        self.store.checkpoint()

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
