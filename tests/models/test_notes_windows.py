"""Every word of a text is read in a window, and decided by exactly one."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phivet.models.notes_model import WEIGHTS, load_tokenizer
from phivet.models.notes_tags import TAGS, decode, spans
from phivet.models.notes_windows import LENGTH, OVERLAP, read_words, windows

TOKENIZER = load_tokenizer(WEIGHTS)


@pytest.mark.parametrize("count", [0, 1, 200, 254, 255, 256, 5000])
@pytest.mark.parametrize("word", ["cyst ", "Katzenellenbogen ", "١٢٣ ", "-", "a1b2c3d4e5f6" * 30 + " "])
def test_each_word_is_decided_once_with_its_surroundings(word: str, count: int) -> None:
    (words,) = read_words([word * count], TOKENIZER)
    decided = 0
    for window in windows(words):
        assert window.start <= window.keep_start < window.keep_end <= window.end
        assert window.keep_start == decided
        pieces = words.first[window.end] - words.first[window.start]
        assert pieces <= LENGTH
        if window.keep_start > 0:
            assert words.first[window.keep_start] - words.first[window.start] >= OVERLAP // 4
        decided = window.keep_end
    assert decided == len(words)


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_the_words_of_any_text_hold_all_that_is_visible(text: str) -> None:
    (words,) = read_words([text], TOKENIZER)
    covered = bytearray(len(text))
    for start, end in words.bounds:
        assert not any(covered[start:end])
        covered[start:end] = b"\1" * int(end - start)
    assert all(covered[at] or not text[at].isalnum() for at in range(len(text)))


def test_an_inside_follows_its_own_begin() -> None:
    generator = np.random.default_rng(3)
    for _ in range(50):
        scores = np.log(generator.dirichlet(np.ones(len(TAGS)) * 0.1, 30) + 1e-9).astype(np.float32)
        tags = decode(scores)
        for before, tag in zip([0, *tags[:-1]], tags, strict=True):
            assert tag == 0 or tag % 2 == 1 or before in (tag, tag - 1)


def test_spans_are_read_from_tags() -> None:
    assert [(first, last) for first, last, _ in spans(np.array([0, 1, 2, 2, 1, 0, 3], np.int16))] == [
        (1, 4),
        (4, 5),
        (6, 7),
    ]


def test_the_best_run_of_tags_is_the_best_of_all() -> None:
    """Against all runs of three words over the first two categories."""
    generator = np.random.default_rng(5)
    scores = np.full((3, len(TAGS)), -50.0, np.float32)
    scores[:, :5] = generator.normal(size=(3, 5))
    allowed = [
        (a, b, c)
        for a in (0, 1, 3)
        for b in range(5)
        for c in range(5)
        if all(y == 0 or y % 2 == 1 or x in (y, y - 1) for x, y in ((a, b), (b, c)))
    ]
    best = max(allowed, key=lambda run: sum(scores[at, tag] for at, tag in enumerate(run)))
    assert tuple(decode(scores)) == best


def test_weights_are_here() -> None:
    assert {path.name for path in Path(WEIGHTS).iterdir()} >= {
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "calibration.json",
        "README.md",
    }
