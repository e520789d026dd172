"""The audit log: whoever changes it is found out."""

from pathlib import Path

import pytest
from sqlalchemy import delete, update

from phivet.serving.audit import Audit, AuditError, as_json
from phivet.serving.custody import Custody
from phivet.serving.tables import AuditEntry, AuditHead


def written(custody: Custody, number: int = 5) -> None:
    for each in range(number):
        with custody.store.begin() as session:
            custody.audit.write(session, "somebody", "looked", f"case-{each}", ratio=0.1 * each, why=None)


def verified(custody: Custody) -> int:
    with custody.store.read() as session:
        return custody.audit.verify(session)


def test_an_honest_log_is_whole(any_custody: Custody) -> None:
    before = verified(any_custody)
    written(any_custody)
    assert verified(any_custody) == before + 5
    with any_custody.store.read() as session:
        entry = as_json(next(any_custody.audit.entries(session, "case-3")))
    assert (entry["actor"], entry["action"], entry["details"]) == (
        "somebody",
        "looked",
        {"ratio": 0.1 * 3, "why": None},
    )


def test_several_entries_of_one_transaction_are_chained_and_those_of_a_failed_one_are_not_there(
    any_custody: Custody,
) -> None:
    with any_custody.store.begin() as session:
        any_custody.audit.write(session, "a", "one")
        any_custody.audit.write(session, "a", "two")
    with pytest.raises(ZeroDivisionError), any_custody.store.begin() as session:
        any_custody.audit.write(session, "a", "three")
        raise ZeroDivisionError
    assert verified(any_custody) == 2


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        (update(AuditEntry).where(AuditEntry.seq == 3).values(actor="another"), "entry 3 was changed"),
        (update(AuditEntry).where(AuditEntry.seq == 3).values(at=1.0), "entry 3 was changed"),
        (update(AuditEntry).where(AuditEntry.seq == 3).values(details={}), "entry 3 was changed"),
        (delete(AuditEntry).where(AuditEntry.seq == 3), "entry 3 is missing"),
        (delete(AuditEntry).where(AuditEntry.seq > 3), "the last 2 entries were cut off"),
        (update(AuditHead).values(seq=9), "the head is not"),
    ],
)
def test_a_change_is_found(any_custody: Custody, tampering: object, said: str) -> None:
    written(any_custody)
    with any_custody.store.begin() as session:
        session.execute(tampering)  # type: ignore[call-overload]
    with pytest.raises(AuditError, match=said):
        verified(any_custody)


def test_an_end_that_was_cut_off_with_its_head_is_found_by_the_anchor(custody: Custody, tmp_path: Path) -> None:
    written(custody)
    with custody.store.begin() as session:
        third = session.get_one(AuditEntry, 3)
        session.execute(delete(AuditEntry).where(AuditEntry.seq > 3))
        session.execute(update(AuditHead).values(seq=3, mac=third.mac))
    with pytest.raises(AuditError, match="the last 2 entries were cut off"):
        verified(custody)
    (tmp_path / "data" / "audit.head").unlink()
    with pytest.raises(AuditError, match="the anchor is missing"):
        verified(custody)


def test_nobody_without_the_key_can_make_a_chain(custody: Custody) -> None:
    written(custody)
    forger = Audit(type(custody.keys)(bytes(32)), custody.settings.folder / "forged.head")
    with custody.store.begin() as session:
        forger.write(session, "somebody", "looked")
    with pytest.raises(AuditError, match="entry 6 was changed"):
        verified(custody)


def test_the_anchor_never_goes_back(custody: Custody) -> None:
    written(custody)
    custody.audit._drop_anchor(2, "0" * 64)
    assert verified(custody) == 5
