"""The walk as a whole, on real files: what is found, what is not scanned, and that nothing stops it."""

import gc
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.examples import get_path

from phivet.cases.case import read_case
from phivet.cases.categories import Category
from phivet.cases.coverage import Unread
from phivet.cases.findings import Finding
from phivet.cases.known import Known
from phivet.cases.parts import Frames, Note, Part
from phivet.cases.places import Box, Element, Span
from phivet.cases.reader import Reader
from phivet.cases.report import Decision, Report
from phivet.models.burned_in_map import TextBox
from phivet.models.burned_in_text import BurnedInText
from phivet.models.detector import Detector
from phivet.models.headers import Headers
from phivet.models.notes import Notes
from phivet.models.scan import scan
from phivet.serving.policies import policy

Write = Callable[..., Path]


def detectors(*boxes: TextBox, says: str = "") -> list[Detector]:
    notes = Notes()
    return [Headers(notes), notes, BurnedInText(notes, lambda view: boxes, lambda crops: [(says, 0.9)] * len(crops))]


def scanned(path: Path, reader: Reader, *looking: Detector, name: str = "hipaa-safe-harbor") -> Report:
    return scan(read_case(path, reader, "case-1"), policy(name), looking or detectors())


def test_an_empty_folder_is_reviewed(tmp_path: Path, reader: Reader) -> None:
    report = scanned(tmp_path, reader)
    assert (report.decision, report.scanned) == (Decision.REVIEW, {})


def test_a_clean_note_is_clear(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "note.txt").write_text("Axial T2 at 3.0T: no focal lesion. Disc bulge at L4/5. BI-RADS 2.")
    report = scanned(tmp_path, reader)
    assert report.decision is Decision.CLEAR
    assert (report.risk, report.findings, report.not_scanned) == (0, (), ())


def test_a_case_with_its_headers_blocks(reader: Reader) -> None:
    assert scanned(get_path("ct"), reader).decision is Decision.BLOCK


def test_a_name_in_the_header_is_searched_in_the_notes_of_other_files(
    tmp_path: Path, write_dicom, reader: Reader
) -> None:
    write_dicom("z.dcm", PatientName="WHITFIELD^MARGARET")
    (tmp_path / "a.txt").write_text("I saw margaret whitfield in clinic.")
    report = scanned(tmp_path, reader)
    places = [j.finding.place for j in report.findings if j.finding.category is Category.NAME]
    assert Span("file-1", 6, 24) in places


def test_a_name_in_a_note_is_searched_in_the_pixels(tmp_path: Path, write_dicom: Write, reader: Reader) -> None:
    write_dicom("z.dcm", np.random.default_rng(0).integers(0, 255, (90, 90), np.uint8))
    (tmp_path / "a.txt").write_text("Patient name: Margaret Whitfield\n")
    report = scanned(tmp_path, reader, *detectors(TextBox(1, 2, 50, 12, 1), says="WHITFIELD M"))
    places = [j.finding.place for j in report.findings if j.finding.category is Category.NAME]
    assert any(isinstance(place, Box) and place.source == "file-2" for place in places)


def test_a_name_in_the_last_note_is_searched_in_the_first_and_in_file_names(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "a.txt").write_text("Whitfield CT 3.")
    (tmp_path / "whitfield.txt").write_text("No focal lesion.")
    (tmp_path / "z.txt").write_text("Patient name: Margaret Whitfield\n")
    report = scanned(tmp_path, reader)
    places = [j.finding.place for j in report.findings if j.finding.category is Category.NAME]
    assert Span("file-1", 0, 9) in places
    assert any(isinstance(place, Element) and place.source == "file-2" for place in places)


