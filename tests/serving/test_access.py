"""Who may do what: nothing answers to a stranger, and to a user only what his role includes."""

import re
import time
import warnings
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import update
from starlette.routing import BaseRoute, Mount, Route

from phivet.serving import access, api, log_in, tables, users
from phivet.serving.access import Role
from phivet.serving.custody import Custody
from phivet.serving.settings import Settings
from phivet.serving.users import UserError
from tests.serving.conftest import principal

with warnings.catch_warnings():  # that it would rather have another HTTP client
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PASSWORD = "correct horse battery"  # noqa: S105
HERE = "http://127.0.0.1"


def app_of(custody: Custody) -> FastAPI:
    return api.create_app(Settings(), (), custody)


def token_of(custody: Custody, name: str, *roles: Role) -> dict[str, str]:
    principal(custody, name, *roles)
    with custody.store.begin() as session:
        return {"Authorization": f"Bearer {users.add_token(custody, session, 'test', name)}"}


def addresses(routes: list[BaseRoute], prefix: str = "") -> list[tuple[str, str]]:
    """Every method and path, parameters filled in."""
    found = []
    for route in routes:
        if isinstance(route, Mount):
            found += addresses(list(route.routes), prefix + route.path) or [("GET", f"{prefix}{route.path}/x")]
        elif isinstance(route, APIRoute | Route):
            path = re.sub(r"{[^}]*}", "1", prefix + route.path)
            found += [(method, path) for method in sorted(route.methods or ())]
        elif hasattr(route, "effective_route_contexts"):  # a router that was included
            for each in route.effective_route_contexts():
                found += [(method, re.sub(r"{[^}]*}", "1", each.path)) for method in sorted(each.methods or ())]
    return found


def flat(app: FastAPI) -> list[tuple[str, str]]:
    return addresses(list(app.routes))


def test_no_address_but_the_public_ones_answers_to_a_stranger(custody: Custody) -> None:
    app = app_of(custody)
    walked = flat(app)
    assert len(walked) > 40 and ("PUT", "/v1/cases/1") in walked and ("GET", "/metrics") in walked
    assert any(path.startswith("/review/") for _, path in walked)
    open_to_all = set()
    wrong: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer phivet_x"},
        {"Authorization": "Basic YTpi"},
        {"Cookie": f"{access.COOKIE}=x"},
    ]
    with TestClient(app, base_url=HERE, follow_redirects=False) as client:
        for method, path in [*walked, ("GET", "/nothing"), ("GET", "/review/static/../../v1/policies")]:
            for headers in wrong:
                answer = client.request(method, path, headers=headers)
                to_log_in = answer.status_code == 303 and answer.headers["location"] == access.LOG_IN
                if answer.status_code != 401 and not to_log_in:
                    open_to_all.add(path)
    assert all(path in access.PUBLIC or path.startswith(access.STATIC) for path in open_to_all), open_to_all


def test_every_address_of_the_api_asks_for_a_role(custody: Custody) -> None:
    """Whatever is below /v1/cases is for platforms, the rest for whom it says; nobody gets it by another role."""
    app = app_of(custody)
    for_all = {"/v1/policies", "/v1/schema", "/v1/version", "/v1/docs", "/v1/openapi.json", "/docs.json", "/"}
    for_all |= {"/review/login"}
    allowed: dict[str, set[str]] = {}
    tokens = {role: token_of(custody, f"u-{role}", role) for role in Role}
    with TestClient(app, base_url=HERE, follow_redirects=False, raise_server_exceptions=False) as client:
        for method, path in flat(app):
            if path in for_all or path.startswith("/review") or method == "HEAD":
                continue
            for role, headers in tokens.items():
                if client.request(method, path, headers=headers).status_code != 403:
                    allowed.setdefault(path, set()).add(role)
    platform = {path for path, roles in allowed.items() if roles == {"platform"}}
    assert {path for path in allowed if path.startswith(("/v1/cases", "/v1/scan", "/v1/uploaders"))} <= platform
    rest = {path: roles for path, roles in allowed.items() if path not in platform}
    assert rest == {
        "/metrics": {"engineer", "admin"},
        "/v1/backlog": {"engineer", "admin"},
        "/v1/audit": {"auditor"},
        "/v1/rules": {"admin"},
        "/v1/rules/1/1": {"admin"},
    }


def test_a_token_ends_when_it_is_revoked_or_over_or_its_user_is_not_active(any_custody: Custody) -> None:
    with TestClient(app_of(any_custody), base_url=HERE) as client:
        headers = token_of(any_custody, "a")
        assert client.get("/v1/policies", headers=headers).status_code == 200
        for change in (
            update(tables.Token).values(expires_at=time.time() - 1),
            update(tables.Token).values(expires_at=None, revoked_at=1.0),
            update(tables.User).values(active=False),
        ):
            with any_custody.store.begin() as session:
                session.execute(change)
            assert client.get("/v1/policies", headers=headers).status_code == 401
            with any_custody.store.begin() as session:
                session.execute(update(tables.Token).values(expires_at=None, revoked_at=None))
                session.execute(update(tables.User).values(active=True))
        with any_custody.store.begin() as session:
            assert users.revoke(any_custody, session, "test", "a") == 1
        assert client.get("/v1/policies", headers=headers).status_code == 401


