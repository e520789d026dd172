"""Names that a label, a title, a degree or the form of a DICOM person name gives away.

Names in running prose need the trained model.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_cues import COLON, LOOSE, Cues, Label
from phivet.models.notes_text import Reading
from phivet.models.notes_words import ABBREVIATIONS, EPONYM_NOUNS, EPONYMS, NOT_A_PERSON, PARTICLES, RADIOLOGY

_MARKS = r"\u0300-\u036f\u0900-\u0dff\u064b-\u0652"
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|['.\u200c\u200d-](?=[^\W\d_])|[{_MARKS}]){{0,30}}")
_GAP = re.compile(r"\.?[ \t]{1,2}|\.?[ \t]?,[ \t]{0,2}|\.(?=[^\W\d_])")
_SPECIALTY = re.compile(
    r"\w{3,}(?:ology|ologist|surgery|surgeon|iatrics|iatry|iatrist|paedics?|pedics?|icine|oma|itis|osis|opathy|ectomy|emia|graphy|grams?|scopy|metry)"
)
_TITLE = re.compile(
    r"(?<![\w'-])(?:(?P<dr>Dr|Prof|Professor|Doctor|A/Prof|Assoc\.? Prof|Dra|DR(?=\.)|د|الدكتور|الدكتورة|دكتور|دكتورة)"
    r"|Mr|Mrs|Ms|Miss|Mx|Master|MISS|Herr|Frau|Mme|Señora?|السيد|السيدة)(?:\.\s?|\s{1,2})(?:(?:Dr|Prof)\.?\s)?"
)
_TITLE_IN_CAPITALS = re.compile(r"(?<![\w'-])(?:(?P<dr>DR|PROF)|MRS?|MS)\s(?=[A-Z]{3,}\s[A-Z]{3,}|[A-Z]\s[A-Z]{4,})")
_ANY_TITLE = re.compile(
    r"(?:Dr|Prof|Professor|Doctor|A/Prof|Assoc\.? Prof|Dra|Mr|Mrs|Ms|Miss|Mx|Master|Herr|Frau|Mme|Señora?|Sr|Sister|RN"
    r"|د|أ\.\s?د|الدكتور|الدكتورة|دكتور|دكتورة|السيد|السيدة|الأستاذ|الأستاذة|الست|الحاج|الحاجة)(?:[./]\s?|\s{1,2})",
    re.I,
)
_DEGREES = "MD|MBBS|MBChB|FRCR|FRANZCR|FRACS|FRCS|FRCP|FRACP|FACR|DMRD|MRCP|MRCS|MSc|PhD"
_DEGREE = re.compile(rf",?\s(?:{_DEGREES}|M\.D\.|DO|MB\sBCh|RN)(?![\w-]|\s\d{{5}})")
_BEFORE_DEGREE = re.compile(r"(?<!\w)(?:[A-Z][\w'-]{1,20}|[A-Z]\.?)(?:\s(?:[A-Z][\w'-]{1,20}|[A-Z]\.?)){1,3}$")
_PART = r"[^\W\d_][^\W\d_' .-]{0,30}(?:[' -][^\W\d_]{1,24}){0,3}"
_CARETS = re.compile(rf"(?<![\w^])(?P<family>{_PART})\^(?P<given>{_PART})(?:\^[^\W\d_ .]{{0,20}}){{0,3}}(?![\w^])")
_INITIALS = re.compile(r"[A-Z](?:[. -]{0,2}[A-Z]){1,3}\.?(?!\w)")
_DOTTED = re.compile(
    r"(?<![\w'-])(?:[Pp]atient|PATIENT|[Pp]t|PT|Mr|Mrs|Ms|Miss)\.?[ \t]{1,2}"
    r"(?P<initials>[A-Z]\.[ ]?[A-Z](?:\.[ ]?[A-Z])?\.(?![ ]?[A-Z]\.))"
)
_SIGNED = re.compile(
    r"(?<![\w'-])(?i:sgd|signed|vetted|typed|dictated|countersigned|reported|rptd|checked|chk'?d?|d/w|initialled|reader\s[12]|read|scrub"
    r"|anaes|rec(?:order)?|second\slook|transcribed)(?::\s?|\.\s?|\s)(?i:by:?\s)?"
    r"(?P<initials>(?:[A-Z]\.\s?){2,3}|[A-Z]{2,3})(?![\w./-])"
)
_ABBREVIATIONS = re.compile("IV|PO|IM|SC|ID|BP|HR|RR|DOB|NPO|LLQ|RLQ|LUQ|RUQ|LMP|GP|HIV|TB|OT|PT")
"""What is written with dots after "patient" and is no one's initials; those of radiology are in its own list."""


