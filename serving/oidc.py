"""Log-in by an OpenID provider: authorization code with PKCE (OpenID Connect Core 1.0, RFC 7636).

The operator names the provider (PHIVET_OIDC_ISSUER), what this service is called there (PHIVET_OIDC_CLIENT) and its
secret (PHIVET_OIDC_SECRET), and says whose subject is which user: `phivet user add NAME --role ROLE --oidc SUBJECT`.
Who is nobody here is refused, whatever the provider says of him; roles are given here, not there. The provider is the
only host that this service asks of its own accord, and only when it is named.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
from sqlalchemy import select

from phivet.serving import log_in, tables
from phivet.serving.custody import Custody
from phivet.serving.log_in import Entry
from phivet.serving.problems import ProblemError

STATE_COOKIE = "phivet_oidc"
MINUTES = 10
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
LEEWAY = 30
AGAIN = 60.0
"""Seconds between two looks at the provider's keys, so that forged tokens do not make us ask all the time."""


@dataclass
class Provider:
    """What a provider says of itself: its addresses and its keys, which it changes now and then."""

    issuer: str
    authorize: str
    token: str
    keys_at: str
    keys: dict[str, Any] = field(repr=False)
    read_at: float = field(default_factory=time.monotonic)

    @classmethod
    def read(cls, issuer: str, client: httpx.Client) -> "Provider":
        """From its well-known address. Raises `ProblemError` when it cannot be reached or is another."""
        told = _answer(client.get, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if told.get("issuer") != issuer:
            raise _refused()
        keys = _answer(client.get, told["jwks_uri"])
        return cls(issuer, told["authorization_endpoint"], told["token_endpoint"], told["jwks_uri"], keys)

    def key(self, kid: str | None, client: httpx.Client) -> Any:
        """The key of this id, for which the provider is asked again if it is new. Raises `ProblemError`, `PyJWTError`.

        None without an id: its only key, or its first.
        """
        found = self._known(kid)
        if found is None and time.monotonic() > self.read_at + AGAIN:
            self.read_at = time.monotonic()
            self.keys = _answer(client.get, self.keys_at)
            found = self._known(kid)
        if found is None:
            raise _refused()
        return found

    def _known(self, kid: str | None) -> Any:
        keys = jwt.PyJWKSet.from_dict(self.keys).keys
        return next((each for each in keys if kid is None or each.key_id == kid), None)


def client() -> httpx.Client:
    """What the provider is asked with."""
    return httpx.Client(timeout=10.0, trust_env=False, follow_redirects=False)


def begin(custody: Custody, provider: Provider, back: str) -> tuple[str, str]:
    """Where to send the browser, and the cookie that it must bring back; `back` is the address it comes back to."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": custody.settings.oidc_client,
        "redirect_uri": back,
        "scope": "openid",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    told = json.dumps([state, nonce, verifier, time.time() + 60 * MINUTES])
    return f"{provider.authorize}?{urlencode(asked)}", _signed(custody, told)


def finish(
    custody: Custody, provider: Provider, client: httpx.Client, back: str, cookie: str, state: str, code: str
) -> Entry:
    """The session of whom the provider has sent back. Raises `ProblemError` (`log-in-refused`)."""
    expected, nonce, verifier, until = json.loads(_opened(custody, cookie))
    if not _same(expected, state) or until < time.time():
        raise _refused()
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": verifier,
        "client_id": custody.settings.oidc_client,
    }
    auth = (custody.settings.oidc_client, custody.settings.oidc_secret) if custody.settings.oidc_secret else None
    answer = _answer(client.post, provider.token, data=sent, **({"auth": auth} if auth else {}))
    subject = _subject(custody, provider, client, str(answer.get("id_token", "")), nonce)
    with custody.store.read() as session:
        vouched = f"{provider.issuer} {subject}"
        wanted = select(tables.User).where(tables.User.subject == vouched, tables.User.active.is_(True))
        user = session.scalars(wanted).one_or_none()
    if user is None:
        with custody.store.begin() as session:
            custody.audit.write(session, "nobody", "log-in refused", by="oidc")
        raise _refused()
    return log_in.begin(custody, user, "oidc")


def _subject(custody: Custody, provider: Provider, client: httpx.Client, token: str, nonce: str) -> str:
    """Whom the provider's token is about. Raises `ProblemError` unless it is whole, ours and of now."""
    try:
        key = provider.key(jwt.get_unverified_header(token).get("kid"), client)
        told = jwt.decode(
            token,
            key,
            algorithms=list(ALGORITHMS),
            audience=custody.settings.oidc_client,
            issuer=provider.issuer,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "sub", "aud", "iss", "nonce"]},
        )
    except jwt.PyJWTError:
        raise _refused() from None
    if not _same(str(told["nonce"]), nonce):
        raise _refused()
    return str(told["sub"])


def _answer(ask: Any, url: str, **content: Any) -> dict[str, Any]:
    try:
        told = ask(url, **content).raise_for_status().json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        raise _refused() from None
    if not isinstance(told, dict):
        raise _refused()
    return told


def _signed(custody: Custody, text: str) -> str:
    body = base64.urlsafe_b64encode(text.encode()).decode()
    return f"{body}.{hmac.new(custody.keys.derived('oidc'), body.encode(), 'sha256').hexdigest()}"


def _opened(custody: Custody, cookie: str) -> str:
    body, _, mac = cookie.rpartition(".")
    expected = hmac.new(custody.keys.derived("oidc"), body.encode(), "sha256").hexdigest()
    if not _same(expected, mac):
        raise _refused()
    return base64.urlsafe_b64decode(body).decode()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def _refused() -> ProblemError:
    return ProblemError("log-in-refused", "Log in again, or ask an administrator.")
