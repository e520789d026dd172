import io
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from rich.console import Console

from phivet.cases.categories import Category
from phivet.cases.coverage import Claim, ClaimKind, NotScanned, Skipped, Unread, Why
from phivet.cases.findings import Finding, Reason
from phivet.cases.places import Box, Element, Place, Region, Span, Whole
from phivet.cases.report import Action, Decision, Judged, Report
from phivet.serving import words
from phivet.serving.lines import lines
from phivet.serving.terminal import show

BLOCK, REVIEW, ALLOW = Action.BLOCK, Action.REVIEW, Action.ALLOW
SLICES = [f"file-{n}" for n in range(1, 301)]


def found(category: Category, place: Place, action: Action = BLOCK, score: float = 0.9) -> Judged:
    return Judged("id", Finding(category, place, score, "headers", (Reason.HEADER_VALUE,)), action)


def report(*findings: Judged, decision: Decision = Decision.BLOCK, **given: Any) -> Report:
    fields: dict[str, Any] = {
        "case_id": "case-1",
        "policy": "hipaa-safe-harbor",
        "policy_version": "1",
        "decision": decision,
        "risk": 0.999,
        "risk_by_category": {},
        "findings": findings,
        "claims": (),
        "scanned": {"headers": 1},
        "skipped": (),
        "not_scanned": (),
        "models": {"headers": "1.0.0"},
        "seconds": 1.84,
    }
    return Report(**(fields | given))


def shown(*reports: Report, paths: Mapping[str, str] | None = None, encoding: str = "utf-8", **console: Any) -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, errors="strict")
    show([(each, paths or {}) for each in reports], Console(file=file, width=80, **console))
    file.flush()
    return raw.getvalue().decode(encoding)


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_the_decision_stands_there_as_a_word_with_the_risk_and_the_reason() -> None:
    text = shown(report(found(Category.NAME, Element("file-1", "(0010,0010)")), risk=0.97))
    assert "BLOCK   case-1  risk 0.97" in text
    assert "Blocks: name (headers)" in text
    assert "PatientName (0010,0010)" in text
    assert "1 header in 1.8 s · policy hipaa-safe-harbor 1 · headers 1.0.0" in text


def test_three_hundred_slices_make_one_line() -> None:
    findings = [found(Category.NAME, Element(source, "(0010,0010)")) for source in SLICES]
    text = shown(report(*findings), paths={source: f"{source}.dcm" for source in SLICES})
    assert text.count("PatientName") == 1
    assert "in file-1 … file-300 (300 files)" in squeezed(text)


def test_two_hundred_items_of_a_structured_report_make_one_line() -> None:
    findings = [found(Category.NAME, Element("file-1", f"(0040,A730)[{n}].(0040,A160)")) for n in range(200)]
    assert [line.position() for line in lines(findings)] == ["TextValue (0040,A730)[…].(0040,A160)"]


def test_the_same_words_on_many_frames_make_one_line_though_the_boxes_waver() -> None:
    boxes = [Box("file-1", 12 + n % 2, 8, 310, 30 + n % 3, frame=n) for n in range(120)]
    assert [line.position() for line in lines(found(Category.NAME, box) for box in boxes)] == [
        "frames 0-119, about x 12–310, y 8–30"
    ]


def test_two_words_on_one_frame_are_two_lines_however_close() -> None:
    boxes = [Box("file-1", 10, 10, 50, 20), Box("file-1", 11, 10, 50, 20)]
    assert len(lines(found(Category.NAME, box) for box in boxes)) == 2


@pytest.mark.parametrize(
    ("place", "position"),
    [
        (Element("file-1", "(0010,0010)"), "PatientName (0010,0010)"),
        (Element("file-1", "(0019,1001)"), "private (0019,1001)"),
        (Element("file-1", "preamble"), "preamble"),
        (Element("file-1", "exif.Artist"), "exif.Artist"),
        (Element("file-1", "name"), "file name"),
        (Box("file-1", 1, 2, 3, 4, frame=7), "frame 7, x 1–3, y 2–4"),
        (Box("file-1", 1, 2, 3, 4, frame=None, page=0), "page 0, x 1–3, y 2–4"),
        (Span("file-1", 12, 22), "characters 12–22"),
        (Span("file-1", 12, 22, page=3), "characters 12–22 of page 3"),
        (Region(("file-1", "file-2"), 0, 3, 0, 0, 40, 9, 9), "series 0, slices 3-39"),
        (Whole("file-1"), "all of it"),
    ],
)
def test_every_kind_of_place_is_said_in_words(place: Place, position: str) -> None:
    assert lines([found(Category.OTHER, place)])[0].position() == position


def test_dates_in_many_attributes_of_one_file_share_a_row() -> None:
    tags = ["0008,0012", "0008,0020", "0008,0021", "0008,0022", "0008,0023"] * 3
    dates = [found(Category.DATE, Element("file-1", f"({tag})")) for tag in tags]
    text = squeezed(shown(report(*dates)))
    assert text.count("block date") == 1
    assert "headers: InstanceCreationDate (0008,0012); StudyDate (0008,0020)" in text
    many = [found(Category.DATE, Element("file-1", f"(0009,10{n:02X})")) for n in range(1, 21)]
    assert "; and 12 more" in squeezed(shown(report(*many)))


def test_the_worst_comes_first() -> None:
    element = Element("file-1", "(0010,0010)")
    mixed = [
        found(Category.STUDY_KEY, element, ALLOW, 1.0),
        found(Category.DATE, element, REVIEW, 0.9),
        found(Category.NAME, element, BLOCK, 0.8),
        found(Category.FACE, element, BLOCK, 0.95),
    ]
    assert [line.category for line in lines(mixed)] == [
        Category.FACE,
        Category.NAME,
        Category.DATE,
        Category.STUDY_KEY,
    ]