@dataclass(frozen=True)
class Named:
    """What people write before a name; one word after it scores `one_word`, 0: it is no name."""

    category: Category
    phrases: str
    score: float
    one_word: float = 0
    link: re.Pattern[str] = COLON


_IS = re.compile(rf"{COLON.pattern}|[ \t]{{0,2}}(?:is|was)(?!\w)[ \t]?:?[ \t]{{0,3}}[\"'(\[<]?", re.I)
_A_CAPITAL = re.compile(r"[ \t]{1,2}(?=[A-Z])")
_A_FIRST_NAME = re.compile(r",?[ \t]{1,2}(?=[A-Z][a-z])")
_COLON_ON_THE_LINE = re.compile(r"[*_]{0,3}[ \t]{0,2}:[*_]{0,3}[ \t]{0,4}")
_KIN = "husband; wife; son; daughter; mother; father; brother; sister; partner; fiance; fiancée"
_KIN_LABEL = re.compile(r"(?:^|[\n;.])[ \t*_•-]{0,6}$")
_NO_KIN = re.compile(
    r"\w*(?:tension|farction|olism|lepsy|mentia|iasis|plegia|trophy|plasia|algia|roidism|ciency|migraine|cancer|disease)"
    r"|(?:un)?affected|carrier|gout|coeliac|celiac|dead|unwell|african|american|asian|caucasian|european|indian|islander"
    r"|jewish|m[aā]ori|irish|native|jehovah's",
    re.I,
)
"""What may be said of a relative in place of a name: an illness, a descent."""
_CUES = Cues(
    (
        Named(
            Category.NAME,
            "patient name; patient's name; patients name; name of patient; name of the patient; pt name; pt's name; "
            "full name; surname; family name; last name; first name; given name; given names; forename; middle name; "
            "maiden name; my name; alias; also known as; aka",
            0.96,
            0.86,
            _IS,
        ),
        Named(Category.NAME, "name", 0.9, 0.8, _IS),
        Named(Category.NAME, "الاسم; اسم المريض; اسم المريضة; اسم المراجع; المريض; المريضة", 0.95, 0.85),
        Named(Category.NAME, "patient; pt; paciente; patientin; nom; nombre; naam", 0.85),
        Named(Category.NAME, "re; regarding", 0.6),
        Named(
            Category.RELATIVE_NAME,
            "next of kin; nok; emergency contact; guardian; parent; spouse; carer; caregiver; اسم الأم; اسم الأب",
            0.9,
        ),
        Named(
            Category.RELATIVE_NAME,
            "mother's name; father's name; mothers name; fathers name; husband's name; wife's name",
            0.95,
            0.85,
            _IS,
        ),
        Named(
            Category.CLINICIAN_NAME,
            "referring; referrer; referring physician; referring doctor; referring clinician; referring provider; "
            "referred by; ref by; ref dr; reported by; reporting radiologist; reporter; radiologist; reading "
            "radiologist; read by; interpreted by; dictated by; transcribed by; signed by; electronically signed by; "
            "verified by; approved by; authorised by; authorized by; performed by; performing physician; "
            "technologist; radiographer; sonographer; operator; consultant; surgeon; attending; attending physician; "
            "requesting physician; requested by; ordering physician; ordering provider; physician; doctor; gp; pcp; "
            "cc; resident; registrar; fellow; الطبيب; اسم الطبيب",
            0.85,
            0.55,
        ),
        Named(
            Category.CLINICIAN_NAME,
            "reported by; read by; dictated by; signed by; electronically signed by; verified by; interpreted by; "
            "performed by; referred by",
            0.8,
            0,
            _A_CAPITAL,
        ),
        Named(
            Category.CLINICIAN_NAME,
            "referring doctor; referring physician; referring clinician; attending physician; consultant radiologist",
            0.75,
            0,
            _A_CAPITAL,
        ),
        Named(
            Category.RELATIVE_NAME,
            _KIN,
            0.87,
            0.65,
            _A_FIRST_NAME,
        ),
        Named(Category.RELATIVE_NAME, _KIN, 0.87, 0, _COLON_ON_THE_LINE),
        Named(Category.INITIALS, "initials; patient initials; pt initials", 0.9, 0, LOOSE),
    )
)
_ABBREVIATED = re.compile(r"\w{1,2}|mrs|prof|[A-Z](?:\.[A-Z])+", re.I)
_TITLES = frozenset({"Dr", "Mr", "Mrs", "Ms", "Miss", "Prof"})
_INSIDE_A_LABEL = re.compile(r"[^\W\d_][\s._-]{1,2}$")
_OWN_LABEL = re.compile(
    r"(?:^|[\n.;,:|([]|'s|\b(?:patient|full|his|her|my|their|your|whose|legal|real|birth|the))[\s._-]{0,3}$", re.I
)
_GOES_ON = re.compile(r"[ \t](?!(?:is|was|has|had|and|aged|who|presents|presented|came)\b)[a-z]")
_EPONYM = re.compile(r"('s)?[ \t]{1,2}([^\W\d_]+)")


