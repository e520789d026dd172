"""What of a case can be looked at: Part = Header | Container | Note | Frames | Volume."""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from phivet.cases.coverage import Coverage, Unread, Why, ranges
from phivet.cases.errors import UnreadableError
from phivet.cases.places import Box, Element, Place, Plane, Region, Span, Whole

Array = NDArray[np.generic]
View = NDArray[np.uint8]

FEWEST = 8
"""Slices below which no surface can be made of a volume."""
THINNEST_MM = 40.0
"""The same of all slices together: less than a nose and an eye."""


@dataclass(frozen=True)
class Attribute:
    """One data element of a DICOM header, nested ones and file meta information included.

    `value` is its text: several values joined by backslashes, binary values only as far as they are readable text.
    """

    path: str
    tag: int
    vr: str
    keyword: str
    creator: str = field(repr=False)
    value: str = field(repr=False)


@dataclass(frozen=True)
class Property:
    """One property of a file's own wrapping: its `name`, `exif.Artist`, `png.Comment`, `xmp`, `iptc.By-line`."""

    path: str
    value: str = field(repr=False)


@dataclass(frozen=True)
class Header:
    """A DICOM header: every attribute, in the order of the file."""

    source: str
    attributes: tuple[Attribute, ...] = field(repr=False)
    coverage: Coverage = field(default_factory=Coverage, repr=False, compare=False)
    """Where a language that nobody here judges is entered."""

    def value(self, keyword: str) -> str:
        """The value of the top-level attribute with this keyword, "" if there is none."""
        return next((a.value for a in self.attributes if a.keyword == keyword and "." not in a.path), "")

    def text_at(self, place: Place) -> str:
        """What stands at `place`."""
        return _value_at(self._values, place)

    @cached_property
    def _values(self) -> dict[str, str]:
        return {each.path: each.value for each in reversed(self.attributes)}


@dataclass(frozen=True)
class Container:
    """A file's own wrapping: its name, EXIF, XMP, IPTC, text chunks."""

    source: str
    properties: tuple[Property, ...] = field(repr=False)
    coverage: Coverage = field(default_factory=Coverage, repr=False, compare=False)
    """Where a language that nobody here judges is entered."""

    def text_at(self, place: Place) -> str:
        """What stands at `place`."""
        return _value_at(self._values, place)

    @cached_property
    def _values(self) -> dict[str, str]:
        return {each.path: each.value for each in reversed(self.properties)}


def _value_at(values: dict[str, str], place: Place) -> str:
    return values.get(place.path, "")[place.start : place.end] if isinstance(place, Element) else ""


@dataclass(frozen=True)
class Note:
    """Text to be read. `text[i]` stands at `i - a + b` of the file's own decoded text, (a, b) being its run.

    Runs stand in order, in `text` and in the file alike.
    A note may also be the value of a header's attribute or of a file's property: then `element` is its path.
    """

    source: str
    text: str = field(repr=False)
    runs: tuple[tuple[int, int], ...] = field(default=((0, 0),), repr=False)
    page: int | None = None
    element: str | None = None
    coverage: Coverage = field(default_factory=Coverage, repr=False, compare=False)
    """Where a language that nobody here judges is entered."""

    def place(self, start: int, end: int) -> Span | Element:
        """Where characters [start, end) of `text` stand."""
        if self.element is not None:
            return Element(self.source, self.element, start, end)
        first, last = self._in_file(start), self._in_file(end - 1)
        return Span(self.source, first, last + 1, self.page)

    def _in_file(self, index: int) -> int:
        start, origin = self.runs[bisect_right(self.runs, index, key=lambda run: run[0]) - 1]
        return origin + index - start

    def text_at(self, place: Place) -> str:
        """What stands at `place`, as this note reads it."""
        if isinstance(place, Element):
            return self.text[place.start : place.end]
        if not isinstance(place, Span):
            return ""
        pieces = []
        first = max(0, bisect_right(self.runs, place.start, key=lambda run: run[1]) - 1)
        last = bisect_left(self.runs, place.end, key=lambda run: run[1])
        for index in range(first, last):
            start, origin = self.runs[index]
            bound = self.runs[index + 1][0] if index + 1 < len(self.runs) else len(self.text)
            pieces.append(self.text[max(start, place.start - origin + start) : min(bound, place.end - origin + start)])
        return "".join(pieces)


