"""Words in the pixels are judged by what the case gives away, by the notes' rules and by their form."""

from collections.abc import Sequence

import numpy as np
import pytest

from phivet.cases.categories import Category
from phivet.cases.coverage import Coverage, Skipped, Unread, Why
from phivet.cases.errors import UnreadableError
from phivet.cases.findings import Finding, Reason
from phivet.cases.known import Known, KnownValue
from phivet.cases.parts import Frames, View
from phivet.cases.places import Box
from phivet.models.burned_in_lines import lines
from phivet.models.burned_in_map import TextBox
from phivet.models.burned_in_text import BurnedInText
from phivet.models.notes import Notes
from phivet.models.ocr import Word


def written(*texts: str, confidence: float = 0.9) -> list[Word]:
    """Words in one line, 10 pixels a letter, from (100, 20)."""
    words, x = [], 100
    for text in texts:
        words.append(Word(text, confidence, x, 20, x + 10 * len(text), 40))
        x += 10 * len(text) + 8
    return words


def found(words: Sequence[Word], known: Known | None = None, upright: int = 1) -> list[Finding]:
    noise = np.random.default_rng(0).integers(0, 255, (300, 600), np.uint8)
    frames = Frames("file-1", 1, "CT", lambda _: noise, lambda _: noise, upright=upright)
    boxes = [TextBox(word.x0, word.y0, word.x1, word.y1, 1.0) for word in words]
    looking = BurnedInText(Notes(), lambda view: boxes, lambda crops: [(w.text, w.confidence) for w in words])
    return looking.detect(frames, Known().adding(known.values if known else ()))


@pytest.mark.parametrize(
    ("words", "category"),
    [
        (["ZZZDOWNTIME,MARY"], Category.NAME),
        (["DOE^JANE"], Category.NAME),
        (["WHITFIELD MARGARET [F]", "01.09.2012"], Category.NAME),
        (["BAPTIST MED CTR"], Category.FACILITY),
        (["CCHS CLEVELAND CLINIC"], Category.FACILITY),
        (["DOB:", "08/29/1951"], Category.DATE_OF_BIRTH),
        (["MRN:", "00482913"], Category.RECORD_NUMBER),
        (["00079241539"], Category.RECORD_NUMBER),
        (["HEAD, RICHARD"], Category.NAME),
        (["LONG^PETER"], Category.NAME),
        (["RAO, ANIL"], Category.NAME),
        (["PHILIPS, JOHN"], Category.NAME),
        (["GU^WEI"], Category.NAME),
        (["KING MARTIN [M]"], Category.NAME),
        (["SMITH, IRIS"], Category.NAME),
    ],
)
def test_what_scanners_write_over_pictures_is_found(words: list[str], category: Category) -> None:
    assert category in [finding.category for finding in found(written(*words))]


@pytest.mark.parametrize(
    "words",
    [
        ["TIS: 0.5", "MI: 1.4"],
        ["H4.00 MHz"],
        ["120 kVp", "250 mAs"],
        ["W:", "400", "L:", "40"],
        ["SUPINE"],
        ["LIVER, RT LOBE"],
        ["IM: 12/120"],
        ["512x512"],
        ["2D-100%"],
        ["T2 TSE SAG"],
        ["75 bpm"],
        ["NOT FOR DIAGNOSTIC USE"],
        ["NOT FOR DIAGNOSIS, REVIEW ONLY"],
        ["CHEST,PA"],
        ["SKULL, LAT"],
        ["RAO, LAO"],
        ["LCA, RCA"],
        ["FEMUR,LAT"],
        ["GALLBLADDER, SAG"],
        ["ARTERIAL, PORTAL"],
        ["WINDOW, LEVEL"],
        ["SPIN ECHO, TR 500"],
        ["REST, STRESS"],
        ["RCC, LCC"],
        ["HEAD^ROUTINE"],
        ["T2^TSE^SAG"],
        ["AX^T1"],
        ["AXIAL HEAD [F]"],
        ["HEAD FIRST [M]"],
        ["GE MEDICAL SYSTEMS"],
        ["PHILIPS HEALTHCARE"],
        ["120 KV, 80 MA"],
        ["IM 1234567"],
        ["FRAME: 1234567"],
        ["12:34:56"],
        ["1.2.840.113619.2.55.3.604688"],
    ],
)
def test_what_a_radiologist_needs_is_left_alone(words: list[str]) -> None:
    assert found(written(*words)) == []


