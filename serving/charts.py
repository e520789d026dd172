"""Plots as inline SVG, drawn here and without a script: calm, in the page's own colours, each with its table.

A plot is a picture with a name (`aria-label`); who cannot see it opens the table of the same figures below it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT = 560, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 8, 10, 24
_ROW, _NAME, _FIGURE = 26, 170, 96
_TICKS = 4


@dataclass(frozen=True)
class Series:
    """One colour of a plot: `tone` names its class in the style sheet."""

    name: str
    tone: str
    values: Sequence[float]


@dataclass(frozen=True)
class Bar:
    """One row: `value` in [0, 1] with its interval, and the figure written at its end."""

    name: str
    value: float
    figure: str
    low: float | None = None
    high: float | None = None
    tone: str = "plain"


def columns(title: str, names: Sequence[str], series: Sequence[Series], *, labels: int = 8) -> Markup:
    """Stacked columns, one for each of `names`; every `n`th is labelled, so that there are about `labels`."""
    totals = [sum(each.values[i] for each in series) for i in range(len(names))]
    top = _round_up(max([*totals, 1]))
    wide = (WIDTH - _LEFT - _RIGHT) / max(len(names), 1)
    body = [_grid(top)]
    for i, name in enumerate(names):
        floor = float(HEIGHT - _BOTTOM)
        x = _LEFT + i * wide
        body.append(Markup("<g><title>{}</title>").format(f"{name}: {totals[i]:g}"))
        for each in series:
            tall = (HEIGHT - _TOP - _BOTTOM) * each.values[i] / top
            if tall > 0:
                floor -= tall
                body.append(
                    Markup(
                        '<rect class="tone {}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="1"/>'
                    ).format(each.tone, x + wide * 0.12, floor, wide * 0.76, tall)
                )
        body.append(Markup("</g>"))
        if i % max(round(len(names) / labels), 1) == 0:
            body.append(
                Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(x + wide / 2, HEIGHT - 8, name)
            )
    return _framed(title, WIDTH, HEIGHT, body)


def bars(title: str, rows: Sequence[Bar]) -> Markup:
    """One row a bar, its interval as a whisker, its figure at the end."""
    height = _ROW * max(len(rows), 1)
    room = WIDTH - _NAME - _FIGURE
    body = []
    for i, row in enumerate(rows):
        y = i * _ROW
        length = room * min(max(row.value, 0), 1)
        body += [
            Markup('<text class="ink" x="{}" y="{}" text-anchor="end">{}</text>').format(_NAME - 10, y + 17, row.name),
            Markup('<rect class="track" x="{}" y="{}" width="{}" height="10" rx="2"/>').format(_NAME, y + 8, room),
            Markup('<rect class="tone {}" x="{}" y="{}" width="{:.1f}" height="10" rx="2"/>').format(
                row.tone, _NAME, y + 8, length
            ),
        ]
        if row.low is not None and row.high is not None:
            body.append(
                Markup('<path class="whisker" d="M{:.1f} {y}V{end}M{:.1f} {middle}H{:.1f}M{:.1f} {y}V{end}"/>').format(
                    _NAME + room * row.low,
                    _NAME + room * row.low,
                    _NAME + room * row.high,
                    _NAME + room * row.high,
                    y=y + 8,
                    end=y + 18,
                    middle=y + 13,
                )
            )
        body.append(
            Markup('<text class="ink" x="{}" y="{}" text-anchor="end">{}</text>').format(WIDTH - 4, y + 17, row.figure)
        )
    return _framed(title, WIDTH, height, body)


def _grid(top: float) -> Markup:
    lines = []
    for tick in range(_TICKS + 1):
        y = HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * tick / _TICKS
        lines.append(
            Markup(
                '<path class="grid" d="M{} {:.1f}H{}"/><text x="{}" y="{:.1f}" text-anchor="end">{:g}</text>'
            ).format(_LEFT, y, WIDTH - _RIGHT, _LEFT - 6, y + 4, top * tick / _TICKS)
        )
    return Markup("").join(lines)


def _round_up(value: float) -> float:
    """The next number that four ticks divide into whole ones: 4, 8, 12, 20, 40, 80, 120, 200 ..."""
    scale = 10.0 ** math.floor(math.log10(max(value, 1)))
    return next(step * scale for step in (1.2, 2, 4, 8, 12) if step * scale >= max(value, 4) or step == 12)


def _framed(title: str, width: int, height: int, body: Sequence[Markup]) -> Markup:
    opening = Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}" dir="ltr">')
    return opening.format(width, height, escape(title)) + Markup("").join(body) + Markup("</svg>")
