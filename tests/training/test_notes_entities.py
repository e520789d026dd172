"""What counts as found, as right, as a false alarm."""

import random

import numpy as np
import pytest
from nervaluate import Evaluator

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.datasets.notes import Label, LabelledNote
from phivet.models.hits import Hit
from phivet.training.notes_entities import CATEGORIES, Tally, tally

NAME, DATE, PLACE = Category.NAME, Category.DATE, Category.PLACE
TEXT = "Seen by Jane Doe on 3 May in Taupo"


def note(*spans: tuple[Category, str], text: str = TEXT, ignored: str = "") -> LabelledNote:
    labels = tuple(Label(kind, text.index(words), text.index(words) + len(words)) for kind, words in spans)
    skipped = ((text.index(ignored), text.index(ignored) + len(ignored)),) if ignored else ()
    return LabelledNote(text, labels, "note" if labels else "clean_note", "", "hand", "en", skipped)


def hit(kind: Category, words: str, score: float = 0.9, text: str = TEXT) -> Hit:
    start = text.index(words)
    return Hit(kind, start, start + len(words), score, (Reason.IN_CONTEXT,))


def counted(one: LabelledNote, *hits: Hit, threshold: float = 0.5, **how: object) -> Tally:
    return tally([one], [list(hits)], threshold, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "words", "exact", "same", "any_"),
    [
        (NAME, "Jane Doe", 1, 1, 1),
        (NAME, "Jane", 0, 1, 1),
        (NAME, "by Jane Doe on", 0, 1, 1),
        (PLACE, "Jane Doe", 0, 0, 1),
        (NAME, "by ", 0, 0, 0),
        (NAME, "Taupo", 0, 0, 0),
    ],
)
def test_a_name_is_found_in_three_senses(kind: Category, words: str, exact: int, same: int, any_: int) -> None:
    counts = counted(note((NAME, "Jane Doe")), hit(kind, words))
    assert counts.found[0].sum(axis=1).tolist() == [exact, same, any_]
    assert counts.right[0].sum(axis=1).tolist() == [exact, same, any_]
    assert counts.alarms[0] == 1 - any_


def test_a_space_in_common_is_nothing_in_common() -> None:
    counts = counted(note((NAME, "Jane Doe")), hit(NAME, "by "))
    assert counts.found.sum() == 0
    text = "Jane \tDoe"
    touching = LabelledNote(text, (Label(NAME, 0, 6),), "note", "", "hand", "en")
    assert counted(touching, Hit(NAME, 4, 9, 0.9, (Reason.IN_CONTEXT,))).found.sum() == 0


def test_a_hit_under_the_threshold_does_not_count_but_its_score_is_kept() -> None:
    counts = counted(note((NAME, "Jane Doe")), hit(NAME, "Jane Doe", 0.4))
    assert counts.hits.sum() == counts.found.sum() == 0
    assert counts.scored == ((0, 0.4, True),)


def test_one_hit_over_two_labels_finds_both() -> None:
    counts = counted(note((NAME, "Jane Doe"), (DATE, "3 May")), hit(NAME, "Jane Doe on 3 May"))
    assert counts.found[0, -1].sum() == 2
    assert counts.right[0, -1].sum() == counts.hits.sum() == 1


def test_a_hit_on_ignored_characters_is_neither_right_nor_a_false_alarm() -> None:
    counts = counted(note((NAME, "Jane Doe"), ignored="Taupo"), hit(PLACE, "in Taupo"))
    assert counts.hits.sum() == counts.alarms.sum() == counts.letters[0, 3] == 0
    assert counts.scored == ()


def test_a_hit_that_is_mostly_elsewhere_is_not_excused_by_ignored_characters() -> None:
    assert counted(note(ignored="Taupo"), hit(NAME, "Jane Doe on 3 May in Taupo")).alarms.sum() == 1


def test_a_judgement_on_the_whole_note_finds_no_name_and_is_no_false_alarm() -> None:
    counts = counted(note((NAME, "Jane Doe")), hit(Category.UNIQUENESS, "Jane Doe"), hit(Category.UNIQUENESS, "Taupo"))
    assert counts.found.sum() == counts.alarms.sum() == counts.hits.sum() == 0


def test_coarser_labels_of_others_are_satisfied_by_ours() -> None:
    one = note((NAME, "Jane Doe"))
    alike = {NAME: frozenset({Category.CLINICIAN_NAME})}
    assert counted(one, hit(Category.CLINICIAN_NAME, "Jane Doe"), alike=alike).found[0].sum(axis=1).tolist() == [
        1,
        1,
        1,
    ]
    assert counted(one, hit(PLACE, "Jane Doe"), alike=alike).found[0].sum(axis=1).tolist() == [0, 0, 1]


def test_visible_characters_are_counted_and_spaces_are_not() -> None:
    counts = counted(note((NAME, "Jane Doe")), hit(NAME, "Jane"), hit(PLACE, "in Taupo"))
    assert counts.letters[0].tolist() == [7, 4, len(TEXT.replace(" ", "")) - 7, 7]


def test_the_confusion_has_what_was_missed_and_what_was_made_up() -> None:
    counts = counted(note((NAME, "Jane Doe"), (DATE, "3 May")), hit(PLACE, "Jane"), hit(PLACE, "Taupo"))
    name, date, place = (CATEGORIES.index(kind) for kind in (NAME, DATE, PLACE))
    assert counts.confusion[name, place] == counts.confusion[date, -1] == counts.confusion[-1, place] == 1
    assert counts.confusion.sum() == 3


@pytest.mark.parametrize("text", ["", "\ud800 Jane", "مريم", "\u3000", "😀 Jane Doe"])
def test_any_text_can_be_counted(text: str) -> None:
    one = LabelledNote(text, (Label(NAME, 0, len(text)),) if text.strip() else (), "note", "", "hand", "en")
    assert counted(one).labels.sum() == len(one.labels)


def test_the_counts_are_those_of_nervaluate_where_each_hit_meets_one_label() -> None:
    rng = random.Random(3)  # noqa: S311
    text = "x" * 2_000
    labels = [Label(rng.choice((NAME, DATE, PLACE)), 40 * n + 10, 40 * n + 20) for n in range(40) if rng.random() < 0.8]
    spans = [(40 * n + 10 + rng.choice((0, 0, -3)), 40 * n + 20 + rng.choice((0, 2))) for n in range(40)]
    kinds = rng.choices((NAME, DATE, PLACE), k=40)
    made = [Hit(kind, *span, 0.9, (Reason.IN_CONTEXT,)) for kind, span in zip(kinds, spans, strict=True)]
    hits = [one for one in made if rng.random() < 0.8]
    theirs = Evaluator(
        [[{"label": one.category.value, "start": one.start, "end": one.end - 1} for one in labels]],
        [[{"label": one.category.value, "start": one.start, "end": one.end - 1} for one in hits]],
        tags=[NAME.value, DATE.value, PLACE.value],
    ).evaluate()["overall"]
    ours = tally([LabelledNote(text, tuple(labels), "note", "", "hand", "en")], [hits], 0.5)
    exact, same, any_ = ours.found[0].sum(axis=1)
    assert (exact, same) == (theirs["strict"].correct, theirs["ent_type"].correct)
    assert any_ == theirs["partial"].correct + theirs["partial"].partial
    assert ours.alarms[0] == theirs["partial"].spurious
    assert np.array_equal(ours.found.sum(axis=(0, 2)), ours.right.sum(axis=(0, 2)))
