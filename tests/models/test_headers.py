"""What the headers detector says of an attribute, and what it does not."""

import copy
import time
import warnings

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset

from phivet.cases.categories import Category
from phivet.cases.dicom_header import attributes
from phivet.cases.findings import Finding, Reason
from phivet.cases.known import Known
from phivet.cases.parts import Attribute, Container, Header, Note
from phivet.cases.places import Element
from phivet.models.headers import Headers
from phivet.models.headers_map import tag_of
from phivet.models.notes import Notes

HEADERS = Headers(Notes())
REVIEWED = 0.3
PATIENT_NAME = "(0010,0010)"


EVERY_KIND = tuple(
    Attribute(f"({tag >> 16:04X},{tag & 0xFFFF:04X})", tag, vr, "", "", value)
    for tag, vr, value in (
        (0x00080020, "DA", "20190304"),
        (0x00100010, "PN", "Doe^Jane"),
        (0x00100020, "LO", "7719203"),
        (0x00181000, "LO", "64572"),
        (0x0040A123, "PN", "Doe^John"),
        (0x00080018, "UI", "1.2.3.4.5.6"),
    )
)


def header(meta: Dataset | None = None, preamble: bytes = b"", **elements: object) -> Header:
    """A header of these elements."""
    return header_of(dataset(**elements), meta, preamble)


def dataset(**elements: object) -> Dataset:
    """A data set of these elements; a value that is a list of data sets makes a sequence."""
    made = Dataset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom warns of values that its dictionary would not take
        for keyword, value in elements.items():
            setattr(made, keyword, value)
    return made


def header_of(made: Dataset, meta: Dataset | None = None, preamble: bytes = b"") -> Header:
    """The header of a data set."""
    found, _ = attributes(made, meta, preamble)
    return Header("file-1", tuple(found))


def private(creator: str, group: int, element: int, vr: str, value: object, **elements: object) -> Header:
    """A header with a private element."""
    made = dataset(**elements)
    made.private_block(group, creator, create=True).add_new(element, vr, value)
    return header_of(made)


def found_in(part: Header | Container, known: Known | None = None) -> dict[str, set[Category]]:
    """The categories that need a look, by path."""
    paths: dict[str, set[Category]] = {}
    for finding in HEADERS.detect(part, known or Known()):
        if finding.score >= REVIEWED and isinstance(finding.place, Element):
            paths.setdefault(finding.place.path, set()).add(finding.category)
    return paths


def only(part: Header | Container) -> Finding:
    """The only finding in `part`."""
    (finding,) = HEADERS.detect(part, Known())
    return finding


def test_a_name_in_an_alias_or_in_the_original_attributes_is_found() -> None:
    inner = dataset(ModifiedAttributesSequence=[dataset(PatientName="Doe^Jane")])
    found = found_in(header(OriginalAttributesSequence=[inner], OtherPatientIDsSequence=[dataset(PatientID="7719203")]))
    assert found == {
        "(0400,0561)[0].(0400,0550)[0].(0010,0010)": {Category.NAME},
        "(0010,1002)[0].(0010,0020)": {Category.RECORD_NUMBER},
    }


@pytest.mark.parametrize(
    ("code", "meaning", "keyword", "value", "category"),
    [
        ("121008", "Person Observer Name", "PersonName", "House^Gregory", Category.CLINICIAN_NAME),
        ("121029", "Subject Name", "PersonName", "Doe^Jane", Category.NAME),
        ("L-1", "Recording Observer's Name", "PersonName", "House^Gregory", Category.NAME),
        ("L-2", "Reporting physician", "PersonName", "House^Gregory", Category.CLINICIAN_NAME),
        ("121031", "Subject Birth Date", "Date", "19510303", Category.DATE_OF_BIRTH),
        ("121030", "Subject ID", "TextValue", "7719203", Category.RECORD_NUMBER),
        ("121016", "Device Observer Serial Number", "TextValue", "64572", Category.DEVICE_SERIAL),
        ("121033", "Subject Age", "NumericValue", "94", Category.AGE_OVER_89),
    ],
)
def test_an_item_of_a_structured_report_is_what_its_concept_says(
    code: str, meaning: str, keyword: str, value: str, category: Category
) -> None:
    item = dataset(ConceptNameCodeSequence=[dataset(CodeValue=code, CodeMeaning=meaning)], **{keyword: value})
    assert only(header(ContentSequence=[item])).category is category


def test_a_measurement_of_a_structured_report_is_no_age() -> None:
    item = dataset(ConceptNameCodeSequence=[dataset(CodeValue="121206", CodeMeaning="Distance")], NumericValue="94")
    assert found_in(header(ContentSequence=[item])) == {}


