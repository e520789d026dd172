"""The figures of the detector of burned-in text, and of its two networks alone, on held-out frames.

A figure's name says what it is of:

    images/caught             the share of frames with legible identifying text of which some of that is flagged
    images/read               the same, flagged as something else than unreadable text
    images/flagged            the share of frames whose text identifies nobody of which something is flagged
    boxes/plain               identifying phrases found: 13 pixels or higher, 12 grey levels or more, 3 times the noise
    boxes/small or faint      the same of smaller (8 to 12 pixels) or fainter ones at 2 times the noise or more
    boxes/benign left alone   phrases that identify nobody (marks, measurements) and are not flagged
    series/caught             series with a name on one, some or all frames, moving or in turn with something else,
                              of which it is flagged on a frame; series/frames: frames with it on which it is flagged
    map/plain, map/small or faint     lines that the text map found, identifying or not, in the same two classes
    map/H/…, map/C/…          the same by height in pixels, and by contrast in grey levels
    map/alarms                boxes of the map that hold no text, per frame
    reader/error              character error rate of the reader; stock/error: of EasyOCR's own
    reader/share              the first over the second, on the lines that both read

A hit is flagged from the score at which the default policy asks for a review.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rapidfuzz.distance import Levenshtein

from phivet.cases.categories import Category
from phivet.datasets.burned_in_text import legible
from phivet.training import burned_in_card, plots
from phivet.training.bars import Bar, Bars
from phivet.training.intervals import REPLICATES, Ratio, figure, resampled, weights
from phivet.training.measured import DataSet, Measured
from phivet.training.stock_reader import read_line, stock_reader

if TYPE_CHECKING:
    from phivet.datasets.burned_in_drawing import TextLine
    from phivet.datasets.burned_in_series import LabelledSeries
    from phivet.datasets.burned_in_text import LabelledFrame

FLAGGED = 0.3
"""Score from which the default policy asks for a review of most categories."""
TOUCHED = 0.5
"""Share of a phrase's box that found boxes must cover for it to be found."""
CAUGHT = 0.2
"""Share of an identifying phrase's box that one found box must cover for its frame to be caught."""
GRAZED = 0.3
"""Share of a benign phrase's box from which on it was not left alone."""
SERIES_APART = 80
"""Frames for which one series is measured, where not all are."""
STOCK_LINES = 1_500
"""Lines on which EasyOCR's own recogniser is compared; it takes its time."""
HEIGHTS = ((6, 8), (8, 10), (10, 13), (13, 20), (20, 90))
CONTRASTS = ((3, 6), (6, 12), (12, 25), (25, 80), (80, 256))
BARS: Bars = {
    "images/caught": Bar(0.999),
    "images/flagged": Bar(0.03, at_most=True),
    "boxes/plain": Bar(0.995),
    "boxes/small or faint": Bar(0.95),
    "boxes/benign left alone": Bar(0.98),
    "reader/share": Bar(0.5, at_most=True),
}

Box = tuple[int, int, int, int]


@dataclass
class Counts:
    """What was counted, item by item: sums of parts and wholes by name."""

    owners: list[str] = field(default_factory=list)
    parts: dict[str, dict[int, float]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))
    wholes: dict[str, dict[int, float]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))

    def add(self, name: str, part: float, whole: float = 1.0) -> None:
        """Counts for the latest item."""
        item = len(self.owners) - 1
        self.parts[name][item] += part
        self.wholes[name][item] += whole

    def ratios(self) -> dict[str, Ratio]:
        """Two numbers for each item, by name."""
        count = len(self.owners)
        return {
            name: Ratio(_dense(self.parts[name], count), _dense(self.wholes[name], count))
            for name in sorted(self.wholes)
        }


