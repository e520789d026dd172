"""The headers of real files: what a person sees in their dumps, and what is left of them after scrubbing."""

import itertools
import warnings
from pathlib import Path

import pydicom
import pytest
from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c as annex_e
from pydicom.dataset import Dataset

from phivet.cases.categories import Category
from phivet.cases.dicom_header import attributes
from phivet.cases.known import Known
from phivet.cases.parts import Header
from phivet.cases.places import Element
from phivet.models.headers import Headers
from phivet.models.notes import Notes

HEADERS = Headers(Notes())
REVIEWED = 0.3
FILES = Path(pydicom.__file__).parent / "data"


SEEN = {
    "CT_small.dcm": {
        "SourceApplicationEntityTitle device_serial", "InstanceCreationDate study_date", "StudyDate study_date",
        "SeriesDate study_date", "AcquisitionDate study_date", "ContentDate study_date", "InstitutionName facility",
        "GEMS_IDEN_01 date", "PatientName name", "PatientID record_number", "StudyID record_number",
    },
    "MR_small.dcm": {
        "SourceApplicationEntityTitle device_serial", "InstanceCreationDate study_date", "StudyDate study_date",
        "InstitutionName facility", "PatientName name", "PatientID record_number", "DeviceSerialNumber device_serial",
        "StudyID record_number",
    },
    "examples_jpeg2k.dcm": {
        "SourceApplicationEntityTitle device_serial", "InstanceCreationDate study_date", "StudyDate study_date",
        "InstitutionName facility", "StationName device_serial", "PatientName name", "PatientID record_number",
        "DeviceSerialNumber device_serial", "StudyID record_number",
    },
    "examples_overlay.dcm": {
        "StudyDate study_date", "SeriesDate study_date", "AcquisitionDate study_date", "ContentDate study_date",
        "AccessionNumber record_number", "InstitutionName facility", "InstitutionAddress facility",
        "StationName device_serial", "PatientName name", "PatientID record_number", "PatientAddress address",
        "DeviceSerialNumber device_serial", "StudyID record_number", "ScheduledProcedureStepID record_number",
        "RequestedProcedureID record_number", "SIEMENS MEDCOM OOG date",
    },
    "examples_ybr_color.dcm": {
        "SourceApplicationEntityTitle device_serial", "StudyDate study_date", "SeriesDate study_date",
        "ContentDate study_date", "PatientName initials", "PatientID record_number",
        "PerformedProcedureStepStartDate study_date", "PerformedProcedureStepID record_number",
        "SonoSite Private Data study_date",
    },
    "examples_palette.dcm": {
        "StudyDate study_date", "AcquisitionDate study_date", "ContentDate study_date",
        "AcquisitionDateTime study_date", "InstitutionName facility", "StationName device_serial",
        "PatientName initials", "PatientID record_number",
    },
    "waveform_ecg.dcm": {
        "InstanceCreationDate study_date", "StudyDate study_date", "ContentDate study_date",
        "AcquisitionDateTime study_date", "AccessionNumber record_number", "InstitutionName facility",
        "ReferringPhysicianName clinician_name", "PatientID record_number", "PatientBirthDate date_of_birth",
        "RequestingPhysician clinician_name", "AdmissionID record_number", " device_serial",
    },
    "test-SR.dcm": {
        "InstanceCreationDate study_date", "ContentDate study_date", "PatientName name", "ObservationDateTime date",
        "VerifyingOrganization facility", "VerificationDateTime date", "VerifyingObserverName clinician_name",
        "CodeValue clinician_name", "CodeMeaning clinician_name", "Date date", "DateTime date",
    },
    "reportsi.dcm": {"InstanceCreationDate study_date", "ContentDate study_date"},
    "JPGExtended.dcm": {
        "SourceApplicationEntityTitle device_serial", "InstanceCreationDate study_date", "StudyDate study_date",
        "SeriesDate study_date", "AcquisitionDate study_date", "ContentDate study_date", "InstitutionName facility",
        "StationName device_serial", "GEMS_GENIE_1 name", "GEMS_GENIE_1 date", "PatientName name",
        "PatientID record_number", "DeviceSerialNumber device_serial", "StudyID record_number",
    },
    "rtplan.dcm": {
        "InstanceCreationDate study_date", "StudyDate study_date", "PatientID record_number", "StudyID study_key",
        "RTPlanDate date",
    },
    "rtstruct.dcm": {
        "InstanceCreationDate study_date", "OperatorsName clinician_name", "PatientName name",
        "PatientID record_number", "StudyID record_number", "StructureSetDate date",
    },
    "liver_1frame.dcm": {
        "StudyDate study_date", "SeriesDate study_date", "ContentDate study_date", "AccessionNumber record_number",
        "PatientName name", "PatientID record_number", "ClinicalTrialCoordinatingCenterName facility",
    },
    "693_J2KI.dcm": {"PatientName record_number", "PatientID record_number"},
    "SC_rgb_rle.dcm": {"ReferringPhysicianName clinician_name", "PatientName name"},
    "image_dfl.dcm": {"SourceApplicationEntityTitle device_serial"},
    "nested_priv_SQ.dcm": set(),
    "UN_sequence.dcm": set(),
}  # fmt: skip


