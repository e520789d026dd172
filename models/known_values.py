"""Looks in a text for what the case itself gives away: the patient's name, numbers, dates, institution, physicians."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, pairwise
from weakref import WeakKeyDictionary

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.cases.known import Known, KnownValue
from phivet.models.hits import Hit, resolve
from phivet.models.notes_dates import mentions
from phivet.models.notes_text import fold
from phivet.models.notes_words import (
    EPONYM_NOUNS,
    EPONYMS,
    GENERIC,
    NOT_A_PERSON,
    ORDINARY,
    PARTICLES,
    RADIOLOGY,
    STAND_INS,
)

_NAMES = frozenset({Category.NAME, Category.RELATIVE_NAME, Category.CLINICIAN_NAME})
_DATES = frozenset({Category.DATE_OF_BIRTH, Category.STUDY_DATE, Category.DATE})
_NOT_SEARCHED = frozenset({Category.INITIALS, Category.AGE_OVER_89, Category.STUDY_KEY, Category.UNREADABLE_TEXT})
NO_SURNAMES = GENERIC | (RADIOLOGY | NOT_A_PERSON) - ORDINARY
_TITLES = frozenset(
    re.findall(r"\w+", "mr mrs ms miss mx master dr prof professor doctor sir dame rev md phd jr sr ii iii")
)
_GAP = re.compile(r"[\s,.^'&/=_-]{0,3}")
_MORE_BEFORE = re.compile(r"\d[.,]$")
_MORE_AFTER = re.compile(r"[ -]\d")
_NUMBER_GAP = re.compile(r"[\s._/-]{0,2}")
_WORD = re.compile(r"[^\W\d_]+|\d+")


class _Key(dict[int, str]):
    """Maps a character to its lower-case letter without accent, at the same length."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        bare = unicodedata.normalize("NFKD", char)[0].lower()
        self[code] = bare if len(bare) == 1 and char.isalpha() else char
        return self[code]


_KEY = _Key()


@dataclass(frozen=True)
class _Person:
    """The parts of one name: two letters or more each; `family` are those of the family name."""

    category: Category
    parts: frozenset[str] = field(repr=False)
    family: frozenset[str] = field(repr=False)
    initials: frozenset[str] = field(repr=False)


@dataclass(frozen=True)
class _Phrase:
    """Letters and digits of a value, `text`, without anything between them."""

    category: Category
    text: str = field(repr=False)
    score: float

    @property
    def is_number(self) -> bool:
        return any(char.isdigit() for char in self.text)


@dataclass(frozen=True)
class _Told:
    """What one value gives to search for."""

    persons: tuple[_Person, ...] = field(repr=False)
    phrases: tuple[_Phrase, ...] = field(repr=False)
    days: tuple[date, ...] = field(repr=False)


@dataclass(frozen=True)
class _Sought:
    """All that is sought, made once for what is known."""

    persons: dict[str, list[_Person]] = field(repr=False)
    """By each part of the name."""
    phrases: dict[str, dict[_Phrase, None]] = field(repr=False)
    """By the first `_HEAD` characters, which every phrase has; in the order of the values."""
    days: dict[date, Category] = field(repr=False)


_HEAD = 4
_told: WeakKeyDictionary[KnownValue, _Told] = WeakKeyDictionary()
"""What a value gives is worked out once; it goes when the scan that knows the value ends."""


def find_known(text: str, known: Known, *, ocr: bool = False) -> list[Hit]:
    """Where the values of `known` stand in `text`, however written; with `ocr` also where they were misread."""
    if not known.values or not text.strip():
        return []
    sought = known.once("values sought", lambda: _sought(known.values))
    key = fold(text).translate(_KEY)
    hits = [*_persons(text, key, sought), *_phrases(key, sought), *_dates(key, sought)]
    if ocr:
        hits += _misread(key, known.once("values misread", lambda: _needles(sought)))
    return resolve(hits, text, rests=False)


