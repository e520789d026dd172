"""The trained network that tells whether a picture shows a face one could recognise, and where.

Small residual convolutions (He et al. 2016, arXiv 1512.03385) on one grey square; the mean and the peak of what they
see give the scores, attention over the places gives the box. Colours are not looked at: they are what differs most
between the programs that render.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.functional import relu

from phivet.cases.parts import View
from phivet.models.faces_volumes import Line
from phivet.models.faces_windows import Window, cut, grey, uncut, windows

WEIGHTS = Path(__file__).parent / "weights" / "faces"
WIDTHS = (24, 48, 96, 192)
"""Features at each scale; the square is halved before each."""
MARKS = 6
"""Points of a face whose places are learnt beside: both eyes, nose, mouth, chin and brow."""
TOGETHER = 32
"""Windows that go through the network at once."""


class Kind(StrEnum):
    """What a picture shows."""

    OTHER = "other"
    FACE = "face"
    FETUS = "fetus"


KINDS = tuple(Kind)
Scored = tuple[list[Window], NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True)
class Seen:
    """What was seen in a picture.

    `face` is the probability that it shows a recognisable face, `kind` what it shows most likely, `box` where the face
    would be: (x0, y0, x1, y1) in pixels of the picture, end exclusive; None where nothing like a face is.
    """

    face: float
    box: tuple[int, int, int, int] | None
    kind: Kind

    def __post_init__(self) -> None:
        if not 0 <= self.face <= 1:
            raise ValueError("a probability lies between 0 and 1")


class Block(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, given: int, made: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(given, made, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(made)
        self.second = nn.Conv2d(made, made, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(made)
        self.shortcut = nn.Conv2d(given, made, 1, stride, bias=False) if stride > 1 or given != made else nn.Identity()

    def forward(self, given: Tensor) -> Tensor:
        """(N, given, H, W) to (N, made, H / stride, W / stride)."""
        made = self.second_norm(self.second(relu(self.first_norm(self.first(given)))))
        return relu(made + self.shortcut(given))


class Network(nn.Module):
    """Squares (N, 1, S, S) to scores (N, kinds), not yet probabilities, and boxes (N, 4) in shares of the square."""

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        self.widths = tuple(widths)
        self.start = nn.Sequential(
            nn.Conv2d(1, widths[0], 5, 2, 2, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU(inplace=True)
        )
        halved = [Block(given, made, 2) for given, made in pairwise(widths)]
        self.blocks = nn.Sequential(*halved, Block(widths[-1], widths[-1], 1))
        self.kept = nn.Dropout(0.2)
        self.kinds = nn.Linear(2 * widths[-1], len(KINDS))
        self.places = nn.Conv2d(widths[-1], 5, 1)
        self.marks = nn.Conv2d(widths[-1], MARKS, 1)
        self.no_marks = nn.Linear(2 * widths[-1], MARKS)

    def forward(self, squares: Tensor) -> tuple[Tensor, Tensor]:
        """Scores and boxes."""
        scores, boxes, _ = self.seen(squares)
        return scores, boxes

    def seen(self, squares: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Scores, boxes, and for each point of a face scores (N, MARKS, 1 + places): nowhere, or in a place."""
        features = self.blocks(self.start(squares))
        pooled = torch.cat([features.mean((2, 3)), features.amax((2, 3))], dim=1)
        scores = self.kinds(self.kept(pooled))
        marks = torch.cat([self.no_marks(pooled)[:, :, None], self.marks(features).flatten(2)], dim=2)
        places = self.places(features)
        attended = torch.softmax(places[:, 0].flatten(1), dim=1)
        rows, columns = features.shape[2:]
        y = (torch.arange(rows, device=squares.device) + 0.5) / rows
        x = (torch.arange(columns, device=squares.device) + 0.5) / columns
        centres = torch.stack([x.expand(rows, -1), y[:, None].expand(-1, columns)])
        reach = torch.nn.functional.softplus(places[:, 1:])
        corners = torch.cat([centres - reach[:, :2], centres + reach[:, 2:]], dim=1)
        return scores, (corners.flatten(2) * attended[:, None]).sum(2), marks


