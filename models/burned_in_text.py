"""Text in the pixels: read, put into lines, judged by the notes' rules, the case's own values and its form."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from phivet.cases.categories import Category
from phivet.cases.coverage import Unread
from phivet.cases.errors import UnreadableError
from phivet.cases.findings import Finding, Reason
from phivet.cases.known import Known
from phivet.cases.orientation import box_in_stored, turn_upright
from phivet.cases.parts import Frames, Part, View
from phivet.models.burned_in_forms import cut_off_hits, overlay_hits
from phivet.models.hits import Hit, resolve
from phivet.models.known_values import find_known
from phivet.models.notes import Notes
from phivet.models.ocr import Word, read_words

WIDEST_GAP = 2.5
"""Between two words of one line, in heights of the line."""
ILLEGIBLE_BELOW = 0.25
"""Confidence below which the reader has guessed."""
ILLEGIBLE_LETTERS = 5
"""A line of fewer letters is hardly a name: mostly a mark, a scale or noise."""
ILLEGIBLE_SCORE = 0.35

log = logging.getLogger("phivet")


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
        letters = sum(len(word.text) for word in self.words)
        return sum(word.confidence * len(word.text) for word in self.words) / letters

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


class BurnedInText:
    """Looks at every frame that differs from the ones before."""

    name = "burned_in_text"
    version = "0.1.0"
    reads: tuple[type[Part], ...] = (Frames,)

    def __init__(self, notes: Notes, read: Callable[[View], Sequence[Word]] = read_words) -> None:
        self._notes = notes
        self._read = read

    def describe(self) -> str:
        """One line: what it looks for."""
        return "names, dates, numbers and institutions written into frames, overlays, icons and images"

    def detect(self, part: Part, known: Known) -> list[Finding]:
        """A box for each group of words that identifies, in the stored pixels of its frame."""
        if not isinstance(part, Frames):
            return []
        findings = []
        for index, view in part.views():
            for line in lines(self._words(part, index, view)):
                for hit in self._judge(line, known):
                    box = box_in_stored(line.box(hit.start, hit.end), view.shape, part.upright)
                    reasons = (Reason.BURNED_IN, *hit.reasons)
                    findings.append(Finding(hit.category, part.box(index, *box), hit.score, self.name, reasons))
        return findings

    def _words(self, part: Frames, index: int, view: View) -> Sequence[Word]:
        """What is written in one frame; if it cannot be read, that costs this frame alone."""
        try:
            return self._read(turn_upright(view, part.upright))
        except UnreadableError as error:
            reason = error.reason
        except Exception as error:  # noqa: BLE001 the reader is a network that may fail in any way
            log.error("reading a frame failed with %s", type(error).__name__)
            reason = Unread.CRASH
        part.coverage.miss(part.source, reason, str(index) if part.count > 1 else None)
        return []

    def _judge(self, line: Line, known: Known) -> list[Hit]:
        text = line.text
        if line.confidence < ILLEGIBLE_BELOW:
            certain = find_known(text, known, ocr=True)
            if certain or sum(char.isalnum() for char in text) < ILLEGIBLE_LETTERS:
                return certain
            return [Hit(Category.UNREADABLE_TEXT, 0, len(text), ILLEGIBLE_SCORE, (Reason.ILLEGIBLE,))]
        return known.once((self.name, text), lambda: self._judge_text(text, known))

    def _judge_text(self, text: str, known: Known) -> list[Hit]:
        """A date that a scanner writes without saying which is the date of the study."""
        found = [*self._notes.find_brief(text, known), *find_known(text, known, ocr=True)]
        found += [*cut_off_hits(text, known), *overlay_hits(text)]
        return [
            replace(hit, category=Category.STUDY_DATE) if hit.category is Category.DATE else hit
            for hit in resolve(found, text)
        ]


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
