"""Cases that could be recognised though no name stands in them: unheard-of, in the media, or one of few in a village.

What a text says is weighed by what else it says nearby. A rare disease alone is what case libraries are made of: only
one that fewer than one in a million have scores by itself, and low. With a village, an occupation or a date it scores
higher. No score reaches that at which a policy blocks anything: who could recognise whom is for a moderator to judge.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit, resolve
from phivet.models.notes_medicine import BLANK
from phivet.models.notes_rarity import rare_diseases
from phivet.models.notes_text import Reading
from phivet.models.notes_uniqueness_phrases import PHRASES, Phrase, Sign

TOGETHER = 0.6
"""The score of signs each of which alone would say little."""

ULTRA_RARE = 0.2
"""The score of a disease of fewer than one in a million, alone."""

NEAR = 1_500
"""How many characters apart two signs may stand and still speak of one person: a case, not a logbook."""

SURE = 0.5
"""From this score on a hit of another rule is a sign."""

NEEDED = 2
"""The weight that others nearby must bring together to raise a sign to `TOGETHER`."""

_REASONS: Mapping[Sign, Reason] = {
    Sign.ULTRA_RARE: Reason.RARE_DISEASE,
    Sign.VERY_RARE: Reason.RARE_DISEASE,
    Sign.FEW_KNOWN: Reason.FEW_KNOWN,
    Sign.TENS_KNOWN: Reason.FEW_KNOWN,
    Sign.NEWS: Reason.IN_THE_NEWS,
    Sign.PUBLIC: Reason.PUBLIC_FIGURE,
    Sign.SMALL: Reason.SMALL_COMMUNITY,
    Sign.FEW_THERE: Reason.SMALL_COMMUNITY,
}
"""The others are told as a constellation, which is all that they are."""

_OF_OTHERS: Mapping[Category, Sign] = {
    Category.PLACE: Sign.PLACE,
    Category.ADDRESS: Sign.PLACE,
    Category.POSTCODE: Sign.PLACE,
    Category.FACILITY: Sign.FACILITY,
    Category.DATE: Sign.DATE,
    Category.STUDY_DATE: Sign.DATE,
    Category.OCCUPATION: Sign.OCCUPATION,
    Category.EVENT: Sign.EVENT,
}

_RARE: Mapping[Sign, float] = {
    Sign.SMALL: 2,
    Sign.FEW_THERE: 2,
    Sign.PLACE: 2,
    Sign.OCCUPATION: 2,
    Sign.EVENT: 2,
    Sign.NEWS: 2,
    Sign.PUBLIC: 2,
    Sign.FAMILY: 1,
    Sign.DATE: 1,
    Sign.FACILITY: 1,
}
WEIGHTS: Mapping[Sign, Mapping[Sign, float]] = {
    Sign.ULTRA_RARE: _RARE,
    Sign.TENS_KNOWN: _RARE,
    Sign.VERY_RARE: {sign: weight * 0.6 for sign, weight in _RARE.items()},
    Sign.SMALL: {
        Sign.ULTRA_RARE: 2,
        Sign.TENS_KNOWN: 2,
        Sign.VERY_RARE: 1,
        Sign.FAMILY: 2,
        Sign.OCCUPATION: 2,
        Sign.EVENT: 2,
        Sign.DATE: 1,
    },
    Sign.FAMILY: {Sign.SMALL: 2, Sign.EVENT: 2, Sign.ULTRA_RARE: 1, Sign.TENS_KNOWN: 1, Sign.PLACE: 1},
    Sign.EVENT: {Sign.SMALL: 2, Sign.FAMILY: 2, Sign.OCCUPATION: 1, Sign.PLACE: 1, Sign.DATE: 1},
    Sign.OCCUPATION: {
        Sign.SMALL: 2, Sign.ULTRA_RARE: 2, Sign.TENS_KNOWN: 2, Sign.EVENT: 1, Sign.PLACE: 1, Sign.DATE: 1,
    },
}  # fmt: skip
"""How much each other sign nearby adds to a sign: what is ordinary beside a birth of twins is not beside a village."""


@dataclass(frozen=True)
class Said:
    """Characters [start, end) are `sign`, which by itself scores `alone`."""

    sign: Sign
    start: int
    end: int
    alone: float


def find_uniqueness(reading: Reading, found: Sequence[Hit] = ()) -> Iterator[Hit]:
    """What could make somebody recognise the patient, without overlaps among themselves.

    `found` is what the other rules and the model found in the same text: places, dates, occupations, events. What is
    yielded may overlap these, and is to be added to them as it is: it takes the place of no identifier.
    """
    said = [*_phrases(reading), *_rare(reading)]
    if not said and not any(hit.category in (Category.EVENT, Category.OCCUPATION) for hit in found):
        return
    said += [
        Said(_OF_OTHERS[hit.category], hit.start, hit.end, 0)
        for hit in found
        if hit.category in _OF_OTHERS and hit.score >= SURE
    ]
    yield from resolve(_weighed(said), reading.whole, rests=False)


def _weighed(said: Sequence[Said]) -> Iterator[Hit]:
    """Each sign with the score that it has beside the others."""
    spans: dict[Sign, list[tuple[int, int]]] = defaultdict(list)
    for one in sorted(said, key=lambda one: one.start):
        spans[one.sign].append((one.start, one.end))
    for one in said:
        weights = WEIGHTS.get(one.sign, {})
        raised = sum(weight for sign, weight in weights.items() if _near(one, spans.get(sign, ()))) >= NEEDED
        if score := max(one.alone, TOGETHER if raised else 0):
            own = [_REASONS[one.sign]] if one.sign in _REASONS else []
            constellation = [Reason.CONSTELLATION] if score > one.alone else []
            yield Hit(Category.UNIQUENESS, one.start, one.end, score, (*own, *constellation))


def _near(one: Said, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether one of `spans`, sorted, begins near `one` and does not overlap it."""
    for at in range(bisect_left(spans, (one.start - NEAR, 0)), len(spans)):
        start, end = spans[at]
        if start > one.end + NEAR:
            return False
        if end <= one.start or one.end <= start:
            return True
    return False


