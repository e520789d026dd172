"""Every element of a DICOM data set becomes text, whatever its bytes are."""

import io
import random
import time
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.data import get_charset_files, get_testdata_file
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from phivet.cases.coverage import Unread
from phivet.cases.dicom_header import MAX_DEPTH, MAX_TEXT, attributes
from phivet.cases.parts import Attribute

PIXEL_DATA = 0x7FE00010


def read(dataset: Dataset, syntax: str = ExplicitVRLittleEndian, **options: object) -> list[Attribute]:
    """`dataset`, written to a file and read back, as attributes; nothing may be missed."""
    found, missed = attributes(stored(dataset, syntax, **options))
    assert not missed
    return found


def stored(dataset: Dataset, syntax: str = ExplicitVRLittleEndian, **options: object) -> Dataset:
    """`dataset`, written to a file and read back."""
    implicit = syntax == ImplicitVRLittleEndian
    file = io.BytesIO()
    pydicom.dcmwrite(file, dataset, implicit_vr=implicit, little_endian=True)
    file.seek(0)
    return pydicom.dcmread(file, force=True, **options)  # type: ignore[call-overload,no-any-return]


def raw(tag: int, vr: str | None, value: bytes, dataset: Dataset | None = None) -> Dataset:
    """A data set with an element of these very bytes."""
    dataset = Dataset() if dataset is None else dataset
    dataset._dict[Tag(tag)] = RawDataElement(Tag(tag), vr, len(value), value, 0, vr is None, True)
    return dataset


def values(found: list[Attribute]) -> dict[str, str]:
    """The values by path."""
    return {attribute.path: attribute.value for attribute in found}


def patient(**elements: object) -> Dataset:
    """A data set of these elements."""
    dataset = Dataset()
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def test_nested_elements_have_a_path_that_counts_items_from_0() -> None:
    content = patient(PersonName="Doe^Jane", ConceptNameCodeSequence=[patient(CodeValue="121029")])
    found = read(patient(PatientName="Doe^Jane", ContentSequence=[Dataset(), Dataset(), content]))
    assert values(found) == {
        "(0010,0010)": "Doe^Jane",
        "(0040,A730)": "",
        "(0040,A730)[2].(0040,A043)": "",
        "(0040,A730)[2].(0040,A043)[0].(0008,0100)": "121029",
        "(0040,A730)[2].(0040,A123)": "Doe^Jane",
    }


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_a_private_element_knows_its_creator(syntax: str) -> None:
    dataset = Dataset()
    dataset.private_block(0x0013, "SIEMENS CM VA0  CMS", create=True).add_new(0x20, "PN", "Doe^Jane")
    dataset.private_block(0x0013, "NOBODY KNOWS", create=True).add_new(0x20, "PN", "Doe^John")
    found = {attribute.path: attribute for attribute in read(dataset, syntax)}
    assert found["(0013,1020)"].creator == "SIEMENS CM VA0  CMS"
    assert (found["(0013,1020)"].vr, found["(0013,1020)"].value) == ("PN", "Doe^Jane")
    assert found["(0013,1120)"].creator == "NOBODY KNOWS"
    assert found["(0013,1120)"].value == "Doe^John"


def test_values_keep_their_original_form() -> None:
    found = values(
        read(patient(SliceThickness="1.250", SeriesNumber="007", OtherPatientIDs=["A1", "B2"], PatientName="A^B==Z"))
    )
    assert found["(0018,0050)"] == "1.250"
    assert found["(0020,0011)"] == "007"
    assert found["(0010,1000)"] == "A1\\B2"
    assert found["(0010,0010)"] == "A^B==Z"


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("ISO_IR 192", "Müller^Jürgen=王^小东"),
        ("GB18030", "Wang^XiaoDong=王^小东"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동"),
        ("ISO_IR 144", "Люкceмбypг"),
        ("ISO_IR 127", "قباني^لنزار"),
    ],
)
def test_names_are_decoded_by_their_character_set(charset: str | list[str], name: str) -> None:
    nested = patient(PatientID="1", OtherPatientIDsSequence=[patient(PatientName=name)])
    nested.SpecificCharacterSet = charset
    assert values(read(nested))["(0010,1002)[0].(0010,0010)"] == name


def test_pydicoms_own_examples_of_character_sets_hold_no_replacement_character() -> None:
    for path in get_charset_files("chr*.dcm"):
        found, missed = attributes(pydicom.dcmread(path))
        assert not missed
        assert not any("�" in attribute.value for attribute in found), Path(path).name


def test_utf_8_without_a_declared_character_set_is_utf_8_and_what_is_not_is_latin_1() -> None:
    assert values(read_raw("LO", "Jürgen".encode())) == {"(0010,1000)": "Jürgen"}
    assert values(read_raw("LO", "Jürgen".encode("latin-1"))) == {"(0010,1000)": "Jürgen"}


