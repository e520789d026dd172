"""The whole walk, with the shipped networks: a name in the pixels is found."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from phivet.cases.case import read_case
from phivet.cases.categories import Category
from phivet.cases.places import Box
from phivet.cases.reader import Reader
from phivet.cases.report import Report
from phivet.models.burned_in_text import BurnedInText
from phivet.models.notes import Notes
from phivet.models.scan import scan
from phivet.serving.policies import policy

Write = Callable[..., Path]
NAME = "WHITFIELD^MARGARET"


def written(pixels: np.ndarray[Any, Any], level: int, x: int = 20, y: int = 40) -> np.ndarray[Any, Any]:
    ink = np.zeros(pixels.shape[:2], np.uint8)
    cv2.putText(ink, NAME, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1)
    pixels[ink > 100] = level
    return pixels


def scanned(path: Path, reader: Reader) -> Report:
    return scan(read_case(path, reader), policy(), [BurnedInText(Notes())])


def names(report: Report) -> list[Box]:
    places = [each.finding.place for each in report.findings if each.finding.category is Category.NAME]
    return [place for place in places if isinstance(place, Box)]


@pytest.mark.parametrize(
    ("bits", "shape", "photometric"),
    [
        (8, (200, 320), "MONOCHROME2"),
        (8, (64, 200), "MONOCHROME2"),
        (12, (200, 320), "MONOCHROME2"),
        (16, (200, 320), "MONOCHROME2"),
        (16, (200, 320), "MONOCHROME1"),
        (8, (200, 320, 3), "RGB"),
        (8, (1500, 2000), "MONOCHROME2"),
    ],
)
def test_a_name_is_found_in_pixels_of_any_kind(
    write_dicom: Write, reader: Reader, bits: int, shape: tuple[int, ...], photometric: str
) -> None:
    top = 2**bits - 1
    rng = np.random.default_rng(0)
    pixels = (cv2.GaussianBlur(rng.random(shape), (0, 0), 3) * 0.3 * top).astype(np.uint8 if bits == 8 else np.uint16)
    written(pixels, 0 if photometric == "MONOCHROME1" else top)
    path = write_dicom("a.dcm", pixels, BitsStored=bits, HighBit=bits - 1, PhotometricInterpretation=photometric)
    (place, *_) = names(scanned(path, reader))
    assert place.x0 <= 40 and place.x1 >= 150 and 15 <= place.y0 < 40 <= place.y1 + 4 <= 60
