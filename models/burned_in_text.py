"""Text in the pixels: found on every frame, read where it was not read before, put into lines, judged."""

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import cv2
import numpy as np

from phivet.cases.categories import Category
from phivet.cases.coverage import Unread, Why, ranges
from phivet.cases.errors import UnreadableError
from phivet.cases.findings import Finding, Reason
from phivet.cases.known import Known
from phivet.cases.orientation import box_in_stored, turn_upright
from phivet.cases.parts import Frames, Part, View
from phivet.models.burned_in_codes import find_codes
from phivet.models.burned_in_features import features, form_of
from phivet.models.burned_in_forms import cut_off_hits, is_sentence, overlay_hits, telling
from phivet.models.burned_in_frames import Memory
from phivet.models.burned_in_judge import Judge, Opinion, shipped
from phivet.models.burned_in_lines import Line, lines
from phivet.models.burned_in_map import TextBox
from phivet.models.hits import Hit, resolve
from phivet.models.known_values import find_known
from phivet.models.notes import Notes
from phivet.models.ocr import Word, find_text, read_lines

ILLEGIBLE_BELOW = 0.25
"""Confidence below which the reader has guessed."""
NOTHING_ABOVE = 0.98
"""Certainty of the reader, from which on a box that the map saw holds no text."""
DOUBTFUL_BELOW = 0.5
"""Confidence below which the judge's opinion alone names no category: something is written there, it may identify."""
ILLEGIBLE_LETTERS = 5
"""A line with room for fewer letters is hardly a name: mostly a mark, a scale or noise."""
LETTER = 0.55
"""Width of a letter, in heights of its line."""
SMALLEST_LINE = 5
"""Pixels: what is lower is no writing."""
ILLEGIBLE_SCORE = 0.35
CERTAIN = 0.9
"""Score of a rule from which on the judge is not asked."""
WORTH_TELLING = 0.15
"""Probability from which the judge's opinion alone makes a finding."""
UNREAD, UNREAD_CODE = "?", "\N{REPLACEMENT CHARACTER}"
"""Stand for a line of which nothing is legible, and for a code that could not be decoded."""
UNREAD_CODE_SCORE = 0.5
MARGIN = 0.15
"""Of a box's shorter side, read with it at each side."""

log = logging.getLogger("phivet")

Find = Callable[[View], Sequence[TextBox]]
Read = Callable[[Sequence[View]], Sequence[tuple[str, float]]]


class BurnedInText:
    """Looks at every frame that differs from the ones before, and reads what was not read before.

    `find` gives the boxes of a picture, `read` the text and the confidence for each crop of one line, `judge` the
    opinion on lines; the shipped networks do, unless others are given.
    """

    name = "burned_in_text"
    version = "0.3.0"
    reads: tuple[type[Part], ...] = (Frames,)

    def __init__(
        self, notes: Notes, find: Find = find_text, read: Read = read_lines, judge: Callable[[], Judge] = shipped
    ) -> None:
        self._notes = notes
        self._find = find
        self._read = read
        self._judge_of_lines = judge

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
            upright = turn_upright(view, part.upright)
            found, was_read = self._lines(part, index, upright, memory)
            if found and was_read:
                read_before.append(index)
            for line, hit in self._judge(found, upright.shape, known):
                box = box_in_stored(line.box(hit.start, hit.end), view.shape, part.upright)
                reasons = (Reason.BURNED_IN, *hit.reasons)
                findings.append(Finding(hit.category, part.box(index, *box), hit.score, self.name, reasons))
        if read_before:
            part.coverage.skip(part.source, ranges(read_before), Why.SAME_TEXT)
        return findings

    def _lines(self, part: Frames, index: int, view: View, memory: Memory) -> tuple[list[Line], bool]:
        """What is written in one frame, codes last, and whether all of it was read before.

        If it cannot be read, that costs this frame alone.
        """
        try:
            recalled, unread = memory.recall(view, self._find(view))
            texts = self._read([crop(view, box) for box in unread])
            new = [word_of(box, *text) for box, text in zip(unread, texts, strict=True)]
            coded = [Line((code,)) for code in code_words(view)]
            words = [word for word in (*recalled, *memory.keep(view, new)) if word.text]
            return [*lines(words), *coded], not new
        except UnreadableError as error:
            reason = error.reason
        except Exception as error:  # noqa: BLE001 the reader is a network that may fail in any way
            log.error("reading a frame failed with %s", type(error).__name__)
            reason = Unread.CRASH
        part.coverage.miss(part.source, reason, str(index) if part.count > 1 else None)
        return [], False

    def _judge(self, found: Sequence[Line], shape: tuple[int, ...], known: Known) -> Iterator[tuple[Line, Hit]]:
        """What the lines of a picture of (H, W, ...) give away: what is certain, and what the trained judge thinks."""
        if not found:
            return
        hits = [known.once((self.name, line.text), partial(line_hits, line.text, known, self._notes)) for line in found]
        forms = [known.once((self.name, "form", line.text), partial(form_of, line.text)) for line in found]
        opinions = self._judge_of_lines().opinions(features(found, forms, hits, shape), forms)
        for line, ruled, opinion in zip(found, hits, opinions, strict=True):
            for hit in weighed(line, ruled, opinion):
                yield line, hit


