"""Erasing: at once on request, after a time by rule; and the chores that keep what is held in order."""

import time
from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from phivet.serving import consents, store
from phivet.serving.custody import Custody
from phivet.serving.standing import standing
from phivet.serving.tables import Case, Consent, Decision, Erasure, Job
from phivet.serving.vault import Why

DAY = 86_400.0
FORGOTTEN_AFTER = 3_600.0
"""Seconds after which what lies in the vault and belongs to no case is what a killed upload has left."""
BATCH = 200


def erase(custody: Custody, session: Session, case: Case, actor: str) -> list[str]:
    """Delete all that is known of a case; call `forget` with what this returns when `session` is committed.

    What stays is that it was erased: an entry in the log, and in the list of erasures the name of its files and its
    uid, since a backup may know it by earlier files.
    """
    names = [case.vault, case.uid] if case.vault else [case.uid]
    session.add_all(Erasure(vault=name, why=Why.REQUEST) for name in names)
    session.delete(case)
    session.flush()  # the log's head is locked last
    custody.audit.write(session, actor, "case erased", case.uid)
    return names


def forget(custody: Custody, names: Iterable[str], why: Why = Why.REQUEST) -> None:
    """Make what was sealed under these names unreadable, and leave nothing of it in the database's own files."""
    for name in names:
        custody.vault.erase(name, why)
    custody.store.checkpoint()


def is_due(now: float) -> ColumnElement[bool]:
    """Whether the rule of a case says that what is sealed of it is to be erased."""
    return and_(Case.vault.is_not(None), Case.restricted.is_(False), Case.decided_at + DAY * store.purge_days() <= now)


def purge(custody: Custody, now: float | None = None) -> int:
    """Erase what is sealed of every case that is due; its report and its decision stay. How many."""
    now = time.time() if now is None else now
    vaults: list[str] = []
    with custody.store.begin() as session:
        due = select(Case).where(is_due(now)).order_by(Case.decided_at).limit(BATCH)
        for case in session.scalars(due.with_for_update(of=Case, skip_locked=True)).all():
            if case.vault is None:
                continue
            session.add(Erasure(vault=case.vault, why=Why.PURGE))
            vaults.append(case.vault)
            case.vault, case.purged_at = None, now
            for consent in session.scalars(select(Consent).where(Consent.case_uid == case.uid)):
                consent.who = b""
            custody.audit.write(session, "phivet", "case purged", case.uid)
    if vaults:
        forget(custody, vaults, Why.PURGE)
    return len(vaults)


def sweep(custody: Custody, older_than: float = FORGOTTEN_AFTER) -> int:
    """Erase what lies in the vault and belongs to no case: a kill between two steps has left it. How many.

    Raises `PhivetError` when the vault belongs to another database, to which all of it would be left over.
    """
    custody.check()
    custody.finish_erasures()
    listed = custody.vault.erased()
    before = time.time() - older_than
    old = [name for name, made in custody.vault.names() if made < before]
    swept = 0
    for start in range(0, len(old), BATCH):
        some = old[start : start + BATCH]
        with custody.store.read() as session:
            known = set(session.scalars(select(Case.vault).where(Case.vault.in_(some))))
        for name in some:
            if name not in known:
                if name in listed:
                    custody.vault.discard(name)
                else:
                    custody.vault.erase(name, Why.REPLACED)
                swept += 1
    return swept


def finish_decisions(custody: Custody, now: float | None = None) -> int:
    """Turn every decision that can no longer be undone into the case's state; how many."""
    now = time.time() if now is None else now
    with custody.store.begin() as session:
        wanted = (
            standing()
            .where(Decision.final_at <= now, Case.state == "scanned")
            .order_by(Decision.id)
            .with_for_update(of=Case, skip_locked=True)
        )
        decisions = list(session.scalars(wanted))
        for decision in decisions:
            case = decision.case
            case.state, case.reported, case.changed_at = "decided", False, now
            case.decided_at = decision.final_at
        return len({decision.case_uid for decision in decisions})


def follow_consents(custody: Custody, now: float | None = None, since: float = 0.0) -> int:
    """Let consents that began or ended after `since` take effect; how many cases were looked at."""
    now = time.time() if now is None else now
    turned = select(Consent.case_uid).where(Consent.from_at.between(since, now) | Consent.until_at.between(since, now))
    scanned = select(Case).where(Case.scanned_at.is_not(None), Case.state.in_(["scanned", "decided"]))
    looked, last = 0, ""
    while True:
        some = scanned.where(Case.uid.in_(turned), Case.uid > last).order_by(Case.uid).limit(BATCH)
        with custody.store.begin() as session:
            cases = session.scalars(some.with_for_update(of=Case)).all()
            for case in cases:
                consents.settle(session, custody, case, now=now)
        looked += len(cases)
        if len(cases) < BATCH:
            return looked
        last = cases[-1].uid


def backlog(session: Session) -> dict[str, float]:
    """For operators: how many scans wait and since when (seconds), how many were parked."""
    now = time.time()
    waiting = session.scalars(select(Job.due_at).where(Job.state == "waiting").order_by(Job.due_at)).all()
    parked = len(session.scalars(select(Job.id).where(Job.state == "parked")).all())
    return {"waiting": len(waiting), "oldest": max(0.0, now - waiting[0]) if waiting else 0.0, "parked": parked}
