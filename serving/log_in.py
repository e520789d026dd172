"""Log-in to the console: passwords (scrypt), sessions, and a limit on guesses."""

import base64
import hashlib
import hmac
import ipaddress
import secrets
import time
from dataclasses import dataclass, field

from sqlalchemy import delete, func, select
from starlette.requests import Request
from starlette.responses import Response

from phivet.serving import tables
from phivet.serving.access import COOKIE, cookie_of, digest
from phivet.serving.custody import Custody
from phivet.serving.problems import ProblemError

SECONDS = 12 * 3_600
"""After which one has to log in again."""
WINDOW = 15 * 60
"""Seconds for which a failed log-in counts."""
GUESSES = {"both": 5, "address": 30, "name": 50}
"""Failed log-ins within the window: of a name from an address, from one address, of one name from anywhere."""
SCRYPT = {"n": 2**15, "r": 8, "p": 1, "maxmem": 64 * 2**20, "dklen": 32}
SHORTEST = 12


@dataclass(frozen=True)
class Entry:
    """A session that was begun: the cookie's secret, the token against forged requests, how long it lasts."""

    cookie: str = field(repr=False)
    csrf: str = field(repr=False)
    seconds: int


def hashed(password: str) -> str:
    """What is kept of a password."""
    salt = secrets.token_bytes(16)
    return f"scrypt {base64.b64encode(salt).decode()} {base64.b64encode(_scrypt(password, salt)).decode()}"


def matches(password: str, kept: str) -> bool:
    """Whether it is the password of which `kept` was kept."""
    _, salt, hash_ = kept.split()
    return hmac.compare_digest(_scrypt(password, base64.b64decode(salt)), base64.b64decode(hash_))


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "replace"), salt=salt, **SCRYPT)


NOBODY = hashed(secrets.token_hex())
"""Compared with when there is no such user, so that the time of the answer does not tell."""


def log_in(custody: Custody, name: str, password: str, address: str) -> Entry:
    """Begin a session. Raises `ProblemError`: `log-in-refused`, or `too-many-log-ins` with `Retry-After`."""
    whom = _whom(custody, name, address)
    with custody.store.read() as session:
        _check_guesses(custody, whom)
        user = session.scalars(select(tables.User).where(tables.User.name == name)).one_or_none()
    kept = user.password if user and user.active and user.password else NOBODY
    if not matches(password, kept) or user is None or kept is NOBODY:
        with custody.store.begin() as session:
            session.execute(delete(tables.LoginFailure).where(tables.LoginFailure.at < time.time() - WINDOW))
            session.add_all(tables.LoginFailure(whom=each) for each in whom.values())
            custody.audit.write(session, "nobody", "log-in refused")
        raise ProblemError("log-in-refused", "Try again, or ask an administrator.")
    return begin(custody, user, "password")


def begin(custody: Custody, user: tables.User, by: str) -> Entry:
    """Begin a session of a user who has proved who he is."""
    entry = Entry(secrets.token_urlsafe(32), secrets.token_urlsafe(32), SECONDS)
    now = time.time()
    with custody.store.begin() as session:
        session.execute(delete(tables.Session).where(tables.Session.expires_at < now))
        session.add(
            tables.Session(digest=digest(entry.cookie), user_id=user.id, csrf=entry.csrf, expires_at=now + SECONDS)
        )
        custody.audit.write(session, user.name, "logged in", user.name, by=by)
    return entry


def set_cookie(response: Response, request: Request, entry: Entry) -> None:
    """Give the browser its session; over plain HTTP on this machine alone."""
    secure = request.url.scheme == "https" or not _is_here(request.url.hostname or "")
    response.set_cookie(
        COOKIE, entry.cookie, max_age=entry.seconds, path="/", httponly=True, samesite="lax", secure=secure
    )


def log_out(custody: Custody, request: Request, response: Response) -> None:
    """End the session, here and in the browser."""
    cookie = cookie_of(request.headers)
    if cookie:
        with custody.store.begin() as session:
            found = session.get(tables.Session, digest(cookie))
            if found:
                custody.audit.write(session, found.user.name, "logged out", found.user.name)
                session.delete(found)
    response.delete_cookie(COOKIE, path="/")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _whom(custody: Custody, name: str, address: str) -> dict[str, str]:
    key = custody.keys.derived("log-in")
    told = {"both": f"{name}\0{address}", "address": f"\0{address}", "name": name}
    return {kind: hmac.new(key, f"{kind}\0{text}".encode(), "sha256").hexdigest() for kind, text in told.items()}


def _check_guesses(custody: Custody, whom: dict[str, str]) -> None:
    since = time.time() - WINDOW
    with custody.store.read() as session:
        for kind, key in whom.items():
            counted = select(func.count(), func.min(tables.LoginFailure.at)).where(
                tables.LoginFailure.whom == key, tables.LoginFailure.at > since
            )
            number, first = session.execute(counted).one()
            if number >= GUESSES[kind]:
                wait = max(1, int(first + WINDOW - time.time()) + 1)
                raise ProblemError("too-many-log-ins", "Wait a while.", headers={"Retry-After": str(wait)})
