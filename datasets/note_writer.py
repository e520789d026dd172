"""Fills a hand's text: every slot gets a person, a day, a place or a number of that hand's world, and its label."""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from phivet.cases.categories import Category
from phivet.datasets import note_dates, note_numbers
from phivet.datasets.note_banks import DATES, TERMS, Bank, Entry
from phivet.datasets.note_inventions import INVENTED, arabic, invented
from phivet.datasets.note_names import TITLED, Names, Person, names_of
from phivet.datasets.note_noise import Piece
from phivet.datasets.note_places import Places, country, places_of
from phivet.datasets.note_split import Part, own
from phivet.datasets.note_terms import term
from phivet.datasets.note_vocabulary import VOCABULARY

PEOPLE = (Category.NAME, Category.RELATIVE_NAME, Category.CLINICIAN_NAME, Category.INITIALS)
NUMBERS = (
    Category.PHONE, Category.FAX, Category.RECORD_NUMBER, Category.ACCOUNT_NUMBER, Category.LICENCE_NUMBER,
    Category.DEVICE_SERIAL, Category.VEHICLE, Category.STUDY_KEY,
)  # fmt: skip
HUNDREDS: Sequence[str] = VOCABULARY["dates"]["over_eighty_nine"]


SCRUBBED = 0.04
"""Share of training texts from which somebody has taken the identifiers out: what is left in their place is none."""
PLACEHOLDERS: Sequence[str] = VOCABULARY["placeholders"]["left"]
COARSE = 0.06
"""Share of dates and places in training that only say the year, or the country."""
MADE_UP = 0.5
"""Share of things in training that are made up (`note_inventions`) and not of the hand's own lists."""


@dataclass(frozen=True)
class Hand:
    """One who writes: the bank, and the world that its texts draw on in one part of the data."""

    bank: Bank
    part: Part
    names: Names
    places: Places
    lists: Mapping[str, tuple[str, ...]]

    @property
    def arabic(self) -> bool:
        """Whether it writes in Arabic script."""
        return self.bank.language == "ar"

    def of(self, key: str, rng: random.Random) -> str:
        """One of the hand's own `occupations`, `organisations`, `events` or `clinicians`."""
        return rng.choice(self.lists[key])


def hand_of(bank: Bank, part: Part) -> Hand:
    """The hand that wrote `bank`, for one part of the data."""
    lists = {key: own(entries, part) or entries for key, entries in bank.lists.items()}
    names = names_of(bank, part)
    if part == "training" and names.arabic:
        more = (arabic("first"), arabic("family"))
        names = replace(names, home=(*names.home, more), anywhere=(*names.anywhere, more))
    return Hand(bank, part, names, places_of(bank, part), lists)


