"""Cases that moderators have open: decrypted in memory, read once, shut when nobody has looked at them for a while.

Nothing of an open case outlives its process, and nothing is opened of a case that the database no longer has: every
request looks there first.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import cast

from phivet.cases.errors import PhivetError
from phivet.cases.parts import Array, Container, Frames, Header, Note, View, Volume
from phivet.cases.places import Element, Place, Plane
from phivet.cases.reader import Reader
from phivet.cases.report import Report
from phivet.serving.custody import Custody
from phivet.serving.exhibits import Exhibits, exhibits
from phivet.serving.lines import lines
from phivet.serving.tables import Case

KEPT = 4
"""Cases that are open at a time, in one process."""
IDLE_SECONDS = 300.0
DECODED = 6
"""Frames of a case, as decoded and as seen, that are kept for the next request."""
_OCCURRENCES = 50
"""Places at which one missed text is marked, at most."""


@dataclass
class Opened:
    """A case that can be looked at; use it within `Openings.of` only."""

    report: Report
    shown: Exhibits
    pictures: Mapping[tuple[str, Plane], Frames]
    volumes: tuple[Volume, ...]
    texts: tuple[Note | Header | Container, ...] = field(repr=False)
    stack: ExitStack = field(repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    used_at: float = 0.0

    def occurrences(self, words: str) -> list[Place]:
        """Where `words` stand in notes, attributes and properties, whatever their case and the spaces between them."""
        wanted = " ".join(words.split()).casefold()
        found: list[Place] = []
        for part in self.texts if wanted else ():
            if isinstance(part, Note):
                found += [part.place(start, end) for start, end in _spans(part.text, wanted)]
                continue
            for entry in part.attributes if isinstance(part, Header) else part.properties:
                found += [Element(part.source, entry.path, *span) for span in _spans(entry.value, wanted)]
        return list(dict.fromkeys(found))[:_OCCURRENCES]


class Openings:
    """The open cases of one process."""

    def __init__(self, custody: Custody) -> None:
        self.custody = custody
        self._lock = threading.Lock()
        self._open: dict[tuple[str, int], Opened] = {}

    @contextmanager
    def of(self, case: Case, number: int, report: Report) -> Iterator[Opened]:
        """`case` with its report, the `number`th of the store, opened. Nobody else uses it meanwhile."""
        with self._lock:
            self._shut_idle()
            opened = self._open.get((case.uid, number))
            if opened is None:
                opened = self._open[case.uid, number] = self._opened(case, report)
                self._shut_beyond(KEPT)
            opened.used_at = time.monotonic()
        with opened.lock:
            yield opened

    def shut(self, uid: str) -> None:
        """Forget a case."""
        with self._lock:
            for key in [key for key in self._open if key[0] == uid]:
                self._shut(key)

    def _opened(self, case: Case, report: Report) -> Opened:
        stack = ExitStack()
        pictures: dict[tuple[str, Plane], Frames] = {}
        volumes: list[Volume] = []
        texts: list[Note | Header | Container] = []
        shown = Exhibits(complete=False)
        kept: OrderedDict[tuple[str, Plane, str, int], Array] = OrderedDict()
        try:
            reader = stack.enter_context(Reader())
            read = stack.enter_context(self.custody.case(case, reader))
            shown = exhibits(read, report, lines(report.findings), "e", pictures=0)
            for part in read.parts():
                match part:
                    case Frames():
                        pictures[part.source, part.plane] = _remembered(part, kept)
                    case Volume():
                        volumes.append(part)
                    case _:
                        texts.append(part)
        except (PhivetError, OSError):
            shown.complete = False
        return Opened(report, shown, pictures, tuple(volumes), tuple(texts), stack)

    def _shut_idle(self) -> None:
        before = time.monotonic() - IDLE_SECONDS
        for key in [key for key, each in self._open.items() if each.used_at < before]:
            self._shut(key)

    def _shut_beyond(self, kept: int) -> None:
        for key in sorted(self._open, key=lambda key: self._open[key].used_at or float("inf"))[:-kept]:
            self._shut(key)

    def _shut(self, key: tuple[str, int]) -> None:
        opened = self._open.pop(key)
        with opened.lock:
            opened.stack.close()


def _remembered(frames: Frames, kept: "OrderedDict[tuple[str, Plane, str, int], Array]") -> Frames:
    """`frames`, of which the last few decoded are in `kept`: a look takes several requests."""

    def remember(name: str, decode: Callable[[int], Array], index: int) -> Array:
        key = frames.source, frames.plane, name, index
        if key not in kept:
            kept[key] = decode(index)
            while len(kept) > DECODED:
                kept.popitem(last=False)
        return kept[key]

    view = partial(remember, "view", frames.view)
    stored = partial(remember, "stored", frames.stored)
    return replace(frames, view=cast(Callable[[int], View], view), stored=stored)


def _spans(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    """Where `wanted`, folded and with single spaces, stands in `text`, from one word's border to another's."""
    folded: list[str] = []
    origins: list[int] = []
    for index, character in enumerate(text):
        if character.isspace():
            if folded and folded[-1] != " ":
                folded.append(" ")
                origins.append(index)
            continue
        for each in character.casefold():
            folded.append(each)
            origins.append(index)
    joined = "".join(folded)
    start = joined.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        before, after = joined[start - 1 : start], joined[end : end + 1]
        if not (before.isalnum() and wanted[0].isalnum()) and not (after.isalnum() and wanted[-1].isalnum()):
            yield origins[start], origins[end - 1] + 1
        start = joined.find(wanted, end)
