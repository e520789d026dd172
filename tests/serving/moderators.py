"""A moderator before the console."""

import re
from typing import Any

from bs4 import BeautifulSoup, Tag
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import select

from phivet.serving import tables, users
from phivet.serving.access import Role
from phivet.serving.api import create_app
from phivet.serving.custody import Custody

PASSWORD = "correct horse battery"  # noqa: S105


class Browser:
    """A browser without scripts, logged in."""

    def __init__(self, custody: Custody, name: str, *roles: Role, sites: tuple[str, ...] = ("*",)) -> None:
        self.custody = custody
        with custody.store.begin() as session:
            users.add(custody, session, "test", name, list(roles) or [Role.MODERATOR], sites, PASSWORD)
        self.http = TestClient(create_app(custody.settings, custody=custody), base_url="http://localhost")
        page = self.http.post("/review/login", data={"name": name, "password": PASSWORD}).text
        self.token = re.findall(r'"X-CSRF-Token": "([^"]+)"', page)[0]

    def get(self, path: str, **headers: str) -> Response:
        return self.http.get(f"/review{path}", headers=headers)

    def page(self, path: str) -> BeautifulSoup:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return BeautifulSoup(answer.text, "html.parser")

    def post(self, path: str, **fields: Any) -> Response:
        return self.http.post(f"/review{path}", data={"csrf_token": self.token, **fields})

    def findings(self, case: tables.Case) -> dict[str, str]:
        """The keys of the lines, by their category."""
        page = self.page(f"/cases/{case.uid}")
        lines = page.select("#lines [data-finding]")
        return {text_of(line.select_one("[data-selects]")).split(",")[0]: str(line["data-finding"]) for line in lines}

    def rest(self, case: tables.Case, verdict: str, query: str = "") -> Response:
        """Judge what is left of the page, as its form does."""
        shown = self.page(f"/cases/{case.uid}{query}").select_one("#rest [name=lines]")
        assert shown is not None
        return self.post(f"/cases/{case.uid}/rest", verdict=verdict, lines=shown["value"])

    def queue(self, query: str = "") -> list[str]:
        return [text_of(link) for link in self.page(f"/{query}").select(".queue .name a")]


def text_of(tag: Tag | None) -> str:
    assert tag is not None
    return tag.get_text(" ", strip=True).replace(" ,", ",")


def audit(custody: Custody) -> list[tables.AuditEntry]:
    with custody.store.read() as session:
        return list(session.scalars(select(tables.AuditEntry).order_by(tables.AuditEntry.seq)))
