"""Where in a case something is: Place = Span | Box | Element | Region | Whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Plane(StrEnum):
    """Which picture of a file a box lies on."""

    PIXELS = "pixels"
    OVERLAY = "overlay"
    ICON = "icon"


def _ordered(what: str, *pairs: tuple[int, int]) -> None:
    for low, high in pairs:
        if not 0 <= low < high:
            raise ValueError(f"a {what} needs 0 <= start < end, not {low} and {high}")


@dataclass(frozen=True)
class Span:
    """Characters [start, end) of the file's own decoded text."""

    source: str
    start: int
    end: int
    page: int | None = None

    def __post_init__(self) -> None:
        _ordered("span", (self.start, self.end))


@dataclass(frozen=True)
class Box:
    """Pixels [x0, x1) x [y0, y1) of the stored image, before EXIF rotation and rescaling.

    Either `frame` (of a multi-frame image) or `page` (of a paged document) is given, counted from 0.
    """

    source: str
    x0: int
    y0: int
    x1: int
    y1: int
    frame: int | None = 0
    page: int | None = None
    plane: Plane = Plane.PIXELS

    @property
    def corners(self) -> tuple[int, int, int, int]:
        """x0, y0, x1, y1."""
        return self.x0, self.y0, self.x1, self.y1

    def __post_init__(self) -> None:
        _ordered("box", (self.x0, self.x1), (self.y0, self.y1))
        if (self.frame is None) == (self.page is None):
            raise ValueError("a box lies on either a frame or a page")


@dataclass(frozen=True)
class Element:
    """A header attribute or file property, by `path`; characters [start, end) of its value if they are given.

    Paths: `(0010,0010)`, `(0040,A730)[2].(0040,A160)` (items counted from 0), `preamble`, `name`, `exif.Artist`.
    """

    source: str
    path: str
    start: int | None = None
    end: int | None = None

    def __post_init__(self) -> None:
        if (self.start is None) != (self.end is None):
            raise ValueError("an element's start and end are given together")
        if self.start is not None and self.end is not None:
            _ordered("span of an element", (self.start, self.end))


@dataclass(frozen=True)
class Region:
    """Voxels [z0, z1) x [y0, y1) x [x0, x1) of the volume made of `sources`; `series` is its ordinal in the case."""

    sources: tuple[str, ...]
    series: int
    z0: int
    y0: int
    x0: int
    z1: int
    y1: int
    x1: int

    def __post_init__(self) -> None:
        _ordered("region", (self.z0, self.z1), (self.y0, self.y1), (self.x0, self.x1))
        if not self.sources:
            raise ValueError("a region lies in at least one source")


@dataclass(frozen=True)
class Whole:
    """All of a source."""

    source: str


Place = Span | Box | Element | Region | Whole


def overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    """The intersection of two boxes (x0, y0, x1, y1) as a part of their union."""
    across, down = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0, across) * max(0, down)
    return shared / (sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in (one, other)) - shared)


def sources(place: Place) -> tuple[str, ...]:
    """The sources that `place` lies in."""
    return place.sources if isinstance(place, Region) else (place.source,)


def as_json(place: Place) -> dict[str, object]:
    """`place` as the report writes it: its kind, then its fields, those that are not given left out."""
    fields: Mapping[str, object] = vars(place)
    return {"kind": type(place).__name__.lower()} | {
        key: list(value) if isinstance(value, tuple) else value for key, value in fields.items() if value is not None
    }
