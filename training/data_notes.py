"""`phivet data notes`: labelled notes as files, with the digest that names each set's version."""

import json
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

from phivet.datasets import notes
from phivet.datasets.notes import LabelledNote


def write_sets(folder: Path, count: int, seed: int) -> int:
    """Write `folder`/notes-SET.jsonl: training (`count` notes of `seed`), validation, held_out; print their digests.

    Rows are read again by `phivet evaluate --jsonl`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    table = Table("set", "notes", "labels", "digest", "file", box=None, pad_edge=False)
    sets = {
        "training": list(islice(notes.training(seed), count)),
        "validation": notes.validation(),
        "held_out": notes.held_out(),
    }
    for name, made in sets.items():
        path = folder / f"notes-{name}.jsonl"
        path.write_text("".join(row(number, note) for number, note in enumerate(made)), "utf-8")
        labels = sum(len(note.labels) for note in made)
        table.add_row(name, f"{len(made):,}", f"{labels:,}", notes.digest(made), str(path))
    Console(soft_wrap=True).print(table)
    return 0


def row(number: int, note: LabelledNote) -> str:
    """One note as a line."""
    spans = [{"start": label.start, "end": label.end, "label": label.category} for label in note.labels]
    about = {"kind": note.kind, "genre": note.genre, "hand": note.hand, "language": note.language}
    return json.dumps({"id": number, "text": note.text, "spans": spans, **about}, ensure_ascii=False) + "\n"