def test_the_code_of_a_person_identifies_and_the_code_of_a_thing_does_not() -> None:
    code = dataset(CodeValue="17051", CodingSchemeDesignator="99LOCAL", CodeMeaning="Gregory House")
    person = dataset(PersonIdentificationCodeSequence=[code])
    found = found_in(
        header(ReferringPhysicianIdentificationSequence=[person], AnatomicRegionSequence=[copy.copy(code)])
    )
    assert found == {
        "(0008,0096)[0].(0040,1101)[0].(0008,0100)": {Category.CLINICIAN_NAME},
        "(0008,0096)[0].(0040,1101)[0].(0008,0104)": {Category.CLINICIAN_NAME},
    }


@pytest.mark.parametrize(
    ("creator", "group", "element", "vr", "value", "category"),
    [
        ("NOBODY KNOWS", 0x0099, 0x01, "PN", "Doe^Jane", Category.NAME),
        ("NOBODY KNOWS", 0x0099, 0x01, "DA", "20180506", Category.DATE),
        ("SIEMENS CM VA0  CMS", 0x0013, 0x22, "LO", "7719203", Category.RECORD_NUMBER),
        ("SIEMENS CM VA0  CMS", 0x0013, 0x30, "DA", "19510303", Category.DATE_OF_BIRTH),
        ("MITRA OBJECT UTF8 ATTRIBUTES 1.0", 0x0033, 0x06, "PN", "House^Gregory", Category.CLINICIAN_NAME),
        ("GEMS_IDEN_01", 0x0009, 0x27, "SL", 1551694272, Category.DATE),
        ("GEMS_GENIE_1", 0x0009, 0x40, "LO", "BERRA,JAMES", Category.NAME),
        ("BRIT Systems, Inc.", 0x0021, 0x04, "SH", "(937) 555-0187", Category.PHONE),
    ],
)
def test_a_private_element_is_what_its_makers_say_it_is(
    creator: str, group: int, element: int, vr: str, value: object, category: Category
) -> None:
    assert only(private(creator, group, element, vr, value)).category is category


def test_the_headers_own_values_are_found_in_private_bytes() -> None:
    blob = b"\x01\x02\x00\xfe20190304HDL10005Supria\0\x03\xffDoe^Jane\0\x07"
    part = private("HMC", 0x0009, 0x01, "UN", blob, PatientName="Doe^Jane", StudyDate="20190304")
    found = [finding for finding in HEADERS.detect(part, Known()) if "(0009," in getattr(finding.place, "path", "")]
    assert "Doe^Jane" in {part.text_at(finding.place) for finding in found}


@pytest.mark.parametrize("value", ["4.0.12412818", "0.84375, 0.84375", "50.80.103.002", "+0000019.000"])
def test_versions_and_coordinates_in_private_text_are_no_finds(value: str) -> None:
    assert found_in(private("SIEMENS MEDCOM HEADER", 0x0029, 0x31, "LO", value)) == {}


def test_file_meta_information_and_preamble_count() -> None:
    meta = FileMetaDataset()
    meta.SourceApplicationEntityTitle = "RADCT07-WAIKATO"
    part = header(meta, b"exported by jane.doe@example.org".ljust(128, b"\0"))
    findings = {f.place.path: f for f in HEADERS.detect(part, Known()) if isinstance(f.place, Element)}
    assert findings["(0002,0016)"].category is Category.DEVICE_SERIAL
    assert findings["preamble"].category is Category.EMAIL
    assert all(Reason.FILE_META in finding.reasons for finding in findings.values())


def test_the_patients_name_in_a_description_is_found_where_it_stands() -> None:
    part = header(PatientName="Harwood^Jane", StudyDescription="CT thorax Jane Harwood, follow-up")
    findings = [finding for finding in HEADERS.detect(part, Known()) if finding.detector == "notes"]
    assert {finding.category for finding in findings} == {Category.NAME}
    assert "Harwood" in " ".join(part.text_at(finding.place) for finding in findings)


def test_free_text_is_read_by_the_notes_detector() -> None:
    part = header(AdditionalPatientHistory="Call the daughter on +64 21 555 0123, j.harwood@example.org")
    assert found_in(part) == {"(0010,21B0)": {Category.PHONE, Category.EMAIL}}


def test_the_words_of_the_trade_are_read_when_they_hold_the_patients_name() -> None:
    assert found_in(header(PatientName="Harwood^Jane", Manufacturer="Harwood Jane"))["(0008,0070)"] == {Category.NAME}
    assert found_in(header(PatientName="Harwood^Jane", Manufacturer="SIEMENS")) == {PATIENT_NAME: {Category.NAME}}


def test_letters_in_an_element_for_codes_or_numbers_are_read() -> None:
    found = found_in(header(BodyPartExamined="chest, j.harwood@example.org", SeriesNumber="7"))
    assert found == {"(0018,0015)": {Category.EMAIL}}


