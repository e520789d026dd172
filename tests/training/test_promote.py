"""A challenger becomes champion only if it is nowhere surely worse, and it is said why not."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.datasets.notes import Label, LabelledNote
from phivet.models.hits import Hit
from phivet.training import tracking
from phivet.training.measure_notes import UNTOUCHED, counted
from phivet.training.measured import DataSet
from phivet.training.notes_entities import Judge
from phivet.training.promote import Change, promote, write_weights
from phivet.training.promote import changes as changes_of
from phivet.training.publish import publish

WORDS = {Category.NAME: "Whitfield", Category.DATE: "03/04/1951", Category.EVENT: "Baker"}
"""What a stand-in finds if it knows the category; the last is a false alarm."""


def held_out() -> list[LabelledNote]:
    seen, clean = "Whitfield seen 03/04/1951.", "Baker's cyst."
    labels = (Label(Category.NAME, 0, 9), Label(Category.DATE, 15, 25))
    return [
        note
        for number in range(40)
        for note in (
            LabelledNote(seen, labels, "note", "", f"hand {number % 8}", "en"),
            LabelledNote(clean, (), "clean_note", "", f"hand {number % 8}", "en"),
        )
    ]


def finder(kinds: Sequence[str]) -> Judge:
    words = [(Category(kind), WORDS[Category(kind)]) for kind in kinds]

    def judge(texts: Sequence[str]) -> list[list[Hit]]:
        return [
            [
                Hit(kind, text.index(word), text.index(word) + len(word), 0.9, (Reason.IN_CONTEXT,))
                for kind, word in words
                if word in text
            ]
            for text in texts
        ]

    return judge


def stand_in(folder: Path | None) -> Judge:
    return finder(json.loads((folder / "config.json").read_text())["kinds"] if folder else ["name"])


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    monkeypatch.setattr("phivet.datasets.notes.held_out", held_out)
    monkeypatch.setattr("phivet.training.measure_notes.judge", stand_in)
    yield tmp_path / "weights"


def challenge(folder: Path, *kinds: str) -> str:
    model = folder.parent / "model"
    model.mkdir(exist_ok=True)
    (model / "config.json").write_text(json.dumps({"kinds": kinds}))
    (model / "model.safetensors").write_bytes(b"weights")
    (model / "README.md").write_text("# card")
    with tracking.run("notes", {"kinds": kinds}, {}) as run:
        return run.register(model)


def test_who_is_nowhere_worse_is_promoted_and_its_weights_are_written(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = challenge(store, "name", "date")
    assert promote("notes", store) == 0
    assert tracking.aliased("notes", "champion") == first
    assert sorted(path.name for path in (store / "notes").iterdir()) == [
        "README.md",
        "config.json",
        "model.safetensors",
    ]
    assert promote("notes", store) == 0
    assert "champion already" in capsys.readouterr().out

    second = challenge(store, "name")
    assert promote("notes", store) == 1
    said = capsys.readouterr().out
    assert "recall of date: -100.00 points" in said
    assert "recall of name" not in said
    assert tracking.aliased("notes", "champion") == first

    challenge(store, "name", "date", "event")
    assert promote("notes", store) == 1
    assert UNTOUCHED in capsys.readouterr().out
    assert tracking.aliased("notes", "challenger") != second
    assert json.loads((store / "notes" / "config.json").read_text())["kinds"] == ["name", "date"]


def test_without_a_challenger_there_is_nothing_to_promote(store: Path) -> None:
    with pytest.raises(tracking.TrackingError, match="no model of notes"):
        promote("notes", store)
    assert not store.exists()


def test_what_a_training_publishes_can_be_promoted_with_its_card(store: Path, tmp_path: Path) -> None:
    model = tmp_path / "trained"
    model.mkdir()
    (model / "config.json").write_text(json.dumps({"kinds": ["name", "date"]}))
    data = {"training": DataSet("abc123", 7)}
    with tracking.run("notes", {}, data) as run:
        figures = publish(run, model, data)
    assert figures.figures["recall/same/overall"].value == 1
    assert promote("notes", store) == 0
    text = (store / "notes" / "README.md").read_text("utf-8")
    assert run.id in text and "`abc123`" in text and "| date | 100 (100–100) |" in text
    logged = tracking.connect().get_run(run.id).data.metrics
    assert logged["held_out/recall/same/date"] == 1
    assert logged["held_out/note_ms"] > 0
    assert "Whitfield" not in text


def changes(notes: list[LabelledNote], old: list[list[Hit]], new: list[list[Hit]]) -> list[Change]:
    return changes_of(counted(notes, old), counted(notes, new))


def found(notes: list[LabelledNote], *kinds: str) -> list[list[Hit]]:
    return finder(kinds)([note.text for note in notes])


def test_who_misses_one_name_in_forty_may_be_worse_by_more_than_half_a_point() -> None:
    notes = held_out()
    worse = found(notes, "name")
    worse[0] = []
    change = next(one for one in changes(notes, found(notes, "name"), worse) if one.what == "recall of name")
    assert change.by.value == pytest.approx(-1 / 40)
    assert change.by.low < change.by.value < change.by.high <= 0
    assert not change.allowed()


def test_who_is_the_same_has_no_change_and_no_interval() -> None:
    notes = held_out()
    for change in changes(notes, found(notes, "name", "event"), found(notes, "name", "event")):
        assert change.by.value == change.by.low == change.by.high == 0
        assert change.allowed()


def test_a_change_of_false_alarms_is_in_notes_without_any() -> None:
    notes = held_out()
    change = next(one for one in changes(notes, found(notes), found(notes, "event")) if one.what == UNTOUCHED)
    assert str(change) == "notes without a false alarm: -100.00 points (-100.00 to -100.00, on 40)"


def test_weights_that_cannot_be_written_leave_the_old_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = tmp_path / "weights" / "notes", tmp_path / "new"
    for folder, text in ((old, "old"), (new, "new")):
        folder.mkdir(parents=True)
        (folder / "config.json").write_text(text)

    def full(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr("shutil.copy2", full)
        with pytest.raises(OSError, match="no space"):
            write_weights(new, old)
    assert (old / "config.json").read_text() == "old"
    write_weights(new, old)
    assert (old / "config.json").read_text() == "new"
    assert [path.name for path in old.parent.iterdir()] == ["notes"]
