"""The risk of a case, and the verdict on it: what every detector found, weighed by one policy.

The risk is the probability that the case identifies a person in a way that the policy minds. Evidence that hangs
together counts once: what one detector says of one category (a name in 300 slices is one name), and what several
categories say of one place (a number that may be a phone's or a record's is one number). The rest is independent:
P = 1 - (1 - p1)(1 - p2)... (noisy-or). Evidence too weak to be acted on does not add up, or the risk of a clean note
would grow with its length: only the strongest piece of it counts. What the policy allows counts for nothing.

How risk and decision go together: the decision is the worst action of any finding, never a matter of the risk. The risk
of a blocked case is at least the `block_at` that was reached, that of a reviewed one at least the `review_at`; that of
a clear one is its strongest finding's score, below that category's `review_at`; 0 means clear. What could not be looked
at adds its prior from `UNREAD`, and leads to review. So the decision says what to do, and the risk in which order.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from phivet.cases.categories import Category
from phivet.cases.coverage import Claim, ClaimKind, Coverage, Unread
from phivet.cases.finding_id import by_number, finding_ids
from phivet.cases.findings import Finding, Reason
from phivet.cases.places import Box, Element, Place, Region, Span, Whole, as_json, sources
from phivet.cases.policy import Policy
from phivet.cases.report import Action, Decision, Judged, Report

UNREAD: Mapping[Unread, float] = {
    Unread.MEDIUM: 0.6,  # documents, videos and slides mostly come with a name, a banner or a label
    Unread.ENCRYPTION: 0.6,  # somebody thought it worth hiding
    Unread.CODEC: 0.5,  # a picture like any other, unseen
    Unread.CRASH: 0.5,
    Unread.LANGUAGE: 0.5,
    Unread.NESTED: 0.5,
    Unread.PERMISSION: 0.5,
    Unread.SIZE: 0.5,
    Unread.TIME_OUT: 0.5,
    Unread.CORRUPT: 0.4,  # a viewer may show what is left of it
    Unread.LINK: 0.2,  # what it points to is not in the case
    Unread.MISSING: 0.1,  # not in the case, though it should be
    Unread.EMPTY: 0.02,  # no bytes: only its being there tells something
}
"""How probably something that could not be looked at identifies a person, by the reason. A judgement, no measurement:
unknown is as good as even, more or less as the comment says. All of them are one piece of evidence."""

NOTHING_SCANNED = 0.5
"""The same for a case in which there was nothing to look at but the files' own wrappings."""

IS_A_STUDY_KEY = 0.5
"""The score from which on a study key is there, for a policy that wants one."""

CONTRADICTS = 0.5
"""The score from which on a finding contradicts a claim, even if the policy allows the category."""

LIMIT = 2_000
"""Beyond this many findings (or overlapping pairs) in places where categories compete, places no longer matter."""

_DECISION = {Action.ALLOW: Decision.CLEAR, Action.REVIEW: Decision.REVIEW, Action.BLOCK: Decision.BLOCK}


def assess(
    case_id: str,
    findings: Iterable[Finding],
    coverage: Coverage,
    policy: Policy,
    digests: Mapping[str, str],
    models: Mapping[str, str],
    seconds: float,
) -> Report:
    """The report on a case: its risk, the decision, and what the policy says to each finding.

    `digests` maps every source of the case to its SHA-256 in hex, `models` every detector to its version. The order of
    the findings does not matter; of several at one place in one category the surest is reported.
    """
    findings = list(findings)
    nothing = _nothing(coverage.scanned)
    by_source = _by_source(findings) if coverage.claims else {}
    claims = tuple(
        replace(claim, contradicted=_contradicted(claim, by_source.get(claim.source, ()), policy))
        for claim in coverage.claims
    )
    if policy.study_key_required and not any(map(_is_study_key, findings)) and digests:
        findings.append(_no_study_key(min(digests, key=by_number), policy))

    identify = finding_ids(digests)
    judged = [Judged(identify(f.category, f.place), f, policy.action(f)) for f in _one_a_place(findings)]

    minded = [f for f in findings if policy.minds(f.category)]
    unread = max((UNREAD[entry.reason] for entry in coverage.not_scanned), default=0.0)
    unknown = max(unread, NOTHING_SCANNED if nothing else 0.0)
    return Report(
        case_id=case_id,
        policy=policy.name,
        policy_version=policy.version,
        decision=decision((j.action for j in judged), coverage.scanned, coverage.not_scanned),
        risk=_noisy_or([_risk(minded, policy), unknown]),
        risk_by_category={
            category: _risk([f for f in minded if f.category is category], policy)
            for category in Category
            if any(f.category is category for f in minded)
        },
        findings=tuple(sorted(judged, key=_order)),
        claims=claims,
        scanned=dict(coverage.scanned),
        skipped=tuple(coverage.skipped),
        not_scanned=tuple(coverage.not_scanned),
        models=dict(models),
        seconds=seconds,
    )


