"""The two addresses of the log-in by an OpenID provider: the way there, and the way back."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from phivet.serving import log_in, oidc
from phivet.serving.cases_api import Held
from phivet.serving.oidc import STATE_COOKIE, Provider
from phivet.serving.problems import ProblemError

router = APIRouter(prefix="/review/oidc", include_in_schema=False)


def provider_of(request: Request, custody: Held) -> Provider:
    """The operator's provider, asked once. Raises `ProblemError` when there is none."""
    if not custody.settings.oidc_issuer:
        raise ProblemError("not-found", "There is no OpenID provider: log in by password.")
    known: Provider | None = getattr(request.app.state, "oidc_provider", None)
    if known is None:
        with oidc.client() as client:
            known = request.app.state.oidc_provider = Provider.read(custody.settings.oidc_issuer, client)
    return known


def back_of(request: Request) -> str:
    """The address to which the provider sends the browser."""
    return str(request.url_for("come_back"))


@router.get("")
def go_there(request: Request, custody: Held) -> RedirectResponse:
    """To the provider, with a secret that only this browser has."""
    url, cookie = oidc.begin(custody, provider_of(request, custody), back_of(request))
    answer = RedirectResponse(url, 303)
    secure = request.url.scheme == "https"
    answer.set_cookie(
        STATE_COOKIE,
        cookie,
        max_age=60 * oidc.MINUTES,
        path=router.prefix,
        httponly=True,
        samesite="lax",
        secure=secure,
    )
    return answer


@router.get("/callback")
def come_back(request: Request, custody: Held, state: str = "", code: str = "") -> RedirectResponse:
    """Into the console, if the provider says who it is and he is somebody here."""
    known = provider_of(request, custody)
    cookie = request.cookies.get(STATE_COOKIE, "")
    with oidc.client() as client:
        entry = oidc.finish(custody, known, client, back_of(request), cookie, state, code)
    answer = RedirectResponse("/review", 303)
    log_in.set_cookie(answer, request, entry)
    answer.delete_cookie(STATE_COOKIE, path=router.prefix)
    return answer
