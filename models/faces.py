"""Faces: in volumes whose skin can be rendered, in pictures of reconstructions, in photographs; other biometrics."""

import math
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from phivet.cases.categories import Category
from phivet.cases.coverage import Why, ranges
from phivet.cases.findings import Finding, Reason
from phivet.cases.known import Known
from phivet.cases.orientation import box_in_stored, turn_upright
from phivet.cases.parts import Frames, Part, View, Volume, whole
from phivet.models.faces_biometrics import biometrics
from phivet.models.faces_photographs import Found, Photographs, is_photograph
from phivet.models.faces_volumes import Judged, judge

if TYPE_CHECKING:
    from phivet.models.faces_network import FaceNetwork

LEAST = 0.05
"""Scores below are not worth telling."""
SURE = 0.5
"""A photograph in which a face is so sure needs no second opinion."""
SELDOM = 3.7
"""Logarithm of the odds by which faces are rarer among the pictures of cases than among those that trained the network,
where every other one shows a face: one in 40. Cases hold fewer, but a face that is missed costs more than a look."""
SELDOMER = 3.3
"""The same, on top, of frames that lie in the patient but make no volume: nearly all are slices of short series."""
FETUS_AT_MOST = 0.7
"""An unborn child's face is for a person to judge: below any score that blocks."""
SHADED = ("CT", "MR", "PT")
"""Modalities whose pictures, those that are no slices, may be surfaces that are shaded like a photograph."""
SECONDED = 2.0
"""By how much a sure photograph detector raises the log odds of a shaded face; alone it takes skulls for one."""
STAGGERING = 0.95
"""What it says of photographs, and of few skulls: in colours, such a face is reviewed whatever the network says,
and is told as surely as that where the network takes it for one too."""
REVIEWED = 0.3
"""A probability that is reviewed under every policy, and blocks under none."""
CAMERAS = ("", "DMS", "ES", "GM", "OP", "OT", "XC")
"""Modalities whose grey pictures may be photographs: cameras, and files that do not tell."""
THUMB = 16
"""Pixels of the side of a frame by which it is told whether it shows another scene."""
ANOTHER = 12.0
"""Grey levels by which its pixels must differ on average from those of the scenes before."""

Seen = tuple[Category, float, tuple[int, int, int, int], tuple[Reason, ...]]


