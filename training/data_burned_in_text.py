"""`phivet data burned_in_text`: frames with every line in them labelled."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from phivet.datasets import burned_in_text
from phivet.datasets.burned_in_drawing import TextLine
from phivet.datasets.burned_in_text import LabelledFrame
from phivet.training.labelled_pictures import Labelled, write_pictures


def write_sets(folder: Path, count: int, seed: int) -> int:
    """Write frames for training (`count`, of `seed`), validation and held_out to `folder`, and print their digests."""
    return write_pictures(
        "burned_in_text",
        folder,
        {
            "training": (count, _labelled(burned_in_text.training(seed))),
            "validation": (burned_in_text.VALIDATION, _labelled(burned_in_text.validation())),
            "held_out": (burned_in_text.HELD_OUT, _labelled(burned_in_text.held_out())),
        },
    )


def _labelled(frames: Iterable[LabelledFrame]) -> Labelled:
    for frame in frames:
        about = {"modality": frame.modality, "background": frame.background, "layouts": frame.layouts}
        yield frame.pixels, about | {"lines": [_row(line) for line in frame.lines]}


def _row(line: TextLine) -> dict[str, Any]:
    row = {
        "text": line.text,
        "box": line.box,
        "height": round(line.height, 1),
        "contrast": round(line.contrast, 1),
        "noise": round(line.noise, 1),
        "font": line.font,
        "layout": line.layout,
        "arabic": line.arabic,
    }
    return row | {"labels": [asdict(label) for label in line.labels]}