def find_names(reading: Reading) -> Iterator[Hit]:
    """Labelled and titled names, names before degrees, person names with carets, initials after their label."""
    text = reading.text
    labelled = list(_labelled(reading))
    yield from labelled
    of_label = {hit.start: hit.category for hit in labelled}
    for title in _TITLE.finditer(text):
        end = name_end(text, title.end(), titled=True)
        if not any(len(part) > 1 for part in _parts(text, title.end(), end)) or _is_eponym(text, end):
            continue
        category = Category.CLINICIAN_NAME if title["dr"] else Category.NAME
        score = 0.92 if text[title.end()].isupper() else 0.6  # a script without capitals tells names less well
        yield Hit(of_label.get(title.start(), category), title.start(), end, score, (Reason.CUE,))
    for title in _TITLE_IN_CAPITALS.finditer(text):
        end = name_end(text, title.end(), titled=True)
        parts = _parts(text, title.end(), end)
        if len(parts) > 1 and len(parts[-1]) > 2 and not _is_no_name(text[title.end() : end]):
            category = Category.CLINICIAN_NAME if title["dr"] else Category.NAME
            yield Hit(category, title.start(), end, 0.5, (Reason.CUE,))
    for initials in _DOTTED.finditer(text):
        letters = re.sub(r"\W", "", initials["initials"])
        if not _ABBREVIATIONS.fullmatch(letters) and letters.lower() not in RADIOLOGY:
            yield Hit(Category.INITIALS, *initials.span("initials"), 0.91, (Reason.CUE, Reason.PATTERN))
    for signed in _SIGNED.finditer(text):
        letters = re.sub(r"\W", "", signed["initials"]).lower()
        if letters not in ABBREVIATIONS | RADIOLOGY | NOT_A_PERSON:
            yield Hit(Category.INITIALS, *signed.span("initials"), 0.7, (Reason.CUE,))
    for degree in _DEGREE.finditer(text):
        name = _BEFORE_DEGREE.search(text, max(0, degree.start() - 64), degree.start())
        if name and not _is_no_name(name.group()):
            yield Hit(Category.CLINICIAN_NAME, *name.span(), 0.75, (Reason.CUE, Reason.PATTERN))
    for match in _CARETS.finditer(text) if "^" in text else ():
        if not _is_no_name(match["family"]) and not _is_no_name(match["given"]):
            category = of_label.get(match.start(), Category.NAME)
            yield Hit(category, match.start(), match.end(), 0.93, (Reason.PATTERN,))


