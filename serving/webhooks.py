"""What platforms are told, by signed messages to an address that the operator has allowed.

A message is queued in the transaction of what it tells of, and sent until it is answered by a 2xx: after 10 seconds,
20, 40 ... at most an hour, for some three days; then it is dead, and listed (`GET /v1/webhooks`). It may arrive twice,
or out of order: it has an `id`, and `version` and `at` say what it tells of. It carries

    Phivet-Signature: t=1700000000,v1=<hex of HMAC-SHA256(secret, "1700000000." + body)>

by which the platform sees that it is ours, whole, and not sent again by somebody else. Nothing of a patient is in it:
the platform fetches the report. Where nobody answers, one message is tried for all that are due at the same host, so
that other platforms do not wait. Addresses that do not begin with one of PHIVET_CALLBACKS are refused when the case is
handed in and again before sending; redirects are not followed and no proxy is used.
"""

import hmac
import json
import logging
import re
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from phivet.serving.custody import Custody
from phivet.serving.tables import Case, Decision, Webhook

logger = logging.getLogger("phivet.service")

TRIES = 80
FIRST_PAUSE, LONGEST_PAUSE = 10.0, 3_600.0
TIMEOUT = httpx.Timeout(10.0)
LEASE = 60.0
"""Seconds for which a message that is being sent is left alone by others."""
BATCH, MATES = 20, 10_000
"""Messages that are taken at a time; those to one silent host that count as tried with one of them."""
_CLIMBS = re.compile("%(2e|2f|5c|25)", re.IGNORECASE)
"""What another program may decode to a path that leads elsewhere: . / \\ %"""
SCANNED, CHANGED, DECIDED = "case.scanned", "case.changed", "case.decided"
"""There is a report; a consent that began or ended has changed the decision; a moderator has decided."""


def is_allowed(url: str, prefixes: Sequence[str]) -> bool:
    """Whether the address is http(s), names no user, and lies below one of `prefixes`: same origin, same folder."""
    try:
        asked = urlsplit(url)
        if asked.scheme not in ("http", "https") or asked.username or asked.password or not url.isprintable():
            return False
        if "\\" in url or ".." in url or _CLIMBS.search(asked.path):
            return False
        return any(
            (asked.scheme, asked.hostname, asked.port) == (allowed.scheme, allowed.hostname, allowed.port)
            and f"{asked.path}/".startswith(f"{allowed.path.rstrip('/')}/")
            for allowed in map(urlsplit, prefixes)
        )
    except ValueError:
        return False


def secret(custody: Custody, owner_id: int) -> str:
    """What a platform checks signatures with."""
    return custody.keys.derived(f"webhooks {owner_id}").hex()


def signature(key: str, at: int, body: bytes) -> str:
    """The header that goes with `body`."""
    return f"t={at},v1={hmac.new(key.encode(), f'{at}.'.encode() + body, 'sha256').hexdigest()}"


def announce(
    session: Session,
    custody: Custody,
    case: Case,
    event: str,
    decision: Decision | None = None,
    at: float | None = None,
) -> Webhook | None:
    """Queue a message to the case's platform, to be sent at `at` or at once; None if it wants none.

    Goes out when the transaction of `session` is committed, or not at all.
    """
    if not case.callback:
        return None
    told: dict[str, Any] = {
        "event": event,
        "case_id": case.case_id,
        "version": case.version,
        "at": round(time.time(), 3),
        "decision": case.decision,
        "risk": case.risk,
    }
    if decision is not None:
        told["moderator"] = {
            "decision": decision.decision,
            "reasons": decision.reasons,
            "message": decision.message,
        }
    message = Webhook(
        case_uid=case.uid,
        decision_id=decision.id if decision else None,
        event=event,
        url=case.callback,
        body=told,
        due_at=time.time() if at is None else at,
    )
    session.add(message)
    session.flush()
    return message


def withdraw(session: Session, decision: Decision) -> None:
    """Take back the messages about `decision` that have not gone out."""
    session.execute(delete(Webhook).where(Webhook.decision_id == decision.id, Webhook.state != "sent"))


def deliver(custody: Custody, client: httpx.Client) -> int:
    """Send what is due; how many messages that was."""
    now = time.time()
    with custody.store.begin() as session:
        due = (
            select(Webhook)
            .where(Webhook.state == "waiting", Webhook.due_at <= now)
            .order_by(Webhook.due_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        messages = list(session.scalars(due))
        for message in messages:
            message.due_at = now + LEASE
        owners = {each.case_uid: session.get_one(Case, each.case_uid).owner_id for each in messages}
    silent: set[str] = set()
    for message in messages:
        if time.time() > now + LEASE / 2:
            break  # what is left is due again when the lease is over
        if _origin(message.url) not in silent:
            try:
                _record(custody, [message.id], _send(custody, client, message, owners[message.case_uid]))
            except httpx.TransportError as error:
                silent.add(_origin(message.url))
                _record(custody, [message.id, *_mates(custody, message, messages)], type(error).__name__)
    return len(messages)


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])


def _mates(custody: Custody, message: Webhook, leased: Sequence[Webhook]) -> list[str]:
    """The other messages, due or `leased`, to the host of `message`."""
    origin = _origin(message.url)
    due = select(Webhook.id).where(
        Webhook.state == "waiting",
        Webhook.due_at <= time.time(),
        Webhook.url.startswith(f"{origin}/", autoescape=True),
    )
    with custody.store.read() as session:
        mates = {*session.scalars(due.limit(MATES)), *(each.id for each in leased if _origin(each.url) == origin)}
    return sorted(mates - {message.id})


def _send(custody: Custody, client: httpx.Client, message: Webhook, owner_id: int) -> str | None:
    """None when it has arrived, else why not. Raises `httpx.TransportError` when nobody answers."""
    if not is_allowed(message.url, custody.settings.callback_prefixes):
        return "not allowed"
    body = json.dumps({"id": message.id, **message.body}, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "Phivet-Signature": signature(secret(custody, owner_id), int(time.time()), body),
    }
    try:
        with client.stream("POST", message.url, content=body, headers=headers, timeout=TIMEOUT) as answer:
            return None if answer.is_success else f"status {answer.status_code}"
    except httpx.TransportError:
        raise
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__


def _record(custody: Custody, messages: Sequence[str], reason: str | None) -> None:
    """Write what came of one try for these messages."""
    with custody.store.begin() as session:
        wanted = select(Webhook).where(Webhook.id.in_(messages), Webhook.state == "waiting")
        for kept in session.scalars(wanted.order_by(Webhook.id).with_for_update()).all():
            kept.tries += 1
            kept.reason = reason
            if reason is None:
                kept.state = "sent"
            elif kept.tries >= TRIES:
                kept.state = "dead"
            else:
                kept.due_at = time.time() + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(kept.tries - 1, 20))
            if kept.state != "waiting":
                custody.audit.write(session, "phivet", f"webhook {kept.state}", kept.case_uid, event=kept.event)


def again(session: Session, message: Webhook) -> None:
    """Try a dead message anew."""
    message.state, message.tries, message.due_at = "waiting", 0, time.time()
