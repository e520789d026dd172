"""What the processor is fast at, which decides the number format of the networks."""

import torch


def fast_at_bf16() -> bool:
    """Whether the processor multiplies bf16 in hardware (AMX or AVX512-bf16)."""
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
