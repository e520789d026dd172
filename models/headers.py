"""The headers detector: every attribute of a DICOM header, and every property of a file's own wrapping."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from phivet.cases.categories import Category
from phivet.cases.coverage import Coverage
from phivet.cases.findings import Finding, Reason
from phivet.cases.known import Known, KnownValue
from phivet.cases.parts import Attribute, Container, Header, Part
from phivet.cases.places import Element
from phivet.models.headers_claims import claims
from phivet.models.headers_map import CERTAIN, LIKELY, Meaning, annex_e, header_map, private_category, tag_of
from phivet.models.headers_properties import property_findings
from phivet.models.headers_texts import TextReader, in_text
from phivet.models.headers_uids import Told, is_replaced, told_by
from phivet.models.headers_values import DATES, FILL_DATES, HALF, Facts, full_date, judge, length_of_date

__all__ = ["Headers", "claims"]

SURE = 0.9
"""From this score on a value of the header is searched for in the header's own texts."""

SOUGHT = frozenset({
    Category.NAME, Category.RELATIVE_NAME, Category.RECORD_NUMBER, Category.ACCOUNT_NUMBER, Category.DATE_OF_BIRTH,
    Category.PHONE, Category.EMAIL,
})  # fmt: skip

TEXT_VRS = frozenset({"LO", "SH", "LT", "ST", "UT", "UC", "UR", "UN", "OB", "PN", "AE", "AS", "DA", "DT", ""})
BINARY_VRS = frozenset({"UN", "OB"})
CODE_VALUES = frozenset(map(tag_of, ("CodeValue", "LongCodeValue", "URNCodeValue", "CodeMeaning")))
CONTENT_VALUES = frozenset(map(tag_of, ("PersonName", "TextValue", "Date", "DateTime", "NumericValue")))
TEXT_VALUE, NUMERIC_VALUE, DEVICE_UID = map(tag_of, ("TextValue", "NumericValue", "DeviceUID"))
CONCEPT_CODE, CONCEPT_MEANING = "(0040,A043)[0].(0008,0100)", "(0040,A043)[0].(0008,0104)"
WORDY_CATEGORIES = frozenset({
    Category.NAME, Category.CLINICIAN_NAME, Category.RECORD_NUMBER, Category.DEVICE_SERIAL, Category.DATE_OF_BIRTH,
})  # fmt: skip
CONFIRMED = 0.92
"""A date that may be the person's, and is one of the header's others."""
LONGEST_VALUE = 256
MOST_DATES = 200
"""Days that UIDs and private texts are searched for."""
MOST_VALUES = 100
"""Values of one element that are judged one by one; what follows them is judged as one value."""
BY_VR = {
    "PN": Meaning(Category.NAME, 0.8),
    "AE": Meaning(Category.DEVICE_SERIAL, LIKELY),
    "AS": Meaning(Category.AGE_OVER_89, CERTAIN),
}
"""What an element that the map does not know can give away."""
LISTED_BY_VR = {**BY_VR, "DA": Meaning(Category.DATE, LIKELY), "DT": Meaning(Category.DATE, LIKELY)}
"""The same, of an element that PS3.15 Annex E lists."""
EPOCH = range(631_152_000, 2_145_916_800)  # 1990 to 2037, in seconds since 1970


@dataclass
class _Reading:
    """One header while it is read."""

    source: str
    facts: Facts
    known: Known
    coverage: Coverage = field(repr=False)
    findings: list[Finding] = field(default_factory=list)
    texts: list[tuple[Attribute, bool]] = field(default_factory=list)
    """What the notes detector reads, and whether only if it holds a value that the header gave away elsewhere."""
    concepts: dict[str, str] = field(default_factory=dict)
    """DCM code and meaning of the concept name of a structured report's item, by the item's path."""
    sure: set[KnownValue] = field(default_factory=set, repr=False)
    """What identifies with certainty."""
    told: set[tuple[str, str]] = field(default_factory=set)
    """The days and serial numbers that UIDs of an element told already."""


