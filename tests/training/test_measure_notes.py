"""The figures of the rules, and of judges that know everything or nothing."""

import json
import time

import pytest

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.datasets.notes import Label, LabelledNote
from phivet.models.hits import Hit
from phivet.training.bars import missed
from phivet.training.measure_notes import BARS, counted
from phivet.training.measured import Measured

TEXTS = {
    "note": "Mr John Whitfield, DOB 03/04/1951: disc bulge.",
    "planted": "Baker's cyst, seen by John Whitfield, unchanged at L4/5.",
    "clean": "Baker's cyst, 4.1 x 2.2 cm, unchanged.",
    "clean_note": "Whipple's procedure " * 50,
}


def notes(times: int = 6) -> list[LabelledNote]:
    made = []
    for number in range(times):
        for kind, text in TEXTS.items():
            labels = [
                Label(category, text.index(words), text.index(words) + len(words))
                for category, words in ((Category.NAME, "John Whitfield"), (Category.DATE_OF_BIRTH, "03/04/1951"))
                if words in text
            ]
            language = "ar" if number % 2 else "en"
            made.append(LabelledNote(text, tuple(labels), kind, "", f"hand {number}", language))
    return made


def perfect(some: list[LabelledNote], score: float = 1.0) -> list[list[Hit]]:
    return [
        [Hit(label.category, label.start, label.end, score, (Reason.IN_CONTEXT,)) for label in note.labels]
        for note in some
    ]


def everything(some: list[LabelledNote]) -> list[list[Hit]]:
    return [[Hit(Category.NAME, 0, len(note.text), 0.9, (Reason.IN_CONTEXT,))] for note in some]


def value(figures: Measured, name: str) -> float:
    return figures.figures[name].value


def test_who_finds_all_and_nothing_else_meets_every_bar() -> None:
    figures = counted(notes(), perfect(notes()))
    assert list(missed(figures.figures, BARS)) == []
    assert value(figures, "f1/exact/overall") == value(figures, "characters/recall") == 1
    assert value(figures, "notes/alarms") == value(figures, "calibration/error") == 0


def test_who_finds_nothing_has_no_precision_and_misses_the_bars() -> None:
    figures = counted(notes(), [[] for _ in notes()])
    assert value(figures, "recall/any/overall") == 0
    assert "precision/any/overall" not in figures.figures
    assert {"recall/any/overall", "precision/any/overall", "recall/any/name"} <= set(missed(figures.figures, BARS))


def test_who_marks_everything_pays_for_it_in_clean_notes() -> None:
    figures = counted(notes(), everything(notes()))
    assert value(figures, "recall/any/overall") == 1
    assert value(figures, "characters/others") == 1
    assert value(figures, "notes/touched") == value(figures, "passages/touched") == 1
    assert value(figures, "notes/alarms") == pytest.approx(1_000 / len(TEXTS["clean_note"].split()))
    assert value(figures, "precision/any/overall") == 0.5
    assert value(figures, "calibration/error") == pytest.approx(0.4)


def test_sparse_and_arabic_identifiers_have_figures_of_their_own() -> None:
    some = notes()
    found = [hits if note.kind != "planted" and note.language == "en" else [] for note, hits in
             zip(some, perfect(some), strict=True)]  # fmt: skip
    figures = counted(some, found)
    assert value(figures, "sparse/recall") == value(figures, "arabic/recall") == 0
    assert value(figures, "recall/any/overall") == pytest.approx(1 / 3)
    assert figures.figures["sparse/recall"].count == 6


def test_only_hits_from_the_threshold_on_count() -> None:
    assert value(counted(notes(), perfect(notes(), 0.4)), "recall/any/overall") == 0
    assert value(counted(notes(), perfect(notes(), 0.4), threshold=0.3), "recall/any/overall") == 1


def test_every_figure_lies_in_its_interval() -> None:
    some = notes(20)
    found = [hits if number % 3 else [] for number, hits in enumerate(perfect(some))]
    figures = counted(some, found)
    for name, figure in figures.figures.items():
        assert figure.low <= figure.value <= figure.high, name
    recall = figures.figures["recall/any/overall"]
    assert 0 < recall.low < recall.high < 1


def test_a_bar_whose_figure_is_missing_is_missed() -> None:
    assert set(missed({}, BARS)) == {name for name in BARS if "*" not in name}


def test_the_json_holds_no_text_and_no_number_that_json_lacks() -> None:
    text = json.dumps(counted(notes(), [[] for _ in notes()]).as_json(), allow_nan=False)
    assert "Whitfield" not in text and "Baker" not in text


def test_ten_thousand_notes_take_seconds() -> None:
    some = notes(2_500)
    began = time.perf_counter()
    counted(some, perfect(some))
    assert time.perf_counter() - began < 20
