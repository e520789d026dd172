"""The console's door: log in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from phivet.serving import log_in as door
from phivet.serving.access import Principal, Role, custody_of, requires
from phivet.serving.problems import ProblemError
from phivet.serving.review_pages import PageRoute, language_of, rendered, see

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Text = Annotated[str, Form(max_length=256)]
Anybody = Annotated[Principal, Depends(requires(*Role))]


@router.get("/login")
def ask(request: Request) -> Response:
    """The form."""
    return rendered(request, "login.html", None, wrong="")


@router.post("/login")
def log_in(request: Request, name: Text, password: Text) -> Response:
    """In, or the form once more with the reason."""
    address = request.client.host if request.client else ""
    try:
        entry = door.log_in(custody_of(request), name, password, address)
    except ProblemError as error:
        wrong = {
            "log-in-refused": "The name or the password is wrong.",
            "too-many-log-ins": "Too many tries: wait a few minutes.",
        }
        text = language_of(request).text(wrong.get(error.kind, error.detail))
        response: Response = rendered(request, "login.html", None, 401, wrong=text)
        response.headers.update(error.headers or {})
        return response
    response = see("/")
    door.set_cookie(response, request, entry)
    return response


@router.post("/logout")
def log_out(request: Request, who: Anybody) -> Response:
    """Out."""
    response = see("/login")
    door.log_out(custody_of(request), request, response)
    return response
