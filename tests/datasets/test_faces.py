"""Synthetic heads: what is in them, how they are scanned, defaced and rendered, and what is kept apart."""

import sys
from itertools import chain, combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import spearmanr

from phivet.datasets import faces, faces_looks
from phivet.datasets.faces_anatomy import Anatomy, head
from phivet.datasets.faces_bodies import MAKERS, other
from phivet.datasets.faces_defaced import DEFACERS, HELD_OUT, TRAINED, defaced
from phivet.datasets.faces_people import generator, people, person
from phivet.datasets.faces_pictures import MARKS, Picture, shown, taken
from phivet.datasets.faces_renderers import Camera, Look, rasterised, rendered
from phivet.datasets.faces_scans import SEQUENCES, cropped, scanned, upright
from phivet.datasets.faces_scenery import scenery
from phivet.datasets.faces_screens import alone, panels
from phivet.datasets.faces_solids import Grid, Shape, around, filled, put
from phivet.training import faces_examples

sys.path.append(str(Path(__file__).parent))
from faces_builder import a_person

FRONT = Camera((0.0, 0.0, 0.0), 140.0)


@pytest.fixture(scope="module")
def whole() -> Anatomy:
    return head(a_person(), step=3.0)


def random() -> np.random.Generator:
    return np.random.default_rng(5)


def value_at(anatomy: Anatomy, point: NDArray[np.float32]) -> float:
    z, y, x = np.round(anatomy.grid.at(point[None])[0]).astype(int)
    return float(anatomy.hu[z, y, x])


def test_a_ball_fills_as_much_as_a_ball_does() -> None:
    skin = a_person().skin
    grid = around(skin.vertices.min(0), skin.vertices.max(0), 3.0)
    assert 27 * filled(skin, grid).sum() == pytest.approx(4 / 3 * np.pi * 75 * 95 * 115, rel=0.05)


def test_shapes_mix_at_their_edges_only() -> None:
    grid = Grid((0.0, 0.0, 0.0), (20, 20, 20), 1.0)
    block = np.zeros(grid.shape, np.float32)
    put(block, grid, [Shape(100.0, (10, 10, 10), (5, 5, 5)), Shape(50.0, (2, 2, 2), (1.5,), (17, 2, 2))])
    assert block[10, 10, 10] == 100 and block[10, 10, 18] == 0 and block[2, 2, 9] == 50
    assert block.sum() == pytest.approx(100 * 4 / 3 * np.pi * 125 + 50 * np.pi * 1.5**2 * 15, rel=0.15)


