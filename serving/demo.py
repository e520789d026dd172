"""The demonstration cases: real files that come with pydicom, with notes. `python -m phivet.serving.demo FOLDER`."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phivet.serving.custody import Custody

ULTRASOUND_NOTE = """\
Mrs Margaret Whitfield, DOB 14/03/1952, NHI ZAC5361, was referred by Dr Alan Pratt on 26 August 2004
with a lump in the left groin (lymph node, 12/5 mm). Seen at BAPTIST MED CTR, accession no. 13US1-0826.

Grey-scale and colour Doppler at 12 MHz, MI 0.8: an oval node of 12 x 5 mm with a fatty hilum, vessels
entering at the hilum alone. No calcification. BI-RADS does not apply; short axis 5 mm, L/S ratio 2.4.

Please send the report to a.pratt@riversidegp.example or call (04) 472 3000.
"""

TEACHING_NOTE = """\
# Small vessel disease: a teaching case

A man in his sixties with three years of slowly worsening gait. No history of hypertension.

MRI at 1.5T (T1 spin echo, TR/TE 4000/240, matrix 64x64): periventricular changes, Fazekas grade 2, no
microbleeds. C5-6 and L4/5 were not imaged. Compare with Binswanger's disease and CADASIL.

1. Which sequence shows microbleeds best? Susceptibility-weighted imaging.
2. See Wardlaw JM et al. Lancet Neurol. 2013 Aug;12(8):822-38.
"""

IDENTIFYING = (
    "PatientName", "PatientID", "PatientBirthDate", "OtherPatientIDs", "AccessionNumber", "StudyID", "StudyDate",
    "SeriesDate", "AcquisitionDate", "ContentDate", "InstanceCreationDate", "InstitutionName", "ReferringPhysicianName",
    "PerformingPhysicianName", "OperatorsName", "StationName", "InstitutionalDepartmentName", "StudyDescription",
    "AdditionalPatientHistory", "DeviceSerialNumber", "NameOfPhysiciansReadingStudy", "InstitutionAddress",
)  # fmt: skip


def write_cases(folder: Path) -> list[Path]:
    """Write the cases below `folder`: an ultrasound with a note, a CT, an MR, and a clean teaching case."""
    import pydicom
    from pydicom.examples import get_path
    from pydicom.uid import generate_uid

    cases = [folder / name for name in ("ultrasound", "ct", "mr", "teaching")]
    for case in cases:
        case.mkdir(parents=True, exist_ok=True)
    for case, example in zip(cases, ("jpeg2k", "ct", "mr"), strict=False):
        shutil.copyfile(get_path(example), case / "image.dcm")
    (cases[0] / "note.txt").write_text(ULTRASOUND_NOTE, "utf-8")
    (cases[3] / "note.md").write_text(TEACHING_NOTE, "utf-8")

    clean = pydicom.dcmread(get_path("mr"))
    clean.remove_private_tags()
    for keyword in IDENTIFYING:
        if keyword in clean:
            clean[keyword].value = ""
    clean.PatientName, clean.PatientIdentityRemoved = "ANONYMOUS", "YES"
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"):
        clean[keyword].value = generate_uid(prefix=None)
    clean.file_meta.SourceApplicationEntityTitle = ""
    clean.file_meta.MediaStorageSOPInstanceUID = clean.SOPInstanceUID
    clean.save_as(cases[3] / "image.dcm")
    return cases


def hand_in(custody: "Custody") -> None:
    """Put the three cases that need a moderator into the queue of the console, once."""
    from phivet.serving import intake
    from phivet.serving.access import Principal
    from phivet.serving.users import FIRST, named

    with custody.store.read() as session:
        user = named(session, FIRST)
    who = Principal(user.id, user.name, frozenset(), frozenset())
    with tempfile.TemporaryDirectory() as folder:
        for case in write_cases(Path(folder))[:3]:
            files = {path.name: path.read_bytes() for path in sorted(case.iterdir())}
            terms = intake.Terms(policy="resectaur", visibility=intake.Visibility.PUBLIC, site="demo")
            intake.hand_in(custody, who, f"demo-{case.name}", terms, files)


if __name__ == "__main__":
    write_cases(Path(sys.argv[1]))
