"""`phivet data moderation`: what moderators decided, as labels for the engineers.

    moderation.jsonl          one row a decided case: every finding that was judged, and what was missed; places and
                              categories alone
    moderation-notes.jsonl    the text of notes with its labels, as `phivet evaluate notes --jsonl` reads it
    moderation-pixels.jsonl   frames as PNG beside it (pixels/), with their boxes

The latter two hold patient data, and only of cases whose rule allows retraining (`tables.Rule.retraining`), while
their files are there. A note or a frame is a label only if every finding in it was judged. No row names its case.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from phivet.cases.categories import Category
from phivet.cases.errors import PhivetError
from phivet.cases.findings import Finding
from phivet.cases.parts import Frames, Note
from phivet.cases.places import Box
from phivet.cases.reader import Reader
from phivet.cases.report import Action, Judged
from phivet.serving import tables
from phivet.serving.custody import Custody
from phivet.serving.decisions import Word
from phivet.serving.exhibits import boxes_by_picture
from phivet.serving.passages import marks_in_note
from phivet.serving.reports import place_of, report_of
from phivet.serving.review_pictures import png
from phivet.serving.settings import Settings
from phivet.serving.standing import standing
from phivet.serving.store import latest_report, rule

NAME = "moderation"


@dataclass(frozen=True)
class Labels:
    """What moderators said of one case. `found`: what identifies, at its place; `open`: what nobody judged."""

    case: tables.Case
    row: Mapping[str, Any]
    found: tuple[Judged, ...]
    open: tuple[Judged, ...]
    retraining: bool


def main(arguments: Sequence[str]) -> int:
    """Write the labels; the entry point of the group `phivet.data`."""
    parser = argparse.ArgumentParser(prog=f"phivet data {NAME}", description="Write moderators' decisions as labels.")
    parser.add_argument("--out", type=Path, default=Path("data"), metavar="FOLDER", help="default: %(default)s")
    options = parser.parse_args(arguments)
    custody = Custody.open(Settings.from_environment())
    custody.check()
    try:
        counts = export(custody, options.out)
    finally:
        custody.close()
    sys.stdout.write("".join(f"{n:6,} {what}\n" for what, n in counts.items()))
    return 0


def export(custody: Custody, folder: Path) -> dict[str, int]:
    """Write the labels of all decided cases to `folder`, readable by its owner alone. How many of what was written."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with custody.store.read() as session:
        labels = list(decided(session))
    counts = {"cases": len(labels), "notes": 0, "pictures": 0}
    with _private(folder / f"{NAME}.jsonl") as file:
        for number, each in enumerate(labels, 1):
            _write(file, {"id": number, **each.row})
    with (
        _private(folder / f"{NAME}-notes.jsonl") as notes,
        _private(folder / f"{NAME}-pixels.jsonl") as pixels,
        Reader() as reader,
    ):
        for number, each in enumerate(labels, 1):
            for name, row in _content(custody, each, reader, folder / "pixels", number):
                _write(notes if name == "notes" else pixels, row)
                counts[name] += 1
    with custody.store.begin() as session:
        custody.audit.write(session, "phivet", "labels exported", "", **counts)
    return counts


def decided(session: Session) -> Iterator[Labels]:
    """Every case on which a moderator's decision is final; what was erased or restricted is not there."""
    wanted = standing().where(tables.Case.state == "decided", tables.Case.restricted.is_(False))
    for made in session.scalars(wanted.order_by(tables.Decision.id)):
        case, report = made.case, latest_report(session, made.case)
        if report is None:
            continue
        said = {
            each.finding: each
            for each in session.scalars(
                select(tables.Verdict)
                .where(tables.Verdict.case_uid == case.uid, tables.Verdict.version == case.version)
                .order_by(tables.Verdict.at)
            )
        }
        marks = list(
            session.scalars(
                select(tables.Mark).where(tables.Mark.case_uid == case.uid, tables.Mark.version == case.version)
            )
        )
        judged = report_of(report.body).findings
        yield Labels(
            case=case,
            row={
                "site": case.site,
                "policy": case.policy,
                "models": report.body["models"],
                "decision": made.decision,
                "findings": [_judged(each, said[each.id]) for each in judged if each.id in said],
                "missed": [{"category": mark.category, "place": mark.place} for mark in marks],
            },
            found=(*_identifying(judged, said), *map(_missed, marks)),
            open=tuple(each for each in judged if each.id not in said),
            retraining=rule(session, case.policy, case.site).retraining,
        )


def _judged(judged: Judged, verdict: tables.Verdict) -> dict[str, Any]:
    return judged.as_json() | {"verdict": verdict.verdict, "corrected": verdict.category}


def _identifying(judged: Sequence[Judged], said: Mapping[str, tables.Verdict]) -> Iterator[Judged]:
    """The findings that were called right, or something else: then under the category that they are."""
    for each in judged:
        verdict = said.get(each.id)
        if verdict is not None and verdict.verdict == Word.RIGHT:
            yield each
        elif verdict is not None and verdict.verdict == Word.OTHER and verdict.category:
            yield replace(each, finding=replace(each.finding, category=Category(verdict.category)))


def _missed(mark: tables.Mark) -> Judged:
    return Judged(
        f"mark-{mark.id}", Finding(Category(mark.category), place_of(mark.place), 1.0, "moderator"), Action.BLOCK
    )


def _content(
    custody: Custody, labels: Labels, reader: Reader, folder: Path, number: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The notes and frames of a case of which every finding was judged; nothing where retraining is not allowed."""
    if not labels.retraining or labels.case.vault is None:
        return
    found, left = boxes_by_picture(labels.found), boxes_by_picture(labels.open)
    try:
        with custody.case(labels.case, reader) as case:
            for part in case.parts():
                if isinstance(part, Note) and part.element is None and not marks_in_note(part, labels.open):
                    marks = marks_in_note(part, labels.found)
                    spans = [{"start": m.start, "end": m.end, "label": m.judged.finding.category.value} for m in marks]
                    yield "notes", {"id": f"{number}-{part.source}", "text": part.text, "spans": spans}
                elif isinstance(part, Frames):
                    for index in range(part.count):
                        at = (part.source, part.plane, index)
                        if at in found and at not in left:
                            yield "pictures", _picture(part, index, found[at], folder, number)
    except (PhivetError, OSError):
        return  # erased in between, or no longer readable


def _picture(
    frames: Frames, index: int, boxes: Mapping[Box, Sequence[Judged]], folder: Path, number: int
) -> dict[str, Any]:
    folder.mkdir(mode=0o700, exist_ok=True)
    name = f"{number}-{frames.source}-{frames.plane}-{index}.png"
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(png(frames.view(index), None))
    listed = [
        {"x0": box.x0, "y0": box.y0, "x1": box.x1, "y1": box.y1, "label": each.finding.category.value}
        for box, judged in boxes.items()
        for each in judged
    ]
    return {"picture": f"pixels/{name}", "modality": frames.modality, "boxes": listed}


def _private(path: Path) -> TextIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8")


def _write(file: TextIO, row: Mapping[str, Any]) -> None:
    file.write(json.dumps(row, ensure_ascii=False) + "\n")
