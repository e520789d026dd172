"""What the service counts, for Prometheus. Labels are closed vocabularies: never a path, a value or a file name."""

import logging
import os
from time import perf_counter
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger("phivet.access")

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

REQUESTS = Counter("phivet_requests", "Requests answered", ["route", "method", "status"])
SCANS = Counter("phivet_scans", "Cases scanned", ["policy", "decision"])
SCAN_SECONDS = Histogram(
    "phivet_scan_seconds",
    "Time from the last byte of a case to its report",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800),
)
NOT_SCANNED = Counter("phivet_not_scanned", "Files and frames that could not be looked at", ["reason"])
IN_PROGRESS = Gauge("phivet_scans_in_progress", "Places for scans that are taken", multiprocess_mode="livesum")


def count_scan(report: dict[str, Any]) -> None:
    """Count one report."""
    SCANS.labels(report["policy"], report["decision"]).inc()
    SCAN_SECONDS.observe(report["seconds"])
    for entry in report["not_scanned"]:
        NOT_SCANNED.labels(entry["reason"]).inc()


def exposition() -> bytes:
    """All figures in Prometheus' text format: of every process of the service where there are several."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


class Counted:
    """Counts and logs every request to `app` by its route (the template, not the path), method, status and time.

    Exceptions end here: `app` has answered them already, and their text is nobody's business.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = perf_counter(), 500

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, observed)
        except Exception as error:  # noqa: BLE001 answered by the app's handler of exceptions
            logger.debug("%s", type(error).__name__)
        route = getattr(scope.get("route"), "path", "") or "none"
        method = scope["method"] if scope["method"] in METHODS else "other"
        REQUESTS.labels(route, method, str(status)).inc()
        if route not in {"/metrics"}:
            logger.info("%s %s %d in %.3f s", method, route, status, perf_counter() - start)
