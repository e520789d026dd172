"""The console's pages: how they are rendered, which headers they carry, and what a refusal looks like on them."""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from phivet.cases.report import Judged
from phivet.serving import page, words
from phivet.serving.access import Principal, Role
from phivet.serving.decisions import DecisionError
from phivet.serving.languages import Language, chosen, languages
from phivet.serving.problems import TITLES, ProblemError
from phivet.serving.review_words import files, masked

ROOT = "/review"
LANGUAGE, THEME = "phivet_language", "phivet_theme"
THEMES = ("auto", "light", "dark")
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
REFUSED = {
    "held": "Somebody else has this case in hand.",
    "not_yours": "This case is no longer in your hand: take it again.",
    "decided": "This case is decided already.",
    "late": "The minute is over: the decision can no longer be undone.",
    "still_blocks": "A finding that blocks is not judged wrong: the case cannot be published like this.",
    "unseen": "The case blocks: look at the evidence before it is published.",
    "own": "You were its first reader: another moderator has to read it.",
    "too_many": "There are too many marks on this case.",
}


class PageRoute(APIRoute):
    """A route whose refusals are pages, for people, and whose answers are never kept."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, with both."""
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                response = _choice(request) or await handler(request)
            except DecisionError as error:
                response = refusal(request, 409, "That did not work", REFUSED[error.kind])
            except ProblemError as error:
                status, title = TITLES[error.kind]
                response = refusal(request, status, title, error.detail)
                response.headers.update(error.headers or {})
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return answered


def _choice(request: Request) -> Response | None:
    """Where the query chooses a language or colours: the choice, kept in the browser, and the same page again."""
    allowed = {"language": (LANGUAGE, tuple(languages())), "theme": (THEME, THEMES)}
    asked = {name: value for name, value in request.query_params.items() if name in allowed}
    if request.method != "GET" or not asked:
        return None
    rest = request.url.remove_query_params(list(asked))
    response = RedirectResponse(rest.path + (f"?{rest.query}" if rest.query else ""), 303)
    for name, value in asked.items():
        cookie, values = allowed[name]
        if value in values:
            response.set_cookie(cookie, value, max_age=365 * 86_400, path=ROOT, httponly=True, samesite="lax")
    return response


def language_of(request: Request) -> Language:
    """The language of who asks."""
    return chosen(request.cookies.get(LANGUAGE), request.headers.get("accept-language"))


def rendered(request: Request, template: str, who: Principal | None, status: int = 200, **context: Any) -> HTMLResponse:
    """A page, or a piece of one, in the language and the colours of who asks."""
    language = language_of(request)
    theme = request.cookies.get(THEME, "auto")
    known: Mapping[str, Any] = {
        "root": ROOT,
        "language": language,
        "languages": list(languages().values()),
        "theme": theme if theme in THEMES else "auto",
        "person": person(who),
        "csrf": who.csrf if who else None,
        "page": "",
        "t": language.text,
        "n": language.count,
        "duration": language.duration,
        "files": lambda sources: files(sources, language),
    }
    return HTMLResponse(_environment().get_template(f"review/{template}").render({**known, **context}), status)


def refusal(request: Request, status: int, title: str, detail: str) -> Response:
    """A page that says why something was not done. A script gets the sentence alone."""
    text = language_of(request).text
    if "hx-request" in request.headers:
        return Response(text(detail), status, media_type="text/plain; charset=utf-8")
    return rendered(request, "problem.html", None, status, title=text(title), detail=text(detail))


def see(path: str) -> RedirectResponse:
    """On to another page, after something was done."""
    return RedirectResponse(ROOT + path, 303)


def person(who: Principal | None) -> dict[str, Any] | None:
    """What the bar on top says of who is logged in."""
    if who is None:
        return None
    counts = bool(who.roles & {Role.MODERATOR, Role.ENGINEER, Role.ADMIN})
    return {"name": who.name, "looks": Role.MODERATOR in who.roles, "counts": counts}


def shares(findings: Iterable[Judged], ids: Iterable[str]) -> bool:
    """Whether one of the findings is among `ids`."""
    wanted = set(ids)
    return bool(wanted) and any(judged.id in wanted for judged in findings)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=page.visible,
    )
    environment.globals.update(
        words=words,
        score=lambda value: Markup('<bdi dir="ltr">{}</bdi>').format(words.score(value)),
        masked=masked,
        worst=page.worst,
        categories=page.categories,
        shares=shares,
    )
    return environment
