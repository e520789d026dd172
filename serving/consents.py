"""Informed consents: what turns named findings from block into review or allow, visibly, while they last.

A consent names findings by their stable id, or every finding of a category in one file. It counts under a policy whose
rule says so (`store.rule`), from its first to its last second, unless it was withdrawn. A finding's id and a
file's digest come from the file's bytes: what is consented to is this content, no other. The report stays as it was;
what a consent changed is said beside it.
"""

import hmac
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from phivet.cases.report import Action, Decision
from phivet.models.risk import decision
from phivet.serving import standing, webhooks
from phivet.serving.custody import Custody
from phivet.serving.store import latest_report, rule
from phivet.serving.tables import Case, Consent


@dataclass(frozen=True)
class Outcome:
    """The decision that holds; the actions that consents changed, and by which consent, by the finding's id."""

    decision: Decision
    actions: Mapping[str, Action] = field(default_factory=dict)
    by: Mapping[str, int] = field(default_factory=dict)


def active(session: Session, case: Case, now: float | None = None) -> list[Consent]:
    """The case's consents that count now, oldest first; none where the policy knows no consent."""
    if not rule(session, case.policy, case.site).consents:
        return []
    at = time.time() if now is None else now
    wanted = select(Consent).where(
        Consent.case_uid == case.uid,
        Consent.from_at <= at,
        Consent.until_at > at,
        Consent.withdrawn_at.is_(None),
    )
    return list(session.scalars(wanted.order_by(Consent.id)))


def applied(body: Mapping[str, Any], consents: Sequence[Consent], files: Mapping[str, str]) -> Outcome:
    """What the report `body` comes to with these consents; `files` maps each source to its file's keyed digest.

    What could not be scanned still leads to review: nobody knows what was consented to.
    """
    actions: dict[str, Action] = {}
    by: dict[str, int] = {}
    for finding in body["findings"]:
        for consent in consents:
            turned = Action(consent.turns)
            now = actions.get(finding["id"], Action(finding["action"]))
            if turned.rank < now.rank and _covers(consent.scope, finding, files):
                actions[finding["id"]], by[finding["id"]] = turned, consent.id
    if not actions:
        return Outcome(Decision(body["decision"]))
    left = [actions.get(finding["id"], Action(finding["action"])) for finding in body["findings"]]
    return Outcome(decision(left, body["scanned"], body["not_scanned"]), actions, by)


def _covers(scope: Mapping[str, Any], finding: Mapping[str, Any], files: Mapping[str, str]) -> bool:
    if finding["id"] in scope.get("findings", ()):
        return True
    place = finding["place"]
    sources = place.get("sources") or [place["source"]]
    return any(
        each["category"] == finding["category"] and all(files.get(source) == each["file"] for source in sources)
        for each in scope.get("categories", ())
    )


def file_digests(custody: Custody, case: Case, sources: Mapping[str, str]) -> dict[str, str]:
    """The keyed digest of each source's bytes: tells files apart, and nothing to who has not the key."""
    key = custody.keys.derived("files")
    return {
        source: hmac.new(key, f"{case.owner_id} {digest}".encode(), "sha256").hexdigest()
        for source, digest in sources.items()
        if digest
    }


def settle(
    session: Session, custody: Custody, case: Case, actor: str = "phivet", now: float | None = None
) -> Outcome | None:
    """Let the case's decision be what its last report and its consents come to; None when there is no report.

    Where that changes it, the platform is told, and what a moderator decided is overtaken: that was another matter.
    """
    report = latest_report(session, case)
    if report is None:
        return None
    outcome = applied(report.body, active(session, case, now), report.files)
    if outcome.decision != case.decision:
        custody.audit.write(
            session, actor, "decision changed", case.uid, before=case.decision, now=outcome.decision.value
        )
        case.decision, case.changed_at = outcome.decision.value, time.time()
        standing.overtake(session, custody, case, actor, case.changed_at)
        if case.state == "decided":
            case.state = "scanned"
        case.decided_at = case.changed_at if case.decision == "clear" and not case.reported else None
        webhooks.announce(session, custody, case, webhooks.CHANGED)
    return outcome
