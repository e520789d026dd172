"""Whether a volume shows a face once its skin is rendered: by its relief, and by what sees faces in the pictures of it.

The header says where the front is. Where it does not, or where nothing is found there, the volume is turned in all 24
ways; where it does not tell how far its voxels lie apart, several distances are tried. What only then shows a face must
show it more plainly: many looks find more that is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from phivet.cases.findings import Reason
from phivet.cases.parts import View, Volume
from phivet.models.faces_photographs import Photographs
from phivet.models.faces_relief import Relief, relief
from phivet.models.faces_render import YAWS, Render, views_of, windows
from phivet.models.faces_surface import Block, averaged, block, turned, turns

THICK_MM = 3.0
"""Slices from here on are told to be thick."""
ALIKE = 0.54
"""The agreement of a relief from which it is told to be a reason."""
SUREST, UNSURE = 0.999, 0.9
"""As far as the pictures are believed, and the network. Mean over the views: what is left of a face shows in one."""
EDGE = 40
"""Pixels of black around a picture: a head that fills it is not taken for one."""
SIDES = YAWS[1:3]
PLAIN = 3.0
"""Rank from which the volume need not be turned."""
CLOSER = 6
"""Turned views that get a closer look."""
WORTH = 0.40
"""Agreement of upright patterns from which a turned volume is worth a closer look."""
FACE_MM = (150.0, 120.0)
LONG_MM = 450.0
"""A body, unlike a head, is turned only if nothing tells how it lies."""
ABOVE_MM, BELOW_MM = 60.0, 45.0
"""Of a whole face, what lies at least above the tip of its nose, to the brow, and below it, to the chin."""
FIELDS_MM = (250.0, 350.0, 180.0, 500.0)
"""Sizes of a slice that are tried where nothing tells it: a relief is known in sizes that differ by half."""
HEIGHTS_MM = (180.0, 270.0, 120.0)
"""The same of all slices together, where the distance between them is not told."""
TALL = 0.75
"""Of its width, the height of a series of a head where neither is told."""


@dataclass(frozen=True)
class Judged:
    """The probability that a volume shows a recognisable face, why, and the view that shows it best."""

    score: float
    reasons: tuple[Reason, ...]
    picture: View = field(repr=False)
    box: tuple[int, int, int, int]
    """x0, y0, x1, y1 of the face, in pixels of the picture."""


@dataclass(frozen=True)
class Line:
    """The probability of a face from what speaks for one: a logistic line through it.

    `alike` weighs the agreement of the relief, `tried` whether many looks were, `pictures` and `network` the log odds
    that the photograph detector and the network of faces give the views. As it stands here it is a first guess;
    `training/calibrate_faces.py` fits it for the network in whose config.json it is kept.
    """

    alike: float = 21.0
    tried: float = -2.1
    pictures: float = 0.6
    network: float = 0.5
    offset: float = -11.34

    def odds(self, evidence: Sequence[float]) -> float:
        """Their logarithm, of evidence in the order of the weights."""
        return self.offset + float(np.dot((self.alike, self.tried, self.pictures, self.network), evidence))

    def probability(self, evidence: Sequence[float]) -> float:
        """Of a face."""
        return float(1 / (1 + np.exp(-np.clip(self.odds(evidence), -30, 30))))


RANK = Line()
"""By which looks at one volume are ranked: whatever the network's line is, the same look is chosen."""


@dataclass(frozen=True)
class Look:
    """Where a face may be, by the view from in front, and what speaks for one: logarithms of odds."""

    front: Render = field(repr=False)
    relief: Relief
    pictures: float
    network: float
    turned: bool = False
    guessed: bool = False
    """Whether the distances between the voxels were."""

    @property
    def evidence(self) -> tuple[float, float, float, float]:
        """What a `Line` weighs."""
        return self.relief.agreement, float(self.turned or self.guessed), self.pictures, self.network

    @property
    def rank(self) -> float:
        """How much it looks like a face, among looks at one volume."""
        return RANK.odds(self.evidence)


class Judge(Protocol):
    """What sees faces in pictures: the network (`FaceNetwork`), with the line that was fitted for it."""

    @property
    def volumes(self) -> Line:
        """Makes probabilities of volumes of what it sees in their views."""

    def judge(self, pictures: Sequence[View]) -> Sequence[Any]:
        """For each picture something that has a `face`, its probability."""


