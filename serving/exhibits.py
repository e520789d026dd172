"""What a person has to see of a case to judge its report: the frames, the notes and the header rows, findings marked.

One walk over the case's parts; what is kept is bounded, however large the case.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from phivet.cases.case import Case
from phivet.cases.categories import Category
from phivet.cases.errors import PhivetError
from phivet.cases.parts import Attribute, Container, Frames, Header, Note, Property, Volume
from phivet.cases.places import Box, Element, Place, Plane, Region, Span
from phivet.cases.report import Judged, Report
from phivet.serving import words
from phivet.serving.lines import Line, Where
from phivet.serving.passages import Mark, Piece, marks_in_note, pieces
from phivet.serving.pictures import Outline, Picture, outlines, picture

PICTURES = 40
"""Pictures of a case at most: first those with findings, then the first frame of files that have none."""

RENDERS = 8
"""Renders of volumes at most, besides."""

_THUMBNAIL = 360  # pixels of the longer side of a picture on which nothing was found
_BOXES = 60  # on one picture
_NOTES = 100
_NOTE_LENGTH = 20_000
_ROWS = 1_500
_VALUE_LENGTH = 400
_VALUES = 3  # different values of one attribute that are shown; of one with findings, eight times as many
_QUOTED = {Where.HEADERS, Where.PROPERTIES, Where.NOTES}
_ITEM = re.compile(r"\[\d+\]")


@dataclass(frozen=True)
class Shot:
    """One frame: the picture, or None when it could not be decoded again."""

    anchor: str
    source: str
    modality: str
    plane: Plane
    index: int
    count: int
    paged: bool
    picture: Picture | None
    outlines: tuple[Outline, ...] = ()
    more: int = 0
    """Boxes that are not drawn, none of them surer than those that are."""
    rendered: bool = False
    """Whether it is no frame but what can be rendered from the series that begins with `source`."""


@dataclass(frozen=True)
class Passage:
    """One note, cut into pieces at its marks."""

    anchor: str
    source: str
    page: int | None
    pieces: tuple[Piece, ...]
    length: int

    @property
    def marked(self) -> bool:
        """Whether anything was found in it."""
        return any(piece.marks for piece in self.pieces)


@dataclass
class Value:
    """One value of an attribute and the files that hold it."""

    pieces: tuple[Piece, ...]
    sources: list[str] = field(default_factory=list)


@dataclass
class Row:
    """One attribute or property over all the files of the case; `more` values are not shown."""

    anchor: str
    path: str
    name: str
    vr: str
    findings: list[Judged] = field(default_factory=list)
    values: dict[tuple[str, tuple[tuple[int, int], ...]], Value] = field(default_factory=dict)
    more: int = 0


@dataclass
class Exhibits:
    """All that is shown of a case. `anchors` says where on the page a finding can be seen.

    It is not `complete` when a file that the report tells of could not be read again.
    """

    shots: list[Shot] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    headers: dict[tuple[str, bool], Row] = field(default_factory=dict)
    properties: dict[tuple[str, bool], Row] = field(default_factory=dict)
    anchors: dict[Judged, str] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    complete: bool = True


_At = tuple[str, Plane, int]


def exhibits(case: Case, report: Report, found: Sequence[Line], prefix: str, pictures: int = PICTURES) -> Exhibits:
    """Walk the case again and gather what is shown; `prefix` keeps its anchors apart from those of other cases.

    At most `pictures` are decoded and shown; 0 for who shows them otherwise.
    """
    shown = Exhibits()
    by_source: dict[str, list[Judged]] = defaultdict(list)
    for judged in report.findings:
        if isinstance(judged.finding.place, Element | Span):
            by_source[judged.finding.place.source].append(judged)
    faces = {
        judged.finding.place.series: judged
        for judged in report.findings
        if judged.finding.category is Category.FACE and isinstance(judged.finding.place, Region)
    }
    boxes = boxes_by_picture(report.findings)
    wanted = _wanted(found, boxes, pictures)
    shown.left_out["pictures with findings"] = len(boxes) - len(wanted)
    spread = _spread(list(case.paths), pictures - len(wanted))
    try:
        for part in case.parts():
            match part:
                case Header(source=source, attributes=entries) | Container(source=source, properties=entries):
                    _tabulate(shown, entries, source, by_source.get(source, ()), prefix)
                case Note():
                    _quote(shown, part, by_source.get(part.source, ()), prefix)
                case Frames():
                    _photograph(shown, part, boxes, wanted, spread, prefix)
                case Volume(series=series) if pictures and series in faces:
                    _render(shown, part, faces[series], prefix)
    except (PhivetError, OSError):
        shown.complete = False
    pictured = {(shot.source, shot.plane, shot.index) for shot in shown.shots}
    quoted = all(any(each in shown.anchors for each in line.findings) for line in found if line.where in _QUOTED)
    shown.complete &= quoted and wanted <= pictured
    return shown


def weight(judged: Judged) -> float:
    """Ranks findings: by action, then by score; never 0."""
    return 10 * judged.action.rank + judged.finding.score + 1


def boxes_by_picture(findings: Iterable[Judged]) -> dict[_At, dict[Box, list[Judged]]]:
    """Every picture with findings, and the boxes on it. A region shows on the middle one of its slices."""
    boxes: dict[_At, dict[Box, list[Judged]]] = defaultdict(lambda: defaultdict(list))
    for judged in findings:
        box = on_a_picture(judged.finding.place)
        if box is not None:
            boxes[_at(box)][box].append(judged)
    return boxes


def on_a_picture(place: Place) -> Box | None:
    if isinstance(place, Box):
        return place
    if isinstance(place, Region) and len(place.sources) >= place.z1 > 1:
        middle = place.sources[(place.z0 + place.z1) // 2]
        return Box(middle, place.x0, place.y0, place.x1, place.y1)
    return None


def _at(box: Box) -> _At:
    return box.source, box.plane, (box.frame if box.page is None else box.page) or 0


def _wanted(found: Sequence[Line], boxes: Mapping[_At, object], at_most: int) -> set[_At]:
    """The pictures to show: one for every line, then a second for every line, while there is room."""
    rounds = []
    for rank, line in enumerate(found):
        places = (on_a_picture(judged.finding.place) for judged in line.findings)
        pictures = dict.fromkeys(_at(box) for box in places if box is not None)
        rounds += [(turn, rank, at) for turn, at in enumerate(pictures)]
    rounds.sort(key=lambda entry: entry[:2])
    return set(list(dict.fromkeys(at for _, _, at in rounds if at in boxes))[:at_most])


def _spread(sources: Sequence[str], at_most: int) -> set[str]:
    """`at_most` of the sources, evenly over the case."""
    if at_most < 1:
        return set()
    return set(sources[:: max(1, math.ceil(len(sources) / at_most))])


def _photograph(
    shown: Exhibits,
    frames: Frames,
    boxes: Mapping[_At, Mapping[Box, list[Judged]]],
    wanted: set[_At],
    spread: set[str],
    prefix: str,
) -> None:
    indices = sorted(i for source, plane, i in wanted if (source, plane) == (frames.source, frames.plane))
    if not indices and frames.source in spread:
        indices = [0]
    for index in indices:
        if index >= frames.count or len(shown.shots) >= PICTURES:
            shown.left_out["pictures"] += 1
            continue
        on_it = boxes.get((frames.source, frames.plane, index), {})
        anchor = f"{prefix}-p{len(shown.shots) + 1}"
        try:
            seen = picture(frames.view(index), frames.upright, *([] if on_it else [_THUMBNAIL]))
        except PhivetError:
            seen = None
        surest = sorted(on_it.items(), key=lambda entry: max(map(weight, entry[1])), reverse=True)[:_BOXES]
        drawn = outlines(seen, [(box, tuple(found)) for box, found in surest]) if seen else []
        shown.shots.append(
            Shot(
                anchor,
                frames.source,
                frames.modality,
                frames.plane,
                index,
                frames.count,
                frames.paged,
                seen,
                tuple(drawn),
                len(on_it) - len(surest),
            )
        )
        for judged in (judged for found in on_it.values() for judged in found):
            shown.anchors.setdefault(judged, anchor)


def _render(shown: Exhibits, volume: Volume, judged: Judged, prefix: str) -> None:
    """What the finding in `volume` is about: made again, for a finding holds no pixels."""
    from phivet.models.faces import Faces

    if len(shown.shots) >= PICTURES + RENDERS:
        shown.left_out["renders"] += 1
        return
    seen = Faces().judge(volume)
    anchor = f"{prefix}-p{len(shown.shots) + 1}"
    rendered = picture(seen.picture) if seen else None
    drawn = outlines(rendered, [(Box(volume.sources[0], *seen.box), (judged,))]) if rendered and seen else []
    first = volume.sources[0]
    shown.shots.append(
        Shot(anchor, first, volume.modality, Plane.PIXELS, 0, 1, False, rendered, tuple(drawn), rendered=True)
    )
    shown.anchors[judged] = anchor


def _quote(shown: Exhibits, note: Note, findings: Iterable[Judged], prefix: str) -> None:
    marks = marks_in_note(note, findings)
    if note.element is not None:
        _quote_element(shown, note, note.element, marks, prefix)
        return
    if len(shown.passages) >= _NOTES and not marks:
        shown.left_out["notes"] += 1
        return
    anchor = f"{prefix}-n{len(shown.passages) + 1}"
    cut = tuple(pieces(note.text, marks, _NOTE_LENGTH if marks else _NOTE_LENGTH // 10))
    shown.passages.append(Passage(anchor, note.source, note.page, cut, len(note.text)))
    for number, mark in enumerate(marks, 1):
        shown.anchors.setdefault(mark.judged, f"{anchor}-{number}")


def _quote_element(shown: Exhibits, note: Note, path: str, marks: list[Mark], prefix: str) -> None:
    """A note that is an attribute's value is shown in the table; here only if the table has no such row."""
    if any(mark.judged not in shown.anchors for mark in marks):
        entry = Attribute(path, 0, "", words.element(path), "", note.text)
        _tabulate(shown, [entry], note.source, [mark.judged for mark in marks], prefix)