def _rare(reading: Reading) -> Iterator[Said]:
    """The rare diseases that the patient has, as far as the words around them tell."""
    text = reading.text
    for disease in rare_diseases(text):
        before, after = _sentence(text, disease.start, disease.end)
        if not (_cited(text, disease.start) or _NOT_THE_PATIENT.search(before) or _IN_GENERAL.match(after)):
            sign = Sign.ULTRA_RARE if disease.ultra else Sign.VERY_RARE
            yield Said(sign, disease.start, disease.end, ULTRA_RARE if disease.ultra else 0)


def _phrases(reading: Reading) -> Iterator[Said]:
    """What a text says of its patient; citations, history and groups of patients say nothing of one."""
    text = reading.text
    words = {word for _, _, word in reading.words}
    for phrase in PHRASES:
        if words.isdisjoint(_trigger(phrase.near)):
            continue
        for match in _compiled(phrase.form).finditer(text):
            before, after = _sentence(text, match.start(), match.end())
            if _means_it(phrase, text, match, before, after):
                ours = phrase.sign is Sign.FEW_KNOWN and _THIS_CASE.search(before + match.group() + after)
                alone = max(phrase.alone, TOGETHER) if ours else phrase.alone
                yield Said(phrase.sign, match.start(), match.end(), alone)


def _means_it(phrase: Phrase, text: str, match: re.Match[str], before: str, after: str) -> bool:
    """Whether `match`, between `before` and `after` in its sentence, is about the patient of this note."""
    within = match.group()
    match phrase.sign:
        case Sign.FEW_KNOWN | Sign.TENS_KNOWN:
            told_by_us = _THIS_ONE.search(before[-60:]) or _THIS_ONE.match(within)
            history = _HISTORY.search(within + after[:70]) or _BY_ANOTHER.search(before)
            grouped = _OF_A_GROUP.search(within + after[:30])
            return not (
                _cited(text, match.start()) or grouped or _NOT_SO.search(before) or (history and not told_by_us)
            )
        case Sign.NEWS:
            vessel = _VESSEL.search(before + within + after)
            return not (vessel or _UNSAID.search(before[-40:]) or _UNSAID.search(within) or _GENERAL_NEWS.match(after))
        case Sign.PUBLIC:
            eponym = _NAMED_AFTER.search(before + within + after)
            return not (eponym or _NOT_HIM.search(before) or _A_HOUSE.match(after) or _OF_A_GROUP.search(after[:30]))
        case Sign.FEW_THERE:
            return not _NOT_HIM.search(before)
        case Sign.FAMILY:
            return not _NOT_SO.search(before)
        case _:
            return True


