"""The queue: the cases that wait for a moderator, and whose they are."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from phivet.cases.categories import Category
from phivet.serving import decisions
from phivet.serving.access import Moderator, Principal, Role, custody_of, requires
from phivet.serving.languages import Language
from phivet.serving.review_pages import PageRoute, language_of, rendered, see
from phivet.serving.review_words import category
from phivet.serving.standing import standing
from phivet.serving.tables import Case, Claim, Decision, Report, SecondRead, User

router = APIRouter(route_class=PageRoute, include_in_schema=False)
SHOWN = 200
"""Rows at most; what is not shown is counted."""
_NAMED = 4
_ORDERS = {"risk": "Risk", "age": "Waiting longest", "site": "Site"}


@dataclass(frozen=True)
class Row:
    """One case that waits."""

    id: str
    name: str
    decision: str
    risk: float
    categories: tuple[str, ...]
    site: str
    policy: str
    waiting: float
    reported: bool
    second: bool
    holder: str | None
    mine: bool


@router.get("/")
def queue(request: Request, who: Annotated[Principal, Depends(requires(*Role))]) -> Response:
    """What waits, in the order that was chosen. Who may not look at cases sees the figures instead."""
    if Role.MODERATOR not in who.roles:
        return see("/figures")
    language, now = language_of(request), time.time()
    chosen = {name: request.query_params.get(name, "")[:64] for name in ("order", "site", "policy", "category")}
    if chosen["order"] not in _ORDERS:
        chosen["order"] = "risk"
    with custody_of(request).store.read() as session:
        waiting = rows(session, who, now)
        mine, last = _today(session, who, now), _last(session, who, now)
    found = ordered([row for row in waiting if _wanted(row, chosen)], chosen["order"])
    with custody_of(request).store.begin() as session:
        custody_of(request).audit.write(session, who.name, "queue looked at", "", number=len(found[:SHOWN]))
    times = [row.waiting for row in waiting]
    return rendered(
        request,
        "queue.html",
        who,
        page="queue",
        rows=[vars(row) | {"what": _what(row.categories, language)} for row in found[:SHOWN]],
        waiting=len(waiting),
        reported=sum(row.reported for row in waiting),
        seconds=sum(row.second for row in waiting),
        longest=max(times, default=None),
        median=statistics.median(times) if times else None,
        today=len(mine),
        per_case=statistics.median(mine) if mine else None,
        last=last,
        here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        chosen=chosen,
        filters=_filters(waiting, language),
    )


@router.post("/next")
def take_next(request: Request, who: Moderator) -> Response:
    """Take the first case that nobody holds, by risk, what was reported first."""
    custody, now = custody_of(request), time.time()
    with custody.store.read() as session:
        waiting = ordered(rows(session, who, now), "risk")
    for row in [row for row in waiting if row.mine] + [row for row in waiting if row.holder is None]:
        try:
            with custody.store.begin() as session:
                case = session.get(Case, row.id)
                if case is not None:
                    decisions.claim(session, custody, case, who, now)
                    return see(f"/cases/{row.id}")
        except decisions.DecisionError:
            continue  # somebody was quicker
    return see("/")


def rows(session: Session, who: Principal, now: float) -> list[Row]:
    """Every case that waits for a moderator of the sites of `who`."""
    wanted = select(Case).where(Case.state == "scanned", Case.restricted.is_(False))
    cases = [
        case
        for case in session.scalars(wanted)
        if who.sees(case.site) and (case.reported or case.decision in ("review", "block"))
    ]
    uids = [case.uid for case in cases]
    decided = {made.case_uid: made for made in session.scalars(standing().where(Case.state == "scanned"))}
    claims = {each.case_uid: each for each in session.scalars(select(Claim).where(Claim.until > now)) if uids}
    names = {user.id: user.name for user in session.scalars(select(User))} if claims else {}
    found = []
    reports = _categories_of(session, cases)
    for case in cases:
        made, claim = decided.get(case.uid), claims.get(case.uid)
        if made is not None and (not decisions.waits_for_second(made) or made.user_id == who.user_id):
            continue
        found.append(
            Row(
                id=case.uid,
                name=case.case_id,
                decision=case.decision or "review",
                risk=case.risk or 0.0,
                categories=reports.get(case.uid, ()),
                site=case.site,
                policy=case.policy,
                waiting=max(now - (case.scanned_at or case.received_at), 0),
                reported=case.reported,
                second=made is not None,
                holder=names.get(claim.user_id) if claim else None,
                mine=claim is not None and claim.user_id == who.user_id,
            )
        )
    return found


def ordered(waiting: Iterable[Row], by: str) -> list[Row]:
    """One's own first, then what was reported, then by risk, age or site."""
    keys: dict[str, Callable[[Row], tuple[float | str, ...]]] = {
        "risk": lambda row: (-row.risk, -row.waiting),
        "age": lambda row: (-row.waiting,),
        "site": lambda row: (row.site, -row.risk),
    }
    return sorted(waiting, key=lambda row: (not row.mine, not row.reported, *keys[by](row)))


