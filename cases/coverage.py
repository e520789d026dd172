"""What of a case was looked at, what was skipped and why that is safe, and what could not be looked at."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Unread(StrEnum):
    """Why something could not be looked at."""

    CODEC = "codec"  # no decoder here reads this compression
    CORRUPT = "corrupt"  # truncated or not what it says it is
    CRASH = "crash"  # the decoder or a detector died on it
    EMPTY = "empty"  # no bytes at all
    ENCRYPTION = "encryption"
    LANGUAGE = "language"  # a script or language that no detector judges
    LINK = "link"  # a link, a device or a pipe: not followed
    MEDIUM = "medium"  # a kind of file that has no reader yet
    MISSING = "missing"  # a DICOMDIR names it, but it is not there
    NESTED = "nested"  # an archive inside an archive
    PERMISSION = "permission"  # the file may not be opened
    SIZE = "size"  # beyond the limits on bytes, pixels or members
    TIME_OUT = "time_out"


class Why(StrEnum):
    """Why frames were not looked at or not read one by one, though nothing was missed."""

    IDENTICAL = "identical"  # every pixel equals that of a frame that was looked at
    BLANK = "blank"  # one single value: nothing can be written in it
    TOO_FEW_SLICES = "too_few_slices"  # no surface, and so no face, can be made of them
    SAME_TEXT = "same_text"  # all text on it stands as it stood, in the same place, on a frame that was read


@dataclass(frozen=True)
class NotScanned:
    """`source` (or only its `frames`, a range such as "3" or "1-119") was not looked at."""

    source: str
    reason: Unread
    frames: str | None = None


@dataclass(frozen=True)
class Skipped:
    """`frames` of `source` (a range such as "1-119") needed no look of their own."""

    source: str
    frames: str
    why: Why


class ClaimKind(StrEnum):
    """What a header says of its own de-identification."""

    PATIENT_IDENTITY_REMOVED = "patient_identity_removed"
    NO_BURNED_IN_TEXT = "no_burned_in_text"
    NO_RECOGNIZABLE_VISUAL_FEATURES = "no_recognizable_visual_features"
    DESCRIPTORS_CLEANED = "descriptors_cleaned"


@dataclass(frozen=True)
class Claim:
    """What `source` claims of itself. Believed by nobody; `contradicted` when the case's findings say otherwise."""

    source: str
    claim: ClaimKind
    contradicted: bool = False


@dataclass
class Coverage:
    """The ledger of one scan: grows while the case is walked."""

    scanned: Counter[str] = field(default_factory=Counter)
    skipped: list[Skipped] = field(default_factory=list)
    not_scanned: list[NotScanned] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    _frames: set[tuple[str, str, int]] = field(default_factory=set)

    def looked_at(self, kind: str) -> None:
        """Count one more header, container, note or volume."""
        self.scanned[kind] += 1

    def looked_at_frame(self, source: str, plane: str, index: int) -> None:
        """Count a frame, once, however many detectors looked at it."""
        if (source, plane, index) not in self._frames:
            self._frames.add((source, plane, index))
            self.scanned["frames"] += 1

    def miss(self, source: str, reason: Unread, frames: str | None = None) -> None:
        """Record what could not be looked at, once, however many detectors stumbled over it."""
        entry = NotScanned(source, reason, frames)
        if entry not in self.not_scanned:
            self.not_scanned.append(entry)

    def skip(self, source: str, frames: str, why: Why) -> None:
        """Record frames that needed no look of their own, once."""
        entry = Skipped(source, frames, why)
        if entry not in self.skipped:
            self.skipped.append(entry)


def ranges(numbers: list[int]) -> str:
    """[1, 2, 3, 7] -> "1-3,7"."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
