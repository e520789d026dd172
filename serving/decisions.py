"""What moderators do with a case: take it in hand, judge its findings, mark what was missed, decide, undo.

    claim ── judge, mark ── decide ──(a minute, in which it can be undone)── final
                              └─ where a policy wants a second reader, his word comes first; the stricter one counts

Nothing here holds patient data: a verdict and a mark are a place and a category, a message is made of the two.
Every function writes the audit log in the transaction that it is given.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from phivet.cases.categories import Category
from phivet.cases.errors import PhivetError
from phivet.cases.findings import Finding
from phivet.cases.places import Place, Whole, as_json
from phivet.cases.report import Action, Judged
from phivet.serving import webhooks
from phivet.serving.access import Principal
from phivet.serving.custody import Custody
from phivet.serving.policies import policy
from phivet.serving.standing import standing_on
from phivet.serving.store import rule
from phivet.serving.tables import Case, Claim, Decision, Mark, SecondRead, Verdict

_ANYWHERE = Whole("file-1")
UNDO_SECONDS = 60.0
LEASE_SECONDS = 900.0
"""For which a case stays in the hand of who claimed it; every act on it begins them anew."""
MARKS = 200
"""Marks on one case at most."""


class DecisionError(PhivetError):
    """A moderator cannot do this now. `kind` says why, by a key of `review_pages.REFUSED`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Choice(StrEnum):
    """What to do with a case, the strictest last."""

    PUBLISH = "publish"
    ASK_CONSENT = "ask_consent"
    SEND_BACK = "send_back"
    REMOVE = "remove"

    @property
    def strictness(self) -> int:
        """0 for publish."""
        return list(Choice).index(self)


class Word(StrEnum):
    """On one finding; OTHER: something identifies there, but it is of another category."""

    RIGHT = "right"
    WRONG = "wrong"
    OTHER = "other"


def claim(session: Session, custody: Custody, case: Case, who: Principal, now: float) -> Claim:
    """Take the case in hand. Raises `DecisionError`: somebody else holds it, or it is decided."""
    locked(session, case)
    if case.restricted or case.state != "scanned":
        raise DecisionError("decided")
    first = standing_on(session, case)
    if first is not None:
        if not waits_for_second(first):
            raise DecisionError("decided")
        if first.user_id == who.user_id:
            raise DecisionError("own")
    held = session.get(Claim, case.uid)
    if held is not None and held.user_id != who.user_id and held.until > now:
        raise DecisionError("held")
    if held is None:
        held = Claim(case_uid=case.uid, user_id=who.user_id, at=now, until=now + LEASE_SECONDS)
        session.add(held)
    elif held.user_id != who.user_id or held.until <= now:
        held.user_id, held.at = who.user_id, now
    else:
        held.until = now + LEASE_SECONDS
        return held
    held.until = now + LEASE_SECONDS
    custody.audit.write(session, who.name, "case taken", case.uid)
    return held


def release(session: Session, custody: Custody, case: Case, who: Principal) -> None:
    """Give the case back to the queue."""
    held = session.get(Claim, case.uid)
    if held is not None and held.user_id == who.user_id:
        session.delete(held)
        custody.audit.write(session, who.name, "case released", case.uid)


def judge(
    session: Session,
    custody: Custody,
    case: Case,
    who: Principal,
    findings: Iterable[Judged],
    word: Word,
    category: Category | None,
    now: float,
) -> None:
    """Say of findings that they are right, wrong, or of another `category`. A later word replaces an earlier one."""
    _in_hand(session, case, who, now)
    known = {each.finding: each for each in verdicts(session, case, who.user_id)}
    told = 0
    for judged in findings:
        verdict = known.get(judged.id)
        if verdict is None:
            verdict = Verdict(case_uid=case.uid, version=case.version, finding=judged.id, user_id=who.user_id)
            session.add(verdict)
        verdict.verdict = word
        verdict.category = category.value if category is not None and word is Word.OTHER else None
        verdict.given, verdict.at = judged.as_json(), now
        told += 1
    custody.audit.write(session, who.name, "finding judged", case.uid, verdict=word.value, findings=told)


