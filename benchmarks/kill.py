"""Does a case survive that everything is killed? `python benchmarks/kill.py [--cases N] [--kills N] [--database URL]`

Starts `phivet serve`, hands cases in (one note each) and, at random moments, kills the whole of it (SIGKILL to the
process group and to every descendant) and starts it again. At the end every case must have one report, no more and no
less, no case may have been parked, every name must have been found, and the audit log must be whole.
"""

import argparse
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
from sqlalchemy import select

from phivet.serving import tables
from phivet.serving.client import Client, ClientError
from phivet.serving.custody import Custody
from phivet.serving.settings import Settings

NOTE = "Seen today: Mr John Whitfield, DOB 03/04/1951. Letter {number} of the series.\n"
START_SECONDS = 600


class Served:
    """`phivet serve`, which can be killed and started again."""

    def __init__(self, folder: Path, database: str | None, scanners: int) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "log"
        self._temporary = folder / "tmp"
        self._environment = os.environ | {"PHIVET_SCANNERS": str(scanners), "TMPDIR": str(self._temporary)}
        if database:
            self._environment |= {"PHIVET_DATABASE": database}
        self._data = folder / "data"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def token(self) -> str:
        return re.findall(r"PHIVET_TOKEN=(\S+)", self._log.read_text())[0]

    @property
    def pid(self) -> int:
        assert self._process is not None  # noqa: S101 for the type checker
        return self._process.pid

    def start(self) -> None:
        shutil.rmtree(self._temporary, ignore_errors=True)
        self._temporary.mkdir()
        command = [sys.executable, "-m", "phivet.serving.command_line", "serve"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 our own interpreter and module
                [*command, "--port", str(self.port), "--data", str(self._data)],
                env=self._environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        end = time.monotonic() + START_SECONDS
        with Client(self.url) as client:
            while not client.ready():
                if time.monotonic() > end:
                    raise TimeoutError(self._log.read_text()[-2_000:])
                time.sleep(0.2)

    def kill(self) -> int:
        """How many processes were killed."""
        assert self._process is not None  # noqa: S101 for the type checker
        with suppress(psutil.NoSuchProcess):
            everyone = [psutil.Process(self._process.pid)]
            everyone += everyone[0].children(recursive=True)
            os.killpg(self._process.pid, signal.SIGKILL)
            for each in everyone:
                with suppress(psutil.NoSuchProcess):
                    each.kill()
            self._process.wait()
            psutil.wait_procs(everyone, timeout=30)
            return len(everyone)
        return 0


def send(served: Served, cases: int, accepted: dict[str, float], stop: threading.Event) -> None:
    """Hand the cases in, each until it is accepted, over as many kills as it takes."""
    with Client(served.url, token=served.token, retries=2, pause=0.2, timeout=60) as client:
        for number in range(cases):
            while not stop.is_set():
                try:
                    client.hand_in(
                        f"case-{number}",
                        ("note.txt", NOTE.format(number=number).encode()),
                        policy="resectaur",
                        site=f"site-{number % 5}",
                    )
                except ClientError:
                    time.sleep(0.2)
                else:
                    accepted[f"case-{number}"] = time.monotonic()
                    break


def done(custody: Custody) -> int:
    with custody.store.read() as session:
        return session.query(tables.Report).count()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--database", help="URL of an empty PostgreSQL database (default: SQLite)")
    parser.add_argument("--scanners", type=int, default=1)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 no secret
    folder = Path(tempfile.mkdtemp(prefix="pk-"))
    served = Served(folder, options.database, options.scanners)
    served.start()
    settings = replace(Settings(), data=str(folder / "data"), database=options.database or "")
    custody = Custody.open(settings)
    accepted: dict[str, float] = {}
    stop = threading.Event()
    sender = threading.Thread(target=send, args=(served, options.cases, accepted, stop))
    started = time.monotonic()
    sender.start()
    for kill in range(1, options.kills + 1):
        goal = options.cases * kill / (options.kills + 1)  # spread over the work, the moment itself by chance
        while done(custody) < goal:
            time.sleep(0.05)
        time.sleep(chance.uniform(0, 2))
        killed = served.kill()
        print(f"kill {kill}: {killed} processes, {len(accepted)} accepted, {done(custody)} reported", flush=True)
        served.start()
    sender.join()
    while done(custody) < options.cases:
        time.sleep(0.2)
    time.sleep(3)
    seconds = time.monotonic() - started
    served.kill()
    return judged(custody, options.cases, options.kills, seconds, folder)


def judged(custody: Custody, cases: int, kills: int, seconds: float, folder: Path) -> int:
    with custody.store.read() as session:
        counts = Counter(session.scalars(select(tables.Report.case_uid)))
        kept = {case.uid: case for case in session.scalars(select(tables.Case))}
        bodies = session.scalars(select(tables.Report)).all()
        jobs = session.scalars(select(tables.Job)).all()
        entries = custody.audit.verify(session)
        log = Counter(session.scalars(select(tables.AuditEntry.action)))
    right = sum("name" in body.body["risk_by_category"] and not body.body["not_scanned"] for body in bodies)
    figures = {
        "database": custody.store.engine.name,
        "cases": len(kept),
        "kills": kills,
        "reports": sum(counts.values()),
        "cases with none": sum(uid not in counts for uid in kept),
        "cases with two": sum(number > 1 for number in counts.values()),
        "parked": sum(job.state == "parked" for job in jobs),
        "scans that a kill ended": sum(job.losses for job in jobs),
        "tries counted": sum(job.tries for job in jobs),
        "reports in which the name was found and nothing missed": right,
        "entries `case scanned` in the audit log": log["case scanned"],
        "audit log": f"whole, {entries} entries",
        "seconds": round(seconds),
    }
    for name, figure in figures.items():
        print(f"{name}: {figure}")
    custody.close()
    shutil.rmtree(folder)
    ok = len(kept) == cases == right == log["case scanned"] and set(counts.values()) == {1}
    print("PASSED" if ok else "FAILED")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
