"""`phivet evaluate`: how good the detectors are, on their held-out data, or the notes model on a file of yours."""

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console
from rich.table import Table

from phivet.training.bars import Bars, bar, missed
from phivet.training.cards import shown, shown_bar
from phivet.training.intervals import Figure
from phivet.training.measured import Measured, measure_of
from phivet.training.tracking import fetched


def evaluate(nouns: Sequence[str], model: str | None, as_json: bool) -> int:
    """Score the shipped models, or the one named, and print their figures; exit status 1 if one misses a bar.

    Raises:
        PhivetError: there is no such model.
    """
    status = 0
    for noun in nouns:
        how = measure_of(noun)
        with fetched(model) if model else nullcontext(None) as folder:
            measured = how.measure(folder)
        failed = list(missed(measured.figures, how.BARS))
        status = 1 if failed else status
        if as_json:
            _write(noun, model, measured, failed)
        else:
            show(noun, measured, how.BARS)
    return status


def evaluate_file(path: Path, model: str | None, threshold: float, as_json: bool) -> int:
    """Score the notes model on a file that others labelled, and print its figures.

    Raises:
        PhivetError: there is no such model, or the file is wrong.
    """
    from phivet.training import measure_notes
    from phivet.training.notes_foreign import label_map, read_notes

    notes = read_notes(path)
    with fetched(model) if model else nullcontext(None) as folder:
        measured = measure_notes.scored(measure_notes.judge(folder), notes, threshold, label_map().alike())
    if as_json:
        _write("notes", model, measured, [])
    else:
        show("notes", measured, {})
    return 0


def show(noun: str, measured: Measured, bars: Bars) -> None:
    """Print the figures with their intervals, against their bars if there are any.

    Figures of single things (`recall/any/name`) come in a table of their own: a row for each, the interval only
    where there is a bar, for there are many.
    """
    console = Console()
    console.print(
        f"[bold]{noun}[/]: {measured.items:,} items of {measured.sources:,} sources. "
        "Per cent unless it is an error, an AUROC, or alarms per 1,000 words; and the 95 % interval."
    )
    single = {name for name in measured.figures if name.count("/") > 1 and not name.endswith("/overall")}
    console.print(_overall({name: one for name, one in measured.figures.items() if name not in single}, bars))
    if single:
        console.print("", _by_thing({name: measured.figures[name] for name in sorted(single)}, bars), "", sep="\n")
    console.print(" · ".join(f"{name} {value:,.1f}" for name, value in measured.speed.items()))


def _overall(figures: Mapping[str, Figure], bars: Bars) -> Table:
    table = Table("figure", "", "of", *(["bar", ""] if bars else []), box=None, pad_edge=False)
    for name, one in figures.items():
        row = [name, shown(name, one), f"{one.count:,}"]
        if bars:
            limit = bar(name, bars)
            met = "" if limit is None else "[green]met[/]" if limit.met(one.value) else "[red]missed[/]"
            row += [shown_bar(name, bars), met]
        table.add_row(*row)
    return table


def _by_thing(figures: Mapping[str, Figure], bars: Bars) -> Table:
    kinds = sorted({name.rpartition("/")[0] for name in figures})
    table = Table(box=None, pad_edge=False)
    for kind in ("", *kinds):
        table.add_column(kind.replace("/", "\n"), no_wrap=True)
    for thing in sorted({name.rpartition("/")[2] for name in figures}):
        cells = []
        for name in (f"{kind}/{thing}" for kind in kinds):
            one, limit = figures.get(name), bar(name, bars)
            text = shown(name, one, digits=1)
            cells.append(text.partition(" ")[0] if limit is None else text)
            if limit is not None and one is not None and not limit.met(one.value):
                cells[-1] = f"[red]{text}[/]"
        table.add_row(thing, *cells)
    return table


def _write(noun: str, model: str | None, measured: Measured, failed: list[str]) -> None:
    report = {"noun": noun, "model": model or "shipped", **measured.as_json(), "missed": failed}
    sys.stdout.write(json.dumps(report) + "\n")
