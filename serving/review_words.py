"""What the console says of a finding in the moderator's language: where it lies, and why; and how text is masked."""

import re
from collections.abc import Sequence

from phivet.cases.categories import Category
from phivet.cases.coverage import ranges
from phivet.cases.places import Box, Element, Plane, Region, Span
from phivet.cases.report import Action, Report
from phivet.serving import words
from phivet.serving.languages import Language
from phivet.serving.lines import Line, Where

_ITEM = re.compile(r"\[\d+\]")
_CHARACTER = re.compile(r"\w")
DOT = "•"

HEADLINES = {Action.BLOCK: "Blocks", Action.REVIEW: "To review"}


def masked(text: str) -> str:
    """`text` with every letter and digit as a dot: its shape is left, what it says is not."""
    return _CHARACTER.sub(DOT, text)


def position(line: Line, language: Language) -> str:
    """Where `line` lies: "PatientName (0010,0010)", "frame 3, top left", "characters 12–22"."""
    places = [judged.finding.place for judged in line.findings]
    match places[0]:
        case Element(path=path):
            name = words.element(path)
            if name == "file name":
                return language.text("file name")
            shown = _ITEM.sub("[…]", path) if len(set(map(_path, places))) > 1 else path
            return name if shown in name else f"{name} {shown}"
        case Box(page=page):
            numbers = ranges(
                sorted(
                    {n for each in places if isinstance(each, Box) for n in (each.frame, each.page) if n is not None}
                )
            )
            what = "page {n}" if page is not None else "frame {n}" if numbers.isdecimal() else "frames {n}"
            return language.text(what, n=numbers)
        case Span(page=page, start=start, end=end):
            shown = language.text("characters {start}–{end}", start=start, end=end)
            return shown if page is None else f"{language.text('page {n}', n=page)}, {shown}"
        case Region(series=series):
            slices = ranges([z for each in places if isinstance(each, Region) for z in range(each.z0, each.z1)])
            return language.text("series {series}, slices {slices}", series=series, slices=slices)
        case _:
            return language.text("all of it")


def _path(place: object) -> str:
    return place.path if isinstance(place, Element) else ""


def because(report: Report, found: Sequence[Line], language: Language) -> list[tuple[str, str]]:
    """What makes the decision: ("Blocks", "name ×2, date of birth"), ("Not scanned", "1 file")."""
    reasons = []
    for action, title in HEADLINES.items():
        counts: dict[Category, int] = {}
        for line in found:
            if line.action is action:
                counts[line.category] = counts.get(line.category, 0) + 1
        if counts:
            named = (category(what, language) + (f" ×{n}" if n > 1 else "") for what, n in counts.items())
            reasons.append((language.text(title), language.comma.join(named)))
    if report.not_scanned:
        files = len({entry.source for entry in report.not_scanned})
        reasons.append((language.text("Not scanned"), language.count(files, "file")))
    if not any(report.scanned.values()) and not report.not_scanned:
        reasons.append((language.text("Empty"), language.text("there was nothing in it to look at")))
    return reasons


def category(what: Category | str, language: Language) -> str:
    """`date_of_birth` -> "date of birth"."""
    return language.text(words.category(Category(what)))


def files(sources: Sequence[str], language: Language) -> str:
    """The files by their numbers, never their names: "file 3", "file 1 and 4 others"."""
    first = language.text("file {n}", n=sources[0].removeprefix("file-"))
    return first if len(sources) == 1 else language.text("{first} and {n} others", first=first, n=len(sources) - 1)


def corner(box: Box, width: int, height: int, language: Language) -> str:
    """Where a box lies in a picture of `width` x `height`."""
    where = words.position(box.x0, box.y0, box.x1, box.y1, width, height)
    return language.comma.join(language.text(part) for part in where.split(", "))


PLANES = {Plane.OVERLAY: "overlay", Plane.ICON: "icon"}
SECTIONS = {
    Where.HEADERS: "headers",
    Where.PROPERTIES: "files",
    Where.PIXELS: "pictures",
    Where.OVERLAY: "pictures",
    Where.ICON: "pictures",
    Where.NOTES: "notes",
    Where.VOLUMES: "pictures",
    Where.FILES: "files",
}
"""The part of the desk on which a line's evidence lies."""
