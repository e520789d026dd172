"""Cases that are handed in and looked after: /v1/cases. A platform sees its own, and nobody else's."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from phivet.serving import intake, purge
from phivet.serving.access import Principal, Role, custody_of, requires
from phivet.serving.case_answers import CaseAnswer, CaseList, CaseRow, Restriction, case_answer, form
from phivet.serving.custody import Custody
from phivet.serving.intake import ID, SITE, Visibility
from phivet.serving.problems import ProblemError, problems
from phivet.serving.settings import Settings
from phivet.serving.tables import Case
from phivet.serving.uploads import sealed

router = APIRouter(tags=["cases"])

Platform = Annotated[Principal, Depends(requires(Role.PLATFORM))]
CaseId = Annotated[str, Path(pattern=f"^{ID.pattern}$", description="The platform's own name for the case.")]
Uploader = Annotated[str, Path(pattern=f"^{ID.pattern}$", description="The platform's pseudonym for who sent it.")]
NO_STORE = {"Cache-Control": "no-store"}
POLL = 0.3
"""Seconds between two looks at a case whose events somebody reads."""
SILENCE = 15.0
"""Seconds after which a comment keeps the connection open."""
PAGE = 100
FORM = form(
    visibility={"enum": list(Visibility), "default": Visibility.DRAFT},
    site={"type": "string", "pattern": f"^{ID.pattern}$", "default": SITE, "description": "The uploader site."},
    uploader={"type": "string", "pattern": f"^{ID.pattern}$", "description": "A pseudonym of who sent it."},
    callback={"type": "string", "maxLength": 512, "description": "Where webhooks go."},
)

Held = Annotated[Custody, Depends(custody_of)]


def owned(session: Session, who: Principal, case_id: str, *, lock: bool = False) -> Case:
    """The case of this platform. Raises `ProblemError`: also when another's has this id."""
    wanted = select(Case).where(Case.owner_id == who.user_id, Case.case_id == case_id)
    case = session.scalars(wanted.with_for_update(of=Case) if lock else wanted).one_or_none()
    if case is None:
        raise ProblemError("unknown-case", "Hand it in with PUT.")
    return case


@router.put(
    "/v1/cases/{case_id}",
    summary="Hand a case in",
    status_code=202,
    response_model=CaseAnswer,
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FORM}}}},
    responses={
        200: {"description": "The same content is here already", "model": CaseAnswer},
        **problems(400, 408, 413, 415, 422, 429, 507),
    },
)
async def put_case(request: Request, case_id: CaseId, who: Platform, custody: Held) -> Response:
    """Kept, encrypted, before the answer comes; then scanned.

    Sent again with the same content and policy it is the same case (200, its state); with another content or policy it
    is a new version of it (202), and the earlier content is erased.
    """
    settings: Settings = custody.settings

    def check() -> None:
        with custody.store.read() as session:
            intake.check_room(session, custody)

    await to_thread.run_sync(check)
    async with sealed(request, settings, custody.vault) as upload:
        terms = intake.terms_of(upload.fields, custody)

        def accept() -> tuple[CaseAnswer, bool]:
            upload.kept = True  # unless it is known that they are not the case's content
            try:
                case, upload.kept = intake.accept(custody, who, case_id, terms, upload.name, upload.entries)
            except ProblemError:
                upload.kept = False
                raise
            with custody.store.read() as session:
                return case_answer(session, session.get_one(Case, case.uid)), upload.kept

        answer, kept = await to_thread.run_sync(accept)
    return JSONResponse(answer.model_dump(), 202 if kept else 200, NO_STORE)


@router.get("/v1/cases", summary="Your cases", responses=problems(422))
def list_cases(
    who: Platform,
    custody: Held,
    state: Annotated[str | None, Query(pattern="^(accepted|scanning|scanned|decided)$")] = None,
    after: Annotated[str | None, Query(pattern=f"^{ID.pattern}$", description="`next` of the page before.")] = None,
) -> CaseList:
    """A hundred at a time, in the order of their ids."""
    wanted = select(Case).where(Case.owner_id == who.user_id, Case.case_id > (after or ""))
    if state:
        wanted = wanted.where(Case.state == state)
    with custody.store.begin() as session:
        cases = session.scalars(wanted.order_by(Case.case_id).limit(PAGE)).all()
        custody.audit.write(session, who.name, "cases listed", "", number=len(cases))
        rows = [CaseRow(**{name: getattr(case, name) for name in CaseRow.model_fields}) for case in cases]
    return CaseList(cases=rows, next=rows[-1].case_id if len(rows) == PAGE else None)


