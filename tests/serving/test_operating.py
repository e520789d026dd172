"""The commands of those who run the service."""

import io
import json
import os
from pathlib import Path

import pytest
from sqlalchemy import update

from phivet.serving import access, log_in, tables
from phivet.serving.command_line import main
from phivet.serving.custody import Custody
from phivet.serving.problems import ProblemError
from tests.serving.conftest import NOTE, Scanned, accepted, custody_of

PASSWORD = "correct horse battery"  # noqa: S105


def run(custody: Custody, *arguments: str) -> int:
    return main([*arguments, "--data", str(custody.settings.folder)])


def test_a_user_is_made_logs_in_and_is_shut_out(
    custody: Custody, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    made = ("user", "add", "amira", "--role", "moderator", "--role", "auditor", "--site", "north", "--password")
    assert run(custody, *made) == 0
    entry = log_in.log_in(custody, "amira", PASSWORD, "127.0.0.1")
    assert run(custody, "token", "add", "amira", "--days", "3") == 0
    secret = capsys.readouterr().out.strip()
    with custody.store.read() as session:
        who = access.by_token(session, secret)
        assert who is not None and who.roles == {"moderator", "auditor"}
        assert who.sees("north") and not who.sees("south")
    assert run(custody, "user", "revoke", "amira") == 0
    with custody.store.read() as session:
        assert access.by_token(session, secret) is None and access.by_cookie(session, entry.cookie) is None
    with pytest.raises(ProblemError, match="log-in-refused"):
        log_in.log_in(custody, "amira", PASSWORD, "127.0.0.1")
    assert run(custody, "token", "add", "amira") == 64
    assert run(custody, "user", "restore", "amira") == 0
    assert log_in.log_in(custody, "amira", PASSWORD, "127.0.0.1").cookie
    with custody.store.read() as session:
        assert access.by_token(session, secret) is None


def test_a_user_gets_another_password_and_other_roles(custody: Custody, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\nanother {PASSWORD}\n"))
    assert run(custody, "user", "add", "amira", "--role", "moderator", "--site", "north", "--password") == 0
    before = log_in.log_in(custody, "amira", PASSWORD, "127.0.0.1")
    assert run(custody, "user", "change", "amira", "--role", "auditor", "--password") == 0
    with pytest.raises(ProblemError, match="log-in-refused"):
        log_in.log_in(custody, "amira", PASSWORD, "127.0.0.1")
    after = log_in.log_in(custody, "amira", f"another {PASSWORD}", "127.0.0.1")
    with custody.store.read() as session:
        who = access.by_cookie(session, after.cookie)
        assert access.by_cookie(session, before.cookie) is None
    assert who is not None and (who.roles, who.sites) == ({"auditor"}, {"north"})


def test_what_makes_no_sense_is_said_in_a_line(custody: Custody, capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in (
        ("user", "add", "a b", "--role", "admin"),
        ("token", "add", "nobody"),
        ("user", "revoke", "nobody"),
        ("user", "change", "nobody", "--role", "admin"),
        ("purge", "--case", "x"),
    ):
        assert run(custody, *wrong) == 64
        assert capsys.readouterr().err.count("\n") == 1


def test_the_log_is_verified_and_exported(custody: Custody, capsys: pytest.CaptureFixture[str]) -> None:
    accepted(custody)
    assert run(custody, "audit", "verify") == 0 and "the chain is whole" in capsys.readouterr().out
    assert run(custody, "audit", "export") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[-1]["action"] == "audit log read"
    with custody.store.begin() as session:
        session.execute(update(tables.AuditEntry).where(tables.AuditEntry.seq == 2).values(actor="another"))
    assert run(custody, "audit", "verify") == 1 and "entry 2 was changed" in capsys.readouterr().err


def test_what_is_due_is_purged_and_one_case_at_once(
    custody: Custody, scanned: Scanned, capsys: pytest.CaptureFixture[str]
) -> None:
    with custody.store.begin() as session:
        session.add(tables.Rule(policy="*", site="*", purge_days=0))
    scanned(custody, {"note.txt": b"Normal chest."}, "due", policy="casect")
    case = accepted(custody, NOTE, "kept")
    assert run(custody, "purge") == 0 and capsys.readouterr().out.startswith("1 purged")
    assert run(custody, "purge", "--case", case.uid) == 0
    assert list(custody.vault.names()) == []


@pytest.mark.parametrize("command", [("purge",), ("audit", "verify"), ("user", "revoke", "admin")])
def test_where_nothing_is_kept_a_command_makes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    (tmp_path / "there").mkdir()
    for folder in ("there", "not-there"):
        assert main([*command, "--data", str(tmp_path / folder)]) == 64
        assert "nothing is kept there" in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]


def test_a_command_that_is_told_of_no_database_or_another_one_erases_no_key(
    custody: Custody, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = accepted(custody)
    for path in (custody.settings.folder / "keys").glob("??/*"):
        os.utime(path, (0, 0))
    another = custody_of(tmp_path / "another")
    another.close()
    for url, said in (
        (f"sqlite:///{tmp_path / 'none.db'}", "no database yet"),
        (another.settings.database_url, "another database"),
    ):
        monkeypatch.setenv("PHIVET_DATABASE", url)
        assert run(custody, "purge") == 64 and said in capsys.readouterr().err
        assert run(custody, "audit", "verify") == 64 and said in capsys.readouterr().err
    assert [name for name, _ in custody.vault.names()] == [case.vault] and not (tmp_path / "none.db").exists()


def test_a_master_key_that_is_none_is_refused(
    custody: Custody, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PHIVET_MASTER_KEY", "Zzyzxova")
    assert run(custody, "audit", "verify") == 64
    said = capsys.readouterr().err
    assert "32 bytes in base64" in said and "Zzyzxova" not in said
