"""How much of a case is read at most: input is hostile, machines are finite."""

from dataclasses import dataclass

GIB = 2**30


@dataclass(frozen=True)
class Limits:
    """Bounds on one case and on the child process that reads one file of it. Beyond: `Unread.SIZE` or `TIME_OUT`."""

    files: int = 20_000
    """Files of a case."""
    file_bytes: int = 8 * GIB
    """Bytes of one file, and of one zip member, unpacked."""
    members: int = 20_000
    """Members of a zip."""
    member_bytes: int = 16 * GIB
    """Bytes of all members of a zip together, unpacked."""
    ratio: int = 200
    """Unpacked bytes per packed byte of a zip member."""
    pixels: int = 300_000_000
    """Pixels of one picture."""
    text_characters: int = 5_000_000
    """Characters of one text."""
    seconds: float = 60.0
    """Time for one answer of the reading process."""
    memory_bytes: int = 6 * GIB
    """Memory of the reading process."""
