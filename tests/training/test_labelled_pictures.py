"""Labelled pictures are written as PNG with a row each, the same for the same data."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from phivet.training.labelled_pictures import Labelled, write_pictures


def labelled(count: int) -> Labelled:
    for number in range(count):
        yield np.full((8, 9), number, np.uint8), {"kind": "face", "box": (1, 2, 3, 4)}


def test_a_set_has_a_picture_and_a_row_for_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert write_pictures("faces", tmp_path, {"training": (3, labelled(9)), "validation": (5, labelled(2))}) == 0
    rows = [json.loads(line) for line in (tmp_path / "faces-training.jsonl").read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == [0, 1, 2]
    assert rows[2] == {"id": 2, "picture": "faces-training/000002.png", "kind": "face", "box": [1, 2, 3, 4]}
    assert np.array(Image.open(tmp_path / rows[2]["picture"])).max() == 2
    assert len((tmp_path / "faces-validation.jsonl").read_text("utf-8").splitlines()) == 2
    first = capsys.readouterr().out
    write_pictures("faces", tmp_path / "again", {"training": (3, labelled(9)), "validation": (5, labelled(2))})
    digests = [line.split()[2] for line in first.splitlines()[1:]]
    assert all(digest in capsys.readouterr().out for digest in digests[:1])


def test_frames_with_burned_in_text_are_written_with_their_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from phivet.datasets import burned_in_text
    from phivet.training.data_burned_in_text import write_sets

    for name in ("VALIDATION", "HELD_OUT"):
        monkeypatch.setattr(burned_in_text, name, 1)
    write_sets(tmp_path, 2, 0)
    rows = [json.loads(line) for line in (tmp_path / "burned_in_text-training.jsonl").read_text("utf-8").splitlines()]
    frames = list(zip(range(2), burned_in_text.training(0), strict=False))
    assert [[line["text"] for line in row["lines"]] for row in rows] == [
        [line.text for line in frame.lines] for _, frame in frames
    ]