def judge(volume: Volume, network: Judge, photographs: Photographs | None = None) -> Judged | None:
    """What `volume` shows; None if it is too thin, or there is nothing in it but air.

    Raises `UnreadableError` when a slice cannot be decoded. Memory is bounded by the block, some hundred MB at most.
    """
    best = look(volume, network, photographs)
    if best is None:
        return None
    score = network.volumes.probability(best.evidence)
    return Judged(score, _reasons(best, volume), best.front.picture, _around(best.relief, best.front))


def look(volume: Volume, network: Judge, photographs: Photographs | None = None) -> Look | None:
    """The look at `volume` that shows most of a face, whichever of the distances that nothing tells are right."""
    if not volume.is_solid:
        return None
    photographs = photographs or Photographs()
    best = None
    for spacing in spacings(volume):
        seen = _look_at(volume, spacing, network, photographs)
        best = max((each for each in (best, seen) if each is not None), key=lambda each: each.rank, default=None)
        if best is not None and best.rank >= PLAIN:
            break
    return best


def spacings(volume: Volume) -> list[tuple[float, float, float]]:
    """The one that the header tells, or those in which a head could lie."""
    depth, height, width = volume.shape
    step, row, column = volume.spacing
    pixels = [field / max(height, width) for field in FIELDS_MM]
    if volume.untold >= {0} and volume.untold & {1, 2}:
        return [(TALL * field / depth, pixel, pixel) for field, pixel in zip(FIELDS_MM, pixels, strict=True)]
    if volume.untold & {1, 2}:
        return [(step, pixel, pixel) for pixel in pixels]
    if volume.untold:
        return [(tall / depth, row, column) for tall in HEIGHTS_MM]
    return [volume.spacing]


def _look_at(
    volume: Volume, spacing: tuple[float, float, float], network: Judge, photographs: Photographs
) -> Look | None:
    """The look that shows most of a face if its voxels lie so far apart."""
    voxels, coarser = averaged(volume.slices(), volume.shape, spacing)
    solid = block(voxels, coarser, volume.axes, volume.modality)
    del voxels
    best = _best(solid, network, photographs)
    short = max(solid.voxels.shape) * solid.step < LONG_MM
    if (best is None or best.rank < PLAIN) and (short or volume.axes is None):
        looks = [each for each in (best, *_turned_looks(solid, network, photographs)) if each is not None]
        best = max(looks, key=lambda each: each.rank, default=None)
    return best if best is None or not volume.untold else replace(best, guessed=True)


def _log_odds(probability: float, surest: float) -> float:
    kept = float(np.clip(probability, 1 - surest, surest))
    return float(np.log(kept / (1 - kept)))


def _best(solid: Block, network: Judge, photographs: Photographs) -> Look | None:
    """Where it looks most like a face from in front, seen from both sides too."""
    fronts = [(top, view) for top in windows(solid) for view in views_of(solid, top, YAWS[:1])]
    looks = [(top, _look([view], network, photographs)) for top, view in fronts]
    if not looks:
        return None
    top, best = max(looks, key=lambda each: each[1].rank)
    return _look([best.front, *views_of(solid, top, SIDES)], network, photographs)


def _look(views: Sequence[Render], network: Judge, photographs: Photographs, turned: bool = False) -> Look:
    """The evidence of views of one thing, the first of them from in front."""
    pictures = [np.pad(view.picture, EDGE) for view in views]
    seen = [max((face.score for face in photographs.find_upright(each)), default=0.0) for each in pictures]
    judged = network.judge([view.picture for view in views])
    return Look(
        views[0],
        relief(views[0].depth, views[0].scale),
        float(np.mean([_log_odds(score, SUREST) for score in seen])),
        float(np.mean([_log_odds(each.face, UNSURE) for each in judged])),
        turned,
    )


def _turned_looks(solid: Block, network: Judge, photographs: Photographs) -> list[Look]:
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


def _reasons(best: Look, volume: Volume) -> tuple[Reason, ...]:
    """Why it is taken for a face, and what speaks for caution."""
    told = {
        Reason.SURFACE_SHOWS_FACE: best.pictures >= 0,
        Reason.RELIEF: best.relief.agreement >= ALIKE,
        Reason.PARTIAL_FACE: _is_partial(best.relief, best.front),
        Reason.TURNED: best.turned,
        Reason.THICK_SLICES: not volume.untold and max(volume.spacing) >= THICK_MM,
    }
    return tuple(reason for reason, true in told.items() if true)


def _is_partial(found: Relief, view: Render) -> bool:
    """Whether what is there ends above the chin or below the brow."""
    rows = np.flatnonzero(np.isfinite(view.depth).any(axis=1))
    above, below = (found.row - rows[0]) * view.scale, (rows[-1] - found.row) * view.scale
    return bool(above < ABOVE_MM or below < BELOW_MM)
