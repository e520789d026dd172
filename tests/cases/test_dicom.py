"""DICOM as it is met: every transfer syntax, colour model and bit packing that has a decoder."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.examples import get_path
from pydicom.pixels.utils import pixel_array
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless

from phivet.cases import dicom_looking
from phivet.cases.case import Case, read_case
from phivet.cases.coverage import NotScanned, Unread
from phivet.cases.parts import Frames, Header, View
from phivet.cases.places import Plane
from phivet.cases.reader import Reader

Write = Callable[..., Path]


def frames(case: Case, plane: Plane = Plane.PIXELS) -> Frames:
    return next(part for part in case.parts() if isinstance(part, Frames) and part.plane is plane)


def test_file(name: str) -> Path:
    path = get_testdata_file(name, download=False)
    assert path is not None
    return Path(str(path))


test_file.__test__ = False  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "name",
    [
        "CT_small.dcm",
        "MR_small_implicit.dcm",
        "MR_small_bigendian.dcm",
        "MR_small_RLE.dcm",
        "MR_small_jp2klossless.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "SC_rgb_rle_16bit.dcm",
        "SC_rgb_jpeg_dcmtk.dcm",
        "SC_rgb_jls_lossy_sample.dcm",
        "examples_jpeg2k.dcm",
        "examples_rgb_color.dcm",
        "J2K_pixelrep_mismatch.dcm",
        "emri_small_jpeg_2k_lossless.dcm",
        "JPGLosslessP14SV1_1s_1f_8b.dcm",
        "JPEG-LL.dcm",
        "US1_J2KI.dcm",
        "SC_ybr_full_uncompressed.dcm",
        "liver.dcm",
    ],
)
def test_pixels_are_what_pydicom_decodes(reader: Reader, name: str) -> None:
    path = test_file(name)
    ours = frames(read_case(path, reader)).stored(0)
    np.testing.assert_array_equal(ours, pixel_array(path, index=0))


def test_twelve_bit_jpeg_is_read(reader: Reader) -> None:
    stored = frames(read_case(test_file("JPGExtended.dcm"), reader)).stored(0)
    assert stored.shape == (1024, 256)
    assert 255 < stored.max() < 4096


def test_every_frame_of_a_multi_frame_object_is_read_one_at_a_time(reader: Reader) -> None:
    path = get_path("ybr_color")
    ours = frames(read_case(path, reader))
    whole = pixel_array(path)
    assert ours.count == len(whole) == 30
    for index in (0, 17, 29):
        np.testing.assert_array_equal(ours.stored(index), whole[index])


def test_a_frame_beyond_the_end_of_a_truncated_file_is_unread_and_the_others_are_read(
    write_dicom, reader: Reader
) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (5, 40, 40), np.uint8)
    path = write_dicom("cut.dcm", pixels)
    path.write_bytes(path.read_bytes()[:-3000])
    case = read_case(path, reader)
    looked_at = [index for index, _ in frames(case).views()]
    assert looked_at == [0, 1, 2]
    assert case.coverage.not_scanned == [NotScanned("file-1", Unread.CORRUPT, "3-4")]


@pytest.mark.parametrize("syntax", [DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian])
def test_deflated_and_big_endian_files_are_read(write_dicom: Write, reader: Reader, syntax: str) -> None:
    pixels = np.arange(64, dtype=np.uint8).reshape(8, 8)
    case = read_case(write_dicom("a.dcm", pixels, syntax, PatientName="DOE^JANE"), reader)
    assert next(p for p in case.parts() if isinstance(p, Header)).value("PatientName") == "DOE^JANE"
    np.testing.assert_array_equal(frames(case).stored(0), pixels)


def test_compressed_frames_are_kept_apart(write_dicom: Write, reader: Reader) -> None:
    pixels = np.random.default_rng(2).integers(0, 255, (4, 32, 48), np.uint8)
    ours = frames(read_case(write_dicom("a.dcm", pixels, compress=RLELossless), reader))
    for index in range(4):
        np.testing.assert_array_equal(ours.stored(index), pixels[index])


@pytest.mark.parametrize("name", ["emri_small_jpeg_ls_lossless.dcm", "emri_small_RLE.dcm", "SC_rgb_rle_2frame.dcm"])
def test_the_last_frame_of_a_compressed_object_is_what_pydicom_decodes(reader: Reader, name: str) -> None:
    ours, whole = frames(read_case(test_file(name), reader)), pixel_array(test_file(name))
    np.testing.assert_array_equal(ours.stored(ours.count - 1), whole[-1])


def test_a_deflate_bomb_is_refused(write_dicom: Write, reader: Reader) -> None:
    path = write_dicom("bomb.dcm", syntax=DeflatedExplicitVRLittleEndian, TextValue="A" * 80_000_000)
    case = read_case(path, reader)
    list(case.parts())
    assert case.coverage.not_scanned == [NotScanned("file-1", Unread.SIZE)]


def test_monochrome1_is_shown_dark_where_it_is_dark(write_dicom: Write, reader: Reader) -> None:
    pixels = np.array([[0, 255]] * 2, np.uint8)
    path = write_dicom("a.dcm", pixels, PhotometricInterpretation="MONOCHROME1")
    np.testing.assert_array_equal(frames(read_case(path, reader)).view(0), 255 - pixels)


def test_values_packed_into_the_high_bits_are_shifted_down(write_dicom: Write, reader: Reader) -> None:
    values = np.array([[1, 2], [3, 4095]], np.uint16)
    path = write_dicom("a.dcm", values << 4, BitsStored=12, HighBit=15)
    np.testing.assert_array_equal(frames(read_case(path, reader)).stored(0), values)


def test_signed_values_keep_their_sign(write_dicom: Write, reader: Reader) -> None:
    values = np.array([[-1000, 0], [1, 3000]], np.int16)
    np.testing.assert_array_equal(frames(read_case(write_dicom("a.dcm", values), reader)).stored(0), values)


def test_the_window_of_the_header_is_applied_for_looking(write_dicom: Write, reader: Reader) -> None:
    values = np.array([[0, 1000], [1040, 4000]], np.uint16)
    path = write_dicom(
        "a.dcm", values, WindowCenter="40", WindowWidth="400", RescaleSlope="1", RescaleIntercept="-1000"
    )
    view = frames(read_case(path, reader)).view(0)
    assert view[0, 0] == 0
    assert view[1, 1] == 255
    assert 95 < view[0, 1] < 105  # 0 HU
    assert 125 < view[1, 0] < 130  # 40 HU, the centre


@pytest.mark.parametrize("window", [("1e400", "1"), ("40", "0"), ("40", "-3"), ("99999", "1"), ("40", ""), ("", "9")])
def test_a_window_that_makes_no_sense_or_shows_nothing_is_passed_over(
    write_dicom: Write, reader: Reader, window: tuple[str, str]
) -> None:
    values = np.array([[0, 100], [200, 300]], np.uint16)
    path = write_dicom("a.dcm", values, WindowCenter=window[0], WindowWidth=window[1])
    view = frames(read_case(path, reader)).view(0)
    assert (view.min(), view.max()) == (0, 255)


def test_one_bit_frames_that_share_bytes_are_told_apart(write_dicom: Write, reader: Reader) -> None:
    lit = np.random.default_rng(3).integers(0, 2, (3, 5, 5), np.uint8)
    path = write_dicom("a.dcm", np.zeros((3, 5, 5), np.uint8))
    dataset = pydicom.dcmread(path)
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit = 0
    dataset.PixelData = np.packbits(lit.reshape(-1), bitorder="little").tobytes()
    dataset.save_as(path)
    ours = frames(read_case(path, reader))
    for index in range(3):
        np.testing.assert_array_equal(ours.stored(index), lit[index])


def test_palette_colours_are_shown_in_colour(reader: Reader) -> None:
    view: View = frames(read_case(get_path("palette_color"), reader)).view(0)
    assert view.shape == (350, 800, 3)
    assert view.std(axis=2).max() > 50


def test_an_overlay_is_a_picture_of_its_own_in_the_images_coordinates(reader: Reader) -> None:
    case = read_case(get_path("overlay"), reader)
    overlay = frames(case, Plane.OVERLAY)
    assert overlay.view(0).shape == frames(case).view(0).shape
    assert set(np.unique(overlay.view(0))) == {0, 255}


def test_an_overlay_in_a_high_bit_of_the_pixels_is_found(write_dicom: Write, reader: Reader) -> None:
    drawn = np.zeros((16, 16), np.uint16)
    drawn[4, 2:9] = 1
    path = write_dicom("a.dcm", drawn << 12 | 7, BitsStored=12, HighBit=11)
    dataset = pydicom.dcmread(path)
    dataset.add_new(0x60000010, "US", 16)
    dataset.add_new(0x60000011, "US", 16)
    dataset.add_new(0x60000100, "US", 16)
    dataset.add_new(0x60000102, "US", 12)
    dataset.save_as(path)
    np.testing.assert_array_equal(frames(read_case(path, reader), Plane.OVERLAY).stored(0), drawn)


def test_an_icon_is_a_picture_of_its_own(reader: Reader) -> None:
    assert frames(read_case(get_path("overlay"), reader), Plane.ICON).view(0).shape == (64, 64, 3)


def test_elements_after_the_pixel_data_are_read(write_dicom: Write, reader: Reader) -> None:
    path = write_dicom("a.dcm", np.zeros((8, 8), np.uint8))
    dataset = pydicom.dcmread(path)
    block = dataset.private_block(0x7FE1, "ACME", create=True)
    block.add_new(1, "LO", "DOE^JANE")
    dataset.save_as(path)
    header = next(p for p in read_case(path, reader).parts() if isinstance(p, Header))
    assert "DOE^JANE" in [attribute.value for attribute in header.attributes]


def test_an_element_that_stands_there_twice_makes_the_file_odd(write_dicom: Write, reader: Reader) -> None:
    path = write_dicom("a.dcm", np.ones((8, 8), np.uint8), PatientName="ANON^ANON")
    name = b"\x10\0\x10\0PN\x08\0DOE^JANE"
    content = path.read_bytes()
    at = content.index(b"\x10\0\x10\0PN")
    path.write_bytes(content[:at] + name + content[at:])
    case = read_case(path, reader)
    list(case.parts())
    assert case.coverage.not_scanned == [NotScanned("file-1", Unread.CORRUPT)]


def test_a_second_pixel_data_element_makes_the_file_odd(write_dicom: Write, reader: Reader) -> None:
    path = write_dicom("a.dcm", np.ones((8, 8), np.uint8))
    content = path.read_bytes()
    path.write_bytes(content + content[content.index(b"\xe0\x7f\x10\0") :])
    case = read_case(path, reader)
    list(case.parts())
    assert case.coverage.not_scanned == [NotScanned("file-1", Unread.CORRUPT)]


def test_a_file_without_preamble_is_read(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "bare").write_bytes(get_path("mr").read_bytes()[132:])
    assert frames(read_case(tmp_path / "bare", reader)).count == 1


def test_a_video_inside_a_dicom_file_is_not_scanned_but_its_header_is(write_dicom: Write, reader: Reader) -> None:
    path = write_dicom("a.dcm", PatientName="DOE^JANE")
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.102"
    dataset.Rows = dataset.Columns = 64
    dataset.PixelData = pydicom.encaps.encapsulate([b"\0\0\0\1" * 20])
    dataset["PixelData"].VR = "OB"
    dataset.save_as(path)
    case = read_case(path, reader)
    parts = list(case.parts())
    assert any(isinstance(part, Header) for part in parts)
    assert not any(isinstance(part, Frames) for part in parts)
    assert case.coverage.not_scanned == [NotScanned("file-1", Unread.MEDIUM)]


def test_an_encapsulated_document_is_not_scanned(write_dicom: Write, reader: Reader) -> None:
    case = read_case(
        write_dicom("a.dcm", EncapsulatedDocument=b"%PDF-1.4 ", MIMETypeOfEncapsulatedDocument="application/pdf"),
        reader,
    )
    list(case.parts())
    assert case.coverage.not_scanned == [NotScanned("file-1", Unread.MEDIUM)]


def test_a_transfer_syntax_without_decoder_is_told_as_such(write_dicom: Write, reader: Reader) -> None:
    path = write_dicom("a.dcm", np.ones((8, 8), np.uint8))
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.53"
    dataset.PixelData = pydicom.encaps.encapsulate([b"\xff\xd8" + bytes(60)])
    dataset.save_as(path)
    case = read_case(path, reader)
    assert not list(frames(case).views())
    assert case.coverage.not_scanned == [NotScanned("file-1", Unread.CODEC)]


def test_a_dicomdir_tells_of_files_that_are_missing(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "DICOMDIR").write_bytes(get_path("dicomdir").read_bytes())
    case = read_case(tmp_path / "DICOMDIR", reader)
    list(case.parts())
    assert case.coverage.not_scanned == [NotScanned("file-1", Unread.MISSING)]


def test_a_dicomdir_with_its_files_misses_none(reader: Reader) -> None:
    case = read_case(get_path("dicomdir"), reader)
    list(case.parts())
    assert Unread.MISSING not in [e.reason for e in case.coverage.not_scanned if case.paths[e.source] == "DICOMDIR"]


def test_a_zip_of_dicom_files_is_a_case(tmp_path: Path, reader: Reader) -> None:
    with zipfile.ZipFile(tmp_path / "case.zip", "w") as archive:
        for name in ("ct", "mr"):
            archive.write(get_path(name), f"series/{name}.dcm")
    case = read_case(tmp_path / "case.zip", reader)
    assert [type(part) for part in case.parts()].count(Header) == 2
    assert list(case.paths.values()) == ["case.zip/series/ct.dcm", "case.zip/series/mr.dcm"]


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16])
@pytest.mark.parametrize("window", [(), (40, 400), (1e6, 10)])
@pytest.mark.parametrize(("slope", "intercept"), [(1, -1024), (-0.5, 3)])
def test_looking_up_shades_gives_what_computing_each_pixel_gives(
    dtype: type, window: tuple[float, ...], slope: float, intercept: float
) -> None:
    values = np.random.default_rng(3).integers(20, 240, (64, 64)).astype(dtype)
    tables = Dataset()
    tables.RescaleSlope, tables.RescaleIntercept = slope, intercept
    if window:
        tables.WindowCenter, tables.WindowWidth = window
    pixel = Dataset()
    pixel.PhotometricInterpretation, pixel.BitsAllocated = "MONOCHROME2", 16
    looked = dicom_looking.look(values, pixel, tables)
    assert dicom_looking._is_tabled(values, tables)
    assert np.array_equal(looked, dicom_looking._grey(values, pixel, tables))
