"""A name is sent through every address of the service in every place that takes it, and is then found nowhere."""

import io
import json
import logging
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
import pydicom.examples
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from phivet.serving import api, users
from phivet.serving.access import Role
from phivet.serving.custody import Custody
from phivet.serving.metrics import Counted
from phivet.serving.settings import Settings
from phivet.serving.tables import Base
from tests.serving.conftest import Scanned, principal
from tests.serving.test_access import addresses

with warnings.catch_warnings():  # that it would rather have another HTTP client
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

MARK = "Zzyzxova"


@pytest.fixture
def app(any_custody: Custody) -> FastAPI:
    return api.create_app(Settings(), (), any_custody)


@pytest.fixture
def client(any_custody: Custody, app: FastAPI) -> Iterator[TestClient]:
    principal(any_custody, "everybody", *Role, sites=("*",))
    with any_custody.store.begin() as session:
        token = users.add_token(any_custody, session, "test", "everybody")
    headers = {"Authorization": f"Bearer {token}"}
    with TestClient(Counted(app), base_url="http://127.0.0.1", headers=headers, follow_redirects=False) as client:
        yield client


def case() -> list[tuple[str, tuple[str, bytes]]]:
    slices = pydicom.dcmread(pydicom.examples.get_path("ct"))
    slices.PatientName = f"{MARK}^Anna"
    buffer = io.BytesIO()
    slices.save_as(buffer)
    return [
        ("files", (f"{MARK}.dcm", buffer.getvalue())),
        ("files", (f"{MARK}/note.txt", f"Mrs {MARK}, DOB 3/4/1951".encode())),
    ]


def is_marked(content: bytes) -> bool:
    folded = content.lower()
    return any(MARK.lower().encode(code) in folded for code in ("utf-8", "utf-16-le", "utf-16-be"))


def written(custody: Custody, folder: Path) -> dict[str, bytes]:
    """All that was written: every file, and on PostgreSQL every row."""
    found = {str(path): str(path).encode() + path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with custody.store.engine.connect() as connection:
        for name in Base.metadata.tables:
            rows = connection.execute(text(f"SELECT * FROM {name}")).all()  # noqa: S608 a name of ours
            found[f"table {name}"] = repr([tuple(row) for row in rows]).encode()
    return found


def tried(client: TestClient, app: FastAPI) -> str:
    """Every address, with the name in its path, its query, its headers and bodies of every kind; what it answered."""
    said = []
    bodies: list[dict[str, Any]] = [
        {},
        {"json": {"who": MARK, MARK: MARK, "statement": 5, "findings": [MARK], "restricted": MARK}},
        {"data": {"policy": MARK, "name": MARK, "csrf_token": MARK, "reason": MARK, MARK: MARK}},
        {"files": case()[1:], "data": {"site": f"{MARK} x"}},
        {"content": f'{{"{MARK}"'.encode(), "headers": {"Content-Type": "application/json"}},
    ]
    for number, (method, path) in enumerate(addresses(list(app.routes))):
        if method in ("HEAD", "OPTIONS") or path.endswith("/logout"):
            continue
        marked = f"{path.replace('/1', f'/{MARK}')}?{MARK}={MARK}&state={MARK}&subject={MARK}%20"
        for at in (path, marked):
            body = bodies[number % len(bodies)] if method in ("POST", "PUT") else {}
            answer = client.request(method, at, **body)
            said.append(answer.text if "json" in answer.headers.get("content-type", "") else "")
            assert answer.status_code < 500, (method, path)
    return "".join(said)


def test_marked_data_is_found_nowhere_in_plain_text(
    any_custody: Custody,
    client: TestClient,
    app: FastAPI,
    scanned: Scanned,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("hypothesis").setLevel(logging.WARNING)
    terms = {"policy": "resectaur", "callback": "http://127.0.0.1/hooks/x"}
    assert client.put("/v1/cases/c-1", files=case(), data=terms).status_code == 202
    scanned.next(any_custody)  # type: ignore[attr-defined]
    told = client.get("/v1/cases/c-1").json()
    assert told["decision"] == "block" and told["report"]["risk_by_category"]["name"] > 0.9
    client.post("/v1/cases/c-1/reports", json={"who": "patient", "statement": f"I am {MARK}"})
    scanned.next(any_custody)  # type: ignore[attr-defined]
    finding = told["report"]["findings"][0]["id"]
    given = {"who": MARK, "findings": [finding], "turns": "allow", "from_at": 0, "until_at": 9e9, "document": "ab" * 32}
    assert client.post("/v1/cases/c-1/consents", json=given).status_code == 201
    answers = json.dumps(client.get("/v1/cases/c-1").json()) + client.get("/v1/cases/c-1/events").text
    answers += tried(client, app)
    assert not is_marked(answers.encode())
    with zipfile.ZipFile(io.BytesIO(client.get("/v1/cases/c-1/export").content)) as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}
    assert not is_marked("".join(packed).encode())
    assert all(map(is_marked, packed.values())) and len(packed) == 3  # the owner's own, in plain text
    figures = client.get("/metrics").text
    out, err = capfd.readouterr()
    own = [
        record for record in caplog.records if record.name.startswith(("phivet", "sqlalchemy", "alembic", "asyncio"))
    ]
    log = "\n".join(record.getMessage() for record in own)
    for name, content in {
        "figures": figures.encode(),
        "output": (out + err).encode(),
        "log": log.encode(),
        **written(any_custody, tmp_path),
    }.items():
        assert not is_marked(content), name
