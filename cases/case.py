"""A case: files that are read as headers, wrappings, notes, pictures and volumes."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path

from phivet.cases.ahead import Ahead
from phivet.cases.coverage import Coverage, Unread
from phivet.cases.description import Description
from phivet.cases.errors import UnreadableError
from phivet.cases.files import File, list_files
from phivet.cases.parts import Container, Frames, Header, Note, Part, Property, View, Volume
from phivet.cases.places import Plane
from phivet.cases.reader import Reader
from phivet.cases.volumes import Placed, solid, volumes

DICOMDIR = "DICOMDIR"
_numbers = count(1)


class Case:
    """The files of one case, under the names `file-1`, `file-2`, ... in sorted order.

    `parts()` walks them: headers and wrappings of all files first, for they give away what to look for in the rest;
    then notes, pictures, volumes. What cannot be read is entered into `coverage` and stops nothing.
    """

    def __init__(self, files: Sequence[File], case_id: str, reader: Reader) -> None:
        self.case_id = case_id
        self.coverage = Coverage()
        self._reader = reader
        self._files = {f"file-{number}": file for number, file in enumerate(self._listing(files), 1)}
        self._descriptions: dict[str, Description] = {}

    def __repr__(self) -> str:
        return f"Case({self.case_id!r}, {len(self._files)} files)"

    @property
    def paths(self) -> Mapping[str, str]:
        """From each source to the file's name as its sender gave it: patient data, kept out of the report."""
        return {source: file.name for source, file in self._files.items()}

    def digest(self, source: str) -> str:
        """The SHA-256 of a file's bytes, in hexadecimal; "" when it cannot be read."""
        try:
            return self._reader.digest(self._files[source])
        except UnreadableError:
            return ""

    def parts(self) -> Iterator[Part]:
        """Everything that can be looked at. May be walked again: files are then read again."""
        described: dict[str, Description] = {}
        ahead = ThreadPoolExecutor(1)
        try:
            for source, told in zip(self._files, ahead.map(self._told, self._files), strict=True):
                described[source] = self._described(source, told)
                if described[source].attributes:
                    yield Header(source, described[source].attributes, self.coverage)
        finally:
            ahead.shutdown(cancel_futures=True)
        for source, description in described.items():
            properties = (Property("name", self._files[source].name), *description.properties)
            yield Container(source, properties, self.coverage)
        for source, description in described.items():
            for text in description.texts:
                yield Note(source, text.text, text.runs, text.page, coverage=self.coverage)
        yield from self._frames(described)
        yield from self._volumes(described)

    def _listing(self, files: Sequence[File]) -> list[File]:
        """The files with archives unpacked, once; an archive stays if it holds more than members, or too many."""
        listing: list[File] = []
        for file in files:
            inside = self._archive(file)
            if len(listing) + len(inside.members) > self._reader.limits.files:
                listing.append(file.refused(Unread.SIZE))
                continue
            listing += [file.inside(member.ordinal, member.name) for member in inside.members]
            if not inside.members or inside.properties or inside.missed:
                listing.append(file)
        return sorted(listing, key=lambda file: file.name)

    def _archive(self, file: File) -> Description:
        """What is in `file` if it is an archive; nothing if it is none, or cannot be opened."""
        try:
            return self._reader.describe(file) if _begins_like_an_archive(file) else Description()
        except (UnreadableError, OSError):
            return Description()

    def _told(self, source: str) -> Description | Unread:
        """What is in a file, or why that cannot be said."""
        if source in self._descriptions:
            return self._descriptions[source]
        try:
            return self._reader.describe(self._files[source])
        except UnreadableError as error:
            return error.reason

    def _described(self, source: str, told: Description | Unread) -> Description:
        """What is in a file, what of it cannot be read being entered the first time."""
        if isinstance(told, Unread):
            self.coverage.miss(source, told)
            return Description()
        if source not in self._descriptions:
            self._descriptions[source] = told
            for missed in told.missed:
                self.coverage.miss(source, missed.reason, missed.frames)
            self._follow_references(source)
        return told

    def _follow_references(self, source: str) -> None:
        """A DICOMDIR that names files which are not in the case tells that something was not handed over."""
        if not self._descriptions[source].referenced:
            return
        names = {name.casefold().rpartition(".")[0] or name.casefold() for name in self.paths.values()}
        names |= {name.casefold() for name in self.paths.values()}
        folder = self._files[source].name.rpartition("/")[0]
        for referenced in self._descriptions[source].referenced:
            if f"{folder}/{referenced}".strip("/").casefold() not in names:
                self.coverage.miss(source, Unread.MISSING)

    def _frames(self, described: Mapping[str, Description]) -> Iterator[Frames]:
        pictures = [(source, picture) for source, description in described.items() for picture in description.pictures]
        counts = [(source, picture.plane, picture.count) for source, picture in pictures]
        sliced = solid(self._placed(described))
        ahead = Ahead(lambda which: self._reader.view(self._files[which[0]], which[1], which[2]), counts)
        with closing(ahead):
            for source, picture in pictures:
                pixels = picture.plane is Plane.PIXELS
                lying = [each.frame for each in described[source].slices if each.position is not None and pixels]
                yield Frames(
                    source=source,
                    count=picture.count,
                    modality=picture.modality,
                    view=partial(_one, ahead, source, picture.plane),
                    stored=partial(self._reader.stored, self._files[source], picture.plane),
                    plane=picture.plane,
                    paged=picture.paged,
                    upright=picture.upright,
                    sliced=sliced.get(source, frozenset()) if pixels else frozenset(),
                    lying=frozenset(lying),
                    coverage=self.coverage,
                )

    def _volumes(self, described: Mapping[str, Description]) -> Iterator[Volume]:
        yield from volumes(self._placed(described), self.coverage)

    def _placed(self, described: Mapping[str, Description]) -> list[Placed]:
        """All slices of the case, with how to get them."""
        placed = []
        for source, description in described.items():
            modality = next((picture.modality for picture in description.pictures), "")
            stored = partial(self._reader.stored, self._files[source], Plane.PIXELS)
            placed += [Placed(source, modality, each, stored) for each in description.slices if description.pictures]
        return placed


def _one(ahead: Ahead, source: str, plane: Plane, index: int) -> View:
    return ahead((source, plane, index))


def _begins_like_an_archive(file: File) -> bool:
    descriptor = file.open()
    try:
        return os.pread(descriptor, 2, 0) == b"PK"
    finally:
        os.close(descriptor)


def read_case(path: Path, reader: Reader, case_id: str | None = None) -> Case:
    """The case at `path`: a folder, a file, a zip, or a DICOMDIR with the files beside it.

    Raises `CaseNotFoundError` and `CaseTooLargeError`. Its id is `case_id`, or `case-N`, never made from the path.
    """
    if path.name == DICOMDIR and os.path.isfile(path):  # noqa: PTH113 which does not raise
        path = path.parent
    return Case(list_files(path, reader.limits), case_id or f"case-{next(_numbers)}", reader)
