"""A console with cases in it, and Debian's Chromium to look at it. Without Chromium these tests are skipped."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from phivet.cases.parts import View
from phivet.cases.reader import Reader
from phivet.models.burned_in_map import TextBox
from phivet.models.burned_in_text import BurnedInText
from phivet.models.headers import Headers
from phivet.models.notes import Notes
from phivet.models.ocr import Word
from phivet.models.scan import scan
from phivet.serving import demo, intake, jobs, results, tables, users
from phivet.serving.access import Principal, Role
from phivet.serving.api import create_app
from phivet.serving.custody import Custody
from phivet.serving.policies import policy
from phivet.serving.settings import Settings

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
FLAGS += "--disable-component-update --disable-sync --force-color-profile=srgb"
PASSWORD = "correct horse battery"  # noqa: S105
MODERATORS = ("mira", "sam", "engineer")
Files = dict[str, bytes]


class Console:
    """The service at `url`, in this process, with a custody that tests may look into."""

    def __init__(self, folder: Path, notes: Notes, reader: Reader) -> None:
        self.custody = Custody.make(Settings(data=str(folder)))
        self.custody.prepare()
        self.notes, self.reader = notes, reader
        with self.custody.store.begin() as session:
            owner = users.add(self.custody, session, "test", "platform", [Role.PLATFORM], ())
            for name in MODERATORS:
                role = Role.ENGINEER if name == "engineer" else Role.MODERATOR
                users.add(self.custody, session, "test", name, [role], ("*",), PASSWORD)
            session.flush()
            self.owner = Principal(owner.id, owner.name, frozenset({Role.PLATFORM}), frozenset())
        app = create_app(self.custody.settings, custody=self.custody)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True)
        self.thread.start()

    def add(self, case_id: str, files: Files, words: Sequence[Word] = (), waiting: float = 0.0, **terms: Any) -> str:
        """Take a case in and scan it; `words` are what would be read from its pixels. Its uid."""
        case, _ = intake.hand_in(self.custody, self.owner, case_id, intake.Terms(**terms), files)
        lease = jobs.take(self.custody.store)
        assert lease is not None

        def find(view: View) -> list[TextBox]:
            return [TextBox(word.x0, word.y0, word.x1, word.y1, 1.0) for word in words]

        def read(crops: Sequence[View]) -> list[tuple[str, float]]:
            return [(word.text, word.confidence) for word, _ in zip(words, crops, strict=True)]

        detectors = [Headers(self.notes), self.notes, BurnedInText(self.notes, find, read)]
        with self.custody.case(case, self.reader) as opened:
            report = scan(opened, policy(case.policy), detectors)
            digests = {source: opened.digest(source) for source in opened.paths}
        results.record(self.custody, lease, report.as_json(), digests)
        with self.custody.store.begin() as session:
            session.get_one(tables.Case, case.uid).scanned_at = time.time() - waiting
        return case.uid

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        self.socket.close()
        self.custody.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def notes_detector() -> Notes:
    return Notes()


@pytest.fixture
def console(tmp_path: Path, notes_detector: Notes, reader: Reader) -> Iterator[Console]:
    console = Console(tmp_path / "data", notes_detector, reader)
    yield console
    console.stop()


Open = Callable[..., Page]


@pytest.fixture
def logged_in(chromium: Browser, console: Console) -> Iterator[Open]:
    """logged_in("mira", locale="ar", color_scheme="dark") -> the first page she sees. Fails on an error there."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_page(name: str = "mira", **options: Any) -> Page:
        given = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "color_scheme": "light", **options}
        context = chromium.new_context(**given)
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.goto(f"{console.url}/review/login")
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/review/**")
        page.wait_for_selector("main[data-page]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files]:
    """The demonstration cases' files, by the case's name."""
    folders = demo.write_cases(tmp_path_factory.mktemp("demo"))
    return {folder.name: {path.name: path.read_bytes() for path in sorted(folder.iterdir())} for folder in folders}


HOSPITAL = [Word("BAPTIST MED CTR", 0.95, 16, 22, 173, 43)]
"""What stands in the ultrasound's pixels."""


@pytest.fixture
def three_cases(console: Console, demonstration: dict[str, Files]) -> dict[str, str]:
    """Three cases in the queue: their uids."""
    about: dict[str, dict[str, Any]] = {
        "ultrasound": {"policy": "resectaur", "site": "auckland", "waiting": 5_400, "words": HOSPITAL},
        "ct": {"policy": "hipaa-safe-harbor", "site": "boston", "waiting": 1_500},
        "mr": {"policy": "casect", "site": "boston", "waiting": 660},
    }
    return {name: console.add(name, demonstration[name], **given) for name, given in about.items()}


@pytest.fixture
def squares() -> np.ndarray[Any, Any]:
    """A black picture, (300, 400), with one white rectangle: x 100 to 180, y 50 to 90."""
    picture = np.zeros((300, 400), np.uint8)
    picture[50:90, 100:180] = 255
    return picture
