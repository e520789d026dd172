"""From Pillow's pictures, of every mode, to arrays: as decoded, for looking, and their alpha channel."""

import numpy as np
from PIL import Image, ImageCms

from phivet.cases.parts import Array, View

_WITH_ALPHA = frozenset({"LA", "La", "PA", "RGBA", "RGBa", "RGBX"})
_ROWS = 256


def array(image: Image.Image) -> Array:
    """As decoded: (H, W) or (H, W, C); palette indices for a palette image."""
    return np.asarray(image)


def view(image: Image.Image) -> View:
    """The colours, whatever their opacity: (H, W) for grey, (H, W, 3) RGB for the rest.

    Black and white becomes 0 and 255; grey of more than 8 bits is stretched from its least to its greatest value.
    """
    if image.mode == "1":
        return np.where(np.asarray(image), np.uint8(255), np.uint8(0))
    if image.mode in ("L", "RGB"):
        return np.asarray(image)
    if image.mode == "LA":
        return np.ascontiguousarray(np.asarray(image)[..., 0])
    if image.mode in ("P", "PA"):
        return _palette(image, 3)[_indices(image)]
    if image.mode in ("RGBA", "RGBX"):
        return np.ascontiguousarray(np.asarray(image)[..., :3])
    if image.mode in ("La", "RGBa"):
        return view(image.convert(image.mode.upper()))
    if image.mode.startswith("I") or image.mode == "F":
        return stretched(np.asarray(image))
    if image.mode == "LAB":
        to_rgb = ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")
        converted = ImageCms.applyTransform(image, to_rgb)
        return np.asarray(converted if converted is not None else image)
    return np.asarray(image.convert("RGB"))


def has_alpha(image: Image.Image) -> bool:
    """Whether the image knows opacity at all; told without decoding it."""
    return image.mode in _WITH_ALPHA or "transparency" in image.info or (image.mode == "P" and _rgba_palette(image))


def opaque(image: Image.Image) -> View:
    """The opacity (H, W) of an image that knows none."""
    return np.full((image.height, image.width), 255, np.uint8)


def alpha(image: Image.Image) -> View | None:
    """The opacity (H, W), 0 transparent to 255 opaque; None for an image that knows none."""
    if image.mode in _WITH_ALPHA:
        return np.ascontiguousarray(np.asarray(image)[..., -1])
    transparent = image.info.get("transparency")
    if image.mode == "P" and _rgba_palette(image):
        return _palette(image, 4)[:, 3][_indices(image)]
    if transparent is None:
        return None
    if image.mode == "P":
        opacity = np.full(256, 255, np.uint8)
        if isinstance(transparent, bytes):
            opacity[: len(transparent)] = np.frombuffer(transparent[:256], np.uint8)
        elif 0 <= transparent < 256:
            opacity[transparent] = 0
        return opacity[_indices(image)]
    stored = np.asarray(image)
    same = stored == np.asarray(transparent) if stored.ndim == 2 else (stored == np.asarray(transparent)).all(axis=-1)
    return np.where(same, np.uint8(0), np.uint8(255))


def stretched(values: Array) -> View:
    """(H, W) of any real type as uint8, its least finite value as 0 and its greatest as 255; NaN as 0."""
    known = values[np.isfinite(values)] if np.issubdtype(values.dtype, np.floating) else values
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    scaled = np.zeros(values.shape, np.uint8)
    if not low < high:
        return scaled
    for top in range(0, values.shape[0], _ROWS):
        rows = np.clip(values[top : top + _ROWS].astype(np.float64), low, high)
        scaled[top : top + _ROWS] = np.nan_to_num((rows - low) / (high - low) * 255).round()
    return scaled


def _indices(image: Image.Image) -> View:
    indices = np.asarray(image, np.uint8)
    return indices[..., 0] if indices.ndim == 3 else indices


def _rgba_palette(image: Image.Image) -> bool:
    return image.palette is not None and image.palette.mode == "RGBA"


def _palette(image: Image.Image, channels: int) -> View:
    """256 colours, (256, 3) RGB or (256, 4) RGBA; those that the palette lacks are black."""
    table = np.zeros((256, channels), np.uint8)
    colours = np.array(image.getpalette("RGB" if channels == 3 else "RGBA") or [], np.uint8).reshape(-1, channels)[:256]
    table[: len(colours)] = colours
    return table
