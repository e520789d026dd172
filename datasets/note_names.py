"""People as notes name them: a first and a last name of the hand's country, written in any of the ways of notes."""

import random
import re
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module

from phivet.datasets.note_banks import Bank
from phivet.datasets.note_split import Part, drawn, own

LATIN = (
    "en_NZ en_GB en_US en_IN en_IE en_PK en_NG en_KE yo_NG ig_NG zu_ZA tw_GH ga_IE zh_CN ja_JP es_ES es_MX pt_BR sv_SE da_DK "
    "no_NO fi_FI cs_CZ hr_HR sk_SK sl_SI de_DE fr_FR it_IT nl_NL tr_TR id_ID ro_RO hu_HU lt_LT lv_LV et_EE sw uz_UZ az_AZ"
).split()
ARABIC = ["ar_AA", "ar_SA", "ar_PS", "ar_DZ"]
HOME = {
    "NZ": ["en_NZ"], "AU": ["en_GB", "en_NZ"], "GB": ["en_GB"], "UK": ["en_GB"], "IE": ["en_IE", "ga_IE"],
    "US": ["en_US", "es_MX"], "CA": ["en_US", "fr_FR"], "IN": ["en_IN"], "PK": ["en_PK"], "BD": ["en_PK"],
    "NG": ["en_NG", "yo_NG", "ig_NG"], "KE": ["en_KE", "sw"], "ZA": ["zu_ZA", "nl_NL", "en_GB"], "GH": ["tw_GH"],
}  # fmt: skip
"""The locales that most people of a country are named by; one person in four comes from anywhere."""
WORDS_TOO = (
    "Hope Young Grey Long Bone Short Rose Mark Bill Will Grace May June April August Summer Hill Wood Marsh Lake Rivers Stone Fields "
    "Banks Bell Cook Baker Butcher Fisher Hunter Potter Mason Page Paget Down Wilson Graves Addison Whipple Crohn Church Temple Bishop "
    "King Prince Noble Price Rich Poor Little Small Bigg Strong Armstrong Hand Foote Legg Head Brain Back Blood Payne Pain Ache Burns "
    "Case Chart Drain Bolt Nail Pin Wire Plate Beam Ray Field Angle Joy Faith Charity Ivy Daisy Iris Lily Olive Hazel Heather Violet "
    "Ruby Pearl Jade Amber Crystal Dawn Eve Sunny Star Sky Ocean Chase Grant Frank Rob Pat Sue Drew Dean Art Earl Duke Guy Jack Jay "
    "Robin Martin Swan Fox Wolf Lamb Bullock Hogg Bird Crane Hawk Finch Day Knight Winter Frost Snow Rain Storm Gale White Black Brown "
    "Green Gray Gold Silver Cooper Carter Taylor Turner Walker Ward Major Sharp Blunt Quick Swift Best Good Love Moody Savage Wild"
).split()
"""Names that are words as well."""
TITLES = {
    "name": ["Mr", "Mrs", "Ms", "Miss", "Mr.", "Mrs.", "Ms.", "Master", "Mx"],
    "relative_name": ["Mr", "Mrs", "Ms", "Mrs.", "Mr."],
    "clinician_name": ["Dr", "Dr.", "Prof", "Prof.", "Mr", "Ms", "Professor", "A/Prof", "Sr", "RN"],
}
ARABIC_TITLES = {
    "name": ["السيد", "السيدة", "الحاج", "الحاجة", "الأستاذ"],
    "relative_name": ["السيد", "السيدة", "الحاجة"],
    "clinician_name": ["د.", "الدكتور", "الدكتورة", "أ.د.", "د/"],
}
TITLED = re.compile(
    r"(?:\b(?:dr|mr|mrs|ms|miss|prof|professor|sr|sister|rn|master|nurse|doctor|mx|a/prof|assoc prof|consultant|rev|fr)\.?"
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
    both = drawn(dict.fromkeys(map(str, firsts)), part), drawn(dict.fromkeys(map(str, lasts)), part)
    return both if all(both) else None


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
