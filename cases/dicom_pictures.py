"""The pictures of a DICOM object: its frames, its overlays and its icons, as stored and for looking."""

import io
from collections.abc import Iterator

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from phivet.cases.coverage import Unread
from phivet.cases.dicom_looking import look, transforms
from phivet.cases.dicom_overlays import Overlay, overlays
from phivet.cases.dicom_pixels import PIXELS, Location, PixelData, encapsulated
from phivet.cases.errors import UnreadableError
from phivet.cases.limits import Limits
from phivet.cases.parts import Array, View
from phivet.cases.places import Plane

ICONS_AT_MOST = 1_000
DEEPEST_ICON = 8


class Pictures:
    """All pictures of one object, by plane and index. `missed` says why some of them cannot be looked at."""

    def __init__(self, dataset: Dataset, location: Location | None, syntax: UID, limits: Limits) -> None:
        self.missed: list[Unread] = []
        self._dataset = dataset
        self._frames = PixelData(dataset, location, syntax, limits) if location is not None else None
        self._overlays: list[tuple[Overlay, int]] = []
        try:
            for overlay in overlays(dataset, self._frames, limits):
                self._overlays += [(overlay, index) for index in range(overlay.count)]
        except UnreadableError as error:
            self.missed.append(error.reason)
        self._icons = [_icon(item, syntax, limits) for item in _nested_pictures(dataset)]
        if len(self._icons) > ICONS_AT_MOST:
            self.missed.append(Unread.SIZE)
            del self._icons[ICONS_AT_MOST:]

    def counts(self) -> list[tuple[Plane, int]]:
        """How many pictures each plane has; planes without any are left out."""
        frames = self._frames.count if self._frames else 0
        counts = ((Plane.PIXELS, frames), (Plane.OVERLAY, len(self._overlays)), (Plane.ICON, len(self._icons)))
        return [(plane, count) for plane, count in counts if count]

    def stored(self, plane: Plane, index: int) -> Array:
        """A picture as decoded. Raises `UnreadableError`."""
        try:
            if plane is Plane.ICON:
                return self._icons[index][0]
            if plane is Plane.OVERLAY:
                overlay, frame = self._overlays[index]
                return overlay.draw(frame, self._dataset, self._frames)
        except IndexError:
            raise UnreadableError(Unread.MISSING) from None
        if self._frames is None:
            raise UnreadableError(Unread.MISSING)
        return self._frames[index]

    def view(self, plane: Plane, index: int) -> View:
        """A picture for looking: (H, W) or (H, W, 3) uint8."""
        array = self.stored(plane, index)
        if plane is Plane.OVERLAY:
            return array.astype(np.uint8) * np.uint8(255)
        pixels = self._icons[index] if plane is Plane.ICON else self._frames
        if pixels is None:
            raise UnreadableError(Unread.MISSING)
        tables = pixels.attributes if plane is Plane.ICON else transforms(self._dataset, index)
        return look(array, pixels.attributes, tables)


def _nested_pictures(dataset: Dataset, depth: int = 0) -> Iterator[Dataset]:
    """Every item with pixels of its own: icons of the object, of its references, of a DICOMDIR's records."""
    for sequence in _sequences(dataset) if depth < DEEPEST_ICON else ():
        for item in sequence:
            if PIXELS in item and "Rows" in item and isinstance(item[PIXELS].value, bytes):
                yield item
            yield from _nested_pictures(item, depth + 1)


def _sequences(dataset: Dataset) -> Iterator[pydicom.Sequence]:
    for tag in dataset.keys():  # noqa: SIM118 iterating over a data set would convert every value
        if dataset.get_item(tag).VR in ("SQ", "UN", None):
            try:
                value = dataset[tag].value
            except (ValueError, TypeError, NotImplementedError, EOFError, AttributeError):
                continue
            if isinstance(value, pydicom.Sequence):
                yield value


def _icon(item: Dataset, syntax: UID, limits: Limits) -> PixelData:
    value = item[PIXELS].value
    file = io.BytesIO(value)
    if syntax.is_encapsulated and value[:4] == b"\xfe\xff\x00\xe0":
        return PixelData(item, encapsulated(file, PIXELS, 0, "<"), syntax, limits)
    native = ExplicitVRLittleEndian if syntax.is_encapsulated else syntax
    return PixelData(item, Location(file, PIXELS, 0, len(value)), native, limits)
