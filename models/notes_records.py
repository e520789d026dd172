"""Numbers that only their cue words tell: record, account, licence, serial and plate numbers. A bare number is never one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.cases.known import Known
from phivet.models.hits import Hit
from phivet.models.notes_cues import FIRM, LOOSE, Cues
from phivet.models.notes_dates import DATE_LIKE
from phivet.models.notes_medicine import UNIT
from phivet.models.notes_text import Reading

_TOKEN = re.compile(
    r"(?:(?:\d{2,4} ){1,5}\d{2,4}(?![\w/.-])|(?:[A-Z]{1,3} (?=\d{3}))?[^\W_](?:[^\W_]|[-_/.](?=[^\W_])){1,39})"
)
_PLATE = re.compile(r"(?=[A-Z -]{0,8}\d)(?=[\d -]{0,6}[A-Z])[A-Z0-9]{1,4}(?:[ -]?[A-Z0-9]{1,4}){1,2}(?![\w-])")
_NHI = re.compile(r"[A-HJ-NP-Z]{3}[ -]?\d\d ?(?:\d\d|[A-HJ-NP-Z]{2})(?!\w)", re.I)
_MEASURE = re.compile(rf"[\s-]?(?:/\s?)?{UNIT}")
_NOT_A_PERSONS = re.compile(
    r"(?:stud(?:y|ies)|subject|participant|trial|volunteer|research|series|image|sequence|protocol|station|device|template|software"
    r"|ethics|irb|grant|project|version|catalog(?:ue)?|coding|case|code|paper|article|product|plugin|vendor|gene|snp|scheme)[\s._-]{0,2}$",
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
LABELS: tuple[Numbered, ...] = (
    Numbered(_RECORD, "mrn; mrno; medrec; medical record; medical record number; medical rec; umrn; uhid; crn; ehr id", 3, 0.97),
    Numbered(_RECORD, "nhi; nhi no; nhi number", 2, 0.93, LOOSE, _NHI),
    Numbered(_RECORD, "hid; chart; chart no", 4, 0.95, FIRM),
    Numbered(_RECORD, "hospital number; hospital no; hospital id; hosp no; hospital record; unit record; ur; urn; ur no; unit no; k number; x number; rxr", 4, 0.95),
    Numbered(_RECORD, "patient id; patient number; patient no; patient identifier; pt id; pt no; pid; patient #; pt #", 4, 0.95),
    Numbered(_RECORD, "ssn; social security; social security number; last four ssn", 4, 0.95),
    Numbered(_RECORD, "nhs; nhs no; chi; chi no; h&c no; ihi; dva; medicare; medicaid; national insurance; ni no; nino; ppsn; pps no", 6, 0.95),
    Numbered(_RECORD, "accession; accession no; accession number; acc; acc no; acc num; acsn", 4, 0.95, FIRM),
    Numbered(_RECORD, "accession; acc", 6, 0.9),
    Numbered(_RECORD, "encounter; episode; admission; visit; file; folder; order; requisition; specimen; lab; req; csn; fin; exam; exam id; report; request; referral; x-ray; path; histology", 5, 0.85, FIRM),
    Numbered(_RECORD, "national id; identity; identity card; identity number; identification number; id number; emirates id; iqama; civil id; qid; aadhaar; citizen id; personal number; id card; sa id", 5, 0.95),
    Numbered(_RECORD, "id", 5, 0.9, FIRM),
    Numbered(_RECORD, "رقم الملف; رقم المريض; الرقم الطبي; رقم السجل; السجل الطبي; رقم الهوية; الهوية; الرقم القومي; رقم القومي; رقم الإقامة; رقم الوطني; الرقم الوطني; رقم الملف الطبي", 4, 0.95),
    Numbered(_ACCOUNT, "account; account no; account number; acct; acct no; a/c; a/c no; bank account; iban; card number; credit card; invoice; receipt", 5, 0.92, FIRM),
    Numbered(_ACCOUNT, "acct; account number; iban; card number; credit card number", 5, 0.92),
    Numbered(_ACCOUNT, "policy; member; membership; subscriber; beneficiary; health plan; insurance; insured; insurance policy; claim; acc claim; payer; medical aid; health insurance; beneficiary number; member id; nhif", 5, 0.92, FIRM),
    Numbered(_ACCOUNT, "plan number; plan id; group number; group id; health plan number", 5, 0.9),
    Numbered(_LICENCE, "passport; passport no; driver licence; driver license; drivers licence; drivers license; driver's licence; driver's license; driving licence; driving license; dl; dln; dl no; جواز السفر; رخصة القيادة", 5, 0.95),
    Numbered(_LICENCE, "licence; license; medical licence; medical license; certificate; certificate license number; licence number; license number; gmc; gmc no; mcnz; mcnz no; ahpra; ahpra no; provider; provider number; prescriber; npi; dea; nmc; hcpc; imc; registration number; medical council", 5, 0.92, FIRM),
    Numbered(_LICENCE, "gmc; mcnz; ahpra; npi; dea", 5, 0.95),
    Numbered(Category.DEVICE_SERIAL, "serial; serial no; serial number; s/n; sn; device serial; device serial number; device id; device identifier; udi; imei; imei no; implant serial; implant id; mac address", 4, 0.95, FIRM),
    Numbered(Category.DEVICE_SERIAL, "lot; lot no; batch; batch no; implant lot", 5, 0.75, FIRM),
    Numbered(Category.DEVICE_SERIAL, "s/n; imei; device serial number; serial number", 4, 0.95),
    Numbered(Category.VEHICLE, "vin; chassis; vehicle identification number; vehicle id; vehicle identifier; vehicle identifiers", 6, 0.92, FIRM),
    Numbered(Category.VEHICLE, "rego; number plate; numberplate; licence plate; license plate; plate no; plate number; vehicle registration; car registration; reg no; vrn; registration plate; car reg; vehicle reg", 1, 0.92, LOOSE, _PLATE),
    Numbered(Category.VEHICLE, "registration number; registration no", 1, 0.7, LOOSE, _PLATE),
)  # fmt: skip
_CUES = Cues(LABELS)


def find_records(reading: Reading, known: Known) -> Iterator[Hit]:
    """Numbers whose cue word says that they are a person's, or a device's or vehicle's that leads to one."""
    text = reading.text
    for label in _CUES.labels(text):
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
        and not DATE_LIKE.fullmatch(value.group())
        and value.group().count("/") <= 2
    )


