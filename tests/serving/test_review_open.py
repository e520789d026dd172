"""Cases that are open: nobody waits for another's case, nothing stays open, and nothing is read under a lock."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from phivet.serving import review_open, tables
from phivet.serving.custody import Custody
from phivet.serving.reports import report_of
from phivet.serving.review_open import Opened, Openings
from phivet.serving.store import latest_report
from tests.serving.conftest import NOTE, Scanned
from tests.serving.moderators import Browser

SOON = 20.0


@pytest.fixture
def openings(custody: Custody) -> Openings:
    return Openings(custody)


def look(openings: Openings, case: tables.Case, at: Callable[[Opened], Any] = lambda found: None) -> Any:
    with openings.custody.store.read() as session:
        stored = latest_report(session, case)
    assert stored is not None
    with openings.of(case, stored.id, report_of(stored.body)) as found:
        return at(found)


def shut_of(openings: Openings, case: tables.Case) -> threading.Event:
    """Set when the case, which is opened for this, is shut."""
    shut = threading.Event()
    look(openings, case, lambda found: found.stack.callback(shut.set))
    return shut


def test_who_opens_a_large_case_keeps_nobody_from_another(
    custody: Custody, scanned: Scanned, openings: Openings, monkeypatch: pytest.MonkeyPatch
) -> None:
    large, small = scanned(custody, NOTE, "large"), scanned(custody, NOTE, "small")
    begun, go_on, read = threading.Event(), threading.Event(), review_open.exhibits

    def slow(case: Any, *rest: Any, **options: Any) -> Any:
        if case.case_id == "large":
            begun.set()
            assert go_on.wait(SOON)
        return read(case, *rest, **options)

    monkeypatch.setattr(review_open, "exhibits", slow)
    with ThreadPoolExecutor(2) as pool:
        waits = [pool.submit(look, openings, large, id) for _ in range(2)]
        assert begun.wait(SOON)
        openings.shut(large.uid)
        assert look(openings, small, lambda found: len(found.texts)) > 0
        assert not any(each.done() for each in waits)
        go_on.set()
        assert all(each.result(SOON) for each in waits)


def test_what_nobody_looks_at_is_shut_by_itself_and_so_is_what_was_erased(
    custody: Custody, scanned: Scanned, openings: Openings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_open, "TICK", 0.05)
    idle = scanned(custody, NOTE, "idle")
    shut = shut_of(openings, idle)
    assert not shut.wait(0.3)
    with custody.store.begin() as session:
        session.delete(session.get_one(tables.Case, idle.uid))
    assert shut.wait(SOON)
    monkeypatch.setattr(review_open, "IDLE_SECONDS", 0.2)
    assert shut_of(openings, scanned(custody, NOTE, "other")).wait(SOON)


def test_the_case_that_was_looked_at_last_stays_open(
    custody: Custody, scanned: Scanned, openings: Openings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_open, "KEPT", 1)
    first, second = scanned(custody, NOTE, "first"), scanned(custody, NOTE, "second")
    shut = shut_of(openings, first)
    assert look(openings, first, id) == look(openings, first, id) and not shut.is_set()
    look(openings, second)
    assert shut.is_set()


def test_a_case_is_read_before_the_database_is_held(
    custody: Custody, scanned: Scanned, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = scanned(custody, NOTE)
    mira = Browser(custody, "mira")
    mira.post(f"/cases/{case.uid}/claim")
    mira.post(f"/cases/{case.uid}/show")
    mira.http.app.state.openings.shut(case.uid)  # type: ignore[attr-defined]
    read, held = review_open.exhibits, []

    def exhibits(*rest: Any, **options: Any) -> Any:
        with custody.store.engine.connect() as connection:
            connection.execute(text("PRAGMA busy_timeout=0"))
            connection.execute(text("BEGIN IMMEDIATE"))
            connection.invalidate()
        held.append(False)
        return read(*rest, **options)

    monkeypatch.setattr(review_open, "exhibits", exhibits)
    assert mira.post(f"/cases/{case.uid}/marks/words", words="disc bulge", category="name").status_code == 200
    assert held