class World:
    """What one text tells of: the same slot is the same person or thing throughout."""

    def __init__(self, hand: Hand, rng: random.Random) -> None:
        self._hand, self._rng = hand, rng
        self._people: dict[str, Person] = {}
        self._days: dict[str, date] = {}
        self._things: dict[tuple[str, str | None, str], str] = {}
        learnt = hand.part == "training"
        self._blank = rng.choice(PLACEHOLDERS) if learnt and rng.random() < SCRUBBED else None
        self._coarse = COARSE if learnt else 0.0
        self._made_up = MADE_UP if learnt else 0.0

    def fill(self, entry: Entry) -> list[Piece]:
        """The pieces of `entry`, slots filled."""
        pieces: list[Piece] = []
        at = 0
        for match in entry.pieces():
            pieces.append((entry.text[at : match.start()], None))
            before = entry.text[max(0, match.start() - 24) : match.start()]
            pieces.append(self._filled(match, before))
            at = match.end()
        pieces.append((entry.text[at:], None))
        return [piece for text, category in pieces for piece in _untitled(text, category)]

    def _filled(self, match: re.Match[str], before: str) -> Piece:
        if self._blank is not None and (match["marked"] or match["slot"] not in TERMS):
            return self._blank, None
        if match["marked"]:
            return match["words"], Category(match["marked"])
        slot, form, which = match["slot"], match["form"], match["which"] or "1"
        if slot in TERMS and not form:
            return self._once((slot, form, which), lambda: term(slot, self._hand.part, self._rng)), None
        category = Category(slot)
        if self._rng.random() < self._coarse and (told := self._coarsely(category, form)):
            return told, None
        if category in (*DATES, Category.STUDY_DATE):
            return self._date(category, form, which, before)
        if category in PEOPLE:
            return self._person(category, form, which, before), category
        return self._once((slot, form, which), lambda: self._thing(category, form)), category

    def _coarsely(self, category: Category, form: str | None) -> str:
        """What may be told in place of an identifier: a year, a country; "" where nothing may."""
        if category in (*DATES, Category.STUDY_DATE) and form in (None, "month_year", "words"):
            return str(note_dates.some_day(category, self._rng).year)
        return country(self._rng) if category is Category.PLACE and not self._hand.arabic else ""

    def _once(self, key: tuple[str, str | None, str], make: Callable[[], str]) -> str:
        if key not in self._things:
            self._things[key] = make()
        return self._things[key]

    def _person(self, category: Category, form: str | None, which: str, before: str) -> str:
        key = f"{'name' if category is Category.INITIALS else category}{which}"
        if key not in self._people:
            self._people[key] = self._hand.names.person(self._rng)
        form = "initials" if category is Category.INITIALS else form
        if category is Category.CLINICIAN_NAME and form is None and self._rng.random() < 0.4:
            text = self._hand.of("clinicians", self._rng)
        else:
            kind = "name" if category is Category.INITIALS else category
            text = self._people[key].written(form, kind, self._rng)
        return _without_title(text) if TITLED.search(before) else text

    def _date(self, category: Category, form: str | None, which: str, before: str) -> Piece:
        rng = self._rng
        if form == "time" and (re.search(r"(?:\bat|@|,|\d)\s*$", before, re.IGNORECASE) or rng.random() < 0.3):
            return note_dates.clock(rng, arabic=self._hand.arabic), category
        key = f"{category}{which}"
        if key not in self._days:
            self._days[key] = note_dates.some_day(category, rng)
        if self._hand.arabic:
            return note_dates.arabic(self._days[key], form, rng), category
        return note_dates.written(self._days[key], form, self._hand.bank.country, rng), category

    def _thing(self, category: Category, form: str | None) -> str:
        hand, rng, person = self._hand, self._rng, self._hand.names.person(self._rng)
        if category in INVENTED and form is None and self._made_up and rng.random() < self._made_up:
            made = invented(category, hand.names, hand.places.towns, rng)
            if made is not None:
                return made
        if category in NUMBERS:
            return note_numbers.number(category, hand.bank.country, rng)
        match category:
            case Category.FACILITY:
                return hand.places.facility(form, person.last, rng)
            case Category.PLACE:
                return hand.places.place(rng)
            case Category.ADDRESS:
                return hand.places.address(person.last, rng)
            case Category.POSTCODE:
                return hand.places.postcode(rng)
            case Category.EMAIL:
                return note_numbers.mail(person.first, person.last, rng)
            case Category.URL:
                return note_numbers.site(person.first, person.last, rng)
            case Category.SOCIAL_HANDLE:
                return note_numbers.handle(person.first, person.last, rng)
            case Category.IP_ADDRESS:
                return note_numbers.ip_address(rng)
            case Category.AGE_OVER_89:
                return str(rng.randrange(90, 106)) if rng.random() < 0.9 or hand.arabic else rng.choice(HUNDREDS)
            case Category.ORGANISATION | Category.OCCUPATION | Category.EVENT:
                return hand.of(f"{category}s", rng)
        raise ValueError(f"nothing fills the slot '{category}'")


def _without_title(text: str) -> str:
    found = TITLED.match(text.split(" ", 1)[0]) if " " in text else None
    return text.split(" ", 1)[1] if found else text


def _untitled(text: str, category: Category | None) -> list[Piece]:
    """A title before a name stays in the text and outside of the label."""
    rest = text
    if category in PEOPLE:
        while " " in rest and (rest != _without_title(rest)):
            rest = _without_title(rest)
    return [(text[: len(text) - len(rest)], None), (rest, category)] if len(rest) < len(text) else [(text, category)]
