"""How the service and its moderators do, in figures: what came, how risky, who agreed, how long it took, what drifts.

Figures only: no case is named, and none can be told from another. `review_figures` draws them.
"""

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phivet.serving import purge
from phivet.serving.tables import Case, Decision, Score, Verdict, Webhook

DAY = 86_400.0
BINS = 10
"""Of risks, equally wide."""
FEWEST = 30
"""Scans on either side without which nothing is said about drift."""
WATCH, DRIFTED = 0.1, 0.25
"""Population stability index from which on two times differ; Siddiqi, Credit Risk Scorecards (2006)."""
RECENT = 7
"""Days that are compared with the days of the period before them."""
TIMES = (15, 30, 60, 120, 300)
"""Ends, in seconds, of the classes of the time that a case took."""
_Z = 1.959964  # of the 95 % interval


@dataclass(frozen=True)
class Share:
    """`part` of `whole`, with Wilson's 95 % interval (Wilson 1927)."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """None when there is nothing to count."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """From 0 to 1 when there is nothing to count."""
        n = self.whole
        if not n:
            return 0.0, 1.0
        p, z = self.part / n, _Z
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(middle - half, 0.0), min(middle + half, 1.0)


@dataclass(frozen=True)
class Drift:
    """How far the risks of `name` moved: PSI, None for too few scans; how many were compared."""

    name: str
    index: float | None
    before: int
    after: int


@dataclass(frozen=True)
class Figures:
    """All figures of the last `days` days. Days are UTC; the last of `dates` is today."""

    days: int
    dates: tuple[str, ...]
    volume: Mapping[str, tuple[int, ...]]
    """Scans a day by the report's decision: block, review, clear."""
    risks: tuple[int, ...]
    """Scans by risk, in `BINS` classes."""
    automatic: Share
    """Scans that needed no moderator."""
    agreement: Mapping[str, Share]
    """Findings that moderators called right, by the report's category; the most judged first."""
    by_site: Mapping[str, Share]
    false_alarms: Share
    """Findings that moderators called wrong."""
    decisions: Mapping[str, int]
    times: tuple[int, ...]
    """Decided cases by the time they took, in the classes that end at `TIMES`, and beyond."""
    time: float | None
    """The median, in seconds."""
    drift_by_site: tuple[Drift, ...]
    drift_by_model: tuple[Drift, ...]
    purge: int
    """Cases whose time is over and that are still there."""
    webhooks: int
    """Messages that should have gone out and have not."""
    dead: int
    """Messages that were given up."""


def figures(session: Session, days: int, now: float, sees: Callable[[str], bool]) -> Figures:
    """The figures of the last `days` days, of the sites that `sees` lets through."""
    since = now - days * DAY
    scores = [
        score
        for score in session.scalars(select(Score).where(Score.category == "", Score.at >= since).order_by(Score.at))
        if sees(score.site)
    ]
    judged = [
        (verdict, site)
        for verdict, site in session.execute(
            select(Verdict, Case.site).join(Case, Verdict.case_uid == Case.uid).where(Verdict.at >= since)
        )
        if sees(site)
    ]
    decided = [
        made
        for made in session.scalars(select(Decision).where(Decision.decided_at >= since, Decision.undone_at.is_(None)))
        if sees(made.case.site)
    ]
    seconds = [made.seconds for made in decided if made.seconds is not None]
    dates = [_date(now - DAY * back) for back in range(days - 1, -1, -1)]
    by_category = _shares((str(verdict.given["category"]), verdict.verdict == "right") for verdict, _ in judged)
    return Figures(
        days=days,
        dates=tuple(dates),
        volume={decision: _a_day(scores, decision, dates) for decision in ("block", "review", "clear")},
        risks=classes([score.score for score in scores]),
        automatic=Share(sum(score.decision == "clear" for score in scores), len(scores)),
        agreement=by_category,
        by_site=_shares((site, verdict.verdict == "right") for verdict, site in judged),
        false_alarms=Share(sum(verdict.verdict == "wrong" for verdict, _ in judged), len(judged)),
        decisions=Counter(made.decision for made in decided),
        times=tuple(
            sum(low <= each < high for each in seconds)
            for low, high in zip((0, *TIMES), (*TIMES, math.inf), strict=True)
        ),
        time=statistics.median(seconds) if seconds else None,
        drift_by_site=_drift_by_site(scores, now),
        drift_by_model=_drift_by_model(scores),
        purge=_overdue(session, now, sees),
        webhooks=_count(session, "waiting", now),
        dead=_count(session, "dead", math.inf),
    )


def classes(risks: Iterable[float]) -> tuple[int, ...]:
    """How many risks fall into each of `BINS` classes of [0, 1]."""
    counts = Counter(min(int(risk * BINS), BINS - 1) for risk in risks)
    return tuple(counts[i] for i in range(BINS))


def stability(before: Sequence[float], after: Sequence[float]) -> float | None:
    """The population stability index of two sets of risks; None when one has fewer than `FEWEST`."""
    if min(len(before), len(after)) < FEWEST:
        return None
    index = 0.0
    for p, q in zip(classes(before), classes(after), strict=True):
        was = (p + 0.5) / (len(before) + 0.5 * BINS)
        is_ = (q + 0.5) / (len(after) + 0.5 * BINS)
        index += (is_ - was) * math.log(is_ / was)
    return index


def _drift_by_site(scores: Sequence[Score], now: float) -> tuple[Drift, ...]:
    """Each site's last `RECENT` days beside the days before."""
    parts: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for score in scores:
        parts[score.site][score.at >= now - RECENT * DAY].append(score.score)
    return tuple(
        Drift(site, stability(before, after), len(before), len(after))
        for site, (before, after) in sorted(parts.items(), key=lambda part: -len(part[1][1]))
    )


def _drift_by_model(scores: Sequence[Score]) -> tuple[Drift, ...]:
    """For each detector whose version changed: its last version beside the one before."""
    versions: dict[str, dict[str, list[float]]] = defaultdict(dict)
    for score in scores:
        for detector, version in score.models.items():
            versions[detector].setdefault(version, []).append(score.score)
    found = []
    for detector, by_version in sorted(versions.items()):
        if len(by_version) > 1:
            (old, before), (new, after) = list(by_version.items())[-2:]
            found.append(Drift(f"{detector} {old} → {new}", stability(before, after), len(before), len(after)))
    return tuple(found)


def _shares(judged: Iterable[tuple[str, bool]]) -> dict[str, Share]:
    counts: dict[str, list[bool]] = defaultdict(list)
    for name, right in judged:
        counts[name].append(right)
    return {name: Share(sum(rights), len(rights)) for name, rights in sorted(counts.items(), key=lambda e: -len(e[1]))}


def _a_day(scores: Iterable[Score], decision: str, dates: Iterable[str]) -> tuple[int, ...]:
    counts = Counter(_date(score.at) for score in scores if score.decision == decision)
    return tuple(counts[date] for date in dates)


def _date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def _overdue(session: Session, now: float, sees: Callable[[str], bool]) -> int:
    by_site = session.execute(select(Case.site, func.count()).where(purge.is_due(now)).group_by(Case.site))
    return sum(number for site, number in by_site if sees(site))


def _count(session: Session, state: str, due: float) -> int:
    wanted = select(func.count()).select_from(Webhook).where(Webhook.state == state)
    return session.scalar(wanted if math.isinf(due) else wanted.where(Webhook.due_at < due)) or 0
