"""A frame as a page shows it: a JPEG in a data URI, and its boxes in the stored image's own pixels over it."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

from phivet.cases.parts import View
from phivet.cases.places import Box
from phivet.cases.report import Judged
from phivet.serving import words

LONGEST = 1024
"""Pixels of the longer side at most: enough to look at; the boxes are exact at any size."""

_QUALITY = 88
_EDGE = 6  # percent of the picture that a label is high
_TURNS = {  # EXIF orientation: the matrix (a, b, c, d) and where the origin goes, in widths and heights of the picture
    1: (1, 0, 0, 1, (0, 0), (0, 0)),
    2: (-1, 0, 0, 1, (1, 0), (0, 0)),
    3: (-1, 0, 0, -1, (1, 0), (0, 1)),
    4: (1, 0, 0, -1, (0, 0), (0, 1)),
    5: (0, 1, 1, 0, (0, 0), (0, 0)),
    6: (0, 1, -1, 0, (0, 1), (0, 0)),
    7: (0, -1, -1, 0, (0, 1), (1, 0)),
    8: (0, -1, 1, 0, (0, 0), (1, 0)),
}


@dataclass(frozen=True)
class Outline:
    """A box on a picture: its number in the legend, its findings, its position in words.

    `left` and `top` say where its label goes, in percent of the upright picture: `above` the box, to its `right` or
    `below` it. A `crowded` label has room for the number only.
    """

    number: int
    box: Box
    findings: tuple[Judged, ...]
    position: str
    left: float
    top: float
    side: str
    crowded: bool


@dataclass(frozen=True)
class Picture:
    """A picture, `width` x `height` stored pixels, and the SVG transform that turns it and its boxes upright."""

    uri: str
    width: int
    height: int
    upright: int

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height once it is upright."""
        return (self.height, self.width) if self.upright >= 5 else (self.width, self.height)

    @property
    def matrix(self) -> tuple[int, int, int, int, int, int]:
        """(a, b, c, d, e, f): x' = ax + cy + e, y' = bx + dy + f, from stored pixels to the upright picture's."""
        a, b, c, d, (ew, eh), (fw, fh) = _TURNS[self.upright]
        return a, b, c, d, ew * self.width + eh * self.height, fw * self.width + fh * self.height

    def turned(self, box: Box) -> tuple[int, int, int, int]:
        """x0, y0, x1, y1 of `box` on the upright picture."""
        a, b, c, d, e, f = self.matrix
        xs = sorted((a * box.x0 + c * box.y0 + e, a * box.x1 + c * box.y1 + e))
        ys = sorted((b * box.x0 + d * box.y0 + f, b * box.x1 + d * box.y1 + f))
        return xs[0], ys[0], xs[1], ys[1]


def picture(view: View, upright: int = 1, longest: int = LONGEST) -> Picture:
    """`view` ((H, W) or (H, W, 3) uint8) as a JPEG of at most `longest` pixels a side."""
    from PIL import Image

    image = Image.fromarray(view)
    width, height = image.size
    image.thumbnail((longest, longest))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_QUALITY, subsampling=0)
    uri = "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")
    return Picture(uri, width, height, upright)


def outlines(shown: Picture, boxes: Sequence[tuple[Box, tuple[Judged, ...]]]) -> list[Outline]:
    """The boxes in reading order, numbered from 1, with labels that do not run into each other."""
    width, height = shown.shown
    taken: list[tuple[float, float, float]] = []
    found = []
    ordered = sorted(boxes, key=lambda entry: (shown.turned(entry[0])[1], shown.turned(entry[0])[0]))
    for number, (box, findings) in enumerate(ordered, 1):
        x0, y0, x1, y1 = shown.turned(box)
        long = 4 + 1.2 * sum(len(category) for category in {judged.finding.category for judged in findings})
        side, left, top = "above", 100 * x0 / width, 100 * y0 / height
        if top < _EDGE:
            right = 100 * x1 / width
            side, left, top = ("right", right, top) if right + long < 100 else ("below", left, 100 * y1 / height)
        left, top = min(max(left, 0), 97), min(max(top, 0), 97)
        crowded = left + long > 100 or any(
            abs(top - y) < _EDGE and left < x + wide and x < left + long for x, y, wide in taken
        )
        taken.append((left, top, _EDGE if crowded else long))
        position = words.position(x0, y0, x1, y1, width, height)
        found.append(Outline(number, box, findings, position, round(left, 3), round(top, 3), side, crowded))
    return found
