import math
import random
import time
from collections import Counter
from dataclasses import replace
from itertools import chain, combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phivet.cases.categories import REVIEWED_AT_MOST, Category
from phivet.cases.coverage import Claim, ClaimKind, Coverage, NotScanned, Skipped, Unread, Why
from phivet.cases.finding_id import finding_ids
from phivet.cases.findings import Finding, Reason
from phivet.cases.places import Box, Element, Place, Region, Span, Whole
from phivet.cases.policy import Policy, Threshold
from phivet.cases.report import Action, Decision, Report
from phivet.models.risk import UNREAD, assess

ALLOWED = {Category.STUDY_KEY, Category.VEHICLE}
POLICY = Policy(
    "strict",
    "Blocks all but vehicles",
    "1",
    {
        category: Threshold(0.3) if category in REVIEWED_AT_MOST else Threshold(0.3, 0.8)
        for category in Category
        if category not in ALLOWED
    },
)
WANTS_A_KEY = Policy("key", "Wants a study key", "1", POLICY.thresholds, study_key_required=True)
FILES = {f"file-{n}": f"{n:064x}" for n in range(1, 13)}
A, B, C = Span("file-1", 0, 10), Span("file-1", 20, 30), Span("file-1", 40, 50)
NAME, PHONE, NUMBER = Category.NAME, Category.PHONE, Category.RECORD_NUMBER


def found(category: Category, score: float, place: Place = A, detector: str = "notes") -> Finding:
    return Finding(category, place, score, detector)


def looked_at(**more: object) -> Coverage:
    return Coverage(scanned=Counter(notes=1), **more)  # type: ignore[arg-type]


def judged(*findings: Finding, coverage: Coverage | None = None, policy: Policy = POLICY) -> Report:
    return assess("case-1", findings, coverage or looked_at(), policy, FILES, {"notes": "1"}, 0.1)


def test_a_case_in_which_nothing_is_found_is_clear_and_without_risk() -> None:
    report = judged()
    assert (report.decision, report.risk, report.risk_by_category, report.findings) == (Decision.CLEAR, 0, {}, ())


@pytest.mark.parametrize(
    ("score", "decision", "action"),
    [
        (0.29, Decision.CLEAR, Action.ALLOW),
        (0.3, Decision.REVIEW, Action.REVIEW),
        (0.79, Decision.REVIEW, Action.REVIEW),
        (0.8, Decision.BLOCK, Action.BLOCK),
        (1.0, Decision.BLOCK, Action.BLOCK),
    ],
)
def test_one_finding_decides_and_its_score_is_the_risk(score: float, decision: Decision, action: Action) -> None:
    report = judged(found(NAME, score))
    assert (report.decision, report.findings[0].action, report.risk) == (decision, action, score)
    assert report.risk_by_category == {NAME: score}


def test_the_worst_action_decides() -> None:
    assert judged(found(NAME, 0.4), found(PHONE, 0.9, B), found(NUMBER, 0.1, C)).decision is Decision.BLOCK


def test_a_name_in_three_hundred_slices_is_one_piece_of_evidence() -> None:
    slices = [found(NAME, 0.5, Box("file-1", 0, 0, 9, 9, frame=n), "burned_in_text") for n in range(300)]
    assert judged(*slices).risk == 0.5


def test_two_detectors_are_two_pieces_of_evidence() -> None:
    report = judged(found(NAME, 0.5), found(NAME, 0.5, Element("file-2", "(0010,0010)"), "headers"))
    assert (report.risk, report.risk_by_category[NAME]) == pytest.approx((0.75, 0.75))


def test_two_detectors_that_agree_on_one_place_are_still_two() -> None:
    report = judged(found(NAME, 0.5), found(NAME, 0.5, A, "headers"))
    assert (report.risk, report.risk_by_category[NAME]) == pytest.approx((0.75, 0.75))


