"""`phivet promote`: the challenger becomes champion only if it is nowhere surely worse.

Both judge the same held-out data, and a paired bootstrap (the same weights for both) gives each change its interval.
The lower bound of the change of everything that the noun guards (`measured.py`) must be above -0.5 points: of the
notes, the recall of each category (any), and the share of whole notes without identifiers that are left alone.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from rich.console import Console

from phivet.training.intervals import REPLICATES, Figure, figure, resampled, weights
from phivet.training.measured import Measured, measure_of

WORST = -0.005
"""The lower bound of a change must be above this."""
SHIPPED = Path(__file__).resolve().parents[1] / "models" / "weights"


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


def changes(champion: Measured, challenger: Measured, replicates: int = REPLICATES) -> list[Change]:
    """The change of everything that is guarded, by what either showed on the same data."""
    if champion.owners != challenger.owners or champion.guarded.keys() != challenger.guarded.keys():
        raise ValueError("the two were not measured on the same data")
    weighed = weights(champion.owners, replicates)
    old, new = resampled(weighed, champion.guarded), resampled(weighed, challenger.guarded)
    return [Change(name, figure(new[name] - old[name], ratio.whole.sum())) for name, ratio in champion.guarded.items()]


def promote(noun: str, folder: Path = SHIPPED) -> int:
    """Compare the registered challenger with the champion, or with what is shipped if there is none, and promote it.

    Its weights and model card then lie in `folder`/`noun`. Exit status 1 if it is refused; it is said why.

    Raises:
        PhivetError: no challenger is registered.
    """
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
    noun_measure = measure_of(noun).measure
    with ExitStack() as stack:
        challenger = stack.enter_context(fetched(f"models:/{noun}/{version}"))
        champion = stack.enter_context(fetched(f"models:/{noun}/{reigning}")) if reigning else folder / noun
        compared = changes(noun_measure(champion), noun_measure(challenger))
        worse = [change for change in compared if not change.allowed()]
        against = f"version {reigning}" if reigning else "what is shipped"
        if worse or not compared:
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
