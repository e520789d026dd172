"""The looks that programs give their renderings: skin, grey, bone, see-through, flesh, brightest voxels, and more.

`HELD_OUT` looks are never trained on. They differ in more than colour, for the network sees grey: a surface shaded by
its depth, by how it turns away, or by its hollows instead of by a light; and a volume whose colours run up and down.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from phivet.datasets.faces_renderers import SHADES, Look, Shade

SKINS = ("skin", "grey", "white", "bronze", "clay", "green")
BONES = ("bone", "ivory", "fog-free")
SEE_THROUGH = ("red-fog", "grey-fog", "brown-fog", "blue-fog")
FLAT = ("brightest", "mean")
HELD_OUT = ("depth", "glass", "cavity", "rainbow")
_COLOURS = {
    "skin": ((0.92, 0.72, 0.6), (0.96, 0.8, 0.7)),
    "grey": ((0.6, 0.6, 0.6), (0.85, 0.85, 0.85)),
    "white": ((0.95, 0.95, 0.95), (1.0, 1.0, 1.0)),
    "bronze": ((0.5, 0.32, 0.18), (0.8, 0.6, 0.35)),
    "clay": ((0.7, 0.45, 0.36), (0.9, 0.62, 0.5)),
    "green": ((0.4, 0.7, 0.45), (0.75, 0.95, 0.8)),
    "depth": ((0.6, 0.6, 0.6), (0.85, 0.85, 0.85)),
    "glass": ((0.5, 0.7, 0.8), (0.8, 0.95, 1.0)),
    "cavity": ((0.6, 0.6, 0.5), (0.9, 0.85, 0.75)),
    "bone": ((0.85, 0.82, 0.7), (1.0, 1.0, 0.92)),
    "ivory": ((0.95, 0.85, 0.65), (1.0, 0.95, 0.85)),
}
_FOGS = {
    "red-fog": ((0.55, 0.1, 0.08), (0.8, 0.3, 0.2), (1.0, 0.95, 0.85)),
    "grey-fog": ((0.4, 0.4, 0.4), (0.6, 0.6, 0.6), (1.0, 1.0, 1.0)),
    "brown-fog": ((0.6, 0.4, 0.28), (0.75, 0.55, 0.4), (0.95, 0.9, 0.75)),
    "blue-fog": ((0.2, 0.35, 0.6), (0.45, 0.6, 0.8), (1.0, 0.9, 0.7)),
}


def table(stops: Sequence[tuple[float, ...]]) -> NDArray[np.float32]:
    """Colours and opacities (256, 4) that run evenly between stops of (share, red, green, blue, opacity)."""
    share = np.linspace(0, 1, 256)
    at = np.array(stops)
    return np.stack([np.interp(share, at[:, 0], at[:, channel]) for channel in range(1, 5)], 1).astype(np.float32)


def look(name: str, rng: np.random.Generator) -> Look:
    """One of the kind, for Hounsfield units: its light, level and opacities differ each time."""
    way = rng.normal(0, 0.55, 2)
    lit = {
        "light": (float(way[0]), float(way[1] + 0.25), float(rng.uniform(0.3, 1.0))),
        "ambient": float(rng.uniform(0.08, 0.4)),
        "shine": float(rng.choice((0.0, 0.15, 0.35, 0.6))),
    }
    if name in FLAT:
        low = float(rng.uniform(-400, 100))
        return Look(name, "brightest" if name == "brightest" else "mean", _ramp((0, 0, 0), (1, 1, 1)), low, low + 1800)
    if name in BONES:
        colours = _COLOURS.get(name, _COLOURS["bone"])
        if name == "fog-free":
            thick = rng.uniform(0.25, 0.9)
            stops = [
                (0.0, *colours[0], 0.0),
                (0.08, *colours[0], 0.0),
                (0.25, *colours[0], thick / 2),
                (1, *colours[1], thick),
            ]
            return Look(name, "volume", table(stops), float(rng.uniform(120, 250)), 1500.0, **lit)  # type: ignore[arg-type]
        return Look(name, "surface", _ramp(*colours), 0.0, 2000.0, float(rng.uniform(180, 500)), **lit)  # type: ignore[arg-type]
    if name in _FOGS:
        skin, flesh, bone = _FOGS[name]
        edge, fog, hard = rng.uniform(0.025, 0.16), rng.uniform(0.0, 0.05), rng.uniform(0.15, 0.8)
        stops = [
            (0.0, *skin, 0.0), (0.15, *skin, 0.0), (0.3, *skin, edge), (0.37, *skin, edge), (0.4, *flesh, fog),
            (0.44, *flesh, fog), (0.5, *bone, hard / 2), (1.0, *bone, hard),
        ]  # fmt: skip
        return Look(name, "volume", table(stops), -1000.0, 1500.0, **lit)  # type: ignore[arg-type]
    if name == "rainbow":
        edge, fog = rng.uniform(0.06, 0.25), rng.uniform(0.02, 0.1)
        stops = [
            (0.0, 0, 0, 0.4, 0.0), (0.15, 0.1, 0.2, 0.7, 0.0), (0.3, 0.1, 0.5, 0.7, edge), (0.42, 0.2, 0.7, 0.4, fog),
            (0.55, 0.8, 0.8, 0.2, 0.4), (0.8, 0.9, 0.5, 0.1, 0.7), (1.0, 0.8, 0.1, 0.1, 0.9),
        ]  # fmt: skip
        return Look(name, "volume", table(stops), -1000.0, 1500.0, **lit)  # type: ignore[arg-type]
    shade: Shade = name if name in SHADES else "lit"
    level = float(rng.uniform(-700, -80))
    return Look(name, "surface", _ramp(*_COLOURS[name]), -300.0, 1500.0, level, shade=shade, **lit)  # type: ignore[arg-type]


def _ramp(low: Sequence[float], high: Sequence[float]) -> NDArray[np.float32]:
    return table([(0.0, *low, 1.0), (1.0, *high, 1.0)])
