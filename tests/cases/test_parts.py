"""What stands at a place, however long the text and however many the places."""

import time

from hypothesis import given
from hypothesis import strategies as st

from phivet.cases.parts import Attribute, Header, Note
from phivet.cases.places import Element, Span


@st.composite
def notes(draw: st.DrawFn) -> Note:
    """A note that leaves out, or reads otherwise, some of its file's characters."""
    lengths = draw(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 4)), min_size=1, max_size=6))
    runs, start, origin = [], 0, draw(st.integers(0, 3))
    for length, gap in lengths:
        runs.append((start, origin))
        start, origin = start + length, origin + length + gap
    return Note("file-1", "abcdefghijklmnopqrstuvwxyzABCDEF"[:start], tuple(runs))


@given(notes(), st.integers(0, 60), st.integers(1, 20))
def test_what_stands_at_a_span_is_every_character_in_it(note: Note, start: int, length: int) -> None:
    places = [note.place(index, index + 1) for index in range(len(note.text))]
    inside = [
        char
        for char, place in zip(note.text, places, strict=True)
        if isinstance(place, Span) and start <= place.start < start + length
    ]
    assert note.text_at(Span("file-1", start, start + length)) == "".join(inside)


def test_of_two_attributes_with_one_path_the_first_is_at_its_place() -> None:
    twice = [Attribute("(0010,0010)", 0x00100010, "PN", "PatientName", "", name) for name in ("Doe^Jane", "ANON")]
    assert Header("file-1", tuple(twice)).text_at(Element("file-1", "(0010,0010)", 0, 3)) == "Doe"


def test_a_hundred_thousand_places_in_a_long_text_take_no_time() -> None:
    count = 100_000
    note = Note("file-1", "ab" * count, tuple((2 * index, 3 * index) for index in range(count)))
    started = time.process_time()
    assert {note.text_at(Span("file-1", 3 * index, 3 * index + 2)) for index in range(count)} == {"ab"}
    assert time.process_time() - started < 5
