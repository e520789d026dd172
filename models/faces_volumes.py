"""Whether a volume shows a face once its skin is rendered: by its relief, and by what sees faces in the pictures of it.

The header says where the front is. Where it does not, or where nothing is found there, the volume is turned in all 24
ways, and one that then shows a face must show it more plainly: 24 looks find more that is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from phivet.cases.findings import Reason
from phivet.cases.parts import View, Volume
from phivet.models.faces_photographs import Photographs
from phivet.models.faces_relief import Relief, relief
from phivet.models.faces_render import YAWS, Render, views_of, windows
from phivet.models.faces_surface import Block, averaged, block, turned, turns

FEWEST = 8
"""Slices below which no surface is made."""
THINNEST_MM = 40.0
"""The same of all slices together: less than a nose and an eye."""
THICK_MM = 3.0
"""Slices from here on are told to be thick."""
ALIKE, ALIKE_TURNED = 0.54, 0.64
"""The agreement of a relief that is as likely a face as not, the same of a volume that had to be turned."""
PER_ALIKE, PER_PICTURE, PER_NETWORK = 21.0, 0.6, 0.5
"""How much the odds grow with the agreement, with those of a face in its pictures, with those of the network."""
SUREST, UNSURE = 0.999, 0.9
"""As far as the pictures are believed, and the network. Mean over the views: what is left of a face shows in one."""
EDGE = 40
"""Pixels of black around a picture: a head that fills it is not taken for one."""
SIDES = YAWS[1:3]
PLAIN = 3.0
"""Odds (their logarithm) from which the volume need not be turned."""
CLOSER = 6
"""Turned views that get a closer look."""
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
    """Where a face may be, by the view from in front, and what speaks for one: logarithms of odds."""

    front: Render
    relief: Relief
    pictures: float
    network: float
    turned: bool

    @property
    def odds(self) -> float:
        """All evidence together."""
        alike = self.relief.agreement - (ALIKE_TURNED if self.turned else ALIKE)
        return PER_ALIKE * alike + PER_PICTURE * self.pictures + PER_NETWORK * self.network


class Judge(Protocol):
    """What sees faces in pictures: the network (`FaceNetwork`)."""

    def judge(self, pictures: Sequence[View]) -> Sequence[Any]:
        """For each picture something that has a `face`, its probability."""


def is_too_thin(volume: Volume) -> bool:
    """Whether there are too few slices to make a surface of."""
    return volume.shape[0] < FEWEST or volume.shape[0] * volume.spacing[0] < THINNEST_MM


def judge(volume: Volume, network: Judge, photographs: Photographs | None = None) -> Judged | None:
    """What `volume` shows; None if it is too thin, or there is nothing in it but air.

    Raises `UnreadableError` when a slice cannot be decoded. Memory is bounded by the block, some hundred MB at most.
    """
    if is_too_thin(volume):
        return None
    voxels, spacing = averaged(volume.slices(), volume.shape, volume.spacing)
    solid = block(voxels, spacing, volume.axes, volume.modality)
    del voxels
    photographs = photographs or Photographs()
    best = _best(solid, network, photographs)
    short = max(solid.voxels.shape) * solid.step < LONG_MM
    if (best is None or best.odds < PLAIN) and (short or volume.axes is None):
        looks = [look for look in (best, *_turned_looks(solid, network, photographs)) if look is not None]
        best = max(looks, key=lambda look: look.odds, default=None)
    if best is None:
        return None
    return Judged(_probability(best.odds), _reasons(best, volume), best.front.picture, _around(best.relief, best.front))


def _probability(odds: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


def _log_odds(probability: float, surest: float) -> float:
    kept = float(np.clip(probability, 1 - surest, surest))
    return float(np.log(kept / (1 - kept)))


def _best(solid: Block, network: Judge, photographs: Photographs) -> _Look | None:
    """Where it looks most like a face from in front, seen from both sides too."""
    fronts = [(top, view) for top in windows(solid) for view in views_of(solid, top, YAWS[:1])]
    looks = [(top, _look([view], network, photographs)) for top, view in fronts]
    if not looks:
        return None
    top, best = max(looks, key=lambda each: each[1].odds)
    return _look([best.front, *views_of(solid, top, SIDES)], network, photographs)


def _look(views: Sequence[Render], network: Judge, photographs: Photographs, turned: bool = False) -> _Look:
    """The evidence of views of one thing, the first of them from in front."""
    pictures = [np.pad(view.picture, EDGE) for view in views]
    seen = [max((face.score for face in photographs.find_upright(each)), default=0.0) for each in pictures]
    judged = network.judge([view.picture for view in views])
    return _Look(
        views[0],
        relief(views[0].depth, views[0].scale),
        float(np.mean([_log_odds(score, SUREST) for score in seen])),
        float(np.mean([_log_odds(each.face, UNSURE) for each in judged])),
        turned,
    )


def _turned_looks(solid: Block, network: Judge, photographs: Photographs) -> list[_Look]:
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
    return [_look([view], network, photographs, turned=True) for _, view in worth[:CLOSER]]


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
        Reason.SURFACE_SHOWS_FACE: best.pictures >= 0,
        Reason.RELIEF: best.relief.agreement >= ALIKE,
        Reason.TURNED: best.turned,
        Reason.THICK_SLICES: max(volume.spacing) >= THICK_MM,
    }
    return tuple(reason for reason, true in told.items() if true)
