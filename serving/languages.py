"""The console's languages: English, in which it is written, and Arabic, by a catalogue that is keyed by the English."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from phivet.serving import words

_CATALOGUES = Path(__file__).parent / "templates" / "review"
_HEADER_ENTRY = re.compile(r"\s*([A-Za-z]{1,8})[A-Za-z0-9-]*\s*(?:;\s*q\s*=\s*([0-9.]+))?\s*$")


@dataclass(frozen=True)
class Language:
    """One language. `texts` are by their English, `nouns` by the English noun, then by CLDR's plural categories."""

    code: str
    name: str
    right_to_left: bool = False
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    nouns: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    @property
    def direction(self) -> str:
        """For HTML's `dir`."""
        return "rtl" if self.right_to_left else "ltr"

    def text(self, english: str, /, **values: object) -> str:
        """`english` in this language; a text that the catalogue lacks stays English. `{name}` takes its value."""
        text = self.texts.get(english, english)
        return text.format(**values) if values else text

    @property
    def comma(self) -> str:
        """Between the members of a list."""
        return "، " if self.right_to_left else ", "

    def count(self, number: int, noun: str) -> str:
        """2, "case" -> "2 cases"."""
        forms = self.nouns.get(noun)
        if forms is None:
            return words.count(number, noun)
        return forms.get(_arabic_plural(number), forms["other"]).format(n=f"{number:,}")

    def duration(self, seconds: float) -> str:
        """In the two digits that matter: "40 s", "12 min", "5 h", "3 d"."""
        for unit, length, until in (("{n} s", 1, 90), ("{n} min", 60, 90 * 60), ("{n} h", 3_600, 36 * 3_600)):
            if seconds < until:
                return self.text(unit, n=int(seconds / length))
        return self.text("{n} d", n=int(seconds / 86_400))


ENGLISH = Language("en", "English")


@cache
def languages() -> Mapping[str, Language]:
    """All of them by their code, English first."""
    catalogue = tomllib.loads((_CATALOGUES / "ar.toml").read_text("utf-8"))
    return {"en": ENGLISH, "ar": Language("ar", "العربية", True, catalogue["texts"], catalogue["nouns"])}


def chosen(cookie: str | None, accepted: str | None) -> Language:
    """The language that was chosen, else the best that the browser accepts (`Accept-Language`), else English."""
    known = languages()
    if cookie is not None and cookie in known:
        return known[cookie]
    ranked = []
    for entry in (accepted or "").split(",")[:20]:
        match = _HEADER_ENTRY.match(entry)
        if match and match[1].lower() in known:
            ranked.append((_quality(match[2]), match[1].lower()))
    best = max(ranked, key=lambda entry: entry[0], default=(0.0, "en"))
    return known[best[1]] if best[0] > 0 else ENGLISH


def _quality(text: str | None) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def _arabic_plural(n: int) -> str:
    """CLDR's plural category of a number in Arabic."""
    if n in (0, 1, 2):
        return ("zero", "one", "two")[n]
    if 3 <= n % 100 <= 10:
        return "few"
    return "many" if n % 100 >= 11 else "other"
