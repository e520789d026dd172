"""Which values of an element identify, and which stand in their place."""

import re
import warnings

import pytest
from pydicom.dataset import Dataset

from phivet.cases.categories import Category
from phivet.cases.dicom_header import attributes
from phivet.cases.findings import Finding
from phivet.cases.known import Known
from phivet.cases.parts import Header
from phivet.cases.places import Element
from phivet.models.headers import Headers
from phivet.models.notes import Notes

HEADERS = Headers(Notes())
REVIEWED = 0.3
PATIENT_ID, BIRTH_DATE, STUDY_DATE = "(0010,0020)", "(0010,0030)", "(0008,0020)"


def header(**elements: object) -> Header:
    """A header of these elements."""
    made = Dataset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom warns of values that its dictionary would not take
        for keyword, value in elements.items():
            setattr(made, keyword, value)
    return Header("file-1", tuple(attributes(made)[0]))


def only(part: Header) -> Finding:
    """The only finding in `part`."""
    (finding,) = HEADERS.detect(part, Known())
    return finding


def found_in(part: Header, known: Known | None = None) -> dict[str, set[Category]]:
    """The categories that need a look, by path."""
    paths: dict[str, set[Category]] = {}
    for finding in HEADERS.detect(part, known or Known()):
        if finding.score >= REVIEWED and isinstance(finding.place, Element):
            paths.setdefault(finding.place.path, set()).add(finding.category)
    return paths


@pytest.mark.parametrize(
    ("keyword", "value", "category"),
    [
        ("PatientName", "Doe^Jane", Category.NAME),
        ("PatientName", "ZZZDOWNTIME^MARY^^", Category.NAME),
        ("PatientName", "CompressedSamples^CT1", Category.NAME),
        ("PatientName", "Yamada^Tarou=山田^太郎=やまだ^たろう", Category.NAME),
        ("PatientName", "Test^Anna", Category.NAME),
        ("PatientName", "القحطاني^نورة", Category.NAME),
        ("PatientName", "J^D", Category.INITIALS),
        ("PatientName", "JXD191021006", Category.RECORD_NUMBER),
        ("OtherPatientNames", "Roe^Jane", Category.NAME),
        ("PatientMotherBirthName", "Roe^Mary", Category.RELATIVE_NAME),
        ("ResponsiblePerson", "Roe^Mary", Category.RELATIVE_NAME),
        ("ReferringPhysicianName", "House^Gregory", Category.CLINICIAN_NAME),
        ("OperatorsName", "dmason", Category.CLINICIAN_NAME),
        ("PatientID", "ZZZ0016", Category.RECORD_NUMBER),
        ("PatientID", "021234567", Category.RECORD_NUMBER),
        ("PatientID", "11-05-25-142825", Category.RECORD_NUMBER),
        ("PatientID", "JJJ9184", Category.RECORD_NUMBER),
        ("AccessionNumber", "FUJI95706", Category.RECORD_NUMBER),
        ("StudyID", "2178309", Category.RECORD_NUMBER),
        ("AdmissionID", "13002689", Category.RECORD_NUMBER),
        ("MedicalRecordLocator", "44-817263", Category.RECORD_NUMBER),
        ("InsurancePlanIdentification", "BC 8812 2231", Category.ACCOUNT_NUMBER),
        ("PatientAge", "094Y", Category.AGE_OVER_89),
        ("PatientAge", "1120M", Category.AGE_OVER_89),
        ("PatientAddress", "14 Kauri Street, Tauranga", Category.ADDRESS),
        ("RegionOfResidence", "Northland", Category.PLACE),
        ("PatientTelephoneNumbers", "+64 9 555 0123", Category.PHONE),
        ("PatientTelecomInformation", "jane@example.org", Category.EMAIL),
        ("Occupation", "Beekeeper", Category.OCCUPATION),
        ("InstitutionName", "BAPTIST MED CTR", Category.FACILITY),
        ("InstitutionAddress", "Waehringer Guertel 18-20, Wien", Category.FACILITY),
        ("RequestingService", "CCHS", Category.FACILITY),
        ("DeviceSerialNumber", "4121885", Category.DEVICE_SERIAL),
        ("StationName", "OEM-4K7CO2TYJWP", Category.DEVICE_SERIAL),
        ("DeviceUID", "1.2.840.113619.6.408.117", Category.DEVICE_SERIAL),
        ("ClinicalTrialSubjectID", "SUBJ-0012", Category.STUDY_KEY),
        ("PatientID", "SUBJ-0012", Category.STUDY_KEY),
        ("PatientName", "SUBJ-0012^^^^", Category.STUDY_KEY),
        ("ClinicalTrialSubjectID", "7719203", Category.RECORD_NUMBER),
    ],
)
def test_a_value_that_identifies_is_found_as_what_it_is(keyword: str, value: str, category: Category) -> None:
    finding = only(header(**{keyword: value}))
    assert finding.category is category
    assert finding.detector == "headers"
    assert finding.score >= 0.4


@pytest.mark.parametrize(
    ("name", "score"),
    [("F.P.", 0.92), ("M. T. R.", 0.92), ("S.S.", 0.92), ("N.B.", 0.92), ("FP", 0.7), ("P^F", 0.7)],
)
def test_initials_with_dots_in_place_of_a_name_are_a_patients(name: str, score: float) -> None:
    finding = only(header(PatientName=name))
    assert (finding.category, finding.score) == (Category.INITIALS, score)


