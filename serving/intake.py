"""Taking a case in: from a form whose files lie in the vault to a row, a job and an entry in the log, all or none.

What is sent again under the same id is the same case if its files, their names and the policy are the same: the answer
is then the same too, and only what says where it came from or who may see it is brought up to date. Other files, other
names or another policy make a new version: it is scanned anew, and what was sealed of the earlier one is erased.
"""

import hmac
import json
import logging
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from phivet.cases.errors import PhivetError
from phivet.serving import jobs, standing, store, webhooks
from phivet.serving.access import Principal
from phivet.serving.custody import Custody
from phivet.serving.policies import DEFAULT, names
from phivet.serving.problems import ProblemError
from phivet.serving.tables import Case, Claim, Complaint, Consent, Erasure, Job, Progress
from phivet.serving.vault import Entry, Why

logger = logging.getLogger("phivet.service")

ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
SITE = "default"
FIELDS = frozenset({"policy", "visibility", "site", "uploader", "callback"})
RETRY_AFTER = {"Retry-After": "30"}


class Visibility(StrEnum):
    """Who can see the case on the platform."""

    DRAFT = "draft"
    UNLISTED = "unlisted"
    PUBLIC = "public"


@dataclass(frozen=True)
class Terms:
    """What comes with the files of a case."""

    policy: str = DEFAULT
    visibility: Visibility = Visibility.DRAFT
    site: str = SITE
    uploader: str | None = None
    callback: str | None = field(default=None, repr=False)


def terms_of(fields: dict[str, str], custody: Custody) -> Terms:
    """The fields of a form, checked. Raises `ProblemError`, which repeats none of them."""
    for key in fields:
        if key not in FIELDS:
            allowed = ", ".join(f"'{name}'" for name in sorted(FIELDS))
            raise ProblemError("wrong-field", f"The form takes 'files' and the fields {allowed}.")
    policy, visibility = fields.get("policy", DEFAULT), fields.get("visibility", Visibility.DRAFT)
    if policy not in names():
        raise ProblemError("unknown-policy", f"Use one of: {', '.join(names())}.", "policy", {"allowed": names()})
    if visibility not in list(Visibility):
        raise ProblemError("wrong-field", f"Use one of: {', '.join(Visibility)}.", "visibility")
    for key in ("site", "uploader"):
        if key in fields:
            check_id(fields[key], key)
    callback = fields.get("callback")
    if callback is not None and (
        len(callback) > 512 or not webhooks.is_allowed(callback, custody.settings.callback_prefixes)
    ):
        raise ProblemError("wrong-callback", "The operator allows addresses by PHIVET_CALLBACKS.", "callback")
    return Terms(policy, Visibility(visibility), fields.get("site", SITE), fields.get("uploader"), callback)


def check_id(text: str, field: str) -> str:
    """`text` if it can be an id. Raises `ProblemError`."""
    if not ID.fullmatch(text):
        raise ProblemError("wrong-field", "Use 1 to 64 of the characters A-Z a-z 0-9 . _ -", field)
    return text


def check_room(session: Session, custody: Custody) -> None:
    """Raises `ProblemError` when too many cases wait already."""
    if jobs.waiting(session) >= custody.settings.queue:
        raise ProblemError("queue-full", "Send the case again later.", headers=RETRY_AFTER)


def accept(
    custody: Custody, who: Principal, case_id: str, terms: Terms, vault: str, entries: Sequence[Entry]
) -> tuple[Case, bool]:
    """The case, and whether its files (which lie in the vault under `vault`) are now its content.

    They are not when the same content is there already: then discard them. Raises `ProblemError`, and they are not
    either; after any other error nobody knows: leave them to be swept.
    """
    try:
        case, kept, replaced = _accept(custody, who, case_id, terms, vault, entries)
    except IntegrityError:  # another request made the same case in between
        case, kept, replaced = _accept(custody, who, case_id, terms, vault, entries)
    if replaced:
        try:
            custody.vault.erase(replaced, Why.REPLACED)
        except (OSError, PhivetError) as error:  # the case is accepted all the same
            logger.error("what a case replaced is left to be swept (%s)", type(error).__name__)
    return case, kept


