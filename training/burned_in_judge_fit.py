"""Fits the judge of burned-in lines, and its probabilities to what is true of other frames."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn

from phivet.models.burned_in_features import BUCKETS
from phivet.models.burned_in_judge import CATEGORIES, FILE
from phivet.models.burned_in_text import Find, Read
from phivet.training.burned_in_judged import Judged, frames_of, read_frames

LEARNING_RATE = 2e-3
RUNS, HIDDEN, MIDDLE = 32, 96, 48
"""Sizes of the layers."""
BINS = 10
"""Of probability, over which the calibration's error is taken."""


@dataclass(frozen=True)
class Config:
    """What decides the outcome, with the networks that read."""

    seed: int = 1
    frames: int = 12_000
    """Laid out and misread."""
    read: int = 1_500
    """Drawn, found and read; half as many of the validation split to fit the probabilities on, half to see that."""
    epochs: int = 14


def fit_judge(config: Config, model: Path, find: Find, read: Read) -> dict[str, float]:
    """Train the judge that goes with the text map `find` and the reader `read`, and write it to the folder `model`.

    Gives the figures on the half of the validation frames on which nothing was fitted. Takes half an hour on a core.
    """
    torch.manual_seed(config.seed)
    made = list(_told("laid out", frames_of("training", config.seed, config.frames), config.frames))
    made += list(_told("read", read_frames("training", config.seed, config.read, find, read), config.read)) * 2
    network = fit(made, config.epochs)
    unseen = list(_told("unseen", read_frames("validation", config.seed, config.read, find, read), config.read))
    slope, shift = calibrated(network, unseen[::2])
    model.mkdir(parents=True, exist_ok=True)
    save_file(network.weights(slope, shift), model / FILE)
    (model / FILE).chmod(0o644)
    return figures_of(network, unseen[1::2], slope, shift)


def _told(what: str, frames: Iterable[Judged], count: int) -> Iterator[Judged]:
    for number, frame in enumerate(frames, 1):
        if number % 200 == 0:
            sys.stderr.write(f"judge: {number} of {count} {what}\n")
        yield frame


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


def fit(frames: Sequence[Judged], epochs: int) -> Network:
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
        "lines/calibration": calibration_error(given, true),
        "lines/recall": float((given[true] >= 0.3).mean()),
        "lines/alarms": float((given[~true] >= 0.3).mean()),
        "frames": len(frames),
        "frames/recall": float((worst[bad] >= 0.3).mean()),
        "frames/alarms": float((worst[~bad] >= 0.3).mean()),
    }


def calibration_error(given: NDArray[np.float32], true: NDArray[np.bool_]) -> float:
    """How far probabilities are from what is true, on average over `BINS` of them (Naeini et al. 2015)."""
    bins = np.minimum(BINS - 1, (given * BINS).astype(int))
    gaps = [abs(given[bins == one].mean() - true[bins == one].mean()) * (bins == one).mean() for one in set(bins)]
    return float(sum(gaps))
