"""How much the service takes: `python benchmarks/load.py [--cases N] [--senders 1 4 16] [--scanners N]`

Starts `phivet serve`, and for each number of senders hands N cases in (one note each) as fast as they are accepted,
then waits until all have their reports. Prints the cases accepted per second, the time from the request to the answer
and to the report (p50, p95, p99, in seconds), and which share of the processor's time went into the detectors: the
services behind, the scanning processes and the reading ones; the rest is the API, the database and the encryption.
"""

import argparse
import shutil
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
from kill import Served
from sqlalchemy import select

from phivet.serving import tables
from phivet.serving.client import Client
from phivet.serving.custody import Custody
from phivet.serving.settings import Settings

NOTE = "Seen today: Mr John Whitfield, DOB 03/04/1951, by Dr Alan Pratt. Letter {number}; disc bulge at L4/5.\n"
DETECTORS = ("NotesService", "OcrService", "phivet.serving.scanning", "phivet.cases.reading")


class Clock(threading.Thread):
    """Adds up the processor's seconds of every process of the service, those that have ended meanwhile included."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self._root = root
        self._seconds: dict[tuple[int, float], tuple[str, float]] = {}
        self._stop = threading.Event()

    def run(self) -> None:
        while not self._stop.wait(0.2):
            self.look()

    def look(self) -> None:
        with suppress(psutil.NoSuchProcess):
            root = psutil.Process(self._root)
            for process in [root, *root.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    times = process.cpu_times()
                    command = " ".join(process.cmdline())
                    self._seconds[process.pid, process.create_time()] = command, times.user + times.system

    def seconds(self) -> tuple[float, float]:
        """Of the detectors, and of all."""
        self.look()
        told = list(self._seconds.values())
        return (
            sum(seconds for command, seconds in told if any(each in command for each in DETECTORS)),
            sum(seconds for _, seconds in told),
        )


def measured(served: Served, custody: Custody, senders: int, cases: int, clock: Clock) -> str:
    ours = f"s{senders}"
    taken: list[float] = []
    before = clock.seconds()

    def send(number: int) -> None:
        with Client(served.url, token=served.token, retries=8, pause=0.2) as client:
            for each in range(number, cases, senders):
                began = time.perf_counter()
                note = ("note.txt", NOTE.format(number=each).encode())
                client.hand_in(f"{ours}-{each}", note, policy="resectaur", site=f"site-{number % 4}")
                taken.append(time.perf_counter() - began)

    started = time.perf_counter()
    with ThreadPoolExecutor(senders) as pool:
        list(pool.map(send, range(senders)))
    accepted = time.perf_counter() - started
    wanted = select(tables.Case).where(tables.Case.case_id.startswith(f"{ours}-"))
    while True:
        with custody.store.read() as session:
            done = [case.scanned_at - case.received_at for case in session.scalars(wanted) if case.scanned_at]
        if len(done) == cases:
            break
        time.sleep(0.5)
    reported = time.perf_counter() - started
    after = clock.seconds()
    share = (after[0] - before[0]) / max(1e-9, after[1] - before[1])
    return (
        f"| {senders} | {cases / accepted:.1f} | {_spread(taken)} | {cases / reported:.2f} | {_spread(done)} "
        f"| {share:.0%} |"
    )


def _spread(seconds: list[float]) -> str:
    return " / ".join(f"{np.percentile(seconds, each):.3f}" for each in (50, 95, 99))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100, help="for each number of senders")
    parser.add_argument("--senders", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--scanners", type=int, default=1)
    parser.add_argument("--database", help="URL of an empty PostgreSQL database (default: SQLite)")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="pl-"))
    served = Served(folder, options.database, options.scanners)
    served.start()
    custody = Custody.open(replace(Settings(), data=str(folder / "data"), database=options.database or ""))
    clock = Clock(served.pid)
    clock.start()
    print("| senders | accepted/s | accept p50 / p95 / p99 s | reported/s | report p50 / p95 / p99 s | in detectors |")
    print("|---|---|---|---|---|---|")
    for senders in options.senders:
        print(measured(served, custody, senders, options.cases, clock), flush=True)
    served.kill()
    custody.close()
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