def test_a_head_has_air_around_it_bone_and_brain_in_it(whole: Anatomy) -> None:
    assert whole.hu[0, 0, 0] == -1000
    bone = whole.hu > 700
    assert 0.03 < bone.mean() < 0.2
    assert not bone[:, :, 0].any() and bone[:, :, bone.shape[2] // 2].any()
    assert 0 < value_at(whole, np.array((0, 20, 60), np.float32)) < 80


@pytest.mark.parametrize("way", [way for way in DEFACERS if way != "replaced"])
def test_a_defacer_takes_the_nose_and_leaves_the_back(whole: Anatomy, way: str) -> None:
    gone = defaced(whole, way, random())
    assert whole.marks is not None
    tip = whole.marks["nose"] + np.array((0, 5, 0))
    assert value_at(whole, tip) > -300
    assert value_at(gone, tip) < -700 or way in ("shell", "blur")
    front = gone.cover[:, : gone.cover.shape[1] // 3]
    assert np.abs(front - whole.cover[:, : gone.cover.shape[1] // 3]).sum() > 200
    back = slice(2 * gone.cover.shape[1] // 3, None)
    if way != "stripped":
        assert np.allclose(gone.cover[:, back], whole.cover[:, back], atol=0.05)


def test_a_replaced_face_needs_another(whole: Anatomy) -> None:
    with pytest.raises(ValueError, match="no other face"):
        defaced(whole, "replaced", random())
    assert (defaced(whole, "replaced", random(), whole).cover > 0.5).any()


def mean_at(anatomy: Anatomy, point: NDArray[np.float32]) -> float:
    z, y, x = np.round(anatomy.grid.at(point[None])[0]).astype(int)
    return float(anatomy.hu[z - 1 : z + 2, y - 1 : y + 2, x - 2 : x + 3].mean())


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_a_scan_lies_as_its_axes_say(whole: Anatomy, sequence: str) -> None:
    for seed in range(3):
        scan = scanned(whole, np.random.default_rng(seed), sequence)
        assert abs(abs(np.linalg.det(np.array(scan.axes))) - 1) < 1e-9
        turned = upright(scan, whole)
        solid = turned.hu > -500
        assert whole.hu.shape[1] * 0.8 < solid.shape[1] <= whole.hu.shape[1] * 1.6
        assert whole.marks is not None
        x, y, z = whole.marks["nose"] + np.array((0, 9, 0))
        nose, behind, above = (mean_at(turned, np.array(at, np.float32)) for at in ((x, y, z), (x, -y, z), (x, y, -z)))
        assert nose > max(behind, above) + 60


def test_thick_slices_are_few(whole: Anatomy) -> None:
    scan = scanned(whole, random(), "CT", 6.0)
    assert scan.spacing[0] == 6.0 and scan.voxels.shape[0] == pytest.approx(whole.hu.shape[0] / 2, abs=1)


def test_what_is_cut_off_is_not_seen(whole: Anatomy) -> None:
    look = faces_looks.look("skin", random())
    assert whole.marks is not None
    top = cropped(whole, float(whole.marks["brow"][2]) + 20, None)
    seen, unseen = taken(whole, look, FRONT), taken(top, look, FRONT)
    assert seen is not None and seen.kind == "face" and seen.whole
    assert unseen is not None and unseen.kind == "other"


def test_from_behind_and_as_bone_there_is_no_face(whole: Anatomy) -> None:
    behind = taken(whole, faces_looks.look("skin", random()), Camera((0, 0, 0), 140, yaw=180))
    bone = taken(whole, faces_looks.look("bone", random()), FRONT)
    assert behind is not None and behind.kind == "other"
    assert bone is not None and bone.kind == "other"
    assert taken(whole, faces_looks.look("skin", random()), Camera((0, 0, 0), 140, yaw=110)) is None


def test_marks_are_where_the_camera_shows_them(whole: Anatomy) -> None:
    picture = taken(whole, faces_looks.look("grey", random()), FRONT)
    assert picture is not None
    marks = dict(zip(MARKS, picture.marks, strict=True))
    assert marks["left_eye"][0] > marks["nose"][0] > marks["right_eye"][0]
    assert marks["brow"][1] < marks["nose"][1] < marks["chin"][1]
    x0, y0, x1, y1 = picture.box
    assert x0 < marks["nose"][0] < x1 and y0 < marks["nose"][1] < y1


@pytest.mark.parametrize(
    ("seen", "state"),
    [("110111", "whole"), ("011100", "whole"), ("110001", "partial"), ("001110", "partial"), ("001000", "unclear")],
)
def test_eyes_or_a_mouth_with_its_nose_are_part_of_a_face(seen: str, state: str) -> None:
    marks = np.zeros((6, 3), np.float32)
    marks[:, 2] = [float(mark) for mark in seen]
    if seen == "110111":
        marks[2, 2] = 1
    assert shown(marks) == state


def test_both_renderers_show_the_same_outline(whole: Anatomy) -> None:
    look = faces_looks.look("skin", random())
    marched = rendered(whole.hu, whole.grid, FRONT, look, 96)[..., 3] > 0.5
    drawn = rasterised(whole.hu, whole.grid, FRONT, look, 96)[..., 3] > 0.5
    assert (marched & drawn).sum() / (marched | drawn).sum() > 0.9


def test_a_camera_from_the_left_sees_the_left(whole: Anatomy) -> None:
    camera = Camera((0, 0, 0), 100, yaw=90)
    assert camera.axes()[2] == pytest.approx((1, 0, 0), abs=1e-6)
    assert camera.project(np.array([[0, -50, 20]], np.float32), 100)[0] == pytest.approx((25, 40), abs=0.01)


@pytest.mark.parametrize("maker", [name for name in MAKERS if name != "body"])
def test_what_is_no_head_has_no_marks_and_something_to_see(maker: str) -> None:
    thing = MAKERS[maker]("test-0", random())
    assert thing.marks is None and thing.hu.shape == thing.grid.shape
    assert (thing.cover > 0.5).mean() > 0.001


def test_a_screen_tells_where_its_face_is(whole: Anatomy) -> None:
    picture = taken(whole, faces_looks.look("white", random()), FRONT)
    assert picture is not None
    nothing = Picture(picture.pixels, "other", (0, 0, 0, 0), np.zeros((6, 3), np.float32), "test-1", "white")
    for seed in range(8):
        rng = np.random.default_rng(seed)
        for screen in (alone(picture, rng), panels([picture, nothing], rng)):
            assert screen.kind == "face" and screen.box is not None
            height, width = screen.pixels.shape[:2]
            x0, y0, x1, y1 = screen.box
            assert 0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height
        assert alone(nothing, rng).kind == panels([nothing, nothing], rng).kind == "other"


def shades(whole: Anatomy, names: tuple[str, ...]) -> dict[str, NDArray[np.float64]]:
    """The head from in front in each look, its level, light and opacities the same, grey as the network sees it."""
    made = {}
    for name in names:
        look = faces_looks.look(name, np.random.default_rng(3))
        renderer = "march" if look.shade == "lit" else "rasterised"
        picture = taken(whole, look, Camera((0.0, 0.0, 0.0), 140.0, yaw=20, pitch=5), renderer=renderer)
        assert picture is not None
        grey = picture.pixels[..., :3] @ np.array((0.299, 0.587, 0.114))
        made[name] = np.where(picture.pixels[..., 3] > 60, grey, np.nan)
    return made


def alike(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """How well what is lighter in one is lighter in the other: whatever is only recoloured agrees by 1."""
    both = np.isfinite(one) & np.isfinite(other)
    return float(spearmanr(one[both], other[both])[0])


def test_held_out_looks_are_no_look_of_training_in_other_colours(whole: Anatomy) -> None:
    learnt = shades(whole, tuple(dict.fromkeys(faces_examples.LOOKS)))
    for name, shade in shades(whole, faces_looks.HELD_OUT).items():
        assert max(alike(shade, known) for known in learnt.values()) < 0.92, name
    assert alike(learnt["bronze"], learnt["grey"]) > 0.97


def test_held_out_looks_differ_from_each_other(whole: Anatomy) -> None:
    made = list(shades(whole, faces_looks.HELD_OUT).values())
    assert max(alike(one, other) for one, other in combinations(made, 2)) < 0.8


def test_held_out_defacers_leave_what_no_defacer_of_training_leaves(whole: Anatomy) -> None:
    learnt = [defaced(whole, way, random()).cover > 0.5 for way in TRAINED]
    for way in HELD_OUT:
        left = defaced(whole, way, random()).cover > 0.5
        assert max((left & known).sum() / (left | known).sum() for known in learnt) < 0.97


def test_what_is_held_out_is_never_trained_on(whole: Anatomy, monkeypatch) -> None:
    asked: set[tuple[str, str]] = set()

    def seen(anatomy: Anatomy, look: Look, camera: Camera, face: str = "face", renderer: str = "march") -> None:
        asked.add((look.name, look.shade if renderer == "march" else renderer))

    monkeypatch.setattr(faces_examples, "taken", seen)
    monkeypatch.setattr(faces_examples, "defaced", lambda head, way, rng: asked.add((way, "")) or head)
    monkeypatch.setattr(faces_examples, "scanned", lambda *_: pytest.fail("no scan is asked for"))
    monkeypatch.setattr(faces_examples, "_scan", lambda *_: iter(()))
    monkeypatch.setattr(faces_examples, "head", lambda person: whole)
    for seed in range(6):
        list(faces_examples.of_head(a_person(age=0.02), np.random.default_rng(seed)))
    names = {name for name, _ in asked}
    assert {renderer for _, renderer in asked} == {"lit", ""}
    assert set(TRAINED) | set(faces_looks.SKINS) <= names
    assert not names & {*HELD_OUT, *faces_looks.HELD_OUT, "replaced"}


def test_no_head_or_thing_is_in_two_parts() -> None:
    drawn = [generator("person", part, 1).random() for part in ("training", "validation", "held_out")]
    assert len(set(drawn)) == 3


def test_the_digest_names_what_is_there() -> None:
    thing = taken(other_thing(), faces_looks.look("bone", random()), Camera((0, 0, 0), 100))
    assert thing is not None
    labelled = faces.LabelledScreen(alone(thing, random()), "phantom", "thing-0")
    assert faces.digest([labelled]) == faces.digest([labelled]) != faces.digest([])
    assert not labelled.face


def other_thing() -> Anatomy:
    return MAKERS["phantom"]("test-0", random())


@pytest.mark.slow
def test_people_are_of_all_ages_human_and_the_same_for_the_same_number() -> None:
    first, again = people("training", 8), person("training", 3)
    assert np.array_equal(first[3].skin.vertices, again.skin.vertices)
    assert not np.array_equal(first[3].skin.vertices, person("held_out", 3).skin.vertices[: len(again.skin.vertices)])
    assert min(each.age for each in first) < 0.2 < 0.5 < max(each.age for each in first)
    for each in first:
        assert each.left_eye[0] > each.right_eye[0]
        assert each.nose[1] < each.eyes[1] and each.chin[2] < each.mouth[2] < each.nose[2] < each.eyes[2] < each.brow[2]
        assert 40 < 2 * (each.left_eye[0] - each.right_eye[0]) < 160


@pytest.mark.slow
def test_the_held_out_pictures_are_the_same_every_time_and_of_all_kinds() -> None:
    made = faces.held_out(heads=2, things=2)
    assert faces.digest(made) == faces.digest(faces.held_out(heads=2, things=2))
    groups = {each.group for each in made}
    assert {"whole", "bone", *HELD_OUT} <= groups
    assert {each.face for each in made} == {True, False}
    assert {each.owner for each in made} == {
        f"held_out-{kind}-{number}" for kind in ("head", "thing") for number in (0, 1)
    }


@pytest.mark.slow
def test_the_validation_volumes_are_of_other_heads_and_of_the_ways_of_training() -> None:
    made = list(faces.validation_volumes(heads=1, things=1))
    assert {each.way for each in made} == {"whole", *TRAINED, "above the eyes", "cut at the nose", "thing"}
    assert {each.owner for each in made} == {"validation-head-0", "validation-thing-0"}


@pytest.mark.slow
def test_the_held_out_volumes_are_of_all_ways() -> None:
    made = list(faces.held_out_volumes(heads=1, things=2))
    assert {each.way for each in made} >= {"whole", *DEFACERS, "above the eyes", "cut at the nose", "thing"}
    assert [each.face for each in made if each.way == "replaced"] == [None]
    assert other("held_out", 0).marks is None
    assert set(chain(DEFACERS)) == {*TRAINED, *HELD_OUT, "replaced"}


def test_scenery_is_of_many_kinds_and_no_face() -> None:
    rng = random()
    made = [scenery(rng) for _ in range(60)]
    assert {each.kind for each in made} == {"other"} and len({each.look for each in made}) == 7
    assert all(each.pixels.shape == (144, 144, 2) for each in made)
    assert all((each.pixels[..., 0] <= each.pixels[..., 1]).all() for each in made)
    assert np.mean([each.pixels[..., 0].std() > 8 for each in made]) > 0.9
