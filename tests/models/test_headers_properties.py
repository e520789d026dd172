"""What a file's own wrapping gives away."""

import pytest

from phivet.cases.categories import Category
from phivet.cases.findings import Finding, Reason
from phivet.cases.known import Known, KnownValue
from phivet.cases.parts import Container, Property
from phivet.models.headers import Headers
from phivet.models.notes import Notes

HEADERS = Headers(Notes())


def only(part: Container) -> Finding:
    """The only finding in `part`."""
    (finding,) = HEADERS.detect(part, Known())
    return finding


def container(**properties: str) -> Container:
    """A container of these properties; `_` in a name stands for a dot."""
    return Container("file-1", tuple(Property(name.replace("_", "."), value) for name, value in properties.items()))


@pytest.mark.parametrize(
    ("name", "value", "category"),
    [
        ("exif_Artist", "Jane Harwood", Category.NAME),
        ("exif_BodySerialNumber", "0420019283", Category.DEVICE_SERIAL),
        ("exif_GPSPosition", "-36.848461, 174.763336", Category.ADDRESS),
        ("exif_DateTimeOriginal", "2019:03:04 10:00:00", Category.DATE),
        ("exif_HostComputer", "Janes-MacBook", Category.DEVICE_SERIAL),
        ("iptc_By-line", "Jane Harwood", Category.NAME),
        ("iptc_City", "Tauranga", Category.PLACE),
        ("exif_UserComment", "send to j.harwood@example.org", Category.EMAIL),
    ],
)
def test_a_property_of_a_file_is_judged_by_what_it_is(name: str, value: str, category: Category) -> None:
    finding = only(container(**{name: value}))
    assert finding.category is category
    assert Reason.FILE_PROPERTY in finding.reasons


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("exif_Artist", "ANONYMOUS"),
        ("exif_Make", "Canon"),
        ("exif_Model", "Canon EOS 5D Mark III"),
        ("exif_XResolution", "72.0"),
        ("exif_GPSPosition", "0.000000, 0.000000"),
        ("exif_DateTimeOriginal", "0000:00:00 00:00:00"),
        ("name", "IM000123"),
        ("name", "IM-0001-0123.dcm"),
        ("name", "12345678.dcm"),
        ("name", "1.2.840.113619.2.55.3.604688119.868.1.dcm"),
        ("name", "CT_thorax_axial.png"),
    ],
)
def test_a_property_that_cannot_identify_is_no_finding(name: str, value: str) -> None:
    assert HEADERS.detect(container(**{name: value}), Known()) == []


def test_what_the_case_gave_away_is_found_in_a_file_name_where_it_stands() -> None:
    part = container(name="export/HARWOOD_JANE_19510303_CT.dcm")
    known = Known().adding(
        [KnownValue(Category.NAME, "Harwood^Jane"), KnownValue(Category.DATE_OF_BIRTH, "19510303")],
    )
    findings = HEADERS.detect(part, known)
    assert all(Reason.FILE_NAME in finding.reasons for finding in findings)
    texts = {part.text_at(finding.place) for finding in findings}
    assert "19510303" in texts
    assert any("HARWOOD" in text for text in texts)


def test_a_number_as_a_file_name_is_found_when_the_case_gave_it_away() -> None:
    part = container(name="export/7719203.dcm")
    assert HEADERS.detect(part, Known()) == []
    known = Known().adding([KnownValue(Category.RECORD_NUMBER, "7719203")])
    assert [finding.category for finding in HEADERS.detect(part, known)] == [Category.RECORD_NUMBER]
