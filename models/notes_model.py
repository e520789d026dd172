"""The trained tagger of words: a BERT encoder that reads windows of pieces and scores every tag for every word."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from phivet.models.notes_encoder import Encoder, load_encoder
from phivet.models.notes_windows import Window, Words, read_words, windows
from phivet.models.processor import fast_at_bf16

WEIGHTS = Path(__file__).parent / "weights" / "notes"
START, END = 101, 102
MOST_PIECES = 8192
"""Word pieces that go through the encoder at once."""


@dataclass(frozen=True)
class Batch:
    """Windows side by side, padded to the longest. Piece k stands at (rows[k], columns[k]), of word owners[k]."""

    ids: Tensor
    """(windows, length) int64."""
    shapes: Tensor
    """(windows, length) int64: the shape of the word that each piece belongs to."""
    mask: Tensor
    rows: Tensor
    columns: Tensor
    owners: Tensor
    count: int
    """Words in all windows, those without a piece too."""


def batch_of(found: Sequence[tuple[Words, Window]]) -> Batch:
    """`found` as one batch."""
    lengths = [int(words.first[window.end] - words.first[window.start]) for words, window in found]
    shape = (len(found), max(lengths) + 2)
    ids, shapes, mask = (np.zeros(shape, np.int64) for _ in range(3))
    rows, columns, owners = [], [], []
    count = 0
    for row, ((words, window), length) in enumerate(zip(found, lengths, strict=True)):
        begin = words.first[window.start]
        counts = np.diff(words.first[window.start : window.end + 1])
        owner = np.repeat(np.arange(len(counts)), counts)
        ids[row, 0], ids[row, length + 1] = START, END
        ids[row, 1 : length + 1] = words.pieces[begin : begin + length]
        shapes[row, 1 : length + 1] = words.shapes[window.start : window.end][owner]
        mask[row, : length + 2] = 1
        rows.append(np.full(length, row))
        columns.append(np.arange(1, length + 1))
        owners.append(owner + count)
        count += len(counts)
    ids_, shapes_, mask_ = (torch.from_numpy(each) for each in (ids, shapes, mask))
    rows_, columns_, owners_ = (torch.from_numpy(np.concatenate(each)) for each in (rows, columns, owners))
    return Batch(ids_, shapes_, mask_, rows_, columns_, owners_, count)


def word_scores(encoder: Any, batch: Batch) -> Tensor:
    """Scores (words, tags), not yet probabilities: the mean over the pieces of each word."""
    given = encoder(input_ids=batch.ids, attention_mask=batch.mask, token_type_ids=batch.shapes).logits
    pieces = given[batch.rows, batch.columns].float()
    total = torch.zeros(batch.count, pieces.shape[1], device=pieces.device).index_add_(0, batch.owners, pieces)
    counts = torch.bincount(batch.owners, minlength=batch.count).clamp(min=1)
    return total / counts[:, None]


@dataclass(frozen=True)
class Tagger:
    """The encoder with its tokenizer and what was calibrated for it."""

    encoder: Encoder
    tokenizer: Tokenizer
    calibration: dict[str, Any]

    def read(self, texts: Sequence[str]) -> list[tuple[Words, NDArray[np.float32]]]:
        """The words of each text, with log probabilities (words, tags). Texts may be of any length."""
        every = read_words(texts, self.tokenizer)
        scores = [np.full((len(words), self.encoder.tags), -np.inf, np.float32) for words in every]
        for each in scores:
            each[:, 0] = 0.0
        cuts = [(number, window) for number, words in enumerate(every) for window in windows(words)]
        cuts.sort(key=lambda cut: _length(every[cut[0]], cut[1]))
        for group in _groups(cuts, every):
            found = self._scores([(every[number], window) for number, window in group])
            at = 0
            for number, window in group:
                kept = slice(at + window.keep_start - window.start, at + window.keep_end - window.start)
                scores[number][window.keep_start : window.keep_end] = found[kept]
                at += window.end - window.start
        return list(zip(every, scores, strict=True))

    def _scores(self, found: Sequence[tuple[Words, Window]]) -> NDArray[np.float32]:
        """Log probabilities (words, tags) for the words of all windows: the mean over the pieces of each word."""
        ids, shapes, owners, lengths = [], [], [], []
        count = 0
        for words, window in found:
            begin, end = words.first[window.start], words.first[window.end]
            counts = np.diff(words.first[window.start : window.end + 1])
            ids.append(np.concatenate(([START], words.pieces[begin:end], [END])))
            shapes.append(np.concatenate(([0], np.repeat(words.shapes[window.start : window.end], counts), [0])))
            owners.append(np.concatenate(([-1], np.repeat(np.arange(count, count + len(counts)), counts), [-1])))
            lengths.append(int(end - begin) + 2)
            count += len(counts)
        ids_, shapes_, owners_ = (torch.from_numpy(np.concatenate(each)).long() for each in (ids, shapes, owners))
        with torch.inference_mode():
            pieces = self.encoder(ids_, shapes_, lengths)[owners_ >= 0]
            of = owners_[owners_ >= 0]
            total = torch.zeros(count, self.encoder.tags).index_add_(0, of, pieces)
            means = total / torch.bincount(of, minlength=count).clamp(min=1)[:, None]
            return torch.log_softmax(means, dim=1).numpy()


def _length(words: Words, window: Window) -> int:
    return int(words.first[window.end] - words.first[window.start]) + 2


def _groups(cuts: list[tuple[int, Window]], every: Sequence[Words]) -> list[list[tuple[int, Window]]]:
    groups: list[list[tuple[int, Window]]] = []
    pieces = 0
    for cut in cuts:
        length = _length(every[cut[0]], cut[1])
        pieces += length
        if groups and pieces <= MOST_PIECES:
            groups[-1].append(cut)
        else:
            groups.append([cut])
            pieces = length
    return groups


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a folder of weights, which neither cuts nor pads."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@cache
def load(folder: Path = WEIGHTS) -> Tagger:
    """The tagger whose weights lie in `folder`; in bfloat16 where the processor computes with it, else in float32."""
    encoder = load_encoder(folder, torch.bfloat16 if fast_at_bf16() else torch.float32)
    calibration = json.loads((folder / "calibration.json").read_text("utf-8"))
    return Tagger(encoder, load_tokenizer(folder), calibration)
