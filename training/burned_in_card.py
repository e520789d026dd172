"""The model card of the networks for burned-in text: data, figures with intervals, limits, where the run is."""

from collections.abc import Mapping

from phivet.training.bars import Bars
from phivet.training.cards import data_rows, figure_rows
from phivet.training.measured import DataSet, Measured

_TEXT = """\
---
license: apache-2.0
library_name: pytorch
pipeline_tag: image-to-text
---

# phivet burned_in_text

Three networks: `map.safetensors` finds lines of text in a radiological frame (U-shaped, some 100 thousand parameters,
milliseconds a frame on a processor's core), `reader.safetensors` reads a line (CRNN, 3.8 million parameters, from
EasyOCR's english_g2, Apache-2.0, trained on with overlay text at half its height), `judge.safetensors` tells a line
that identifies from one that a radiologist needs (280 thousand weights, nearly all of runs of letters; trained on what
the other two make of frames). They are parts of one of phivet's detectors and meant to be used inside it: rules and the
case's own values come first, and a moderator looks at what is unsure.

## Data

Synthetic frames only, made from a seed by `phivet.datasets.burned_in_text`: real backgrounds without text from pydicom,
pydicom-data, deid-data and scikit-image, and drawn ones; console, film, page and screen layouts; made-up patients. The
held-out frames have fonts, layouts, backgrounds, names and towns of their own.

{data}

## Figures on {items:,} held-out frames and series

Shares in per cent, errors as ratios, the map's alarms (boxes without text) per frame. In brackets the 95 % interval:
1,000 bootstrap replicates that draw layouts on backgrounds ({sources} of them), then their frames. The detector is
scored as it is served, with nothing known of the case.

{figures}

Exact binomial intervals (Clopper and Pearson) of the shares, in per cent:

{exact}

{speed}

## Limits

- Synthetic frames are not a hospital's archive: these figures say how it does on fonts and layouts it never saw, not on
  yours.
- The reader writes Latin letters without accents. Arabic script is found by the map, but not read.
- Letters lower than 8 pixels, fainter than 3 grey levels or than twice the noise are asked of nobody.

## Origin

MLflow run {run}, code {code}.
"""


def card_text(measured: Measured, data: Mapping[str, DataSet], bars: Bars, run: str, code: str) -> str:
    """The text of README.md for networks that were trained in `run` and have these figures on the held-out frames."""
    exact = measured.extra["exact"]
    rows = [f"- {name}: {100 * low:.2f} to {100 * high:.2f}" for name, (low, high) in exact.items()]
    names = [
        name
        for name in measured.figures
        if name.startswith(("images/", "series/", "boxes/", "map/", "reader/", "stock/"))
    ]
    speed = ", ".join(f"{name.removesuffix('_ms')} {value:.0f} ms a frame" for name, value in measured.speed.items())
    return _TEXT.format(
        data=data_rows(data, "frames"),
        items=measured.items,
        sources=measured.sources,
        figures=figure_rows(measured.figures, bars, names),
        exact="\n".join(rows),
        speed=f"Measured with others at work on the machine: {speed}." if speed else "",
        run=run or "none",
        code=code or "unknown",
    )
