"""Faces in a case: heads that can be rendered, pictures, photographs; and what shows none.

The network is a stand-in that never knows, or says what the test says: what it learned is measured elsewhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from skimage import data as skimage_data

from phivet.cases.categories import Category
from phivet.cases.coverage import Coverage, Skipped, Unread, Why
from phivet.cases.errors import UnreadableError
from phivet.cases.findings import Finding, Reason
from phivet.cases.known import Known
from phivet.cases.parts import Frames, Note, View, Volume
from phivet.cases.places import Box, Region
from phivet.models.faces import FETUS_AT_MOST, Faces
from phivet.models.faces_volumes import Line

data: Any = skimage_data  # its functions are not typed


LINE = Line()


@dataclass(frozen=True)
class Says:
    """A network that says the same of every picture."""

    face: float = 0.5
    box: tuple[int, int, int, int] | None = None
    kind: str = "other"
    volumes: Line = LINE

    def judge(self, pictures: Sequence[View]) -> list["Says"]:
        return [self] * len(pictures)


def detector(**said: Any) -> Faces:
    return Faces(network=Says(**said))  # type: ignore[arg-type]


def in_picture(view: View, modality: str = "", **given: Any) -> list[Finding]:
    said = {key: given.pop(key) for key in ("face", "box", "kind") if key in given}
    frames = Frames("file-1", 1, modality, lambda index: view, lambda index: view, **given)
    return detector(**({"face": 0.0} | said)).detect(frames, Known())


GREY = np.random.default_rng(0).integers(0, 90, (120, 160), np.uint8)

STRIPE = np.zeros((353, 353, 3), np.uint8)
STRIPE[100:120] = 90

# Volumes.


@pytest.fixture(scope="module")
def score(bodies) -> Callable[..., float]:
    """score(volume) -> the probability of a face in it, 0 if nothing is told."""
    faces = detector()

    def scored(volume: Volume) -> float:
        return max((finding.score for finding in faces.detect(volume, Known())), default=0.0)

    return scored


def test_a_head_is_a_finding_on_its_series_alone_with_its_reasons(bodies) -> None:
    head = bodies.head()
    (finding,) = detector(face=0.9).detect(bodies.volume(head), Known())
    assert finding.category is Category.FACE
    assert finding.place == Region(("file-1",), 0, 0, 0, 0, *head.shape)
    assert finding.score > 0.8
    assert finding.reasons == (Reason.SURFACE_SHOWS_FACE, Reason.RELIEF)


def test_a_head_is_found_in_hounsfield_units_too(bodies, score) -> None:
    assert score(bodies.volume(bodies.head(air=-1000, tissue=40, noise=20), "CT")) > 0.5


def test_a_head_without_its_face_is_none(bodies, score) -> None:
    assert score(bodies.volume(bodies.head(face=False))) < 0.2


def test_a_head_that_does_not_tell_how_it_lies_is_turned_until_it_shows(bodies) -> None:
    lying = bodies.volume(np.ascontiguousarray(bodies.head().transpose(2, 0, 1)[::-1]), axes=None)
    (finding,) = detector().detect(lying, Known())
    assert Reason.TURNED in finding.reasons
    assert finding.score > 0.3


@pytest.mark.parametrize(("thing", "modality"), [("trunk", "CT"), ("limb", "MR"), ("phantom", "CT")])
def test_trunks_limbs_and_phantoms_show_none(bodies, score, thing: str, modality: str) -> None:
    assert score(bodies.volume(getattr(bodies, thing)(), modality)) <= 0.1


def test_nothing_but_air_shows_none(bodies, score) -> None:
    assert score(bodies.volume(np.zeros((40, 30, 30), np.float32))) == 0


@pytest.mark.parametrize(("slices", "step"), [(7, 10.0), (20, 1.5)])
def test_too_few_slices_for_a_surface_are_said_to_be_so(bodies, slices: int, step: float) -> None:
    coverage = Coverage()
    volume = bodies.volume(bodies.head()[:slices], spacing=(step, 2.5, 2.5))
    volume = Volume(**(vars(volume) | {"coverage": coverage}))
    assert detector().detect(volume, Known()) == []
    assert coverage.skipped == [Skipped("file-1", f"0-{slices - 1}", Why.TOO_FEW_SLICES)]
    assert coverage.not_scanned == []


@pytest.mark.parametrize("untold", [{0}, {1, 2}, {0, 1, 2}])
def test_a_head_is_found_though_nothing_tells_how_far_its_voxels_lie_apart(bodies, untold: set[int]) -> None:
    spacing = tuple(1.0 if axis in untold else bodies.step for axis in range(3))
    told = {"spacing": spacing, "untold": frozenset(untold)}
    volume = Volume(**(vars(bodies.volume(bodies.head(), axes=None if 0 in untold else bodies.axes)) | told))
    (finding,) = detector(face=0.9).detect(volume, Known())
    assert finding.score > 0.5


def test_a_head_without_its_face_shows_none_at_any_distance_of_its_voxels(bodies, score) -> None:
    told = {"spacing": (2.5, 1.0, 1.0), "untold": frozenset({1, 2})}
    assert score(Volume(**(vars(bodies.volume(bodies.head(face=False)[::2])) | told))) < 0.2


def test_few_slices_of_unknown_distance_may_be_thick(bodies) -> None:
    told = {"spacing": (1.0, 2.5, 2.5), "untold": frozenset({0})}
    thick = bodies.volume(bodies.head()[::3])
    assert thick.shape[0] == 30 and Volume(**(vars(thick) | told)).is_solid


def test_a_volume_that_ends_at_the_nose_shows_part_of_a_face(bodies) -> None:
    whole, cut = (detector(face=0.9).judge(bodies.volume(voxels)) for voxels in (bodies.head(), bodies.head()[30:]))
    assert whole is not None and Reason.PARTIAL_FACE not in whole.reasons
    assert cut is not None and Reason.PARTIAL_FACE in cut.reasons


def test_a_slice_that_cannot_be_decoded_is_not_passed_over(bodies) -> None:
    def slices() -> Any:
        raise UnreadableError(Unread.CODEC)

    volume = Volume(**(vars(bodies.volume(bodies.head())) | {"slices": slices}))
    with pytest.raises(UnreadableError):
        detector().detect(volume, Known())


# Pictures.


def test_a_picture_of_a_reconstruction_is_told_with_its_box() -> None:
    (finding,) = in_picture(GREY, "CT", face=0.9999, box=(10, 20, 60, 90), kind="face")
    assert finding.category is Category.FACE
    assert finding.score > 0.95
    assert finding.place == Box("file-1", 10, 20, 60, 90)
    assert finding.reasons == (Reason.RECONSTRUCTION,)


@pytest.mark.parametrize("box", [(0, 20, 60, 90), (10, 0, 60, 90), (10, 20, 160, 90), (10, 20, 60, 120)])
def test_a_face_that_the_picture_cuts_is_told_to_be_a_part(box: tuple[int, int, int, int]) -> None:
    (finding,) = in_picture(GREY, "CT", face=0.9999, box=box, kind="face")
    assert finding.reasons == (Reason.RECONSTRUCTION, Reason.PARTIAL_FACE)


def test_a_face_that_is_nowhere_in_particular_is_not_cut() -> None:
    (finding,) = in_picture(GREY, "CT", face=0.9999, kind="face")
    assert (finding.place, finding.reasons) == (Box("file-1", 0, 0, 160, 120), (Reason.RECONSTRUCTION,))


def test_an_unborn_childs_face_is_for_a_person_to_judge() -> None:
    (finding,) = in_picture(GREY, "US", face=0.9999, kind="fetus")
    assert finding.score == FETUS_AT_MOST
    assert Reason.FETUS in finding.reasons


def test_slices_of_a_volume_that_makes_a_surface_are_judged_there_only() -> None:
    def unseen(index: int) -> View:
        raise AssertionError("decoded for nothing")

    frames = Frames("file-1", 2, "CT", unseen, unseen, sliced=frozenset({0, 1}))
    assert detector(face=0.9999).detect(frames, Known()) == []


def test_a_frame_beside_the_slices_of_a_volume_is_looked_at_as_a_picture() -> None:
    frames = Frames("file-1", 3, "CT", lambda index: GREY + index, lambda index: GREY, sliced=frozenset({0, 2}))
    (finding,) = detector(face=0.9999, box=(1, 2, 3, 4), kind="face").detect(frames, Known())
    assert finding.place == Box("file-1", 1, 2, 3, 4, 1)


def test_what_is_hardly_a_face_is_not_told() -> None:
    assert in_picture(GREY, "US", face=0.3) == []


def test_faces_are_seldom_so_that_a_network_in_doubt_raises_no_alarm() -> None:
    (finding,) = in_picture(GREY, "US", face=0.8)
    assert finding.score < 0.2


def test_faces_are_seldomer_among_frames_that_lie_in_the_patient() -> None:
    (picture,), (still,) = (in_picture(GREY, "CT", face=0.99, lying=lying) for lying in (frozenset(), frozenset({0})))
    assert still.score < 0.2 < picture.score
    (sure,) = in_picture(GREY, "CT", face=0.9999, lying=frozenset({0}))
    assert sure.score > 0.8


def test_each_differing_frame_of_a_rotating_render_has_its_own_box() -> None:
    def view(index: int) -> View:
        return np.roll(GREY, index // 2, axis=1)

    frames = Frames("file-1", 6, "CT", view, view)
    found = detector(face=0.999, box=(1, 2, 3, 4), kind="face").detect(frames, Known())
    assert [finding.place for finding in found] == [Box("file-1", 1, 2, 3, 4, frame) for frame in (0, 2, 4)]


def test_a_photograph_needs_no_network() -> None:
    (finding,) = in_picture(data.astronaut(), face=0.0)
    assert finding.reasons == (Reason.PHOTOGRAPH,)
    assert finding.score > 0.99


def test_a_photograph_that_is_stored_turned_has_its_box_on_the_stored_picture() -> None:
    stored = np.ascontiguousarray(np.rot90(data.astronaut(), 1))
    (finding,) = in_picture(stored, upright=6)
    assert isinstance(finding.place, Box)
    middle = (finding.place.x0 + finding.place.x1) / 2, (finding.place.y0 + finding.place.y1) / 2
    assert middle == pytest.approx((117, 512 - 225), abs=12)


def test_a_fundus_is_for_a_person_to_judge() -> None:
    (finding,) = in_picture(data.retina()[::4, ::4], "OP")
    assert (finding.category, finding.reasons) == (Category.BIOMETRIC, (Reason.FUNDUS,))


@pytest.mark.parametrize("paged", [True, False])
def test_a_fundus_anywhere_among_pages_or_frames_is_seen(paged: bool) -> None:
    def view(index: int) -> View:
        return data.retina()[::4, ::4] if index == 7 else np.full((353, 353, 3), 200 + index, np.uint8) - STRIPE

    frames = Frames("file-1", 13, "OP", view, view, paged=paged)
    (finding,) = detector(face=0.0).detect(frames, Known())
    assert (finding.category, finding.place) == (Category.BIOMETRIC, frames.box(7, 0, 0, 353, 353))


def test_a_film_of_one_scene_is_searched_for_biometrics_once(monkeypatch) -> None:
    looked: list[View] = []
    monkeypatch.setattr("phivet.models.faces.biometrics", lambda view: looked.append(view) or [])
    for paged, times in ((True, 7), (False, 1)):
        looked.clear()
        frames = Frames("file-1", 20, "US", lambda index: GREY + np.uint8(index // 3), lambda _: GREY, paged=paged)
        detector(face=0.0).detect(frames, Known())
        assert len(looked) == times


def test_notes_are_others_to_read() -> None:
    assert detector().detect(Note("file-1", "face"), Known()) == []
