"""Text files: plain text, tables, Markdown, HTML, XML, JSON, e-mail. Nothing in them goes unread for being hidden."""

import re
from typing import BinaryIO, NoReturn

from phivet.cases.coverage import Unread
from phivet.cases.description import Description, Missed, Text
from phivet.cases.errors import UnreadableError
from phivet.cases.limits import Limits
from phivet.cases.places import Plane
from phivet.cases.text_decoding import decode
from phivet.cases.text_json import read_json
from phivet.cases.text_mail import read_mail
from phivet.cases.text_markup import read_markup
from phivet.cases.text_transcript import Source, Transcript

HTML = frozenset({".html", ".htm", ".xhtml", ".xht"})
XML = frozenset({".xml", ".cda", ".rdf", ".xmp", ".kml", ".gpx", ".plist", ".svg"})
JSON = frozenset({".json", ".jsonl", ".ndjson", ".geojson", ".ipynb"})
MAIL = frozenset({".eml", ".mht", ".mhtml"})

NO_TEXTS = frozenset(
    {
        ".dcm", ".dicom", ".ima", ".nii", ".zip", ".gz", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff",
        ".webp", ".heic", ".heif", ".avif", ".jp2", ".pdf", ".docx", ".xlsx", ".pptx", ".mp4", ".mov", ".avi", ".mp3",
    }
)  # fmt: skip
"""What these name begins with bytes of its own: a file that does not is what an accident has left of it."""

_BYTES_PER_CHARACTER = 4
"""At most, in every encoding."""
_HEAD = 4096
_HTML_START = re.compile(
    r"\s*+(?:<\?xml[^>]*+>\s*+)?(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s++html|html)\b", re.I | re.S
)
_XML_START = re.compile(r"\s*<\?xml\b", re.I)
_SVG = re.compile(r"<svg\b", re.I)
_OTHER_MEDIA = re.compile(
    r"%PDF-|%!PS|\{\\rtf|NRRD000\d|ObjectType\s*=|P[1-6]\s++(?:#[^\n]*+\n\s*+)*+\d++\s++\d|P7\s++WIDTH\b"
    r"|/\* XPM \*/|#define \w+_width\b|begin [0-7]{3} \S+\s*\n[!-`]|solid [\w ]*\n\s*facet normal"
)
"""What is written in letters and is no text: PDF, PostScript, RTF, NRRD, MetaImage, PNM, XPM, XBM, uuencode, STL."""


class TextFile:
    """One text file. Raises `UnreadableError`: `empty`, or `medium` for what is no text."""

    def __init__(self, file: BinaryIO, suffix: str, limits: Limits) -> None:
        self._description = read(file.read(_BYTES_PER_CHARACTER * limits.text_characters + 1), suffix, limits)

    def describe(self) -> Description:
        """Its texts."""
        return self._description

    def view(self, plane: Plane, index: int) -> NoReturn:
        """A text has no pictures."""
        raise UnreadableError(Unread.MISSING)

    stored = view


def read(data: bytes, suffix: str, limits: Limits) -> Description:
    """The texts of a file with these bytes and this suffix, such as `.html`. Raises as `TextFile`.

    `decoded_text` gives the text that their runs point into. What should be no text, by its suffix, is read all the
    same, and is `corrupt`. A text beyond the limit is read up to there; e-mail, whose parts are decoded one by one, has
    a page for each part.
    """
    if suffix.lower() in MAIL:
        return _read_mail(data, limits)
    text, is_cut = decoded_text(data, suffix, limits)
    source = Source(text)
    missed = [Missed(Unread.SIZE)] if is_cut else []
    transcripts = _read(source, suffix.lower())
    if suffix.lower() in NO_TEXTS:
        missed.append(Missed(Unread.CORRUPT))
    if source.has_blobs:
        missed.append(Missed(Unread.MEDIUM))
    if _is_xml(text, suffix.lower()) and _SVG.search(text, 0, _HEAD):
        missed.append(Missed(Unread.MEDIUM))  # a drawing
    return Description(
        texts=tuple(said for transcript in transcripts if (said := transcript.text())),
        missed=tuple(dict.fromkeys(missed)),
    )


def decoded_text(data: bytes, suffix: str, limits: Limits) -> tuple[str, bool]:
    """The file's own decoded text, which every span counts in, and whether it was cut at the limit."""
    most = _BYTES_PER_CHARACTER * limits.text_characters
    is_cut = len(data) > most
    is_markup = suffix.lower() in HTML | XML or data[:256].lstrip()[:1] == b"<"
    source = decode(data[:most], is_markup=is_markup, is_cut=is_cut)
    if _OTHER_MEDIA.match(source):
        raise UnreadableError(Unread.MEDIUM)
    return source[: limits.text_characters], is_cut or len(source) > limits.text_characters


def _read(source: Source, suffix: str) -> list[Transcript]:
    if suffix in JSON and (transcript := read_json(source)) is not None:
        return [transcript]
    if suffix in HTML or _HTML_START.match(source.text, 0, _HEAD):
        return read_markup(source, is_xml=False)
    if _is_xml(source.text, suffix):
        return read_markup(source, is_xml=True)
    plain = Transcript(source)
    plain.copy(0, len(source.text))
    return [plain]


def _is_xml(source: str, suffix: str) -> bool:
    return suffix not in HTML and (suffix in XML or _XML_START.match(source) is not None)


def _read_mail(data: bytes, limits: Limits) -> Description:
    most = _BYTES_PER_CHARACTER * limits.text_characters
    missed = [Missed(Unread.SIZE)] if len(data) > most else []
    try:
        texts, more = read_mail(data[:most])
    except Exception:  # noqa: BLE001 the standard library's parser raises anything at hostile mail
        plain = read(data, ".txt", limits)
        return Description(texts=plain.texts, missed=tuple(dict.fromkeys([*plain.missed, Missed(Unread.CORRUPT)])))
    kept: list[Text] = [text for text in texts if len(text.text) <= limits.text_characters]
    if len(kept) < len(texts):
        missed.append(Missed(Unread.SIZE))
    if not kept and not more:
        raise UnreadableError(Unread.EMPTY if not data else Unread.MEDIUM)
    return Description(texts=tuple(kept), missed=tuple(dict.fromkeys([*missed, *more])))
