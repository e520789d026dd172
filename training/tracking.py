"""What was trained, on what, by which code, and how good it is: MLflow, in one SQLite file unless it is told otherwise.

    with tracking.run("notes", config, {"training": DataSet(digest, count)}) as run:
        run.progress(step, loss=0.31)
        publish(run, folder, data)           # `publish.py`: scores, logs, writes the card, registers the challenger

Digests, counts and figures are logged, never a text. The model is a folder of plain files: nothing is pickled. The
environment's MLFLOW_TRACKING_URI says where else to log. No telemetry is sent.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from phivet.cases.errors import PhivetError
from phivet.training.measured import DataSet, Measured

if TYPE_CHECKING:
    from mlflow import MlflowClient

DEFAULT = "sqlite:///mlflow.db"
CHALLENGER, CHAMPION = "challenger", "champion"
MODEL = "model"
"""The artifact folder of a run that holds its model."""

for _setting, _value in (
    ("MLFLOW_DISABLE_TELEMETRY", "true"),
    ("DO_NOT_TRACK", "true"),
    ("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false"),
):
    os.environ.setdefault(_setting, _value)


class TrackingError(PhivetError):
    """There is no such model, version or store."""


@dataclass(frozen=True)
class Run:
    """One training, as MLflow keeps it."""

    id: str
    noun: str

    def progress(self, step: int, **values: float) -> None:
        """Log numbers of one step of training."""
        import mlflow

        mlflow.log_metrics(values, step=step, run_id=self.id)

    def log(self, measured: Measured, data: str, pictures: Sequence[Path] = ()) -> None:
        """Log all figures on the set `data` with their intervals, and speeds, as metrics and as `DATA/figures.json`."""
        import mlflow

        values = {
            f"{data}/{name}{end}": value
            for name, figure in measured.figures.items()
            for end, value in (("", figure.value), (".low", figure.low), (".high", figure.high))
            if value == value
        }
        mlflow.log_metrics(values | {f"{data}/{name}": each for name, each in measured.speed.items()}, run_id=self.id)
        mlflow.log_dict(measured.as_json(), f"{data}/figures.json", run_id=self.id)
        for picture in pictures:
            mlflow.log_artifact(str(picture), data, run_id=self.id)

    def register(self, folder: Path) -> str:
        """Log the model in `folder` and register it as the challenger; its version."""
        import mlflow
        from mlflow.exceptions import MlflowException

        mlflow.log_artifacts(str(folder), MODEL, run_id=self.id)
        store = connect()
        try:
            store.get_registered_model(self.noun)
        except MlflowException:
            store.create_registered_model(self.noun)
        source = f"{store.get_run(self.id).info.artifact_uri}/{MODEL}"
        made = store.create_model_version(self.noun, source, self.id)
        store.set_registered_model_alias(self.noun, CHALLENGER, made.version)
        return str(made.version)


@contextmanager
def run(noun: str, config: Mapping[str, object], data: Mapping[str, DataSet], resume: str = "") -> Iterator[Run]:
    """A run in the experiment `noun`, or the one with the id `resume` taken up again; it fails if its body does.

    `config` is logged as parameters, `data` (by what it is for) as inputs, and the code's version as a tag.
    """
    store = connect()
    import mlflow
    from mlflow.data.code_dataset_source import CodeDatasetSource
    from mlflow.data.meta_dataset import MetaDataset

    tags = {"phivet.version": version("phivet"), "phivet.code": code_version()}
    with mlflow.start_run(run_id=resume or None, experiment_id=_experiment(store, noun), tags=tags) as started:
        if not resume:
            mlflow.log_params(dict(config))
            for name, part in data.items():
                mlflow.log_param(f"{name}_items", part.count)
                source = CodeDatasetSource({"module": f"phivet.datasets.{noun}", "items": str(part.count)})
                read = MetaDataset(source, f"{noun}_{name}", part.digest[:36])  # type: ignore[abstract]
                mlflow.log_input(read, context=name)
        yield Run(started.info.run_id, noun)


def connect() -> MlflowClient:
    """The store that the environment names, or `mlflow.db` in the working folder."""
    import mlflow

    logging.getLogger("alembic").setLevel(logging.WARNING)
    mlflow.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT)
    return mlflow.MlflowClient()


def _experiment(store: MlflowClient, name: str) -> str:
    known = store.get_experiment_by_name(name)
    if known is not None:
        return str(known.experiment_id)
    uri = store.tracking_uri
    beside = Path(uri.removeprefix("sqlite:///")).resolve().parent / "mlruns" if uri.startswith("sqlite:///") else None
    return str(store.create_experiment(name, beside.as_uri() if beside else None))


@contextmanager
def fetched(model: str) -> Iterator[Path]:
    """The folder of a model: `models:/notes@champion`, `models:/notes/3`, `runs:/ID/model`, or a path.

    Raises:
        TrackingError: there is no such model.
    """
    if ":/" not in model:
        if not (Path(model) / "config.json").is_file():
            raise TrackingError("there is no model in this folder: config.json is missing")
        yield Path(model)
        return
    connect()
    import mlflow
    from mlflow.exceptions import MlflowException

    with TemporaryDirectory(prefix="phivet-") as folder:
        try:
            path = Path(mlflow.artifacts.download_artifacts(model, dst_path=folder))
        except (MlflowException, OSError):
            raise TrackingError(f"{model}: no such model") from None
        yield path


def aliased(noun: str, alias: str) -> str | None:
    """The version of the model `noun` with this alias, if one has it."""
    store = connect()
    from mlflow.exceptions import MlflowException

    try:
        return str(store.get_model_version_by_alias(noun, alias).version)
    except MlflowException:
        return None


def code_version() -> str:
    """The commit that the code is from, with `-changed` if it is not just that; empty outside of a repository."""
    try:
        from git import GitError, Repo
    except ImportError:  # there is no git
        return ""
    try:
        repository = Repo(Path(__file__).resolve().parents[1])
        return repository.head.commit.hexsha + ("-changed" if repository.is_dirty() else "")
    except (GitError, ValueError, OSError):
        return ""