def read_raw(vr: str, value: bytes) -> list[Attribute]:
    return attributes(raw(0x00101000, vr, value))[0]


def test_bytes_that_the_character_set_does_not_know_are_replaced() -> None:
    dataset = raw(0x00100010, "PN", b"Doe^J\xff\xfene", patient(SpecificCharacterSet="ISO_IR 192"))
    assert values(attributes(dataset)[0])["(0010,0010)"] == "Doe^J��ne"


def test_an_unknown_character_set_costs_nothing_but_the_accents() -> None:
    dataset = raw(0x00100010, "PN", b"Doe^Jane", raw(0x00080005, "CS", b"NO SUCH SET"))
    assert values(attributes(dataset)[0])["(0010,0010)"] == "Doe^Jane"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"Doe^Jane\0\0", "Doe^Jane"),
        (b"\x01\x02\x03\xf4Jane Doe\0\x05\x07\xff\x80short\xf3", "Jane Doe"),
        (b"\x01\x00\xfa\xf9" + "Jürgen Müller".encode() + b"\0\1", "Jürgen Müller"),
        (b"\xff\x01\x02" + "Jane Doe".encode("utf-16-le"), "Jane Doe"),
        (b"\xff\x01\x02\x03", ""),
    ],
)
def test_the_readable_part_of_a_private_binary_element_is_its_value(value: bytes, text: str) -> None:
    assert values(attributes(raw(0x00291010, "OB", value))[0]) == {"(0029,1010)": text}


def test_random_bytes_hold_next_to_no_text() -> None:
    noise = random.Random(1).randbytes(1 << 20)  # noqa: S311
    text = values(attributes(raw(0x00291010, "OB", noise))[0])["(0029,1010)"]
    assert len(text) < 2_000


def test_a_sequence_in_a_private_element_of_unknown_vr_is_read() -> None:
    inner = io.BytesIO()
    pydicom.dcmwrite(
        inner, patient(ContentSequence=[patient(PatientName="Doe^Jane")]), implicit_vr=True, little_endian=True
    )
    dataset = raw(0x00131030, "UN", inner.getvalue()[8:])
    assert values(attributes(dataset)[0])["(0013,1030)[0].(0010,0010)"] == "Doe^Jane"


def test_a_sequence_that_cannot_be_parsed_still_gives_its_text() -> None:
    found, missed = attributes(raw(0x00101002, "SQ", b"\x01\x02\x03\x04Jane Doe\0and more"))
    assert "Jane Doe" in values(found)["(0010,1002)"]
    assert missed == {Unread.CORRUPT}


def test_pixels_and_bulk_data_are_never_looked_at() -> None:
    dataset = raw(PIXEL_DATA, "OW", b"Jane Doe" * 4)
    raw(0x54001010, "OW", b"Jane Doe" * 4, dataset)
    dataset.IconImageSequence = [raw(PIXEL_DATA, "OB", b"Jane Doe" * 4)]
    assert set(values(attributes(dataset)[0]).values()) == {""}


def test_the_preamble_and_the_file_meta_information_come_first() -> None:
    meta = FileMetaDataset()
    meta.SourceApplicationEntityTitle = "RADCT07"
    found, _ = attributes(patient(PatientName="Doe^Jane"), meta, b"exported by Jane Doe" + bytes(108))
    assert [attribute.path for attribute in found] == ["preamble", "(0002,0016)", "(0010,0010)"]
    assert found[0].value == "exported by Jane Doe"
    assert not attributes(Dataset(), None, bytes(128))[0]


def test_encrypted_attributes_are_said_to_be_there() -> None:
    found, missed = attributes(patient(EncryptedAttributesSequence=[patient(EncryptedContent=b"\1\2")]))
    assert missed == {Unread.ENCRYPTION}
    assert found[0].keyword == "EncryptedAttributesSequence"


def test_a_text_of_megabytes_is_cut_and_the_rest_is_missed() -> None:
    found, missed = attributes(raw(0x00204000, "LT", b"Jane Doe " * 300_000))
    assert missed == {Unread.SIZE}
    assert len(found[0].value) < MAX_TEXT + 1


def test_deep_nesting_ends_at_a_bound_and_is_said_to_be_missed() -> None:
    dataset = patient(PatientName="Doe^Jane")
    for _ in range(MAX_DEPTH + 20):
        dataset = patient(ContentSequence=[dataset])
    found, missed = attributes(dataset)
    assert missed == {Unread.SIZE}
    assert len(found) == MAX_DEPTH