def hand_in(
    custody: Custody, who: Principal, case_id: str, terms: Terms, files: Mapping[str, bytes]
) -> tuple[Case, bool]:
    """Take in small files from memory, by their names: as `accept`, but what is not kept is discarded here."""
    vault, entries = custody.vault.fill(files)
    case, kept = accept(custody, who, case_id, terms, vault, entries)
    if not kept:
        custody.vault.discard(vault)
    return case, kept


def _accept(
    custody: Custody, who: Principal, case_id: str, terms: Terms, vault: str, entries: Sequence[Entry]
) -> tuple[Case, bool, str | None]:
    """The case, whether the files are its content now, and what they replaced."""
    content = _digest(custody, terms.policy, entries)
    replaced = None
    with custody.store.begin() as session:
        store.site(session, terms.site)
        wanted = select(Case).where(Case.owner_id == who.user_id, Case.case_id == case_id).with_for_update(of=Case)
        case = session.scalars(wanted).one_or_none()
        if case is not None and case.digest == content and case.vault and custody.vault.holds(case.vault):
            _update(case, terms)
            custody.audit.write(session, who.name, "case sent again", case.uid, visibility=terms.visibility)
            return case, False, None
        check_room(session, custody)
        if case is None:
            case = Case(owner_id=who.user_id, case_id=case_id, version=1, reported=False, policy=terms.policy)
            session.add(case)
        else:
            replaced = case.vault
            standing.overtake(session, custody, case, who.name, time.time())
            _renew(session, case)
        case.digest, case.policy, case.vault = content, terms.policy, vault
        case.files, case.size = len(entries), sum(entry.size for entry in entries)
        _update(case, terms)
        jobs.enqueue(session, case, priority=0 if case.reported else 1)
        if replaced:
            session.add(Erasure(vault=replaced, why=Why.REPLACED))
        custody.audit.write(
            session,
            who.name,
            "case accepted",
            case.uid,
            version=case.version,
            policy=case.policy,
            site=case.site,
            visibility=case.visibility,
            files=case.files,
        )
    return case, True, replaced


def rescan(session: Session, custody: Custody, case: Case, actor: str, *, first: bool) -> None:
    """Queue one more scan of a case whose files are still there, before all others if `first`.

    Nobody has it in hand any more, and what was decided no longer stands. Raises `ProblemError` when they are not.
    """
    if case.vault is None:
        raise ProblemError("conflict", "Its files have been erased: send the case again.")
    open_jobs = select(Job).where(Job.case_uid == case.uid, Job.state == "waiting")
    job = session.scalars(open_jobs.with_for_update()).first() or jobs.enqueue(session, case)
    job.priority = 0 if first else job.priority
    reopen(session, custody, case, actor)
    case.state = "accepted"
    custody.audit.write(session, actor, "scan queued", case.uid, version=case.version, scan=job.scan)


def reopen(session: Session, custody: Custody, case: Case, actor: str) -> None:
    """Put a case into the queue as its last scan left it: nothing is decided, and nobody has it in hand."""
    standing.overtake(session, custody, case, actor, time.time())
    session.execute(delete(Claim).where(Claim.case_uid == case.uid))
    case.state, case.decided_at, case.changed_at = "scanned", None, time.time()


def _update(case: Case, terms: Terms) -> None:
    case.visibility, case.site = terms.visibility, terms.site
    case.uploader, case.callback = terms.uploader, terms.callback
    case.changed_at = time.time()


def _renew(session: Session, case: Case) -> None:
    """Other files under the same id: nothing of what was said of the earlier ones holds any more.

    What was sealed by the earlier ones' key cannot be read from now on.
    """
    for table in (Job, Claim, Progress):
        session.execute(delete(table).where(table.case_uid == case.uid))
    session.execute(update(Complaint).where(Complaint.case_uid == case.uid).values(statement=None))
    session.execute(update(Consent).where(Consent.case_uid == case.uid).values(who=b""))
    case.version += 1
    case.state, case.decision, case.risk = "accepted", None, None
    case.scanned_at = case.decided_at = case.purged_at = None
    case.received_at = time.time()


def _digest(custody: Custody, policy: str, entries: Sequence[Entry]) -> str:
    told = [policy, sorted([entry.name, entry.digest] for entry in entries)]
    return hmac.new(custody.keys.derived("content"), json.dumps(told).encode(), "sha256").hexdigest()
