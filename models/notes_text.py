"""A note as the rules read it. Every version has the length of the note, so that positions hold in all of them."""

import re
import unicodedata
from dataclasses import dataclass, field

from phivet.models.notes_medicine import BLANK, without_medicine, without_references

Word = tuple[int, int, str]
"""Where a word starts and ends, and the word in lower case."""

_WORD = re.compile(r"[^\W\d_]+")
_ENDLESS = re.compile(r"\w{400,}")
_JOINERS = "\u200c\u200d"
_ALIKE = {"‘": "'", "’": "'", "ʼ": "'", "′": "'", "“": '"', "”": '"', "″": '"', "−": "-", "،": ",", "؛": ";", "٫": "."}


class _Fold(dict[int, str]):
    """Maps any character to the plain one that means the same; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        digit = unicodedata.decimal(char, None)
        kind = unicodedata.category(char)
        if digit is not None:
            plain = str(digit)
        elif 0xFF01 <= code <= 0xFF5E:  # full-width forms
            plain = chr(code - 0xFEE0)
        elif char in "\n\r\x0b\x0c\u2028\u2029":
            plain = "\n"
        elif kind in ("Zs", "Cc") or (kind == "Cf" and char not in _JOINERS):
            plain = " "
        else:
            plain = "-" if kind == "Pd" else _ALIKE.get(char, char)
        self[code] = plain
        return plain


_FOLD = _Fold()


def fold(text: str) -> str:
    """`text` with the digits of every script as 0-9, and dashes, spaces, quotes and commas in their plain form."""
    return text.translate(_FOLD)


def words(text: str) -> list[Word]:
    """Every run of letters in `text`."""
    return [(match.start(), match.end(), match.group().lower()) for match in _WORD.finditer(text)]


@dataclass(frozen=True)
class Reading:
    """One note in three versions: `whole` is folded; `text` lacks the references, `rest` also radiology's own numbers.

    What a rule may not see is blanked with NUL. Rules led by a cue read `text`: a cue word beats the table of medicine.
    Rules that go by form alone read `rest`. `words` are those of `text`.
    """

    whole: str = field(repr=False)
    text: str = field(repr=False)
    rest: str = field(repr=False)
    words: list[Word] = field(repr=False)
    digits: bool
    """Whether there is any digit."""


def read(text: str) -> Reading:
    """Fold and blank `text`. What runs on for 400 letters or digits is data, not a word: it holds nothing delimited."""
    whole = _ENDLESS.sub(lambda run: BLANK * len(run.group()), fold(text))
    digits = any(digit in whole for digit in "0123456789")
    unreferenced = without_references(whole) if digits or "//" in whole or "www" in whole else whole
    rest = without_medicine(unreferenced) if digits else unreferenced
    return Reading(whole, unreferenced, rest, words(unreferenced), digits)
