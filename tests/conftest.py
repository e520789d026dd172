"""What many tests share: a reading process, and a writer of small real DICOM files."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

from phivet.cases.reader import Reader

Write = Callable[..., Path]


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


@pytest.fixture
def write_dicom(tmp_path: Path) -> Write:
    """write_dicom("a.dcm", pixels, PatientName="DOE^JANE", ...) -> its path; pixels are (H, W) or (frames, H, W)."""

    def write(
        name: str,
        pixels: np.ndarray[Any, Any] | None = None,
        syntax: str = ExplicitVRLittleEndian,
        compress: str | None = None,
        **attributes: Any,
    ) -> Path:
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = SecondaryCaptureImageStorage
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid(prefix=None)
        dataset.StudyInstanceUID = dataset.SeriesInstanceUID = generate_uid(prefix=None)
        if pixels is not None:
            describe(dataset, pixels)
        for keyword, value in attributes.items():
            setattr(dataset, keyword, value)
        if compress is not None:
            dataset.compress(compress, generate_instance_uid=False)
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        dataset.save_as(path, enforce_file_format=True)
        return path

    return write


def describe(dataset: Dataset, pixels: np.ndarray[Any, Any]) -> None:
    colour = pixels.shape[-1] == 3
    frames = pixels if pixels.ndim == (4 if colour else 3) else pixels[None]
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = frames.shape[:3]
    dataset.SamplesPerPixel = 3 if colour else 1
    dataset.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        dataset.PlanarConfiguration = 0
    bits = 8 * pixels.itemsize
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, bits, bits - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    dataset.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    dataset["PixelData"].VR = "OB" if bits == 8 else "OW"
