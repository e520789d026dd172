"""What the network of faces learns from: pictures of a head and of a thing, labelled by what they show."""

import sys
from pathlib import Path

import numpy as np
import pytest

from phivet.datasets import faces_looks
from phivet.datasets.faces_bodies import MAKERS
from phivet.datasets.faces_pictures import Picture
from phivet.training import faces_examples
from phivet.training.faces_examples import keep, of_head, of_thing
from phivet.training.faces_stream import read

sys.path.append(str(Path(__file__).parents[1] / "datasets"))
from faces_builder import a_person


@pytest.fixture(scope="module")
def of_one_head() -> list[Picture]:
    return list(of_head(a_person(age=0.02), np.random.default_rng(3)))


def test_a_head_is_shown_with_and_without_its_face_and_as_a_fetus(of_one_head: list[Picture]) -> None:
    kinds = [picture.kind for picture in of_one_head]
    assert 40 < len(kinds) < 90
    assert {kind: kinds.count(kind) > 3 for kind in ("face", "other", "fetus")} == dict.fromkeys(
        ("face", "other", "fetus"), True
    )
    states = {picture.whole for picture in of_one_head if picture.kind == "face"}
    assert states == {True, False}


def test_a_face_has_its_marks_in_its_box_and_nothing_else_has_any(of_one_head: list[Picture]) -> None:
    for picture in of_one_head:
        if picture.kind == "other" or picture.box[2] == 0:
            assert not picture.marks.any()
            continue
        x0, y0, x1, y1 = picture.box
        seen = picture.marks[picture.marks[:, 2] > 0, :2]
        assert len(seen) >= 2
        inside = (seen >= (x0 - 6, y0 - 6)) & (seen <= (x1 + 6, y1 + 6))
        assert inside.mean() > 0.8


def test_a_defaced_head_and_its_skull_show_none(of_one_head: list[Picture]) -> None:
    gone = [p for p in of_one_head if any(way in p.source for way in faces_examples.TRAINED)]
    skulls = [p for p in of_one_head if p.look in faces_looks.BONES]
    assert len(gone) > 6 and len(skulls) > 4
    assert {picture.kind for picture in (*gone, *skulls)} == {"other"}


def test_a_thing_is_never_a_face(monkeypatch) -> None:
    monkeypatch.setattr(faces_examples, "other", lambda part, number: MAKERS["phantom"]("t", np.random.default_rng(1)))
    made = list(of_thing("training", 0, np.random.default_rng(2)))
    assert len(made) > 10 and {picture.kind for picture in made} == {"other"}
    assert len({picture.look for picture in made}) > 4


def test_what_is_kept_is_read_again(tmp_path: Path, monkeypatch, of_one_head: list[Picture]) -> None:
    monkeypatch.setattr(faces_examples, "person", lambda part, number: None)
    monkeypatch.setattr(faces_examples, "of_head", lambda person, rng: iter(of_one_head[:9]))
    assert keep(tmp_path, "training", range(1), range(0))
    again = read(tmp_path / "training-head-0.npz")
    assert [each.kind for each in again] == [each.kind for each in of_one_head[:9]]
    for each, before in zip(again, of_one_head, strict=False):
        assert np.array_equal(each.marks, before.marks) and each.box == pytest.approx(before.box, abs=1e-3)
        assert np.array_equal(each.pixels[..., 1], before.pixels[..., 3])
