"""How figures are read by people: in model cards, and on a terminal."""

from collections.abc import Iterable, Mapping

from phivet.training.bars import Bars, bar
from phivet.training.intervals import Figure
from phivet.training.measured import DataSet

PLAIN = {"alarms": 2, "error": 3, "auroc": 4}
"""Figures that are no shares, by a part of their name, and their decimals; the others are shown in per cent."""


def figure_rows(figures: Mapping[str, Figure], bars: Bars, names: Iterable[str] | None = None) -> str:
    """The rows of a table: each figure with its interval, its bar, and how many things it was counted on."""
    rows = ["| figure | | bar | of |", "|---|---|---|---|"]
    for name in figures if names is None else names:
        figure = figures[name]
        rows.append(f"| {name} | {shown(name, figure)} | {shown_bar(name, bars)} | {figure.count:,} |")
    return "\n".join(rows)


def data_rows(data: Mapping[str, DataSet], what: str) -> str:
    """The rows of a table: each set with its size, counted in `what`, and its digest."""
    rows = [f"| set | {what} | digest |", "|---|---|---|"]
    rows += [f"| {name} | {part.count:,} | `{part.digest[:16]}` |" for name, part in data.items()]
    return "\n".join(rows)


def shown(name: str, figure: Figure | None, digits: int = 2) -> str:
    """A figure and its interval as they are read: shares in per cent, the rest as it is."""
    if figure is None or figure.value != figure.value:
        return "-"
    value, low, high = (_number(name, number, digits) for number in (figure.value, figure.low, figure.high))
    return f"{value} ({low}–{high})"


def shown_bar(name: str, bars: Bars) -> str:
    """The bar of a figure in the same terms, or nothing."""
    limit = bar(name, bars)
    scale = 100 if _decimals(name) is None else 1
    return f"{'≤' if limit.at_most else '≥'} {limit.limit * scale:g}" if limit else ""


def _number(name: str, number: float, digits: int) -> str:
    decimals = _decimals(name)
    if decimals is not None:
        return f"{number:.{decimals}f}"
    text = f"{100 * number:.{digits}f}"
    return "100" if text == f"{100:.{digits}f}" else text


def _decimals(name: str) -> int | None:
    return next((PLAIN[part] for part in name.split("/") if part in PLAIN), None)
