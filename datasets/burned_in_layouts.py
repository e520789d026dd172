"""Where scanners, films, pages and screens put their lines: blocks of lines at places of a frame."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from phivet.datasets.burned_in_words import Piece, Study

Line = list[Piece]


@dataclass(frozen=True)
class Block:
    """Lines one below the other. `x`, `y`: of a corner; `right`, `low`: whether that is its right or lower one."""

    lines: Sequence[Line] = field(repr=False)
    x: int
    y: int
    right: bool = False
    low: bool = False
    ground: str = ""
    """"" (the frame), "box" (each line on a bar) or "panel" (the whole block on one)."""
    turn: int = 0
    """Degrees, counter-clockwise: 0, 90 or 270, or a slant of a few."""


@dataclass(frozen=True)
class Sheet:
    """What a layout needs to know: the family's lines, the study, the frame's size, the letters' and lines' height."""

    family: Mapping[str, Any]
    study: Study = field(repr=False)
    rng: random.Random = field(repr=False)
    height: int
    width: int
    letter: int
    pitch: int
    benign: bool

    def lines(self, key: str, chance: float = 0.8, most: int = 30) -> list[Line]:
        """Some of a block's lines, filled; only such as identify nobody if the sheet is benign."""
        chosen: list[Line] = []
        for template in self.family.get(key, ()):
            if self.rng.random() < chance and len(chosen) < most:
                line = self.study.fill(template)
                if not (self.benign and any(piece.category for piece in line)):
                    chosen.append(line)
        return chosen

    def line(self, key: str) -> list[Line]:
        """One line of a block, or none."""
        found = [
            line
            for line in (self.study.fill(self.rng.choice(self.family[key])) for _ in range(6))
            if not (self.benign and any(piece.category for piece in line))
        ]
        return found[:1]

    def margin(self) -> int:
        """From the border, at times over it."""
        return self.rng.choice((-2, 0, 1, 2, 4, 8, 16))


def lay_out(sheet: Sheet) -> list[Block]:
    """The blocks of a frame."""
    return LAYOUTS[sheet.family["geometry"]](sheet)


