"""The model card of the notes model: data, figures with intervals, limits, where the run is."""

from collections.abc import Mapping

from phivet.training.bars import Bars
from phivet.training.cards import data_rows, figure_rows, shown
from phivet.training.intervals import Figure
from phivet.training.measured import DataSet, Measured

_TEXT = """\
---
license: apache-2.0
library_name: transformers
pipeline_tag: token-classification
base_model: sentence-transformers/all-MiniLM-L6-v2
language: [en, ar]
---

# phivet notes

Finds who, when and where in the free text of radiology cases (names, dates, places, hospitals, numbers) and leaves
medicine alone. It is one of phivet's detectors and meant to be used inside it: rules beside it validate what has a
form, and a moderator judges what it is unsure of.

## Data

Synthetic notes only, made by `phivet data notes`; no text of any patient. The held-out notes are of {hands} hands that
wrote nothing of the rest, and share no skeleton, sentence or list of names with it.

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
  your own with `phivet evaluate notes --jsonl FILE`.
- English and Arabic. Of text in another language it says nothing, and phivet sends such a case to review.
- It may miss: whatever phivet calls clear was not read by a person.

## Origin

MLflow run {run}, code {code}.
"""


def card_text(measured: Measured, data: Mapping[str, DataSet], bars: Bars, run: str, code: str) -> str:
    """The text of README.md for a model that was trained in `run` and has these figures on the held-out notes."""
    return _TEXT.format(
        hands=measured.sources,
        notes=measured.items,
        threshold=measured.extra["threshold"],
        data=data_rows(data, "notes"),
        overall=figure_rows(measured.figures, bars, overall(measured.figures)),
        categories=_categories(measured.figures),
        run=run or "none",
        code=code or "unknown",
    )


def overall(figures: Mapping[str, Figure]) -> list[str]:
    """The names of the figures that are of no single category."""
    return [name for name in figures if name.count("/") < 2 or name.endswith("/overall")]


def categories(figures: Mapping[str, Figure]) -> list[str]:
    """The categories that have figures of their own."""
    names = {name.rpartition("/")[2] for name in figures if name.startswith(("recall/any/", "precision/any/"))}
    return sorted(names - {"overall"})


def _categories(figures: Mapping[str, Figure]) -> str:
    rows = ["| category | recall | same | precision | labels |", "|---|---|---|---|---|"]
    for category in categories(figures):
        cells = [f"{measure}/{category}" for measure in ("recall/any", "recall/same", "precision/any")]
        labels = found.count if (found := figures.get(f"recall/any/{category}")) else 0
        rows.append(f"| {category} | {' | '.join(shown(cell, figures.get(cell)) for cell in cells)} | {labels:,} |")
    return "\n".join(rows)
