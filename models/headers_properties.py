"""What a file's own wrapping gives away: its name, EXIF, IPTC and other properties."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from phivet.cases.categories import Category
from phivet.cases.findings import Finding, Reason
from phivet.cases.known import Known
from phivet.cases.parts import Container, Property
from phivet.cases.places import Element
from phivet.models.headers_map import GRADES, Meaning
from phivet.models.headers_texts import TextReader, in_text
from phivet.models.headers_values import DATES, Facts, full_date, judge

HEADERS = "headers"
NAME = "name"
COUNTER = re.compile(r"(?:[A-Za-z]{0,4}[-_]?\d+|\d+(?:\.\d+)+)(?:\.[A-Za-z]\w{0,4}){0,2}")
WRITTEN_TO_BE_READ = re.compile(r"comment|description|title|subject|keyword|caption|unlisted|copyright|headline", re.I)
FILE_NAME_SEPARATORS = re.compile(r"[_./\\+~]|(?<=[^\W\d_])-|-(?=[^\W\d_])")


def property_findings(container: Container, known: Known, notes: TextReader) -> list[Finding]:
    """Every property judged by what it is and what it says; the rest is read as text by the notes detector."""
    found: list[Finding] = []
    for item in container.properties:
        if item.path == NAME:
            found += _in_file_name(container, item, known, notes)
            continue
        meaning = _meaning(item.path)
        if meaning is not None:
            found += _judged(container.source, item, meaning, known)
        elif not _is_harmless(item):
            element = Element(container.source, item.path)
            found += in_text(item.value, element, known, notes, container.coverage, (Reason.FILE_PROPERTY,))
    return found


def spaced(name: str) -> str:
    """A file name as words, each character at its place: `DOE_JANE_19510303_CT.dcm` -> `DOE JANE 19510303 CT dcm`."""
    return FILE_NAME_SEPARATORS.sub(" ", name)


def _in_file_name(container: Container, item: Property, known: Known, notes: TextReader) -> list[Finding]:
    """A counter (`IM000123`) or a UID as a name says nothing, unless it is a number that the case gave away."""
    element = Element(container.source, item.path)
    found = in_text(spaced(item.value), element, known, notes, container.coverage, (Reason.FILE_NAME,))
    start = max(item.value.rfind("/"), item.value.rfind("\\")) + 1
    if not COUNTER.fullmatch(item.value[start:]):
        return found
    return [finding for finding in found if Reason.KNOWN_VALUE in finding.reasons or _begin(finding) < start]


def _begin(finding: Finding) -> int:
    return finding.place.start or 0 if isinstance(finding.place, Element) else 0


def _judged(source: str, item: Property, meaning: Meaning, known: Known) -> list[Finding]:
    if meaning.category in DATES:
        day = full_date(item.value)
        facts = Facts(frozenset({day} if day else ()))
    else:
        facts = Facts()
    if item.path.endswith("GPSPosition") and not re.search(r"[1-9]", item.value):
        return []
    verdict = judge(meaning, item.value, facts, known)
    if verdict is None:
        return []
    place = Element(source, item.path)
    return [Finding(verdict.category, place, verdict.score, HEADERS, (Reason.FILE_PROPERTY,))]


def _is_harmless(item: Property) -> bool:
    """Whether a property is the camera's own business: a model, a resolution, a number that nobody wrote."""
    if _patterns()[1].fullmatch(_plain(item.path)):
        return True
    numbers_only = not re.search(r"[^\W\d_]{2}|@", item.value)
    return item.path.startswith("exif.") and numbers_only and not WRITTEN_TO_BE_READ.search(item.path)


@lru_cache(maxsize=1024)
def _meaning(path: str) -> Meaning | None:
    return next((meaning for pattern, meaning in _patterns()[0] if pattern.fullmatch(_plain(path))), None)


def _plain(path: str) -> str:
    """`image[1].exif.Artist[2]` -> `exif.Artist`: whichever image of a file, whichever of its values."""
    return re.sub(r"^image\[\d+\]\.|(?<!tiff)\[\d+\]$", "", path)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[tuple[re.Pattern[str], Meaning], ...], re.Pattern[str]]:
    table = tomllib.loads((Path(__file__).parent / "headers.toml").read_text("utf-8"))["properties"]
    meanings = tuple(
        (re.compile(pattern, re.IGNORECASE), Meaning(Category(category), score))
        for grade, score in GRADES.items()
        for category, pattern in table[grade].items()
    )
    return meanings, re.compile(table["harmless"]["names"].replace("\n", ""), re.IGNORECASE)
