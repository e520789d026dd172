"""The report, `phivet.report/1`: what identifies a person in a case, where, how sure, and what to do about it."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from phivet.cases.categories import Category
from phivet.cases.coverage import Claim, NotScanned, Skipped
from phivet.cases.findings import Finding
from phivet.cases.places import as_json

SCHEMA = "phivet.report/1"


class Action(StrEnum):
    """What the policy says to do about one finding."""

    ALLOW = "allow"
    REVIEW = "review"
    BLOCK = "block"

    @property
    def rank(self) -> int:
        """0 for allow, 2 for block."""
        return list(Action).index(self)


class Decision(StrEnum):
    """What the policy says to do about the case."""

    CLEAR = "clear"
    REVIEW = "review"
    BLOCK = "block"


@dataclass(frozen=True)
class Judged:
    """A finding, the action that the policy takes on it, and the id that it keeps in the next scan."""

    id: str
    finding: Finding
    action: Action

    def as_json(self) -> dict[str, Any]:
        """This finding as the report writes it."""
        finding = self.finding
        return {
            "id": self.id,
            "category": finding.category.value,
            "score": _probability(finding.score),
            "detector": finding.detector,
            "action": self.action.value,
            "reasons": [reason.value for reason in finding.reasons],
            "place": as_json(finding.place),
        }


@dataclass(frozen=True)
class Report:
    """The verdict on one case. Holds places and figures, never text or pixels."""

    case_id: str
    policy: str
    policy_version: str
    decision: Decision
    risk: float
    risk_by_category: Mapping[Category, float]
    findings: tuple[Judged, ...]
    claims: tuple[Claim, ...]
    scanned: Mapping[str, int]
    skipped: tuple[Skipped, ...]
    not_scanned: tuple[NotScanned, ...]
    models: Mapping[str, str]
    seconds: float

    def __post_init__(self) -> None:
        if not all(0 <= risk <= 1 for risk in (self.risk, *self.risk_by_category.values())):
            raise ValueError("a risk is a probability")
        if not 0 <= self.seconds < math.inf:
            raise ValueError("seconds are a time that has passed")

    def as_json(self) -> dict[str, Any]:
        """The report as its JSON Schema (`schema()`) describes it."""
        return {
            "schema": SCHEMA,
            "case_id": self.case_id,
            "policy": self.policy,
            "policy_version": self.policy_version,
            "decision": self.decision.value,
            "risk": _probability(self.risk),
            "risk_by_category": {
                category.value: _probability(risk) for category, risk in self.risk_by_category.items()
            },
            "seconds": round(self.seconds, 2),
            "findings": [judged.as_json() for judged in self.findings],
            "claims": [_given(claim) for claim in self.claims],
            "scanned": dict(self.scanned),
            "skipped": [_given(skipped) for skipped in self.skipped],
            "not_scanned": [_given(entry) for entry in self.not_scanned],
            "models": dict(self.models),
        }


def _probability(value: float) -> float:
    """With four decimals; what is not certain does not read as 1."""
    return round(value, 4) if value == 1 else min(round(value, 4), 0.9999)


def _given(entry: Claim | Skipped | NotScanned) -> dict[str, Any]:
    return {key: value for key, value in vars(entry).items() if value is not None}


def schema() -> dict[str, Any]:
    """The JSON Schema of the report, as published in `cases/report.schema.json`."""
    published: dict[str, Any] = json.loads((Path(__file__).parent / "report.schema.json").read_text("utf-8"))
    return published
