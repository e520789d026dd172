"""A NIfTI-1 or NIfTI-2 file, plain or gzipped."""

import gzip
import tempfile
import zlib
from typing import BinaryIO

import nibabel
import numpy as np
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError

from phivet.cases.coverage import Unread
from phivet.cases.description import Description, Missed, Picture, Slice
from phivet.cases.errors import UnreadableError
from phivet.cases.limits import Limits
from phivet.cases.parts import Array, Property, View
from phivet.cases.places import Plane

CHUNK = 1 << 20
COLOURS = (128, 2304)
"""NIfTI codes of RGB24 and RGBA32."""
TEXTS = ("descrip", "db_name", "aux_file", "intent_name")


def is_nifti(head: bytes, suffix: str) -> bool:
    """Whether `head`, or what is gzipped in it, begins like a NIfTI header."""
    if head[:2] == b"\x1f\x8b" and suffix == ".gz":
        try:
            head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, 348)
        except zlib.error:
            return False
        return head[:4] in (b"\x5c\1\0\0", b"\0\0\1\x5c", b"\x1c\2\0\0", b"\0\0\2\x1c")
    return head[344:348] in (b"n+1\0", b"ni1\0") or head[4:8] in (b"n+2\0", b"ni2\0")


class Nifti:
    """One NIfTI image: its header texts and extensions, its slices along the third axis as pictures.

    Raises `UnreadableError`: `medium` for the header of a pair, whose voxels lie in another file.
    """

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        if file.read(2) == b"\x1f\x8b":
            file = _unpacked(file, limits)
        file.seek(0)
        head = file.read(348)
        file.seek(0)
        kind = nibabel.Nifti2Image if head[4:6] == b"n+" or head[4:6] == b"ni" else nibabel.Nifti1Image
        if head[344:348] == b"ni1\0" or head[4:8] == b"ni2\0":
            raise UnreadableError(Unread.MEDIUM)
        try:
            self._image = kind.from_stream(file)  # type: ignore[arg-type]
            shape = self._image.shape
        except (ImageFileError, HeaderDataError, ValueError, OSError, TypeError, OverflowError) as error:
            raise UnreadableError(Unread.CORRUPT) from error
        if len(shape) < 2 or any(size < 1 for size in shape):
            raise UnreadableError(Unread.CORRUPT)
        if shape[0] * shape[1] > limits.pixels:
            raise UnreadableError(Unread.SIZE)
        self._shape = (*(*shape, 1, 1)[:3], int(np.prod(shape[3:], dtype=np.int64)))
        self._colour = bool(self._image.header["datatype"].item() in COLOURS)

    def describe(self) -> Description:
        """Its texts, its slices, where they lie."""
        depth, times = self._shape[2:]
        return Description(
            properties=tuple(self._properties()),
            pictures=(Picture(Plane.PIXELS, depth * times, "NIFTI"),),
            slices=tuple(self._slice(z) for z in range(depth)) if depth > 1 and not self._colour else (),
            missed=tuple(Missed(Unread.MEDIUM) for extension in self._image.header.extensions if _is_dicom(extension)),
        )

    def view(self, plane: Plane, index: int) -> View:
        """Slice `index`, its own smallest to largest value on 0 to 255; rows run along the second axis."""
        values = self.stored(plane, index)
        if values.ndim == 3:
            return values.astype(np.uint8)
        real = values.astype(np.float32)
        finite = real[np.isfinite(real)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
        if high <= low:
            return np.zeros(real.shape, np.uint8)
        scaled: View = ((np.nan_to_num(real, nan=low, posinf=high, neginf=low) - low) / (high - low) * 255).astype(
            np.uint8
        )
        return scaled

    def stored(self, plane: Plane, index: int) -> Array:
        """Slice `index` in scaled units: [y, x] = voxel (x, y, index)."""
        depth, times = self._shape[2:]
        if plane is not Plane.PIXELS or not 0 <= index < depth * times:
            raise UnreadableError(Unread.MISSING)
        time, z = divmod(index, depth)
        where: tuple[slice | int, ...] = (slice(None), slice(None))
        extra = self._image.shape[2:]
        if extra:
            where += (z, *(int(each) for each in np.unravel_index(time, extra[1:], order="F")))
        values = np.asarray(self._image.dataobj[where])
        if values.dtype.names:
            return np.stack([values[name].T for name in values.dtype.names[:3]], axis=-1)
        return np.abs(values).T if np.iscomplexobj(values) else values.T

    def _slice(self, z: int) -> Slice:
        """Slice `z` in DICOM's terms: patient axes to the left and back, where NIfTI's run right and front."""
        affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ self._image.affine
        along = affine[:3, :2]
        lengths = np.linalg.norm(along, axis=0)
        cosines = (along / np.where(lengths > 0, lengths, 1)).T.reshape(-1)
        position = affine[:3, :3] @ (0, 0, z) + affine[:3, 3]
        return Slice(
            frame=z,
            series="",
            position=tuple(float(each) for each in position),  # type: ignore[arg-type]
            rows_cols=tuple(float(each) for each in cosines),  # type: ignore[arg-type]
            spacing=(float(lengths[1]), float(lengths[0])),
            thickness=float(np.linalg.norm(affine[:3, 2])),
            slope=1.0,
            intercept=0.0,
            shape=(self._shape[1], self._shape[0]),
        )

    def _properties(self) -> list[Property]:
        header = self._image.header
        texts = [Property(f"nifti.{name}", _text(header[name].item())) for name in TEXTS if name in header]
        for number, extension in enumerate(header.extensions):
            content = extension.get_content()
            texts.append(
                Property(f"nifti.extension[{number}]", _text(content) if isinstance(content, bytes) else str(content))
            )
        return [text for text in texts if text.value.strip()]


def _is_dicom(extension: object) -> bool:
    return getattr(extension, "get_code", lambda: 0)() == 2


def _text(value: bytes | str) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return "".join(char if char.isprintable() or char in "\n\t" else " " for char in text)


def _unpacked(file: BinaryIO, limits: Limits) -> BinaryIO:
    file.seek(0, 2)
    bound = min(limits.file_bytes, limits.ratio * file.tell())
    file.seek(0)
    unpacked = tempfile.TemporaryFile()  # noqa: SIM115 the image reads it for as long as it lives
    try:
        with gzip.GzipFile(fileobj=file) as packed:
            while chunk := packed.read(CHUNK):
                unpacked.write(chunk)
                if unpacked.tell() > bound:
                    raise UnreadableError(Unread.SIZE)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableError(Unread.CORRUPT) from error
    unpacked.seek(0)
    return unpacked
