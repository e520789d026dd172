"""What the judge of burned-in lines learns from: lines as they are read, and what is true of each.

Most frames are laid out without being drawn, and their lines are misread by chance (`misread`): that costs next to
nothing. The rest are drawn, and found and read by the text map and the reader that the judge will work with, so that it
learns what these make of text and of what is none. Of every second case some of what identifies is known.
"""

import importlib.util
import random
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from phivet.cases.categories import Category
from phivet.cases.known import Known, KnownValue
from phivet.datasets.burned_in_layouts import Block, Sheet, lay_out
from phivet.datasets.burned_in_text import LabelledFrame
from phivet.datasets.burned_in_text import lines as labelled_frames
from phivet.datasets.burned_in_words import Split, Study, material
from phivet.models.burned_in_features import Form, features, form_of
from phivet.models.burned_in_forms import TRADE
from phivet.models.burned_in_judge import CATEGORIES
from phivet.models.burned_in_lines import Line, lines
from phivet.models.burned_in_text import UNREAD, Find, Read, crop, line_hits, word_of
from phivet.models.hits import Hit
from phivet.models.notes import Notes
from phivet.models.notes_rules import find_by_rules
from phivet.models.notes_words import ORDINARY
from phivet.models.ocr import Word

OTHERWISE = 0.35
"""Share of the lines that identify nobody which say something else than their layout has."""
KNOWS, OF_WHAT = 0.5, 0.7
"""Share of the cases of which something is known, and how much of what identifies then is."""
ALIKE = dict(
    pair.split(maxsplit=1)
    for pair in (
        "0 OQD8", "1 Il|i7", "2 Z7", "5 S6", "6 GbB5", "8 B3S", "O 0DQ", "I 1l|", "S 5s$", "B 8E", "Z 2", "G 6C",
        "C GO(", "E FB", "F EP", "M NH", "N MH", "U VO", "V UY", "W VM", "a oe", "e co", "i l1j", "l 1I|", "n mr",
        "m nr", "o 0a", "r nt", ": .;", ". ,:", ", .", "^ *~'", "- _.", "/ I71",
    )
)  # fmt: skip
"""Characters that are taken for one another in small letters."""


@dataclass(frozen=True)
class Judged:
    """The lines of a frame as they are judged, and what is true of each: (lines, 1 + categories) of 0 and 1."""

    figures: NDArray[np.float32]
    forms: tuple[Form, ...] = field(repr=False)
    truth: NDArray[np.float32]


def misread(text: str, rng: random.Random) -> tuple[str, float]:
    """What a reader might make of `text`, and how sure it would be of it."""
    quality = rng.random()
    if quality < 0.62:
        rate, sure = rng.uniform(0, 0.03), rng.betavariate(12, 1.5)
    elif quality < 0.85:
        rate, sure = rng.uniform(0.03, 0.2), rng.betavariate(5, 3)
    else:
        rate, sure = rng.uniform(0.25, 0.9), rng.betavariate(1.5, 6)
    read = ""
    for char in text:
        if rng.random() >= rate:
            read += char
        elif rng.random() < 0.6:
            read += rng.choice(ALIKE.get(char, char))
        elif rng.random() < 0.5:
            read += rng.choice("abcdefghijklmnoprstuvwxyzABCDEFGHILMNOPRSTUVW0123456789.,:;|/-()")
    return (read.strip(), sure) if read.strip() else (UNREAD, 0.0)