class Headers:
    """Judges every attribute by its element and then by its value; texts go to the notes detector.

    The same value of the same element in several items of the same sequence (2,000 frames) is one finding: at its first
    path. Findings in texts carry the notes detector's name.
    """

    name = "headers"
    version = "0.1.0"
    reads: tuple[type[Part], ...] = (Header, Container)

    def __init__(self, notes: TextReader) -> None:
        self._notes = notes

    def describe(self) -> str:
        """One line: what it looks for."""
        return (
            "names, dates, numbers, places and devices in every DICOM attribute (nested, private, file meta, UIDs) "
            "and in a file's name, EXIF, XMP and IPTC, dummies and bare years left out"
        )

    def detect(self, part: Part, known: Known) -> list[Finding]:
        """The findings in a header or in a file's own wrapping."""
        if isinstance(part, Container):
            return property_findings(part, known, self._notes)
        return self._header(part, known) if isinstance(part, Header) else []

    def _header(self, header: Header, known: Known) -> list[Finding]:
        reading = _Reading(header.source, _facts(header), known, header.coverage)
        seen: set[tuple[object, ...]] = set()
        for attribute in header.attributes:
            if not attribute.value:
                continue
            context = _context(attribute, reading)
            key = (_without_counts(attribute.path), attribute.creator, attribute.vr, attribute.value, context)
            if key not in seen:
                seen.add(key)
                _look(attribute, context, reading)
        return reading.findings + self._read(reading)

    def _read(self, reading: _Reading) -> list[Finding]:
        """What the notes detector finds in the texts, knowing what the header itself gave away."""
        sure = frozenset(reading.sure)
        known = reading.known.once(("headers", sure), lambda: reading.known.adding(sure))
        sought = _words_of(sure)
        found: list[Finding] = []
        for attribute, guarded in reading.texts:
            if guarded and not (sought and sought.search(attribute.value)):
                continue
            place = Element(reading.source, attribute.path)
            reasons = (Reason.FILE_META,) if _is_meta(attribute) else ()
            text = attribute.value.replace("\\", "\n")
            machine = attribute.vr in BINARY_VRS or text.lstrip().startswith("<?xml")
            read = in_text(text, place, known, self._notes, reading.coverage, reasons, machine=machine)
            if _is_private(attribute.tag):
                read = [finding for finding in read if not _is_machine_talk(finding, attribute)]
            found += read or _glued_dates(attribute, reading)
        return found


def _facts(header: Header) -> Facts:
    elements = header_map().elements
    days = {
        day
        for attribute in header.attributes
        if attribute.value and (meaning := elements.get(attribute.tag)) and meaning.category in DATES
        for value in attribute.value.split("\\")
        if (day := full_date(value))
    }
    telling = sorted(days - FILL_DATES, key=lambda day: (day.endswith("0101"), day))[:MOST_DATES]
    year = full_date(header.value("StudyDate"))[:4]
    return Facts(frozenset(telling), int(year) if year else None, header.value("DeviceSerialNumber").strip())


def _without_counts(path: str) -> str:
    """The path of an element whichever item it is in."""
    return re.sub(r"\[\d+\]", "", path) if "[" in path else path


def _context(attribute: Attribute, reading: _Reading) -> str:
    """What else the value of a code or of a structured report's item depends on: its sequence, its concept name."""
    if "." not in attribute.path:
        return ""
    item = attribute.path.rpartition(".")[0]
    if attribute.tag in CODE_VALUES:
        if attribute.path.endswith(CONCEPT_CODE):
            reading.concepts[attribute.path.removesuffix(CONCEPT_CODE)] = attribute.value
        elif attribute.path.endswith(CONCEPT_MEANING):
            owner = attribute.path.removesuffix(CONCEPT_MEANING)
            reading.concepts[owner] = f"{reading.concepts.get(owner, '')} {attribute.value}"
        return item[item.rfind("(") : item.rfind("[")]
    return reading.concepts.get(item + ".", "") if attribute.tag in CONTENT_VALUES else ""


