"""Log-in by an OpenID provider: only whom it vouches for, now and to us, and who is somebody here."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from phivet.serving import access, oidc, users
from phivet.serving.access import Role
from phivet.serving.custody import Custody
from phivet.serving.problems import ProblemError
from tests.serving.conftest import custody_of

ISSUER, CLIENT, BACK = "https://id.example", "phivet", "https://console.example/review/oidc/callback"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
Change = Callable[[dict[str, Any]], object]


class Provided:
    """A provider that vouches for `told`, signed by `key`."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {}
        self.key: Any = KEY
        self.kid, self.public = "1", KEY.public_key()
        self.asked: dict[str, list[str]] = {}

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
            return httpx.Response(200, json={"issuer": ISSUER} | {key: ISSUER + path for key, path in ends.items()})
        if request.url.path == "/keys":
            public = RSAAlgorithm.to_jwk(self.public, as_dict=True)
            return httpx.Response(200, json={"keys": [{**public, "kid": self.kid, "alg": "RS256"}]})
        self.asked = parse_qs(request.content.decode())
        return httpx.Response(
            200, json={"id_token": jwt.encode(self.told, self.key, "RS256", headers={"kid": self.kid})}
        )


@pytest.fixture
def custody(tmp_path: Any) -> Any:
    custody = custody_of(tmp_path / "data", oidc_issuer=ISSUER, oidc_client=CLIENT, oidc_secret="s")  # noqa: S106
    with custody.store.begin() as session:
        users.add(
            custody, session, "test", "amira", [Role.MODERATOR], ["north"], subject=users.vouched(ISSUER, "sub-1")
        )
    yield custody
    custody.close()


def logged_in(
    custody: Custody,
    change: Change = lambda told: None,
    key: Any = KEY,
    state: str | None = None,
    provided: Provided | None = None,
    provider: oidc.Provider | None = None,
) -> Any:
    provided = provided or Provided()
    with provided.client() as client:
        provider = provider or oidc.Provider.read(ISSUER, client)
        url, cookie = oidc.begin(custody, provider, BACK)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        now = time.time()
        provided.told = {
            "iss": ISSUER, "aud": CLIENT, "sub": "sub-1", "iat": now, "exp": now + 60, "nonce": asked["nonce"],
        }  # fmt: skip
        change(provided.told)
        provided.key = key
        entry = oidc.finish(custody, provider, client, BACK, cookie, state or asked["state"], "code")
    assert provided.asked["code"] == ["code"] and provided.asked["redirect_uri"] == [BACK]
    assert asked["code_challenge_method"] == "S256" and provided.asked["code_verifier"][0] not in url + cookie
    return entry


def test_who_is_vouched_for_and_known_is_let_in(custody: Custody) -> None:
    entry = logged_in(custody)
    with custody.store.read() as session:
        who = access.by_cookie(session, entry.cookie)
    assert who is not None and (who.name, who.roles) == ("amira", {Role.MODERATOR})


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.update(sub="sub-2"),
        lambda told: told.update(aud="another"),
        lambda told: told.update(iss="https://evil.example"),
        lambda told: told.update(exp=time.time() - 60),
        lambda told: told.update(nonce="another"),
        lambda told: told.pop("nonce"),
        lambda told: told.pop("exp"),
    ],
)
def test_who_is_not_vouched_for_now_and_to_us_is_refused(custody: Custody, change: Change) -> None:
    with pytest.raises(ProblemError, match="log-in-refused"):
        logged_in(custody, change)


def test_a_key_that_the_provider_has_changed_is_asked_for(custody: Custody, monkeypatch: pytest.MonkeyPatch) -> None:
    provided = Provided()
    with provided.client() as client:
        provider = oidc.Provider.read(ISSUER, client)
    provided.kid, provided.public = "2", OTHER.public_key()
    with pytest.raises(ProblemError, match="log-in-refused"):  # it was asked just now
        logged_in(custody, key=OTHER, provided=provided, provider=provider)
    monkeypatch.setattr(oidc, "AGAIN", 0.0)
    assert logged_in(custody, key=OTHER, provided=provided, provider=provider).cookie
    with pytest.raises(ProblemError, match="log-in-refused"):
        logged_in(custody, key=KEY, provided=provided, provider=provider)


def test_who_has_the_same_name_at_another_provider_is_somebody_else(custody: Custody) -> None:
    with custody.store.begin() as session:
        users.named(session, "amira").subject = users.vouched("https://other.example", "sub-1")
    with pytest.raises(ProblemError, match="log-in-refused"):
        logged_in(custody)
    for issuer, subject in (("", "sub-1"), (ISSUER, "s" * 300)):
        with pytest.raises(users.UserError):
            users.vouched(issuer, subject)


def test_what_is_not_ascii_is_refused_like_all_that_is_forged(custody: Custody) -> None:
    with pytest.raises(ProblemError, match="log-in-refused"):
        logged_in(custody, state="ü")
    with pytest.raises(ProblemError, match="log-in-refused"):
        logged_in(custody, lambda told: told.update(nonce="ü"))
    with Provided().client() as client, pytest.raises(ProblemError, match="log-in-refused"):
        provider = oidc.Provider.read(ISSUER, client)
        oidc.finish(custody, provider, client, BACK, "forged.ü", "x", "code")


def test_another_key_another_browser_and_another_provider_are_refused(custody: Custody) -> None:
    with pytest.raises(ProblemError, match="log-in-refused"):
        logged_in(custody, key=OTHER)
    with pytest.raises(ProblemError, match="log-in-refused"):
        logged_in(custody, state="another")
    with Provided().client() as client, pytest.raises(ProblemError):
        oidc.Provider.read("https://evil.example", client)
    with Provided().client() as client, pytest.raises(ProblemError):
        provider = oidc.Provider.read(ISSUER, client)
        oidc.finish(custody, provider, client, BACK, "forged.0", "x", "code")
