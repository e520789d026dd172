"""Taking a case in: once it is committed nothing that goes wrong afterwards takes its files away."""

import logging
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from phivet.cases.reader import Reader
from phivet.serving import intake, tables
from phivet.serving.custody import Custody
from phivet.serving.vault import Vault
from tests.serving.test_cases_api import client_of, put

CLEAN = ("files", ("note.txt", b"Normal chest."))


def content(custody: Custody, reader: Reader) -> list[str]:
    """The names of the files of the one case there is, opened."""
    with custody.store.read() as session:
        case = session.query(tables.Case).one()
    with custody.case(case, reader) as opened:
        return [*opened.paths.values()]


def full_disk(*_: Any) -> None:
    raise OSError(28, "No space left on device")


def anchor_is_away(custody: Custody, patch: pytest.MonkeyPatch) -> None:
    path = custody.settings.folder / "audit.head"
    path.unlink()
    path.mkdir()


def nothing_can_be_erased(custody: Custody, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Vault, "erase", full_disk)


@pytest.mark.parametrize("trouble", [anchor_is_away, nothing_can_be_erased])
def test_a_case_that_was_committed_keeps_its_files_whatever_fails_afterwards(
    any_custody: Custody,
    reader: Reader,
    caplog: pytest.LogCaptureFixture,
    trouble: Callable[[Custody, pytest.MonkeyPatch], None],
) -> None:
    with client_of(any_custody) as client, pytest.MonkeyPatch.context() as patch:
        put(client)
        trouble(any_custody, patch)
        with caplog.at_level(logging.ERROR, "phivet.service"):
            answer = put(client, "c-1", CLEAN)
        assert (answer.status_code, answer.json()["version"]) == (202, 2) and caplog.messages
        assert content(any_custody, reader) == ["note.txt"]
        assert put(client, "c-1", CLEAN).status_code == 200
    assert content(any_custody, reader) == ["note.txt"]


def test_when_nobody_knows_whether_a_case_was_committed_its_files_are_left_to_be_swept(
    any_custody: Custody, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = intake.accept

    def cut_off(*given: Any) -> None:
        accept(*given)
        raise OperationalError("the connection was lost while it committed", None, Exception())

    with client_of(any_custody) as client:
        monkeypatch.setattr(intake, "accept", cut_off)
        assert put(client).status_code == 500
        monkeypatch.undo()
        assert put(client).status_code == 200
    assert content(any_custody, reader) == ["note.txt"]


def test_a_case_whose_key_was_lost_is_taken_in_again(any_custody: Custody, reader: Reader) -> None:
    with client_of(any_custody) as client:
        put(client)
        for folder in (any_custody.settings.folder / "keys").glob("??"):
            if folder.is_dir():
                shutil.rmtree(folder)
        answer = put(client)
    assert (answer.status_code, answer.json()["version"]) == (202, 2)
    assert content(any_custody, reader) == ["note.txt"]
