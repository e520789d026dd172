"""The listing of a case: whatever lies in a folder is in it, and is opened or says why not."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from phivet.cases.coverage import Unread
from phivet.cases.errors import CaseNotFoundError, UnreadableError
from phivet.cases.files import File, list_files
from phivet.cases.limits import Limits

NOT_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")


def why_not(file: File) -> Unread:
    with pytest.raises(UnreadableError) as caught:
        file.open()
    return caught.value.reason


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose content pytest could not remove."""
    yield tmp_path
    subprocess.run(["rm", "-rf", tmp_path], check=True)


def dig(folder: Path, name: str, levels: int) -> None:
    """Make `levels` folders within each other, however long their path becomes, and a file in the last."""
    inside = os.open(folder, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=inside)
        deeper = os.open(name, os.O_RDONLY, dir_fd=inside)
        os.close(inside)
        inside = deeper
    os.close(os.open("note.txt", os.O_WRONLY | os.O_CREAT, dir_fd=inside))
    os.close(inside)


def test_folders_may_lie_within_each_other_deeper_than_the_stack(folder: Path) -> None:
    dig(folder, "d", 1_500)
    [file] = list_files(folder, Limits())
    os.close(file.open())


def test_a_folder_beyond_the_longest_path_is_listed_and_is_too_large(folder: Path) -> None:
    dig(folder, "d" * 200, 30)
    [closed] = list_files(folder, Limits())
    assert why_not(closed) is Unread.SIZE


@NOT_ROOT
def test_a_folder_that_may_not_be_opened_is_listed_beside_the_files_that_may(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "closed").mkdir(mode=0)
    note, closed = list_files(tmp_path, Limits())
    os.close(note.open())
    assert why_not(closed) is Unread.PERMISSION


@NOT_ROOT
@pytest.mark.parametrize("inside", ["", "case", "DICOMDIR"])
def test_a_case_that_may_not_be_opened_is_none(tmp_path: Path, inside: str) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    with pytest.raises(CaseNotFoundError):
        list_files(tmp_path / "closed" / inside, Limits())


def test_links_sockets_and_pipes_are_listed_and_not_opened(tmp_path: Path) -> None:
    (tmp_path / "folder").symlink_to("/etc")
    (tmp_path / "itself").symlink_to("itself")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(tmp_path)  # a socket's path is short
        listening.bind("socket")
        os.chdir(here)
    files = list_files(tmp_path, Limits())
    assert [file.name for file in files] == ["folder", "itself", "pipe", "socket"]
    assert {why_not(file) for file in files} == {Unread.LINK}


def test_a_file_that_vanishes_after_the_listing_is_missing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    [file] = list_files(tmp_path, Limits())
    (tmp_path / "a.txt").unlink()
    assert why_not(file) is Unread.MISSING


@pytest.mark.parametrize("path", ["/dev/null", "/proc/self/mem/x", "x" * 5_000, "a\0b"])
def test_what_is_neither_file_nor_folder_is_no_case(path: str) -> None:
    with pytest.raises(CaseNotFoundError):
        list_files(Path(path), Limits())
