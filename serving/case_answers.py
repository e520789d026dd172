"""What the service answers about a case, and what it is sent: their shapes, as the OpenAPI document shows them."""

import time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from phivet.cases.categories import Category
from phivet.serving import consents, tables
from phivet.serving.policies import DEFAULT
from phivet.serving.standing import standing
from phivet.serving.store import latest_report
from phivet.serving.uploads import FILES

FindingId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
Instant = Annotated[float, Field(ge=0, le=1e11, description="Seconds since 1970, UTC.")]


class Strict(BaseModel):
    """What is sent: nothing but these fields."""

    model_config = ConfigDict(extra="forbid")


class Consented(BaseModel):
    """What one consent has changed."""

    id: int
    turns: str
    until: float
    findings: list[str] = Field(description="The findings' ids.")


class Moderated(BaseModel):
    """What a moderator decided, once it can no longer be undone (a removal: at once)."""

    decision: str = Field(description="publish, send_back, remove or ask_consent.")
    reasons: list[str] = Field(description="Categories.")
    message: str | None = Field(description="For the uploader; holds no patient data.")
    at: float


class CaseAnswer(BaseModel):
    """A case: where it stands, and what to do with it."""

    case_id: str
    version: int = Field(description="Counts the contents that were sent under this id.")
    state: str = Field(description="accepted, scanning, scanned (there is a report), decided (by a moderator).")
    decision: str | None = Field(description="clear, review or block: the report's, with consents applied.")
    risk: float | None
    policy: str
    visibility: str
    site: str
    uploader: str | None
    reported: bool = Field(description="Somebody says that it identifies a person.")
    restricted: bool = Field(description="Neither scanned nor shown to anybody, on request.")
    parked: str | None = Field(description="Why the scan was given up, if it was.")
    received_at: float
    scanned_at: float | None
    purged_at: float | None = Field(description="When its files were erased by a purge rule.")
    progress: dict[str, int] | None = Field(description="Parts looked at so far, by kind.")
    consents: list[Consented]
    moderator: Moderated | None
    report: dict[str, Any] | None = Field(description="phivet.report/1, see /v1/schema.")


class CaseRow(BaseModel):
    """A case in a list."""

    case_id: str
    version: int
    state: str
    decision: str | None
    risk: float | None
    reported: bool
    received_at: float


class CaseList(BaseModel):
    """Cases in the order of their ids; `next` continues."""

    cases: list[CaseRow]
    next: str | None


class Statement(Strict):
    """Somebody says that the case identifies a person."""

    who: Literal["patient", "reader", "staff"]
    statement: str | None = Field(None, max_length=4_000, description="Their words; sealed, for moderators only.")


class CategoryOfFile(Strict):
    """Every finding of one category in one file."""

    category: Category
    source: str = Field(pattern=r"^file-[1-9][0-9]{0,5}$", description="As the report names the file.")


class ConsentGiven(Strict):
    """A consent: to which findings, what they become, from when until when, by which document."""

    who: str = Field(min_length=1, max_length=200, description="Who consents; kept sealed.")
    findings: list[FindingId] = Field([], max_length=1_000)
    categories: list[CategoryOfFile] = Field([], max_length=100)
    turns: Literal["review", "allow"]
    from_at: Instant
    until_at: Instant
    document: str = Field(pattern=r"^[0-9a-f]{64}$", description="The SHA-256 of the signed document.")


class ConsentAnswer(BaseModel):
    """A consent as it is kept, its words left out."""

    id: int
    scope: dict[str, Any]
    turns: str
    from_at: float
    until_at: float
    document: str
    at: float
    withdrawn_at: float | None
    counts: bool = Field(description="Whether it counts now, under the policy's rule.")


class Restriction(Strict):
    """Whether the case is to be kept but neither scanned nor shown."""

    restricted: bool


def form(**fields: Any) -> dict[str, Any]:
    """The form in which a case is sent: its files, its policy and these fields."""
    files = {
        "type": "array",
        "items": {"type": "string", "format": "binary"},
        "description": "The files of one case, each a part with a file name, or one zip of them. "
        "The report calls them file-1, file-2, ... in the order of their names.",
    }
    wanted = {"type": "string", "default": DEFAULT, "description": "One of those that /v1/policies lists."}
    return {
        "type": "object",
        "required": [FILES],
        "additionalProperties": False,
        "properties": {FILES: files, "policy": wanted, **fields},
    }


def case_answer(session: Session, case: tables.Case) -> CaseAnswer:
    """The answer about one case."""
    report = latest_report(session, case)
    progress = session.get(tables.Progress, case.uid)
    return CaseAnswer(
        **{name: getattr(case, name) for name in CaseAnswer.model_fields if hasattr(case, name)},
        parked=report.parked if report else None,
        progress=progress.parts if progress and case.state == "scanning" else None,
        consents=_consented(session, case, report) if report else [],
        moderator=_moderated(session, case),
        report=report.body if report else None,
    )


def _consented(session: Session, case: tables.Case, report: tables.Report) -> list[Consented]:
    counting = consents.active(session, case)
    outcome = consents.applied(report.body, counting, report.files)
    told = {each.id: [finding for finding, by in outcome.by.items() if by == each.id] for each in counting}
    return [
        Consented(id=each.id, turns=each.turns, until=each.until_at, findings=told[each.id])
        for each in counting
        if told[each.id]
    ]


def _moderated(session: Session, case: tables.Case) -> Moderated | None:
    final = standing().where(tables.Case.uid == case.uid, tables.Decision.final_at <= time.time())
    made = session.scalars(final).first()
    if made is None:
        return None
    return Moderated(decision=made.decision, reasons=made.reasons, message=made.message, at=made.decided_at)


def consent_answer(consent: tables.Consent, counting: list[tables.Consent]) -> ConsentAnswer:
    """The answer about one consent."""
    return ConsentAnswer(
        **{name: getattr(consent, name) for name in ConsentAnswer.model_fields if hasattr(consent, name)},
        counts=consent.id in {each.id for each in counting},
    )
