"""The figures of a judge on labelled notes: precision, recall, F1, false alarms, calibration, each with its interval.

A figure's name says what it is of:

    recall/any/name           the share of names found, in the sense `any` of `entities`; `overall`: of all labels
    precision/same/name       the share of hits called name that are right, in the sense `same`
    f1/exact/overall          their harmonic mean
    characters/recall         the share of identifying characters covered; characters/others: of the other characters
    notes/alarms              false alarms per 1,000 words on whole notes without any identifier
    notes/touched             the share of those notes with a false alarm
    passages/…                the same on shorter texts without any identifier
    sparse/recall             recall (any) of identifiers left sparsely inside medicine
    arabic/recall, …          recall and precision (any) on Arabic notes
    calibration/error         expected calibration error of all hits, right in the sense `any`
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from phivet.models.hits import Hit
from phivet.training import notes_card, plots
from phivet.training.bars import Bar, Bars
from phivet.training.calibration import Bins, binned
from phivet.training.intervals import REPLICATES, Array, Ratio, figure, resampled, weights
from phivet.training.measured import DataSet, Measured
from phivet.training.notes_entities import CATEGORIES, MATCHES, Alike, Judge, Tally, tally

if TYPE_CHECKING:
    from phivet.datasets.notes import LabelledNote

THRESHOLD = 0.5
"""From this score on a hit counts, if no policy says otherwise."""
WORDS = 200
"""Length of the note whose time is told."""
UNTOUCHED = "notes without a false alarm"
SPARSE = frozenset({"twin", "planted"})
BARS: Bars = {
    "recall/any/overall": Bar(0.99),
    "recall/any/*": Bar(0.95),
    "precision/any/overall": Bar(0.97),
    "sparse/recall": Bar(0.95),
    "arabic/recall": Bar(0.95),
    "arabic/precision": Bar(0.95),
    "notes/alarms": Bar(0.5, at_most=True),
    "notes/touched": Bar(0.05, at_most=True),
    "calibration/error": Bar(0.02, at_most=True),
}


def judge(model: Path | None = None) -> Judge:
    """The notes detector with the model in the folder `model`, or with the weights that are shipped."""
    from phivet.models.notes import Notes

    notes = Notes(weights=model) if model else Notes()
    return lambda texts: notes.find_all(list(texts))


def measure(model: Path | None = None) -> Measured:
    """The model in the folder `model`, or the shipped one, on the held-out notes."""
    from phivet.datasets.notes import held_out

    return scored(judge(model), held_out())


def scored(
    judge: Judge, notes: Sequence[LabelledNote], threshold: float = THRESHOLD, alike: Alike | None = None
) -> Measured:
    """The figures of `judge` on `notes`, and how fast it was."""
    texts = [note.text for note in notes]
    began = time.perf_counter()
    found = judge(texts)
    rate = len(texts) / max(time.perf_counter() - began, 1e-9)
    speed = {"note_ms": _latency(judge, texts), "notes_per_second": rate}
    return replace(counted(notes, found, threshold, alike), speed=speed)


def draw(measured: Measured, folder: Path) -> list[Path]:
    """Write `confusion.png` and `reliability.png` to `folder`; their paths."""
    names = [*(category.value for category in CATEGORIES), "nothing"]
    pictures = {
        "confusion": plots.confusion(np.array(measured.extra["confusion"]), names),
        "reliability": plots.reliability(measured.extra["reliability"], measured.figures["calibration/error"].value),
    }
    return plots.written(pictures, folder)


def card(measured: Measured, data: Mapping[str, DataSet], run: str, code: str) -> str:
    """The text of the model card."""
    return notes_card.card_text(measured, data, BARS, run, code)


def counted(
    notes: Sequence[LabelledNote],
    found: Sequence[Sequence[Hit]],
    threshold: float = THRESHOLD,
    alike: Alike | None = None,
    replicates: int = REPLICATES,
) -> Measured:
    """The figures of what was `found` in each of `notes`; only hits with at least the score `threshold` count."""
    counts = tally(notes, found, threshold, alike)
    hands = [note.hand for note in notes]
    weighed = weights(hands, replicates)
    ratios = all_ratios(notes, counts)
    values = resampled(weighed, ratios)
    figures = {name: figure(values[name], ratio.whole.sum()) for name, ratio in ratios.items()}
    for name in [name for name in ratios if name.startswith("recall/")]:
        other = name.replace("recall", "precision")
        if other in values:
            figures[name.replace("recall", "f1")] = figure(
                _harmonic(values[name], values[other]), ratios[name].whole.sum()
            )
    bins = _bins(counts)
    figures["calibration/error"] = figure(bins.error(weighed), len(counts.scored))
    return Measured(
        hands,
        figures,
        _guarded(ratios),
        extra={
            "threshold": threshold,
            "reliability": [asdict(point) for point in bins.points()],
            "confusion": counts.confusion.tolist(),
        },
    )


def _guarded(ratios: Mapping[str, Ratio]) -> dict[str, Ratio]:
    """Recall of each category (any), and the share of whole notes without identifiers that are left alone."""
    guarded = {
        f"recall of {name.removeprefix('recall/any/')}": ratio
        for name, ratio in ratios.items()
        if name.startswith("recall/any/")
    }
    if (touched := ratios.get("notes/touched")) is not None:
        guarded[UNTOUCHED] = Ratio(touched.whole - touched.part, touched.whole)
    return guarded


def all_ratios(notes: Sequence[LabelledNote], counts: Tally) -> dict[str, Ratio]:
    """Every figure that is a ratio, by name; without those of which `notes` have nothing to count."""
    ratios: dict[str, Ratio] = {}
    for place, match in enumerate(MATCHES):
        found, right = counts.found[:, place], counts.right[:, place]
        ratios[f"recall/{match}/overall"] = Ratio(found.sum(axis=1), counts.labels.sum(axis=1))
        ratios[f"precision/{match}/overall"] = Ratio(right.sum(axis=1), counts.hits.sum(axis=1))
        for kind, category in enumerate(CATEGORIES):
            ratios[f"recall/{match}/{category}"] = Ratio(found[:, kind], counts.labels[:, kind])
            ratios[f"precision/{match}/{category}"] = Ratio(right[:, kind], counts.hits[:, kind])
    identifying, covered, others, lost = counts.letters.T
    ratios["characters/recall"] = Ratio(covered, identifying)
    ratios["characters/others"] = Ratio(lost, others)
    ratios |= false_alarms(notes, counts)
    found, right = counts.found[:, -1].sum(axis=1), counts.right[:, -1].sum(axis=1)
    labels, hits = counts.labels.sum(axis=1), counts.hits.sum(axis=1)
    sparse = np.array([float(note.kind in SPARSE) for note in notes])
    arabic = np.array([float(note.language == "ar") for note in notes])
    ratios["sparse/recall"] = Ratio(found * sparse, labels * sparse)
    ratios["arabic/recall"] = Ratio(found * arabic, labels * arabic)
    ratios["arabic/precision"] = Ratio(right * arabic, hits * arabic)
    return {name: ratio for name, ratio in ratios.items() if ratio.whole.any()}


def false_alarms(notes: Sequence[LabelledNote], counts: Tally) -> dict[str, Ratio]:
    """Of notes and of passages without identifiers: alarms per 1,000 words, and the share touched by any alarm."""
    whole = np.array([note.kind == "clean_note" for note in notes], dtype=np.bool_)
    clean = counts.labels.sum(axis=1) == 0
    ratios = {}
    for name, scope in (("notes", clean & whole), ("passages", clean & ~whole)):
        ratios[f"{name}/alarms"] = Ratio(1_000 * counts.alarms * scope, counts.words * scope)
        ratios[f"{name}/touched"] = Ratio((counts.alarms > 0) & scope, scope.astype(np.float64))
    return ratios


def _bins(counts: Tally) -> Bins:
    note, score, right = zip(*counts.scored, strict=True) if counts.scored else ((), (), ())
    return binned(note, score, right, len(counts.words))


def _harmonic(recall: Array, precision: Array) -> Array:
    total = recall + precision
    return np.divide(2 * recall * precision, total, out=np.zeros_like(total), where=total != 0)


def _latency(judge: Judge, texts: Sequence[str], count: int = 25) -> float:
    """The median of `count` notes, those whose length is nearest to `WORDS`, one by one, in milliseconds."""
    times = []
    for text in sorted(texts, key=lambda text: abs(len(text.split()) - WORDS))[:count]:
        began = time.perf_counter()
        judge([text])
        times.append(1_000 * (time.perf_counter() - began))
    return median(times)