def test_nesting_deeper_than_pythons_stack_is_missed_not_raised() -> None:
    content = b""
    for _ in range(5_000):
        item = b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + content + b"\xfe\xff\x0d\xe0\0\0\0\0"
        content = b"\x40\x00\x30\xa7SQ\0\0\xff\xff\xff\xff" + item + b"\xfe\xff\xdd\xe0\0\0\0\0"
    found, missed = attributes(raw(0x0040A730, "SQ", b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + content))
    assert [attribute.path for attribute in found] == ["(0040,A730)"]
    assert missed & {Unread.SIZE, Unread.CORRUPT}


def test_values_that_the_reader_put_off_are_fetched(tmp_path: Path) -> None:
    path = tmp_path / "long.dcm"
    dataset = patient(ImageComments="Jane Doe " * 100, ContentSequence=[patient(TextValue="Jane Doe " * 100)])
    pydicom.dcmwrite(path, dataset, implicit_vr=False, little_endian=True)
    found, missed = attributes(pydicom.dcmread(path, force=True, defer_size=200))
    assert not missed
    assert values(found)["(0020,4000)"].startswith("Jane Doe Jane")
    assert values(found)["(0040,A730)[0].(0040,A160)"].startswith("Jane Doe Jane")


def test_a_value_that_was_put_off_and_is_gone_is_missed(tmp_path: Path) -> None:
    path = tmp_path / "gone.dcm"
    pydicom.dcmwrite(path, patient(ImageComments="Jane Doe " * 100), implicit_vr=False, little_endian=True)
    dataset = pydicom.dcmread(path, force=True, defer_size=200)
    path.unlink()
    found, missed = attributes(dataset)
    assert values(found) == {"(0020,4000)": ""}
    assert missed == {Unread.CORRUPT}


def test_a_header_of_44_000_nested_elements_takes_seconds() -> None:
    content = patient(FrameAcquisitionDateTime="20190304101112", InStackPositionNumber=1, FrameComments="slice 1")
    position = patient(ImagePositionPatient=["1.5", "2.5", "3"])
    frame = patient(FrameContentSequence=[content] * 12, PlanePositionSequence=[position] * 6)
    written = io.BytesIO()
    pydicom.dcmwrite(written, frame, implicit_vr=False, little_endian=True)
    item = b"\xfe\xff\x00\xe0" + len(written.getvalue()).to_bytes(4, "little") + written.getvalue()
    dataset = raw(0x52009230, "SQ", item * 1_000)
    started = time.process_time()
    found, missed = attributes(dataset)
    assert time.process_time() - started < 5
    assert len(found) == 1_000 * 44 + 1
    assert not missed


@pytest.mark.parametrize(
    "name", ["CT_small.dcm", "MR_small.dcm", "test-SR.dcm", "nested_priv_SQ.dcm", "ExplVR_BigEnd.dcm"]
)
def test_the_text_of_a_real_file_is_what_pydicom_reads(name: str) -> None:
    dataset = pydicom.dcmread(str(get_testdata_file(name)))
    found = values(attributes(dataset)[0])
    for element in dataset:
        if element.VR in {"LO", "SH", "PN", "DA", "LT", "UI"} and not element.tag.is_private:
            texts = [str(value) for value in element.value] if element.VM > 1 else [str(element.value or "")]
            assert found[f"({element.tag.group:04X},{element.tag.elem:04X})"] == "\\".join(texts).strip()


VRS = [None, "UN", "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "OB", "OW", "PN", "SH", "SL"]
VRS += ["SQ", "SS", "ST", "TM", "UC", "UI", "UL", "UR", "US", "UT", "UV", "XX"]


@given(
    tag=st.integers(0x00080000, 0xFFFFFFFF),
    vr=st.sampled_from(VRS),
    value=st.binary(max_size=200) | st.binary(max_size=60).map(lambda tail: b"\xfe\xff\x00\xe0" + tail),
    charset=st.sampled_from([b"", b"ISO_IR 192", b"\\ISO 2022 IR 87", b"GB18030", b"\xff\xfe", b"ISO_IR 6\\ISO_IR 13"]),
)
def test_no_bytes_whatever_make_the_header_unreadable(tag: int, vr: str | None, value: bytes, charset: bytes) -> None:
    dataset = raw(0x00080005, "CS", charset, raw(0x00090010, "LO", b"GEMS_IDEN_01", raw(tag, vr, value)))
    found, _ = attributes(dataset)
    assert {attribute.tag for attribute in found} >= {0x00080005, 0x00090010, tag}


@pytest.mark.parametrize("cut", [lambda data: data[: len(data) // 2], lambda data: data[:900], lambda data: data[:-1]])
def test_what_is_left_of_a_truncated_file_is_read(cut: Callable[[bytes], bytes]) -> None:
    data = cut(Path(str(get_testdata_file("CT_small.dcm"))).read_bytes())
    found, _ = attributes(pydicom.dcmread(io.BytesIO(data), force=True, stop_before_pixels=True))
    assert "(0008,0016)" in values(found)
