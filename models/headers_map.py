"""The map from an element of a DICOM header to what it can give away: `headers.toml`, read once."""

import re
import runpy
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydicom.datadict import private_dictionary_description, tag_for_keyword

from phivet.cases.categories import Category

CERTAIN, LIKELY, POSSIBLE = 0.97, 0.7, 0.4
"""How probably a value of the right kind identifies, by the grade that the map gives its element."""

GRADES = {"certain": CERTAIN, "likely": LIKELY, "possible": POSSIBLE}


@dataclass(frozen=True)
class Meaning:
    """What an element can give away, and how probably a value of the right kind does."""

    category: Category
    score: float


@dataclass(frozen=True)
class HeaderMap:
    """`headers.toml` as look-ups. Tags are integers."""

    elements: dict[int, Meaning]
    codes: dict[int, Meaning]
    """By the tag of the sequence that holds the code."""
    concepts: dict[str, Meaning]
    """By the DCM code of the concept name."""
    descriptions: tuple[tuple[re.Pattern[str], Category], ...]
    """Of private elements and concept names, in words: the first that matches."""
    harmless: frozenset[int]
    harmless_vrs: frozenset[str]
    words: frozenset[int]
    """Elements whose words are the trade's own."""
    classes: frozenset[int]
    """UIDs that say what a thing is, not which."""
    dummies: frozenset[str] = field(repr=False)
    dummies_of: dict[Category, frozenset[str]] = field(repr=False)
    titles: frozenset[str] = field(repr=False)
    vendors: re.Pattern[str] = field(repr=False)

    def described(self, description: str) -> Category | None:
        """The category that these words speak of."""
        return next((category for pattern, category in self.descriptions if pattern.search(description)), None)


def tag_of(name: str) -> int:
    """The tag of a keyword, or of a tag written `(0010,0012)`. Raises `KeyError` for what is neither."""
    if written := re.fullmatch(r"\(([0-9A-F]{4}),([0-9A-F]{4})\)", name):
        return int(written[1] + written[2], 16)
    tag = tag_for_keyword(name)
    if tag is None:
        raise KeyError(name)
    return tag


@lru_cache(maxsize=1)
def header_map() -> HeaderMap:
    """The map that ships with phivet."""
    table: dict[str, Any] = tomllib.loads((Path(__file__).parent / "headers.toml").read_text("utf-8"))
    harmless, dummies = table["harmless"], table["dummies"]
    return HeaderMap(
        elements={
            tag_of(name): Meaning(Category(category), GRADES[grade])
            for category, grades in table["identifies"].items()
            for grade, names in grades.items()
            for name in names
        },
        codes={
            tag_of(name): Meaning(Category(category), LIKELY)
            for category, names in table["codes"].items()
            for name in names
        },
        concepts={
            code: Meaning(Category(category), CERTAIN)
            for category, codes in table["concepts"].items()
            for code in codes
        },
        descriptions=tuple(
            (re.compile(pattern, re.IGNORECASE), Category(category)) for category, pattern in table["described"].items()
        ),
        harmless=frozenset(tag_of(name) for name in harmless["table"]),
        harmless_vrs=frozenset(harmless["vrs"]),
        words=frozenset(tag_of(name) for name in harmless["words"]),
        classes=frozenset(tag_of(name) for name in harmless["uids"]),
        dummies=frozenset(dummies["words"].split()),
        dummies_of={
            Category(category): frozenset(re.split(r"[|\s]", words))
            for category, words in dummies.items()
            if isinstance(words, str) and category != "words"
        },
        titles=frozenset(dummies["titles"]["words"].split()),
        vendors=re.compile(dummies["vendors"]["pattern"], re.IGNORECASE),
    )


@lru_cache(maxsize=1)
def annex_e() -> frozenset[int]:
    """The elements of PS3.15 Annex E, Table E.1-1 (2026c), which a de-identifier has to remove or replace.

    They are dicom-anonymizer's, whose table is read without the package around it: that takes half a second to import.
    """
    package = find_spec("dicomanonymizer")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("dicom-anonymizer is not installed", name="dicomanonymizer")
    path = Path(package.submodule_search_locations[0], "dicom_anonymization_databases", "dicomfields_2026c.py")
    table = runpy.run_path(str(path))
    return frozenset(tag[0] << 16 | tag[1] for tag in table["ALL_TAGS"] if len(tag) == 2)


@lru_cache(maxsize=4096)
def private_category(tag: int, creator: str) -> Category | None:
    """What a private element holds by its description in the makers' dictionary, if that speaks of a category."""
    try:
        return header_map().described(private_dictionary_description(tag, creator))
    except KeyError:
        return None
