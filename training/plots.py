"""Pictures of figures: the confusion of categories, and the reliability of scores. They hold counts only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def written(pictures: Mapping[str, Figure], folder: Path) -> list[Path]:
    """Write each picture to `folder` as NAME.png; their paths."""
    paths = []
    for name, picture in pictures.items():
        paths.append(folder / f"{name}.png")
        picture.savefig(paths[-1], dpi=120, bbox_inches="tight")
    return paths


def confusion(counts: npt.NDArray[np.int64], names: Sequence[str]) -> Figure:
    """Labels by rows, what was found there by columns, each row in per cent of its labels; unused names left out.

    The last row is what was found where nothing is, in per cent of those false alarms.
    """
    from matplotlib.figure import Figure

    used = [number for number in range(len(names)) if counts[number].any() or counts[:, number].any()]
    shown = counts[np.ix_(used, used)]
    shares = 100 * shown / np.maximum(1, shown.sum(axis=1, keepdims=True))
    picture = Figure(figsize=(2 + 0.45 * len(used), 2 + 0.4 * len(used)))
    axes = picture.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    axes.set_xticks(range(len(used)), [names[number] for number in used], rotation=90)
    axes.set_yticks(range(len(used)), [f"{names[n]} ({counts[n].sum():,})" for n in used])
    for row, column in np.argwhere(shown):
        share = shares[row, column]
        text = f"{share:.0f}" if share >= 1 else "<1"
        axes.text(column, row, text, ha="center", va="center", color="white" if share > 60 else "black", fontsize=7)
    axes.set_xlabel("found as")
    axes.set_ylabel("labelled (how many)")
    return picture


def reliability(points: Sequence[Mapping[str, Any]], error: float) -> Figure:
    """The share of hits that is right by their mean score, in bins of equal mass; on the diagonal scores are true."""
    from matplotlib.figure import Figure

    picture = Figure(figsize=(4.5, 4.5))
    axes = picture.subplots()
    axes.plot((0, 1), (0, 1), color="grey", linestyle="--", linewidth=1)
    axes.plot([point["score"] for point in points], [point["right"] for point in points], marker="o")
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="score", ylabel="right", aspect="equal")
    axes.set_title(f"expected calibration error {error:.3f}")
    return picture


def shares(figures: Mapping[str, Any], what: str) -> Figure:
    """Shares in per cent with their intervals, by classes of `what`."""
    from matplotlib.figure import Figure

    picture = Figure(figsize=(5, 3.5))
    axes = picture.subplots()
    values = [100 * one.value for one in figures.values()]
    spread = [
        [100 * max(0.0, one.value - one.low) for one in figures.values()],
        [100 * max(0.0, one.high - one.value) for one in figures.values()],
    ]
    axes.errorbar(range(len(values)), values, yerr=spread, marker="o", capsize=3)
    axes.set_xticks(range(len(values)), list(figures))
    axes.set(xlabel=what, ylabel="found, per cent", ylim=(min([90.0, *values]) - 2, 101))
    return picture
