"""What the reading process says of one file: everything but the pixels, as plain data that travels as JSON."""

from dataclasses import dataclass, field, fields
from typing import Any, Self

from phivet.cases.coverage import Unread
from phivet.cases.parts import Attribute, Property
from phivet.cases.places import Plane


@dataclass(frozen=True)
class Picture:
    """`count` pictures of one plane, which the reader decodes one at a time by index. See `parts.Frames`."""

    plane: Plane
    count: int
    modality: str = ""
    paged: bool = False
    upright: int = 1
    """EXIF orientation (1 to 8) that turns the stored picture upright; 1: as it is."""


@dataclass(frozen=True)
class Text:
    """Text to be read, and where it stands in the file's own decoded text. See `parts.Note`."""

    text: str = field(repr=False)
    runs: tuple[tuple[int, int], ...] = field(default=((0, 0),), repr=False)
    page: int | None = None


@dataclass(frozen=True)
class Slice:
    """Where frame `frame` of a file lies in its series, and how its stored values become the modality's units."""

    frame: int
    series: str = field(repr=False)
    position: tuple[float, float, float] | None
    """Of the first pixel's centre, in mm (ImagePositionPatient)."""
    rows_cols: tuple[float, float, float, float, float, float] | None
    """Direction cosines of a row and of a column (ImageOrientationPatient)."""
    spacing: tuple[float, float] | None
    """mm from row to row and from column to column (PixelSpacing)."""
    thickness: float | None
    """In mm (SliceThickness)."""
    slope: float
    intercept: float
    shape: tuple[int, int]
    """Rows and columns."""
    number: int | None = None
    """Its place in the series, as the header counts (InstanceNumber); for those that have no position."""


@dataclass(frozen=True)
class Member:
    """One file in a zip: its position in the central directory, its name and its size in bytes, unpacked."""

    ordinal: int
    name: str = field(repr=False)
    size: int


@dataclass(frozen=True)
class Missed:
    """The file, or only its `frames` (a range such as "3" or "1-119"), could not be looked at."""

    reason: Unread
    frames: str | None = None


@dataclass(frozen=True)
class Description:
    """All that a file holds, pictures only by their number."""

    attributes: tuple[Attribute, ...] = field(default=(), repr=False)
    properties: tuple[Property, ...] = field(default=(), repr=False)
    pictures: tuple[Picture, ...] = ()
    texts: tuple[Text, ...] = ()
    slices: tuple[Slice, ...] = ()
    members: tuple[Member, ...] = ()
    referenced: tuple[str, ...] = field(default=(), repr=False)
    """The files that a DICOMDIR names, relative to it."""
    missed: tuple[Missed, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain data for `json.dumps`: per field a list, each entry the list of its values."""
        return {
            each.name: [
                entry if isinstance(entry, str) else list(vars(entry).values()) for entry in getattr(self, each.name)
            ]
            for each in fields(self)
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The description that `as_json` wrote."""
        return cls(
            attributes=tuple(Attribute(*row) for row in data["attributes"]),
            properties=tuple(Property(*row) for row in data["properties"]),
            pictures=tuple(Picture(Plane(plane), *rest) for plane, *rest in data["pictures"]),
            texts=tuple(Text(text, _tuples(runs), page) for text, runs, page in data["texts"]),
            slices=tuple(Slice(*_tuples(row)) for row in data["slices"]),
            members=tuple(Member(*row) for row in data["members"]),
            referenced=tuple(data["referenced"]),
            missed=tuple(Missed(Unread(reason), frames) for reason, frames in data["missed"]),
        )


def _tuples(value: Any) -> Any:
    return tuple(_tuples(entry) for entry in value) if isinstance(value, list | tuple) else value
