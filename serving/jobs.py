"""The queue of scans: a table in the case's own database, with leases. Only ids go through it.

Why not a library. A case must be queued in the transaction that accepts it, and its report written in the one that ends
its job; else a kill between the two loses a case or scans it twice. On SQLite and PostgreSQL alike, of those looked at:

- huey takes a task off its queue before it runs it, and says in its documentation that a killed consumer loses it;
  tasks are pickled, and its tables are not in our transaction.
- procrastinate does all this well, on PostgreSQL only.
- dbos runs on both. Its queue is a database of its own, so that a case could be accepted and not queued; a workflow is
  recovered by the executor of the same id alone, so that what a lost machine had begun waits until that machine is
  back; each recovery counts as an attempt, so that ten deployments park an innocent case; it runs work in threads of
  its process, which cannot be given a limit on memory, or be ended; and it knows no turns between sites.

What is needed beside a table is little: a job is waiting, running, done or parked. Who runs it holds a lease that he
renews, and a fence that is drawn anew with each lease: without the present one nothing can be finished, so that a
worker that was thought dead does no harm. When a lease runs out, or its holder is seen to have died on this machine,
the job waits again; that is a loss, not a try. A try is when the case itself killed what scanned it, or took too long.
Sites take turns: whose last job was taken longest ago is next; what somebody reported goes before all.
"""

import os
import secrets
import socket
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phivet.serving.store import Store
from phivet.serving.tables import Case, Job, Site

LEASE_SECONDS = 60.0
LOSSES_AT_MOST = 50
"""Times that the machinery may die around a case before the case is suspected all the same: that is one try."""
RETRY_SECONDS = 5.0
"""Wait before the second try; doubled for each one more."""


class LostError(Exception):
    """The job is no longer ours: the lease ran out, the case was erased, or other files came."""


@dataclass(frozen=True)
class Lease:
    """One job in hand."""

    job: int
    case_uid: str
    version: int
    scan: int
    fence: str
    tries: int
    """Those that have failed."""


def enqueue(session: Session, case: Case, *, priority: int = 1) -> Job:
    """Queue one more scan of the case's present content, in the transaction of `session`."""
    session.flush()
    last = select(func.max(Job.scan)).where(Job.case_uid == case.uid, Job.version == case.version)
    scan = (session.scalar(last) or 0) + 1
    job = Job(case_uid=case.uid, version=case.version, scan=scan, site=case.site, priority=priority)
    session.add(job)
    session.flush()
    return job


def waiting(session: Session) -> int:
    """How many scans are waiting."""
    return session.scalar(select(func.count()).select_from(Job).where(Job.state == "waiting")) or 0


def take(store: Store) -> Lease | None:
    """The next job, if there is one that is due."""
    now = time.time()
    with store.begin() as session:
        wanted = (
            select(Job)
            .join(Site, Site.name == Job.site)
            .join(Case, Case.uid == Job.case_uid)
            .where(Job.state == "waiting", Job.due_at <= now, Case.restricted.is_(False))
            .order_by(Job.priority, Site.served, Job.id)
            .limit(1)
            .with_for_update(of=[Case, Job], skip_locked=True)
        )
        job = session.scalars(wanted).first()
        if job is None:
            return None
        turn = (session.scalar(select(func.max(Site.served))) or 0) + 1
        session.get_one(Site, job.site).served = turn
        case = session.get_one(Case, job.case_uid)
        if case.state == "accepted":
            case.state = "scanning"
        job.state, job.worker, job.fence = "running", worker_name(), secrets.token_hex(16)
        job.lease_until = now + LEASE_SECONDS
        return Lease(job.id, job.case_uid, job.version, job.scan, job.fence, job.tries)


def renew(store: Store, lease: Lease) -> None:
    """Keep the job. Raises `LostError`."""
    with store.begin() as session:
        held(session, lease).lease_until = time.time() + LEASE_SECONDS


def held(session: Session, lease: Lease) -> Job:
    """The job, locked until the transaction ends. Raises `LostError` when the lease no longer counts."""
    job = session.get(Job, lease.job, with_for_update=True)
    if job is None or job.state != "running" or job.fence != lease.fence:
        raise LostError
    return job


def finish(session: Session, lease: Lease, reason: str | None = None) -> None:
    """The job is done, or parked for a reason; in the transaction that writes its report. Raises `LostError`."""
    job = held(session, lease)
    job.state, job.reason = ("parked", reason) if reason else ("done", None)
    job.worker = job.fence = job.lease_until = None


def failed(session: Session, lease: Lease, reason: str, tries_at_most: int) -> bool:
    """The case killed its scan: let it wait for another try, or say that there is none left. Raises `LostError`."""
    job = held(session, lease)
    job.tries += 1
    job.reason = reason
    if job.tries >= tries_at_most:
        return False
    job.state, job.due_at = "waiting", time.time() + RETRY_SECONDS * 2 ** (job.tries - 1)
    job.worker = job.fence = job.lease_until = None
    return True


def give_back(session: Session, lease: Lease) -> None:
    """Let somebody else do the job: we are told to stop."""
    job = held(session, lease)
    job.state, job.worker, job.fence, job.lease_until = "waiting", None, None, None


def recover(store: Store) -> int:
    """Let the jobs wait again whose worker has died or has not renewed its lease; how many."""
    now = time.time()
    with store.begin() as session:
        running = select(Job).where(Job.state == "running").with_for_update(skip_locked=True)
        lost = [job for job in session.scalars(running) if (job.lease_until or 0) < now or has_died(job.worker or "")]
        for job in lost:
            job.losses += 1
            if job.losses % LOSSES_AT_MOST == 0:
                job.tries += 1
            job.state, job.worker, job.fence, job.lease_until = "waiting", None, None, None
        return len(lost)


@cache
def worker_name() -> str:
    """Which process this is, of all machines that share the database, ever."""
    return f"{machine()} {os.getpid()} {_started(os.getpid())}"


@cache
def machine() -> str:
    """This machine, since it was last started."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    namespace = Path("/proc/self/ns/pid").readlink()
    return f"{socket.gethostname()[:40]}/{boot[:8]}/{''.join(filter(str.isdigit, str(namespace)))}"


def has_died(worker: str) -> bool:
    """Whether that process ran on this machine and has ended. Of other machines' processes nothing is known."""
    host, pid, started = worker.split(" ") if worker.count(" ") == 2 else ("", "0", "")
    return host == machine() and _started(int(pid)) != started


def _started(pid: int) -> str:
    """When a process was started, in clock ticks since the machine was; "" when there is none, or it is a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]
