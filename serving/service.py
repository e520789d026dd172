"""The service: a case goes in, a report comes out; the detectors' heavy parts are services of their own behind it.

    Phivet ── /v1 and /review (`api.py`), `workers` processes, each scans `scans` cases at once for those who wait
    ├── NotesService ── reads texts, in batches over all the cases that are being scanned
    ├── OcrService ── finds text in pictures and reads it; loads the networks once
    └── backstage ── no service: scans the cases in the queue by means of the two (`backstage.py`)

BentoML runs them (`phivet serve`). Its tracking, its access log (which shows paths), its counts by path and its pages
(which load from elsewhere) are off; ours take their place.
"""

import os

os.environ["BENTOML_DO_NOT_TRACK"] = "True"  # before bentoml is imported

from typing import Any

import bentoml
import numpy as np

from phivet.models.notes import Notes
from phivet.models.ocr import find_text, read_lines
from phivet.serving.api import create_app
from phivet.serving.custody import Custody
from phivet.serving.metrics import Counted
from phivet.serving.process import settle
from phivet.serving.remote import Behind, NoPickles, Row, answered, remote_detectors, unpacked
from phivet.serving.settings import Settings

SETTINGS = Settings.from_environment()
TIME_OUT = SETTINGS.upload_seconds + SETTINGS.scan_seconds + 120
CONFIG: dict[str, Any] = {
    "traffic": {"timeout": TIME_OUT},
    "logging": {"access": {"enabled": False}},
    "tracing": {"sample_rate": 0.0},
}

app = create_app(SETTINGS)


@bentoml.service(**CONFIG)
class NotesService:
    """Reads texts, many at once."""

    def __init__(self) -> None:
        settle()
        self.notes = Notes()

    @bentoml.api(batchable=True, max_batch_size=64, max_latency_ms=1_000 * TIME_OUT)  # type: ignore[untyped-decorator]
    def find(self, questions: list[Row]) -> list[Row]:
        """For each `remote.question_of` its `remote.answered`."""
        return [answered(self.notes, question) for question in questions]


@bentoml.service(**CONFIG)
class OcrService:
    """Finds text in pictures and reads it."""

    def __init__(self) -> None:
        settle()
        picture = np.tile(np.arange(64, dtype=np.uint8), (64, 1))  # loads the weights before the first case comes
        find_text(picture)
        read_lines([picture])

    @bentoml.api  # type: ignore[untyped-decorator]
    def find(self, picture: bytes, /) -> list[Row]:
        """The boxes in a picture that `remote.packed` packed, each as the values of a `TextBox`."""
        return [list(vars(box).values()) for (view,) in [unpacked(picture)] for box in find_text(view)]

    @bentoml.api  # type: ignore[untyped-decorator]
    def read(self, crops: bytes, /) -> list[Row]:
        """The text and the confidence for each of the crops that `remote.packed` packed."""
        return [list(each) for each in read_lines(unpacked(crops))]


BEHIND: list[Any] = [NotesService, OcrService]
for each in BEHIND:
    each.add_asgi_middleware(NoPickles)


@bentoml.service(**CONFIG, workers=SETTINGS.workers, metrics={"enabled": False}, runner_probe={"enabled": False})
@bentoml.asgi_app(Counted(app), path="/")
class Phivet:
    """Takes cases, reads them, runs the detectors, judges."""

    notes = bentoml.depends(NotesService)
    ocr = bentoml.depends(OcrService)

    def __init__(self) -> None:
        settle(SETTINGS.descriptors)
        self.behind = [Behind(service.url, TIME_OUT) for service in BEHIND]
        app.state.detectors = remote_detectors(*self.behind)
        app.state.custody = Custody.open(SETTINGS)

    def __is_ready__(self) -> bool:
        """Whether the services behind this one answer."""
        return all(service.is_there() for service in self.behind)

    @bentoml.on_shutdown  # type: ignore[untyped-decorator]
    def hang_up(self) -> None:
        """Close the connections to them."""
        for service in self.behind:
            service.close()
        app.state.custody.close()
