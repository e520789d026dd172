"""The tables of the case service. No patient data stands in them in plain text, and no file name.

    User ── Token, Session, LoginFailure            who may do what
    Site, Rule                                      uploader sites; what a policy wants at a site
    Case ── Job                                     one case, and the work that waits for it
         ├─ Report, Progress                        what each scan said; how far the present one is
         ├─ Complaint, Consent                      what somebody says of it (their words are sealed)
         ├─ Claim, Verdict, Mark                    what moderators do with it
         ├─ Decision ── SecondRead                  publish, send back, remove, ask for consent
         └─ Webhook                                 what its platform is still to be told
    Score                                           figures of each scan, for drift; belong to no case
    AuditEntry, AuditHead, Erasure                  what was done, chained; what must never come back
    Pairing                                         which vault belongs to this database

A case's files, their names and everything a person wrote about it lie sealed in the vault (`vault.py`), under the name
`Case.vault`. Times are seconds since 1970, UTC. An id that a stranger may see is random.
"""

import secrets
import time
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, MetaData, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
Serial = Integer().with_variant(BigInteger(), "postgresql")


def new_id() -> str:
    """128 random bits in hexadecimal."""
    return secrets.token_hex(16)


def _of_case(**options: Any) -> Any:
    return mapped_column(String(32), ForeignKey("cases.uid", ondelete="CASCADE"), index=True, **options)


def _of_user(**options: Any) -> Any:
    return mapped_column(ForeignKey("users.id"), **options)


class Base(DeclarativeBase):
    """Every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 SQLAlchemy's way


class User(Base):
    """A person or a platform's program. `sites`: those whose evidence a moderator may see; `["*"]`: all."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    roles: Mapped[list[Any]]
    sites: Mapped[list[Any]]
    password: Mapped[str | None] = mapped_column(String(256))
    """Salt and scrypt hash; None: no log-in by password."""
    subject: Mapped[str | None] = mapped_column(String(256), unique=True)
    """`issuer subject` of an OpenID provider."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[float] = mapped_column(default=time.time)


class Token(Base):
    """A key for programs; only its SHA-256 is kept."""

    __tablename__ = "tokens"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    user_id: Mapped[int] = _of_user(index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[float] = mapped_column(default=time.time)
    expires_at: Mapped[float | None]
    revoked_at: Mapped[float | None]
    user: Mapped[User] = relationship(lazy="joined")


class Session(Base):
    """Somebody who logged in to the console; only the SHA-256 of the cookie is kept."""

    __tablename__ = "sessions"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = _of_user(index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[float] = mapped_column(default=time.time)
    expires_at: Mapped[float]
    user: Mapped[User] = relationship(lazy="joined")


class LoginFailure(Base):
    """One failed log-in; `whom` is a keyed hash of the name or the address."""

    __tablename__ = "login_failures"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    whom: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[float] = mapped_column(default=time.time)


class Site(Base):
    """An uploader site. `served` grows with every job taken for it: whose is lowest is next."""

    __tablename__ = "sites"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    served: Mapped[int] = mapped_column(BigInteger, default=0)


class Rule(Base):
    """What a policy wants at a site; "*": every other one. The most particular rule counts (`store.rule`)."""

    __tablename__ = "rules"
    policy: Mapped[str] = mapped_column(String(64), primary_key=True)
    site: Mapped[str] = mapped_column(String(64), primary_key=True)
    purge_days: Mapped[int] = mapped_column(default=30)
    """Days from the decision (of a moderator, or `clear`) until everything sealed is erased."""
    consents: Mapped[bool] = mapped_column(default=False)
    """Whether an informed consent counts."""
    second_reader: Mapped[bool] = mapped_column(default=False)
    retraining: Mapped[bool] = mapped_column(default=False)
    """Whether pixels and text of decided cases may become labels."""


class Case(Base):
    """One case of one platform. `state`: accepted, scanning, scanned, decided (a moderator's decision is final).

    `decision` is what holds now: the report's, with consents applied. `digest` is a keyed hash of its files and names.
    """

    __tablename__ = "cases"
    __table_args__ = (UniqueConstraint("owner_id", "case_id"), Index("ix_cases_queue", "state", "decision"))
    uid: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    owner_id: Mapped[int] = _of_user()
    case_id: Mapped[str] = mapped_column(String(64))
    """The platform's name for it."""
    version: Mapped[int] = mapped_column(default=1)
    """Counts the contents that were sent under this id; the earlier ones are erased."""
    digest: Mapped[str] = mapped_column(String(64))
    policy: Mapped[str] = mapped_column(String(64))
    visibility: Mapped[str] = mapped_column(String(16))
    site: Mapped[str] = mapped_column(ForeignKey("sites.name"), index=True)
    uploader: Mapped[str | None] = mapped_column(String(64), index=True)
    """The platform's pseudonym for who sent it."""
    callback: Mapped[str | None] = mapped_column(String(512))
    vault: Mapped[str | None] = mapped_column(String(32), unique=True)
    """The name of its files in the vault; None when they were erased."""
    files: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16), default="accepted")
    decision: Mapped[str | None] = mapped_column(String(16))
    risk: Mapped[float | None]
    reported: Mapped[bool] = mapped_column(default=False)
    """Somebody says that it identifies a person: it comes first."""
    restricted: Mapped[bool] = mapped_column(default=False)
    """Kept, but neither scanned nor shown to anybody, on request."""
    received_at: Mapped[float] = mapped_column(default=time.time)
    changed_at: Mapped[float] = mapped_column(default=time.time)
    scanned_at: Mapped[float | None]
    decided_at: Mapped[float | None] = mapped_column(index=True)
    """From when on purge rules count."""
    purged_at: Mapped[float | None]
    owner: Mapped[User] = relationship(lazy="joined")