def _labelled(reading: Reading) -> Iterator[Hit]:
    text = reading.text
    for label in _CUES.labels(text, reading.words):
        row = label.row
        if row.category is Category.INITIALS:
            if match := _INITIALS.match(text, label.end):
                yield Hit(Category.INITIALS, match.start(), match.end(), row.score, (Reason.CUE,))
        elif _stands_alone(text, label.start) and (end := name_end(text, label.end)) - label.end > 2:
            parts = _parts(text, label.end, end)
            several = len(parts) > 1
            score = row.score if several else row.one_word
            if row.phrases is _KIN:
                score = _kin_score(text, label, parts, score)
            goes_on = not several and row.link is not _A_FIRST_NAME and _GOES_ON.match(text, end)
            if score and not goes_on and not text[end : end + 1].isdigit():
                yield Hit(row.category, label.end, end, score, (Reason.CUE,))


def _kin_score(text: str, label: Label[Named], parts: list[str], score: float) -> float:
    """What remains of `score` where a relative is named: an illness or a descent may stand there too."""
    as_label = label.row.link is _COLON_ON_THE_LINE
    if as_label and not _KIN_LABEL.search(text[max(0, label.start - 8) : label.start]):
        return 0
    if any(_NO_KIN.fullmatch(part) for part in parts):
        return 0
    listed = as_label and "," in text[label.end : label.end + len(parts[0]) + 2] and not parts[0].isupper()
    if listed or all(part.lower() in EPONYMS for part in parts):
        return min(score, 0.5)
    return score


def title_end(text: str, start: int, end: int) -> int:
    """Where the titles at `start` end, `start` if there are none."""
    while (title := _ANY_TITLE.match(text, start, end)) and title.end() < end:
        start = title.end()
    return start


def name_end(text: str, start: int, titled: bool = False) -> int:
    """Where the name at `start` ends, 0 if there is none: four words and particles, one comma if not `titled`."""
    end, position, big, commas = 0, start, 0, not titled
    for _ in range(6):
        word = _WORD.match(text, position)
        if word is None or not _may_be_name(word.group(), titled or big > 0):
            break
        if big and word.group() in _DEGREES.split("|"):
            break
        if word.group() not in PARTICLES:
            end = word.end() - (2 if word.group().endswith("'s") else 0)
            big += 1
            titled = titled or word.group() in _TITLES
        gap = _GAP.match(text, word.end())
        if gap is None or big >= 4:
            break
        if "," in gap.group():
            if not commas or word.group() in PARTICLES:
                break
            commas = False
        elif "." in gap.group() and not _ABBREVIATED.fullmatch(word.group()):
            break
        position = gap.end()
    initial_last = end and text[end : end + 1] == "." and text[end - 1].isupper() and not text[end - 2].isalpha()
    return end + 1 if initial_last else end


def _may_be_name(word: str, inside: bool) -> bool:
    lower = word.lower()
    if word in PARTICLES:
        return True
    if word in ("A", "I"):
        return inside
    if lower in NOT_A_PERSON or lower.removesuffix("'s") in RADIOLOGY or _SPECIALTY.fullmatch(lower):
        return word in _TITLES and not inside
    return not word[0].islower()


def _stands_alone(text: str, start: int) -> bool:
    """Whether the label at `start` is not a part of a longer one, such as "protocol name"."""
    before = text[max(0, start - 16) : start]
    return _OWN_LABEL.search(before) is not None or _INSIDE_A_LABEL.search(before) is None


def _parts(text: str, start: int, end: int) -> list[str]:
    return [word for word in _WORD.findall(text, start, end) if word not in PARTICLES] if end > start else []


def _is_eponym(text: str, end: int) -> bool:
    """Whether the name that ends at `end` belongs to a sign or disease: "Dr. Baker's cyst"."""
    follows = _EPONYM.match(text, end)
    return follows is not None and follows[1] is not None and follows[2].lower() in EPONYM_NOUNS


def _is_no_name(text: str) -> bool:
    """Whether `text` holds a word that no name has: a region, a technique, a stand-in for a removed name."""
    return any(word in RADIOLOGY or word in NOT_A_PERSON for word in re.findall(r"[\w'-]{2,}", text.lower()))
