"""The next picture is read while the one before is looked at, and nobody notices but by the clock."""

import threading

import numpy as np
import pytest

from phivet.cases.ahead import Ahead, Which
from phivet.cases.coverage import Unread
from phivet.cases.errors import UnreadableError
from phivet.cases.parts import View
from phivet.cases.places import Plane

COUNTS = [("file-1", Plane.PIXELS, 2), ("file-2", Plane.PIXELS, 1), ("file-2", Plane.ICON, 1)]
ORDER: list[Which] = [
    ("file-1", Plane.PIXELS, 0), ("file-1", Plane.PIXELS, 1), ("file-2", Plane.PIXELS, 0), ("file-2", Plane.ICON, 0),
]  # fmt: skip


class Shown:
    """Gives a picture for each, and remembers for which."""

    def __init__(self) -> None:
        self.asked: list[Which] = []
        self.began = {which: threading.Event() for which in ORDER}

    def view(self, which: Which) -> View:
        self.asked.append(which)
        self.began[which].set()
        if which == ORDER[1]:
            raise UnreadableError(Unread.CORRUPT)
        return np.full((2, 2), ORDER.index(which), np.uint8)


def test_the_next_picture_is_read_unasked_and_every_picture_once() -> None:
    shown = Shown()
    ahead = Ahead(shown.view, COUNTS)
    assert ahead(ORDER[0])[0, 0] == 0
    assert shown.began[ORDER[1]].wait(5)
    with pytest.raises(UnreadableError):
        ahead(ORDER[1])
    assert [ahead(which)[0, 0] for which in (*ORDER[2:], ORDER[3])] == [2, 3, 3]
    ahead.close()
    assert shown.asked == ORDER


def test_pictures_may_be_asked_for_in_any_order_and_after_the_walk() -> None:
    shown = Shown()
    ahead = Ahead(shown.view, COUNTS)
    assert [ahead(ORDER[i])[0, 0] for i in (3, 0, 2)] == [3, 0, 2]
    ahead.close()
    before = len(shown.asked)
    assert ahead(ORDER[0])[0, 0] == 0
    assert shown.asked[before:] == [ORDER[0]]
