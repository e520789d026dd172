"""Labelled pictures and volumes of heads and of what is none, all made by code, the same for the same numbers.

Heads, looks, renderers and defacers of the held-out sets are never learnt from: heads and things are numbered within
`training`, `validation` or `held_out`, and the rest is named (`faces_looks.HELD_OUT`, `faces_defaced.HELD_OUT`,
`rasterised`).
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from phivet.datasets import faces_looks as looks
from phivet.datasets.faces_anatomy import Anatomy, head
from phivet.datasets.faces_bodies import other
from phivet.datasets.faces_defaced import DEFACERS, HELD_OUT, REPLACED, TRAINED, defaced
from phivet.datasets.faces_people import Person, generator, person
from phivet.datasets.faces_pictures import Picture, cut_open, in_the_womb, random_camera, roughened, slice_of, taken
from phivet.datasets.faces_scans import Scan, cropped, furnished, scanned
from phivet.datasets.faces_screens import Screen, alone, panels

Random = np.random.Generator
SKINS = (*looks.SKINS, *looks.SEE_THROUGH)
THIRD = ("T2", "FLAIR", "PD", "CBCT")
"""One of these sequences is scanned of each head, beside CT and T1."""
LOOKS = (*SKINS, *looks.BONES, *looks.FLAT)
PANELS = 0.15
"""Share of held-out screens with several pictures."""


@dataclass(frozen=True)
class LabelledScreen:
    """A picture as it was saved; `group` says what is on it: whole, partial, fetus, bone, a defacer, slice ...

    `owner` names the one head or thing that it was made of, whatever was done to it.
    """

    screen: Screen
    group: str
    owner: str

    @property
    def face(self) -> bool:
        """Whether a face can be recognised."""
        return self.screen.kind != "other"


@dataclass(frozen=True)
class LabelledVolume:
    """A scan; `way` says what was done to the head in it: whole, a defacer, cropped, or `thing` if it is none.

    `face` tells whether one could be rendered that is the patient's; None where it is another's face. `owner` names
    the one head or thing in it.
    """

    scan: Scan = field(repr=False)
    way: str
    face: bool | None
    owner: str


def validation(heads: int = 12, things: int = 20) -> list[LabelledScreen]:
    """For calibration, on heads and things of its own, in the looks and by the renderer of training."""
    return _screens("validation", heads, things, SKINS, ("march",), TRAINED)


def held_out(heads: int = 20, things: int = 50) -> list[LabelledScreen]:
    """For the figures: half in looks (shades), by a renderer, and by defacers that nothing was learnt from."""
    every = (*SKINS, *looks.HELD_OUT, *looks.HELD_OUT, *looks.HELD_OUT)
    return _screens("held_out", heads, things, every, ("march", "rasterised"), (*TRAINED, *HELD_OUT, *HELD_OUT))


def validation_volumes(heads: int = 6, things: int = 18) -> Iterator[LabelledVolume]:
    """For the calibration of volumes, of heads and things of its own, defaced in the ways of training."""
    return _volumes("validation", heads, things, TRAINED)


def held_out_volumes(heads: int = 8, things: int = 24) -> Iterator[LabelledVolume]:
    """Scans of held-out heads, whole, defaced in every way, cropped, and of what is no head; in every sequence."""
    return _volumes("held_out", heads, things, DEFACERS)


def _volumes(part: str, heads: int, things: int, ways: tuple[str, ...]) -> Iterator[LabelledVolume]:
    average = head(person("average", 0)) if REPLACED in ways else None
    for number in range(heads):
        rng = generator("volumes", part, number)
        whole, owner = head(person(part, number)), _owner("head", part, number)
        for sequence in ("CT", "T1", str(rng.choice(THIRD))):
            yield LabelledVolume(scanned(furnished(whole, rng), rng, sequence), "whole", True, owner)
        yield LabelledVolume(scanned(whole, rng, None, 5.0), "whole", True, owner)
        for way in ways:
            gone = defaced(whole, way, rng, average)
            yield LabelledVolume(scanned(gone, rng), way, None if way == REPLACED else False, owner)
        marks = whole.marks or {}
        top = cropped(whole, float(marks["brow"][2]) + 10, None)
        yield LabelledVolume(scanned(top, rng), "above the eyes", False, owner)
        low = cropped(whole, float(marks["nose"][2]) - 2, None)
        yield LabelledVolume(scanned(low, rng), "cut at the nose", True, owner)
    for number in range(things):
        rng = generator("volumes", part, "thing", number)
        thing = other(part, number)
        yield LabelledVolume(scanned(thing, rng), "thing", False, _owner("thing", part, number))


def _owner(kind: str, part: str, number: int) -> str:
    """Heads and things are numbered alike, but are not alike."""
    return f"{part}-{kind}-{number}"


def digest(made: Iterable[LabelledScreen]) -> str:
    """Names a version of the data."""
    whole = hashlib.blake2b(digest_size=8)
    for each in made:
        whole.update(each.screen.pixels.tobytes())
        whole.update(f"{each.screen.kind} {each.group}".encode())
    return whole.hexdigest()


def _screens(
    part: str, heads: int, things: int, names: tuple[str, ...], renderers: tuple[str, ...], ways: tuple[str, ...]
) -> list[LabelledScreen]:
    found: list[tuple[Picture, str, str]] = []
    for number in range(heads):
        rng = generator("screens", part, number)
        made = _of_head(person(part, number), names, renderers, ways, rng)
        found += [(*each, _owner("head", part, number)) for each in made]
    for number in range(things):
        rng = generator("screens", part, "thing", number)
        made = _of_thing(other(part, number), names, renderers, rng)
        found += [(*each, _owner("thing", part, number)) for each in made]
    rng = generator("screens", part)
    others = [picture for picture, _, _ in found if picture.kind == "other"]
    screens = []
    for picture, group, owner in found:
        if rng.random() < PANELS:
            beside = [others[int(rng.integers(len(others)))] for _ in range(5)]
            screen = panels([picture, *beside], rng)
        else:
            screen = alone(picture, rng)
        shown = group if screen.kind == "other" or group == "fetus" else "whole" if screen.whole else "partial"
        screens.append(LabelledScreen(screen, shown, owner))
    return screens


def _of_head(
    who: Person, names: tuple[str, ...], renderers: tuple[str, ...], ways: tuple[str, ...], rng: Random
) -> Iterator[tuple[Picture, str]]:
    whole = head(who)
    rough = replace(whole, hu=roughened(whole.hu, rng))
    for anatomy, count in ((whole, 6), (furnished(whole, rng), 3), (rough, 3), (_part(whole, rng), 4)):
        yield from _pictures(anatomy, names, renderers, count, "face", "away", rng)
    yield from _pictures(whole, looks.BONES, renderers, 3, "other", "bone", rng)
    yield from _pictures(whole, looks.FLAT, ("march",), 1, "face", "flat", rng)
    for way in dict.fromkeys(ways):
        yield from _pictures(defaced(whole, way, rng), names, renderers, 1, "other", way, rng)
    yield slice_of(whole, rng), "slice"
    if who.age < 0.1:
        yield from _pictures(in_the_womb(whole, rng), looks.SKINS, ("march",), 5, "fetus", "fetus", rng)


def _of_thing(
    thing: Anatomy, names: tuple[str, ...], renderers: tuple[str, ...], rng: Random
) -> Iterator[tuple[Picture, str]]:
    kind = "body" if "-" not in thing.name else thing.name.rsplit("-", 1)[1]
    yield from _pictures(thing, (*names, *looks.BONES, *looks.FLAT), renderers, 5, "other", kind, rng)
    yield slice_of(thing, rng), "slice"


def _part(whole: Anatomy, rng: Random) -> Anatomy:
    marks = whole.marks or {}
    if rng.random() < 0.5:
        return cropped(whole, float(marks["nose"][2]) + rng.uniform(-2, 12), None)
    return cropped(whole, None, float(marks["left_eye"][2]) - rng.uniform(8, 14))


def _pictures(
    anatomy: Anatomy, names: tuple[str, ...], renderers: tuple[str, ...], count: int, face: str, group: str, rng: Random
) -> Iterator[tuple[Picture, str]]:
    for _ in range(count):
        look = looks.look(str(rng.choice(names)), rng)
        if rng.random() < 0.15:
            look = cut_open(look, anatomy, rng)
        renderer = str(rng.choice(renderers)) if look.way == "surface" else "march"
        renderer = renderer if look.shade == "lit" else "rasterised"
        picture = taken(anatomy, look, random_camera(anatomy, rng), face, renderer)
        if picture is not None:
            yield picture, group
