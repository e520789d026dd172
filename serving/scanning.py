"""The process that scans one case after another: `python -m phivet.serving.scanning`, started by `worker.py`.

It has a limit on memory, and is killed when a case takes too long; it knows the vault, but not the database. Lines of
JSON come in: `{"job", "vault", "case_id", "policy"}`; lines go out, each with its `job`: `{"parts"}` (how many were
looked at, by kind), and at the end of each case `{"report", "digests"}` or `{"failed"}` (the kind of the error, never
its text).
"""

import json
import os
import resource
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from phivet.cases.case import Case
from phivet.cases.coverage import Unread
from phivet.cases.errors import UnreadableError
from phivet.cases.files import File
from phivet.cases.parts import Part
from phivet.cases.reader import Reader
from phivet.models.detector import Detector
from phivet.models.scan import COUNTED_AS, scan
from phivet.serving.custody import Custody
from phivet.serving.policies import policy
from phivet.serving.process import settle
from phivet.serving.settings import BEHIND, Settings

START_SECONDS = 300
PROGRESS_SECONDS = 1.0

Say = Callable[[dict[str, Any]], None]


def main() -> None:
    """Scan until standard input ends."""
    settings = Settings.from_environment()
    settle(settings.descriptors)
    voice = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints is no line of ours

    def say(line: dict[str, Any]) -> None:
        voice.write(json.dumps(line) + "\n")
        voice.flush()

    custody, detectors = Custody.open(settings), _detectors(settings)
    _limit_memory(settings.case_memory_bytes)
    reader = _waiting()
    say({"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        answer = _Answer(say, asked["job"])
        try:
            answer(_scanned(custody, detectors, asked, reader, answer))
        except Exception as error:  # noqa: BLE001 the case is tried again, by a new process
            answer({"failed": type(error).__name__})
        reader = _waiting()
    reader.close()


def _waiting() -> Reader:
    """One that has its child already: each case is read by a fresh one, and none waits until it is up."""
    reader = Reader()
    reader.start()
    return reader


class _Answer:
    """Says what belongs to one job."""

    def __init__(self, say: Say, job: int) -> None:
        self._say, self._job = say, job

    def __call__(self, line: dict[str, Any]) -> None:
        self._say({"job": self._job, **line})


def _scanned(
    custody: Custody, detectors: Sequence[Detector], asked: dict[str, Any], reader: Reader, say: Say
) -> dict[str, Any]:
    wanted, clock = policy(asked["policy"]), _Clock(custody.settings.scan_seconds)
    with reader, custody.vault.files(asked["vault"]) as files, clock:
        case = Case([clock.timed(file) for file in files], asked["case_id"], reader)
        report = scan(case, wanted, detectors, _Progress(say))
        digests = {source: case.digest(source) for source in case.paths}
    return {"report": report.as_json(), "digests": digests}


class _Clock:
    """When time is up no file opens any more: the report says `time_out` of what was not looked at."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, lambda: None)
        self._timer.daemon = True

    def timed(self, file: File) -> File:
        """The file, until time is up."""

        def open_in_time() -> int:
            if self._timer.finished.is_set():
                raise UnreadableError(Unread.TIME_OUT)
            return file.open()

        return File(file.name, open_in_time)

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


class _Progress:
    """Tells what was looked at, once a second at most."""

    def __init__(self, say: Say) -> None:
        self._say, self._parts, self._told = say, Counter[str](), time.monotonic()

    def __call__(self, part: Part) -> None:
        self._parts[COUNTED_AS.get(type(part), "frames")] += 1
        if time.monotonic() - self._told > PROGRESS_SECONDS:
            self._told = time.monotonic()
            self._say({"parts": dict(self._parts)})


def _detectors(settings: Settings) -> Sequence[Detector]:
    behind = os.environ.get(BEHIND)
    if behind is None:
        from phivet.models.scan import detectors

        return detectors()
    from phivet.serving.remote import Behind, remote_detectors

    services = [Behind(url, settings.scan_seconds) for url in json.loads(behind)]
    end = time.monotonic() + START_SECONDS
    while not all(service.is_there() for service in services):
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.1)
    return remote_detectors(*services)


def _limit_memory(size: int) -> None:
    """What is beyond is a `MemoryError`; the reading child may set a limit of its own."""
    resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))


if __name__ == "__main__":
    main()