def mark(
    session: Session,
    custody: Custody,
    case: Case,
    who: Principal,
    places: Sequence[Place],
    category: Category,
    now: float,
) -> None:
    """Mark what the detectors missed."""
    _in_hand(session, case, who, now)
    known = [each.place for each in marks(session, case)]
    fresh = [place for place in map(as_json, places) if place not in known]
    if len(known) + len(fresh) > MARKS:
        raise DecisionError("too_many")
    for place in fresh:
        session.add(
            Mark(case_uid=case.uid, version=case.version, user_id=who.user_id, category=category, place=place, at=now)
        )
    custody.audit.write(session, who.name, "finding marked", case.uid, category=category.value, places=len(fresh))


def unmark(session: Session, custody: Custody, case: Case, who: Principal, number: int, now: float) -> None:
    """Take one's own mark back."""
    _in_hand(session, case, who, now)
    found = session.get(Mark, number)
    if found is None or found.case_uid != case.uid or found.user_id != who.user_id:
        raise DecisionError("not_yours")
    session.delete(found)
    custody.audit.write(session, who.name, "mark taken back", case.uid, category=found.category)


def decide(
    session: Session,
    custody: Custody,
    case: Case,
    who: Principal,
    choice: Choice,
    findings: Sequence[Judged],
    message: str | None,
    now: float,
) -> Decision:
    """Decide on the case. Final after `UNDO_SECONDS`; a removal at once; for a second reader, with his word.

    Raises `DecisionError`: a finding that blocks is not judged wrong, and the case is to be published all the same.
    """
    held = _in_hand(session, case, who, now)
    if choice is Choice.PUBLISH and still_blocks(session, case, who, findings):
        raise DecisionError("still_blocks")
    first = standing_on(session, case)
    made = Decision(
        case_uid=case.uid,
        version=case.version,
        user_id=who.user_id,
        decision=choice.value,
        reasons=[] if choice is Choice.PUBLISH else _reasons(session, case, who, findings),
        message=message,
        seconds=now - held.at,
        decided_at=now,
        final_at=now if choice is Choice.REMOVE else now + UNDO_SECONDS,
    )
    session.delete(held)
    custody.audit.write(session, who.name, "case decided", case.uid, decision=choice.value, reader=2 if first else 1)
    if first is None:
        if choice is not Choice.REMOVE and rule(session, case.policy, case.site).second_reader:
            made.final_at = None
        session.add(made)
        session.flush()
        if not waits_for_second(made):
            _tell(session, custody, case, made, now)
        return made
    session.add(SecondRead(decision_id=first.id, user_id=who.user_id, decision=choice.value, at=now))
    if choice.strictness > Choice(first.decision).strictness:
        first.undone_at = now
        session.add(made)
        session.flush()
        _tell(session, custody, case, made, now)
        return made
    first.final_at = now + UNDO_SECONDS
    _tell(session, custody, case, first, now)
    return first


def undo(session: Session, custody: Custody, case: Case, who: Principal, now: float) -> None:
    """Take back the decision that stands, if it is one's own word and not final. The case is in one's hand again."""
    locked(session, case)
    made = standing_on(session, case)
    if made is None or _is_final(made, now):
        raise DecisionError("late")
    second = session.scalars(select(SecondRead).where(SecondRead.decision_id == made.id)).first()
    if second is not None:
        if second.user_id != who.user_id:
            raise DecisionError("not_yours")
        session.delete(second)
        made.final_at = None
    else:
        if made.user_id != who.user_id:
            raise DecisionError("not_yours")
        made.undone_at = now
        overruled = _overruled(session, made)
        if overruled is not None:
            overruled.undone_at = None
    webhooks.withdraw(session, made)
    session.merge(Claim(case_uid=case.uid, user_id=who.user_id, at=now, until=now + LEASE_SECONDS))
    custody.audit.write(session, who.name, "decision undone", case.uid, decision=made.decision)


def _overruled(session: Session, made: Decision) -> Decision | None:
    """The first reader's decision that `made`, a stricter one, replaced; its second read is taken back."""
    wanted = (
        select(SecondRead, Decision)
        .join(Decision, SecondRead.decision_id == Decision.id)
        .where(
            Decision.case_uid == made.case_uid,
            Decision.version == made.version,
            SecondRead.user_id == made.user_id,
            SecondRead.at == made.decided_at,
        )
    )
    found = session.execute(wanted).first()
    if found is None:
        return None
    session.delete(found[0])
    first: Decision = found[1]
    return first