def _categories_of(session: Session, cases: Sequence[Case]) -> dict[str, tuple[str, ...]]:
    """What was found in each case, the worst and likeliest first."""
    versions = {case.uid: case.version for case in cases}
    wanted = select(Report).join(Case, Report.case_uid == Case.uid).where(Case.state == "scanned")
    found = {}
    for report in session.scalars(wanted.order_by(Report.scan)):
        if versions.get(report.case_uid) == report.version:
            ranks = {"block": 1, "review": 2}
            acted = [each for each in report.body.get("findings", []) if each["action"] in ranks]
            acted.sort(key=lambda each: (ranks[each["action"]], -each["score"]))
            found[report.case_uid] = tuple(dict.fromkeys(str(each["category"]) for each in acted))
    return found


def _what(categories: Sequence[str], language: Language) -> str:
    named = [category(each, language) for each in categories[:_NAMED]]
    more = len(categories) - len(named)
    return language.comma.join(named) + (f" +{more}" if more else "") or language.text(
        "nothing, but not all could be looked at"
    )


def _wanted(row: Row, chosen: dict[str, str]) -> bool:
    return (
        chosen["site"] in ("", row.site)
        and chosen["policy"] in ("", row.policy)
        and (not chosen["category"] or chosen["category"] in row.categories)
    )


def _filters(waiting: Sequence[Row], language: Language) -> list[tuple[str, str, list[tuple[str, str]]]]:
    everything = ("", language.text("All"))
    found = [each for each in Category if any(each in row.categories for row in waiting)]
    return [
        ("order", "Order", [(name, language.text(text)) for name, text in _ORDERS.items()]),
        ("site", "Site", [everything, *((name, name) for name in sorted({row.site for row in waiting}))]),
        ("policy", "Policy", [everything, *((name, name) for name in sorted({row.policy for row in waiting}))]),
        ("category", "Category", [everything, *((each.value, category(each, language)) for each in found)]),
    ]


def _today(session: Session, who: Principal, now: float) -> list[float]:
    """How long each case took that `who` decided in the last day, in seconds."""
    wanted = select(Decision).where(
        Decision.user_id == who.user_id, Decision.decided_at > now - 86_400, Decision.undone_at.is_(None)
    )
    return [made.seconds or 0.0 for made in session.scalars(wanted)]


def _last(session: Session, who: Principal, now: float) -> dict[str, Any] | None:
    """The last word of `who`, as first or second reader, while it can be undone or has just gone out."""
    since = now - decisions.UNDO_SECONDS
    wanted = (
        select(Decision)
        .outerjoin(SecondRead, SecondRead.decision_id == Decision.id)
        .where(
            Decision.undone_at.is_(None),
            or_(
                and_(Decision.user_id == who.user_id, Decision.decided_at > since),
                and_(SecondRead.user_id == who.user_id, SecondRead.at > since),
            ),
        )
    )
    made = session.scalars(wanted.order_by(Decision.id.desc()).limit(1)).first()
    if made is None:
        return None
    left = made.decided_at - since if made.final_at is None else made.final_at - now
    return {"id": made.case_uid, "name": made.case.case_id, "decision": made.decision, "left": max(int(left), 0)}
