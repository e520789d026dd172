"""Custody: a database and a vault that belong together, or nothing is served and nothing erased."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from phivet.serving import purge
from phivet.serving.custody import Custody, CustodyError
from phivet.serving.store import StoreError
from tests.serving.conftest import accepted, custody_of


def age(custody: Custody) -> None:
    """Let the keys be as old as those that are swept."""
    for path in (custody.settings.folder / "keys").glob("??/*"):
        os.utime(path, (0, 0))


def test_a_database_that_is_not_the_vaults_is_not_served_and_sweeps_nothing(
    any_custody: Custody, tmp_path: Path
) -> None:
    case = accepted(any_custody)
    age(any_custody)
    for other in ("new", "of-another-vault"):
        if other != "new":
            custody_of(tmp_path / other).close()
        (tmp_path / other).mkdir(exist_ok=True)
        settings = replace(any_custody.settings, database=f"sqlite:///{tmp_path / other / 'phivet.db'}")
        wrong = Custody.make(settings)
        with pytest.raises(CustodyError, match="another database"):
            wrong.prepare()
        with pytest.raises(CustodyError, match="another database"):
            purge.sweep(wrong)
        wrong.close()
    assert [name for name, _ in any_custody.vault.names()] == [case.vault]


def test_what_belongs_together_may_be_prepared_again_and_again(any_custody: Custody) -> None:
    case = accepted(any_custody)
    any_custody.prepare()
    any_custody.check()
    assert [name for name, _ in any_custody.vault.names()] == [case.vault]


def test_a_vault_that_was_lost_is_made_anew_for_its_database(any_custody: Custody) -> None:
    accepted(any_custody)
    before = any_custody.vault.id
    for path in (any_custody.settings.folder / "keys").iterdir():
        if path.name != "master.key":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    any_custody.prepare()
    any_custody.check()
    assert any_custody.vault.id == before


def test_a_first_start_that_was_cut_off_is_done_again(custody: Custody, tmp_path: Path) -> None:
    half = Custody.make(replace(custody.settings, data=str(tmp_path / "half")))
    with pytest.raises(StoreError, match="no database yet"):
        half.check()
    half.vault.identify("ab" * 16)
    half.prepare()
    half.check()
    half.close()
