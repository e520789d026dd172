"""What the page of one case shows: its findings as lines, its pictures, its tables; all in the moderator's language."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from phivet.cases.categories import Category
from phivet.cases.coverage import ranges
from phivet.cases.parts import Frames, Volume
from phivet.cases.places import Box, Plane, Region
from phivet.cases.report import Action, Judged, Report
from phivet.serving import words
from phivet.serving.exhibits import Row, boxes_by_picture, weight
from phivet.serving.languages import Language
from phivet.serving.lines import SAID, Line
from phivet.serving.pictures import Picture
from phivet.serving.reports import place_of
from phivet.serving.review_message import place_of as said_place
from phivet.serving.review_open import Opened
from phivet.serving.review_words import PLANES, SECTIONS, category, corner, files, position
from phivet.serving.tables import Mark, Verdict

LINES = 300
"""Lines of findings on one page."""
STRIP = 150
"""Pictures in the list beside the viewer; all can be reached by going through them."""
BOXES = 200


@dataclass(frozen=True)
class Entry:
    """One line of the list of findings. `key`: the id of its first finding; `picture`: the key of the first picture."""

    key: str
    ids: tuple[str, ...]
    action: Action
    category: str
    where: str
    position: str
    files: str
    score: float
    reasons: tuple[str, ...]
    section: str
    picture: str | None
    verdict: str | None
    other: str | None


@dataclass(frozen=True)
class Shown:
    """One picture that the viewer can show."""

    key: str
    frames: Frames
    index: int

    @classmethod
    def keyed(cls, frames: Frames, index: int) -> "Shown":
        """Picture `index` of `frames`, under the key that addresses have for it: "file-1.pixels.0"."""
        return cls(f"{frames.source}.{frames.plane}.{index}", frames, index)


def judged_now(report: Report, actions: Mapping[str, Action]) -> tuple[Judged, ...]:
    """The report's findings with the actions that hold now, consents applied."""
    return tuple(replace(judged, action=actions.get(judged.id, judged.action)) for judged in report.findings)


def leaf(found: Sequence[Line], said: Iterable[Verdict], asked: Mapping[str, str]) -> tuple[int, Sequence[Line]]:
    """The page of the list that is shown, from 1, and its lines, the worst first.

    That is the `page` that was asked for, else where the line `finding` stands, else the first line that nobody judged.
    """
    judged = {each.finding for each in said}
    number = asked.get("page", "")
    if number.isascii() and number.isdecimal() and len(number) < 7:
        at = (int(number) - 1) * LINES
    else:
        keys = [line.findings[0].id for line in found]
        left = next((index for index, key in enumerate(keys) if key not in judged), 0)
        at = keys.index(asked["finding"]) if asked.get("finding") in keys else left
    page = min(max(at, 0), max(len(found) - 1, 0)) // LINES
    return page + 1, found[page * LINES : (page + 1) * LINES]


def entries(found: Sequence[Line], said: Iterable[Verdict], language: Language) -> list[Entry]:
    """Lines as the list of findings has them."""
    by_finding = {each.finding: each for each in said}
    listed = []
    for line in found:
        verdict = by_finding.get(line.findings[0].id)
        pictures = boxes_by_picture(line.findings)
        first = next(iter(pictures), None)
        reasons = dict.fromkeys(reason for judged in line.findings for reason in judged.finding.reasons)
        listed.append(
            Entry(
                key=line.findings[0].id,
                ids=tuple(judged.id for judged in line.findings),
                action=line.action,
                category=category(line.category, language),
                where=language.text(line.where),
                position=position(line, language),
                files=files(line.sources, language),
                score=line.score,
                reasons=tuple(language.text(words.REASONS[each]) for each in reasons if each not in SAID),
                section=SECTIONS[line.where],
                picture=f"{first[0]}.{first[1]}.{first[2]}" if first else None,
                verdict=verdict.verdict if verdict else None,
                other=category(verdict.category, language) if verdict and verdict.category else None,
            )
        )
    return listed


def key_of_box(box: Box) -> str:
    """The key of the picture that a box lies on."""
    return f"{box.source}.{box.plane}.{box.page if box.frame is None else box.frame}"


