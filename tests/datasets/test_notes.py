"""The synthetic notes: made alike from the same seed, labelled to the letter, and as many as the corpus promises."""

import itertools
import random
import re
import time
from collections.abc import Callable
from functools import cache

import pytest

from phivet.cases.categories import Category
from phivet.datasets.note_banks import FOLDER, Bank, Entry, banks
from phivet.datasets.note_card import sizes
from phivet.datasets.note_names import ARABIC_TITLES, TITLES
from phivet.datasets.note_noise import KINDS, Piece, noisy
from phivet.datasets.note_numbers import PATTERNS, number
from phivet.datasets.note_split import SHARES
from phivet.datasets.note_writer import World, hand_of
from phivet.datasets.notes import LabelledNote, digest, held_out, training, validation

TITLE_WORDS = {
    title.lower().rstrip(".") for table in (TITLES, ARABIC_TITLES) for titles in table.values() for title in titles
}
PEOPLE = (Category.NAME, Category.RELATIVE_NAME, Category.CLINICIAN_NAME)


def dice(seed: int | str) -> random.Random:
    return random.Random(seed)  # noqa: S311


def some(seed: int, count: int = 1500) -> list[LabelledNote]:
    return list(itertools.islice(training(seed), count))


@cache
def every_bank() -> tuple[Bank, ...]:
    return tuple(bank for part in SHARES for bank in banks(part))


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert digest(some(11, 400)) == digest(some(11, 400)) != digest(some(12, 400))


def test_the_fixed_parts_are_the_same_each_time() -> None:
    assert digest(validation()) == digest(validation())
    assert digest(held_out()) == digest(held_out())


@pytest.mark.parametrize("notes", [lambda: some(1), validation, held_out], ids=["training", "validation", "held_out"])
def test_a_label_begins_and_ends_with_what_it_labels(notes: Callable[[], list[LabelledNote]]) -> None:
    for note in notes():
        ends = [0]
        for label in note.labels:
            text = note.text[label.start : label.end]
            assert text
            assert text == text.strip()
            assert label.start >= ends[-1]
            ends.append(label.end)
        assert ends[-1] <= len(note.text)


def test_no_title_stands_before_a_name_inside_its_label() -> None:
    bank = next(bank for bank in banks("training") if bank.language == "en")
    rng = dice(1)
    entry = Entry("Seen by {clinician_name} with {name.title_last}, wife {relative_name.title_last}; {name#2}.")
    for _ in range(500):
        for text, category in World(hand_of(bank, "training"), rng).fill(entry):
            if category in PEOPLE and " " in text:
                assert text.split(" ")[0].lower().rstrip(".") not in TITLE_WORDS


SHAPES = {
    "email": r"\S+@\S+\.\S+",
    "ip_address": r"[\da-f.:]+",
    "age_over_89": r"9\d|10[0-5]|[a-z -]+",
    "record_number": r"[\w\s/.-]*\d[\w\s/.-]*",
    "phone": r"[\d\s()+.-]+",
    "date": r".*\d.*|the \w+ of \w+ \d{4}",
    "postcode": r"[A-Z\d -]+",
    "social_handle": r"(?:@|u/)?[\w.]+",
    "study_date.iso": r"\d{4}([-/.])\d\d\1\d\d",
    "name.caret": r"[^\^]+(?:\^[^\^]+)+",
    "initials": r"(?:[^\W\d_]\.? ?){1,3}",
}


@pytest.mark.parametrize(("slot", "shape"), SHAPES.items())
def test_the_characters_of_a_label_are_what_its_slot_says(slot: str, shape: str) -> None:
    rng = dice(slot)
    for bank in (bank for bank in banks("held_out") if bank.language == "en"):
        hand = hand_of(bank, "held_out")
        for _ in range(30):
            ((_, none), (text, category), *_) = World(hand, rng).fill(Entry(f"x {{{slot}}} y"))
            assert none is None
            assert category == slot.split(".")[0]
            assert re.fullmatch(shape, text), (slot, text)


