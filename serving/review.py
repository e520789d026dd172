"""The moderators' console: server-rendered pages below /review, one router an area.

    review_session   log in and out               review_case      a case and its pictures, blurred until asked for
    review_queue     what waits, and for whom     review_acts      take, judge, mark, decide, undo
    review_figures   the dashboard

`review_pages` renders, `review_open` holds the cases that are open, `review_view` and `review_words` say what is seen.
No page loads anything from another host, and none has a script or a style of its own (`review_pages.HEADERS`).
"""

from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles

from phivet.serving import review_acts, review_case, review_figures, review_queue, review_session
from phivet.serving.review_pages import ROOT

STATIC = Path(__file__).parent / "static"
AREAS = (review_session, review_queue, review_figures, review_case, review_acts)


def add_review(app: FastAPI) -> None:
    """Let `app` answer below /review. Its `state.custody` is needed once somebody asks."""
    below = APIRouter(prefix=ROOT)
    for area in AREAS:
        below.include_router(area.router)
    app.include_router(below)
    app.mount(f"{ROOT}/static", StaticFiles(directory=STATIC))
