"""`phivet serve`: starts the service on this machine, and ends all of it when it ends."""

import ipaddress
import json
import logging
import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from phivet.cases.errors import PhivetError
from phivet.cases.finding_id import KEY
from phivet.serving import demo as demonstration
from phivet.serving import users
from phivet.serving.access import LOG_IN
from phivet.serving.custody import Custody
from phivet.serving.policies import check_all
from phivet.serving.settings import BEHIND, Settings

logger = logging.getLogger("phivet.service")

FOREIGN = ("BENTOML_", "BENTO_", "BENTOCLOUD_", "YATAI_", "OTEL_", "PROMETHEUS_")
"""What the environment could make the libraries do: traces, debugging pages, sockets that others can reach."""
LONGEST_FOLDER = 60
"""Characters of a folder in which a Unix socket can be made by BentoML, whose names are long."""

SECONDS_TO_STOP = 20
"""For a scan that is going on when the service is stopped; then its connection is cut."""


class ServeError(PhivetError):
    """The service cannot be started: says why."""


def serve(
    host: str = "127.0.0.1", port: int = 3000, workers: int = 1, data: str | None = None, demo: bool = False
) -> None:
    """Serve until interrupted. Raises `PhivetError` when it cannot be started.

    Cases are kept in the folder `data` (or where the settings say), encrypted. All that the libraries write goes into
    one temporary folder of our own (`TMPDIR`), so that no home is needed; the uploads of those who wait have no name,
    there or anywhere. At the first start, where nobody is known yet, a token and a password are made and shown.
    """
    _check_address(host, port)
    check_all()
    for key in [key for key in os.environ if key.startswith(FOREIGN)]:
        del os.environ[key]
    os.environ["PHIVET_WORKERS"] = str(workers)
    if data is not None:
        os.environ["PHIVET_DATA"] = data
    settings = Settings.from_environment()
    os.environ["PHIVET_DATA"] = str(settings.folder)
    _prepare(settings, f"http://{host}:{port}", demo)
    with tempfile.TemporaryDirectory(prefix="phivet-") as folder:
        if len(folder) > LONGEST_FOLDER:
            raise ServeError("the path of TMPDIR is too long for a socket in it")
        os.environ |= {"BENTOML_DO_NOT_TRACK": "True", "BENTOML_HOME": folder, "TMPDIR": folder}
        os.chdir(folder)  # BentoML imports from the working folder first
        tempfile.tempdir = None  # to be found anew
        from phivet.serving.service import Phivet

        _supervise_from(folder)
        service: Any = Phivet
        service.serve_http(host=host, port=port)
        os.chdir(Path(folder).parent)


def _prepare(settings: Settings, url: str, demo: bool) -> None:
    """Bring what is kept into order, before anybody can ask for it."""
    custody = Custody.make(settings)
    custody.prepare()
    os.environ.setdefault(KEY, custody.keys.derived("ids").hex())
    first = users.first(custody)
    if first is not None:
        token, password = first
        sys.stderr.write(
            f"== first start; this is shown once ==\nfor programs: export PHIVET_TOKEN={token}\n"
            f"for people:   {url}{LOG_IN}  name: {users.FIRST}  password: {password}\n"
        )
    if demo:
        demonstration.hand_in(custody)
    custody.close()


def _supervise_from(folder: str) -> None:
    """Let BentoML's supervisor take commands (such as to start a program) in our own folder, not from a TCP port.

    And let it stop soon: it would wait a day for a scan that cannot end, since its detectors have stopped. And let it
    start what scans the queue, beside the services, and again when it dies.
    """
    from bentoml._internal.utils import circus
    from circus.watcher import Watcher

    class Arbiter(circus.Arbiter):
        def __init__(self, watchers: Any, *, endpoint: str, pubsub_endpoint: str, **options: Any) -> None:
            environment = dict(watchers[-1].env)
            behind = json.loads(environment["BENTOML_RUNNER_MAP"])
            environment[BEHIND] = json.dumps([behind[name] for name in ("NotesService", "OcrService")])
            watchers.append(
                Watcher(
                    "backstage",
                    sys.executable,
                    args=["-P", "-m", "phivet.serving.backstage"],
                    env=environment,
                    copy_env=True,
                    close_child_stdin=True,
                    stop_children=True,
                )
            )
            for watcher in watchers:
                watcher.graceful_timeout = SECONDS_TO_STOP
            super().__init__(watchers, f"ipc://{folder}/control", f"ipc://{folder}/events", **options)

    circus.Arbiter = Arbiter  # type: ignore[misc]


def _check_address(host: str, port: int) -> None:
    try:
        address = ipaddress.ip_address(host)
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
        if not address.is_loopback:
            logger.warning(
                "others than this machine can reach the service, over plain HTTP: put a proxy with TLS before it"
            )
    except (ValueError, OverflowError):
        raise ServeError("the host must be an IP address, the port a number from 1 to 65535") from None
    except OSError as error:
        raise ServeError(f"cannot listen there: {error.strerror}") from None