class Faces:
    """Looks at every volume that makes a surface, and at every frame that is no slice of one."""

    name = "faces"
    version = "0.2.0"
    reads: tuple[type[Part], ...] = (Frames, Volume)

    def __init__(self, network: "FaceNetwork | None" = None, photographs: Photographs | None = None) -> None:
        self._given = network
        self._photographs = photographs or Photographs()

    def describe(self) -> str:
        """One line: what it looks for."""
        return (
            "faces: in heads that can be rendered from a volume, in pictures of 3D reconstructions, in photographs; "
            "the backs of eyes and fingerprints"
        )

    def detect(self, part: Part, known: Known) -> list[Finding]:
        """A region for each volume that shows a face; a box for each face, print or fundus in a frame."""
        if isinstance(part, Volume):
            return self._in_volume(part)
        return list(self._in_frames(part)) if isinstance(part, Frames) else []

    def judge(self, volume: Volume) -> Judged | None:
        """What `volume` shows, and the view that shows it: the evidence. None if there is no surface."""
        return judge(volume, self._network, self._photographs)

    @cached_property
    def _network(self) -> "FaceNetwork":
        from phivet.models.faces_network import FaceNetwork

        return self._given or FaceNetwork()

    def _in_volume(self, volume: Volume) -> list[Finding]:
        if not volume.is_solid:
            frames = volume.shape[0] if len(volume.sources) == 1 else 1
            for source in volume.sources:
                volume.coverage.skip(source, ranges(list(range(frames))), Why.TOO_FEW_SLICES)
            return []
        judged = self.judge(volume)
        if judged is None or judged.score < LEAST:
            return []
        return [Finding(Category.FACE, whole(volume), judged.score, self.name, judged.reasons)]

    def _in_frames(self, frames: Frames) -> Iterator[Finding]:
        scenes: list[View] = []
        for index, view in frames.views(besides=frames.sliced):
            upright = turn_upright(view, frames.upright)
            seen = self.look(upright, frames.modality, SELDOM + SELDOMER * (index in frames.lying))
            if frames.paged or _is_another(upright, scenes):
                height, width = upright.shape[:2]
                seen += [
                    (Category.BIOMETRIC, each.score, (0, 0, width, height), (each.reason,))
                    for each in biometrics(upright)
                ]
            for category, score, box, reasons in seen:
                place = frames.box(index, *box_in_stored(box, view.shape, frames.upright))
                if score >= LEAST:
                    yield Finding(category, place, score, self.name, reasons)

    def look(self, view: View, modality: str, seldom: float = SELDOM) -> list[Seen]:
        """The faces in an upright picture: those of a photograph, or the one of a reconstruction; unlikely ones too.

        `seldom` is how much rarer faces are than the network learned, as the logarithm of odds.
        """
        photographed: list[Found] = []
        if is_photograph(view) or modality in SHADED or (modality in CAMERAS and _is_grey(view)):
            photographed = self._photographs.find(view)
        if modality in SHADED:
            return self._shaded(view, photographed, seldom)
        found = [_face(each.score, each.box, view, Reason.PHOTOGRAPH) for each in photographed]
        if any(each.score >= SURE for each in photographed):
            return found
        return [*found, self._rendered(view, seldom)]

    def _shaded(self, view: View, photographed: list[Found], seldom: float) -> list[Seen]:
        """What both say of a picture that is most likely a rendering, and may be a photograph."""
        surest = max(photographed, key=lambda each: each.score, default=None)
        if surest is None:
            return [self._rendered(view, seldom)]
        category, score, box, reasons = self._rendered(view, seldom - SECONDED * surest.score)
        if surest.score >= STAGGERING and is_photograph(view):
            agreed = self._rendered(view, 0.0)[1] >= SURE
            score = max(score, surest.score if agreed else REVIEWED)
        if surest.score >= SURE:
            return [_face(score, surest.box, view, *(each for each in reasons if each is not Reason.PARTIAL_FACE))]
        return [(category, score, box, reasons)]

    def _rendered(self, view: View, seldom: float) -> Seen:
        """What the network says of a picture."""
        (seen,) = self._network.judge([view])
        score = when_seldom(seen.face, seldom)
        if seen.kind == "fetus":
            return _face(min(score, FETUS_AT_MOST), seen.box, view, Reason.RECONSTRUCTION, Reason.FETUS)
        return _face(score, seen.box, view, Reason.RECONSTRUCTION)


def _face(score: float, box: tuple[int, int, int, int] | None, view: View, *reasons: Reason) -> Seen:
    """A face in `box`, or somewhere in `view` if that is not known; one that the picture's edge cuts is partial."""
    height, width = view.shape[:2]
    if box is not None and (box[0] <= 0 or box[1] <= 0 or box[2] >= width or box[3] >= height):
        reasons = (*reasons, Reason.PARTIAL_FACE)
    return Category.FACE, score, box or (0, 0, width, height), reasons


def _is_another(view: View, scenes: list[View]) -> bool:
    """Whether `view` shows none of the `scenes` before, to which it is then added: most frames of a film do not."""
    grey = view if view.ndim == 2 else view.mean(axis=2).astype(np.uint8)
    small = np.asarray(Image.fromarray(grey).resize((THUMB, THUMB), Image.Resampling.BOX), np.uint8)
    if any(float(np.abs(small.astype(np.int16) - scene).mean()) < ANOTHER for scene in scenes):
        return False
    scenes.append(small)
    return True


def when_seldom(face: float, seldom: float = SELDOM) -> float:
    """The network's probability, faces being so seldom."""
    kept = min(max(face, 1e-6), 1 - 1e-6)
    return 1 / (1 + math.exp(seldom) * (1 - kept) / kept)


def _is_grey(view: View) -> bool:
    return view.ndim == 2 or bool((view[..., :1] == view).all())