@router.get("/v1/cases/{case_id}", summary="A case and its report", responses=problems(404, 422))
def get_case(case_id: CaseId, who: Platform, custody: Held, response: Response) -> CaseAnswer:
    """Its state, its report when there is one, and what a moderator decided."""
    response.headers.update(NO_STORE)
    with custody.store.begin() as session:
        case = owned(session, who, case_id)
        custody.audit.write(session, who.name, "case read", case.uid)
        return case_answer(session, case)


@router.delete("/v1/cases/{case_id}", summary="Erase a case", status_code=204, responses=problems(404, 422))
def delete_case(case_id: CaseId, who: Platform, custody: Held) -> None:
    """At once and for good: its files can no longer be read by anybody, and nothing is known of it."""
    with custody.store.begin() as session:
        names = purge.erase(custody, session, owned(session, who, case_id, lock=True), who.name)
    purge.forget(custody, names)


@router.delete("/v1/uploaders/{uploader}", summary="Erase all of one uploader", responses=problems(422))
def delete_uploader(uploader: Uploader, who: Platform, custody: Held) -> dict[str, int]:
    """Every case that was handed in with this `uploader`: how many."""
    with custody.store.begin() as session:
        wanted = select(Case).where(Case.owner_id == who.user_id, Case.uploader == uploader).with_for_update(of=Case)
        cases = session.scalars(wanted.order_by(Case.uid)).all()
        names = [name for case in cases for name in purge.erase(custody, session, case, who.name)]
    purge.forget(custody, names)
    return {"erased": len(cases)}


@router.put("/v1/cases/{case_id}/restriction", summary="Restrict a case", responses=problems(404, 422))
def restrict(case_id: CaseId, wanted: Restriction, who: Platform, custody: Held) -> CaseAnswer:
    """Keep a case without using it: it is not scanned, and moderators do not see it, until this is lifted."""
    with custody.store.begin() as session:
        case = owned(session, who, case_id, lock=True)
        case.restricted = wanted.restricted
        custody.audit.write(session, who.name, "restriction", case.uid, restricted=wanted.restricted)
        return case_answer(session, case)


@router.get(
    "/v1/cases/{case_id}/events",
    summary="Follow a case",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}, **problems(404, 422)},
)
async def events(case_id: CaseId, who: Platform, custody: Held) -> StreamingResponse:
    """Server-sent events: `state` whenever something changed (the case without its report), until it is scanned.

    The connection ends when there is a report that holds, or the case is erased (`erased`).
    """

    def looked(first: bool = False) -> CaseAnswer | None:
        with custody.store.begin() if first else custody.store.read() as session:
            try:
                case = owned(session, who, case_id)
            except ProblemError:
                if first:
                    raise
                return None
            if first:
                custody.audit.write(session, who.name, "case followed", case.uid)
            return case_answer(session, case)

    now = await to_thread.run_sync(looked, True)

    async def told() -> AsyncIterator[str]:
        answer, said, quiet = now, "", 0.0
        while answer is not None:
            text = json.dumps(answer.model_dump(exclude={"report"}))
            if text != said:
                said, quiet = text, 0.0
                yield f"event: state\ndata: {text}\n\n"
            if answer.state in ("scanned", "decided"):
                return
            await asyncio.sleep(POLL)
            quiet += POLL
            if quiet >= SILENCE:
                quiet = 0.0
                yield ": still here\n\n"
            answer = await to_thread.run_sync(looked)
        yield "event: erased\ndata: {}\n\n"

    return StreamingResponse(told(), media_type="text/event-stream", headers={**NO_STORE, "X-Accel-Buffering": "no"})


def add_cases(app: Any) -> None:
    """Let `app` answer below /v1/cases. Its `state.custody` is needed once somebody asks."""
    from phivet.serving import oidc_api, operators_api, statements_api

    for area in (router, statements_api.router, operators_api.router, oidc_api.router):
        app.include_router(area)
