"""What comes of a scan: its report, the case's new state, the figures, the message to the platform: all or none."""

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete

from phivet.cases.coverage import Coverage, Unread
from phivet.models.risk import assess
from phivet.serving import consents, jobs, webhooks
from phivet.serving.custody import Custody
from phivet.serving.jobs import Lease, LostError
from phivet.serving.policies import DEFAULT, names, policy
from phivet.serving.tables import Case, Progress, Report, Score

GONE = "its files were erased"
LOST = "lost again and again"
"""Why a case is given up that nobody can scan, and one around which the machinery keeps dying."""


def record(
    custody: Custody, lease: Lease, body: Mapping[str, Any], digests: Mapping[str, str], parked: str | None = None
) -> Report:
    """Write the report that ends the job of `lease`. Raises `LostError`, and then nothing is written.

    `digests` are the SHA-256 of the files' bytes by source, `parked` says why the case was given up.
    """
    now = time.time()
    with custody.store.begin() as session:
        case = session.get(Case, lease.case_uid, with_for_update={"of": Case})
        if case is None or case.version != lease.version:
            raise LostError
        jobs.finish(session, lease, parked)
        files = consents.file_digests(custody, case, digests)
        report = Report(
            case_uid=case.uid, version=lease.version, scan=lease.scan, body=dict(body), files=files, parked=parked
        )
        session.add(report)
        session.add_all(_scores(case, body))
        session.execute(delete(Progress).where(Progress.case_uid == case.uid))
        case.state, case.risk, case.scanned_at, case.changed_at = "scanned", body["risk"], now, now
        session.flush()
        outcome = consents.applied(body, consents.active(session, case, now), files)
        case.decision = outcome.decision.value
        case.decided_at = now if case.decision == "clear" and not case.reported else None
        webhooks.announce(session, custody, case, webhooks.SCANNED)
        custody.audit.write(
            session,
            "phivet",
            "case parked" if parked else "case scanned",
            case.uid,
            version=lease.version,
            scan=lease.scan,
            decision=case.decision,
            findings=len(body["findings"]),
            **({"reason": parked} if parked else {}),
        )
    return report


def given_up(custody: Custody, lease: Lease, reason: str) -> dict[str, Any]:
    """The report on a case that could not be scanned: nothing of it was looked at, so it is one for review."""
    with custody.store.read() as session:
        case = session.get(Case, lease.case_uid)
    if case is None:
        raise LostError
    coverage = Coverage()
    why = {"time out": Unread.TIME_OUT, GONE: Unread.MISSING}.get(reason, Unread.CRASH)
    sources = [f"file-{number}" for number in range(1, case.files + 1)]
    for source in sources:
        coverage.miss(source, why)
    wanted = policy(case.policy if case.policy in names() else DEFAULT)
    report = assess(case.case_id, [], coverage, wanted, dict.fromkeys(sources, ""), {}, 0.0)
    return report.as_json() | {"policy": case.policy}


def _scores(case: Case, body: Mapping[str, Any]) -> list[Score]:
    told = {"": body["risk"], **body["risk_by_category"]}
    return [
        Score(
            site=case.site,
            policy=case.policy,
            decision=body["decision"],
            models=body["models"],
            category=category,
            score=score,
            seconds=body["seconds"],
        )
        for category, score in told.items()
    ]
