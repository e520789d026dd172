"""`phivet data faces`: pictures of reconstructions, with what they show and where."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from phivet.datasets import faces
from phivet.datasets.faces import LabelledScreen
from phivet.datasets.faces_screens import Screen, alone
from phivet.training.faces_examples import keep
from phivet.training.faces_stream import read
from phivet.training.labelled_pictures import Labelled, write_pictures

PICTURES_OF_A_HEAD = 60
"""And of the thing beside it, about."""


def write_sets(folder: Path, count: int, seed: int) -> int:
    """Write pictures for training (`count`, on screens of `seed`), validation and held_out to `folder`.

    The renderings for training are kept in `folder`/faces-renderings: made once, they serve any seed.
    """
    validation, held_out = faces.validation(), faces.held_out()
    return write_pictures(
        "faces",
        folder,
        {
            "training": (count, _rows((screen, "") for screen in _training(folder / "faces-renderings", count, seed))),
            "validation": (len(validation), _labelled(validation)),
            "held_out": (len(held_out), _labelled(held_out)),
        },
    )


def _training(renderings: Path, count: int, seed: int) -> Iterator[Screen]:
    rng = np.random.default_rng(seed)
    for number in range(1 + count // PICTURES_OF_A_HEAD):
        keep(renderings, "training", range(number, number + 1), range(number, number + 1))
        for path in sorted(renderings.glob(f"training-*-{number}.npz")):
            yield from (alone(picture, rng) for picture in read(path))


def _labelled(screens: Iterable[LabelledScreen]) -> Labelled:
    return _rows((each.screen, each.group) for each in screens)


def _rows(screens: Iterable[tuple[Screen, str]]) -> Labelled:
    for screen, group in screens:
        about = {"kind": screen.kind, "box": screen.box, "whole": screen.whole, "source": screen.source}
        yield screen.pixels, about | {"look": screen.look, "renderer": screen.renderer, "group": group}