def _look(attribute: Attribute, context: str, reading: _Reading) -> None:
    """Judge one attribute: findings at once, texts for later."""
    table = header_map()
    if attribute.vr == "UI":
        _look_at_uids(attribute, reading)
        return
    if _is_private_creator(attribute):
        reading.texts.append((attribute, True))
        return
    meaning = _meaning(attribute, context)
    if meaning is not None:
        reading.findings += _judged(attribute, meaning, reading)
    elif attribute.tag in table.harmless:
        pass
    elif attribute.tag in table.words:
        reading.texts.append((attribute, True))
    elif attribute.vr == "CS":
        plain = re.fullmatch(r"[A-Z0-9 _\\.+/-]*", attribute.value)
        reading.texts.append((attribute, plain is not None))
    elif attribute.vr in table.harmless_vrs:
        if (score := _epoch(attribute, reading)) > 0:
            place = Element(reading.source, attribute.path)
            reading.findings.append(Finding(Category.DATE, place, score, Headers.name, (Reason.HEADER_VALUE,)))
        elif re.search(r"[^\W\d_]{3}", attribute.value):
            reading.texts.append((attribute, False))
    elif attribute.vr in TEXT_VRS:
        reading.texts.append((attribute, False))


def _meaning(attribute: Attribute, context: str) -> Meaning | None:
    """What the attribute can give away: by its element, its item's concept, its makers' dictionary or its VR."""
    table = header_map()
    if attribute.tag in CODE_VALUES and context:
        return table.codes.get(int(context[1:5] + context[6:10], 16))
    if attribute.tag in CONTENT_VALUES and context:
        return _meaning_of_content(attribute, context)
    if (meaning := table.elements.get(attribute.tag)) is not None:
        return meaning
    if not _is_private(attribute.tag):
        listed = attribute.tag in annex_e() and attribute.tag not in table.harmless
        return LISTED_BY_VR.get(attribute.vr) if listed else BY_VR.get(attribute.vr)
    return _meaning_of_private(attribute)


def _meaning_of_content(attribute: Attribute, concept: str) -> Meaning | None:
    table = header_map()
    code, _, words = concept.partition(" ")
    meaning = table.concepts.get(code)
    if meaning is None and (category := table.described(words[:LONGEST_VALUE])) is not None:
        short = len(attribute.value) <= 64 and category in WORDY_CATEGORIES
        meaning = Meaning(category, LIKELY) if attribute.tag != TEXT_VALUE or short else None
    if attribute.tag == NUMERIC_VALUE:
        return meaning if meaning and meaning.category is Category.AGE_OVER_89 else None
    if attribute.vr == "PN" and (meaning is None or "name" not in meaning.category):
        return table.elements[attribute.tag]
    if attribute.vr in {"DA", "DT"} and (meaning is None or meaning.category not in DATES):
        return table.elements[attribute.tag]
    return meaning


def _meaning_of_private(attribute: Attribute) -> Meaning | None:
    dated = attribute.vr in {"DA", "DT"}
    if attribute.vr in header_map().harmless_vrs:
        return None
    category = private_category(attribute.tag, attribute.creator)
    if dated:
        return Meaning(category if category in DATES and category else Category.DATE, LIKELY)
    if attribute.vr == "PN":
        return Meaning(category if category and "name" in category else Category.NAME, 0.8)
    if category is None:
        return BY_VR.get(attribute.vr)
    if attribute.vr in BINARY_VRS or len(attribute.value) > LONGEST_VALUE:
        return None
    if category is Category.DATE and not full_date(attribute.value):
        return None
    return Meaning(category, CERTAIN if category in {Category.NAME, Category.DATE_OF_BIRTH} else LIKELY)


def _judged(attribute: Attribute, meaning: Meaning, reading: _Reading) -> Iterator[Finding]:
    """One finding for each of the values that identify: the element as a whole, or of several values that one.

    Of a moment only the day counts, so that it can be sought elsewhere.
    """
    reasons = (Reason.HEADER_VALUE, Reason.FILE_META) if _is_meta(attribute) else (Reason.HEADER_VALUE,)
    start = 0
    for value in attribute.value.split("\\", MOST_VALUES):
        verdict = judge(meaning, value, reading.facts, reading.known)
        if verdict is not None:
            score, length = verdict.score, len(value)
            if meaning.category in DATES and (day := full_date(value)):
                length = length_of_date(value)
                if score == LIKELY and day in reading.facts.dates:
                    score = CONFIRMED
            if score >= SURE and verdict.category is not Category.STUDY_KEY and length <= LONGEST_VALUE:
                reading.sure.add(KnownValue(verdict.category, value[:length].strip()))
            span = (None, None) if length == len(attribute.value) else (start, start + length)
            place = Element(reading.source, attribute.path, *span)
            yield Finding(verdict.category, place, score, Headers.name, reasons)
        start += len(value) + 1