_AHPRA = re.compile(r"(?<!\w)(?:MED|NMW|PHY|DEN|MRP|PHA|PSY)\d{10}(?!\w)")
_UDI = re.compile(r"\(01\)\d{14}(?:\s?\((?:1[0-7]|21|240)\)[\w./-]{1,24}){1,6}")
_WORDS = re.compile(r"\S+")


def find_registered(reading: Reading) -> Iterator[Hit]:
    """Numbers whose form no other has: Australian practitioner numbers, device identifiers as bar codes print them."""
    for match in _AHPRA.finditer(reading.text):
        yield Hit(Category.LICENCE_NUMBER, match.start(), match.end(), 0.93, (Reason.PATTERN,))
    for match in _UDI.finditer(reading.text):
        yield Hit(Category.DEVICE_SERIAL, match.start(), match.end(), 0.97, (Reason.PATTERN,))


def find_study_keys(reading: Reading, known: Known) -> Iterator[Hit]:
    """Non-personal research identifiers, by the policy's pattern: one word, or a capitalised word and its number."""
    words = [match for match in _WORDS.finditer(reading.whole) if match.end() - match.start() <= 64]
    for i, match in enumerate(words):
        if not any(char.isdigit() for char in match.group()):
            continue
        start, end = _bare(match)
        if start < end and known.is_study_key(reading.whole[start:end]):
            yield Hit(Category.STUDY_KEY, start, end, 0.95, (Reason.PATTERN,))
        elif i and start < end and end - start >= 3 and match.start() - words[i - 1].end() == 1:
            first = words[i - 1].start()
            if reading.whole[first].isupper() and known.is_study_key(reading.whole[first:end]):
                yield Hit(Category.STUDY_KEY, first, end, 0.95, (Reason.PATTERN,))


def _bare(word: re.Match[str]) -> tuple[int, int]:
    """The place of `word` without the punctuation around it."""
    text = word.group()
    left = len(text) - len(text.lstrip("([{<\"'=:,;"))
    return word.start() + left, word.start() + max(left, len(text.rstrip(")]}>\"'.,;:!?")))
