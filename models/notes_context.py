"""What the trained tagger finds, and how sure it is, together with what the rules found in the same words.

The tagger's probability and the rule's score make one calibrated probability; the coefficients come with the weights,
fitted on notes that are in neither training nor test. What has a valid check digit, or is a known value, stays as sure
as the rule says.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from phivet.cases.findings import Reason
from phivet.models.hits import Hit, resolve
from phivet.models.notes_bounds import (
    CERTAIN,
    DATES,
    IN_WORDS,
    closed,
    identifies,
    joined,
    trimmed,
    untitled,
    within,
)
from phivet.models.notes_medicine import BLANK
from phivet.models.notes_model import Tagger, load
from phivet.models.notes_sense import makes_sense
from phivet.models.notes_tags import OUTSIDE, decode, spans
from phivet.models.notes_text import read
from phivet.models.notes_windows import Words

RATHER = 0.5
SURE = 1e-4
"""No probability goes nearer to 0 or 1 before it is calibrated."""


@dataclass(frozen=True)
class Candidate:
    """A hit of the tagger, of a rule or of both, before its score is calibrated.

    `inside` is the tagger's probability that its words identify; `rule` the score of the rule that found it, or the
    surest that touches it, 0 if none does.
    """

    hit: Hit
    inside: float
    rule: float

    @property
    def source(self) -> str:
        """Who found it, which decides its calibration."""
        by_rule = Reason.IN_CONTEXT not in self.hit.reasons
        return f"{'rule' if by_rule else 'tagger'}{'' if self.rule == 0 else '+rule' if not by_rule else ''}"


def find_in_context(texts: Sequence[str], by_rules: Sequence[Sequence[Hit]], weights: Path) -> list[list[Hit]]:
    """For each text, what the tagger finds and what rules found before, with calibrated scores and without overlaps."""
    tagger = load(weights)
    scores = tagger.calibration["scores"]
    told = []
    for text, hits, (words, of_tags) in zip(texts, by_rules, tagger.read(texts), strict=True):
        inside = 1 - np.exp(of_tags[:, OUTSIDE])
        found = _candidates(text, hits, words, of_tags, float(tagger.calibration["outside"]))
        counted = [hit for each in found if _counts(hit := calibrated(each, scores))]
        kept = resolve(joined(_beside_certain(counted)), text, worth=partial(identifies, words, inside))
        told.append([untitled(hit, text) for hit in kept])
    return told


def _counts(hit: Hit) -> bool:
    """Whether a hit is worth telling: what the tagger alone says is rather right than wrong."""
    return Reason.IN_CONTEXT not in hit.reasons or hit.score >= RATHER


def _beside_certain(hits: list[Hit]) -> list[Hit]:
    """`hits`, those of the tagger less sure than what is certain in the same words: that says what it is."""
    certain = [hit for hit in hits if CERTAIN & frozenset(hit.reasons)]
    beside = ((hit, [each.score for each in certain if each.start < hit.end and hit.start < each.end]) for hit in hits)
    return [
        replace(hit, score=min(hit.score, min(scores) - SURE)) if scores and Reason.IN_CONTEXT in hit.reasons else hit
        for hit, scores in beside
    ]


def candidates(texts: Sequence[str], by_rules: Sequence[Sequence[Hit]], tagger: Tagger) -> list[list[Candidate]]:
    """What the tagger and the rules found, before calibration."""
    bias = float(tagger.calibration["outside"])
    return [
        _candidates(text, hits, words, scores, bias)
        for text, (words, scores), hits in zip(texts, tagger.read(texts), by_rules, strict=True)
    ]


def _candidates(
    text: str, by_rules: Sequence[Hit], words: Words, scores: NDArray[np.float32], bias: float
) -> list[Candidate]:
    harmless = read(text).rest
    found = _found(text, words, scores, by_rules, bias)
    return [each for each in found if each.source == "rule" or _may_identify(each.hit, text, harmless)]


def _may_identify(hit: Hit, text: str, rest: str) -> bool:
    """Whether a hit makes sense, and is not mostly what the tables of harmless forms have blanked in `rest`."""
    written = [at for at in range(hit.start, hit.end) if text[at].isalnum()]
    blanked = sum(rest[at] == BLANK for at in written)
    return 2 * blanked < max(1, len(written)) and makes_sense(hit.category, text[hit.start : hit.end])


def _found(
    text: str, words: Words, scores: NDArray[np.float32], by_rules: Sequence[Hit], bias: float
) -> Iterator[Candidate]:
    inside = 1 - np.exp(scores[:, OUTSIDE])
    biased = scores.copy()
    biased[:, OUTSIDE] -= bias
    for first, last, category in spans(decode(biased)):
        start, end = int(words.bounds[first, 0]), int(words.bounds[last - 1, 1])
        end = closed(text, start, end) if category in IN_WORDS | DATES else end
        hit = Hit(category, start, end, 1.0, (Reason.IN_CONTEXT,))
        rule = max((each.score for each in by_rules if each.start < end and start < each.end), default=0.0)
        yield Candidate(hit, float(inside[within(words, start, end)].mean()), rule)
    for by_rule in by_rules:
        hit = trimmed(by_rule, words, inside)
        yield Candidate(hit, float(inside[within(words, hit.start, hit.end)].max(initial=0.0)), hit.score)


def calibrated(candidate: Candidate, scores: Mapping[str, Sequence[float]]) -> Hit:
    """The hit with the probability that it identifies."""
    if CERTAIN & frozenset(candidate.hit.reasons):
        return candidate.hit
    weights = np.array(scores[candidate.source])
    return replace(candidate.hit, score=float(1 / (1 + np.exp(-weights @ features(candidate)))))


def features(candidate: Candidate) -> NDArray[np.float64]:
    """What the score is made of: 1, and the log odds of the tagger and of the rule."""
    return np.array([1.0, _log_odds(candidate.inside), _log_odds(candidate.rule) if candidate.rule else 0.0])


def _log_odds(probability: float) -> float:
    kept = min(max(probability, SURE), 1 - SURE)
    return float(np.log(kept / (1 - kept)))


def all_of(found: Iterable[Iterable[Candidate]]) -> list[Candidate]:
    """Every candidate of every text."""
    return [each for text in found for each in text]
