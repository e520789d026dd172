"""What a header says of its own de-identification. Believed by nobody; reported when the case contradicts it."""

import re

from phivet.cases.coverage import Claim, ClaimKind
from phivet.cases.parts import Header

STATEMENTS = {
    ("PatientIdentityRemoved", "YES"): ClaimKind.PATIENT_IDENTITY_REMOVED,
    ("BurnedInAnnotation", "NO"): ClaimKind.NO_BURNED_IN_TEXT,
    ("RecognizableVisualFeatures", "NO"): ClaimKind.NO_RECOGNIZABLE_VISUAL_FEATURES,
}

METHODS = {
    "113100": ClaimKind.PATIENT_IDENTITY_REMOVED,  # Basic Application Confidentiality Profile
    "113101": ClaimKind.NO_BURNED_IN_TEXT,  # Clean Pixel Data Option
    "113102": ClaimKind.NO_RECOGNIZABLE_VISUAL_FEATURES,  # Clean Recognizable Visual Features Option
    "113103": ClaimKind.NO_BURNED_IN_TEXT,  # Clean Graphics Option
    "113104": ClaimKind.DESCRIPTORS_CLEANED,  # Clean Structured Content Option
    "113105": ClaimKind.DESCRIPTORS_CLEANED,  # Clean Descriptors Option
}
"""De-identification methods (PS3.16, CID 7050) that claim something to be gone; those that retain claim nothing."""

METHOD_CODE = re.compile(r"\(0012,0064\)\[\d+\]\.\(0008,0100\)")


def claims(header: Header) -> list[Claim]:
    """The claims of a header, each once, in the order of `ClaimKind`; none of them is marked contradicted yet."""
    kinds: set[ClaimKind | None] = set()
    for attribute in header.attributes:
        kinds.add(STATEMENTS.get((attribute.keyword, attribute.value.strip().upper())))
        if METHOD_CODE.fullmatch(attribute.path):
            kinds.add(METHODS.get(attribute.value.strip()))
    return [Claim(header.source, kind) for kind in ClaimKind if kind in kinds]
