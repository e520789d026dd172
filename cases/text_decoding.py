"""From bytes to a file's own decoded text: the text, without byte order mark, whose characters every `Span` counts."""

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

from phivet.cases.coverage import Unread
from phivet.cases.errors import UnreadableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LEGACY = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp437", "cp850"),
    *("cp852", "cp864", "cp866", "cp874", "iso8859_2", "iso8859_3", "iso8859_4", "iso8859_5", "iso8859_6", "iso8859_7"),
    *("iso8859_8", "iso8859_9", "iso8859_10", "iso8859_13", "iso8859_14", "iso8859_15", "iso8859_16", "koi8_r"),
    *("koi8_u", "mac_roman", "mac_cyrillic", "tis_620", "shift_jis", "cp932", "euc_jp", "gb18030", "gbk", "gb2312"),
    *("big5", "euc_kr", "cp949"),
)
_DECLARABLE = {codecs.lookup(name).name: name for name in (*_LEGACY, "utf-8", "iso2022_jp")} | {
    codecs.lookup(name).name: "cp1252"
    for name in ("ascii", "latin-1")  # as browsers read them
}
_DECLARATION = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.I)
_DECLARATION_WITHIN = 2048

_MOST_ODD = 0.002
"""Share of control characters above which something is no text."""
_USED_CONTROLS = frozenset("\t\n\v\f\r\b\x1a\x1b\x1c\x1d\x1e\x1f")
"""By texts, logs and HL7 messages."""
_NO_LETTERS = frozenset({"Cc", "Cn", "Co", "Cs"})
_SAMPLE = 100_000


def decode(data: bytes, declared: str | None = None, is_markup: bool = False, is_cut: bool = False) -> str:
    """The text in `data`: by its byte order mark, else as declared, else UTF-8, UTF-16, UTF-32, else by its statistics.

    `declared` is what a mail's header says; markup may declare its encoding itself. `is_cut`: the last character may be
    incomplete. Raises `UnreadableError`: `empty`, or `medium` for what is no text in any of these encodings.
    """
    if not data:
        raise UnreadableError(Unread.EMPTY)
    for mark, encoding in _MARKS:
        if data.startswith(mark) and (text := _decoded(data[len(mark) :], encoding, is_cut=True)) is not None:
            if not is_text(text):
                raise UnreadableError(Unread.MEDIUM)
            return text
    if declared is None and is_markup:
        match = _DECLARATION.search(data[:_DECLARATION_WITHIN])
        declared = match[1].decode("ascii") if match else None
    for candidate in (_codec(declared), "utf-8"):
        if candidate and (text := _decoded(data, candidate, is_cut)) is not None and is_text(text):
            return text
    for candidate in _wide(data):
        if (text := _decoded(data, candidate, is_cut)) is not None and is_text(text, is_guess=True):
            return text
    text = _by_statistics(data)
    if not is_text(text, is_guess=True):
        raise UnreadableError(Unread.MEDIUM)
    return text


def decode_short(data: bytes) -> str:
    """A short text of undeclared encoding: UTF-8, or else Windows-1252 as far as it goes."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def is_text(text: str, is_guess: bool = False) -> bool:
    """Whether nearly all of `text` could be written by a person: hardly a control character.

    Nor, if the encoding `is_guess`, one that Unicode has not assigned.
    """
    sample = text if len(text) <= _SAMPLE else text[: _SAMPLE // 2] + text[-_SAMPLE // 2 :]
    if "\0" in sample:
        return False
    if is_guess:
        odd = sum(unicodedata.category(char) in _NO_LETTERS and char not in _USED_CONTROLS for char in sample)
    else:
        odd = sum(char < " " and char not in _USED_CONTROLS for char in sample)
    return odd <= max(1 if len(sample) > 20 else 0, _MOST_ODD * len(sample))


def _codec(name: str | None) -> str | None:
    """Python's name for a declared encoding, if it is one that text files use."""
    try:
        return _DECLARABLE.get(codecs.lookup(name).name) if name else None
    except (LookupError, ValueError):
        return None


def _decoded(data: bytes, encoding: str, is_cut: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(data, not is_cut)
    except UnicodeError:
        return None


def _wide(data: bytes) -> list[str]:
    """UTF-16 and UTF-32 without a mark: their zeros stand at every other byte, though in Arabic only for blanks."""
    zeros = [data[offset::4].count(0) for offset in range(4)]
    units = max(1, len(data) // 4)
    if zeros[2] + zeros[3] >= 1.9 * units:
        return ["utf-32-le"]
    if zeros[0] + zeros[1] >= 1.9 * units:
        return ["utf-32-be"]
    even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
    if max(even, odd) < 0.05 * 2 * units:
        return []
    return ["utf-16-le"] if odd > even else ["utf-16-be"]


def _by_statistics(data: bytes) -> str:
    if b"\0" in data:
        raise UnreadableError(Unread.MEDIUM)
    best = from_bytes(data, cp_isolation=list(_LEGACY), preemptive_behaviour=False, enable_fallback=False).best()
    return decode_short(data) if best is None else str(best)