@pytest.mark.parametrize("name", SEEN)
def test_a_real_header_gives_what_a_person_sees_in_its_dump(name: str) -> None:
    made = pydicom.dcmread(FILES / "test_files" / name, force=True)
    part = Header("file-1", tuple(attributes(made, made.file_meta, made.preamble)[0]))
    entries = {entry.path: entry for entry in part.attributes}
    seen = set()
    for finding in HEADERS.detect(part, Known()):
        assert isinstance(finding.place, Element)
        entry = entries[finding.place.path]
        if finding.score >= REVIEWED and entry.vr != "UI":
            seen.add(f"{entry.keyword or entry.creator} {finding.category}")
    assert seen == SEEN[name]


ANNEX_E = {tag[0] << 16 | tag[1] for tag in annex_e.ALL_TAGS if len(tag) == 2}
UIDS = {tag[0] << 16 | tag[1] for tag in annex_e.U_TAGS} | {0x00080018, 0x0020000D, 0x0020000E}
REPLACED = {
    tag[0] << 16 | tag[1]
    for tag in (*annex_e.D_TAGS, *annex_e.Z_TAGS, *annex_e.Z_D_TAGS, *annex_e.X_Z_TAGS, *annex_e.X_D_TAGS)
}
STUDY_KEY = "SUBJ-0012"


def scrub(made: Dataset, dummy: str) -> None:
    """What a platform does to a header by PS3.15 Annex E: private elements go, the rest is removed or replaced."""
    made.remove_private_tags()
    for element in list(made):
        if element.VR == "SQ" and element.tag not in ANNEX_E:
            for item in element.value:
                scrub(item, dummy)
        elif element.VR == "UI" and element.tag in UIDS:
            element.value = [f"2.25.{int(element.tag)}{n}" for n in range(max(element.VM, 1))]
        elif element.tag not in ANNEX_E:
            continue
        elif element.VR in {"DA", "DT"}:
            element.value = f"{str(element.value)[:4]}0101" if element.value and element.VM == 1 else ""
        elif element.tag in REPLACED and element.VR in {"PN", "LO", "SH", "ST", "UC"}:
            keyed = element.keyword in {"PatientName", "PatientID"}
            element.value = dummy if keyed or dummy != STUDY_KEY else "REMOVED"
        else:
            del made[element.tag]


def test_a_scrubbed_copy_of_every_header_of_pydicoms_has_no_finding_but_a_study_key() -> None:
    paths = sorted(path for path in FILES.rglob("*") if path.is_file() and path.suffix in {".dcm", ""})
    count = 0
    for path, dummy in zip(paths, itertools.cycle(["", "ANON", "REMOVED", "ANONYMIZED", "X", STUDY_KEY]), strict=False):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pydicom says what is wrong with some of its files
            made = pydicom.dcmread(path, force=True, stop_before_pixels=True)
            if len(made) < 3:
                continue
            scrub(made, dummy)
        found = {finding.category for finding in HEADERS.detect(Header("file-1", tuple(attributes(made)[0])), Known())}
        assert found <= {Category.STUDY_KEY}, path.name
        count += 1
    assert count > 150
