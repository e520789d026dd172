"""A run learns from the pictures that are kept, goes on where it stopped, and changes every picture it shows."""

from pathlib import Path

import numpy as np
import pytest
import torch

from phivet.models.faces_network import Network
from phivet.training.faces_examples import digest
from phivet.training.faces_fit import CHECKPOINT, Config, fit, share_of_rate
from phivet.training.faces_stream import Stream, read, row


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


def test_the_rate_rises_stays_and_falls() -> None:
    config = Config(warm=0.1, cool=0.5)
    assert [share_of_rate(done, config) for done in (0, 0.05, 0.3, 0.75, 1)] == [0, 0.5, 1, 0.5, 0]


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
    config = Config(pictures=96, batch=16, rate=3e-3)
    folder = tmp_path / "run"
    folder.mkdir()
    assert fit(Network((8, 8, 16, 16)), config, pictures, folder, 0.0) is False
    state = torch.load(folder / CHECKPOINT, weights_only=True)
    assert state["leg"]["seen"] == 16
    network = Network((8, 8, 16, 16))
    told: list[float] = []
    assert fit(network, config, pictures, folder, 5.0, lambda _, loss: told.append(loss))
    assert torch.load(folder / CHECKPOINT, weights_only=True)["leg"]["seen"] == 96
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
