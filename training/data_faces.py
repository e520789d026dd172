"""`phivet data faces`: labelled pictures as files, with the digest that names each set's version."""

import json
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.table import Table

from phivet.datasets import faces
from phivet.datasets.faces import LabelledScreen


def write_sets(folder: Path, count: int, seed: int) -> int:
    """Write validation and held_out to `folder`/faces-SET/N.png and .../labels.jsonl; print their digests.

    The training pictures are not screens but renderings, which `phivet train faces` keeps: `count` and `seed` have no
    part in the other sets.
    """
    table = Table("set", "pictures", "faces", "digest", "folder", box=None, pad_edge=False)
    for name, made in (("validation", faces.validation()), ("held_out", faces.held_out())):
        into = folder / f"faces-{name}"
        into.mkdir(parents=True, exist_ok=True)
        for number, each in enumerate(made):
            Image.fromarray(each.screen.pixels).save(into / f"{number}.png")
        lines = [row(number, each) for number, each in enumerate(made)]
        (into / "labels.jsonl").write_text("".join(lines), "utf-8")
        table.add_row(name, f"{len(made):,}", f"{sum(each.face for each in made):,}", faces.digest(made), str(into))
    Console(soft_wrap=True).print(table)
    return 0


def row(number: int, each: LabelledScreen) -> str:
    """One picture's label as a line."""
    about = {"kind": each.screen.kind, "group": each.group, "box": each.screen.box, "look": each.screen.look}
    return json.dumps({"file": f"{number}.png", **about, "source": each.screen.source}) + "\n"
