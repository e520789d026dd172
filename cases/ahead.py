"""Reads the next picture of a case while the one before is being looked at: decoding and looking share the cores."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise

from phivet.cases.parts import View
from phivet.cases.places import Plane

Which = tuple[str, Plane, int]
"""Source, plane and index of a picture."""


class Ahead:
    """The pictures of a case, read by `view`; who asks for them in order finds the next one read already.

    `counts` says in which order: how many pictures each plane of each source has. The picture that was asked for last
    is kept, for the next detector. Errors are raised when the picture is asked for that has them.
    """

    def __init__(self, view: Callable[[Which], View], counts: Sequence[tuple[str, Plane, int]]) -> None:
        self._view = view
        self._counts = {(source, plane): count for source, plane, count in counts}
        self._follows = dict(pairwise(self._counts))
        self._read: dict[Which, Future[View]] = {}
        self._pool: ThreadPoolExecutor | None = ThreadPoolExecutor(1)

    def __call__(self, which: Which) -> View:
        """One picture. Once this is closed, nothing is read ahead."""
        if self._pool is None:
            return self._view(which)
        read = {}
        for each in (which, self._after(which)):
            if each is not None:
                read[each] = self._read.get(each) or self._pool.submit(self._view, each)
        self._read = read
        return read[which].result()

    def close(self) -> None:
        """Read no further, and forget what was read."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._pool, self._read = None, {}

    def _after(self, which: Which) -> Which | None:
        source, plane, index = which
        if index + 1 < self._counts.get((source, plane), 0):
            return source, plane, index + 1
        following = self._follows.get((source, plane))
        return (*following, 0) if following else None
