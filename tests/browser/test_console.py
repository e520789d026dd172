"""The console in a real browser: by keys alone, boxes at their pixels, Arabic, no other host, no barrier."""

import io
import json
import os
import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from phivet.models.ocr import Word
from phivet.serving import tables

HERE = Path(__file__).parent
DOCS = HERE.parent.parent / "docs"
AXE = (HERE / "axe.min.js").read_text("utf-8")
KEEP = "PHIVET_SCREENSHOTS"
"""The environment variable that lets a run replace the pictures in docs/."""
NOTE = {"note.txt": b"Mr John Whitfield, DOB 03/04/1951: disc bulge."}


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def shot(page: Page, path: Path) -> np.ndarray[Any, Any]:
    path.write_bytes(page.screenshot(animations="disabled"))
    if os.environ.get(KEEP):
        (DOCS / path.name).write_bytes(path.read_bytes())
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def current(page: Page) -> Locator:
    return page.locator("#lines [aria-current]")


def evidence(page: Page) -> None:
    press(page, "e")
    page.wait_for_selector("text=Hide the evidence")


def test_a_case_is_judged_and_sent_back_by_a_dozen_keys_alone(
    console: Any, three_cases: dict[str, str], logged_in: Any, tmp_path: Path
) -> None:
    page = logged_in()
    expect(page.locator(".queue tbody tr")).to_have_count(3)
    shot(page, tmp_path / "queue.png")
    press(page, "j", "j", "k")
    expect(page.locator("tr.here")).to_have_count(1)
    press(page, "k")

    press(page, "Enter")
    page.wait_for_url("**/cases/*")
    assert page.locator(".verdict .word").inner_text().startswith("Block")
    evidence(page)
    lines = page.locator("#lines > li").count()
    expect(current(page)).to_have_count(1)
    first = current(page).get_attribute("data-finding")
    press(page, "y")
    expect(page.locator(f"#finding-{first} [value=right]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#progress")).to_contain_text("1 of ")
    assert current(page).get_attribute("data-finding") != first
    press(page, "x")
    expect(page.locator("#progress")).to_contain_text("2 of ")
    press(page, "c")
    page.locator("#other-select").select_option("facility")
    press(page, "Enter")
    expect(page.locator("#progress")).to_contain_text("3 of ")
    press(page, "Y")
    page.wait_for_load_state()
    expect(page.locator("#progress")).to_contain_text(f"{lines} of {lines} judged")
    press(page, "s")
    expect(page.locator("#decide-send_back .letter")).to_contain_text("file 1, headers")
    press(page, "Enter")
    page.wait_for_url("**/review/")
    expect(page.locator(".said-so")).to_contain_text("to be sent back")
    expect(page.locator(".queue tbody tr")).to_have_count(2)
    press(page, "u")
    page.wait_for_url("**/cases/*")
    with console.custody.store.read() as session:
        made = session.scalars(select(tables.Decision)).one()
        said = {each.verdict for each in session.scalars(select(tables.Verdict))}
    assert (made.decision, made.undone_at is not None) == ("send_back", True)
    assert said == {"right", "wrong", "other"}
    press(page, "q")
    page.wait_for_url("**/review/")


def test_the_case_page_shows_verdict_findings_and_evidence_on_one_screen(
    three_cases: dict[str, str], logged_in: Any, tmp_path: Path
) -> None:
    page = logged_in()
    press(page, "g")
    page.wait_for_url("**/cases/*")
    evidence(page)
    hot = page.locator("#lines [data-picture]").first
    hot.locator("[data-selects]").click()
    expect(page.locator("#panel-pictures")).to_be_visible()
    expect(page.locator("rect.box.current")).to_have_count(1)
    page.wait_for_function("document.querySelector('#stage image').getBBox().width > 0")
    page.wait_for_timeout(300)
    shot(page, tmp_path / "case.png")
    box = page.evaluate("document.documentElement.scrollHeight - document.documentElement.clientHeight")
    assert box <= 0
    assert page.locator(".decide").bounding_box()["y"] < 900 - 40  # type: ignore[index]


def test_boxes_lie_exactly_at_their_pixels(
    console: Any, logged_in: Any, write_dicom: Any, squares: np.ndarray[Any, Any]
) -> None:
    image = write_dicom("a.dcm", squares, Modality="CR").read_bytes()
    console.add("square", {"a.dcm": image}, [Word("BAPTIST MED CTR", 0.95, 100, 50, 180, 90)], policy="resectaur")
    page = logged_in()
    press(page, "g")
    page.wait_for_url("**/cases/*")
    expect(page.locator("rect.box")).to_have_count(1)
    evidence(page)
    press(page, "1")
    for zoomed in ((), ("+",), ("Shift+ArrowLeft",)):
        press(page, *zoomed)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(200)
        expected = page.locator("rect.box").evaluate(
            "r => { const b = r.getBBox(), m = r.getScreenCTM(); const p = (x, y) => new DOMPoint(x, y)"
            ".matrixTransform(m); const a = p(b.x, b.y), c = p(b.x + b.width, b.y + b.height);"
            "return [a.x, a.y, c.x, c.y]; }"
        )
        assert _white(page, expected) == pytest.approx(expected, abs=4.5)  # the outline covers up to its own width


