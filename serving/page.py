"""The report as one self-contained HTML page, the evidence beside the verdict: `phivet scan --html FILE`.

The page shows patient data. It is readable by its owner alone, asks nothing of any network, and runs no script.
"""

import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from phivet.cases.case import Case
from phivet.cases.categories import Category
from phivet.cases.report import Action, Decision, Judged, Report
from phivet.serving import ledger, words
from phivet.serving.exhibits import Exhibits, Row, exhibits, weight
from phivet.serving.lines import Line, because, lines

_TEMPLATES = Path(__file__).parent / "templates"
_LINES = 400  # lines of findings shown per case; who needs more reads the JSON
_VISIBLE = (
    {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\r"}
    | {0x7F: 0x2421}
    | dict.fromkeys([*range(0x80, 0xA0), *range(0xD800, 0xE000)], 0xFFFD)
)


@dataclass(frozen=True)
class Bar:
    """The risk of one category, and the worst action that the policy takes on it."""

    category: Category
    risk: float
    action: Action


@dataclass(frozen=True)
class Sheet:
    """One case on the page. `number` counts the cases from 1."""

    number: int
    report: Report
    lines: list[Line]
    because: list[str]
    bars: list[Bar]
    exhibits: Exhibits
    paths: dict[str, str]

    def evidence(self, line: Line) -> str | None:
        """The anchor of the first place on the page where this line can be seen."""
        shown = (self.exhibits.anchors.get(judged) for judged in line.findings)
        return next((anchor for anchor in shown if anchor), None)

    def files(self, sources: Sequence[str]) -> str:
        """Those few with their names, many as a range."""
        return words.files(sources, self.paths)

    def rows(self, which: dict[tuple[str, bool], Row], offending: bool) -> list[Row]:
        """The rows of a table with findings, the worst first, or those without, in the order of the file."""
        chosen = [row for (_, found), row in which.items() if found is offending]
        return sorted(chosen, key=lambda row: -max((weight(judged) for judged in row.findings), default=0.0))


def write_page(path: Path, cases: Sequence[tuple[Case, Report]]) -> None:
    """Write the page to `path`, mode 0600, all of it or nothing: a file that is there is replaced.

    The cases are read again, one after the other. Raises `OSError` when the file cannot be written.
    """
    descriptor, name = tempfile.mkstemp(prefix=".phivet-", suffix=".html", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            for chunk in _render(cases):
                file.write(chunk)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _render(cases: Sequence[tuple[Case, Report]]) -> Iterator[str]:
    """The page in pieces, so that no more than one case's pictures are held at a time."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=visible,
    )
    environment.globals.update(words=words, ledger=ledger, worst=worst, categories=categories)
    reports = [report for _, report in cases]
    return environment.get_template("page.html").generate(
        reports=reports,
        decisions=[(decision, n) for decision, n in _decisions(reports) if n],
        sheets=(_sheet(number, case, report) for number, (case, report) in enumerate(cases, 1)),
        line_limit=_LINES,
    )


def _sheet(number: int, case: Case, report: Report) -> Sheet:
    found = lines(report.findings)
    actions: dict[Category, Action] = {}
    for line in reversed(found):
        actions[line.category] = line.action
    risks = report.risk_by_category.items()
    bars = [Bar(category, risk, actions.get(category, Action.ALLOW)) for category, risk in risks]
    bars.sort(key=lambda bar: (-bar.action.rank, -bar.risk, bar.category))
    evidence = exhibits(case, report, found, f"c{number}")
    return Sheet(number, report, found, because(report, found), bars, evidence, dict(case.paths))


def _decisions(reports: Iterable[Report]) -> list[tuple[Decision, int]]:
    counted = Counter(report.decision for report in reports)
    return [(decision, counted[decision]) for decision in (Decision.BLOCK, Decision.REVIEW, Decision.CLEAR)]


def worst(findings: Iterable[Judged]) -> Action:
    """The worst of their actions."""
    return max((judged.action for judged in findings), key=lambda action: action.rank)


def categories(findings: Iterable[Judged]) -> list[Judged]:
    """One finding per category, its worst, the worst category first."""
    worst: dict[Category, Judged] = {}
    for judged in sorted(findings, key=weight, reverse=True):
        worst.setdefault(judged.finding.category, judged)
    return list(worst.values())


def visible(value: Any) -> Any:
    """Control characters become their pictures: none may steer the page, and none may go unseen."""
    return value.translate(_VISIBLE) if isinstance(value, str) and not isinstance(value, Markup) else value
