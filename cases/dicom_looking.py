"""How a decoded frame looks: modality and VOI look-up tables, windows, palettes, 8 bits (PS3.3, C.11 and C.7.6.16)."""

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi

from phivet.cases.parts import Array, View

LOOK_UPS = (
    "WindowCenter", "WindowWidth", "VOILUTFunction", "VOILUTSequence", "RescaleSlope", "RescaleIntercept",
    "ModalityLUTSequence",
)  # fmt: skip
NONSENSE = (ValueError, AttributeError, IndexError, TypeError, KeyError, OverflowError)
"""What pydicom raises for look-up tables that contradict themselves; the picture is then shown without them."""


def transforms(dataset: Dataset, index: int) -> Dataset:
    """The look-up tables of frame `index`: those of its functional groups, the shared ones, the object's own."""
    try:
        per_frame = list(dataset.get("PerFrameFunctionalGroupsSequence") or ())[index : index + 1]
        groups = [*per_frame, *(dataset.get("SharedFunctionalGroupsSequence") or ())]
    except NONSENSE:
        return dataset
    found = Dataset()
    for group in groups:
        for name in ("FrameVOILUTSequence", "PixelValueTransformationSequence"):
            for item in group.get(name) or ():
                _add_missing(found, item)
    _add_missing(found, dataset)
    return found


def _add_missing(found: Dataset, source: Dataset) -> None:
    for keyword in LOOK_UPS:
        if keyword in source and keyword not in found:
            found[keyword] = source[keyword]


def look(array: Array, pixel: Dataset, tables: Dataset) -> View:
    """(H, W) or (H, W, 3) uint8 of a decoded frame, which `pixel` describes, dark where a radiologist sees it dark."""
    photometric = str(pixel.get("PhotometricInterpretation") or "MONOCHROME2")
    if photometric == "PALETTE COLOR" and array.ndim == 2:
        try:
            return _to_8_bits(apply_color_lut(array, pixel))
        except NONSENSE:
            return _spread(array.astype(np.float32))
    if array.ndim == 3:
        return _to_8_bits(array[..., :3] if array.shape[2] >= 3 else array[..., 0])
    if int(pixel.get("BitsAllocated") or 0) == 1:
        grey: View = array.astype(np.uint8) * np.uint8(255)
    else:
        grey = _by_value(array, pixel, tables) if _is_tabled(array, tables) else _grey(array, pixel, tables)
    return 255 - grey if photometric == "MONOCHROME1" else grey


def _is_tabled(array: Array, tables: Dataset) -> bool:
    """Whether each value has one shade, and there are fewer values than pixels."""
    if array.dtype.kind not in "iu" or array.dtype.itemsize > 2 or "ModalityLUTSequence" in tables:
        return False
    return not tables.get("VOILUTSequence") and int(array.max()) - int(array.min()) < array.size // 2


def _by_value(array: Array, pixel: Dataset, tables: Dataset) -> View:
    """As `_grey`, of which every value from the smallest to the largest is asked once. Looking up is what is left."""
    low, high = int(array.min()), int(array.max())
    shades = _grey(np.arange(low, high + 1, dtype=np.int32).astype(array.dtype), pixel, tables)
    if low == high:
        return np.full(array.shape, shades[0])
    view: View = shades[np.subtract(array, low, dtype=np.int32)]
    return view if view.min() != view.max() else _grey(array, pixel, tables)


def _grey(array: Array, pixel: Dataset, tables: Dataset) -> View:
    try:
        values = apply_modality_lut(array, tables)
    except NONSENSE:
        values = array
    if tables.get("VOILUTSequence"):
        try:
            described = Dataset()
            described.update(tables)
            for keyword in ("BitsStored", "PixelRepresentation", "PhotometricInterpretation"):
                described[keyword] = pixel[keyword]
            return _spread(apply_voi(values, described).astype(np.float32))
        except NONSENSE:
            return _spread(values.astype(np.float32))
    windowed = _windowed(values.astype(np.float32), tables)
    return _spread(values.astype(np.float32)) if windowed is None else windowed


def _windowed(values: NDArray[np.float32], tables: Dataset) -> View | None:
    """The first window applied (PS3.3, C.11.2.1.2); None where there is none, or it shows nothing."""
    try:
        centre, width = (_first(tables.get(name)) for name in ("WindowCenter", "WindowWidth"))
    except (TypeError, ValueError):
        return None
    if centre is None or width is None or not (np.isfinite(centre) and np.isfinite(width) and width >= 1):
        return None
    if tables.get("VOILUTFunction") == "SIGMOID":
        shown = 1 / (1 + np.exp(np.clip(-4 * (values - centre) / width, -50, 50)))
    elif tables.get("VOILUTFunction") == "LINEAR_EXACT" or width == 1:
        shown = (values - centre) / width + 0.5
    else:
        shown = (values - (centre - 0.5)) / (width - 1) + 0.5
    view: View = (np.clip(shown, 0, 1) * 255).astype(np.uint8)
    return view if view.min() != view.max() else None


def _first(value: object) -> float | None:
    if value is None or value == "":
        return None
    return float(value[0] if isinstance(value, list | MultiValue) else value)  # type: ignore[arg-type]


def _spread(values: NDArray[np.float32]) -> View:
    """Smallest to largest finite value on 0 to 255."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if high <= low:
        return np.zeros(values.shape, np.uint8)
    shown = (np.nan_to_num(values, nan=low, posinf=high, neginf=low) - low) / (high - low)
    view: View = (shown * 255).astype(np.uint8)
    return view


def _to_8_bits(array: Array) -> View:
    if array.dtype == np.uint8:
        return array.astype(np.uint8, copy=False)
    if array.dtype == np.uint16 and array.max(initial=np.uint16(0)) > 255:
        return np.right_shift(array.astype(np.uint16), 8).astype(np.uint8)
    return _spread(array.astype(np.float32)) if array.dtype != np.uint16 else array.astype(np.uint8)