def test_a_name_and_a_number_in_two_places_add_up() -> None:
    assert judged(found(NAME, 0.5), found(NUMBER, 0.5, B)).risk == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (A, A),
        (A, Span("file-1", 9, 30)),
        (Box("file-1", 0, 0, 10, 10), Box("file-1", 9, 9, 20, 20)),
        (Element("file-1", "(0010,4000)"), Element("file-1", "(0010,4000)", 3, 9)),
        (Element("file-1", "(0010,4000)", 3, 9), Element("file-1", "(0010,4000)", 8, 12)),
        (Region(("file-1",), 1, 0, 0, 0, 5, 5, 5), Region(("file-1",), 1, 4, 4, 4, 9, 9, 9)),
        (Whole("file-1"), Whole("file-1")),
    ],
)
def test_a_number_that_may_be_a_phones_or_a_records_is_one_piece(one: Place, other: Place) -> None:
    report = judged(found(PHONE, 0.6, one), found(NUMBER, 0.5, other))
    assert report.risk == pytest.approx(0.6)
    assert report.risk_by_category == {PHONE: 0.6, NUMBER: 0.5}
    with_a_name_elsewhere = judged(found(PHONE, 0.6, one), found(NUMBER, 0.5, other), found(NAME, 0.5, Whole("file-9")))
    assert with_a_name_elsewhere.risk == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (A, Span("file-1", 10, 20)),
        (A, Span("file-2", 0, 10)),
        (A, Span("file-1", 0, 10, page=2)),
        (Box("file-1", 0, 0, 10, 10), Box("file-1", 10, 0, 20, 10)),
        (Box("file-1", 0, 0, 10, 10, frame=0), Box("file-1", 0, 0, 10, 10, frame=1)),
        (Element("file-1", "(0010,4000)", 3, 9), Element("file-1", "(0010,4000)", 9, 12)),
        (Element("file-1", "(0010,0010)"), Element("file-1", "(0010,0020)")),
    ],
)
def test_what_does_not_overlap_is_two_pieces(one: Place, other: Place) -> None:
    assert judged(found(PHONE, 0.6, one), found(NUMBER, 0.5, other)).risk == pytest.approx(0.8)


def test_an_address_over_its_own_postcode_and_place_counts_as_the_most_that_can_be_had() -> None:
    street, town = found(Category.POSTCODE, 0.5, Span("file-1", 0, 5)), found(Category.PLACE, 0.5, Span("file-1", 6, 9))
    assert judged(street, town, found(Category.ADDRESS, 0.6, Span("file-1", 0, 9))).risk == pytest.approx(0.75)
    assert judged(street, town, found(Category.ADDRESS, 0.9, Span("file-1", 0, 9))).risk == pytest.approx(0.9)


def test_three_categories_in_one_place_still_count_once_beside_ten_names_elsewhere() -> None:
    names = [found(NAME, 0.4, Span("file-1", n, n + 5)) for n in range(100, 200, 10)]
    ambiguous = [found(category, 0.5, A) for category in (PHONE, NUMBER, Category.ACCOUNT_NUMBER)]
    assert judged(*names, *ambiguous).risk == pytest.approx(0.7)


@pytest.mark.parametrize("category", sorted(ALLOWED))
def test_what_the_policy_allows_is_reported_and_is_no_risk(category: Category) -> None:
    report = judged(found(category, 0.99))
    assert (report.decision, report.risk, report.risk_by_category) == (Decision.CLEAR, 0, {})
    assert [each.action for each in report.findings] == [Action.ALLOW]


def test_weak_evidence_does_not_add_up_in_a_long_clean_note() -> None:
    weak = [found(c, 0.2, Span("file-1", 10 * n, 10 * n + 5)) for n, c in enumerate(Category) if c not in ALLOWED]
    report = judged(*weak, found(NAME, 0.25, Whole("file-2"), "headers"))
    assert (report.decision, report.risk) == (Decision.CLEAR, 0.25)


@pytest.mark.parametrize("reason", Unread)
def test_what_could_not_be_looked_at_is_reviewed_and_is_a_risk(reason: Unread) -> None:
    report = judged(coverage=looked_at(not_scanned=[NotScanned("file-1", reason)]))
    assert (report.decision, report.risk) == (Decision.REVIEW, UNREAD[reason])
    assert report.risk > 0
    assert report.not_scanned == (NotScanned("file-1", reason),)


