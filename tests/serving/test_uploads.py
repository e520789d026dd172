"""Uploads: what comes in comes out, within bounds, and leaves no name behind."""

import asyncio
import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from starlette.requests import Request

from phivet.cases.coverage import Unread
from phivet.cases.errors import UnreadableError
from phivet.serving.problems import ProblemError
from phivet.serving.settings import Settings
from phivet.serving.uploads import Upload, received

BOUNDARY = "a-boundary"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"
SMALL = Settings(upload_bytes=10_000, upload_file_bytes=4_000, upload_files=3, upload_seconds=5)


def part(name: str, body: bytes, file_name: str | None = None) -> bytes:
    file_name = "" if file_name is None else f'; filename="{file_name}"'
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file_name}\r\n\r\n'
    return head.encode() + body + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def request(
    body: bytes, *, content_type: str = TYPE, chunk: int = 512, watch: Callable[[], None] = lambda: None
) -> Request:
    chunks = [body[start : start + chunk] for start in range(0, len(body), chunk)] or [b""]

    async def receive() -> dict[str, Any]:
        watch()
        return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

    return Request({"type": "http", "method": "POST", "headers": [(b"content-type", content_type.encode())]}, receive)


def uploaded(asked: Request, settings: Settings = SMALL) -> tuple[list[tuple[str, bytes]], Upload]:
    """The files' names and bytes as they came in, and the upload, which is over by then."""

    async def read() -> tuple[list[tuple[str, bytes]], Upload]:
        async with received(asked, settings) as upload:
            files = []
            for file in upload.files:
                with os.fdopen(file.open(), "rb") as opened:
                    files.append((file.name, opened.read()))
            return files, upload

    return asyncio.run(read())


def refused(asked: Request, settings: Settings = SMALL) -> ProblemError:
    with pytest.raises(ProblemError) as error:
        uploaded(asked, settings)
    return error.value


@pytest.mark.parametrize("chunk", [1, 7, 512, 100_000])
def test_files_come_out_as_they_went_in(chunk: int) -> None:
    sent = [("a/b/scan.dcm", bytes(range(256)) * 10), ("مريم.txt", b""), ("", b"\r\n--a-boundar")]
    body = form(*(part("files", content, name) for name, content in sent), part("policy", b"resectaur"))
    files, upload = uploaded(request(body, chunk=chunk))
    assert files == sent
    assert upload.fields == {"policy": "resectaur"}


def test_nothing_lies_in_the_temporary_folder_while_an_upload_arrives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen: list[list[Path]] = []
    targets: set[str] = set()

    def watch() -> None:
        seen.append(list(tmp_path.iterdir()))
        for descriptor in Path("/proc/self/fd").iterdir():
            if descriptor.is_symlink() and (target := str(descriptor.readlink())).startswith(str(tmp_path)):
                targets.add(target)

    body = form(part("files", b"x" * 3_000, "DOE^JANE.dcm"), part("files", b"y" * 3_000, "b"))
    uploaded(request(body, watch=watch))
    assert len(seen) > 5 and not any(seen), "a file got a name"
    assert len(targets) == 2 and all(target.endswith(" (deleted)") for target in targets)
    assert not any("DOE" in target for target in targets)


def test_an_upload_shows_nobodys_name() -> None:
    _, upload = uploaded(request(form(part("files", b"x", "DOE^JANE.dcm"), part("case_id", b"DOE"))))
    assert "DOE" not in repr(upload) and "DOE" not in repr(upload.files)


def test_after_the_cut_no_file_opens() -> None:
    async def cut() -> None:
        async with received(request(form(part("files", b"x", "a"))), SMALL) as upload:
            upload.cut()
            with pytest.raises(UnreadableError) as error:
                upload.files[0].open()
            assert error.value.reason is Unread.TIME_OUT

    asyncio.run(cut())


def test_after_the_context_the_files_are_gone() -> None:
    before = open_files()
    uploaded(request(form(part("files", b"x", "a"), part("files", b"y", "b"))))
    assert open_files() == before


