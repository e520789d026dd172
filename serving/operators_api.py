"""For those who run the service: the audit log, the rules, the messages that did not arrive."""

import json
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import select

from phivet.serving import audit, purge, tables, webhooks
from phivet.serving.access import Principal, Role, Watcher, requires
from phivet.serving.case_answers import Strict
from phivet.serving.cases_api import NO_STORE, Held, Platform
from phivet.serving.policies import names
from phivet.serving.problems import ProblemError, problems
from phivet.serving.store import ANY

router = APIRouter(tags=["operators"])

Admin = Annotated[Principal, Depends(requires(Role.ADMIN))]
Auditor = Annotated[Principal, Depends(requires(Role.AUDITOR))]


class RuleSet(Strict):
    """What a policy wants at a site."""

    purge_days: int = Field(ge=0, le=36_500, description="Days from the decision until the files are erased.")
    consents: bool = Field(description="Whether an informed consent counts.")
    second_reader: bool
    retraining: bool = Field(description="Whether pixels and text of decided cases may become labels.")


class RuleRow(RuleSet):
    """A rule, and where it holds; "*": everywhere else."""

    policy: str
    site: str


class Message(BaseModel):
    """A webhook that is on its way, or has not arrived."""

    id: str
    case_id: str
    event: str
    state: str
    tries: int
    reason: str | None
    created_at: float
    due_at: float


@router.get(
    "/v1/audit",
    summary="The audit log",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}, **problems(422)},
)
def audit_log(
    who: Auditor, custody: Held, subject: Annotated[str | None, Query(pattern="^[A-Za-z0-9._@-]{1,64}$")] = None
) -> StreamingResponse:
    """As JSON lines, first to last; only those about one case or user with `subject`."""
    with custody.store.begin() as session:
        custody.audit.write(session, who.name, "audit log read", subject or "")

    def lines() -> Iterator[str]:
        with custody.store.read() as session:
            for entry in custody.audit.entries(session, subject):
                yield json.dumps(audit.as_json(entry)) + "\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson", headers=NO_STORE)


@router.get("/v1/rules", summary="The rules")
def list_rules(who: Admin, custody: Held) -> list[RuleRow]:
    """Of policies and sites; the most particular one counts."""
    with custody.store.read() as session:
        rules = session.scalars(select(tables.Rule).order_by(tables.Rule.policy, tables.Rule.site)).all()
        return [RuleRow(**{name: getattr(rule, name) for name in RuleRow.model_fields}) for rule in rules]


@router.put("/v1/rules/{policy}/{site}", summary="Set a rule", responses=problems(422))
def set_rule(
    policy: Annotated[str, Path(pattern=r"^([a-z0-9-]{1,64}|\*)$")],
    site: Annotated[str, Path(pattern=r"^([A-Za-z0-9._-]{1,64}|\*)$")],
    wanted: RuleSet,
    who: Admin,
    custody: Held,
) -> RuleRow:
    """For a policy ("*": any) at a site ("*": any)."""
    if policy not in (ANY, *names()):
        raise ProblemError("unknown-policy", f"Use * or one of: {', '.join(names())}.", "policy")
    with custody.store.begin() as session:
        session.merge(tables.Rule(policy=policy, site=site, **wanted.model_dump()))
        custody.audit.write(session, who.name, "rule set", "", policy=policy, site=site, **wanted.model_dump())
    return RuleRow(policy=policy, site=site, **wanted.model_dump())


@router.get("/v1/webhooks", summary="Your messages", responses=problems(422))
def list_messages(
    who: Platform, custody: Held, state: Annotated[str, Query(pattern="^(waiting|sent|dead)$")] = "dead"
) -> list[Message]:
    """Those that have not arrived and are no longer tried, or another state's; the latest thousand."""
    wanted = (
        select(tables.Webhook, tables.Case.case_id)
        .join(tables.Case, tables.Case.uid == tables.Webhook.case_uid)
        .where(tables.Case.owner_id == who.user_id, tables.Webhook.state == state)
        .order_by(tables.Webhook.created_at.desc())
        .limit(1_000)
    )
    with custody.store.read() as session:
        return [
            Message(
                case_id=case_id,
                **{name: getattr(message, name) for name in Message.model_fields if name != "case_id"},
            )
            for message, case_id in session.execute(wanted)
        ]


@router.post(
    "/v1/webhooks/{message_id}/retry", summary="Try a message again", status_code=202, responses=problems(404, 422)
)
def retry(message_id: Annotated[str, Path(pattern="^[0-9a-f]{32}$")], who: Platform, custody: Held) -> dict[str, str]:
    """One that is dead."""
    with custody.store.begin() as session:
        message = session.get(tables.Webhook, message_id, with_for_update=True)
        case = session.get(tables.Case, message.case_uid) if message else None
        if message is None or case is None or case.owner_id != who.user_id or message.state != "dead":
            raise ProblemError("not-found", "There is no dead message of this id.")
        webhooks.again(session, message)
        custody.audit.write(session, who.name, "webhook retried", case.uid)
    return {"state": "waiting"}


@router.get("/v1/webhooks/secret", summary="What signatures are checked with")
def signing_secret(who: Platform, custody: Held) -> dict[str, str]:
    """The key of the HMAC in `Phivet-Signature`."""
    with custody.store.begin() as session:
        custody.audit.write(session, who.name, "webhook secret read", who.name)
    return {"secret": webhooks.secret(custody, who.user_id)}


@router.get("/v1/backlog", summary="What waits")
def backlog(who: Watcher, custody: Held) -> dict[str, float]:
    """Scans that wait, how long the oldest has waited (seconds), and cases that were parked."""
    with custody.store.read() as session:
        return purge.backlog(session)
