"""The service's addresses: reports come out, everything else is refused in a way that helps."""

import asyncio
import atexit
import io
import json
import logging
import re
import shutil
import tempfile
import threading
import time
import warnings
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jsonschema
import pydicom.examples
import pytest

from phivet.cases.findings import Finding
from phivet.cases.known import Known
from phivet.cases.parts import Container, Part
from phivet.cases.report import schema
from phivet.models.burned_in_text import BurnedInText
from phivet.models.detector import Detector
from phivet.models.headers import Headers
from phivet.models.notes import Notes
from phivet.serving import api, users
from phivet.serving.metrics import Counted
from phivet.serving.policies import names
from phivet.serving.problems import TITLES
from phivet.serving.settings import Settings
from tests.serving.conftest import custody_of

with warnings.catch_warnings():  # that it would rather have another HTTP client
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

CT = Path(pydicom.examples.get_path("ct"))
MARK = "Zzyzxova"
"""A name that stands in file names and notes, and may appear in no answer, log or figure."""
SMALL = Settings(upload_bytes=200_000, upload_file_bytes=100_000, upload_files=5, scans=1)


def detectors() -> list[Detector]:
    """All detectors, but nothing is read from pixels: that takes seconds and has its own tests."""
    notes = Notes()
    return [Headers(notes), notes, BurnedInText(notes, lambda view: [])]


def app_of(settings: Settings, *more: Detector) -> tuple[Counted, dict[str, str]]:
    """The app with one user, and his token."""
    custody = custody_of(Path(tempfile.mkdtemp(prefix="phivet-test-")))
    atexit.register(shutil.rmtree, custody.settings.folder)
    made = users.first(custody)
    assert made is not None
    app = api.create_app(settings, [*detectors(), *more], custody)
    return Counted(app), {"Authorization": f"Bearer {made[0]}"}


def client_of(settings: Settings = SMALL, *more: Detector) -> TestClient:
    app, headers = app_of(settings, *more)
    return TestClient(app, base_url="http://127.0.0.1", headers=headers, follow_redirects=False)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with client_of() as client:
        yield client


def note(text: str, name: str = "note.txt") -> tuple[str, tuple[str, bytes]]:
    return "files", (name, text.encode())


def categories(report: dict[str, Any]) -> set[str]:
    return {finding["category"] for finding in report["findings"]}


class Waiting:
    """A detector that looks at a file's wrapping for as long as it is told to."""

    name, version = "waiting", "1"
    reads: tuple[type[Part], ...] = (Container,)

    def __init__(self, seconds: float = 30.0) -> None:
        self.seconds = seconds
        self.looking, self.enough = threading.Event(), threading.Event()

    def describe(self) -> str:
        return "nothing"

    def detect(self, part: Part, known: Known) -> list[Finding]:
        self.looking.set()
        self.enough.wait(self.seconds)
        return []


def test_a_dicom_file_comes_back_as_a_report_that_keeps_to_its_schema(client: TestClient) -> None:
    answer = client.post("/v1/scan", files={"files": ("ct.dcm", CT.read_bytes())}, data={"case_id": "A-1.b_2"})
    report = answer.json()
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    jsonschema.validate(report, schema())
    assert report["case_id"] == "A-1.b_2" and report["policy"] == "hipaa-safe-harbor"
    assert report["decision"] == "block" and "name" in categories(report)
    assert report["scanned"]["headers"] == 1 and report["not_scanned"] == []


def test_a_name_in_the_header_is_found_in_the_note_and_the_file_name_beside_it(client: TestClient) -> None:
    slices = pydicom.dcmread(CT)
    slices.PatientName = f"{MARK}^Anna"
    buffer = io.BytesIO()
    slices.save_as(buffer)
    files = [("files", (f"series/1/{MARK}.dcm", buffer.getvalue())), note(f"Seen with {MARK} today.", "z.txt")]
    report = client.post("/v1/scan", files=files, data={"policy": "resectaur"}).json()
    places = [finding["place"] for finding in report["findings"] if finding["category"] == "name"]
    assert {"kind": "span", "source": "file-2", "start": 10, "end": 10 + len(MARK)} in places
    assert any(place.get("path") == "name" for place in places)
    assert report["policy"] == "resectaur" and MARK not in json.dumps(report)


def test_a_zip_is_a_case(client: TestClient) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a/ct.dcm", CT.read_bytes())
        archive.writestr("note.txt", "Call +64 21 555 0123.")
    report = client.post("/v1/scan", files={"files": ("case.zip", buffer.getvalue())}).json()
    assert report["scanned"]["headers"] == 1 and report["scanned"]["notes"] == 1
    assert "phone" in categories(report)


