"""IPTC-NAA records and the Photoshop image resources that carry them (IIM 4.2; Adobe Photoshop File Formats)."""

import struct
from collections.abc import Iterator

from phivet.cases.text_decoding import decode_short

DATASETS = {
    (1, 30): "ServiceIdentifier", (1, 40): "EnvelopeNumber", (1, 70): "DateSent", (1, 80): "TimeSent", (1, 100): "UNO",
    (2, 5): "ObjectName", (2, 7): "EditStatus", (2, 10): "Urgency", (2, 12): "SubjectReference", (2, 15): "Category",
    (2, 20): "SupplementalCategories", (2, 22): "FixtureIdentifier", (2, 25): "Keywords",
    (2, 26): "ContentLocationCode", (2, 27): "ContentLocationName", (2, 30): "ReleaseDate",
    (2, 35): "ReleaseTime", (2, 37): "ExpirationDate",
    (2, 38): "ExpirationTime", (2, 40): "SpecialInstructions", (2, 45): "ReferenceService", (2, 47): "ReferenceDate",
    (2, 50): "ReferenceNumber", (2, 55): "DateCreated", (2, 60): "TimeCreated", (2, 62): "DigitalCreationDate",
    (2, 63): "DigitalCreationTime", (2, 65): "OriginatingProgram", (2, 70): "ProgramVersion", (2, 80): "By-line",
    (2, 85): "By-lineTitle", (2, 90): "City", (2, 92): "Sub-location", (2, 95): "Province-State",
    (2, 100): "CountryCode", (2, 101): "CountryName", (2, 103): "OriginalTransmissionReference", (2, 105): "Headline",
    (2, 110): "Credit", (2, 115): "Source", (2, 116): "CopyrightNotice", (2, 118): "Contact",
    (2, 120): "Caption-Abstract", (2, 121): "LocalCaption", (2, 122): "Writer-Editor", (2, 221): "Prefs",
}  # fmt: skip

IPTC_RESOURCE = 0x0404
_MOST = 2_000


def records(data: bytes) -> Iterator[tuple[str, str]]:
    """Every dataset that holds text, such as ("By-line", "J. Smith"); a dataset without a name is `2:199`."""
    position = data.find(b"\x1c")
    for _ in range(_MOST):
        if position < 0 or position + 5 > len(data) or data[position] != 0x1C:
            return
        record, number, size = struct.unpack(">BBH", data[position + 1 : position + 5])
        position += 5
        if size & 0x8000:  # an extended dataset: the length of its length (IIM 4.2, 1.5)
            length = size & 0x7FFF
            size = int.from_bytes(data[position : position + length][:8], "big")
            position += length
        text = decode_short(data[position : position + size]).strip("\0 ")
        position += size
        if text and (record, number) != (1, 90) and text.replace("\n", "").replace("\r", "").isprintable():
            yield DATASETS.get((record, number), f"{record}:{number}"), text


def resources(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Every Photoshop image resource: its number and its bytes."""
    position = 0
    for _ in range(_MOST):
        if data[position : position + 4] not in (b"8BIM", b"MeSa", b"PHUT", b"AgHg", b"DCSR"):
            return
        number = int.from_bytes(data[position + 4 : position + 6], "big")
        name = data[position + 6 : position + 7]
        position += 6 + (2 + name[0] - name[0] % 2 if name else 2)
        size = int.from_bytes(data[position : position + 4], "big")
        yield number, data[position + 4 : position + 4 + size]
        position += 4 + size + size % 2
