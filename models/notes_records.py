"""Numbers that only a cue word tells: record, account, licence, serial and plate numbers. A bare one never counts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.cases.known import Known
from phivet.models.hits import Hit
from phivet.models.notes_cues import FIRM, LOOSE, Cues
from phivet.models.notes_dates import is_date
from phivet.models.notes_medicine import UNIT
from phivet.models.notes_text import Reading

_TOKEN = re.compile(
    r"(?:(?:\d{2,4} ){1,5}\d{2,4}(?![\w/.-])|(?:[A-Z]{1,3} (?=\d{3}))?[^\W_](?:[^\W_]|[-_/.](?=[^\W_])){1,39})"
)
_PLATE = re.compile(r"(?=[A-Z -]{0,8}\d)(?=[\d -]{0,6}[A-Z])[A-Z0-9]{1,4}(?:[ -]?[A-Z0-9]{1,4}){1,2}(?![\w-])")
_BRITISH_PLATE = re.compile(r"[A-Z]{2}\d\d ?[A-Z]{3}(?!\w)")
_NHI = re.compile(r"[A-HJ-NP-Z]{3}[ -]?\d\d ?(?:\d\d|[A-HJ-NP-Z]{2})(?!\w)", re.I)
_MEASURE = re.compile(rf"[\s-]?(?:/\s?)?{UNIT}")
_NOT_A_PERSONS = re.compile(
    r"(?:stud(?:y|ies)|subject|participant|trial|volunteer|research|series|image|sequence|protocol|station|device|template"
    r"|software|ethics|irb|grant|project|version|catalog(?:ue)?|coding|case|code|paper|article|product|plugin|vendor|gene"
    r"|snp|scheme)[\s._-]{0,2}$",
    re.I,
)


@dataclass(frozen=True)
class Numbered:
    """A label and the number after it: at least `digits` digits, or it is none."""

    category: Category
    phrases: str
    digits: int = 4
    score: float = 0.95
    link: re.Pattern[str] = LOOSE
    value: re.Pattern[str] = _TOKEN


_RECORD, _ACCOUNT, _LICENCE = Category.RECORD_NUMBER, Category.ACCOUNT_NUMBER, Category.LICENCE_NUMBER
_SERIAL, _VEHICLE = Category.DEVICE_SERIAL, Category.VEHICLE
LABELS: tuple[Numbered, ...] = (
    Numbered(
        _RECORD,
        "mrn; m.r.n; mrno; umrn; hrn; uhid; crn; ehr id; medrec; med rec; medical rec; medical record; "
        "medical record number",
        digits=3,
        score=0.97,
    ),
    Numbered(_RECORD, "nhi; nhi no; nhi number", digits=2, score=0.93, value=_NHI),
    Numbered(_RECORD, "hid; chart; chart no", link=FIRM),
    Numbered(
        _RECORD,
        "hospital number; hospital no; hospital id; hosp no; hospital record; unit record; unit no; ur; u.r; ur no; "
        "urn; patient id; patient number; patient no; patient identifier; patient #; pt id; pt no; pt #; pid; "
        "k number; rxr",
    ),
    Numbered(_RECORD, "ssn; social security; social security number"),
    Numbered(
        _RECORD,
        "nhs; nhs no; chi; chi no; h&c no; ihi; dva; medicare; medicaid; national insurance; ni no; nino; ppsn; pps no",
        digits=6,
    ),
    Numbered(_RECORD, "accession; accession no; accession number; acc; acc no; acc num; acsn", link=FIRM),
    Numbered(_RECORD, "accession; acc", digits=6, score=0.9),
    Numbered(_RECORD, "case no; case number", digits=6, score=0.7),
    Numbered(_RECORD, "h/n", digits=5, score=0.9),
    Numbered(_RECORD, "patient; pt", digits=6, score=0.85, link=FIRM),
    Numbered(
        _RECORD,
        "encounter; episode; admission; visit; file; folder; order; requisition; specimen; lab; req; csn; fin; exam; "
        "report; request; referral; x-ray; path; histology",
        digits=5,
        score=0.85,
        link=FIRM,
    ),
    Numbered(
        _RECORD,
        "national id; identity; identity card; identity number; identification number; id number; emirates id; iqama; "
        "civil id; qid; aadhaar; citizen id; personal number; id card; sa id",
        digits=5,
    ),
    Numbered(_RECORD, "id", digits=5, score=0.9, link=FIRM),
    Numbered(
        _RECORD,
        "رقم الملف; رقم الملف الطبي; رقم المريض; الرقم الطبي; رقم السجل; السجل الطبي; رقم الهوية; الهوية; الرقم "
        "القومي; رقم القومي; رقم الإقامة; رقم الوطني; الرقم الوطني",
    ),
    Numbered(
        _ACCOUNT,
        "account; acct; a/c; bank account; iban; card number; credit card; invoice; receipt; policy; member; "
        "membership; subscriber; beneficiary; health plan; insurance; insured; insurance policy; claim; payer; "
        "medical aid; health insurance",
        digits=5,
        score=0.92,
        link=FIRM,
    ),
    Numbered(
        _ACCOUNT,
        "acct; account number; iban; card number; credit card number; plan number; plan id; group number; group id; "
        "health plan number; member id; beneficiary number; nhif; client no; client number; claim number; claim no; "
        "acc45; acc45 no; acc45 number",
        digits=5,
        score=0.92,
    ),
    Numbered(
        _LICENCE,
        "passport; passport no; driver licence; driver license; drivers licence; drivers license; driver's licence; "
        "driver's license; driving licence; driving license; dl; dln; dl no; جواز السفر; رخصة القيادة",
        digits=5,
    ),
    Numbered(
        _LICENCE,
        "licence; license; medical licence; medical license; certificate; licence number; license number; certificate "
        "license number; provider; provider number; prescriber; nmc; hcpc; imc; registration number; medical council",
        digits=5,
        score=0.92,
        link=FIRM,
    ),
    Numbered(_LICENCE, "gmc; gmc no; mcnz; mcnz no; ahpra; ahpra no; npi; dea", digits=5),
    Numbered(
        _SERIAL,
        "serial; serial no; serial number; s/n; sn; device serial; device serial number; device id; device "
        "identifier; udi; imei; imei no; implant serial; implant id; mac address",
        link=FIRM,
    ),
    Numbered(_SERIAL, "s/n; imei; serial number; device serial number; device sn"),
    Numbered(_SERIAL, "serial", digits=5, score=0.85),
    Numbered(_SERIAL, "lot; lot no; batch; batch no; implant lot", digits=5, score=0.75, link=FIRM),
    Numbered(
        _VEHICLE,
        "vin; chassis; vehicle id; vehicle identifier; vehicle identification number",
        digits=6,
        score=0.92,
        link=FIRM,
    ),
    Numbered(
        _VEHICLE,
        "rego; number plate; numberplate; licence plate; license plate; plate no; plate number; vehicle registration; "
        "car registration; reg no; vrn; registration plate; car reg; vehicle reg",
        digits=1,
        score=0.92,
        value=_PLATE,
    ),
    Numbered(_VEHICLE, "registration; reg; registered", digits=2, score=0.92, value=_BRITISH_PLATE),
    Numbered(_VEHICLE, "registration number; registration no", digits=1, score=0.7, value=_PLATE),
)
_CUES = Cues(LABELS)


def find_records(reading: Reading, known: Known) -> Iterator[Hit]:
    """Numbers whose cue word says that they are a person's, or a device's or vehicle's that leads to one."""
    text = reading.text
    for label in _CUES.labels(text, reading.words):
        row = label.row
        value = row.value.match(text, label.end)
        if value is None or not _is_number(text, value, row.digits) or known.is_study_key(value.group()):
            continue
        if row.link is FIRM and _NOT_A_PERSONS.search(text[max(0, label.start - 14) : label.start]):
            continue
        yield Hit(row.category, value.start(), value.end(), row.score, (Reason.CUE,))


