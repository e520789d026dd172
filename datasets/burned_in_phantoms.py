"""Frames drawn as each modality looks, without any text: phantoms with what text is mistaken for.

Bodies, bones, grids, wires, clips, speckle, flow, calipers, rulers, traces, vessels, counts, scratches, folds, panels.
"""

from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]
Noise = np.random.Generator


def _texture(noise: Noise, height: int, width: int, grain: float) -> Floats:
    """Smooth noise of zero mean and unit deviation; `grain` in pixels."""
    step = max(1.0, grain)
    small: Any = noise.standard_normal((int(height / step) + 3, int(width / step) + 3)).astype(np.float32)
    if step > 1:
        small = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(small[:height, :width], np.float32)


def _blobs(noise: Noise, canvas: Floats, count: int, levels: tuple[float, float], size: tuple[float, float]) -> None:
    """Ellipses: organs, bones, vessels, shadows."""
    height, width = canvas.shape[:2]
    for _ in range(count):
        axes = tuple(int(max(1, noise.uniform(*size) * min(height, width))) for _ in range(2))
        centre = (int(noise.uniform(0.15, 0.85) * width), int(noise.uniform(0.15, 0.85) * height))
        level = float(noise.uniform(*levels))
        cv2.ellipse(
            canvas, centre, axes, float(noise.uniform(0, 180)), 0, 360, (level,) * 3, int(noise.choice((-1, -1, 2, 5)))
        )


