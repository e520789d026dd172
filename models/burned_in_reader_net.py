"""The network that reads a line: convolutions, two recurrent layers, one score for each letter at each step (CRNN).

Shi et al. 2015, arXiv 1507.05717, in the sizes of EasyOCR's english_g2, from whose weights it was trained on.
"""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

LETTERS = "0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ €ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""What it can write, in the order of its outputs from 1 on; output 0 is "no letter"."""
FILE = "reader.safetensors"
CHANNELS = (32, 64, 128, 256)
HIDDEN = 256


def convolution(before: int, after: int) -> nn.Conv2d:
    """3 x 3, the size kept."""
    return nn.Conv2d(before, after, 3, padding=1)


class Recurrent(nn.Module):
    """An LSTM in both directions, its two halves mixed: (N, T, C) -> (N, T, HIDDEN)."""

    def __init__(self, before: int) -> None:
        super().__init__()
        self.rnn = nn.LSTM(before, HIDDEN, bidirectional=True, batch_first=True)
        self.mix = nn.Linear(2 * HIDDEN, HIDDEN)

    def forward(self, given: Tensor) -> Tensor:
        mixed: Tensor = self.mix(self.rnn(given)[0])
        return mixed


class Crnn(nn.Module):
    """(N, 1, 64, W) float in [-1, 1] -> (N, W / 4 - 1, 1 + letters) scores before softmax."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d = CHANNELS
        self.seen = nn.Sequential(
            *(convolution(1, a), nn.ReLU(), nn.MaxPool2d(2)),
            *(convolution(a, b), nn.ReLU(), nn.MaxPool2d(2)),
            *(convolution(b, c), nn.ReLU(), convolution(c, c), nn.ReLU(), nn.MaxPool2d((2, 1))),
            *(convolution(c, d), nn.ReLU(), convolution(d, d), nn.ReLU(), nn.MaxPool2d((2, 1))),
            *(nn.Conv2d(d, d, 2), nn.ReLU()),
        )
        self.recurrent = nn.Sequential(Recurrent(d), Recurrent(HIDDEN))
        self.letters = nn.Linear(HIDDEN, 1 + len(LETTERS))

    def forward(self, lines: Tensor) -> Tensor:
        columns = self.seen(lines).mean(2).transpose(1, 2)
        scores: Tensor = self.letters(self.recurrent(columns))
        return scores


def from_easyocr(stock: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of EasyOCR's english_g2 under the names of `Crnn`, batch norms folded into the convolutions."""
    stock = {name.removeprefix("module."): tensor for name, tensor in stock.items()}
    net, made = "FeatureExtraction.ConvNet", {}
    for at, theirs in zip((0, 3, 6, 8), (0, 3, 6, 8), strict=True):
        made[f"seen.{at}.weight"] = stock[f"{net}.{theirs}.weight"]
        made[f"seen.{at}.bias"] = stock[f"{net}.{theirs}.bias"]
    for at, theirs in ((11, 11), (13, 14)):
        norm = f"{net}.{theirs + 1}"
        scale = stock[f"{norm}.weight"] / torch.sqrt(stock[f"{norm}.running_var"] + 1e-5)
        made[f"seen.{at}.weight"] = stock[f"{net}.{theirs}.weight"] * scale[:, None, None, None]
        made[f"seen.{at}.bias"] = stock[f"{norm}.bias"] - stock[f"{norm}.running_mean"] * scale
    made["seen.16.weight"], made["seen.16.bias"] = stock[f"{net}.18.weight"], stock[f"{net}.18.bias"]
    for layer in range(2):
        for name, tensor in stock.items():
            before = f"SequenceModeling.{layer}."
            if name.startswith(before):
                made[f"recurrent.{layer}." + name.removeprefix(before).replace("linear", "mix")] = tensor
    made["letters.weight"], made["letters.bias"] = stock["Prediction.weight"], stock["Prediction.bias"]
    return made


def load(folder: Path) -> Crnn:
    """The trained network of `folder`, ready to read."""
    network = Crnn()
    network.load_state_dict({name: tensor.float() for name, tensor in load_file(folder / FILE).items()})
    return network.eval()
