"""A number with the right check digit is found; with another digit in it, it proves nothing any more."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.gb import nhs

from phivet.cases.findings import Reason
from phivet.cases.known import Known
from phivet.models import notes_checks as checks
from phivet.models.notes_rules import find_by_rules

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


def completed(valid: Callable[[str], bool], form: str, alphabet: str = "0123456789") -> str | None:
    """`form` with the check digit that makes it valid at its "?", None if there is none."""
    return next((text for text in (form.replace("?", digit) for digit in alphabet) if valid(text)), None)


def text_of(alphabet: str, size: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=size, max_size=size)


DIGITS = "0123456789"
OLD_NHI = st.builds(lambda a, n: completed(checks.is_nhi, f"{a}{n}?"), text_of(LETTERS, 3), text_of(DIGITS, 3))
NEW_NHI = st.builds(
    lambda a, n, b: completed(checks.is_nhi, f"{a}{n}{b}?", LETTERS),
    text_of(LETTERS, 3),
    text_of(DIGITS, 2),
    text_of(LETTERS, 1),
)
NHS = st.builds(lambda n: completed(nhs.is_valid, f"{n}?"), text_of(DIGITS, 9))
MEDICARE = st.builds(
    lambda a, n: completed(checks.is_medicare, f"{a}{n}?1"), st.sampled_from("23456"), text_of(DIGITS, 7)
)
NPI = st.builds(lambda n: completed(checks.is_npi, f"1{n}?"), text_of(DIGITS, 8))
VIN = st.builds(
    lambda a, n: completed(checks.is_vin, f"{a}?{n}", "0123456789X"), text_of(VIN_LETTERS, 8), text_of(DIGITS, 8)
).filter(lambda vin: vin is not None and any(char.isalpha() for char in vin[:8]))
CARD = st.builds(lambda n: completed(luhn.is_valid, f"4{n}?"), text_of(DIGITS, 14))

KINDS = {"NHI": OLD_NHI | NEW_NHI, "NHS": NHS, "Medicare": MEDICARE, "NPI": NPI, "VIN": VIN, "card": CARD}


def proven(text: str) -> list[str]:
    """What is found in `text` by its check digit."""
    hits = find_by_rules(text, Known())
    return [text[hit.start : hit.end] for hit in hits if Reason.CHECK_DIGIT in hit.reasons]


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_valid_number_is_found_and_a_changed_one_is_not_proven(kind: str, data: st.DataObject) -> None:
    number = data.draw(KINDS[kind].filter(lambda number: number is not None and len(set(number)) > 2))
    assert number is not None
    assert proven(f"{kind} {number} was") == [number]
    at = data.draw(st.integers(0, len(number) - 1).filter(lambda i: number[i].isdigit() and (i != 8 or kind != "VIN")))
    step = data.draw(st.integers(1, 9))
    changed = number[:at] + str((int(number[at]) + step) % 10) + number[at + 1 :]
    valid = {"NHI": checks.is_nhi, "NHS": nhs.is_valid, "Medicare": checks.is_medicare, "VIN": checks.is_vin}.get(kind)
    if valid is not None and not valid(changed):
        assert changed not in proven(f"{kind} {changed} was") or kind == "Medicare"


@pytest.mark.parametrize(
    ("valid", "right", "wrong"),
    [
        (checks.is_nhi, "ZAC5361", "ZAC5362"),
        (checks.is_nhi, "ZBN77VL", "ZBN77VM"),
        (checks.is_nhi, "zsc 21tn", "ZZZ00AA"),
        (checks.is_nhi, "CGC2720", "ZZZ0044"),
        (checks.is_medicare, "2123 45670 1", "2123 45671 1"),
        (checks.is_npi, "1234567893", "1234567890"),
        (checks.is_vin, "1HGCM82633A004352", "1HGCM82633A004353"),
        (checks.is_vin, "1M8GDM9AXKP042788", "11111111111111111"),
        (checks.is_dea, "BB1388568", "BB1388569"),
        (checks.is_chi, "0101701233", "3201701233"),
        (checks.is_card, "4111-1111-1111-1111", "4111 1111 1111 1112"),
        (checks.is_card, "378282246310005", "978282246310005"),
        (checks.is_emirates_id, "784-1985-1234567-3", "784-1985-1234567-4"),
        (checks.is_egyptian_id, "29801011234567", "29813011234567"),
        (checks.is_ihi, "8003 6081 6669 0503", "8003 6081 6669 0504"),
    ],
)
def test_check_digits(valid: Callable[[str], bool], right: str, wrong: str) -> None:
    assert valid(right)
    assert not valid(wrong)


@given(st.text(max_size=20) | st.text("0123456789ABCX -²٣", max_size=20))
def test_no_text_breaks_a_check(text: str) -> None:
    for name in dir(checks):
        if name.startswith("is_"):
            assert getattr(checks, name)(text) in (True, False)


def test_what_looks_like_a_number_of_another_kind_is_not_proven() -> None:
    assert proven("1234567 ABC1234 4111111111111112 1HGCM82633A004353") == []