def test_one_bad_file_never_stops_a_case(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "a.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"garbage" * 40)
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7" + b" " * 100)
    (tmp_path / "c.txt").write_text("Call me at 04 472 3000 or jane@doe.example")
    (tmp_path / "d.txt").write_bytes(b"")
    report = scanned(tmp_path, reader)
    assert {entry.source: entry.reason for entry in report.not_scanned} == {
        "file-1": Unread.CORRUPT,
        "file-2": Unread.MEDIUM,
        "file-4": Unread.EMPTY,
    }
    assert {j.finding.category for j in report.findings} >= {Category.EMAIL, Category.PHONE}


class Dying:
    name, version = "dying", "1"
    reads: tuple[type[Part], ...] = (Note,)

    def describe(self) -> str:
        return "nothing"

    def detect(self, part: Part, known: Known) -> list[Finding]:
        raise RuntimeError(part.text if isinstance(part, Note) else "")


def test_a_detector_that_dies_costs_one_part_and_leads_to_review(
    tmp_path: Path, reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.txt").write_text("a secret text")
    with caplog.at_level(logging.DEBUG):
        report = scanned(tmp_path, reader, Dying())
    assert report.decision is Decision.REVIEW
    assert [(e.source, e.reason) for e in report.not_scanned] == [("file-1", Unread.CRASH)]
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


def test_a_claim_that_the_case_contradicts_is_reported(write_dicom: Write, reader: Reader) -> None:
    report = scanned(write_dicom("a.dcm", PatientName="DOE^JANE", PatientIdentityRemoved="YES"), reader)
    assert [(c.claim, c.contradicted) for c in report.claims] == [("patient_identity_removed", True)]


def test_findings_keep_their_ids_when_a_file_is_added(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "m.txt").write_text("Call 04 472 3000 for Mr John Whitfield, DOB 03/04/1951.")
    before = {j.id for j in scanned(tmp_path, reader).findings}
    (tmp_path / "a.txt").write_text("Nothing in here.")
    assert {j.id for j in scanned(tmp_path, reader).findings} == before


def test_a_report_never_holds_what_was_found(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "Whitfield_John.txt").write_text("Patient: John Whitfield, DOB 03/04/1951, 04 472 3000")
    report = scanned(tmp_path, reader)
    assert report.findings
    for text in (repr(report.findings), str(report.as_json())):
        for secret in ("Whitfield", "John", "1951", "3000"):
            assert secret not in text


def test_a_burned_in_word_on_one_frame_of_five_hundred_is_found(write_dicom: Write, reader: Reader) -> None:
    pixels = np.random.default_rng(5).integers(0, 200, (500, 16, 16), np.uint8)
    pixels[317, 0, 0] = 255
    notes = Notes()
    looking = BurnedInText(
        notes, lambda view: [TextBox(0, 0, 9, 9, 1)] if view[0, 0] == 255 else [], lambda crops: [("DOE^JANE", 0.9)]
    )
    report = scanned(write_dicom("a.dcm", pixels, WindowCenter=128, WindowWidth=256), reader, looking)
    assert [j.finding.place for j in report.findings] == [Box("file-1", 0, 0, 9, 9, frame=317)]
    assert report.scanned["frames"] == 500


def test_the_case_can_be_walked_twice(reader: Reader) -> None:
    case = read_case(get_path("ybr_color"), reader)
    first, second = ([type(part) for part in case.parts()] for _ in range(2))
    assert first == second
    assert Frames in first


def test_a_perspectum_record_without_study_key_is_reviewed_and_one_with_it_is_clear(
    write_dicom, reader: Reader
) -> None:
    assert scanned(write_dicom("a.dcm", PatientID=""), reader, name="perspectum").decision is Decision.REVIEW
    report = scanned(write_dicom("b.dcm", PatientID="SUBJ-0012"), reader, name="perspectum")
    assert report.decision is Decision.CLEAR
    assert [(j.finding.category, j.action) for j in report.findings] == [(Category.STUDY_KEY, "allow")]


def test_memory_of_patient_text_ends_with_the_scan(write_dicom: Write, reader: Reader) -> None:
    name = "ZYXWVUT^QPONML"
    assert scanned(write_dicom("a.dcm", PatientName=name), reader).decision is Decision.BLOCK
    gc.collect()
    known = [value for each in gc.get_objects() if type(each) is Known for value in each.values]
    assert name not in [value.text for value in known]
