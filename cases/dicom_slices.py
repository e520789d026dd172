"""Where the frames of a DICOM object lie in the patient (PS3.3, C.7.6.2 and C.7.6.16)."""

from collections.abc import Iterator

from pydicom.dataset import Dataset

from phivet.cases.description import Slice

STACKED = ("CT", "MR", "PT")
"""Modalities whose objects are slices even if they do not tell where they lie; all others are then pictures."""


def slices(dataset: Dataset) -> Iterator[Slice]:
    """One slice a frame that has a position and an orientation, or is of a modality that makes nothing but slices."""
    rows, columns = dataset.get("Rows"), dataset.get("Columns")
    if not rows or not columns or int(dataset.get("SamplesPerPixel") or 1) != 1:
        return
    frames = int(dataset.get("NumberOfFrames") or 1)
    per_frame = list(dataset.get("PerFrameFunctionalGroupsSequence") or ())[:frames]
    shared = list(dataset.get("SharedFunctionalGroupsSequence") or ())
    if not per_frame:
        for index in range(frames):
            yield from _slice(index, [dataset], dataset, lies=frames == 1)
    for index, group in enumerate(per_frame):
        yield from _slice(index, [*_macros(group), *(m for each in shared for m in _macros(each)), dataset], dataset)


def _macros(group: Dataset) -> list[Dataset]:
    """The items of a functional group that hold geometry and units."""
    names = (
        "PlanePositionSequence", "PlaneOrientationSequence", "PixelMeasuresSequence",
        "PixelValueTransformationSequence",
    )  # fmt: skip
    return [item for name in names for item in group.get(name) or ()]


def _slice(index: int, where: list[Dataset], dataset: Dataset, lies: bool = True) -> Iterator[Slice]:
    """Frame `index`; where it `lies` is not known of frames that share one position."""
    position = _numbers(where, "ImagePositionPatient", 3) if lies else None
    orientation = _numbers(where, "ImageOrientationPatient", 6) if lies else None
    known = position is not None and orientation is not None
    if not known and str(dataset.get("Modality") or "") not in STACKED:
        return
    number = _numbers([dataset], "InstanceNumber", 1)
    thickness = _numbers(where, "SliceThickness", 1)
    yield Slice(
        frame=index,
        series=str(dataset.get("SeriesInstanceUID") or ""),
        position=tuple(position) if known and position else None,  # type: ignore[arg-type]
        rows_cols=tuple(orientation) if known and orientation else None,  # type: ignore[arg-type]
        spacing=tuple(_numbers(where, "PixelSpacing", 2) or ()) or None,  # type: ignore[arg-type]
        thickness=thickness[0] if thickness else None,
        slope=(_numbers(where, "RescaleSlope", 1) or [1.0])[0],
        intercept=(_numbers(where, "RescaleIntercept", 1) or [0.0])[0],
        shape=(int(dataset.Rows), int(dataset.Columns)),
        number=index if not lies else int(number[0]) if number else None,
    )


def _numbers(where: list[Dataset], keyword: str, count: int) -> list[float] | None:
    """`count` numbers of the first data set that holds them."""
    for dataset in where:
        value = dataset.get(keyword)
        if value is None or value == "":
            continue
        numbers = [float(value)] if isinstance(value, float | int) else [float(each) for each in value]
        if len(numbers) >= count:
            return numbers[:count]
    return None
