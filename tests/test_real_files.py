"""Every file that pydicom, pydicom-data and deid-data ship is scanned, or said not to be, for a reason that is true."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.examples import get_path

from phivet.cases.case import read_case
from phivet.cases.categories import Category
from phivet.cases.places import Box
from phivet.cases.reader import Reader
from phivet.cases.report import Decision, Report
from phivet.models.burned_in_text import BurnedInText
from phivet.models.detector import Detector
from phivet.models.headers import Headers
from phivet.models.notes import Notes
from phivet.models.scan import detectors, scan
from phivet.serving.policies import policy

UNREAD = {
    "JPEG2000-embedded-sequence-delimiter.dcm": {"corrupt"},  # its codestream was made up: no decoder reads it
    "MR_truncated.dcm": {"corrupt"},  # half of its pixels are missing
    "SC_rgb_jpeg.dcm": {"corrupt"},  # its fragments have no items around them
    "rtplan_truncated.dcm": {"corrupt"},  # ends within a sequence
    "meta_missing_tsyntax.dcm": {"corrupt"},  # pixel data without rows and columns
    "nested_priv_SQ.dcm": {"corrupt"},  # likewise
    "no_meta.dcm": {"medium"},  # begins with a stray byte: no DICOM, nor anything else
    "crayons.icc": {"medium"},  # a colour profile
    "zipMR.gz": {"medium"},
    "rtplan.dump": {"language"},  # a printed header: its joined words are taken for another language
    "DICOMDIR-bigEnd": {"missing"},  # names files of other folders
    "DICOMDIR-implicit": {"missing"},
    "DICOMDIR-nooffset": {"missing"},
    "DICOMDIR-nopatient": {"missing"},
    "DICOMDIR-reordered": {"missing"},
}
"""Looked at one by one: why each of these cannot be read in full."""


def folder(package: str, *below: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent.joinpath(*below)


def files() -> Iterator[Path]:
    for top in (folder("pydicom", "data", "test_files"), folder("data_store", "data"), folder("deid_data", "data")):
        yield from sorted(path for path in top.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def single(path: Path) -> bool:
    return path.name != "DICOMDIR"  # a DICOMDIR is its whole folder, whose files are scanned one by one anyway


def check(path: Path, report: Report) -> None:
    assert {entry.reason.value for entry in report.not_scanned} == UNREAD.get(path.name, set()), path.name
    assert report.scanned, path.name
    if report.not_scanned:
        assert report.decision is not Decision.CLEAR, path.name


def test_every_file_is_scanned_or_is_not_for_a_true_reason(reader: Reader) -> None:
    notes = Notes()
    looking: list[Detector] = [Headers(notes), notes, BurnedInText(notes, lambda view: [])]
    paths = [path for path in files() if single(path)]
    assert len(paths) > 200
    for path in paths:
        check(path, scan(read_case(path, reader), policy(), looking))


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_file_is_read_word_by_word(reader: Reader) -> None:
    looking = detectors()
    for path in files():
        if single(path):
            check(path, scan(read_case(path, reader), policy(), looking))


def boxes(path: Path, reader: Reader) -> list[tuple[Category, Box]]:
    report = scan(read_case(path, reader), policy(), detectors()[2:])
    return [(j.finding.category, j.finding.place) for j in report.findings if isinstance(j.finding.place, Box)]


def around(box: Box, x: int, y: int) -> bool:
    return box.x0 <= x < box.x1 and box.y0 <= y < box.y1


@pytest.mark.parametrize(
    ("path", "category", "at"),
    [
        (folder("deid_data", "data", "ultrasounds", "RGB_IMAGE.dcm"), Category.NAME, (120, 15)),
        (folder("deid_data", "data", "ultrasounds", "RGB_IMAGE.dcm"), Category.FACILITY, (640, 44)),
        (folder("deid_data", "data", "ultrasounds", "RGB_IMAGE.dcm"), Category.STUDY_DATE, (670, 15)),
        (folder("deid_data", "data", "ultrasounds", "GREYSCALE_IMAGE.dcm"), Category.DATE_OF_BIRTH, (455, 12)),
        (folder("deid_data", "data", "ultrasounds", "GREYSCALE_IMAGE.dcm"), Category.STUDY_DATE, (865, 12)),
        (get_path("jpeg2k"), Category.FACILITY, (95, 32)),
    ],
    ids=lambda value: value.stem if isinstance(value, Path) else None,
)
def test_real_banners_are_found_at_their_place_without_any_header(
    reader: Reader, path: Path, category: Category, at: tuple[int, int]
) -> None:
    assert [found for found, box in boxes(path, reader) if around(box, *at) and found is category]


def test_a_banner_cut_off_by_the_scanner_is_recognised_by_the_header(reader: Reader) -> None:
    path = folder("deid_data", "data", "ultrasounds", "GREYSCALE_IMAGE.dcm")
    report = scan(read_case(path, reader), policy(), detectors())
    names = [j.finding.place for j in report.findings if j.finding.category is Category.NAME]
    assert [box for box in names if isinstance(box, Box) and around(box, 100, 12)]
