"""What the notes model must show on the held-out notes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from phivet.training.intervals import Figure


@dataclass(frozen=True)
class Bar:
    """A figure must be at least, or at most, `limit`."""

    limit: float
    at_most: bool = False

    def met(self, value: float) -> bool:
        """Whether the figure's value keeps to it; a value that is missing (nan) does not."""
        return value <= self.limit if self.at_most else value >= self.limit


BARS: Mapping[str, Bar] = {
    "recall/any/overall": Bar(0.99),
    "precision/any/overall": Bar(0.97),
    "sparse/recall": Bar(0.95),
    "arabic/recall": Bar(0.95),
    "arabic/precision": Bar(0.95),
    "notes/alarms": Bar(0.5, at_most=True),
    "notes/touched": Bar(0.05, at_most=True),
    "calibration/error": Bar(0.02, at_most=True),
}
EACH_CATEGORY = Bar(0.95)
"""Of the recall (any) of every category that is labelled at all."""


def bar(name: str) -> Bar | None:
    """The bar of the figure with this name, if it has one."""
    if name.startswith("recall/any/"):
        return BARS.get(name, EACH_CATEGORY)
    return BARS.get(name)


def missed(figures: Mapping[str, Figure]) -> Iterator[str]:
    """The names of the figures that do not keep to their bar, and of those with a bar that are missing."""
    for name in [*BARS, *(name for name in figures if name not in BARS)]:
        limit = bar(name)
        if limit is not None and (name not in figures or not limit.met(figures[name].value)):
            yield name
