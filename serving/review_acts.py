"""What a moderator does with a case in hand: take it, give it back, judge, mark, decide, undo. One address each."""

import time
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from phivet.cases.categories import Category
from phivet.cases.places import Box, Place, Plane
from phivet.cases.report import Action
from phivet.serving import decisions, review_view
from phivet.serving.access import Moderator, Principal, custody_of
from phivet.serving.custody import Custody
from phivet.serving.decisions import Choice, DecisionError, Word
from phivet.serving.problems import ProblemError
from phivet.serving.review_case import Seen, has_looked, opened, openings_of, progress, seen
from phivet.serving.review_message import compose
from phivet.serving.review_open import Opened
from phivet.serving.review_pages import REFUSED, PageRoute, language_of, rendered, see

router = APIRouter(prefix="/cases/{uid}", route_class=PageRoute, include_in_schema=False)
Short = Annotated[str, Form(max_length=64)]
Lines = Annotated[str, Form(max_length=17 * review_view.LINES)]
"""Keys of lines, with spaces between them."""
Pixel = Annotated[int, Form(ge=0, le=1_000_000)]


def _act(request: Request, uid: str, who: Principal, act: Callable[[Session, Custody, Seen, float], Any]) -> Seen:
    """Do something to the case, in one transaction. Gives the case as it was before."""
    custody = custody_of(request)
    with custody.store.begin() as session:
        at = seen(request, session, uid, who)
        act(session, custody, at, time.time())
    return at


def _mark(
    request: Request, uid: str, who: Principal, places: Callable[[Seen, Opened], list[Place]], what: Category
) -> None:
    """Mark what `places` finds in the opened case, which is read before anything in the database is held."""
    with custody_of(request).store.read() as session:
        before = seen(request, session, uid, who)
    with opened(request, before) as found:
        named = places(before, found)

    def mark(session: Session, custody: Custody, at: Seen, now: float) -> None:
        if at.number != before.number:
            raise DecisionError("not_yours")
        decisions.mark(session, custody, at.case, who, named, what, now)

    _act(request, uid, who, mark)


@router.post("/claim")
def claim(request: Request, uid: str, who: Moderator) -> Response:
    """Take the case in hand."""
    _act(request, uid, who, lambda session, custody, at, now: decisions.claim(session, custody, at.case, who, now))
    return see(f"/cases/{uid}")


@router.post("/release")
def release(request: Request, uid: str, who: Moderator) -> Response:
    """Give it back to the queue."""
    _act(request, uid, who, lambda session, custody, at, now: decisions.release(session, custody, at.case, who))
    openings_of(request).shut(uid)
    return see("/")


@router.post("/verdict")
def verdict(
    request: Request, uid: str, who: Moderator, finding: Short, verdict: Short, category: Short = ""
) -> Response:
    """Judge one line of findings."""
    word, other = _word(verdict), _category(category) if verdict == Word.OTHER else None

    def judge(session: Session, custody: Custody, at: Seen, now: float) -> None:
        line = next((line for line in at.lines if line.findings[0].id == finding), None)
        if line is None:
            raise ProblemError("not-found", "There is no such finding: load the page again.")
        decisions.judge(session, custody, at.case, who, line.findings, word, other, now)

    _act(request, uid, who, judge)
    if "hx-request" not in request.headers:
        return see(f"/cases/{uid}?finding={finding}")
    with custody_of(request).store.read() as session:
        at = seen(request, session, uid, who)
    language = language_of(request)
    swapped = [line for line in at.lines if line.findings[0].id == finding]
    return rendered(
        request,
        "finding.html",
        who,
        case={"id": uid, "open": True},
        swapped=review_view.entries(swapped, at.said, language),
        **progress(at),
        current="",
        many=len({each for line in at.lines for each in line.sources}) > 1,
    )


@router.post("/rest")
def rest(request: Request, uid: str, who: Moderator, verdict: Short, lines: Lines) -> Response:
    """Judge all of the `lines` on the page that are not judged yet the same way."""
    word, shown = _word(verdict), set(lines.split())

    def judge(session: Session, custody: Custody, at: Seen, now: float) -> None:
        shown.difference_update(each.finding for each in at.said)
        left = [judged for line in at.lines for judged in line.findings if line.findings[0].id in shown]
        decisions.judge(session, custody, at.case, who, left, word, None, now)

    _act(request, uid, who, judge)
    return see(f"/cases/{uid}")


