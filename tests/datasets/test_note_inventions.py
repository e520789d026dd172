"""What is made up for training: it ends nowhere, is written in the hand's script, and names no held-out place."""

import random
import re

import pytest

from phivet.cases.categories import Category
from phivet.datasets.note_banks import TERMS
from phivet.datasets.note_inventions import INVENTED, SHAPES, arabic, invented, towns
from phivet.datasets.note_labels import LABELS, OTHERS, form
from phivet.datasets.note_split import fold, lot, spoken_for, written
from phivet.datasets.note_writer import Hand, World, hand_of

HANDS = {bank.language: hand_of(bank, "training") for bank in written("training")}


def dice(seed: int = 1) -> random.Random:
    return random.Random(seed)  # noqa: S311


def some(category: Category, hand: Hand, count: int = 300) -> list[str]:
    rng = dice()
    return [made for _ in range(count) if (made := invented(category, hand.names, hand.places.towns, rng))]


@pytest.mark.parametrize("category", INVENTED)
def test_hardly_two_are_the_same(category: Category) -> None:
    made = some(category, HANDS["en"])
    assert len(set(made)) > 0.8 * len(made) > 200


@pytest.mark.parametrize("category", INVENTED)
def test_nothing_is_left_unfilled(category: Category) -> None:
    for hand in HANDS.values():
        assert not [text for text in some(category, hand) if re.search(r"[{}|]|\s\s|^\s|\s$", text)]


@pytest.mark.parametrize("category", [each for each in INVENTED if each is not Category.ADDRESS])
def test_an_arabic_hand_gets_arabic(category: Category) -> None:
    made = some(category, HANDS["ar"])
    assert made
    assert all(any("\u0600" <= char <= "\u06ff" for char in text) for text in made)


def test_ordinals_are_those_of_their_numbers() -> None:
    said = " ".join(some(Category.EVENT, HANDS["en"], 2000) + some(Category.ORGANISATION, HANDS["en"], 2000))
    found = set(re.findall(r"\b\d+(?:st|nd|rd|th)\b", said))
    assert found
    assert all(re.fullmatch(r"\d*(?:1\dth|(?<!1)(?:1st|2nd|3rd)|[04-9]th)|[123](?:st|nd|rd)", each) for each in found)


def test_no_held_out_town_or_name_is_among_them() -> None:
    held = spoken_for("training")
    for names in (towns(), *(arabic(key) for key in ("towns", "first", "family"))):
        assert len(names) > 60
        assert all(lot(name) == "training" and fold(name) not in held for name in names)


def test_every_script_has_shapes_for_what_it_invents() -> None:
    assert {each for each in INVENTED if each is not Category.PLACE} <= set(SHAPES["latin"])


def test_every_label_stands_before_a_category_that_can_be_filled() -> None:
    for language, labels in LABELS.items():
        assert set(labels) <= {"clean", *Category}, language
        assert "clean" in labels
        assert not set(labels) & (TERMS - {"clean"})
    assert len(OTHERS) >= 10


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_form_is_filled_and_its_values_are_labelled(language: str) -> None:
    rng = dice()
    labelled = 0
    for _ in range(200):
        entry, hand = form(HANDS[language], rng)
        pieces = World(hand, rng).fill(entry)
        assert "{" not in "".join(text for text, _ in pieces)
        labelled += any(category for _, category in pieces)
    assert labelled > 150
