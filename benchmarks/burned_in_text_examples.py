"""What is found, read and judged in pictures that others labelled, by phivet, EasyOCR and Presidio alike.

Found: a box lies over the middle of the label. Read: the text there is the label's but for a fifth of its letters.
Judged: what identifies is reported; EasyOCR judges nothing, so whatever it boxes counts, for it and against it.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from rapidfuzz.fuzz import partial_ratio
from rich.console import Console
from rich.table import Table

ULTRASOUNDS = {
    "RGB_IMAGE.dcm": (("ZZZDOWNTIME,MARY", (120, 15)), ("BAPTIST", (640, 44)), ("DATE", (670, 15))),
    "GREYSCALE_IMAGE.dcm": (("PATIENT", (100, 12)), ("DOB", (455, 12)), ("DATE", (865, 12))),
}
"""Where the banners of deid-data's test patients stand; the words are not all told: they are counted, not read."""
READ = 80
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Label:
    """A string in a picture, at its middle."""

    text: str = field(repr=False)
    x: float
    y: float
    is_known: bool = True


@dataclass(frozen=True)
class Answer:
    """What one of the programs says of a picture: words with boxes, boxes of what identifies."""

    words: Sequence[tuple[str, Box]] = field(repr=False)
    judged: Sequence[Box]


def pictures(folder: Path) -> list[tuple[str, np.ndarray[Any, Any], list[Label], bool]]:
    """Name, pixels, labels of what identifies, whether anything does."""
    every = []
    for entry in json.loads((folder / "index.json").read_text("utf-8")):
        labels = [
            Label(box["text"], box["left"] + box["width"] / 2, box["top"] + box["height"] / 2)
            for box in entry["boxes"] or ()
            if any(box["text"] in phrase for phrase in entry["phi_text"] or ())
        ]
        every.append((entry["file"], _pixels(folder / entry["file"]), labels, bool(entry["has_phi"])))
    spec = importlib.util.find_spec("deid_data")
    if spec is not None and spec.origin is not None:
        for path in sorted((Path(spec.origin).parent / "data" / "ultrasounds").glob("*.dcm")):
            labels = [Label(text, x, y, is_known=False) for text, (x, y) in ULTRASOUNDS.get(path.name, ())]
            every.append((path.name, _pixels(path), labels, bool(labels)))
    return every


def _pixels(path: Path) -> np.ndarray[Any, Any]:
    from phivet.cases.case import read_case
    from phivet.cases.parts import Frames
    from phivet.cases.places import Plane
    from phivet.cases.reader import Reader

    if path.suffix == ".png":
        return np.array(Image.open(path).convert("RGB"))
    with Reader() as reader:
        parts = read_case(path, reader).parts()
        frames = next(part for part in parts if isinstance(part, Frames) and part.plane is Plane.PIXELS)
        return frames.view(0)


def ours(pixels: np.ndarray[Any, Any]) -> Answer:
    """Without any header: what the picture alone gives away."""
    from phivet.cases.known import Known
    from phivet.cases.parts import Frames
    from phivet.cases.places import Box as Place
    from phivet.models.burned_in_text import BurnedInText, crop
    from phivet.models.notes import Notes
    from phivet.models.ocr import find_text, read_lines

    boxes = find_text(pixels)
    texts = read_lines([crop(pixels, box) for box in boxes])
    frames = Frames("file-1", 1, "", lambda _: pixels, lambda _: pixels)
    findings = BurnedInText(Notes(), lambda _: boxes).detect(frames, Known())
    places = [found.place for found in findings if isinstance(found.place, Place) and found.score >= 0.3]
    words = [(text, (b.x0, b.y0, b.x1, b.y1)) for b, (text, _) in zip(boxes, texts, strict=True)]
    return Answer(words, [(p.x0, p.y0, p.x1, p.y1) for p in places])


def easyocr(reader: Any, pixels: np.ndarray[Any, Any]) -> Answer:
    """EasyOCR as it comes."""
    words = []
    for corners, text, _ in reader.readtext(pixels):
        xs, ys = zip(*corners, strict=True)
        words.append((text, (min(xs), min(ys), max(xs), max(ys))))
    return Answer(words, [box for _, box in words])


def presidio(python: str, every: Sequence[np.ndarray[Any, Any]]) -> list[Answer]:
    """Presidio's engine, in its own environment."""
    with tempfile.TemporaryDirectory() as folder:
        for index, pixels in enumerate(every):
            np.save(Path(folder) / f"{index:04}.npy", pixels)
        script = str(Path(__file__).parent / "burned_in_text_presidio.py")
        answer = subprocess.run([python, script, folder], stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    rows = json.loads(answer.stdout.splitlines()[-1])
    return [Answer([(text, tuple(box)) for text, *box in row["words"]], row["boxes"]) for row in rows]  # type: ignore[misc]


def compare(folder: Path, load: Callable[[], Any], python: str | None, console: Console) -> None:
    """Print what each finds in each picture."""
    every = pictures(folder)
    reader = load()
    answers = {
        "phivet": [ours(pixels) for _, pixels, _, _ in every],
        "EasyOCR": [easyocr(reader, pixels) for _, pixels, _, _ in every],
    }
    if python:
        answers["Presidio"] = presidio(python, [pixels for _, pixels, _, _ in every])
    table = Table("picture", "labels", *answers, box=None, pad_edge=False)
    totals = dict.fromkeys(answers, (0, 0, 0, 0))
    for index, (name, _, labels, identifies) in enumerate(every):
        cells = []
        for program, given in answers.items():
            counted = _counted(given[index], labels)
            totals[program] = tuple(a + b for a, b in zip(totals[program], counted, strict=True))  # type: ignore[assignment]
            cells.append("/".join(map(str, counted)))
        table.add_row(name, str(len(labels)) if identifies else "none", *cells)
    told = ["/".join(map(str, total)) for total in totals.values()]
    table.add_row("all", str(sum(len(labels) for _, _, labels, _ in every)), *told)
    console.print("\nfound/read/judged/false alarms (reported boxes over no label)", style="bold")
    console.print(table)
    if not python:
        print("Presidio was not asked", file=sys.stderr)


def _counted(answer: Answer, labels: Sequence[Label]) -> tuple[int, int, int, int]:
    """Labels found, read, judged, and boxes that are reported over no label."""
    found = [[text for text, box in answer.words if _holds(box, label)] for label in labels]
    read = [
        any(partial_ratio(label.text.upper(), text.upper()) >= READ for text in texts) and label.is_known
        for label, texts in zip(labels, found, strict=True)
    ]
    judged = [any(_holds(box, label) for box in answer.judged) for label in labels]
    alarms = sum(not any(_holds(box, label) for label in labels) for box in answer.judged)
    return sum(map(bool, found)), sum(read), sum(judged), alarms


def _holds(box: Sequence[float], label: Label) -> bool:
    return box[0] <= label.x <= box[2] and box[1] - 2 <= label.y <= box[3] + 2
