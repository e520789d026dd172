"""Forms, headers and rows as programs write them: a label and a value, or values alone, in many languages.

The labels are those of `material/notes/labels.toml`. Beside English and Arabic they are there to be known as labels: of
a note in such a language phivet says that it cannot judge it, and still shows the names and the numbers in it.
"""

import random
import tomllib
from collections.abc import Mapping
from dataclasses import replace

from phivet.datasets.note_banks import FOLDER, Entry
from phivet.datasets.note_vocabulary import entries
from phivet.datasets.note_writer import Hand

LABELS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    language: {name: entries(text) for name, text in rows.items()}
    for language, rows in tomllib.loads((FOLDER / "labels.toml").read_text("utf-8")).items()
}
OTHERS = tuple(language for language in LABELS if language not in ("en", "ar"))
FOREIGN = 0.35
"""Share of forms that are in a language besides English and Arabic."""
BARE = 0.2
"""Share of forms that are rows of values without labels."""
NAMES = ("name", "clinician_name", "relative_name")


def form(hand: Hand, rng: random.Random) -> tuple[Entry, Hand]:
    """A form, and `hand` who fills it with people of anywhere if its language is another one."""
    language = "ar" if hand.arabic else rng.choice(OTHERS) if rng.random() < FOREIGN else "en"
    widely = hand
    if language in OTHERS:
        widely = replace(hand, names=replace(hand.names, own_first=(), own_last=(), home=hand.names.anywhere))
    rows = _rows(language, rng) if rng.random() < BARE else _lines(language, rng)
    return Entry(rows, "form"), widely


def _lines(language: str, rng: random.Random) -> str:
    """Some labels with their values, as one program writes them."""
    labels = LABELS[language]
    link = rng.choice((": ", ": ", ": ", " ", " ", ":", "=", " = ", " - ", ":\t", ":  ", "\n"))
    gap = rng.choice((", ", ". ", "; ", "\n", "\n", "\n", " | ", "   ", " / ", "\n\n", ","))
    written = rng.choice((str, str, str, str.upper, str.lower))
    fields = []
    for _ in range(rng.choice((1, 1, 2, 3, 4, 5, 6, 8))):
        category = rng.choice(tuple(labels))
        label = rng.choice(labels[category])
        if category == "clean":
            fields.append(label)
        else:
            fields.append(f"{written(label)}{link}{_value(category, rng)}")
    if not any("{" in field for field in fields):
        fields.append(f"{written(rng.choice(labels['name']))}{link}{_value('name', rng)}")
    return gap.join(fields)


def _rows(language: str, rng: random.Random) -> str:
    """A table's rows: the same kinds of values in each, at times below their labels."""
    labels = LABELS[language]
    kinds = [name for name in labels if name != "clean"]
    columns = rng.sample(kinds, rng.choice((2, 3, 4, 5)))
    gap = rng.choice((", ", ",", " | ", "\t", "; ", "   ", " / ", " "))
    lines = [gap.join(rng.choice(labels[column]) for column in columns)] if rng.random() < 0.3 else []
    for number in range(rng.choice((1, 1, 2, 3, 5))):
        values = [_value(column, rng, number + 1) for column in columns]
        values.insert(rng.randrange(len(values) + 1), rng.choice(("{age}", "M", "F", "{size}", "{icd}", "{age}M", "")))
        lines.append(gap.join(values))
    return "\n".join(lines)


def _value(category: str, rng: random.Random, which: int = 1) -> str:
    if category in NAMES and rng.random() < 0.4:
        return f"{{{category}.{rng.choice(('first', 'last', 'title_last'))}#{which}}}"
    return f"{{{category}#{which}}}"
