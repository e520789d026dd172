"""Series become volumes: sorted along their normal, one for each stack, in the modality's units."""

from collections.abc import Callable, Sequence
from pathlib import Path

import nibabel
import numpy as np
import pytest

from phivet.cases.case import Case, read_case
from phivet.cases.coverage import NotScanned, Skipped, Unread, Why
from phivet.cases.parts import Container, Frames, Volume
from phivet.cases.reader import Reader

AXIAL = [1, 0, 0, 0, 1, 0]
SAGITTAL = [0, 1, 0, 0, 0, -1]

Write = Callable[..., Path]


def write_series(
    write_dicom, depths: Sequence[float], orientation: Sequence[float] = AXIAL, series: str = "1.2.3"
) -> None:
    """One slice a depth, its name in another order than its place, its value its depth."""
    for number, depth in enumerate(depths):
        normal = np.cross(orientation[:3], orientation[3:])
        write_dicom(
            f"{series}/{(number * 7) % len(depths):03}-{depth}.dcm",
            np.full((4, 6), depth, np.int16),
            Modality="CT",
            SeriesInstanceUID=series,
            ImagePositionPatient=[float(x) for x in normal * depth],
            ImageOrientationPatient=list(orientation),
            PixelSpacing=[0.5, 0.7],
            RescaleSlope="2",
            RescaleIntercept="-10",
        )


def volumes(case: Case) -> list[Volume]:
    return [part for part in case.parts() if isinstance(part, Volume)]


@pytest.mark.parametrize("orientation", [AXIAL, SAGITTAL])
def test_slices_are_sorted_by_where_they_lie_not_by_their_names(
    tmp_path: Path, write_dicom, reader: Reader, orientation
) -> None:
    write_series(write_dicom, [0, 3, 6, 9, 12], orientation)
    (volume,) = volumes(read_case(tmp_path, reader))
    assert (volume.shape, volume.modality) == ((5, 4, 6), "CT")
    assert volume.spacing == pytest.approx((3, 0.5, 0.7))
    np.testing.assert_allclose(volume.voxels()[:, 0, 0], np.array([0, 3, 6, 9, 12]) * 2 - 10)
    assert volume.axes is not None
    np.testing.assert_allclose(volume.axes[2], orientation[:3])


def test_two_series_are_two_volumes_with_their_own_sources(tmp_path: Path, write_dicom: Write, reader: Reader) -> None:
    write_series(write_dicom, [0, 1, 2], series="1.2.3")
    write_series(write_dicom, [0, 1, 2, 3], SAGITTAL, series="1.2.4")
    first, second = volumes(read_case(tmp_path, reader))
    assert (first.shape[0], second.shape[0]) == (3, 4)
    assert not set(first.sources) & set(second.sources)
    assert (first.series, second.series) == (0, 1)


def test_echoes_at_the_same_places_are_volumes_of_their_own(tmp_path: Path, write_dicom: Write, reader: Reader) -> None:
    write_series(write_dicom, [0, 1, 2, 3])
    for name in sorted((tmp_path / "1.2.3").iterdir()):
        (name.with_name("echo-" + name.name)).write_bytes(name.read_bytes())
    assert [volume.shape[0] for volume in volumes(read_case(tmp_path, reader))] == [4, 4]


def test_two_slices_make_no_volume_and_nothing_is_missed(tmp_path: Path, write_dicom: Write, reader: Reader) -> None:
    write_series(write_dicom, [0, 1])
    case = read_case(tmp_path, reader)
    assert volumes(case) == []
    assert case.coverage.not_scanned == []


def write_nifti(path: Path, data: np.ndarray, affine: np.ndarray | None = None, **header: str) -> Path:  # type: ignore[type-arg]
    image = nibabel.Nifti1Image(data, np.diag([2.0, 3.0, 4.0, 1.0]) if affine is None else affine)
    for key, value in header.items():
        image.header[key] = value
    nibabel.save(image, path)
    return path


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_a_nifti_file_is_a_volume_with_pictures_and_texts(tmp_path: Path, reader: Reader, name: str) -> None:
    data = np.random.default_rng(0).integers(0, 900, (5, 6, 7)).astype(np.int16)
    case = read_case(write_nifti(tmp_path / name, data, descrip="DOE^JANE"), reader)
    (volume,) = volumes(case)
    assert volume.shape == (7, 6, 5)
    assert volume.spacing == pytest.approx((4, 3, 2))
    np.testing.assert_array_equal(volume.voxels(), data.transpose(2, 1, 0))
    assert volume.axes is not None
    np.testing.assert_allclose(volume.axes, [[0, 0, 1], [0, -1, 0], [-1, 0, 0]])
    pictures = next(part for part in case.parts() if isinstance(part, Frames))
    assert (pictures.count, pictures.view(3).shape) == (7, (6, 5))
    wrapping = next(part for part in case.parts() if isinstance(part, Container))
    assert "DOE^JANE" in [each.value for each in wrapping.properties]


def test_a_nifti_file_over_time_shows_every_time_point(tmp_path: Path, reader: Reader) -> None:
    data = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)
    pictures = next(
        p for p in read_case(write_nifti(tmp_path / "a.nii", data), reader).parts() if isinstance(p, Frames)
    )
    assert pictures.count == 20
    np.testing.assert_array_equal(pictures.stored(4 * 2 + 1), data[:, :, 1, 2].T)


