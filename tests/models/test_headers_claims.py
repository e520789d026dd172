"""What a header claims of itself."""

from pydicom.dataset import Dataset

from phivet.cases.coverage import Claim, ClaimKind
from phivet.cases.dicom_header import attributes
from phivet.cases.parts import Header
from phivet.models.headers import claims


def dataset(**elements: object) -> Dataset:
    """A data set of these elements."""
    made = Dataset()
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    return made


def header(**elements: object) -> Header:
    """A header of these elements."""
    return Header("file-1", tuple(attributes(dataset(**elements))[0]))


def test_claims_are_read_and_none_is_believed() -> None:
    codes = [dataset(CodeValue=code, CodingSchemeDesignator="DCM") for code in ("113100", "113105", "113106")]
    part = header(
        PatientIdentityRemoved="YES",
        BurnedInAnnotation="NO",
        RecognizableVisualFeatures="NO",
        DeidentificationMethodCodeSequence=codes,
    )
    assert claims(part) == [Claim("file-1", kind, contradicted=False) for kind in ClaimKind]
    assert claims(header(PatientIdentityRemoved="NO", BurnedInAnnotation="YES")) == []
