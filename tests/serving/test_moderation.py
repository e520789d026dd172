"""Moderators' decisions as labels: places for all, text and pixels only where the site's rule allows retraining."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from phivet.serving import intake, tables
from phivet.serving.custody import Custody
from phivet.serving.moderation import export
from phivet.serving.purge import finish_decisions
from tests.serving.conftest import Scanned

TEXT = "Mr John Whitfield, DOB 03/04/1951: disc bulge."


@pytest.fixture
def decided(custody: Custody, scanned: Callable[..., tables.Case], write_dicom: Any) -> tables.Case:
    """A decided case: everything judged right but the name, which is a clinician's; a box was marked on its image."""
    pixels = np.arange(48 * 64, dtype=np.uint16).reshape(48, 64)
    image = write_dicom("a.dcm", pixels, Modality="CR").read_bytes()
    case = scanned(custody, {"a.dcm": image, "note.txt": TEXT.encode()})
    now = time.time()
    with custody.store.begin() as session:
        case = session.get_one(tables.Case, case.uid)
        report = session.scalars(select(tables.Report)).one()
        for finding in report.body["findings"]:
            other = finding["category"] == "name" and finding["place"]["kind"] == "span"
            session.add(
                tables.Verdict(
                    case_uid=case.uid,
                    version=1,
                    finding=finding["id"],
                    user_id=case.owner_id,
                    verdict="other" if other else "right",
                    category="clinician_name" if other else None,
                    given=finding,
                )
            )
        box = {"kind": "box", "source": "file-1", "x0": 1, "y0": 2, "x1": 9, "y1": 8, "frame": 0, "plane": "pixels"}
        session.add(tables.Mark(case_uid=case.uid, version=1, user_id=case.owner_id, category="name", place=box))
        session.add(
            tables.Decision(
                case_uid=case.uid, version=1, user_id=case.owner_id, decision="send_back", reasons=[], final_at=now
            )
        )
        case.state = "decided"
    return case


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_without_leave_only_places_and_categories_go_out(
    custody: Custody, decided: tables.Case, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert export(custody, out) == {"cases": 1, "notes": 0, "pictures": 0}
    written = "".join(path.read_text("utf-8") for path in out.iterdir())
    assert "Whitfield" not in written and "1951" not in written and decided.uid not in written
    (row,) = rows(out / "moderation.jsonl")
    assert row["decision"] == "send_back"
    assert {each["verdict"] for each in row["findings"]} == {"right", "other"}
    assert row["missed"][0]["place"]["x1"] == 9
    assert all(path.stat().st_mode & 0o077 == 0 for path in [out, *out.iterdir()])


def test_with_leave_notes_and_frames_go_out_with_what_is_true_of_them(
    custody: Custody, decided: tables.Case, tmp_path: Path
) -> None:
    with custody.store.begin() as session:
        session.add(tables.Rule(policy="*", site="*", retraining=True))
    out = tmp_path / "out"
    assert export(custody, out) == {"cases": 1, "notes": 1, "pictures": 1}
    (note,) = rows(out / "moderation-notes.jsonl")
    labels = {note["text"][span["start"] : span["end"]]: span["label"] for span in note["spans"]}
    assert labels["03/04/1951"] == "date_of_birth"
    assert "clinician_name" in labels.values() and "name" not in labels.values()
    (picture,) = rows(out / "moderation-pixels.jsonl")
    assert picture["boxes"] == [{"x0": 1, "y0": 2, "x1": 9, "y1": 8, "label": "name"}]
    with Image.open(out / picture["picture"]) as image:
        assert image.size == (64, 48)
    with custody.store.read() as session:
        told = session.scalars(select(tables.AuditEntry).where(tables.AuditEntry.action == "labels exported")).one()
    assert told.details["notes"] == 1


def test_a_note_with_a_finding_that_nobody_judged_is_no_label(
    custody: Custody, decided: tables.Case, tmp_path: Path
) -> None:
    with custody.store.begin() as session:
        session.add(tables.Rule(policy="*", site="*", retraining=True))
        said = session.scalars(select(tables.Verdict)).all()
        session.delete(next(each for each in said if each.given["category"] == "date_of_birth"))
    assert export(custody, tmp_path / "out")["notes"] == 0


def test_a_case_that_was_decided_twice_is_one_row_of_what_was_decided_last(
    custody: Custody, decided: tables.Case, scanned: Scanned, tmp_path: Path
) -> None:
    with custody.store.begin() as session:
        case = session.get_one(tables.Case, decided.uid)
        intake.rescan(session, custody, case, "platform", first=True)
    scanned.next(custody)  # type: ignore[attr-defined]
    with custody.store.begin() as session:
        session.add(
            tables.Decision(
                case_uid=case.uid, version=1, user_id=case.owner_id, decision="remove", reasons=[], final_at=time.time()
            )
        )
    finish_decisions(custody, time.time() + 1)
    assert export(custody, tmp_path / "out")["cases"] == 1
    assert [row["decision"] for row in rows(tmp_path / "out" / "moderation.jsonl")] == ["remove"]


@pytest.mark.parametrize("change", [{"state": "scanned"}, {"restricted": True}])
def test_what_is_not_final_or_is_restricted_stays(
    custody: Custody, decided: tables.Case, tmp_path: Path, change: dict[str, Any]
) -> None:
    with custody.store.begin() as session:
        for key, value in change.items():
            setattr(session.get_one(tables.Case, decided.uid), key, value)
    assert export(custody, tmp_path / "out")["cases"] == 0
