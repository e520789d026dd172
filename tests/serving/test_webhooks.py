"""Webhooks: signed, tried until they arrive, to addresses that the operator allows and no others."""

import hmac
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from phivet.serving import tables, webhooks
from phivet.serving.custody import Custody
from phivet.serving.tables import Case, Decision, Webhook
from tests.serving.conftest import NOTE, accepted, principal

HOOK = "http://127.0.0.1/hooks/x"
Answer = Callable[[httpx.Request], httpx.Response]


def client_that(answer: Answer) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(answer))


def announced(custody: Custody, event: str = webhooks.SCANNED, **options: Any) -> Case:
    case = accepted(custody, NOTE, callback=HOOK)
    with custody.store.begin() as session:
        assert webhooks.announce(session, custody, session.get_one(Case, case.uid), event, **options)
    return case


def message(custody: Custody) -> Webhook:
    with custody.store.read() as session:
        return session.query(Webhook).one()


def make_due(custody: Custody) -> None:
    with custody.store.begin() as session:
        session.query(Webhook).update({"due_at": 0})


def test_a_message_is_signed_and_sent_once(any_custody: Custody) -> None:
    case = announced(any_custody)
    seen: list[httpx.Request] = []
    with client_that(lambda request: seen.append(request) or httpx.Response(204)) as client:
        assert webhooks.deliver(any_custody, client) == 1
        assert webhooks.deliver(any_custody, client) == 0
    [request] = seen
    told = json.loads(request.content)
    assert (told["event"], told["case_id"], told["version"]) == ("case.scanned", "c-1", 1)
    at, given = (part.partition("=")[2] for part in request.headers["phivet-signature"].split(","))
    key = webhooks.secret(any_custody, case.owner_id)
    assert given == hmac.new(key.encode(), at.encode() + b"." + request.content, "sha256").hexdigest()
    assert abs(int(at) - time.time()) < 30 and message(any_custody).state == "sent"


def test_what_does_not_arrive_is_tried_again_ever_later_and_listed_in_the_end(
    any_custody: Custody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "TRIES", 4)
    announced(any_custody)

    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    answers: list[Answer] = [lambda _: httpx.Response(500), broken, lambda _: httpx.Response(302), broken]
    waits = []
    for answer in answers:
        make_due(any_custody)
        with client_that(answer) as client:
            webhooks.deliver(any_custody, client)
        waits.append(message(any_custody).due_at - time.time())
    assert [round(wait, -1) for wait in waits[:3]] == [10, 20, 40]
    dead = message(any_custody)
    assert (dead.state, dead.tries, dead.reason) == ("dead", 4, "ConnectError")
    with any_custody.store.begin() as session:
        webhooks.again(session, session.query(Webhook).one())
    with client_that(lambda _: httpx.Response(200)) as client:
        webhooks.deliver(any_custody, client)
    assert message(any_custody).state == "sent"


def test_where_nobody_answers_all_that_is_due_waits_and_others_are_told_at_once(any_custody: Custody) -> None:
    for number in range(2 * webhooks.BATCH):
        accepted(any_custody, NOTE, f"c-{number}", callback=HOOK)
    later = accepted(any_custody, NOTE, "later", callback=HOOK)
    with any_custody.store.begin() as session:
        for case in session.query(Case).where(Case.uid != later.uid):
            webhooks.announce(session, any_custody, case, webhooks.SCANNED, at=0.0)
        webhooks.announce(session, any_custody, session.get_one(Case, later.uid), webhooks.DECIDED, at=9e9)
        other = session.query(Webhook).order_by(Webhook.id).where(Webhook.due_at == 0).first()
        assert other is not None
        other.url, other.due_at = "http://127.0.0.2/hooks/x", 1.0
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        if request.url.host == "127.0.0.1":
            raise httpx.ConnectTimeout("nobody")
        return httpx.Response(200)

    allowing = replace(
        any_custody, settings=replace(any_custody.settings, callbacks="http://127.0.0.1/hooks http://127.0.0.2/hooks")
    )
    with client_that(answer) as client:
        for _ in range(2):
            webhooks.deliver(allowing, client)
    assert asked == ["127.0.0.1", "127.0.0.2"]
    with any_custody.store.read() as session:
        kept = session.query(Webhook).where(Webhook.url == HOOK).order_by(Webhook.due_at).all()
    assert {(each.tries, each.reason) for each in kept[:-1]} == {(1, "ConnectTimeout")}
    assert (kept[-1].tries, kept[-1].due_at) == (0, 9e9)