def _sought(values: Iterable[KnownValue]) -> _Sought:
    persons: dict[str, list[_Person]] = defaultdict(list)
    phrases: dict[str, dict[_Phrase, None]] = defaultdict(dict)
    days: dict[date, Category] = {}
    for value in sorted(values, key=lambda value: (value.category, value.text), reverse=True):
        told = _told.get(value)
        if told is None:
            told = _told[value] = _told_by(value)
        for person in told.persons:
            for part in person.parts:
                persons[part].append(person)
        for phrase in told.phrases:
            phrases[phrase.text[:_HEAD]][phrase] = None
        for day in told.days:
            days.setdefault(day, value.category)
    return _Sought(dict(persons), dict(phrases), days)


def _told_by(value: KnownValue) -> _Told:
    persons: list[_Person] = []
    phrases: set[_Phrase] = set()
    days: set[date] = set()
    for text in value.text.split("\\") if value.category not in _NOT_SEARCHED else ():
        key = fold(text).translate(_KEY)
        if value.category in _DATES:
            days |= {day for mention in mentions(key) for day in mention.days}
        elif value.category in _NAMES:
            for person in _people(value.category, key):
                persons.append(person)
                phrases |= _joined(person, key)
        elif phrase := _phrase(value.category, key):
            phrases.add(phrase)
    phrases |= {
        _Phrase(value.category, form, 0.9 if len(form) == 8 else 0.6) for day in days for form in _digit_forms(day)
    }
    return _Told(tuple(persons), tuple(sorted(phrases, key=lambda phrase: phrase.text)), tuple(sorted(days)))


def _people(category: Category, key: str) -> Iterator[_Person]:
    """The name in `key`, once for each of its groups (alphabetic, ideographic, phonetic)."""
    for group in key.split("="):
        components = re.split(r"\^|,", group)
        words = [_WORD.findall(component) for component in components]
        every = [word for part in words for word in part if word not in _TITLES and not word.isdigit()]
        if any(word in STAND_INS for word in every) or all(word in NO_SURNAMES for word in every):
            continue
        if len(every) > 1 and all(word in RADIOLOGY or word in NO_SURNAMES for word in every):
            continue  # a case's title in place of a name: Knee^Left
        first = [word for word in words[0] if word not in _TITLES]
        family = first if len(components) > 1 else every[-1:]
        joined = {"".join(_WORD.findall(c)) for c in components if "'" in c}
        parts = {word for word in every if len(word) > 1 and word not in PARTICLES} | joined
        if parts:
            initials = frozenset(word[0] for word in every)
            yield _Person(category, frozenset(parts), frozenset(family) | (joined & parts), initials)


def _joined(person: _Person, key: str) -> set[_Phrase]:
    """The name written without a space, family or given name first."""
    words = [word for word in _WORD.findall(key.split("=")[0]) if word not in _TITLES and len(word) > 1]
    if len(words) < 2 or len("".join(words[:2])) < 6:
        return set()
    return {_Phrase(person.category, a + b, 0.95) for a, b in (words[:2], words[1::-1])}


def _phrase(category: Category, key: str) -> _Phrase | None:
    words = _WORD.findall(key)
    text = "".join(words)
    digits = sum(char.isdigit() for char in text)
    if len(text) < 4 or len(set(text)) == 1 or all(word in GENERIC | RADIOLOGY | NOT_A_PERSON for word in words):
        return None
    if digits == len(text):
        text = text.lstrip("0")
        if len(text) < 4 or re.fullmatch(r"(?:19|20)\d\d", text):
            return None
        return _Phrase(category, text, 0.6 if len(text) == 4 else 0.9 if len(text) < 7 else 0.97)
    weak = (len(text) < 6 and digits) or text in ORDINARY or text in EPONYMS
    return _Phrase(category, text, 0.6 if weak else 0.95)


def _digit_forms(day: date) -> set[str]:
    year, month, day_of_month = f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"
    orders = ("{0}{1}{2}", "{2}{1}{0}", "{1}{2}{0}")
    return {order.format(y, month, day_of_month) for y in (year, year[2:]) for order in orders}


