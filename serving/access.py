"""Who may do what: every request is somebody's, or refused. `Guard` denies by default, `requires` asks for a role.

A program sends a token (`Authorization: Bearer ...`), a browser the cookie of a session (`log_in.py`). An unsafe
request of a session must also carry the session's CSRF token, in the header `X-CSRF-Token` or the form field
`csrf_token`.
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from http.cookies import CookieError, SimpleCookie
from typing import Annotated
from urllib.parse import parse_qs

from anyio import to_thread
from fastapi import Depends, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from phivet.serving import tables
from phivet.serving.custody import Custody
from phivet.serving.problems import ProblemError

COOKIE = "phivet_session"
LOG_IN = "/review/login"
PUBLIC = frozenset({"/healthz", "/readyz", "/livez", LOG_IN, "/review/oidc", "/review/oidc/callback"})
"""What answers to anybody, besides static files."""
STATIC = "/review/static/"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FORM = "application/x-www-form-urlencoded"
FORM_BYTES = 256 * 1024
ALL_SITES = "*"


class Role(StrEnum):
    """What a user may do; one may have several."""

    PLATFORM = "platform"  # hand cases in, and see what became of them: its own
    MODERATOR = "moderator"  # see the evidence of the sites that are his, and decide
    ENGINEER = "engineer"  # figures and labels, no evidence
    AUDITOR = "auditor"  # the audit log
    ADMIN = "admin"  # users, tokens, rules


@dataclass(frozen=True)
class Principal:
    """The user whose request it is. `csrf` is the session's token; None for a program."""

    user_id: int
    name: str
    roles: frozenset[Role]
    sites: frozenset[str]
    csrf: str | None = field(default=None, repr=False)

    def sees(self, site: str) -> bool:
        """Whether he may see the evidence of cases from `site`."""
        return ALL_SITES in self.sites or site in self.sites


def requires(*roles: Role) -> Callable[[Request], Principal]:
    """A dependency that gives the principal, who must have one of `roles`; without any, every role will do."""

    def principal(request: Request) -> Principal:
        who: Principal | None = getattr(request.state, "principal", None)
        if who is None:
            raise no_credentials()
        if not who.roles.intersection(roles or Role):
            raise ProblemError("forbidden", f"It needs the role {' or '.join(roles) or 'of a user'}.")
        return who

    return principal


Moderator = Annotated[Principal, Depends(requires(Role.MODERATOR))]
Watcher = Annotated[Principal, Depends(requires(Role.ENGINEER, Role.ADMIN))]


def custody_of(request: Request) -> Custody:
    """All that holds cases."""
    custody: Custody = request.app.state.custody
    return custody


def no_credentials() -> ProblemError:
    """The refusal of a stranger."""
    detail = "Send a token: Authorization: Bearer ..."
    return ProblemError("no-credentials", detail, headers={"WWW-Authenticate": "Bearer"})


def digest(secret: str) -> str:
    """What is kept of a secret of 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def by_token(session: Session, secret: str) -> Principal | None:
    """Whose token it is, if it still counts."""
    token = session.scalars(select(tables.Token).where(tables.Token.digest == digest(secret))).one_or_none()
    if token is None or token.revoked_at is not None:
        return None
    if token.expires_at is not None and token.expires_at < time.time():
        return None
    return _principal(token.user)


def by_cookie(session: Session, secret: str) -> Principal | None:
    """Whose session it is, if it has not ended."""
    found = session.get(tables.Session, digest(secret))
    if found is None or found.expires_at < time.time():
        return None
    return _principal(found.user, found.csrf)


def _principal(user: tables.User, csrf: str | None = None) -> Principal | None:
    if not user.active:
        return None
    roles = frozenset(Role(role) for role in user.roles)
    return Principal(user.id, user.name, roles, frozenset(user.sites), csrf)


def is_public(path: str) -> bool:
    """Whether anybody may ask for this address."""
    return path in PUBLIC or path.startswith(STATIC)


def cookie_of(headers: Headers) -> str | None:
    """The secret of the session that a browser sent."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


class Guard:
    """Lets nobody through to `app` but a user; what is public excepted. The user is `request.state.principal`."""

    def __init__(self, app: ASGIApp, custody: Callable[[], Custody]) -> None:
        self.app, self._custody = app, custody

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it."""
        if scope["type"] != "http" or is_public(scope["path"]):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        principal = await to_thread.run_sync(self._who, headers)
        if principal is None:
            await self._refusal(scope, headers)(scope, receive, send)
            return
        if principal.csrf is not None and scope["method"] not in SAFE:
            given, receive = await _csrf_of(headers, receive)
            if not hmac.compare_digest(given.encode(), principal.csrf.encode()):
                refused = ProblemError("forbidden", "The form is out of date: load the page again.")
                await refused.answer()(scope, receive, send)
                return
        scope["state"] = {**scope.get("state", {}), "principal": principal}
        await self.app(scope, receive, send)

    def _who(self, headers: Headers) -> Principal | None:
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        cookie = cookie_of(headers)
        with self._custody().store.read() as session:
            if scheme.lower() == "bearer":
                return by_token(session, secret.strip())
            return by_cookie(session, cookie) if cookie else None

    def _refusal(self, scope: Scope, headers: Headers) -> Response:
        if scope["method"] == "GET" and scope["path"].startswith("/review") and "authorization" not in headers:
            return RedirectResponse(LOG_IN, 303)
        return no_credentials().answer()


async def _csrf_of(headers: Headers, receive: Receive) -> tuple[str, Receive]:
    """The CSRF token that came with a request, and what to read the request from thereafter."""
    if "x-csrf-token" in headers or headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return headers.get("x-csrf-token", ""), receive
    body, more = b"", True
    while more and len(body) <= FORM_BYTES:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False) and message["type"] == "http.request"
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": more}

    given = parse_qs(body.decode("utf-8", "replace"), max_num_fields=1_000) if len(body) <= FORM_BYTES else {}
    return (given.get("csrf_token") or [""])[0], again
