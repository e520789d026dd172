"""One case: its page, its pictures, and the evidence, which is blurred until somebody asks for it."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from phivet.cases.categories import Category
from phivet.cases.errors import PhivetError, UnreadableError
from phivet.cases.report import Judged, Report
from phivet.serving import consents, decisions, review_view, tables
from phivet.serving.access import Moderator, Principal, custody_of
from phivet.serving.custody import Custody
from phivet.serving.languages import Language
from phivet.serving.lines import Line, lines
from phivet.serving.problems import ProblemError
from phivet.serving.reports import report_of
from phivet.serving.review_open import Opened, Openings
from phivet.serving.review_pages import ROOT, PageRoute, language_of, rendered, see
from phivet.serving.review_pictures import LONGEST, Window, blurred, own_window, png, shown
from phivet.serving.review_renders import render
from phivet.serving.review_view import Entry
from phivet.serving.review_words import because, category
from phivet.serving.standing import standing_on
from phivet.serving.store import latest_report


def _asked(low: float | None = None, high: float | None = None, inverted: bool = False) -> Window | None:
    """The window that a request asks for; None: the picture's own."""
    try:
        return Window(low, high, inverted) if low is not None or inverted else None
    except ValueError:
        raise ProblemError("wrong-field", "A window needs -1 <= low < high <= 2.", "low") from None


router = APIRouter(prefix="/cases/{uid}", route_class=PageRoute, include_in_schema=False)
Asked = Annotated[Window | None, Depends(_asked)]
SHOWN, HIDDEN = "evidence shown", "evidence hidden"
TITLES = {
    "publish": "Publish the case",
    "send_back": "Send the case back",
    "remove": "Remove the case",
    "ask_consent": "Ask for consent",
}
CLOSED = {
    "publish": "to be published",
    "send_back": "to be sent back",
    "remove": "removed",
    "ask_consent": "consent to be asked for",
}
WHO = {"patient": "by a patient", "reader": "by a reader", "staff": "by the platform's staff"}


@dataclass(frozen=True)
class Seen:
    """A case as the database has it now, for one moderator."""

    case: tables.Case
    number: int
    report: Report
    findings: tuple[Judged, ...]
    lines: list[Line]
    said: list[tables.Verdict]
    marks: list[tables.Mark]
    clear: bool
    """Whether the moderator has asked for the evidence."""


def seen(request: Request, session: Session, uid: str, who: Principal) -> Seen:
    """The case, if `who` may see it. Raises `ProblemError`."""
    case = session.get(tables.Case, uid)
    stored = latest_report(session, case) if case is not None else None
    if case is None or stored is None or case.restricted or not who.sees(case.site):
        openings_of(request).shut(uid)
        raise ProblemError("not-found", "There is no such case, or it is not yours to see.")
    now = time.time()
    report = report_of(stored.body)
    actions = consents.applied(stored.body, consents.active(session, case, now), stored.files).actions
    findings = review_view.judged_now(report, actions)
    return Seen(
        case,
        stored.id,
        report,
        findings,
        lines(findings),
        decisions.verdicts(session, case, who.user_id),
        decisions.marks(session, case),
        asked_for(session, uid, who, now),
    )


def asked_for(session: Session, uid: str, who: Principal, now: float) -> bool:
    """Whether `who` asked for the evidence of a case within the time of a lease, and did not hide it again.

    The audit log itself says so: nobody sees anything that it does not tell of.
    """
    wanted = select(tables.AuditEntry).where(
        tables.AuditEntry.subject == uid,
        tables.AuditEntry.actor == who.name,
        tables.AuditEntry.action.in_([SHOWN, HIDDEN]),
        tables.AuditEntry.at > now - decisions.LEASE_SECONDS,
    )
    last = session.scalars(wanted.order_by(tables.AuditEntry.seq.desc()).limit(1)).first()
    return last is not None and last.action == SHOWN


def has_looked(session: Session, at: Seen, who: Principal) -> bool:
    """Whether `who` has asked for the evidence since the case's last scan, or nothing of it is left."""
    wanted = select(tables.AuditEntry.seq).where(
        tables.AuditEntry.subject == at.case.uid,
        tables.AuditEntry.actor == who.name,
        tables.AuditEntry.action == SHOWN,
        tables.AuditEntry.at >= at.case.scanned_at,
    )
    return at.case.vault is None or session.scalars(wanted.limit(1)).first() is not None


def openings_of(request: Request) -> Openings:
    """The cases that are open in this process."""
    if not hasattr(request.app.state, "openings"):
        request.app.state.openings = Openings(custody_of(request))
    openings: Openings = request.app.state.openings
    return openings


