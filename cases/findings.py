"""What a detector says: a category, a place and a probability. Never the text or the pixels themselves."""

import math
from dataclasses import dataclass
from enum import StrEnum

from phivet.cases.categories import Category
from phivet.cases.places import Place


class Reason(StrEnum):
    """Why a detector thinks so."""

    HEADER_VALUE = "header_value"  # an attribute that identifies holds a value
    FILE_META = "file_meta"  # in the file meta information or the preamble
    UID_DATE = "uid_date"  # a UID with a date in it
    UID_SERIAL = "uid_serial"  # a UID with the device's serial number in it
    CHECK_DIGIT = "check_digit"  # the number's own check digit is right
    CUE = "cue"  # a word beside it says what it is
    PATTERN = "pattern"  # it has the form of one
    IN_CONTEXT = "in_context"  # the words around it say so
    KNOWN_VALUE = "known_value"  # it is, or nearly is, a value that the case's own headers or notes give away
    FILE_NAME = "file_name"
    FILE_PROPERTY = "file_property"  # EXIF, XMP, IPTC and the like
    BURNED_IN = "burned_in"  # read from the pixels
    ILLEGIBLE = "illegible"  # there is text, but it could not be read
    RARE_DISEASE = "rare_disease"  # a disease of fewer than ten in a million
    FEW_KNOWN = "few_known"  # the text says that no case like it is known, or few
    IN_THE_NEWS = "in_the_news"  # the text says that it was in the media
    PUBLIC_FIGURE = "public_figure"  # the public knows the person, a holder of an office or a record
    SMALL_COMMUNITY = "small_community"  # one of few in a village, on an island, of a tribe
    CONSTELLATION = "constellation"  # what is harmless alone, together with what stands near it
    SURFACE_SHOWS_FACE = "surface_shows_face"  # a render of the volume's skin shows a face
    RELIEF = "relief"  # the skin has the relief of eyes, nose and mouth, in their size
    PARTIAL_FACE = "partial_face"  # part of a face is cut off, by the edge of the picture or of the volume
    THICK_SLICES = "thick_slices"  # slices so thick that the surface is coarse
    TURNED = "turned"  # found only after the volume was turned: the header's orientation is missing or wrong
    RECONSTRUCTION = "reconstruction"  # a picture of a 3D reconstruction
    PHOTOGRAPH = "photograph"  # a colour photograph
    FETUS = "fetus"  # the face of an unborn child
    FUNDUS = "fundus"  # the back of an eye, its vessels
    FINGERPRINT = "fingerprint"  # ridges as of a finger, a palm or a sole
    STUDY_KEY_MISSING = "study_key_missing"  # the policy wants a study key, and there is none


@dataclass(frozen=True)
class Finding:
    """`category` at `place`, with the calibrated probability `score` in [0, 1] that it identifies."""

    category: Category
    place: Place
    score: float
    detector: str
    reasons: tuple[Reason, ...] = ()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.score) and 0 <= self.score <= 1):
            raise ValueError(f"a score is a probability, not {self.score}")
