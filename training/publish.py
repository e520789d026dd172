"""The end of every training: the model is scored on the held-out notes, described, logged, and registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from phivet.training import evaluate
from phivet.training.cards import card
from phivet.training.figures import Figures
from phivet.training.plots import draw
from phivet.training.tracking import DataSet, Run, code_version

if TYPE_CHECKING:
    from phivet.datasets.notes import LabelledNote


def publish(run: Run, model: Path, data: Mapping[str, DataSet], notes: Sequence[LabelledNote]) -> Figures:
    """Score the model in the folder `model` on the held-out `notes`, write its card there, log all, and register it.

    `data` is what it was made from, by what each set is for: it stands in the card.
    """
    figures, speed = evaluate.score(evaluate.judge(model), notes)
    text = card(run.noun, figures, data, run.id, code_version())
    (model / "README.md").write_text(text, "utf-8")
    with TemporaryDirectory(prefix="phivet-") as folder:
        run.log(figures, "held_out", draw(figures, Path(folder)), **asdict(speed))
    run.register(model)
    return figures