def moderator(custody: Custody, name: str = "amira") -> None:
    with custody.store.begin() as session:
        users.add(custody, session, "test", name, [Role.MODERATOR], ["north"], PASSWORD)


def test_neither_passwords_nor_tokens_are_kept_in_plain_text(custody: Custody) -> None:
    moderator(custody)
    headers = token_of(custody, "amira")
    entry = log_in.log_in(custody, "amira", PASSWORD, "127.0.0.1")
    held = b"".join(path.read_bytes() for path in custody.settings.folder.rglob("*") if path.is_file())
    for secret in (PASSWORD, headers["Authorization"][7:], entry.cookie):
        assert secret.encode() not in held and secret not in repr(entry)


def test_a_session_needs_its_token_against_forged_requests(custody: Custody) -> None:
    moderator(custody)
    with custody.store.begin() as session:
        users.named(session, "amira").roles = ["moderator", "platform", "admin"]
    entry = log_in.log_in(custody, "amira", PASSWORD, "127.0.0.1")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    with TestClient(app_of(custody), base_url=HERE, cookies={access.COOKIE: entry.cookie}) as client:
        assert client.get("/v1/policies").status_code == 200
        asked: dict[str, Any] = {
            "json": {"purge_days": 1, "consents": True, "second_reader": False, "retraining": False}
        }
        path = "/v1/rules/casect/north"
        assert client.put(path, **asked).status_code == 403
        assert client.put(path, **asked, headers={"X-CSRF-Token": "x"}).status_code == 403
        assert client.put(path, **asked, headers={"X-CSRF-Token": entry.csrf}).status_code == 200
        assert client.put(path, content=f"csrf_token={entry.csrf}", headers=form).status_code == 422
        assert client.put(path, content="csrf_token=x", headers=form).status_code == 403
        assert client.put(path, content=b"x" * 300_000, headers=form).status_code == 403


def test_a_session_ends(custody: Custody) -> None:
    moderator(custody)
    entry = log_in.log_in(custody, "amira", PASSWORD, "127.0.0.1")
    with custody.store.read() as session:
        assert access.by_cookie(session, entry.cookie) and not access.by_cookie(session, entry.csrf)
    with custody.store.begin() as session:
        session.execute(update(tables.Session).values(expires_at=time.time() - 1))
    with custody.store.read() as session:
        assert access.by_cookie(session, entry.cookie) is None


def refusal(custody: Custody, name: str, guess: str = "not it", address: str = "10.0.0.1") -> str:
    with pytest.raises(access.ProblemError) as error:
        log_in.log_in(custody, name, guess, address)
    return error.value.kind


def test_guessing_is_slow_and_then_refused_for_a_while(any_custody: Custody, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(log_in.SCRYPT, "n", 2)
    monkeypatch.setattr(log_in, "NOBODY", log_in.hashed("x"))
    moderator(any_custody)
    assert [refusal(any_custody, "amira") for _ in range(5)] == ["log-in-refused"] * 5
    assert refusal(any_custody, "amira", PASSWORD) == "too-many-log-ins"
    assert log_in.log_in(any_custody, "amira", PASSWORD, "10.0.0.2").cookie
    assert {refusal(any_custody, f"n-{number}") for number in range(25)} == {"log-in-refused"}
    assert refusal(any_custody, "n-99") == "too-many-log-ins"
    with any_custody.store.begin() as session:
        session.execute(update(tables.LoginFailure).values(at=time.time() - log_in.WINDOW - 1))
    assert log_in.log_in(any_custody, "amira", PASSWORD, "10.0.0.1").cookie


def test_the_cookie_is_out_of_reach_of_scripts_and_of_plain_http() -> None:
    from starlette.requests import Request
    from starlette.responses import Response

    entry = log_in.Entry("a", "b", 60)
    for host, scheme, secure in (
        ("127.0.0.1", "http", False),
        ("console.example", "http", True),
        ("127.0.0.1", "https", True),
    ):
        scope = {"type": "http", "scheme": scheme, "path": "/", "headers": [(b"host", host.encode())]}
        response = Response()
        log_in.set_cookie(response, Request(scope), entry)
        cookie = response.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=lax" in cookie and ("secure" in cookie) is secure


def test_a_user_that_makes_no_sense_is_refused(custody: Custody) -> None:
    for name, roles, password in (("a b", [Role.ADMIN], None), ("a", [], None), ("a", [Role.ADMIN], "short")):
        with pytest.raises(UserError), custody.store.begin() as session:
            users.add(custody, session, "test", name, roles, password=password)
    moderator(custody)
    with pytest.raises(UserError, match="there is a user"):
        moderator(custody)


def test_the_first_start_makes_one_user_who_may_do_everything_and_the_second_none(any_custody: Custody) -> None:
    made = users.first(any_custody)
    assert made is not None and users.first(any_custody) is None
    with any_custody.store.read() as session:
        who = access.by_token(session, made[0])
    assert who is not None and who.roles == set(Role) and who.sees("anywhere")
    assert log_in.log_in(any_custody, users.FIRST, made[1], "127.0.0.1").csrf
