"""Peak memory of a scan against the number of frames: `python benchmarks/memory.py [--read]`.

Scans uncompressed and RLE multi-frame objects of 512 x 512 x 16 bits, each in a process of its own, and prints the peak
resident set of the scanning process and of its reading child. `--read` reads the words of every frame as well, which is
slow; without it everything but the reading runs: frames are decoded, windowed, compared.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

FRAMES = (20, 200, 2000)
SIDE = 512


def write(path: Path, frames: int, compressed: bool) -> None:
    """An object of `frames` different noisy frames, written frame by frame: it is never whole in memory."""
    import numpy as np
    import pydicom
    from pydicom.encaps import encapsulate
    from pydicom.examples import get_path
    from pydicom.uid import ExplicitVRLittleEndian, RLELossless

    dataset = pydicom.dcmread(get_path("ct"))
    for keyword in ("PixelData", "DataSetTrailingPadding"):
        if keyword in dataset:
            del dataset[keyword]
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = frames, SIDE, SIDE
    dataset.file_meta.TransferSyntaxUID = RLELossless if compressed else ExplicitVRLittleEndian
    rng = np.random.default_rng(frames)
    noise = rng.integers(0, 2000, (16, SIDE, SIDE), np.uint16)

    def frame(index: int) -> np.ndarray:
        picture = noise[index % 16].copy()
        picture[0, :2] = divmod(index, 1000)
        return picture

    if compressed:
        from pydicom.pixels.encoders import RLELosslessEncoder

        options = dict.fromkeys(("samples_per_pixel", "number_of_frames"), 1) | {
            "rows": SIDE, "columns": SIDE, "bits_allocated": 16, "bits_stored": 16, "pixel_representation": 0,
            "photometric_interpretation": "MONOCHROME2",
        }  # fmt: skip
        frames_ = [RLELosslessEncoder.encode(frame(index), **options) for index in range(frames)]
        dataset.PixelData = encapsulate(frames_)
        dataset["PixelData"].VR = "OB"
        dataset.save_as(path)
        return
    dataset.save_as(path)
    length = frames * SIDE * SIDE * 2
    with path.open("ab") as file:
        file.write(b"\xe0\x7f\x10\x00OW\0\0" + length.to_bytes(4, "little"))
        for index in range(frames):
            file.write(frame(index).tobytes())


def scan(path: Path, read: bool) -> None:
    """Scan `path`, and print the frames seen, the seconds, and the peaks in MiB."""
    from phivet.cases.case import read_case
    from phivet.cases.reader import Reader
    from phivet.models.burned_in_text import BurnedInText
    from phivet.models.headers import Headers
    from phivet.models.notes import Notes
    from phivet.models.scan import detectors, scan
    from phivet.serving.policies import policy

    notes = Notes()
    looking = detectors() if read else [Headers(notes), notes, BurnedInText(notes, lambda view: [])]
    with Reader() as reader:
        report = scan(read_case(path, reader), policy(), looking)
    peaks = [resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(f"{report.scanned['frames']:>7} {report.seconds:>9.1f} {peaks[0]:>14} {peaks[1]:>14}")


def again(*arguments: str) -> None:
    """Run this script in a process of its own: the peak of one step must not count for another."""
    subprocess.run([sys.executable, __file__, *arguments], check=True)  # noqa: S603


def main() -> None:
    """Write, scan and measure objects of growing length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--read", action="store_true", help="read the words of every frame too")
    parser.add_argument("--scan", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.scan is not None:
        scan(options.scan, options.read)
        return
    if options.write is not None:
        path, frames, syntax = options.write
        write(Path(path), int(frames), syntax == "RLE")
        return
    print(f"{'syntax':<14} {'file MiB':>8} {'frames':>7} {'seconds':>9} {'scan peak MiB':>14} {'child peak MiB':>14}")
    for syntax in ("uncompressed", "RLE"):
        for frames in FRAMES:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "object.dcm"
                again("--write", str(path), str(frames), syntax)
                print(f"{syntax:<14} {path.stat().st_size >> 20:>8} ", end="", flush=True)
                again("--scan", str(path), *(["--read"] if options.read else []))


if __name__ == "__main__":
    main()
