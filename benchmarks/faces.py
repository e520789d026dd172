"""What faces cost, and others on the same pictures: `python benchmarks/faces.py [--renders FOLDER] [--yuface FOLDER]`.

A head of 300 CT slices of 512 x 512 is judged in a process of its own: seconds, and its peak memory above what was
there before as a multiple of the volume's own (16 bits a voxel). Then a picture of a reconstruction is timed.

FOLDER of `--renders` holds pictures and an `index.json` with `file` and `has_face`: every one is shown to our network,
to CenterFace and, if `--yuface` says where its package is unpacked, to yuface, at whatever answer they give: AUROC.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SLICES, SIDE = 300, 512
ROUNDS = 5
SOLID = (
    ((0, 8, 25), (74, 94, 75)), ((0, -12, -40), (63, 72, 62)), ((0, 20, -90), (50, 50, 60)),
    ((0, -78, -4), (8, 16, 24)), ((0, -86, -20), (10, 20, 10)), ((9, -80, -24), (8, 14, 8)),
    ((0, -74, -48), (22, 12, 4)), ((0, -72, -56), (20, 12, 5)), ((0, -58, -80), (22, 22, 14)),
    ((30, -80, 22), (22, 8, 5)), ((76, 5, -8), (9, 14, 28)),
)  # fmt: skip
"""Balls about x, y, z and their mirror images, and their radii, mm: skull, jaw, neck, nose, lips, chin, brows, ears."""
SOCKET, EYE = ((30, -84, 8), (19, 22, 12)), ((30, -64, 8), (12, 12, 12))


def head(slices: int = SLICES, side: int = SIDE) -> np.ndarray[Any, np.dtype[np.int16]]:
    """A head of balls with sockets and a nose in a field of 250 mm, 0.8 mm apart, as a scanner stores it."""
    y, x = (np.linspace(-125, 125, side, dtype=np.float32)[axis] for axis in (np.s_[:, None], np.s_[None, :]))
    across, rng = np.abs(x), np.random.default_rng(0)
    block = np.empty((slices, side, side), np.int16)

    def ball(z: float, centre: tuple[float, float, float], radii: tuple[float, float, float]) -> Any:
        parts = ((a - c) / r for a, c, r in zip((across, y, z), centre, radii, strict=True))
        return sum(part**2 for part in parts) < 1

    for index, z in enumerate(np.linspace(-120, 120, slices)):
        solid = np.any([ball(z, *each) for each in SOLID], axis=0)
        solid &= ~(ball(z, *SOCKET) & ~ball(z, *EYE))
        block[index] = np.where(solid, 40, -1000) + rng.normal(0, 15, (side, side))
    return block


def judge_a_head() -> None:
    """Judge it, and print the seconds and the memory."""
    from phivet.cases.parts import Volume
    from phivet.models.faces import Faces

    voxels = head()
    axes = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
    spacing = (240 / SLICES, 250 / SIDE, 250 / SIDE)
    volume = Volume(
        ("file-1",),
        0,
        "CT",
        (SLICES, SIDE, SIDE),
        spacing,
        axes,
        lambda: (plane.astype(np.float32) for plane in voxels),
    )
    faces = Faces()
    faces.judge(Volume(**(vars(volume) | {"shape": (20, SIDE, SIDE), "slices": lambda: iter(voxels[:20] * 1.0)})))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, used = time.perf_counter(), time.process_time()
    judged = faces.judge(volume)
    seconds, used = time.perf_counter() - started, time.process_time() - used
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    score = judged.score if judged else 0.0
    print(f"{SLICES} slices of {SIDE} x {SIDE}: {seconds:.1f} s ({used:.1f} s of a core), score {score:.2f}")
    print(f"peak memory: {1 + grown / voxels.nbytes:.2f} times the volume's {voxels.nbytes >> 20} MiB, itself included")


def time_a_picture() -> None:
    """Print how long the network takes for one picture."""
    from phivet.models.faces_network import FaceNetwork

    network = FaceNetwork()
    picture = np.random.default_rng(0).integers(0, 255, (512, 512), np.uint8)
    network.judge([picture])
    taken = []
    for _ in range(ROUNDS):
        started, used = time.perf_counter(), time.process_time()
        network.judge([picture])
        taken.append((time.perf_counter() - started, time.process_time() - used))
    seconds, used = min(taken)
    print(f"a picture of 512 x 512: {1000 * seconds:.1f} ms ({1000 * used:.1f} ms of a core)")


def judges(yuface: Path | None) -> dict[str, Callable[[Any], float]]:
    """By name, what gives a picture (H, W, 3) uint8 the higher a number the more it is taken for a face."""
    from phivet.models.faces_network import FaceNetwork
    from phivet.models.faces_photographs import Photographs

    network, photographs = FaceNetwork(), Photographs()

    def centerface(picture: Any) -> float:
        return max((face.score for face in photographs.find(picture)), default=0.0)

    told: dict[str, Callable[[Any], float]] = {
        "phivet": lambda picture: max(network.judge([picture])[0].face, centerface(picture)),
        "phivet's network alone": lambda picture: network.judge([picture])[0].face,
        "CenterFace": centerface,
    }
    if yuface is not None:
        sys.path.insert(0, str(yuface))
        import warnings

        import yuface as other  # type: ignore[import-not-found]

        def judged(picture: Any) -> float:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                scores = other.detect(np.ascontiguousarray(picture[..., ::-1]), 0.0)[0]
            return float(scores.max()) / 100 if len(scores) else 0.0

        told["yuface"] = judged
    return told


def compare(folder: Path, yuface: Path | None) -> None:
    """Print the AUROC of each judge on the pictures in `folder`."""
    from PIL import Image
    from sklearn.metrics import roc_auc_score

    entries = json.loads((folder / "index.json").read_text("utf-8"))
    pictures = [np.asarray(Image.open(folder / entry["file"]).convert("RGB")) for entry in entries]
    faces = [bool(entry["has_face"]) for entry in entries]
    print(f"{len(faces)} pictures, {sum(faces)} with a face")
    for name, judge in judges(yuface).items():
        started = time.perf_counter()
        scores = [judge(picture) for picture in pictures]
        each = (time.perf_counter() - started) / len(pictures)
        print(f"{name:<24} AUROC {roc_auc_score(faces, scores):.3f}   {1000 * each:>6.0f} ms a picture")


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--renders", type=Path)
    parser.add_argument("--yuface", type=Path, help="the folder that holds the package yuface, unpacked")
    parser.add_argument("--head", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.head:
        judge_a_head()
        return
    subprocess.run([sys.executable, __file__, "--head"], check=True)  # noqa: S603
    time_a_picture()
    if options.renders is not None:
        compare(options.renders, options.yuface)


if __name__ == "__main__":
    main()
