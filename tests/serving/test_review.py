"""The console as a moderator's browser sees it, without its scripts."""

import io
import re
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from httpx import Response
from PIL import Image
from sqlalchemy import select

from phivet.serving import intake, tables
from phivet.serving.access import Role
from phivet.serving.api import create_app
from phivet.serving.custody import Custody
from phivet.serving.decisions import LEASE_SECONDS, UNDO_SECONDS
from phivet.serving.vault import Why
from tests.serving.moderators import Browser, audit, text_of

NAMES = "Whitfield"
NOTE = {"whitfield.txt": b"Mr John Whitfield, DOB 03/04/1951, NHI ZAC5361: disc bulge at L4/5, seen by Dr Alan Pratt."}
CLEAN = {"note.txt": b"A man in his sixties with a disc bulge at L4/5."}
Scanned = Callable[..., tables.Case]


@pytest.fixture
def mira(custody: Custody) -> Browser:
    return Browser(custody, "mira")


@pytest.fixture
def sam(custody: Custody) -> Browser:
    return Browser(custody, "sam")


@pytest.fixture
def case(custody: Custody, scanned: Scanned) -> tables.Case:
    return scanned(custody, NOTE, "lumbar", policy="resectaur", callback="http://127.0.0.1/hooks/a")


def webhooks(custody: Custody, event: str = "case.decided") -> list[tables.Webhook]:
    with custody.store.read() as session:
        return list(session.scalars(select(tables.Webhook).where(tables.Webhook.event == event)))


def pixels(answer: Response) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(io.BytesIO(answer.content)))


def test_a_stranger_is_asked_to_log_in_and_a_wrong_password_is_refused(custody: Custody, mira: Browser) -> None:
    stranger = TestClient(create_app(custody.settings, custody=custody), base_url="http://localhost")
    assert stranger.get("/review/").url.path == "/review/login"
    refused = stranger.post("/review/login", data={"name": "mira", "password": "guess"})
    assert refused.status_code == 401
    assert "The name or the password is wrong." in refused.text
    assert mira.post("/logout").url.path == "/review/login"
    assert mira.get("/").url.path == "/review/login"


def test_the_queue_holds_what_needs_a_person_reported_cases_first(custody: Custody, scanned: Scanned) -> None:
    scanned(custody, CLEAN, "clear-one")
    scanned(custody, NOTE, "blocked", site="auckland")
    reported = scanned(custody, CLEAN, "reported", site="wellington")
    with custody.store.begin() as session:
        session.get_one(tables.Case, reported.uid).reported = True
        session.add(tables.Complaint(case_uid=reported.uid, who="patient", statement=None))
    mira = Browser(custody, "mira")
    assert mira.queue() == ["reported", "blocked"]
    looks = [(each.actor, each.details) for each in audit(custody) if each.action == "queue looked at"]
    assert looks[-1] == ("mira", {"number": 2})
    assert mira.queue("?site=auckland") == ["blocked"]
    assert mira.queue("?category=record_number") == ["blocked"]
    assert Browser(custody, "ann", sites=("wellington",)).queue() == ["reported"]
    assert "by a patient" in mira.get(f"/cases/{reported.uid}").text


def test_what_a_patient_said_is_shown_with_the_evidence_and_not_before(case: tables.Case, mira: Browser) -> None:
    words = mira.custody.vault.seal(str(case.vault), b"<b>I am Anna</b>, it is my back.")
    with mira.custody.store.begin() as session:
        session.add(tables.Complaint(case_uid=case.uid, who="patient", statement=words))
    hidden = mira.get(f"/cases/{case.uid}").text
    assert "by a patient" in hidden and "Anna" not in hidden
    mira.post(f"/cases/{case.uid}/show")
    assert "&lt;b&gt;I am Anna&lt;/b&gt;, it is my back." in mira.get(f"/cases/{case.uid}").text
    with mira.custody.store.begin() as session:
        session.scalars(select(tables.Complaint)).one().statement = b"of other files"
    assert "the words are no longer kept" in mira.get(f"/cases/{case.uid}").text


def test_an_empty_queue_says_so(mira: Browser) -> None:
    assert "Nothing waits." in mira.get("/").text


