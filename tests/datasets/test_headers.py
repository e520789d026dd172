"""The generator of labelled headers, and the headers detector held against it."""

import itertools

import pytest
from pydicom.dataset import Dataset

from phivet.cases.categories import Category
from phivet.cases.dicom_header import attributes
from phivet.cases.known import Known
from phivet.cases.parts import Header
from phivet.cases.places import Element
from phivet.datasets import headers
from phivet.models.headers import Headers
from phivet.models.notes import Notes

HEADERS = Headers(Notes())
PLACED = {
    Category.NAME, Category.RELATIVE_NAME, Category.CLINICIAN_NAME, Category.DATE_OF_BIRTH, Category.STUDY_DATE,
    Category.DATE, Category.AGE_OVER_89, Category.ADDRESS, Category.PLACE, Category.FACILITY, Category.PHONE,
    Category.RECORD_NUMBER, Category.ACCOUNT_NUMBER, Category.DEVICE_SERIAL, Category.OCCUPATION, Category.STUDY_KEY,
}  # fmt: skip


def header(dataset: Dataset) -> Header:
    """The header of a data set."""
    found, missed = attributes(dataset, dataset.file_meta)
    assert not missed
    return Header("file-1", tuple(found))


def found_in(dataset: Dataset) -> set[tuple[str, Category]]:
    """Path and category of every finding."""
    places = ((finding.place, finding.category) for finding in HEADERS.detect(header(dataset), Known()))
    return {(place.path, category) for place, category in places if isinstance(place, Element)}


def test_the_same_seed_makes_the_same_headers() -> None:
    first, second = (list(headers.make(7, 6)) for _ in range(2))
    assert [str(each.dataset) for each in first] == [str(each.dataset) for each in second]
    assert [each.expected for each in first] == [each.expected for each in second]
    assert str(next(headers.make(8, 1)).dataset) != str(first[0].dataset)


def test_every_label_stands_at_an_element_with_a_value_and_every_category_is_there() -> None:
    met: set[Category] = set()
    for dataset, expected in headers.make(1, 40):
        values = {attribute.path: attribute.value for attribute in header(dataset).attributes}
        assert all(values[path] for path in expected)
        met |= set(expected.values())
    assert met == PLACED


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_label_is_found_and_nothing_else_is(seed: int) -> None:
    for dataset, expected in itertools.islice(headers.make(seed, 40), 0, None, 2):
        assert found_in(dataset) == set(expected.items())


def test_every_scrubbed_twin_has_no_finding_but_its_study_key() -> None:
    for dataset, expected in itertools.islice(headers.make(4, 2 * len(headers.DUMMIES)), 1, None, 2):
        assert expected == {}
        assert {category for _, category in found_in(dataset)} <= {Category.STUDY_KEY}
