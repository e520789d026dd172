"""Trains the judge of burned-in lines: `python -m phivet.training.burned_in_judge [--frames N] [--read N]`.

Most frames are laid out without being drawn, and their lines are misread by chance (`misread`): that costs next to
nothing. The rest are drawn, and found and read by the text map and the reader themselves, so that the judge learns
what these make of text and of what is none. The last step fits the probabilities on frames of the validation split.
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn

from phivet.cases.categories import Category
from phivet.cases.known import Known
from phivet.datasets.burned_in_layouts import Block, Sheet, lay_out
from phivet.datasets.burned_in_text import LabelledFrame
from phivet.datasets.burned_in_text import lines as labelled_frames
from phivet.datasets.burned_in_words import Split, Study, material
from phivet.models.burned_in_features import BUCKETS, Form, features, form_of
from phivet.models.burned_in_forms import TRADE
from phivet.models.burned_in_judge import CATEGORIES, FILE, WEIGHTS
from phivet.models.burned_in_lines import Line, lines
from phivet.models.burned_in_text import UNREAD, crop, line_hits
from phivet.models.hits import Hit
from phivet.models.notes import Notes
from phivet.models.notes_rules import find_by_rules
from phivet.models.notes_words import ORDINARY
from phivet.models.ocr import Word, find_text, read_lines

FRAMES = 12_000
"""Laid out and misread."""
READ = 600
"""Drawn, found and read."""
OTHERWISE = 0.35
"""Share of the lines that identify nobody which say something else than their layout has."""
EPOCHS = 14
LEARNING_RATE = 2e-3
RUNS, HIDDEN, MIDDLE = 32, 96, 48
"""Sizes of the layers."""
ALIKE = dict(
    pair.split(maxsplit=1)
    for pair in (
        "0 OQD8", "1 Il|i7", "2 Z7", "5 S6", "6 GbB5", "8 B3S", "O 0DQ", "I 1l|", "S 5s$", "B 8E", "Z 2", "G 6C",
        "C GO(", "E FB", "F EP", "M NH", "N MH", "U VO", "V UY", "W VM", "a oe", "e co", "i l1j", "l 1I|", "n mr",
        "m nr", "o 0a", "r nt", ": .;", ". ,:", ", .", "^ *~'", "- _.", "/ I71",
    )
)  # fmt: skip
"""Characters that are taken for one another in small letters."""


@dataclass(frozen=True)
class Judged:
    """The lines of a frame as they are judged, and what is true of each: (lines, 1 + categories) of 0 and 1."""

    figures: NDArray[np.float32]
    forms: tuple[Form, ...] = field(repr=False)
    truth: NDArray[np.float32]


def misread(text: str, rng: random.Random) -> tuple[str, float]:
    """What a reader might make of `text`, and how sure it would be of it."""
    quality = rng.random()
    if quality < 0.62:
        rate, sure = rng.uniform(0, 0.03), rng.betavariate(12, 1.5)
    elif quality < 0.85:
        rate, sure = rng.uniform(0.03, 0.2), rng.betavariate(5, 3)
    else:
        rate, sure = rng.uniform(0.25, 0.9), rng.betavariate(1.5, 6)
    read = ""
    for char in text:
        if rng.random() >= rate:
            read += char
        elif rng.random() < 0.6:
            read += rng.choice(ALIKE.get(char, char))
        elif rng.random() < 0.5:
            read += rng.choice("abcdefghijklmnoprstuvwxyzABCDEFGHILMNOPRSTUVW0123456789.,:;|/-()")
    return (read.strip(), sure) if read.strip() else (UNREAD, 0.0)


@cache
def terms() -> tuple[str, ...]:
    """What DICOM and ICD-10 call things: many more words than a layout has that nobody is called by."""
    import simple_icd_10_cm
    from pydicom._dicom_dict import DicomDictionary

    attributes = {str(entry[2]) for entry in DicomDictionary.values()}
    diseases = {str(simple_icd_10_cm.get_description(code)) for code in simple_icd_10_cm.get_all_codes()[::7]}
    words = {word for word in TRADE | ORDINARY if len(word) > 3}
    return tuple(sorted(term for term in attributes | diseases | words if 3 < len(term) < 48))


def otherwise(rng: random.Random) -> str:
    """A line that identifies nobody, in words that no layout has."""
    words = " ".join(rng.choice(terms()).split()[: rng.choice((1, 1, 2, 2, 3, 6))])
    text = rng.choice((str.upper, str.upper, str.title, str.lower, str))(words)
    figure = f"{rng.uniform(0, rng.choice((2, 20, 400, 3000))):.{rng.choice((0, 1, 2))}f}"
    unit = rng.choice(("", "", " mm", "mm", " cm", " s", " ms", "%", " kV", " mA", " Hz", "/4", " deg"))
    return rng.choice((f"{text}", f"{text}", f"{text}: {figure}{unit}", f"{text} {figure}{unit}", f"{text}={figure}"))


def laid_out(split: Split, rng: random.Random, notes: Notes) -> Judged | None:
    """A frame that is not drawn."""
    families = {name: family for name, family in material(split).items() if name != "vocabulary"}
    height, width = rng.choice((256, 384, 512, 768, 1024)), rng.choice((256, 384, 512, 640, 1024))
    letter = max(5, round(rng.lognormvariate(2.4, 0.35)))
    study, benign = Study(split, rng), rng.random() < 0.5
    sheet = Sheet(families[rng.choice(list(families))], study, rng, height, width, letter, round(1.6 * letter), benign)
    words, truths = [], []
    for block in lay_out(sheet):
        for text, truth, box in _placed(block, sheet):
            if not truth.any() and rng.random() < OTHERWISE:
                text = otherwise(rng)
            read, sure = misread(text, rng)
            if read and box[0] < box[2] and box[1] < box[3]:
                words.append(Word(read, sure, *box))
                truths.append((box, truth))
    if not words:
        return None
    return _judged(words, truths, (height, width), notes)


def _placed(block: Block, sheet: Sheet) -> Iterator[tuple[str, NDArray[np.float32], tuple[int, int, int, int]]]:
    """Each line of a block, what is true of it, and about where it stands."""
    count = len(block.lines)
    for number, pieces in enumerate(block.lines):
        text = "".join(piece.text for piece in pieces)
        across = round(0.68 * sheet.letter * len(text))
        x = block.x - across if block.right else block.x
        y = block.y - (count - number) * sheet.pitch if block.low else block.y + number * sheet.pitch
        box = (x, y, x + across, y + round(1.25 * sheet.letter))
        if block.turn in (90, 270):
            box = (block.x + number * sheet.pitch, block.y, block.x + number * sheet.pitch + sheet.letter, y + across)
        x0, y0, x1, y1 = max(0, box[0]), max(0, box[1]), min(sheet.width, box[2]), min(sheet.height, box[3])
        yield text, _truth([piece.category for piece in pieces]), (x0, y0, x1, y1)


def _truth(categories: Sequence[Category | None]) -> NDArray[np.float32]:
    found = {category for category in categories if category is not None}
    return np.array([bool(found - {Category.INITIALS}), *(category in found for category in CATEGORIES)], np.float32)


def read_frame(frame: LabelledFrame, notes: Notes) -> Judged | None:
    """A frame as the text map and the reader see it; what they see where nothing is written is benign."""
    boxes = find_text(frame.pixels)
    texts = read_lines([crop(frame.pixels, box) for box in boxes])
    words = [Word(t or UNREAD, sure, b.x0, b.y0, b.x1, b.y1) for b, (t, sure) in zip(boxes, texts, strict=True)]
    if not words:
        return None
    truths = [(label.box, _truth([label.category])) for line in frame.lines for label in line.labels]
    return _judged(words, truths, frame.pixels.shape, notes)


def _judged(
    words: Sequence[Word],
    truths: Sequence[tuple[tuple[int, int, int, int], NDArray[np.float32]]],
    shape: tuple[int, ...],
    notes: Notes,
) -> Judged:
    found = lines(words)
    forms = tuple(form_of(line.text) for line in found)
    hits = [line_hits(line.text, Known(), notes) for line in found]
    truth = np.zeros((len(found), 1 + len(CATEGORIES)), np.float32)
    for row, line in zip(truth, found, strict=True):
        for box, told in truths:
            if _covers(line, box):
                np.maximum(row, told, out=row)
    return Judged(features(found, forms, hits, shape), forms, truth)


def _covers(line: Line, box: tuple[int, int, int, int]) -> bool:
    """Whether at least a third of `box` lies in the line."""
    x0, y0, x1, y1 = box
    wide, high = min(line.x1, x1) - max(line.x0, x0), min(line.y1, y1) - max(line.y0, y0)
    return wide > 0 and high > 0 and wide * high >= 0.33 * (x1 - x0) * (y1 - y0)


class Ruled(Notes):
    """Notes by rules alone: the tagger takes its time, and sentences are rare on pictures."""

    def find(self, text: str, known: Known) -> list[Hit]:
        """As `Notes.find`."""
        return find_by_rules(text, known)


class Network(nn.Module):
    """What `models.burned_in_judge.Judge` computes, for learning."""

    def __init__(self, figures: Tensor) -> None:
        super().__init__()
        self.runs = nn.EmbeddingBag(BUCKETS, RUNS, mode="mean")
        nn.init.normal_(self.runs.weight, std=0.1)
        self.mean, self.spread = figures.mean(0), figures.std(0) + 0.1
        self.hidden = nn.Linear(RUNS + figures.shape[1], HIDDEN)
        self.middle = nn.Linear(HIDDEN, MIDDLE)
        self.out = nn.Linear(MIDDLE, 1 + len(CATEGORIES))
        self.drop = nn.Dropout(0.15)

    def forward(self, figures: Tensor, runs: Tensor, starts: Tensor) -> Tensor:
        seen = torch.cat([self.drop(self.runs(runs, starts)), (figures - self.mean) / self.spread], 1)
        hidden = self.drop(torch.relu(self.hidden(seen)))
        given: Tensor = self.out(torch.relu(self.middle(hidden)))
        return given

    def weights(self, temperature: float, shift: float) -> dict[str, Tensor]:
        """For the judge; the first output is calibrated."""
        out, bias = self.out.weight.T.clone(), self.out.bias.clone()
        out[:, 0] *= temperature
        bias[0] = bias[0] * temperature + shift
        named = {
            "runs": self.runs.weight, "mean": self.mean, "spread": self.spread, "hidden": self.hidden.weight.T,
            "hidden_bias": self.hidden.bias, "middle": self.middle.weight.T, "middle_bias": self.middle.bias,
            "out": out, "out_bias": bias,
        }  # fmt: skip
        return {name: tensor.detach().half().contiguous() for name, tensor in named.items()}


def fit(frames: Sequence[Judged], epochs: int = EPOCHS) -> Network:
    """A network that has learned from `frames`."""
    figures, runs, starts, truth = joined(frames)
    network = Network(figures)
    lengths = torch.diff(starts, append=torch.tensor([len(runs)]))
    optimizer = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=1e-2)
    loss = nn.BCEWithLogitsLoss()
    batch = 256
    steps = epochs * (len(figures) // batch + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    for _ in range(epochs):
        for chosen in torch.randperm(len(figures)).split(batch):
            bags = [runs[starts[i] : starts[i] + lengths[i]] for i in chosen.tolist()]
            offsets = torch.cumsum(torch.tensor([0, *map(len, bags[:-1])]), 0)
            given = network(figures[chosen], torch.cat(bags), offsets)
            error = loss(given[:, 0], truth[chosen, 0]) + loss(given[:, 1:], truth[chosen, 1:])
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            schedule.step()
    return network.eval()


def joined(frames: Sequence[Judged]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Figures, runs, where each line's runs start, truth: of all lines."""
    forms = [form for frame in frames for form in frame.forms]
    starts = np.cumsum([0, *(len(form.runs) for form in forms[:-1])])
    figures = torch.from_numpy(np.concatenate([frame.figures for frame in frames]))
    truth = torch.from_numpy(np.concatenate([frame.truth for frame in frames]))
    return figures, torch.from_numpy(np.concatenate([form.runs for form in forms])), torch.from_numpy(starts), truth