def test_what_stands_where_an_identifier_was_taken_out_is_none() -> None:
    hand = hand_of(next(banks("training")), "training")
    filled = [World(hand, dice(number)).fill(Entry("by {name} on {date} [[place|Ely]]")) for number in range(300)]
    scrubbed = [pieces for pieces in filled if not any(category for _, category in pieces)]
    assert 3 <= len(scrubbed) <= 40
    assert all("Ely" not in "".join(text for text, _ in pieces) for pieces in scrubbed)


@pytest.mark.parametrize("category", sorted(PATTERNS))
def test_a_number_has_all_its_digits_drawn(category: str) -> None:
    rng = dice(2)
    for country in ("NZ", "US", "IN", "SA", "FR"):
        texts = {number(category, country, rng) for _ in range(50)}
        assert len(texts) > 25
        assert not any("#" in text and "#" not in str(PATTERNS[category]) for text in texts)


def test_a_slot_is_the_same_person_throughout() -> None:
    bank = next(banks("held_out"))
    pieces = World(hand_of(bank, "held_out"), dice(3)).fill(Entry("{name.first}, {name.first} and {name.first#2}"))
    first, second, third = (text for text, category in pieces if category)
    assert first == second != third


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_noise_keeps_labels_in_place(kind: Callable[[str, random.Random], str]) -> None:
    rng = dice(4)
    name = "Aroha Te Kanawa-Smythe"
    for _ in range(50):
        before, inside, after = (kind(text, rng) for text in ("Seen by Dr ", name, ", in clinic\nwell."))
        whole = before + inside + after
        assert whole[len(before) : len(before) + len(inside)] == inside
        letters = re.sub(r"[\W_]", "", inside.lower())
        assert abs(len(letters) - len(re.sub(r"\W", "", name))) <= 3


def test_noise_loses_no_label() -> None:
    pieces: list[Piece] = [("Mr ", None), ("Ioane", Category.NAME), (" on ", None), ("3/4/2021", Category.DATE)]
    rng = dice(5)
    for _ in range(300):
        assert [category for _, category in noisy(pieces, rng) if category] == [Category.NAME, Category.DATE]


def test_half_of_what_is_planted_in_is_medicine_alone() -> None:
    notes = some(6, 3000)
    empty = sum(not note.labels for note in notes)
    assert 0.15 < empty / len(notes) < 0.5


def test_a_note_takes_a_millisecond_or_two() -> None:
    notes = training(9)
    next(notes)
    begun = time.process_time()
    list(itertools.islice(notes, 1000))
    assert time.process_time() - begun < 4


def test_the_corpus_is_as_large_as_promised() -> None:
    every = every_bank()
    assert sum(len(bank.notes) for bank in every) >= 800
    assert sum(len(bank.fragments) for bank in every) >= 2_000
    assert sum(len(bank.clean) for bank in every) >= 6_000
    assert sum(len(bank.clean_notes) for bank in every) >= 300


def test_many_hands_have_written_and_some_are_held_out() -> None:
    """Separate hands, and how many of them are held out."""
    assert len(every_bank()) >= 40
    assert len(list(banks("held_out"))) >= 10


def test_notes_are_of_many_genres() -> None:
    genres = {entry.genre.lower() for bank in every_bank() for entry in (*bank.notes, *bank.clean_notes)}
    assert len(genres) >= 25


def test_every_category_that_text_can_hold_is_labelled() -> None:
    found = {label.category for note in some(8, 6000) for label in note.labels}
    never = {
        Category.BIOMETRIC, Category.FACE, Category.UNIQUENESS, Category.UNREADABLE_TEXT, Category.OTHER,
    }  # fmt: skip
    assert found >= set(Category) - never


def test_the_card_says_the_sizes_that_stand() -> None:
    card = (FOLDER / "CARD.md").read_text("utf-8")
    assert sizes() in card, "run `python -m phivet.datasets.note_card`, and put what it prints into the card"
