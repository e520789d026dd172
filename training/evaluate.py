"""`phivet evaluate`: how good the notes model is, on the held-out notes or on a file that others labelled."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from phivet.training.bars import bar, missed
from phivet.training.cards import shown, shown_bar
from phivet.training.entities import Judge
from phivet.training.figures import THRESHOLD, Figures, measure
from phivet.training.tracking import fetched

if TYPE_CHECKING:
    from phivet.datasets.notes import LabelledNote

WORDS = 200
"""Length of the note whose time is told."""


@dataclass(frozen=True)
class Speed:
    """Median milliseconds for one note of about 200 words, judged alone, and notes per second judged together."""

    note_ms: float
    notes_per_second: float


def judge(weights: Path | None = None) -> Judge:
    """The notes detector with the model in the folder `weights`, or with the weights that are shipped."""
    from phivet.models.notes import Notes

    notes = Notes(weights=weights) if weights else Notes()
    return lambda texts: notes.find_all(list(texts))


def score(
    judge: Judge, notes: Sequence[LabelledNote], threshold: float = THRESHOLD, **how: object
) -> tuple[Figures, Speed]:
    """The figures of `judge` on `notes`, and how fast it was; `how` as `figures.measure` takes it."""
    texts = [note.text for note in notes]
    began = time.perf_counter()
    found = judge(texts)
    rate = len(texts) / max(time.perf_counter() - began, 1e-9)
    return measure(notes, found, threshold, **how), Speed(_latency(judge, texts), rate)  # type: ignore[arg-type]


def evaluate(noun: str, model: str | None, jsonl: Path | None, threshold: float, as_json: bool) -> int:
    """Score the model and print its figures; exit status 1 if the held-out notes show that it is not good enough.

    Raises:
        PhivetError: there is no such model, or the labelled file is wrong.
    """
    alike = None
    if jsonl is not None:
        from phivet.training.foreign import label_map, read_notes

        notes, alike = read_notes(jsonl), label_map().alike()
    else:
        from phivet.datasets.notes import held_out

        notes = held_out()
    with fetched(model) if model else nullcontext(None) as folder:
        figures, speed = score(judge(folder), notes, threshold, alike=alike)
    failed = [] if jsonl else list(missed(figures.figures))
    if as_json:
        report = {"noun": noun, "model": model or "shipped", **figures.as_json(), "speed": asdict(speed)}
        sys.stdout.write(json.dumps(report | {"missed": failed}) + "\n")
    else:
        show(figures, speed, Console(), bars=jsonl is None)
    return 1 if failed else 0


def show(figures: Figures, speed: Speed, console: Console, bars: bool) -> None:
    """Print the figures with their intervals, against the bars if they are of the held-out notes."""
    console.print(
        f"{figures.notes:,} notes of {figures.hands:,} hands, a hit from {figures.threshold:g}. "
        "Per cent, and its 95 % interval; alarms are per 1,000 words."
    )
    overall = _table("figure", "", "of", *(["bar", ""] if bars else []))
    categories = _table("category", "recall (any)", "recall (same)", "precision (any)", "labels")
    for name, figure in figures.figures.items():
        kind, _, what = name.rpartition("/")
        limit = bar(name) if bars else None
        met = "" if limit is None else "[green]met[/]" if limit.met(figure.value) else "[red]missed[/]"
        if "/" not in kind or what == "overall":
            overall.add_row(name, shown(name, figure), f"{figure.count:,}", *([shown_bar(name), met] if bars else []))
        elif kind == "recall/any":
            cells = [
                shown(f"{kind}/{what}", figures.figures.get(f"{kind}/{what}"), digits=1)
                for kind in ("recall/any", "recall/same", "precision/any")
            ]
            cells[0] = f"[red]{cells[0]}[/]" if "missed" in met else cells[0]
            categories.add_row(what, *cells, f"{figure.count:,}")
    console.print(overall, "", categories, "", sep="\n")
    console.print(
        f"{speed.note_ms:.1f} ms for a note of {WORDS} words; {speed.notes_per_second:,.0f} notes a second together"
    )


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=True)
    return table


def _latency(judge: Judge, texts: Sequence[str], count: int = 25) -> float:
    """The median of `count` notes, those whose length is nearest to `WORDS`, one by one, in milliseconds."""
    times = []
    for text in sorted(texts, key=lambda text: abs(len(text.split()) - WORDS))[:count]:
        began = time.perf_counter()
        judge([text])
        times.append(1_000 * (time.perf_counter() - began))
    return median(times)
