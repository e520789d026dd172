"""The map from element to category, held against PS3.15 Annex E."""

from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c
from pydicom.datadict import dictionary_VR

from phivet.models.headers_map import annex_e, header_map

ANNEX_E = annex_e()
FREE_TEXT = {"LO", "SH", "LT", "ST", "UT", "UC", "UR", "UN"}
SEARCHED_GROUPS = {0x0016, 0x0400, 0xFFFC}
"""Their bytes are searched for text: EXIF, digital signatures, padding."""


def vr_of(tag: int) -> str:
    """The VR in pydicom's dictionary; an element that is newer is read as text."""
    try:
        return dictionary_VR(tag)
    except KeyError:
        return "LT"


def test_every_element_of_annex_e_is_mapped_or_free_text_or_a_uid_or_declared_harmless() -> None:
    known = header_map()
    undecided = {
        f"{tag:08X} {vr_of(tag)}"
        for tag in ANNEX_E - set(known.elements) - known.harmless - known.words
        if vr_of(tag) not in {"UI", "SQ", *FREE_TEXT, *known.harmless_vrs} and tag >> 16 not in SEARCHED_GROUPS
    }
    assert undecided == set()


def test_annex_e_is_the_whole_table_of_its_2026c_edition() -> None:
    assert frozenset(tag[0] << 16 | tag[1] for tag in dicomfields_2026c.ALL_TAGS if len(tag) == 2) == ANNEX_E
    assert len(ANNEX_E) > 640


def test_no_element_is_both_mapped_and_harmless() -> None:
    known = header_map()
    assert not set(known.elements) & (known.harmless | known.words | known.classes)


def test_nothing_outside_annex_e_is_declared_harmless_by_its_table() -> None:
    assert header_map().harmless <= ANNEX_E
