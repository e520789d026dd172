import re

import pytest

from phivet.cases.categories import Category
from phivet.cases.finding_id import DEFAULT_KEY, finding_id, finding_ids
from phivet.cases.places import Box, Element, Place, Plane, Region, Span, Whole

ONE, TWO, THREE = "1" * 64, "2" * 64, "3" * 64
KEY = b"secret"


@pytest.mark.parametrize(
    "place",
    [
        Span("file-1", 12, 22),
        Box("file-1", 0, 0, 9, 9),
        Element("file-1", "(0010,0010)"),
        Region(("file-1", "file-2"), 1, 0, 0, 0, 9, 9, 9),
        Whole("file-1"),
    ],
)
def test_an_id_is_sixteen_hexadecimal_digits(place: Place) -> None:
    assert re.fullmatch("[0-9a-f]{16}", finding_ids({"file-1": ONE, "file-2": TWO})(Category.NAME, place))


def test_every_place_and_category_has_its_own() -> None:
    places: list[Place] = [
        Span("file-1", 1, 2), Span("file-1", 1, 3), Span("file-1", 1, 2, page=0), Span("file-2", 1, 2),
        Element("file-1", "(0010,0010)"), Element("file-1", "(0010,0010)", 1, 2), Element("file-1", "(0010,0020)"),
        Box("file-1", 1, 1, 2, 2), Box("file-1", 1, 1, 2, 2, frame=1), Box("file-1", 1, 1, 2, 2, None, 0),
        Box("file-1", 1, 1, 2, 2, plane=Plane.ICON), Whole("file-1"), Whole("file-2"),
        Region(("file-1",), 1, 0, 0, 0, 1, 1, 1), Region(("file-2",), 1, 0, 0, 0, 1, 1, 1),
    ]  # fmt: skip
    identify = finding_ids({"file-1": ONE, "file-2": TWO}, KEY)
    assert len({identify(category, place) for place in places for category in Category}) == len(places) * len(Category)


def test_the_same_finding_keeps_its_id_when_a_file_is_added() -> None:
    before = finding_ids({"file-1": ONE, "file-2": TWO}, KEY)
    after = finding_ids({"file-1": THREE, "file-2": ONE, "file-3": TWO}, KEY)
    assert after(Category.NAME, Span("file-3", 1, 2)) == before(Category.NAME, Span("file-2", 1, 2))
    assert after(Category.FACE, Region(("file-2", "file-3"), 2, 0, 0, 0, 1, 1, 1)) == before(
        Category.FACE, Region(("file-1", "file-2"), 1, 0, 0, 0, 1, 1, 1)
    )


def test_the_same_finding_in_a_changed_file_is_another() -> None:
    place = Span("file-1", 1, 2)
    one, changed = finding_ids({"file-1": ONE}, KEY), finding_ids({"file-1": TWO}, KEY)
    assert one(Category.NAME, place) != changed(Category.NAME, place)


def test_two_copies_of_one_file_have_ids_of_their_own_in_the_order_of_the_files() -> None:
    ten = {f"file-{n}": ONE for n in (10, 9, 2)}
    alike = [finding_ids(ten, KEY)(Category.NAME, Whole(source)) for source in ("file-2", "file-9", "file-10")]
    assert alike == [finding_id(ONE, ordinal, Category.NAME, Whole("file-1"), KEY) for ordinal in range(3)]
    series = [Region((source,), n, 0, 0, 0, 1, 1, 1) for n, source in enumerate(ten)]
    assert len({finding_ids(ten, KEY)(Category.FACE, region) for region in series}) == 3


def test_a_file_that_could_not_be_read_has_an_id_too() -> None:
    place = Whole("file-3")
    assert finding_ids({}, KEY)(Category.OTHER, place) == finding_ids({"file-3": ""}, KEY)(Category.OTHER, place)


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Whole("file-1")
    monkeypatch.setenv("PHIVET_ID_KEY", "secret")
    assert finding_ids({"file-1": ONE})(Category.NAME, place) == finding_ids({"file-1": ONE}, KEY)(Category.NAME, place)
    without = finding_id(ONE, 0, Category.NAME, place, DEFAULT_KEY)
    monkeypatch.setenv("PHIVET_ID_KEY", "")
    assert finding_ids({"file-1": ONE})(Category.NAME, place) == without
    monkeypatch.delenv("PHIVET_ID_KEY")
    assert finding_ids({"file-1": ONE})(Category.NAME, place) == without


def test_ids_stay_what_they_were_in_earlier_versions() -> None:
    assert finding_id(ONE, 0, Category.NAME, Span("file-1", 12, 22), DEFAULT_KEY) == "57155ac595f203f4"
