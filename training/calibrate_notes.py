"""Makes the scores of the notes detector probabilities, on notes that are in neither training nor test."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from phivet.cases.known import Known
from phivet.datasets.notes import LabelledNote
from phivet.models.notes_context import Candidate, candidates, features
from phivet.models.notes_model import load
from phivet.models.notes_rules import find_by_rules

CALIBRATION = "calibration.json"
OUTSIDE = 1.0
"""Log odds taken from "no identifier" before the best run of tags is sought: a miss costs more than a false alarm."""
SOURCES = ("tagger", "tagger+rule", "rule")
PRIOR = {"tagger": (0.0, 1.0, 0.0), "tagger+rule": (1.0, 0.7, 0.5), "rule": (0.0, 0.5, 0.7)}
"""What the coefficients are drawn to where there is little to fit them on."""
PULL = 1.0
UNCALIBRATED = {"outside": OUTSIDE, "scores": PRIOR}


def calibrate(folder: Path, notes: Sequence[LabelledNote]) -> None:
    """Fit the calibration of the weights in `folder` on `notes`, and write it beside them."""
    (folder / CALIBRATION).write_text(json.dumps(UNCALIBRATED), "utf-8")
    load.cache_clear()
    by_rules = [find_by_rules(note.text, Known()) for note in notes]
    found = candidates([note.text for note in notes], by_rules, load(folder))
    rows: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    right: dict[str, list[bool]] = defaultdict(list)
    for note, text in zip(notes, found, strict=True):
        for each in text:
            rows[each.source].append(features(each))
            right[each.source].append(_identifies(note, each))
    scores = {source: _fitted(np.array(rows[source]), np.array(right[source]), PRIOR[source]) for source in SOURCES}
    (folder / CALIBRATION).write_text(json.dumps({"outside": OUTSIDE, "scores": scores}, indent=1), "utf-8")
    load.cache_clear()


def _identifies(note: LabelledNote, candidate: Candidate) -> bool:
    return any(label.start < candidate.hit.end and candidate.hit.start < label.end for label in note.labels)


def _fitted(rows: NDArray[np.float64], right: NDArray[np.bool_], prior: tuple[float, ...]) -> list[float]:
    """The coefficients of a logistic regression, drawn to `prior`."""
    if not len(rows):
        return list(prior)
    signs = np.where(right, 1.0, -1.0)

    def cost(weights: NDArray[np.float64]) -> float:
        return float(np.logaddexp(0, -signs * (rows @ weights)).sum() + PULL * ((weights - np.array(prior)) ** 2).sum())

    return [float(each) for each in minimize(cost, np.array(prior)).x]