DUMMIES = (
    "", " ", "^^^^", "ANON", "anonymous", "ANONYMIZED", "Anonymised", "ANON0001", "REMOVED", "DEIDENTIFIED",
    "De-identified",     "PATIENT^TEST", "TEST", "NONE", "UNKNOWN", "N/A", "N.A.", "N.N.", "X.X.", "XXXX", "XX^XX",
    "000000", "0", "-", "----", "[REDACTED]", "X",
    "12345678", "99999999", "*NO INFO NO INFO*      NO INFO",
)  # fmt: skip
REPLACED = ("PatientName", "PatientID", "AccessionNumber", "ReferringPhysicianName", "InstitutionName",
            "StationName", "DeviceSerialNumber", "PatientAddress", "Occupation", "PatientTelephoneNumbers",
            "OperatorsName")  # fmt: skip


@pytest.mark.parametrize("keyword", REPLACED)
def test_a_dummy_is_no_finding(keyword: str) -> None:
    for dummy in DUMMIES:
        assert HEADERS.detect(header(**{keyword: dummy}), Known()) == [], dummy


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("StudyID", "12"),
        ("PatientAge", "061Y"),
        ("PatientAge", "089Y"),
        ("PatientAge", "999Y"),
        ("PatientSex", "F"),
        ("PatientWeight", "71.5"),
        ("SmokingStatus", "NO"),
        ("StudyTime", "101112"),
        ("DateOfLastCalibration", "20190304"),
        ("InstitutionalDepartmentName", "Radiology"),
        ("StationName", "CT01_OC0"),
        ("StationName", "CONSOLE01"),
        ("StationAETitle", "STORESCU"),
        ("OperatorsName", "operator"),
        ("Manufacturer", "GE MEDICAL SYSTEMS"),
        ("ManufacturerModelName", "SOMATOM Definition AS+"),
        ("SoftwareVersions", "50.80.103.2"),
        ("ImageType", ["ORIGINAL", "PRIMARY", "AXIAL"]),
        ("BodyPartExamined", "CHEST"),
        ("ProtocolName", "t1_vibe_fs_tra_bh_dyn"),
        ("SeriesDescription", "BRAIN SEQ  4.8  H31s"),
        ("DeviceUID", "2.25.11281773299"),
        ("CountryOfResidence", "New Zealand"),
    ],
)
def test_what_cannot_identify_is_no_finding(keyword: str, value: object) -> None:
    assert HEADERS.detect(header(**{keyword: value}), Known()) == []


@pytest.mark.parametrize("value", ["2e2884fea560" * 3, "b2cbe507f250", "3f1c9f4e-8f1a-4b1e-9d3c-2f6f0a1b2c3d"])
def test_a_digest_in_place_of_a_number_is_left_to_a_person(value: str) -> None:
    finding = only(header(PatientID=value))
    assert (finding.category, finding.score) == (Category.RECORD_NUMBER, 0.3)


def test_each_of_several_values_is_found_at_its_own_place() -> None:
    part = header(OtherPatientIDs=["7719203", "ANON", "8813304"])
    findings = HEADERS.detect(part, Known())
    assert [part.text_at(finding.place) for finding in findings] == ["7719203", "8813304"]


def test_a_study_key_is_what_the_policy_says_it_is() -> None:
    policy = Known(study_key=re.compile(r"QMR\d{4}", re.I))
    assert found_in(header(PatientID="QMR0031"), policy) == {PATIENT_ID: {Category.STUDY_KEY}}
    assert found_in(header(PatientID="QMR0031")) == {PATIENT_ID: {Category.RECORD_NUMBER}}


@pytest.mark.parametrize("value", ["19510303", "1951.03.03", "1951-03-03"])
def test_a_birth_date_is_found_in_the_forms_that_files_hold(value: str) -> None:
    finding = only(header(PatientBirthDate=value))
    assert finding.category is Category.DATE_OF_BIRTH
    assert finding.score >= 0.95


def test_dates_that_were_all_made_a_1_january_are_years() -> None:
    assert (
        found_in(header(PatientBirthDate="19510101", StudyDate="20190101", AcquisitionDateTime="20190101000000")) == {}
    )


def test_a_1_january_among_full_dates_is_left_to_a_person() -> None:
    found = HEADERS.detect(header(PatientBirthDate="19510101", StudyDate="20190304"), Known())
    assert {(finding.category, finding.score) for finding in found} == {
        (Category.DATE_OF_BIRTH, 0.5),
        (Category.STUDY_DATE, 0.97),
    }


def test_a_birth_year_tells_an_age_over_89() -> None:
    assert found_in(header(PatientBirthDate="19210101", StudyDate="20190101")) == {BIRTH_DATE: {Category.AGE_OVER_89}}


@pytest.mark.parametrize("value", ["19000101", "19010101", "11111111", "00010101", "99991231", "1951", "20000101"])
def test_a_fill_date_is_no_finding(value: str) -> None:
    assert found_in(header(PatientBirthDate=value, StudyDate="20190304")) == {STUDY_DATE: {Category.STUDY_DATE}}


def test_the_day_of_a_moment_is_its_place() -> None:
    part = header(AcquisitionDateTime="20190304101112.5")
    assert part.text_at(only(part).place) == "20190304"