def calibrated(network: Network, frames: Sequence[Judged]) -> tuple[float, float]:
    """By what to multiply the first output, and what to add, for it to be a probability (Platt 1999)."""
    figures, runs, starts, truth = joined(frames)
    with torch.no_grad():
        given = network(figures, runs, starts)[:, 0]
    slope, shift = torch.ones((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.LBFGS([slope, shift], max_iter=100)

    def step() -> Tensor:
        optimizer.zero_grad()
        error: Tensor = nn.functional.binary_cross_entropy_with_logits(slope * given + shift, truth[:, 0])
        error.backward()
        return error

    optimizer.step(step)
    return slope.item(), shift.item()


def figures_of(network: Network, frames: Sequence[Judged], slope: float, shift: float) -> dict[str, float]:
    """How well the lines of `frames` are judged, at a probability of 0.3, where review begins."""
    figures, runs, starts, truth = joined(frames)
    with torch.no_grad():
        given = torch.sigmoid(network(figures, runs, starts)[:, 0] * slope + shift).numpy()
    true = truth[:, 0].numpy() > 0.5
    owner = np.repeat(np.arange(len(frames)), [len(frame.forms) for frame in frames])
    worst = np.array([given[owner == n].max() for n in range(len(frames))])
    bad = np.array([true[owner == n].any() for n in range(len(frames))])
    return {
        "lines": len(true),
        "lines/recall": float((given[true] >= 0.3).mean()),
        "lines/alarms": float((given[~true] >= 0.3).mean()),
        "frames": len(frames),
        "frames/recall": float((worst[bad] >= 0.3).mean()),
        "frames/alarms": float((worst[~bad] >= 0.3).mean()),
    }


def frames_of(split: Split, seed: int, count: int) -> Iterator[Judged]:
    """Frames that are laid out and misread."""
    notes, number = Ruled(), 0
    while count:
        frame = laid_out(split, random.Random(f"{split} {seed} {number}"), notes)
        number += 1
        if frame is not None:
            count -= 1
            yield frame


def read_frames(split: Split, seed: int, count: int) -> Iterator[Judged]:
    """Frames that are drawn, found and read."""
    notes = Ruled()
    for _, frame in zip(range(count), labelled_frames(split, seed), strict=False):
        if (judged := read_frame(frame, notes)) is not None:
            yield judged


def main() -> None:
    """Train, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=FRAMES, help="laid out and misread by chance")
    parser.add_argument("--read", type=int, default=READ, help="drawn, and read by the networks")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(1)
    made = list(frames_of("training", 0, options.frames))
    made += list(read_frames("training", 1, options.read)) * 2
    network = fit(made)
    settled = list(read_frames("validation", 2, options.read // 2)) or list(frames_of("validation", 1, 400))
    slope, shift = calibrated(network, settled)
    for name, frames in (("validation", settled), ("held out", list(frames_of("held_out", 0, 600)))):
        figures = figures_of(network, frames, slope, shift)
        print(name, {key: round(value, 4) for key, value in figures.items()})  # noqa: T201
    if options.read:
        figures = figures_of(network, list(read_frames("held_out", 3, options.read // 2)), slope, shift)
        print("held out, read", {key: round(value, 4) for key, value in figures.items()})  # noqa: T201
    options.weights.mkdir(parents=True, exist_ok=True)
    save_file(network.weights(slope, shift), options.weights / FILE)


if __name__ == "__main__":
    main()
