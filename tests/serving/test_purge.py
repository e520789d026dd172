"""Erasing: by rule and at once, and no backup brings it back."""

import shutil
import threading
import time
from pathlib import Path

import pytest

from phivet.cases.reader import Reader
from phivet.serving import intake, purge, tables, webhooks
from phivet.serving.case_answers import case_answer
from phivet.serving.custody import Custody
from phivet.serving.problems import ProblemError
from phivet.serving.tables import Case, Decision, Webhook
from phivet.serving.vault import ErasedError, Why
from tests.serving.conftest import NOTE, Scanned, accepted, custody_of, principal

CLEAN = {"note.txt": b"Normal chest."}


def case_of(custody: Custody, uid: str) -> Case:
    with custody.store.read() as session:
        return session.get_one(Case, uid)


def decided(custody: Custody, case: Case, kind: str = "publish", ago: float = 0.0, window: float = 60.0) -> None:
    who = principal(custody)
    now = time.time() - ago
    with custody.store.begin() as session:
        session.add(
            Decision(
                case_uid=case.uid,
                version=case.version,
                user_id=who.user_id,
                decision=kind,
                reasons=[],
                decided_at=now + 1,
                final_at=now + 1 + window,
            )
        )


def test_decided_cases_lose_their_files_after_the_time_of_their_rule_and_keep_their_report(
    any_custody: Custody, scanned: Scanned, reader: Reader
) -> None:
    with any_custody.store.begin() as session:
        session.add(tables.Rule(policy="casect", site="*", purge_days=10))
    clear = scanned(any_custody, CLEAN, "clear", policy="casect")
    longer = scanned(any_custody, CLEAN, "longer", policy="cimar")
    open_ = scanned(any_custody, NOTE, "open", policy="casect")
    day = 86_400
    assert purge.purge(any_custody, time.time() + 9 * day) == 0
    assert purge.purge(any_custody, time.time() + 11 * day) == 1
    purged = case_of(any_custody, clear.uid)
    assert purged.vault is None and purged.purged_at and purged.decision == "clear"
    with pytest.raises(ErasedError), any_custody.case(purged, reader):
        pass
    assert case_of(any_custody, longer.uid).vault and case_of(any_custody, open_.uid).vault
    any_custody.prepare()
    assert case_of(any_custody, clear.uid).decision == "clear"
    with any_custody.store.begin() as session, pytest.raises(ProblemError):
        intake.rescan(session, any_custody, session.get_one(Case, clear.uid), "x", first=True)
    again = accepted(any_custody, CLEAN, "clear", policy="casect")
    assert (again.uid, again.version, again.state) == (clear.uid, 2, "accepted")


def test_sites_that_keep_long_do_not_hide_those_that_keep_short(
    any_custody: Custody, scanned: Scanned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "BATCH", 1)
    short = scanned(any_custody, CLEAN, "short", policy="casect")
    with any_custody.store.begin() as session:
        session.add(tables.Rule(policy="cimar", site="*", purge_days=36_500))
        for number in range(60):
            session.add(
                Case(
                    owner_id=short.owner_id, case_id=f"long-{number}", digest="x", policy="cimar", visibility="draft",
                    site=short.site, vault=f"{number}", files=1, size=1, state="decided", decided_at=10.0,
                )
            )  # fmt: skip
    assert purge.purge(any_custody, time.time() + 31 * 86_400) == 1
    assert case_of(any_custody, short.uid).vault is None


def test_a_case_that_is_replaced_while_others_are_purged_keeps_its_new_files(
    any_custody: Custody, scanned: Scanned, reader: Reader
) -> None:
    case = scanned(any_custody, CLEAN)
    new = any_custody.vault.make()
    with any_custody.store.begin() as session:
        replaced = session.get_one(Case, case.uid, with_for_update={"of": Case})
        thread = threading.Thread(target=purge.purge, args=(any_custody, time.time() + 31 * 86_400))
        thread.start()
        time.sleep(0.5)
        replaced.vault, replaced.decided_at, replaced.version = new, None, 2
    thread.join(20)
    now = case_of(any_custody, case.uid)
    assert (now.vault, now.purged_at) == (new, None)


def test_a_decision_holds_when_it_can_no_longer_be_undone(any_custody: Custody, scanned: Scanned) -> None:
    case = scanned(any_custody, NOTE, policy="casect")
    decided(any_custody, case)
    assert purge.finish_decisions(any_custody) == 0
    assert purge.finish_decisions(any_custody, time.time() + 90) == 1
    now = case_of(any_custody, case.uid)
    assert now.state == "decided" and now.decided_at and not now.reported
    assert purge.finish_decisions(any_custody, time.time() + 90) == 0


def test_a_decision_from_before_a_new_scan_does_not_hold(any_custody: Custody, scanned: Scanned) -> None:
    case = scanned(any_custody, NOTE, policy="casect")
    decided(any_custody, case, ago=100)
    assert purge.finish_decisions(any_custody, time.time() + 90) == 0


def test_a_consent_ends_by_itself(any_custody: Custody, scanned: Scanned) -> None:
    with any_custody.store.begin() as session:
        session.add(tables.Rule(policy="casect", site="*", consents=True))
    case = scanned(any_custody, NOTE, policy="casect")
    now = time.time()
    consented(any_custody, case, now + 10, "allow", since=now - 10)
    purge.follow_consents(any_custody)
    assert case_of(any_custody, case.uid).decision == "clear"
    assert purge.follow_consents(any_custody, now + 5, now) == 0
    assert purge.follow_consents(any_custody, now + 20, now + 5) == 1
    assert case_of(any_custody, case.uid).decision == "block"


