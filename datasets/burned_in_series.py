"""Synthetic series and cines with burned-in text: what every frame says, and a name on one, some or all of them.

Of the backgrounds, fonts, families of layouts and names of `burned_in_text`; the held-out ones of the held-out split.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from phivet.datasets.burned_in_backgrounds import Pixels, background
from phivet.datasets.burned_in_drawing import Style, TextLine, blank, finish, write
from phivet.datasets.burned_in_fonts import some_font
from phivet.datasets.burned_in_layouts import Block
from phivet.datasets.burned_in_words import Split, Study, material

Shown = Literal["one", "some", "every", "moving", "in turn"]
SHOWN: tuple[Shown, ...] = ("one", "some", "every", "moving", "in turn")
"""On which frames the name stands. "moving": on all, each time elsewhere; "in turn" with a benign line."""
FRAMES = 24
HELD_OUT = 60
"""Series."""
NAMES = ("{name}", "{name} {mrn}", "ID {mrn}", "{facility}", "{name} {dob}")
BENIGN = ("{exam}", "{kv}kV", "WW {n:100-2000}", "{anatomy}", "{notice}")
MODALITIES = ("CT", "MR", "US", "XA", "RF")


@dataclass(frozen=True)
class LabelledSeries:
    """(N, H, W) or (N, H, W, 3) uint8, and the lines of each frame; `named` are the frames on which the name stands."""

    pixels: Pixels = field(repr=False, compare=False)
    lines: tuple[tuple[TextLine, ...], ...]
    modality: str
    background: str
    shown: Shown
    named: tuple[int, ...]


def held_out() -> Iterator[LabelledSeries]:
    """Series to judge by."""
    return islice(series("held_out", 0), HELD_OUT)


def series(split: Split, seed: int) -> Iterator[LabelledSeries]:
    """Series without end, each way of showing the name in turn."""
    number = 0
    while True:
        rng = random.Random(f"{split} series {seed} {number}")  # noqa: S311 (data are made, nothing is kept secret)
        yield one_series(split, SHOWN[number % len(SHOWN)], rng)
        number += 1


def one_series(split: Split, shown: Shown, rng: random.Random) -> LabelledSeries:
    """A series in which something moves, with a name in letters of 13 to 18 pixels."""
    modality = rng.choice(MODALITIES)
    height, width = rng.choice(((256, 256), (384, 512), (512, 512), (480, 640)))
    under = background(split, rng, modality, height, width)
    study = Study(split, rng)
    style = _style(split, rng)
    console = _console(split, modality, study, rng)
    name, other = study.fill(rng.choice(NAMES)), study.fill(rng.choice(BENIGN))
    wide = style.font.ink([piece.text for piece in name])[0].shape[1]
    y = rng.randint(4 * style.pitch, height - 5 * style.pitch)
    place = Block([name], rng.randint(4, max(5, width - wide - FRAMES)), y)
    named = _frames(shown, rng)
    pixels, lines = [], []
    for index in range(FRAMES):
        canvas = blank(_moved(under.pixels, index, rng))
        blocks = list(console)
        if index in named:
            blocks.append(_elsewhere(place, index, height, style) if shown == "moving" else place)
        elif shown == "in turn":
            blocks.append(replace(place, lines=[other]))
        for block in blocks:
            write(canvas, block, style, "series", random.Random(0))  # noqa: S311
        made, found = finish(canvas, _Unchanged())
        pixels.append(made)
        lines.append(found)
    return LabelledSeries(np.stack(pixels), tuple(lines), modality, under.source, shown, named)


class _Unchanged(random.Random):
    """Chance by which a finished frame is neither scaled nor compressed: the frames of a series stay alike."""

    def random(self) -> float:
        return 1.0


def _style(split: Split, rng: random.Random) -> Style:
    letter = rng.randint(13, 18)
    return Style(some_font(split, rng, letter, ""), round(letter * 1.6), rng.choice((255.0, 230.0, None)), 90.0)


def _console(split: Split, modality: str, study: Study, rng: random.Random) -> list[Block]:
    """What stands on every frame and identifies nobody."""
    families = [each for each in material(split).values() if modality in each.get("modalities", ())]
    family = rng.choice([each for each in families if each["geometry"] in ("corners", "banner")])
    filled = (study.fill(template) for template in (*family.get("left", ()), *family.get("bl", ())))
    lines = [line for line in filled if not any(piece.category for piece in line)]
    return [Block([line], 4, 4 + number * 24) for number, line in enumerate(lines[:2])]


def _frames(shown: Shown, rng: random.Random) -> tuple[int, ...]:
    match shown:
        case "one":
            return (rng.randrange(FRAMES),)
        case "some":
            start = rng.randrange(FRAMES - 4)
            return tuple(range(start, rng.randint(start + 2, FRAMES)))
        case "in turn":
            return tuple(range(rng.randrange(2), FRAMES, rng.choice((2, 3))))
    return tuple(range(FRAMES))


def _elsewhere(block: Block, index: int, height: int, style: Style) -> Block:
    """The block a step further down on each frame, from the top again at the end."""
    span = height - 8 * style.pitch
    return replace(block, x=block.x + index, y=4 * style.pitch + (block.y + 7 * index) % span)


def _moved(pixels: NDArray[Any], index: int, rng: random.Random) -> NDArray[Any]:
    """The background of frame `index`: it sways, and its noise is another one."""
    away = (6 * np.sin(index / 3), 4 * np.cos(index / 4))
    move = np.array(((1, 0, away[0]), (0, 1, away[1])), np.float32)
    swayed = cv2.warpAffine(pixels, move, pixels.shape[1::-1], borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    grain = np.random.default_rng(rng.getrandbits(32)).standard_normal(pixels.shape[:2]).astype(np.float32)
    swayed += 2 * (grain if pixels.ndim == 2 else grain[..., None])
    return np.clip(swayed, 0, 255).astype(np.uint8)
