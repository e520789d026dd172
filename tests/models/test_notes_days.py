"""Days that are told in words, and the words of medicine that look like them."""

import pytest

from phivet.cases.known import Known
from phivet.models.notes_rules import find_by_rules

TOLD = [
    ("Seen on the third of May, two thousand and nineteen.", "the third of May, two thousand and nineteen"),
    ("He was born on the ninth of March 1951.", "the ninth of March 1951"),
    ("Admitted May the third.", "May the third"),
    ("Painful since the first week of September.", "the first week of September"),
    ("Not seen since Christmas Eve.", "Christmas Eve"),
    ("He fasted during Ramadan and lost weight.", "Ramadan"),
    ("Came in Friday night with a fall.", "Friday night"),
    ("Theatre on Wednesday if fit.", "Wednesday"),
    ("Symptoms since late October.", "late October"),
    ("Pacientă născută la 12 martie 1985.", "12 martie 1985"),
    ("Ingresó el 5 de abril de 2020.", "5 de abril de 2020"),
    ("Aufnahme am 5. Oktober 2019.", "5. Oktober 2019"),
    ("Entrée le 3 février 2021.", "3 février 2021"),
]  # fmt: skip

UNTOLD = [
    "Christmas tree appearance of the bladder; Easter egg sign.",
    "Easter Island is far. The March of Dimes. May represent a cyst.",
    "Sat 94 % on air. Sun exposure. Mon Repos. Wed like to help.",
    "The second of three ribs, the third week of life, the first day.",
    "3 Mayo Clinic trials. Mayo score of 6. The Mars 2020 rover.",
    "Seen in august company.",
    "Headaches from day 1 to day 5.",
]


@pytest.mark.parametrize(("text", "day"), TOLD, ids=lambda text: text[:30])
def test_a_day_in_words_is_found(text: str, day: str) -> None:
    found = [text[hit.start : hit.end] for hit in find_by_rules(text, Known()) if hit.score >= 0.5]
    assert found == [day]


@pytest.mark.parametrize("text", UNTOLD, ids=lambda text: text[:30])
def test_what_only_sounds_like_a_day_is_left(text: str) -> None:
    assert [text[hit.start : hit.end] for hit in find_by_rules(text, Known())] == []
