"""Hits hold no text, make sense, and do not overlap once resolved."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit, resolve

WHY = (Reason.PATTERN,)


@pytest.mark.parametrize(
    ("start", "end", "score", "reasons"),
    [(2, 2, 0.5, WHY), (-1, 2, 0.5, WHY), (0, 1, 1.5, WHY), (0, 1, float("nan"), WHY), (0, 1, 0.5, ())],
)
def test_a_hit_that_makes_no_sense_is_refused(start: int, end: int, score: float, reasons: tuple[Reason, ...]) -> None:
    with pytest.raises(ValueError):
        Hit(Category.NAME, start, end, score, reasons)


def test_the_surer_hit_wins_and_the_other_keeps_its_rest() -> None:
    text = "12 High Street, Leeds LS6 3QB"
    address = Hit(Category.ADDRESS, 0, len(text), 0.8, WHY)
    code = Hit(Category.POSTCODE, 22, len(text), 0.9, WHY)
    kept = resolve([address, code], text)
    assert [(hit.category, text[hit.start : hit.end]) for hit in kept] == [
        (Category.ADDRESS, "12 High Street, Leeds"),
        (Category.POSTCODE, "LS6 3QB"),
    ]
    assert resolve([address, code], text, rests=False) == [code]


def test_the_longer_wins_among_equally_sure() -> None:
    short, long = Hit(Category.DATE, 3, 8, 0.8, WHY), Hit(Category.PHONE, 0, 9, 0.8, WHY)
    assert resolve([short, long], "021 34567") == [long]


def test_a_rest_of_two_letters_is_dropped() -> None:
    title, name = Hit(Category.CLINICIAN_NAME, 0, 8, 0.9, WHY), Hit(Category.NAME, 3, 8, 0.95, WHY)
    assert resolve([title, name], "Dr Smith") == [name]


HITS = st.builds(
    lambda start, length, score, category: Hit(category, start, min(start + length, 30), score, WHY),
    st.integers(0, 29),
    st.integers(1, 30),
    st.floats(0, 1),
    st.sampled_from(list(Category)),
)


@given(st.lists(HITS, max_size=12))
def test_resolved_hits_lie_apart_and_lose_no_certainty(hits: list[Hit]) -> None:
    text = "abcdefghijklmnopqrstuvwxyz0123"
    kept = resolve(hits, text)
    assert all(first.end <= second.start for first, second in pairwise(kept))
    assert bool(kept) == bool(hits)
    if hits:
        assert max(hit.score for hit in kept) == max(hit.score for hit in hits)
