"""What the tagger finds must make sense as what it calls it."""

import pytest

from phivet.cases.categories import Category
from phivet.models.notes_sense import makes_sense


@pytest.mark.parametrize(
    ("category", "text"),
    [
        (Category.AGE_OVER_89, "94"),
        (Category.AGE_OVER_89, "٩٤"),
        (Category.AGE_OVER_89, "ninety-four"),
        (Category.NAME, "Al"),
        (Category.NAME, "will grey"),
        (Category.NAME, "李"),
        (Category.INITIALS, "J"),
        (Category.PHONE, "٠٥٥ ٧٧١"),
        (Category.DATE, "the Tuesday after Easter"),
        (Category.RECORD_NUMBER, "W"),
        (Category.DATE, "March 2019"),
        (Category.PLACE, "New York"),
    ],
)
def test_what_can_be_is_kept(category: Category, text: str) -> None:
    assert makes_sense(category, text)


@pytest.mark.parametrize(
    ("category", "text"),
    [
        (Category.AGE_OVER_89, "68"),
        (Category.AGE_OVER_89, "1990"),
        (Category.AGE_OVER_89, "elderly"),
        (Category.NAME, "4"),
        (Category.NAME, "the"),
        (Category.FACILITY, "هي"),
        (Category.PHONE, "ext"),
        (Category.DATE, "--"),
        (Category.DATE, "2019"),
        (Category.DATE_OF_BIRTH, "1951"),
        (Category.PLACE, "New Zealand"),
        (Category.PLACE, "New York State"),
        (Category.NAME, "not disclosed"),
        (Category.NAME, "[REDACTED]"),
        (Category.INITIALS, "RGB"),
    ],
)
def test_what_cannot_be_is_not(category: Category, text: str) -> None:
    assert not makes_sense(category, text)


@pytest.mark.parametrize(
    ("category", "text"),
    [
        (Category.FACILITY, "SDH"),
        (Category.NAME, "TAVI"),
        (Category.CLINICIAN_NAME, "(ortho)"),
        (Category.FACILITY, "Hosp"),
        (Category.NAME, "Sistrunk"),
        (Category.RELATIVE_NAME, "Klatskin"),
        (Category.ORGANISATION, "ILD / IPF"),
        (Category.DATE, "on"),
    ],
)
def test_letters_wards_and_the_persons_of_eponyms_are_nobody(category: Category, text: str) -> None:
    assert not makes_sense(category, text)


@pytest.mark.parametrize(
    ("category", "text"),
    [
        (Category.FACILITY, "WRAMC"),
        (Category.FACILITY, "the Hospital of Bree"),
        (Category.NAME, "Anna Klatskin"),
        (Category.NAME, "Baker"),
        (Category.INITIALS, "PE"),
        (Category.NAME, "Dean"),
        (Category.DATE, "on Monday"),
        (Category.ORGANISATION, "St Mary's School"),
    ],
)
def test_what_only_looks_like_them_is_kept(category: Category, text: str) -> None:
    assert makes_sense(category, text)
