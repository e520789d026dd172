import json
from enum import StrEnum
from typing import Any, get_args

import jsonschema
import pytest

from phivet.cases.categories import Category
from phivet.cases.coverage import Claim, ClaimKind, NotScanned, Skipped, Unread, Why, ranges
from phivet.cases.findings import Finding, Reason
from phivet.cases.parts import Part
from phivet.cases.places import Box, Element, Place, Plane, Region, Span, Whole
from phivet.cases.report import SCHEMA, Action, Decision, Judged, Report, schema

VALIDATOR = jsonschema.Draft202012Validator(schema())
PLACES: list[Place] = [
    Span("file-1", 0, 22),
    Span("file-1", 12, 22, page=0),
    Box("file-1", 0, 0, 640, 20),
    Box("file-1", 0, 0, 640, 20, frame=119, plane=Plane.OVERLAY),
    Box("file-12", 3, 4, 5, 6, frame=None, page=0, plane=Plane.ICON),
    Element("file-1", "(0010,0010)"),
    Element("file-1", "(0040,A730)[2].(0040,A160)", 0, 9),
    Element("file-1", "exif.Artist"),
    Region(("file-1", "file-2"), 1, 0, 0, 0, 9, 9, 9),
    Whole("file-1"),
]


def report(**other: Any) -> Report:
    given: dict[str, Any] = {
        "case_id": "case-1",
        "policy": "hipaa-safe-harbor",
        "policy_version": "1",
        "decision": Decision.BLOCK,
        "risk": 0.97,
        "risk_by_category": {Category.NAME: 0.97},
        "findings": (),
        "claims": (),
        "scanned": {"headers": 3, "containers": 3, "frames": 120, "notes": 1, "volumes": 1},
        "skipped": (),
        "not_scanned": (),
        "models": {"notes": "1.2.0"},
        "seconds": 1.8,
    }
    return Report(**{**given, **other})


def judged(place: Place, category: Category = Category.NAME, *reasons: Reason) -> Judged:
    return Judged("0123456789abcdef", Finding(category, place, 0.97, "notes", reasons), Action.BLOCK)


def published(made: Report) -> dict[str, Any]:
    """The report as a caller reads it."""
    read: dict[str, Any] = json.loads(json.dumps(made.as_json(), allow_nan=False))
    return read


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert schema()["properties"]["schema"] == {"const": SCHEMA}


