"""Words read from a picture, put into lines."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from phivet.models.ocr import Word

WIDEST_GAP = 2.5
"""Between two words of one line, in heights of the line."""


@dataclass(frozen=True)
class Line:
    """Words side by side, joined by single blanks."""

    words: tuple[Word, ...] = field(repr=False)

    @property
    def text(self) -> str:
        """What the line says."""
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """The reader's, averaged over the letters."""
        letters = sum(len(word.text) or 1 for word in self.words)
        return sum(word.confidence * (len(word.text) or 1) for word in self.words) / letters

    @property
    def x0(self) -> int:
        """The leftmost pixel."""
        return min(word.x0 for word in self.words)

    @property
    def y0(self) -> int:
        """The topmost pixel."""
        return min(word.y0 for word in self.words)

    @property
    def x1(self) -> int:
        """Behind the rightmost pixel."""
        return max(word.x1 for word in self.words)

    @property
    def y1(self) -> int:
        """Below the lowest pixel."""
        return max(word.y1 for word in self.words)

    def box(self, start: int, end: int) -> tuple[int, int, int, int]:
        """x0, y0, x1, y1 around characters [start, end), letters being of one width, with one to spare at each side."""
        held, at = [], 0
        for word in self.words:
            first, last = max(0, start - at - 1), min(len(word.text), end - at + 1)
            if start < at + len(word.text) and at < end:
                width = (word.x1 - word.x0) / len(word.text)
                x0, x1 = word.x0 + math.floor(first * width), word.x0 + math.ceil(last * width)
                held.append((x0, word.y0, min(x1, word.x1), word.y1))
            at += len(word.text) + 1
        x0s, y0s, x1s, y1s = zip(*held, strict=True)
        return min(x0s), min(y0s), max(x1s), max(y1s)


def lines(words: Sequence[Word]) -> list[Line]:
    """Words grouped into lines, each from left to right; lines from top to bottom."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.x0, w.y0)):
        row = next((row for row in rows if _continues(row[-1], word)), None)
        if row is None:
            rows.append([word])
        else:
            row.append(word)
    return [Line(tuple(row)) for row in sorted(rows, key=lambda row: (row[0].y0, row[0].x0))]


def _continues(left: Word, right: Word) -> bool:
    """Whether `right` stands behind `left` on one line."""
    height = min(left.y1 - left.y0, right.y1 - right.y0)
    shared = min(left.y1, right.y1) - max(left.y0, right.y0)
    return shared >= 0.6 * height and -height <= right.x0 - left.x1 <= WIDEST_GAP * height