@cache
def terms() -> tuple[str, ...]:
    """What DICOM and ICD-10 call things: many more words than a layout has that nobody is called by."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import simple_icd_10_cm

    attributes: set[str] = set()
    if importlib.util.find_spec("pydicom") is not None:
        from pydicom._dicom_dict import DicomDictionary

        attributes = {str(entry[2]) for entry in DicomDictionary.values()}
    diseases = {str(simple_icd_10_cm.get_description(code)) for code in simple_icd_10_cm.get_all_codes()[::7]}
    words = {word for word in TRADE | ORDINARY if len(word) > 3}
    return tuple(sorted(term for term in attributes | diseases | words if 3 < len(term) < 48))


def otherwise(rng: random.Random) -> str:
    """A line that identifies nobody, in words that no layout has."""
    words = " ".join(rng.choice(terms()).split()[: rng.choice((1, 1, 2, 2, 3, 6))])
    text = rng.choice((str.upper, str.upper, str.title, str.lower, str))(words)
    figure = f"{rng.uniform(0, rng.choice((2, 20, 400, 3000))):.{rng.choice((0, 1, 2))}f}"
    unit = rng.choice(("", "", " mm", "mm", " cm", " s", " ms", "%", " kV", " mA", " Hz", "/4", " deg"))
    return rng.choice((f"{text}", f"{text}", f"{text}: {figure}{unit}", f"{text} {figure}{unit}", f"{text}={figure}"))


def laid_out(split: Split, rng: random.Random, notes: Notes) -> Judged | None:
    """A frame that is not drawn."""
    families = {name: family for name, family in material(split).items() if name != "vocabulary"}
    height, width = rng.choice((256, 384, 512, 768, 1024)), rng.choice((256, 384, 512, 640, 1024))
    letter = max(5, round(rng.lognormvariate(2.4, 0.35)))
    study, benign = Study(split, rng), rng.random() < 0.5
    sheet = Sheet(families[rng.choice(list(families))], study, rng, height, width, letter, round(1.6 * letter), benign)
    blocks = lay_out(sheet)
    pieces = [piece for block in blocks for line in block.lines for piece in line]
    known = some_known([(piece.text, piece.category) for piece in pieces], rng)
    words, truths = [], []
    for block in blocks:
        for text, truth, box in _placed(block, sheet):
            if not truth.any() and rng.random() < OTHERWISE:
                text = otherwise(rng)
            read, sure = misread(text, rng)
            if read and box[0] < box[2] and box[1] < box[3]:
                words.append(Word(read, sure, *box))
                truths.append((box, truth))
    if not words:
        return None
    return _judged(words, truths, (height, width), notes, known)


def some_known(said: Sequence[tuple[str, Category | None]], rng: random.Random) -> Known:
    """What the header of a case might know of what its pictures say: nothing, or most of what identifies."""
    if rng.random() >= KNOWS:
        return Known()
    values = sorted({(text, category) for text, category in said if category is not None and len(text) > 3})
    return Known().adding(KnownValue(category, text) for text, category in values if rng.random() < OF_WHAT)


def _placed(block: Block, sheet: Sheet) -> Iterator[tuple[str, NDArray[np.float32], tuple[int, int, int, int]]]:
    """Each line of a block, what is true of it, and about where it stands."""
    count = len(block.lines)
    for number, pieces in enumerate(block.lines):
        text = "".join(piece.text for piece in pieces)
        across = round(0.68 * sheet.letter * len(text))
        x = block.x - across if block.right else block.x
        y = block.y - (count - number) * sheet.pitch if block.low else block.y + number * sheet.pitch
        box = (x, y, x + across, y + round(1.25 * sheet.letter))
        if block.turn in (90, 270):
            box = (block.x + number * sheet.pitch, block.y, block.x + number * sheet.pitch + sheet.letter, y + across)
        x0, y0, x1, y1 = max(0, box[0]), max(0, box[1]), min(sheet.width, box[2]), min(sheet.height, box[3])
        yield text, _truth([piece.category for piece in pieces]), (x0, y0, x1, y1)


def _truth(categories: Sequence[Category | None]) -> NDArray[np.float32]:
    found = {category for category in categories if category is not None}
    return np.array([bool(found - {Category.INITIALS}), *(category in found for category in CATEGORIES)], np.float32)


def read_frame(frame: LabelledFrame, notes: Notes, find: Find, read: Read, rng: random.Random) -> Judged | None:
    """A frame as the text map and the reader see it; what they see where nothing is written is benign."""
    boxes = find(frame.pixels)
    texts = read([crop(frame.pixels, box) for box in boxes])
    words = [word for box, text in zip(boxes, texts, strict=True) if (word := word_of(box, *text)).text]
    if not words:
        return None
    truths = [(label.box, _truth([label.category])) for line in frame.lines for label in line.labels]
    said = [(label.text, label.category) for line in frame.lines for label in line.labels]
    return _judged(words, truths, frame.pixels.shape, notes, some_known(said, rng))


def _judged(
    words: Sequence[Word],
    truths: Sequence[tuple[tuple[int, int, int, int], NDArray[np.float32]]],
    shape: tuple[int, ...],
    notes: Notes,
    known: Known,
) -> Judged:
    found = lines(words)
    forms = tuple(form_of(line.text) for line in found)
    hits = [line_hits(line.text, known, notes) for line in found]
    truth = np.zeros((len(found), 1 + len(CATEGORIES)), np.float32)
    for row, line in zip(truth, found, strict=True):
        for box, told in truths:
            if _covers(line, box):
                np.maximum(row, told, out=row)
    return Judged(features(found, forms, hits, shape), forms, truth)


def _covers(line: Line, box: tuple[int, int, int, int]) -> bool:
    """Whether at least a third of `box` lies in the line."""
    x0, y0, x1, y1 = box
    wide, high = min(line.x1, x1) - max(line.x0, x0), min(line.y1, y1) - max(line.y0, y0)
    return wide > 0 and high > 0 and wide * high >= 0.33 * (x1 - x0) * (y1 - y0)


class Ruled(Notes):
    """Notes by rules alone: the tagger takes its time, and sentences are rare on pictures."""

    def find(self, text: str, known: Known) -> list[Hit]:
        """As `Notes.find`."""
        return find_by_rules(text, known)


def frames_of(split: Split, seed: int, count: int) -> Iterator[Judged]:
    """Frames that are laid out and misread."""
    notes, number = Ruled(), 0
    while count:
        frame = laid_out(split, random.Random(f"{split} {seed} {number}"), notes)
        number += 1
        if frame is not None:
            count -= 1
            yield frame


def read_frames(split: Split, seed: int, count: int, find: Find, read: Read) -> Iterator[Judged]:
    """Frames that are drawn, found and read."""
    notes, rng = Ruled(), random.Random(f"{split} {seed}")
    for _, frame in zip(range(count), labelled_frames(split, seed), strict=False):
        if (judged := read_frame(frame, notes, find, read, rng)) is not None:
            yield judged
