"""Image files that Pillow and pillow-heif decode: one picture at a time, in the stored geometry."""

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import Any, BinaryIO

import PIL.Image
from PIL.ExifTags import Base

from phivet.cases import image_pixels
from phivet.cases.coverage import Unread, ranges
from phivet.cases.description import Description, Missed, Picture
from phivet.cases.errors import UnreadableError
from phivet.cases.image_blocks import whole
from phivet.cases.image_formats import add_tiff_page, add_wrapping
from phivet.cases.image_properties import Wrapping
from phivet.cases.limits import Limits
from phivet.cases.parts import Array, View
from phivet.cases.places import Plane

FORMATS = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP", "JPEG2000", "ICO")
"""Pillow's names of the formats that are read, besides "AVIF" and "HEIF"; its "JPEG" reads MPO as well."""
MOST_PICTURES = 20_000
MOST_BROKEN_PAGES = 16
"""In a row: then the chain of pages is not followed further."""

_WITHOUT_DECODER = re.compile(
    r"unknown pixel mode|unknown data organi|cannot handle|not (yet )?supported|unsupported", re.I
)
_TOO_LARGE = re.compile(r"data too large|too much memory", re.I)
_UNDO = {
    2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Image.Transpose.ROTATE_180,
    4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Image.Transpose.TRANSPOSE,
    6: PIL.Image.Transpose.ROTATE_90,
    7: PIL.Image.Transpose.TRANSVERSE,
    8: PIL.Image.Transpose.ROTATE_270,
}
"""What turns a TIFF page, which Pillow turns upright as it decodes it, back into the stored one."""


class Image:
    """One image file: its pictures (frames, or the pages of a TIFF) and all that it holds beside them.

    `pixels` shows the colours whatever their opacity; `overlay` the opacity, where it is not the same everywhere;
    `icon` the thumbnails, previews and further images that lie in the file. EXIF orientation is told, not applied; HEIF
    alone is rotated and cropped by its own container, and is seen as its decoder gives it.
    Raises `UnreadableError`: `medium` for what is no image of these formats, `codec`, `corrupt`, `size`.
    """

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._file = file
        self._limits = limits
        self._last = -1
        """The last picture that was asked of `_image`: it can go on only from there."""
        self._decoded: tuple[int, PIL.Image.Image] | None = None
        self._icons: list[Callable[[], PIL.Image.Image]] | None = None
        with _decoding(limits):
            self._image = _open(file)
        self._format = self._image.format or ""

    def describe(self) -> Description:
        """The properties, and the pictures by number."""
        with _decoding(self._limits):
            return self._described()

    def view(self, plane: Plane, index: int) -> View:
        """Picture `index` for looking. Raises `UnreadableError`."""
        with _decoding(self._limits):
            picture = self._picture(plane, index)
            if plane is not Plane.OVERLAY:
                return image_pixels.view(picture)
            opacity = image_pixels.alpha(picture)
            return image_pixels.opaque(picture) if opacity is None else opacity

    def stored(self, plane: Plane, index: int) -> Array:
        """Picture `index` as decoded. Raises `UnreadableError`."""
        if plane is Plane.OVERLAY:
            return self.view(plane, index)
        with _decoding(self._limits):
            return image_pixels.array(self._picture(plane, index))

    def _described(self) -> Description:
        wrapping, missed = Wrapping(), list[Missed]()
        if self._format == "TIFF":
            count, upright, has_alpha = self._read_pages(wrapping, missed)
        else:
            upright, has_alpha = _upright(self._image), image_pixels.has_alpha(self._image)
            count = self._read_frames(wrapping, missed)
        is_paged = self._format == "TIFF"
        pictures = [Picture(Plane.PIXELS, count, paged=is_paged, upright=upright)]
        if has_alpha and not (count == 1 and self._is_evenly_opaque()):
            pictures.append(Picture(Plane.OVERLAY, count, paged=is_paged, upright=upright))
        self._icons = [partial(_open, BytesIO(icon)) for icon in wrapping.icons]
        if self._format == "HEIF":
            try:
                self._icons += _heif_icons(self._file)
            except Exception as error:  # noqa: BLE001 its pictures may be sound all the same
                missed.append(Missed(_reason(error)))
        if self._icons:
            pictures.append(Picture(Plane.ICON, len(self._icons), upright=upright))
        missed += [Missed(reason) for reason in sorted(wrapping.missed)]
        return Description(
            properties=tuple(wrapping.properties), pictures=tuple(pictures), missed=tuple(dict.fromkeys(missed))
        )

    def _read_pages(self, wrapping: Wrapping, missed: list[Missed]) -> tuple[int, int, bool]:
        """How many pages a TIFF has, the first one's orientation, whether any has alpha; adds what is beside them."""
        uprights: dict[int, int] = {}
        has_alpha = False
        page = broken = 0
        while broken < MOST_BROKEN_PAGES:
            if page >= MOST_PICTURES:
                missed.append(Missed(Unread.SIZE))
                break
            try:
                self._image.seek(page)
                uprights[page] = _upright(self._image)
                add_tiff_page(wrapping, page, self._image.tag_v2, self._image.getexif())  # type: ignore[attr-defined]
            except EOFError:
                break
            except Exception as error:  # noqa: BLE001 Pillow raises anything at a damaged directory
                missed.append(Missed(_reason(error), str(page)))
                broken += 1
            else:
                broken = 0
                has_alpha = has_alpha or image_pixels.has_alpha(self._image)
                if self._image.tag_v2.get(Base.SamplesPerPixel, 1) > len(self._image.getbands()):  # type: ignore[attr-defined]
                    missed.append(Missed(Unread.MEDIUM, str(page)))  # channels that nobody sees
            page += 1
        upright = uprights.get(0, 1)
        if turned := [page for page, own in uprights.items() if own != upright]:
            missed.append(Missed(Unread.MEDIUM, ranges(turned)))  # pictures of a plane share one orientation
        return max(1, page - broken), upright, has_alpha

    def _read_frames(self, wrapping: Wrapping, missed: list[Missed]) -> int:
        """How many pictures any other file has; adds what is beside them."""
        image = self._image
        announced = 1
        try:
            layout = add_wrapping(wrapping, self._format, whole(self._file), image.info)
            announced = layout.pictures + getattr(image, "default_image", False)
        except Exception as error:  # noqa: BLE001 hostile bytes in a dozen formats
            missed.append(Missed(_reason(error)))
        if self._format == "ICO" and len(image.info.get("sizes", ())) > 1:
            missed.append(Missed(Unread.MEDIUM))  # Pillow shows the largest
        if self._format in ("JPEG", "MPO", "ICO"):
            return 1
        try:
            count = int(getattr(image, "n_frames", 1))
        except Exception as error:  # noqa: BLE001 Pillow counts by parsing, and raises anything
            missed.append(Missed(_reason(error)))
            count = announced
        if self._format == "PNG":
            count = min(count, announced)
        if count > MOST_PICTURES:
            missed.append(Missed(Unread.SIZE))
        return min(max(1, count), MOST_PICTURES)

    def _is_evenly_opaque(self) -> bool:
        try:
            opacity = image_pixels.alpha(self._picture(Plane.PIXELS, 0))
        except Exception:  # noqa: BLE001 whoever looks at the pixels will find and report the damage
            return True
        return opacity is None or bool(opacity.min() == opacity.max())

    def _picture(self, plane: Plane, index: int) -> PIL.Image.Image:
        if plane is Plane.ICON:
            if self._icons is None:
                self._described()
            icon = (self._icons or [])[index]()
            self._check_size(icon)
            icon.load()
            return icon
        if self._decoded is None or self._decoded[0] != index:
            self._decoded = None
            self._decoded = (index, self._frame(index))
        return self._decoded[1]

    def _frame(self, index: int) -> PIL.Image.Image:
        if index <= self._last or self._format == "HEIF":  # which keeps every picture that it has decoded
            self._image = _open(self._file)
        self._last = index
        image = self._image
        image.seek(index)
        self._check_size(image)
        turned = _UNDO.get(_upright(image)) if self._format == "TIFF" else None
        image.load()
        return image if turned is None else image.transpose(turned)

    def _check_size(self, image: PIL.Image.Image) -> None:
        if image.width * image.height > self._limits.pixels:
            raise UnreadableError(Unread.SIZE)