def test_all_that_could_not_be_looked_at_is_one_piece_of_evidence() -> None:
    unread = [NotScanned(f"file-{n}", reason) for n, reason in enumerate(Unread, 1)]
    assert judged(coverage=looked_at(not_scanned=unread)).risk == max(UNREAD.values())
    assert judged(found(NAME, 0.5), coverage=looked_at(not_scanned=unread)).risk == pytest.approx(0.8)


def test_a_block_stays_a_block_when_something_could_not_be_looked_at() -> None:
    unread = looked_at(not_scanned=[NotScanned("file-1", Unread.CODEC, "3")])
    assert judged(found(NAME, 0.9), coverage=unread).decision is Decision.BLOCK


@pytest.mark.parametrize("scanned", [{}, {"notes": 0}, {"containers": 3}])
def test_a_case_with_nothing_to_look_at_is_reviewed(scanned: dict[str, int]) -> None:
    report = assess("case-1", [], Coverage(scanned=Counter(scanned)), POLICY, {}, {}, 0)
    assert (report.decision, report.risk) == (Decision.REVIEW, 0.5)


def test_skipped_identical_frames_are_no_risk() -> None:
    skipped = Skipped("file-1", "1-119", Why.IDENTICAL)
    report = judged(coverage=looked_at(skipped=[skipped]))
    assert (report.decision, report.risk, report.skipped) == (Decision.CLEAR, 0, (skipped,))


def test_a_record_without_a_study_key_is_reviewed_where_the_policy_wants_one() -> None:
    report = judged(policy=WANTS_A_KEY)
    (missing,) = report.findings
    assert (report.decision, missing.action, report.risk) == (Decision.REVIEW, Action.REVIEW, 0.3)
    assert missing.finding == Finding(Category.OTHER, Whole("file-1"), 0.3, "risk", (Reason.STUDY_KEY_MISSING,))


def test_a_study_key_is_enough_and_a_guess_at_one_is_not() -> None:
    assert judged(found(Category.STUDY_KEY, 0.9), policy=WANTS_A_KEY).decision is Decision.CLEAR
    assert judged(found(Category.STUDY_KEY, 0.2), policy=WANTS_A_KEY).decision is Decision.REVIEW
    assert judged(policy=POLICY).decision is Decision.CLEAR


def test_a_missing_study_key_contradicts_no_claim() -> None:
    claims = looked_at(claims=[Claim("file-1", ClaimKind.PATIENT_IDENTITY_REMOVED)])
    assert not judged(coverage=claims, policy=WANTS_A_KEY).claims[0].contradicted


TEXT_IN_PIXELS = Finding(NAME, Box("file-1", 0, 0, 9, 9), 0.9, "burned_in_text")
HEAD = Finding(Category.FACE, Region(("file-1", "file-2"), 1, 0, 0, 0, 9, 9, 9), 0.9, "faces")
COMMENT = Finding(NAME, Element("file-1", "(0020,4000)", 0, 9), 0.9, "notes")
HEADER = Finding(NAME, Element("file-1", "(0010,0010)"), 0.9, "headers")
VEHICLE = Finding(Category.VEHICLE, Box("file-1", 0, 0, 9, 9), 0.9, "burned_in_text")
KEY = Finding(Category.STUDY_KEY, Box("file-1", 0, 0, 9, 9), 0.9, "burned_in_text")
WEAK = Finding(NAME, Box("file-1", 0, 0, 9, 9), 0.1, "burned_in_text")


@pytest.mark.parametrize(
    ("claim", "by"),
    [
        (ClaimKind.PATIENT_IDENTITY_REMOVED, {"text", "head", "comment", "header"}),
        (ClaimKind.NO_BURNED_IN_TEXT, {"text", "vehicle"}),
        (ClaimKind.NO_RECOGNIZABLE_VISUAL_FEATURES, {"head"}),
        (ClaimKind.DESCRIPTORS_CLEANED, {"comment"}),
    ],
)
def test_a_claim_is_contradicted_by_a_finding_of_its_kind_in_its_own_file(claim: ClaimKind, by: set[str]) -> None:
    against = {
        "text": TEXT_IN_PIXELS, "head": HEAD, "comment": COMMENT, "header": HEADER,
        "vehicle": VEHICLE, "key": KEY, "weak": WEAK,
    }  # fmt: skip
    claims = looked_at(claims=[Claim("file-1", claim), Claim("file-9", claim)])
    for name, finding in against.items():
        assert [each.contradicted for each in judged(finding, coverage=claims).claims] == [name in by, False], name


