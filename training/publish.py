"""The end of every training: the model is scored on the held-out data, described, logged, and registered."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from phivet.training.measured import DataSet, Measured, measure_of
from phivet.training.tracking import Run, code_version


def publish(run: Run, model: Path, data: Mapping[str, DataSet]) -> Measured:
    """Score the model in the folder `model` on its held-out data, write its card there, log all, and register it.

    `data` is what it was made from, by what each set is for: it stands in the card.
    """
    noun = measure_of(run.noun)
    measured = noun.measure(model)
    (model / "README.md").write_text(noun.card(measured, data, run.id, code_version()), "utf-8")
    with TemporaryDirectory(prefix="phivet-") as folder:
        run.log(measured, "held_out", noun.draw(measured, Path(folder)))
    run.register(model)
    return measured
