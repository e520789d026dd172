"""Medicine of open vocabularies: as broad as promised, varied, the same for the same seed, and without open slots."""

import random
import re
from collections import Counter

import pytest

from phivet.datasets.note_banks import TERMS
from phivet.datasets.note_split import SHARES, Part
from phivet.datasets.note_terms import DRAWN_ON, MADE, OPEN, SHARED, filled, sentence, term, vocabulary
from phivet.datasets.note_vocabulary import VOCABULARY, entries

LEAST = {
    "eponym": 600,
    "score": 150,
    "trial": 120,
    "device": 200,
    "anatomy": 250,
    "procedure": 200,
    "organism": 120,
    "sign": 120,
    "endemic": 60,
    "harmless": 60,
    "sequence": 60,
    "journal": 80,
    "source": 30,
}
PARTS = tuple(SHARES)


def dice(seed: int | str) -> random.Random:
    return random.Random(seed)  # noqa: S311


def made(part: Part, seed: int, count: int = 400) -> list[str]:
    rng = dice(seed)
    return [sentence(part, rng) for _ in range(count)]


@pytest.mark.parametrize(("name", "least"), LEAST.items())
def test_a_list_is_as_long_as_promised_and_says_nothing_twice(name: str, least: int) -> None:
    listed = entries(OPEN.get(name) or str(SHARED[name]))
    assert len(listed) >= least
    assert len({entry.lower() for entry in listed}) >= 0.99 * len(listed)


def test_what_others_publish_is_read_whole() -> None:
    sizes = {name: sum(len(vocabulary(name, part)) for part in SHARES) for name in DRAWN_ON}
    assert sizes["disease"] > 20_000
    assert sizes["finding"] > 15_000
    assert sizes["definition"] > 10_000
    assert sizes["drug"] > 8_000
    assert sizes["gene"] > 4_000
    assert sizes["icd"] > 9_000


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", sorted(TERMS))
def test_every_term_slot_of_the_banks_is_filled_in_every_part(name: str, part: Part) -> None:
    rng = dice(name)
    found = {term(name, part, rng) for _ in range(60)}
    assert len(found) >= 8
    assert not any(re.search(r"[{}]", text) for text in found if name != "definition")
    assert all(text.strip() for text in found)


@pytest.mark.parametrize("part", PARTS)
def test_the_same_seed_gives_the_same_passages(part: Part) -> None:
    assert made(part, 3) == made(part, 3) != made(part, 4)


@pytest.mark.parametrize("part", PARTS)
def test_no_slot_is_left_open(part: Part) -> None:
    assert not [text for text in made(part, 1, 2000) if re.search(r"\{[~\w|.-]+\}", text)]


def test_passages_seldom_repeat() -> None:
    texts = made("training", 2, 3000)
    assert len(set(texts)) > 2900


def test_every_vocabulary_is_used_by_a_passage() -> None:
    lists = [*VOCABULARY["passages"].values(), *(each for each in SHARED.values() if isinstance(each, list))]
    slots = {
        slot.lstrip("~").lower() for texts in lists for text in texts for slot in re.findall(r"\{([^{}]+)\}", text)
    }
    assert {*OPEN, *DRAWN_ON} <= slots
    named = {slot for slot in slots if re.fullmatch(r"[a-z]+", slot)}
    assert named <= {*OPEN, *SHARED, *DRAWN_ON, *MADE}


def test_the_kinds_of_passage_come_as_often_as_weighed() -> None:
    assert set(VOCABULARY["weights"]) == set(VOCABULARY["passages"])
    assert sum(VOCABULARY["weights"].values()) == 100


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("{3-5} mm", r"[345] mm"),
        ("{0.5-0.9}", r"0\.[5-9]"),
        ("0.{04-09}", r"0\.0[4-9]"),
        ("{-20--10} HU", r"-(1\d|20) HU"),
        ("{left|right}", r"left|right"),
        ("x{a|}", r"xa?"),
        ("{SEQUENCE}", r"[^a-z]+"),
        ("{Organism}", r"[A-Z].+"),
        ("G{1-6}P{0-4}", r"G[1-6]P[0-4]"),
    ],
)
def test_a_slot_is_filled_as_the_file_says(text: str, pattern: str) -> None:
    rng = dice(5)
    for _ in range(30):
        assert re.fullmatch(pattern, filled(text, "training", rng)), text


def test_an_eponym_comes_with_and_without_its_possessive() -> None:
    rng = dice(1)
    forms = Counter(re.sub(r".*?(['’]s|s)? .*", r"\1", term("eponym", "training", rng)) for _ in range(3000))
    assert min(forms["'s"], forms["’s"], forms["s"], forms[""]) > 20


def test_what_resembles_an_identifier_is_in_the_passages() -> None:
    text = "\n".join(made("training", 7, 6000)).lower()
    listed = [entry.lower() for entry in vocabulary("harmless", "training") if "{" not in entry]
    assert sum(entry in text for entry in listed) > 0.9 * len(listed)


def test_teaching_files_are_spoken_as_teaching_files_are() -> None:
    text = "\n".join(made("training", 8, 6000))
    for shape in (
        r"\d{3}/\d\.\d/\d+/\d+/\d+",  # a fishbone
        r">\d+\.\d/",
        r"G\dP\d",
        r"\d+\+\d/40|\d+w\dd",
        r"pT\d",
        r"MBq|mCi",
        r"BP \d+/\d+",
        r"[ABC]\. \S.*\n[ABCD]\. ",
        r"Fig(?:ure|\.)? \d|Fig\. \d",
        r"\n\|.*\|\n|\n\+--|\n\d,|\t",
        r"PMID|doi",
        r"hospital day|HD#?\d|POD",
        r"\d+ ?yo ",
        r"[A-Z]\d\d\.\d",
        r"SUVmax",
        r"(?i)ddx",
    ):
        assert re.search(shape, text), shape
