"""An overlay that a radiologist needs is told from a name, by its form, its place and its neighbours."""

import numpy as np
import pytest

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.cases.known import Known
from phivet.models.burned_in_features import features, form_of
from phivet.models.burned_in_forms import telling
from phivet.models.burned_in_judge import CATEGORIES, Judge, Opinion, shipped
from phivet.models.burned_in_lines import Line
from phivet.models.burned_in_text import line_hits, weighed
from phivet.models.hits import Hit
from phivet.models.notes import Notes
from phivet.models.ocr import Word

NOTES = Notes()


def block(*texts: str, sure: float = 0.95, x: int = 6, y: int = 8) -> list[Line]:
    """Lines of 12 pixels, one below the other, from the corner of a frame of 512 x 512."""
    return [
        Line((Word(text, sure, x, y + 16 * n, x + 8 * len(text), y + 16 * n + 12),)) for n, text in enumerate(texts)
    ]


def opinions(lines: list[Line]) -> list[Opinion]:
    forms = [form_of(line.text) for line in lines]
    hits = [line_hits(line.text, Known(), NOTES) for line in lines]
    return shipped().opinions(features(lines, forms, hits, (512, 512)), forms)


@pytest.mark.parametrize("name", ["JANE DOE", "Dr. A Smith", "MARGARET WHITFIELD", "Robert Hughes", "GARCIA MARIA"])
def test_a_name_without_a_comma_in_a_corner_is_caught(name: str) -> None:
    assert opinions(block(name, "00482913", "12 Mar 2019"))[0].identifies >= 0.3


@pytest.mark.parametrize(
    "texts",
    [
        ["120 kVp", "250 mAs", "W 400 L 40"],
        ["R"],
        ["L", "SUPINE"],
        ["MI 1.2 TIs 0.5", "C5-1", "Gn 62", "DR 70"],
        ["Dist 4.21 cm"],
        ["Not for diagnostic use"],
        ["T2 TSE SAG", "TR 4000 TE 90", "SL 4.0"],
        ["RT KIDNEY LONG"],
        ["75 bpm"],
    ],
)
def test_what_a_radiologist_needs_is_no_identity(texts: list[str]) -> None:
    lines = block(*texts)
    for line, opinion in zip(lines, opinions(lines), strict=True):
        assert opinion.identifies < 0.3 or telling(line.text) is None


def test_what_is_certain_stays_certain_whatever_the_judge_thinks() -> None:
    (line,) = block("DOE^JANE 120 kVp")
    sure = Hit(Category.NAME, 0, 8, 0.97, (Reason.PATTERN,))
    assert weighed(line, [sure], Opinion(0.0, Category.FACILITY)) == [sure]


@pytest.mark.parametrize(
    ("text", "found", "span"),
    [
        ("JANE DOE 120 kVp", (), (0, 8)),
        ("512 DOE^JANE 512", (4, 12), None),
        ("Dr. Hughes, MERCY HOSPITAL", (0, 10), (12, 17)),
        ("LIVER, RT LOBE", (), None),
        ("12:34:56 1.2.840.113619.2.55.3.604688", (), None),
        ("ID E483920", (), (3, 10)),
        ("J0HNSON M1CHAEL", (), (0, 15)),
        ("T2WI DEPTH1 L4-L5 V0LUME", (), None),
    ],
)
def test_only_words_that_might_identify_are_told_of(
    text: str, found: tuple[int, int] | tuple[()], span: object
) -> None:
    hits = [Hit(Category.NAME, *found, 0.9, (Reason.PATTERN,))] if found else []
    assert telling(text, hits) == span


def test_a_sentence_is_left_to_those_who_know_sentences() -> None:
    (line,) = block("Thank you for the kind referral of this lady")
    assert weighed(line, [], Opinion(0.99, Category.CLINICIAN_NAME)) == []


def test_what_was_read_with_doubt_is_no_name_but_something_to_look_at() -> None:
    (line,) = block("KNRM FLURIV", sure=0.4)
    (hit,) = weighed(line, [], Opinion(0.99, Category.NAME))
    assert hit.category is Category.UNREADABLE_TEXT and 0.3 <= hit.score < 0.5


def test_weights_of_another_make_are_refused() -> None:
    with pytest.raises(ValueError, match="another make"):
        Judge({"runs": np.zeros((3, 2), np.float32), "out_bias": np.zeros(1 + len(CATEGORIES), np.float32)})
