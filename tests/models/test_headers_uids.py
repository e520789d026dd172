"""Which UIDs give away a day or a device."""

import warnings

import pytest
from pydicom.dataset import Dataset

from phivet.cases.categories import Category
from phivet.cases.dicom_header import attributes
from phivet.cases.findings import Reason
from phivet.cases.known import Known
from phivet.cases.parts import Header
from phivet.models.headers import Headers
from phivet.models.notes import Notes

HEADERS = Headers(Notes())


def header(**elements: object) -> Header:
    """A header of these elements."""
    made = Dataset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom warns of values that its dictionary would not take
        for keyword, value in elements.items():
            setattr(made, keyword, value)
    return Header("file-1", tuple(attributes(made)[0]))


@pytest.mark.parametrize(
    ("uid", "day", "score"),
    [
        ("1.2.840.99999.5.20190304101112.7", "20190304", 0.95),
        ("1.3.12.2.1107.5.1.4.64572.30000019030410111221500002", "190304", 0.85),
        ("1.2.840.113619.2.55.1.1762583153.215519.1551694272.78", "1551694272", 0.85),
        ("1.2.840.99999.5.20170522.120014.808", "20170522", 0.4),
    ],
)
def test_a_uid_with_a_day_in_it_is_found(uid: str, day: str, score: float) -> None:
    part = header(StudyDate="20190304", SOPInstanceUID=uid)
    _, finding = HEADERS.detect(part, Known())
    assert (finding.category, finding.score, finding.reasons) == (Category.STUDY_DATE, score, (Reason.UID_DATE,))
    assert part.text_at(finding.place) == day


@pytest.mark.parametrize(
    ("uid", "score"),
    [
        ("1.2.840.99999.5.20170522120014.808", 0.85),
        ("1.2.840.99999.5.20170522120014123.808", 0.85),
        ("1.2.840.99999.5.201705221200.808", 0.4),
        ("1.2.840.99999.5.201705221200141230449871", 0.4),
    ],
)
def test_a_clock_to_the_second_is_a_day_though_the_header_has_lost_its_dates(uid: str, score: float) -> None:
    (finding,) = HEADERS.detect(header(StudyInstanceUID=uid), Known())
    assert (finding.category, finding.score) == (Category.STUDY_DATE, score)


def test_a_uid_with_the_devices_serial_number_in_it_is_found() -> None:
    part = header(DeviceSerialNumber="64572", SeriesInstanceUID="1.3.12.2.1107.5.1.4.64572.1.2")
    finding = HEADERS.detect(part, Known())[-1]
    assert finding.reasons == (Reason.UID_SERIAL,)
    assert part.text_at(finding.place) == "64572"


@pytest.mark.parametrize(
    "uid",
    [
        "2.25.201903041011120000000000000000000001",
        "1.2.840.10008.5.1.4.1.1.2",
        "1.2.840.113619.2.55.3.604688119",
        "1.2.826.0.1.3680043.8.498.13230779778012324449356534479549187420",
        "1.2.3.20191504.7",
    ],
)
def test_a_replaced_uid_is_no_finding(uid: str) -> None:
    assert HEADERS.detect(header(SOPInstanceUID=uid), Known()) == []
