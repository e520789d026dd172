"""The note banks: what synthetic notes are made of, each bank written by one hand (`material/notes/README.md`).

A bank is read from TOML and refused with the entry that is wrong: an unknown category, form or term is a typing error
that would otherwise become a label, or a missing one.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phivet.cases.categories import Category

FOLDER = Path(__file__).parent / "material" / "notes"

FORMS: Mapping[Category, frozenset[str]] = {
    Category.NAME: frozenset({"first", "last", "last_first", "caret", "title_last", "initial_last", "nickname"}),
    Category.RELATIVE_NAME: frozenset({"first", "last", "title_last"}),
    Category.CLINICIAN_NAME: frozenset({"first", "last", "title_last", "initials", "last_first"}),
    Category.STUDY_DATE: frozenset(
        {"numeric", "words", "iso", "compact", "day_month", "month_year", "glued", "time"},
    ),
    Category.FACILITY: frozenset({"acronym", "ward"}),
}
"""The forms of each category's slot besides the full one. All dates have those of a study date."""
NO_TEXT = frozenset({Category.FACE, Category.BIOMETRIC, Category.UNREADABLE_TEXT, Category.UNIQUENESS, Category.OTHER})
"""What no characters of a note are labelled as."""
DATES = (Category.DATE, Category.DATE_OF_BIRTH)

TERMS = frozenset(
    {
        "disease", "finding", "drug", "anatomy", "gene", "organism", "procedure", "eponym", "icd", "number", "size",
        "age", "level", "sequence", "score", "lab", "reference",
    }
)  # fmt: skip
"""Open vocabularies: what stands in these slots is nobody's identifier."""

PIECE = re.compile(
    r"\{(?P<slot>[a-z_0-9]+)(?:\.(?P<form>[a-z_]+))?(?:#(?P<which>\d))?\}"
    r"|\[\[(?P<marked>[a-z_0-9]+)\|(?P<words>[^\]]+)\]\]"
)
NO_PIECE = re.compile(r"\{[a-z_0-9]+[.#][^{}\s]*\}")
"""What was meant as a slot and is none: left over where the slots are taken out."""
LISTS = frozenset(
    {
        "first_names", "last_names", "clinicians", "facilities", "places", "streets", "organisations", "occupations",
        "events",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A text with slots and marked words: a note of some `genre`, a fragment, or a clean passage (no identifier)."""

    text: str
    genre: str = ""
    clean: bool = False

    def pieces(self) -> Iterator[re.Match[str]]:
        """Its slots (`slot`, `form`, `which`) and marked words (`marked`, `words`), in their order."""
        return PIECE.finditer(self.text)


@dataclass(frozen=True)
class Bank:
    """What one hand wrote. A twin is kept as two entries, one of them clean."""

    name: str
    hand: str
    country: str
    language: str
    notes: tuple[Entry, ...]
    fragments: tuple[Entry, ...]
    clean: tuple[Entry, ...]
    clean_notes: tuple[Entry, ...]
    twins: tuple[tuple[Entry, Entry], ...]
    lists: Mapping[str, tuple[str, ...]]


def banks(part: str) -> Iterator[Bank]:
    """The banks of `part`, "training" or "held_out". Raises `ValueError`, which says the bank and the entry."""
    for path in sorted((FOLDER / part).glob("*.toml")):
        yield read_bank(path)


def read_bank(path: Path) -> Bank:
    """One bank. Raises `ValueError`."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        return Bank(
            name=path.stem,
            hand=table["hand"],
            country=table["country"],
            language=table["language"],
            notes=tuple(_entry(each, f"note {n}") for n, each in enumerate(table["note"], 1)),
            fragments=tuple(_entry(each, f"fragment {n}") for n, each in enumerate(table["fragment"], 1)),
            clean=tuple(_entry(each, f"clean {n}", True) for n, each in enumerate(table["clean"], 1)),
            clean_notes=tuple(_entry(each, f"clean_note {n}", True) for n, each in enumerate(table["clean_note"], 1)),
            twins=tuple(_twin(each, f"twin {n}") for n, each in enumerate(table["twin"], 1)),
            lists={key: tuple(table["lists"][key]) for key in sorted(LISTS)},
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name}: {error}") from None


def _twin(row: Mapping[str, Any], where: str) -> tuple[Entry, Entry]:
    return _entry({"text": row["text"]}, where), _entry({"text": row["clean"]}, f"{where}, clean", True)


def _entry(row: Mapping[str, Any], where: str, clean: bool = False) -> Entry:
    entry = Entry(row["text"].strip("\n"), row.get("genre", ""), clean)
    identifiers = 0
    for piece in entry.pieces():
        name = piece["slot"] or piece["marked"]
        if piece["slot"] in TERMS and not piece["form"]:
            continue
        if name not in set(Category) - NO_TEXT:
            raise ValueError(f"{where}: unknown slot '{name}'")
        forms = FORMS.get(Category.STUDY_DATE if name in DATES else Category(name), frozenset())
        if piece["form"] and piece["form"] not in forms:
            raise ValueError(f"{where}: '{name}' has no form '{piece['form']}'")
        identifiers += 1
    if clean and identifiers:
        raise ValueError(f"{where}: a clean text holds an identifier")
    if not clean and not identifiers:
        raise ValueError(f"{where}: no identifier is marked")
    left = PIECE.sub("", entry.text)
    if "[[" in left:
        raise ValueError(f"{where}: a mark that does not close, or that is no mark")
    if typo := NO_PIECE.search(left):
        raise ValueError(f"{where}: '{typo[0]}' is no slot; one is written {{category.form#2}}")
    return entry