@contextmanager
def opened(request: Request, at: Seen) -> Iterator[Opened]:
    """The case's content, in memory."""
    with openings_of(request).of(at.case, at.number, at.report) as found:
        yield found


@router.get("")
def show(request: Request, uid: str, who: Moderator) -> Response:
    """The page of a case."""
    custody, now, language = custody_of(request), time.time(), language_of(request)
    with custody.store.begin() as session:
        at = seen(request, session, uid, who)
        custody.audit.write(session, who.name, "case looked at", uid, clear=at.clear)
        about = _about(session, custody, at, who, now, language)
    with opened(request, at) as found:
        return rendered(
            request, "case.html", who, page="case", **about, **_context(at, found, request.query_params, language)
        )


@router.get("/pictures/{key}")
def stage(request: Request, uid: str, key: str, who: Moderator, window: Asked) -> Response:
    """One picture for the viewer: where it is to be had, and the boxes on it."""
    language = language_of(request)
    with custody_of(request).store.read() as session:
        at = seen(request, session, uid, who)
    listed = review_view.entries(review_view.leaf(at.lines, at.said, request.query_params)[1], at.said, language)
    with opened(request, at) as found:
        given = _stage(at, found, key, listed, language, window)
    if given is None or given["key"] != key:
        raise ProblemError("not-found", "There is no such picture in the case.")
    here = request.query_params.get("finding", "")[:32]
    return rendered(request, "stage.html", who, case={"id": uid}, clear=at.clear, shot=given, current=here)


@router.get("/pictures/{key}/png")
def picture(request: Request, uid: str, key: str, who: Moderator, window: Asked, full: bool = False) -> Response:
    """The pixels: through the window that was asked for, or blurred as long as the evidence was not asked for."""
    with custody_of(request).store.read() as session:
        at = seen(request, session, uid, who)
    with opened(request, at) as found:
        wanted = review_view.picture_at(found, key)
        if wanted is None:
            raise ProblemError("not-found", "There is no such picture in the case.")
        try:
            view = shown(wanted.frames, wanted.index, window or Window()) if at.clear else None
            hidden = None if at.clear else blurred(wanted.frames.view(wanted.index))
        except UnreadableError:
            raise ProblemError("not-found", "The picture cannot be decoded.") from None
    _record(request, at, who, "picture looked at", picture=key)
    image = png(view, None if full else LONGEST) if view is not None else png(hidden) if hidden is not None else b""
    return Response(image, media_type="image/png")


@router.get("/renders/{series}")
def rendered_volume(request: Request, uid: str, series: int, who: Moderator) -> Response:
    """The skin of a volume in which a face was found; blurred like everything else."""
    with custody_of(request).store.read() as session:
        at = seen(request, session, uid, who)
    with opened(request, at) as found:
        volume = next((volume for volume in found.volumes if volume.series == series), None)
        view = render(volume) if volume is not None else None
    if view is None:
        raise ProblemError("not-found", "There is nothing to be rendered.")
    _record(request, at, who, "render looked at", series=series)
    return Response(png(view if at.clear else blurred(view)), media_type="image/png")


def _record(request: Request, at: Seen, who: Principal, action: str, **what: Any) -> None:
    """Enter into the log what is about to be sent, and whether it is blurred."""
    custody = custody_of(request)
    with custody.store.begin() as session:
        custody.audit.write(session, who.name, action, at.case.uid, clear=at.clear, **what)


@router.post("/show")
def show_evidence(request: Request, uid: str, who: Moderator) -> Response:
    """Show the evidence from now on; that it was asked for is recorded."""
    return _ask(request, uid, who, SHOWN)


@router.post("/hide")
def hide_evidence(request: Request, uid: str, who: Moderator) -> Response:
    """Blur it again."""
    return _ask(request, uid, who, HIDDEN)


def _ask(request: Request, uid: str, who: Principal, action: str) -> Response:
    custody = custody_of(request)
    with custody.store.begin() as session:
        at = seen(request, session, uid, who)
        custody.audit.write(session, who.name, action, uid, findings=len(at.findings))
    return see(f"/cases/{uid}")


