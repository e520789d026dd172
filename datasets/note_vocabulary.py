"""The tables of `material/notes/vocabulary.toml`: terms, passages, and the shapes of names, numbers and places."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from phivet.datasets.note_banks import FOLDER

VOCABULARY: Mapping[str, Any] = tomllib.loads((FOLDER / "vocabulary.toml").read_text("utf-8"))
"""As it stands in the file; `entries` reads its lists."""


def entries(text: str) -> tuple[str, ...]:
    """The entries of a list that is written as one string, between line ends or " | "."""
    return tuple(entry.strip() for entry in re.split(r" \| |\n", text) if entry.strip())


def by_country(table: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """Shapes by country; what stands for `any` is kept under ""."""
    return {"" if country == "any" else country: tuple(shapes) for country, shapes in table.items()}
