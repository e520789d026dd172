"""What is said of a case that was handed in: it identifies somebody, somebody consents; and exports."""

import time
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import StreamingResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from phivet.serving import consents, export, intake, tables
from phivet.serving.access import Principal
from phivet.serving.case_answers import CaseAnswer, ConsentAnswer, ConsentGiven, Statement, case_answer, consent_answer
from phivet.serving.cases_api import NO_STORE, CaseId, Held, Platform, Uploader, owned
from phivet.serving.custody import Custody
from phivet.serving.problems import ProblemError, problems
from phivet.serving.store import latest_report

router = APIRouter(tags=["cases"])
ZIP: dict[int | str, Any] = {
    200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}},
}


@router.post(
    "/v1/cases/{case_id}/reports",
    summary="Report that a case identifies somebody",
    status_code=202,
    responses=problems(404, 422),
)
def report_case(case_id: CaseId, said: Statement, who: Platform, custody: Held) -> CaseAnswer:
    """It is scanned again with the current models before all others, and comes first in the moderators' queue.

    A case whose files have been erased comes there with its last report, and the words of the statement are not kept.
    """
    with custody.store.begin() as session:
        case = owned(session, who, case_id, lock=True)
        words = custody.vault.seal(case.vault, said.statement.encode()) if said.statement and case.vault else None
        session.add(tables.Complaint(case_uid=case.uid, who=said.who, statement=words))
        case.reported = True
        custody.audit.write(session, who.name, "case reported", case.uid, who=said.who)
        if case.vault is not None:
            intake.rescan(session, custody, case, who.name, first=True)
        else:
            intake.reopen(session, custody, case, who.name)
        return case_answer(session, case)


@router.post(
    "/v1/cases/{case_id}/consents",
    summary="Record a consent",
    status_code=201,
    responses=problems(404, 409, 422),
)
def add_consent(case_id: CaseId, given: ConsentGiven, who: Platform, custody: Held) -> ConsentAnswer:
    """From then on the named findings lead to `review` or are allowed, until it ends or the file changes.

    It counts where the operator's rule for the policy says so; it is kept in any case.
    """
    if given.until_at <= given.from_at:
        raise ProblemError("wrong-field", "It must end after it begins.", "until_at")
    if not given.findings and not given.categories:
        raise ProblemError("wrong-field", "Name a finding, or a category of a file.", "findings")
    with custody.store.begin() as session:
        case = owned(session, who, case_id, lock=True)
        report = latest_report(session, case)
        if report is None or case.vault is None:
            raise ProblemError("conflict", "A consent names findings of a report: wait until there is one.")
        known = {finding["id"] for finding in report.body["findings"]}
        if not known.issuperset(given.findings):
            raise ProblemError("wrong-field", "Name findings of the last report, by their ids.", "findings")
        if any(each.source not in report.files for each in given.categories):
            raise ProblemError("wrong-field", "Name files of the last report.", "categories")
        scope = {
            "findings": given.findings,
            "categories": [{"category": each.category, "file": report.files[each.source]} for each in given.categories],
        }
        consent = tables.Consent(
            case_uid=case.uid,
            who=custody.vault.seal(case.vault, given.who.encode()),
            scope=scope,
            turns=given.turns,
            from_at=given.from_at,
            until_at=given.until_at,
            document=given.document,
            recorded_by=who.user_id,
        )
        session.add(consent)
        session.flush()
        custody.audit.write(session, who.name, "consent recorded", case.uid, consent=consent.id, turns=given.turns)
        consents.settle(session, custody, case, who.name)
        return consent_answer(consent, consents.active(session, case))


@router.get("/v1/cases/{case_id}/consents", summary="The consents of a case", responses=problems(404, 422))
def list_consents(case_id: CaseId, who: Platform, custody: Held) -> list[ConsentAnswer]:
    """Those that count, and those that no longer do."""
    with custody.store.begin() as session:
        case = owned(session, who, case_id)
        counting = consents.active(session, case)
        custody.audit.write(session, who.name, "consents read", case.uid)
        kept = session.scalars(select(tables.Consent).where(tables.Consent.case_uid == case.uid))
        return [consent_answer(each, counting) for each in kept.all()]


@router.delete(
    "/v1/cases/{case_id}/consents/{number}",
    summary="Withdraw a consent",
    status_code=204,
    responses=problems(404, 422),
)
def withdraw_consent(
    case_id: CaseId, number: Annotated[int, Path(ge=1, le=2**31)], who: Platform, custody: Held
) -> None:
    """It counts no longer; that it was there is still known."""
    with custody.store.begin() as session:
        case = owned(session, who, case_id, lock=True)
        consent = session.get(tables.Consent, number)
        if consent is None or consent.case_uid != case.uid:
            raise ProblemError("not-found", "The case has no consent of this number.")
        consent.withdrawn_at = consent.withdrawn_at or time.time()
        custody.audit.write(session, who.name, "consent withdrawn", case.uid, consent=number)
        session.flush()
        consents.settle(session, custody, case, who.name)


@router.get(
    "/v1/cases/{case_id}/export",
    summary="All that is held about a case",
    response_class=StreamingResponse,
    responses={**ZIP, **problems(404, 422)},
)
def export_case(case_id: CaseId, who: Platform, custody: Held) -> StreamingResponse:
    """A zip: the files, and `case.json` with everything else. Holds patient data."""
    with custody.store.begin() as session:
        return _exported(session, custody, who, [owned(session, who, case_id)])


@router.get(
    "/v1/uploaders/{uploader}/export",
    summary="All that is held about one uploader",
    response_class=StreamingResponse,
    responses={**ZIP, **problems(422)},
)
def export_uploader(uploader: Uploader, who: Platform, custody: Held) -> StreamingResponse:
    """A zip with a folder for each of his cases. Holds patient data."""
    with custody.store.begin() as session:
        wanted = select(tables.Case).where(tables.Case.owner_id == who.user_id, tables.Case.uploader == uploader)
        return _exported(session, custody, who, session.scalars(wanted.order_by(tables.Case.case_id)).all())


def _exported(session: Session, custody: Custody, who: Principal, cases: Sequence[tables.Case]) -> StreamingResponse:
    for case in cases:
        custody.audit.write(session, who.name, "case exported", case.uid)
    return StreamingResponse(export.zipped(custody, cases), media_type="application/zip", headers=NO_STORE)
