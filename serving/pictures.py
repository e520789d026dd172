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
_TALL, _NUMBER, _LETTER = 3.2, 3.0, 1.05  # percent of a picture that a label, its number and a letter of it take up
Area = tuple[float, float, float, float]
"""x0, y0, x1, y1 in percent of the picture."""

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

    Its label hangs on the point `x`, `y`, in percent of the upright picture, at that `side` of the box; a `crowded` one
    has room for the number only.
    """

    number: int
    box: Box
    findings: tuple[Judged, ...]
    position: str
    x: float
    y: float
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
    """The boxes in reading order, numbered from 1, with labels that cover neither a box nor each other."""
    width, height = shown.shown
    turned = sorted(((shown.turned(box), box, findings) for box, findings in boxes), key=lambda entry: entry[0][1::-1])
    taken = [_percent(corners, width, height) for corners, _, _ in turned]
    found = []
    for number, (corners, box, findings) in enumerate(turned, 1):
        letters = sum(len(words.category(category)) + 2 for category in {each.finding.category for each in findings})
        side, x, y, crowded, covered = _free(taken[number - 1], letters, taken)
        taken.append(covered)
        position = words.position(*corners, width, height)
        found.append(Outline(number, box, findings, position, round(x, 3), round(y, 3), side, crowded))
    return found


def _percent(corners: tuple[int, int, int, int], width: int, height: int) -> Area:
    x0, y0, x1, y1 = corners
    return 100 * x0 / width, 100 * y0 / height, 100 * x1 / width, 100 * y1 / height


def _free(box: Area, letters: int, taken: Sequence[Area]) -> tuple[str, float, float, bool, Area]:
    """The first side of `box` with room for a label: the side, its point, whether it is crowded, what it covers."""
    x0, y0, x1, y1 = box
    middle = (y0 + y1) / 2
    choices = []
    for crowded in (False, True):
        wide = _NUMBER if crowded else _NUMBER + _LETTER * letters
        for side, x, y, left, top in (
            ("right", x1, middle, x1, middle - _TALL / 2),
            ("left", x0, middle, x0 - wide, middle - _TALL / 2),
            ("above", x0, y0, x0, y0 - _TALL),
            ("below", x0, y1, x0, y1),
        ):
            choices.append((side, x, y, crowded, (left, top, left + wide, top + _TALL)))
    apart = (choice for choice in choices if _inside(choice[4]) and not any(_meet(choice[4], area) for area in taken))
    return next(apart, choices[4] if x1 + _NUMBER <= 100 else choices[5])


def _inside(area: Area) -> bool:
    return min(area) >= 0 and max(area) <= 100


def _meet(a: Area, b: Area) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
