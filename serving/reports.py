"""A report as it was stored, read back: what `cases.report.Report.as_json` wrote."""

from collections.abc import Mapping
from typing import Any

from phivet.cases.categories import Category
from phivet.cases.coverage import Claim, ClaimKind, NotScanned, Skipped, Unread, Why
from phivet.cases.findings import Finding, Reason
from phivet.cases.places import Box, Element, Place, Plane, Region, Span, Whole
from phivet.cases.report import Action, Decision, Judged, Report

KINDS: Mapping[str, type[Box | Element | Region | Span | Whole]] = {
    kind.__name__.lower(): kind for kind in (Box, Element, Region, Span, Whole)
}


def report_of(body: Mapping[str, Any]) -> Report:
    """The report that `body` is the JSON of (`tables.Report.body`)."""
    return Report(
        case_id=body["case_id"],
        policy=body["policy"],
        policy_version=body["policy_version"],
        decision=Decision(body["decision"]),
        risk=body["risk"],
        risk_by_category={Category(category): risk for category, risk in body["risk_by_category"].items()},
        findings=tuple(_judged(each) for each in body["findings"]),
        claims=tuple(Claim(**each | {"claim": ClaimKind(each["claim"])}) for each in body["claims"]),
        scanned=body["scanned"],
        skipped=tuple(Skipped(**each | {"why": Why(each["why"])}) for each in body["skipped"]),
        not_scanned=tuple(NotScanned(**each | {"reason": Unread(each["reason"])}) for each in body["not_scanned"]),
        models=body["models"],
        seconds=body["seconds"],
    )


def _judged(body: Mapping[str, Any]) -> Judged:
    reasons = tuple(Reason(reason) for reason in body["reasons"])
    place = place_of(body["place"])
    finding = Finding(Category(body["category"]), place, body["score"], body["detector"], reasons)
    return Judged(body["id"], finding, Action(body["action"]))


def place_of(body: Mapping[str, Any]) -> Place:
    """The place that `body` is the JSON of (`places.as_json`)."""
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in body.items() if key != "kind"
    }
    if "plane" in given:
        given["plane"] = Plane(given["plane"])
    place: Place = KINDS[body["kind"]](**given)
    return place