@dataclass(frozen=True)
class Frames:
    """Pictures that are decoded one at a time, when they are asked for.

    `view(i)` is for looking: (H, W) or (H, W, 3) uint8 RGB, in the stored geometry, modality and VOI look-up applied.
    `stored(i)` is as decoded: (H, W) or (H, W, C), any dtype, rescaled to the modality's units in `Volume` only.
    Both raise `UnreadableError` for a frame that cannot be decoded; the others are not harmed.
    """

    source: str
    count: int
    modality: str
    view: Callable[[int], View] = field(repr=False, compare=False)
    stored: Callable[[int], Array] = field(repr=False, compare=False)
    plane: Plane = Plane.PIXELS
    paged: bool = False
    upright: int = 1
    """EXIF orientation (1 to 8) that turns the stored picture upright; 1: as it is."""
    sliced: frozenset[int] = frozenset()
    """Those that lie in space as slices of a `Volume` of which a surface can be made, and are looked at there."""
    lying: frozenset[int] = frozenset()
    """Those, too, of which it is told where in the patient they lie."""
    coverage: Coverage = field(default_factory=Coverage, repr=False, compare=False)
    """Where pictures that cannot be decoded, or need no look of their own, are entered."""

    def __post_init__(self) -> None:
        if self.count < 1 or not 1 <= self.upright <= 8:
            raise ValueError("frames need a count of at least 1 and an EXIF orientation from 1 to 8")

    def views(self, besides: frozenset[int] = frozenset()) -> Iterator[tuple[int, View]]:
        """Every picture that needs a look, with its index, one at a time; not those `besides`.

        One that equals an earlier one in every pixel, or has one single value, is entered as skipped; one that cannot
        be decoded as not scanned.
        """
        seen: set[bytes] = set()
        skipped: dict[Why, list[int]] = {Why.IDENTICAL: [], Why.BLANK: []}
        unread: dict[Unread, list[int]] = {}
        for index in range(self.count):
            if index in besides:
                continue
            try:
                view = self.view(index)
            except UnreadableError as error:
                unread.setdefault(error.reason, []).append(index)
                continue
            self.coverage.looked_at_frame(self.source, self.plane, index)
            digest = hashlib.sha256(repr(view.shape).encode() + np.ascontiguousarray(view).data).digest()
            if view.min() == view.max():
                skipped[Why.BLANK].append(index)
            elif digest in seen:
                skipped[Why.IDENTICAL].append(index)
            else:
                seen.add(digest)
                yield index, view
        for why, indices in skipped.items():
            if indices:
                self.coverage.skip(self.source, ranges(indices), why)
        for reason, indices in unread.items():
            self.coverage.miss(self.source, reason, ranges(indices) if self.count > 1 else None)

    def box(self, index: int, x0: int, y0: int, x1: int, y1: int) -> Box:
        """The place of pixels [x0, x1) x [y0, y1) of picture `index`."""
        frame, page = (None, index) if self.paged else (index, None)
        return Box(self.source, x0, y0, x1, y1, frame, page, self.plane)


@dataclass(frozen=True)
class Volume:
    """A series as one block of voxels, (D, H, W), slices sorted along their normal.

    `spacing` is in mm per (D, H, W) step; `axes` holds the patient directions (x to the left, y to the back, z to the
    head) of a step along D, H and W, as unit rows, or None when the header does not tell. Under a tilted gantry a step
    along D is not at right angles to the others. `untold` are those of the three of `spacing` that the header does not
    tell: 1 mm stands for them, and who measures must not believe it.
    """

    sources: tuple[str, ...]
    series: int
    modality: str
    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    axes: tuple[tuple[float, float, float], ...] | None
    slices: Callable[[], Iterator[NDArray[np.float32]]] = field(repr=False, compare=False)
    """Yields (H, W) float32 slices in the modality's units (Hounsfield for CT), first to last."""
    coverage: Coverage = field(default_factory=Coverage, repr=False, compare=False)
    """Where it is entered that no surface can be made of so few slices."""
    untold: frozenset[int] = frozenset()

    @property
    def is_solid(self) -> bool:
        """Whether a surface can be made of it: of slices enough, thick enough together as far as that is told."""
        return self.shape[0] >= FEWEST and (0 in self.untold or self.shape[0] * self.spacing[0] >= THINNEST_MM)

    def voxels(self) -> NDArray[np.float32]:
        """All of it, (D, H, W) float32. Raises `UnreadableError` when a slice cannot be decoded."""
        block = np.empty(self.shape, np.float32)
        for z, plane in enumerate(self.slices()):
            block[z] = plane
        return block

    def region(self, z0: int, y0: int, x0: int, z1: int, y1: int, x1: int) -> Region:
        """The place of voxels [z0, z1) x [y0, y1) x [x0, x1)."""
        return Region(self.sources, self.series, z0, y0, x0, z1, y1, x1)


Part = Header | Container | Note | Frames | Volume


def whole(part: Part) -> Place:
    """All of `part`."""
    if isinstance(part, Volume):
        return Region(part.sources, part.series, 0, 0, 0, *part.shape)
    return Whole(part.source)
