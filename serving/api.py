"""The service's addresses: one FastAPI app, which looks at cases but knows nothing of how the detectors are run."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader
from prometheus_client import CONTENT_TYPE_LATEST

from phivet.cases.case import Case
from phivet.cases.policy import Policy
from phivet.cases.reader import Reader
from phivet.cases.report import SCHEMA, schema
from phivet.models.detector import Detector
from phivet.models.scan import scan
from phivet.serving import metrics
from phivet.serving.access import Guard, Watcher
from phivet.serving.case_answers import form
from phivet.serving.cases_api import Held, Platform, add_cases
from phivet.serving.custody import Custody
from phivet.serving.intake import ID, check_id
from phivet.serving.policies import DEFAULT, names, policy
from phivet.serving.problems import DOCS, TITLES, ProblemError, answer_with_problems, problems
from phivet.serving.review import add_review
from phivet.serving.settings import Settings
from phivet.serving.uploads import FILES, Upload, received

logger = logging.getLogger("phivet.service")

FIELDS = {"policy", "case_id"}
GRACE = 90.0
"""Seconds for a scan to come to its end once its files are cut."""
PAGE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "X-Content-Type-Options": "nosniff"}
FORM = form(
    case_id={"type": "string", "pattern": f"^{ID.pattern}$", "description": "What the report calls the case."},
)


class SchemaResponse(JSONResponse):
    """A JSON Schema."""

    media_type = "application/schema+json"


class Places:
    """The places for scans of one process."""

    def __init__(self, number: int) -> None:
        self.free = number

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a place. Raises `ProblemError` when there is none."""
        if not self.free:
            raise ProblemError("too-many-requests", "Send the case again later.", headers={"Retry-After": "5"})
        self.free -= 1
        metrics.IN_PROGRESS.inc()
        try:
            yield
        finally:
            self.free += 1
            metrics.IN_PROGRESS.dec()


def create_app(settings: Settings, detectors: Sequence[Detector] = (), custody: Custody | None = None) -> FastAPI:
    """The app. Its `state.detectors` and `state.custody` may be set later, before the first request arrives."""
    app = FastAPI(
        title="phivet",
        version=version("phivet"),
        summary="Vets a radiology case before strangers see it.",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.detectors, app.state.custody = detectors, custody
    app.add_middleware(Guard, custody=lambda: app.state.custody)
    answer_with_problems(app)
    _describe_tokens(app)
    pages = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)
    places = Places(settings.scans)
    threads = CapacityLimiter(settings.scans)

    @app.post(
        "/v1/scan",
        summary="Scan one case",
        openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FORM}}}},
        responses={
            200: {"description": "The report", "content": {"application/json": {"schema": {"$ref": "/v1/schema"}}}},
            **problems(400, 408, 413, 415, 422, 429, 500, 504, 507),
        },
    )
    async def scan_case(request: Request, who: Platform, custody: Held) -> JSONResponse:
        """For small cases, while somebody waits; nothing of it is kept.

        What identifies a person in the case, where, how sure, and what the policy says to do."""
        async with AsyncExitStack() as stack:
            stack.enter_context(places.taken())
            upload = await stack.enter_async_context(received(request, settings))
            wanted, case_id = _policy(upload), check_id(upload.fields.get("case_id", "case-1"), "case_id")
            reader = stack.enter_context(Reader())
            held = stack.pop_all()

        def look() -> dict[str, Any]:
            return scan(Case(upload.files, case_id, reader), wanted, request.app.state.detectors).as_json()

        def noted(report: dict[str, Any]) -> None:
            with custody.store.begin() as session:
                told = {key: report[key] for key in ("policy", "decision")}
                custody.audit.write(session, who.name, "scanned at once", "", **told)

        async def looking() -> dict[str, Any]:
            async with held:
                report = await to_thread.run_sync(look, limiter=threads)
                await to_thread.run_sync(noted, report)
            metrics.count_scan(report)
            return report

        task = asyncio.create_task(looking())
        await _done_or_cut(task, request, upload, settings.scan_seconds)
        return JSONResponse(task.result(), headers={"Cache-Control": "no-store"})

    @app.get("/v1/policies", summary="The policies that a case can be judged by")
    async def policies() -> dict[str, Any]:
        """Their names, titles and versions."""
        known = [policy(name) for name in names()]
        return {
            "default": DEFAULT,
            "policies": [{"name": each.name, "title": each.title, "version": each.version} for each in known],
        }

    @app.get(
        "/v1/schema",
        summary="The JSON Schema of a report",
        response_class=SchemaResponse,
    )
    async def report_schema() -> JSONResponse:
        """As the report's `schema` names it."""
        return SchemaResponse(schema())

    @app.get("/v1/version", summary="What runs here")
    async def versions() -> dict[str, Any]:
        """The versions of the service, of the report and of each detector."""
        found = {detector.name: detector.version for detector in app.state.detectors}
        return {"version": app.version, "report": SCHEMA, "detectors": found}

    @app.get(DOCS, summary="This page", response_class=HTMLResponse)
    async def docs() -> HTMLResponse:
        """The addresses and the problems in plain words."""
        page = pages.get_template("api.html").render(api=app.openapi(), problems=TITLES)
        return HTMLResponse(page, headers=PAGE)

    @app.get("/", include_in_schema=False)
    async def index() -> HTMLResponse:
        return HTMLResponse(pages.get_template("index.html").render(version=app.version), headers=PAGE)

    @app.get("/docs.json", include_in_schema=False)
    async def openapi() -> RedirectResponse:
        return RedirectResponse("/v1/openapi.json")

    @app.get("/metrics", include_in_schema=False)
    async def figures(who: Watcher) -> Response:
        return Response(await to_thread.run_sync(metrics.exposition), media_type=CONTENT_TYPE_LATEST)

    add_cases(app)
    add_review(app)
    return app


def _describe_tokens(app: FastAPI) -> None:
    """Let the OpenAPI document say that every address wants a token."""
    describe = app.openapi

    def described() -> dict[str, Any]:
        document = describe()
        document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"token": []}]
        return document

    app.openapi = described  # type: ignore[method-assign]


async def _done_or_cut(task: asyncio.Task[Any], request: Request, upload: Upload, limit: float) -> None:
    """Wait for the scan; cut its files when its time is up or nobody waits for it any more.

    The report then says `time_out` of what was not looked at. The scan keeps its place until it has really ended.
    """
    gone = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait({task, gone}, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
        if not task.done():
            upload.cut()
    await asyncio.wait({task}, timeout=GRACE)
    if not task.done():
        raise ProblemError("scan-time-out", "Send the case in smaller parts.", more={"limit": limit})


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _policy(upload: Upload) -> Policy:
    for key in upload.fields:
        if key not in FIELDS:
            raise ProblemError("wrong-field", f"The form takes the fields '{FILES}', 'policy' and 'case_id', no other.")
    name = upload.fields.get("policy", DEFAULT)
    if name not in names():
        raise ProblemError("unknown-policy", f"Use one of: {', '.join(names())}.", "policy", {"allowed": list(names())})
    return policy(name)
