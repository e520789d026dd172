"""The words of a text and the windows in which the notes model reads them. Training and use cut alike."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

LONGEST_WORD = 40
LENGTH = 254
"""Word pieces of one window, without the marks of its start and end."""
OVERLAP = 64
"""Word pieces that two neighbouring windows share, so that each word is read with what surrounds it."""
_WORD = re.compile(
    r"[\u3040-\u30ff\u4e00-\u9fff]"
    rf"|(?:[^\W_][\u0300-\u036f\u064b-\u0652\u0670]*){{1,{LONGEST_WORD}}}"
    r"|[^\w\s]|_"
)
LOWER, TITLE, UPPER, MIXED, DIGITS, OTHER = range(6)
"""The shape of a word, given to the uncased encoder as its token type."""


@dataclass(frozen=True)
class Words:
    """The words of a text and their pieces: `pieces[first[i]:first[i + 1]]` are those of word i."""

    bounds: NDArray[np.int32]
    """(words, 2): start and end of each, in characters of the text, end exclusive."""
    pieces: NDArray[np.int32]
    first: NDArray[np.int32]
    shapes: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.bounds)


@dataclass(frozen=True)
class Window:
    """Words [start, end) of a text, read together; those in [keep_start, keep_end) are decided by this window."""

    start: int
    end: int
    keep_start: int
    keep_end: int


def read_words(texts: Sequence[str], tokenizer: Tokenizer) -> list[Words]:
    """The words of each text. A word is a run of letters and digits, or one other character that is no space."""
    found = [[(match.start(), match.end()) for match in _WORD.finditer(text)] for text in texts]
    written = [[text[start:end] for start, end in bounds] for text, bounds in zip(texts, found, strict=True)]
    encoded = tokenizer.encode_batch(written, is_pretokenized=True, add_special_tokens=False)
    return [_words(*each) for each in zip(found, written, encoded, strict=True)]


def _words(bounds: list[tuple[int, int]], written: list[str], encoded: "object") -> Words:
    ids = np.array(encoded.ids, np.int32)  # type: ignore[attr-defined]
    owners = np.array([-1 if owner is None else owner for owner in encoded.word_ids], np.int32)  # type: ignore[attr-defined]
    first = np.searchsorted(owners, np.arange(len(bounds) + 1)).astype(np.int32)
    shapes = np.array([_shape(word) for word in written], np.int8)
    return Words(np.array(bounds, np.int32).reshape(-1, 2), ids, first, shapes)


def _shape(word: str) -> int:
    if word.isdigit():
        return DIGITS
    if not word.isalpha():
        return MIXED if any(char.isdigit() for char in word) else OTHER
    if word.islower():
        return LOWER
    if word.isupper():
        return UPPER if len(word) > 1 else TITLE
    return TITLE if word.istitle() else MIXED if word[0].isascii() else OTHER


def windows(words: Words) -> Iterator[Window]:
    """The windows of a text, in order; each of its words is kept by exactly one of them."""
    start, kept = 0, 0
    while kept < len(words):
        limit = words.first[start] + LENGTH
        end = max(start + 1, int(np.searchsorted(words.first, limit, side="right")) - 1)
        if end >= len(words):
            yield Window(start, len(words), kept, len(words))
            return
        again = int(np.searchsorted(words.first, words.first[end] - OVERLAP, side="left"))
        again = min(max(again, start + 1), end)
        middle = (again + end + 1) // 2
        yield Window(start, end, kept, middle)
        start, kept = again, middle
