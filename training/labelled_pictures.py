"""Labelled pictures as files: a folder of PNG and a file of rows beside it, with the digest that names the version."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image
from rich.console import Console
from rich.progress import track
from rich.table import Table

from phivet.cases.parts import View

Labelled = Iterable[tuple[View, Mapping[str, Any]]]
"""A picture, (H, W) or (H, W, 3) uint8, and what is known of it, as JSON."""


def write_pictures(noun: str, folder: Path, sets: Mapping[str, tuple[int, Labelled]]) -> int:
    """Write `folder`/NOUN-SET/N.png and `folder`/NOUN-SET.jsonl for each set, `size` of them at most; print digests."""
    table = Table("set", "pictures", "digest", "file", box=None, pad_edge=False)
    for name, (size, labelled) in sets.items():
        pictures = folder / f"{noun}-{name}"
        pictures.mkdir(parents=True, exist_ok=True)
        whole, count, path = hashlib.blake2b(digest_size=8), 0, folder / f"{noun}-{name}.jsonl"
        with path.open("w", encoding="utf-8") as rows:
            for (pixels, about), number in zip(_shown(labelled, name, size), range(size), strict=False):
                file = pictures / f"{number:06d}.png"
                Image.fromarray(pixels).save(file)
                row = json.dumps({"id": number, "picture": str(file.relative_to(folder)), **about}, ensure_ascii=False)
                whole.update(pixels.tobytes() + row.encode())
                rows.write(row + "\n")
                count += 1
        table.add_row(name, f"{count:,}", whole.hexdigest(), str(path))
    Console(soft_wrap=True).print(table)
    return 0


def _shown(labelled: Labelled, name: str, size: int) -> Labelled:
    console = Console(stderr=True)
    return track(labelled, name, size, console=console, transient=True, disable=not console.is_terminal)