def _white(page: Page, near: list[float]) -> list[float]:
    """The corners of what is white on the screen, at most 20 pixels from the corners `near`."""
    left, top, right, bottom = (round(each) + by for each, by in zip(near, (-20, -20, 20, 20), strict=True))
    clip = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    with Image.open(io.BytesIO(page.screenshot(clip=clip))) as image:  # type: ignore[arg-type]
        white = np.asarray(image.convert("RGB")).min(axis=-1) > 250
    xs, ys = np.flatnonzero(white.mean(axis=0) > 0.5), np.flatnonzero(white.mean(axis=1) > 0.5)
    return [left + xs.min(), top + ys.min(), left + xs.max() + 1, top + ys.max() + 1]


def test_what_was_missed_is_marked_by_keys(
    console: Any, logged_in: Any, write_dicom: Any, squares: np.ndarray[Any, Any]
) -> None:
    image = write_dicom("a.dcm", squares, Modality="CR").read_bytes()
    console.add("missed", {"a.dcm": image, **NOTE})
    page = logged_in()
    press(page, "g")
    page.wait_for_url("**/cases/*")
    evidence(page)
    press(page, "1", "b", "ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Enter")
    page.locator("#missed-select").select_option("name")
    press(page, "Enter")
    expect(page.locator("rect.mark")).to_have_count(1)
    press(page, "m")
    page.keyboard.type("disc bulge")
    page.locator("#words-category").select_option("uniqueness")
    press(page, "Enter")
    expect(page.locator(".added")).to_contain_text("characters 35–45")
    with console.custody.store.read() as session:
        box, words = session.scalars(select(tables.Mark).order_by(tables.Mark.id))
    assert 0 < box.place["x0"] < 200 < box.place["x1"] < 400
    assert words.place["kind"] == "span"


def test_frames_zoom_and_grey_scale_go_by_keys(console: Any, logged_in: Any, write_dicom: Any) -> None:
    frames = np.stack([np.full((40, 60), 10 * i, np.uint8) + np.arange(60, dtype=np.uint8) for i in range(3)])
    console.add("cine", {"a.dcm": write_dicom("a.dcm", frames, Modality="US").read_bytes(), **NOTE})
    page = logged_in()
    press(page, "g")
    page.wait_for_url("**/cases/*")
    evidence(page)
    press(page, "1", ".")
    expect(page.locator("#frame-number")).to_have_text("1 / 3")
    press(page, ".")
    expect(page.locator("#frame-number")).to_have_text("2 / 3")
    press(page, ",")
    expect(page.locator("#frame-number")).to_have_text("1 / 3")
    press(page, "]")
    expect(page.locator("#stage image")).to_have_attribute("href", re.compile("low=-0[.]12"))
    press(page, "i")
    expect(page.locator("#stage image")).to_have_attribute("href", re.compile("inverted=true"))
    press(page, "+")
    scale = page.locator("#stage svg").evaluate("s => s.style.transform")
    assert "scale(1.25)" in scale
    press(page, "?")
    expect(page.locator("#help")).to_be_visible()
    press(page, "Escape")
    page.locator("[data-opens=help]").click()
    page.locator("#keys-on").uncheck()
    press(page, "Escape", "i")
    expect(page.locator("#stage image")).to_have_attribute("href", re.compile("inverted=true"))


def test_arabic_runs_from_right_to_left(three_cases: dict[str, str], logged_in: Any) -> None:
    page = logged_in(locale="ar")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    press(page, "g")
    page.wait_for_url("**/cases/*")
    findings, desk = page.locator(".findings").bounding_box(), page.locator(".evidence").bounding_box()
    assert findings is not None and desk is not None
    assert findings["x"] > desk["x"] + desk["width"] - 1
    said = page.locator("main").evaluate(
        "m => { const c = m.cloneNode(true); c.querySelectorAll('bdi, kbd, pre, .said, .value, #stage, .strip, th')"
        ".forEach(e => e.remove()); return c.textContent; }"
    )
    assert re.findall(r"[A-Za-z]{4,}", said) == []


