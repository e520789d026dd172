"""Labelled notes as what the notes model learns from: windows of words with their tags, in batches of like length."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from phivet.datasets import notes
from phivet.datasets.notes import LabelledNote
from phivet.models.notes_model import Batch, batch_of
from phivet.models.notes_tags import OUTSIDE, begins
from phivet.models.notes_windows import Window, Words, read_words, windows

CHUNK = 512
"""Notes made at a time: their windows are sorted by length, and a run that is resumed goes on with the next chunk."""
MASKED = 0.05
"""Share of words that are hidden from the model, so that it learns to judge by what stands around them."""
UNKNOWN_PIECE = 103


@dataclass(frozen=True)
class Example:
    """One window of a text, and the tag of each of its words."""

    words: Words
    window: Window
    tags: NDArray[np.int16]

    @property
    def pieces(self) -> int:
        """Its length as the model sees it."""
        return int(self.words.first[self.window.end] - self.words.first[self.window.start]) + 2


def tags_of(note: LabelledNote, words: Words) -> NDArray[np.int16]:
    """The tag of each word: that of the label which covers at least half of it."""
    tags = np.full(len(words), OUTSIDE, np.int16)
    starts, ends = words.bounds[:, 0], words.bounds[:, 1]
    for label in note.labels:
        covered = np.minimum(ends, label.end) - np.maximum(starts, label.start)
        (inside,) = np.nonzero(2 * covered >= np.maximum(ends - starts, 1))
        if len(inside):
            tags[inside] = begins(label.category) + 1
            tags[inside[0]] = begins(label.category)
    return tags


def examples(made: Iterable[LabelledNote], tokenizer: Tokenizer) -> Iterator[Example]:
    """The windows of `made`."""
    kept = list(made)
    for note, words in zip(kept, read_words([note.text for note in kept], tokenizer), strict=True):
        tags = tags_of(note, words)
        for window in windows(words):
            yield Example(words, window, tags[window.start : window.end])


@dataclass(frozen=True)
class Stream(torch.utils.data.IterableDataset[tuple[int, Batch, Tensor]]):
    """Batches without end from chunk number `begin` on: the chunk's number, what the model reads, its words' tags.

    Several workers of a `DataLoader` take the chunks in turn.
    """

    tokenizer: str
    seed: int
    begin: int
    pieces: int
    """Word pieces of one batch, padding included."""

    def __iter__(self) -> Iterator[tuple[int, Batch, Tensor]]:
        tokenizer = Tokenizer.from_file(self.tokenizer)
        worker = torch.utils.data.get_worker_info()
        number, apart = self.begin + (worker.id if worker else 0), worker.num_workers if worker else 1
        while True:
            rng = random.Random(f"{self.seed} {number}")
            made = islice(notes.training(rng.randrange(1 << 62)), CHUNK)
            found = sorted(examples(made, tokenizer), key=lambda example: example.pieces + rng.random() * 8)
            batches = list(_batches(found, self.pieces))
            rng.shuffle(batches)
            for batch in batches:
                yield (
                    number,
                    _hidden(batch_of([(each.words, each.window) for each in batch]), rng),
                    torch.from_numpy(np.concatenate([each.tags for each in batch]).astype(np.int64)),
                )
            number += apart


def _batches(found: list[Example], most: int) -> Iterator[list[Example]]:
    batch: list[Example] = []
    for example in found:
        if batch and (len(batch) + 1) * example.pieces > most:
            yield batch
            batch = []
        batch.append(example)
    if batch:
        yield batch


def _hidden(batch: Batch, rng: random.Random) -> Batch:
    """`batch` with some words masked, all pieces of a word together."""
    generator = torch.Generator().manual_seed(rng.randrange(1 << 62))
    hidden = torch.rand(batch.count, generator=generator) < MASKED
    ids = batch.ids.clone()
    rows, columns = batch.rows, batch.columns
    ids[rows, columns] = torch.where(hidden[batch.owners], UNKNOWN_PIECE, ids[rows, columns])
    return Batch(ids, batch.shapes, batch.mask, batch.rows, batch.columns, batch.owners, batch.count)
