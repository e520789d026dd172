import os
import re
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bs4 import BeautifulSoup, Tag
from pydicom import examples

from phivet.cases.case import Case, read_case
from phivet.cases.categories import Category
from phivet.cases.coverage import Claim, ClaimKind, NotScanned, Skipped, Unread, Why
from phivet.cases.errors import UnreadableError
from phivet.cases.findings import Finding, Reason
from phivet.cases.parts import Attribute, Container, Frames, Header, Note, Part, Property, View, Volume
from phivet.cases.places import Box, Element, Place, Plane, Region, Span
from phivet.cases.reader import Reader
from phivet.cases.report import Action, Decision, Judged, Report
from phivet.models.faces import Faces
from phivet.models.faces_volumes import Judged as JudgedVolume
from phivet.serving.exhibits import PICTURES
from phivet.serving.page import write_page

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def found(category: Category, place: Place, action: Action = Action.BLOCK, score: float = 0.9) -> Judged:
    return Judged("id", Finding(category, place, score, "headers", (Reason.HEADER_VALUE,)), action)


def report(*findings: Judged, decision: Decision = Decision.BLOCK, **given: Any) -> Report:
    fields: dict[str, Any] = {
        "case_id": "case-1",
        "policy": "hipaa-safe-harbor",
        "policy_version": "1",
        "decision": decision,
        "risk": 0.97,
        "risk_by_category": {judged.finding.category: judged.finding.score for judged in findings},
        "findings": findings,
        "claims": (),
        "scanned": {"headers": 1, "frames": 1},
        "skipped": (),
        "not_scanned": (),
        "models": {"headers": "1.0.0"},
        "seconds": 1.8,
    }
    return Report(**(fields | given))


@dataclass
class Given:
    """A case of parts given as they are."""

    given: Sequence[Part] = ()
    paths: dict[str, str] = field(default_factory=dict)
    case_id: str = "case-1"

    def parts(self) -> Iterator[Part]:
        yield from self.given


def frames(source: str = "file-1", count: int = 1, shape: tuple[int, ...] = (48, 64), **given: Any) -> Frames:
    def view(index: int) -> View:
        return np.full(shape, index % 256, np.uint8)

    return Frames(source, count, "US", view, view, **given)


def header(source: str, *attributes: tuple[str, str, str]) -> Header:
    return Header(source, tuple(Attribute(path, 0, "LO", keyword, "", value) for path, keyword, value in attributes))


def page(tmp_path: Path, *cases: tuple[Given | Case, Report]) -> BeautifulSoup:
    file = tmp_path / "page.html"
    write_page(file, cases)  # type: ignore[arg-type]
    return BeautifulSoup(file.read_text("utf-8"), "html.parser")


def one(soup: BeautifulSoup | Tag, selector: str) -> Tag:
    found = soup.select(selector)
    assert len(found) == 1, f"{len(found)} of {selector}"
    return found[0]


def name_in_header(value: str = "DOE^JANE") -> tuple[Given, Report]:
    attributes = [("(0010,0010)", "PatientName", value), ("(0028,0010)", "Rows", "480")]
    return Given([header("file-1", *attributes)]), report(found(Category.NAME, Element("file-1", "(0010,0010)")))


def test_the_page_says_that_it_shows_patient_data(tmp_path: Path) -> None:
    assert "This page shows patient data." in one(page(tmp_path, name_in_header()), "aside.warning").get_text()


