"""The parent's side of the reading child: opens files, hands them over, survives whatever happens."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

import numpy as np

from phivet.cases.coverage import Unread
from phivet.cases.description import Description
from phivet.cases.errors import UnreadableError
from phivet.cases.files import File
from phivet.cases.limits import Limits
from phivet.cases.parts import Array, View
from phivet.cases.places import Plane
from phivet.cases.reading import LENGTH, READY, receive

HANDED_DOWN = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "TMPDIR", "VIRTUAL_ENV", "LANG", "LC_ALL")
"""The environment that the child needs. Keys and passwords are not among it."""

START_SECONDS = 120.0
"""For the child to start, however busy the machine is."""


class Reader:
    """Reads files in a child process of its own, one request at a time; safe to use from several threads.

    Every method raises `UnreadableError` with the reason when the file cannot be read: `crash` when the child died on
    it, `time_out` when it took longer than `limits.seconds`. The next request gets a fresh child.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._is_ready = False

    def start(self) -> None:
        """Start the child ahead of the first request, which then need not wait for it."""
        with self._lock:
            self._begun()

    def describe(self, file: File) -> Description:
        """What is in `file`."""
        return Description.from_json(self._ask(file, {"do": "describe"})[0]["description"])

    def view(self, file: File, plane: Plane, index: int) -> View:
        """A picture for looking: (H, W) or (H, W, 3) uint8."""
        array = self._ask(file, {"do": "view", "plane": plane, "index": index})[1]
        if array is None or array.dtype != np.uint8 or array.ndim not in (2, 3) or not array.size:
            raise UnreadableError(Unread.CORRUPT)
        return array.view(np.uint8)

    def stored(self, file: File, plane: Plane, index: int) -> Array:
        """A picture as decoded."""
        array = self._ask(file, {"do": "stored", "plane": plane, "index": index})[1]
        if array is None or not array.size:
            raise UnreadableError(Unread.CORRUPT)
        return array

    def digest(self, file: File) -> str:
        """The SHA-256 of the file's bytes, in hexadecimal."""
        return str(self._ask(file, {"do": "digest"})[0]["digest"])

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._hang_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, file: File, request: dict[str, Any]) -> tuple[dict[str, Any], Array | None]:
        descriptor = file.open()
        try:
            with self._lock:
                reply, array = self._exchange(descriptor, request | _about(file))
        finally:
            os.close(descriptor)
        if "reason" in reply:
            raise UnreadableError(Unread(reply["reason"]))
        return reply, array

    def _exchange(self, descriptor: int, request: dict[str, Any]) -> tuple[dict[str, Any], Array | None]:
        text = json.dumps(request).encode()
        try:
            child = self._connection()
            socket.send_fds(child, [LENGTH.pack(len(text))], [descriptor])
            child.sendall(text)
            reply: dict[str, Any] = json.loads(receive(child, LENGTH.unpack(receive(child, LENGTH.size))[0]))
            if "dtype" not in reply:
                return reply, None
            array: Array = np.empty(reply["shape"], np.dtype(reply["dtype"]))
            array.reshape(-1).view(np.uint8).data[:] = receive(child, array.nbytes)
            return reply, array
        except TimeoutError:
            self._hang_up()
            raise UnreadableError(Unread.TIME_OUT) from None
        except (OSError, ValueError, TypeError):
            self._hang_up()
            raise UnreadableError(Unread.CRASH) from None
        except BaseException:  # interrupted in mid-answer: what is left of it must not be taken for the next one
            self._hang_up()
            raise

    def _connection(self) -> socket.socket:
        if not self._is_ready and self._child is not None and self._child.poll() is not None:
            self._hang_up()  # it died while it waited, which is no file's fault
        child = self._begun()
        if not self._is_ready:
            child.settimeout(START_SECONDS)
            receive(child, len(READY))
            child.settimeout(self.limits.seconds)
            self._is_ready = True
        return child

    def _begun(self) -> socket.socket:
        if self._socket is None:
            ours, theirs = socket.socketpair()
            for end in (ours, theirs):
                for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
                    end.setsockopt(socket.SOL_SOCKET, option, 1 << 22)
            with theirs:
                environment = {key: os.environ[key] for key in HANDED_DOWN if key in os.environ}
                self._child = subprocess.Popen(  # noqa: S603 our own interpreter and module
                    [
                        sys.executable,
                        "-P",
                        "-m",
                        __name__.replace("reader", "reading"),
                        str(theirs.fileno()),
                        json.dumps(asdict(self.limits)),
                    ],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=environment | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                    start_new_session=True,
                )
            self._socket, self._is_ready = ours, False
        return self._socket

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()
            self._child.wait()
            self._child = None


def _about(file: File) -> dict[str, Any]:
    return {"key": file.key, "member": file.member, "suffix": file.suffix}
