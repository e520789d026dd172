"""The database: its steps make its tables, on SQLite and PostgreSQL, and what is deleted is gone."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text

from phivet.serving import store, tables
from phivet.serving.custody import Custody
from phivet.serving.migrations import STEPS
from phivet.serving.policies import names
from phivet.serving.store import Store, StoreError
from phivet.serving.tables import Base, Rule
from tests.serving.conftest import accepted


def test_the_steps_make_the_tables_that_the_code_knows(any_custody: Custody) -> None:
    any_custody.store.migrate()
    with any_custody.store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    assert [each for each in differences if "schema_version" not in str(each)] == []


def test_a_database_of_a_newer_version_is_not_touched(any_custody: Custody) -> None:
    with any_custody.store.begin() as session:
        session.execute(text("UPDATE schema_version SET steps = :steps"), {"steps": len(STEPS) + 1})
    with pytest.raises(StoreError, match="newer version"):
        any_custody.store.migrate()


def test_half_a_transaction_is_none(any_custody: Custody) -> None:
    with pytest.raises(ZeroDivisionError), any_custody.store.begin() as session:
        store.site(session, "north")
        raise ZeroDivisionError
    with any_custody.store.read() as session:
        assert session.get(tables.Site, "north") is None


@pytest.mark.parametrize("url", ["nothing", "mysql://somebody@somewhere/x", ""])
def test_what_is_no_database_is_refused(url: str) -> None:
    with pytest.raises(StoreError):
        Store(url)


def test_a_database_that_is_away_is_an_error_without_its_password() -> None:
    with pytest.raises(StoreError) as error:
        Store("postgresql://me:Zzyzxova@127.0.0.1:9/none").migrate()
    assert "Zzyzxova" not in str(error.value)


def test_sqlite_overwrites_what_it_deletes_and_keeps_what_it_commits(custody: Custody, tmp_path: Path) -> None:
    with custody.store.engine.connect() as connection:
        wanted = {"secure_delete": 1, "synchronous": 2, "foreign_keys": 1, "journal_mode": "wal"}
        assert {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in wanted} == wanted
    accepted(custody, case_id="a-case-of-this-name")
    with custody.store.begin() as session:
        for case in session.query(tables.Case):
            session.delete(case)
    custody.store.checkpoint()
    held = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("phivet.db*"))
    assert b"a-case-of-this-name" not in held
    assert sqlite3.connect(tmp_path / "data" / "phivet.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_most_particular_rule_counts(any_custody: Custody) -> None:
    with any_custody.store.begin() as session:
        session.add(Rule(policy="*", site="*", purge_days=1))
        session.add(Rule(policy="*", site="north", purge_days=2))
        session.add(Rule(policy="casect", site="*", purge_days=3))
        session.add(Rule(policy="casect", site="north", purge_days=4))
    with any_custody.store.read() as session:
        places = [(policy, site) for policy in ("casect", "cimar") for site in ("north", "south")]
        days = {place: store.rule(session, *place).purge_days for place in places}
    assert list(days.values()) == [4, 3, 2, 1]
    assert in_a_query(any_custody, places) == days


def test_where_there_is_no_rule_the_default_counts(any_custody: Custody) -> None:
    assert in_a_query(any_custody, [("casect", "north")]) == {("casect", "north"): store.PURGE_DAYS}


def in_a_query(custody: Custody, places: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The days that a query of cases of these policies at these sites finds for each."""
    for number, (policy, site) in enumerate(places):
        accepted(custody, case_id=f"c-{number}", policy=policy, site=site)
    with custody.store.read() as session:
        rows = session.execute(select(tables.Case.policy, tables.Case.site, store.purge_days()))
        return {(policy, site): days for policy, site, days in rows}


def test_a_consent_counts_where_the_platforms_own_rules_know_one(custody: Custody) -> None:
    with custody.store.read() as session:
        knowing = {policy for policy in names() if store.rule(session, policy, "north").consents}
    assert knowing == {"casect", "resectaur"}


def test_a_case_with_a_report_is_called_scanned_where_it_was_called_reported(any_custody: Custody) -> None:
    case = accepted(any_custody)
    with any_custody.store.begin() as session:
        session.execute(text("UPDATE cases SET state = 'reported'"))
        session.execute(text("UPDATE schema_version SET steps = 1"))
    any_custody.store.migrate()
    with any_custody.store.read() as session:
        assert session.get_one(tables.Case, case.uid).state == "scanned"