def test_a_truncated_nifti_file_is_corrupt(tmp_path: Path, reader: Reader) -> None:
    path = write_nifti(tmp_path / "a.nii.gz", np.random.default_rng(0).random((9, 9, 9)).astype(np.float32))
    path.write_bytes(path.read_bytes()[:600])
    case = read_case(path, reader)
    list(case.parts())
    assert case.coverage.not_scanned == [NotScanned("file-1", Unread.CORRUPT)]


def test_too_few_slices_are_said_to_be_so(tmp_path: Path, write_dicom: Write, reader: Reader) -> None:
    write_series(write_dicom, [0, 1])
    case = read_case(tmp_path, reader)
    assert volumes(case) == []
    assert case.coverage.skipped == [Skipped(source, "0", Why.TOO_FEW_SLICES) for source in ("file-1", "file-2")]


def test_under_a_tilted_gantry_slices_are_shifted_against_each_other(
    tmp_path: Path, write_dicom: Write, reader: Reader
) -> None:
    tilted = [1, 0, 0, 0, float(np.cos(0.3)), float(np.sin(0.3))]
    for z in range(5):
        write_dicom(
            f"{z}.dcm", np.full((4, 6), z, np.int16), Modality="CT", SeriesInstanceUID="1.2.3",
            ImagePositionPatient=[0, 0, 3 * z], ImageOrientationPatient=tilted, PixelSpacing=[0.5, 0.7],
        )  # fmt: skip
    (volume,) = volumes(read_case(tmp_path, reader))
    assert volume.spacing == pytest.approx((3, 0.5, 0.7))
    assert volume.axes is not None
    np.testing.assert_allclose(volume.axes, [[0, 0, 1], tilted[3:], [1, 0, 0]], atol=1e-9)


@pytest.mark.parametrize("modality", ["CT", "MR", "PT"])
def test_slices_that_do_not_tell_where_they_lie_are_stacked_as_numbered(
    tmp_path: Path, write_dicom: Write, reader: Reader, modality: str
) -> None:
    for number in range(12):
        write_dicom(
            f"{number}.dcm", np.full((4, 6), number, np.int16), Modality=modality, SeriesInstanceUID="1.2.3",
            InstanceNumber=12 - number, SliceThickness=2,
        )  # fmt: skip
    (volume,) = volumes(read_case(tmp_path, reader))
    assert (volume.axes, volume.spacing) == (None, (2, 1, 1))
    assert list(volume.voxels()[:, 0, 0]) == list(range(11, -1, -1))


def test_frames_that_share_one_position_are_stacked_in_their_order(
    tmp_path: Path, write_dicom: Write, reader: Reader
) -> None:
    frames = np.arange(7, dtype=np.int16)[:, None, None] * np.ones((1, 4, 6), np.int16)
    lies = {"ImagePositionPatient": [0, 0, 0], "ImageOrientationPatient": AXIAL}
    write_dicom("a.dcm", frames, Modality="MR", SeriesInstanceUID="1.2.3", **lies)
    (volume,) = volumes(read_case(tmp_path, reader))
    assert (volume.axes, volume.shape) == (None, (7, 4, 6))
    assert list(volume.voxels()[:, 0, 0]) == list(range(7))


def test_pictures_without_a_position_are_no_slices(tmp_path: Path, write_dicom: Write, reader: Reader) -> None:
    write_dicom("a.dcm", np.zeros((7, 4, 6), np.int16), Modality="XA", SeriesInstanceUID="1.2.3")
    case = read_case(tmp_path, reader)
    assert (volumes(case), case.coverage.skipped) == ([], [])


def frames(case: Case) -> list[Frames]:
    return [part for part in case.parts() if isinstance(part, Frames)]


@pytest.mark.parametrize(("depths", "solid"), [(range(0, 50, 5), True), (range(10), False), (range(0, 70, 10), False)])
def test_only_slices_of_which_a_surface_can_be_made_need_no_look_as_pictures(
    tmp_path: Path, write_dicom, reader: Reader, depths: range, solid: bool
) -> None:
    write_series(write_dicom, list(depths))
    found = frames(read_case(tmp_path, reader))
    assert {part.sliced for part in found} == {frozenset({0} if solid else ())}
    assert {part.lying for part in found} == {frozenset({0})}


def test_stills_of_a_turning_render_lie_in_no_volume_though_each_tells_where_it_lies(
    tmp_path: Path, write_dicom, reader: Reader
) -> None:
    for number in range(12):
        across = (float(np.cos(number / 2)), float(np.sin(number / 2)), 0.0)
        write_series(write_dicom, [10 * number], [*across, 0, 0, -1])
    assert {part.sliced for part in frames(read_case(tmp_path, reader))} == {frozenset()}


def test_distances_that_the_header_does_not_tell_are_told_to_be_so(
    tmp_path: Path, write_dicom: Write, reader: Reader
) -> None:
    for number in range(9):
        write_dicom(f"{number}.dcm", np.zeros((4, 6), np.int16), Modality="MR", SeriesInstanceUID="1.2.3")
    (volume,) = volumes(read_case(tmp_path, reader))
    assert (volume.untold, volume.spacing, volume.is_solid) == (frozenset({0, 1, 2}), (1, 1, 1), True)


def test_the_distance_of_slices_is_known_by_their_places(tmp_path: Path, write_dicom, reader: Reader) -> None:
    write_series(write_dicom, [0, 3, 6])
    (volume,) = volumes(read_case(tmp_path, reader))
    assert volume.untold == frozenset()