_THIS_ONE = re.compile(
    r"\b(?:this|our|ours|we|i|patient|my|(?:she|he|it) (?:is|was|may|remains|became)|here)\b", re.I
)  # fmt: skip
_THIS_CASE = re.compile(
    r"\b(?:this|our|ours|such|patient|present|he|she|his|her|combination|presentation|variant|mutation)\b", re.I
)
_HISTORY = re.compile(
    r"\b(?:by|in|from|of) (?:the )?(?:early |late |mid-?)?(?:1[5-9]\d\d|20\d\d)|\bby (?-i:[A-Z]\w)|\bdates? (?:back"
    r"|from|to)\b|\bcentury\b|\b(?:was|were) (?:a|an|in|that|reported|described|published)\b",
    re.I,
)
_BY_ANOTHER = re.compile(
    r"\b(?:reported|described|published|performed|treated|saw|operated)(?: on)?(?: the)?\W*$", re.I
)
_OF_A_GROUP = re.compile(
    r"\b(?:cohort|study|series|trial|group|sibship|sample|clinic|ward|class|database|list|session|the day|today"
    r"|dataset|arm)\b",
    re.I,
)
_NOT_SO = re.compile(r"\b(?:no|not|non|denie[sd]|neither|without)\W+(?:\w+\W+){0,2}$|\bnon-?$", re.I)
_UNSAID = re.compile(
    r"\b(?:no|not|never|nor|without|avoid\w*|may|might|can|could|would|should|shall|will|if|whether|any|wish\w*"
    r"|watch\w*|listen\w*|looking|(?<!was )(?<!were )(?<!been )seen|heard|read|reading|consent\w*|permission|agree\w*"
    r"|against|policy|e\.g)\b",
    re.I,
)
_GENERAL_NEWS = re.compile(r"\W*(?:of|about|on) (?:the )?(?:vaccin|pandemic|covid|outbreak|health|medic)", re.I)
_VESSEL = re.compile(
    r"\b(?:calcifi\w+|intima\w*|adventitia\w*|arter\w+|smooth muscle|tunica|elastic|otitis|contrast media)\b", re.I
)
_NAMED_AFTER = re.compile(r"\bnamed (?:after|for|in hono)|\bnamesake|\beponym|\bGehrig|\bdescribed by\b", re.I)
_NOT_HIM = re.compile(r"\b(?:by|to|thank\w*|letter from|note from|cc|dear)(?: the| our| a)?\W*$", re.I)
_A_HOUSE = re.compile(r"[\w' ]{0,30}\b(?:hospital|infirmary|clinic|college|university|score)\b", re.I)
_NOT_THE_PATIENT = re.compile(
    r"\b(?:no|not|without|negative for|exclud\w+|ruled? out|rule out|r/o|unlike|versus|vs|differentials?|ddx|mimic\w*"
    r"|resembl\w*|such as|e\.g|including|includes?|consider|seen in|associated with|described in|occurs? in"
    r"|screen\w* for|unlikely|cf|see also|related to|distinguish\w*|overlaps?)\b[^.;\n]{0,80}$|\?\s?$",
    re.I,
)
_IN_GENERAL = re.compile(
    r"\W{0,3}(?:\([^)]{1,30}\)\W{0,3})?(?:is|are|was|were|has been|have been|may|can|typically|usually|affects?"
    r"|occurs?) (?!confirmed|proven|diagnosed|known|suspected)|\W{0,3}(?:excluded|unlikely|ruled out|less likely"
    r"|association|registry|versus\b|vs\b|or\b)",
    re.I,
)
_CITED = re.compile(
    rf"{BLANK}|\bet al\b|(?-i:\b[A-Z][a-z'-]+,? [A-Z]{{1,2}}(?:[,.;:]| (?:and|&)))"
    r"|(?-i:\b(?:J|Am|Eur|Acta|Br|Clin|Ann|Int|Arch|Case Rep\w*|Radiol\w*|Surg|Pediatr|BMJ|AJR|Lancet"
    r"|N Engl)\b)\.? (?:[\w.]+ ){0,4}[12]\d{3}",
    re.I,
)
_STOP = re.compile(r"[.!?;]\s+(?=\S)|\n\s*\n|\n(?=\s*(?:[-*•\d(]|[A-Z][\w ]{1,20}:))")
_REACH = 200


def _sentence(text: str, start: int, end: int) -> tuple[str, str]:
    """What the sentence of [start, end) says before it and after it, up to 200 characters each."""
    before = text[max(0, start - _REACH) : start]
    after = text[end : end + _REACH]
    stops = [stop.end() for stop in _STOP.finditer(before)]
    stop = _STOP.search(after)
    return before[stops[-1] if stops else 0 :], after[: stop.start()] if stop else after


def _cited(text: str, at: int) -> bool:
    """Whether the line around `at` is a reference to the literature."""
    start = max(text.rfind("\n", 0, at) + 1, at - _REACH)
    end = text.find("\n", at)
    return _CITED.search(text, start, min(end if end >= 0 else len(text), at + _REACH)) is not None


@cache
def _trigger(words: str) -> frozenset[str]:
    return frozenset(words.split())


@cache
def _compiled(form: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{form})(?!\w)".replace(" ", r"\s{1,3}"), re.I)