def decision(custody: Custody, case: Case, kind: str, final_in: float) -> Decision:
    who = principal(custody)
    with custody.store.begin() as session:
        made = Decision(
            case_uid=case.uid, version=1, user_id=who.user_id, decision=kind, reasons=["name"], message="A name.",
            final_at=time.time() + final_in,
        )  # fmt: skip
        session.add(made)
        session.flush()
        row = session.get_one(Case, case.uid)
        webhooks.announce(session, custody, row, webhooks.DECIDED, made, at=made.final_at)
    return made


def test_a_decision_waits_until_it_can_no_longer_be_undone_and_a_removal_does_not(any_custody: Custody) -> None:
    case = accepted(any_custody, NOTE, callback=HOOK)
    undone = decision(any_custody, case, "publish", 60)
    seen: list[dict[str, Any]] = []
    with client_that(lambda request: seen.append(json.loads(request.content)) or httpx.Response(200)) as client:
        assert webhooks.deliver(any_custody, client) == 0
        with any_custody.store.begin() as session:
            webhooks.withdraw(session, session.merge(undone))
        make_due(any_custody)
        assert webhooks.deliver(any_custody, client) == 0
        decision(any_custody, case, "remove", 0)
        assert webhooks.deliver(any_custody, client) == 1
    assert seen[0]["moderator"] == {"decision": "remove", "reasons": ["name"], "message": "A name."}


def test_who_wants_no_messages_gets_none(custody: Custody) -> None:
    case = accepted(custody, NOTE)
    with custody.store.begin() as session:
        assert webhooks.announce(session, custody, session.get_one(Case, case.uid), webhooks.SCANNED) is None


def test_an_address_that_is_no_longer_allowed_gets_nothing(custody: Custody) -> None:
    announced(custody)
    with custody.store.begin() as session:
        session.query(tables.Webhook).update({"url": "http://127.0.0.1/elsewhere"})
    with client_that(lambda _: pytest.fail("it was asked")) as client:  # type: ignore[arg-type]
        webhooks.deliver(custody, client)
    assert message(custody).reason == "not allowed"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://a.example/hooks", True),
        ("https://a.example/hooks/1?x=y", True),
        ("https://A.EXAMPLE/hooks/1", True),
        ("https://a.example/hooks-of-others", False),
        ("https://a.example/", False),
        ("https://a.example/hooks/caf%C3%A9?at=%2e%2e", True),
        ("https://a.example/hooks/../admin", False),
        ("https://a.example/hooks/%2e%2e/admin", False),
        ("https://a.example/hooks/.%2E/admin", False),
        ("https://a.example/hooks/x%2f..%2fadmin", False),
        ("https://a.example/hooks/%5c..%5Cadmin", False),
        ("https://a.example/hooks/%252e%252e/admin", False),
        ("https://a.example/hooks/.\t./admin", False),
        ("https://a.example.evil.example/hooks", False),
        ("https://a.example:8443/hooks", False),
        ("http://a.example/hooks", False),
        ("https://a.example@evil.example/hooks", False),
        ("https://me:secret@a.example/hooks", False),
        ("https://evil.example\\@a.example/hooks", False),
        ("https://a.example/hooks\\..\\x", False),
        ("file:///etc/passwd", False),
        ("http://169.254.169.254/hooks", False),
        ("https://[::1/hooks", False),
        ("", False),
    ],
)
def test_an_address_is_allowed_below_what_the_operator_names(url: str, allowed: bool) -> None:
    assert webhooks.is_allowed(url, ["https://a.example/hooks"]) is allowed
    assert not webhooks.is_allowed(url, [])
