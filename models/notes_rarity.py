"""Rare diseases by their names: the lists of `notes_rarity.toml` (Orphanet, CC BY 4.0), looked up in a text."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).parent / "notes_rarity.toml"
_WORD = re.compile(r"([A-Za-z0-9]+)(?:'[sS](?![A-Za-z0-9]))?")
_APART = re.compile(r"[^\w]*\n\s*\n|[.;:!?\0]\s|\0|\.$")
"""What no name reaches across."""


@dataclass(frozen=True)
class RareDisease:
    """Characters [start, end) name a disease that fewer than one in a million have, or (not `ultra`) one to nine."""

    start: int
    end: int
    ultra: bool


def rare_diseases(text: str) -> Iterator[RareDisease]:
    """The rare diseases that `text` (folded) names, the longest name at each place; British spelling or American."""
    names, heads = _names()
    found = [(match.start(), match.end(), _folded(match[1])) for match in _WORD.finditer(text)]
    at = 0
    while at < len(found):
        longest = heads.get(found[at][2], 0)
        for count in range(min(longest, len(found) - at), 0, -1):
            start, end = found[at][0], found[at + count - 1][1]
            ultra = names.get(" ".join(word for _, _, word in found[at : at + count]))
            apart = _APART.search(text, start, end) or "-" in (text[start - 1 : start], text[end : end + 1])
            if ultra is not None and not apart:
                yield RareDisease(start, end, ultra)
                at += count - 1
                break
        at += 1


@cache
def _names() -> tuple[Mapping[str, bool], Mapping[str, int]]:
    """Whether each name is of the ultra-rare, and the most words of a name by its first word."""
    lists = tomllib.loads(_TABLE.read_text("utf-8"))
    names: dict[str, bool] = {}
    heads: dict[str, int] = {}
    for key in ("very_rare", "ultra_rare"):
        for name in re.split(r";\s", lists[key].strip()):
            folded = [_folded(word) for word in name.split()]
            names[" ".join(folded)] = key == "ultra_rare"
            heads[folded[0]] = max(heads.get(folded[0], 0), len(folded))
    return names, heads


def _folded(word: str) -> str:
    return word.lower().replace("ae", "e").replace("oe", "e").replace("tumour", "tumor").replace("isation", "ization")
