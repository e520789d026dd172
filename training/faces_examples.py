"""The pictures that the network of faces learns from: rendered once, kept on disk, changed anew whenever they are seen.

What is kept are renderings of one head or thing at a time, grey with their opacity, in files of their own: making them
goes on where it stopped, and several processes can share the work.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from phivet.cases.parts import View
from phivet.datasets import faces_looks as looks
from phivet.datasets.faces_anatomy import Anatomy, head
from phivet.datasets.faces_bodies import other
from phivet.datasets.faces_defaced import TRAINED, defaced
from phivet.datasets.faces_people import Person, generator, person
from phivet.datasets.faces_pictures import (
    SIDE,
    Picture,
    cut_open,
    in_the_womb,
    random_camera,
    roughened,
    slice_of,
    taken,
)
from phivet.datasets.faces_scans import cropped, furnished, scanned, upright
from phivet.models.faces_render import render

Random = np.random.Generator
LOOKS = (*looks.SKINS, *looks.BONES, *looks.SEE_THROUGH, *looks.FLAT)
FACES = (*looks.SKINS, *looks.SKINS, *looks.SEE_THROUGH, *looks.SEE_THROUGH)


def of_head(person: Person, rng: Random) -> Iterator[Picture]:
    """Pictures of one head: whole, furnished, rough, cut, defaced, stripped, as a skull, as scans, and in slices."""
    whole = head(person)
    furniture = furnished(whole, rng)
    for anatomy, count in ((whole, 7), (furniture, 5), (replace(whole, hu=roughened(whole.hu, rng)), 8)):
        yield from _some(anatomy, FACES, count, "face", rng)
    yield from _some(whole, looks.BONES, 6, "other", rng)
    yield from _some(replace(whole, hu=roughened(whole.hu, rng)), looks.BONES, 2, "other", rng)
    yield from _some(whole, looks.FLAT, 3, "face", rng)
    for way in rng.choice(TRAINED, 3, replace=False):
        gone = defaced(whole, str(way), rng)
        yield from _some(gone, FACES, 4, "other", rng)
        if rng.random() < 0.4:
            yield from _scan(gone, "other", rng, 3)
    part = _part(whole, rng)
    yield from _some(part, FACES, 5, "face", rng)
    if rng.random() < 0.4:
        yield from _scan(part, "face", rng, 3)
    yield from _scan(furniture, "face", rng, 6)
    yield from (slice_of(whole, rng) for _ in range(3))
    if person.age < 0.08:
        yield from _some(in_the_womb(whole, rng), looks.SKINS, 8, "fetus", rng)
        yield from _some(in_the_womb(defaced(whole, "likely", rng), rng), looks.SKINS, 2, "other", rng)


def of_thing(part: str, number: int, rng: Random) -> Iterator[Picture]:
    """Pictures of what is no head."""
    thing = other(part, number)
    yield from _some(thing, LOOKS, 9, "other", rng)
    rough = replace(thing, hu=roughened(thing.hu, rng))
    yield from _some(rough, LOOKS, 3, "other", rng)
    if "-lumps" in thing.name or rng.random() < 0.25:
        yield from _some(in_the_womb(thing, rng), looks.SKINS, 3, "other", rng)
    yield from (slice_of(thing, rng) for _ in range(2))
    yield from _scan(thing, "other", rng, 3)


def _part(whole: Anatomy, rng: Random) -> Anatomy:
    """A head that is not all in the field of view: from the brow up, from the nose up, or from the eyes down."""
    marks = whole.marks or {}
    eyes, nose, mouth, brow = (float(marks[name][2]) for name in ("left_eye", "nose", "mouth", "brow"))
    match int(rng.integers(4)):
        case 0:
            return cropped(whole, brow + rng.uniform(4, 25), None)
        case 1:
            return cropped(whole, nose + rng.uniform(-2, 14), None)
        case 2:
            return cropped(whole, None, eyes - rng.uniform(8, 16))
        case _:
            return cropped(whole, mouth - rng.uniform(0, 12), eyes + rng.uniform(15, 40))


def _some(anatomy: Anatomy, names: tuple[str, ...], count: int, face: str, rng: Random) -> Iterator[Picture]:
    for _ in range(count):
        shown = looks.look(str(rng.choice(names)), rng)
        if rng.random() < 0.22:
            shown = cut_open(shown, anatomy, rng)
        picture = taken(anatomy, shown, random_camera(anatomy, rng), face)
        if picture is not None:
            yield picture


def _scan(anatomy: Anatomy, face: str, rng: Random, count: int) -> Iterator[Picture]:
    """Its surface as a scanner saw it: by the marching rays, and at times as phivet itself renders volumes."""
    scan = scanned(anatomy, rng)
    turned = upright(scan, anatomy)
    for _ in range(count):
        shown = looks.look(str(rng.choice(looks.SKINS)), rng)
        picture = taken(turned, shown, random_camera(turned, rng), face)
        if picture is not None:
            yield picture
    if rng.random() < 0.15:
        for view in render(scan.voxels, scan.spacing, scan.axes, scan.modality)[:5]:
            picture = _of_view(view.picture, anatomy, face)
            if picture is not None:
                yield picture


def _of_view(picture: View, anatomy: Anatomy, face: str) -> Picture | None:
    """A view of phivet's own as a picture; its face is where a head's is, which is not exact: the box is not told."""
    square = np.zeros((SIDE, SIDE), np.uint8)
    scale = SIDE / max(picture.shape)
    from PIL import Image

    size = (max(1, int(picture.shape[1] * scale)), max(1, int(picture.shape[0] * scale)))
    small = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR))
    top, left = (SIDE - size[1]) // 2, (SIDE - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = small
    pixels = np.repeat(square[..., None], 4, axis=2)
    pixels[..., 3] = np.where(square > 0, 255, 0)
    marks = np.zeros((6, 3), np.float32)
    kind = "other"
    if face != "other" and anatomy.marks is not None:
        heights = anatomy.grid.along(2)
        there = [heights[0] + 3 < anatomy.marks[name][2] < heights[-1] - 3 for name in ("left_eye", "nose", "mouth")]
        if there[0] != there[2] and not there[1]:
            return None
        kind = face if any((there[0] and there[1], there[1] and there[2])) else "other"
    return Picture(pixels, kind, (0, 0, 0, 0), marks, anatomy.name, "view", "view")


def keep(folder: Path, part: str, heads: range, things: range, ends: float = float("inf")) -> bool:
    """Render what is not yet in `folder`: the heads and things of these numbers; whether all are there.

    None is begun once `time.monotonic()` is past `ends`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    units = [(kind, number) for pair in _pairs(heads, things) for kind, number in pair]
    for kind, number in units:
        path = folder / f"{part}-{kind}-{number}.npz"
        if path.exists():
            continue
        if time.monotonic() >= ends:
            return False
        rng = generator("pictures", part, kind, number)
        found = list(of_head(person(part, number), rng) if kind == "head" else of_thing(part, number, rng))
        if not found:
            continue
        grey = np.stack([_grey(picture) for picture in found])
        kinds = np.array([("other", "face", "fetus").index(picture.kind) for picture in found], np.int64)
        boxes = np.array([picture.box for picture in found], np.float32)
        marks = np.stack([picture.marks for picture in found])
        names = np.array([picture.look for picture in found])
        new = path.with_suffix(".new.npz")
        np.savez(new, grey=grey, kinds=kinds, boxes=boxes, marks=marks, looks=names)
        new.replace(path)
    return True


def _pairs(heads: range, things: range) -> Iterator[list[tuple[str, int]]]:
    for place in range(max(len(heads), len(things))):
        pair = [("head", heads[place])] if place < len(heads) else []
        yield [*pair, ("thing", things[place])] if place < len(things) else pair


def _grey(picture: Picture) -> np.ndarray:
    weighed = picture.pixels[..., :3].astype(np.float32) @ np.array((0.299, 0.587, 0.114), np.float32)
    return np.stack([(weighed + 0.5).astype(np.uint8), picture.pixels[..., 3]], axis=2)


def digest(folder: Path, part: str) -> tuple[str, int]:
    """Names the version of the pictures of a part that are kept in `folder`, and how many there are."""
    whole, count = hashlib.blake2b(digest_size=8), 0
    for path in sorted(folder.glob(f"{part}-*.npz")):
        with np.load(path) as kept:
            whole.update(kept["grey"].tobytes())
            count += len(kept["kinds"])
    return whole.hexdigest(), count
