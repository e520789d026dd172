"""The report's closed vocabularies in plain words, for those who read it on a terminal or on a page."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

from phivet.cases.categories import Category
from phivet.cases.coverage import ClaimKind, Unread, Why, ranges
from phivet.cases.findings import Reason
from phivet.cases.report import Action, Decision

_TAG = re.compile(r"\(([0-9A-Fa-f]{4}),([0-9A-Fa-f]{4})\)")
_SOURCE = re.compile(r"file-(\d+)")


class Unseen(NamedTuple):
    """Why something was not scanned, and what the reader can do about it."""

    why: str
    remedy: str


HEADLINES: Mapping[Decision, str] = {
    Decision.BLOCK: "Do not publish: it identifies a person.",
    Decision.REVIEW: "A person must look before this is published.",
    Decision.CLEAR: "Nothing was found that the policy forbids.",
}

VERBS: Mapping[Action, str] = {Action.BLOCK: "blocks", Action.REVIEW: "to review", Action.ALLOW: "allowed"}

UNREAD: Mapping[Unread, Unseen] = {
    Unread.CODEC: Unseen("no decoder here reads this compression", "export it uncompressed, or look at it yourself"),
    Unread.CORRUPT: Unseen("truncated, or not what it says it is", "export it again from where it came from"),
    Unread.CRASH: Unseen(
        "the decoder or a detector died on it", "export it again; open it only in a viewer that you trust"
    ),
    Unread.EMPTY: Unseen("there is not a byte in it", "send it again, or leave it out"),
    Unread.ENCRYPTION: Unseen("it is encrypted", "send it without a password"),
    Unread.LANGUAGE: Unseen("no detector judges this script or language", "have someone look who reads it"),
    Unread.LINK: Unseen("a link, a device or a pipe is not followed", "send the file itself"),
    Unread.MEDIUM: Unseen("there is no reader for this kind of file yet", "look at it yourself, or leave it out"),
    Unread.MISSING: Unseen("a DICOMDIR names it, but it is not there", "add the missing file"),
    Unread.NESTED: Unseen("an archive inside an archive is not opened", "unpack it first"),
    Unread.PERMISSION: Unseen("it may not be opened", "allow it to be read, then scan again"),
    Unread.SIZE: Unseen("it is beyond the limits on bytes, pixels or members", "send it in smaller parts"),
    Unread.TIME_OUT: Unseen("it took too long", "scan it on its own, or look at it yourself"),
}

SKIPPED: Mapping[Why, str] = {
    Why.IDENTICAL: "every pixel equals that of a frame that was looked at",
    Why.BLANK: "one single value: nothing can be written in it",
    Why.TOO_FEW_SLICES: "too few slices to make a surface, and so a face, of them",
    Why.SAME_TEXT: "all text on it stands where it stood on a frame that was read, pixel by pixel",
}

CLAIMS: Mapping[ClaimKind, str] = {
    ClaimKind.PATIENT_IDENTITY_REMOVED: "the patient's identity was removed",
    ClaimKind.NO_BURNED_IN_TEXT: "no text is burned into the pixels",
    ClaimKind.NO_RECOGNIZABLE_VISUAL_FEATURES: "no face or other feature can be recognised",
    ClaimKind.DESCRIPTORS_CLEANED: "the descriptions were cleaned",
}

REASONS: Mapping[Reason, str] = {
    Reason.HEADER_VALUE: "an attribute that identifies holds a value",
    Reason.FILE_META: "in the file meta information",
    Reason.UID_DATE: "a UID with a date in it",
    Reason.UID_SERIAL: "a UID with a serial number in it",
    Reason.CHECK_DIGIT: "its check digit is right",
    Reason.CUE: "a word beside it says what it is",
    Reason.PATTERN: "it has the form of one",
    Reason.IN_CONTEXT: "the words around it say so",
    Reason.KNOWN_VALUE: "the case itself gives this value away elsewhere",
    Reason.FILE_NAME: "in the file's name",
    Reason.FILE_PROPERTY: "in the file's properties",
    Reason.BURNED_IN: "burned into the pixels",
    Reason.ILLEGIBLE: "text that could not be read",
    Reason.RARE_DISEASE: "a rare disease",
    Reason.FEW_KNOWN: "the text says that few cases like it are known, or none",
    Reason.IN_THE_NEWS: "the text says that it was in the media",
    Reason.PUBLIC_FIGURE: "the public knows the person",
    Reason.SMALL_COMMUNITY: "one of few in a small community",
    Reason.CONSTELLATION: "harmless alone, not together with what stands near it",
    Reason.SURFACE_SHOWS_FACE: "rendered, its skin shows a face",
    Reason.RELIEF: "eyes, nose and mouth stand out from the skin",
    Reason.PARTIAL_FACE: "only part of the face is there",
    Reason.THICK_SLICES: "its slices are thick",
    Reason.TURNED: "its orientation is missing or wrong",
    Reason.RECONSTRUCTION: "a picture of a 3D reconstruction",
    Reason.PHOTOGRAPH: "a photograph",
    Reason.FETUS: "an unborn child",
    Reason.FUNDUS: "the vessels at the back of an eye",
    Reason.FINGERPRINT: "the ridges of a finger",
    Reason.STUDY_KEY_MISSING: "the policy wants a study key, and there is none",
}

_CATEGORIES = {Category.URL: "web address", Category.IP_ADDRESS: "IP address", Category.EMAIL: "e-mail address"}
SCANNED = {"headers": "header", "frames": "frame", "notes": "note", "volumes": "volume", "containers": "file wrapping"}


def category(what: Category) -> str:
    """`date_of_birth` -> "date of birth"."""
    return _CATEGORIES.get(what, what.value.replace("_", " "))


def score(value: float) -> str:
    """A probability in two digits that never rounds to certainty: "0.97", ">0.99", "<0.01"."""
    if value >= 0.995:
        return ">0.99"
    if 0 < value < 0.005:
        return "<0.01"
    return f"{value:.2f}"


def count(number: int, noun: str) -> str:
    """2, "place" -> "2 places"."""
    plural = noun[:-1] + "ies" if noun.endswith("y") and not noun.endswith("ay") else noun + "s"
    return f"{number:,} {noun if number == 1 else plural}"


def frames(numbers: str | None) -> str:
    """The range of a report as a phrase: "3" -> "frame 3", "1-119" -> "frames 1-119", None -> "all of it"."""
    if numbers is None:
        return "all of it"
    return f"frame {numbers}" if numbers.isdecimal() else f"frames {numbers}"


def scanned(figures: Mapping[str, int]) -> str:
    """{"headers": 3, "frames": 120} -> "3 headers, 120 frames"."""
    return ", ".join(count(n, SCANNED.get(kind, kind.removesuffix("s"))) for kind, n in figures.items() if n)


def element(path: str) -> str:
    """The name of a header attribute or file property: "PatientName", "private (0019,1001)", "exif.Artist"."""
    if path == "name":
        return "file name"
    tags = _TAG.findall(path)
    if not tags:
        return path
    from pydicom.datadict import keyword_for_tag

    group, number = tags[-1]
    keyword = keyword_for_tag(int(group + number, 16))
    if keyword:
        return keyword
    return f"{'private' if int(group, 16) % 2 else 'unknown'} ({group},{number})"


def in_header(path: str) -> bool:
    """Whether `path` is that of a DICOM attribute, rather than of a file property."""
    return path == "preamble" or _TAG.match(path) is not None


def files(sources: Sequence[str], paths: Mapping[str, str], at_most: int = 3) -> str:
    """The sources, those few with their file's name: "file-1 us.dcm", "file-1 … file-300 (300 files)"."""
    if len(sources) <= at_most:
        return ", ".join(f"{source} {PurePath(paths.get(source, '')).name}".strip() for source in sources)
    matches = [_SOURCE.fullmatch(source) for source in sources]
    runs = ranges([int(match[1]) for match in matches if match]).split(",")
    shown = [" … ".join(f"file-{number}" for number in run.split("-")) for run in runs[:at_most]]
    more = ", …" if len(runs) > at_most else ""
    return f"{', '.join(shown)}{more} ({len(sources):,} files)"


def position(x0: int, y0: int, x1: int, y1: int, width: int, height: int) -> str:
    """Where a box lies in a picture of `width` x `height`: "top left", "middle", "bottom, all across"."""
    if (x1 - x0) * (y1 - y0) >= 0.6 * width * height:
        return "most of it"
    down = ("top", "middle", "bottom")[min(2, 3 * (y0 + y1) // (2 * height))]
    if x1 - x0 >= 0.7 * width:
        return f"{down}, all across"
    across = ("left", "", "right")[min(2, 3 * (x0 + x1) // (2 * width))]
    return f"{down} {across}".strip()


def printable(text: str) -> str:
    """`text` with everything that could steer a terminal, or that UTF-8 cannot hold, spelled out as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)
