"""Batches without end of the pictures that were kept, on screens made anew, as squares that the network sees."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from phivet.datasets.faces_pictures import Picture
from phivet.datasets.faces_scenery import scenery
from phivet.datasets.faces_screens import Screen, alone, panels
from phivet.models.faces_network import KINDS
from phivet.models.faces_windows import SIDE, Window, cut, windows

Batch = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]
"""Squares (B, 1, S, S), kinds (B,), boxes (B, 4) in shares of the square, whether each box is known (B,), and in which
place each mark is (B, 6): 0 nowhere, else 1 + the number of the cell; -1 if that is not known."""
CELLS = SIDE // 16
"""Cells along each side of the square in which marks are told."""
PANELS = 0.05
"""Share of screens with several pictures."""
AGAIN = 60
"""Batches after which it is looked whether there are new pictures."""
SCENERY, SCENES = 0.15, 2_000
"""Share of what is no face that is no body either, and how many of those are kept to draw from."""
TONED, EMBOSSED = 0.35, 0.1
"""Shares of pictures whose greys are exchanged for others, and whose relief is drawn: programs shade differently."""
FLAT = 0.05
"""Deviation of the greys below which nothing would be seen any more."""


class Stream(IterableDataset[Batch]):
    """The batches of a seed; the pictures of `part` in `folder` are read as they come."""

    def __init__(self, folder: Path, part: str, seed: int, batch: int) -> None:
        self._folder, self._part, self._seed, self._size = folder, part, seed, batch

    def __iter__(self) -> Iterator[Batch]:
        torch.set_num_threads(1)
        rng = np.random.default_rng(self._seed)
        known: dict[Path, None] = {}
        groups: dict[str, list[Picture]] = {kind.value: [] for kind in KINDS}
        scenes: deque[Picture] = deque(maxlen=SCENES)
        count = 0
        while True:
            if count % AGAIN == 0:
                for path in sorted(self._folder.glob(f"{self._part}-*.npz")):
                    if path not in known and not path.name.endswith(".new.npz"):
                        known[path] = None
                        for picture in read(path):
                            groups[picture.kind].append(picture)
            count += 1
            scenes.append(scenery(rng))
            yield self._batch(groups, scenes, rng)

    def _batch(self, groups: dict[str, list[Picture]], scenes: Sequence[Picture], rng: np.random.Generator) -> Batch:
        rows = [row(self._screen(groups, scenes, rng), rng) for _ in range(self._size)]
        squares, kinds, boxes, known, marks = zip(*rows, strict=True)
        return (
            torch.from_numpy(np.stack(squares))[:, None],
            torch.tensor(kinds),
            torch.from_numpy(np.stack(boxes)),
            torch.tensor(known),
            torch.from_numpy(np.stack(marks)),
        )

    def _screen(self, groups: dict[str, list[Picture]], scenes: Sequence[Picture], rng: np.random.Generator) -> Screen:
        share = {"other": 0.52, "face": 0.43, "fetus": 0.05 if groups["fetus"] else 0.0}
        chances = np.array(list(share.values()))

        def one(kind: str) -> Picture:
            if kind == "other" and rng.random() < SCENERY:
                return scenes[int(rng.integers(len(scenes)))]
            return reshaded(groups[kind][int(rng.integers(len(groups[kind])))], rng)

        kind = str(rng.choice(list(share), p=chances / chances.sum()))
        if rng.random() < PANELS:
            return panels([one(kind), *(one("other") for _ in range(5))], rng)
        return alone(one(kind), rng)


def read(path: Path) -> list[Picture]:
    """The pictures in a file that `faces_examples.keep` wrote."""
    with np.load(path) as kept:
        rows = zip(*(kept[name] for name in ("grey", "kinds", "boxes", "marks", "looks")), strict=True)
        return [
            Picture(grey, KINDS[int(kind)].value, tuple(map(float, box)), marks, path.stem, str(look))  # type: ignore[arg-type]
            for grey, kind, box, marks, look in rows
        ]


def reshaded(picture: Picture, rng: np.random.Generator) -> Picture:
    """As another program might have shaded it: its greys along a curve of chance, or light and dark where they change.

    `picture` has one grey, premultiplied, and its opacity, which stays; what would go grey all over stays as it is.
    """
    draw = rng.random()
    if draw > TONED + EMBOSSED:
        return picture
    opacity = picture.pixels[..., 1].astype(np.float32) / 255
    shade = picture.pixels[..., 0].astype(np.float32) / 255 / np.maximum(opacity, 1 / 255)
    if draw < TONED:
        knots = np.sort(rng.uniform(0, 1, 6)) if rng.random() < 0.6 else rng.uniform(0, 1, 6)
        knots = knots[::-1] if rng.random() < 0.25 else knots
        shade = np.interp(shade, np.linspace(0, 1, len(knots)), knots).astype(np.float32)
    else:
        across, down = (int(step) for step in rng.integers(-2, 3, 2))
        shade = 0.5 + float(rng.uniform(1, 4)) * (shade - np.roll(shade, (down or 1, across), (0, 1)))
    if shade[opacity > 0.1].std() < FLAT:
        return picture
    pixels = picture.pixels.copy()
    pixels[..., 0] = (255 * np.clip(shade, 0, 1) * opacity).astype(np.uint8)
    return replace(picture, pixels=pixels)


def row(
    screen: Screen, rng: np.random.Generator
) -> tuple[NDArray[np.float32], int, NDArray[np.float32], bool, NDArray[np.int64]]:
    """A screen as the network sees it: mostly what stands apart in it, as when it is judged, else the whole."""
    height, width = screen.pixels.shape[:2]
    window = Window(0, 0, width, height)
    if rng.random() < 0.75:
        found = windows(screen.pixels)
        window = found[1] if len(found) == 2 else window
    square = cut(screen.pixels, window)
    kind = [each.value for each in KINDS].index(screen.kind)
    box = np.zeros(4, np.float32)
    side = max(window.x1 - window.x0, window.y1 - window.y0)
    left, top = (window.x0 + window.x1 - side) / 2, (window.y0 + window.y1 - side) / 2
    if screen.box is not None:
        box = (np.array(screen.box, np.float32) - np.array((left, top, left, top), np.float32)) / np.float32(side)
    known = screen.box is not None and kind > 0
    places = np.full(6, -1, np.int64)
    if screen.marks is not None:
        cells = np.floor((screen.marks[:, :2] - np.array((left, top))) / side * CELLS).astype(int)
        there = (screen.marks[:, 2] > 0) & (cells >= 0).all(1) & (cells < CELLS).all(1)
        places = np.where(there, 1 + cells[:, 1] * CELLS + cells[:, 0], 0)
    return square, kind, np.clip(box, 0, 1), known, places