@pytest.mark.parametrize("length", range(0, 260, 13))
def test_a_form_that_breaks_off_is_refused_and_never_scanned_in_part(length: int) -> None:
    body = form(part("files", b"x" * 100, "a"), part("files", b"y" * 100, "b"))
    assert refused(request(body[:length])).kind == "malformed-form"


@pytest.mark.parametrize(
    ("body", "kind", "field"),
    [
        (form(), "no-files", "files"),
        (form(part("policy", b"resectaur")), "no-files", "files"),
        (form(part("files", b"http://169.254.169.254/")), "not-a-file", "files"),
        (form(part("files", b"x", "a"), part("files", b"/etc/passwd")), "not-a-file", "files"),
        (form(part("files", b"x" * 2_000)), "not-a-file", "files"),
        (form(part("image", b"x", "a")), "wrong-field", None),
        (form(part("policy", b"resectaur", "policy.txt")), "wrong-field", None),
        (form(part("files", b"x", "a"), *[part("policy", b"resectaur")] * 2), "wrong-field", None),
        (form(part("files", b"x", "a"), *[part("policy", b"")] * 17), "wrong-field", None),
        (form(*[part("files", b"x", "a")] * 4), "too-many-files", "files"),
        (form(part("files", b"x" * 4_001, "a")), "too-large", "files"),
        (form(part("files", b"x" * 11_000, "a")), "too-large", "files"),
        (b"no form at all", "malformed-form", None),
        (form(part("files", b"x", "a" * 5_000)), "malformed-form", None),
        (form(b"--a-boundary\r\nX: y\r\n\r\nz\r\n"), "malformed-form", None),
    ],
)
def test_wrong_forms_are_refused_with_the_field(body: bytes, kind: str, field: str | None) -> None:
    problem = refused(request(body))
    assert (problem.kind, problem.field) == (kind, field)
    assert problem.detail


@pytest.mark.parametrize(
    "content_type",
    ["", "application/json", "application/x-www-form-urlencoded", "multipart/mixed; boundary=a-boundary"],
)
def test_what_is_no_multipart_form_is_refused(content_type: str) -> None:
    assert refused(request(form(part("files", b"x", "a")), content_type=content_type)).kind == "not-a-form"


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", f"multipart/form-data; boundary={'b' * 300}", f"{TYPE}; charset=undefined"]
)
def test_odd_boundaries_and_charsets_are_no_failure_of_the_service(content_type: str) -> None:
    assert refused(request(form(part("files", b"x", "a..b")), content_type=content_type)).kind == "malformed-form"


def test_a_declared_length_beyond_the_bound_is_refused_before_a_byte_is_read() -> None:
    asked = request(b"")
    asked.scope["headers"].append((b"content-length", b"10001"))
    assert refused(asked).kind == "too-large"


def test_an_upload_that_never_ends_is_refused() -> None:
    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        raise AssertionError

    asked = Request({"type": "http", "method": "POST", "headers": [(b"content-type", TYPE.encode())]}, receive)
    assert refused(asked, Settings(upload_seconds=1)).kind == "upload-time-out"


def test_a_client_that_goes_away_is_no_failure_of_the_service() -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    asked = Request({"type": "http", "method": "POST", "headers": [(b"content-type", TYPE.encode())]}, receive)
    assert refused(asked).kind == "malformed-form"


def test_a_full_disk_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "write", full)
    assert refused(request(form(part("files", b"x" * 100, "a")))).kind == "no-room"


@examples(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_is_sent_is_read_or_refused(data: st.DataObject) -> None:
    body = bytearray(form(part("files", b"x" * 50, "a"), part("policy", b"resectaur")))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    try:
        files, _ = uploaded(request(bytes(body), chunk=data.draw(st.sampled_from([1, 16, 512]))))
    except ProblemError as problem:
        assert problem.detail
    else:
        assert files
