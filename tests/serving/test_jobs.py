"""The queue: nothing is lost, nothing is done twice, sites take turns, and a kill is no try."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest
from sqlalchemy import select

from phivet.serving import jobs, results, tables
from phivet.serving.custody import Custody
from phivet.serving.jobs import LostError
from tests.serving.conftest import NOTE, accepted

EMPTY = {"a.txt": b"x"}


def order(custody: Custody) -> list[str]:
    """The ids of the cases in the order in which they are taken."""
    taken = []
    while lease := jobs.take(custody.store):
        with custody.store.read() as session:
            taken.append(session.get_one(tables.Case, lease.case_uid).case_id)
    return taken


def job(custody: Custody) -> tables.Job:
    with custody.store.read() as session:
        return session.query(tables.Job).one()


def make_due(custody: Custody) -> None:
    with custody.store.begin() as session:
        session.query(tables.Job).update({"due_at": 0})


def test_sites_take_turns_however_much_one_of_them_sends(any_custody: Custody) -> None:
    for number in range(4):
        accepted(any_custody, EMPTY, f"big-{number}", site="big")
    accepted(any_custody, EMPTY, "small-0", site="small")
    accepted(any_custody, EMPTY, "tiny-0", site="tiny")
    accepted(any_custody, EMPTY, "small-1", site="small")
    assert order(any_custody) == ["big-0", "small-0", "tiny-0", "big-1", "small-1", "big-2", "big-3"]


def test_what_somebody_reported_goes_before_all(any_custody: Custody) -> None:
    cases = [accepted(any_custody, EMPTY, f"c-{number}") for number in range(3)]
    with any_custody.store.begin() as session:
        session.query(tables.Job).filter_by(case_uid=cases[2].uid).update({"priority": 0})
    assert order(any_custody) == ["c-2", "c-0", "c-1"]


def test_many_takers_at_once_take_every_job_once(any_custody: Custody) -> None:
    for number in range(24):
        accepted(any_custody, EMPTY, f"c-{number}", site=f"s-{number % 3}")
    taken: list[int] = []

    def take() -> None:
        while lease := jobs.take(any_custody.store):
            taken.append(lease.job)

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while lease := jobs.take(any_custody.store):  # one that was locked by another taker was passed over
        taken.append(lease.job)
    assert Counter(taken) == Counter(set(taken)) and len(taken) == 24


def test_a_lease_that_was_lost_finishes_nothing(any_custody: Custody) -> None:
    accepted(any_custody, EMPTY)
    old = jobs.take(any_custody.store)
    assert old is not None and jobs.recover(any_custody.store) == 0
    with any_custody.store.begin() as session:
        session.query(tables.Job).update({"lease_until": time.time() - 1})
    assert jobs.recover(any_custody.store) == 1
    new = jobs.take(any_custody.store)
    assert new is not None and new.fence != old.fence
    with pytest.raises(LostError):
        jobs.renew(any_custody.store, old)
    with pytest.raises(LostError), any_custody.store.begin() as session:
        jobs.finish(session, old)
    with any_custody.store.begin() as session:
        jobs.finish(session, new)
    assert (job(any_custody).state, job(any_custody).tries, job(any_custody).losses) == ("done", 0, 1)


def test_the_job_of_a_process_that_died_waits_again_at_once_and_that_is_no_try(any_custody: Custody) -> None:
    accepted(any_custody, EMPTY)
    code = "import time; from phivet.serving import jobs; print(jobs.worker_name(), flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        lease = jobs.take(any_custody.store)
        assert lease is not None
        with any_custody.store.begin() as session:
            jobs.held(session, lease).worker = name
        assert jobs.recover(any_custody.store) == 0
        other.kill()
    assert jobs.recover(any_custody.store) == 1
    assert (job(any_custody).state, job(any_custody).tries, job(any_custody).losses) == ("waiting", 0, 1)


def test_of_other_machines_processes_nothing_is_known_but_their_leases() -> None:
    assert not jobs.has_died(jobs.worker_name())
    assert not jobs.has_died(f"another/0/0 {os.getpid()} 1") and not jobs.has_died("")
    assert jobs.has_died(f"{jobs.machine()} {os.getpid()} 1")


def test_a_case_that_kills_its_scans_is_tried_again_later_and_then_no_more(any_custody: Custody) -> None:
    accepted(any_custody, EMPTY)
    waits = []
    for again in (True, True, False):
        make_due(any_custody)
        lease = jobs.take(any_custody.store)
        assert lease is not None
        with any_custody.store.begin() as session:
            assert jobs.failed(session, lease, "killed by signal 9", 3) is again
        waits.append(job(any_custody).due_at - time.time())
        assert jobs.take(any_custody.store) is None
    assert 3 < waits[0] < 6 and 8 < waits[1] < 11


def test_who_reports_and_who_takes_wait_for_the_case_before_its_job(any_custody: Custody) -> None:
    case = accepted(any_custody, EMPTY)
    lease = jobs.take(any_custody.store)
    assert lease is not None
    ended: list[str] = []

    def record() -> None:
        try:
            results.record(any_custody, lease, results.given_up(any_custody, lease, "x"), {}, "x")
        except LostError:
            ended.append("lost")

    with any_custody.store.begin() as session:  # as whoever erases a case does: the case, then what belongs to it
        session.get_one(tables.Case, case.uid, with_for_update={"of": tables.Case})
        thread = threading.Thread(target=record)
        thread.start()
        time.sleep(0.5)
        session.scalars(select(tables.Job).with_for_update(nowait=True)).one()
        session.query(tables.Case).delete()
    thread.join(20)
    assert ended == ["lost"]


def test_a_job_whose_case_somebody_holds_is_passed_over(any_custody: Custody) -> None:
    if any_custody.store.is_sqlite:
        pytest.skip("on SQLite one transaction writes at a time")
    held, free = accepted(any_custody, EMPTY, "held"), accepted(any_custody, EMPTY, "free")
    with any_custody.store.begin() as session:
        session.get_one(tables.Case, held.uid, with_for_update={"of": tables.Case})
        lease = jobs.take(any_custody.store)
    assert lease is not None and lease.case_uid == free.uid


def test_a_case_that_is_replaced_while_it_is_scanned_is_scanned_once_more(any_custody: Custody) -> None:
    accepted(any_custody, EMPTY)
    lease = jobs.take(any_custody.store)
    accepted(any_custody, NOTE)
    assert lease is not None
    with pytest.raises(LostError):
        jobs.renew(any_custody.store, lease)
    again = jobs.take(any_custody.store)
    assert again is not None and again.version == 2 and jobs.take(any_custody.store) is None