class Progress(Base):
    """How far the present scan is: parts looked at, by kind."""

    __tablename__ = "progress"
    case_uid: Mapped[str] = mapped_column(ForeignKey("cases.uid", ondelete="CASCADE"), primary_key=True)
    parts: Mapped[dict[str, Any]]


class Job(Base):
    """A scan that is to be done. Holds ids, never content. `state`: waiting, running, done, parked."""

    __tablename__ = "jobs"
    __table_args__ = (UniqueConstraint("case_uid", "version", "scan"), Index("ix_jobs_next", "state", "priority"))
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    case_uid: Mapped[str] = _of_case()
    version: Mapped[int]
    scan: Mapped[int] = mapped_column(default=1)
    """Counts the scans of this version."""
    site: Mapped[str] = mapped_column(String(64))
    priority: Mapped[int] = mapped_column(default=1)
    """0 for what somebody reported, else 1."""
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    due_at: Mapped[float] = mapped_column(default=time.time)
    tries: Mapped[int] = mapped_column(default=0)
    losses: Mapped[int] = mapped_column(default=0)
    """How often the machinery around it was killed: no try, but not for ever either."""
    reason: Mapped[str | None] = mapped_column(String(64))
    worker: Mapped[str | None] = mapped_column(String(128))
    lease_until: Mapped[float | None]
    fence: Mapped[str | None] = mapped_column(String(32))
    """Drawn anew with every lease: who holds an old one can no longer finish the job."""


class Report(Base):
    """What one scan said: `body` is the JSON of `phivet.report/1`, as `report_from_json` reads it."""

    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("case_uid", "version", "scan"),)
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    case_uid: Mapped[str] = _of_case()
    version: Mapped[int]
    scan: Mapped[int]
    body: Mapped[dict[str, Any]]
    files: Mapped[dict[str, Any]]
    """The keyed digest of each source's bytes (`consents.file_digests`)."""
    parked: Mapped[str | None] = mapped_column(String(64))
    """Why the scan was given up; then nothing was scanned."""
    at: Mapped[float] = mapped_column(default=time.time)


class Score(Base):
    """The risk of one scan, whole (`category` "") and by category, for plots and drift."""

    __tablename__ = "scores"
    __table_args__ = (Index("ix_scores_at", "at"),)
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    site: Mapped[str] = mapped_column(String(64))
    policy: Mapped[str] = mapped_column(String(64))
    decision: Mapped[str] = mapped_column(String(16))
    models: Mapped[dict[str, Any]]
    """Every detector's version."""
    category: Mapped[str] = mapped_column(String(32))
    score: Mapped[float]
    seconds: Mapped[float]
    at: Mapped[float] = mapped_column(default=time.time)


class Complaint(Base):
    """Somebody says that a published case identifies a person. `who`: patient, reader or staff."""

    __tablename__ = "complaints"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    case_uid: Mapped[str] = _of_case()
    who: Mapped[str] = mapped_column(String(16))
    statement: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed by the case's key (`vault.Vault.unseal`)."""
    at: Mapped[float] = mapped_column(default=time.time)


