"""The banks are whole, and what is held out is nowhere in training."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from phivet.datasets.note_banks import FOLDER, Bank, banks, read_bank

PATHS = sorted(FOLDER.glob("*/*.toml"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_bank_is_whole(path: Path) -> None:
    bank = read_bank(path)
    assert len(bank.notes) >= 10
    assert len(bank.fragments) >= 40
    assert len(bank.clean) >= 100
    assert len(bank.clean_notes) >= 5
    assert len(bank.twins) >= 10
    assert all(len(names) >= 8 for names in bank.lists.values())


def texts(bank: Bank) -> Iterator[str]:
    for entry in (
        *bank.notes,
        *bank.fragments,
        *bank.clean,
        *bank.clean_notes,
        *(each for twin in bank.twins for each in twin),
    ):
        yield " ".join(entry.text.lower().split())


def test_no_text_is_in_two_banks() -> None:
    seen: dict[str, str] = {}
    for part in ("training", "held_out"):
        for bank in banks(part):
            for text in set(texts(bank)):
                assert len(text) < 40 or seen.setdefault(text, bank.name) == bank.name, (bank.name, text[:60])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Seen by {doctor}", "unknown slot 'doctor'"),
        ("Seen by {clinician_name.nick}", "no form 'nick'"),
        ("Seen by [[clinician_name|Ann]", "does not close|no identifier"),
        ("Nothing here", "no identifier is marked"),
        ("Seen by {name} on {date#2.numeric}", "is no slot"),
        ("Her dog is [[other|Biscuit]]", "unknown slot 'other'"),
    ],
)
def test_a_bank_with_a_typing_error_is_refused_with_the_entry(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "bank.toml").write_text(f"hand = 'x'\ncountry = 'NZ'\nlanguage = 'en'\n[[note]]\ntext = '{text}'\n")
    with pytest.raises(ValueError, match=f"bank.toml: note 1: .*({why})"):
        read_bank(tmp_path / "bank.toml")
