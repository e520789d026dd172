"""Uploads: parsed as they arrive, within bounds, each file spooled to a temporary file that has no name.

The files lie in the temporary folder (`TMPDIR`) without an entry in it (O_TMPFILE), so that nobody else can open them
and nothing is left of them when this process ends, however it ends. A client's file name is only ever `File.name`.
"""

import asyncio
import contextlib
import errno
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from anyio import to_thread
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from phivet.cases.coverage import Unread
from phivet.cases.errors import UnreadableError
from phivet.cases.files import File
from phivet.serving.problems import ProblemError
from phivet.serving.sealed import SealedFile
from phivet.serving.settings import Settings
from phivet.serving.vault import Entry, Vault

FILES = "files"
FIELD_CHARACTERS = 1_024
FIELDS = 16


@dataclass
class Upload:
    """One form: its files, which can be opened until `cut`, and its text fields, each given at most once."""

    fields: dict[str, str] = field(repr=False)
    files: list[File] = field(default_factory=list, repr=False)
    is_cut: bool = False

    def cut(self) -> None:
        """From now on no file opens any more: its reader is told `time_out`."""
        self.is_cut = True

    def add(self, name: str, descriptor: int) -> None:
        """Add the file behind `descriptor`, which stays open as long as this is used."""
        of_descriptor = File.of_descriptor(name, descriptor)

        def open_unless_cut() -> int:
            if self.is_cut:
                raise UnreadableError(Unread.TIME_OUT)
            return of_descriptor.open()

        self.files.append(File(name, open_unless_cut))


class _Parser(MultiPartParser):
    """Starlette's, but every file goes to disk with its first byte, and a form without an end is noticed."""

    spool_max_size = 1
    ended = False

    def on_end(self) -> None:
        self.ended = True


@asynccontextmanager
async def received(request: Request, settings: Settings) -> AsyncIterator[Upload]:
    """The form that `request` holds; its files are gone when the context ends. Raises `ProblemError`."""
    _check_head(request, settings)
    form = await _parsed(request, settings, _Parser)
    try:
        text, files = _checked(form, settings)
        upload = Upload(text)
        for file in files:
            upload.add(file.filename or "", file.file.fileno())
        yield upload
    finally:
        await form.close()


@dataclass
class SealedUpload:
    """One form whose files lie in the vault under `name`, and are discarded unless they are `kept`."""

    name: str
    fields: dict[str, str] = field(repr=False)
    entries: list[Entry] = field(repr=False)
    kept: bool = False


@asynccontextmanager
async def sealed(request: Request, settings: Settings, vault: Vault) -> AsyncIterator[SealedUpload]:
    """The form that `request` holds, its files encrypted as they arrive. Raises `ProblemError`."""
    _check_head(request, settings)
    name = await to_thread.run_sync(vault.make)
    upload = SealedUpload(name, {}, [])
    try:
        form = await _parsed(request, settings, partial(_SealingParser, vault, name))
        upload.fields, files = _checked(form, settings)
        upload.entries = [
            Entry(each.filename or "", each.file.size, each.file.digest)
            for each in files
            if isinstance(each.file, SealedFile)
        ]
        await to_thread.run_sync(vault.complete, name, upload.entries)
        yield upload
    finally:
        if not upload.kept:
            await to_thread.run_sync(vault.discard, name)


class _SealingParser(_Parser):
    """Writes every file into the vault, and nowhere else."""

    def __init__(self, vault: Vault, name: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._vault, self._name = vault, name

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        part = self._current_part
        if part.file is not None:
            part.file.file.close()
            writer: Any = self._vault.writer(self._name, self._current_files)
            part.file.file = writer
            self._files_to_close_on_error.append(writer)


async def _parsed(request: Request, settings: Settings, parse: Callable[..., _Parser]) -> FormData:
    parser: _Parser

    async def arriving() -> AsyncGenerator[bytes, None]:
        size = 0
        try:
            async for chunk in request.stream():
                size += len(chunk)
                if size > settings.upload_bytes:
                    raise _too_large(settings.upload_bytes)
                yield chunk
        except ClientDisconnect:
            raise ProblemError("malformed-form", "The form breaks off: the connection was closed.") from None
        if not parser.ended:
            raise ProblemError("malformed-form", "The form breaks off: its closing boundary is missing.")

    parser = parse(
        request.headers,
        arriving(),
        max_files=settings.upload_files,
        max_fields=FIELDS,
        max_part_size=FIELD_CHARACTERS,
    )
    try:
        async with asyncio.timeout(settings.upload_seconds):
            return await parser.parse()
    except TimeoutError:
        limit = settings.upload_seconds
        raise ProblemError("upload-time-out", f"Send it within {limit} seconds.", FILES, {"limit": limit}) from None
    except (MultiPartException, UnicodeError) as error:
        raise _why(error, settings) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ProblemError("no-room", "Try again later, or with a smaller case.", FILES) from None
        raise


def _check_head(request: Request, settings: Settings) -> None:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "multipart/form-data":
        raise ProblemError("not-a-form", f"Send multipart/form-data, every file of the case as a part named '{FILES}'.")
    with contextlib.suppress(ValueError):
        if int(request.headers.get("content-length", "0")) > settings.upload_bytes:
            raise _too_large(settings.upload_bytes)


def _why(error: MultiPartException | UnicodeError, settings: Settings) -> ProblemError:
    message = error.message if isinstance(error, MultiPartException) else ""
    if message.startswith("Too many files"):
        limit = settings.upload_files
        return ProblemError("too-many-files", f"Send at most {limit} files, or one zip.", FILES, {"limit": limit})
    if message.startswith("Too many fields"):
        return ProblemError("wrong-field", f"The form has more than {FIELDS} fields.")
    if message.startswith("Part exceeded"):
        return ProblemError(
            "not-a-file", "A part without a file name is too long for text: give it a file name.", FILES
        )
    return ProblemError("malformed-form", "Send multipart/form-data as RFC 7578 describes it, with its boundary.")


def _too_large(limit: int) -> ProblemError:
    return ProblemError("too-large", f"Send at most {limit} bytes in one request.", FILES, {"limit": limit})


def _checked(form: FormData, settings: Settings) -> tuple[dict[str, str], list[UploadFile]]:
    """The text fields and the files of a form. Raises `ProblemError`."""
    text: dict[str, str] = {}
    files: list[UploadFile] = []
    for key, value in form.multi_items():
        if isinstance(value, UploadFile):
            if key != FILES:
                raise ProblemError(
                    "wrong-field", f"Files belong into the field '{FILES}', text is sent without a file name."
                )
            if (value.size or 0) > settings.upload_file_bytes:
                raise _file_too_large(settings.upload_file_bytes)
            files.append(value)
        elif key == FILES:
            raise ProblemError(
                "not-a-file", "Send the file itself, with a file name; addresses are not fetched.", FILES
            )
        elif key in text:
            raise ProblemError("wrong-field", "Give every text field once.")
        else:
            text[key] = value
    if not files:
        raise ProblemError("no-files", f"Send at least one file in the field '{FILES}'.", FILES)
    return text, files


def _file_too_large(limit: int) -> ProblemError:
    return ProblemError("too-large", f"Send files of at most {limit} bytes each.", FILES, {"limit": limit})