@dataclass(frozen=True)
class Calibration:
    """The probability of a face from its score s, the log odds against all else: 1 / (1 + exp(-(slope s + offset)))."""

    slope: float = 1.0
    offset: float = 0.0

    def probability(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of each score."""
        return np.asarray(1 / (1 + np.exp(-np.clip(self.slope * scores + self.offset, -30, 30))))


class FaceNetwork:
    """The network with the weights in a folder, the shipped ones if none is named."""

    def __init__(self, weights: Path | None = None) -> None:
        self._network, self._calibration, self.volumes = _load(weights or WEIGHTS)

    def judge(self, pictures: Sequence[View]) -> list[Seen]:
        """What each picture shows; each is (H, W) or (H, W, 3) uint8 of any size.

        A picture is seen as a whole, then each thing that stands apart in it; what shows a face best is told.
        """
        seen = []
        for picture, (places, scores, boxes) in zip(pictures, self.scores(pictures), strict=True):
            odds = log_odds(scores)
            best = int(odds.argmax())
            face = float(self._calibration.probability(odds[best : best + 1])[0])
            kind = KINDS[int(scores[best].argmax())]
            if face >= 0.5 and kind is Kind.OTHER:
                kind = KINDS[1 + int(scores[best, 1:].argmax())]
            shape = (picture.shape[0], picture.shape[1])
            box = None if kind is Kind.OTHER and face < 0.05 else uncut(boxes[best], places[best], shape)
            seen.append(Seen(face, box, kind))
        return seen

    def scores(self, pictures: Sequence[View]) -> list[Scored]:
        """For each picture its windows, the whole first, with the scores (windows, kinds) and boxes (windows, 4)."""
        places: list[list[Window]] = []
        squares: list[NDArray[np.float32]] = []
        for picture in pictures:
            flat = grey(picture)
            places.append(windows(flat))
            squares += [cut(flat, window) for window in places[-1]]
        made = [self._through(squares[at : at + TOGETHER]) for at in range(0, len(squares), TOGETHER)]
        if not made:
            return []
        scores, boxes = (np.concatenate(each) for each in zip(*made, strict=True))
        ends = np.cumsum([len(each) for each in places])[:-1]
        return list(zip(places, np.split(scores, ends), np.split(boxes, ends), strict=True))

    def _through(self, squares: Sequence[NDArray[np.float32]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        given = torch.from_numpy(np.stack(squares))[:, None].to(memory_format=torch.channels_last)
        with torch.inference_mode():
            scores, boxes = self._network(given)
        return scores.numpy(), boxes.numpy()


def log_odds(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """Of a face, a fetus's or not, against all else, from scores (N, kinds)."""
    wide = scores.astype(np.float64)
    return np.asarray(np.logaddexp.reduce(wide[:, 1:], axis=1) - wide[:, 0])


def save(network: Network, calibration: Calibration, volumes: Line, folder: Path) -> None:
    """Write config.json and model.safetensors (float16) to `folder`; `volumes` is the line for volumes."""
    folder.mkdir(parents=True, exist_ok=True)
    half = {name: value.half() if value.is_floating_point() else value for name, value in network.state_dict().items()}
    save_file({name: value.contiguous() for name, value in half.items()}, folder / "model.safetensors")
    config = {
        "widths": list(network.widths),
        "kinds": [kind.value for kind in KINDS],
        "calibration": {"slope": calibration.slope, "offset": calibration.offset},
        "volumes": asdict(volumes),
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")


@cache
def _load(folder: Path) -> tuple[Network, Calibration, Line]:
    config = json.loads((folder / "config.json").read_text("utf-8"))
    if config["kinds"] != [kind.value for kind in KINDS]:
        raise ValueError("these weights tell other kinds apart")
    network = Network(config["widths"])
    network.load_state_dict(load_file(folder / "model.safetensors"))
    network.float().eval().to(memory_format=torch.channels_last)
    return network, Calibration(**config["calibration"]), Line(**config["volumes"])