def _persons(text: str, key: str, sought: _Sought) -> Iterator[Hit]:
    if not sought.persons:
        return
    words = list(_WORD.finditer(key))
    told: dict[_Person, int] = {}
    for i, word in enumerate(words):
        for person in sought.persons.get(word.group(), ()):
            if i <= told.get(person, -1):
                continue
            first, last, found, title, initial = _extent(key, words, i, person)
            told[person] = last
            score = _name_score(text, words[first : last + 1], found, title, initial, person)
            if score and not _in_an_eponym(key, words[last], found):
                yield Hit(person.category, words[first].start(), words[last].end(), score, (Reason.KNOWN_VALUE,))


def _extent(key: str, words: list[re.Match[str]], i: int, person: _Person) -> tuple[int, int, set[str], bool, bool]:
    """The words around number `i` that belong to the same mention: first, last, parts, whether a title, an initial."""
    found, title, initial = {words[i].group()}, False, False
    ends = [i, i]
    for side, step in enumerate((-1, 1)):
        at = i
        while 0 <= (beside := at + step) < len(words) and abs(beside - i) <= 6:
            a, b = sorted((at, beside))
            word = words[beside].group()
            if not _GAP.fullmatch(key, words[a].end(), words[b].start()):
                break
            if word in person.parts:
                found.add(word)
            elif len(word) == 1 and word in person.initials and not _possessive(key, words[beside]):
                initial = True
            elif word in _TITLES:
                title = True
            elif word not in PARTICLES:
                break
            at = beside
            if word not in PARTICLES:
                ends[side] = at
    return ends[0], ends[1], found, title, initial


def _possessive(key: str, word: re.Match[str]) -> bool:
    return word.group() == "s" and key[word.start() - 1 : word.start()] == "'"


def _name_score(
    text: str, words: list[re.Match[str]], found: set[str], title: bool, initial: bool, person: _Person
) -> float:
    """How probable it is that `words` mean this person."""
    capital = any(
        text[word.start()].isupper() or not text[word.start()].isalpha() for word in words if word.group() in found
    )
    common = all(part in ORDINARY or part in EPONYMS or part in RADIOLOGY for part in found)
    if not any(text[word.start()].islower() or text[word.start()].isupper() for word in words):
        capital = True  # a script without cases
    if len(found) > 1:
        return 0.98 if not common else 0.9 if capital else 0.3
    (part,) = found
    if title and (capital or not common):
        return 0.97
    if initial and part in person.family and (capital or not common):
        return 0.92 if not common else 0.7
    if len(part) < 3:
        return 0
    if common:
        return 0.3 if capital and not _starts_a_sentence(text, words[0].start()) else 0
    return (0.9 if part in person.family else 0.8) if capital else 0.6


def _starts_a_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 4) : start].rstrip(" \t\"'([")
    return not before or before[-1] in ".\n:;!?-•*/|>"


def _in_an_eponym(key: str, last: re.Match[str], found: set[str]) -> bool:
    follows = re.compile(r"'?s?[\s-]{1,2}([^\W\d_]+)").match(key, last.end())
    return len(found) == 1 and follows is not None and follows.group(1) in EPONYM_NOUNS


def _phrases(key: str, sought: _Sought) -> Iterator[Hit]:
    """Values in their own order of letters and digits, whatever stands between; zeros before a number may lack."""
    words = list(_WORD.finditer(key))
    compact = "".join(word.group() for word in words)
    ends: dict[int, int] = {}
    at = 0
    for number, word in enumerate(words):
        at += word.end() - word.start()
        ends[at] = number
    at = 0
    for first, word in enumerate(words):
        written = word.group()
        zeros = len(written) - len(written.lstrip("0"))
        for skipped in range(min(zeros + 1, len(written))):
            begin = at + skipped
            for phrase in sought.phrases.get(compact[begin : begin + _HEAD], ()):
                last = ends.get(begin + len(phrase.text)) if compact.startswith(phrase.text, begin) else None
                if last is None or (first == last and _in_an_eponym(key, word, {written})):
                    continue
                if _together(key, words[first : last + 1], phrase):
                    start, end = word.start(), words[last].end()
                    yield Hit(phrase.category, start, end, phrase.score, (Reason.KNOWN_VALUE,))
        at += len(written)