@contextmanager
def _decoding(limits: Limits) -> Iterator[None]:
    """Pillow within the limits, its warnings not shown, its errors turned into `UnreadableError`."""
    most = PIL.Image.MAX_IMAGE_PIXELS
    PIL.Image.MAX_IMAGE_PIXELS = limits.pixels // 2  # twice that is an error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Exception as error:
        raise UnreadableError(_reason(error)) from error
    finally:
        PIL.Image.MAX_IMAGE_PIXELS = most


def _reason(error: Exception) -> Unread:
    if isinstance(error, UnreadableError):
        return error.reason
    if isinstance(error, MemoryError | PIL.Image.DecompressionBombError) or _TOO_LARGE.search(str(error)):
        return Unread.SIZE
    return Unread.CODEC if _WITHOUT_DECODER.search(str(error)) else Unread.CORRUPT


def _open(file: BinaryIO) -> PIL.Image.Image:
    file.seek(0)
    formats = _formats(file.read(64))
    file.seek(0)
    try:
        return PIL.Image.open(file, formats=formats)
    except PIL.UnidentifiedImageError:
        raise UnreadableError(_why_not(file, formats)) from None


def _formats(head: bytes) -> tuple[str, ...]:
    if head[4:8] != b"ftyp":
        return FORMATS
    brands = head[8 : int.from_bytes(head[:4], "big")]
    if b"avif" in brands or b"avis" in brands:
        return ("AVIF",)
    import pillow_heif

    pillow_heif.register_heif_opener()
    return ("HEIF",)


def _why_not(file: BinaryIO, formats: tuple[str, ...]) -> Unread:
    """Why none of Pillow's plugins takes the file: the words of the one whose signature it bears."""
    file.seek(0)
    head = file.read(16)
    for name in formats:
        factory, accepts = PIL.Image.OPEN[name]
        if accepts is None or accepts(head):
            file.seek(0)
            try:
                factory(file, "")
            except Exception as error:  # noqa: BLE001 plugins raise anything
                return _reason(error)
            return Unread.CORRUPT
    return Unread.MEDIUM


def _upright(image: PIL.Image.Image) -> int:
    """The EXIF orientation of the picture that `image` stands at, 1 if it is not told."""
    try:
        upright = image.getexif().get(Base.Orientation, 1)
    except Exception:  # noqa: BLE001 damaged EXIF is reported with the properties
        return 1
    return upright if isinstance(upright, int) and 1 <= upright <= 8 else 1


def _heif_icons(file: BinaryIO) -> list[Callable[[], PIL.Image.Image]]:
    """The thumbnails, depth maps and auxiliary images (gain maps, mattes) of every picture of a HEIF file."""
    import pillow_heif

    icons: list[Callable[[], PIL.Image.Image]] = []
    for image in pillow_heif.open_heif(file):
        info: dict[str, Any] = image.info
        icons += [image.get_thumbnail(number).to_pillow for number in range(len(info["thumbnails"]))]
        icons += [depth.to_pillow for depth in info["depth_images"]]
        icons += [image.get_aux_image(number).to_pillow for ids in info.get("aux", {}).values() for number in ids]
    return icons
