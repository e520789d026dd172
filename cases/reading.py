"""The child process in which every byte of a case is parsed and decoded: `python -m phivet.cases.reading FD`.

Files are hostile and native decoders abort; so the parent (`reader.py`) opens a file and hands its descriptor over, and
this process alone looks inside. It answers with plain JSON and arrays, has a limit on memory, writes no core, keeps its
mouth shut, and may die: then one file is lost, not the scan.

A request is a JSON object, its length before it (4 bytes), the file's descriptor beside it:
`{"key", "member", "suffix", "do": "describe" | "view" | "stored" | "digest", "plane", "index"}`. The answer is a JSON
object, its length before it: `{"reason"}` when the file cannot be read, else `{"description"}`, `{"digest"}` or
`{"dtype", "shape"}` with the array's bytes after it, in C order.
"""

import hashlib
import json
import os
import resource
import signal
import socket
import struct
import sys
import warnings
from collections import OrderedDict
from typing import Any, BinaryIO, Protocol

import numpy as np

from phivet.cases.archive import Archive
from phivet.cases.coverage import Unread
from phivet.cases.description import Description
from phivet.cases.errors import UnreadableError
from phivet.cases.limits import Limits
from phivet.cases.media import open_medium
from phivet.cases.parts import Array, View
from phivet.cases.places import Plane

LENGTH = struct.Struct("<I")
READY = b"\1"
REMEMBERED_FILES = 4


class Medium(Protocol):
    """One opened file of a format that has a reader."""

    def describe(self) -> Description:
        """What is in it."""

    def view(self, plane: Plane, index: int) -> View:
        """Picture `index` of `plane` for looking, as `parts.Frames.view`."""

    def stored(self, plane: Plane, index: int) -> Array:
        """Picture `index` of `plane` as decoded, as `parts.Frames.stored`."""


class Shelf:
    """The media opened last, so that the frames of one object do not parse its header again.

    And the archive opened last, so that its members do not parse its directory again.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._media: OrderedDict[tuple[int, int | None], tuple[Medium, BinaryIO]] = OrderedDict()
        self._archive: tuple[int, Archive, BinaryIO] | None = None

    def medium(self, request: dict[str, Any], descriptor: int) -> Medium:
        """The medium that the request is about, opened from `descriptor` (which is taken over) unless it still is."""
        key = (request["key"], request["member"])
        if key in self._media:
            os.close(descriptor)
        else:
            content = self.content(request, descriptor)
            is_packed = request["member"] is not None
            self._media[key] = open_medium(content, is_packed, request["suffix"], self.limits), content
            if len(self._media) > REMEMBERED_FILES:
                self._media.popitem(last=False)[1][1].close()
        self._media.move_to_end(key)
        return self._media[key][0]

    def content(self, request: dict[str, Any], descriptor: int) -> BinaryIO:
        """The bytes of the file behind `descriptor` (which is taken over), or of its member that is asked for."""
        if request["member"] is None:
            return os.fdopen(descriptor, "rb")
        if self._archive is not None and self._archive[0] == request["key"]:
            os.close(descriptor)
        else:
            if self._archive is not None:
                self._archive[2].close()
                self._archive = None
            file = os.fdopen(descriptor, "rb")
            self._archive = request["key"], Archive(file, self.limits), file
        return self._archive[1].member(request["member"])


def answer(request: dict[str, Any], descriptor: int, shelf: Shelf) -> tuple[dict[str, Any], Array | None]:
    """Do what `request` asks for, with the file behind `descriptor`, which is taken over."""
    if request["do"] == "digest":
        with shelf.content(request, descriptor) as content:
            content.seek(0)
            digest = hashlib.file_digest(content, "sha256")  # type: ignore[arg-type]
            return {"digest": digest.hexdigest()}, None
    medium = shelf.medium(request, descriptor)
    if request["do"] == "describe":
        return {"description": medium.describe().as_json()}, None
    read = medium.view if request["do"] == "view" else medium.stored
    array = np.ascontiguousarray(read(Plane(request["plane"]), request["index"]))
    if array.dtype == bool:
        array = array.astype(np.uint8)
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    return {"dtype": array.dtype.str, "shape": array.shape}, array


def why(error: Exception) -> Unread:
    """What a parser's error means for the reader of the report."""
    if isinstance(error, UnreadableError):
        return error.reason
    if isinstance(error, MemoryError):
        return Unread.SIZE
    if isinstance(error, NotImplementedError):
        return Unread.CODEC
    if isinstance(error, ImportError):
        return Unread.CRASH
    return Unread.CORRUPT


def confine(limits: Limits) -> None:
    """Give up what a decoder should not have: memory without end, core files, a voice."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(2_000)


def main() -> None:
    """Answer requests until the parent hangs up."""
    limits = Limits(**json.loads(sys.argv[2]))
    confine(limits)
    shelf = Shelf(limits)
    with socket.socket(fileno=int(sys.argv[1])) as parent:
        parent.sendall(READY)
        while True:
            head, descriptors, _, _ = socket.recv_fds(parent, LENGTH.size, 1)
            if not head:
                return
            request = json.loads(receive(parent, LENGTH.unpack(head)[0]))
            signal.setitimer(signal.ITIMER_REAL, 2 * limits.seconds)  # should the parent be gone
            array: Array | None = None
            try:
                reply, array = answer(request, descriptors[0], shelf)
            except Exception as error:  # noqa: BLE001 parsers raise anything
                reply = {"reason": why(error)}
            text = json.dumps(reply).encode()
            parent.sendall(LENGTH.pack(len(text)) + text)
            if array is not None:
                parent.sendall(array.reshape(-1).view(np.uint8).data if array.size else b"")
            signal.setitimer(signal.ITIMER_REAL, 0)


def receive(peer: socket.socket, size: int) -> bytearray:
    """Exactly `size` bytes. Raises `ConnectionError` when the peer hangs up before."""
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        got = peer.recv_into(view)
        if not got:
            raise ConnectionError
        view = view[got:]
    return buffer


if __name__ == "__main__":
    main()