def can_undo(session: Session, made: Decision, who: Principal, now: float) -> bool:
    """Whether `who` had the last word on `made`, and it is not final yet."""
    second = session.scalars(select(SecondRead).where(SecondRead.decision_id == made.id)).first()
    return not _is_final(made, now) and who.user_id == (second.user_id if second is not None else made.user_id)


def waits_for_second(made: Decision) -> bool:
    """Whether the decision still waits for its second reader."""
    return made.final_at is None


def _is_final(made: Decision, now: float) -> bool:
    return made.final_at is not None and made.final_at <= now


def verdicts(session: Session, case: Case, user_id: int) -> list[Verdict]:
    """What one moderator said of the findings of the present content."""
    wanted = select(Verdict).where(
        Verdict.case_uid == case.uid, Verdict.version == case.version, Verdict.user_id == user_id
    )
    return list(session.scalars(wanted))


def marks(session: Session, case: Case) -> list[Mark]:
    """What moderators marked in the present content."""
    wanted = select(Mark).where(Mark.case_uid == case.uid, Mark.version == case.version)
    return list(session.scalars(wanted.order_by(Mark.id)))


def identified(action: Action, category: Category, verdict: Verdict | None) -> Category | None:
    """What a finding tells after a moderator's word on it: its category or the one that he named; None: nothing."""
    if action is Action.ALLOW or (verdict is not None and verdict.verdict == Word.WRONG):
        return None
    return Category(verdict.category) if verdict is not None and verdict.category is not None else category


def _reasons(session: Session, case: Case, who: Principal, findings: Sequence[Judged]) -> list[str]:
    """The categories that the message to the uploader names (`review_message.compose`)."""
    said = {each.finding: each for each in verdicts(session, case, who.user_id)}
    left = (identified(each.action, each.finding.category, said.get(each.id)) for each in findings)
    named = {each.value for each in left if each is not None}
    return sorted(named | {each.category for each in marks(session, case)})


def still_blocks(session: Session, case: Case, who: Principal, findings: Sequence[Judged]) -> bool:
    """Whether, by what `who` said, something in the case still blocks it: a finding of the report, or what was missed.

    `findings` carry the actions that hold now, consents applied.
    """
    wanted = policy(case.policy)
    said = {each.finding: each for each in verdicts(session, case, who.user_id)}
    for judged in findings:
        verdict = said.get(judged.id)
        if verdict is None or verdict.verdict == Word.RIGHT:
            if judged.action is Action.BLOCK:
                return True
        elif verdict.verdict == Word.OTHER and verdict.category is not None and judged.action is not Action.ALLOW:
            corrected = Finding(Category(verdict.category), judged.finding.place, 1.0, judged.finding.detector)
            if wanted.action(corrected) is Action.BLOCK:
                return True
    missed = (Finding(Category(each.category), _ANYWHERE, 1.0, "moderator") for each in marks(session, case))
    return any(wanted.action(each) is Action.BLOCK for each in missed)


def locked(session: Session, case: Case) -> None:
    """Let nobody else change what is said of `case`, as it is now, until the transaction ends."""
    if session.get(Case, case.uid, with_for_update={"of": Case}, populate_existing=True) is None:
        raise DecisionError("not_yours")


def _in_hand(session: Session, case: Case, who: Principal, now: float) -> Claim:
    """The claim of `who`, begun anew. Raises `DecisionError` when the case is not in his hand, or is scanned again."""
    locked(session, case)
    held = session.get(Claim, case.uid)
    open_ = case.state == "scanned" and not case.restricted
    if not open_ or held is None or held.user_id != who.user_id or held.until <= now:
        raise DecisionError("not_yours")
    held.until = now + LEASE_SECONDS
    return held


def _tell(session: Session, custody: Custody, case: Case, made: Decision, now: float) -> None:
    webhooks.announce(session, custody, case, webhooks.DECIDED, made, max(made.final_at or now, now))