def test_a_case_is_in_one_hand_at_a_time_and_leases_end(case: tables.Case, mira: Browser, sam: Browser) -> None:
    assert mira.post(f"/cases/{case.uid}/claim").url.path == f"/review/cases/{case.uid}"
    refused = sam.post(f"/cases/{case.uid}/claim")
    assert (refused.status_code, "Somebody else has this case" in refused.text) == (409, True)
    assert sam.post("/next").url.path == "/review/"
    with mira.custody.store.begin() as session:
        session.get_one(tables.Claim, case.uid).until = time.time() - 1
    assert sam.post("/next").url.path == f"/review/cases/{case.uid}"
    key = next(iter(mira.findings(case).values()))
    assert mira.post(f"/cases/{case.uid}/verdict", finding=key, verdict="right").status_code == 409
    sam.post(f"/cases/{case.uid}/release")
    assert mira.post(f"/cases/{case.uid}/claim").status_code == 200


def test_nothing_of_the_evidence_leaves_the_service_until_it_is_asked_for(
    custody: Custody, scanned: Scanned, write_dicom: Any, mira: Browser, sam: Browser
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (400, 300), np.uint8)
    image = write_dicom("a.dcm", noise, PatientName="WHITFIELD^JOHN", Modality="CR").read_bytes()
    case = scanned(custody, {**NOTE, "whitfield.dcm": image}, "seen")
    picture = f"/cases/{case.uid}/pictures/file-1.pixels.0/png"
    hidden = mira.get(f"/cases/{case.uid}").text
    assert NAMES.lower() not in hidden.lower()
    assert "•••" in hidden
    assert max(pixels(mira.get(picture)).shape) <= 20
    assert max(pixels(mira.get(picture + "?full=true&low=0&high=1")).shape) <= 20
    assert not [each for each in audit(custody) if each.action == "evidence shown"]

    mira.post(f"/cases/{case.uid}/show")
    assert NAMES in mira.get(f"/cases/{case.uid}").text
    assert np.array_equal(pixels(mira.get(picture + "?full=true")), noise)
    assert pixels(mira.get(picture + "?inverted=true"))[0, 0] == 255 - noise[0, 0]
    shown = [each for each in audit(custody) if each.action == "evidence shown"]
    assert [(each.actor, each.subject) for each in shown] == [("mira", case.uid)]
    looks = [each for each in audit(custody) if each.action == "picture looked at"]
    assert [each.details["clear"] for each in looks] == [False, False, True, True]
    assert {(each.actor, each.subject, each.details["picture"]) for each in looks} == {
        ("mira", case.uid, "file-1.pixels.0")
    }
    assert NAMES not in sam.get(f"/cases/{case.uid}").text

    mira.post(f"/cases/{case.uid}/hide")
    assert NAMES not in mira.get(f"/cases/{case.uid}").text
    mira.post(f"/cases/{case.uid}/show")
    with custody.store.begin() as session:
        for entry in session.scalars(select(tables.AuditEntry)):
            entry.at -= LEASE_SECONDS + 1
    assert NAMES not in mira.get(f"/cases/{case.uid}").text


def test_a_case_that_was_erased_is_gone_at_once_though_it_was_open(case: tables.Case, mira: Browser) -> None:
    mira.post(f"/cases/{case.uid}/show")
    assert NAMES in mira.get(f"/cases/{case.uid}").text
    with mira.custody.store.begin() as session:
        session.delete(session.get_one(tables.Case, case.uid))
    mira.custody.vault.erase(str(case.vault), Why.REQUEST)
    assert mira.get(f"/cases/{case.uid}").status_code == 404


def test_a_purged_case_still_shows_its_report(case: tables.Case, mira: Browser) -> None:
    mira.custody.vault.erase(str(case.vault), Why.PURGE)
    with mira.custody.store.begin() as session:
        session.get_one(tables.Case, case.uid).vault = None
    page = mira.get(f"/cases/{case.uid}")
    assert page.status_code == 200
    assert "date of birth" in page.text


def test_a_case_that_blocks_is_published_only_once_its_findings_are_called_wrong(
    case: tables.Case, mira: Browser
) -> None:
    mira.post(f"/cases/{case.uid}/claim")
    keys = mira.findings(case)
    assert {"name", "date of birth", "record number"} <= keys.keys()
    refused = mira.post(f"/cases/{case.uid}/decision", decision="publish")
    assert (refused.status_code, "is not judged wrong" in refused.text) == (409, True)
    assert "cannot be published" in mira.get(f"/cases/{case.uid}/letter/publish").text
    mira.post(f"/cases/{case.uid}/verdict", finding=keys["name"], verdict="other", category="clinician_name")
    mira.rest(case, "wrong")
    unseen = mira.post(f"/cases/{case.uid}/decision", decision="publish")
    assert (unseen.status_code, "look at the evidence" in unseen.text) == (409, True)
    assert "look at the evidence" in mira.get(f"/cases/{case.uid}/letter/publish").text
    mira.post(f"/cases/{case.uid}/show")
    mira.post(f"/cases/{case.uid}/hide")
    assert mira.post(f"/cases/{case.uid}/decision", decision="publish").status_code == 200
    with mira.custody.store.read() as session:
        given = {each.verdict: each.category for each in session.scalars(select(tables.Verdict))}
        made = session.scalars(select(tables.Decision)).one()
    assert given == {"other": "clinician_name", "wrong": None}
    assert (made.decision, made.message) == ("publish", None)