def test_the_page_is_readable_by_its_owner_alone_even_where_an_open_file_stood(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text("old")
    file.chmod(0o666)
    before = os.umask(0)
    try:
        write_page(file, [name_in_header()])  # type: ignore[list-item]
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_page_that_fails_half_way_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    class Broken(Given):
        def parts(self) -> Iterator[Part]:
            raise RuntimeError

    file = tmp_path / "page.html"
    file.write_text("old")
    with pytest.raises(RuntimeError):
        write_page(file, [name_in_header(), (Broken(), report())])  # type: ignore[list-item]
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def hostile_case() -> tuple[Given, Report]:
    case = Given(
        [
            header("file-1", ("(0010,0010)", HOSTILE, HOSTILE), ("(0028,0010)", HOSTILE, HOSTILE)),
            Container("file-1", (Property(f"png.{HOSTILE}", HOSTILE),)),
            Note("file-2", HOSTILE),
            frames("file-1"),
        ],
        {"file-1": f"x/{HOSTILE}", "file-2": HOSTILE},
        HOSTILE,
    )
    places = [Element("file-1", "(0010,0010)"), Element("file-1", f"png.{HOSTILE}"), Span("file-2", 3, 9)]
    findings = [found(Category.NAME, place) for place in (*places, Box("file-1", 1, 1, 9, 9))]
    return case, report(
        *findings, case_id=HOSTILE, models={HOSTILE: HOSTILE}, not_scanned=(NotScanned("file-2", Unread.MEDIUM),)
    )


def test_hostile_text_shows_as_text(tmp_path: Path) -> None:
    soup = page(tmp_path, hostile_case())
    assert HOSTILE in one(soup, "tr#c1-h1").get_text()
    assert HOSTILE in one(soup, "h2").get_text()
    assert not soup.select("script, img, iframe, object, embed, form, base")
    assert not [name for tag in soup.find_all(True) for name in tag.attrs if name.startswith("on")]


def test_the_page_asks_nothing_of_any_network(tmp_path: Path) -> None:
    soup = page(tmp_path, hostile_case(), name_in_header())
    policy = one(soup, "meta[http-equiv=Content-Security-Policy]")["content"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    links = [
        tag[name] for tag in soup.find_all(True) for name in ("src", "href", "action", "data") if name in tag.attrs
    ]
    assert links
    assert all(str(link).startswith(("#", "data:")) for link in links)
    assert not re.search(r"url\(|@import|https?:", (tmp_path / "page.html").read_text().split("</style>")[0])


def test_every_link_leads_somewhere_and_no_two_places_have_one_name(tmp_path: Path) -> None:
    soup = page(tmp_path, hostile_case(), hostile_case())
    names = [str(tag["id"]) for tag in soup.find_all(id=True)]
    assert len(names) == len(set(names))
    assert {str(tag["href"])[1:] for tag in soup.select("[href^='#']")} <= set(names)


def test_control_characters_and_broken_unicode_are_seen_not_obeyed(tmp_path: Path) -> None:
    soup = page(tmp_path, name_in_header("A\x00B\x1b[31mC\udc80D\x85E"))
    assert "A␀B␛[31mC\ufffdD\ufffdE" in one(soup, "tr#c1-h1").get_text()


def test_a_box_is_drawn_in_the_stored_pixels_and_its_finding_links_to_the_picture(tmp_path: Path) -> None:
    box = Box("file-1", 12, 8, 31, 30)
    soup = page(tmp_path, (Given([frames()]), report(found(Category.FACILITY, box))))
    rect = one(soup, "figure#c1-p1 rect.block")
    assert [rect[name] for name in ("x", "y", "width", "height")] == ["12", "8", "19", "22"]
    assert one(soup, "figure#c1-p1 svg")["viewbox"] == "0 0 64 48"
    assert one(soup, "figure#c1-p1 image")["href"].startswith("data:image/jpeg;base64,")
    assert one(soup, ".finding a")["href"] == "#c1-p1"
    assert "facility" in one(soup, "figure#c1-p1 .legend").get_text()


def test_a_photograph_stands_upright_its_boxes_with_it(tmp_path: Path) -> None:
    case = Given([frames(upright=6)])
    soup = page(tmp_path, (case, report(found(Category.FACE, Box("file-1", 12, 8, 31, 30)))))
    assert one(soup, "figure svg")["viewbox"] == "0 0 48 64"
    assert one(soup, "figure g")["transform"] == "matrix(0 1 -1 0 48 0)"


def test_pages_overlays_and_icons_carry_their_own_boxes(tmp_path: Path) -> None:
    parts = [frames(), frames(plane=Plane.OVERLAY), frames(plane=Plane.ICON), frames("file-2", 3, paged=True)]
    places = [
        Box("file-1", 1, 1, 5, 5, plane=Plane.OVERLAY),
        Box("file-1", 2, 1, 5, 5, plane=Plane.ICON),
        Box("file-2", 3, 1, 5, 5, frame=None, page=2),
    ]
    soup = page(tmp_path, (Given(parts), report(*(found(Category.NAME, place) for place in places))))
    told = [figure for figure in soup.select("figure.shot") if figure.select("rect")]
    captions = [" ".join(one(figure, "figcaption").get_text().split()) for figure in told]
    assert ["overlay" in captions[0], "icon" in captions[1], "page 2 of 3" in captions[2]] == [True] * 3
    assert [one(figure, "rect.block")["x"] for figure in told] == ["1", "2", "3"]


def test_a_region_shows_on_the_middle_one_of_its_slices(tmp_path: Path) -> None:
    sources = tuple(f"file-{n}" for n in range(1, 10))
    face = found(Category.FACE, Region(sources, 0, 2, 4, 6, 9, 20, 30))
    soup = page(tmp_path, (Given([frames(source) for source in sources]), report(face)))
    figure = one(soup, "figure:has(rect)")
    assert "file-6" in figure.get_text()
    rect = one(figure, "rect.block")
    assert [rect[name] for name in ("x", "y", "width", "height")] == ["6", "4", "24", "16"]


def test_a_picture_that_cannot_be_decoded_again_costs_only_itself(tmp_path: Path) -> None:
    def broken(index: int) -> View:
        raise UnreadableError(Unread.CORRUPT)

    bad = Frames("file-1", 1, "US", broken, broken)
    findings = [found(Category.NAME, Box(source, 1, 1, 9, 9)) for source in ("file-1", "file-2")]
    soup = page(tmp_path, (Given([bad, frames("file-2")]), report(*findings)))
    assert "could not be decoded" in one(soup, "figure#c1-p1").get_text()
    assert soup.select("figure#c1-p2 rect")


@pytest.mark.parametrize("place", [Box("file-1", 1, 1, 9, 9), Element("file-1", "(0010,0010)"), Span("file-1", 0, 3)])
def test_a_case_that_cannot_be_read_again_says_so(tmp_path: Path, place: Place) -> None:
    told = "Not all of the evidence could be read again"
    assert told in page(tmp_path, (Given(), report(found(Category.NAME, place)))).get_text()
    assert told not in page(tmp_path, name_in_header()).get_text()


def test_a_thousand_frames_do_not_make_a_thousand_pictures_and_every_finding_has_one(tmp_path: Path) -> None:
    many = [found(Category.NAME, Box("file-1", 1, 1, 30, 9, frame=n)) for n in range(1000)]
    rare = found(Category.FACE, Box("file-1", 30, 30, 60, 40, frame=777), score=0.1)
    soup = page(tmp_path, (Given([frames(count=1000)]), report(*many, rare)))
    assert len(soup.select("figure.shot")) == PICTURES
    assert "frame 777 of 1,000" in soup.get_text()
    assert f"{1000 - PICTURES} more with findings" in soup.get_text()


def test_of_a_thousand_boxes_on_one_picture_the_surest_are_drawn(tmp_path: Path) -> None:
    words = [found(Category.UNREADABLE_TEXT, Box("file-1", n, 1, n + 1, 2), Action.REVIEW, 0.1) for n in range(999)]
    name = found(Category.NAME, Box("file-1", 3, 30, 9, 40))
    soup = page(tmp_path, (Given([frames(shape=(48, 1000))]), report(*words, name)))
    assert soup.select("rect.block")
    assert len(soup.select("rect:not(.under, svg [id^=i-] rect)")) < 100
    assert "940 places more on it" in soup.get_text()


def test_files_without_findings_are_seen_too_spread_over_the_case(tmp_path: Path) -> None:
    paths = {f"file-{n}": f"{n}.dcm" for n in range(1, 301)}
    soup = page(tmp_path, (Given([frames(source) for source in paths], paths), report(decision=Decision.CLEAR)))
    shown = [int(n) for n in re.findall(r"file-(\d+)", " ".join(f.get_text() for f in soup.select("figure")))]
    assert len(shown) <= PICTURES
    assert min(shown) == 1
    assert max(shown) > 280


def test_what_was_found_in_a_note_is_highlighted_where_it_stands(tmp_path: Path) -> None:
    text = "Mrs Jane Doe, born 3 May 1951\nفاطمة"
    findings = [
        found(Category.NAME, Span("file-1", 4, 12)),
        found(Category.UNIQUENESS, Span("file-1", 0, 8), Action.REVIEW),
        found(Category.DATE_OF_BIRTH, Span("file-1", 19, 29)),
    ]
    soup = page(tmp_path, (Given([Note("file-1", text)]), report(*findings)))
    note = one(soup, "figure.passage pre")
    assert note["dir"] == "auto"
    assert [(mark["class"], mark.get_text()) for mark in note.select("mark")] == [
        (["review"], "Mrs "),
        (["block"], "Jane"),
        (["block"], " Doe"),
        (["block"], "3 May 1951"),
    ]
    assert [tag.get_text() for tag in note.select(".tag")] == ["uniqueness", "name", "date of birth"]
    for tag in note.select(".tag"):
        tag.decompose()
    assert note.get_text() == text


def test_offending_attributes_stand_above_the_rest_which_is_folded(tmp_path: Path) -> None:
    soup = page(tmp_path, name_in_header())
    assert [th.get_text() for th in soup.select("section > .card:not(details) tbody th")] == [
        "PatientName(0010,0010) LO"
    ]
    assert [th.get_text() for th in soup.select("details tbody th")] == ["Rows(0028,0010) LO"]
    assert one(soup, "tr#c1-h1 mark").get_text() == "DOE^JANE"
    assert not one(soup, "details").has_attr("open")


def test_the_headers_of_a_series_are_one_table(tmp_path: Path) -> None:
    sources = [f"file-{n}" for n in range(1, 301)]
    series = [
        header(source, ("(0010,0010)", "PatientName", "DOE"), ("(0020,0013)", "InstanceNumber", source))
        for source in sources
    ]
    findings = [found(Category.NAME, Element(source, "(0010,0010)")) for source in sources]
    paths = {source: source for source in sources}
    soup = page(tmp_path, (Given(series, paths), report(*findings)))
    assert "file-1 … file-300 (300 files)" in one(soup, "tr#c1-h1").get_text()
    assert "and 297 other values" in one(soup, "details tbody tr").get_text()
    assert len(soup.select("tbody tr")) == 2


def test_a_finding_within_a_long_attribute_is_marked_there(tmp_path: Path) -> None:
    text = "no finding " * 200 + "Dr Ngata" + " no finding" * 200
    start = text.index("Dr Ngata")
    place = Element("file-1", "(0010,4000)", start, start + 8)
    case = Given([header("file-1", ("(0010,4000)", "PatientComments", text))])
    soup = page(tmp_path, (case, report(found(Category.CLINICIAN_NAME, place))))
    assert one(soup, "tr#c1-h1 mark").get_text() == "Dr Ngata"
    assert len(one(soup, "tr#c1-h1").get_text()) < 1000


def test_the_verdict_gives_the_decision_the_risk_and_the_reasons(tmp_path: Path) -> None:
    soup = page(tmp_path, name_in_header())
    verdict = " ".join(one(soup, ".verdict").get_text(" ").split())
    assert "case-1 Block Do not publish: it identifies a person. Blocks: name (headers) 0.97" in verdict
    assert "hipaa-safe-harbor 1" in verdict


def test_what_was_not_scanned_skipped_or_claimed_is_said_in_plain_words(tmp_path: Path) -> None:
    claims = (
        Claim("file-1", ClaimKind.PATIENT_IDENTITY_REMOVED, True),
        Claim("file-1", ClaimKind.NO_BURNED_IN_TEXT, False),
    )
    case = report(
        not_scanned=(NotScanned("file-1", Unread.CODEC, "3"),),
        skipped=(Skipped("file-1", "4-9", Why.BLANK),),
        claims=claims,
    )
    text = " ".join(page(tmp_path, (Given(paths={"file-1": "us.dcm"}), case)).get_text().split())
    assert "file-1 us.dcm, frame 3No decoder here reads this compression. Export it uncompressed" in text
    assert "file-1 us.dcm, frames 4-9: one single value" in text
    assert "contradicted “the patient's identity was removed”" in text
    assert "not contradicted “no text is burned into the pixels”" in text


def test_an_empty_case_and_no_case_at_all_make_a_page_too(tmp_path: Path) -> None:
    empty = report(decision=Decision.REVIEW, scanned={}, models={}, risk=0.0)
    assert "There was nothing in it to look at" in page(tmp_path, (Given(), empty)).get_text()
    assert page(tmp_path).select("main")


def test_a_reader_of_the_page_by_ear_or_keyboard_finds_the_way(tmp_path: Path) -> None:
    soup = page(tmp_path, name_in_header(), name_in_header())
    assert one(soup, "html")["lang"] == "en"
    assert [one(soup, selector).name for selector in ("h1", "main", "header", "footer", "nav")]
    assert all(th.has_attr("scope") for th in soup.select("th"))
    assert all(soup.find(id=section["aria-labelledby"]) for section in soup.select("[aria-labelledby]"))
    assert all(svg.has_attr("aria-hidden") or svg.has_attr("aria-label") for svg in soup.select("svg"))


def test_a_real_ultrasound_shows_with_the_hospital_boxed_and_its_header_marked(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    for name in ("jpeg2k", "ct"):
        shutil.copy(examples.get_path(name), folder)
    with Reader() as reader:
        case = read_case(folder, reader)
        source = next(source for source, path in case.paths.items() if "jpeg2k" in path)
        findings = [
            found(Category.FACILITY, Box(source, 14, 26, 172, 42)),
            found(Category.FACILITY, Element(source, "(0008,0080)")),
        ]
        soup = page(tmp_path, (case, report(*findings)))
    assert one(soup, "figure:has(rect) svg")["viewbox"] == "0 0 640 480"
    assert one(soup, "#c1-headers + .card mark").get_text() == "BAPTIST MED CTR"
    assert len(soup.select("figure.shot")) == 2


def test_a_face_in_a_volume_is_shown_as_it_can_be_rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered = JudgedVolume(0.97, (Reason.RELIEF,), np.full((192, 150), 90, np.uint8), (30, 40, 120, 170))
    monkeypatch.setattr(Faces, "judge", lambda faces, volume: rendered)
    volume = Volume(("file-1", "file-2", "file-3"), 0, "CT", (3, 48, 64), (1, 1, 1), None, lambda: iter(()))
    face = found(Category.FACE, Region(volume.sources, 0, 0, 0, 0, 3, 48, 64))
    soup = page(tmp_path, (Given([frames(source) for source in volume.sources] + [volume]), report(face)))
    (shot,) = [each for each in soup.select("figure.shot") if "rendered from its series" in each.get_text()]
    assert [one(shot, "rect.block")[side] for side in ("x", "y", "width", "height")] == ["30", "40", "90", "130"]
    assert one(soup, "li.finding .what a")["href"] == f"#{shot['id']}"


def test_a_volume_that_cannot_be_rendered_again_leaves_the_page_incomplete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(faces: Faces, volume: Volume) -> None:
        raise UnreadableError(Unread.CODEC)

    monkeypatch.setattr(Faces, "judge", unreadable)
    volume = Volume(("file-1",), 0, "CT", (3, 48, 64), (1, 1, 1), None, lambda: iter(()))
    face = found(Category.FACE, Region(volume.sources, 0, 0, 0, 0, 3, 48, 64))
    soup = page(tmp_path, (Given([volume]), report(face)))
    assert "Not all of the evidence could be read again" in soup.get_text()