@router.post("/marks/box")
def mark_box(
    request: Request,
    uid: str,
    who: Moderator,
    source: Short,
    plane: Short,
    index: Pixel,
    x0: Pixel,
    y0: Pixel,
    x1: Pixel,
    y1: Pixel,
    category: Short,
) -> Response:
    """Mark a box on a picture, in pixels of the stored image."""
    what, key = _category(category), f"{source}.{plane}.{index}"

    def places(at: Seen, found: Opened) -> list[Place]:
        picture = review_view.picture_at(found, key)
        if picture is None:
            raise ProblemError("not-found", "There is no such picture in the case.")
        frame, page = (None, index) if picture.frames.paged else (index, None)
        try:
            return [Box(source, x0, y0, x1, y1, frame, page, Plane(plane))]
        except ValueError:
            raise ProblemError("wrong-field", "A box needs x0 < x1 and y0 < y1.") from None

    _mark(request, uid, who, places, what)
    return see(f"/cases/{uid}?picture={key}")


@router.post("/marks/words")
def mark_words(
    request: Request, uid: str, who: Moderator, words: Annotated[str, Form(max_length=200)], category: Short
) -> Response:
    """Mark words wherever they stand in notes, headers and properties. The words themselves are not kept."""
    what = _category(category)

    def places(at: Seen, found: Opened) -> list[Place]:
        named = found.occurrences(words) if at.clear else []
        if not named:
            raise ProblemError("not-found", "These words stand nowhere in the case.")
        return named

    _mark(request, uid, who, places, what)
    return see(f"/cases/{uid}")


@router.post("/unmark")
def unmark(request: Request, uid: str, who: Moderator, mark: Annotated[int, Form()]) -> Response:
    """Take a mark back."""
    _act(
        request, uid, who, lambda session, custody, at, now: decisions.unmark(session, custody, at.case, who, mark, now)
    )
    return see(f"/cases/{uid}")


@router.get("/letter/{choice}")
def letter(request: Request, uid: str, who: Moderator, choice: str) -> Response:
    """What the uploader would be told."""
    with custody_of(request).store.read() as session:
        at = seen(request, session, uid, who)
        refused = _refused(session, at, who, _choice(choice))
    message = _letter(request, at, _choice(choice))
    return rendered(request, "letter.html", who, message=message, refused=REFUSED[refused] if refused else None)


@router.post("/decision")
def decide(request: Request, uid: str, who: Moderator, decision: Short) -> Response:
    """Decide on the case."""
    choice = _choice(decision)

    def act(session: Session, custody: Custody, at: Seen, now: float) -> None:
        refused = _refused(session, at, who, choice)
        if refused is not None:
            raise DecisionError(refused)
        message = _letter(request, at, choice)
        decisions.decide(session, custody, at.case, who, choice, at.findings, message, now)

    _act(request, uid, who, act)
    openings_of(request).shut(uid)
    return see("/")


@router.post("/undo")
def undo(request: Request, uid: str, who: Moderator) -> Response:
    """Take the decision back."""
    _act(request, uid, who, lambda session, custody, at, now: decisions.undo(session, custody, at.case, who, now))
    return see(f"/cases/{uid}")


def _refused(session: Session, at: Seen, who: Principal, choice: Choice) -> str | None:
    """Why the case cannot be decided so now (a kind of `DecisionError`), if it cannot."""
    if choice is not Choice.PUBLISH:
        return None
    if decisions.still_blocks(session, at.case, who, at.findings):
        return "still_blocks"
    blocks = any(judged.action is Action.BLOCK for judged in at.findings)
    return "unseen" if blocks and not has_looked(session, at, who) else None


def _letter(request: Request, at: Seen, choice: Choice) -> str | None:
    said = {each.finding: each for each in at.said}
    return compose(choice, at.lines, said, at.marks, language_of(request))


def _word(text: str) -> Word:
    if text not in set(Word):
        raise ProblemError("wrong-field", "A verdict is right, wrong or other.", "verdict")
    return Word(text)


def _choice(text: str) -> Choice:
    if text not in set(Choice):
        raise ProblemError("wrong-field", "Choose publish, send_back, remove or ask_consent.", "decision")
    return Choice(text)


def _category(text: str) -> Category:
    if text not in set(Category):
        raise ProblemError("wrong-field", "There is no such category.", "category")
    return Category(text)
