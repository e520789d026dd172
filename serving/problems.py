"""Everything that the service refuses, as problem+json (RFC 9457): which field is wrong, and how to mend it.

No problem repeats what the client sent: a value, a file name or a path may be a patient's.
"""

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

logger = logging.getLogger("phivet.service")

TITLES = {
    "malformed-form": (400, "The multipart form cannot be parsed"),
    "no-credentials": (401, "Nobody is known by these credentials"),
    "log-in-refused": (401, "No user has this name and password"),
    "forbidden": (403, "Your role does not include this"),
    "not-found": (404, "There is nothing at this address"),
    "method-not-allowed": (405, "This address does not answer to this method"),
    "unknown-case": (404, "You have no case of this id"),
    "upload-time-out": (408, "The upload took too long"),
    "conflict": (409, "The case is not in a state for this"),
    "too-large": (413, "The upload is too large"),
    "too-many-files": (413, "The upload holds too many files"),
    "not-a-form": (415, "The request is no multipart form"),
    "no-files": (422, "The case holds no file"),
    "not-a-file": (422, "Something was sent in place of a file"),
    "wrong-field": (422, "A field is wrong"),
    "wrong-callback": (422, "Webhooks may not be sent to this address"),
    "unknown-policy": (422, "No policy has this name"),
    "too-many-requests": (429, "All places for scans are taken"),
    "queue-full": (429, "Too many cases are waiting"),
    "too-many-log-ins": (429, "Too many log-ins failed"),
    "internal-error": (500, "The service failed"),
    "scan-time-out": (504, "The scan took too long"),
    "no-room": (507, "There is no room left for the upload"),
}
"""Every problem, by the last part of its type: its status and its title."""

DOCS = "/v1/docs"


PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "field": {"type": "string"},
    },
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems of these statuses, and those that every address has, for the OpenAPI document."""
    content = {"application/problem+json": {"schema": PROBLEM}}
    said = {status: " / ".join(title for each, title in TITLES.values() if each == status) for status in statuses}
    said |= {401: TITLES["no-credentials"][1], 403: TITLES["forbidden"][1]}
    return {status: {"description": title, "content": content} for status, title in said.items()}


class ProblemError(Exception):
    """One refusal. `detail` says how to mend it, `field` which field of the form is meant, `more` is for programs."""

    def __init__(
        self,
        kind: str,
        detail: str,
        field: str | None = None,
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind)
        self.kind, self.detail, self.field, self.more, self.headers = kind, detail, field, more or {}, headers

    def as_json(self) -> dict[str, Any]:
        """The body of the answer."""
        status, title = TITLES[self.kind]
        given = {"detail": self.detail, "field": self.field, **self.more}
        return {"type": f"{DOCS}#{self.kind}", "title": title, "status": status} | {
            key: value for key, value in given.items() if value is not None
        }

    def answer(self) -> JSONResponse:
        """The answer to the client."""
        return JSONResponse(
            self.as_json(), TITLES[self.kind][0], dict(self.headers or {}), media_type="application/problem+json"
        )


def _fields_of(app: FastAPI) -> frozenset[str]:
    """Every name of a field in the OpenAPI document: what a problem may repeat."""
    document = app.openapi()
    models = document.get("components", {}).get("schemas", {}).values()
    found = {name for model in models for name in model.get("properties", ())}
    routes = [route for path in document["paths"].values() for route in path.values()]
    return frozenset(found | {each["name"] for route in routes for each in route.get("parameters", ())})


def answer_with_problems(app: FastAPI) -> None:
    """Let `app` answer every error with a problem."""

    async def refused(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ProblemError)  # noqa: S101 for the type checker
        return error.answer()

    async def unrouted(request: Request, error: Exception) -> JSONResponse:
        status = getattr(error, "status_code", 500)
        headers = getattr(error, "headers", None)
        if status == 404:
            return ProblemError("not-found", f"The addresses are listed at {DOCS}.", headers=headers).answer()
        if status == 405:
            allowed = (headers or {}).get("Allow", "")
            return ProblemError("method-not-allowed", f"Use {allowed}.", headers=headers).answer()
        return await failed(request, error)

    async def failed(_: Request, error: Exception) -> JSONResponse:
        incident = secrets.token_hex(8)
        logger.error("incident %s: %s", incident, type(error).__name__)
        return ProblemError(
            "internal-error",
            "Send the case again; if it fails again, tell the operator the incident: the log names it.",
            more={"incident": incident},
        ).answer()

    async def malformed(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 for the type checker
        places = [each["loc"] for each in error.errors()]
        fields = [str(part) for part in places[0] if isinstance(part, str)] if places else []
        named = fields[-1] if fields and fields[0] in ("path", "query") else ".".join(fields[1:2])
        known = named if named.isidentifier() and named in _fields_of(app) else None
        return ProblemError("wrong-field", f"{DOCS} says what this address takes.", known).answer()

    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(ProblemError, refused)
    app.add_exception_handler(HTTPException, unrouted)
    app.add_exception_handler(Exception, failed)
