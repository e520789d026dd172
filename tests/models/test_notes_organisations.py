"""Firms, schools, clubs, towns, hospitals and signatures that their words give away, and what is like them."""

import pytest

from phivet.cases.categories import Category
from phivet.cases.known import Known
from phivet.models.notes_rules import find_by_rules

NAMED = [
    (Category.ORGANISATION, "Made by Thornbury Ceramics Ltd of late.", "Thornbury Ceramics Ltd"),
    (Category.ORGANISATION, "Invoice to Okonjo, Bligh and Partners.", "Okonjo, Bligh and Partners"),
    (Category.ORGANISATION, "A pupil of Wexcombe Primary School with a limp.", "Wexcombe Primary School"),
    (Category.ORGANISATION, "Hooker for Marrabel Rugby Club.", "Marrabel Rugby Club"),
    (Category.ORGANISATION, "He works for Volta Rail and is well.", "Volta Rail"),
    (Category.PLACE, "She lives in Ouled Teima with her aunt.", "Ouled Teima"),
    (Category.PLACE, "Just back from Puerto Maldonado, febrile.", "Puerto Maldonado"),
    (Category.PLACE, "المريضة من سكان القنفذة.", "القنفذة"),
    (Category.FACILITY, "Films from the Hôpital Beaujeu are here.", "Hôpital Beaujeu"),
    (Category.FACILITY, "Operated at Klinikum Bergfelden.", "Klinikum Bergfelden"),
    (Category.FACILITY, "نقل إلى مستشفى القنفذة العام أمس", "مستشفى القنفذة العام"),
    (Category.INITIALS, "No change. Signed RKT", "RKT"),
    (Category.INITIALS, "Second look: A.B.", "A.B."),
]

NOT_NAMED = [
    "Scanner by Siemens Healthcare Ltd, contrast by Bayer AG.",
    "The High School, a Primary School, his Rugby Club and the Fire Department.",
    "ACL, PCL, MCL, LCL, PLC intact.",
    "It works for Crohn patients in general.",
    "Moved to New Zealand; born in Scotland; back from Texas.",
    "What lives in Morison's pouch?",
    "No travel to hospital. Resident of a nursing home.",
    "Reader 1 and reader 2 agreed. Reported as BI-RADS 4. Vetted.",
    "Read MRI first. Signed PET consent.",
    "مستشفى الحالة العامة جيدة"[:7],
]


@pytest.mark.parametrize(("category", "text", "value"), NAMED, ids=lambda value: str(value)[:30])
def test_its_words_give_it_away(category: Category, text: str, value: str) -> None:
    found = [(hit.category, text[hit.start : hit.end]) for hit in find_by_rules(text, Known()) if hit.score >= 0.5]
    assert found == [(category, value)]


@pytest.mark.parametrize("text", NOT_NAMED, ids=lambda text: text[:30])
def test_what_has_no_name_is_left(text: str) -> None:
    assert [text[hit.start : hit.end] for hit in find_by_rules(text, Known())] == []