def decision(actions: Iterable[Action], scanned: Mapping[str, int], not_scanned: Collection[object]) -> Decision:
    """What the actions on a case's findings come to: the strictest counts; what was not looked at is reviewed."""
    worst = max(actions, key=lambda action: action.rank, default=Action.ALLOW)
    if worst is Action.ALLOW and (not_scanned or _nothing(scanned)):
        worst = Action.REVIEW
    return _DECISION[worst]


def _nothing(scanned: Mapping[str, int]) -> bool:
    """Whether nothing but the files' own wrappings was looked at."""
    return not any(number for kind, number in scanned.items() if kind != "containers")


def _is_study_key(finding: Finding) -> bool:
    return finding.category is Category.STUDY_KEY and finding.score >= IS_A_STUDY_KEY


def _no_study_key(source: str, policy: Policy) -> Finding:
    """Just sure enough for a review: that there is no key is certain, that somebody is identified by it is not."""
    score = policy.threshold(Category.OTHER).review_at or 0.5
    return Finding(Category.OTHER, Whole(source), score, "risk", (Reason.STUDY_KEY_MISSING,))


def _by_source(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    grouped: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        for source in sources(finding.place):
            grouped[source].append(finding)
    return grouped


def _contradicted(claim: Claim, findings: Iterable[Finding], policy: Policy) -> bool:
    """Whether one of `findings`, those in the claim's own source, says otherwise."""

    def against(finding: Finding) -> bool:
        acted_on = policy.action(finding) is not Action.ALLOW
        there = acted_on or (finding.score >= CONTRADICTS and finding.category is not Category.STUDY_KEY)
        match claim.claim:
            case ClaimKind.PATIENT_IDENTITY_REMOVED:
                return acted_on
            case ClaimKind.NO_BURNED_IN_TEXT:
                return there and finding.detector == "burned_in_text" and isinstance(finding.place, Box)
            case ClaimKind.NO_RECOGNIZABLE_VISUAL_FEATURES:
                return there and finding.category is Category.FACE
            case ClaimKind.DESCRIPTORS_CLEANED:
                return there and finding.detector == "notes" and isinstance(finding.place, Element)

    return claim.contradicted or any(map(against, findings))


def _one_a_place(findings: Iterable[Finding]) -> list[Finding]:
    """The surest finding for every category and place, with everybody's reasons: each has an id of its own."""
    groups: dict[tuple[Category, Place], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.category, finding.place].append(finding)
    surest = []
    for group in groups.values():
        group.sort(key=lambda f: (-f.score, f.detector, f.reasons))
        reasons = dict.fromkeys(reason for finding in group for reason in finding.reasons)
        surest.append(replace(group[0], reasons=tuple(reasons)))
    return surest


def _order(judged: Judged) -> tuple[object, ...]:
    """What blocks first, then what is surest, then by source, category and place."""
    finding = judged.finding
    where = str(as_json(finding.place))
    source = by_number(sources(finding.place)[0])
    return -judged.action.rank, -finding.score, source, list(Category).index(finding.category), by_number(where)


def _noisy_or(scores: Iterable[float]) -> float:
    """The probability of at least one of several independent things."""
    risk = 0.0
    for score in sorted(scores, reverse=True):
        risk += score * (1 - risk)
    return min(risk, 1.0)


def _risk(findings: Sequence[Finding], policy: Policy) -> float:
    """What is acted on adds up, of the rest only the strongest counts. More findings never lower it."""
    acted_on = [finding for finding in findings if policy.action(finding) is not Action.ALLOW]
    pieces = _pieces(acted_on)
    rivals = _rivals(pieces)
    fused = _shared(pieces, rivals) if rivals else _noisy_or(_per_judge(pieces).values())
    corroborated = [
        _noisy_or(_per_judge([piece for piece in pieces if piece.category is category]).values())
        for category in {piece.category for piece in pieces}
    ]
    return max([fused, *corroborated, *(finding.score for finding in findings)], default=0.0)


@dataclass(frozen=True)
class _Piece:
    """One piece of evidence: where it lies (`key` says in what, `low` and `high` its corners there)."""

    category: Category
    detector: str
    score: float
    key: Hashable
    low: tuple[float, float]
    high: tuple[float, float]


def _pieces(findings: Iterable[Finding]) -> list[_Piece]:
    """The findings as pieces, in an order of their own; of the same one twice only the stronger."""
    pieces = {}
    for finding in sorted(findings, key=lambda f: (f.score, f.category, f.detector, str(as_json(f.place)))):
        piece = _Piece(finding.category, finding.detector, finding.score, *_corners(finding.place))
        pieces[piece.category, piece.detector, piece.key, piece.low, piece.high] = piece
    return list(pieces.values())


def _corners(place: Place) -> tuple[Hashable, tuple[float, float], tuple[float, float]]:
    match place:
        case Span(source, start, end, page):
            return ("span", source, page), (start, 0), (end, 1)
        case Element(source, path, start, end):
            return ("element", source, path), (start or 0, 0), (math.inf if end is None else end, 1)
        case Box(source, x0, y0, x1, y1, frame, page, plane):
            return ("box", source, frame, page, plane), (x0, y0), (x1, y1)
        case Region():
            return ("region", place.sources), (0, 0), (1, 1)
        case Whole(source):
            return ("whole", source), (0, 0), (1, 1)


def _per_judge(pieces: Iterable[_Piece]) -> dict[tuple[str, Category], float]:
    """The strongest that each detector says of each category."""
    strongest: dict[tuple[str, Category], float] = defaultdict(float)
    for piece in pieces:
        judge = piece.detector, piece.category
        strongest[judge] = max(strongest[judge], piece.score)
    return strongest


def _rivals(pieces: Sequence[_Piece]) -> list[list[int]]:
    """The sets of pieces that overlap in one point and are of several categories.

    No set at all beyond `LIMIT`: the risk then comes out too high rather than too late. (What overlaps pairwise has a
    point in common, whose coordinates are the largest of the lower corners' of two of them.)
    """
    by_key: dict[Hashable, list[int]] = defaultdict(list)
    for index, piece in enumerate(pieces):
        by_key[piece.key].append(index)
    contested = [group for group in by_key.values() if len({pieces[i].category for i in group}) > 1]
    if sum(map(len, contested)) > LIMIT:
        return []
    sets: dict[tuple[int, ...], None] = {}
    pairs = 0
    for group in contested:
        low = np.array([pieces[i].low for i in group])
        high = np.array([pieces[i].high for i in group])
        category = np.array([pieces[i].category for i in group])
        overlap = np.triu((low[:, None] < high).all(-1) & (low < high[:, None]).all(-1))
        pairs += int((overlap & (category[:, None] != category)).sum())
        if pairs > LIMIT:
            return []
        for a, b in np.argwhere(overlap):
            point = np.maximum(low[a], low[b])
            there = np.flatnonzero((low <= point).all(-1) & (point < high).all(-1))
            if len(set(category[there])) > 1:
                sets[tuple(group[i] for i in there)] = None
    return [list(members) for members in sets]


def _shared(pieces: Sequence[_Piece], rivals: Collection[Sequence[int]]) -> float:
    """The most that the pieces can say together if each judge counts once, and each point for one category only.

    A linear programme: x in [0, 1] is how far a piece counts, its weight -log(1 - score), so that weights add up where
    probabilities multiply. For every judge the x sum to at most 1. For every point a share per category bounds the x of
    that category there, and the shares sum to at most 1. A further piece may be left at 0, so the risk never falls.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    columns = len(pieces)
    entries: list[tuple[int, int, float]] = []
    bounds: list[float] = []

    def at_most(bound: float, terms: Iterable[tuple[int, float]]) -> None:
        entries.extend((len(bounds), column, factor) for column, factor in terms)
        bounds.append(bound)

    judges: dict[tuple[str, Category], list[int]] = defaultdict(list)
    for index, piece in enumerate(pieces):
        judges[piece.detector, piece.category].append(index)
    for judge in judges.values():
        at_most(1, [(index, 1) for index in judge])
    for members in rivals:
        shares: dict[Category, int] = {}
        for index in members:
            if pieces[index].category not in shares:
                shares[pieces[index].category] = columns
                columns += 1
            at_most(0, [(index, 1), (shares[pieces[index].category], -1)])
        at_most(1, [(share, 1) for share in shares.values()])

    weights = np.zeros(columns)
    weights[: len(pieces)] = [math.log(max(1 - piece.score, 1e-12)) for piece in pieces]
    row, column, factor = zip(*entries, strict=True)
    matrix = coo_array((factor, (row, column)), shape=(len(bounds), columns)).tocsr()
    solved = linprog(weights, A_ub=matrix, b_ub=bounds, bounds=(0, 1), method="highs")
    most = _noisy_or(_per_judge(pieces).values())
    return min(most, -math.expm1(solved.fun)) if solved.success else most