class Consent(Base):
    """A consent: `scope` is `{"findings": [id], "categories": [{"category", "file"}]}`, `file` a file's keyed digest.

    `turns`: what the findings become, review or allow. `who` is sealed by the case's key.
    """

    __tablename__ = "consents"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    case_uid: Mapped[str] = _of_case()
    who: Mapped[bytes] = mapped_column(LargeBinary)
    scope: Mapped[dict[str, Any]]
    turns: Mapped[str] = mapped_column(String(16))
    from_at: Mapped[float]
    until_at: Mapped[float]
    document: Mapped[str] = mapped_column(String(64))
    """The SHA-256 of the signed document, in hexadecimal."""
    recorded_by: Mapped[int] = _of_user()
    at: Mapped[float] = mapped_column(default=time.time)
    withdrawn_at: Mapped[float | None]


class Claim(Base):
    """The moderator who has a case in hand, until when."""

    __tablename__ = "claims"
    case_uid: Mapped[str] = mapped_column(ForeignKey("cases.uid", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = _of_user()
    at: Mapped[float] = mapped_column(default=time.time)
    until: Mapped[float]


class _Said:
    """What every word of a moderator has: whose it is, and about which content of which case."""

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    case_uid: Mapped[str] = _of_case()
    version: Mapped[int]
    user_id: Mapped[int] = _of_user()


class Verdict(_Said, Base):
    """A moderator's word on one finding: right, wrong, or other (then `category` is the right one)."""

    __tablename__ = "verdicts"
    __table_args__ = (UniqueConstraint("case_uid", "version", "finding", "user_id"),)
    finding: Mapped[str] = mapped_column(String(16))
    """The finding's id."""
    verdict: Mapped[str] = mapped_column(String(16))
    category: Mapped[str | None] = mapped_column(String(32))
    given: Mapped[dict[str, Any]]
    """The finding as the report has it, with its category, score, detector and place."""
    at: Mapped[float] = mapped_column(default=time.time)


class Mark(_Said, Base):
    """What the detectors missed, marked by a moderator: a box or a span, as `places.as_json` writes it."""

    __tablename__ = "marks"
    category: Mapped[str] = mapped_column(String(32))
    place: Mapped[dict[str, Any]]
    at: Mapped[float] = mapped_column(default=time.time)


class Decision(_Said, Base):
    """A moderator's decision on a case: publish, send_back, remove or ask_consent. Can be undone until `final_at`."""

    __tablename__ = "decisions"
    decision: Mapped[str] = mapped_column(String(16))
    reasons: Mapped[list[Any]]
    """The categories that `message` names."""
    message: Mapped[str | None] = mapped_column(String(4000))
    """To the uploader, composed from categories and places: holds no patient data."""
    seconds: Mapped[float | None]
    """From the case's being opened to the decision."""
    decided_at: Mapped[float] = mapped_column(default=time.time)
    final_at: Mapped[float | None]
    """None while a second reader is waited for: nothing is told before he has read."""
    undone_at: Mapped[float | None]
    """When it was taken back, or overtaken (`standing.py`)."""
    case: Mapped[Case] = relationship(lazy="joined")


class SecondRead(Base):
    """The second reader's word on a decision: `decision` is his own."""

    __tablename__ = "second_reads"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"), unique=True)
    user_id: Mapped[int] = _of_user()
    decision: Mapped[str] = mapped_column(String(16))
    at: Mapped[float] = mapped_column(default=time.time)


class Webhook(Base):
    """A message to a platform that is on its way. `state`: waiting, sent, dead."""

    __tablename__ = "webhooks"
    __table_args__ = (Index("ix_webhooks_due", "state", "due_at"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    case_uid: Mapped[str] = _of_case()
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(String(32))
    url: Mapped[str] = mapped_column(String(512))
    body: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[float] = mapped_column(default=time.time)
    due_at: Mapped[float] = mapped_column(default=time.time)


class AuditEntry(Base):
    """One thing that was done. `mac` is an HMAC of it and of the entry before (`audit.py`)."""

    __tablename__ = "audit"
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[float]
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(32), index=True)
    subject: Mapped[str] = mapped_column(String(64), index=True)
    """A case's uid, a user's name, or ""."""
    details: Mapped[dict[str, Any]]
    mac: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The last entry's number and `mac`; its one row is locked while an entry is written."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    mac: Mapped[str] = mapped_column(String(64))


class Erasure(Base):
    """What was erased (a name in the vault, or a case's uid) and why (`vault.Why`); the vault's list follows it."""

    __tablename__ = "erasures"
    vault: Mapped[str] = mapped_column(String(32), primary_key=True)
    why: Mapped[str] = mapped_column(String(16))
    at: Mapped[float] = mapped_column(default=time.time)


class Pairing(Base):
    """The vault that belongs to this database, by the id that lies with its keys. One row."""

    __tablename__ = "pairing"
    id: Mapped[int] = mapped_column(primary_key=True)
    vault: Mapped[str] = mapped_column(String(32))
