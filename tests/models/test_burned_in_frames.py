"""A word is found on whichever frame it stands, and read as often as it changes, not as often as it is shown."""

import resource
from collections.abc import Callable, Sequence
from functools import partial

import cv2
import numpy as np
import pytest

from phivet.cases.coverage import Coverage, Skipped, Why
from phivet.cases.findings import Finding
from phivet.cases.known import Known
from phivet.cases.parts import Frames, View
from phivet.cases.places import Box
from phivet.models.burned_in_frames import TRIES
from phivet.models.burned_in_map import TextBox
from phivet.models.burned_in_text import BurnedInText
from phivet.models.notes import Notes


class Eyes:
    """Sees what is as light as burned-in text, and "reads" the one name there is; counts what it read."""

    def __init__(self, light: int = 250, text: str = "DOE^JANE") -> None:
        self.light, self.text, self.crops = light, text, 0

    def find(self, view: View) -> list[TextBox]:
        grey = view if view.ndim == 2 else view.max(2)
        lit = cv2.dilate((grey >= self.light).astype(np.uint8), np.ones((5, 15)))
        _, _, stats, _ = cv2.connectedComponentsWithStats(lit)
        return [TextBox(x + 7, y + 2, x + w - 7, y + h - 2, 1.0) for x, y, w, h, _ in stats[1:].tolist()]

    def read(self, crops: Sequence[View]) -> list[tuple[str, float]]:
        self.crops += len(crops)
        return [(self.text, 0.9)] * len(crops)


def detect(eyes: Eyes, view: Callable[[int], View], count: int, known: Known | None = None) -> list[Finding]:
    frames = Frames("file-1", count, "US", view, view, coverage=coverage)
    coverage.__init__()  # type: ignore[misc]
    return BurnedInText(Notes(), eyes.find, eyes.read).detect(frames, known or Known())


coverage = Coverage()


def write(view: View, text: str = "DOE^JANE", x: int = 20, y: int = 30, level: int = 255) -> View:
    shade = level if view.ndim == 2 else (level,) * 3
    cv2.putText(view, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, shade, 1)
    return view


def noise(index: int, shape: tuple[int, ...] = (120, 160), level: int = 40) -> View:
    return np.random.default_rng(index).integers(0, level, shape, np.uint8)


@pytest.mark.parametrize(("at", "x", "y"), [(0, 4, 20), (137, 60, 60), (499, 70, 110)])
def test_a_word_on_one_frame_of_five_hundred_is_found_wherever_it_stands(at: int, x: int, y: int) -> None:
    eyes = Eyes()
    findings = detect(eyes, lambda i: write(noise(i), x=x, y=y) if i == at else noise(i), 500)
    assert [f.place.frame for f in findings if isinstance(f.place, Box)] == [at]
    assert eyes.crops == 1


def test_a_word_that_moves_is_read_and_found_in_every_place() -> None:
    eyes = Eyes()
    findings = detect(eyes, lambda i: write(noise(i), x=5 * i, y=20 + 8 * i), 10)
    assert [f.place.frame for f in findings if isinstance(f.place, Box)] == list(range(10))
    assert eyes.crops == 10


def test_a_banner_over_a_cine_of_changing_speckle_is_read_once_and_found_on_every_frame() -> None:
    eyes = Eyes()
    findings = detect(eyes, lambda i: write(noise(i, (120, 160, 3), 200)), 60)
    assert len(findings) == 60
    assert eyes.crops == 1
    assert coverage.skipped == [Skipped("file-1", "1-59", Why.SAME_TEXT)]


def test_what_changes_in_one_place_is_read_each_time() -> None:
    eyes = Eyes()
    detect(eyes, lambda i: write(noise(i), f"IM {i:03}"), 20)
    assert eyes.crops == 20
    assert coverage.skipped == []


def test_one_letter_that_changes_is_enough() -> None:
    eyes = Eyes(light=110)
    detect(eyes, lambda i: write(noise(0), "DOE^JANE" if i == 0 else "DOE^JUNE", level=120), 2)
    assert eyes.crops == 2


def test_a_grey_name_that_changes_beside_a_white_label_is_read_each_time() -> None:
    eyes = Eyes(light=160)
    names = ("DOE^JANE", "ROE^ANNA")
    detect(eyes, lambda i: write(write(noise(i, (60, 260), 150), "ID:"), names[i], x=46, level=180), 2)
    assert eyes.crops == 2


@pytest.mark.parametrize("dashed", [False, True])
def test_a_grey_name_that_changes_over_a_white_rule_is_read_each_time(dashed: bool) -> None:
    eyes, names = Eyes(light=160), ("DOE^JANE", "ROE^ANNA")

    def view(index: int) -> View:
        made = write(noise(index, (60, 160), 150), names[index], level=180)
        made[33:35, 15:110] = 255
        if dashed:
            made[33:35, 15:110:4] = 20
        return made

    detect(eyes, view, 2)
    assert eyes.crops == 2


def test_a_white_name_that_changes_over_a_ground_nearly_as_white_is_read_each_time() -> None:
    eyes, names = Eyes(light=212), ("DOE^JANE", "DOE^JUNE")
    detect(eyes, lambda i: write(np.full((60, 160), 200, np.uint8) - noise(i, (60, 160), 4), names[i], level=214), 2)
    assert eyes.crops == 2


def test_a_name_that_changes_where_a_bright_patch_lies_under_it_is_read_each_time() -> None:
    eyes, names = Eyes(light=254), ("DOE^JANE", "DOE^JUNE")

    def view(index: int) -> View:
        made = noise(index, (60, 160), 150)
        made[15:35, 60:75] = 245
        return write(made, names[index])

    detect(eyes, view, 2)
    assert eyes.crops == 2


def test_a_poor_reading_is_bettered_by_the_frames_after_it_and_not_without_end() -> None:
    class Unsure(Eyes):
        def read(self, crops: Sequence[View]) -> list[tuple[str, float]]:
            self.crops += len(crops)
            return [("D0F^]ANF", 0.3) if self.crops == 1 else (self.text, 0.7)] * len(crops)

    eyes = Unsure()
    findings = detect(eyes, lambda i: write(noise(i)), 30)
    assert eyes.crops == TRIES
    assert {f.place.frame for f in findings if isinstance(f.place, Box)} >= set(range(1, 30))


def test_a_line_that_is_added_below_is_read() -> None:
    eyes = Eyes()
    view = [write(noise(i)) for i in range(2)]
    write(view[1], "ROE^RICHARD", y=60)
    detect(eyes, lambda i: view[i], 2)
    assert eyes.crops == 2


def test_what_a_series_repeats_in_every_file_is_read_once() -> None:
    eyes, known, findings = Eyes(), Known(), 0
    for index in range(30):
        show = partial(lambda view, _: view, write(noise(index)))
        frames = Frames(f"file-{index + 1}", 1, "CT", show, show)
        findings += len(BurnedInText(Notes(), eyes.find, eyes.read).detect(frames, known))
    assert (findings, eyes.crops) == (30, 1)


def test_two_scans_share_nothing() -> None:
    eyes = Eyes()
    for _ in range(2):
        detect(eyes, lambda i: write(noise(i)), 3)
    assert eyes.crops == 2


def test_two_thousand_frames_are_read_in_flat_memory() -> None:
    eyes = Eyes()
    shape = (256, 256)
    still = noise(0, shape)

    def view(index: int) -> View:
        return write(write(np.roll(still, index, 0), f"{index:04}", y=200))

    detect(eyes, view, 100)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    detect(eyes, view, 2000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 * 1024  # KiB
