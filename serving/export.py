"""Everything that is held about a case, as a zip that is made while it is sent; nothing of it is written anywhere."""

import json
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from phivet.cases.errors import UnreadableError
from phivet.serving import audit, tables
from phivet.serving.custody import Custody
from phivet.serving.vault import Entry, ErasedError

OF_A_CASE = (
    tables.Report,
    tables.Complaint,
    tables.Consent,
    tables.Verdict,
    tables.Mark,
    tables.Decision,
    tables.Webhook,
    tables.Job,
)
OURS = {"vault", "digest", "owner_id", "fence", "worker", "lease_until", "files"}
"""Columns that say nothing of the case."""


class _Outlet:
    """A file that cannot be read or sought: what is written to it waits to be sent."""

    def __init__(self) -> None:
        self._written, self._at = bytearray(), 0

    def write(self, data: bytes) -> int:
        self._written += data
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def taken(self) -> bytes:
        """What was written since."""
        data = bytes(self._written)
        self._written.clear()
        return data


def zipped(custody: Custody, cases: Sequence[tables.Case]) -> Iterator[bytes]:
    """The zip, piece by piece: for every case a folder with `case.json` and the files, numbered by their sorted names.

    So does the report, which counts what is in an archive instead of the archive.
    """
    outlet: Any = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:
        for case in cases:
            with custody.store.read() as session:
                told = everything(custody, session, case)
            archive.writestr(f"{case.case_id}/case.json", json.dumps(told, ensure_ascii=False, indent=1))
            yield outlet.taken()
            for number, (kept, _) in enumerate(_listed(custody, case), 1):
                with archive.open(f"{case.case_id}/files/{number}", "w", force_zip64=True) as member:
                    for chunk in custody.vault.read(case.vault or "", kept):
                        member.write(chunk)
                        yield outlet.taken()
    yield outlet.taken()


def everything(custody: Custody, session: Session, case: tables.Case) -> dict[str, Any]:
    """All that is known of a case, in plain text: patient data."""
    told: dict[str, Any] = {"case": _row(case), "files": [vars(entry) for _, entry in _listed(custody, case)]}
    for table in OF_A_CASE:
        rows = session.scalars(select(table).where(table.case_uid == case.uid)).all()
        told[table.__tablename__] = [_row(row) for row in rows]
        for row, plain in zip(rows, told[table.__tablename__], strict=True):
            for name in ("statement", "who"):
                sealed = getattr(row, name, None)
                if isinstance(sealed, bytes):
                    plain[name] = _unsealed(custody, case, sealed)
    told["audit"] = [audit.as_json(entry) for entry in custody.audit.entries(session, case.uid)]
    return told


def _listed(custody: Custody, case: tables.Case) -> list[tuple[int, Entry]]:
    """The files by their sorted names, with the number of each in the vault; none when they were erased."""
    try:
        entries = custody.vault.entries(case.vault) if case.vault else []
    except (ErasedError, UnreadableError):
        return []
    return sorted(enumerate(entries, 1), key=lambda each: each[1].name)


def _unsealed(custody: Custody, case: tables.Case, sealed: bytes) -> str | None:
    """What somebody wrote; None when it cannot be read any more."""
    try:
        return custody.vault.unseal(case.vault, sealed).decode() if sealed and case.vault else None
    except (ErasedError, UnreadableError):
        return None


def _row(row: tables.Base) -> dict[str, Any]:
    columns = [column.key for column in inspect(type(row)).column_attrs]
    return {key: value for key in columns if key not in OURS and not isinstance(value := getattr(row, key), bytes)}
