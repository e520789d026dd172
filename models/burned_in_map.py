"""Where there is text in a picture: boxes around lines and word groups."""

from dataclasses import dataclass
from pathlib import Path

from phivet.cases.parts import View


@dataclass(frozen=True)
class TextBox:
    """A line or a group of words in pixels [x0, x1) x [y0, y1) of the view; `score` in (0, 1]."""

    x0: int
    y0: int
    x1: int
    y1: int
    score: float


class TextMap:
    """Finds text in views of any size. Safe to be used by several threads."""

    def __init__(self, weights: Path | None = None) -> None:
        self._weights = weights

    def boxes(self, view: View) -> list[TextBox]:
        """The boxes in a picture, (H, W) or (H, W, 3) uint8 RGB, from top to bottom."""
        from phivet.models.ocr import read_words

        return [TextBox(w.x0, w.y0, w.x1, w.y1, max(w.confidence, 0.01)) for w in read_words(view)]