def test_no_page_asks_another_host_for_anything(console: Any, three_cases: dict[str, str], logged_in: Any) -> None:
    page = logged_in()
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    press(page, "g")
    page.wait_for_url("**/cases/*")
    evidence(page)
    press(page, "1", "2", "3", "4", "5")
    page.goto(f"{console.url}/review/figures")
    page.wait_for_load_state("networkidle")
    assert len(asked) > 10
    assert [url for url in asked if not url.startswith(console.url)] == []
    assert page.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    assert page.evaluate("Object.keys(sessionStorage)") in ([], ["htmx-current-path-for-history"])  # one random address


def figures_of_a_month(console: Any) -> None:
    """Scans, verdicts and decisions as a month brings them."""
    draw = np.random.default_rng(7)
    now, who = time.time(), console.owner.user_id
    with console.custody.store.begin() as session:
        cases = list(session.scalars(select(tables.Case)))
        session.execute(tables.Score.__table__.delete())  # type: ignore[attr-defined]
        for day in range(30):
            for _ in range(int(draw.integers(9, 26)) if day % 7 not in (5, 6) else 4):
                site = str(draw.choice(["auckland", "boston", "amman"], p=[0.5, 0.3, 0.2]))
                late = site == "boston" and day < 7
                risk = float(np.clip(draw.beta(0.5, 0.7) + 0.25 * late, 0, 1))
                session.add(
                    tables.Score(
                        site=site, policy="casect", category="", score=risk, seconds=2.0, at=now - 86_400 * (day + 0.4),
                        decision="block" if risk > 0.7 else "review" if risk > 0.3 else "clear",
                        models={"notes": "1.1.0" if day < 12 else "1.0.0"},
                    )
                )  # fmt: skip
        rates = {
            "name": 0.96,
            "date_of_birth": 0.98,
            "study_date": 0.9,
            "facility": 0.71,
            "initials": 0.48,
            "place": 0.62,
        }
        for category, rate in rates.items():
            for n in range(int(draw.integers(20, 70))):
                case = cases[int(draw.integers(len(cases)))]
                verdict = "right" if draw.random() < rate else "wrong" if draw.random() < 0.8 else "other"
                session.add(
                    tables.Verdict(
                        case_uid=case.uid, version=case.version, finding=f"{category[:9]}{n}", user_id=who,
                        verdict=verdict, given={"category": category}, at=now - 86_400 * float(draw.random() * 29),
                    )
                )  # fmt: skip
        for choice, n in {"send_back": 64, "publish": 47, "remove": 9, "ask_consent": 6}.items():
            for seconds in draw.lognormal(3.1, 0.7, n):
                session.add(
                    tables.Decision(
                        case_uid=cases[0].uid, version=99, user_id=who, decision=choice, reasons=[],
                        seconds=float(seconds), decided_at=now - 86_400 * float(draw.random() * 29), final_at=now,
                    )
                )  # fmt: skip


def test_the_figures_are_plotted(console: Any, three_cases: dict[str, str], logged_in: Any, tmp_path: Path) -> None:
    figures_of_a_month(console)
    page = logged_in("engineer", viewport={"width": 1440, "height": 1330})
    page.wait_for_url("**/figures")
    assert page.locator("svg.plot").count() == 8
    picture = shot(page, tmp_path / "dashboard.png")
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 50
    page.locator("summary").first.click()
    expect(page.locator("details table").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "ar"])
def test_no_page_has_a_barrier_that_axe_knows_of(
    console: Any, three_cases: dict[str, str], logged_in: Any, scheme: str, locale: str
) -> None:
    figures_of_a_month(console)
    page = logged_in(locale=locale, color_scheme=scheme)
    found: dict[str, Any] = {"queue": barriers(page)}
    press(page, "?")
    found["help"] = barriers(page)
    press(page, "Escape")
    page.goto(f"{console.url}/review/figures")
    found["figures"] = barriers(page)
    page.goto(f"{console.url}/review/cases/{three_cases['ultrasound']}")
    found["case, not in hand"] = barriers(page)
    press(page, "g")
    page.wait_for_selector("[data-decides]")
    found["case, hidden"] = barriers(page)
    press(page, "e")
    page.wait_for_selector("form[action$=hide]")
    for key in "123":
        press(page, key)
        found[f"case, tab {key}"] = barriers(page)
    press(page, "s")
    page.wait_for_selector("#decide-send_back .letter")
    found["letter"] = barriers(page)
    page.goto(f"{console.url}/review/login")
    found["log-in"] = barriers(page)
    assert {where: what for where, what in found.items() if what} == {}


def barriers(page: Page) -> list[str]:
    """What axe finds on the page, in short."""
    page.evaluate(AXE)
    violations = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
    nodes = {each["id"]: each["nodes"] for each in violations}
    return [
        f"{rule}: {json.dumps([node['target'] for node in at][:4])} {at[0]['failureSummary']}"
        for rule, at in nodes.items()
    ]
