"""The scanners: a case is scanned in a process of its own, which it may kill without harm to any other."""

import os
import stat
import sys
import threading
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sqlalchemy.exc import OperationalError

from phivet.cases.report import schema
from phivet.serving import jobs, scanning, tables, worker
from phivet.serving.custody import Custody
from phivet.serving.reports import report_of
from phivet.serving.worker import Scanner
from tests.serving.conftest import NOTE, accepted, custody_of

STAND_IN = """\
import json, os, sys, time
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    does = asked["case_id"].partition("-")[0]
    def say(line): print(json.dumps({"job": asked["job"], **line}), flush=True)
    say({"parts": {"notes": 1}})
    if does == "dies": os.kill(os.getpid(), 9)
    if does == "ends": sys.exit(3)
    if does == "hangs": time.sleep(60)
    if does == "fails": say({"failed": "MemoryError"})
    else: say({"report": json.loads(sys.argv[1]) | {"case_id": asked["case_id"]}, "digests": {"file-1": "ab"}})
"""


def report() -> dict[str, Any]:
    return {
        "schema": "phivet.report/1", "case_id": "c", "policy": "resectaur", "policy_version": "1", "decision": "clear",
        "risk": 0.0, "risk_by_category": {}, "seconds": 0.1, "findings": [], "claims": [], "scanned": {"notes": 1},
        "skipped": [], "not_scanned": [], "models": {"notes": "1"},
    }  # fmt: skip


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let a script that does what the case's id says take the place of the scanning process."""
    import json

    script = tmp_path / "python"
    (tmp_path / "stand_in.py").write_text(STAND_IN)
    script.write_text(f"#!/bin/sh\nexec {sys.executable} {tmp_path}/stand_in.py '{json.dumps(report())}'\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(worker.sys, "executable", str(script))


def case_of(custody: Custody, case_id: str) -> tables.Case:
    with custody.store.read() as session:
        return session.query(tables.Case).filter_by(case_id=case_id).one()


def reports(custody: Custody) -> list[tables.Report]:
    with custody.store.read() as session:
        return session.query(tables.Report).all()


def run_dry(custody: Custody, scanner: Scanner) -> None:
    for _ in range(20):
        with custody.store.begin() as session:
            session.query(tables.Job).filter_by(state="waiting").update({"due_at": 0})
        if not scanner.step():
            return


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize(
    ("case_id", "reason"),
    [
        ("dies-1", "killed by signal 9"),
        ("ends-1", "ended with status 3"),
        ("fails-1", "MemoryError"),
        ("hangs-1", "time out"),
    ],
)
def test_a_poison_case_is_parked_for_review_with_the_reason_and_harms_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case_id: str, reason: str
) -> None:
    monkeypatch.setattr(worker, "GRACE", -0.5)
    custody = custody_of(tmp_path / "data", scan_seconds=1, case_tries=2)
    accepted(custody, NOTE, case_id)
    accepted(custody, NOTE, "fine")
    scanner = Scanner(custody)
    run_dry(custody, scanner)
    scanner._end()
    with custody.store.read() as session:
        kept = {row.case_uid: row for row in session.query(tables.Report)}
        assert session.query(tables.Job).filter_by(state="parked").one().tries == 2
    poison, fine = case_of(custody, case_id), case_of(custody, "fine")
    assert (poison.state, poison.decision, kept[poison.uid].parked) == ("scanned", "review", reason)
    assert (fine.state, fine.decision, kept[fine.uid].parked) == ("scanned", "clear", None)
    body = kept[poison.uid].body
    jsonschema.validate(body, schema())
    assert body["not_scanned"] == [{"source": "file-1", "reason": "time_out" if reason == "time out" else "crash"}]
    assert len(kept) == 2 and poison.risk and report_of(body).as_json() == body
    custody.close()


@pytest.mark.usefixtures("stand_in")
def test_a_case_around_which_everything_dies_again_and_again_is_parked(any_custody: Custody) -> None:
    case = accepted(any_custody, NOTE, "fine")
    with any_custody.store.begin() as session:
        session.query(tables.Job).update({"tries": any_custody.settings.case_tries - 1})
    for loss in range(2):
        assert jobs.take(any_custody.store) is not None
        with any_custody.store.begin() as session:
            losses = jobs.LOSSES_AT_MOST - 2 + loss
            session.query(tables.Job).update({"lease_until": 0, "losses": losses})
        assert jobs.recover(any_custody.store) == 1
    scanner = Scanner(any_custody)
    assert scanner.step()
    scanner._end()
    with any_custody.store.read() as session:
        assert session.query(tables.Job).one().state == "parked"
        kept, now = session.query(tables.Report).one(), session.get_one(tables.Case, case.uid)
    assert (now.state, now.decision, kept.parked) == ("scanned", "review", "lost again and again")
    assert kept.body["not_scanned"] == [{"source": "file-1", "reason": "crash"}]


