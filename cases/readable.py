"""The readable text in bytes that no parser here knows: maker notes, private blocks, what follows an image's end."""

import re

_ASCII_OR_UTF_8 = rb"(?:[\t\n\r\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2})"
_RUN = re.compile(
    rb"(?P<utf_8>%(char)s{%(least)d,})|(?P<utf_16_le>(?:[\x20-\x7e]\0){%(least)d,})|(?P<utf_16_be>(?:\0[\x20-\x7e]){%(least)d,})"
    % {b"char": _ASCII_OR_UTF_8, b"least": 5}
)
_WORD = re.compile(r"[^\W_]{4}|\d{2}")
"""Random bytes are sometimes printable; they seldom make a word or a number."""


def readable(data: bytes, most: int = 100_000) -> str:
    """The runs of five or more printable characters in `data` (UTF-8 or UTF-16), one a line, cut after `most`."""
    lines: list[str] = []
    length = 0
    for match in _RUN.finditer(data):
        line = match[0].decode(match.lastgroup or "utf_8", "replace").strip()
        if _WORD.search(line):
            lines.append(line)
            length += len(line) + 1
            if length > most:
                break
    return "\n".join(lines)[:most]
