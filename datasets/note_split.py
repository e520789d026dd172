"""Which part of the note data a surface form or a term belongs to: what is held out never occurs in training."""

import hashlib
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Literal

from phivet.datasets.note_banks import Bank, banks

Part = Literal["training", "validation", "held_out"]
SHARES: dict[Part, int] = {"training": 70, "validation": 10, "held_out": 20}
"""Of the open lists (names, towns, diseases ...), in per cent; the hands' own lists stay with their bank."""


def fold(text: str) -> str:
    """`text` in lower case without accents and outer spaces: two forms that fold alike are the same."""
    if text.isascii():
        return text.lower().strip()
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower().strip()) if not unicodedata.combining(c))


def lot(text: str) -> Part:
    """The part that an entry of an open list falls to, by its hash alone."""
    at = int.from_bytes(hashlib.blake2b(fold(text).encode(), digest_size=4).digest(), "big") % 100
    for part, share in SHARES.items():
        if at < share:
            return part
        at -= share
    raise AssertionError("the shares make 100")


@cache
def written(part: Part) -> tuple[Bank, ...]:
    """The banks of a part, read once."""
    return tuple(banks(part))


@cache
def own_words(part: Part) -> frozenset[str]:
    """The single words, folded, of the names in the lists of a part's hands."""
    return frozenset(word for bank in written(part) for text in _people(bank) for word in fold(text).split())


@cache
def own_entries(part: Part) -> frozenset[str]:
    """The entries, folded, of all lists of a part's hands: people, hospitals, towns, streets, employers ..."""
    return frozenset(fold(text) for bank in written(part) for entries in bank.lists.values() for text in entries)


def _people(bank: Bank) -> Iterable[str]:
    return (*bank.lists["first_names"], *bank.lists["last_names"])


@cache
def spoken_for(part: Part) -> frozenset[str]:
    """What the hands of the other parts use, folded: names, their words, places, hospitals, employers ..."""
    others: frozenset[str] = frozenset()
    for other in SHARES:
        if other != part:
            others |= own_words(other) | own_entries(other)
    return others


def drawn(entries: Iterable[str], part: Part) -> tuple[str, ...]:
    """The entries of an open list that `part` may use, in their order, without what another part's hands use."""
    return tuple(entry for entry in entries if lot(entry) == part and fold(entry) not in spoken_for(part))


def own(entries: Iterable[str], part: Part) -> tuple[str, ...]:
    """The entries of a hand's own list that `part` may use: what a held-out hand uses is held out."""
    if part == "held_out":
        return tuple(entries)
    ahead: tuple[Part, ...] = ("held_out", "validation") if part == "training" else ("held_out",)
    words = frozenset[str]().union(*map(own_words, ahead))
    taken = frozenset[str]().union(*map(own_entries, ahead))
    return tuple(entry for entry in entries if fold(entry) not in taken and not words & set(fold(entry).split()))
