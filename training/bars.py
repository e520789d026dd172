"""What held-out figures must reach."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from phivet.training.intervals import Figure


@dataclass(frozen=True)
class Bar:
    """A figure must be at least, or at most, `limit`."""

    limit: float
    at_most: bool = False

    def met(self, value: float) -> bool:
        """Whether the figure's value keeps to it; a value that is missing (nan) does not."""
        return value <= self.limit if self.at_most else value >= self.limit


Bars = Mapping[str, Bar]
"""By the name of the figure; a name with an asterisk is for every figure like it that has no bar of its own."""


def bar(name: str, bars: Bars) -> Bar | None:
    """The bar of the figure with this name, if it has one."""
    return bars.get(name) or next((each for like, each in bars.items() if fnmatchcase(name, like)), None)


def missed(figures: Mapping[str, Figure], bars: Bars) -> Iterator[str]:
    """The names of the figures that do not keep to their bar, and of those with a bar of their own that are missing."""
    for name in dict.fromkeys([*(name for name in bars if "*" not in name), *figures]):
        limit = bar(name, bars)
        if limit is not None and (name not in figures or not limit.met(figures[name].value)):
            yield name
