"""`phivet promote`: the challenger becomes champion only if it is nowhere surely worse.

Both judge the same held-out notes, and a paired bootstrap (the same weights for both) gives each change its interval.
The lower bound of every change must be above -0.5 points:

    recall of each category     (any) in per cent of its labels
    false alarms                in per cent of the whole notes without identifiers: those without any alarm
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from rich.console import Console

from phivet.models.hits import Hit
from phivet.training.entities import tally
from phivet.training.figures import THRESHOLD, all_ratios
from phivet.training.intervals import REPLICATES, Figure, Ratio, figure, resampled, weights

if TYPE_CHECKING:
    from phivet.datasets.notes import LabelledNote

WORST = -0.005
"""The lower bound of a change must be above this."""
SHIPPED = Path(__file__).resolve().parents[1] / "models" / "weights"
UNTOUCHED = "notes without a false alarm"


@dataclass(frozen=True)
class Change:
    """What the challenger adds to the champion in one figure, as a share, with its 95 % interval."""

    what: str
    by: Figure

    def allowed(self) -> bool:
        """Whether it is surely not worse by half a point."""
        return self.by.low > WORST

    def __str__(self) -> str:
        low, high = 100 * self.by.low, 100 * self.by.high
        return f"{self.what}: {100 * self.by.value:+.2f} points ({low:+.2f} to {high:+.2f}, on {self.by.count:,})"


def changes(
    notes: Sequence[LabelledNote],
    champion: Sequence[Sequence[Hit]],
    challenger: Sequence[Sequence[Hit]],
    threshold: float = THRESHOLD,
    replicates: int = REPLICATES,
) -> list[Change]:
    """The change of each category's recall, and of the notes without a false alarm, by what either found in `notes`."""
    before, after = (_compared(notes, found, threshold) for found in (champion, challenger))
    weighed = weights([note.hand for note in notes], replicates)
    old, new = resampled(weighed, before), resampled(weighed, after)
    return [Change(name, figure(new[name] - old[name], ratio.whole.sum())) for name, ratio in before.items()]


def _compared(notes: Sequence[LabelledNote], found: Sequence[Sequence[Hit]], threshold: float) -> dict[str, Ratio]:
    ratios = all_ratios(notes, tally(notes, found, threshold))
    compared = {
        f"recall of {name.removeprefix('recall/any/')}": ratio
        for name, ratio in ratios.items()
        if name.startswith("recall/any/")
    }
    if (touched := ratios.get("notes/touched")) is not None:
        compared[UNTOUCHED] = Ratio(touched.whole - touched.part, touched.whole)
    return compared


def promote(noun: str, folder: Path = SHIPPED, threshold: float = THRESHOLD) -> int:
    """Compare the registered challenger with the champion, or with what is shipped if there is none, and promote it.

    Its weights and model card then lie in `folder`/`noun`. Exit status 1 if it is refused; it is said why.

    Raises:
        PhivetError: no challenger is registered.
    """
    from phivet.datasets.notes import held_out
    from phivet.training.evaluate import judge
    from phivet.training.tracking import CHALLENGER, CHAMPION, TrackingError, aliased, connect, fetched

    console = Console()
    version = aliased(noun, CHALLENGER)
    if version is None:
        raise TrackingError(f"no model of {noun} is registered as challenger: phivet train {noun} makes one")
    reigning = aliased(noun, CHAMPION)
    if reigning == version:
        console.print(f"version {version} is the champion already")
        return 0
    if reigning is None and not (folder / noun / "config.json").exists():
        with fetched(f"models:/{noun}/{version}") as first:
            write_weights(first, folder / noun)
        connect().set_registered_model_alias(noun, CHAMPION, version)
        console.print(f"version {version} is champion: there was none before")
        return 0
    notes = held_out()
    texts = [note.text for note in notes]
    with ExitStack() as stack:
        challenger = stack.enter_context(fetched(f"models:/{noun}/{version}"))
        champion = stack.enter_context(fetched(f"models:/{noun}/{reigning}")) if reigning else None
        compared = changes(notes, judge(champion)(texts), judge(challenger)(texts), threshold)
        worse = [change for change in compared if not change.allowed()]
        against = f"version {reigning}" if reigning else "what is shipped"
        if worse or not any(change.what == UNTOUCHED for change in compared):
            console.print(
                f"version {version} stays challenger: beside {against} it may be worse by more than 0.5 points"
            )
            for change in worse:
                console.print(f"  {change}", highlight=False)
            return 1
        write_weights(challenger, folder / noun)
    connect().set_registered_model_alias(noun, CHAMPION, version)
    console.print(f"version {version} is champion; beside {against}:")
    for change in compared:
        console.print(f"  {change}", highlight=False)
    return 0


def write_weights(model: Path, folder: Path) -> None:
    """Put the plain files of `model` in place of `folder`, which is never half written: two renames, no copying."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for path in sorted(model.iterdir()):
            if path.is_file() and path.suffix in {".json", ".safetensors", ".md"}:
                shutil.copy2(path, new / path.name)
        new.chmod(0o755)
        old = folder.with_name(f"{new.name}-old")
        if folder.exists():
            folder.rename(old)
        try:
            new.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(new, ignore_errors=True)
