"""A run learns from the pictures that are kept, goes on where it stopped, and changes every picture it shows."""

import time
from pathlib import Path

import numpy as np
import pytest
import torch

from phivet.datasets.faces_pictures import Picture
from phivet.models.faces_network import Network
from phivet.training import faces_examples
from phivet.training.faces_examples import digest
from phivet.training.faces_fit import Config, fit
from phivet.training.faces_stream import Stream, read, reshaded, row
from phivet.training.train_faces import has_time


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Rings, which stand for faces, and crosses, which stand for all else."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    y, x = np.mgrid[:144, :144]
    ring = abs(np.hypot(x - 72, y - 72) - 40) < 8
    cross = (abs(x - 72) < 6) | (abs(y - 72) < 6)
    grey = np.stack([np.stack([255 * shape, 255 * shape], 2) for shape in (ring, cross)]).astype(np.uint8)
    marks = np.zeros((2, 6, 3), np.float32)
    marks[0] = np.array([[85, 60, 1], [60, 60, 1], [72, 75, 1], [72, 90, 1], [72, 100, 1], [72, 55, 1]])
    boxes = np.array([[32, 32, 112, 112], [0, 0, 0, 0]], np.float32)
    np.savez(
        folder / "training-head-0.npz", grey=grey, kinds=np.array([1, 0]), boxes=boxes, marks=marks, looks=["a", "b"]
    )
    return folder


def test_batches_are_of_squares_kinds_and_boxes(pictures: Path) -> None:
    squares, kinds, boxes, known, marks = next(iter(Stream(pictures, "training", 1, 40)))
    assert squares.shape[:2] == (40, 1) and squares.dtype == torch.float32
    assert set(kinds.tolist()) == {0, 1}
    assert bool((known <= (kinds > 0)).all()) and bool(known.any())
    assert bool(((boxes >= 0) & (boxes <= 1)).all())
    assert bool((boxes[known][:, 2:] > boxes[known][:, :2]).all())
    assert marks.shape == (40, 6) and bool((marks[kinds == 0] == 0).all()) and bool((marks[kinds == 1] > 0).any())
    again = next(iter(Stream(pictures, "training", 1, 40)))
    assert torch.equal(squares, again[0]) and not torch.equal(
        squares, next(iter(Stream(pictures, "training", 2, 40)))[0]
    )


def test_a_run_learns_stops_and_goes_on(pictures: Path, tmp_path: Path) -> None:
    config = Config(items=96, batch=16, rate=3e-3)
    folder = tmp_path / "run"
    folder.mkdir()
    assert fit(Network((8, 8, 16, 16)), config, pictures, folder, 0.0) is False
    state = torch.load(folder / "faces.pt", weights_only=True)
    assert state["leg"]["seen"] == 16
    network = Network((8, 8, 16, 16))
    told: list[float] = []
    assert fit(network, config, pictures, folder, 5.0, lambda _, loss: told.append(loss))
    assert torch.load(folder / "faces.pt", weights_only=True)["leg"]["seen"] == 96
    before = {name: value.clone() for name, value in network.state_dict().items()}
    assert fit(network, config, pictures, folder, 5.0)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    found = read(pictures / "training-head-0.npz")
    assert [picture.kind for picture in found] == ["face", "other"]


def test_the_digest_is_of_the_pictures(pictures: Path) -> None:
    assert digest(pictures, "training")[1] == 2
    assert digest(pictures, "validation")[1] == 0


def test_a_row_knows_its_box_only_if_there_is_one(pictures: Path) -> None:
    from phivet.datasets.faces_screens import alone

    face, other = read(pictures / "training-head-0.npz")
    rng = np.random.default_rng(0)
    assert row(alone(face, rng), rng)[3] and not row(alone(other, rng), rng)[3]


def test_a_picture_is_shaded_anew_within_what_can_be_seen_of_it() -> None:
    columns = np.tile(np.arange(144), (144, 1))
    opacity = np.where(columns > 40, 255, 0)
    pixels = np.stack([np.where(opacity > 0, 128 + 100 * np.sin(columns / 9), 0), opacity], 2).astype(np.uint8)
    picture = Picture(pixels, "face", (40, 0, 144, 144), np.ones((6, 3), np.float32), "a", "skin")
    rng = np.random.default_rng(2)
    made = [reshaded(picture, rng).pixels for _ in range(60)]
    changed = [each for each in made if not np.array_equal(each, pixels)]
    assert 15 < len(changed) < 45
    assert all(np.array_equal(each[..., 1], pixels[..., 1]) and not each[:, :40, 0].any() for each in changed)
    assert all(each[:, 44:, 0].std() > 1 for each in changed)


def test_rendering_stops_with_the_leg_and_goes_on_in_the_next(tmp_path: Path, monkeypatch) -> None:
    made: list[str] = []

    def pictures_of(name: str) -> list[Picture]:
        made.append(name)
        return [
            Picture(np.full((8, 8, 4), 9, np.uint8), "other", (0, 0, 0, 0), np.zeros((6, 3), np.float32), name, "a")
        ]

    monkeypatch.setattr(faces_examples, "of_head", lambda person, rng: pictures_of("head"))
    monkeypatch.setattr(faces_examples, "of_thing", lambda part, number, rng: pictures_of(f"thing-{number}"))
    monkeypatch.setattr(faces_examples, "person", lambda part, number: None)
    assert not faces_examples.keep(tmp_path, "training", range(1), range(2), time.monotonic())
    assert made == [] and digest(tmp_path, "training")[1] == 0
    assert faces_examples.keep(tmp_path, "training", range(1), range(1))
    assert faces_examples.keep(tmp_path, "training", range(1), range(2))
    assert made == ["head", "thing-0", "thing-1"]
    assert faces_examples.keep(tmp_path, "training", range(1), range(2), time.monotonic())


def test_what_cannot_be_split_begins_while_there_is_time_for_it_or_in_a_leg_of_its_own() -> None:
    now = time.monotonic()
    assert has_time(float("inf"), float("inf"), 40)
    assert has_time(now + 60 * 50, 85, 40) and not has_time(now + 60 * 30, 85, 40)
    assert has_time(now + 60 * 20, 20, 40) and not has_time(now + 60 * 10, 20, 40)
