"""Text in the pixels: found on every frame, read where it was not read before, put into lines, judged."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from phivet.cases.categories import Category
from phivet.cases.coverage import Unread, Why, ranges
from phivet.cases.errors import UnreadableError
from phivet.cases.findings import Finding, Reason
from phivet.cases.known import Known
from phivet.cases.orientation import box_in_stored, turn_upright
from phivet.cases.parts import Frames, Part, View
from phivet.models.burned_in_forms import cut_off_hits, overlay_hits
from phivet.models.burned_in_frames import Memory
from phivet.models.burned_in_lines import Line, lines
from phivet.models.burned_in_map import TextBox
from phivet.models.hits import Hit, resolve
from phivet.models.known_values import find_known
from phivet.models.notes import Notes
from phivet.models.ocr import Word, find_text, read_lines

ILLEGIBLE_BELOW = 0.25
"""Confidence below which the reader has guessed."""
ILLEGIBLE_LETTERS = 5
"""A line of fewer letters is hardly a name: mostly a mark, a scale or noise."""
ILLEGIBLE_SCORE = 0.35
MARGIN = 0.15
"""Of a box's shorter side, read with it at each side."""

log = logging.getLogger("phivet")

Find = Callable[[View], Sequence[TextBox]]
Read = Callable[[Sequence[View]], Sequence[tuple[str, float]]]


class BurnedInText:
    """Looks at every frame that differs from the ones before, and reads what was not read before.

    `find` gives the boxes of a picture, `read` the text and the confidence for each crop of one line.
    """

    name = "burned_in_text"
    version = "0.2.0"
    reads: tuple[type[Part], ...] = (Frames,)

    def __init__(self, notes: Notes, find: Find = find_text, read: Read = read_lines) -> None:
        self._notes = notes
        self._find = find
        self._read = read

    def describe(self) -> str:
        """One line: what it looks for."""
        return "names, dates, numbers and institutions written into frames, overlays, icons and images"

    def detect(self, part: Part, known: Known) -> list[Finding]:
        """A box for each group of words that identifies, in the stored pixels of its frame."""
        if not isinstance(part, Frames):
            return []
        memory = known.once((self.name, "memory"), Memory)
        findings, read_before = [], []
        for index, view in part.views():
            words, recalled = self._words(part, index, turn_upright(view, part.upright), memory)
            if words and recalled:
                read_before.append(index)
            for line in lines(words):
                for hit in self._judge(line, known):
                    box = box_in_stored(line.box(hit.start, hit.end), view.shape, part.upright)
                    reasons = (Reason.BURNED_IN, *hit.reasons)
                    findings.append(Finding(hit.category, part.box(index, *box), hit.score, self.name, reasons))
        if read_before:
            part.coverage.skip(part.source, ranges(read_before), Why.SAME_TEXT)
        return findings

    def _words(self, part: Frames, index: int, view: View, memory: Memory) -> tuple[list[Word], bool]:
        """What is written in one frame, and whether all of it was read before.

        If it cannot be read, that costs this frame alone.
        """
        try:
            recalled, unread = memory.recall(view, self._find(view))
            texts = self._read([crop(view, box) for box in unread])
            new = [Word(text, sure, b.x0, b.y0, b.x1, b.y1) for b, (text, sure) in zip(unread, texts, strict=True)]
            memory.keep(view, new)
            return [*recalled, *(word for word in new if word.text)], not new
        except UnreadableError as error:
            reason = error.reason
        except Exception as error:  # noqa: BLE001 the reader is a network that may fail in any way
            log.error("reading a frame failed with %s", type(error).__name__)
            reason = Unread.CRASH
        part.coverage.miss(part.source, reason, str(index) if part.count > 1 else None)
        return [], False

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


def crop(view: View, box: TextBox) -> View:
    """The pixels of `box` with a little around it."""
    margin = 1 + round(MARGIN * min(box.x1 - box.x0, box.y1 - box.y0))
    return np.ascontiguousarray(
        view[max(0, box.y0 - margin) : box.y1 + margin, max(0, box.x0 - margin) : box.x1 + margin]
    )