def _is_number(text: str, value: re.Match[str], digits: int) -> bool:
    """Whether `value` is a number of its own: not a measure, not a date, not a row of zeros."""
    written = [char for char in value.group() if char.isdigit()]
    return (
        len(written) >= digits
        and (len(written) < 4 or len(set(written)) > 1)
        and not _MEASURE.match(text, value.end())
        and not is_date(value.group())
        and value.group().count("/") <= 2
    )


_AHPRA = re.compile(r"(?<!\w)(?:MED|NMW|PHY|DEN|MRP|PHA|PSY)\d{10}(?!\w)")
_ACRONYM = re.compile(
    r"(?<!\w)[A-Z]{2,8}(?: (?:No|ID|NO))?[:.#]{0,2} ?(?P<number>\d{9,16}|\d{3,5}(?:[ -]\d{3,5}){2,3})(?![\w/]|[.,-]\d)"
)
_LETTER = "[AC-HJKMNP-RT-Y]"
_EITHER = r"[AC-HJKMNP-RT-Y\d]"
_MBI = re.compile(rf"(?<!\w)[1-9]{_LETTER}{_EITHER}\d-?{_LETTER}{_EITHER}\d-?{_LETTER}{{2}}\d\d(?!\w)")
_UDI = re.compile(r"\(01\)\d{14}(?:\s?\((?:1[0-7]|21|240)\)[\w./-]{1,24}){1,6}")
_BOUND = r"\s=:;,()\[\]{}<>\"'"
_TOKENS = re.compile(rf"(?<![^{_BOUND}])[^{_BOUND}]{{3,64}}(?![^{_BOUND}])")
_CAPITALISED_BEFORE = re.compile(r"(?<![^\s(\[])[A-Z]\w{1,24} $")


def find_registered(reading: Reading) -> Iterator[Hit]:
    """Australian practitioners, US Medicare, device identifiers of bar codes, long numbers after an acronym."""
    for match in _AHPRA.finditer(reading.text):
        yield Hit(Category.LICENCE_NUMBER, match.start(), match.end(), 0.93, (Reason.PATTERN,))
    for match in _MBI.finditer(reading.text):
        yield Hit(Category.RECORD_NUMBER, match.start(), match.end(), 0.9, (Reason.PATTERN,))
    for match in _UDI.finditer(reading.text):
        yield Hit(Category.DEVICE_SERIAL, match.start(), match.end(), 0.97, (Reason.PATTERN,))
    for match in _ACRONYM.finditer(reading.rest):
        yield Hit(Category.RECORD_NUMBER, *match.span("number"), 0.55, (Reason.PATTERN,))


def find_study_keys(reading: Reading, known: Known) -> Iterator[Hit]:
    """Non-personal research identifiers, by the policy's pattern: one word, or a capitalised word and its number."""
    if not reading.digits:
        return
    text = reading.whole
    for word in _TOKENS.finditer(text):
        if not any(char.isdigit() for char in word.group()):
            continue
        start, end = word.start(), word.start() + len(word.group().rstrip(".!?"))
        if known.is_study_key(text[start:end]):
            yield Hit(Category.STUDY_KEY, start, end, 0.95, (Reason.PATTERN,))
            continue
        before = _CAPITALISED_BEFORE.search(text, max(0, start - 32), start)
        if before and known.is_study_key(text[before.start() : end]):
            yield Hit(Category.STUDY_KEY, before.start(), end, 0.95, (Reason.PATTERN,))
