"""Hospitals are found by their names; wards, kinds of hospital and scores named after one are left alone."""

import pytest

from phivet.cases.categories import Category
from phivet.cases.known import Known
from phivet.models.notes_rules import find_by_rules


def houses(text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in find_by_rules(text, Known()) if hit.category is Category.FACILITY]


@pytest.mark.parametrize(
    ("text", "house"),
    [
        ("She was seen at Ferndale Hospital last week.", "Ferndale Hospital"),
        ("Transferred from the Brackley Royal Infirmary overnight", "Brackley Royal Infirmary"),
        ("MRI performed in Lower Tarn Medical Centre: normal.", "Lower Tarn Medical Centre"),
        ("care of St Osyth's Hospital, ward 4", "St Osyth's Hospital"),
        ("Films from Hospital of Santa Brigida were reviewed", "Hospital of Santa Brigida"),
        ("under the Eastmoor NHS Foundation Trust", "Eastmoor NHS Foundation Trust"),
    ],
)
def test_a_named_hospital_is_found(text: str, house: str) -> None:
    (found,) = houses(text)
    assert house.endswith(found)
    assert found.split()[-1] == house.split()[-1]


@pytest.mark.parametrize(
    "text",
    [
        "Admitted to Hospital with sepsis.",
        "HOSPITAL COURSE: uneventful. Hospital day 3.",
        "District General Hospital, Emergency Department",
        "Hospital Anxiety and Depression Scale 11/21.",
        "A Previous Hospital admission for asthma. Children's Hospital review.",
        "Multidisciplinary Team Meeting. Day Hospital follow-up.",
        "the University Hospital setting, tertiary Referral Hospital",
        "Mayo Clinic classification of polycystic kidney disease",
        "hospital-acquired pneumonia; hospice care declined",
    ],
)
def test_hospitals_without_a_name_are_left_alone(text: str) -> None:
    assert houses(text) == []
