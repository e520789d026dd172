"""The text that is read of a source text, each of its characters knowing where it stands there."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from phivet.cases.description import Text

_INVISIBLE = r"[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+"
_JOINERS = r"(?<=[A-Za-z0-9])[\u200c\u200d]+(?=[A-Za-z0-9])"
"""Between Latin letters they only hide what stands there; Persian and Hindi are written with them."""
_DATA_URI = (
    r"data:(?:image/[\w.+-]{1,60}(?:;[\w.=+-]{1,60}){0,5}|[\w.+-]{1,60}/[\w.+-]{1,60}(?:;[\w.=+-]{1,60}){0,5};base64)"
    r",[^\s\"'<>()]*+"
)
_BASE64 = r"[A-Za-z0-9+/]"
_BLOB = rf"(?<!{_BASE64})(?:{_BASE64}{{1024,}}+={{0,2}}|(?:{_BASE64}{{60,}}+\r?\n){{8,}}+{_BASE64}*+={{0,2}})"
_NOT_READ = re.compile(rf"(?P<blob>{_DATA_URI}|{_BLOB})|{_INVISIBLE}|{_JOINERS}", re.I)
_AS_STRONG = {" ": " \t\n", "\t": "\t\n", "\n": "\n"}


class Source:
    """A source text, and what in it is not read.

    That is: characters that show nothing, and could hide a name by standing in it; files packed into text (data URIs,
    base64).
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._blobs: set[int] = set()
        for match in _NOT_READ.finditer(text):
            if match.lastgroup == "blob":
                self._blobs.add(match.start())
            self._starts.append(match.start())
            self._ends.append(match.end())

    @property
    def has_blobs(self) -> bool:
        """Whether files are packed into it."""
        return bool(self._blobs)

    def to_read(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The stretches of [start, end) that are read."""
        if self._starts:
            for index in range(bisect_right(self._ends, start), bisect_left(self._starts, end)):
                if self._starts[index] > start:
                    yield start, self._starts[index]
                start = self._ends[index]
        if start < end:
            yield start, end


class Transcript:
    """Grows from the beginning of a source to its end, and becomes a `Text`."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._pieces: list[str] = []
        self._length = 0
        self._runs: list[tuple[int, int]] = []

    def copy(self, start: int, end: int) -> None:
        """Read characters [start, end) of the source as they stand."""
        for first, last in self.source.to_read(start, end):
            self.put(self.source.text[first:last], first)

    def put(self, text: str, origin: int) -> None:
        """Read `text` where the source has something else (an escape, a tag) from `origin` on, not shorter than it."""
        if not text:
            return
        if not self._runs or self._runs[-1][1] - self._runs[-1][0] != origin - self._length:
            self._runs.append((self._length, origin))
        self._pieces.append(text)
        self._length += len(text)

    def separate(self, separator: str, origin: int) -> None:
        """Read `separator` at `origin`, unless nothing stands before it or a separator does that is not weaker."""
        if self._pieces and self._pieces[-1][-1] not in _AS_STRONG[separator]:
            self.put(separator, origin)

    def text(self, page: int | None = None) -> Text | None:
        """What was read; None if it is blank."""
        text = "".join(self._pieces)
        return Text(text, tuple(self._runs), page) if text.strip() else None
