"""The BERT encoder of the notes model, for use on a processor: windows of any lengths in a row, hardly padded.

The same network that `transformers` trains (Devlin et al. 2019, arXiv 1810.04805), read from the same files. Here no
work goes into padding and masks, and where oneDNN is there, each linear layer is one of its fused operations on weights
that it laid out beforehand, as compiled PyTorch would run it; that is a quarter less time on one core.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import embedding, gelu, layer_norm, linear, pad, scaled_dot_product_attention

Weights = dict[str, Tensor]
ROWS = 32
"""The fewest rows that go through a linear layer."""


class Linear:
    """A linear layer, with GELU after it if `activated`."""

    def __init__(self, weights: Weights, names: Sequence[str], activated: bool = False) -> None:
        self._weight = torch.cat([weights[f"{name}.weight"] for name in names])
        self._bias = torch.cat([weights[f"{name}.bias"] for name in names])
        self._activated = activated
        self._fused = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")
        if self._fused:
            self._weight = torch.ops.mkldnn._reorder_linear_weight(self._weight)

    def __call__(self, given: Tensor) -> Tensor:
        if self._fused:
            after = ("gelu", "none") if self._activated else ("none", "")
            return torch.ops.mkldnn._linear_pointwise(given, self._weight, self._bias, after[0], [], after[1])  # type: ignore[no-any-return]
        made = linear(given, self._weight, self._bias)
        return gelu(made) if self._activated else made


class Norm:
    """A layer normalisation."""

    def __init__(self, weights: Weights, name: str, epsilon: float) -> None:
        self._weight, self._bias, self._epsilon = weights[f"{name}.weight"], weights[f"{name}.bias"], epsilon

    def __call__(self, given: Tensor) -> Tensor:
        return layer_norm(given, given.shape[-1:], self._weight, self._bias, self._epsilon)


class Layer:
    """Attention within each window, then two linear layers on each piece."""

    def __init__(self, weights: Weights, name: str, heads: int, epsilon: float) -> None:
        self._heads = heads
        attention, output = f"{name}.attention.self", f"{name}.attention.output"
        self._asked = Linear(weights, [f"{attention}.{part}" for part in ("query", "key", "value")])
        self._seen = Linear(weights, [f"{output}.dense"])
        self._seen_norm = Norm(weights, f"{output}.LayerNorm", epsilon)
        self._wide = Linear(weights, [f"{name}.intermediate.dense"], activated=True)
        self._narrow = Linear(weights, [f"{name}.output.dense"])
        self._norm = Norm(weights, f"{name}.output.LayerNorm", epsilon)

    def __call__(self, given: Tensor, runs: Sequence[tuple[int, int]]) -> Tensor:
        seen = self._seen_norm(self._seen(self._attention(given, runs)).add_(given))
        return self._norm(self._narrow(self._wide(seen)).add_(seen))

    def _attention(self, given: Tensor, runs: Sequence[tuple[int, int]]) -> Tensor:
        asked = self._asked(given)
        found = torch.zeros_like(given)
        at = 0
        for count, length in runs:
            until = at + count * length
            query, key, value = asked[at:until].view(count, length, 3, self._heads, -1).permute(2, 0, 3, 1, 4)
            among = scaled_dot_product_attention(query, key, value)
            found[at:until] = among.transpose(1, 2).reshape(count * length, -1)
            at = until
        return found


@dataclass(frozen=True)
class Encoder:
    """Scores every tag for every piece."""

    tags: int
    _embeddings: tuple[Tensor, Tensor, Tensor]
    _norm: Norm
    _layers: tuple[Layer, ...]
    _classifier: tuple[Tensor, Tensor]

    def __call__(self, ids: Tensor, shapes: Tensor, lengths: Sequence[int]) -> Tensor:
        """Scores (pieces, tags), float32, for windows of `lengths`, one after the other; those of a length together.

        `ids` (pieces,) int64 are the pieces' numbers, `shapes` (pieces,) int64 those of their words' shapes.
        """
        places = torch.cat([torch.arange(length) for length in lengths])
        words, positions, kinds = self._embeddings
        state = self._norm(embedding(ids, words) + embedding(shapes, kinds) + embedding(places, positions))
        state = pad(state, (0, 0, 0, rows_for(len(ids)) - len(ids)))
        runs = [(sum(1 for _ in group), length) for length, group in groupby(lengths)]
        for layer in self._layers:
            state = layer(state, runs)
        return linear(state, *self._classifier)[: len(ids)].float()


def rows_for(pieces: int) -> int:
    """Rows to compute for so many pieces, at most an eighth more and `ROWS`, of some fifty numbers in all.

    oneDNN makes code for every number of rows that it has seen, and keeps it.
    """
    step = max(ROWS, 1 << max(0, (pieces - 1).bit_length() - 4))
    return -(-pieces // step) * step


def load_encoder(folder: Path, dtype: torch.dtype) -> Encoder:
    """The encoder whose config.json and model.safetensors lie in `folder`, computing in `dtype`."""
    config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
    stored = load_file(folder / "model.safetensors")
    weights = {name.removeprefix("bert."): tensor.to(dtype) for name, tensor in stored.items()}
    heads, epsilon = int(config["num_attention_heads"]), float(config["layer_norm_eps"])
    tables = tuple(weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type"))
    return Encoder(
        tags=len(config["id2label"]),
        _embeddings=(tables[0], tables[1], tables[2]),
        _norm=Norm(weights, "embeddings.LayerNorm", epsilon),
        _layers=tuple(
            Layer(weights, f"encoder.layer.{number}", heads, epsilon) for number in range(config["num_hidden_layers"])
        ),
        _classifier=(weights["classifier.weight"], weights["classifier.bias"]),
    )
