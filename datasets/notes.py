"""Synthetic, labelled notes: what hands wrote (`note_banks`), multiplied by code, the same for the same seed.

A hand's texts are in one part only: `training`, `validation` (calibration) or `held_out`. In training, texts are made
without end: notes, fragments in company, forms, clean medicine, and identifiers planted sparsely in clean medicine.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate

from phivet.cases.categories import Category
from phivet.datasets.note_banks import Entry
from phivet.datasets.note_dates import is_clock
from phivet.datasets.note_labels import form
from phivet.datasets.note_noise import Piece, noisy
from phivet.datasets.note_split import Part, written
from phivet.datasets.note_terms import sentence
from phivet.datasets.note_writer import Hand, World, hand_of

KINDS = {"note": 26, "fragment": 20, "form": 8, "twin": 14, "planted": 12, "clean": 11, "clean_note": 9}
"""How often each kind is made for training, of 100."""
TIMES = (Category.DATE, Category.STUDY_DATE)
GAPS = (" ", " ", "\n", "\n", "\n\n", ". ", "  ", "; ")


@dataclass(frozen=True)
class Label:
    """Characters [start, end) identify as `category`."""

    category: Category
    start: int
    end: int


@dataclass(frozen=True)
class LabelledNote:
    """A text with all that identifies in it. `ignored` characters are neither missed nor false alarms."""

    text: str = field(repr=False)
    labels: tuple[Label, ...]
    kind: str
    genre: str
    hand: str
    language: str
    ignored: tuple[tuple[int, int], ...] = ()


def training(seed: int) -> Iterator[LabelledNote]:
    """Notes without end, of all training hands."""
    rng = random.Random(seed)  # noqa: S311 (data are made, nothing is kept secret)
    hands = _hands("training")
    weights = [_weight(hand) for hand in hands]
    while True:
        (hand,) = rng.choices(hands, weights)
        (kind,) = rng.choices(list(KINDS), list(KINDS.values()))
        yield _made(kind, hand, hands, rng)


def validation() -> list[LabelledNote]:
    """All texts of the hands kept for calibration, each filled three times, and planted and clean medicine."""
    return _written("validation", times=3)


def held_out() -> list[LabelledNote]:
    """All texts of the held-out hands, each filled twice with other people, and planted and clean medicine."""
    return _written("held_out", times=2)


def digest(notes: Iterable[LabelledNote]) -> str:
    """Names a version of the data."""
    whole = hashlib.blake2b(digest_size=8)
    for note in notes:
        whole.update(
            repr((note.text, [(label.category.value, label.start, label.end) for label in note.labels])).encode()
        )
    return whole.hexdigest()


@cache
def _hands(part: Part) -> tuple[Hand, ...]:
    return tuple(hand_of(bank, part) for bank in written(part))


def _weight(hand: Hand) -> float:
    """A hand counts by what it wrote, a short one not for nothing; Arabic more, since few write it."""
    bank = hand.bank
    written = (
        len(bank.notes) * 4 + len(bank.fragments) + len(bank.twins) * 2 + len(bank.clean) + len(bank.clean_notes) * 4
    )
    return float(written**0.5) * (2.0 if hand.arabic else 1.0)


def _written(part: Part, times: int) -> list[LabelledNote]:
    notes = []
    for hand in _hands(part):
        bank = hand.bank
        rng = random.Random(f"{part} {bank.name}")  # noqa: S311 (data are made, nothing is kept secret)
        groups = {"note": bank.notes, "fragment": bank.fragments, "twin": tuple(text for text, _ in bank.twins)}
        for kind, entries in groups.items():
            for entry in entries:
                notes += [
                    _labelled(_noisy_at_times(World(hand, rng).fill(entry), rng), kind, entry.genre, hand)
                    for _ in range(times)
                ]
        clean = (*bank.clean, *(text for _, text in bank.twins))
        notes += [_labelled(World(hand, rng).fill(entry), "clean", "", hand) for entry in clean]
        notes += [
            _labelled(World(hand, rng).fill(entry), "clean_note", entry.genre, hand) for entry in bank.clean_notes
        ]
        if not hand.arabic:
            notes += [_planted(hand, rng) for _ in range(40)]
            notes += [_labelled([(sentence(part, rng), None)], "clean", "open vocabulary", hand) for _ in range(40)]
    return notes


def _noisy_at_times(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    return noisy(pieces, rng) if rng.random() < 0.4 else pieces


def _made(kind: str, hand: Hand, hands: Sequence[Hand], rng: random.Random) -> LabelledNote:
    bank, world = hand.bank, World(hand, rng)
    genre = ""
    match kind:
        case "note":
            entry = rng.choice(bank.notes)
            pieces, genre = world.fill(entry), entry.genre
        case "clean_note":
            entry = rng.choice(bank.clean_notes)
            pieces, genre = world.fill(entry), entry.genre
        case "fragment":
            pieces = _together([_some(hand, rng) for _ in range(rng.choice((1, 1, 2, 3, 4, 6)))], rng)
        case "form":
            entry, widely = form(hand, rng)
            pieces = World(widely, rng).fill(entry)
        case "twin":
            text, clean = rng.choice(bank.twins)
            around = [world.fill(rng.choice(bank.clean)) for _ in range(rng.choice((0, 0, 1, 2)))]
            pieces = _together([*around, world.fill(text if rng.random() < 0.65 else clean)], rng, shuffle=True)
        case "planted":
            return _planted(hand, rng)
        case _:
            others = [
                rng.choice(hands) if rng.random() < 0.3 and not hand.arabic else hand
                for _ in range(rng.choice((1, 2, 3, 5, 8)))
            ]
            parts = [
                World(other, rng).fill(rng.choice(other.bank.clean)) for other in others if other.arabic == hand.arabic
            ]
            if not hand.arabic:
                parts += [[(sentence(hand.part, rng), None)] for _ in range(rng.choice((0, 0, 1, 2)))]
            pieces = _together(parts, rng, shuffle=True)
    return _labelled(noisy(pieces, rng), kind, genre, hand)


def _some(hand: Hand, rng: random.Random) -> list[Piece]:
    """A fragment with an identifier, or, one time in four, a clean sentence in its company."""
    bank = hand.bank
    if rng.random() < 0.25:
        entry = rng.choice(bank.clean)
    else:
        (entry,) = rng.choices(bank.fragments, cum_weights=_heights(bank.name))
    return World(hand, rng).fill(entry)


@cache
def _heights(name: str) -> tuple[float, ...]:
    """The weights, summed up, of the fragments of a training bank: what marks a rare category comes more often."""
    marked = {bank.name: [_categories(entry) for entry in bank.fragments] for bank in written("training")}
    count = Counter(category for entries in marked.values() for found in entries for category in found)
    return tuple(accumulate(max(count[category] ** -0.5 for category in found) for found in marked[name]))


def _categories(entry: Entry) -> set[str]:
    names = {piece["slot"] or piece["marked"] for piece in entry.pieces()}
    return names & set(Category)


def _planted(hand: Hand, rng: random.Random) -> LabelledNote:
    """Clean medicine of open vocabularies; into half of it the hand left an identifier or two."""
    parts: list[list[Piece]] = [[(sentence(hand.part, rng), None)] for _ in range(rng.choice((1, 2, 3, 5)))]
    parts = [] if hand.arabic else parts
    parts += [World(hand, rng).fill(rng.choice(hand.bank.clean))]
    kind = "clean"
    if rng.random() < 0.6:
        left = [entry for entry in (*hand.bank.fragments, *(text for text, _ in hand.bank.twins)) if _is_sparse(entry)]
        parts += [World(hand, rng).fill(rng.choice(left)) for _ in range(rng.choice((1, 1, 2)))]
        kind = "planted"
    return _labelled(noisy(_together(parts, rng, shuffle=True), rng), kind, "open vocabulary", hand)


def _is_sparse(entry: Entry) -> bool:
    return sum(not piece["slot"] or piece["slot"] in set(Category) for piece in entry.pieces()) <= 2


def _together(parts: list[list[Piece]], rng: random.Random, *, shuffle: bool = False) -> list[Piece]:
    if shuffle:
        rng.shuffle(parts)
    gap = rng.choice(GAPS)
    pieces: list[Piece] = []
    for number, part in enumerate(parts):
        pieces += [(gap, None), *part] if number else part
    return pieces


def _labelled(pieces: list[Piece], kind: str, genre: str, hand: Hand) -> LabelledNote:
    labels, ignored, at = [], [], 0
    for text, category in pieces:
        stripped = text.strip()
        if category is not None and stripped:
            start = at + text.index(stripped)
            if category in TIMES and is_clock(stripped):
                ignored.append((start, start + len(stripped)))
            else:
                labels.append(Label(category, start, start + len(stripped)))
        at += len(text)
    whole = "".join(text for text, _ in pieces)
    return LabelledNote(whole, tuple(labels), kind, genre, hand.bank.name, hand.bank.language, tuple(ignored))
