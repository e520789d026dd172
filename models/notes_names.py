"""Names that a label, a title or the form of a DICOM person name gives away. Names in running prose need the trained model."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_cues import COLON, Cues
from phivet.models.notes_text import Reading
from phivet.models.notes_words import EPONYM_NOUN, NOT_A_PERSON, RADIOLOGY

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['.\u200c\u200d-](?=[^\W\d_])|[\u0300-\u036f\u0900-\u0dff\u064b-\u0652]){0,30}")
_GAP = re.compile(r"\.?[ \t]{1,2}|\.?[ \t]?,[ \t]{0,2}|\.(?=[^\W\d_])")
_PARTICLES = frozenset("van von der den de du des del della di da dos das la le el al bin ibn bint abu ben ter ten af st o und y e".split())
_IS = re.compile(r"[ \t]{0,2}(?:[:=]|(?:is|was)(?!\w)[ \t]?:?|-(?=\s))[ \t]{0,4}\n?[ \t]{0,3}[\"'(\[<]?", re.I)
_TITLE = re.compile(r"(?<![\w'-])(?:(?P<dr>Dr|Prof|Professor|Doctor|A/Prof|Assoc\.? Prof|Surgeon|D[rR]a|DR(?=\.)|د|الدكتور|الدكتورة|دكتور|دكتورة)|Mr|Mrs|Ms|Miss|Mx|Master|MISS|Herr|Frau|Mme|Señora?|السيد|السيدة)(?:\.\s?|\s{1,2})(?:(?:Dr|Prof)\.?\s)?")
_POST_NOMINAL = re.compile(
    r"(?P<name>(?<!\w)(?:[A-Z][\w'’-]{1,20}|[A-Z]\.?)(?:\s(?:[A-Z][\w'’-]{1,20}|[A-Z]\.?)){1,3}),?\s(?:MD|M\.D\.|DO|MBBS|MBChB|MB\sBCh|FRCR|FRANZCR|FRACS|FRCS|FRCP|FRACP|FACR|DMRD|MRCP|PhD|RN)(?![\w-]|\s\d{5})"
)
_PERSON_NAME = re.compile(r"(?<![\w^])(?P<family>[^\W\d_][^\W\d_' -]{0,30}(?:[' -][^\W\d_]{1,24}){0,3})\^(?P<given>[^\W\d_][^\W\d_' .-]{0,30}(?:[ '-][^\W\d_]{1,24}){0,3})(?:\^[^\W\d_ .]{0,20}){0,3}(?![\w^])")
_INITIALS = re.compile(r"[A-Z](?:[. -]{0,2}[A-Z]){1,3}\.?(?![\w])")


@dataclass(frozen=True)
class Named:
    """What people write before a name; a name of one word only counts if `single`."""

    category: Category
    phrases: str
    score: float
    single: bool = False
    link: re.Pattern[str] = COLON


_ONE_WORD = {Category.CLINICIAN_NAME: 0.3}
"""How much less sure a label is when one word follows it."""
_CUES = Cues(
    (
        Named(Category.NAME, "patient name; patient's name; patients name; name of patient; name of the patient; pt name; pt's name; full name; surname; family name; "
              "last name; first name; given name; given names; forename; middle name; maiden name; alias; also known as; aka", 0.96, True, _IS),
        Named(Category.NAME, "name", 0.9, True, _IS),
        Named(Category.NAME, "الاسم; اسم المريض; اسم المريضة; اسم المراجع; المريض; المريضة", 0.95, True),
        Named(Category.NAME, "patient; pt; paciente; patientin; nom; nombre; naam", 0.85),
        Named(Category.NAME, "re; regarding", 0.6),
        Named(Category.NAME, "my name", 0.95, True, _IS),
        Named(Category.RELATIVE_NAME, "next of kin; nok; emergency contact; guardian; mother's name; father's name; mothers name; fathers name; husband's name; "
              "wife's name; parent; spouse; carer; caregiver; اسم الأم; اسم الأب", 0.9),
        Named(Category.RELATIVE_NAME, "mother's name; father's name; husband's name; wife's name", 0.9, True, _IS),
        Named(Category.CLINICIAN_NAME, "referring; referrer; referring physician; referring doctor; referring clinician; referring provider; referred by; ref by; ref dr; "
              "reported by; reporting radiologist; reporter; radiologist; reading radiologist; read by; interpreted by; dictated by; transcribed by; signed by; electronically signed by; "
              "verified by; approved by; authorised by; authorized by; performed by; performing physician; technologist; radiographer; sonographer; operator; consultant; surgeon; attending; "
              "attending physician; requesting physician; requested by; ordering physician; ordering provider; physician; doctor; gp; pcp; cc; resident; registrar; fellow; الطبيب; اسم الطبيب", 0.85, True),
        Named(Category.CLINICIAN_NAME, "reported by; read by; dictated by; signed by; electronically signed by; verified by; interpreted by; performed by; referred by", 0.8, False,
              re.compile(r"[ \t]{1,2}(?=[A-Z])")),
        Named(Category.INITIALS, "initials; patient initials; pt initials", 0.9, True, _IS),
    )
)  # fmt: skip
_SPECIALTY = re.compile(r"\w{3,}(?:ology|ologist|surgery|surgeon|iatrics|iatry|iatrist|paedics?|pedics?|icine|oma|itis|osis|opathy|ectomy|emia|aemia)")
_OTHER_THINGS_NAME = re.compile(r"[^\W\d_][\s._-]{1,2}$")
_ASKING = re.compile(r"(?:^|[\n.;,:|([]|\b(?:patient|full|his|her|my|their|your|whose|legal|real|birth|the))[\s._-]{0,3}$", re.I)


def find_names(reading: Reading) -> Iterator[Hit]:
    """Labelled and titled names, person names with carets, names before degrees, initials after their label."""
    text = reading.text
    for label in _CUES.labels(text):
        if label.row.category is Category.INITIALS:
            if match := _INITIALS.match(text, label.end):
                yield Hit(Category.INITIALS, match.start(), match.end(), label.row.score, (Reason.CUE,))
        elif _leads_to_a_name(text, label.start) and (end := name_end(text, label.end)):
            words = len(_words(text, label.end, end))
            if words > 1 or (label.row.single and end - label.end > 2):
                yield Hit(label.row.category, label.end, end, label.row.score - _ONE_WORD.get(label.row.category, 0.1) * (words == 1), (Reason.CUE,))
    yield from _titled(text)
    for match in _PERSON_NAME.finditer(text):
        if not (_is_no_name(match["family"]) or _is_no_name(match["given"])):
            yield Hit(Category.NAME, match.start(), match.end(), 0.93, (Reason.PATTERN,))
    for match in _POST_NOMINAL.finditer(text):
        if not any(_is_no_name(word) for word in _words(text, *match.span("name"))):
            yield Hit(Category.CLINICIAN_NAME, *match.span("name"), 0.75, (Reason.CUE, Reason.PATTERN))


def _leads_to_a_name(text: str, start: int) -> bool:
    """Whether the label at `start` is not a part of a longer one, such as "protocol name"."""
    before = text[max(0, start - 16) : start]
    return _ASKING.search(before) is not None or _OTHER_THINGS_NAME.search(before) is None


def _titled(text: str) -> Iterator[Hit]:
    for title in _TITLE.finditer(text):
        end = name_end(text, title.end(), commas=False)
        if not end or end - title.end() < 2 or _is_eponym(text, end):
            continue
        category = Category.CLINICIAN_NAME if title["dr"] else Category.NAME
        if any(len(word) > 1 for word in _words(text, title.end(), end)):
            yield Hit(category, title.start(), end, 0.92, (Reason.CUE,))


def _is_eponym(text: str, end: int) -> bool:
    """Whether the name that ends at `end` belongs to a sign or disease: "Dr. Baker's cyst"."""
    follows = re.compile(r"(?:'s)?[ \t]{1,2}([^\W\d_]+)").match(text, end)
    possessed = text[max(0, end - 2) : end] in ("'s", "s'")
    return follows is not None and follows.group(1).lower() in EPONYM_NOUN and (possessed or follows.group().startswith("'"))


def name_end(text: str, start: int, commas: bool = True) -> int:
    """Where the name that begins at `start` ends; `start` or 0 if there is none. At most five words, one comma."""
    end, position, comma, big = 0, start, False, 0
    for _ in range(6):
        word = _WORD.match(text, position)
        if word is None or not _may_be_name(word.group(), big > 0):
            break
        particle = word.group() in _PARTICLES
        if not particle:
            end = word.end() - (2 if word.group().endswith("'s") else 0)
            big += 1
        gap = _GAP.match(text, word.end())
        if gap is None or big >= 4:
            break
        if "," in gap.group():
            if not commas or comma or particle:
                break
            comma = True
        elif "." in gap.group() and len(word.group()) > 2 and word.group().lower() not in ("mrs", "prof"):
            break
        position = gap.end()
    if end and end < len(text) and text[end] == "." and text[end - 1].isupper() and not text[end - 2 : end - 1].isalpha():
        end += 1
    return end


def _may_be_name(word: str, inside: bool) -> bool:
    lower = word.lower()
    if word in _PARTICLES:
        return True
    if lower in NOT_A_PERSON or lower.removesuffix("'s") in RADIOLOGY or _SPECIALTY.fullmatch(lower):
        return lower in ("dr", "mr", "mrs", "ms", "miss", "prof") and not inside and not word.isupper()
    return not word[0].islower()


def _words(text: str, start: int, end: int) -> list[str]:
    return [word for word in _WORD.findall(text, start, end) if word not in _PARTICLES]


def _is_no_name(text: str) -> bool:
    """Whether `text` holds a word that no name has: a region, a technique, a stand-in for a removed name."""
    return any(word in RADIOLOGY or word in NOT_A_PERSON for word in re.split(r"[^\w'-]+|_", text.lower()) if len(word) > 1)
