import pytest
import torch
from transformers import BertForTokenClassification

from phivet.models.notes_encoder import ROWS, load_encoder, rows_for
from phivet.models.notes_model import MOST_PIECES, WEIGHTS

LENGTHS = (7, 7, 30, 254)


@pytest.fixture(scope="module")
def pieces() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    total = sum(LENGTHS)
    return torch.randint(999, 29_000, (total,), generator=generator), torch.randint(0, 6, (total,), generator=generator)


@pytest.mark.parametrize("fused", [True, False])
def test_it_computes_what_transformers_computes(
    fused: bool, pieces: tuple[torch.Tensor, torch.Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, shapes = pieces
    trained = BertForTokenClassification.from_pretrained(WEIGHTS, local_files_only=True, dtype=torch.float32).eval()
    if not fused:
        monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    encoder = load_encoder(WEIGHTS, torch.float32)
    with torch.inference_mode():
        given = encoder(ids, shapes, LENGTHS).split(LENGTHS)
        for ours, its, kinds in zip(given, ids.split(LENGTHS), shapes.split(LENGTHS), strict=True):
            theirs = trained(input_ids=its[None], token_type_ids=kinds[None]).logits[0]
            torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-3)


@pytest.mark.skipif(not torch.ops.mkldnn._is_mkldnn_bf16_supported(), reason="the processor has no bf16 at all")
def test_bfloat16_changes_the_probabilities_little(pieces: tuple[torch.Tensor, torch.Tensor]) -> None:
    ids, shapes = pieces
    with torch.inference_mode():
        exact, rounded = (
            load_encoder(WEIGHTS, dtype)(ids, shapes, LENGTHS).softmax(1) for dtype in (torch.float32, torch.bfloat16)
        )
    assert (exact - rounded).abs().mean() < 0.002


def test_texts_of_all_lengths_are_computed_in_few_numbers_of_rows() -> None:
    lengths = range(1, MOST_PIECES + 1)
    assert len({rows_for(length) for length in lengths}) < 50
    assert all(length <= rows_for(length) < length * 8 / 7 + ROWS for length in lengths)
