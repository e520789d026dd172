import random
from itertools import combinations, islice, product
from operator import eq

import numpy as np
import pytest

from phivet.cases.categories import Category
from phivet.datasets import burned_in_fonts as fonts
from phivet.datasets.burned_in_backgrounds import REAL, background
from phivet.datasets.burned_in_phantoms import DRAWN
from phivet.datasets.burned_in_text import LabelledFrame, digest, legible, lines, training
from phivet.datasets.burned_in_words import Study, material, names, towns
from phivet.models.notes_text import fold


@pytest.fixture(scope="module")
def frames() -> list[LabelledFrame]:
    return list(islice(training(3), 24))


@pytest.fixture(scope="module")
def held() -> list[LabelledFrame]:
    return list(islice(lines("held_out", 3), 24))


def test_the_same_seed_makes_the_same_frames(frames: list[LabelledFrame]) -> None:
    assert digest(frames[:5]) == digest(islice(training(3), 5)) != digest(islice(training(4), 5))


def test_no_font_layout_background_or_name_of_the_held_out_frames_is_trained_on(
    frames: list[LabelledFrame], held: list[LabelledFrame]
) -> None:
    for faces in (fonts.OUTLINES, fonts.HANDS, fonts.GRIDS, fonts.ARABIC, fonts.VECTORS):
        assert not set(faces["training"]) & set(faces["held_out"])
    families = [set(material(split)) - {"vocabulary"} for split in ("training", "held_out")]
    assert not families[0] & families[1]
    words = ("facilities", "scanners", "exams", "probes", "kernels", "arabic_given", "arabic_family", "arabic_places")
    for what in words:
        assert not set(material("training")["vocabulary"][what]) & set(material("held_out")["vocabulary"][what])
    assert not {entry[1] for entry in REAL["training"]} & {entry[1] for entry in REAL["held_out"]}
    for one, other in combinations(("training", "validation", "held_out"), 2):
        for kind in (0, 1):
            assert not set(map(fold, names(one)[kind])) & set(map(fold, names(other)[kind]))
        assert not set(map(fold, towns(one))) & set(map(fold, towns(other)))
    assert min(len(each) for each in (*names("held_out"), towns("held_out"))) > 200
    for what in ("layouts", "background"):
        seen = {str(getattr(frame, what)) for frame in frames} & {str(getattr(frame, what)) for frame in held}
        assert seen <= {"()"}


def test_no_letter_of_a_held_out_vector_font_is_drawn_as_in_training() -> None:
    drawn = {
        face: [fonts.Font("vector", face, 40).ink([letter])[0].tobytes() for letter in "ABEGHKMNRSaegkmr2358"]
        for part in fonts.VECTORS.values()
        for face in part
    }
    for seen, other in product(fonts.VECTORS["training"], fonts.VECTORS["held_out"]):
        assert sum(map(eq, drawn[seen], drawn[other])) <= 2, (seen, other)


@pytest.mark.parametrize("modality", [name for name in DRAWN if name != "CT"])
def test_what_is_drawn_to_be_held_out_is_drawn_otherwise(modality: str) -> None:
    for seed in range(3):
        drawn = [DRAWN[modality](np.random.default_rng(seed), 96, 128, style) for style in (0, 1)]
        assert drawn[0].shape != drawn[1].shape or np.abs(drawn[0] - drawn[1]).mean() > 0.5


def test_ink_lies_where_the_labels_say(frames: list[LabelledFrame]) -> None:
    for frame in frames:
        height, width = frame.pixels.shape[:2]
        for line in frame.lines:
            x0, y0, x1, y1 = line.box
            assert 0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height
            for label in line.labels:
                assert label.text in line.text
                assert x0 - 2 <= label.box[0] <= label.box[2] <= x1 + 2


def test_strong_text_stands_out_from_its_ground(frames: list[LabelledFrame]) -> None:
    strong = [line for frame in frames for line in frame.lines if line.contrast > 100]
    assert len(strong) > 30
    assert all(line.noise < 130 for line in strong)


def test_half_of_the_frames_identify_nobody_and_the_rest_somebody(held: list[LabelledFrame]) -> None:
    benign = sum(frame.benign for frame in held)
    assert 4 < benign < 20
    for frame in held:
        if frame.identifying:
            assert not frame.benign
            assert any(legible(line) for line in frame.lines)


def test_every_slot_of_the_material_can_be_filled_and_a_study_keeps_its_patient() -> None:
    for split in ("training", "held_out"):
        study = Study(split, random.Random(1))  # noqa: S311  # noqa: S311
        for name, family in material(split).items():
            if name == "vocabulary":
                continue
            for key, templates in family.items():
                if isinstance(templates, list) and key != "modalities":
                    assert all(piece.text for template in templates for piece in study.fill(template))
    first, second = study.fill("{mrn}"), study.fill("ID: {mrn}")
    assert first[0].text == second[1].text
    assert first[0].category is Category.RECORD_NUMBER and second[0].category is None


@pytest.mark.parametrize(
    "modality", ["CT", "MR", "CR", "MG", "US", "XA", "NM", "FILM", "ENDO", "PHOTO", "SCREEN", "SC"]
)
@pytest.mark.parametrize("split", ["training", "held_out"])
def test_there_is_a_background_of_each_modality(split: str, modality: str) -> None:
    for seed in range(3):
        made = background(split, random.Random(seed), modality, 90, 120)  # type: ignore[arg-type]  # noqa: S311
        assert made.pixels.shape[:2] == (90, 120) and made.pixels.dtype == np.uint8


@pytest.mark.parametrize("kind", ["outline", "crisp", "grid", "vector", "hand", "arabic"])
def test_letters_have_the_height_that_was_asked_for(kind: str) -> None:
    text = "محمد" if kind == "arabic" else "HE"
    for height in (8, 16, 32):
        font = fonts.some_font("training", random.Random(height), height, kind)  # noqa: S311
        ink, ends = font.ink([text, text])
        rows = np.flatnonzero((ink > 0.3).any(1))
        assert 0.5 * height <= rows[-1] - rows[0] + 1 <= 2 * height + 3
        assert len(ends) == 3 and ends[0] < ends[1] < ends[2] <= ink.shape[1] + 3
