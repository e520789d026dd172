"""Prints the sizes that the data card of the notes states: `python -m phivet.datasets.note_card`."""

import sys

from phivet.datasets.note_banks import banks
from phivet.datasets.note_split import SHARES, Part
from phivet.datasets.note_terms import DRAWN_ON, OPEN, SHARED, vocabulary
from phivet.datasets.note_vocabulary import VOCABULARY, entries

KINDS = ("notes", "fragments", "clean", "clean_notes", "twins")


def sizes() -> str:
    """Two tables in Markdown: what the hands of each part wrote, and the entries of the hand-written lists."""
    rows = [
        "| part | hands | notes | fragments | clean sentences | clean notes | twins |",
        "|---|---|---|---|---|---|---|",
    ]
    rows += [_row(part) for part in SHARES]
    rows += ["", "| vocabulary | entries | dealt out |", "|---|---|---|"]
    rows += [f"| {name} | {len(entries(text))} | yes |" for name, text in OPEN.items()]
    rows += [f"| passages | {sum(map(len, VOCABULARY['passages'].values()))} | yes |"]
    rows += [f"| {name} | {len(vocabulary(name, 'training'))} | no, shared |" for name in SHARED]
    rows += [f"| {name} | {sum(len(vocabulary(name, part)) for part in SHARES)} | yes |" for name in DRAWN_ON]
    return "\n".join(rows) + "\n"


def _row(part: Part) -> str:
    written = list(banks(part))
    counts = (sum(len(getattr(bank, kind)) for bank in written) for kind in KINDS)
    return f"| {part} | {len(written)} | {' | '.join(map(str, counts))} |"


if __name__ == "__main__":
    sys.stdout.write(sizes())
