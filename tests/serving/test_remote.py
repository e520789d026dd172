"""What travels between the services: nothing is lost on the way, and no pickle is let in."""

import asyncio
import io
import json
import socket
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from phivet.cases.categories import Category
from phivet.cases.coverage import Unread
from phivet.cases.errors import UnreadableError
from phivet.cases.known import Known, KnownValue
from phivet.models.hits import Hit
from phivet.models.notes import Notes
from phivet.serving import remote
from phivet.serving.remote import Behind, NoPickles, RemoteNotes, RemoteOcr, answered, packed, unpacked

KNOWN = Known(frozenset({KnownValue(Category.NAME, "Zzyzxova^Anna")}))


class Local(Behind):
    """A service behind this one that is in this very process; what it is sent goes through JSON all the same."""

    def __init__(self) -> None:
        pass

    def ask(self, path: str, **content: Any) -> Any:
        questions = json.loads(json.dumps(content["json"]))["questions"]
        return json.loads(json.dumps([answered(Notes(), question) for question in questions]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "Seen with Zzyzxova today, NHI ZZZ0016, call +64 21 555 0123.",
        "Normal chest. T2 3.0T.",
        "مريم 1980/02/03",
    ],
)
def test_the_same_is_found_over_the_socket_as_here(text: str) -> None:
    hits: list[Hit] = Notes().find(text, KNOWN)
    assert RemoteNotes(Local()).find(text, KNOWN) == hits
    assert ("Zzyzxova" in text or "مريم" in text) == any(hit.category is Category.NAME for hit in hits)


@pytest.mark.parametrize(
    ("raised", "reason"),
    [(UnreadableError(Unread.LANGUAGE), Unread.LANGUAGE), (ZeroDivisionError("Zzyzxova"), Unread.CRASH)],
)
def test_a_text_that_cannot_be_judged_says_why_and_harms_no_other_of_its_batch(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, raised: Exception, reason: Unread
) -> None:
    def refuse(*_: object) -> list[Hit]:
        raise raised

    monkeypatch.setattr(Notes, "find", refuse)
    with pytest.raises(UnreadableError) as error:
        RemoteNotes(Local()).find("text", KNOWN)
    assert error.value.reason is reason and "Zzyzxova" not in caplog.text


@pytest.mark.parametrize("shape", [(3, 5), (4, 7, 3)])
def test_a_picture_arrives_as_it_was_sent(shape: tuple[int, ...]) -> None:
    view = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    for sent in (view, view[:, ::-1]):
        got, other = unpacked(packed([sent, view[:1]]))
        assert np.array_equal(other, view[:1])
        assert got.dtype == np.uint8 and np.array_equal(got, sent)


def test_a_picture_that_is_a_pickle_is_not_opened() -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle"):
        unpacked(buffer.getvalue())


def test_a_service_that_is_not_there_costs_the_part_not_the_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "RESTARTED_WITHIN", 0.1)
    with closing(Behind("tcp://127.0.0.1:9", 1.0)) as behind:
        assert not behind.is_there()
        with pytest.raises(UnreadableError) as error:
            RemoteOcr(behind).find(np.zeros((9, 9), np.uint8))
    assert error.value.reason is Unread.CRASH


@pytest.mark.parametrize(("deaths", "found"), [(1, True), (2, False)])
def test_a_service_that_dies_is_asked_once_more_when_it_is_back(deaths: int, found: bool) -> None:
    left = [deaths]

    class Dying(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            left[0] -= 1
            if left[0] >= 0:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'[["words", 0.5]]')

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Dying) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            with closing(Behind(f"tcp://127.0.0.1:{server.server_port}", 5.0)) as behind:
                ocr = RemoteOcr(behind)
                if found:
                    assert ocr.read([np.zeros((9, 9), np.uint8)]) == [("words", 0.5)]
                else:
                    with pytest.raises(UnreadableError, match="crash"):
                        ocr.read([np.zeros((9, 9), np.uint8)])
        finally:
            server.shutdown()
            thread.join()


def test_a_service_that_does_not_answer_is_a_time_out(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "s"))
        silent.listen()
        with closing(Behind((tmp_path / "s").as_uri(), 0.1)) as behind, pytest.raises(UnreadableError) as error:
            RemoteNotes(behind).find("text", KNOWN)
    assert error.value.reason is Unread.TIME_OUT


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        (b"application/vnd.bentoml+pickle", 415),
        (b"Application/VND.bentoml+pickle; x=y", 415),
        (b"application/json", 200),
    ],
)
def test_a_pickle_is_refused_before_bentoml_sees_it(content_type: bytes, status: int) -> None:
    statuses = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})

    async def send(message: Any) -> None:
        statuses.append(message.get("status"))

    asyncio.run(NoPickles(app)({"type": "http", "headers": [(b"content-type", content_type)]}, None, send))
    assert statuses[0] == status
