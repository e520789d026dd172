"""A case is a folder, a file or a zip: what is in its listing, and in which order it is walked."""

import io
import os
import time
import zipfile
from pathlib import Path

import pytest
from pydicom.examples import get_path

from phivet.cases.case import Case, read_case
from phivet.cases.coverage import NotScanned, Unread
from phivet.cases.errors import CaseNotFoundError, CaseTooLargeError
from phivet.cases.limits import Limits
from phivet.cases.parts import Container, Header, Note
from phivet.cases.reader import Reader


def walked(case: Case) -> list[NotScanned]:
    list(case.parts())
    return case.coverage.not_scanned


def test_sources_are_numbered_by_their_sorted_names(tmp_path: Path, reader: Reader) -> None:
    for name in ("b.txt", "a/z.txt", "a/b.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert read_case(tmp_path, reader).paths == {"file-1": "a/b.txt", "file-2": "a/z.txt", "file-3": "b.txt"}


def test_headers_are_walked_first_whatever_the_files_are_called(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "a.txt").write_text("a note")
    (tmp_path / "z.dcm").write_bytes(get_path("ct").read_bytes())
    kinds = [type(part) for part in read_case(tmp_path, reader).parts()]
    assert kinds.index(Header) < kinds.index(Container) < kinds.index(Note)


def test_nothing_at_a_path_is_no_case_and_the_error_does_not_repeat_it(tmp_path: Path, reader: Reader) -> None:
    with pytest.raises(CaseNotFoundError) as caught:
        read_case(tmp_path / "Whitfield_John", reader)
    assert "Whitfield" not in str(caught.value)


def test_a_case_of_too_many_files_is_refused(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / str(number)).write_text("x")
    with Reader(Limits(files=4)) as reader, pytest.raises(CaseTooLargeError):
        read_case(tmp_path, reader)


def test_a_link_in_a_case_is_told_and_not_followed(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "a").symlink_to("/etc/passwd")
    assert walked(read_case(tmp_path, reader)) == [NotScanned("file-1", Unread.LINK)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_a_file_that_may_not_be_opened_is_told(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "a.txt").chmod(0)
    assert walked(read_case(tmp_path, reader)) == [NotScanned("file-1", Unread.PERMISSION)]


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return path


def test_a_zip_beside_other_files_is_unpacked_into_the_listing(tmp_path: Path, reader: Reader) -> None:
    zipped(tmp_path / "b.zip", notes__n=b"a note")
    (tmp_path / "a.txt").write_text("another")
    case = read_case(tmp_path, reader)
    assert list(case.paths.values()) == ["a.txt", "b.zip/notes/n"]
    assert len([part for part in case.parts() if isinstance(part, Note)]) == 2


def test_a_zip_inside_a_zip_is_not_scanned(tmp_path: Path, reader: Reader) -> None:
    inner = zipped(tmp_path / "inner.zip", n=b"x").read_bytes()
    outer = zipped(tmp_path / "outer.zip", inner=inner)
    assert walked(read_case(outer, reader)) == [NotScanned("file-1", Unread.NESTED)]


def test_a_zip_bomb_is_told_by_its_ratio_and_costs_its_own_member_alone(tmp_path: Path, reader: Reader) -> None:
    path = zipped(tmp_path / "bomb.zip", a=b"\0" * 300_000_000, b=b"a harmless note")
    case = read_case(path, reader)
    notes = [part for part in case.parts() if isinstance(part, Note)]
    assert case.coverage.not_scanned == [NotScanned("file-1", Unread.SIZE)]
    assert [note.source for note in notes] == ["file-2"]


def test_a_zip_of_too_many_members_is_not_scanned(tmp_path: Path) -> None:
    path = zipped(tmp_path / "many.zip", **{f"n{number}": b"x" for number in range(9)})
    with Reader(Limits(members=8)) as reader:
        assert walked(read_case(path, reader)) == [NotScanned("file-1", Unread.SIZE)]


def test_an_office_document_is_a_medium_without_reader_not_a_case(tmp_path: Path, reader: Reader) -> None:
    path = tmp_path / "letter.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    assert walked(read_case(path, reader)) == [NotScanned("file-1", Unread.MEDIUM)]


def test_a_member_with_a_password_is_not_scanned(tmp_path: Path, reader: Reader) -> None:
    path = zipped(tmp_path / "a.zip", n=b"a note")
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(mark) + at] |= 1
    path.write_bytes(content)
    assert walked(read_case(path, reader)) == [NotScanned("file-1", Unread.ENCRYPTION)]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\windows", "a\0b"])
def test_a_member_may_have_any_name_for_nothing_is_written_there(tmp_path: Path, reader: Reader, name: str) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), "a note")
    case = read_case(path, reader)
    assert [part.text for part in case.parts() if isinstance(part, Note)] == ["a note"]
    assert len(list(tmp_path.iterdir())) == 1