def _tabulate(
    shown: Exhibits,
    entries: Iterable[Attribute | Property],
    source: str,
    findings: Iterable[Judged],
    prefix: str,
) -> None:
    by_path: dict[str, list[Judged]] = defaultdict(list)
    for judged in findings:
        if isinstance(judged.finding.place, Element):
            by_path[judged.finding.place.path].append(judged)
    for entry in entries:
        found = by_path.get(entry.path, [])
        rows = shown.headers if isinstance(entry, Attribute) else shown.properties
        path = _ITEM.sub("[…]", entry.path)
        row = rows.get((path, bool(found)))
        if row is None:
            if len(rows) >= _ROWS and not found:
                shown.left_out["rows"] += 1
                continue
            letter = "h" if rows is shown.headers else "f"
            name, vr = (entry.keyword, entry.vr) if isinstance(entry, Attribute) else (words.element(entry.path), "")
            row = Row(f"{prefix}-{letter}{len(rows) + 1}", path, name or words.element(entry.path), vr)
            rows[path, bool(found)] = row
        _add_value(row, entry.value, found, source)
        for judged in found:
            shown.anchors.setdefault(judged, row.anchor)


def _add_value(row: Row, value: str, found: list[Judged], source: str) -> None:
    row.findings += found
    marks = [
        Mark(place.start, place.end, judged)
        for judged in found
        for place in [judged.finding.place]
        if isinstance(place, Element) and place.start is not None and place.end is not None
    ]
    key = value, tuple(sorted({(mark.start, mark.end) for mark in marks}))
    known = row.values.get(key)
    if known is None:
        if len(row.values) >= (8 * _VALUES if found else _VALUES):
            row.more += 1
            return
        known = row.values[key] = Value(tuple(pieces(value, marks, _VALUE_LENGTH)))
    if not known.sources or known.sources[-1] != source:
        known.sources.append(source)
