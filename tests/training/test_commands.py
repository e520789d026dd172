"""The engineers' commands, as they are typed."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest

from phivet.cases.known import Known
from phivet.models.notes import Notes
from phivet.training import measure_notes
from phivet.training.commands import FAILED, add
from phivet.training.notes_entities import Judge

ROWS = (
    {"id": "1", "text": "Mr John Whitfield, DOB 03/04/1951.", "spans": [
        {"start": 0, "end": 2, "label": "TITLE"}, {"start": 3, "end": 17, "label": "PERSON"},
        {"start": 23, "end": 33, "label": "DATE_TIME"}]},
    {"id": "2", "text": "Baker's cyst, unchanged at L4/5.", "spans": []},
)  # fmt: skip


def phivet(*arguments: str) -> int:
    parser = argparse.ArgumentParser(prog="phivet")
    add(parser.add_subparsers(dest="command", required=True))
    options = parser.parse_args(arguments)
    return int(options.run(options))


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules alone, whatever weights are shipped."""

    def judge(_: Path | None = None) -> Judge:
        notes = Notes()
        return lambda texts: [notes.find(text, Known()) for text in texts]

    monkeypatch.setattr(measure_notes, "judge", judge)


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "notes.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)), "utf-8")
    return path


@pytest.mark.usefixtures("rules")
def test_a_labelled_file_is_scored_and_shown(labelled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert phivet("evaluate", "notes", "--jsonl", str(labelled)) == 0
    shown = capsys.readouterr().out
    assert "recall/any/overall" in shown and "100 (100–100)" in shown
    assert "bar" not in shown and "Whitfield" not in shown


@pytest.mark.usefixtures("rules")
def test_the_json_is_one_object_and_nothing_else(labelled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert phivet("evaluate", "--json", "--jsonl", str(labelled)) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["figures"]["recall/same/overall"] == {"value": 1, "low": 1, "high": 1, "count": 2}
    assert report["speed"]["note_ms"] > 0
    assert report["model"] == "shipped"


@pytest.mark.usefixtures("rules")
def test_the_rules_alone_do_not_meet_the_bars(
    labelled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from phivet.training.notes_foreign import read_notes

    monkeypatch.setattr("phivet.datasets.notes.held_out", lambda: read_notes(labelled))
    assert phivet("evaluate", "notes") == 1
    shown = capsys.readouterr().out
    assert "met" in shown
    assert phivet("evaluate", "notes", "--json") == 1
    assert "sparse/recall" in json.loads(capsys.readouterr().out)["missed"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("evaluate", "notes", "--jsonl", "nothing.jsonl"), "cannot be read"),
        (("evaluate", "notes", "--model", "nowhere"), "no model in this folder"),
        (("evaluate", "--model", "nowhere"), "of which NOUN"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phivet.datasets.notes.held_out", list)
    assert phivet(*arguments) == FAILED
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("phivet evaluate: ") and said in told.err and told.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [("train", "headers"), ("evaluate", "--threshold", "2"), ("promote",), ("data", "unicorns")]
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        phivet(*arguments)
    assert "usage" in capsys.readouterr().err


def test_a_recipe_gets_its_own_options(monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[list[str]] = []
    recipe = argparse.Namespace(main=lambda options: got.append(options) or 0)
    monkeypatch.setitem(sys.modules, "phivet.training.train_notes", recipe)
    assert phivet("train", "notes", "--quick", "--minutes", "5") == 0
    assert got == [["--quick", "--minutes", "5"]]


def test_a_missing_library_is_named_with_its_cure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    assert phivet("promote", "notes") == FAILED
    assert capsys.readouterr().err == "phivet promote: mlflow is missing: pip install 'phivet[training]'\n"


def test_the_commands_load_nothing_heavy() -> None:
    code = (
        "import sys; from phivet.training.commands import add; import argparse;"
        "add(argparse.ArgumentParser().add_subparsers());"
        "heavy = {'numpy', 'torch', 'mlflow', 'matplotlib', 'transformers', 'rich', 'pydicom'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