def all_pictures(opened: Opened) -> list[Shown]:
    """Every picture of the case, in order."""
    return [Shown.keyed(frames, index) for frames in opened.pictures.values() for index in range(frames.count)]


def strip(opened: Opened, found: Sequence[Line], language: Language) -> list[dict[str, Any]]:
    """The list beside the viewer: pictures with findings first, then the first of every other file."""
    hot = Counter[str]()
    for line in found:
        for source, plane, index in boxes_by_picture(line.findings):
            hot[f"{source}.{plane}.{index}"] += 1
    shown = [each for each in all_pictures(opened) if each.key in hot]
    told = {(each.frames.source, each.frames.plane) for each in shown}
    shown += [Shown.keyed(frames, 0) for key, frames in opened.pictures.items() if key not in told]
    return [
        {"key": each.key, "name": picture_name(each, language), "about": _about(each, language), "hot": hot[each.key]}
        for each in shown[:STRIP]
    ]


def picture_name(shown: Shown, language: Language) -> str:
    """ "file 3", "file 3, overlay"."""
    plane = PLANES.get(shown.frames.plane)
    name = files([shown.frames.source], language)
    return f"{name}{language.comma}{language.text(plane)}" if plane else name


def _about(shown: Shown, language: Language) -> str:
    if shown.frames.count == 1:
        return shown.frames.modality
    what = "page {n} of {all}" if shown.frames.paged else "frame {n} of {all}"
    return f"{shown.frames.modality} {language.text(what, n=shown.index, all=shown.frames.count)}"


def stage(
    shown: Shown,
    size: tuple[int, int] | None,
    listed: Sequence[Entry],
    findings: Sequence[Judged],
    marks: Sequence[Mark],
    language: Language,
) -> dict[str, Any]:
    """The viewer's picture and what is drawn on it; `size`: (width, height) stored, None if it cannot be decoded."""
    frames = shown.frames
    label = language.comma.join(part for part in (picture_name(shown, language), _about(shown, language)) if part)
    given: dict[str, Any] = {"key": shown.key, "source": frames.source, "plane": frames.plane, "index": shown.index}
    given |= {"count": frames.count, "size": size, "label": label, "boxes": [], "marks": []}
    if size is None:
        return given
    picture = Picture("", *size, frames.upright)
    given |= {"upright_size": picture.shown, "matrix": picture.matrix}
    lines_of = {finding: entry for entry in listed for finding in entry.ids}
    on_it = boxes_by_picture(findings).get((frames.source, frames.plane, shown.index), {})
    for box, judged in sorted(on_it.items(), key=lambda each: -max(map(weight, each[1])))[:BOXES]:
        worst = max(judged, key=weight)
        entry = lines_of.get(worst.id)
        text = f"{category(worst.finding.category, language)}, {corner(box, *size, language)}"
        keys = " ".join(dict.fromkeys(lines_of[each.id].key for each in judged if each.id in lines_of))
        given["boxes"].append(_rect(box, text) | {"action": worst.action, "keys": keys, "key": entry and entry.key})
    for mark in marks:
        place = place_of(mark.place)
        if isinstance(place, Box) and key_of_box(place) == shown.key:
            given["marks"].append(_rect(place, category(mark.category, language)))
    return given


def _rect(box: Box, text: str) -> dict[str, Any]:
    return {"x0": box.x0, "y0": box.y0, "x1": box.x1, "y1": box.y1, "text": text}


def tables(rows: Mapping[tuple[str, bool], Row]) -> dict[str, list[Row]]:
    """The rows with findings, the worst first, and the others in the order of the file."""
    found = [row for (_, offending), row in rows.items() if offending]
    found.sort(key=lambda row: -max(map(weight, row.findings)))
    return {"found": found, "rest": [row for (_, offending), row in rows.items() if not offending]}


