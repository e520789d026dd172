"""Cue words: the labels that people write before an identifier ("MRN", "Tel:", "Patient name is")."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from phivet.models.notes_text import Word

_NUMBER_WORD = r"(?:(?:numbers?|num|nos?|nr|code|id)(?![^\W\d_])\.?|#|№)"
_IS = r"(?:is|was)(?!\w)"
_BOLD = r"[*_]{0,3}"  # as Markdown marks a label
_OPEN = rf"{_BOLD}\s{{0,3}}{_BOLD}[\"'(\[<]?"
LOOSE = re.compile(rf"(?:[ \t]{{0,2}}{_NUMBER_WORD})?{_BOLD}[ \t]{{0,2}}(?:[:=#-]|{_IS})?{_OPEN}", re.I)
FIRM = re.compile(
    rf"{_BOLD}[ \t]{{0,2}}(?:{_NUMBER_WORD}[ \t]{{0,2}}(?:[:=#-]|{_IS})?|[:=#]|{_IS}[ \t]?:?){_OPEN}", re.I
)
COLON = re.compile(rf"{_BOLD}[ \t]{{0,3}}(?:[:=]|-(?=\s)){_BOLD}[ \t]{{0,4}}\n?[ \t]{{0,4}}{_BOLD}[\"'(\[<]?")
"""What may stand between a cue and its value: anything usual or nothing; a colon or "number"; a colon."""

_LETTERS = re.compile(r"[^\W\d_]+")


class Cued(Protocol):
    """A row of a table of cues: `phrases` is a list such as "mrn; hospital number", `link` what follows them."""

    @property
    def phrases(self) -> str:
        """The cues, with semicolons between them; their spaces may lack or be dots, hyphens, underscores."""

    @property
    def link(self) -> re.Pattern[str]:
        """What must follow the cue: `LOOSE`, `FIRM`, `COLON` or a row's own."""


Row = TypeVar("Row", bound=Cued)


@dataclass(frozen=True)
class Label(Generic[Row]):
    """A cue that starts at `start`; the value begins at `end`, after what links them."""

    row: Row
    start: int
    end: int


@dataclass(frozen=True)
class Cues(Generic[Row]):
    """Finds the cues of a table in one pass over the words of a text."""

    rows: Sequence[Row]
    _by_head: dict[str, list[tuple[re.Pattern[str], Row]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        phrases: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for number, row in enumerate(self.rows):
            for phrase in (phrase.strip() for phrase in row.phrases.split(";")):
                parts = _LETTERS.findall(phrase)
                for count in range(1, len(parts) + 1):  # "patient id" is also met as "patientid"
                    phrases["".join(parts[:count])][number].append(phrase)
        by_head = {
            head: [(_pattern(own), self.rows[number]) for number, own in by_row.items()]
            for head, by_row in phrases.items()
        }
        object.__setattr__(self, "_by_head", by_head)

    def labels(self, text: str, words: Iterable[Word]) -> Iterator[Label[Row]]:
        """Every cue in `text`, the words of which are `words`, that is linked to what follows."""
        by_head = self._by_head
        for start, _, word in words:
            if word in by_head:
                for pattern, row in by_head[word]:
                    if (cue := pattern.match(text, start)) and (link := row.link.match(text, cue.end())):
                        yield Label(row, start, link.end())


def _pattern(phrases: list[str]) -> re.Pattern[str]:
    longest_first = sorted(set(phrases), key=len, reverse=True)
    spelled = (r"[\s._-]{0,2}".join(map(re.escape, phrase.split())) for phrase in longest_first)
    return re.compile(rf"(?:{'|'.join(spelled)})(?![^\W\d_])\.?", re.I)
