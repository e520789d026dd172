"""JSON (RFC 8259) as lines of `key: value`, with the position of every character."""

import re

from phivet.cases.text_transcript import Source, Transcript

_TOKEN = re.compile(
    r"[ \t\n\r]*+(?:"
    r'(?P<string>"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+")'
    r"|(?P<scalar>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?|true|false|null|NaN|-?Infinity)"
    r"|(?P<mark>[{}\[\],:])"
    r"|(?P<end>\Z))"
)
_ESCAPE = re.compile(r"\\(?:u([Dd][89ABab][0-9A-Fa-f]{2})\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(.))")
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

_VALUE, _FIRST_VALUE, _KEY, _FIRST_KEY, _COLON, _AFTER = "value", "value or ]", "key", "key or }", "colon", "after"


def read_json(source: Source) -> Transcript | None:
    """Every key and value, each member and each element on a line; None if `source` is no JSON, nor JSON lines."""
    text, transcript = source.text, Transcript(source)
    open_marks: list[str] = []
    expected, position, values = _VALUE, 0, 0
    while token := _TOKEN.match(text, position):
        position = token.end()
        kind, start = token.lastgroup, token.start(token.lastgroup or 0)
        if expected == _AFTER and not open_marks and kind != "end":  # the next of several JSON texts
            transcript.separate("\n", token.start())
            expected = _VALUE
        if kind == "end":
            return transcript if values and expected == _AFTER and not open_marks else None
        if kind == "string" and expected in (_KEY, _FIRST_KEY):
            _read_string(transcript, start + 1, position - 1)
            transcript.put(":", position - 1)
            expected = _COLON
        elif kind != "mark" and expected in (_VALUE, _FIRST_VALUE):
            if kind == "string":
                _read_string(transcript, start + 1, position - 1)
            else:
                transcript.copy(start, position)
            expected = _AFTER
        elif kind == "mark" and (then := _after_mark(text[start], expected, open_marks)):
            if text[start] in "{,":
                transcript.separate("\n", start)
            elif text[start] == ":":
                transcript.put(" ", start)
            expected = then
        else:
            return None
        values += 1
    return None


def _after_mark(mark: str, expected: str, open_marks: list[str]) -> str | None:
    """What is expected after a structural character, None where it may not stand."""
    if mark in "{[" and expected in (_VALUE, _FIRST_VALUE):
        open_marks.append(mark)
        return _FIRST_KEY if mark == "{" else _FIRST_VALUE
    if mark == ":" and expected == _COLON:
        return _VALUE
    if not open_marks:
        return None
    opened = open_marks[-1]
    if mark == "," and expected == _AFTER:
        return _KEY if opened == "{" else _VALUE
    if opened + mark in ("{}", "[]") and expected in (_AFTER, _FIRST_KEY if opened == "{" else _FIRST_VALUE):
        open_marks.pop()
        return _AFTER
    return None


def _read_string(transcript: Transcript, start: int, end: int) -> None:
    for escape in _ESCAPE.finditer(transcript.source.text, start, end):
        transcript.copy(start, escape.start())
        transcript.put(_meaning(escape), escape.start())
        start = escape.end()
    transcript.copy(start, end)


def _meaning(escape: re.Match[str]) -> str:
    high, low, code, short = escape.groups()
    if short:
        return _SHORT.get(short, str(short))
    if high:
        return chr(0x10000 + (int(high, 16) - 0xD800 << 10) + int(low, 16) - 0xDC00)
    number = int(code, 16)
    return "\ufffd" if number == 0 or 0xD800 <= number < 0xE000 else chr(number)