def test_blocking_findings_come_first_then_the_surest_then_by_file() -> None:
    found_so = [
        found(NAME, 0.5, Whole("file-1")),
        found(NAME, 0.9, Whole("file-10")),
        found(NAME, 0.9, Whole("file-2")),
        found(Category.OTHER, 0.99, Whole("file-1")),
        found(PHONE, 0.9, Whole("file-2")),
        found(Category.STUDY_KEY, 1.0, Whole("file-1")),
    ]
    order = [(j.finding.category, j.finding.score, j.finding.place) for j in judged(*found_so).findings]
    assert order == [
        (NAME, 0.9, Whole("file-2")),
        (PHONE, 0.9, Whole("file-2")),
        (NAME, 0.9, Whole("file-10")),
        (Category.OTHER, 0.99, Whole("file-1")),
        (NAME, 0.5, Whole("file-1")),
        (Category.STUDY_KEY, 1.0, Whole("file-1")),
    ]


def test_of_two_detectors_at_one_place_the_surer_is_reported_with_both_reasons() -> None:
    sure = Finding(NAME, A, 0.9, "notes", (Reason.IN_CONTEXT,))
    less = Finding(NAME, A, 0.6, "headers", (Reason.KNOWN_VALUE, Reason.IN_CONTEXT))
    (only,) = judged(less, sure).findings
    assert only.finding == Finding(NAME, A, 0.9, "notes", (Reason.IN_CONTEXT, Reason.KNOWN_VALUE))
    assert only.id == finding_ids(FILES)(NAME, A)


POSITIONS = st.integers(0, 6)
SOURCES = st.sampled_from(["file-1", "file-2", "file-3"])


@st.composite
def places(draw: st.DrawFn) -> Place:
    source, a, b = draw(SOURCES), draw(POSITIONS), draw(POSITIONS)
    long, high = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    kind = draw(st.sampled_from(["span", "box", "element", "words", "region", "whole"]))
    match kind:
        case "span":
            return Span(source, a, a + long)
        case "box":
            return Box(source, a, b, a + long, b + high, frame=draw(st.integers(0, 1)))
        case "element":
            return Element(source, "(0010,4000)")
        case "words":
            return Element(source, "(0010,4000)", a, a + long)
        case "region":
            return Region((source,), 1, 0, 0, 0, 1, 1, 1)
        case _:
            return Whole(source)


FINDINGS = st.lists(
    st.builds(
        Finding,
        st.sampled_from([NAME, PHONE, NUMBER, Category.ADDRESS, Category.OTHER, Category.VEHICLE, Category.STUDY_KEY]),
        places(),
        st.floats(0, 1),
        st.sampled_from(["headers", "notes", "burned_in_text"]),
    ),
    max_size=12,
)
COVERAGES = st.builds(
    looked_at, not_scanned=st.lists(st.builds(NotScanned, SOURCES, st.sampled_from(Unread)), max_size=2)
)
POLICIES = st.sampled_from([POLICY, WANTS_A_KEY])
RANK = list(Decision)


@given(FINDINGS, FINDINGS, COVERAGES)
@settings(deadline=None)
def test_more_findings_never_lower_the_risk_or_the_decision(
    some: list[Finding], more: list[Finding], coverage: Coverage
) -> None:
    before, after = judged(*some, coverage=coverage), judged(*some, *more, coverage=coverage)
    assert after.risk >= before.risk - 1e-6
    assert RANK.index(after.decision) >= RANK.index(before.decision)
    for category, risk in before.risk_by_category.items():
        assert after.risk_by_category[category] >= risk - 1e-6


