"""The moderator's decision that stands on a case: on its present content and last scan, neither undone nor overtaken.

There is one at most. A complaint, or a consent that begins or ends, makes another case of it: that overtakes what was
decided, and withdraws the message about it that has not gone out.
"""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from phivet.serving import webhooks
from phivet.serving.custody import Custody
from phivet.serving.tables import Case, Decision


def standing() -> Select[Decision]:
    """The decisions that stand, `Case` joined to them."""
    return (
        select(Decision)
        .join(Case, Decision.case_uid == Case.uid)
        .where(
            Decision.undone_at.is_(None),
            Decision.version == Case.version,
            Decision.decided_at >= Case.scanned_at,
        )
    )


def standing_on(session: Session, case: Case) -> Decision | None:
    """The decision that stands on `case`."""
    return session.scalars(standing().where(Case.uid == case.uid)).first()


def overtake(session: Session, custody: Custody, case: Case, actor: str, now: float) -> None:
    """Let what was decided on `case` no longer stand."""
    made = standing_on(session, case)
    if made is not None:
        made.undone_at = now
        webhooks.withdraw(session, made)
        custody.audit.write(session, actor, "decision overtaken", case.uid, decision=made.decision)
