"""The case's own values are found however they are written, and misread, and not where they mean something else."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.cases.known import Known, KnownValue
from phivet.models.known_values import find_known

NAME, ID, BORN, PLACE = Category.NAME, Category.RECORD_NUMBER, Category.DATE_OF_BIRTH, Category.FACILITY


def known(*values: tuple[Category, str]) -> Known:
    return Known(frozenset(KnownValue(category, text) for category, text in values))


def found(text: str, values: Known, ocr: bool = False) -> list[str]:
    return [text[hit.start : hit.end] for hit in find_known(text, values, ocr=ocr)]


JANE = known((NAME, "DOE^JANE^M"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The scan of Jane Doe shows", "Jane Doe"),
        ("DOE, Jane: normal", "DOE, Jane"),
        ("DOE^JANE^M", "DOE^JANE^M"),
        ("jane m. doe", "jane m. doe"),
        ("Mr Doe says", "Mr Doe"),
        ("J. Doe has", "J. Doe"),
        ("Doe J has", "Doe J"),
        ("JANEDOE.dcm", "JANEDOE"),
        ("doe_jane_2019", "doe_jane"),
        ("as Doe said", "Doe"),
        ("dear Jane,", "Jane"),
    ],
)
def test_a_patients_name_is_found_in_any_order_and_case(text: str, name: str) -> None:
    assert found(text, JANE) == [name]


def test_two_parts_of_a_name_are_surer_than_one() -> None:
    both, family, given_name = (find_known(text, JANE)[0].score for text in ("the Jane Doe", "the Doe", "the Jane"))
    assert both > family > given_name >= 0.7


@pytest.mark.parametrize(
    ("value", "text", "name"),
    [
        ("O'BRIEN^SEÁN", "Sean OBrien", "Sean OBrien"),
        ("O'BRIEN^SEÁN", "Seán O'Brien", "Seán O'Brien"),
        ("van der Berg^Anna", "Anna van der Berg", "Anna van der Berg"),
        ("SMITH-JONES^AMY", "Amy Jones", "Amy Jones"),
        ("Doe, Jane", "Jane Doe", "Jane Doe"),
        ("Jane Doe", "DOE JANE", "DOE JANE"),
        ("MÜLLER^JÖRG", "Jorg Muller", "Jorg Muller"),
        ("محمد^أحمد", "المريض أحمد محمد يشكو", "أحمد محمد"),
        ("LI^WEI", "Wei Li", "Wei Li"),
        ("YAMADA^TARO=山田^太郎", "山田 太郎", "山田 太郎"),
    ],
)
def test_names_of_many_kinds_are_found(value: str, text: str, name: str) -> None:
    assert found(text, known((NAME, value))) == [name]


@pytest.mark.parametrize("word", ["Long", "Young", "Grey", "Bone", "Head"])
def test_a_surname_that_is_a_word_is_found_but_hardly_sure(word: str) -> None:
    values = known((NAME, f"{word}^AMY"))
    assert find_known(f"The scan of {word} shows", values)[0].score < 0.5
    assert find_known(f"The scan of Amy {word} shows", values)[0].score > 0.8
    assert found(f"a {word.lower()} segment. {word} segment", values) == []


def test_an_eponym_is_not_the_patient() -> None:
    assert found("A Baker's cyst and a Bankart lesion", known((NAME, "BAKER^TOM"), (NAME, "BANKART^SUE"))) == []
    assert found("A Doe lesion", JANE) == []


@pytest.mark.parametrize(
    "text",
    [
        "03/03/1951",
        "3.3.1951",
        "1951-03-03",
        "3 Mar 1951",
        "March 3rd, 1951",
        "19510303",
        "03031951",
        "3/3/51",
        "٠٣/٠٣/١٩٥١",
        "3 مارس 1951",
    ],
)
def test_a_date_is_found_in_any_form(text: str) -> None:
    assert found(f"on {text} he", known((BORN, "19510303"))) == [text]


def test_another_date_is_not_found() -> None:
    assert found("on 04/03/1951 he", known((BORN, "19510303"))) == []


@pytest.mark.parametrize("text", ["00123456", "123456", "123-456", "MRN123456", "no. 12 34 56", "000123456"])
def test_a_number_is_found_with_separators_or_zeros_dropped(text: str) -> None:
    assert len(found(f"see {text}.", known((ID, "00123456")))) == 1


@pytest.mark.parametrize("text", ["1234567", "9123456", "0.123456", "12 3456 789"])
def test_a_longer_number_is_another(text: str) -> None:
    assert found(text, known((ID, "123456"))) == []


def test_an_institution_is_found() -> None:
    assert found("at AUCKLAND CITY-HOSPITAL, ward 3", known((PLACE, "Auckland City Hospital"))) == [
        "AUCKLAND CITY-HOSPITAL"
    ]


@pytest.mark.parametrize(
    "value", ["M", "CT", "12", "2019", "Hospital", "Radiology Department", "ANONYMOUS", "0000000", "", "^^"]
)
@pytest.mark.parametrize("category", [NAME, ID, PLACE])
def test_what_is_short_or_generic_is_not_sought(category: Category, value: str) -> None:
    text = "M CT 12 2019 Hospital Radiology Department anonymous 0000000 0 ^^"
    assert found(text, known((category, value)), ocr=True) == []


def test_a_hit_is_of_the_values_category() -> None:
    values = known((Category.CLINICIAN_NAME, "SMITH^ALAN"), (Category.DEVICE_SERIAL, "SN-99812"))
    hits = find_known("Alan Smith used SN99812", values)
    assert [hit.category for hit in hits] == [Category.CLINICIAN_NAME, Category.DEVICE_SERIAL]
    assert all(hit.reasons == (Reason.KNOWN_VALUE,) for hit in hits)


CASE = known(
    (NAME, "DOE^JANE^M"),
    (NAME, "KOWALSKI^PIOTR"),
    (ID, "00123456"),
    (BORN, "19510303"),
    (PLACE, "Auckland City Hospital"),
)


@pytest.mark.parametrize(
    "text",
    [
        "D0E^JANE",
        "DOEAJANE",
        "DOE'JANE",
        "JANEDOE",
        "D0EJANF",
        "KOWALSKl",
        "K0WA15KI",
        "KOWALSKY PIOTR",
        "KOWAL SKI",
        "I23456",
        "OO123456",
        "12345G",
        "O3/O3/1951",
        "l9510303",
        "AUCK1AND C1TYHOSPITAL",
        "Auckland Clty Hospita",
    ],
)
def test_a_misread_value_is_found(text: str) -> None:
    (value,) = found(f"IM 3 {text} R", CASE, ocr=True)
    assert value in f"{text} R"
    assert len(value) > len(text) / 2


def test_the_worse_it_is_read_the_less_sure() -> None:
    scores = [find_known(text, CASE, ocr=True)[0].score for text in ("KOWALSKI", "KOWALSKY", "KOWALSYY")]
    assert scores[0] > scores[1] > scores[2]


@pytest.mark.parametrize("text", ["DOA", "JAN", "LUNG", "HEAD 30", "CT 120 kV", "12346", "R L A P", "03/04/1952"])
def test_what_is_short_or_else_is_not_mistaken(text: str) -> None:
    assert found(text, known((NAME, "DOE^JAY"), (NAME, "LONG^AMY"), (ID, "12345"), (BORN, "19510303")), ocr=True) == []


def test_without_ocr_nothing_is_guessed() -> None:
    assert found("KOWALSKY 123457 D0E", CASE) == []


@given(st.text(max_size=80), st.text(max_size=30), st.sampled_from(list(Category)), st.booleans())
@settings(max_examples=200, deadline=None)
def test_whatever_is_known_hits_lie_in_the_text_and_apart(text: str, value: str, category: Category, ocr: bool) -> None:
    hits = find_known(f"{text} {value}", known((category, value)), ocr=ocr)
    assert all(0 <= hit.start < hit.end <= len(text) + 1 + len(value) for hit in hits)
    assert all(first.end <= second.start for first, second in pairwise(hits))


@pytest.mark.parametrize("ocr", [False, True])
def test_twenty_values_are_sought_in_twenty_thousand_words_in_a_moment(ocr: bool) -> None:
    names = [(NAME, f"SURNAME{chr(97 + i)}^GIVEN{chr(97 + i)}^M") for i in range(8)]
    numbers = [(ID, f"00{i}123456") for i in range(8)]
    values = known(*names, *numbers, (BORN, "19510303"), (PLACE, "Auckland City Hospital"), (NAME, "DOE^JANE"))
    text = "the liver is normal in size and 12 mm of fluid lies on 3 March " * 1500
    text = " ".join(text.split()[:20_000]) + " Jane Doe"
    start = time.perf_counter()
    assert "Jane Doe" in found(text, values, ocr)
    assert time.perf_counter() - start < (6 if ocr else 3)


@pytest.mark.parametrize("piece", ["a", "1", "1 ", "doe ", "jane", "^", "0", "doe jane ", "d", "00123456"])
@pytest.mark.parametrize("ocr", [False, True])
def test_no_text_takes_long(piece: str, ocr: bool) -> None:
    text = (piece * 200_000)[:200_000]
    start = time.perf_counter()
    find_known(text, CASE, ocr=ocr)
    assert time.perf_counter() - start < 20


def test_what_three_hundred_notes_give_away_one_after_the_other_is_sought_in_seconds() -> None:
    values = known()
    start = time.perf_counter()
    for number in range(300):
        person = f"{chr(97 + number % 26)}{chr(97 + number // 26)}"
        values = values.adding([KnownValue(NAME, f"SURNAME{person}^GIVEN{person}"), KnownValue(ID, f"77{number:05}")])
        values = values.adding([KnownValue(BORN, f"19{number % 90 + 10}0{number % 9 + 1}17")])
        assert found(f"seen: Given{person} Surname{person}, 77{number:05}", values) != []
    assert time.perf_counter() - start < 6


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ((PLACE, "STANFORD"), "Stanford type B dissection"),
        ((PLACE, "Radiology"), "the radiology department"),
        ((NAME, "Knee^Left"), "Knee, left: effusion"),
        ((NAME, "Brain^Tumour"), "Brain tumour protocol"),
        ((NAME, "Adult^Male"), "Male of 45 years"),
        ((NAME, "TEST^PATIENT"), "Patient for a stress test"),
        ((Category.CLINICIAN_NAME, "Emergency"), "Emergency department"),
        ((Category.CLINICIAN_NAME, "Self referral"), "Self referral"),
    ],
)
def test_what_a_header_calls_nobody_is_not_sought_in_the_case(value: tuple[Category, str], text: str) -> None:
    assert found(text, known(value)) == []


def test_a_hospital_that_shares_its_name_with_a_disease_is_found_but_not_sure() -> None:
    assert [hit.score for hit in find_known("seen at Stanford today", known((PLACE, "STANFORD")))] == [0.6]
