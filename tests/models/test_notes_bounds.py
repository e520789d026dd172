"""Where a hit begins and ends when the tagger and a rule found the same words."""

import numpy as np
import pytest

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit, resolve
from phivet.models.notes_bounds import closed, identifies, joined, trimmed, untitled
from phivet.models.notes_windows import Words

TEXT = "Dr Ann Lee and stooled since night"
WORDS = [(0, 2), (3, 6), (7, 10), (11, 14), (15, 22), (23, 28), (29, 34)]


def words() -> Words:
    return Words(np.array(WORDS, np.int32), *(np.zeros(len(WORDS), np.int32) for _ in range(2)), np.zeros(7, np.int8))


def inside(*probabilities: float) -> np.ndarray:
    return np.array(probabilities, np.float32)


KNOWS = inside(0.0, 0.99, 0.99, 0.01, 0.0, 0.0, 0.0)


def hit(
    start: int, end: int, *reasons: Reason, category: Category = Category.CLINICIAN_NAME, score: float = 0.9
) -> Hit:
    return Hit(category, start, end, score, reasons or (Reason.CUE,))


def test_a_rule_that_reads_on_too_far_stops_where_the_tagger_knows_better() -> None:
    kept = trimmed(hit(0, 22), words(), KNOWS)
    assert TEXT[kept.start : kept.end] == "Ann Lee"


def test_a_rule_that_the_tagger_does_not_know_keeps_its_words() -> None:
    assert trimmed(hit(0, 22), words(), inside(*[0.01] * 7)) == hit(0, 22)


@pytest.mark.parametrize("reason", [Reason.CHECK_DIGIT, Reason.KNOWN_VALUE])
def test_what_is_certain_keeps_its_bounds(reason: Reason) -> None:
    sure = hit(0, 22, reason)
    assert trimmed(sure, words(), KNOWS) == sure


def test_tagger_and_rule_that_found_one_name_are_one() -> None:
    (one,) = joined([hit(0, 6), hit(3, 10, Reason.IN_CONTEXT, category=Category.NAME, score=0.97)])
    assert (one.category, one.start, one.end, one.score) == (Category.CLINICIAN_NAME, 0, 10, 0.97)
    assert set(one.reasons) == {Reason.CUE, Reason.IN_CONTEXT}


def test_a_form_alone_does_not_say_what_a_date_is_the_date_of() -> None:
    by_form = hit(0, 6, Reason.PATTERN, category=Category.DATE)
    (one,) = joined([by_form, hit(0, 10, Reason.IN_CONTEXT, category=Category.DATE_OF_BIRTH)])
    assert one.category is Category.DATE_OF_BIRTH


def test_different_things_and_two_rules_stay_apart() -> None:
    apart = [hit(0, 6), hit(3, 10, Reason.IN_CONTEXT, category=Category.PHONE)]
    assert sorted(joined(apart), key=lambda each: each.start) == apart
    two = [hit(0, 6), hit(7, 10), hit(0, 10, Reason.IN_CONTEXT)]
    assert len(joined(two)) == 3


def test_what_sticks_out_of_a_surer_hit_must_identify_by_itself() -> None:
    sure, long = hit(3, 10, score=0.99), hit(3, 34, score=0.9)
    assert resolve([sure, long], TEXT, worth=lambda start, end: identifies(words(), KNOWS, start, end)) == [sure]
    assert len(resolve([sure, long], TEXT)) == 2


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("his wife's funeral at", "his wife's funeral"),
        ("Ann Lee, and the", "Ann Lee"),
        ("the", "the"),
        ("J. P.", "J. P."),
    ],
)
def test_what_only_leads_on_ends_no_hit(text: str, kept: str) -> None:
    assert text[: closed(text, 0, len(text))] == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [("Dr. Ann Lee", "Ann Lee"), ("Prof Dr Lee", "Lee"), ("الدكتورة ليلى", "ليلى"), ("Drew", "Drew"), ("Dr.", "Dr.")],
)
def test_a_title_is_nobodys(text: str, kept: str) -> None:
    found = untitled(hit(0, len(text)), text)
    assert text[found.start : found.end] == kept
