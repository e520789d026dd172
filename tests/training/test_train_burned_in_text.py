"""The recipe of the networks for burned-in text goes on where it stopped, and what it saves can be used."""

import random
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from phivet.datasets.burned_in_text import LabelledFrame, training
from phivet.models.burned_in_map import TextMap
from phivet.models.burned_in_map_net import TextMapNet
from phivet.models.burned_in_reader import Reader
from phivet.training import burned_in_map_fit, burned_in_reader_fit
from phivet.training.burned_in_reader_fit import NUMBERS, spelt_in_letters
from phivet.training.legs import Schedule, share_of_rate
from phivet.training.train_burned_in_text import base_reader, save


@pytest.fixture(scope="module")
def frames() -> list[LabelledFrame]:
    return list(islice(training(5), 8))


def test_the_rate_rises_stays_and_falls() -> None:
    schedule = Schedule(seed=0, items=100, batch=1, rate=1.0, warm=0.1, cool=0.5)
    shares = [share_of_rate(done, schedule) for done in (0, 0.05, 0.1, 0.3, 0.5, 0.75, 1.0)]
    assert shares == [0.01, 0.5, 1.0, 1.0, 1.0, 0.5, 0.0]


def test_targets_lie_on_the_lines_and_what_is_too_faint_teaches_nothing(frames: list[LabelledFrame]) -> None:
    for frame in frames:
        wanted = burned_in_map_fit.targets(frame.lines, frame.pixels.shape[:2])
        assert (wanted[0] <= wanted[1]).mean() > 0.999
        for line in frame.lines:
            x, y = (int(v) // 2 for v in line.corners.mean(0))
            if 0 <= y < wanted.shape[1] and 0 <= x < wanted.shape[2]:
                faint = line.contrast < burned_in_map_fit.FAINTEST_CONTRAST
                assert wanted[2, y, x] == 0 if faint else wanted[0, y, x] == 1 or wanted[2, y, x] == 0


def test_crops_hold_the_line_that_they_are_said_to(frames: list[LabelledFrame]) -> None:
    crops = list(burned_in_reader_fit.crops(iter(frames), random.Random(1)))  # noqa: S311
    assert len(crops) > 8
    assert all(line.shape[0] == 32 and set(text) <= set(NUMBERS) for line, text in crops)


def test_accents_are_taken_off_and_blanks_are_single() -> None:
    assert spelt_in_letters("MÜLLER,  Éva Ø") == "MULLER, Eva O"
    assert spelt_in_letters("محمد") == ""


def test_a_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    config = replace(burned_in_map_fit.Config(), items=8, batch=2)
    torch.manual_seed(0)
    assert not burned_in_map_fit.fit(TextMapNet(), config, tmp_path, 0, lambda *_: None)
    first = torch.load(tmp_path / "map.pt", weights_only=True)["leg"]
    assert first["seen"] == 2 and first["legs"] == 0
    network = TextMapNet()
    assert burned_in_map_fit.fit(network, config, tmp_path, 5, lambda *_: None)
    last = torch.load(tmp_path / "map.pt", weights_only=True)["leg"]
    assert last["seen"] == 8 and last["legs"] == 1


def test_what_is_saved_finds_and_reads(tmp_path: Path) -> None:
    save(TextMapNet(), base_reader(), tmp_path)
    picture = np.zeros((128, 200), np.uint8)
    cv2.putText(picture, "HELLO", (20, 60), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 1, cv2.LINE_AA)
    assert isinstance(TextMap(tmp_path).boxes(picture), list)
    ((text, _),) = Reader(tmp_path).read([picture[34:68, 14:120]])
    assert text == "HELLO"
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 10 * 2**20