def test_the_same_value_in_every_frame_is_one_finding() -> None:
    frames = [dataset(FrameContentSequence=[dataset(FrameAcquisitionDateTime="20190304101112")]) for _ in range(50)]
    finding = only(header(PerFrameFunctionalGroupsSequence=frames))
    assert isinstance(finding.place, Element)
    assert finding.place.path == "(5200,9230)[0].(0020,9111)[0].(0018,9074)"


def test_the_same_value_in_two_places_is_two_findings() -> None:
    inner = dataset(ModifiedAttributesSequence=[dataset(PatientName="Doe^Jane")])
    assert len(found_in(header(PatientName="Doe^Jane", OriginalAttributesSequence=[inner]))) == 2


def test_a_name_in_one_frame_of_fifty_is_found() -> None:
    frames = [dataset(FrameContentSequence=[dataset(FrameComments="axial")]) for _ in range(50)]
    frames[31].OperatorsName = "House^Gregory"
    assert found_in(header(PerFrameFunctionalGroupsSequence=frames)) == {
        "(5200,9230)[31].(0008,1070)": {Category.CLINICIAN_NAME}
    }


@given(
    tag=st.sampled_from([entry.tag for entry in EVERY_KIND]) | st.integers(0, 0xFFFFFFFF),
    vr=st.sampled_from(["LO", "PN", "DA", "DT", "UI", "AS", "SQ", "OB", "UN", "CS", "IS", "SL", "AE", "", "XX"]),
    value=st.text(max_size=60) | st.from_regex(r"[0-9.\\^= A-Z-]{1,40}", fullmatch=True),
)
def test_no_value_whatever_stops_the_detector(tag: int, vr: str, value: str) -> None:
    path = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
    others = [entry for entry in EVERY_KIND if entry.path != path]
    part = Header("file-1", (*others, Attribute(path, tag, vr, "", "GEMS_IDEN_01", value)))
    for finding in HEADERS.detect(part, Known()):
        assert part.text_at(finding.place)


@pytest.mark.parametrize(
    "value", ["A" * 1_000_000, "7\\" * 300_000, "patient" * 100_000, "1." * 300_000, "^" * 500_000]
)
@pytest.mark.parametrize("keyword", ["PatientName", "PatientID", "SOPInstanceUID", "StationName", "PatientBirthDate"])
def test_a_value_of_a_megabyte_takes_no_time(keyword: str, value: str) -> None:
    tag = tag_of(keyword)
    vr = "UI" if keyword == "SOPInstanceUID" else "LO"
    started = time.process_time()
    HEADERS.detect(Header("file-1", (Attribute("(0010,0010)", tag, vr, keyword, "", value),)), Known())
    assert time.process_time() - started < 5


def test_a_header_of_every_day_there_is_takes_no_time() -> None:
    days = "\\".join(f"{year}{month:02d}09" for year in range(1900, 2100) for month in range(1, 13))
    uids = "\\".join(f"1.2.3.4.5.6.7.{n}.{n}" for n in range(5_000))
    entries = (
        Attribute("(0008,0020)", 0x00080020, "DA", "", "", days),
        Attribute("(0008,1155)", 0x00081155, "UI", "", "", uids),
    )
    started = time.process_time()
    assert HEADERS.detect(Header("file-1", entries), Known())
    assert time.process_time() - started < 5


def test_100_000_elements_take_a_second_or_two() -> None:
    entries = tuple(
        Attribute(f"(5200,9230)[{n}].(0020,9158)", 0x00209158, "LT", "FrameComments", "", f"slice {n % 500} of 500")
        for n in range(100_000)
    )
    started = time.process_time()
    assert HEADERS.detect(Header("file-1", entries), Known()) == []
    assert time.process_time() - started < 5


def test_the_headers_of_a_long_series_are_judged_in_no_time() -> None:
    slices = [header_of(pydicom.dcmread(str(get_testdata_file("CT_small.dcm")))) for _ in range(3)] * 60
    known = Known()
    started = time.process_time()
    for part in slices:
        assert HEADERS.detect(part, known)
    assert time.process_time() - started < 3


def test_a_part_that_is_neither_header_nor_container_is_not_read() -> None:
    assert HEADERS.detect(Note("file-1", "Jane Harwood"), Known()) == []


def test_no_value_is_shown_by_what_the_detector_makes() -> None:
    part = header(PatientName="Harwood^Jane", PatientID="7719203", SOPInstanceUID="1.2.3.4.20190304")
    assert "Harwood" not in repr(part) + repr(HEADERS.detect(part, Known()))
    assert "7719203" not in repr(part) + repr(HEADERS.detect(part, Known()))