def _look_at_uids(attribute: Attribute, reading: _Reading) -> None:
    if attribute.tag in header_map().classes:
        return
    reasons = (Reason.FILE_META,) if _is_meta(attribute) else ()
    start, where = 0, _without_counts(attribute.path)
    for uid in attribute.value.split("\\"):
        told = told_by(uid[:LONGEST_VALUE], reading.facts)
        if told is None and attribute.tag == DEVICE_UID and not is_replaced(uid):
            told = Told(Category.DEVICE_SERIAL, HALF, Reason.HEADER_VALUE, uid, 0, len(uid))
        if told is not None and (where, told.what) not in reading.told:
            reading.told.add((where, told.what))
            place = Element(reading.source, attribute.path, start + told.start, start + told.end)
            reading.findings.append(Finding(told.category, place, told.score, Headers.name, (told.reason, *reasons)))
        start += len(uid) + 1


def _is_machine_talk(finding: Finding, attribute: Attribute) -> bool:
    """Makers write versions and coordinates into their elements: decimal numbers that only look like finds."""
    if finding.category is Category.STUDY_KEY:
        return True
    place = finding.place
    text = attribute.value[place.start : place.end] if isinstance(place, Element) else ""
    if finding.reasons != (Reason.PATTERN,) or "." not in text or re.search(r"[^\W\d_]", text):
        return False
    if finding.category is Category.IP_ADDRESS:
        return re.search(r"\b0\d", text) is not None
    return finding.category in {Category.PHONE, Category.FAX, Category.ADDRESS}


def _glued_dates(attribute: Attribute, reading: _Reading) -> list[Finding]:
    """The header's own dates in private text, where makers write them without any separator: `20191019HDL10005`."""
    if not _is_private(attribute.tag):
        return []
    return [
        Finding(
            Category.DATE,
            Element(reading.source, attribute.path, start, start + len(day)),
            CONFIRMED,
            Headers.name,
            (Reason.HEADER_VALUE,),
        )
        for day in sorted(reading.facts.dates)
        if (start := attribute.value.find(day)) >= 0
    ]


def _epoch(attribute: Attribute, reading: _Reading) -> float:
    """How probably a private number is a day in seconds since 1970, as GE writes the "image actual date"."""
    if attribute.vr not in {"SL", "UL"} or not attribute.value.isdecimal() or int(attribute.value) not in EPOCH:
        return 0
    if f"{datetime.fromtimestamp(int(attribute.value), UTC):%Y%m%d}" in reading.facts.dates:
        return 0.85
    return LIKELY if private_category(attribute.tag, attribute.creator) is Category.DATE else 0


def _is_private(tag: int) -> bool:
    return tag >> 16 & 1 == 1


def _is_private_creator(attribute: Attribute) -> bool:
    return attribute.vr == "LO" and _is_private(attribute.tag) and 0x10 <= attribute.tag & 0xFFFF <= 0xFF


def _is_meta(attribute: Attribute) -> bool:
    return attribute.tag >> 16 == 2 or attribute.path == "preamble"


def _words_of(values: Iterable[KnownValue]) -> re.Pattern[str] | None:
    """A pattern of the values that are worth searching for in texts of the trade: each number, each part of a name."""
    words = {
        word
        for value in values
        if value.category in SOUGHT
        for word in (re.split(r"[\^=, ]+", value.text) if "name" in value.category else [value.text])
        if len(word) >= 4
    }
    return re.compile("|".join(map(re.escape, sorted(words))), re.IGNORECASE) if words else None
