"""People as notes name them: a first and a last name of the hand's country, written in any of the ways of notes."""

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module

from phivet.datasets.note_banks import Bank
from phivet.datasets.note_split import Part, drawn, fold, own, spoken_for
from phivet.datasets.note_vocabulary import VOCABULARY, entries

_NAMES = VOCABULARY["names"]
LATIN: Sequence[str] = _NAMES["latin"]
ARABIC: Sequence[str] = _NAMES["arabic"]
HOME: Mapping[str, Sequence[str]] = _NAMES["home"]
"""The locales that most people of a country are named by; one person in four comes from anywhere."""
WORDS_TOO = entries(_NAMES["words_too"])
"""Names that are words as well."""
TITLES: Mapping[str, Sequence[str]] = _NAMES["titles"]
ARABIC_TITLES: Mapping[str, Sequence[str]] = _NAMES["arabic_titles"]
TITLED = re.compile(
    r"(?:\b(?:dr|mr|mrs|ms|miss|prof|professor|sr|sister|rn|master|nurse|doctor|mx|a/prof|assoc prof"
    r"|consultant|rev|fr)\.?"
    r"|(?:د|أ\.د|الدكتورة?|دكتورة?|السيدة?|الحاجة?|الأستاذة?|الاستاذة?)[./]?)\s*$",
    re.IGNORECASE,
)
"""Text that ends with a title: no other one follows it. Titles are not part of a name."""


@dataclass(frozen=True)
class Names:
    """The names that one hand's texts draw on."""

    own_first: tuple[str, ...]
    own_last: tuple[str, ...]
    home: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    anywhere: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    words: tuple[str, ...]
    arabic: bool

    def person(self, rng: random.Random) -> "Person":
        """Somebody of the hand's world: its own names, its country's or from anywhere."""
        chance = rng.random()
        if chance < 0.35 and self.own_first and self.own_last:
            first, last = rng.choice(self.own_first), rng.choice(self.own_last)
        else:
            firsts, lasts = rng.choice(self.home if chance < 0.75 else self.anywhere)
            first, last = rng.choice(firsts), rng.choice(lasts)
        if not self.arabic and rng.random() < 0.08:
            last = rng.choice(self.words)
        if not self.arabic and rng.random() < 0.04:
            first = rng.choice(self.words)
        if rng.random() < 0.05 and self.own_last:
            last = f"{last}-{rng.choice(self.own_last)}" if not self.arabic else last
        middle = rng.choice(rng.choice(self.home)[0])
        return Person(first, last, middle, self.arabic)


@dataclass(frozen=True)
class Person:
    """One person, by whichever form of the name."""

    first: str = field(repr=False)
    last: str = field(repr=False)
    middle: str = field(repr=False)
    arabic: bool = False

    def written(self, form: str | None, category: str, rng: random.Random) -> str:
        """The name in `form` (those of `note_banks.FORMS`); without one, however notes write it in full or in part."""
        title = rng.choice((ARABIC_TITLES if self.arabic else TITLES)[category])
        a, b = self.first[:1], self.last[:1]
        match form:
            case "first":
                return self.first
            case "last":
                return self.last
            case "last_first":
                last = self.last.upper() if rng.random() < 0.5 and not self.arabic else self.last
                first = self.first.upper() if last.isupper() and rng.random() < 0.5 else self.first
                return rng.choice((f"{last}, {first}", f"{last}, {first}", f"{last},{first}", f"{last} {first}"))
            case "caret":
                parts = [self.last, self.first] + ([self.middle] if rng.random() < 0.2 else [])
                return "^".join(parts).upper() if rng.random() < 0.8 else "^".join(parts)
            case "title_last":
                return f"{title} {self.last}"
            case "initial_last":
                dot = rng.choice((".", ". ", " ", " ")) if not self.arabic else ". "
                return f"{a}{dot}{self.last}"
            case "nickname":
                return _nickname(self.first, rng) if not self.arabic else f"{rng.choice(('أبو', 'أم'))} {self.first}"
            case "initials":
                return _initials(a, b, self.middle[:1], rng)
        return self._in_full(title, rng)

    def _in_full(self, title: str, rng: random.Random) -> str:
        chance = rng.random()
        if self.arabic:
            if chance < 0.5:
                return f"{self.first} {self.last}"
            return f"{self.first} {self.middle} {self.last}" if chance < 0.85 else f"{title} {self.first} {self.last}"
        if chance < 0.55:
            return f"{self.first} {self.last}"
        if chance < 0.63:
            return f"{self.first} {self.middle[:1]}{rng.choice(('.', ''))} {self.last}"
        if chance < 0.69:
            return f"{self.first} {self.middle} {self.last}"
        if chance < 0.75:
            return f"{self.last.upper()}, {self.first}"
        if chance < 0.80:
            return f"{self.first[:1]}. {self.last}"
        if chance < 0.86:
            return f"{title} {self.first} {self.last}"
        if chance < 0.91:
            return f"{self.first} {self.last.upper()}"
        return f"{self.first} {self.last}".upper() if chance < 0.96 else f"{self.first} {self.last}".lower()


def _nickname(first: str, rng: random.Random) -> str:
    stem = re.match(r"[^aeiouy]*[aeiouy]+[^aeiouy]?", first.lower())
    short = (stem.group() if stem else first.lower()).capitalize()
    return rng.choice(
        (short, f"{short}{short[-1]}y" if short[-1] not in "aeiouy" else f"{short}z", f"{short}ie", first)
    )


def _initials(a: str, b: str, m: str, rng: random.Random) -> str:
    a, b, m = a.upper(), b.upper(), m.upper()
    return rng.choice(
        (a + b, a + b, f"{a}.{b}.", f"{a}{m}{b}", f"{a}{m}{b}", (a + b).lower(), f"{a}. {b}.", f"{a}{m}{b}".lower())
    )


@cache
def locale(name: str, part: Part) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    provider = import_module(f"faker.providers.person.{name}").Provider
    if name in ("zh_CN", "ja_JP"):
        firsts, lasts = provider.first_romanized_names, provider.last_romanized_names
    else:
        firsts = getattr(provider, "first_names", None) or (*provider.first_names_male, *provider.first_names_female)
        lasts = provider.last_names
    if isinstance(next(iter(firsts)), tuple):  # romanized names of some locales come with their script
        firsts, lasts = [each[-1] for each in firsts], [each[-1] for each in lasts]
    both = _dealt(map(str, firsts), part), _dealt(map(str, lasts), part)
    return both if all(both) else None


def _dealt(names: Iterable[str], part: Part) -> tuple[str, ...]:
    """The names of a locale that `part` may use. In Latin letters, a name's words but the shortest go by themselves."""
    kept, others = [], spoken_for(part)
    for name in dict.fromkeys(names):
        words = [word for word in re.split(r"[\s-]+", fold(name)) if len(word) > 3 and word.isascii()] or [name]
        if fold(name) not in others and len(drawn(words, part)) == len(words):
            kept.append(name)
    return tuple(kept)


def names_of(bank: Bank, part: Part) -> Names:
    """The names that the texts of `bank` draw on in `part`."""
    arabic = bank.language == "ar"
    anywhere = [found for name in (ARABIC if arabic else LATIN) if (found := locale(name, part))]
    home = [found for name in (ARABIC if arabic else HOME.get(bank.country, [])) if (found := locale(name, part))]
    return Names(
        own(bank.lists["first_names"], part),
        own(bank.lists["last_names"], part),
        tuple(home or anywhere),
        tuple(anywhere),
        drawn(WORDS_TOO, part),
        arabic,
    )