def test_the_digest_of_a_member_is_that_of_its_content(tmp_path: Path, reader: Reader) -> None:
    import hashlib

    (tmp_path / "n").write_bytes(b"a note")
    zipped(tmp_path / "a.zip", n=b"a note")
    case = read_case(tmp_path, reader)
    assert case.digest("file-1") == case.digest("file-2") == hashlib.sha256(b"a note").hexdigest()


def test_what_a_zip_holds_besides_its_members_is_read(tmp_path: Path, reader: Reader) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        member = zipfile.ZipInfo("n")
        member.comment = b"of Jane Doe"
        member.extra = b"\x00\xff\x08\x00MRN12345"
        archive.writestr(member, "a note")
        archive.comment = "for Zoë".encode()
    case = read_case(tmp_path, reader)
    assert list(case.paths.values()) == ["a.zip", "a.zip/n"]
    wrapping = next(part for part in case.parts() if isinstance(part, Container))
    assert {(each.path, each.value) for each in wrapping.properties} == {
        ("name", "a.zip"),
        ("zip.Comment", "for Zoë"),
        ("zip.Comment[1]", "of Jane Doe"),
        ("zip.Extra", "MRN12345"),
    }


def test_bytes_of_a_zip_that_belong_to_no_member_are_told(tmp_path: Path, reader: Reader) -> None:
    whole = zipped(tmp_path / "a.zip", n=b"a note").read_bytes()
    first = whole.index(b"PK\1\2")
    for hidden in (whole + b"Jane", b"PK\3\4Jane" + whole, whole[:first] + b"Jane" + whole[first:]):
        (tmp_path / "a.zip").write_bytes(hidden)
        case = read_case(tmp_path, reader)
        list(case.parts())
        assert Unread.CORRUPT in {entry.reason for entry in case.coverage.not_scanned}


class Pipe(io.BytesIO):
    """A file that is written in one go, such as a connection."""

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise OSError


@pytest.mark.parametrize("zip64", [False, True])
def test_a_zip_that_was_written_in_one_go_hides_nothing(tmp_path: Path, reader: Reader, zip64: bool) -> None:
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a", "b"):
            with archive.open(name, "w", force_zip64=zip64) as member:
                member.write(b"a note")
    (tmp_path / "a.zip").write_bytes(pipe.getvalue())
    case = read_case(tmp_path, reader)
    assert walked(case) == []
    assert list(case.paths.values()) == ["a.zip/a", "a.zip/b"]


def test_bytes_hidden_in_a_folder_of_a_zip_are_read(tmp_path: Path, reader: Reader) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.mkdir("empty")
        archive.writestr("folder/", "a note")
    parts = read_case(tmp_path, reader).parts()
    assert [part.text for part in parts if isinstance(part, Note)] == ["a note"]


def test_a_zip_without_members_is_empty(tmp_path: Path, reader: Reader) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.mkdir("folder")
    assert walked(read_case(tmp_path, reader)) == [NotScanned("file-1", Unread.EMPTY)]


def test_zips_of_more_files_than_a_case_may_have_stay_unopened(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        zipped(tmp_path / name, **{f"n{number}": b"x" for number in range(4)})
    with Reader(Limits(files=6)) as reader:
        case = read_case(tmp_path, reader)
        assert walked(case) == [NotScanned("file-5", Unread.SIZE)]
        assert case.paths["file-5"] == "b.zip"


def test_thousands_of_members_cost_seconds(tmp_path: Path, reader: Reader) -> None:
    path = zipped(tmp_path / "many.zip", **{f"n{number}": b"a note" for number in range(3_000)})
    started = time.monotonic()
    assert walked(read_case(path, reader)) == []
    assert time.monotonic() - started < 30


def test_a_case_shows_no_names_when_it_is_printed(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "Whitfield.txt").write_text("John Whitfield")
    case = read_case(tmp_path, reader)
    assert "Whitfield" not in repr(case) + repr(list(case.parts()))
