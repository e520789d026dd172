"""The whole walk: a case's parts go by the detectors, what they find is judged by a policy, a report comes out."""

import logging
import time
from collections.abc import Callable, Sequence

from phivet.cases.case import Case
from phivet.cases.coverage import Coverage, Unread
from phivet.cases.errors import UnreadableError
from phivet.cases.findings import Finding
from phivet.cases.known import Known, KnownValue
from phivet.cases.parts import Container, Frames, Header, Note, Part, Volume
from phivet.cases.policy import Policy
from phivet.cases.report import Report
from phivet.models.burned_in_text import BurnedInText
from phivet.models.detector import Detector
from phivet.models.headers import Headers, claims
from phivet.models.notes import Notes
from phivet.models.risk import assess

CERTAIN = 0.9
"""From this score on, what was found is searched for in the rest of the case."""

COUNTED_AS = {Header: "headers", Container: "containers", Note: "notes", Volume: "volumes"}

log = logging.getLogger("phivet")


def detectors() -> list[Detector]:
    """Every detector, in the order in which they see a part."""
    notes = Notes()
    return [Headers(notes), notes, BurnedInText(notes)]


def scan(
    case: Case,
    policy: Policy,
    detectors: Sequence[Detector],
    progress: Callable[[Part], None] = lambda part: None,
) -> Report:
    """Look at everything in `case` and judge it by `policy`; `progress` is told of every part beforehand."""
    started = time.perf_counter()
    known = Known(study_key=policy.study_key)
    findings: list[Finding] = []
    for part in case.parts():
        progress(part)
        if isinstance(part, Header):
            case.coverage.claims += claims(part)
        readers = [detector for detector in detectors if isinstance(part, detector.reads)]
        looked = False
        for detector in readers:
            found = look(detector, part, known, case.coverage)
            if found is not None:
                looked = True
                findings += found
                known = known.adding(certain(part, found))
        if looked and not isinstance(part, Frames):
            case.coverage.looked_at(COUNTED_AS[type(part)])
    return assess(
        case.case_id,
        findings,
        case.coverage,
        policy,
        {source: case.digest(source) for source in case.paths},
        {detector.name: detector.version for detector in detectors},
        time.perf_counter() - started,
    )


def look(detector: Detector, part: Part, known: Known, coverage: Coverage) -> list[Finding] | None:
    """What `detector` finds in `part`; None if it could not look, which is entered into `coverage`."""
    try:
        return detector.detect(part, known)
    except UnreadableError as error:
        reason = error.reason
    except Exception as error:  # noqa: BLE001 a detector that dies costs one part, not the scan
        log.error("detector %s failed with %s", detector.name, type(error).__name__)
        reason = Unread.CRASH
    for source in part.sources if isinstance(part, Volume) else (part.source,):
        coverage.miss(source, reason)
    return None


def certain(part: Part, findings: Sequence[Finding]) -> list[KnownValue]:
    """The values in `part` that were found with certainty."""
    if not isinstance(part, Header | Container | Note):
        return []
    values = [
        KnownValue(finding.category, part.text_at(finding.place)) for finding in findings if finding.score >= CERTAIN
    ]
    return [value for value in values if value.text.strip()]
