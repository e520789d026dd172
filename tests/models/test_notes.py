"""The notes detector as a whole: rules and tagger together, on texts that no bank holds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.cases.known import Known, KnownValue
from phivet.cases.parts import Container, Note
from phivet.cases.places import Element, Span
from phivet.models.notes import Notes

NOTES = Notes()

IDENTIFYING = [
    ("We thank Tarquin Abernathy-Mbeki for sharing this case.", "Tarquin Abernathy-Mbeki"),
    ("Her niece Philippa found her on the floor at 6 am and called an ambulance.", "Philippa"),
    ("Transferred from Kirkcudbright with a cold foot.", "Kirkcudbright"),
    ("lap chole 13Apr, drain out day 2", "13Apr"),
    ("Operated at St Hilda's Infirmary; histology showed a schwannoma.", "St Hilda's Infirmary"),
    ("discussed with lachlan overnight, he is happy to take him", "lachlan"),
    ("He works as head falconer at the castle and fell from a ladder.", "head falconer"),
    ("تم تحويل المريض عبدالرحمن السويلم إلى الطوارئ", "عبدالرحمن السويلم"),
    ("راجعت الأخت هدى العيادة بسبب ألم في الركبة", "هدى"),
]

HARMLESS = [
    "Baker's cyst and Whipple procedure in a 56yo man; Hodgkin disease excluded.",
    "May represent a Schmorl node. Will follow. Mark the site.",
    "L4-L5 and T11-T12 discs, T2WI hyperintense. G3P2002. pT2N0M0.",
    "CBC: 7.2>13.4/40.1<265, AST/ALT-38/41, 139/4.1/101/24/15/0.9/98",
    "Salter-Harris II fracture of the distal radius, Lyme disease negative.",
    "Wegener granulomatosis. J Comput Assist Tomogr 1998;22(3):453-8.",
    "Hill-Sachs lesion with a bony Bankart; Le Fort I was ruled out.",
    "He presented to the emergency department and was seen in the ENT clinic.",
    "كيس بيكر خلف الركبة مع تمزق في الغضروف الهلالي، ولا يوجد كسر.",
]


@pytest.mark.parametrize(("text", "value"), IDENTIFYING, ids=lambda text: text[:40])
def test_what_only_its_surroundings_give_away_is_found(text: str, value: str) -> None:
    start = text.index(value)
    hits = [hit for hit in NOTES.find(text, Known()) if hit.score >= 0.5]
    assert any(hit.start < start + len(value) and start < hit.end for hit in hits)


@pytest.mark.parametrize("text", HARMLESS, ids=lambda text: text[:40])
def test_medicine_is_left_alone(text: str) -> None:
    assert [text[hit.start : hit.end] for hit in NOTES.find(text, Known()) if hit.score >= 0.5] == []


def test_many_texts_at_once_are_judged_as_each_alone() -> None:
    texts = [text for text, _ in IDENTIFYING] + HARMLESS + ["", " \n", "x"]
    together = NOTES.find_all(texts)
    for text, hits in zip(texts, together, strict=True):
        alone = NOTES.find(text, Known())
        assert [(hit.category, hit.start, hit.end) for hit in alone] == [
            (hit.category, hit.start, hit.end) for hit in hits
        ]
        assert [hit.score for hit in alone] == pytest.approx([hit.score for hit in hits], abs=0.1)


def test_a_name_at_any_place_of_a_long_note_is_found() -> None:
    sentence = "There is no focal consolidation, effusion or pneumothorax and the heart is not enlarged. "
    pieces, places, at = [], [], 0
    for number in range(1500):
        name = f"Dr Wilhelmina Featherstone{'e' * (number % 3)} "
        filler = sentence[: 20 + number * 7 % 69]
        filler = filler[: filler.rindex(" ") + 1]
        pieces += [sentence, filler, "reported by ", name, ". "]
        at += len(sentence) + len(filler) + len("reported by ")
        places.append((at, at + len(name)))
        at += len(name) + 2
    text = "".join(pieces)
    assert len(text.split()) > 20_000
    covered = bytearray(len(text))
    for hit in NOTES.find(text, Known()):
        if hit.score >= 0.5:
            covered[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
    missed = [place for place in places if not any(covered[slice(*place)])]
    assert missed == []


def test_what_is_proven_stays_certain() -> None:
    (hit,) = NOTES.find("NHI ZAC5361", Known())
    assert hit.score >= 0.99
    assert Reason.CHECK_DIGIT in hit.reasons


def test_the_cases_own_values_are_found_in_its_notes() -> None:
    known = Known(frozenset({KnownValue(Category.NAME, "DOE^JANE^M")}))
    hits = NOTES.find("The scan of jane doe shows a cyst.", known)
    assert [(hit.category, hit.reasons) for hit in hits] == [(Category.NAME, (Reason.KNOWN_VALUE,))]


def test_a_finding_stands_at_its_place_in_the_file() -> None:
    note = Note("file-1", "MRN 123456", runs=((0, 100),), page=2)
    (finding,) = NOTES.detect(note, Known())
    assert finding.place == Span("file-1", 104, 110, 2)
    assert finding.detector == "notes"


def test_a_finding_in_a_header_stands_in_its_element() -> None:
    note = Note("file-1", "MRN 123456", element="(0010,4000)")
    (finding,) = NOTES.detect(note, Known())
    assert finding.place == Element("file-1", "(0010,4000)", 4, 10)


def test_equal_texts_of_a_series_are_judged_once() -> None:
    known, notes = Known(), Notes()
    judged: list[str] = []
    real = notes.find
    notes.find = lambda text, known: judged.append(text) or real(text, known)  # type: ignore[method-assign, func-returns-value]
    for number in range(500):
        assert len(notes.detect(Note(f"file-{number}", "MRN 123456", element="(0010,4000)"), known)) == 1
    assert len(judged) == 1


def test_it_reads_notes_alone() -> None:
    assert NOTES.detect(Container("file-1", ()), Known()) == []
    assert "\n" not in NOTES.describe()


@given(st.text(max_size=200))
@settings(max_examples=50, deadline=None)
def test_whatever_is_written_hits_lie_in_the_text(text: str) -> None:
    assert all(0 <= hit.start < hit.end <= len(text) for hit in NOTES.find(text, Known()))
