"""Synthetic frames with burned-in text, every line labelled, the same for the same seed.

`training` and `validation` share fonts, families of layouts and backgrounds, not seeds; `held_out` has fonts, layouts,
backgrounds, names and towns of its own.
"""

import hashlib
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from phivet.datasets.burned_in_backgrounds import Pixels, background
from phivet.datasets.burned_in_drawing import COLOURS, Style, TextLine, blank, finish, write
from phivet.datasets.burned_in_fonts import some_font
from phivet.datasets.burned_in_layouts import Sheet, lay_out
from phivet.datasets.burned_in_words import Split, Study, material

LEGIBLE_HEIGHT = 8
"""Pixels of a capital below which nobody can be sure of a letter."""
LEGIBLE_NOISE = 2.0
"""How many times stronger than the noise letters must be."""
LEGIBLE_CONTRAST = 3.0
"""Grey levels."""
VALIDATION, HELD_OUT = 600, 5000
"""Frames of each."""


@dataclass(frozen=True)
class LabelledFrame:
    """(H, W) or (H, W, 3) uint8, and every line in it."""

    pixels: Pixels = field(repr=False, compare=False)
    lines: tuple[TextLine, ...]
    modality: str
    background: str
    layouts: tuple[str, ...]

    @property
    def identifying(self) -> bool:
        """Whether a line that can be read identifies somebody."""
        return any(legible(line) and any(label.identifies for label in line.labels) for line in self.lines)

    @property
    def benign(self) -> bool:
        """Whether nothing in it identifies anybody, not even what can hardly be read."""
        return all(label.category is None for line in self.lines for label in line.labels)


def legible(line: TextLine) -> bool:
    """Whether a person could read it."""
    strong = line.contrast >= max(LEGIBLE_CONTRAST, LEGIBLE_NOISE * line.noise)
    return strong and line.height >= LEGIBLE_HEIGHT and not line.arabic


def training(seed: int) -> Iterator[LabelledFrame]:
    """Frames without end."""
    return _frames("training", seed)


def validation() -> Iterator[LabelledFrame]:
    """Frames to calibrate on."""
    return islice(_frames("validation", 0), VALIDATION)


def held_out() -> Iterator[LabelledFrame]:
    """Frames to judge by."""
    return islice(_frames("held_out", 0), HELD_OUT)


def lines(split: Split, seed: int) -> Iterator[LabelledFrame]:
    """Frames without end of any split, of which those without any line are left out: for learning what identifies."""
    return (frame for frame in _frames(split, seed) if frame.lines)


def digest(frames: Iterable[LabelledFrame]) -> str:
    """Names a version of the data."""
    whole = hashlib.blake2b(digest_size=8)
    for frame in frames:
        whole.update(frame.pixels.tobytes())
        whole.update(repr([(line.text, line.box) for line in frame.lines]).encode())
    return whole.hexdigest()


def _frames(split: Split, seed: int) -> Iterator[LabelledFrame]:
    number = 0
    while True:
        yield frame(split, random.Random(f"{split} {seed} {number}"))  # noqa: S311 (data are made, nothing is kept secret)
        number += 1


def frame(split: Split, rng: random.Random) -> LabelledFrame:
    """One frame: half of them identify nobody, one in twelve holds no text."""
    families = {name: family for name, family in material(split).items() if name != "vocabulary"}
    name = rng.choice(list(families))
    family = families[name]
    modality = rng.choice(family["modalities"])
    height, width = rng.choice((256, 320, 384, 512, 512)), rng.choice((256, 384, 512, 512, 640))
    under = background(split, rng, modality, height, width)
    pixels = under.pixels
    if pixels.ndim == 2 and rng.random() < 0.15:
        pixels = np.repeat(pixels[..., None], 3, 2)
    canvas, study, benign = blank(pixels), Study(split, rng), rng.random() < 0.5
    layouts = [] if rng.random() < 1 / 12 else [name]
    if layouts and name not in ("loose", "stray") and rng.random() < 0.15:
        layouts.append("stray" if "stray" in families else "loose")
    for layout in layouts:
        letter = _letter(rng)
        style = _style(split, rng, letter, family["geometry"], layout)
        sheet = Sheet(families[layout], study, rng, height, width, letter, style.pitch, benign)
        for block in lay_out(sheet):
            chosen = _style(split, rng, _letter(rng), "free", layout) if layout in ("loose", "stray") else style
            write(canvas, block, chosen, layout, rng)
    finished, found = finish(canvas, rng)
    return LabelledFrame(finished, found, modality, under.source, tuple(layouts))


def _letter(rng: random.Random) -> int:
    """Pixels of a capital: mostly a console's 7 to 14."""
    return rng.choices(
        (rng.randint(5, 7), rng.randint(7, 10), rng.randint(9, 14), rng.randint(14, 24), rng.randint(24, 60)),
        (10, 36, 34, 15, 5),
    )[0]


def _style(split: Split, rng: random.Random, letter: int, geometry: str, layout: str) -> Style:
    kind = "arabic" if layout.startswith("arabic") else ""
    if geometry in ("sticker", "free") and not kind and rng.random() < 0.12:
        kind = "hand"
    letter = max(letter, 9) if kind in ("hand", "arabic") else letter
    font = some_font(split, rng, letter, kind)
    pitch = max(letter + 3, round(letter * rng.choice((1.45, 1.6, 1.8, 2.2))))
    if geometry in ("table", "page"):
        level: float | None = rng.choice((None, None, 0.0, 30.0))
    else:
        level = rng.choice((255.0, 255.0, 255.0, 230.0, 200.0, 150.0, 0.0)) if rng.random() < 0.55 else None
    contrast = rng.choices(
        (rng.uniform(90, 240), rng.uniform(25, 90), rng.uniform(10, 25), rng.uniform(3, 10)), (40, 25, 20, 15)
    )[0]
    if geometry in ("table", "page", "chat"):
        contrast = max(contrast, 60.0)
    colour = rng.choice(COLOURS) if rng.random() < 0.5 else (255, 255, 255)
    return Style(
        font,
        pitch,
        level,
        contrast,
        colour,
        halo=rng.random() < 0.1,
        blur=rng.choice((0, 0, 0, 0.5, 0.8)),
        bold=letter >= 9 and rng.random() < 0.1,
    )
