"""The process behind the scenes: scans what is in the queue, sends what is due, erases what is over.

`python -m phivet.serving.backstage`; `phivet serve` starts it, and again when it dies. Several machines on one
database each run their own; none does what another has in hand.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

import httpx

from phivet.serving import jobs, purge, webhooks
from phivet.serving.custody import Custody
from phivet.serving.process import settle
from phivet.serving.settings import Settings
from phivet.serving.worker import Scanner

logger = logging.getLogger("phivet.service")

MINUTE, HOUR = 60.0, 3_600.0


class Chores:
    """What is to be done again and again, each at its own pace."""

    def __init__(self, custody: Custody, client: httpx.Client) -> None:
        self._chores: list[tuple[float, Callable[[], int]]] = [
            (1.0, lambda: webhooks.deliver(custody, client)),
            (2.0, lambda: jobs.recover(custody.store)),
            (2.0, lambda: purge.finish_decisions(custody)),
            (HOUR, lambda: purge.follow_consents(custody)),
            (MINUTE, self._follow),
            (MINUTE, lambda: purge.purge(custody)),
            (HOUR, lambda: purge.sweep(custody)),
        ]
        self._next = [0.0] * len(self._chores)
        self._custody, self._followed = custody, 0.0

    def _follow(self) -> int:
        """The consents that turned since the last time; once an hour all of them, for rules change too."""
        now = time.time()
        number = purge.follow_consents(self._custody, now, self._followed)
        self._followed = now
        return number

    def step(self) -> None:
        """Do what is due; one that fails is tried again in its turn, and stops no other."""
        for number, (pace, do) in enumerate(self._chores):
            if time.monotonic() >= self._next[number]:
                try:
                    do()
                except Exception as error:  # noqa: BLE001 the database may be away for a while
                    logger.error("a chore failed with %s", type(error).__name__)
                self._next[number] = time.monotonic() + pace


def main() -> None:
    """Work until told to stop."""
    settle()
    settings = Settings.from_environment()
    custody = Custody.open(settings)
    scanners = [Scanner(custody) for _ in range(settings.scanners)]
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()
        for scanner in scanners:
            scanner.stop()

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop)
    jobs.recover(custody.store)
    threads = [threading.Thread(target=scanner.run) for scanner in scanners]
    for thread in threads:
        thread.start()
    with httpx.Client(trust_env=False, follow_redirects=False) as client:
        chores = Chores(custody, client)
        while not stopping.wait(0.5):
            chores.step()
    for thread in threads:
        thread.join()
    custody.close()


if __name__ == "__main__":
    main()