def test_what_cannot_be_read_leads_to_review_not_to_a_refusal(client: TestClient) -> None:
    files = [("files", ("a.dcm", b"")), ("files", ("b.bin", bytes(range(256)) * 9))]
    report = client.post("/v1/scan", files=files).json()
    assert report["decision"] == "review"
    assert {entry["source"] for entry in report["not_scanned"]} == {"file-1", "file-2"}


FORM: dict[str, Any] = {"files": [note("plain")]}
WRONG: list[tuple[str, str, dict[str, Any], int, str, str | None]] = [
    ("POST", "/v1/scan", {"files": [("policy", (None, "resectaur"))]}, 422, "no-files", "files"),
    ("POST", "/v1/scan", FORM | {"data": {"policy": MARK}}, 422, "unknown-policy", "policy"),
    ("POST", "/v1/scan", FORM | {"data": {"case_id": f"{MARK} 1"}}, 422, "wrong-field", "case_id"),
    ("POST", "/v1/scan", FORM | {"data": {"case_id": ""}}, 422, "wrong-field", "case_id"),
    ("POST", "/v1/scan", FORM | {"data": {"case_id": "x" * 65}}, 422, "wrong-field", "case_id"),
    ("POST", "/v1/scan", FORM | {"data": {"polcy": "resectaur"}}, 422, "wrong-field", None),
    ("POST", "/v1/scan", {"files": [("files", (None, f"http://{MARK}.test/x"))]}, 422, "not-a-file", "files"),
    ("POST", "/v1/scan", {"files": [note("x", f"{MARK}.txt")] * 6}, 413, "too-many-files", "files"),
    ("POST", "/v1/scan", {"files": [note("x" * 100_001, f"{MARK}.txt")]}, 413, "too-large", "files"),
    ("POST", "/v1/scan", {"files": [note("x" * 200_001, f"{MARK}.txt")]}, 413, "too-large", "files"),
    ("POST", "/v1/scan", {"json": {"files": MARK}}, 415, "not-a-form", None),
    ("POST", "/v1/scan", {"data": {"files": MARK}}, 415, "not-a-form", None),
    ("POST", "/v1/scan", {"content": MARK.encode()}, 415, "not-a-form", None),
    (
        "POST",
        "/v1/scan",
        {"content": MARK.encode(), "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
        400,
        "malformed-form",
        None,
    ),
    ("GET", "/v1/scan", {}, 405, "method-not-allowed", None),
    ("DELETE", "/v1/policies", {}, 405, "method-not-allowed", None),
    ("GET", f"/v1/{MARK}", {}, 404, "not-found", None),
    ("GET", f"/{MARK}/scan.dcm", {}, 404, "not-found", None),
    ("POST", "/v1/scan/", FORM, 404, "not-found", None),
    (MARK, "/", {}, 405, "method-not-allowed", None),
]


@pytest.mark.parametrize(("method", "path", "request_", "status", "kind", "field"), WRONG)
def test_what_is_wrong_is_refused_with_a_problem_that_says_how_to_mend_it(
    client: TestClient,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    request_: dict[str, Any],
    status: int,
    kind: str,
    field: str | None,
) -> None:
    caplog.set_level(logging.DEBUG, "phivet")
    answer = client.request(method, path, **request_)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"], problem["type"]) == (status, status, f"/v1/docs#{kind}")
    assert problem.get("field") == field and problem["title"] == TITLES[kind][1] and len(problem["detail"]) > 5
    assert MARK not in answer.text + str(answer.headers) + caplog.text + client.get("/metrics").text


def test_an_unknown_policy_is_answered_with_those_that_there_are(client: TestClient) -> None:
    problem = client.post("/v1/scan", files=[note("x")], data={"policy": "none"}).json()
    assert problem["allowed"] == names() and "perspectum" in problem["detail"]


def test_a_wrong_method_is_answered_with_the_right_one(client: TestClient) -> None:
    answer = client.get("/v1/scan")
    assert answer.headers["allow"] == "POST" and answer.json()["detail"] == "Use POST."


def test_a_failure_of_ours_is_a_problem_with_an_incident_and_shows_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError(MARK)

    monkeypatch.setattr(api, "scan", fail)
    answer = client_of().post("/v1/scan", files=[note(MARK)])
    problem = answer.json()
    assert answer.status_code == 500 and answer.headers["content-type"] == "application/problem+json"
    assert f"incident {problem['incident']}: ValueError" in caplog.text
    assert MARK not in answer.text + caplog.text


def test_one_scan_too_many_is_told_to_come_back_and_the_others_are_answered_meanwhile() -> None:
    waiting = Waiting()
    with client_of(SMALL, waiting) as client, ThreadPoolExecutor() as pool:
        first = pool.submit(client.post, "/v1/scan", files=[note("a")])
        assert waiting.looking.wait(20)
        answer = client.post("/v1/scan", files=[note("b")])
        assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 0
        assert answer.json()["type"].endswith("too-many-requests")
        assert client.get("/v1/policies").status_code == 200
        assert "phivet_scans_in_progress 1.0" in client.get("/metrics").text
        waiting.enough.set()
        assert first.result(20).status_code == 200
        assert client.post("/v1/scan", files=[note("c")]).status_code == 200


def test_when_time_is_up_the_rest_of_the_case_is_not_scanned_and_says_so() -> None:
    waiting = Waiting(1.5)
    settings = Settings(scan_seconds=1)
    with client_of(settings, waiting) as client:
        report = client.post("/v1/scan", files=[note("a", "a.txt"), ("files", ("b.dcm", CT.read_bytes()))]).json()
    jsonschema.validate(report, schema())
    assert {"source": "file-2", "reason": "time_out"} in report["not_scanned"]
    assert report["decision"] != "clear"


def test_a_client_that_goes_away_gives_its_place_back_soon() -> None:
    waiting = Waiting(0.5)
    app, token = app_of(SMALL, waiting)
    body = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nx\r\n--b--\r\n'
    messages = [{"type": "http.request", "body": body}, {"type": "http.disconnect"}]

    async def once() -> None:
        async def receive() -> dict[str, Any]:
            return messages.pop(0)

        async def send(message: Any) -> None:
            pass

        headers = [(b"content-type", b"multipart/form-data; boundary=b")]
        headers.append((b"authorization", token["Authorization"].encode()))
        scope = {"type": "http", "method": "POST", "path": "/v1/scan", "headers": headers, "query_string": b""}
        await app(scope, receive, send)

    started = time.monotonic()
    asyncio.run(once())
    assert time.monotonic() - started < 10
    assert TestClient(app, headers=token).post("/v1/scan", files=[note("x")]).status_code == 200


def test_the_pages_load_nothing_from_anywhere(client: TestClient) -> None:
    for path in ("/", "/v1/docs"):
        page = client.get(path)
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert set(re.findall(r"\w+://[\w.:]+", page.text)) <= {"http://127.0.0.1:3000"}
        assert "<script" not in page.text


def test_the_pages_and_the_openapi_document_name_every_address_and_problem(client: TestClient) -> None:
    document, page = client.get("/v1/openapi.json").json(), client.get("/v1/docs").text
    assert {"/v1/scan", "/v1/policies", "/v1/schema", "/v1/version", "/v1/docs"} < set(document["paths"])
    assert {"/v1/cases/{case_id}", "/v1/cases/{case_id}/events", "/v1/audit"} < set(document["paths"])
    assert not any(path.startswith("/review") for path in document["paths"])
    assert all(path in page for path in document["paths"]) and all(f'id="{kind}"' in page for kind in TITLES)
    form = document["paths"]["/v1/scan"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert set(form["properties"]) == {"files", "policy", "case_id"}
    assert client.get("/docs.json").headers["location"] == "/v1/openapi.json"


def test_policies_schema_and_versions_are_told(client: TestClient) -> None:
    listed = client.get("/v1/policies").json()
    assert [entry["name"] for entry in listed["policies"]] == names() and listed["default"] in names()
    assert client.get("/v1/schema").json() == schema()
    assert set(client.get("/v1/version").json()["detectors"]) == {"headers", "notes", "burned_in_text"}


def test_scans_are_counted_by_policy_and_decision_and_what_was_not_scanned_by_its_reason(client: TestClient) -> None:
    client.post("/v1/scan", files={"files": ("ct.dcm", CT.read_bytes())}, data={"policy": "casect"})
    client.post("/v1/scan", files={"files": ("empty.dcm", b"")}, data={"policy": "casect"})
    figures = client.get("/metrics").text
    assert 'phivet_scans_total{decision="block",policy="casect"} 1.0' in figures
    assert 'phivet_scans_total{decision="review",policy="casect"} 1.0' in figures
    assert re.search(r'phivet_not_scanned_total\{reason="empty"\} \d', figures)
    assert re.search(r'phivet_requests_total\{method="POST",route="/v1/scan",status="200"\} \d', figures)
    assert "phivet_scan_seconds_bucket" in figures