def _corners(sheet: Sheet) -> list[Block]:
    x, y, chance = sheet.margin(), sheet.margin(), sheet.rng.choice((0.3, 0.7, 0.9))
    most = max(1, int(0.45 * sheet.height / sheet.pitch))
    blocks = []
    for key, right, low in (("tl", False, False), ("tr", True, False), ("bl", False, True), ("br", True, True)):
        if lines := sheet.lines(key, chance, most):
            at = (sheet.width - x if right else x, sheet.height - y if low else y)
            blocks.append(Block(lines, *at, right=right and sheet.rng.random() < 0.9, low=low))
    for at in ((sheet.width // 2, 2), (4, sheet.height // 2)):
        if sheet.rng.random() < 0.3:
            blocks.append(Block([[Piece(sheet.rng.choice("RLAPHFS"))]], *at))
    return blocks


def _banner(sheet: Sheet) -> list[Block]:
    rng, blocks = sheet.rng, []
    top = sheet.lines("top", 0.75)
    rng.shuffle(top)
    x, y = max(0, sheet.margin()), sheet.margin()
    ground = rng.choice(("", "", "box"))
    for line in top:
        wide = sheet.letter * sum(len(piece.text) for piece in line) * 3 // 4
        if x + wide > sheet.width and x > 20:
            x, y = max(0, sheet.margin()), y + sheet.pitch
        blocks.append(Block([line], x, y, ground=ground))
        x += wide + rng.randint(2, 8) * sheet.letter
        if y > sheet.height // 3:
            break
    start = y + 2 * sheet.pitch
    most = max(1, int((sheet.height - start) * 0.6 / sheet.pitch))
    blocks.append(Block(sheet.lines("left", 0.7, most), rng.randint(0, 12), start))
    for line in sheet.lines("bottom", 0.5, 4):
        blocks.append(Block([line], int(rng.uniform(0, 0.7) * sheet.width), int(rng.uniform(0.6, 0.97) * sheet.height)))
    return blocks


def _side(sheet: Sheet) -> list[Block]:
    rng = sheet.rng
    lines = sheet.lines("right", 0.7, max(1, sheet.height // sheet.pitch - 1))
    right = rng.random() < 0.5
    x = sheet.width - sheet.margin() if right else rng.choice((2, int(sheet.width * 0.62), int(sheet.width * 0.7)))
    blocks = [Block(lines, x, rng.randint(0, sheet.height // 4), right=right, ground=rng.choice(("", "", "panel")))]
    for line in sheet.lines("bottom", 0.5, 3):
        blocks.append(
            Block([line], int(rng.uniform(0, 0.6) * sheet.width), int(rng.uniform(0.75, 0.96) * sheet.height))
        )
    return blocks


def _free(sheet: Sheet) -> list[Block]:
    rng, blocks = sheet.rng, []
    for _ in range(rng.choice((1, 1, 2, 3, 5, 8))):
        place = (int(rng.uniform(-0.02, 0.85) * sheet.width), int(rng.uniform(-0.01, 0.97) * sheet.height))
        turn = rng.choices((0, 90, 270, rng.randint(-6, 6)), (68, 14, 8, 10))[0]
        ground = rng.choices(("", "box"), (85, 15))[0]
        blocks.append(Block(sheet.line("lines"), *place, turn=turn, ground=ground))
    return blocks


def _table(sheet: Sheet) -> list[Block]:
    blocks, y = [], max(0, sheet.margin())
    columns = sheet.rng.choice((4, 5, 6))
    for line in sheet.lines("lines", 0.85):
        cells: list[Line] = [[]]
        for piece in line:
            first, *others = piece.text.split("|")
            cells[-1].append(Piece(first, piece.category))
            for text in others:
                cells.append([Piece(text, piece.category)])
        step = sheet.width // (2 if len(cells) == 2 else columns)
        for number, cell in enumerate(cells):
            blocks.append(Block([[piece for piece in cell if piece.text]], 6 + number * step, y))
        y += round(sheet.pitch * 1.2)
    return blocks


def _page(sheet: Sheet) -> list[Block]:
    lines = sheet.lines("lines", 0.85, sheet.height // sheet.pitch)
    return [Block(lines, sheet.rng.randint(4, max(5, sheet.width // 8)), sheet.rng.randint(2, 40))]


def _sticker(sheet: Sheet) -> list[Block]:
    rng = sheet.rng
    lines = sheet.lines("lines", 0.5, 6)
    at = (int(rng.uniform(0, 0.5) * sheet.width), int(rng.uniform(0, 0.7) * sheet.height))
    turn = rng.choices((0, 90, 270, rng.randint(-7, 7)), (50, 12, 8, 30))[0]
    return [Block(lines, *at, ground=rng.choice(("panel", "panel", "")), turn=turn)]


def _window(sheet: Sheet) -> list[Block]:
    blocks, x = [], 4
    for line in sheet.lines("top", 0.8, 4):
        blocks.append(Block([line], x, 2))
        x += int(sheet.letter * 0.8 * sum(len(piece.text) for piece in line)) + sheet.rng.randint(20, 60)
    y = 3 * sheet.pitch
    for line in sheet.lines("left", 0.7):
        blocks.append(Block([line], sheet.rng.choice((3, 6)), y, ground=sheet.rng.choice(("", "", "box"))))
        y += sheet.pitch + sheet.rng.randint(0, 30)
    return blocks


def _chat(sheet: Sheet) -> list[Block]:
    blocks, y = [], sheet.rng.randint(2, 20)
    for line in sheet.lines("lines", 0.6):
        mine = sheet.rng.random() < 0.5
        blocks.append(Block([line], sheet.width - 12 if mine else 8, y, right=mine, ground="panel"))
        y += 2 * sheet.pitch + sheet.rng.randint(0, sheet.pitch)
    return blocks


def _wristband(sheet: Sheet) -> list[Block]:
    rng = sheet.rng
    at = (int(rng.uniform(0, 0.4) * sheet.width), int(rng.uniform(0, 0.6) * sheet.height))
    return [Block(sheet.lines("lines", 0.6, 4), *at, ground=rng.choice(("panel", "")), turn=rng.choice((0, 90, 270)))]


LAYOUTS: Mapping[str, Callable[[Sheet], list[Block]]] = {
    "corners": _corners,
    "banner": _banner,
    "side": _side,
    "free": _free,
    "table": _table,
    "page": _page,
    "sticker": _sticker,
    "window": _window,
    "chat": _chat,
    "wristband": _wristband,
}
