"""What of a case was not looked at, what needed no look, and what it claims of itself: one line for all files alike."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from phivet.cases.coverage import Claim, NotScanned, Skipped
from phivet.serving import words

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def not_scanned(entries: Sequence[NotScanned], paths: Mapping[str, str]) -> list[tuple[str, words.Unseen]]:
    """Which files or frames could not be looked at, why, and what to do about it."""
    grouped = _by(entries, lambda entry: (entry.reason, entry.frames is not None))
    return [(_which(alike, paths), words.UNREAD[reason]) for (reason, _), alike in grouped]


def skipped(entries: Sequence[Skipped], paths: Mapping[str, str]) -> list[tuple[str, str]]:
    """Which frames needed no look of their own, and why."""
    return [(_which(alike, paths), words.SKIPPED[why]) for why, alike in _by(entries, lambda entry: entry.why)]


def claims(entries: Sequence[Claim], paths: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    """Which files claim what of themselves, and whether the findings contradict it; contradicted claims first."""
    grouped = sorted(_by(entries, lambda entry: (not entry.contradicted, entry.claim)), key=lambda group: group[0])
    return [
        (words.files([entry.source for entry in alike], paths), words.CLAIMS[claim], not believed)
        for (believed, claim), alike in grouped
    ]


def _by(entries: Iterable[T], key: Callable[[T], K]) -> Iterable[tuple[K, list[T]]]:
    groups: dict[K, list[T]] = {}
    for entry in entries:
        groups.setdefault(key(entry), []).append(entry)
    return groups.items()


def _which(entries: Sequence[NotScanned] | Sequence[Skipped], paths: Mapping[str, str]) -> str:
    files = words.files(list(dict.fromkeys(entry.source for entry in entries)), paths)
    if entries[0].frames is None:
        return files
    return f"{files}, {words.frames(entries[0].frames)}" if len(entries) == 1 else f"some frames of {files}"
