"""Notes that others labelled are read with a map of their labels, and a wrong file is told without its text."""

import json
from pathlib import Path

import pytest

from phivet.cases.categories import Category
from phivet.datasets.notes import Label, LabelledNote
from phivet.training.data_notes import row
from phivet.training.notes_foreign import LabelError, label_map, read_notes


def read(folder: Path, *rows: object) -> list[LabelledNote]:
    path = folder / "notes.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return read_notes(path)


def marked(text: str, words: str, label: str) -> dict[str, object]:
    start = text.index(words)
    return {"id": "1", "text": text, "spans": [{"start": start, "end": start + len(words), "label": label}]}


@pytest.mark.parametrize(
    ("label", "category"),
    [
        ("PERSON", Category.NAME),
        ("STREET_ADDRESS", Category.ADDRESS),
        ("ZIP_CODE", Category.POSTCODE),
        ("IBAN_CODE", Category.ACCOUNT_NUMBER),
        ("ID_NUM", Category.RECORD_NUMBER),
        ("GPE", Category.PLACE),
        ("relative_name", Category.RELATIVE_NAME),
    ],
)
def test_their_labels_become_ours(tmp_path: Path, label: str, category: Category) -> None:
    (note,) = read(tmp_path, marked("about Taupo", "Taupo", label))
    assert note.labels == (Label(category, 6, 11),)
    assert note.kind == "note"


@pytest.mark.parametrize(
    ("label", "words"),
    [("AGE", "83"), ("TITLE", "Mr"), ("NRP", "Welsh"), ("GPE", "New Zealand"), ("LOCATION", "texas")],
)
def test_what_is_nobodys_identifier_is_ignored(tmp_path: Path, label: str, words: str) -> None:
    (note,) = read(tmp_path, marked(f"about {words}", words, label))
    assert note.labels == ()
    assert note.ignored == ((6, 6 + len(words)),)
    assert note.kind == "clean_note"


def test_a_person_may_be_found_as_a_clinician() -> None:
    assert Category.CLINICIAN_NAME in label_map().alike()[Category.NAME]
    assert Category.DATE not in label_map().alike()[Category.NAME]


def test_each_note_is_a_hand_of_its_own(tmp_path: Path) -> None:
    assert len({note.hand for note in read(tmp_path, *[{"text": "Seen.", "spans": []}] * 3)}) == 3


def test_arabic_is_known_by_its_letters(tmp_path: Path) -> None:
    (note,) = read(tmp_path, {"text": "المريض محمد", "spans": []})
    assert note.language == "ar"


def test_what_the_program_writes_it_reads_again(tmp_path: Path) -> None:
    note = LabelledNote("Seen by Jo.", (Label(Category.NAME, 8, 10),), "planted", "chat", "some hand", "en")
    path = tmp_path / "notes.jsonl"
    path.write_text(row(0, note), "utf-8")
    assert read_notes(path) == [note]


@pytest.mark.parametrize(
    "wrong",
    [
        "Whitfield",
        ["Whitfield"],
        {"text": "Whitfield"},
        {"text": 3, "spans": []},
        {"text": "Whitfield", "spans": [{"start": 0, "end": 99, "label": "PERSON"}]},
        {"text": "Whitfield", "spans": [{"start": 4, "end": 4, "label": "PERSON"}]},
        {"text": "Whitfield", "spans": [{"start": 0, "end": 4, "label": "Whitfield"}]},
        {"text": "Whitfield", "spans": 3},
    ],
)
def test_a_wrong_line_is_told_by_its_number_and_not_by_its_text(tmp_path: Path, wrong: object) -> None:
    with pytest.raises(LabelError, match="line 2") as told:
        read(tmp_path, {"text": "Seen.", "spans": []}, wrong)
    assert "Whitfield" not in str(told.value)


def test_an_unknown_label_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"labels\.toml has no SHOE_SIZE"):
        read(tmp_path, marked("about 44", "44", "SHOE_SIZE"))


def test_a_file_without_notes_or_that_is_not_there_is_no_labelled_file(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="no notes"):
        read(tmp_path)
    with pytest.raises(LabelError, match="cannot be read"):
        read_notes(tmp_path / "nothing.jsonl")
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LabelError, match="cannot be read"):
        read_notes(tmp_path / "binary.jsonl")
