"""What every detector is."""

from typing import Protocol

from phivet.cases.findings import Finding
from phivet.cases.known import Known
from phivet.cases.parts import Part


class Detector(Protocol):
    """Looks at the kinds of part in `reads`, and says what identifies a person there.

    `detect` may be called from several threads at once; it raises `UnreadableError` when the part cannot be looked at.
    """

    name: str
    version: str
    reads: tuple[type[Part], ...]

    def describe(self) -> str:
        """One line: what it looks for."""

    def detect(self, part: Part, known: Known) -> list[Finding]:
        """The findings in `part`, in no particular order."""
