"""Cases that moderators have open: decrypted in memory, read once, shut when nobody has looked at them for a while.

Nothing of an open case outlives its process, and nothing is opened of a case that the database no longer has: every
request looks there first, and so does a timer as long as a case is open. Who waits for a case to be read makes nobody
wait who looks at another.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import cast

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

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
TICK = 20.0
"""Seconds between two looks at what is to be shut."""
DECODED = 6
"""Frames of a case, as decoded and as seen, that are kept for the next request."""
_OCCURRENCES = 50
"""Places at which one missed text is marked, at most."""


@dataclass
class Opened:
    """A case that can be looked at; use it within `Openings.of` only, by one thread at a time."""

    report: Report
    shown: Exhibits
    pictures: Mapping[tuple[str, Plane], Frames]
    volumes: tuple[Volume, ...]
    texts: tuple[Note | Header | Container, ...] = field(repr=False)
    stack: ExitStack = field(repr=False)

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


@dataclass(eq=False)
class _Place:
    """Where a case is open, or will be; `lock` is of who reads it or looks at it."""

    vault: str | None
    opened: Opened | None = None
    used_at: float = field(default_factory=time.monotonic)
    over: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def shut(self) -> None:
        """Let go of the case, now or when nobody looks at it any more."""
        self.over = True
        if self.lock.acquire(blocking=False):
            try:
                if self.opened is not None:
                    self.opened.stack.close()
                    self.opened = None
            finally:
                self.lock.release()


class Openings:
    """The open cases of one process."""

    def __init__(self, custody: Custody) -> None:
        self.custody = custody
        self._lock = threading.Lock()
        self._open: dict[tuple[str, int], _Place] = {}
        self._timer: threading.Timer | None = None

    @contextmanager
    def of(self, case: Case, number: int, report: Report) -> Iterator[Opened]:
        """`case` with its report, the `number`th of the store, opened. Nobody else uses it meanwhile."""
        place = self._taken(case, number)
        try:
            if place.opened is None:
                place.opened = self._opened(case, report)
            yield place.opened
        finally:
            place.used_at = time.monotonic()
            place.lock.release()
            if place.over:
                place.shut()

    def shut(self, uid: str) -> None:
        """Forget a case."""
        self._shut(lambda key, place: key[0] == uid)

    def _taken(self, case: Case, number: int) -> _Place:
        """The place of a case, its lock taken."""
        while True:
            with self._lock:
                place = self._open.setdefault((case.uid, number), _Place(case.vault))
                place.used_at = time.monotonic()
                if self._timer is None:
                    self._set_timer()
            self._shut_beyond(KEPT)
            place.lock.acquire()
            if not place.over:
                return place
            place.lock.release()
            place.shut()

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

    def _set_timer(self) -> None:
        self._timer = threading.Timer(TICK, self._tick)
        self._timer.daemon = True
        self._timer.start()

    def _tick(self) -> None:
        """Shut what is idle or erased, and look again as long as something is open."""
        before, kept = time.monotonic() - IDLE_SECONDS, self._kept()
        self._shut(lambda key, place: place.used_at < before or (key[0], place.vault) not in kept)
        with self._lock:
            self._timer = None
            if self._open:
                self._set_timer()

    def _kept(self) -> set[tuple[str, str | None]]:
        """The open cases that may still be seen, and where their files are; all while the database does not say."""
        with self._lock:
            known = {(key[0], place.vault) for key, place in self._open.items()}
        wanted = select(Case.uid, Case.vault).where(Case.uid.in_({uid for uid, _ in known}), ~Case.restricted)
        try:
            with self.custody.store.read() as session:
                return {(uid, vault) for uid, vault in session.execute(wanted)}
        except SQLAlchemyError:
            return known

    def _shut_beyond(self, number: int) -> None:
        with self._lock:
            newest = sorted(self._open.values(), key=lambda place: place.used_at)[-number:]
        self._shut(lambda _, place: place not in newest)

    def _shut(self, wanted: Callable[[tuple[str, int], _Place], bool]) -> None:
        with self._lock:
            keys = [key for key, place in self._open.items() if wanted(key, place)]
            places = [self._open.pop(key) for key in keys]
        for place in places:
            place.shut()


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
