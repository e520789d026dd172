"""The console's languages: everything that it says is in the catalogue, and counts follow Arabic's six forms."""

import re
import string
import tomllib
from pathlib import Path

import pytest

from phivet.cases.categories import Category
from phivet.serving import (
    review_acts,
    review_case,
    review_figures,
    review_message,
    review_pages,
    review_queue,
    review_words,
    words,
)
from phivet.serving.languages import ENGLISH, chosen, languages
from phivet.serving.lines import Where

SERVING = Path(review_case.__file__).parent
TEMPLATES = sorted((SERVING / "templates" / "review").glob("*.html"))
CODE = [
    SERVING / f"{name}.py" for name in ("review_view", "review_words", "review_figures", "review_case", "languages")
]
CODE += [SERVING / f"{name}.py" for name in ("review_queue", "review_message", "review_session", "review_pages")]
ARABIC = languages()["ar"]


def said() -> set[str]:
    """Every English text that the console says."""
    texts: set[str] = set()
    for path in TEMPLATES:
        source = path.read_text("utf-8")
        texts |= set(re.findall(r'\bt\("([^"]+)"', source))
        for table in re.findall(r"for name, does in \((.*)\) %}", source):
            texts |= set(re.findall(r'\("[^"]+", "([^"]+)"\)', table))
    for path in CODE:
        texts |= {said for _, said in re.findall(r"""\b(?:text|t)\(\s*(["'])(.+?)\1""", path.read_text("utf-8"))}
    texts |= {words.category(category) for category in Category} | {where.value for where in Where}
    texts |= {*words.REASONS.values(), *words.CLAIMS.values()}
    texts |= {part for unseen in words.UNREAD.values() for part in unseen}
    texts |= {*review_words.HEADLINES.values(), *review_words.PLANES.values(), *review_pages.REFUSED.values()}
    texts |= {*review_case.TITLES.values(), *review_case.CLOSED.values(), *review_case.WHO.values()}
    texts |= {*review_message._OPENINGS.values(), *review_message._REMEDIES.values()}
    texts |= {*review_queue._ORDERS.values(), *review_figures._TIMES, "all across", "most of it"}
    texts |= {words.position(x, y, x + 1, y + 1, 9, 9) for x in (0, 4, 8) for y in (0, 4, 8)}
    texts |= {"Pictures", "Notes", "Headers", "Files", "Not scanned", "Block", "Review", "Clear", "block", "review"}
    return texts | {"allow", "clear", "Right", "Wrong", "Other", "Order", "Site", "Policy", "Category"}


def test_everything_that_the_console_says_is_in_the_arabic_catalogue() -> None:
    assert review_acts.router
    assert len(said()) > 250
    assert sorted(text for text in said() if text not in ARABIC.texts) == []


def test_the_catalogue_says_nothing_that_nobody_asks_for() -> None:
    sources = "".join(path.read_text("utf-8") for path in [*TEMPLATES, *SERVING.glob("*.py")])
    known = said()
    assert sorted(text for text in ARABIC.texts if text not in known and f'"{text}"' not in sources) == []


def test_translations_take_the_same_values_as_the_english() -> None:
    def fields(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert {text: arabic for text, arabic in ARABIC.texts.items() if fields(text) != fields(arabic)} == {}


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "لا حالات"),
        (1, "حالة واحدة"),
        (2, "حالتان"),
        (3, "3 حالات"),
        (11, "11 حالة"),
        (100, "100 حالة"),
        (103, "103 حالات"),
    ],
)
def test_arabic_counts_in_six_forms(number: int, text: str) -> None:
    assert ARABIC.count(number, "case") == text


def test_every_noun_has_the_forms_that_arabic_needs() -> None:
    catalogue = tomllib.loads((SERVING / "templates" / "review" / "ar.toml").read_text("utf-8"))
    assert {noun for noun, forms in catalogue["nouns"].items() if len(forms) != 6} == set()
    assert set(words.SCANNED.values()) | {"volume"} <= catalogue["nouns"].keys()


@pytest.mark.parametrize(
    ("cookie", "accepted", "code"),
    [
        (None, None, "en"),
        (None, "ar-JO,ar;q=0.9,en;q=0.8", "ar"),
        (None, "de, ar;q=0.2, en;q=0.8", "en"),
        ("ar", "en", "ar"),
        ("xx", "ar;q=0", "en"),
        (None, "ar;q=x;;,\x00", "en"),
    ],
)
def test_the_language_is_the_chosen_one_else_the_browsers(cookie: str | None, accepted: str | None, code: str) -> None:
    assert chosen(cookie, accepted).code == code


def test_durations_have_the_two_digits_that_matter() -> None:
    assert [ENGLISH.duration(s) for s in (7, 89, 600, 20_000, 400_000)] == ["7 s", "89 s", "10 min", "5 h", "4 d"]