def line_hits(text: str, known: Known, notes: Notes) -> list[Hit]:
    """What rules, the notes' tagger and the case's own values find in a line.

    A date that a scanner writes without saying which is the date of the study.
    """
    found = [*notes.find_brief(text, known), *find_known(text, known, ocr=True)]
    found += [*cut_off_hits(text, known), *overlay_hits(text)]
    return [
        replace(hit, category=Category.STUDY_DATE) if hit.category is Category.DATE else hit
        for hit in resolve(found, text)
    ]


def weighed(line: Line, ruled: Sequence[Hit], opinion: Opinion) -> list[Hit]:
    """`ruled`, what only looks like something weighed by the judge's opinion; and what the judge alone tells."""
    if line.text == UNREAD_CODE:
        return [Hit(Category.UNREADABLE_TEXT, 0, 1, UNREAD_CODE_SCORE, (Reason.ILLEGIBLE,))]
    if line.confidence < ILLEGIBLE_BELOW:
        certain = [hit for hit in ruled if Reason.KNOWN_VALUE in hit.reasons]
        return certain or illegible(line)
    hits = [
        hit
        if hit.score >= CERTAIN or Reason.KNOWN_VALUE in hit.reasons
        else replace(hit, score=min(hit.score, (hit.score + opinion.identifies) / 2))
        for hit in ruled
    ]
    told = any(hit.category is opinion.category and hit.score >= 0.5 for hit in hits)
    if is_sentence(line.text):
        return hits
    if told or opinion.identifies < WORTH_TELLING or (span := telling(line.text, hits)) is None:
        return hits
    if line.confidence < DOUBTFUL_BELOW:
        return resolve([*hits, *illegible(line)], line.text)
    return resolve([*hits, Hit(opinion.category, *span, opinion.identifies, (Reason.IN_CONTEXT,))], line.text)


def word_of(box: TextBox, text: str, sure: float) -> Word:
    """What was read in a box; "" where nothing is written in it."""
    if text:
        return Word(text, sure, box.x0, box.y0, box.x1, box.y1)
    if sure > NOTHING_ABOVE:
        return Word("", sure, box.x0, box.y0, box.x1, box.y1)
    return Word(UNREAD, 0.0, box.x0, box.y0, box.x1, box.y1)


def illegible(line: Line) -> list[Hit]:
    """A line that is there but cannot be read: by its size and shape it may be a word, or noise."""
    wide, tall = sorted((line.x1 - line.x0, line.y1 - line.y0), reverse=True)
    if wide < ILLEGIBLE_LETTERS * LETTER * tall or tall < SMALLEST_LINE:
        return []
    return [Hit(Category.UNREADABLE_TEXT, 0, len(line.text), ILLEGIBLE_SCORE, (Reason.ILLEGIBLE,))]


def code_words(view: View) -> Iterator[Word]:
    """What the codes of a picture say, as words."""
    for code in find_codes(view):
        text, sure = (UNREAD_CODE, 0.0) if code.text is None else (" ".join(code.text.split()), 1.0)
        yield Word(text or UNREAD_CODE, sure, code.x0, code.y0, code.x1, code.y1)


def crop(view: View, box: TextBox) -> View:
    """The pixels of `box` with a little around it, a slanted line turned upright."""
    if box.slant:
        return _turned(view, box)
    margin = 1 + round(MARGIN * min(box.x1 - box.x0, box.y1 - box.y0))
    return np.ascontiguousarray(
        view[max(0, box.y0 - margin) : box.y1 + margin, max(0, box.x0 - margin) : box.x1 + margin]
    )


def _turned(view: View, box: TextBox) -> View:
    width, height = box.sides
    margin = 1 + MARGIN * min(width, height)
    width, height = width + 2 * margin, height + 2 * margin
    turn, middle = math.radians(box.slant), np.array(((box.x0 + box.x1 - 1) / 2, (box.y0 + box.y1 - 1) / 2))
    along, down = np.array((math.cos(turn), math.sin(turn))), np.array((-math.sin(turn), math.cos(turn)))
    origin = middle - along * (width - 1) / 2 - down * (height - 1) / 2
    move = np.column_stack([along, down, origin])
    size = (round(width), round(height))
    flags = cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR
    return np.asarray(cv2.warpAffine(view, move, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)
