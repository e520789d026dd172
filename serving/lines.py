"""Findings that say the same are one line: a name in the same attribute of 300 slices does not make 300."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from phivet.cases.categories import Category
from phivet.cases.coverage import ranges
from phivet.cases.findings import Reason
from phivet.cases.places import Box, Element, Place, Plane, Region, Span, overlap, sources
from phivet.cases.report import Action, Judged, Report
from phivet.serving import words

_ITEM = re.compile(r"\[\d+\]")
_SAME_BOX = 0.5  # intersection over union from which on two boxes are one and the same thing on different frames
_COMPARED = 64  # boxes that a new one is compared with, the latest ones, so that thousands stay quick
SAID = {Reason.HEADER_VALUE, Reason.FILE_META, Reason.FILE_NAME, Reason.FILE_PROPERTY, Reason.BURNED_IN}
"""Reasons that only say where it is: the line says that already."""
_SHOWN = 4  # positions that a line names before it only counts


class Where(StrEnum):
    """The kind of place that a line is about."""

    HEADERS = "headers"
    PROPERTIES = "file properties"
    PIXELS = "pixels"
    OVERLAY = "overlay"
    ICON = "icon"
    NOTES = "notes"
    VOLUMES = "volumes"
    FILES = "files"


_PLANES = {Plane.PIXELS: Where.PIXELS, Plane.OVERLAY: Where.OVERLAY, Plane.ICON: Where.ICON}


@dataclass
class Line:
    """Findings of one category and action, in the same attribute, the same corner of the picture, the same note."""

    action: Action
    category: Category
    where: Where
    findings: list[Judged] = field(default_factory=list)

    @property
    def score(self) -> float:
        """The surest of them."""
        return max(judged.finding.score for judged in self.findings)

    @property
    def sources(self) -> list[str]:
        """The files that they lie in, each once, in the order of the report."""
        return list(dict.fromkeys(source for judged in self.findings for source in sources(judged.finding.place)))

    @property
    def reasons(self) -> list[str]:
        """Why, beyond where it is, in plain words, each once."""
        reasons = dict.fromkeys(reason for judged in self.findings for reason in judged.finding.reasons)
        return [words.REASONS[reason] for reason in reasons if reason not in SAID]

    def position(self) -> str:
        """Where in the files: "PatientName (0010,0010)", "frames 0-9, x 12–310, y 8–30", "characters 12–22"."""
        places = [judged.finding.place for judged in self.findings]
        match places[0]:
            case Element(path=path):
                name = words.element(path)
                paths = {place.path for place in places if isinstance(place, Element)}
                shown = _ITEM.sub("[…]", path) if len(paths) > 1 else path
                return name if shown in name or name == "file name" else f"{name} {shown}"
            case Box():
                return _boxes([place for place in places if isinstance(place, Box)])
            case Span():
                return _spans([place for place in places if isinstance(place, Span)])
            case Region():
                slices = ranges([z for place in places if isinstance(place, Region) for z in range(place.z0, place.z1)])
                return f"series {places[0].series}, slices {slices}"
            case _:
                return "all of it"


def lines(findings: Iterable[Judged]) -> list[Line]:
    """All findings as lines, the worst and surest first."""
    groups: dict[tuple[object, ...], Line] = {}
    corners: dict[tuple[object, ...], list[tuple[Box, Line]]] = {}
    for judged in findings:
        finding, place = judged.finding, judged.finding.place
        where, key = _kind(place)
        group = (judged.action, finding.category, where, *key)
        if isinstance(place, Box):
            near = corners.setdefault(group, [])
            line = next((line for box, line in near[-_COMPARED:] if _are_one(box, place)), None)
            if line is None:
                line = groups[*group, len(near)] = Line(judged.action, finding.category, where)
                near.append((place, line))
        else:
            line = groups.setdefault(group, Line(judged.action, finding.category, where))
        line.findings.append(judged)
    return sorted(groups.values(), key=lambda line: (-line.action.rank, -line.score, line.category))


def because(report: Report, found: Sequence[Line]) -> list[str]:
    """What makes the decision, one sentence each: "blocks: name (headers, 2 places), date of birth (headers)"."""
    reasons = []
    for action in (Action.BLOCK, Action.REVIEW):
        by_category: dict[Category, dict[Where, int]] = {}
        for line in found:
            if line.action is action:
                places = by_category.setdefault(line.category, {})
                places[line.where] = places.get(line.where, 0) + 1
        if by_category:
            named = (f"{words.category(category)} ({_places(places)})" for category, places in by_category.items())
            reasons.append(f"{words.VERBS[action]}: {', '.join(named)}")
    if report.not_scanned:
        files = len({entry.source for entry in report.not_scanned})
        reasons.append(f"not all of it could be looked at: {words.count(files, 'file')}")
    if not any(report.scanned.values()) and not report.not_scanned:
        reasons.append("there was nothing in it to look at")
    return reasons


def _places(counts: dict[Where, int]) -> str:
    return "; ".join(where if n == 1 else f"{where}, {n} places" for where, n in counts.items())


def _kind(place: Place) -> tuple[Where, tuple[object, ...]]:
    match place:
        case Element(path=path):
            return (Where.HEADERS if words.in_header(path) else Where.PROPERTIES), (_ITEM.sub("[]", path),)
        case Box(plane=plane):
            return _PLANES[plane], ()
        case Span(source=source):
            return Where.NOTES, (source,)
        case Region(series=series):
            return Where.VOLUMES, (series,)
        case _:
            return Where.FILES, ()


def _are_one(a: Box, b: Box) -> bool:
    """Whether two boxes are one thing on different frames; on the same frame they are two."""
    return (a.source, a.frame, a.page) != (b.source, b.frame, b.page) and overlap(a.corners, b.corners) >= _SAME_BOX


def _boxes(boxes: list[Box]) -> str:
    first = boxes[0]
    corner = f"x {first.x0}–{first.x1}, y {first.y0}–{first.y1}"
    about = "" if len({(box.x0, box.y0, box.x1, box.y1) for box in boxes}) == 1 else "about "
    if len({box.source for box in boxes}) > 1:
        return f"{about}{corner}"
    shown = words.frames(ranges([number for box in boxes for number in (box.frame, box.page) if number is not None]))
    return f"{shown if first.page is None else shown.replace('frame', 'page')}, {about}{corner}"


def _spans(spans: list[Span]) -> str:
    distinct = sorted({(span.page, span.start, span.end) for span in spans}, key=lambda at: (at[0] or 0, *at[1:]))
    named = [f"{start}–{end}" if page is None else f"{start}–{end} of page {page}" for page, start, end in distinct]
    more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
    return f"characters {', '.join(named[:_SHOWN])}{more}"
