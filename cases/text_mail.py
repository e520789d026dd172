"""E-mail (RFC 5322, MIME): each part is a page, its decoded text being its header lines and then its body."""

from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message

from phivet.cases.coverage import Unread
from phivet.cases.description import Missed, Text
from phivet.cases.errors import UnreadableError
from phivet.cases.text_decoding import decode
from phivet.cases.text_markup import read_markup
from phivet.cases.text_transcript import Source, Transcript

_MOST_PARTS = 1_000
_ENCRYPTED = frozenset(
    {"multipart/encrypted", "application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
)
_FORMAL = frozenset({"content-type", "content-transfer-encoding", "mime-version", "dkim-signature", "arc-seal"})


def read_mail(data: bytes) -> tuple[list[Text], list[Missed]]:
    """The texts of all parts, and `medium` or `encryption` for those that are no text."""
    texts: list[Text] = []
    missed: list[Missed] = []
    for page, part in enumerate(message_from_bytes(data).walk()):
        if page >= _MOST_PARTS:
            missed.append(Missed(Unread.SIZE))
            break
        header = "".join(_header_lines(part))
        body = ""
        try:
            body = _body(part)
        except UnreadableError as error:
            if error.reason is not Unread.EMPTY:
                missed.append(Missed(error.reason))
        source = Source(f"{header}\n{body}" if header else body)
        start = len(source.text) - len(body)
        transcripts = [Transcript(source)]
        if part.get_content_type() in ("text/html", "text/xml"):
            transcripts[0].copy(0, start)
            transcripts += read_markup(source, part.get_content_type() == "text/xml", start)
        else:
            transcripts[0].copy(0, len(source.text))
        texts += [text for transcript in transcripts if (text := transcript.text(page))]
        missed += [Missed(Unread.MEDIUM)] * source.has_blobs
    return texts, missed


def _header_lines(part: Message) -> Iterator[str]:
    for name, value in part.items():
        if name.lower() not in _FORMAL:
            yield f"{name}: {_decoded(value)}\n"
    if attached := part.get_filename():
        yield f"filename: {_decoded(attached)}\n"


def _decoded(value: object) -> str:
    """A header's value with its encoded words decoded (RFC 2047), unfolded."""
    raw = " ".join(str(value).split())
    try:
        return str(make_header(decode_header(raw)))
    except (MessageError, LookupError, ValueError):
        return raw


def _body(part: Message) -> str:
    kind = part.get_content_type()
    if kind in _ENCRYPTED:
        raise UnreadableError(Unread.ENCRYPTION)
    if part.is_multipart():
        return str(part.preamble or "")
    if part.get_content_maintype() not in ("text", "message") or kind in ("text/rtf", "text/richtext"):
        raise UnreadableError(Unread.MEDIUM)
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    return decode(payload, part.get_content_charset(), is_markup=kind in ("text/html", "text/xml"))
