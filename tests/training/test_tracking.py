"""A training leaves its figures, digests and model in the store, and no text of any note."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.datasets.notes import Label, LabelledNote, digest
from phivet.models.hits import Hit
from phivet.training import tracking
from phivet.training.measure_notes import card, counted, draw
from phivet.training.measured import DataSet, Measured

MARK = "Zebediah"
NOTES = [
    LabelledNote(f"{MARK} Quartermaine, seen.", (Label(Category.NAME, 0, 21),), "note", f"genre{n}", f"hand{n}", "en")
    for n in range(3)
]
DATA = {"training": DataSet(digest(NOTES), 300), "held_out": DataSet(digest(NOTES), 3)}


@pytest.fixture(scope="module")
def figures() -> Measured:
    hits = [
        [Hit(Category.NAME, 0, 8, 0.9, (Reason.IN_CONTEXT,)), Hit(Category.DATE, 23, 27, 0.6, (Reason.IN_CONTEXT,))]
    ]
    return replace(counted(NOTES, hits * 3), speed={"note_ms": 1.5})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, figures: Measured) -> Iterator[Path]:
    """A store with one training in it, as a recipe leaves it."""
    folder = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder / 'mlflow.db'}")
        model = folder / "trained"
        model.mkdir()
        with tracking.run("notes", {"rate": 3e-4, "tokens": 10_000_000}, DATA) as run:
            run.progress(1, loss=0.5)
            run.log(figures, "held_out", draw(figures, folder))
            (model / "config.json").write_text("{}")
            (model / "model.safetensors").write_bytes(b"weights")
            (model / "README.md").write_text(card(figures, DATA, run.id, tracking.code_version()), "utf-8")
            run.register(model)
        yield folder


def test_no_text_of_a_note_is_anywhere_in_the_store(store: Path) -> None:
    files = [path for path in store.rglob("*") if path.is_file()]
    assert {"mlflow.db", "figures.json", "confusion.png", "README.md"} <= {path.name for path in files}
    held = [path.name for path in files if any(word in path.read_bytes() for word in (MARK.encode(), b"Quartermaine"))]
    assert held == []


def test_the_run_holds_config_digests_code_version_and_figures_with_intervals(store: Path) -> None:
    client = tracking.connect()
    (run,) = client.search_runs([client.get_experiment_by_name("notes").experiment_id])
    assert run.data.params["rate"] == "0.0003"
    assert {(one.dataset.name, one.dataset.digest) for one in run.inputs.dataset_inputs} == {
        ("notes_training", digest(NOTES)), ("notes_held_out", digest(NOTES)),
    }  # fmt: skip
    assert run.data.params["training_items"] == "300"
    assert run.data.tags["phivet.code"] == tracking.code_version()
    metrics = run.data.metrics
    assert metrics["held_out/recall/any/name"] == 1
    assert metrics["held_out/recall/exact/overall"] == 0
    assert metrics["held_out/precision/any/overall"] == 0.5
    assert metrics["held_out/precision/any/overall.low"] == metrics["held_out/precision/any/overall.high"] == 0.5
    assert {"held_out/calibration/error", "held_out/f1/same/name", "held_out/note_ms", "loss"} <= metrics.keys()


def test_its_model_is_the_challenger_and_is_had_by_that_name(store: Path) -> None:
    assert tracking.aliased("notes", "challenger") == "1"
    assert tracking.aliased("notes", "champion") is None
    for name in ("models:/notes@challenger", "models:/notes/1"):
        with tracking.fetched(name) as folder:
            assert (folder / "model.safetensors").read_bytes() == b"weights"
    assert not folder.exists()


def test_a_model_in_a_folder_is_had_by_its_path(store: Path) -> None:
    with tracking.fetched(str(store / "trained")) as folder:
        assert folder == store / "trained"


@pytest.mark.parametrize(
    "name", ["models:/notes@champion", "models:/faces/1", "models:/notes/7", "models:/", "nothing"]
)
def test_a_model_that_is_not_there_is_told(store: Path, name: str) -> None:
    with pytest.raises(tracking.TrackingError), tracking.fetched(name):
        pass


def test_an_interrupted_run_is_taken_up_again(store: Path) -> None:
    with pytest.raises(KeyboardInterrupt), tracking.run("legs", {"rate": 1}, DATA) as run:
        run.progress(1, loss=0.5)
        raise KeyboardInterrupt
    client = tracking.connect()
    assert client.get_run(run.id).info.status in ("FAILED", "KILLED")
    with tracking.run("legs", {"rate": 1}, DATA, resume=run.id) as again:
        again.progress(2, loss=0.4)
    assert again.id == run.id
    assert client.get_run(run.id).info.status == "FINISHED"
    assert [point.value for point in client.get_metric_history(run.id, "loss")] == [0.5, 0.4]


def test_the_card_tells_data_figures_and_run(store: Path, figures: Measured) -> None:
    text = (store / "trained" / "README.md").read_text("utf-8")
    assert text.startswith("---\nlicense: apache-2.0\n")
    assert f"| training | 300 | `{digest(NOTES)}` |" in text
    assert "| recall/any/overall | 100 (100–100) | ≥ 99 | 3 |" in text
    assert "| name | 100 (100–100) | 100 (100–100) | 100 (100–100) | 3 |" in text
    assert "| date | - | - | 0.00 (0.00–0.00) | 0 |" in text
    assert "MLflow run " in text


def test_figures_are_kept_whole_beside_the_metrics(store: Path, figures: Measured) -> None:
    (path,) = store.rglob("figures.json")
    assert json.loads(path.read_text()) == json.loads(json.dumps(figures.as_json()))


def test_nothing_is_sent_to_the_makers_of_the_store() -> None:
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == os.environ["DO_NOT_TRACK"] == "true"
