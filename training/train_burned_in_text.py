"""The recipe of the networks for burned-in text: fit the map, the reader, the judge, save, evaluate, log, register.

    phivet train burned_in_text                # some hours on 2 cores, minutes on a GPU
    phivet train burned_in_text --quick        # usable networks in an hour
    phivet train burned_in_text --minutes 85   # one leg; the same command goes on where it stopped

The reader starts from EasyOCR's english_g2, which comes in a package; where that is not installed, from the weights in
`--base FOLDER` (reader.safetensors, as this recipe writes them). A run that is killed loses a minute at most, but for
the judge, which is made last and in one piece, in half an hour on a core.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from phivet.training import burned_in_judge_fit, burned_in_map_fit, burned_in_reader_fit, stock_reader

SAMPLE = 200
"""Training frames whose digest names the version of the data: the rest follows from the same seed."""


@dataclass(frozen=True)
class Config:
    """What decides the outcome of a run, with the data."""

    map: burned_in_map_fit.Config = field(default_factory=lambda: burned_in_map_fit.Config(items=200_000))
    reader: burned_in_reader_fit.Config = field(default_factory=lambda: burned_in_reader_fit.Config(items=120_000))
    judge: burned_in_judge_fit.Config = field(default_factory=burned_in_judge_fit.Config)


QUICK = Config(
    burned_in_map_fit.Config(), burned_in_reader_fit.Config(), burned_in_judge_fit.Config(frames=3_000, read=300)
)


def train(config: Config, folder: Path, minutes: float, base: Path | None = None) -> bool:
    """One leg of the recipe, in `folder`; whether it was the last."""
    from phivet.datasets import burned_in_text
    from phivet.training import tracking
    from phivet.training.measured import DataSet
    from phivet.training.publish import publish

    sample = list(islice(burned_in_text.training(config.map.seed), SAMPLE))
    data = {"training": DataSet(burned_in_text.digest(sample), SAMPLE)}
    kept = folder / "run"
    settings = {f"{name}.{key}": value for name, part in asdict(config).items() for key, value in part.items()}
    with tracking.run("burned_in_text", settings, data, kept.read_text() if kept.exists() else "") as run:
        kept.write_text(run.id)
        if not fit(config, folder, minutes, base, lambda name, step, value: run.progress(step, **{name: value})):
            return False
        publish(run, folder / "model", data)
    return True


def fit(
    config: Config,
    folder: Path,
    minutes: float,
    base: Path | None,
    tell: Callable[[str, int, float], None] = lambda *_: None,
) -> bool:
    """One leg of all three networks, saved to `folder`/model if it was the last; whether it was.

    Needs no MLflow, and of the packages with real backgrounds those that are there: for a machine that has but a GPU.
    """
    from phivet.models.burned_in_map_net import TextMapNet

    ends = time.monotonic() + 60 * minutes
    finder, reader = TextMapNet(), base_reader(base)
    if not burned_in_map_fit.fit(finder, config.map, folder, minutes, lambda *what: tell("map_loss", *what)):
        return False
    left = (ends - time.monotonic()) / 60
    if left <= 0 or not burned_in_reader_fit.fit(
        reader, config.reader, folder, left, lambda *what: tell("reader_loss", *what)
    ):
        return False
    save(finder, reader, folder / "model")
    judged = fit_judge(config.judge, folder / "model")
    for name, value in judged.items():
        tell(f"judge_{name.replace('/', '_')}", 0, value)
    return True


def fit_judge(config: burned_in_judge_fit.Config, model: Path) -> dict[str, float]:
    """The judge of what the map and the reader in the folder `model` find and read; its figures on unseen frames."""
    from phivet.models.burned_in_map import TextMap
    from phivet.models.burned_in_reader import Reader

    return burned_in_judge_fit.fit_judge(config, model, TextMap(model).boxes, Reader(model).read)


def base_reader(base: Path | None = None) -> Any:
    """The reader before training: english_g2's weights, or those in the folder `base`."""
    import torch

    from phivet.models.burned_in_reader_net import Crnn, from_easyocr, load

    if base is not None:
        return load(base)
    stock = stock_reader.weights() / "english_g2.pth"
    network = Crnn()
    network.load_state_dict(from_easyocr(torch.load(stock, map_location="cpu", weights_only=True)))
    return network


def save(finder: Any, reader: Any, folder: Path) -> None:
    """Write both networks to `folder` in fp16, the map's batch norms folded into its convolutions, and config.json."""
    from safetensors.torch import save_file

    from phivet.models import burned_in_map_net, burned_in_reader_net

    folder.mkdir(parents=True, exist_ok=True)
    parts = {burned_in_map_net.FILE: burned_in_map_net.folded(finder), burned_in_reader_net.FILE: reader}
    for name, network in parts.items():
        weights = {key: tensor.detach().cpu().half().contiguous() for key, tensor in network.state_dict().items()}
        save_file(weights, folder / name)
        (folder / name).chmod(0o644)
    config = {
        "model_type": "phivet-burned-in-text",
        "map": {"channels": burned_in_map_net.CHANNELS, "stride": burned_in_map_net.STRIDE},
        "reader": {"height": 32, "letters": burned_in_reader_net.LETTERS, "base": "easyocr english_g2"},
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", "utf-8")


def main(arguments: Sequence[str]) -> int:
    """`phivet train burned_in_text`: 0 when the networks are trained and registered, 1 when more legs are needed."""
    parser = argparse.ArgumentParser(
        prog="phivet train burned_in_text", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="where the run keeps its state")
    parser.add_argument("--quick", action="store_true", help="usable networks in an hour on 2 cores")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so many, to go on later")
    parser.add_argument("--items", type=int, help="windows and lines to learn from, other than the recipe's")
    parser.add_argument("--base", type=Path, help="the folder of the reader to start from, instead of english_g2")
    options = parser.parse_args(arguments)
    config = QUICK if options.quick else Config()
    if options.items:
        config = replace(
            config,
            map=replace(config.map, items=options.items),
            reader=replace(config.reader, items=options.items),
        )
    name = "burned_in_text-quick" if options.quick else "burned_in_text"
    folder = options.folder or Path("training-runs") / name
    folder.mkdir(parents=True, exist_ok=True)
    if train(config, folder, options.minutes, options.base):
        return 0
    sys.stderr.write("phivet train burned_in_text: the leg is over; the same command goes on from here\n")
    return 1