def parts_of(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [part for each in node for part in parts_of(each)]
    return [node, *(part for each in node.values() for part in parts_of(each))] if isinstance(node, dict) else []


def test_the_schema_is_closed_everywhere() -> None:
    objects = [part for part in parts_of(schema()) if part.get("type") == "object"]
    assert len(objects) == 13
    maps = [part for part in objects if part["additionalProperties"] is not False]
    assert maps == [schema()["properties"]["risk_by_category"], schema()["properties"]["models"]]


@pytest.mark.parametrize(
    ("enum", "path"),
    [
        (Category, ["$defs", "category"]),
        (Reason, ["$defs", "reason"]),
        (Unread, ["$defs", "not_scanned", "properties", "reason"]),
        (Why, ["$defs", "skipped", "properties", "why"]),
        (ClaimKind, ["$defs", "claim", "properties", "claim"]),
        (Action, ["$defs", "finding", "properties", "action"]),
        (Decision, ["properties", "decision"]),
        (Plane, ["$defs", "box", "properties", "plane"]),
    ],
)
def test_the_published_vocabularies_are_those_of_the_program(enum: type[StrEnum], path: list[str]) -> None:
    node = schema()
    for key in path:
        node = node[key]
    assert node["enum"] == [member.value for member in enum]


def test_the_published_kinds_of_place_are_those_of_the_program() -> None:
    kinds = [place["$ref"].rpartition("/")[2] for place in schema()["$defs"]["finding"]["properties"]["place"]["oneOf"]]
    assert kinds == [kind.__name__.lower() for kind in get_args(Place)]
    for kind in get_args(Place):
        fields = set(schema()["$defs"][kind.__name__.lower()]["properties"])
        assert fields == {"kind", *kind.__dataclass_fields__}


def test_the_published_kinds_of_part_are_those_of_the_program() -> None:
    kinds = {kind.__name__.lower().rstrip("s") + "s" for kind in get_args(Part)}
    assert set(schema()["properties"]["scanned"]["properties"]) == kinds


def test_the_published_fields_are_those_of_the_report() -> None:
    assert set(schema()["required"]) == set(schema()["properties"]) == set(report().as_json())


@pytest.mark.parametrize("place", PLACES)
def test_a_report_with_every_kind_of_place_is_valid(place: Place) -> None:
    VALIDATOR.validate(published(report(findings=(judged(place),))))


def test_a_report_with_every_word_of_every_vocabulary_is_valid() -> None:
    VALIDATOR.validate(
        published(
            report(
                risk_by_category=dict.fromkeys(Category, 0.5),
                findings=tuple(judged(Whole("file-1"), category, *Reason) for category in Category),
                claims=tuple(Claim("file-1", kind, True) for kind in ClaimKind),
                skipped=tuple(Skipped("file-1", ranges([1, 2, 3, 7]), why) for why in Why),
                not_scanned=tuple(NotScanned("file-1", reason, frames) for reason in Unread for frames in (None, "3")),
            )
        )
    )


DESIGNED = {
    "schema": "phivet.report/1",
    "case_id": "liver-17",
    "policy": "resectaur",
    "decision": "block",
    "risk": 0.97,
    "risk_by_category": {"name": 0.99},
    "seconds": 1.8,
    "policy_version": "3",
    "findings": [
        {
            "id": "9f3c5d2e8a1b4c70",
            "category": "name",
            "score": 0.99,
            "detector": "notes",
            "action": "block",
            "reasons": ["in_context"],
            "place": {"kind": "span", "source": "file-1", "start": 12, "end": 22},
        }
    ],
    "claims": [{"source": "file-2", "claim": "patient_identity_removed", "contradicted": True}],
    "scanned": {"headers": 3, "frames": 120, "notes": 1, "volumes": 1},
    "skipped": [{"source": "file-2", "frames": "1-119", "why": "identical"}],
    "not_scanned": [{"source": "file-3", "reason": "codec"}],
    "models": {"notes": "1.2.0", "burned_in_text": "1.1.0"},
}


def test_the_report_of_the_documentation_is_valid_and_what_the_program_writes() -> None:
    VALIDATOR.validate(DESIGNED)
    finding = Finding(Category.NAME, Span("file-1", 12, 22), 0.99, "notes", (Reason.IN_CONTEXT,))
    made = Report(
        case_id="liver-17",
        policy="resectaur",
        policy_version="3",
        decision=Decision.BLOCK,
        risk=0.97,
        risk_by_category={Category.NAME: 0.99},
        findings=(Judged("9f3c5d2e8a1b4c70", finding, Action.BLOCK),),
        claims=(Claim("file-2", ClaimKind.PATIENT_IDENTITY_REMOVED, True),),
        scanned={"headers": 3, "frames": 120, "notes": 1, "volumes": 1},
        skipped=(Skipped("file-2", "1-119", Why.IDENTICAL),),
        not_scanned=(NotScanned("file-3", Unread.CODEC),),
        models={"notes": "1.2.0", "burned_in_text": "1.1.0"},
        seconds=1.8,
    )
    assert published(made) == DESIGNED


BOX = {"kind": "box", "source": "file-1", "plane": "pixels", "x0": 0, "y0": 0, "x1": 9, "y1": 9}
REGION = (
    {"kind": "region", "sources": ["file-1"], "series": 1}
    | dict.fromkeys(("z0", "y0", "x0"), 0)
    | dict.fromkeys(("z1", "y1", "x1"), 1)
)


def spoilt(*path: str | int, value: Any = None) -> dict[str, Any]:
    """The designed report with `value` at `path`; nothing there without a value."""
    copy: dict[str, Any] = json.loads(json.dumps(DESIGNED))
    node: Any = copy
    for key in path[:-1]:
        node = node[key]
    if value is None:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return copy


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["schema"], "phivet.report/2"),
        (["patient"], "nobody"),
        (["models"], None),
        (["risk"], 1.01),
        (["risk"], "high"),
        (["decision"], "maybe"),
        (["policy"], "Resectaur"),
        (["case_id"], ""),
        (["seconds"], -1),
        (["risk_by_category", "nome"], 0.5),
        (["risk_by_category", "name"], 2),
        (["scanned", "faces"], 1),
        (["scanned", "frames"], -1),
        (["findings", 0, "text"], "nobody"),
        (["findings", 0, "id"], "9f3c"),
        (["findings", 0, "id"], "9F3C5D2E8A1B4C70"),
        (["findings", 0, "category"], "nome"),
        (["findings", 0, "action"], "clear"),
        (["findings", 0, "reasons"], ["because"]),
        (["findings", 0, "reasons"], ["cue", "cue"]),
        (["findings", 0, "place", "kind"], "box"),
        (["findings", 0, "place", "kind"], "page"),
        (["findings", 0, "place", "end"], None),
        (["findings", 0, "place", "start"], -1),
        (["findings", 0, "place", "text"], "nobody"),
        (["findings", 0, "place", "source"], "smith.dcm"),
        (["findings", 0, "place", "source"], "file-0"),
        (["findings", 0, "place"], BOX),
        (["findings", 0, "place"], BOX | {"frame": 0, "page": 0}),
        (["findings", 0, "place"], {"kind": "element", "source": "file-1", "path": "(0010,0010)", "start": 1}),
        (["findings", 0, "place"], {"kind": "element", "source": "file-1", "path": ""}),
        (["findings", 0, "place"], REGION | {"sources": []}),
        (["findings", 0, "place"], {"kind": "whole", "source": "file-1", "start": 1}),
        (["claims", 0, "claim"], "clean"),
        (["claims", 0, "contradicted"], None),
        (["skipped", 0, "why"], "dull"),
        (["skipped", 0, "frames"], "all"),
        (["not_scanned", 0, "reason"], "tired"),
        (["not_scanned", 0, "frames"], "1-"),
    ],
)  # fmt: skip
def test_anything_else_is_no_report(path: list[str | int], value: Any) -> None:
    assert not VALIDATOR.is_valid(spoilt(*path, value=value))


@pytest.mark.parametrize("place", [BOX | {"frame": 0}, BOX | {"page": 0}, REGION])
def test_but_these_are_places(place: dict[str, Any]) -> None:
    VALIDATOR.validate(spoilt("findings", 0, "place", value=place))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("risk", 1.01),
        ("risk", -0.1),
        ("risk", float("nan")),
        ("risk_by_category", {Category.NAME: float("inf")}),
        ("seconds", -1.0),
        ("seconds", float("nan")),
    ],
)
def test_a_figure_that_is_none_never_becomes_a_report(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"a risk is a probability|seconds are a time"):
        report(**{field: value})


def test_figures_are_rounded_for_people() -> None:
    written = report(risk=0.123456, risk_by_category={Category.NAME: 1 / 3}, seconds=1.23456).as_json()
    assert (written["risk"], written["risk_by_category"], written["seconds"]) == (0.1235, {"name": 0.3333}, 1.23)


def test_actions_are_ranked() -> None:
    assert [action.rank for action in (Action.ALLOW, Action.REVIEW, Action.BLOCK)] == [0, 1, 2]
