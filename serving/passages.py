"""Text with what was found in it marked: cut into pieces at the ends of the marks, which may overlap."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from phivet.cases.parts import Note
from phivet.cases.places import Element, Span
from phivet.cases.report import Judged

CONTEXT = 240
"""Characters kept before and after a mark when a long text is shortened."""


@dataclass(frozen=True)
class Mark:
    """`judged` was found in characters [start, end) of a text."""

    start: int
    end: int
    judged: Judged


@dataclass(frozen=True)
class Piece:
    """A stretch of text under the same `marks`, the worst first; or, without text, `left_out` characters not shown.

    A finding with several marks begins with its first and ends with its last.
    """

    text: str
    marks: tuple[Judged, ...] = ()
    begins: tuple[Judged, ...] = ()
    ends: tuple[Judged, ...] = ()
    left_out: int = 0


def pieces(text: str, marks: Iterable[Mark], at_most: int) -> list[Piece]:
    """All of `text`, or, if it is longer than `at_most` characters, as much of it around the marks, in order."""
    inside = (Mark(max(mark.start, 0), min(mark.end, len(text)), mark.judged) for mark in marks)
    ordered = sorted((mark for mark in inside if mark.start < mark.end), key=lambda mark: (mark.start, mark.end))
    windows = _windows(len(text), ordered, at_most)
    first = {mark.judged: mark.start for mark in reversed(ordered)}
    last = {mark.judged: mark.end for mark in sorted(ordered, key=lambda mark: mark.end)}
    cuts = {edge for window in windows for edge in window}
    cuts |= {edge for mark in ordered for edge in (mark.start, mark.end)}
    cut, after = sorted(cuts), 0
    found: list[Piece] = []
    upcoming, active = 0, list[Mark]()
    for start, end in windows:
        if start > after:
            found.append(Piece("", left_out=start - after))
        edges = [edge for edge in cut if start <= edge <= end]
        for a, b in pairwise(edges):
            active = [mark for mark in active if mark.end > a]
            while upcoming < len(ordered) and ordered[upcoming].start <= a:
                active.append(ordered[upcoming])
                upcoming += 1
            under = sorted((mark.judged for mark in active if mark.end > a), key=_rank)
            begins = tuple(judged for judged in dict.fromkeys(under) if first[judged] == a)
            ends = tuple(judged for judged in dict.fromkeys(under) if last[judged] == b)
            found.append(Piece(text[a:b], tuple(under), begins, ends))
        after = end
    if after < len(text):
        found.append(Piece("", left_out=len(text) - after))
    return found


def _rank(judged: Judged) -> tuple[int, float]:
    return -judged.action.rank, -judged.finding.score


def _windows(length: int, marks: Sequence[Mark], at_most: int) -> list[tuple[int, int]]:
    """The stretches to show, apart from each other, in order."""
    if length <= at_most:
        return [(0, length)] if length else []
    if not marks:
        return [(0, at_most)]
    windows: list[tuple[int, int]] = []
    for mark in marks:
        if sum(b - a for a, b in windows) >= at_most:
            break
        start = max(mark.start - CONTEXT, 0)
        end = min(mark.end + CONTEXT, start + at_most, length)
        if windows and start <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(end, windows[-1][1]))
        else:
            windows.append((start, end))
    return windows


def marks_in_note(note: Note, findings: Iterable[Judged]) -> list[Mark]:
    """Where in `note.text` the findings lie; one that the note's runs tear apart has a mark in each."""
    marks = []
    bounds = [start for start, _ in note.runs[1:]] + [len(note.text)]
    for judged in findings:
        place = judged.finding.place
        if isinstance(place, Element) and (place.source, place.path) == (note.source, note.element):
            marks.append(Mark(place.start or 0, len(note.text) if place.end is None else place.end, judged))
        elif isinstance(place, Span) and (place.source, place.page, None) == (note.source, note.page, note.element):
            for (start, origin), bound in zip(note.runs, bounds, strict=True):
                begin = max(place.start - origin + start, start)
                end = min(place.end - origin + start, bound)
                if begin < end:
                    marks.append(Mark(begin, end, judged))
    return marks
