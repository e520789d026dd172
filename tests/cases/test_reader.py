"""The reading process: whatever is in a file, the parent learns why it could not be read, and goes on."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.examples import get_path

from phivet.cases.case import read_case
from phivet.cases.coverage import Unread
from phivet.cases.errors import UnreadableError
from phivet.cases.files import File
from phivet.cases.limits import Limits
from phivet.cases.parts import Frames
from phivet.cases.places import Plane
from phivet.cases.reader import Reader

HEADS = [b"", b"\0" * 128 + b"DICM", b"PK\3\4", b"\x08\0\5\0CS", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"{", b"<html>"]

Write = Callable[..., Path]


def file(path: Path) -> File:
    return File.of_path(path, path.name)


def reason(reader: Reader, path: Path) -> Unread:
    with pytest.raises(UnreadableError) as caught:
        reader.describe(file(path))
    return caught.value.reason


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", Unread.EMPTY),
        (b"%PDF-1.7\n" + b"x" * 500, Unread.MEDIUM),
        (b"\0\0\0\x18ftypisom" + b"\0" * 500, Unread.MEDIUM),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 500, Unread.MEDIUM),
        (b"PK\3\4" + b"\0" * 500, Unread.CORRUPT),
        (b"Rar!\x1a\7" + b"\0" * 500, Unread.MEDIUM),
        (b"\0" * 128 + b"DICM", Unread.CORRUPT),
        (bytes(range(256)) * 8, Unread.MEDIUM),
    ],
)
def test_a_file_that_cannot_be_read_says_why(reader: Reader, tmp_path: Path, content: bytes, expected: Unread) -> None:
    (tmp_path / "x").write_bytes(content)
    assert reason(reader, tmp_path / "x") is expected


@pytest.mark.parametrize(
    "note",
    [
        "BMI 31, otherwise well.",
        "MZ twins at 20 weeks.",
        "CDF shows no flow.",
        "ID3 is not expressed.",
        "P2 at 20 weeks, P1 before.",
        "RIFF and WEBP and GIF8.",
        "PK is normal.",
        "begin 644 mm from the apex",
        "the moov was not seen",
        "solid lesion in the\nfacet joint",
    ],
)
def test_a_note_may_begin_with_the_letters_that_another_format_begins_with(
    reader: Reader, tmp_path: Path, note: str
) -> None:
    (tmp_path / "x").write_text(note)
    assert [text.text for text in reader.describe(file(tmp_path / "x")).texts] == [note]


@pytest.mark.parametrize(
    "content",
    [
        "NRRD0004\ntype: short\n",
        "ObjectType = Image\nNDims = 3\n",
        "{\\rtf1 Jane}",
        "P2\n# a comment\n2 2\n255\n0 1 2 3\n",
        "P7\nWIDTH 2\n",
        "begin 644 jane.jpg\nM_]C_X``02D9)1@\n",
        "solid a\n facet normal 0 0 0\n",
    ],
)
def test_a_picture_written_in_letters_is_no_note(reader: Reader, tmp_path: Path, content: str) -> None:
    (tmp_path / "x").write_text(content)
    assert reason(reader, tmp_path / "x") is Unread.MEDIUM


def test_a_link_is_not_followed(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "link.dcm").symlink_to(get_path("ct"))
    assert reason(reader, tmp_path / "link.dcm") is Unread.LINK


def test_a_pipe_is_not_opened(reader: Reader, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert reason(reader, tmp_path / "pipe") is Unread.LINK


def test_a_file_without_a_name_in_any_folder_is_read(reader: Reader) -> None:
    descriptor = os.open("/tmp", os.O_TMPFILE | os.O_RDWR)  # noqa: S108 it has no name there
    try:
        os.write(descriptor, get_path("ct").read_bytes())
        assert reader.describe(File.of_descriptor("ct.dcm", descriptor)).pictures[0].count == 1
    finally:
        os.close(descriptor)


def test_a_killed_reading_process_loses_one_file_and_the_next_is_read() -> None:
    with Reader() as reader:
        reader.describe(file(get_path("ct")))
        child = reader._child
        assert child is not None
        os.kill(child.pid, signal.SIGSTOP)
        threading.Timer(0.3, os.kill, (child.pid, signal.SIGKILL)).start()
        with pytest.raises(UnreadableError) as caught:
            reader.describe(file(get_path("mr")))
        assert caught.value.reason is Unread.CRASH
        assert reader.describe(file(get_path("mr"))).pictures


def test_a_reading_process_that_died_while_it_waited_loses_no_file() -> None:
    with Reader() as reader:
        reader.start()
        child = reader._child
        assert child is not None
        child.kill()
        child.wait()
        assert reader.describe(file(get_path("mr"))).pictures


def test_a_file_that_takes_too_long_is_given_up() -> None:
    with Reader(Limits(seconds=4.0)) as reader:
        reader.describe(file(get_path("ct")))
        child = reader._child
        assert child is not None
        os.kill(child.pid, signal.SIGSTOP)
        started = time.monotonic()
        with pytest.raises(UnreadableError) as caught:
            reader.describe(file(get_path("mr")))
        assert caught.value.reason is Unread.TIME_OUT
        assert time.monotonic() - started < 20
        assert reader.describe(file(get_path("mr"))).pictures


def test_a_frame_larger_than_the_limit_is_refused_before_it_is_decoded(write_dicom: Write) -> None:
    path = write_dicom("big.dcm", np.zeros((200, 200), np.uint8))
    with Reader(Limits(pixels=10_000)) as reader, pytest.raises(UnreadableError) as caught:
        reader.view(file(path), Plane.PIXELS, 0)
    assert caught.value.reason is Unread.SIZE


def test_the_reading_process_gets_no_secret_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHIVET_ID_KEY", "a secret")
    with Reader() as reader:
        reader.describe(file(get_path("ct")))
        assert reader._child is not None
        assert b"a secret" not in Path(f"/proc/{reader._child.pid}/environ").read_bytes()


def test_the_reading_process_ends_with_the_reader() -> None:
    reader = Reader()
    reader.describe(file(get_path("ct")))
    child = reader._child
    assert child is not None
    reader.close()
    assert child.poll() is not None


@pytest.mark.parametrize("name", ["jpeg2k", "ybr_color", "ct", "overlay", "palette_color"])
def test_mutated_files_are_read_or_refused_and_never_crash_the_scan(reader: Reader, tmp_path: Path, name: str) -> None:
    original = get_path(name).read_bytes()
    random_ = random.Random(name)  # noqa: S311 the same mutations every time
    for _ in range(25):
        mutated = bytearray(original)
        for _ in range(random_.choice([1, 10, 200])):
            mutated[random_.randrange(len(mutated))] = random_.randrange(256)
        del mutated[random_.choice([len(mutated), random_.randrange(132, len(mutated))]) :]
        (tmp_path / "mutated").write_bytes(mutated)
        case = read_case(tmp_path / "mutated", reader)
        for part in case.parts():
            if isinstance(part, Frames):
                for _ in part.views():
                    break
        assert all(isinstance(entry.reason, Unread) for entry in case.coverage.not_scanned)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(head=st.sampled_from(HEADS), body=st.binary(max_size=600))
def test_any_bytes_are_described_or_refused_with_a_reason(
    reader: Reader, tmp_path: Path, head: bytes, body: bytes
) -> None:
    path = tmp_path / "any"
    path.write_bytes(head + body)
    try:
        reader.describe(file(path))
    except UnreadableError as error:
        assert isinstance(error.reason, Unread)
