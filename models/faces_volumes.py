"""Whether a volume shows a face once its skin is rendered: its views are judged by their relief and by the network.

The header says where the front is. Where it does not, or where nothing is found there, the volume is turned in all 24
ways, and one that then shows a face must show it more plainly: 24 looks find more that is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from phivet.cases.findings import Reason
from phivet.cases.parts import View, Volume
from phivet.models.faces_relief import Relief, relief
from phivet.models.faces_render import YAWS, Render, views_of, windows
from phivet.models.faces_surface import Block, averaged, block, turned, turns

if TYPE_CHECKING:
    from phivet.models.faces_network import FaceNetwork

FEWEST = 8
"""Slices below which no surface is made."""
THINNEST_MM = 40.0
"""The same of all slices together: less than a nose and an eye."""
THICK_MM = 3.0
"""Slices from here on are told to be thick."""
ALIKE, ALIKE_TURNED = 0.54, 0.64
"""The agreement of a relief that is as likely a face as not, the same of a volume that had to be turned."""
PER_ALIKE, PER_NETWORK = 30.0, 0.0
"""How much the odds grow with the agreement, and with the network's own."""
PLAIN = 3.0
"""Odds (their logarithm) from which the volume need not be turned."""
WORTH = 0.40
"""Agreement of upright patterns from which a turned volume is worth a closer look."""
FACE_MM = (150.0, 120.0)
LONG_MM = 450.0
"""A body, unlike a head, is turned only if nothing tells how it lies."""


@dataclass(frozen=True)
class Judged:
    """The probability that a volume shows a recognisable face, why, and the view that shows it best."""

    score: float
    reasons: tuple[Reason, ...]
    picture: View = field(repr=False)
    box: tuple[int, int, int, int]
    """x0, y0, x1, y1 of the face, in pixels of the picture."""


@dataclass(frozen=True)
class _Look:
    """One view and what it is taken for."""

    render: Render
    agreement: float
    network: float
    odds: float
    turned: bool
    box: tuple[int, int, int, int]


def is_too_thin(volume: Volume) -> bool:
    """Whether there are too few slices to make a surface of."""
    return volume.shape[0] < FEWEST or volume.shape[0] * volume.spacing[0] < THINNEST_MM


def judge(volume: Volume, network: "FaceNetwork") -> Judged | None:
    """What `volume` shows; None if it is too thin, or there is nothing in it but air.

    Raises `UnreadableError` when a slice cannot be decoded. Memory is bounded by the block, some hundred MB at most.
    """
    if is_too_thin(volume):
        return None
    voxels, spacing = averaged(volume.slices(), volume.shape, volume.spacing)
    solid = block(voxels, spacing, volume.axes, volume.modality)
    del voxels
    looks = _looks(solid, network)
    best = max(looks, key=lambda look: look.odds, default=None)
    short = max(solid.voxels.shape) * solid.step < LONG_MM
    if (best is None or best.odds < PLAIN) and (short or volume.axes is None):
        looks += _turned_looks(solid, network)
        best = max(looks, key=lambda look: look.odds, default=None)
    if best is None:
        return None
    return Judged(_probability(best.odds), _reasons(best, volume), best.render.picture, best.box)


def _probability(odds: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


def _looks(solid: Block, network: "FaceNetwork") -> list[_Look]:
    """From in front at every height, then from all sides where it looks most like a face."""
    fronts = [(top, view) for top in windows(solid) for view in views_of(solid, top, YAWS[:1])]
    if not fronts:
        return []
    looks = _judged([view for _, view in fronts], network, turned=False)
    top = fronts[max(range(len(looks)), key=lambda index: looks[index].odds)][0]
    return looks + _judged(list(views_of(solid, top, YAWS[1:])), network, turned=False)


def _turned_looks(solid: Block, network: "FaceNetwork") -> list[_Look]:
    """From in front, for all ways in which the volume may lie, those first passed over that look like nothing."""
    worth = []
    for order, signs in list(turns())[1:]:
        lying = turned(solid, order, signs)
        for top in windows(lying):
            for view in views_of(lying, top, YAWS[:1]):
                agreement = relief(view.depth, view.scale, upright=True).agreement
                if agreement >= WORTH:
                    worth.append((agreement, view))
    worth.sort(key=lambda each: -each[0])
    return _judged([view for _, view in worth[:6]], network, turned=True)


def _judged(views: Sequence[Render], network: "FaceNetwork", turned: bool) -> list[_Look]:
    looks = []
    for view, seen in zip(views, network.judge([view.picture for view in views]), strict=True):
        height, width = view.picture.shape
        found = Relief(0.0, height / 2, width / 2) if view.yaw else relief(view.depth, view.scale)
        face = float(np.clip(seen.face, 1e-4, 1 - 1e-4))
        odds = PER_ALIKE * (found.agreement - (ALIKE_TURNED if turned else ALIKE))
        odds += PER_NETWORK * float(np.log(face / (1 - face)))
        box = seen.box if seen.box and found.agreement < ALIKE else _around(found, view)
        looks.append(_Look(view, found.agreement, face, odds, turned, box))
    return looks


def _around(found: Relief, view: Render) -> tuple[int, int, int, int]:
    """The box of a face about the tip of its nose."""
    height, width = view.picture.shape
    tall, wide = FACE_MM[0] / 2 / view.scale, FACE_MM[1] / 2 / view.scale
    y0, y1 = (int(np.clip(found.row + side * tall, 0, height)) for side in (-1, 1))
    x0, x1 = (int(np.clip(found.column + side * wide, 0, width)) for side in (-1, 1))
    return x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)


def _reasons(best: _Look, volume: Volume) -> tuple[Reason, ...]:
    """Why it is taken for a face, and what speaks for caution."""
    told = {
        Reason.SURFACE_SHOWS_FACE: best.network >= 0.5,
        Reason.RELIEF: best.agreement >= ALIKE,
        Reason.TURNED: best.turned,
        Reason.THICK_SLICES: max(volume.spacing) >= THICK_MM,
    }
    return tuple(reason for reason, true in told.items() if true)
