"""The report as a person reads it on a terminal: a table per case.

It says where something was found, never what: a terminal may be logged. The text itself is on the page (`page.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from phivet.cases.places import Element
from phivet.cases.report import Action, Decision, Report
from phivet.serving import ledger, words
from phivet.serving.lines import Line, because, lines

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_BADGES = {
    Decision.BLOCK: "bold white on red",
    Decision.REVIEW: "bold black on yellow",
    Decision.CLEAR: "bold black on green",
}
_ACTIONS = {Action.BLOCK: "bold red", Action.REVIEW: "yellow", Action.ALLOW: "dim"}
_PLAIN = str.maketrans({"…": "...", "–": "-", "·": "-"})
_AT_MOST = 200  # lines of findings shown per case: who needs more reads the JSON
_POSITIONS = 8  # in one row


def show(reports: Iterable[tuple[Report, Mapping[str, str]]], console: Console) -> None:
    """Print each report, with the map from its sources to their paths, as it comes; at last count the decisions."""
    decisions: Counter[Decision] = Counter()
    for report, paths in reports:
        _show_case(report, paths, console)
        decisions[report.decision] += 1
    if decisions.total() > 1:
        parts: list[str | tuple[str, str]] = [f"{words.count(decisions.total(), 'case')}:"]
        for decision in (Decision.BLOCK, Decision.REVIEW, Decision.CLEAR):
            if decisions[decision]:
                parts += ["  ", (f" {decision.upper()} ", _BADGES[decision]), f" {decisions[decision]}"]
        console.print(_text(console, *parts))


def _show_case(report: Report, paths: Mapping[str, str], console: Console) -> None:
    found = lines(report.findings)
    several = len(paths) > 1
    paths = _fit_to_show(report, paths)
    badge = (f" {report.decision.upper()} ", _BADGES[report.decision])
    console.print(_text(console, badge, "  ", (report.case_id, "bold"), f"  risk {words.score(report.risk)}"))
    console.print(_text(console, words.HEADLINES[report.decision]))
    for reason in because(report, found):
        console.print(_text(console, _sentence(reason)))
    if found:
        console.print(_findings(found[:_AT_MOST], paths if several else None, console))
    if len(found) > _AT_MOST:
        console.print(_text(console, f"and {words.count(len(found) - _AT_MOST, 'line')} more: see --json\n"))
    elif not found:
        console.print()
    unseen = ledger.not_scanned(report.not_scanned, paths)
    _listed("Not scanned", [f"{which}: {why}. {_sentence(remedy)}." for which, (why, remedy) in unseen], console)
    claims = ledger.claims(report.claims, paths)
    contradicted = [f"{which} claims that {claim}" for which, claim, wrong in claims if wrong]
    _listed("Claims that the findings contradict", contradicted, console)
    skipped = ledger.skipped(report.skipped, paths)
    _listed("Needed no look of its own", [f"{which}: {why}" for which, why in skipped], console)
    models = ", ".join(f"{name} {version}" for name, version in report.models.items()) or "no model"
    looked_at = words.scanned(report.scanned) or "nothing"
    policy = f"policy {report.policy} {report.policy_version}"
    console.print(_text(console, (f"{looked_at} in {report.seconds:.1f} s · {policy} · {models}", "dim")))
    console.print()


def _findings(found: list[Line], paths: Mapping[str, str] | None, console: Console) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("action", no_wrap=True)
    table.add_column("what", overflow="fold")
    table.add_column("score", no_wrap=True, justify="right")
    table.add_column("where", overflow="fold", ratio=1)
    for alike in _alike(found):
        first = alike[0]
        more = f"; and {len(alike) - _POSITIONS} more" if len(alike) > _POSITIONS else ""
        positions = "; ".join(line.position() for line in alike[:_POSITIONS])
        at: list[str | tuple[str, str]] = [f"{first.where}: {positions}{more}"]
        if paths is not None:
            at.append((f" in {words.files(first.sources, paths)}", "dim"))
        table.add_row(
            _text(console, (first.action.value, _ACTIONS[first.action])),
            _text(console, words.category(first.category)),
            _text(console, words.score(first.score)),
            _text(console, *at),
        )
    return table


def _alike(found: list[Line]) -> list[list[Line]]:
    """Lines of one category and action in the same files share a row, the surest first."""
    rows: dict[tuple[object, ...], list[Line]] = {}
    for line in found:
        rows.setdefault((line.action, line.category, line.where, *line.sources), []).append(line)
    return list(rows.values())


def _listed(title: str, rows: list[str], console: Console) -> None:
    from rich.padding import Padding

    if not rows:
        return
    console.print(_text(console, (title, "bold")))
    for row in rows:
        console.print(Padding(_text(console, row), (0, 0, 0, 2)))
    console.print()


def _fit_to_show(report: Report, paths: Mapping[str, str]) -> Mapping[str, str]:
    """The paths without those of files whose very name identifies: they go by `file-N` alone."""
    named = {
        judged.finding.place.source
        for judged in report.findings
        if isinstance(judged.finding.place, Element)
        and judged.finding.place.path == "name"
        and judged.action is not Action.ALLOW
    }
    return {source: path for source, path in paths.items() if source not in named}


def _sentence(phrase: str) -> str:
    return phrase[0].upper() + phrase[1:]


def _text(console: Console, *parts: str | tuple[str, str]) -> Text:
    """Literal text (no markup) that this terminal can show."""
    from rich.text import Text

    assembled = Text()
    for part in parts:
        text, style = (part, "") if isinstance(part, str) else part
        text = "\n".join(words.printable(line) for line in text.split("\n"))
        if not console.encoding.startswith("utf"):
            text = text.translate(_PLAIN).encode(console.encoding, "backslashreplace").decode(console.encoding)
        assembled.append(text, style)
    return assembled
