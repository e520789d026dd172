"""The detectors' heavy parts, asked for over a socket: plain JSON and NumPy's own format travel, never a pickle.

What is asked holds patient data. It is sent in the body of a request over a socket in a folder that is ours alone,
and appears in no address, log or figure.
"""

import io
import logging
import re
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import numpy as np

from phivet.cases.categories import Category
from phivet.cases.coverage import Unread
from phivet.cases.errors import UnreadableError
from phivet.cases.findings import Reason
from phivet.cases.known import Known, KnownValue
from phivet.cases.parts import View
from phivet.models.burned_in_map import TextBox
from phivet.models.burned_in_text import BurnedInText
from phivet.models.detector import Detector
from phivet.models.faces import Faces
from phivet.models.headers import Headers
from phivet.models.hits import Hit
from phivet.models.notes import Notes

logger = logging.getLogger("phivet.service")

Row = list[Any]
KEPT_ALIVE = 2.0
"""Seconds for which an idle connection is used again; the server hangs up after 5."""
RESTARTED_WITHIN = 60.0
"""Seconds after which a service that died is up again: the supervisor looks every 10, EasyOCR loads in 10 more."""
DIED = (httpx.NetworkError, httpx.RemoteProtocolError)
BYTES = {"Content-Type": "application/octet-stream"}
PICKLE = b"application/vnd.bentoml+pickle"


class Behind:
    """A service behind this one, reached through the socket that BentoML made for it. Usable from any thread."""

    def __init__(self, url: str, timeout: float) -> None:
        parts = urlsplit(url)
        path = unquote(parts.path) if parts.scheme == "file" else None
        self._http = httpx.Client(
            base_url="http://localhost" if path else f"http://{parts.netloc}",
            transport=httpx.HTTPTransport(uds=path, limits=httpx.Limits(keepalive_expiry=KEPT_ALIVE)),
            timeout=timeout,
        )

    def ask(self, path: str, **content: Any) -> Any:
        """The answer to what is posted to `path`. Raises `UnreadableError` when none comes.

        A service that dies is started again, and is then asked once more: it may have died of another case.
        """
        try:
            return self._answer(path, content)
        except DIED:
            self._await()
        try:
            return self._answer(path, content)
        except DIED:
            raise UnreadableError(Unread.CRASH) from None

    def _answer(self, path: str, content: dict[str, Any]) -> Any:
        try:
            return self._http.post(path, **content).raise_for_status().json()
        except httpx.TimeoutException:
            raise UnreadableError(Unread.TIME_OUT) from None
        except (httpx.HTTPStatusError, ValueError):
            raise UnreadableError(Unread.CRASH) from None

    def _await(self) -> None:
        end = time.monotonic() + RESTARTED_WITHIN
        while not self.is_there() and time.monotonic() < end:
            time.sleep(0.2)

    def is_there(self) -> bool:
        """Whether it answers within 5 seconds."""
        try:
            return self._http.get("/readyz", timeout=5.0).is_success
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        """Hang up."""
        self._http.close()


class RemoteNotes(Notes):
    """Finds what `Notes` finds, in the service behind."""

    def __init__(self, service: Behind) -> None:
        super().__init__()
        self._service = service

    def find(self, text: str, known: Known) -> list[Hit]:
        """As `Notes.find`. Raises `UnreadableError`."""
        if not text.strip():
            return []
        return hits_of(self._service.ask("/find", json={"questions": [question_of(text, known)]})[0])


class RemoteOcr:
    """Finds the text that `models.ocr.find_text` finds, and reads as `read_lines`, in the service behind."""

    def __init__(self, service: Behind) -> None:
        self._service = service

    def find(self, view: View) -> list[TextBox]:
        """As `find_text`. Raises `UnreadableError`."""
        return [TextBox(*row) for row in self._service.ask("/find", content=packed([view]), headers=BYTES)]

    def read(self, crops: Sequence[View]) -> list[tuple[str, float]]:
        """As `read_lines`. Raises `UnreadableError`."""
        if not crops:
            return []
        return [(text, sure) for text, sure in self._service.ask("/read", content=packed(crops), headers=BYTES)]


def remote_detectors(notes: Behind, ocr: Behind) -> list[Detector]:
    """The detectors, their heavy parts in the services behind."""
    texts, pictures = RemoteNotes(notes), RemoteOcr(ocr)
    return [Headers(texts), texts, BurnedInText(texts, pictures.find, pictures.read), Faces()]


def question_of(text: str, known: Known) -> Row:
    """What `Notes.find` is asked, as plain data."""
    values = sorted((value.category.value, value.text) for value in known.values)
    return [text, values, known.study_key.pattern, known.study_key.flags]


def answered(notes: Notes, question: Row) -> Row:
    """The answer to `question_of`, as plain data: the hits, or the reason why the text cannot be judged.

    Never raises: the question is one of a batch, in which other cases' questions stand too.
    """
    try:
        text, values, pattern, flags = question
        knowns = frozenset(KnownValue(Category(kind), value) for kind, value in values)
        hits = notes.find(text, Known(knowns, re.compile(pattern, flags)))
    except UnreadableError as error:
        return [error.reason.value]
    except Exception as error:  # noqa: BLE001 a text that kills a rule costs this text, not the batch
        logger.error("the notes detector failed with %s", type(error).__name__)
        return [Unread.CRASH.value]
    return [None, [[hit.category.value, hit.start, hit.end, hit.score, list(hit.reasons)] for hit in hits]]


def hits_of(answer: Row) -> list[Hit]:
    """The hits in what `answered` gave. Raises `UnreadableError`."""
    if answer[0] is not None:
        raise UnreadableError(Unread(answer[0]))
    return [
        Hit(Category(category), start, end, score, tuple(Reason(reason) for reason in reasons))
        for category, start, end, score, reasons in answer[1]
    ]


def packed(views: Sequence[View]) -> bytes:
    """Pictures in NumPy's format, one after the other: the shape of each, then its bytes."""
    buffer = io.BytesIO()
    for view in views:
        np.save(buffer, np.ascontiguousarray(view), allow_pickle=False)
    return buffer.getvalue()


def unpacked(content: bytes) -> list[View]:
    """The pictures that `packed` packed."""
    buffer, views = io.BytesIO(content), []
    while buffer.tell() < len(content):
        views.append(np.asarray(np.load(buffer, allow_pickle=False), dtype=np.uint8))
    return views


class NoPickles:
    """Refuses requests that carry a pickle, which BentoML would load: unpickling runs whatever code is in it."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass on what carries none."""
        if any(PICKLE in value.lower() for key, value in scope.get("headers", ()) if key == b"content-type"):
            await send({"type": "http.response.start", "status": 415, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await self.app(scope, receive, send)
