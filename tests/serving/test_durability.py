"""Everything is killed, again and again, in the middle of the work: no case is lost, and none is scanned twice.

A script takes the place of the scanning process, so that this is about the machinery and takes seconds;
`benchmarks/kill.py` does the same to the whole service, with the real detectors.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from phivet.serving import tables
from phivet.serving.custody import Custody
from tests.serving.conftest import accepted
from tests.serving.test_worker import report

CASES, KILLS = 24, 3
"""Some are still to be scanned after the last kill, however fast the machine."""
STAND_IN = """\
import json, sys, time
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    time.sleep(0.05)
    job = json.loads(line)["job"]
    print(json.dumps({"job": job, "report": json.loads(sys.argv[1]), "digests": {"file-1": "ab"}}), flush=True)
"""
BACKSTAGE = """\
import sys
from phivet.serving import backstage
sys.executable = sys.argv[1]
backstage.main()
"""


def started(custody: Custody, stand_in: Path) -> "subprocess.Popen[bytes]":
    settings = custody.settings
    environment = {"PHIVET_DATA": str(settings.folder), "PHIVET_SCANNERS": "2", "PHIVET_DATABASE": settings.database}
    return subprocess.Popen(
        [sys.executable, "-c", BACKSTAGE, str(stand_in)],
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill(process: "subprocess.Popen[bytes]") -> None:
    everyone = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGKILL)
    for each in everyone:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    process.wait()


def number(custody: Custody) -> int:
    with custody.store.read() as session:
        return session.query(tables.Report).count()


@pytest.mark.timeout(300)
def test_kills_lose_no_case_and_scan_none_twice(any_custody: Custody, tmp_path: Path) -> None:
    survived(any_custody, tmp_path, CASES, KILLS)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_ten_kills_lose_none_of_five_hundred_cases(any_custody: Custody, tmp_path: Path) -> None:
    survived(any_custody, tmp_path, 500, 10)


def survived(any_custody: Custody, tmp_path: Path, cases: int, kills: int) -> None:
    (tmp_path / "stand_in.py").write_text(STAND_IN)
    stand_in = tmp_path / "python"
    stand_in.write_text(f"#!/bin/sh\nexec {sys.executable} {tmp_path}/stand_in.py '{json.dumps(report())}'\n")
    stand_in.chmod(0o700)
    for each in range(cases):
        accepted(any_custody, {"a.txt": b"x"}, f"c-{each}", site=f"s-{each % 3}")
    chance = random.Random(7)  # noqa: S311 no secret
    process = started(any_custody, stand_in)
    for each in range(1, kills + 1):
        end = time.monotonic() + 240
        while number(any_custody) < cases * each / (kills + 1) and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.1))
        kill(process)
        process = started(any_custody, stand_in)
    end = time.monotonic() + 240
    while number(any_custody) < cases and time.monotonic() < end:
        time.sleep(0.05)
    process.terminate()
    assert process.wait(30) == 0
    with any_custody.store.read() as session:
        counts = Counter(each.case_uid for each in session.query(tables.Report))
        jobs = session.query(tables.Job).all()
        assert len(counts) == cases and set(counts.values()) == {1}
        assert {job.state for job in jobs} == {"done"} and sum(job.tries for job in jobs) == 0
        any_custody.audit.verify(session)
        log = Counter(each.action for each in any_custody.audit.entries(session))
    assert log["case scanned"] == cases
    print(any_custody.store.engine.name, f"{cases} cases, {kills} kills, {sum(job.losses for job in jobs)} scans lost")
