"""Cue words: the labels that people write before an identifier ("MRN", "Tel:", "Patient name is")."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

_WORD = re.compile(r"[^\W\d_]+")
_NUMBER_WORD = r"(?:(?:numbers?|num|nos?|nr|code|id)(?![^\W\d_])\.?|#|№)"
_LOOSE = re.compile(rf"(?:[ \t]{{0,2}}{_NUMBER_WORD})?[ \t]{{0,2}}(?:[:=#-]|(?:is|was)(?!\w))?\s{{0,3}}[\"'(\[<]?", re.I)
_FIRM = re.compile(
    rf"[ \t]{{0,2}}(?:{_NUMBER_WORD}[ \t]{{0,2}}(?:[:=#-]|(?:is|was)(?!\w))?|[:=#]|(?:is|was)(?!\w)[ \t]*:?)"
    r"\s{0,3}[\"'(\[<]?",
    re.I,
)
_COLON = re.compile(r"[ \t]{0,3}(?:[:=]|-(?=\s))[ \t]{0,4}\n?[ \t]{0,4}[\"'(\[<]?")

LOOSE, FIRM, COLON = _LOOSE, _FIRM, _COLON
"""What may stand between a cue and its value: anything usual or nothing; a colon or "number"; a colon."""


class Cued(Protocol):
    """A row of a table of cues: `phrases` is a list such as "mrn; hospital number", `link` what follows them."""

    @property
    def phrases(self) -> str: ...
    @property
    def link(self) -> re.Pattern[str]: ...


Row = TypeVar("Row", bound=Cued)


@dataclass(frozen=True)
class Label(Generic[Row]):
    """A cue found at [start, end) of a text, its link included: the value begins at `end`."""

    row: Row
    start: int
    end: int


@dataclass(frozen=True)
class Cues(Generic[Row]):
    """Finds the cues of a table in one pass over the words of a text."""

    rows: Iterable[Row]
    _by_head: dict[str, list[tuple[re.Pattern[str], Row]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        phrases: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        rows = list(self.rows)
        for number, row in enumerate(rows):
            for phrase in (phrase.strip() for phrase in row.phrases.split(";")):
                words = _WORD.findall(phrase)
                for count in range(1, len(words) + 1):
                    phrases["".join(words[:count])][number].append(phrase)
        by_head = {
            head: [(_pattern(own), rows[number]) for number, own in by_row.items()] for head, by_row in phrases.items()
        }
        object.__setattr__(self, "_by_head", by_head)

    def labels(self, text: str) -> Iterator[Label[Row]]:
        """Every cue in `text` with what links it to a value."""
        for word in _WORD.finditer(text):
            if word.end() - word.start() > 32:
                continue
            for pattern, row in self._by_head.get(word.group().lower(), ()):
                if (cue := pattern.match(text, word.start())) and (link := row.link.match(text, cue.end())):
                    yield Label(row, word.start(), link.end())


def _pattern(phrases: list[str]) -> re.Pattern[str]:
    longest_first = sorted(set(phrases), key=len, reverse=True)
    spelled = (r"[\s._-]{0,2}".join(map(re.escape, phrase.split())) for phrase in longest_first)
    return re.compile(rf"(?:{'|'.join(spelled)})(?![^\W\d_])", re.I)
