"""The dashboard: how the service and its moderators do, as plots that need no script, each with its table."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from markupsafe import Markup

from phivet.serving import dashboard
from phivet.serving.access import Principal, Role, custody_of, requires
from phivet.serving.charts import Bar, Series, bars, columns
from phivet.serving.dashboard import DRIFTED, WATCH, Drift, Figures, Share
from phivet.serving.languages import Language
from phivet.serving.review_pages import PageRoute, language_of, rendered
from phivet.serving.review_words import category

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Counts = Annotated[Principal, Depends(requires(Role.MODERATOR, Role.ENGINEER, Role.ADMIN))]
PERIODS = (7, 30, 90)
TOP = 12
_TIMES = ("< 15 s", "15–30 s", "30–60 s", "1–2 min", "2–5 min", "> 5 min")


@dataclass(frozen=True)
class Plot:
    """One card: the picture, what its colours mean, and the same figures as a table."""

    title: str
    says: str
    picture: Markup | None
    legend: tuple[tuple[str, str], ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@router.get("/figures")
def show(request: Request, who: Counts, days: int = 30) -> Response:
    """The figures of the last days."""
    language = language_of(request)
    days = days if days in PERIODS else 30
    everything = Role.ENGINEER in who.roles or Role.ADMIN in who.roles
    with custody_of(request).store.read() as session:
        found = dashboard.figures(session, days, time.time(), (lambda site: True) if everything else who.sees)
    return rendered(
        request,
        "figures.html",
        who,
        page="figures",
        days=days,
        periods=PERIODS,
        tiles=_tiles(found, language),
        plots=_plots(found, language),
    )


def _tiles(found: Figures, language: Language) -> list[tuple[str, str, str]]:
    t = language.text
    return [
        (t("Scanned"), f"{found.automatic.whole:,}", ""),
        (t("Decided without a moderator"), _percent(found.automatic), _of(found.automatic, language)),
        (
            t("Findings called right"),
            _percent(_all(found.by_site.values())),
            _of(_all(found.by_site.values()), language),
        ),
        (t("False alarms"), _percent(found.false_alarms), _of(found.false_alarms, language)),
        (t("Time per case"), language.duration(found.time) if found.time is not None else "–", t("median")),
        (t("To be purged"), f"{found.purge:,}", t("overdue")),
        (t("Webhooks"), f"{found.webhooks:,}", t("overdue, {n} given up", n=found.dead)),
    ]


def _plots(found: Figures, language: Language) -> list[Plot]:
    t = language.text
    tones = (("block", t("Block")), ("review", t("Review")), ("clear", t("Clear")))
    days = [date[5:] for date in found.dates]
    risks = [f"{i / 10:.1f}" for i in range(dashboard.BINS)]
    times = [t(each) for each in _TIMES]
    return [
        Plot(
            t("Cases a day"),
            t("Scans by what the report says to do."),
            columns(t("Cases a day"), days, [Series(name, tone, found.volume[tone]) for tone, name in tones]),
            tones,
            (t("Day"), *(name for _, name in tones)),
            tuple((d, *(str(found.volume[tone][i]) for tone, _ in tones)) for i, d in enumerate(found.dates)),
        ),
        Plot(
            t("Risk"),
            t("How many scans had which risk."),
            columns(t("Risk"), risks, [Series("", "plain", found.risks)], labels=10),
            (),
            (t("Risk from"), t("Scans")),
            tuple((low, str(n)) for low, n in zip(risks, found.risks, strict=True)),
        ),
        _agreement(
            t("Agreement by category"),
            t("The share of findings that moderators called right, with its 95 % interval."),
            [(category(name, language), share) for name, share in found.agreement.items()],
            language,
        ),
        _agreement(
            t("Agreement by site"),
            t("The share of findings that moderators called right, with its 95 % interval."),
            list(found.by_site.items()),
            language,
        ),
        Plot(
            t("Time per case"),
            t("From opening a case to its decision."),
            columns(t("Time per case"), times, [Series("", "plain", found.times)]),
            (),
            (t("Time"), t("Cases")),
            tuple((name, str(n)) for name, n in zip(times, found.times, strict=True)),
        ),
        _decided(found, language),
        _drift(
            t("Drift by site"),
            t(
                "Risks of the last {n} days beside those of the days before: population stability index.",
                n=dashboard.RECENT,
            ),
            found.drift_by_site,
            language,
        ),
        _drift(
            t("Drift by model"),
            t("Risks under a detector's last version beside those under the one before: population stability index."),
            found.drift_by_model,
            language,
        ),
    ]


def _agreement(title: str, says: str, shares: Sequence[tuple[str, Share]], language: Language) -> Plot:
    rows = [
        Bar(name, share.value or 0.0, f"{_percent(share)}  {share.part}/{share.whole}", *share.interval, tone="allow")
        for name, share in shares[:TOP]
    ]
    t = language.text
    return Plot(
        title,
        says,
        bars(title, rows) if rows else None,
        (),
        (t("What"), t("Right"), t("Judged"), t("95 % interval")),
        tuple(
            (name, str(share.part), str(share.whole), "–".join(f"{100 * end:.0f}" for end in share.interval) + " %")
            for name, share in shares
        ),
    )


def _decided(found: Figures, language: Language) -> Plot:
    t = language.text
    names = {"publish": "Publish", "send_back": "Send back", "remove": "Remove", "ask_consent": "Ask for consent"}
    tones = {"publish": "allow", "send_back": "review", "remove": "block", "ask_consent": "plain"}
    total = sum(found.decisions.values())
    counts = [(t(names[each]), found.decisions.get(each, 0), tones[each]) for each in names]
    rows = [Bar(name, n / total, str(n), tone=tone) for name, n, tone in counts] if total else []
    title = t("Moderators' decisions")
    return Plot(
        title,
        t("What became of the cases that a moderator decided."),
        bars(title, rows) if rows else None,
        (),
        (t("Decision"), t("Cases")),
        tuple((name, str(n)) for name, n, _ in counts),
    )


def _drift(title: str, says: str, drifts: Sequence[Drift], language: Language) -> Plot:
    t = language.text
    rows = []
    for each in drifts[:TOP]:
        if each.index is None:
            rows.append(Bar(each.name, 0.0, t("too few")))
            continue
        tone = "block" if each.index >= DRIFTED else "review" if each.index >= WATCH else "allow"
        rows.append(Bar(each.name, min(each.index / (2 * DRIFTED), 1.0), f"{each.index:.2f}", tone=tone))
    legend = (
        ("allow", t("steady")),
        ("review", t("from {at}: watch", at=WATCH)),
        ("block", t("from {at}: drifted", at=DRIFTED)),
    )
    return Plot(
        title,
        says,
        bars(title, rows) if rows else None,
        legend if rows else (),
        (t("What"), t("Index"), t("Scans before"), t("Scans now")),
        tuple(
            (each.name, t("too few") if each.index is None else f"{each.index:.3f}", str(each.before), str(each.after))
            for each in drifts
        ),
    )


def _all(shares: Iterable[Share]) -> Share:
    parts = list(shares)
    return Share(sum(each.part for each in parts), sum(each.whole for each in parts))


def _percent(share: Share) -> str:
    return "–" if share.value is None else f"{100 * share.value:.0f} %"


def _of(share: Share, language: Language) -> str:
    return language.text("{part} of {whole}", part=f"{share.part:,}", whole=f"{share.whole:,}")