@given(FINDINGS.map(lambda findings: findings[:7]))
@settings(deadline=None)
def test_the_risk_is_at_least_that_of_any_findings_which_share_neither_judge_nor_place(findings: list[Finding]) -> None:
    def apart(one: Finding, other: Finding) -> bool:
        if one.category is other.category:
            return one.detector != other.detector
        return judged(replace(one, score=0.5), replace(other, score=0.5)).risk > 0.7

    acted_on = [f for f in findings if POLICY.action(f) is not Action.ALLOW]
    risk = judged(*findings).risk
    for some in chain.from_iterable(combinations(acted_on, n) for n in range(1, len(acted_on) + 1)):
        if all(apart(one, other) for one, other in combinations(some, 2)):
            assert risk >= 1 - math.prod(1 - f.score for f in some) - 1e-6


@given(FINDINGS, COVERAGES, POLICIES)
@settings(deadline=None)
def test_risk_and_decision_go_together(findings: list[Finding], coverage: Coverage, policy: Policy) -> None:
    report = judged(*findings, coverage=coverage, policy=policy)
    assert 0 <= report.risk <= 1
    assert all(0 <= risk <= report.risk + 1e-9 for risk in report.risk_by_category.values())
    actions = [each.action for each in report.findings]
    if report.decision is Decision.BLOCK:
        assert Action.BLOCK in actions
        assert report.risk >= 0.8
    elif report.decision is Decision.REVIEW:
        assert Action.BLOCK not in actions
        assert report.risk >= (0.3 if Action.REVIEW in actions else min(UNREAD.values()))
    else:
        assert set(actions) <= {Action.ALLOW}
        assert report.risk < 0.3
    assert len({each.id for each in report.findings}) == len(report.findings)


@given(FINDINGS, COVERAGES, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_the_findings_does_not_matter(
    findings: list[Finding], coverage: Coverage, chance: random.Random
) -> None:
    shuffled = findings.copy()
    chance.shuffle(shuffled)
    assert judged(*shuffled, coverage=coverage) == judged(*findings, coverage=coverage)


@given(FINDINGS, st.permutations(["file-1", "file-2", "file-3"]))
@settings(deadline=None)
def test_a_renamed_source_has_the_same_risk(findings: list[Finding], names: list[str]) -> None:
    new = dict(zip(["file-1", "file-2", "file-3"], names, strict=True))

    def renamed(finding: Finding) -> Finding:
        place = finding.place
        fields = vars(place) | (
            {"sources": tuple(new[s] for s in place.sources)}
            if isinstance(place, Region)
            else {"source": new[place.source]}
        )
        return Finding(finding.category, type(place)(**fields), finding.score, finding.detector)

    before, after = judged(*findings), judged(*map(renamed, findings))
    assert after.risk == pytest.approx(before.risk, abs=1e-6)
    assert after.risk_by_category == pytest.approx(before.risk_by_category, abs=1e-6)


def test_the_risk_does_not_fall_when_places_become_too_many_to_compare() -> None:
    crowd = [found(category, 0.4, Span("file-1", n, n + 5)) for n in range(1_001) for category in (NAME, PHONE)]
    few, many = judged(*crowd[:8]), judged(*crowd)
    assert few.risk == pytest.approx(0.64)
    assert many.risk == pytest.approx(0.64)
    assert judged(*crowd, found(NUMBER, 0.4, Span("file-1", 0, 2_000))).risk == pytest.approx(1 - 0.6**3)


def test_a_long_series_full_of_findings_is_weighed_in_seconds() -> None:
    headers = [
        found(category, 0.9, Element(f"file-{n % 12 + 1}", f"(0010,{n:04x})"), "headers")
        for n, category in product(range(300), (NAME, PHONE, NUMBER))
    ]
    pages = [
        found(category, 0.5, Box("file-1", 5 * x, y, 5 * x + 12, y + 2, frame=z), "burned_in_text")
        for x, y, z, category in product(range(20), range(10), range(20), (NAME, PHONE))
    ]
    started = time.perf_counter()
    report = judged(*headers, *pages)
    assert time.perf_counter() - started < 10
    assert report.risk > 0.99
