"""A text is read in whatever encoding it was written, and what is no text is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phivet.cases.coverage import Unread
from phivet.cases.description import Missed, Text
from phivet.cases.errors import UnreadableError
from phivet.cases.limits import Limits
from phivet.cases.parts import Note
from phivet.cases.places import Span
from phivet.cases.text_decoding import decode
from phivet.cases.texts import decoded_text, read

LIMITS = Limits()


def texts(content: str | bytes, suffix: str) -> list[str]:
    data = content.encode() if isinstance(content, str) else content
    return [text.text for text in read(data, suffix, LIMITS).texts]


def first(content: str | bytes, suffix: str) -> str:
    return texts(content, suffix)[0]


def note(text: Text) -> Note:
    return Note("file-1", text.text, text.runs, text.page)


GERMAN = "Patient: Jürgen Müller, geb. 12.03.1961 in Köln. Befund: unauffällig.\n"


ARABIC = "اسم المريض: محمد أحمد العلي، تاريخ الميلاد 12/03/1961، الرقم 123456\n"


RUSSIAN = "Пациент: Иванов Сергей Петрович, 1961 г.р., жалобы на боли\n"


CHINESE = "患者姓名：王小明，出生日期1961年3月12日\n"


ENCODED = [
    *((GERMAN, encoding) for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")),
    *((GERMAN, encoding) for encoding in ("utf-32-be", "cp1252", "latin-1", "cp850", "mac_roman")),
    *((ARABIC, encoding) for encoding in ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1256", "iso8859_6")),
    *((RUSSIAN, encoding) for encoding in ("utf-8", "utf-16-be", "cp1251", "koi8_r", "cp866")),
    *((CHINESE, encoding) for encoding in ("utf-8", "utf-16-le", "gb18030", "big5")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "encoding"), ENCODED)
def test_a_text_is_read_in_whatever_encoding_it_was_written(text: str, encoding: str) -> None:
    data = text.replace("،", ",").encode(encoding) if encoding == "iso8859_6" else text.encode(encoding)
    assert decode(data) == (text.replace("،", ",") if encoding == "iso8859_6" else text)


@pytest.mark.parametrize(
    ("head", "suffix"),
    [
        ('<html><meta charset="windows-1256"><p>', ".html"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1256"><p>', ".htm"),
        ('<?xml version="1.0" encoding="windows-1256"?><p>', ".xml"),
        ('<?xml version="1.0" encoding="windows-1256"?><p>', ".txt"),
    ],
)
def test_markup_declares_its_encoding(head: str, suffix: str) -> None:
    assert "مريض" in first((head + "مريض").encode("cp1256"), suffix)


@pytest.mark.parametrize("declared", ["utf-16", "hex", "unicode_escape", "no-such-thing", "utf-7", "rot13"])
def test_a_declaration_that_cannot_be_true_is_not_believed(declared: str) -> None:
    content = f'<meta charset="{declared}"><p>Jürgen +AGEAYgBj- \\u0041</p>'
    assert first(content, ".html").strip() == "Jürgen +AGEAYgBj- \\u0041"


def test_a_span_counts_the_characters_after_the_byte_order_mark() -> None:
    data = ("\ufeff" + GERMAN).encode("utf-16-le")
    (text,) = read(data, ".txt", LIMITS).texts
    assert note(text).place(9, 22) == Span("file-1", 9, 22)
    assert decoded_text(data, ".txt", LIMITS) == (GERMAN, False)
    assert GERMAN[9:22] == "Jürgen Müller"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Unread.EMPTY),
        (bytes(range(256)) * 20, Unread.MEDIUM),
        (b"some words, then \0\1\2\3\0\5" * 50, Unread.MEDIUM),
        (b"\x7fELF\2\1\1" + b"\0" * 500, Unread.MEDIUM),
        (b"%PDF-1.4\nall ASCII", Unread.MEDIUM),
        (b"%!PS-Adobe-3.0\n", Unread.MEDIUM),
        (b"{\\rtf1 J{\\b}ohn}", Unread.MEDIUM),
        (b"P2\n2 2\n255\n0 1 2 3\n", Unread.MEDIUM),
        (b"/* XPM */\nstatic char *x[] = {};", Unread.MEDIUM),
        (b"begin 644 image.jpg\nM_]C_X\n", Unread.MEDIUM),
    ],
)
def test_what_is_no_text_says_why(data: bytes, reason: Unread) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(data, ".txt", LIMITS)
    assert caught.value.reason is reason


@given(st.binary(min_size=200, max_size=400).filter(lambda data: b"\0" in data))
def test_random_bytes_are_no_text(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read(data, ".txt", LIMITS)


@pytest.mark.parametrize("suffix", [".zip", ".dcm", ".PNG", ".pdf"])
def test_what_is_left_of_another_file_is_read_and_reported(suffix: str) -> None:
    description = read(b"P. Smith", suffix, LIMITS)
    assert [text.text for text in description.texts] == ["P. Smith"]
    assert description.missed == (Missed(Unread.CORRUPT),)
