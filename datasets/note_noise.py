"""What happens to notes on their way: typing errors, optical recognition, lost case and spaces, mark-up, encodings.

Every kind works piece by piece, so that labels stay on what they label.
"""

import random
import re
from collections.abc import Callable, Sequence

from phivet.cases.categories import Category

Piece = tuple[str, Category | None]
"""Some characters of a text, and what they identify."""

CONFUSED = tuple(zip("0O1l15S8B62ceaun.,gt", "O0l1IS5B8GZecovh,.qf", strict=True))
LIGATURES = (("rn", "m"), ("m", "rn"), ("cl", "d"), ("ri", "n"), ("li", "h"), ("vv", "w"))


def noisy(pieces: Sequence[Piece], rng: random.Random) -> list[Piece]:
    """`pieces` as they are in half of all texts, else with one or two kinds of noise."""
    kept = list(pieces)
    if rng.random() < 0.5:
        return kept
    for _ in range(rng.choice((1, 1, 2))):
        kind = rng.choices(KINDS, WEIGHTS)[0]
        kept = [(kind(text, rng), category) for text, category in kept]
    return [(text, category) for text, category in kept if text]


def _lower(text: str, rng: random.Random) -> str:
    return text.lower()


def _upper(text: str, rng: random.Random) -> str:
    return text.upper()


def _typed(text: str, rng: random.Random) -> str:
    """A slip of the finger in one word of forty."""

    def slip(word: re.Match[str]) -> str:
        letters = word.group()
        if rng.random() > 0.025:
            return letters
        at = rng.randrange(len(letters) - 1)
        return rng.choice(
            (
                letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :],
                letters[:at] + letters[at + 1 :],
                letters[: at + 1] + letters[at:],
                letters[:at] + rng.choice("aeionrst") + letters[at + 1 :],
            )
        )

    return re.sub(r"[^\W\d_]{4,}", slip, text)


def _misread(text: str, rng: random.Random) -> str:
    if rng.random() < 0.1:
        old, new = rng.choice(LIGATURES)
        text = text.replace(old, new, 1)
    pairs = dict(rng.sample(CONFUSED, 6))
    return "".join(pairs[char] if char in pairs and rng.random() < 0.08 else char for char in text)


def _joined(text: str, rng: random.Random) -> str:
    return re.sub(r"(?<=[^\W\d]) (?=[^\W\d])", lambda gap: "" if rng.random() < 0.03 else " ", text)


def _unpunctuated(text: str, rng: random.Random) -> str:
    return re.sub(r"[,;:.](?=\s|$)", lambda mark: "" if rng.random() < 0.6 else mark.group(), text)


def _wrapped(text: str, rng: random.Random) -> str:
    return re.sub(r"(?<=\S) (?=\S)", lambda gap: "\n" if rng.random() < 0.09 else " ", text)


def _unwrapped(text: str, rng: random.Random) -> str:
    return re.sub(r"\s*\n\s*", " ", text)


def _marked_up(text: str, rng: random.Random) -> str:
    return text.replace("\n", rng.choice(("<br/>\n", "<br>", "</p>\n<p>", "\\n", "\r\n", " | ", "&nbsp;\n")))


def _mis_encoded(text: str, rng: random.Random) -> str:
    try:
        return text.encode("utf-8").decode("cp1252") if not text.isascii() and not _is_arabic(text) else text
    except UnicodeError:
        return text


def _spaced(text: str, rng: random.Random) -> str:
    return text.replace(" ", "  ") if rng.random() < 0.5 else text.replace(": ", " : ")


def _bulleted(text: str, rng: random.Random) -> str:
    return re.sub(r"\n(?=\S)", rng.choice(("\n- ", "\n• ", "\n* ", "\n   ", "\n> ")), text)


def _is_arabic(text: str) -> bool:
    return any("\u0600" <= char <= "\u06ff" for char in text)


KINDS: tuple[Callable[[str, random.Random], str], ...] = (
    _lower, _upper, _typed, _misread, _joined, _unpunctuated, _wrapped, _unwrapped, _marked_up,
    _mis_encoded, _spaced, _bulleted,
)  # fmt: skip
WEIGHTS = (5, 5, 5, 2, 2, 3, 3, 3, 2, 1, 2, 2)
