"""The generator of held-out cases: the same seed, the same bytes; a twin differs in one file; numbers are right."""

import io

import pydicom
import pytest
from stdnum.gb import nhs

from phivet.datasets import policies


def test_the_same_seed_makes_the_same_files() -> None:
    first, second = (list(policies.cases(7)) for _ in range(2))
    assert first == second
    assert [case.files for case in policies.cases(8)] != [case.files for case in first]


def test_every_twin_differs_from_its_case_in_one_file_and_has_a_study_key() -> None:
    for case in policies.cases(3):
        same = case.files.items() & case.clean_twin_files.items()
        assert len(case.files) == len(case.clean_twin_files) == len(same) + 1, case.what
        image = pydicom.dcmread(io.BytesIO(case.clean_twin_files["image.dcm"]))
        assert "COHORT-" in str(image.get("PatientID")) + str(image.get("ClinicalTrialSubjectID"))


def test_every_text_is_filled_in() -> None:
    for case in policies.cases(5):
        for files in (case.files, case.clean_twin_files):
            texts = [content.decode() for name, content in files.items() if name.endswith((".txt", ".md", ".html"))]
            assert not [text for text in texts if "{" in text or "}" in text], case.what


@pytest.mark.parametrize("number", ["CGC2720", "EPT6335", "ZAC5361"])
def test_old_nhi_numbers_have_the_published_check_digit(number: str) -> None:
    assert policies.nhi(number[:3], number[3:6]) == number


@pytest.mark.parametrize("number", ["ZBN77VL", "ZSC21TN", "ZVB97XQ"])
def test_new_nhi_numbers_have_the_published_check_letter(number: str) -> None:
    assert policies.new_nhi(number[:3] + number[5], number[3:5]) == number


def test_an_nhi_number_without_check_digit_moves_on_to_one_that_has() -> None:
    assert policies.nhi("ZZZ", "004") == "ZZZ0059"


def test_nhs_numbers_are_valid() -> None:
    assert all(nhs.is_valid(policies.nhs(f"4{stem:08d}")) for stem in range(23456789, 23456889))


def test_a_vins_check_digit_is_right() -> None:
    assert policies.vin("1M8GDM9A", "KP042788") == "1M8GDM9AXKP042788"
