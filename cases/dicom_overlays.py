"""Overlays of a DICOM object (PS3.3, C.9.2): bits of their own, or a high bit of the pixel data (retired, yet met)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from phivet.cases.coverage import Unread
from phivet.cases.dicom_pixels import PixelData
from phivet.cases.errors import UnreadableError
from phivet.cases.limits import Limits

GROUPS = range(0x6000, 0x6020, 2)
FARTHEST = 1 << 16
"""Pixels that an overlay may begin away from the image's corner."""


@dataclass(frozen=True)
class Overlay:
    """One overlay plane of `count` frames; `origin` is the (row, column) of its first pixel, counted from 1."""

    group: int
    rows: int
    columns: int
    origin: tuple[int, int]
    count: int
    bit: int | None
    """Its bit in the stored values; None when it has data of its own."""

    def draw(self, index: int, dataset: Dataset, frames: PixelData | None) -> NDArray[np.uint8]:
        """0 and 1 on a canvas of the image's size, so that its coordinates are those of the stored pixels."""
        if self.bit is not None and frames is not None:
            return (frames.with_unused_bits(index) >> self.bit & 1).astype(np.uint8)
        bits = np.unpackbits(np.frombuffer(dataset[self.group, 0x3000].value, np.uint8), bitorder="little")
        size = self.rows * self.columns
        if len(bits) < size * (index + 1):
            raise UnreadableError(Unread.CORRUPT)
        plane = bits[size * index : size * (index + 1)].reshape(self.rows, self.columns)
        top, left = (max(0, start - 1) for start in self.origin)
        height, width = top + self.rows, left + self.columns
        if frames is not None:
            height, width = max(height, frames.rows), max(width, frames.columns)
        canvas = np.zeros((height, width), np.uint8)
        canvas[top : top + self.rows, left : left + self.columns] = plane
        return canvas


def overlays(dataset: Dataset, frames: PixelData | None, limits: Limits) -> Iterator[Overlay]:
    """The overlays of `dataset`. Raises `UnreadableError` for one that contradicts itself."""
    for group in GROUPS:
        try:
            yield from _overlay(dataset, group, frames, limits)
        except (ValueError, TypeError, AttributeError) as error:
            raise UnreadableError(Unread.CORRUPT) from error


def _overlay(dataset: Dataset, group: int, frames: PixelData | None, limits: Limits) -> Iterator[Overlay]:
    def value(element: int, usual: int) -> int:
        found = dataset.get((group, element))
        return usual if found is None or found.value in (None, "") else int(found.value)

    own = dataset.get((group, 0x3000))
    has_data = own is not None and bool(own.value)
    embedded = frames is not None and value(0x0100, 1) != 1 and value(0x0102, 0) > 0
    if not (has_data or embedded):
        return
    rows, columns, count = value(0x0010, 0), value(0x0011, 0), value(0x0015, 1)
    origin = dataset.get((group, 0x0050))
    top, left = (int(each) for each in origin.value) if origin is not None and origin.value else (1, 1)
    if not 0 < rows * columns <= limits.pixels or count < 1 or max(abs(top), abs(left)) > FARTHEST:
        raise ValueError("an overlay of no size, or far outside the image")
    bit = None if has_data else value(0x0102, 0)
    if bit is not None and frames is not None:
        count = frames.count
    yield Overlay(group, rows, columns, (top, left), count, bit)
