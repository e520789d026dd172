"""What lies under the text: frames without any, cut from files with an open licence or drawn as each modality looks.

The real ones come with pydicom, pydicom-data, deid-data and scikit-image; each was looked at, and only the part that
holds no writing is used. Those of the held-out set are of other files.
"""

import importlib.util
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from phivet.datasets.burned_in_phantoms import DRAWN, plain
from phivet.datasets.burned_in_words import Split

Pixels = NDArray[Any]

REAL = {
    "training": (
        ("CT", "pydicom:693_UNCI.dcm", (0, 0, 512, 512)),
        ("CT", "pydicom:bad_sequence.dcm", (0, 0, 512, 512)),
        ("CT", "pydicom:explicit_VR-UN.dcm", (0, 0, 512, 512)),
        ("MR", "pydicom:MR-SIEMENS-DICOM-WithOverlays.dcm", (0, 0, 484, 484)),
        ("MR", "pydicom:MR2_UNCI.dcm", (0, 0, 1024, 1024)),
        ("CR", "pydicom:RG1_UNCI.dcm", (60, 60, 1780, 1780)),
        ("NM", "pydicom:JPEG2000_UNC.dcm", (0, 0, 256, 1024)),
        ("US", "pydicom:JPGLosslessP14SV1_1s_1f_8b.dcm", (330, 120, 560, 420)),
        ("US", "pydicom:gdcm-US-ALOKA-16.dcm", (60, 90, 520, 260)),
        ("US", "pydicom:US1_UNCI.dcm", (60, 80, 500, 140)),
        ("PHOTO", "skimage:coffee.png", (0, 0, 600, 400)),
        ("PHOTO", "skimage:gravel.png", (0, 0, 512, 512)),
        ("PHOTO", "skimage:grass.png", (0, 0, 512, 512)),
        ("PHOTO", "skimage:chelsea.png", (0, 0, 451, 300)),
        ("PHOTO", "skimage:coins.png", (0, 0, 384, 303)),
        ("PHOTO", "skimage:hubble_deep_field.jpg", (0, 0, 1000, 872)),
        ("ENDO", "skimage:retina.jpg", (0, 0, 1411, 1411)),
        ("PHOTO", "skimage:cell.png", (0, 0, 550, 660)),
        ("PHOTO", "skimage:microaneurysms.png", (0, 0, 102, 102)),
    ),
    "held_out": (
        ("CT", "pydicom:J2K_pixelrep_mismatch.dcm", (0, 0, 512, 512)),
        ("CT", "pydicom:CT_small.dcm", (0, 0, 128, 128)),
        ("MR", "pydicom:MR_small.dcm", (0, 0, 64, 64)),
        ("CR", "pydicom:RG3_UNCI.dcm", (500, 60, 560, 1250)),
        ("DX", "deid:animals/cat.dcm", (100, 100, 2800, 1900)),
        ("US", "pydicom:color-pl.dcm", (20, 20, 210, 90)),
        ("PHOTO", "skimage:brick.png", (0, 0, 512, 512)),
        ("PHOTO", "skimage:moon.png", (0, 0, 512, 512)),
        ("ENDO", "skimage:ihc.png", (0, 0, 512, 512)),
        ("PHOTO", "skimage:horse.png", (0, 0, 400, 328)),
    ),
}
"""Modality, file, and the part without writing as x, y, width, height."""


@dataclass(frozen=True)
class Background:
    """(H, W) or (H, W, 3) uint8, where it is from, and what it shows."""

    pixels: Pixels
    source: str
    modality: str


def background(split: Split, rng: random.Random, modality: str, height: int, width: int) -> Background:
    """A frame without text, real one time in three where there is a real one of that modality."""
    part = "held_out" if split == "held_out" else "training"
    real = [
        entry
        for entry in _there(part)
        if entry[0] == modality or (entry[0], modality) in (("CR", "DX"), ("CR", "FILM"))
    ]
    if real and rng.random() < 0.35:
        _, source, box = rng.choice(real)
        return Background(_cut(_real(source, box), rng, height, width), source, modality)
    noise = np.random.default_rng(rng.getrandbits(32))
    drawn = DRAWN.get(modality, plain)(noise, height, width, 1 if split == "held_out" else 0)
    return Background(np.clip(drawn, 0, 255).astype(np.uint8), f"drawn:{modality}:{part}", modality)


@cache
def _there(part: str) -> Sequence[tuple[str, str, tuple[int, int, int, int]]]:
    """The real frames whose packages are installed."""
    needed = {"pydicom": ("pydicom", "data_store"), "deid": ("pydicom", "deid_data"), "skimage": ("skimage",)}
    found = {name for name, packages in needed.items() if all(map(importlib.util.find_spec, packages))}
    return [entry for entry in REAL[part] if entry[1].partition(":")[0] in found]


@cache
def _real(source: str, box: tuple[int, int, int, int]) -> Pixels:
    package, _, name = source.partition(":")
    x, y, width, height = box
    if package == "skimage":
        import skimage
        from skimage import io

        return np.asarray(io.imread(f"{skimage.__path__[0]}/data/{name}"), np.uint8)[..., :3][
            y : y + height, x : x + width
        ]
    import pydicom
    from pydicom.data import get_testdata_file

    if package == "deid":
        import deid_data

        file: Any = f"{next(iter(deid_data.__path__))}/data/{name}"
    else:
        file = get_testdata_file(name, download=False)
    data = pydicom.dcmread(file)
    stored = data.pixel_array[y : y + height, x : x + width]
    if stored.ndim == 3:
        return np.asarray(stored, np.uint8)
    low, high = np.percentile(stored, (0.5, 99.7))
    shown = np.clip((stored.astype(np.float32) - low) * (255 / max(1.0, high - low)), 0, 255)
    return np.asarray(255 - shown if data.PhotometricInterpretation == "MONOCHROME1" else shown, np.uint8)


def _cut(pixels: Pixels, rng: random.Random, height: int, width: int) -> Pixels:
    """A part of it at some scale, mirrored, in some window."""
    fits = max(height / pixels.shape[0], width / pixels.shape[1])
    scale = fits * rng.uniform(1.0, 1.8) if rng.random() < 0.6 or fits > 1 else max(fits, rng.uniform(0.4, 1.0))
    wide, high = min(pixels.shape[1], width / scale), min(pixels.shape[0], height / scale)
    x, y = int(rng.uniform(0, pixels.shape[1] - wide)), int(rng.uniform(0, pixels.shape[0] - high))
    piece = pixels[y : y + math.ceil(high), x : x + math.ceil(wide)]
    part = cv2.resize(piece, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    part = part[:, ::-1] if rng.random() < 0.5 else part
    part = part[::-1] if rng.random() < 0.2 else part
    gain, shift = rng.uniform(0.6, 1.4), rng.uniform(-30, 30)
    shown = np.clip(part.astype(np.float32) * gain + shift, 0, 255)
    return np.ascontiguousarray(shown, np.uint8)
