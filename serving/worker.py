"""The scanners: each takes a job, has a process of its own scan the case, and writes the report down.

Only ids and reports pass through here. The process is kept for the next case only when it has answered for this one; it
is replaced when it dies, grows beyond its memory or takes too long (that is a try of the case), and when we stop
listening before it has answered. When we ourselves are killed the lease is lost: that is none.
"""

import json
import logging
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from phivet.serving import jobs, metrics, results
from phivet.serving.custody import Custody
from phivet.serving.jobs import Lease, LostError
from phivet.serving.scanning import START_SECONDS
from phivet.serving.tables import Case, Progress

logger = logging.getLogger("phivet.service")

GRACE = 90.0
"""Seconds for a scan to come to its end once its files are cut; then its process is killed."""
BEAT = 15.0
"""Seconds after which a lease is renewed."""
IDLE = 0.25
"""Seconds until an idle scanner looks into the queue again."""


class CaseFailedError(Exception):
    """The case killed its scan, or could not be scanned: the reason, a word or two from us."""


class NotStartedError(Exception):
    """The scanning process did not come up, which is not the case's fault; or we are to stop."""


class Scanner:
    """Scans one case at a time, until told to `stop`."""

    def __init__(self, custody: Custody) -> None:
        self._custody = custody
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()

    def run(self) -> None:
        """Scan what there is, and wait for more."""
        while not self._stopping.is_set():
            try:
                if not self.step():
                    self._stopping.wait(IDLE)
            except Exception as error:  # noqa: BLE001 the database may be away for a while
                logger.error("a scanner failed with %s", type(error).__name__)
                self._stopping.wait(5 * IDLE)
        self._end()

    def step(self) -> bool:
        """Scan the next case; whether there was one.

        The process is there before a case is taken, for a lease would not last while it starts; and it is started when
        the first case waits.
        """
        if self._process is None and not self._is_needed():
            return False
        try:
            process = self._ready()
        except NotStartedError:
            logger.warning("no scanning process came up")
            self._stopping.wait(5 * IDLE)
            return False
        lease = jobs.take(self._custody.store)
        if lease is None:
            return False
        try:
            self._scan(process, lease)
        except LostError:
            logger.info("a case was erased, replaced or taken over while it was scanned")
        return True

    def _is_needed(self) -> bool:
        with self._custody.store.read() as session:
            return jobs.waiting(session) > 0

    def stop(self) -> None:
        """Give the case in hand back, and end."""
        self._stopping.set()

    def _scan(self, process: "subprocess.Popen[bytes]", lease: Lease) -> None:
        with self._custody.store.read() as session:
            case = session.get(Case, lease.case_uid)
        if case is None or case.version != lease.version:
            raise LostError
        if case.vault is None or lease.tries >= self._custody.settings.case_tries:
            self._give_up(lease, results.LOST if case.vault else results.GONE)
            return
        asked = {"job": lease.job, "vault": case.vault, "case_id": case.case_id, "policy": case.policy}
        try:
            answer = self._ask(process, asked, lease)
        except BaseException as error:
            self._end()  # what it may still say of this case is no answer to the next
            if not isinstance(error, CaseFailedError):
                raise
            self._failed(lease, str(error))
            return
        report = results.record(self._custody, lease, answer["report"], answer["digests"])
        metrics.count_scan(report.body)

    def _failed(self, lease: Lease, reason: str) -> None:
        with self._custody.store.begin() as session:
            again = jobs.failed(session, lease, reason, self._custody.settings.case_tries)
        logger.warning("a case could not be scanned: %s", reason)
        if not again:
            self._give_up(lease, reason)

    def _give_up(self, lease: Lease, reason: str) -> None:
        """Park the case, for review."""
        report = results.record(self._custody, lease, results.given_up(self._custody, lease, reason), {}, reason)
        metrics.count_scan(report.body)

    def _ask(self, process: "subprocess.Popen[bytes]", asked: dict[str, Any], lease: Lease) -> dict[str, Any]:
        """The answer of the scanning process. Raises `CaseFailedError`, and `LostError` when we stop."""
        assert process.stdin is not None  # noqa: S101 for the type checker
        try:
            process.stdin.write(json.dumps(asked).encode() + b"\n")
            process.stdin.flush()
        except OSError:
            raise CaseFailedError(_died(process)) from None
        told = time.monotonic()
        for answer in self._lines(process, self._custody.settings.scan_seconds + GRACE):
            if answer is not None and answer.get("job") != lease.job:
                raise CaseFailedError("answer to another job")
            if answer is not None and "report" in answer:
                return answer
            if answer is not None and "failed" in answer:
                raise CaseFailedError(str(answer["failed"])[:64])
            if self._stopping.is_set():
                with self._custody.store.begin() as session:
                    jobs.give_back(session, lease)
                raise LostError
            if answer is not None or time.monotonic() - told > BEAT:
                told = time.monotonic()
                jobs.renew(self._custody.store, lease)
                if answer is not None:
                    self._tell(lease, answer["parts"])
        raise CaseFailedError(_died(process))

    def _tell(self, lease: Lease, parts: dict[str, int]) -> None:
        with self._custody.store.begin() as session:
            if session.get(Case, lease.case_uid):
                session.merge(Progress(case_uid=lease.case_uid, parts=parts))

    def _ready(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "phivet.serving.scanning"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | self._environment(),
            )
            if not self._started(self._process):
                self._end()
                raise NotStartedError
        return self._process

    def _started(self, process: "subprocess.Popen[bytes]") -> bool:
        """Whether the process has come up; not when it died, takes too long, or we are to stop."""
        try:
            lines = self._lines(process, START_SECONDS)
            return next((line for line in lines if line or self._stopping.is_set()), None) is not None
        except CaseFailedError:
            return False

    def _environment(self) -> dict[str, str]:
        settings = self._custody.settings
        return {
            "PHIVET_DATA": str(settings.folder),
            "PHIVET_SCAN_SECONDS": str(settings.scan_seconds),
            "PHIVET_CASE_MEMORY_BYTES": str(settings.case_memory_bytes),
        }

    def _lines(self, process: "subprocess.Popen[bytes]", seconds: float) -> Iterator[dict[str, Any] | None]:
        """What the process says, line by line, and None now and then; ends with the process.

        Raises `CaseFailedError` when time is up.
        """
        assert process.stdout is not None  # noqa: S101 for the type checker
        end, pending = time.monotonic() + seconds, b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while time.monotonic() < end:
                if not selector.select(IDLE):
                    yield None
                    continue
                read = os.read(process.stdout.fileno(), 1 << 20)
                if not read:
                    return
                *lines, pending = (pending + read).split(b"\n")
                yield from (json.loads(line) for line in lines)
        raise CaseFailedError("time out")

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    try:
                        pipe.close()
                    except OSError:  # what was written to it has nobody to read it
                        logger.debug("a pipe was closed late")


def _died(process: "subprocess.Popen[bytes]") -> str:
    status = process.wait(5)
    return f"killed by signal {-status}" if status < 0 else f"ended with status {status}"
