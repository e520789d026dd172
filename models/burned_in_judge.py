"""Which lines of burned-in text identify somebody: a small trained network over their form, place and neighbours.

Rules and the case's own values tell what is certain (`burned_in_text.py`); this tells an overlay that a radiologist
needs from a name without a comma, and how much to worry about a line that could not be read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from phivet.cases.categories import Category
from phivet.models.burned_in_features import BUCKETS, Form

WEIGHTS = Path(__file__).parent / "weights" / "burned_in_text"
FILE = "judge.safetensors"
CATEGORIES = (
    Category.NAME, Category.CLINICIAN_NAME, Category.DATE_OF_BIRTH, Category.STUDY_DATE, Category.RECORD_NUMBER,
    Category.FACILITY, Category.DEVICE_SERIAL, Category.PHONE, Category.EMAIL, Category.ADDRESS, Category.AGE_OVER_89,
    Category.INITIALS,
)  # fmt: skip
"""What the outputs after the first say, in their order."""


@dataclass(frozen=True)
class Opinion:
    """Of one line: the probability that it identifies somebody, and what it then most probably is."""

    identifies: float
    category: Category


class Judge:
    """Judges lines by their `features`. The weights are of (runs, figures) -> hidden -> 1 + categories."""

    def __init__(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        self._weights = {name: np.asarray(weight, np.float32) for name, weight in weights.items()}
        if self._weights["runs"].shape[0] != BUCKETS or self._weights["out_bias"].shape != (1 + len(CATEGORIES),):
            raise ValueError("the judge's weights are of another make")

    def opinions(self, figures: NDArray[np.float32], forms: Sequence[Form]) -> list[Opinion]:
        """One for each line; `figures` is (lines, FIGURES) as `burned_in_features.features` gives them."""
        if not forms:
            return []
        w = self._weights
        runs = np.stack([w["runs"][form.runs].mean(0) for form in forms])
        seen = np.concatenate([runs, (figures - w["mean"]) / w["spread"]], 1)
        hidden = np.maximum(0, seen @ w["hidden"] + w["hidden_bias"])
        hidden = np.maximum(0, hidden @ w["middle"] + w["middle_bias"])
        sure = 1 / (1 + np.exp(-(hidden @ w["out"] + w["out_bias"])))
        return [Opinion(float(row[0]), CATEGORIES[int(row[1:].argmax())]) for row in sure]


def load(folder: Path) -> Judge:
    """The judge of the model in `folder`."""
    from safetensors.numpy import load_file

    return Judge(load_file(folder / FILE))


@cache
def shipped() -> Judge:
    """The shipped one, loaded once a process."""
    return load(WEIGHTS)
