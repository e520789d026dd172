"""Cases over HTTP: handed in, followed, reported, consented to, erased; a platform sees its own and nobody else's."""

import io
import json
import time
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from sqlalchemy import select

from phivet.cases.report import schema
from phivet.serving import api, jobs, purge, tables, users
from phivet.serving.access import Role
from phivet.serving.custody import Custody
from phivet.serving.metrics import Counted
from phivet.serving.settings import Settings
from tests.serving.conftest import Scanned, principal

with warnings.catch_warnings():  # that it would rather have another HTTP client
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

MARK = "Zzyzxova"
NOTE = ("files", ("note.txt", b"Mr John Whitfield, DOB 03/04/1951."))
HOOK = "http://127.0.0.1/hooks/x"


def client_of(custody: Custody, name: str = "platform", *roles: Role) -> TestClient:
    who = principal(custody, name, *roles)
    with custody.store.begin() as session:
        token = users.add_token(custody, session, "test", who.name)
    app = Counted(api.create_app(Settings(), (), custody))
    return TestClient(app, base_url="http://127.0.0.1", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def client(any_custody: Custody) -> Iterator[TestClient]:
    with client_of(any_custody) as client:
        yield client


def put(client: TestClient, case_id: str = "c-1", *files: Any, **data: Any) -> Any:
    return client.put(f"/v1/cases/{case_id}", files=files or [NOTE], data={"policy": "resectaur", **data})


def actions(custody: Custody) -> list[str]:
    with custody.store.read() as session:
        custody.audit.verify(session)
        return list(session.scalars(select(tables.AuditEntry.action).order_by(tables.AuditEntry.seq)))


def test_a_case_is_accepted_scanned_and_told(any_custody: Custody, client: TestClient, scanned: Scanned) -> None:
    answer = put(client, site="north", uploader="u-7", visibility="public", callback=HOOK)
    assert answer.status_code == 202 and answer.headers["cache-control"] == "no-store"
    assert (answer.json()["state"], answer.json()["version"], answer.json()["report"]) == ("accepted", 1, None)
    scanned.next(any_custody)  # type: ignore[attr-defined]
    case = client.get("/v1/cases/c-1").json()
    assert (case["state"], case["decision"], case["site"], case["uploader"]) == ("scanned", "block", "north", "u-7")
    jsonschema.validate(case["report"], schema())
    assert case["risk"] == case["report"]["risk"] and case["report"]["case_id"] == "c-1"
    assert [row["case_id"] for row in client.get("/v1/cases", params={"state": "scanned"}).json()["cases"]] == ["c-1"]
    message = client.get("/v1/webhooks", params={"state": "waiting"}).json()[0]
    assert (message["event"], message["case_id"]) == ("case.scanned", "c-1")
    done = actions(any_custody)
    assert [each for each in done if each.startswith("case")] == [
        "case accepted",
        "case scanned",
        "case read",
        "cases listed",
    ]


def test_the_same_again_is_the_same_and_other_content_is_a_new_version(
    any_custody: Custody, client: TestClient, scanned: Scanned
) -> None:
    put(client)
    scanned.next(any_custody)  # type: ignore[attr-defined]
    before = {name for name, _ in any_custody.vault.names()}
    again = put(client, visibility="public")
    assert (again.status_code, again.json()["decision"], again.json()["visibility"]) == (200, "block", "public")
    assert {name for name, _ in any_custody.vault.names()} == before
    other = put(client, "c-1", ("files", ("note.txt", b"Normal chest.")))
    assert (other.status_code, other.json()["version"], other.json()["decision"]) == (202, 2, None)
    after = {name for name, _ in any_custody.vault.names()}
    assert len(after) == 1 and not after & before
    renamed = put(client, "c-1", ("files", ("other.txt", b"Normal chest.")))
    assert renamed.json()["version"] == 3
    assert put(client, "c-1", ("files", ("other.txt", b"Normal chest.")), policy="casect").json()["version"] == 4
    scanned.next(any_custody)  # type: ignore[attr-defined]
    assert client.get("/v1/cases/c-1").json()["decision"] == "clear"


def test_a_platform_sees_its_own_cases_only(any_custody: Custody, client: TestClient) -> None:
    put(client)
    with client_of(any_custody, "another") as other:
        for method, path in (
            ("GET", ""),
            ("DELETE", ""),
            ("GET", "/events"),
            ("GET", "/export"),
            ("GET", "/consents"),
        ):
            answer = other.request(method, f"/v1/cases/c-1{path}")
            assert (answer.status_code, answer.json()["type"]) == (404, "/v1/docs#unknown-case")
        assert other.get("/v1/cases").json() == {"cases": [], "next": None}
        assert put(other).status_code == 202
    assert client.get("/v1/cases/c-1").json()["version"] == 1


def test_a_case_that_is_erased_is_gone_for_good(any_custody: Custody, client: TestClient, scanned: Scanned) -> None:
    put(client, "c-1", uploader="u-1")
    put(client, "c-2", uploader="u-1")
    put(client, "c-3", uploader="u-2")
    scanned.next(any_custody)  # type: ignore[attr-defined]
    assert client.delete("/v1/cases/c-1").status_code == 204
    assert client.get("/v1/cases/c-1").status_code == 404 and client.delete("/v1/cases/c-1").status_code == 404
    assert client.delete("/v1/uploaders/u-1").json() == {"erased": 1}
    assert [row["case_id"] for row in client.get("/v1/cases").json()["cases"]] == ["c-3"]
    assert len(list(any_custody.vault.names())) == 1 and len(any_custody.vault.replay()) == 4
    assert actions(any_custody).count("case erased") == 2


def test_events_tell_the_states_until_there_is_a_report(
    any_custody: Custody, client: TestClient, scanned: Scanned
) -> None:
    put(client)
    scanned.next(any_custody)  # type: ignore[attr-defined]
    with client.stream("GET", "/v1/cases/c-1/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        events = [line for line in stream.iter_lines() if line]
    assert events[0] == "event: state"
    told = json.loads(events[1].removeprefix("data: "))
    assert told["state"] == "scanned" and "report" not in told


def test_whoever_reports_a_case_has_it_scanned_again_before_all_others(
    any_custody: Custody, client: TestClient, scanned: Scanned
) -> None:
    put(client, "c-1", ("files", ("note.txt", b"Normal chest.")))
    scanned.next(any_custody)  # type: ignore[attr-defined]
    put(client, "c-2")
    answer = client.post("/v1/cases/c-1/reports", json={"who": "patient", "statement": f"I am {MARK}"})
    assert answer.status_code == 202 and answer.json()["reported"] and answer.json()["state"] == "accepted"
    scanned.next(any_custody)  # type: ignore[attr-defined]
    case = client.get("/v1/cases/c-1").json()
    assert (case["state"], case["reported"], case["decision"]) == ("scanned", True, "clear")
    assert client.get("/v1/cases/c-2").json()["state"] == "accepted"
    with any_custody.store.read() as session:
        complaint = session.scalars(select(tables.Complaint)).one()
        row = session.get_one(tables.Case, complaint.case_uid)
        assert MARK.encode() not in (complaint.statement or b"")
        assert any_custody.vault.unseal(row.vault or "", complaint.statement or b"").decode() == f"I am {MARK}"


def test_a_case_whose_files_are_gone_can_still_be_reported_and_waits_for_a_moderator(
    any_custody: Custody, client: TestClient, scanned: Scanned
) -> None:
    put(client, "c-1", ("files", ("note.txt", b"Normal chest.")))
    scanned.next(any_custody)  # type: ignore[attr-defined]
    assert purge.purge(any_custody, time.time() + 400 * 86_400) == 1
    answer = client.post("/v1/cases/c-1/reports", json={"who": "patient", "statement": f"I am {MARK}"})
    assert (answer.status_code, answer.json()["reported"], answer.json()["state"]) == (202, True, "scanned")
    with any_custody.store.read() as session:
        assert session.scalars(select(tables.Complaint)).one().statement is None
    assert jobs.take(any_custody.store) is None


def consent(client: TestClient, case_id: str = "c-1", **given: Any) -> Any:
    now = time.time()
    told = {"who": MARK, "turns": "allow", "from_at": now - 1, "until_at": now + 60, "document": "ab" * 32}
    return client.post(f"/v1/cases/{case_id}/consents", json={**told, **given})


def test_a_consent_turns_what_it_names_visibly_and_while_it_lasts(
    any_custody: Custody, client: TestClient, scanned: Scanned
) -> None:
    put(client)
    scanned.next(any_custody)  # type: ignore[attr-defined]
    findings = client.get("/v1/cases/c-1").json()["report"]["findings"]
    ids = [finding["id"] for finding in findings if finding["action"] != "allow"]
    assert consent(client, findings=ids[:1], turns="review").json()["counts"]
    assert client.get("/v1/cases/c-1").json()["decision"] == "block"
    number = consent(client, findings=ids).json()["id"]
    case = client.get("/v1/cases/c-1").json()
    assert case["decision"] == "clear" and case["report"]["decision"] == "block"
    assert [each["id"] for each in case["consents"]][-1] == number and MARK not in json.dumps(case)
    assert client.delete(f"/v1/cases/c-1/consents/{number}").status_code == 204
    assert client.get("/v1/cases/c-1").json()["decision"] == "block"
    assert [each["counts"] for each in client.get("/v1/cases/c-1/consents").json()] == [True, False]
    categories = [{"category": finding["category"], "source": "file-1"} for finding in findings]
    assert consent(client, categories=categories).status_code == 201
    assert client.get("/v1/cases/c-1").json()["decision"] == "clear"
    put(client, "c-1", ("files", ("note.txt", NOTE[1][1] + b" More.")))
    scanned.next(any_custody)  # type: ignore[attr-defined]
    assert client.get("/v1/cases/c-1").json()["decision"] == "block"


def test_a_consent_counts_only_where_the_rule_says_so_and_must_name_what_is_there(
    custody: Custody, scanned: Scanned
) -> None:
    with client_of(custody) as client:
        put(client, policy="cimar")
        assert consent(client, findings=["0" * 16]).status_code == 409
        scanned.next(custody)  # type: ignore[attr-defined]
        finding = client.get("/v1/cases/c-1").json()["report"]["findings"][0]["id"]
        for wrong in (
            {},
            {"findings": ["0" * 16]},
            {"findings": [finding], "until_at": 1},
            {"categories": [{"category": "name", "source": "file-9"}]},
            {"findings": [finding], "document": "x"},
            {"findings": [finding], MARK: 1},
        ):
            answer = consent(client, **wrong)
            assert answer.status_code == 422 and MARK not in answer.text
        answer = consent(client, findings=[finding])
        assert answer.status_code == 201 and not answer.json()["counts"]
        assert client.get("/v1/cases/c-1").json()["consents"] == []


def test_an_export_holds_everything_about_a_case(any_custody: Custody, client: TestClient, scanned: Scanned) -> None:
    put(client, "c-1", NOTE, ("files", ("b.bin", b"\0" * 1_000_000)), uploader="u-1")
    scanned.next(any_custody)  # type: ignore[attr-defined]
    client.post("/v1/cases/c-1/reports", json={"who": "patient", "statement": f"I am {MARK}"})
    for path in ("/v1/cases/c-1/export", "/v1/uploaders/u-1/export"):
        answer = client.get(path)
        assert answer.headers["content-type"] == "application/zip"
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert archive.testzip() is None
            told = json.loads(archive.read("c-1/case.json"))
            assert archive.read("c-1/files/2") == NOTE[1][1] and len(archive.read("c-1/files/1")) == 1_000_000
        assert [file["name"] for file in told["files"]] == ["b.bin", "note.txt"]
        assert told["complaints"][0]["statement"] == f"I am {MARK}"
        assert told["reports"][0]["body"]["decision"] == "block" and told["audit"][0]["action"] == "case accepted"


def test_an_export_after_a_replacement_is_whole_without_what_was_sealed_before(
    any_custody: Custody, client: TestClient, scanned: Scanned
) -> None:
    put(client, "c-1", NOTE)
    scanned.next(any_custody)  # type: ignore[attr-defined]
    body = client.get("/v1/cases/c-1").json()["report"]
    consent = {
        "who": MARK, "findings": [body["findings"][0]["id"]], "turns": "review", "document": "ab" * 32,
        "from_at": time.time(), "until_at": time.time() + 60,
    }  # fmt: skip
    assert client.post("/v1/cases/c-1/consents", json=consent).status_code == 201
    client.post("/v1/cases/c-1/reports", json={"who": "patient", "statement": f"I am {MARK}"})
    put(client, "c-1", ("files", ("z.txt", b"Normal chest.")), ("files", ("a.txt", b"Normal head.")))
    scanned.next(any_custody)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(client.get("/v1/cases/c-1/export").content)) as archive:
        assert archive.testzip() is None
        told = json.loads(archive.read("c-1/case.json"))
        files = [archive.read(f"c-1/files/{number}") for number in (1, 2)]
    assert files == [b"Normal head.", b"Normal chest."]
    assert (told["complaints"][0].get("statement"), told["consents"][0].get("who")) == (None, None)
    with any_custody.store.read() as session:
        assert session.query(tables.Complaint).one().statement is None
        assert session.query(tables.Consent).one().who == b""


def test_a_restricted_case_is_kept_but_not_scanned(any_custody: Custody, client: TestClient, scanned: Scanned) -> None:
    put(client)
    assert client.put("/v1/cases/c-1/restriction", json={"restricted": True}).json()["restricted"]
    assert jobs.take(any_custody.store) is None
    client.put("/v1/cases/c-1/restriction", json={"restricted": False})
    scanned.next(any_custody)  # type: ignore[attr-defined]


def test_when_too_many_wait_the_next_is_told_to_come_back(custody: Custody) -> None:
    from dataclasses import replace

    few = replace(custody, settings=replace(custody.settings, queue=2))
    with client_of(few) as client:
        assert [put(client, f"c-{number}").status_code for number in range(3)] == [202, 202, 429]
        answer = put(client, "c-9")
        assert answer.json()["type"] == "/v1/docs#queue-full" and int(answer.headers["retry-after"]) > 0
    assert len(list(custody.vault.names())) == 2


@pytest.mark.parametrize(
    ("path", "sent", "status", "field"),
    [
        ("c-1", {"data": {"policy": MARK}}, 422, "policy"),
        ("c-1", {"data": {"visibility": MARK}}, 422, "visibility"),
        ("c-1", {"data": {"site": f"{MARK} 1"}}, 422, "site"),
        ("c-1", {"data": {"callback": f"http://{MARK}.test/"}}, 422, "callback"),
        ("c-1", {"data": {"callback": "http://127.0.0.1@evil.test/hooks"}}, 422, "callback"),
        ("c-1", {"data": {MARK: "x"}}, 422, None),
        (f"{MARK}%201", {}, 422, "case_id"),
        ("c-1", {"files": []}, 415, None),
    ],
)
def test_what_is_wrong_is_refused_and_leaves_nothing(
    custody: Custody, path: str, sent: dict[str, Any], status: int, field: str | None
) -> None:
    with client_of(custody) as client:
        answer = client.put(f"/v1/cases/{path}", **{"files": [NOTE], **sent})
    assert (answer.status_code, answer.json().get("field")) == (status, field) and MARK not in answer.text
    assert list(custody.vault.names()) == [] and not list((custody.settings.folder / "files").glob("*/*"))


def test_an_upload_that_breaks_off_leaves_nothing(custody: Custody) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nxyz'
    with client_of(custody) as client:
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        answer = client.put("/v1/cases/c-1", content=body, headers=headers)
    assert answer.status_code == 400 and answer.json()["type"] == "/v1/docs#malformed-form"
    assert not list((custody.settings.folder / "files").glob("*/*"))
