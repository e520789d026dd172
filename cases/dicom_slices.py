"""Where the frames of a DICOM object lie in the patient (PS3.3, C.7.6.2 and C.7.6.16)."""

from collections.abc import Iterator

from pydicom.dataset import Dataset

from phivet.cases.description import Slice


def slices(dataset: Dataset) -> Iterator[Slice]:
    """One slice a frame that has a position and an orientation; none for objects that have neither."""
    rows, columns = dataset.get("Rows"), dataset.get("Columns")
    if not rows or not columns or int(dataset.get("SamplesPerPixel") or 1) != 1:
        return
    frames = int(dataset.get("NumberOfFrames") or 1)
    per_frame = list(dataset.get("PerFrameFunctionalGroupsSequence") or ())[:frames]
    shared = list(dataset.get("SharedFunctionalGroupsSequence") or ())
    if not per_frame:
        yield from _slice(0, [dataset], dataset)
    for index, group in enumerate(per_frame):
        yield from _slice(index, [*_macros(group), *(m for each in shared for m in _macros(each)), dataset], dataset)


def _macros(group: Dataset) -> list[Dataset]:
    """The items of a functional group that hold geometry and units."""
    names = (
        "PlanePositionSequence", "PlaneOrientationSequence", "PixelMeasuresSequence",
        "PixelValueTransformationSequence",
    )  # fmt: skip
    return [item for name in names for item in group.get(name) or ()]


def _slice(index: int, where: list[Dataset], dataset: Dataset) -> Iterator[Slice]:
    position = _numbers(where, "ImagePositionPatient", 3)
    orientation = _numbers(where, "ImageOrientationPatient", 6)
    if position is None or orientation is None:
        return
    thickness = _numbers(where, "SliceThickness", 1)
    yield Slice(
        frame=index,
        series=str(dataset.get("SeriesInstanceUID") or ""),
        position=(position[0], position[1], position[2]),
        rows_cols=tuple(orientation),  # type: ignore[arg-type]
        spacing=tuple(_numbers(where, "PixelSpacing", 2) or ()) or None,  # type: ignore[arg-type]
        thickness=thickness[0] if thickness else None,
        slope=(_numbers(where, "RescaleSlope", 1) or [1.0])[0],
        intercept=(_numbers(where, "RescaleIntercept", 1) or [0.0])[0],
        shape=(int(dataset.Rows), int(dataset.Columns)),
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
