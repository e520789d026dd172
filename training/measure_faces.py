"""The figures of the detector of faces on held-out renderings and volumes: what `Faces` tells of them is scored.

A face is told from `REVIEWED` on, where every policy has a person look at it, and blocks from `BLOCKED` on. A figure's
name says what it is of:

    auroc/renders             faces against all else, held-out looks, renderers and defacers among them
    recall/renders            the share of faces told; recall/whole, recall/partial, recall/fetus: of those
    recall/look-NAME          the same by look, recall/by-RENDERER by renderer
    recall/network            the share that the network of faces alone would tell
    blocked/renders           the share of faces that block
    false/renders             the share of pictures without a face in which one is told; false/GROUP: by what they show
    false/network             the share in which the network of faces alone would tell one
    false/blocked             the share of pictures without a face that block
    boxes/overlap             mean overlap (intersection over union) of the boxes of faces that are told
    calibration/error         expected calibration error of pictures, weighed so that faces are as seldom as in cases
    accuracy/volumes          the share of volumes judged rightly: face, or defaced, stripped, cropped, no head
    recall/volumes, blocked/volumes, false/volumes, false/volumes-blocked     the same of volumes
    told-face/WAY             the share of volumes in which a face is told, by what was done to the head
    auroc/volumes-NAME        by modality (CT, MR, PT) and by thickness of the slices (thin, 2.5-3, 4-6 mm)
    calibration/error/volumes expected calibration error of volumes, as they come in the held-out set

`replaced` volumes show a face, though not the patient's: they have a row, and are in no other figure.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from phivet.cases.findings import Reason
from phivet.models.faces import SELDOM, Faces, when_seldom
from phivet.training import faces_card, plots
from phivet.training.bars import Bar, Bars
from phivet.training.calibration import binned
from phivet.training.intervals import Array, Figure, Ratio, figure, resampled, weights
from phivet.training.measured import DataSet, Measured

if TYPE_CHECKING:
    from phivet.datasets.faces import LabelledScreen, LabelledVolume
    from phivet.models.faces_network import FaceNetwork

REVIEWED, BLOCKED = 0.2, 0.8
"""From these probabilities on a face is reviewed, and blocks, under every policy."""
MODALITY = "CT"
"""Of the study in whose secondary captures the pictures stand."""
BARS: Bars = {
    "auroc/renders": Bar(0.995),
    "recall/renders": Bar(0.98),
    "recall/partial": Bar(0.90),
    "false/renders": Bar(0.01, at_most=True),
    "accuracy/volumes": Bar(0.98),
}


@dataclass(frozen=True)
class Told:
    """What is told of a picture: the probability of its likeliest face, its box, whether it is a fetus's.

    `network` is the probability by the network of faces alone.
    """

    face: float
    box: tuple[int, int, int, int] | None = None
    fetus: bool = False
    network: float = 0.0


@dataclass(frozen=True)
class ToldVolume:
    """A labelled volume, and the probability of a face that is told of it."""

    way: str
    face: bool | None
    owner: str
    modality: str
    thickness: str
    score: float


def measure(weights: Path | None = None) -> Measured:
    """The detector with the network in the folder `weights`, or the shipped one, on the held-out data."""
    from phivet.datasets.faces import held_out, held_out_volumes
    from phivet.models.faces_network import FaceNetwork

    network = FaceNetwork(weights)
    screens = held_out()
    told = judged(network, screens)
    volumes, seconds = judged_volumes(network, held_out_volumes())
    speed = {"picture_ms": _latency(network, screens), "volume_seconds": seconds}
    return counted(screens, told, volumes, speed)


def judged(network: FaceNetwork, screens: Iterable[LabelledScreen]) -> list[Told]:
    """What the detector with this network tells of each."""
    faces = Faces(network=network)
    told = []
    for each in screens:
        pixels = each.screen.pixels
        _, score, box, reasons = max(faces.look(pixels, MODALITY), key=lambda seen: seen[1])
        alone = when_seldom(network.judge([pixels])[0].face)
        told.append(Told(score, box, Reason.FETUS in reasons, alone))
    return told


def judged_volumes(network: FaceNetwork, volumes: Iterable[LabelledVolume]) -> tuple[list[ToldVolume], float]:
    """The same of volumes, and the median of the seconds that one takes."""
    faces = Faces(network=network)
    told, seconds = [], []
    for each in volumes:
        began = time.perf_counter()
        found = faces.judge(each.scan.volume())
        seconds.append(time.perf_counter() - began)
        score = 0.0 if found is None else found.score
        thickness = each.scan.thickness
        group = "thin" if thickness < 2.5 else "2.5-3 mm" if thickness < 3.5 else "4-6 mm"
        told.append(ToldVolume(each.way, each.face, each.owner, each.scan.modality, group, score))
    return told, median(seconds) if seconds else float("nan")


def counted(
    screens: Sequence[LabelledScreen],
    told: Sequence[Told],
    volumes: Sequence[ToldVolume] = (),
    speed: Mapping[str, float] | None = None,
    replicates: int = 1_000,
) -> Measured:
    """The figures of what was `told`."""
    owners = [each.owner for each in screens] + [each.owner for each in volumes]
    weighed = weights(owners, replicates)
    count, total = len(screens), len(owners)
    scores = np.array([each.face for each in told] + [each.score for each in volumes])
    face = np.array([each.face for each in screens] + [bool(each.face) for each in volumes])
    drawn = np.arange(total) < count
    known = np.array([each.face is not None for each in volumes], bool)
    ratios = _of_renders(screens, told, total)
    if volumes:
        ratios |= _of_volumes(volumes, count)
    ratios = {name: ratio for name, ratio in ratios.items() if ratio.whole.any()}
    figures: dict[str, Figure] = {"auroc/renders": _auroc(scores, face, drawn, weighed)}
    for name, scope in _scopes(volumes):
        within = np.concatenate([np.zeros(count, bool), scope & known])
        figures[f"auroc/volumes{name}"] = _auroc(scores, face, within, weighed)
    values = resampled(weighed, ratios)
    figures |= {name: figure(values[name], ratio.whole.sum()) for name, ratio in ratios.items()}
    extra: dict[str, Any] = {"threshold": REVIEWED}
    seldom = _as_seldom(face, drawn)
    rows = [("calibration/error", "reliability", np.flatnonzero(drawn), seldom)]
    if volumes:
        rows.append(("error/volumes", "reliability_volumes", count + np.flatnonzero(known), np.ones(total)))
    for name, plot, items, heavy in rows:
        bins = binned(items.tolist(), scores[items].tolist(), face[items].tolist(), total)
        figures[name] = figure(bins.error(weighed * heavy), len(items))
        extra[plot] = [asdict(point) for point in bins.points()]
    guarded = {
        "recall of renders": ratios["recall/renders"],
        "renders without a face": _not(ratios["false/renders"]),
    }
    if volumes:
        guarded["volumes"] = ratios["accuracy/volumes"]
    return Measured(owners, figures, guarded, speed or {}, extra)


def draw(measured: Measured, folder: Path) -> list[Path]:
    """Write `reliability.png`, and `reliability_volumes.png` if there are any, to `folder`; their paths."""
    errors = {"reliability": "calibration/error", "reliability_volumes": "error/volumes"}
    pictures = {
        plot: plots.reliability(measured.extra[plot], measured.figures[name].value)
        for plot, name in errors.items()
        if plot in measured.extra
    }
    return plots.written(pictures, folder)


def card(measured: Measured, data: Mapping[str, DataSet], run: str, code: str) -> str:
    """The text of the model card."""
    return faces_card.card_text(measured, data, BARS, (REVIEWED, BLOCKED), run, code)


def _as_seldom(face: NDArray[np.bool_], drawn: NDArray[np.bool_]) -> Array:
    """What each picture weighs for faces to be as seldom as they are in cases."""
    ones, others = int((face & drawn).sum()), int((~face & drawn).sum())
    return np.where(face, others / max(1, ones) * np.exp(-SELDOM), 1.0)


def _not(ratio: Ratio) -> Ratio:
    return Ratio(ratio.whole - ratio.part, ratio.whole)


def _of_renders(screens: Sequence[LabelledScreen], told: Sequence[Told], total: int) -> dict[str, Ratio]:
    count = len(screens)
    scores = np.array([one.face for one in told])
    found, blocked = scores >= REVIEWED, scores >= BLOCKED
    alone = np.array([one.network >= REVIEWED for one in told])
    face = np.array([each.face for each in screens])

    def ratio(scope: NDArray[np.bool_], part: NDArray[Any] = found) -> Ratio:
        within, made = np.zeros(total), np.zeros(total)
        within[:count], made[:count] = scope, part
        return Ratio(within * made, within)

    groups = np.array([each.group for each in screens])
    names = np.array([each.screen.look for each in screens])
    renderers = np.array([each.screen.renderer for each in screens])
    ratios = {
        "recall/renders": ratio(face),
        "recall/network": ratio(face, alone),
        "blocked/renders": ratio(face, blocked),
        "false/renders": ratio(~face),
        "false/network": ratio(~face, alone),
        "false/blocked": ratio(~face, blocked),
    }
    for group in ("whole", "partial", "fetus"):
        ratios[f"recall/{group}"] = ratio(face & (groups == group))
    fetus = np.array([one.fetus for one in told])
    ratios["recall/fetus-told"] = ratio(face & found & (groups == "fetus"), fetus)
    ratios |= {f"recall/look-{name}": ratio(face & (names == name)) for name in sorted(set(names[face]))}
    ratios |= {f"recall/by-{name}": ratio(face & (renderers == name)) for name in sorted(set(renderers[face]))}
    ratios |= {f"false/{name}": ratio(~face & (groups == name)) for name in sorted(set(groups[~face]))}
    overlap = np.array([_overlap(each.screen.box, one.box) for each, one in zip(screens, told, strict=True)])
    boxed = np.array([each.screen.box is not None for each in screens])
    ratios["boxes/overlap"] = ratio(face & found & boxed, overlap)
    return ratios


def _of_volumes(volumes: Sequence[ToldVolume], before: int) -> dict[str, Ratio]:
    """Of `volumes`, which come after so many pictures."""
    scores = np.array([each.score for each in volumes])
    found, blocked = scores >= REVIEWED, scores >= BLOCKED
    known = np.array([each.face is not None for each in volumes])
    face = np.array([bool(each.face) for each in volumes])
    ways = np.array([each.way for each in volumes])

    def ratio(scope: NDArray[np.bool_], part: NDArray[np.bool_] = found) -> Ratio:
        return Ratio(*(np.concatenate([np.zeros(before), each.astype(float)]) for each in (scope & part, scope)))

    return {
        "accuracy/volumes": ratio(known, found == face),
        "recall/volumes": ratio(known & face),
        "blocked/volumes": ratio(known & face, blocked),
        "false/volumes": ratio(known & ~face),
        "false/volumes-blocked": ratio(known & ~face, blocked),
        **{f"told-face/{way}": ratio(ways == way) for way in dict.fromkeys(ways.tolist())},
    }


def _scopes(volumes: Sequence[ToldVolume]) -> list[tuple[str, NDArray[np.bool_]]]:
    """All volumes, those of a modality, those of a thickness."""
    if not volumes:
        return []
    scopes = [("", np.ones(len(volumes), bool))]
    for of in ("modality", "thickness"):
        values = np.array([getattr(each, of) for each in volumes])
        scopes += [(f"-{value}", values == value) for value in sorted(set(values.tolist()))]
    return scopes


def _auroc(scores: Array, face: NDArray[np.bool_], scope: NDArray[np.bool_], weighed: Array) -> Figure:
    """The chance that a face scores above what is none, ties for half, in the sample and in each replicate."""
    kept = np.flatnonzero(scope)
    order = kept[np.argsort(scores[kept], kind="stable")]
    ones, others = weighed[:, order] * face[order], weighed[:, order] * ~face[order]
    _, group = np.unique(scores[order], return_inverse=True)
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    if not len(starts):
        return figure(np.full(len(weighed), np.nan), 0)
    ones, others = (np.add.reduceat(each, starts, axis=1) for each in (ones, others))
    below = np.cumsum(others, axis=1) - others
    pairs = ones.sum(1) * others.sum(1)
    above = (ones * (below + others / 2)).sum(1)
    return figure(np.divide(above, pairs, out=np.full(len(weighed), np.nan), where=pairs > 0), len(kept))


def _overlap(one: tuple[float, float, float, float] | None, other: tuple[float, float, float, float] | None) -> float:
    if one is None or other is None:
        return 0.0
    wide, tall = (min(one[2 + at], other[2 + at]) - max(one[at], other[at]) for at in (0, 1))
    both = max(0.0, wide) * max(0.0, tall)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return both / max(sum(areas) - both, 1e-9)


def _latency(network: FaceNetwork, screens: Sequence[LabelledScreen], count: int = 25) -> float:
    """The median of some pictures, one by one, in milliseconds."""
    faces = Faces(network=network)
    times = []
    for each in screens[:: max(1, len(screens) // count)]:
        began = time.perf_counter()
        faces.look(each.screen.pixels, MODALITY)
        times.append(1_000 * (time.perf_counter() - began))
    return median(times)
