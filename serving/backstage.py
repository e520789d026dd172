"""The process behind the scenes: scans what is in the queue, sends what is due, erases what is over.

`python -m phivet.serving.backstage`; `phivet serve` starts it, and again when it dies. Several machines on one
database each run their own; none does what another has in hand.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
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
    """What is to be done again and again, each at its own pace (in seconds), one after the other."""

    def __init__(self, *chores: tuple[float, Callable[[], int]]) -> None:
        self._chores = chores
        self._next = [0.0] * len(chores)

    def step(self) -> None:
        """Do what is due; one that fails is tried again in its turn, and stops no other."""
        for number, (pace, do) in enumerate(self._chores):
            if time.monotonic() >= self._next[number]:
                try:
                    do()
                except Exception as error:  # noqa: BLE001 the database may be away for a while
                    logger.error("a chore failed with %s", type(error).__name__)
                self._next[number] = time.monotonic() + pace


def all_chores(custody: Custody, client: httpx.Client) -> Sequence[Chores]:
    """What is done beside the scans, each in a thread of its own: no platform that is slow to answer stops the rest."""
    followed = 0.0

    def follow() -> int:
        """The consents that turned since the last time; once an hour all of them, for rules change too."""
        nonlocal followed
        now = time.time()
        number = purge.follow_consents(custody, now, followed)
        followed = now
        return number

    return (
        Chores((1.0, lambda: webhooks.deliver(custody, client))),
        Chores(
            (2.0, lambda: jobs.recover(custody.store)),
            (2.0, lambda: purge.finish_decisions(custody)),
            (HOUR, lambda: purge.follow_consents(custody)),
            (MINUTE, follow),
            (MINUTE, lambda: purge.purge(custody)),
            (HOUR, lambda: purge.sweep(custody)),
        ),
    )


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

    def repeat(chores: Chores) -> None:
        while not stopping.wait(0.5):
            chores.step()

    with httpx.Client(trust_env=False, follow_redirects=False) as client:
        threads = [threading.Thread(target=scanner.run) for scanner in scanners]
        threads += [threading.Thread(target=repeat, args=(chores,)) for chores in all_chores(custody, client)]
        for thread in threads:
            thread.start()
        while not stopping.wait(0.5):
            pass  # signals come to this thread
        for thread in threads:
            thread.join()
    custody.close()


if __name__ == "__main__":
    main()
