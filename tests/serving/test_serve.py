"""`phivet serve`, for real: started as its users start it, and killed while it works."""

import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import psutil
import pydicom
import pydicom.examples
import pytest
from PIL import Image, ImageDraw, ImageFont

from phivet.cases.report import schema
from phivet.models.scan import detectors
from phivet.serving.client import Client, ClientError
from phivet.serving.serve import ServeError, _check_address, serve

MARK = "Zzyzxova"
"""A name that stands in headers, notes, pixels and file names, and may stay nowhere."""
LOCK = "a-lock-that-no-other-file-has"


@dataclass(frozen=True)
class Running:
    process: "subprocess.Popen[bytes]"
    port: int
    folder: Path
    """Its temporary folder."""
    data: Path
    """Where it keeps cases."""
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        return re.findall(r"PHIVET_TOKEN=(\S+)", self.log.read_text())[0]

    def client(self, **options: Any) -> Client:
        return Client(self.url, token=self.token, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(self.url + path, headers={"Authorization": f"Bearer {self.token}"}, **options)

    def all(self) -> list[psutil.Process]:
        """The process and its descendants, the reading children among them."""
        with suppress(psutil.NoSuchProcess):
            parent = psutil.Process(self.process.pid)
            return [parent, *parent.children(recursive=True)]
        return []

    def holding(self, mark: bytes) -> list[Path]:
        """The files below the two folders that hold `mark`, in their name or in their bytes."""
        files = [path for root in (self.folder, self.data) for path in root.rglob("*") if path.is_file()]
        return [path for path in files if mark in str(path).encode() or mark in path.read_bytes()]


def until(what: Callable[[], object], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started() -> Iterator[Running]:
    folder = Path(tempfile.mkdtemp(prefix="pv-"))
    port, log, data = unused_port(), folder.with_suffix(".log"), folder.with_suffix(".data")
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(folder), "HOME": "/nowhere", "PHIVET_SCANS": "2"}
    environment |= {"BENTOML_DEBUG": "true", "OTEL_TRACES_EXPORTER": "console"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "phivet.serving.command_line", "serve", "--port", str(port), "--data", str(data)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        running = Running(process, port, folder, data, log)
        everyone: list[psutil.Process] = []
        try:
            yield running
            everyone = running.all()
        finally:
            everyone += running.all()
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            for left in psutil.wait_procs(everyone, timeout=5)[1]:
                left.kill()
            process.wait()
            shutil.rmtree(folder)
            shutil.rmtree(data, ignore_errors=True)
            log.unlink()


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with started() as running:
        with Client(running.url) as client:
            assert until(client.ready, 240), running.log.read_text()
        yield running


def ct() -> bytes:
    slices = pydicom.dcmread(pydicom.examples.get_path("ct"))
    slices.PatientName = f"{MARK}^Anna"
    buffer = io.BytesIO()
    slices.save_as(buffer)
    return buffer.getvalue()


def screenshot() -> bytes:
    picture = Image.new("L", (640, 240))
    ImageDraw.Draw(picture).text((60, 90), f"{MARK.upper()} ANNA", 255, ImageFont.load_default(48))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.timeout(400)
def test_a_case_is_scanned_and_leaves_no_trace(running: Running, tmp_path: Path) -> None:
    (tmp_path / "series").mkdir()
    (tmp_path / "series" / f"{MARK}.dcm").write_bytes(ct())
    (tmp_path / "screen.png").write_bytes(screenshot())
    (tmp_path / "text.txt").write_bytes(f"Seen with {MARK} today.".encode())
    with running.client() as client:
        report = client.scan(tmp_path, policy="resectaur", case_id="c-1")
    jsonschema.validate(report, schema())
    assert (report["case_id"], report["policy"], report["decision"]) == ("c-1", "resectaur", "block")
    names = [finding["place"] for finding in report["findings"] if finding["category"] == "name"]
    assert {"kind": "element", "source": "file-2", "path": "(0010,0010)"} in names
    assert {"kind": "span", "source": "file-3", "start": 10, "end": 10 + len(MARK)} in names
    box = next(place for place in names if place["kind"] == "box")
    assert box["source"] == "file-1" and box["x0"] < 80 and box["y0"] < 110 < box["y1"] and box["x1"] > 250
    assert not report["not_scanned"] and MARK.casefold() not in json.dumps(report).casefold()

    figures = running.get("/metrics").text
    assert 'phivet_scans_total{decision="block",policy="resectaur"} 1.0' in figures
    log = running.log.read_text()
    assert "POST /v1/scan 200" in log
    for said in (figures, log):
        assert MARK.casefold() not in said.casefold() and "127.0.0.1:" not in said.replace(running.url, "")
    assert not running.holding(MARK.encode()) and not running.holding(b"\0\0DICM")
    assert len(list(running.folder.iterdir())) == 1
    assert next(running.folder.iterdir()).stat().st_mode & 0o077 == 0


def test_the_detectors_that_are_served_are_those_that_are_measured(running: Running) -> None:
    found = running.get("/v1/version").json()["detectors"]
    assert found == {detector.name: detector.version for detector in detectors()}


def test_wrong_requests_are_refused_through_all_layers(running: Running) -> None:
    with running.client(retries=0) as client:
        with pytest.raises(ClientError, match="No policy has this name: Use one of: casect, "):
            client.scan(b"x", policy=MARK)
        with pytest.raises(ClientError, match="Use 1 to 64"):
            client.scan(b"x", case_id="a b")
    for method, path, status in [("GET", f"/{MARK}", 404), ("GET", "/v1/scan", 405), ("POST", "/v1/scan", 415)]:
        headers = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "Authorization": f"Bearer {running.token}"}
        answer = httpx.request(method, running.url + path, headers=headers)
        assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json"
    assert MARK not in running.log.read_text() + running.get("/metrics").text


def test_bentomls_own_pages_are_replaced(running: Running) -> None:
    for path in ("/", "/docs.json", "/v1/docs", "/static_content/index.html"):
        page = running.get(path, follow_redirects=True).text
        assert "bento" not in page.casefold() and not re.search(r"https?://(?!127\.0\.0\.1)", page)
    assert running.get("/docs.json", follow_redirects=True).json()["paths"]["/v1/scan"]
    assert httpx.get(f"{running.url}/healthz").status_code == 200


def test_nothing_but_the_one_address_can_be_reached(running: Running) -> None:
    ports = {
        (connection.laddr.ip, connection.laddr.port)
        for process in running.all()
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert ports == {("127.0.0.1", running.port)}
    sockets = list(running.folder.rglob("*.sock"))
    assert len(sockets) == 2
    for path in sockets:
        transport = httpx.HTTPTransport(uds=str(path))
        with httpx.Client(transport=transport, base_url="http://localhost") as inside:
            answer = inside.post("/find", content=b"x", headers={"Content-Type": "application/vnd.bentoml+pickle"})
            assert answer.status_code == 415


@pytest.mark.timeout(180)
def test_a_case_that_was_handed_in_is_scanned_beside_and_nothing_of_it_can_be_read(running: Running) -> None:
    files = [(f"{MARK}.dcm", ct()), ("text.txt", f"Seen with {MARK} today.".encode())]
    with running.client() as client:
        assert client.hand_in("h-1", files, policy="resectaur", site="north")["state"] == "accepted"
        case = client.wait("h-1", 120)
        assert (case["decision"], case["report"]["not_scanned"], case["parked"]) == ("block", [], None)
        assert {"headers", "notes", "burned_in_text", "faces"} == set(case["report"]["models"])
        said = running.log.read_text() + running.get("/metrics").text + running.get("/v1/audit").text
        assert MARK.casefold() not in said.casefold() and not running.holding(MARK.encode())
        client.erase("h-1")
        with pytest.raises(ClientError, match="You have no case"):
            client.case("h-1")


@pytest.mark.timeout(120)
def test_a_killed_service_leaves_nothing_readable_of_an_upload(running: Running) -> None:
    secret = f"{MARK}-{LOCK}".encode()
    head = f'--b\r\nContent-Disposition: form-data; name="files"; filename="{MARK}.dcm"\r\n\r\n'.encode()
    with socket.create_connection(("127.0.0.1", running.port)) as upload:
        upload.sendall(
            b"POST /v1/scan HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000000\r\n"
            b"Authorization: Bearer " + running.token.encode() + b"\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\n\r\n" + head
        )
        upload.sendall(secret * 100_000)
        spooled = len(secret) * 99_000
        assert until(lambda: max(_unnamed(running), default=0) > spooled, 20), "the upload does not lie on the disk"
        assert not running.holding(secret[:20])
        everyone = running.all()
        os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait()
    assert not psutil.wait_procs(everyone[1:], timeout=10)[1], "a process outlived the service"
    assert not running.holding(secret[:20]) and not running.holding(MARK.encode())
    assert MARK not in running.log.read_text()


def _unnamed(running: Running) -> list[int]:
    """The sizes of the files that the service has open and that have no name."""
    sizes = []
    for process in running.all():
        for descriptor in Path(f"/proc/{process.pid}/fd").iterdir():
            with suppress(OSError):
                if str(descriptor.readlink()).startswith(str(running.folder)) and descriptor.stat().st_nlink == 0:
                    sizes.append(descriptor.stat().st_size)
    return sizes


def test_what_is_stopped_leaves_nothing_behind() -> None:
    with started() as running:
        assert until(lambda: b"listening" in running.log.read_bytes(), 30)
        everyone = running.all()
        running.process.terminate()
        assert running.process.wait(30) == 0
        assert not psutil.wait_procs(everyone[1:], timeout=10)[1]
        assert not list(running.folder.iterdir())


def test_an_address_where_it_cannot_listen_is_refused_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ServeError, match="Address already in use"):
            serve(port=taken.getsockname()[1])
    for host, port in [("somewhere", 3000), ("127.0.0.1", 70_000)]:
        with pytest.raises(ServeError, match="must be"):
            serve(host, port)


def test_who_opens_it_to_others_is_warned(caplog: pytest.LogCaptureFixture) -> None:
    _check_address("0.0.0.0", unused_port())  # noqa: S104
    assert "over plain HTTP" in caplog.text
    caplog.clear()
    _check_address("127.0.0.1", unused_port())
    assert not caplog.text
