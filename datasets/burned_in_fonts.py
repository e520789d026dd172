"""Letters as consoles, films and pages have them: outlines, pixel grids, vectors and hands, each in one split only."""

import importlib.util
import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from phivet.datasets.burned_in_words import Split

Ink = NDArray[Any]

OUTLINES = {
    "training": {
        "arimo": 6,
        "roboto": 3,
        "roboto-condensed": 2,
        "roboto-mono": 3,
        "inter": 1,
        "open-sans": 2,
        "pt-sans": 2,
        "pt-sans-narrow": 2,
        "source-code-pro": 2,
        "ibm-plex-mono": 2,
        "share-tech": 1,
        "DejaVuSans": 3,
        "DejaVuSans-Bold": 1,
        "DejaVuSansMono": 3,
        "DejaVuSerif": 1,
        "STIXGeneral": 1,
    },
    "held_out": {
        "inconsolata": 2,
        "jetbrains-mono": 2,
        "barlow-semi-condensed": 2,
        "titillium-web": 2,
        "source-serif-4": 1,
        "cairo": 1,
    },
}
"""How often each family is drawn; lower case: from the package fontpkg-NAME, else from matplotlib."""
HANDS = {"training": ("caveat", "indie-flower", "kalam"), "held_out": ("shadows-into-light", "zeyada")}
GRIDS = {"training": ("press-start-2p", "DejaVuSansMono", "source-code-pro"), "held_out": ("pillow",)}
"""Letters of few pixels, each pixel drawn as a square; pillow: its old font of 6 x 11 pixels."""
ARABIC = {"training": ("noto-sans-arabic", "amiri", "DejaVuSans"), "held_out": ("cairo",)}
VECTORS = {"training": ("futural", "futural", "rowmand", "timesr"), "held_out": ("rowmant", "timesi")}
"""Hershey's; some have two names (rowmans is futural, futuram rowmand, timesrb rowmant)."""
VECTOR_CAPITAL = 21
"""Units of a capital's height in Hershey's fonts."""


@dataclass(frozen=True)
class Font:
    """A face at a size. `kind`: outline, crisp (outline without grey), grid, vector, hand or arabic."""

    kind: str
    face: str
    height: int
    """Of a capital, in pixels."""

    def ink(self, pieces: Sequence[str]) -> tuple[Ink, list[int]]:
        """How much each pixel is inked (0 to 1), tight around all pieces; where each begins, and the end."""
        text = "".join(pieces)
        if self.kind == "vector" or self.face == "pillow":
            text = "".join(unicodedata.normalize("NFKD", letter)[0] for letter in text)
        cuts = [0, *accumulate(len(piece) for piece in pieces)]
        if self.kind == "vector":
            drawn, places = self._vector(text)
            return drawn, [places[cut] for cut in cuts]
        face, times = _face(self.kind, self.face, self.height)
        ends = [face.getlength(text[:cut]) if cut else 0 for cut in cuts]
        left, top, right, bottom = face.getbbox(text)
        picture = Image.new("L", (max(1, int(right - left) + 2), max(1, int(bottom - top) + 2)))
        draw = ImageDraw.Draw(picture)
        draw.fontmode = "1" if self.kind in ("crisp", "grid") else "L"
        draw.text((1 - left, 1 - top), text, fill=255, font=face)
        ink = np.asarray(picture, np.float32) / 255
        if times > 1:
            ink = ink.repeat(times, 0).repeat(times, 1)
        return ink, [int(end - left + 1) * times for end in ends]

    def _vector(self, text: str) -> tuple[Ink, list[int]]:
        """Strokes on a raster of sixteenths of a pixel."""
        scale = self.height / VECTOR_CAPITAL
        hershey, ends, lines = _hershey(self.face), [0.0], []
        for letter in text:
            strokes: list[Ink] = [np.array(list(stroke), np.float32) for stroke in hershey.strokes_for_text(letter)]
            points = np.concatenate(strokes) if strokes else np.array([[0, 0], [8, 0]], np.float32)
            left, width = float(points[:, 0].min()), float(np.ptp(points[:, 0])) + 6
            lines += [(stroke - np.array((left, 0))) * scale + np.array((ends[-1], 0)) for stroke in strokes]
            ends.append(ends[-1] + width * scale)
        thick = 1 if self.height < 18 else max(1, round(self.height / 10))
        margin, top = thick + 1, 16 * scale
        picture = np.zeros((round(36 * scale) + 2 * margin, round(ends[-1]) + 2 * margin), np.uint8)
        drawn: list[Ink] = [np.round((line + np.array((margin, top + margin))) * 16).astype(np.int32) for line in lines]
        smooth = cv2.LINE_AA if self.height % 2 else cv2.LINE_8
        cv2.polylines(picture, drawn, False, 255, thick, smooth, 4)
        rows = np.flatnonzero(picture.any(1))
        tight = picture[rows[0] : rows[-1] + 1] if rows.size else picture
        return np.asarray(tight, np.float32) / 255, [round(end) + margin for end in ends]


@cache
def _hershey(face: str) -> Any:
    from HersheyFonts import HersheyFonts

    fonts = HersheyFonts()
    fonts.load_default_font(face)
    return fonts


def some_font(split: Split, rng: random.Random, height: int, kind: str = "") -> Font:
    """A face of the split for capitals `height` pixels high."""
    part = "held_out" if split == "held_out" else "training"
    kind = kind or rng.choices(("outline", "crisp", "vector", "grid"), (60, 14, 18, 8))[0]
    if kind == "vector":
        return Font(kind, rng.choice(VECTORS[part]), height)
    if kind == "grid":
        return Font(kind, rng.choice(GRIDS[part]), height)
    if kind in ("hand", "arabic"):
        return Font(kind, rng.choice((HANDS if kind == "hand" else ARABIC)[part]), height)
    faces = OUTLINES[part]
    return Font(kind, rng.choices(list(faces), list(faces.values()))[0], height)


@cache
def _face(kind: str, name: str, height: int) -> tuple[Any, int]:
    """A face and by how much its pixels are to be enlarged."""
    if name == "pillow":
        return ImageFont.load_default_imagefont(), max(1, round(height / 7))
    file = _file(name)
    # by how much a capital is lower than the em
    capital = 70 if kind == "arabic" else -ImageFont.truetype(file, 100).getbbox("H", anchor="ls")[1]
    times = 1
    if kind == "grid":
        times, height = max(1, round(height / 8)), 7
        capital = 88 if name == "press-start-2p" else capital
    return ImageFont.truetype(file, max(5, round(100 * height / capital))), times


@cache
def _file(name: str) -> str:
    found = importlib.util.find_spec(f"fontpkg_{name.replace('-', '_')}")
    if found is not None and found.origin is not None:
        files = sorted((Path(found.origin).parent / "files").glob("*.ttf"), key=lambda file: len(file.name))
        upright = [file for file in files if "Italic" not in file.name and "Light" not in file.name]
        regular = [file for file in upright if "Regular" in file.name]
        return str((regular or upright or files)[0])
    import matplotlib

    return str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf")
