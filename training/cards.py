"""The model card that lies beside the weights: data, figures with intervals, limits, where the run is."""

from collections.abc import Mapping

from phivet.training.bars import bar
from phivet.training.figures import Figures
from phivet.training.intervals import Figure
from phivet.training.tracking import DataSet

_HEAD = """\
---
license: apache-2.0
library_name: transformers
pipeline_tag: token-classification
base_model: sentence-transformers/all-MiniLM-L6-v2
language: [en, ar]
---

# phivet {noun}

Finds who, when and where in the free text of radiology cases (names, dates, places, hospitals, numbers) and leaves
medicine alone. It is one of phivet's detectors and meant to be used inside it: rules beside it validate what has a
form, and a moderator judges what it is unsure of.

## Data

Synthetic notes only, made by `phivet data {noun}`; no text of any patient. The held-out notes are of {hands} hands that
wrote nothing of the rest, and share no skeleton, sentence or list of names with it.

| set | notes | digest |
|---|---|---|
{data}

## Figures on the held-out notes, in per cent

{notes:,} notes; a hit counts from the score {threshold:g}. In brackets the 95 % interval: 1,000 bootstrap replicates
that draw hands, then their notes. An interval is no wider than the hands are different: where nothing failed, it is a
point.
`any`: an identifier that was found under another name is found. Alarms are per 1,000 words, the calibration error is
one of probabilities.

{overall}

By category: recall (any), recall (same category), precision (any), labels.

{categories}

## Limits

- Synthetic notes are not hospital notes: these figures say how it does on hands it never read, not on yours. Score
  your own with `phivet evaluate {noun} --jsonl FILE`.
- English and Arabic. Of text in another language it says nothing, and phivet sends such a case to review.
- It may miss: whatever phivet calls clear was not read by a person.

## Origin

MLflow run {run}, code {code}.
"""


PLAIN = frozenset({"notes/alarms", "passages/alarms", "calibration/error"})
"""Figures that are no shares: alarms per 1,000 words, and an error of probabilities."""


def card(noun: str, figures: Figures, data: Mapping[str, DataSet], run: str, code: str) -> str:
    """The text of README.md for a model that was trained in `run` and has these figures on the held-out notes."""
    return _HEAD.format(
        noun=noun,
        hands=figures.hands,
        notes=figures.notes,
        threshold=figures.threshold,
        data="\n".join(f"| {name} | {part.count:,} | `{part.digest[:16]}` |" for name, part in data.items()),
        overall=_overall(figures),
        categories=_categories(figures),
        run=run or "none",
        code=code or "unknown",
    )


def shown(name: str, figure: Figure | None, digits: int = 2) -> str:
    """A figure and its interval as they are read: shares in per cent, the rest as it is."""
    if figure is None or figure.value != figure.value:
        return "-"
    value, low, high = (_number(name, number, digits) for number in (figure.value, figure.low, figure.high))
    return f"{value} ({low}–{high})"


def shown_bar(name: str) -> str:
    """The bar of a figure in the same terms, or nothing."""
    limit = bar(name)
    return f"{'≤' if limit.at_most else '≥'} {limit.limit * _scale(name):g}" if limit else ""


def _scale(name: str) -> int:
    return 1 if name in PLAIN else 100


def _number(name: str, number: float, digits: int) -> str:
    text = f"{_scale(name) * number:.{3 if name == 'calibration/error' else digits}f}"
    return "100" if text == f"{100:.{digits}f}" and name not in PLAIN else text


def _overall(figures: Figures) -> str:
    rows = ["| figure | | bar | of |", "|---|---|---|---|"]
    for name, figure in figures.figures.items():
        kind, _, what = name.rpartition("/")
        if kind.count("/") and what != "overall":
            continue
        rows.append(f"| {name} | {shown(name, figure)} | {shown_bar(name)} | {figure.count:,} |")
    return "\n".join(rows)


def _categories(figures: Figures) -> str:
    rows = ["| category | recall | same | precision | labels |", "|---|---|---|---|---|"]
    names = {name.rpartition("/")[2] for name in figures.figures if name.startswith(("recall/any/", "precision/any/"))}
    for category in sorted(names - {"overall"}):
        figure = figures.figures.get
        cells = [f"{measure}/{category}" for measure in ("recall/any", "recall/same", "precision/any")]
        labels = found.count if (found := figure(f"recall/any/{category}")) else 0
        rows.append(f"| {category} | {' | '.join(shown(cell, figure(cell)) for cell in cells)} | {labels:,} |")
    return "\n".join(rows)
