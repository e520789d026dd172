from hypothesis import given
from hypothesis import strategies as st

from phivet.cases.categories import Category
from phivet.cases.findings import Finding
from phivet.cases.parts import Note
from phivet.cases.places import Element, Place, Span
from phivet.cases.report import Action, Judged
from phivet.serving.passages import CONTEXT, Mark, marks_in_note, pieces


def judged(
    place: Place, category: Category = Category.NAME, action: Action = Action.BLOCK, score: float = 0.9
) -> Judged:
    return Judged("id", Finding(category, place, score, "notes"), action)


def mark(start: int, end: int, action: Action = Action.BLOCK) -> Mark:
    return Mark(start, end, judged(Span("file-1", start, end), action=action))


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, list[Mark]]:
    text = draw(st.text(min_size=1, max_size=60))
    edge = st.integers(0, len(text))
    edges = draw(st.lists(st.tuples(edge, edge), max_size=8))
    return text, [mark(min(pair), max(pair)) for pair in edges if pair[0] != pair[1]]


@given(marked_texts())
def test_a_text_cut_at_its_marks_is_still_that_text(marked: tuple[str, list[Mark]]) -> None:
    text, marks = marked
    assert "".join(piece.text for piece in pieces(text, marks, at_most=1000)) == text


@given(marked_texts())
def test_every_character_is_under_exactly_its_own_marks(marked: tuple[str, list[Mark]]) -> None:
    text, marks = marked
    at = 0
    for piece in pieces(text, marks, at_most=1000):
        for i in range(at, at + len(piece.text)):
            assert sorted(m.judged.finding.place.start for m in marks if m.start <= i < m.end) == sorted(
                found.finding.place.start for found in piece.marks
            )
        at += len(piece.text)


@given(marked_texts())
def test_every_finding_begins_once_and_ends_once(marked: tuple[str, list[Mark]]) -> None:
    text, marks = marked
    found = pieces(text, marks, at_most=1000)
    findings = {mark.judged for mark in marks}
    assert sum(len(piece.begins) for piece in found) == sum(len(piece.ends) for piece in found) == len(findings)


def test_where_marks_overlap_the_worst_comes_first() -> None:
    review, block = mark(0, 6, Action.REVIEW), mark(3, 9)
    under = [[each.action for each in piece.marks] for piece in pieces("0123456789", [review, block], 100)]
    assert under == [[Action.REVIEW], [Action.BLOCK, Action.REVIEW], [Action.BLOCK], []]


def test_a_long_text_is_shortened_around_its_marks() -> None:
    text = "a" * 50_000 + "NAME" + "b" * 50_000
    first, before, name, after, last = pieces(text, [mark(50_000, 50_004)], at_most=1000)
    assert (name.text, len(before.text), len(after.text)) == ("NAME", CONTEXT, CONTEXT)
    assert first.left_out + last.left_out + 2 * CONTEXT + 4 == len(text)


def test_what_is_shown_is_bounded_however_long_the_text_and_however_many_the_marks() -> None:
    text = "x" * 1_000_000
    marks = [mark(0, 1_000_000), *(mark(i, i + 5) for i in range(0, 1_000_000, 1000))]
    assert sum(len(piece.text) for piece in pieces(text, marks, at_most=5000)) <= 2 * 5000


def test_a_span_is_found_again_in_a_note_whose_text_was_taken_out_of_markup() -> None:
    page = "<p>Mr <b>Ngata</b> rang</p>"
    note = Note("file-1", "Mr Ngata rang", runs=((0, 3), (3, 9), (8, 18)))
    marks = marks_in_note(note, [judged(Span("file-1", page.index("Mr"), page.index("</b>")))])
    assert [note.text[m.start : m.end] for m in marks] == ["Mr ", "Ngata"]
    assert [len(piece.ends) for piece in pieces(note.text, marks, 100)] == [0, 1, 0]


def test_a_finding_elsewhere_is_not_marked_in_this_note() -> None:
    note = Note("file-1", "Mr Ngata rang", page=2)
    elsewhere = [Span("file-2", 0, 3, 2), Span("file-1", 0, 3, 1), Element("file-1", "(0010,4000)", 0, 3)]
    assert not marks_in_note(note, [judged(place) for place in elsewhere])
