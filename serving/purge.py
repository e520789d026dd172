"""Erasing: at once on request, after a time by rule; and the chores that keep what is held in order."""

import time
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from phivet.serving import consents
from phivet.serving.custody import Custody
from phivet.serving.standing import standing
from phivet.serving.store import rule
from phivet.serving.tables import Case, Consent, Decision, Erasure, Job
from phivet.serving.vault import Why

DAY = 86_400
FORGOTTEN_AFTER = 3_600.0
"""Seconds after which what lies in the vault and belongs to no case is what a killed upload has left."""
BATCH = 200


def erase(custody: Custody, session: Session, case: Case, actor: str) -> str | None:
    """Delete all that is known of a case; call `forget` with what this returns when `session` is committed.

    What stays is that it was erased: an entry in the log, and one in the list of erasures.
    """
    vault = case.vault
    if vault:
        session.add(Erasure(vault=vault, why=Why.REQUEST))
    custody.audit.write(session, actor, "case erased", case.uid)
    session.delete(case)
    return vault


def forget(custody: Custody, vaults: Sequence[str | None], why: Why = Why.REQUEST) -> None:
    """Make what was sealed under these names unreadable, and leave nothing of it in the database's own files."""
    for vault in vaults:
        if vault:
            custody.vault.erase(vault, why)
    custody.store.checkpoint()


def due(session: Session, now: float) -> list[Case]:
    """The cases whose rule says that what is sealed of them is to be erased."""
    decided = select(Case).where(Case.decided_at.is_not(None), Case.vault.is_not(None), Case.restricted.is_(False))
    found = session.scalars(decided.order_by(Case.decided_at).limit(50 * BATCH))
    return [
        case
        for case in found
        if (case.decided_at or now) + DAY * rule(session, case.policy, case.site).purge_days <= now
    ]


def purge(custody: Custody, now: float | None = None) -> int:
    """Erase what is sealed of every case that is due; its report and its decision stay. How many."""
    now = time.time() if now is None else now
    vaults: list[str | None] = []
    with custody.store.begin() as session:
        for case in due(session, now)[:BATCH]:
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
    """Erase what lies in the vault and belongs to no case: a kill between two steps has left it. How many."""
    before = time.time() - older_than
    old = [name for name, made in custody.vault.names() if made < before]
    swept = 0
    for start in range(0, len(old), BATCH):
        some = old[start : start + BATCH]
        with custody.store.read() as session:
            known = set(session.scalars(select(Case.vault).where(Case.vault.in_(some))))
        for name in some:
            if name not in known:
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
            .with_for_update(of=Case)
        )
        decisions = list(session.scalars(wanted))
        for decision in decisions:
            case = decision.case
            case.state, case.reported, case.changed_at = "decided", False, now
            case.decided_at = decision.final_at
        return len({decision.case_uid for decision in decisions})


def follow_consents(custody: Custody, now: float | None = None) -> int:
    """Let consents that began or ended take effect; how many cases were looked at."""
    now = time.time() if now is None else now
    with custody.store.begin() as session:
        turning = (
            select(Case)
            .join(Consent, Consent.case_uid == Case.uid)
            .where(Case.scanned_at.is_not(None), Case.state.in_(["scanned", "decided"]))
            .distinct()
        )
        cases = list(session.scalars(turning))
        for case in cases:
            consents.settle(session, custody, case, now=now)
        return len(cases)


def backlog(session: Session) -> dict[str, float]:
    """For operators: how many scans wait and since when (seconds), how many were parked."""
    now = time.time()
    waiting = session.scalars(select(Job.due_at).where(Job.state == "waiting").order_by(Job.due_at)).all()
    parked = len(session.scalars(select(Job.id).where(Job.state == "parked")).all())
    return {"waiting": len(waiting), "oldest": max(0.0, now - waiting[0]) if waiting else 0.0, "parked": parked}