def _together(key: str, words: list[re.Match[str]], phrase: _Phrase) -> bool:
    """Whether nothing but a separator stands between `words`, and no digits beside a number belong to it as well."""
    if phrase.is_number and _MORE_BEFORE.search(key, max(0, words[0].start() - 2), words[0].start()):
        return False
    if phrase.is_number and len(words) > 1 and _MORE_AFTER.match(key, words[-1].end()):
        return False
    gap = _NUMBER_GAP if phrase.is_number else _GAP
    return all(gap.fullmatch(key, a.end(), b.start()) for a, b in pairwise(words))


def _dates(key: str, sought: _Sought) -> Iterator[Hit]:
    if not sought.days:
        return
    for mention in mentions(key):
        if day := next((day for day in mention.days if day in sought.days), None):
            score = 0.97 if len(mention.days) == 1 else 0.92
            yield Hit(sought.days[day], mention.start, mention.end, score, (Reason.KNOWN_VALUE,))


_CONFUSED = str.maketrans(
    {"o": "0", "q": "0", "i": "1", "l": "1", "|": "1", "!": "1", "s": "5", "$": "5", "b": "8", "z": "2", "g": "6"}
)
"""Characters that optical recognition takes for one another."""
_TOKEN = re.compile(r"[^\W_]+")
_LONGEST = 6


def _misread(key: str, needles: Sequence[tuple[_Phrase, int]]) -> Iterator[Hit]:
    """Values with characters confused, lost or added, and with spaces lost: by edit distance over runs of words."""
    confused = key.translate(_CONFUSED)
    tokens = list(_TOKEN.finditer(confused))
    if not needles or not tokens:
        return
    longest = max(len(needle.text) for needle, _ in needles) + 3
    runs: list[tuple[int, int, str]] = []
    for i, token in enumerate(tokens):
        run = ""
        for other in tokens[i : i + _LONGEST]:
            run += other.group()
            if len(run) > longest or other.start() - token.end() > 60:
                break
            runs.append((token.start(), other.end(), run))
    if not runs:
        return
    limit = max(allowed for _, allowed in needles)
    distances = cdist(
        [run for _, _, run in runs],
        [needle.text for needle, _ in needles],
        scorer=Levenshtein.distance,
        score_cutoff=limit,
        dtype=np.uint8,
    )
    allowed = np.array([allowed for _, allowed in needles], np.uint8)
    for row, column in np.argwhere(distances <= allowed):
        (start, end, _), (needle, _) = runs[row], needles[column]
        distance = int(distances[row, column])
        if not needle.is_number and key[start:end] in RADIOLOGY:
            continue
        score = needle.score * (1 - distance / len(needle.text)) ** 2
        yield Hit(needle.category, start, end, score, (Reason.KNOWN_VALUE,))


def _needles(sought: _Sought) -> list[tuple[_Phrase, int]]:
    """What is sought by edit distance, as misread characters would have it, with the greatest distance allowed."""
    needles: dict[str, tuple[_Phrase, int]] = {}
    parts = (
        _Phrase(person.category, part, 0.9)
        for part, persons in sought.persons.items()
        for person in persons
        if len(part) >= 4 and part in person.family and part not in ORDINARY | EPONYMS | RADIOLOGY
    )
    for phrase in (*chain.from_iterable(sought.phrases.values()), *parts):
        if len(phrase.text) >= 4 and not (phrase.is_number and len(phrase.text) < 6):
            text = phrase.text.translate(_CONFUSED)
            allowed = len(text) // 7 if phrase.is_number else len(text) // 4
            needles.setdefault(text, (_Phrase(phrase.category, text, phrase.score), allowed))
    return list(needles.values())