def test_only_what_was_on_the_page_is_judged_as_the_rest_and_all_pages_can_be_reached(
    case: tables.Case, mira: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phivet.serving.review_view.LINES", 2)
    mira.post(f"/cases/{case.uid}/claim")
    first = mira.findings(case)
    mira.rest(case, "wrong")
    page = mira.page(f"/cases/{case.uid}")
    assert "page 2 of 3" in page.get_text() and text_of(page.select_one("#progress")).startswith("2 of 5")
    assert not set(first.values()) & set(mira.findings(case).values())
    assert "is not judged wrong" in mira.post(f"/cases/{case.uid}/decision", decision="publish").text
    back = mira.page(f"/cases/{case.uid}?page=1").select("#lines [data-finding]")
    assert [line["data-finding"] for line in back] == list(first.values())
    assert mira.page(f"/cases/{case.uid}?page=99").select_one("#lines [data-finding]")
    at = mira.page(f"/cases/{case.uid}?finding={next(iter(first.values()))}")
    assert "page 1 of 3" in at.get_text()
    mira.rest(case, "wrong")
    mira.rest(case, "wrong")
    assert "look at the evidence" in mira.post(f"/cases/{case.uid}/decision", decision="publish").text


def test_a_verdict_by_script_answers_with_the_line_and_the_count(case: tables.Case, mira: Browser) -> None:
    mira.post(f"/cases/{case.uid}/claim")
    key = mira.findings(case)["name"]
    answer = mira.http.post(
        f"/review/cases/{case.uid}/verdict",
        data={"finding": key, "verdict": "right", "category": ""},
        headers={"HX-Request": "true", "X-CSRF-Token": mira.token},
    )
    piece = BeautifulSoup(answer.text, "html.parser")
    assert piece.select_one(f"li#finding-{key} button[value=right][aria-pressed=true]")
    assert text_of(piece.select_one("#progress")).startswith("1 of ")


def test_the_platform_is_told_after_the_minute_and_not_if_it_is_undone(case: tables.Case, mira: Browser) -> None:
    mira.post(f"/cases/{case.uid}/claim")
    before = time.time()
    mira.post(f"/cases/{case.uid}/decision", decision="send_back")
    assert mira.queue() == []
    (told,) = webhooks(mira.custody)
    assert before + UNDO_SECONDS <= told.due_at <= time.time() + UNDO_SECONDS
    assert "date of birth" in told.body["moderator"]["message"]
    assert mira.post(f"/cases/{case.uid}/undo").url.path == f"/review/cases/{case.uid}"
    assert webhooks(mira.custody) == []
    assert mira.queue() == ["lumbar"]
    mira.post(f"/cases/{case.uid}/decision", decision="ask_consent")
    with mira.custody.store.begin() as session:
        made = session.scalars(select(tables.Decision).where(tables.Decision.undone_at.is_(None))).one()
        made.final_at = time.time() - 1
    late = mira.post(f"/cases/{case.uid}/undo")
    assert (late.status_code, "The minute is over" in late.text) == (409, True)


def complaint(custody: Custody, case: tables.Case) -> None:
    with custody.store.begin() as session:
        row = session.get_one(tables.Case, case.uid)
        row.reported = True
        intake.rescan(session, custody, row, "platform", first=True)


def test_a_complaint_stops_what_was_decided_and_takes_the_case_out_of_the_hand(
    case: tables.Case, mira: Browser, scanned: Scanned
) -> None:
    mira.post(f"/cases/{case.uid}/claim")
    mira.post(f"/cases/{case.uid}/show")
    mira.rest(case, "wrong")
    mira.post(f"/cases/{case.uid}/decision", decision="publish")
    assert len(webhooks(mira.custody)) == 1
    complaint(mira.custody, case)
    assert webhooks(mira.custody) == []
    assert mira.post(f"/cases/{case.uid}/undo").status_code == 409
    scanned.next(mira.custody)  # type: ignore[attr-defined]
    mira.post(f"/cases/{case.uid}/claim")
    complaint(mira.custody, case)
    assert mira.post(f"/cases/{case.uid}/decision", decision="remove").status_code == 409
    scanned.next(mira.custody)  # type: ignore[attr-defined]
    assert mira.post(f"/cases/{case.uid}/decision", decision="remove").status_code == 409
    assert (mira.queue(), webhooks(mira.custody)) == (["lumbar"], [])


def test_a_removal_goes_out_at_once(case: tables.Case, mira: Browser) -> None:
    mira.post(f"/cases/{case.uid}/claim")
    page = mira.post(f"/cases/{case.uid}/decision", decision="remove")
    assert webhooks(mira.custody)[0].due_at <= time.time()
    assert "The platform was told at once." in page.text
    assert mira.post(f"/cases/{case.uid}/undo").status_code == 409


def test_the_message_says_what_and_where_and_nothing_of_the_patient(case: tables.Case, mira: Browser) -> None:
    mira.post(f"/cases/{case.uid}/claim")
    mira.post(f"/cases/{case.uid}/verdict", finding=mira.findings(case)["record number"], verdict="wrong")
    letter = mira.get(f"/cases/{case.uid}/letter/send_back").text
    assert "file 1, notes: date of birth (characters" in letter
    assert "leave the words out" in letter
    assert "record number" not in letter
    assert not re.search("whitfield|john|1951|zac|pratt", letter, re.I)


def test_the_reasons_are_what_the_message_names(case: tables.Case, mira: Browser) -> None:
    mira.post(f"/cases/{case.uid}/claim")
    keys = mira.findings(case)
    mira.post(f"/cases/{case.uid}/show")
    mira.post(f"/cases/{case.uid}/marks/words", words="disc bulge", category="uniqueness")
    mira.post(f"/cases/{case.uid}/verdict", finding=keys["record number"], verdict="wrong")
    mira.post(f"/cases/{case.uid}/verdict", finding=keys["date of birth"], verdict="other", category="study_date")
    mira.post(f"/cases/{case.uid}/decision", decision="send_back")
    (told,) = webhooks(mira.custody)
    said = told.body["moderator"]
    assert set(said["reasons"]) == {"name", "study_date", "uniqueness", "clinician_name"}
    for named, reason in (("name", True), ("study date", True), ("date of birth", False), ("record number", False)):
        assert (f": {named} (" in said["message"]) is reason
    mira.post(f"/cases/{case.uid}/undo")
    for mark in mira.page(f"/cases/{case.uid}").select("[name=mark]"):
        mira.post(f"/cases/{case.uid}/unmark", mark=mark["value"])
    mira.post(f"/cases/{case.uid}/verdict", finding=keys["date of birth"], verdict="wrong")
    mira.rest(case, "wrong")
    mira.post(f"/cases/{case.uid}/decision", decision="publish")
    assert webhooks(mira.custody)[0].body["moderator"]["reasons"] == []


def test_where_two_must_read_the_stricter_word_counts(custody: Custody, scanned: Scanned) -> None:
    with custody.store.begin() as session:
        session.add(tables.Rule(policy="radiologists", site="*", second_reader=True))
    mira, sam = Browser(custody, "mira"), Browser(custody, "sam")
    case = scanned(custody, NOTE, "twice", policy="radiologists", callback="http://127.0.0.1/hooks/a")
    mira.post(f"/cases/{case.uid}/claim")
    mira.post(f"/cases/{case.uid}/decision", decision="ask_consent")
    assert (webhooks(custody), mira.queue(), sam.queue()) == ([], [], ["twice"])
    with custody.store.read() as session:
        assert session.scalars(select(tables.Decision)).one().final_at is None
    assert "You were its first reader" in mira.post(f"/cases/{case.uid}/claim").text
    assert "second reader" in sam.get("/").text
    sam.post(f"/cases/{case.uid}/claim")
    sam.post(f"/cases/{case.uid}/decision", decision="send_back")
    assert [each.body["moderator"]["decision"] for each in webhooks(custody)] == ["send_back"]
    sam.post(f"/cases/{case.uid}/undo")
    assert webhooks(custody) == []
    sam.post(f"/cases/{case.uid}/decision", decision="ask_consent")
    assert [each.body["moderator"]["decision"] for each in webhooks(custody)] == ["ask_consent"]
    assert (mira.queue(), sam.queue()) == ([], [])
    assert "/undo" in sam.get("/").text
    sam.post(f"/cases/{case.uid}/undo")
    assert sam.queue() == ["twice"]


def test_what_was_missed_is_marked_by_words_and_by_a_box(
    custody: Custody, scanned: Scanned, write_dicom: Any, mira: Browser
) -> None:
    image = write_dicom("a.dcm", np.zeros((60, 80), np.uint8) + np.arange(80, dtype=np.uint8)).read_bytes()
    case = scanned(custody, {**NOTE, "a.dcm": image}, "missed")
    mira.post(f"/cases/{case.uid}/claim")
    where = f"/cases/{case.uid}/marks"
    assert mira.post(f"{where}/words", words="disc bulge", category="other").status_code == 404  # not asked for
    mira.post(f"/cases/{case.uid}/show")
    assert mira.post(f"{where}/words", words="never there", category="other").status_code == 404
    mira.post(f"{where}/words", words="DISC  bulge", category="uniqueness")
    box = {"source": "file-1", "plane": "pixels", "index": 0, "x0": 1, "y0": 2, "x1": 30, "y1": 12}
    mira.post(f"{where}/box", **box, category="name")
    assert mira.post(f"{where}/box", **{**box, "x1": 1}, category="name").status_code == 422
    assert mira.post(f"{where}/box", **{**box, "source": "file-9"}, category="name").status_code == 404
    with custody.store.read() as session:
        words, drawn = session.scalars(select(tables.Mark).order_by(tables.Mark.id))
    start = NOTE["whitfield.txt"].index(b"disc bulge")
    assert words.place == {"kind": "span", "source": "file-2", "start": start, "end": start + 10}
    assert drawn.place["x1"] == 30
    stage = mira.page(f"/cases/{case.uid}/pictures/file-1.pixels.0")
    assert [rect["width"] for rect in stage.select("rect.mark")] == ["29"]
    assert "not judged wrong" in mira.post(f"/cases/{case.uid}/decision", decision="publish").text
    mira.post(f"/cases/{case.uid}/unmark", mark=drawn.id)
    assert not mira.page(f"/cases/{case.uid}/pictures/file-1.pixels.0").select("rect.mark")


def test_who_is_no_moderator_of_the_site_sees_no_case(case: tables.Case, custody: Custody) -> None:
    elsewhere = Browser(custody, "eve", sites=("elsewhere",))
    assert elsewhere.get(f"/cases/{case.uid}").status_code == 404
    assert elsewhere.get(f"/cases/{case.uid}/pictures/file-1.pixels.0/png").status_code == 404
    engineer = Browser(custody, "ed", Role.ENGINEER)
    assert engineer.get("/").url.path == "/review/figures"
    assert engineer.get(f"/cases/{case.uid}").status_code == 403
    assert engineer.post(f"/cases/{case.uid}/claim").status_code == 403


def test_a_form_from_elsewhere_is_refused(case: tables.Case, mira: Browser) -> None:
    assert mira.http.post(f"/review/cases/{case.uid}/claim").status_code == 403
    assert mira.http.post(f"/review/cases/{case.uid}/claim", data={"csrf_token": "guess"}).status_code == 403


def test_pages_are_kept_by_nobody_and_hold_neither_script_nor_style(case: tables.Case, mira: Browser) -> None:
    mira.post(f"/cases/{case.uid}/claim")
    for path in ("/", f"/cases/{case.uid}", "/figures", "/login", "/cases/nobody"):
        answer = mira.get(path)
        assert answer.headers["cache-control"] == "no-store"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        page = BeautifulSoup(answer.text, "html.parser")
        assert not page.select("style, script:not([src]), [style]")
        assert not [name for tag in page.find_all(True) for name in tag.attrs if name.startswith("on")]
        links = [str(tag.get("src") or tag.get("href") or "") for tag in page.select("[src], link[href]")]
        assert links and all(link.startswith("/review/") for link in links)


def test_the_console_speaks_arabic_from_right_to_left(case: tables.Case, mira: Browser) -> None:
    page = mira.page("/?language=ar&theme=dark")
    html = page.html
    assert html is not None
    assert (html["lang"], html["dir"], html["data-theme"]) == ("ar", "rtl", "dark")
    assert "قائمة الانتظار" in page.get_text()
    assert "تاريخ الميلاد" in mira.get(f"/cases/{case.uid}").text
    assert mira.page("/?language=xx").html["dir"] == "rtl"  # type: ignore[index]
    assert mira.page("/?language=en&theme=light").html["dir"] == "ltr"  # type: ignore[index]