def test_a_hospital_without_a_name_is_no_reason_to_block() -> None:
    named, unnamed = (found(written(text))[0].score for text in ("MERCY HOSPITAL", "HOSPITAL"))
    assert named > 0.8
    assert unnamed <= 0.5


def test_a_value_of_the_header_is_recognised_though_the_reader_errs() -> None:
    known = Known().adding(
        [KnownValue(Category.NAME, "WHITFIELD^MARGARET"), KnownValue(Category.RECORD_NUMBER, "ZX4471902")]
    )
    names = found(written("WH1TFIELD", "MARGARFT"), known)
    assert {(f.category, Reason.KNOWN_VALUE in f.reasons) for f in names} == {(Category.NAME, True)}
    assert Category.RECORD_NUMBER in [f.category for f in found(written("ZX44719O2"), known)]


def test_a_name_that_the_scanner_cut_off_is_recognised() -> None:
    known = Known().adding(
        [KnownValue(Category.NAME, "ZZZ^PATIENTFIVE"), KnownValue(Category.FACILITY, "CLEVELAND CLINIC")]
    )
    assert [f.category for f in found(written("PATIENTFI"), known)] == [Category.NAME]
    assert [f.category for f in found(written("CLEVELAL"), known)] == [
        Category.FACILITY
    ]  # the last letter is half an N
    assert found(written("PATIENT"), known) == []


def test_a_finding_lies_around_its_own_words_alone() -> None:
    (finding,) = [f for f in found(written("512", "DOE^JANE", "512")) if f.category is Category.NAME]
    assert finding.place == Box("file-1", 138, 20, 218, 40, frame=0)
    assert Reason.BURNED_IN in finding.reasons


def test_a_finding_inside_a_long_line_lies_around_its_own_letters() -> None:
    line = Word("WHITFIELD MARGARET [F] 01.09.2012", 0.9, 0, 0, 330, 20)
    places = {f.category: f.place for f in found([line])}
    assert places[Category.NAME] == Box("file-1", 0, 0, 190, 20, frame=0)
    assert places[Category.STUDY_DATE] == Box("file-1", 220, 0, 330, 20, frame=0)


def test_boxes_of_a_picture_that_is_stored_sideways_lie_in_the_stored_pixels() -> None:
    (finding,) = found([Word("DOE^JANE", 0.9, 0, 0, 80, 20)], upright=6)
    assert finding.place == Box("file-1", 0, 220, 20, 300, frame=0)  # 6: turned by 90 degrees, H is 300


def test_text_that_the_reader_only_guessed_is_reported_as_unreadable() -> None:
    assert [f.category for f in found(written("J4xx0l llE", confidence=0.1))] == [Category.UNREADABLE_TEXT]
    assert [f.category for f in found([Word("", 0, 10, 10, 90, 22)])] == [Category.UNREADABLE_TEXT]
    assert found(written("A7", confidence=0.1)) == []


def test_where_the_reader_is_sure_that_nothing_is_written_there_is_nothing() -> None:
    assert found([Word("", 0.999, 10, 10, 90, 22)]) == []


def test_words_far_apart_or_on_other_lines_are_not_one_line() -> None:
    words = [
        Word("DOE", 1, 0, 0, 30, 20),
        Word("JANE", 1, 40, 2, 80, 21),
        Word("R", 1, 500, 0, 510, 20),
        Word("CT", 1, 0, 40, 20, 60),
    ]
    assert [line.text for line in lines(words)] == ["DOE JANE", "R", "CT"]


def test_frames_that_repeat_or_are_blank_are_read_once_and_listed_as_skipped() -> None:
    rng = np.random.default_rng(1)
    pictures: list[View] = [rng.integers(0, 255, (20, 20), np.uint8) for _ in range(2)]
    order = [0, 0, 1, 0, 1]
    coverage = Coverage()

    def view(index: int) -> View:
        if index == 5:
            raise UnreadableError(Unread.CORRUPT)
        return np.zeros((20, 20), np.uint8) if index == 6 else pictures[order[index]]

    frames = Frames("file-1", 7, "US", view, view, coverage=coverage)
    looked = []
    BurnedInText(Notes(), lambda view: looked.append(1) or []).detect(frames, Known())  # type: ignore[func-returns-value]
    assert len(looked) == 2
    assert coverage.skipped == [Skipped("file-1", "1,3-4", Why.IDENTICAL), Skipped("file-1", "6", Why.BLANK)]
    assert [(e.reason, e.frames) for e in coverage.not_scanned] == [(Unread.CORRUPT, "5")]
    assert coverage.scanned["frames"] == 6