def measure(model: Path | None = None, frames: int | None = None, stock_lines: int = STOCK_LINES) -> Measured:
    """The networks in the folder `model`, or the shipped ones, on the held-out frames, or on the first `frames`."""
    from phivet.datasets import burned_in_series
    from phivet.datasets.burned_in_text import HELD_OUT, held_out

    every = burned_in_series.held_out()
    kept = every if frames is None else islice(every, frames // SERIES_APART)
    return measured_on(islice(held_out(), frames or HELD_OUT), model, stock_lines, kept)


def measured_on(
    frames: Iterable[LabelledFrame],
    model: Path | None,
    stock_lines: int = STOCK_LINES,
    series: Iterable[LabelledSeries] = (),
) -> Measured:
    """The figures on these frames and series."""
    judge = Judge(model)
    stock = stock_reader(detector=False) if stock_lines else None
    counts, compared = Counts(), 0
    seconds: dict[str, float] = defaultdict(float)
    missed: list[dict[str, Any]] = []
    for frame in frames:
        counts.owners.append(f"{'+'.join(frame.layouts) or 'none'} {frame.background}")
        began = time.perf_counter()
        boxes = judge.boxes(frame)
        mapped = time.perf_counter()
        flagged = judge.flagged(frame)
        seconds["map"] += mapped - began
        seconds["detector"] += time.perf_counter() - mapped
        _count_images(counts, frame, flagged)
        missed += _count_boxes(counts, frame, [box for box, _ in flagged])
        missed += _count_map(counts, frame, boxes)
        compared += _count_reader(counts, frame, judge, stock if compared < stock_lines else None)
    for each in series:
        counts.owners.append(f"series {each.shown} {each.background}")
        _count_series(counts, each, judge)
    return _measured(counts, seconds, missed)


class Judge:
    """The detector with some weights, and its two networks."""

    def __init__(self, model: Path | None) -> None:
        from phivet.models import burned_in_judge
        from phivet.models.burned_in_map import TextMap
        from phivet.models.burned_in_reader import Reader
        from phivet.models.burned_in_text import BurnedInText
        from phivet.models.notes import Notes

        self._map, self.reader = TextMap(model), Reader(model)
        lines = burned_in_judge.load(model) if model else burned_in_judge.shipped()
        self._detector = BurnedInText(Notes(), self._map.boxes, self.reader.read, lambda: lines)

    def boxes(self, frame: LabelledFrame) -> list[Box]:
        """Where the map sees text."""
        return [(box.x0, box.y0, box.x1, box.y1) for box in self._map.boxes(frame.pixels)]

    def flagged(self, frame: LabelledFrame) -> list[tuple[Box, Category]]:
        """The boxes of the findings that a policy would act on, and what they are, with nothing known of the case."""
        return [(box, category) for _, box, category in self.flagged_in([frame.pixels], frame.modality)]

    def flagged_in(self, frames: Sequence[Any], modality: str) -> list[tuple[int, Box, Category]]:
        """The same of the frames of a series, each with the number of its frame."""
        from phivet.cases.known import Known
        from phivet.cases.parts import Frames
        from phivet.cases.places import Box as Place

        part = Frames("file-1", len(frames), modality, frames.__getitem__, frames.__getitem__)
        return [
            (place.frame or 0, place.corners, finding.category)
            for finding in self._detector.detect(part, Known())
            if finding.score >= FLAGGED and isinstance(place := finding.place, Place)
        ]


def _count_images(counts: Counts, frame: LabelledFrame, flagged: Sequence[tuple[Box, Category]]) -> None:
    if frame.identifying:
        names = [label.box for line in frame.lines if legible(line) for label in line.labels if label.identifies]
        caught = [category for box, category in flagged if any(covered(name, [box]) >= CAUGHT for name in names)]
        counts.add("images/caught", float(bool(caught)))
        counts.add("images/read", float(any(category is not Category.UNREADABLE_TEXT for category in caught)))
    elif frame.benign:
        counts.add("images/flagged", float(bool(flagged)))
        counts.add(f"flagged/{frame.modality}", float(bool(flagged)))


def _count_series(counts: Counts, series: LabelledSeries, judge: Judge) -> None:
    flagged = judge.flagged_in(list(series.pixels), series.modality)
    found = []
    for index in series.named:
        names = [
            label.box for line in series.lines[index] if legible(line) for label in line.labels if label.identifies
        ]
        there = [box for frame, box, _ in flagged if frame == index]
        if names:
            found.append(any(covered(name, [box]) >= CAUGHT for name in names for box in there))
    if found:
        counts.add("series/caught", float(any(found)))
        counts.add(f"series/{series.shown}", float(any(found)))
        counts.add("series/frames", sum(found), len(found))


def _count_boxes(counts: Counts, frame: LabelledFrame, flagged: Sequence[Box]) -> list[dict[str, Any]]:
    missed = []
    for line in frame.lines:
        kind = class_of(line)
        for label in line.labels:
            share = covered(label.box, flagged)
            if label.identifies and kind:
                found = share >= TOUCHED
                counts.add(f"boxes/{kind}", float(found))
                counts.add(f"found/{label.category}", float(found))
                if not found:
                    missed.append(_row("detector", line, frame))
            elif label.category is None and kind:
                counts.add("boxes/benign left alone", float(share < GRAZED))
    return missed


def _count_map(counts: Counts, frame: LabelledFrame, boxes: Sequence[Box]) -> list[dict[str, Any]]:
    missed = []
    for line in frame.lines:
        found = covered(line.box, boxes) >= TOUCHED
        kind = class_of(line)
        if kind:
            counts.add(f"map/{kind}", float(found))
        if line.noise * 2 <= line.contrast:
            for name, value, ranges in (("height", line.height, HEIGHTS), ("contrast", line.contrast, CONTRASTS)):
                for low, high in ranges:
                    if low <= value < high and line.height >= HEIGHTS[0][0]:
                        counts.add(f"map/{name}/{low:02}-{high}", float(found))
            if not found:
                missed.append(_row("map", line, frame))
    every = [line.box for line in frame.lines]
    counts.add("map/alarms", float(sum(covered(box, every) < 0.1 for box in boxes)))
    return missed


def _count_reader(counts: Counts, frame: LabelledFrame, judge: Judge, stock: Any) -> int:
    """Character errors on the lines of a frame that can be read; how many were read by both."""
    from phivet.training.burned_in_reader_fit import cut, readable

    rng = random.Random(len(counts.owners))
    lines = [line for line in frame.lines if readable(line, frame.pixels.shape) and line.height >= 7][:8]
    pairs = [cut(frame, line, rng, whole=True) for line in lines]
    pairs = [(crop, text) for crop, text in pairs if text]
    for (crop, text), (read, _) in zip(pairs, judge.reader.read([crop for crop, _ in pairs]), strict=True):
        errors = min(len(text), Levenshtein.distance(read, text))
        counts.add("reader/error", errors, len(text))
        if stock is not None:
            counts.add("compared", errors, len(text))
            counts.add("stock/error", min(len(text), Levenshtein.distance(read_line(stock, crop), text)), len(text))
    return len(pairs) if stock is not None else 0


def class_of(line: TextLine) -> str:
    """ "plain", "small or faint", or "" for what nobody can be asked to find."""
    if line.arabic or line.height < 8 or line.contrast < 3 or line.contrast < 2 * line.noise:
        return ""
    plain = line.height >= 13 and line.contrast >= 12 and line.contrast >= 3 * line.noise
    return "plain" if plain else "small or faint"


def covered(box: Box, others: Sequence[Box]) -> float:
    """The share of `box` that the others cover, counted once."""
    x0, y0, x1, y1 = box
    plane = np.zeros((max(1, y1 - y0), max(1, x1 - x0)), np.bool_)
    for left, top, right, bottom in others:
        plane[max(0, top - y0) : max(0, bottom - y0), max(0, left - x0) : max(0, right - x0)] = True
    return float(plane.mean())


def _row(what: str, line: TextLine, frame: LabelledFrame) -> dict[str, Any]:
    """What is known of a line that was missed, without what it says."""
    return {
        "missed by": what,
        "height": round(line.height, 1),
        "contrast": round(line.contrast, 1),
        "noise": round(line.noise, 1),
        "font": line.font,
        "layout": line.layout,
        "modality": frame.modality,
    }


def _measured(counts: Counts, seconds: Mapping[str, float], missed: list[dict[str, Any]]) -> Measured:
    ratios = counts.ratios()
    weighed = weights(counts.owners, REPLICATES)
    values = resampled(weighed, ratios)
    figures = {name: figure(values[name], ratio.whole.sum()) for name, ratio in ratios.items() if name != "compared"}
    if "compared" in ratios:
        share = np.divide(values["compared"], values["stock/error"])
        figures["reader/share"] = figure(share, ratios["compared"].whole.sum())
    exact = {
        name: exact_interval(ratios[name].part.sum(), ratios[name].whole.sum())
        for name in (*(name for name in BARS if name in ratios), "map/plain", "map/small or faint")
        if name in ratios
    }
    guarded = {
        name: ratios[name]
        for name in map(str, ("images/caught", "boxes/plain", "boxes/small or faint"))
        if name in ratios
    }
    if (flagged := ratios.get("images/flagged")) is not None:
        guarded["benign images left alone"] = Ratio(flagged.whole - flagged.part, flagged.whole)
    speed = {f"{name}_ms": 1_000 * total / max(1, len(counts.owners)) for name, total in seconds.items()}
    return Measured(counts.owners, figures, guarded, speed, {"exact": exact, "missed": missed[:2000]})


def exact_interval(part: float, whole: float, level: float = 0.95) -> tuple[float, float]:
    """The exact binomial interval of a share (Clopper and Pearson 1934)."""
    from scipy.stats import beta

    tail = (1 - level) / 2
    low = 0.0 if part == 0 else float(beta.ppf(tail, part, whole - part + 1))
    high = 1.0 if part == whole else float(beta.ppf(1 - tail, part + 1, whole - part))
    return low, high


def draw(measured: Measured, folder: Path) -> list[Path]:
    """Write `height.png` and `contrast.png`: what the map finds by each."""
    pictures = {
        name: plots.shares(
            {key.rpartition("/")[2]: one for key, one in measured.figures.items() if key.startswith(f"map/{name}/")},
            what,
        )
        for name, what in (("height", "height of a capital, pixels"), ("contrast", "contrast, grey levels"))
    }
    return plots.written(pictures, folder)


def card(measured: Measured, data: Mapping[str, DataSet], run: str, code: str) -> str:
    """The text of the model card."""
    return burned_in_card.card_text(measured, data, BARS, run, code)


def _dense(sparse: Mapping[int, float], count: int) -> Any:
    made = np.zeros(count)
    for item, value in sparse.items():
        made[item] = value
    return made
