"""A note as the rules read it. Every version has the length of the note, so that positions hold in all of them."""

import unicodedata
from dataclasses import dataclass, field

from phivet.models.notes_medicine import without_medicine, without_references

_ALIKE = {"‘": "'", "’": "'", "ʼ": "'", "′": "'", "“": '"', "”": '"', "″": '"', "−": "-", "،": ",", "؛": ";", "٫": "."}
_JOINERS = "\u200c\u200d"


class _Fold(dict[int, str]):
    """Maps any character to the plain one that means the same; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        digit = unicodedata.decimal(char, None)
        kind = unicodedata.category(char)
        if digit is not None:
            plain = str(digit)
        elif char in _ALIKE:
            plain = _ALIKE[char]
        elif 0xFF01 <= code <= 0xFF5E:
            plain = chr(code - 0xFEE0)
        elif kind == "Pd":
            plain = "-"
        elif char in "\n\r\u2028\u2029\x0b\x0c":
            plain = "\n"
        elif kind in ("Zs", "Cc") or (kind == "Cf" and char not in _JOINERS):
            plain = " "
        else:
            plain = char
        self[code] = plain
        return plain


_FOLD = _Fold()


def fold(text: str) -> str:
    """`text` with the digits of every script as 0-9, and dashes, spaces, quotes and commas in their plain form."""
    return text.translate(_FOLD)


@dataclass(frozen=True)
class Reading:
    """One note in three versions: `whole` is folded; `text` lacks the references, `rest` also radiology's own language.

    What a rule may not see is blanked with NUL. Rules led by a cue read `text`: a cue word beats the table of medicine.
    Rules that go by form alone read `rest`.
    """

    whole: str = field(repr=False)
    text: str = field(repr=False)
    rest: str = field(repr=False)


def read(text: str) -> Reading:
    """Fold and blank `text`."""
    whole = fold(text)
    unreferenced = without_references(whole)
    return Reading(whole, unreferenced, without_medicine(unreferenced))