def _slice(noise: Noise, height: int, width: int, style: int) -> Floats:
    """CT or MR: a body with organs on air, a table, noise, at times ringing and a bias field."""
    canvas: Any = np.full((height, width), float(noise.choice((0, 0, 0, 8, 25, 120))), np.float32)
    centre = (int(width * noise.uniform(0.4, 0.6)), int(height * noise.uniform(0.4, 0.6)))
    axes = (int(width * noise.uniform(0.2, 0.48)), int(height * noise.uniform(0.2, 0.45)))
    cv2.ellipse(canvas, centre, axes, 0, 0, 360, float(noise.uniform(60, 170)), -1)
    inner = (max(1, axes[0] - int(noise.uniform(2, 12))), max(1, axes[1] - int(noise.uniform(2, 12))))
    cv2.ellipse(canvas, centre, inner, 0, 0, 360, float(noise.uniform(40, 150)), -1)
    body = canvas.copy()
    _blobs(noise, body, int(noise.integers(4, 22)), (10, 250), (0.01, 0.12))
    mask = np.zeros((height, width), np.uint8)
    cv2.ellipse(mask, centre, inner, 0, 0, 360, 1, -1)
    canvas = np.where(mask > 0, body, canvas)
    if noise.random() < 0.4:
        y = int(height * noise.uniform(0.78, 0.95))
        cv2.ellipse(
            canvas,
            (width // 2, y - height),
            (width, height),
            0,
            60,
            120,
            float(noise.uniform(60, 200)),
            int(noise.integers(1, 4)),
        )
    canvas = cv2.GaussianBlur(canvas, (0, 0), float(noise.uniform(0.4, 2.0)))
    if style or noise.random() < 0.3:
        canvas = canvas * (1 + 0.15 * _texture(noise, height, width, min(height, width) / 3))
    if noise.random() < 0.3:
        rows = np.arange(height, dtype=np.float32)[:, None]
        canvas = canvas + 3 * np.sin(rows * float(noise.uniform(0.4, 2.5))) * (mask > 0)
    grain = float(noise.choice((1, 1, 1.6, 2.5)))
    outside = float(noise.choice((0, 0.2, 1)))
    grained = _texture(noise, height, width, grain) * float(noise.uniform(0, 14))
    return np.asarray(canvas + grained * np.where(mask > 0, 1, outside))


def _radiograph(noise: Noise, height: int, width: int, style: int) -> Floats:
    """Wide soft shadows, bones with edges, ribs, collimation, a grid, a lead marker's edges."""
    canvas = 120 + 50 * _texture(noise, height, width, min(height, width) / 2.5)
    bones = np.zeros((height, width), np.float32)
    for _ in range(int(noise.integers(2, 12))):
        start = noise.uniform(0, 1, 2) * (width, height)
        angle, length = noise.uniform(0, np.pi), noise.uniform(0.2, 0.9) * height
        end = start + length * np.array([np.cos(angle), np.sin(angle)])
        thick = int(max(2, noise.uniform(0.01, 0.12) * width))
        cv2.line(bones, tuple(int(v) for v in start), tuple(int(v) for v in end), float(noise.uniform(10, 60)), thick)
    for number in range(int(noise.integers(0, 9))):
        y = int(height * (0.1 + 0.09 * number))
        cv2.ellipse(
            bones, (width // 3, y), (int(width * 0.3), int(height * 0.1)), 10, 180, 360, 25.0, max(1, height // 60)
        )
    canvas = canvas + cv2.GaussianBlur(bones, (0, 0), float(noise.uniform(0.6, 3)))
    if noise.random() < 0.4:
        x0, y0 = int(width * noise.uniform(0, 0.2)), int(height * noise.uniform(0, 0.2))
        edge = np.full((height, width), float(noise.choice((0, 8, 250))), np.float32)
        edge[y0 : height - y0, x0 : width - x0] = canvas[y0 : height - y0, x0 : width - x0]
        canvas = edge
    if noise.random() < 0.2:
        canvas[:, :: int(noise.integers(2, 9))] += float(noise.uniform(2, 8))
    if noise.random() < 0.3:
        _wires(noise, canvas)
    if noise.random() < 0.3:
        canvas = 255 - canvas
    return canvas + _texture(noise, height, width, 1 + style) * float(noise.uniform(0.5, 10))


def _wires(noise: Noise, canvas: Floats) -> None:
    """Tubes, leads, clips, screws."""
    height, width = canvas.shape[:2]
    for _ in range(int(noise.integers(1, 5))):
        steps = np.cumsum(noise.normal(0, 0.06, (12, 2)), 0) + noise.uniform(0.1, 0.9, 2)
        points = np.round(steps * (width, height)).astype(np.int32)
        cv2.polylines(canvas, [points], False, float(noise.uniform(150, 255)), int(noise.integers(1, 4)))
    for _ in range(int(noise.integers(0, 6))):
        x, y = int(noise.uniform(0, width)), int(noise.uniform(0, height))
        kind = int(noise.integers(0, 3))
        if kind == 0:
            cv2.circle(canvas, (x, y), int(noise.integers(2, 12)), 240.0, int(noise.integers(-1, 3)))
        elif kind == 1:
            cv2.rectangle(canvas, (x, y), (x + int(noise.integers(3, 30)), y + int(noise.integers(3, 30))), 235.0, 1)
        else:
            cv2.line(canvas, (x, y), (x + int(noise.integers(-20, 20)), y + int(noise.integers(-20, 20))), 245.0, 2)


def _mammogram(noise: Noise, height: int, width: int, style: int) -> Floats:
    """A bright half disc of strands on black."""
    canvas: Any = np.zeros((height, width), np.float32)
    cv2.ellipse(
        canvas,
        (0, height // 2),
        (int(width * noise.uniform(0.4, 0.8)), int(height * noise.uniform(0.3, 0.48))),
        0,
        -90,
        90,
        1.0,
        -1,
    )
    breast = cv2.GaussianBlur(canvas, (0, 0), max(1.0, width / 60))
    tissue = 70 + 35 * _texture(noise, height, width, width / 12) + 18 * _texture(noise, height, width, width / 50)
    canvas = breast * np.maximum(0, tissue) + _texture(noise, height, width, 1) * float(noise.uniform(0, 4))
    if style:
        # through the paddle of a spot compression
        at = (int(width * noise.uniform(0.2, 0.5)), int(height * noise.uniform(0.4, 0.6)))
        cv2.circle(canvas, at, max(6, width // 6), float(noise.uniform(90, 200)), max(1, width // 150))
        canvas *= 1.2
    return np.asarray(canvas if noise.random() < 0.5 else canvas[:, ::-1])


def _ultrasound(noise: Noise, height: int, width: int, style: int) -> Floats:
    """A sector or a rectangle of speckle, a grey bar, ticks, at times colour flow, a trace."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    apex = (width * float(noise.uniform(0.4, 0.6)), height * float(noise.uniform(-0.1, 0.15)))
    radius = np.hypot(x - apex[0], y - apex[1])
    if noise.random() < 0.7:
        spread = float(noise.uniform(0.5, 0.9))
        inside = (
            (np.abs(np.arctan2(x - apex[0], y - apex[1])) < spread) & (radius < height * 0.9) & (radius > height * 0.1)
        )
    elif style:
        # steered: a slanted parallelogram
        slant = x - width * 0.3 - float(noise.uniform(0.2, 0.5)) * (y - height * 0.15)
        inside = (slant > 0) & (slant < width * 0.4) & (y > height * 0.15) & (y < height * 0.8)
    else:
        inside = (x > width * 0.2) & (x < width * 0.8) & (y > height * 0.15) & (y < height * 0.8)
    if style:
        # less deep
        inside &= radius < height * float(noise.uniform(0.6, 0.85))
    fine, coarse = float(noise.uniform(1, 2.5)), float(noise.uniform(2, 5))
    speckle = np.exp(0.45 * _texture(noise, height, width, fine) + 0.3 * _texture(noise, height, width, coarse))
    tissue = 45 + 40 * _texture(noise, height, width, min(height, width) / 6)
    canvas = np.where(inside, np.maximum(0, tissue) * speckle, float(noise.choice((0, 0, 4, 16, 30))))
    if noise.random() < 0.4:
        dark = canvas.copy()
        _blobs(noise, dark, int(noise.integers(1, 4)), (0, 10), (0.02, 0.1))
        canvas = np.where(inside, dark, canvas)
    if noise.random() < 0.7:
        x0 = int(width * noise.uniform(0.03, 0.95))
        ramp = np.linspace(255, 0, max(2, height // 3), dtype=np.float32)[:, None]
        canvas[height // 10 : height // 10 + len(ramp), x0 : x0 + 10] = ramp
    _ticks(noise, canvas)
    if noise.random() < 0.3:
        _trace(noise, canvas)
    if noise.random() < 0.45 + 0.2 * style:
        return _coloured(noise, canvas, inside)
    return canvas


def _ticks(noise: Noise, canvas: Floats) -> None:
    """Scales, rulers, calipers, crosses, a focus mark."""
    height, width = canvas.shape[:2]
    for _ in range(int(noise.integers(0, 4))):
        level, step = float(noise.uniform(90, 255)), int(noise.integers(6, 40))
        if noise.random() < 0.6:
            x, tall = int(noise.uniform(0, width - 8)), int(noise.uniform(0.3, 0.95) * height)
            for number, y in enumerate(range(int(0.03 * height), tall, step)):
                cv2.line(canvas, (x, y), (x + (6 if number % 5 == 0 else 3), y), level, 1)
        else:
            y = int(noise.uniform(0, height - 8))
            for number, x in enumerate(range(int(0.1 * width), int(0.9 * width), step)):
                cv2.line(canvas, (x, y), (x, y + (6 if number % 5 == 0 else 3)), level, 1)
    for _ in range(int(noise.integers(0, 4))):
        x, y, arm = int(noise.uniform(8, width - 8)), int(noise.uniform(8, height - 8)), int(noise.integers(2, 7))
        cv2.drawMarker(
            canvas,
            (x, y),
            230.0,
            int(noise.choice((cv2.MARKER_CROSS, cv2.MARKER_TILTED_CROSS, cv2.MARKER_TRIANGLE_UP))),
            2 * arm,
            1,
        )
        if noise.random() < 0.5:
            end = (int(noise.uniform(8, width - 8)), int(noise.uniform(8, height - 8)))
            for part in np.linspace(0, 1, 30):
                point = (int(x + part * (end[0] - x)), int(y + part * (end[1] - y)))
                cv2.circle(canvas, point, 0, 200.0, -1)


def _trace(noise: Noise, canvas: Floats) -> None:
    """An electrocardiogram."""
    height, width = canvas.shape[:2]
    x = np.arange(0, width, 2)
    beat = np.exp(-(((x % max(20, width // 6)) - 10.0) ** 2) / 8) * height * 0.06
    y = height * float(noise.uniform(0.8, 0.95)) - beat + noise.normal(0, 0.7, len(x))
    cv2.polylines(canvas, [np.stack([x, y], 1).astype(np.int32)], False, 200.0, 1)


def _coloured(noise: Noise, canvas: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Grey as RGB, with a flow in red and blue, or a tint."""
    height, width = canvas.shape
    made = np.repeat(canvas[..., None], 3, 2)
    if noise.random() < 0.6:
        flow = _texture(noise, height, width, min(height, width) / 7)
        strong = (np.abs(flow) > 1.1) & inside
        made[strong & (flow > 0)] = (230, 60, 20)
        made[strong & (flow < 0)] = (20, 60, 230)
        ramp = np.linspace(0, 1, max(2, height // 4), dtype=np.float32)[:, None]
        bar = np.stack([255 * (1 - ramp), 60 + 0 * ramp, 255 * ramp], 2)
        made[10 : 10 + len(bar), width - 14 : width - 4] = bar
        return made
    return made * np.array(noise.choice(((1, 0.95, 0.75), (0.85, 0.95, 1), (1, 0.8, 0.55)), axis=0), np.float32)


def _angiogram(noise: Noise, height: int, width: int, style: int) -> Floats:
    """Dark branching vessels on grey."""
    canvas = 140 + 25 * _texture(noise, height, width, min(height, width) / 3)
    vessels = np.zeros((height, width), np.float32)
    for _ in range(int(noise.integers(3, 9))):
        steps = np.cumsum(noise.normal(0.02, 0.05, (25, 2)), 0) + noise.uniform(0.1, 0.6, 2)
        points = np.round(steps * (width, height)).astype(np.int32)
        cv2.polylines(vessels, [points], False, float(noise.uniform(30, 110)), int(noise.integers(1, 2 + width // 60)))
    canvas = (
        canvas
        - cv2.GaussianBlur(vessels, (0, 0), 1.2)
        + _texture(noise, height, width, 1 + style) * float(noise.uniform(2, 12))
    )
    if noise.random() < 0.5:
        y, x = np.ogrid[:height, :width]
        canvas[np.hypot(y - height / 2, x - width / 2) > 0.52 * min(height, width)] = 0
    return canvas


def _nuclear(noise: Noise, height: int, width: int, style: int) -> Floats:
    """Counts: hot spots in a coarse grid."""
    coarse = 6 if style else 4
    small = np.zeros((max(8, height // coarse), max(8, width // coarse)), np.float32)
    if style:
        # a body seen from the front and from behind, side by side
        for centre in (0.28, 0.72):
            axes = (max(1, round(0.13 * small.shape[1])), max(1, round(0.42 * small.shape[0])))
            at = (round(centre * small.shape[1]), small.shape[0] // 2)
            cv2.ellipse(small, at, axes, 0, 0, 360, float(noise.uniform(30, 90)), -1)
    _blobs(noise, small, int(noise.integers(3, 14)), (20, 220), (0.02, 0.15))
    counts = noise.poisson(np.maximum(0.1, cv2.GaussianBlur(small, (0, 0), 1.5) / 12)).astype(np.float32) * 12
    canvas = cv2.resize(
        counts, (width, height), interpolation=cv2.INTER_NEAREST if noise.random() < 0.5 else cv2.INTER_LINEAR
    )
    canvas = 255 - canvas if noise.random() < 0.5 else canvas
    if noise.random() < 0.3:
        ramp = np.clip(canvas / 255, 0, 1)
        return np.stack([255 * np.minimum(1, 2 * ramp), 255 * np.maximum(0, 2 * ramp - 0.6), 200 * ramp**3], 2)
    return canvas


def _film(noise: Noise, height: int, width: int, style: int) -> Floats:
    """A scanned film: a radiograph with scratches, dust and a light edge."""
    canvas = _radiograph(noise, height, width, style)
    for _ in range(int(noise.integers(0, 12))):
        start = noise.uniform(0, 1, 2) * (width, height)
        end = start + noise.normal(0, 40, 2)
        cv2.line(canvas, tuple(int(v) for v in start), tuple(int(v) for v in end), float(noise.uniform(0, 255)), 1)
    if noise.random() < 0.5:
        canvas[:, : int(width * 0.03)] = 245
    return canvas


def _endoscopy(noise: Noise, height: int, width: int, style: int) -> Floats:
    """Red folds with glints in a black frame."""
    folds = _texture(noise, height, width, min(height, width) / 5) + 0.5 * _texture(
        noise, height, width, min(height, width) / 14
    )
    base: Any = np.array(((190, 90, 70), (170, 110, 90))[style], np.float32)
    canvas = base * (0.75 + 0.22 * folds)[..., None] + _texture(noise, height, width, 1)[..., None] * 3
    canvas[folds > 2.0] = 250
    y, x = np.ogrid[:height, :width]
    canvas[np.hypot(y - height / 2, (x - width * 0.58)) > 0.5 * height] = 0
    return np.asarray(canvas)


def _photo(noise: Noise, height: int, width: int, style: int) -> Floats:
    """Skin or cloth: a colour, light from one side, grain, edges."""
    colour = noise.uniform(60, 230, 3).astype(np.float32)
    light = 0.8 + 0.25 * _texture(noise, height, width, min(height, width) / 2)
    canvas = colour * light[..., None] + _texture(noise, height, width, float(noise.uniform(1, 3)))[..., None] * float(
        noise.uniform(1, 12)
    )
    if style:
        # woven: threads both ways
        rows, columns = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)
        step = float(noise.uniform(3, 12))
        canvas += (np.sin(rows * (6.283 / step)) * np.sin(columns * (6.283 / step)))[..., None] * noise.uniform(3, 14)
    elif noise.random() < 0.6:
        _blobs(noise, canvas, int(noise.integers(1, 10)), (20, 240), (0.03, 0.2))
    return canvas


def _screen(noise: Noise, height: int, width: int, style: int) -> Floats:
    """Panels of a program with a picture in one."""
    canvas = np.full((height, width), float(noise.choice((20, 40, 60, 200, 235))), np.float32)
    x, y = int(width * noise.uniform(0.15, 0.35)), int(height * noise.uniform(0.08, 0.16))
    kinds = (_slice, _radiograph, _ultrasound)
    inner = kinds[int(noise.integers(0, 3))](noise, height - y, width - x, style)
    canvas[y:, x:] = inner.mean(2) if inner.ndim == 3 else inner
    for _ in range(int(noise.integers(0, 8))):
        left, top = int(noise.uniform(0, x)), int(noise.uniform(y, height - 20))
        cv2.rectangle(
            canvas,
            (left, top),
            (left + int(noise.integers(8, 40)), top + int(noise.integers(8, 20))),
            float(noise.uniform(60, 200)),
            int(noise.choice((-1, 1))),
        )
    return canvas


def _paper(noise: Noise, height: int, width: int, style: int) -> Floats:
    """A page or a table's ground."""
    level = float(noise.choice((255, 250, 240, 225, 0, 20)))
    canvas = np.full((height, width), level, np.float32)
    if style:
        # ruled, and lit from one side
        pitch = int(noise.integers(14, 40))
        canvas[int(noise.integers(0, pitch)) :: pitch] += float(noise.choice((-60, -25, 25)))
        return canvas * np.linspace(1, noise.uniform(0.75, 1), width, dtype=np.float32)
    return canvas + _texture(noise, height, width, 2) * float(noise.choice((0, 0, 1, 4)))


def plain(noise: Noise, height: int, width: int, style: int) -> Floats:
    return np.full((height, width), float(noise.uniform(0, 255)), np.float32) + _texture(
        noise, height, width, 1
    ) * float(noise.uniform(0, 8))


DRAWN: Mapping[str, Callable[[Noise, int, int, int], Floats]] = {
    "CT": _slice,
    "MR": _slice,
    "CR": _radiograph,
    "DX": _radiograph,
    "MG": _mammogram,
    "US": _ultrasound,
    "XA": _angiogram,
    "RF": _angiogram,
    "NM": _nuclear,
    "PT": _nuclear,
    "FILM": _film,
    "ENDO": _endoscopy,
    "PHOTO": _photo,
    "SCREEN": _screen,
    "SC": _paper,
    "OT": _paper,
    "SR": _paper,
}
"""By modality: (generator, height, width, style) -> (H, W) or (H, W, 3) from 0 to 255; style 1 is held out."""
