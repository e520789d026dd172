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
from phivet.models.faces import Faces
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
    return [Headers(notes), notes, BurnedInText(notes), Faces()]


def scan(
    case: Case,
    policy: Policy,
    detectors: Sequence[Detector],
    progress: Callable[[Part], None] = lambda part: None,
) -> Report:
    """Look at everything in `case` and judge it by `policy`; `progress` is told of every part beforehand."""
    started = time.perf_counter()
    known = Known(study_key=policy.study_key)
    texts: list[tuple[Part, Known, list[Finding]]] = []
    findings: list[Finding] = []
    for part in case.parts():
        progress(part)
        if isinstance(part, Header):
            case.coverage.claims += claims(part)
        if isinstance(part, Frames | Volume) and texts:
            findings += searched_again(texts, known, detectors, case.coverage)
            texts = []
        before, found, looked = known, list[Finding](), False
        for detector in detectors:
            if isinstance(part, detector.reads) and (seen := look(detector, part, known, case.coverage)) is not None:
                looked = True
                found += seen
                known = known.adding(certain(part, seen))
        if isinstance(part, Frames | Volume):
            findings += found
        else:
            texts.append((part, before, found))
        if looked and not isinstance(part, Frames):
            case.coverage.looked_at(COUNTED_AS[type(part)])
    findings += searched_again(texts, known, detectors, case.coverage)
    return assess(
        case.case_id,
        findings,
        case.coverage,
        policy,
        {source: case.digest(source) for source in case.paths},
        {detector.name: detector.version for detector in detectors},
        time.perf_counter() - started,
    )


def searched_again(
    texts: Sequence[tuple[Part, Known, list[Finding]]], known: Known, detectors: Sequence[Detector], coverage: Coverage
) -> list[Finding]:
    """What was found in `texts`, and what more is found now that the notes have told whom the case is about."""
    told = {value for part, _, found in texts if isinstance(part, Note) for value in certain(part, found)}
    findings: list[Finding] = []
    for part, knew, found in texts:
        if told - knew.values and told <= known.values:
            again = [look(each, part, known, coverage) for each in detectors if isinstance(part, each.reads)]
            found = [finding for seen in again for finding in seen or ()] if None not in again else found
        findings += found
    return findings


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
