"""What a model showed on its held-out data, whatever it detects: the form in which every noun is evaluated.

Of each noun, `training/measure_NOUN.py` has

    BARS                          what the figures must reach (`bars.py`)
    measure(weights) -> Measured  the model in a folder, or the shipped one, on the held-out data
    draw(measured, folder)        pictures of the figures; their paths
    card(measured, data, run, code) -> str        the text of the model card

and `evaluate`, `promote` and `publish` need to know no more of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from phivet.training.bars import Bars
from phivet.training.intervals import Figure, Ratio


@dataclass(frozen=True)
class Measured:
    """Figures and the counts that they come from; holds no text and no pixel.

    `owners` names the source of each of the `items` that were judged, by which a bootstrap draws them. `guarded` is
    what may not fall when another model takes this one's place: counts of each item, higher being better. `speed` is in
    milliseconds and rates, `extra` whatever else can be written as JSON.
    """

    owners: Sequence[str] = field(repr=False)
    figures: Mapping[str, Figure]
    guarded: Mapping[str, Ratio] = field(repr=False)
    speed: Mapping[str, float] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if any(len(ratio.whole) != len(self.owners) for ratio in self.guarded.values()):
            raise ValueError("a guarded ratio counts every item")

    @property
    def items(self) -> int:
        """How many notes, images or volumes were judged."""
        return len(self.owners)

    @property
    def sources(self) -> int:
        """How many independent sources they are of."""
        return len(set(self.owners))

    def as_json(self) -> dict[str, Any]:
        """For files and standard output; what could not be counted is null."""
        return {
            "items": self.items,
            "sources": self.sources,
            "figures": {
                name: {key: None if value != value else value for key, value in asdict(one).items()}
                for name, one in self.figures.items()
            },
            "speed": dict(self.speed),
            **self.extra,
        }


@dataclass(frozen=True)
class DataSet:
    """What a run read: the digest of the data and how many items there are."""

    digest: str
    count: int


class Measure(Protocol):
    """The module `training/measure_NOUN.py`."""

    BARS: Bars

    def measure(self, weights: Path | None) -> Measured:
        """Score the model in `weights`, or the shipped one, on the held-out data."""

    def draw(self, measured: Measured, folder: Path) -> list[Path]:
        """Write pictures of the figures to `folder`; their paths."""

    def card(self, measured: Measured, data: Mapping[str, DataSet], run: str, code: str) -> str:
        """The text of README.md beside the weights that were trained in `run` from `data` by `code`."""


def measure_of(noun: str) -> Measure:
    """How a noun is measured."""
    return cast(Measure, import_module(f"phivet.training.measure_{noun}"))
