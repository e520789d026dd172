"""Where a hit begins and ends when the tagger and a rule found the same words: each knows what the other does not."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_names import title_end
from phivet.models.notes_windows import Words

CERTAIN = frozenset({Reason.CHECK_DIGIT, Reason.KNOWN_VALUE})
NAMES = frozenset({Category.NAME, Category.RELATIVE_NAME, Category.CLINICIAN_NAME, Category.INITIALS})
DATES = frozenset({Category.DATE, Category.STUDY_DATE, Category.DATE_OF_BIRTH})
IN_WORDS = frozenset(
    {
        Category.NAME, Category.RELATIVE_NAME, Category.CLINICIAN_NAME, Category.PLACE, Category.FACILITY,
        Category.ORGANISATION, Category.OCCUPATION, Category.EVENT, Category.ADDRESS,
    }
)  # fmt: skip
"""What is written in words, so that a rule may read on too far."""
SURE = 0.5
UNLIKELY = 0.1
"""The tagger's probabilities, from which on a word identifies, and below which it does not."""
_OPEN = re.compile(
    r"(?:[\s,;:/|\\-]|(?<![^\W\d_])(?:at|in|of|and|the|on|for|to|with|by|from|or|an?|but|is|was|who|which))+$", re.I
)


def within(words: Words, start: int, end: int) -> slice:
    """The words that share a character with [start, end)."""
    first = int(np.searchsorted(words.bounds[:, 1], start, side="right"))
    return slice(first, int(np.searchsorted(words.bounds[:, 0], end, side="left")))


def identifies(words: Words, inside: NDArray[np.float32], start: int, end: int) -> bool:
    """Whether the tagger holds that [start, end) identifies, by itself."""
    return float(inside[within(words, start, end)].mean() if end > start else 0) >= SURE


def trimmed(hit: Hit, words: Words, inside: NDArray[np.float32]) -> Hit:
    """A rule's hit without the words at its ends that the tagger knows for nothing, if it is sure of others of them."""
    if hit.category not in IN_WORDS or CERTAIN & frozenset(hit.reasons):
        return hit
    touched = within(words, hit.start, hit.end)
    (likely,) = np.nonzero(inside[touched] >= UNLIKELY)
    if not len(likely) or inside[touched].max() < SURE:
        return hit
    first, last = touched.start + int(likely[0]), touched.start + int(likely[-1])
    return replace(hit, start=max(hit.start, int(words.bounds[first, 0])), end=min(hit.end, int(words.bounds[last, 1])))


def closed(text: str, start: int, end: int) -> int:
    """Where a hit of the tagger ends without what only leads on: "his wife's funeral at"."""
    found = _OPEN.search(text, start, end)
    return found.start() if found and found.start() > start else end


def joined(hits: Sequence[Hit]) -> list[Hit]:
    """`hits`, where what the tagger found of the same kind as one rule is one with it, in its whole extent."""
    groups: list[list[Hit]] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, hit.end)):
        group = groups[-1] if groups else []
        if group and hit.start < max(each.end for each in group) and _alike(hit, group[0]):
            group.append(hit)
        else:
            groups.append([hit])
    return [hit for group in groups for hit in _one(group)]


def _alike(one: Hit, other: Hit) -> bool:
    kinds = {one.category, other.category}
    return len(kinds) == 1 or kinds <= NAMES or kinds <= DATES


def _one(group: list[Hit]) -> list[Hit]:
    rules = [hit for hit in group if Reason.IN_CONTEXT not in hit.reasons]
    tagged = [hit for hit in group if Reason.IN_CONTEXT in hit.reasons]
    if len(rules) != 1 or not tagged or CERTAIN & frozenset(rules[0].reasons):
        return group
    surest = max(tagged, key=lambda hit: hit.score)
    category = rules[0].category if Reason.CUE in rules[0].reasons else surest.category
    return [
        Hit(
            category,
            min(hit.start for hit in group),
            max(hit.end for hit in group),
            max(hit.score for hit in group),
            (*rules[0].reasons, Reason.IN_CONTEXT),
        )
    ]


def untitled(hit: Hit, text: str) -> Hit:
    """`hit` without the titles that a name begins with: they are nobody's."""
    if hit.category not in NAMES:
        return hit
    start = title_end(text, hit.start, hit.end)
    return replace(hit, start=start) if any(char.isalpha() for char in text[start : hit.end]) else hit
