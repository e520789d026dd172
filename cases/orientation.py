"""Between the stored picture and the upright one: EXIF orientation (EXIF 3.0, tag 0x0112), values 1 to 8."""

import numpy as np
from numpy.typing import NDArray

_AXES_SWAPPED = frozenset({5, 6, 7, 8})
_COLUMNS_REVERSED = frozenset({2, 3, 7, 8})
_ROWS_REVERSED = frozenset({3, 4, 6, 7})


def turn_upright(view: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """The stored picture (H, W) or (H, W, 3) as people see it, contiguous."""
    _check(orientation)
    if orientation in _COLUMNS_REVERSED:
        view = view[:, ::-1]
    if orientation in _ROWS_REVERSED:
        view = view[::-1]
    if orientation in _AXES_SWAPPED:
        view = view.swapaxes(0, 1)
    return np.ascontiguousarray(view)


def box_in_stored(
    box: tuple[int, int, int, int], stored_shape: tuple[int, ...], orientation: int
) -> tuple[int, int, int, int]:
    """Pixels [x0, x1) x [y0, y1) of the upright picture, as x0, y0, x1, y1 of the stored one of (H, W, ...)."""
    _check(orientation)
    x0, y0, x1, y1 = box
    height, width = stored_shape[:2]
    if orientation in _AXES_SWAPPED:
        x0, y0, x1, y1 = y0, x0, y1, x1
    if orientation in _COLUMNS_REVERSED:
        x0, x1 = width - x1, width - x0
    if orientation in _ROWS_REVERSED:
        y0, y1 = height - y1, height - y0
    return x0, y0, x1, y1


def _check(orientation: int) -> None:
    if not 1 <= orientation <= 8:
        raise ValueError(f"an EXIF orientation is from 1 to 8, not {orientation}")