def consented(custody: Custody, case: Case, until: float, turns: str = "review", since: float = 0) -> None:
    who = principal(custody)
    with custody.store.begin() as session:
        body = session.query(tables.Report).one().body
        session.add(
            tables.Consent(
                case_uid=case.uid,
                who=b"",
                scope={"findings": [each["id"] for each in body["findings"]]},
                turns=turns,
                from_at=since,
                until_at=until,
                document="ab" * 32,
                recorded_by=who.user_id,
            )
        )
    purge.follow_consents(custody)


@pytest.mark.parametrize("final", [True, False])
def test_a_consent_that_ends_overtakes_what_was_decided_and_the_platform_is_told(
    any_custody: Custody, scanned: Scanned, final: bool
) -> None:
    case = scanned(any_custody, NOTE, policy="casect", callback="http://127.0.0.1/hooks/x")
    now = time.time()
    consented(any_custody, case, now + 500)
    decided(any_custody, case)
    with any_custody.store.begin() as session:
        row = session.get_one(Case, case.uid)
        webhooks.announce(session, any_custody, row, webhooks.DECIDED, session.query(Decision).one(), now + 60)
    if final:
        assert purge.finish_decisions(any_custody, now + 90) == 1
    purge.follow_consents(any_custody, now + 600)
    after = case_of(any_custody, case.uid)
    assert (after.state, after.decision, after.decided_at) == ("scanned", "block", None)
    assert purge.finish_decisions(any_custody, now + 900) == 0
    with any_custody.store.read() as session:
        told = session.query(Webhook).order_by(Webhook.created_at).all()
        assert case_answer(session, session.get_one(Case, case.uid)).moderator is None
    assert [(each.event, each.body["decision"]) for each in told] == [
        ("case.scanned", "block"),
        ("case.changed", "review"),
        ("case.changed", "block"),
    ]
    assert told[-1].due_at <= time.time()


def test_what_a_killed_upload_leaves_in_the_vault_is_swept(any_custody: Custody) -> None:
    case = accepted(any_custody)
    left = any_custody.vault.make()
    assert purge.sweep(any_custody) == 0
    assert purge.sweep(any_custody, older_than=-10) == 1
    assert [name for name, _ in any_custody.vault.names()] == [case.vault] != [left]


def erased(custody: Custody, case: Case) -> list[str]:
    """Erase the case on request; the names that are in the list of erasures for it."""
    with custody.store.begin() as session:
        names = purge.erase(custody, session, session.get_one(Case, case.uid), "test")
    purge.forget(custody, names)
    return names


def restored(live: Path, backup: Path) -> Custody:
    """The custody in `live` after the backup was restored there, all but the list of erasures and the anchor."""
    rolled_forward = {name: (live / name).read_bytes() for name in ("keys/erased", "audit.head")}
    shutil.rmtree(live)
    shutil.copytree(backup, live)
    for name, content in rolled_forward.items():
        (live / name).write_bytes(content)
    return custody_of(live)


def test_what_was_purged_or_replaced_and_then_erased_does_not_come_back_either(
    tmp_path: Path, scanned: Scanned
) -> None:
    live, backup = tmp_path / "live", tmp_path / "backup"
    custody = custody_of(live)
    purged, replaced = scanned(custody, CLEAN, "purged"), scanned(custody, CLEAN, "replaced")
    kept = scanned(custody, NOTE, "kept")
    custody.store.checkpoint()
    shutil.copytree(live, backup)
    assert purge.purge(custody, time.time() + 40 * 86_400) == 2
    accepted(custody, NOTE, "replaced")
    for case in (purged, replaced):
        erased(custody, case)
    custody.close()
    custody = restored(live, backup)
    with custody.store.read() as session:
        assert [case.uid for case in session.query(Case)] == [kept.uid]
        assert session.query(tables.Report).filter(tables.Report.case_uid != kept.uid).count() == 0
    custody.close()


@pytest.mark.parametrize("by", ["the next start", "the service"])
def test_an_erasure_that_a_kill_cut_off_is_finished_as_what_it_was(
    any_custody: Custody, scanned: Scanned, by: str
) -> None:
    case = scanned(any_custody, CLEAN, "asked")
    with any_custody.store.begin() as session:
        names = purge.erase(any_custody, session, session.get_one(Case, case.uid), "test")
    assert list(any_custody.vault.names()) and any_custody.vault.erased() == {}
    if by == "the service":
        purge.sweep(any_custody)
    else:
        any_custody.prepare()
    assert list(any_custody.vault.names()) == []
    assert any_custody.vault.erased() == dict.fromkeys(names, Why.REQUEST)


def test_a_restored_backup_of_database_files_and_keys_brings_nothing_back(
    tmp_path: Path, scanned: Scanned, reader: Reader
) -> None:
    live, backup = tmp_path / "live", tmp_path / "backup"
    custody = custody_of(live)
    gone, kept = scanned(custody, NOTE, "erased"), scanned(custody, NOTE, "kept")
    purged = scanned(custody, CLEAN, "purged")
    custody.store.checkpoint()
    shutil.copytree(live, backup)
    vault = erased(custody, gone)[0]
    purge.purge(custody, time.time() + 40 * 86_400)
    custody.close()
    assert vault in {path.name for path in (backup / "files").glob("*/*")}

    custody = restored(live, backup)
    with custody.store.read() as session:
        assert session.get(Case, gone.uid) is None
        assert session.query(tables.Report).filter_by(case_uid=gone.uid).count() == 0
    assert case_of(custody, purged.uid).vault is None
    assert vault not in {path.name for path in (live / "files").glob("*/*")}
    with pytest.raises(ErasedError), custody.case(gone, reader):
        pass
    with custody.case(case_of(custody, kept.uid), reader) as case:
        assert list(case.paths.values()) == ["note.txt"]
    custody.close()
