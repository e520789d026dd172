"""The audit log: every access and every action, in one chain that cannot be changed unnoticed.

An entry's `mac` is an HMAC over the entry and the `mac` of the one before, so that none can be changed, left out or put
in between. Its head (number and `mac`) is also written to a file outside the database, so that the end cannot be cut
off: put it where the database's administrator cannot write (`PHIVET_AUDIT_ANCHOR`). An entry is written in the
transaction of what it tells of: neither is there without the other. No patient data stands in it.
"""

import fcntl
import hmac
import json
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from phivet.cases.errors import PhivetError
from phivet.serving.keys import Keys
from phivet.serving.tables import AuditEntry, AuditHead

logger = logging.getLogger("phivet.service")

FIRST = "0" * 64
PAGE = 1_000


class AuditError(PhivetError):
    """The chain is broken: says at which entry, and how."""


class Audit:
    """The log. `anchor` is the file that holds the head."""

    def __init__(self, keys: Keys, anchor: Path) -> None:
        self._key = keys.derived("audit")
        self._anchor = anchor

    def write(self, session: Session, actor: str, action: str, subject: str = "", **details: Any) -> None:
        """Add an entry in the transaction of `session`; others that write wait until it ends."""
        head = session.scalars(select(AuditHead).where(AuditHead.id == 1).with_for_update()).one_or_none()
        if head is None:
            head = AuditHead(id=1, seq=0, mac=FIRST)
            session.add(head)
        entry = AuditEntry(seq=head.seq + 1, at=round(time.time(), 3), actor=actor, action=action, subject=subject)
        entry.details = details
        entry.mac = self._mac(entry, head.mac)
        session.add(entry)
        head.seq, head.mac = entry.seq, entry.mac
        session.flush()
        if "anchored" not in session.info:
            session.info["anchored"] = True
            event.listen(session, "after_commit", lambda _: self._anchor_at(head.seq, head.mac), once=True)

    def verify(self, session: Session) -> int:
        """The number of entries. Raises `AuditError` when the chain is broken or shorter than its anchor says."""
        anchored = self._read_anchor()
        mac, number = FIRST, 0
        for entry in self.entries(session):
            number += 1
            if entry.seq != number:
                raise AuditError(f"entry {number} is missing")
            if not hmac.compare_digest(self._mac(entry, mac), entry.mac):
                raise AuditError(f"entry {number} was changed, or one before it was left out")
            mac = entry.mac
            if anchored and anchored[0] == number and not hmac.compare_digest(anchored[1], mac):
                raise AuditError(f"entry {number} is another than the anchor's")
        if anchored and anchored[0] > number:
            raise AuditError(f"the last {anchored[0] - number} entries were cut off")
        head = session.get(AuditHead, 1)
        if (head.seq, head.mac) != (number, mac) if head else number:
            raise AuditError("the head is not that of the last entry")
        if number and not anchored:
            raise AuditError("the anchor is missing")
        return number

    def entries(self, session: Session, subject: str | None = None) -> Iterator[AuditEntry]:
        """Every entry, first to last; only those about `subject` if it is given."""
        last = 0
        while True:
            wanted = select(AuditEntry).where(AuditEntry.seq > last).order_by(AuditEntry.seq).limit(PAGE)
            if subject is not None:
                wanted = wanted.where(AuditEntry.subject == subject)
            page = session.scalars(wanted).all()
            yield from page
            if len(page) < PAGE:
                return
            last = page[-1].seq
            session.expunge_all()

    def _mac(self, entry: AuditEntry, before: str) -> str:
        told = [before, entry.seq, entry.at, entry.actor, entry.action, entry.subject, entry.details]
        message = json.dumps(told, sort_keys=True, separators=(",", ":"))
        return hmac.new(self._key, message.encode(), "sha256").hexdigest()

    def _anchor_at(self, seq: int, mac: str) -> None:
        """Drop the anchor. If it cannot be, what was committed is so all the same, and the next entry's will do."""
        try:
            self._drop_anchor(seq, mac)
        except (OSError, ValueError) as error:
            logger.error("the audit log's head could not be written outside the database (%s)", type(error).__name__)

    def _drop_anchor(self, seq: int, mac: str) -> None:
        """Write the head to the file, unless a later one is there."""
        descriptor = os.open(self._anchor, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            written = os.pread(descriptor, 100, 0).split()
            if not written or int(written[0]) < seq:
                os.pwrite(descriptor, f"{seq:020} {mac}\n".encode(), 0)
        finally:
            os.close(descriptor)

    def _read_anchor(self) -> tuple[int, str] | None:
        try:
            seq, mac = self._anchor.read_text("ascii").split()
            return int(seq), mac
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            raise AuditError("the anchor cannot be read") from None


def as_json(entry: AuditEntry) -> dict[str, Any]:
    """An entry as a line of an export."""
    return {
        "seq": entry.seq,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "details": entry.details,
        "mac": entry.mac,
    }
