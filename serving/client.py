"""A client of the service: sends the files of a case, brings back its report.

    with Client("http://127.0.0.1:3000") as client:                       # token: PHIVET_TOKEN
        report = client.scan(Path("case"), policy="resectaur")            # waits; nothing is kept
        client.hand_in("case-7", Path("case"), policy="resectaur")        # kept and queued
        report = client.wait("case-7")["report"]

Files are streamed from disk and sent under their names below the folder, for these are scanned too; nothing is zipped.
No proxy that the environment names is used: a case goes straight to the service.
"""

import io
import os
import random
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from phivet.cases.errors import PhivetError

RETRIED_STATUSES = {429, 502, 503, 504}
RETRIED_ERRORS = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.ReadError,
    httpx.WriteError,
    httpx.CloseError,
    httpx.RemoteProtocolError,
)
LONGEST_PAUSE = 60.0

Content = Path | bytes | tuple[str, bytes]
"""A file, a folder, bytes without a name, or a name and bytes."""


class ClientError(PhivetError):
    """The service refused a case or could not be reached. Names no file. `problem` is its problem+json, if any."""

    def __init__(self, message: str, problem: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.problem = problem or {}


class Client:
    """Talks to one service. `timeout` is the wait for an answer, `pause` the first wait before a retry, in seconds.

    `token` is what `phivet token add` printed; without it the environment's PHIVET_TOKEN.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:3000",
        *,
        token: str | None = None,
        timeout: float = 1_900.0,
        retries: int = 5,
        pause: float = 0.5,
    ) -> None:
        self._retries, self._pause = retries, pause
        secret = token or os.environ.get("PHIVET_TOKEN", "")
        self._http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {secret}"} if secret else {},
            timeout=httpx.Timeout(timeout, connect=10.0),
            trust_env=False,
        )

    def scan(
        self, case: Content | Iterable[Content], *, policy: str | None = None, case_id: str | None = None
    ) -> dict[str, Any]:
        """The report on `case`. Raises `ClientError`."""
        fields = {"policy": policy, "case_id": case_id}
        data = {key: value for key, value in fields.items() if value is not None}
        return self._ask("POST", "/v1/scan", data=data, files=_files_of(case))

    def hand_in(self, case_id: str, case: Content | Iterable[Content], **fields: str) -> dict[str, Any]:
        """The state of `case`, which is kept from now on and scanned in its turn. Raises `ClientError`.

        `fields` are policy, visibility, site, uploader and callback. Sent again it is the same case.
        """
        return self._ask("PUT", f"/v1/cases/{case_id}", data=fields, files=_files_of(case))

    def case(self, case_id: str) -> dict[str, Any]:
        """Where a case stands, with its report when there is one. Raises `ClientError`."""
        return self._ask("GET", f"/v1/cases/{case_id}")

    def wait(self, case_id: str, seconds: float = 1_900.0) -> dict[str, Any]:
        """The case when it is scanned. Raises `ClientError`, also when that takes longer than `seconds`."""
        end = time.monotonic() + seconds
        while (case := self.case(case_id))["state"] not in ("scanned", "decided"):
            if time.monotonic() > end:
                raise ClientError("the case is not scanned yet")
            time.sleep(min(2.0, self._pause))
        return case

    def erase(self, case_id: str) -> None:
        """Have a case erased, for good. Raises `ClientError`."""
        self._ask("DELETE", f"/v1/cases/{case_id}")

    def policies(self) -> list[dict[str, str]]:
        """The policies that a case can be judged by: name, title and version of each. Raises `ClientError`."""
        listed: list[dict[str, str]] = self._ask("GET", "/v1/policies")["policies"]
        return listed

    def ready(self) -> bool:
        """Whether the service answers and its detectors do."""
        try:
            return self._http.get("/readyz", timeout=10.0).status_code == 200
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        for attempt in range(self._retries + 1):
            last = attempt == self._retries
            asked = 0.0
            try:
                answer = self._http.request(method, path, **content)
                if last or answer.status_code not in RETRIED_STATUSES:
                    return _content(answer)
                asked = _retry_after(answer)
            except RETRIED_ERRORS as error:
                if last:
                    raise ClientError(f"the service cannot be reached ({type(error).__name__})") from None
            except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
                raise ClientError(f"the case could not be sent ({type(error).__name__})") from None
            backed_off = self._pause * 2**attempt * random.uniform(0.5, 1.5)  # noqa: S311 spreads clients, no secret
            time.sleep(min(LONGEST_PAUSE, max(asked, backed_off)))
        raise AssertionError("unreachable")


def _files_of(case: Content | Iterable[Content]) -> list[tuple[str, tuple[str, Any, str]]]:
    contents = [case] if isinstance(case, Path | bytes | tuple) else list(case)
    files = [each for content in contents for each in _parts(content)]
    if not files:
        raise ClientError("the case holds no file")
    return files


def _content(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code == 204:
        return {}
    try:
        content = answer.json()
    except ValueError:
        content = None
    if answer.is_success and isinstance(content, dict):
        return content
    problem = content if isinstance(content, dict) else {}
    said = ": ".join(str(problem[key]) for key in ("title", "detail") if key in problem)
    raise ClientError(said or f"the service answered {answer.status_code}, which is no report", problem)


def _retry_after(answer: httpx.Response) -> float:
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _parts(content: Content) -> Iterator[tuple[str, tuple[str, Any, str]]]:
    if isinstance(content, bytes):
        content = ("case", content)
    if isinstance(content, tuple):
        named: list[tuple[str, Any]] = [content]
    else:
        root = content if content.is_dir() else content.parent
        named = [(path.relative_to(root).as_posix(), _FromDisk(path)) for path in _files(content)]
    for name, body in named:
        yield "files", (os.fsencode(name).decode("utf-8", "replace"), body, "application/octet-stream")


def _files(path: Path) -> list[Path]:
    """Every regular file at or below `path`; anything else is an error, lest it be left out unseen."""
    try:
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            return [file for entry in sorted(path.iterdir()) for file in _files(entry)]
    except OSError as error:
        raise ClientError(f"a file of the case cannot be read ({type(error).__name__})") from None
    if not stat.S_ISREG(mode):
        raise ClientError("the case holds a link, a device or a pipe, which is not followed")
    return [path]


class _FromDisk:
    """A file that is open only while it is being sent, so that a case may have thousands."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: io.BufferedReader | None = None

    def tell(self) -> int:
        return 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """To the start, or (to learn its size) to the end."""
        self._close()
        return self._path.stat().st_size if whence == os.SEEK_END else offset

    def read(self, size: int) -> bytes:
        if self._file is None:
            self._file = self._path.open("rb")
        chunk = self._file.read(size)
        if not chunk:
            self._close()
        return chunk

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
