"""Pictures and file names that identify somebody, and the same without: for the cases in `datasets/policies.py`.

The photographs are those that come with scikit-image, in the public domain or CC0 (its `data/README.txt`); the rest is
drawn.
"""

import io
import random
from collections.abc import Callable, Mapping
from typing import Any

import nibabel
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo
from scipy.ndimage import gaussian_filter
from skimage import data as skimage_data

data: Any = skimage_data  # its functions are not typed
nifti: Any = nibabel
Files = Mapping[str, bytes]
Facts = Mapping[str, str]
Pixels = np.ndarray[Any, Any]
Pair = tuple[Files, Files]
"""The files that identify, and those that do not."""


def _png(pixels: Pixels, description: str = "") -> bytes:
    file, info = io.BytesIO(), PngInfo()
    if description:
        info.add_itxt("Description", description)
    Image.fromarray(pixels).save(file, "PNG", pnginfo=info)
    return file.getvalue()


def _speckle(rng: random.Random, height: int, width: int) -> Pixels:
    """A grey texture as of an ultrasound: (H, W) uint8."""
    noise = np.random.default_rng(rng.getrandbits(32)).normal(60, 40, (height, width))
    return np.asarray(np.clip(gaussian_filter(noise, 1.5) * 1.2, 0, 110), np.uint8)


def burned_in(facts: Facts, rng: random.Random) -> Pair:
    """Console text over an ultrasound."""
    pixels = _speckle(rng, 240, 400)
    pictures = []
    for text in (f"{facts['family']}, {facts['given']}".upper(), "RT KIDNEY LONG"):
        picture = Image.fromarray(pixels)
        ImageDraw.Draw(picture).text((10, 8), text, fill=250, font=ImageFont.load_default(20))
        pictures.append({"ultrasound.png": _png(np.asarray(picture))})
    return pictures[0], pictures[1]


def described(facts: Facts, rng: random.Random) -> Pair:
    """A picture that a viewer exported with a title."""
    pixels = _speckle(rng, 32, 32)
    named = f"Patient: {facts['family']}, {facts['given']}; chest, postero-anterior"
    return {"film.png": _png(pixels, named)}, {"film.png": _png(pixels, "Chest, postero-anterior")}


def named(facts: Facts, rng: random.Random) -> Pair:
    """A note in a file with somebody's name."""
    note = b"Fall on the outstretched hand. Transverse fracture of the distal radius."
    return {f"{facts['given']} {facts['family']} history.txt": note}, {"clinical history.txt": note}


def photograph(facts: Facts, rng: random.Random) -> Pair:
    """A face beside a swelling is what users send; the twin has an animal's, which is nobody's."""
    face = data.astronaut()[:220, 120:330]
    cat = data.chelsea()[5:245, 70:330]
    return {"clinical photograph.png": _png(face)}, {"clinical photograph.png": _png(cat)}


def retina(facts: Facts, rng: random.Random) -> Pair:
    """The back of an eye, whose vessels are as good as a fingerprint; the twin is a histological section."""
    return {"left.png": _png(data.retina()[::4, ::4])}, {"left.png": _png(data.immunohistochemistry())}


def fingerprint(facts: Facts, rng: random.Random) -> Pair:
    """Ridges in a whorl, as a scanned print has them."""
    y, x = np.mgrid[-1:1:240j, -0.8:0.8:192j]
    radius, angle = np.hypot(x, y * 0.8), np.arctan2(y, x)
    ridges = np.sin(radius * 90 + angle + gaussian_filter(_speckle(rng, 240, 192).astype(float), 9) / 4)
    printed = np.where((ridges > 0) & (radius < 0.75), 60, 235).astype(np.uint8)
    return {"finger.png": _png(printed)}, {"finger.png": _png(_speckle(rng, 240, 192))}


def _head(rng: random.Random) -> tuple[Pixels, Pixels]:
    """A head in (x, y, z), 3 mm, towards right, front and top: with its face, and with the front cut away."""
    x, y, z = np.mgrid[-96:96:3.0, -120:120:3.0, -108:108:3.0]

    def ball(centre: tuple[float, float, float], radii: tuple[float, float, float]) -> Pixels:
        distances = (((a - c) / r) ** 2 for a, c, r in zip((np.abs(x), y, z), centre, radii, strict=True))
        return np.asarray(sum(distances) < 1)

    wide = rng.uniform(70, 78)
    head = (
        ball((0, -8, 25), (wide, 94, 75))
        | ball((0, 12, -40), (wide * 0.85, 72, 62))
        | ball((0, -20, -90), (50, 50, 60))
    )
    nose = ball((0, 78, -4), (8, 16, 24)) | ball((0, 86, -20), (10, 20, 10)) | ball((9, 80, -24), (8, 14, 8))
    mouth = ball((0, 74, -48), (22, 12, 4)) | ball((0, 72, -56), (20, 12, 5)) | ball((0, 58, -80), (22, 22, 14))
    face = nose | mouth | ball((30, 80, 22), (22, 8, 5)) | ball((wide + 2, -5, -8), (9, 14, 28))
    sockets = ball((30, 84, 8), (19, 22, 12)) & ~ball((30, 64, 8), (12, 12, 12))
    whole = (head | face) & ~sockets
    skin = gaussian_filter(whole.astype(np.float32), 0.8) * 900
    return skin, np.where((y > 45) & (z < 25), 0, skin)


def volume(facts: Facts, rng: random.Random) -> Pair:
    """A head as NIfTI; the twin is what tools for defacing leave."""
    faced, defaced = (nifti.Nifti1Image(head.astype(np.int16), np.diag([3.0, 3, 3, 1])) for head in _head(rng))
    return {"head.nii": faced.to_bytes()}, {"head.nii": defaced.to_bytes()}


def rendering(facts: Facts, rng: random.Random) -> Pair:
    """The same heads as a workstation shows their surfaces, from in front, lit from above and aside."""
    pictures = []
    for head in _head(rng):
        solid = head[:, ::-1] > 300
        depth = np.where(solid.any(axis=1), solid.argmax(axis=1), solid.shape[1])
        across, up = np.gradient(gaussian_filter(depth.astype(float), 0.7))
        light = np.clip((1 + 0.5 * across - 0.6 * up) / np.sqrt(1 + across**2 + up**2), 0.05, 1.5) * 160
        shaded = np.where(depth < solid.shape[1], light, 0)[:, ::-1].T
        pictures.append({"reconstruction.png": _png(np.kron(shaded, np.ones((4, 4))).astype(np.uint8))})
    return pictures[0], pictures[1]


PICTURES: Mapping[str, Callable[[Facts, random.Random], Pair]] = {
    "burned_in": burned_in,
    "described": described,
    "named": named,
    "photograph": photograph,
    "retina": retina,
    "fingerprint": fingerprint,
    "volume": volume,
    "rendering": rendering,
}
