"""EasyOCR as it comes: what the reader of burned-in text starts from and is compared with. No part of the service."""

import warnings
from pathlib import Path
from typing import Any


def weights() -> Path:
    """The folder of english_g2.pth and craft_mlt_25k.pth, in a package."""
    import easyocr_en_models

    return Path(str(easyocr_en_models.__file__)).parent / "models"


def stock_reader(detector: bool = True) -> Any:
    """An `easyocr.Reader` of English on the processor, with or without CRAFT."""
    import easyocr

    folder = str(weights())
    return easyocr.Reader(
        ["en"],
        gpu=False,
        model_storage_directory=folder,
        user_network_directory=folder,
        download_enabled=False,
        detector=detector,
        verbose=False,
        quantize=False,
    )


def read_line(reader: Any, crop: Any) -> str:
    """What it reads in a crop of one line, (H, W) or (H, W, 3) uint8."""
    height, width = crop.shape[:2]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plane = crop if crop.ndim == 2 else crop.max(2)
        found = reader.recognize(plane, horizontal_list=[[0, width, 0, height]], free_list=[], detail=0)
    return " ".join(found)