def tabs(opened: Opened, found: Sequence[Line]) -> list[dict[str, Any]]:
    """The parts of the desk, with how much is in each and how many lines of findings."""
    hot = Counter(SECTIONS[line.where] for line in found)
    shown = opened.shown
    return [
        {"name": name, "title": title, "count": count, "hot": hot[name]}
        for name, title, count in (
            ("pictures", "Pictures", sum(frames.count for frames in opened.pictures.values())),
            ("notes", "Notes", len(shown.passages)),
            ("headers", "Headers", len(shown.headers)),
            ("files", "Files", len(shown.properties)),
            ("unseen", "Not scanned", len(opened.report.not_scanned)),
        )
    ]


def unseen(report: Report, language: Language) -> list[dict[str, str]]:
    """What was not looked at, why, and what to do about it; alike files in one line."""
    grouped: dict[Any, list[str]] = {}
    for entry in report.not_scanned:
        grouped.setdefault((entry.reason, entry.frames), []).append(entry.source)
    listed = []
    for (reason, frames), sources in grouped.items():
        which = files(list(dict.fromkeys(sources)), language)
        if frames is not None:
            which += language.comma + language.text("frames {n}", n=frames)
        listed.append({"which": which, "why": words.UNREAD[reason].why, "remedy": words.UNREAD[reason].remedy})
    return listed


def claims(report: Report, language: Language) -> list[dict[str, Any]]:
    """What files say of themselves, contradicted claims first."""
    grouped: dict[tuple[bool, Any], list[str]] = {}
    for claim in report.claims:
        grouped.setdefault((claim.contradicted, claim.claim), []).append(claim.source)
    return [
        {"contradicted": contradicted, "text": words.CLAIMS[claim], "files": files(sources, language)}
        for (contradicted, claim), sources in sorted(grouped.items(), key=lambda each: not each[0][0])
    ]


def scanned(report: Report, language: Language) -> str:
    """ "3 headers, 120 frames"."""
    nouns = words.SCANNED
    return language.comma.join(
        language.count(n, nouns.get(kind, kind.removesuffix("s"))) for kind, n in report.scanned.items() if n
    )


def volumes(opened: Opened, findings: Iterable[Judged], language: Language) -> list[dict[str, Any]]:
    """The volumes in which a face was found: which slices, and where its surface can be seen."""
    by_series: dict[int, list[Region]] = {}
    for judged in findings:
        place = judged.finding.place
        if isinstance(place, Region) and judged.finding.category is Category.FACE:
            by_series.setdefault(place.series, []).append(place)
    known = {volume.series: volume for volume in opened.volumes}
    return [_volume(series, places, known.get(series), language) for series, places in by_series.items()]


def _volume(series: int, places: Sequence[Region], volume: Volume | None, language: Language) -> dict[str, Any]:
    slices = ranges(sorted({z for place in places for z in range(place.z0, place.z1)}))
    return {
        "series": series,
        "rendered": volume is not None,
        "title": language.text("A face in series {series}", series=series),
        "why": language.text("Slices {slices}: whoever makes a surface of them sees the face.", slices=slices),
    }


def mark_entries(marks: Sequence[Mark], language: Language) -> list[dict[str, Any]]:
    """What moderators marked."""
    return [
        {"id": mark.id, "category": category(mark.category, language), "where": said_place(mark, language)}
        for mark in marks
    ]


def current(listed: Sequence[Entry], wanted: str | None) -> Entry | None:
    """The line to begin with: the one that was asked for, else the first that is not judged, else the first."""
    asked = next((entry for entry in listed if entry.key == wanted), None)
    return asked or next((entry for entry in listed if entry.verdict is None), None) or next(iter(listed), None)


def key_of(listed: Sequence[Entry]) -> Any:
    """For the templates: the lines that findings belong to, as one attribute's value."""
    owner = {finding: entry.key for entry in listed for finding in entry.ids}
    return lambda findings: " ".join(dict.fromkeys(owner[each.id] for each in findings if each.id in owner))


def picture_at(opened: Opened, key: str) -> Shown | None:
    """The picture with this key."""
    source, _, rest = key.partition(".")
    plane, _, index = rest.partition(".")
    if plane not in set(Plane) or not index.isascii() or not index.isdecimal() or len(index) > 6:
        return None
    frames = opened.pictures.get((source, Plane(plane)))
    if frames is None or int(index) >= frames.count:
        return None
    return Shown.keyed(frames, int(index))
