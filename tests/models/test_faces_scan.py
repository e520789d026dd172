"""Whole cases with a face in them: a CT series as DICOM, a NIfTI file, a render, a photograph."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from PIL import Image
from skimage import data as skimage_data

from phivet.cases.case import read_case
from phivet.cases.categories import Category
from phivet.cases.places import Box, Region
from phivet.cases.reader import Reader
from phivet.cases.report import Decision, Report
from phivet.models.faces import Faces
from phivet.models.faces_render import render
from phivet.models.scan import scan
from phivet.serving.policies import policy

data: Any = skimage_data  # its functions are not typed
Write = Callable[..., Path]


@pytest.fixture(scope="module")
def faces() -> Faces:
    return Faces()


def scanned(path: Path, reader: Reader, faces: Faces) -> Report:
    return scan(read_case(path, reader, "case-1"), policy("casect"), [faces])


def face(report: Report) -> Any:
    (judged,) = [each.finding for each in report.findings if each.finding.category is Category.FACE]
    return judged


def test_a_head_ct_as_dicom_is_a_finding_on_that_series_alone(
    tmp_path: Path, write_dicom: Write, reader: Reader, faces: Faces, bodies
) -> None:
    for series, voxels in (("head", bodies.head(air=-1000, tissue=60, noise=15)), ("limb", bodies.limb(-1000, 50))):
        for index, plane in enumerate(voxels):
            write_dicom(
                f"{series}/{index:03}.dcm", np.round(plane + 1024).astype(np.int16), Modality="CT",
                SeriesInstanceUID="1.2.3" if series == "head" else "1.2.4", SliceThickness="2.5",
                ImagePositionPatient=[-95.0, -125.0, 2.5 * index], ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
                PixelSpacing=[2.5, 2.5], RescaleSlope="1", RescaleIntercept="-1024",
            )  # fmt: skip
    report = scanned(tmp_path, reader, faces)
    found = face(report)
    assert isinstance(found.place, Region)
    assert (len(found.place.sources), found.place.series) == (90, 0)
    assert found.place.sources[0] == "file-1"
    assert report.scanned["volumes"] == 2
    assert report.not_scanned == ()
    assert report.decision is not Decision.CLEAR


def test_a_head_as_nifti_is_found_in_nifti_s_own_directions(
    tmp_path: Path, reader: Reader, faces: Faces, bodies
) -> None:
    voxels = bodies.head().transpose(2, 1, 0)[::-1, ::-1]
    nibabel.save(nibabel.Nifti1Image(voxels.astype(np.int16), np.diag([2.5, 2.5, 2.5, 1])), tmp_path / "head.nii.gz")
    assert face(scanned(tmp_path, reader, faces)).score > 0.5


def test_a_render_as_png_and_a_photograph_are_found_in_their_pictures(
    tmp_path: Path, reader: Reader, faces: Faces, bodies
) -> None:
    front = render(bodies.head(), (2.5, 2.5, 2.5), bodies.axes, "MR", (0,))[0]
    for name, picture in (
        ("render", np.kron(np.pad(front.picture, 40), np.ones((2, 2), np.uint8))),
        ("photo", data.astronaut()),
    ):
        (tmp_path / name).mkdir()
        Image.fromarray(picture).save(tmp_path / name / "picture.png")
        found = max(
            (each.finding for each in scanned(tmp_path / name, reader, faces).findings), key=lambda each: each.score
        )
        assert found.category is Category.FACE
        assert isinstance(found.place, Box)
        assert found.score > 0.5


def test_stills_of_a_render_that_tell_where_they_lie_are_looked_at_as_pictures(
    tmp_path: Path, write_dicom: Write, reader: Reader, faces: Faces, bodies
) -> None:
    front = render(bodies.head(), (2.5, 2.5, 2.5), bodies.axes, "MR", (0,))[0]
    picture = np.kron(np.pad(front.picture, 40), np.ones((2, 2), np.uint8))
    write_dicom(
        "still.dcm", picture, Modality="CT", ImagePositionPatient=[0, 0, 0],
        ImageOrientationPatient=[1, 0, 0, 0, 0, -1], PixelSpacing=[1, 1],
    )  # fmt: skip
    assert isinstance(face(scanned(tmp_path, reader, faces)).place, Box)
