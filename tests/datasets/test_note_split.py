"""What is held out occurs nowhere in training: no hand, no name, no entry of a list, no term."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from phivet.datasets.note_banks import LISTS, banks
from phivet.datasets.note_names import ARABIC, LATIN, WORDS_TOO, locale
from phivet.datasets.note_split import SHARES, Part, drawn, fold, lot
from phivet.datasets.note_terms import DRAWN_ON, OPEN, named_after, vocabulary
from phivet.datasets.note_vocabulary import VOCABULARY, entries
from phivet.datasets.note_writer import Hand, hand_of

OTHERS: tuple[Part, ...] = ("training", "validation")


@cache
def hands(part: Part) -> tuple[Hand, ...]:
    return tuple(hand_of(bank, part) for bank in banks(part))


def hashed(texts: Iterator[str]) -> set[bytes]:
    return {hashlib.blake2b(fold(text).encode(), digest_size=16).digest() for text in texts}


def people(part: Part) -> Iterator[str]:
    for names in (hand.names for hand in hands(part)):
        yield from (*names.own_first, *names.own_last, *names.words)
    for firsts, lasts in {pair for hand in hands(part) for pair in (*hand.names.home, *hand.names.anywhere)}:
        yield from (*firsts, *lasts)


def words(part: Part) -> Iterator[str]:
    """The words of names; in Arabic script, where many names share a word ("of the faith"), whole names."""
    for name in people(part):
        folded = fold(name)
        yield from (word for word in folded.split() if len(word) > 3) if folded.isascii() else [folded]


def listed(part: Part) -> Iterator[str]:
    for hand in hands(part):
        for key, own in hand.lists.items():
            yield from (f"{key}: {fold(entry)}" for entry in own)


def towns(part: Part) -> Iterator[str]:
    for places in (hand.places for hand in hands(part)):
        yield from (*places.own_places, *places.towns, *places.own_streets, *places.own_facilities)


def terms(part: Part) -> Iterator[str]:
    for name in (*OPEN, *DRAWN_ON):
        yield from vocabulary(name, part)


def passages(part: Part) -> Iterator[str]:
    for texts in VOCABULARY["passages"].values():
        yield from drawn(texts, part)


@pytest.mark.parametrize("kind", [people, words, listed, towns, terms, passages], ids=lambda kind: kind.__name__)
def test_what_is_held_out_occurs_nowhere_in_training(kind: Callable[[Part], Iterator[str]]) -> None:
    held_out = {fold(text) for text in kind("held_out")}
    assert len(held_out) > 50
    for other in OTHERS:
        assert not held_out & {fold(text) for text in kind(other)}
        assert not hashed(kind("held_out")) & hashed(kind(other))


def test_all_that_is_named_after_one_person_is_in_one_part() -> None:
    parts: dict[str, set[Part]] = {}
    for part in SHARES:
        for eponym in vocabulary("eponym", part):
            parts.setdefault(named_after(eponym), set()).add(part)
    assert all(len(found) == 1 for found in parts.values())


@pytest.mark.parametrize(
    ("eponym", "person"),
    [
        ("Baker's cyst", "Baker"),
        ("Salter-Harris II fracture", "Salter"),
        ("Le Fort I fracture", "Fort"),
        ("tetralogy of Fallot", "Fallot"),
        ("vein of Galen malformation", "Galen"),
        ("de Quervain's thyroiditis", "Quervain"),
        ("Gowers' sign", "Gowers"),
    ],
)
def test_an_eponym_goes_by_the_person(eponym: str, person: str) -> None:
    assert named_after(eponym) == person


def test_the_lots_fall_as_the_shares_say() -> None:
    count = Counter(lot(f"entry {n}") for n in range(20_000))
    for part, share in SHARES.items():
        assert count[part] / 200 == pytest.approx(share, abs=1)


def test_case_and_accents_do_not_move_an_entry() -> None:
    assert lot("Ménière") == lot("meniere ") == lot("MENIERE")


@pytest.mark.parametrize("part", SHARES)
def test_every_part_has_names_of_many_countries(part: Part) -> None:
    assert sum(locale(name, part) is not None for name in LATIN) >= 30
    assert any(locale(name, part) for name in ARABIC)
    assert drawn(WORDS_TOO, part)


@pytest.mark.parametrize("part", SHARES)
def test_no_hand_is_left_without_words_of_its_own(part: Part) -> None:
    assert min(len(hand.lists[key]) for hand in hands(part) for key in LISTS) >= 3


def test_names_that_are_words_are_many() -> None:
    assert len(entries(VOCABULARY["names"]["words_too"])) >= 120
