"""What an image file holds beside its picture, whatever its format: EXIF, XMP, IPTC, colour profile, what follows."""

import base64
import binascii
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from PIL import ImageCms
from PIL.Image import Exif

from phivet.cases import image_exif, image_iptc
from phivet.cases.coverage import Unread
from phivet.cases.image_blocks import Content, jpegs_in
from phivet.cases.media import HEAD_BYTES, IMAGES, PACKED, WITHOUT_READER, ZIPPED, starts
from phivet.cases.parts import Property
from phivet.cases.readable import readable

MOST_PROPERTIES = 2_000
MOST_CHARACTERS = 100_000
MOST_LONG = 1_000_000
"""Characters of an XMP packet or of what follows the end of the image."""
MOST_ICONS = 64
UNKNOWN_TRAILING_BYTES = 4096
"""More bytes than this after the end of an image, of no known kind, may hold a picture: they are reported as missed."""

_BASE64_IMAGE = re.compile(r"(?:/9j/|iVBORw0KGgo)(?:[A-Za-z0-9+/=\s]|&#xA;|&#xD;|&#10;|&#13;)+")
_BLANK = "\0 \t\r\n\f"
_NO_PADDING = re.compile(rb"[^\0\xff\s]")


@dataclass
class Wrapping:
    """The properties found so far, the icons as files of their own, and what could not be looked at."""

    properties: list[Property] = field(default_factory=list, repr=False)
    icons: list[bytes] = field(default_factory=list, repr=False)
    missed: set[Unread] = field(default_factory=set)
    prefix: str = ""
    """Before the path of every property that is added: `image[1].` for the second image of a file."""
    _values: dict[str, list[str]] = field(default_factory=dict, repr=False)

    def add(self, path: str, value: str, most: int = MOST_CHARACTERS) -> None:
        """Keep a property under `path`, or `path[1]`, ... when there is one; a value that is there already is not."""
        path = self.prefix + path
        values = self._values.setdefault(path, [])
        value = value.strip(_BLANK)
        if not value or value in values:
            return
        if len(self.properties) >= MOST_PROPERTIES or len(value) > most:
            self.missed.add(Unread.SIZE)
        if len(self.properties) < MOST_PROPERTIES:
            self.properties.append(Property(path + (f"[{len(values)}]" if values else ""), value[:most]))
            values.append(value)

    def holds(self, path: str, value: str) -> bool:
        """Whether this value is already there under `path`."""
        return value.strip(_BLANK) in self._values.get(self.prefix + path, ())

    def add_icons(self, images: Iterable[bytes]) -> None:
        """Keep JPEG or PNG files that lie in this one."""
        for image in images:
            if len(self.icons) < MOST_ICONS:
                self.icons.append(image)
            else:
                self.missed.add(Unread.SIZE)

    def add_exif(self, data: bytes) -> None:
        """The attributes of an EXIF block, with or without its `Exif` signature, and its thumbnails."""
        images, rest = jpegs_in(data)
        self.add_icons(images)
        parsed = Exif()
        try:
            parsed.load(data)
            named = list(image_exif.attributes(parsed, rest))
        except Exception:  # noqa: BLE001 Pillow raises anything at a damaged directory
            named = [("Unlisted", readable(rest))]
            self.missed.add(Unread.CORRUPT)
        self.add_all("exif", named)

    def add_all(self, kind: str, named: Iterable[tuple[str, str]]) -> None:
        """Keep named texts of one kind, such as `exif`."""
        for name, text in named:
            self.add(f"{kind}.{name}", text)

    def add_xmp(self, packet: bytes | str) -> None:
        """An XMP packet as it stands, but for the pictures in it, which become icons."""
        text = packet if isinstance(packet, str) else _packet_text(packet)
        for match in _BASE64_IMAGE.finditer(text):
            try:
                self.add_icons([base64.b64decode(re.sub(r"&#\w+;|\s", "", match[0]), validate=True)])
            except (binascii.Error, ValueError):
                self.missed.add(Unread.MEDIUM)
        self.add("xmp", _BASE64_IMAGE.sub("", text), MOST_LONG)

    def add_photoshop(self, data: bytes) -> None:
        """Photoshop's image resources: IPTC, EXIF and XMP among them, captions, thumbnails."""
        for number, resource in image_iptc.resources(data):
            if number == image_iptc.IPTC_RESOURCE:
                self.add_all("iptc", image_iptc.records(resource))
            elif number in (0x0422, 0x0423):
                self.add_exif(resource)
            elif number == 0x0424:
                self.add_xmp(resource)
            elif number != 0x040F:  # ICC profile
                images, rest = jpegs_in(resource)
                self.add_icons(images)
                self.add(f"photoshop.0x{number:04X}", readable(rest))

    def add_icc(self, profile: bytes) -> None:
        """The texts of a colour profile: monitors' profiles name the device, sometimes by its serial number."""
        try:
            read = ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile
            for name in ("profile_description", "manufacturer", "model", "copyright"):
                self.add(f"icc.{name}", getattr(read, name) or "")
        except Exception:  # noqa: BLE001 a damaged profile: anything
            self.add("icc", readable(profile))

    def add_trailing(self, content: Content, start: int, end: int) -> None:
        """What stands in bytes [start, end) of a file, after the end of an image."""
        match = _NO_PADDING.search(content, start, end)
        if match is None:
            return
        size = end - match.start()
        rest = content[match.start() : match.start() + min(size, MOST_LONG)]
        text = readable(rest, MOST_LONG)
        self.add("trailing", text, MOST_LONG)
        for head in (content[start : start + HEAD_BYTES], rest[:HEAD_BYTES]):
            if starts(head, IMAGES + PACKED + WITHOUT_READER) or head.startswith(ZIPPED):
                self.missed.add(Unread.MEDIUM)
        if size > MOST_LONG:
            self.missed.add(Unread.SIZE)
        elif size > UNKNOWN_TRAILING_BYTES and len(text) < size / 2:
            self.missed.add(Unread.MEDIUM)


def _packet_text(packet: bytes) -> str:
    for encoding in ("utf-16-le", "utf-16-be") if packet[:64].count(0) > 16 else ():
        text = packet.decode(encoding, "replace")
        if "<" in text:
            return text
    return packet.decode("utf-8-sig", "replace")
