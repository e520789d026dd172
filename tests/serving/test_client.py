"""The client: sends what it is given, tries again when that may help, and says clearly when it does not."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from python_multipart.multipart import MultipartParser, parse_options_header

from phivet.serving.client import Client, ClientError

REPORT = {"schema": "phivet.report/1", "decision": "clear"}
BUSY = {"title": "All places for scans are taken", "detail": "Send the case again later.", "status": 429}
MARK = "Zzyzxova"


@dataclass
class Service:
    """A service that gives the answers it is told to, one by one, the last one for ever."""

    answers: list[tuple[int, Any]]
    seen: list[dict[str, list[bytes]]] = field(default_factory=list)
    """What each request held: the parts by their name, each file's name, NUL and its bytes."""

    def answer(self) -> tuple[int, Any]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def parts_of(content_type: str, body: bytes) -> dict[str, list[bytes]]:
    parts: dict[str, list[bytes]] = {}
    name, value, head = [b""], [b""], [b""]

    def headed() -> None:
        options = parse_options_header(head[0])[1]
        name[0], value[0] = options[b"name"], options[b"filename"] + b"\0" if b"filename" in options else b""

    def header(data: bytes, start: int, end: int) -> None:
        head[0] = data[start:end] if data[start:end].startswith(b"form-data") else head[0]

    def data(data: bytes, start: int, end: int) -> None:
        value[0] += data[start:end]

    ended = {"on_part_end": lambda: parts.setdefault(name[0].decode(), []).append(value[0])}
    boundary = parse_options_header(content_type)[1][b"boundary"]
    MultipartParser(
        boundary, {"on_header_value": header, "on_headers_finished": headed, "on_part_data": data, **ended}
    ).write(body)
    return parts


@contextmanager
def running(*answers: tuple[int, Any]) -> Iterator[tuple[Service, str]]:
    service = Service(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.seen.append(parts_of(self.headers["Content-Type"], body))
            self.reply()

        def reply(self) -> None:
            status, content = service.answer()
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 429:
                self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield service, f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def client_of(url: str, retries: int = 3) -> Client:
    return Client(url, timeout=5, retries=retries, pause=0.01)


def test_a_folder_is_sent_file_by_file_under_the_names_below_it(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    (folder / "series").mkdir(parents=True)
    (folder / "series" / "2.dcm").write_bytes(b"two")
    (folder / "series" / "1.dcm").write_bytes(b"")
    (folder / "note مريم.txt").write_bytes(b"text")
    with running((200, REPORT)) as (service, url), client_of(url) as client:
        assert client.scan(folder, policy="resectaur", case_id="c-1") == REPORT
    assert service.seen[0]["files"] == [
        "note مريم.txt\0text".encode(),
        b"series/1.dcm\0",
        b"series/2.dcm\0two",
    ]
    assert (service.seen[0]["policy"], service.seen[0]["case_id"]) == ([b"resectaur"], [b"c-1"])


def test_files_bytes_and_named_bytes_make_one_case(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(b"a")
    with running((200, REPORT)) as (service, url), client_of(url) as client:
        client.scan([tmp_path / "a.dcm", b"plain", ("b.txt", b"b")])
        client.scan(b"alone")
    assert service.seen[0] == {"files": [b"a.dcm\0a", b"case\0plain", b"b.txt\0b"]}
    assert service.seen[1] == {"files": [b"case\0alone"]}


def test_a_file_is_open_only_while_it_is_sent(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number:03}.dcm").write_bytes(b"x" * 10)
    most = 0

    with running((200, REPORT)) as (service, url), client_of(url) as client:
        real = Path.open

        def counting(self: Path, *args: Any, **kwargs: Any) -> Any:
            nonlocal most
            opened = [each for each in Path("/proc/self/fd").iterdir() if str(tmp_path) in str(_target(each))]
            most = max(most, len(opened) + 1)
            return real(self, *args, **kwargs)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "open", counting)
            client.scan(tmp_path)
    assert len(service.seen[0]["files"]) == 300 and most == 1


def _target(link: Path) -> Path:
    try:
        return link.readlink()
    except OSError:
        return link


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_service_is_asked_again_with_the_whole_case(status: int, tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(b"a" * 200_000)
    with running((status, BUSY), (status, BUSY), (200, REPORT)) as (service, url), client_of(url) as client:
        assert client.scan(tmp_path / "a.dcm") == REPORT
    assert [len(seen["files"][0]) for seen in service.seen] == [200_006] * 3


def test_it_gives_up_after_the_last_retry_and_says_the_problem(tmp_path: Path) -> None:
    said = pytest.raises(ClientError, match="All places for scans are taken: Send the case again later")
    with running((429, BUSY)) as (service, url), client_of(url, retries=2) as client, said as error:
        client.scan(b"x")
    assert len(service.seen) == 3 and error.value.problem["status"] == 429


def test_a_refusal_is_not_repeated_and_names_no_file(tmp_path: Path) -> None:
    (tmp_path / f"{MARK}.dcm").write_bytes(b"x")
    problem = {"title": "No policy has this name", "detail": "Use one of: a, b.", "field": "policy"}
    said = pytest.raises(ClientError, match="No policy has this name: Use one of")
    with running((422, problem)) as (service, url), client_of(url) as client, said as error:
        client.scan(tmp_path / f"{MARK}.dcm", policy="none")
    assert len(service.seen) == 1 and MARK not in str(error.value) and error.value.problem["field"] == "policy"


@pytest.mark.parametrize("answer", [(200, b"<html>"), (200, [1]), (500, b""), (404, b"nothing")])
def test_an_answer_that_is_no_report_is_an_error(answer: tuple[int, Any]) -> None:
    with running(answer) as (_, url), client_of(url) as client, pytest.raises(ClientError, match="no report"):
        client.scan(b"x")


def test_a_service_that_is_not_there_is_an_error_after_the_retries() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with client_of(f"http://127.0.0.1:{unused.getsockname()[1]}", retries=1) as client:
            assert not client.ready()
            with pytest.raises(ClientError, match=r"cannot be reached \(ConnectError\)"):
                client.scan(b"x")


def test_what_cannot_be_sent_whole_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / f"{MARK}.dcm").symlink_to("/etc/passwd")
    with client_of("http://127.0.0.1:9") as client:
        for case in (tmp_path, tmp_path / f"{MARK}.dcm", tmp_path / f"{MARK}-2.dcm", []):
            with pytest.raises(ClientError) as error:
                client.scan(case)
            assert MARK not in str(error.value)


def test_policies_and_readiness_are_asked_for() -> None:
    with running((200, {"policies": [{"name": "casect"}]})) as (_, url), client_of(url) as client:
        assert client.policies() == [{"name": "casect"}] and client.ready()
    with running((503, b"")) as (_, url), client_of(url) as client:
        assert not client.ready()


def test_a_proxy_in_the_environment_does_not_see_the_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with running((200, REPORT)) as (_, url), client_of(url, retries=0) as client:
        assert client.scan(b"x") == REPORT
