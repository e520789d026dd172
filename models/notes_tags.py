"""The tags that the notes model gives to words, and how the best run of tags is found."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from phivet.cases.categories import Category

CATEGORIES = (
    Category.NAME, Category.INITIALS, Category.RELATIVE_NAME, Category.CLINICIAN_NAME, Category.DATE_OF_BIRTH,
    Category.STUDY_DATE, Category.DATE, Category.AGE_OVER_89, Category.ADDRESS, Category.POSTCODE, Category.PLACE,
    Category.FACILITY, Category.PHONE, Category.FAX, Category.EMAIL, Category.URL, Category.IP_ADDRESS,
    Category.RECORD_NUMBER, Category.ACCOUNT_NUMBER, Category.LICENCE_NUMBER, Category.DEVICE_SERIAL,
    Category.VEHICLE, Category.SOCIAL_HANDLE, Category.OCCUPATION, Category.ORGANISATION, Category.EVENT,
    Category.STUDY_KEY,
)  # fmt: skip
"""What text can hold, in the order of the model's tags."""
TAGS = ("O", *(f"{mark}-{category.value}" for category in CATEGORIES for mark in "BI"))
OUTSIDE = 0


def begins(category: Category) -> int:
    """The tag of the first word of an identifier."""
    return 1 + 2 * CATEGORIES.index(category)


def decode(scores: NDArray[np.float32]) -> NDArray[np.int16]:
    """The likeliest tags (words,) for log probabilities (words, tags), inside after begin or inside of its category.

    The likeliest tag of each word alone is right if they make sense together. Else an inside without its begin can be
    made one; a word that would lose more than all of these by being anything but outside is outside in the best run.
    """
    tags: NDArray[np.int16] = scores.argmax(axis=1).astype(np.int16)
    before = np.concatenate(([OUTSIDE], tags))[:-1]
    lonely = np.flatnonzero((tags > 0) & (tags % 2 == 0) & (before != tags) & (before != tags - 1))
    if not len(lonely):
        return tags
    price = (scores[lonely, tags[lonely]] - scores[lonely, tags[lonely] - 1]).sum()
    outside = scores[:, OUTSIDE] - scores[:, OUTSIDE + 1 :].max(axis=1) > price
    cuts = np.concatenate(([0], np.flatnonzero(outside), [len(tags)]))
    for start, end in pairwise(cuts.tolist()):
        if np.any((start <= lonely) & (lonely < end)):
            tags[start:end] = _best_run(scores[start:end])
    return tags


def _best_run(scores: NDArray[np.float32]) -> NDArray[np.int16]:
    """The likeliest tags that make sense together, by dynamic programming (Viterbi 1967)."""
    count = len(scores)
    tags = np.zeros(count, np.int16)
    insides = np.arange(2, scores.shape[1], 2)
    total = scores[0].copy()
    total[insides] = -np.inf
    back = np.zeros((count, len(insides)), np.int16)
    best = np.zeros(count, np.int16)
    for at in range(1, count):
        best[at] = leader = int(total.argmax())
        begun, inside = total[insides - 1], total[insides]
        continues = inside > begun
        back[at] = np.where(continues, insides, insides - 1)
        carried = np.where(continues, inside, begun)
        total = total[leader] + scores[at]
        total[insides] = carried + scores[at, insides]
    tags[-1] = total.argmax()
    for at in range(count - 1, 0, -1):
        tag = tags[at]
        tags[at - 1] = back[at, tag // 2 - 1] if tag and tag % 2 == 0 else best[at]
    return tags


def spans(tags: NDArray[np.int16]) -> Iterator[tuple[int, int, Category]]:
    """Runs of words [start, end) with the category that their tags give."""
    start = None
    for at, tag in enumerate([*tags.tolist(), OUTSIDE]):
        if start is not None and (tag == OUTSIDE or tag % 2 == 1):
            yield start, at, CATEGORIES[(int(tags[start]) - 1) // 2]
            start = None
        if tag % 2 == 1:
            start = at