@pytest.mark.usefixtures("stand_in")
def test_a_case_that_came_back_without_its_files_is_told_and_taken_once(any_custody: Custody) -> None:
    case = accepted(any_custody, NOTE, "fine")
    with any_custody.store.begin() as session:
        session.query(tables.Case).update({"vault": None, "purged_at": 1.0})
    scanner = Scanner(any_custody)
    assert scanner.step() and not scanner.step()
    scanner._end()
    with any_custody.store.read() as session:
        kept, now = session.query(tables.Report).one(), session.get_one(tables.Case, case.uid)
    assert (now.state, now.decision, kept.parked) == ("scanned", "review", "its files were erased")
    assert kept.body["not_scanned"] == [{"source": "file-1", "reason": "missing"}]


@pytest.mark.usefixtures("stand_in")
def test_a_scanner_that_is_stopped_gives_its_case_back(custody: Custody) -> None:
    accepted(custody, NOTE, "hangs-1")
    scanner = Scanner(custody)
    thread = threading.Thread(target=scanner.run)
    thread.start()
    end = time.monotonic() + 20
    while time.monotonic() < end and case_of(custody, "hangs-1").state != "scanning":
        time.sleep(0.05)
    scanner.stop()
    thread.join(20)
    with custody.store.read() as session:
        job = session.query(tables.Job).one()
    assert (job.state, job.tries, job.worker, reports(custody)) == ("waiting", 0, None, [])


@pytest.mark.usefixtures("stand_in")
def test_a_process_that_does_not_come_up_is_not_the_cases_fault(
    custody: Custody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "START_SECONDS", 0)
    accepted(custody, NOTE, "fine")
    assert not Scanner(custody).step()
    with custody.store.read() as session:
        job = session.query(tables.Job).one()
    assert (job.state, job.tries, job.losses, job.fence, reports(custody)) == ("waiting", 0, 0, None, [])


@pytest.mark.usefixtures("stand_in")
def test_no_case_is_taken_before_there_is_a_process_to_scan_it(
    custody: Custody, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted(custody, NOTE, "fine")
    scanner, started = Scanner(custody), Scanner._started
    states: list[str] = []

    def slowly(self: Scanner, process: Any) -> bool:
        with custody.store.read() as session:
            states.append(session.query(tables.Job).one().state)
        return started(self, process)

    monkeypatch.setattr(Scanner, "_started", slowly)
    assert scanner.step() and states == ["waiting"]
    scanner._end()


@pytest.mark.usefixtures("stand_in")
def test_no_process_is_started_while_nothing_waits(custody: Custody) -> None:
    scanner = Scanner(custody)
    assert not scanner.step() and scanner._process is None


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize("away", ["renew", "_tell"])
def test_a_case_whose_scan_was_left_half_way_does_not_answer_for_the_next(custody: Custody, away: str) -> None:
    accepted(custody, NOTE, "first")
    second = accepted(custody, NOTE, "second")
    scanner = Scanner(custody)

    def fails(*_: Any) -> None:
        raise OperationalError("the database is locked", None, Exception())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs if away == "renew" else scanner, away, fails)
        with pytest.raises(OperationalError):
            scanner.step()
    assert scanner.step()
    scanner._end()
    [report] = reports(custody)
    assert (report.case_uid, report.body["case_id"]) == (second.uid, "second")


@pytest.mark.usefixtures("stand_in")
def test_an_answer_to_another_job_is_none(custody: Custody, tmp_path: Path) -> None:
    (tmp_path / "stand_in.py").write_text(STAND_IN.replace('asked["job"]', "0"))
    accepted(custody, NOTE, "fine")
    scanner = Scanner(custody)
    assert scanner.step()
    with custody.store.read() as session:
        job = session.query(tables.Job).one()
    assert (job.state, job.tries, job.reason, reports(custody)) == ("waiting", 1, "answer to another job", [])
    assert scanner._process is None


@pytest.mark.usefixtures("stand_in")
def test_a_case_that_is_erased_while_it_is_scanned_gets_no_report(custody: Custody) -> None:
    accepted(custody, NOTE, "slow")
    scanner = Scanner(custody)
    take, renew = jobs.take, jobs.renew

    def erased_meanwhile(store: Any, lease: Any) -> None:
        with custody.store.begin() as session:
            session.query(tables.Case).delete()
        renew(store, lease)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "renew", erased_meanwhile)
        assert scanner.step()
    scanner._end()
    assert reports(custody) == [] and take(custody.store) is None


@pytest.mark.timeout(180)
def test_the_real_process_scans_as_the_command_does(custody: Custody) -> None:
    accepted(custody, NOTE, "c-1", policy="resectaur")
    scanner = Scanner(custody)
    assert scanner.step()
    scanner._end()
    case = case_of(custody, "c-1")
    assert (case.state, case.decision) == ("scanned", "block")
    [kept] = reports(custody)
    assert kept.body["not_scanned"] == [] and set(kept.files) == {"file-1"}
    assert {"name", "date_of_birth", "record_number"} <= set(kept.body["risk_by_category"])


def test_when_time_is_up_no_file_opens_any_more(tmp_path: Path) -> None:
    from phivet.cases.coverage import Unread
    from phivet.cases.errors import UnreadableError
    from phivet.cases.files import File

    (tmp_path / "a").write_bytes(b"x")
    clock = scanning._Clock(0.05)
    file = clock.timed(File.of_path(tmp_path / "a", "a"))
    with clock:
        os.close(file.open())
        time.sleep(0.3)
        with pytest.raises(UnreadableError) as error:
            file.open()
    assert error.value.reason is Unread.TIME_OUT