def _about(
    session: Session, custody: Custody, at: Seen, who: Principal, now: float, language: Language
) -> dict[str, Any]:
    """What the database says of the case."""
    case, report = at.case, at.report
    claim = session.get(tables.Claim, case.uid)
    mine = claim is not None and claim.user_id == who.user_id and claim.until > now
    other = session.get(tables.User, claim.user_id) if claim and not mine and claim.until > now else None
    made = standing_on(session, case)
    waits = made is not None and decisions.waits_for_second(made)
    complaints = session.scalars(select(tables.Complaint).where(tables.Complaint.case_uid == case.uid))
    return {
        "case": {
            "id": case.uid,
            "name": case.case_id,
            "decision": case.decision or report.decision.value,
            "risk": report.risk,
            "site": case.site,
            "policy": case.policy,
            "waiting": max(now - (case.scanned_at or case.received_at), 0),
            "reported": [
                {
                    "who": language.text(WHO[each.who]),
                    "ago": language.text("{time} ago", time=language.duration(now - each.at)),
                    "sealed": each.statement is not None,
                    "words": _words(custody, case, each) if at.clear else None,
                }
                for each in complaints
            ],
            "second": waits,
            "open": mine,
            "closed": CLOSED[made.decision] if made is not None and not waits else "not in your hand",
            "claimable": other is None and case.state == "scanned" and (made is None or waits),
            "undo": made is not None and decisions.can_undo(session, made, who, now),
            "holder": other.name if other else None,
            "lease": max(claim.until - now, 0) if claim and mine else 0,
        },
        "why": because(report, at.lines, language),
        "titles": TITLES,
    }


def progress(at: Seen) -> dict[str, int]:
    """How many lines of findings there are, and how many of them were judged."""
    known = {each.finding for each in at.said}
    return {"judged": sum(line.findings[0].id in known for line in at.lines), "all_lines": len(at.lines)}


def _words(custody: Custody, case: tables.Case, complaint: tables.Complaint) -> str | None:
    """What somebody said of the case; None where it is not kept."""
    try:
        return custody.vault.unseal(case.vault or "", complaint.statement or b"").decode()
    except (PhivetError, OSError):
        return None


def _context(at: Seen, found: Opened, asked: Mapping[str, str], language: Language) -> dict[str, Any]:
    """What is in the case."""
    page, on_it = review_view.leaf(at.lines, at.said, asked)
    listed = review_view.entries(on_it, at.said, language)
    here = review_view.current(listed, asked.get("finding"))
    wanted = asked.get("picture") or (here.picture if here else None)
    section = "pictures" if asked.get("picture") else here.section if here else "pictures"
    if not found.pictures and section == "pictures":
        section = "notes" if found.shown.passages else "headers"
    return {
        "clear": at.clear,
        "lines": listed,
        "leaf": page,
        "leaves": -(-len(at.lines) // review_view.LINES),
        **progress(at),
        "current": here.key if here else "",
        "here": here.ids if here else (),
        "swapped": [],
        "marks": review_view.mark_entries(at.marks, language),
        "tabs": review_view.tabs(found, at.lines),
        "section": section,
        "complete": found.shown.complete,
        "shot": _stage(at, found, wanted, listed, language),
        "strip": review_view.strip(found, at.lines, language),
        "volumes": review_view.volumes(found, at.findings, language),
        "passages": sorted(found.shown.passages, key=lambda passage: not passage.marked),
        "headers": review_view.tables(found.shown.headers),
        "properties": review_view.tables(found.shown.properties),
        "claims": review_view.claims(at.report, language),
        "unseen": review_view.unseen(at.report, language),
        "scanned": review_view.scanned(at.report, language),
        "models": dict(at.report.models),
        "keys": review_view.key_of(listed),
        "many": len({each for line in at.lines for each in line.sources}) > 1,
        "select": partial(_select, language),
    }


def _stage(
    at: Seen, found: Opened, key: str | None, listed: list[Entry], language: Language, window: Window | None = None
) -> dict[str, Any] | None:
    """The picture with this key, else the first; None where there is none."""
    pictures = review_view.all_pictures(found)
    wanted = (review_view.picture_at(found, key) if key else None) or next(iter(pictures), None)
    if wanted is None:
        return None
    size, own = None, Window(0.0, 1.0)
    try:
        height, width = wanted.frames.view(wanted.index).shape[:2]
        own = own_window(wanted.frames, wanted.index) if at.clear else own
        size = (width, height)
    except UnreadableError:
        pass  # said on the stage
    keys = [each.key for each in pictures]
    here = keys.index(wanted.key)
    query = f"&low={window.low}&high={window.high}&inverted={window.inverted}" if window else ""
    return review_view.stage(wanted, size, listed, at.findings, at.marks, language) | {
        "previous": keys[here - 1] if here else "",
        "next": keys[here + 1] if here + 1 < len(keys) else "",
        "window": window or own,
        "href": f"{ROOT}/cases/{at.case.uid}/pictures/{wanted.key}/png?clear={int(at.clear)}{query}",
    }


def _select(language: Language, identifier: str, name: str) -> Markup:
    """The categories to choose from."""
    options = [(category(each, language), each.value) for each in Category if each is not Category.STUDY_KEY]
    inner = Markup("").join(Markup('<option value="{}">{}</option>').format(value, text) for text, value in options)
    return Markup('<select id="{}" name="{}" required>{}</select>').format(identifier, name, inner)