@pytest.mark.parametrize("reason", Unread)
def test_what_was_not_scanned_is_said_with_what_to_do_about_it(reason: Unread) -> None:
    text = shown(
        report(decision=Decision.REVIEW, not_scanned=(NotScanned("file-1", reason),)),
        paths={"file-1": "sent/scan.xyz"},
    )
    why, remedy = words.UNREAD[reason]
    assert f"file-1 scan.xyz: {why}." in squeezed(text)
    assert remedy[1:] in squeezed(text)
    assert "Not all of it could be looked at: 1 file" in text


def test_frames_that_could_not_be_decoded_or_needed_no_look_are_named() -> None:
    text = squeezed(
        shown(
            report(
                not_scanned=(NotScanned("file-1", Unread.CODEC, "3"),),
                skipped=(Skipped("file-1", "4-119", Why.IDENTICAL),),
            )
        )
    )
    assert "file-1, frame 3: no decoder here reads this compression" in text
    assert "file-1, frames 4-119: every pixel equals" in text


def test_a_claim_is_reported_when_it_is_contradicted() -> None:
    claims = [Claim("file-1", kind, kind is ClaimKind.PATIENT_IDENTITY_REMOVED) for kind in ClaimKind]
    text = shown(report(claims=tuple(claims)))
    assert "file-1 claims that the patient's identity was removed" in text
    assert "burned" not in text


def test_a_clear_case_says_so() -> None:
    text = shown(report(decision=Decision.CLEAR, risk=0.0))
    assert "CLEAR   case-1  risk 0.00\nNothing was found that the policy forbids." in text


def test_a_case_with_nothing_in_it_says_so() -> None:
    text = shown(report(decision=Decision.REVIEW, risk=0.0, scanned={}, models={}))
    assert "There was nothing in it to look at" in text
    assert "nothing in 1.8 s" in text


def test_several_cases_are_counted() -> None:
    clear = report(decision=Decision.CLEAR)
    assert squeezed(shown(clear, report(), clear)).endswith("3 cases: BLOCK 1 CLEAR 2")


def test_there_are_no_colours_but_on_a_terminal() -> None:
    case = report(found(Category.NAME, Element("file-1", "(0010,0010)")))
    assert "\x1b" not in shown(case)
    assert "\x1b[" in shown(case, force_terminal=True, color_system="standard")


def test_no_line_is_wider_than_the_terminal() -> None:
    findings: Sequence[Judged] = [
        found(Category.ACCOUNT_NUMBER, Element("file-1", "(0040,A730)[2]." * 20 + "(0040,A160)")),
        found(Category.UNREADABLE_TEXT, Span("file-2", 10_000_000, 10_000_010), REVIEW),
    ]
    text = shown(report(*findings), paths={"file-1": "x" * 300, "file-2": "y z " * 60})
    assert max(map(len, text.splitlines())) <= 80


def test_a_file_name_cannot_steer_the_terminal_or_break_the_output() -> None:
    hostile = "a\x1b]0;owned\x07[red]b\u202egpj.\udcff:smile:"
    text = shown(report(not_scanned=(NotScanned("file-1", Unread.MEDIUM),)), paths={"file-1": hostile})
    assert r"a\x1b]0;owned\x07[red]b\u202egpj.\udcff:smile:" in text
    assert not set(text) & set("\x1b\x07\u202e\udcff")


def test_a_file_whose_name_identifies_goes_by_its_number_alone() -> None:
    named = found(Category.NAME, Element("file-1", "name"))
    text = shown(report(named), paths={"file-1": "Mary Smith.jpg", "file-2": "ct.dcm"})
    assert "Smith" not in text
    assert "file-1" in text


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_that_knows_no_unicode_gets_what_it_can_show(encoding: str) -> None:
    place = Box("file-1", 12, 8, 310, 30)
    text = shown(
        report(found(Category.NAME, place), not_scanned=(NotScanned("file-2", Unread.MEDIUM),)),
        paths={"file-1": "a.dcm", "file-2": "تقرير.docx"},
        encoding=encoding,
    )
    assert "x 12-310, y 8-30" in text
    assert r"\u062a" in text


@pytest.mark.parametrize("vocabulary", [(Unread, words.UNREAD), (Why, words.SKIPPED), (Reason, words.REASONS)])
def test_every_word_of_the_report_has_plain_words(vocabulary: tuple[Any, Mapping[Any, object]]) -> None:
    codes, plain = vocabulary
    assert set(codes) == set(plain)


def test_every_claim_decision_and_action_has_plain_words() -> None:
    assert (set(ClaimKind), set(Decision), set(Action)) == (set(words.CLAIMS), set(words.HEADLINES), set(words.VERBS))


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0.00"), (0.001, "<0.01"), (0.5, "0.50"), (0.994, "0.99"), (0.9999, ">0.99"), (1, ">0.99")]
)
def test_a_score_never_rounds_to_certainty(value: float, text: str) -> None:
    assert words.score(value) == text


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ((0, 0, 30, 10), "top left"),
        ((70, 90, 99, 99), "bottom right"),
        ((45, 45, 55, 55), "middle"),
        ((2, 0, 98, 8), "top, all across"),
        ((0, 0, 100, 100), "most of it"),
    ],
)
def test_a_box_has_its_position_in_words(box: tuple[int, int, int, int], said: str) -> None:
    assert words.position(*box, 100, 100) == said
