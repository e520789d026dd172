"""Where there is text in a picture and what it says: the networks, loaded once a process."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from phivet.cases.parts import View
from phivet.models.burned_in_map import TextBox, TextMap
from phivet.models.burned_in_reader import Reader

SMALLEST = 8
"""Pixels of a side below which nothing can be written."""


@dataclass(frozen=True)
class Word:
    """A word, or a few on one line, and how sure the reader is of it; pixels [x0, x1) x [y0, y1) of the picture."""

    text: str = field(repr=False)
    confidence: float
    x0: int
    y0: int
    x1: int
    y1: int


def find_text(view: View) -> list[TextBox]:
    """Boxes around the lines and word groups in a picture, (H, W) or (H, W, 3) uint8 RGB."""
    if min(view.shape[:2]) < SMALLEST or view.min() == view.max():
        return []
    return _map().boxes(np.ascontiguousarray(view))


def read_lines(crops: Sequence[View]) -> list[tuple[str, float]]:
    """The text of each crop of one line, and the confidence in it, from 0 to 1."""
    return _lines().read(crops) if crops else []


@cache
def _map() -> TextMap:
    return TextMap()


@cache
def _lines() -> Reader:
    return Reader()
