"""Numbers that prove themselves: a check digit, or a form with a calendar date inside."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import stdnum.be.nn
import stdnum.br.cpf
import stdnum.de.idnr
import stdnum.dk.cpr
import stdnum.es.dni
import stdnum.es.nie
import stdnum.fi.hetu
import stdnum.fr.nir
import stdnum.gb.nhs
import stdnum.iban
import stdnum.ie.pps
import stdnum.imei
import stdnum.in_.aadhaar
import stdnum.it.codicefiscale
import stdnum.kr.rrn
import stdnum.luhn
import stdnum.nl.bsn
import stdnum.pl.pesel
import stdnum.se.personnummer
import stdnum.tr.tckimlik
import stdnum.us.ssn
import stdnum.za.idnr

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_text import Reading

_SEPARATORS = re.compile(r"[\s./-]")
_NHI_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_VIN_VALUE = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", text).upper()


def is_nhi(text: str) -> bool:
    """Whether `text` is a New Zealand NHI number with the right check digit: AAANNNC or AAANNAX (HISO 10046:2023)."""
    text = _compact(text)
    if not re.fullmatch(r"[A-HJ-NP-Z]{3}\d\d(?:\d\d|[A-HJ-NP-Z]{2})", text):
        return False
    values = [int(char) if char.isdigit() else _NHI_LETTERS.index(char) + 1 for char in text[:6]]
    total = sum(value * weight for value, weight in zip(values, range(7, 1, -1), strict=True))
    if text[6].isdigit():
        return total % 11 != 0 and int(text[6]) == (11 - total % 11) % 10
    return _NHI_LETTERS.index(text[6]) + 1 == 23 - total % 23


def is_medicare(text: str) -> bool:
    """Whether `text` is an Australian Medicare card number: 8 digits, check digit, issue number (METeOR 270101)."""
    text = _compact(text)
    if not re.fullmatch(r"[2-6]\d{8}[1-9]\d?", text):
        return False
    return sum(int(digit) * weight for digit, weight in zip(text, (1, 3, 7, 9) * 2, strict=False)) % 10 == int(text[8])


def is_npi(text: str) -> bool:
    """Whether `text` is a US National Provider Identifier: Luhn with the prefix 80840 (45 CFR 162.406)."""
    return re.fullmatch(r"[12]\d{9}", text) is not None and stdnum.luhn.is_valid("80840" + text)


def is_vin(text: str) -> bool:
    """Whether `text` is a vehicle identification number with the check digit of 49 CFR 565.15."""
    text = _compact(text)
    if not re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}", text) or text.isdigit() or text.isalpha():
        return False
    total = sum((_VIN_VALUE.get(char) or int(char)) * weight for char, weight in zip(text, _VIN_WEIGHTS, strict=True))
    return text[8] == "0123456789X"[total % 11]


def is_dea(text: str) -> bool:
    """Whether `text` is a US Drug Enforcement Administration registration: two letters, six digits, check digit."""
    text = _compact(text)
    if not re.fullmatch(r"[A-Z][A-Z9]\d{7}", text):
        return False
    digits = [int(char) for char in text[2:]]
    return (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def is_chi(text: str) -> bool:
    """Whether `text` is a Scottish CHI number: a birth date as DDMMYY, three digits, check digit."""
    text = _compact(text)
    return _is_day(text[4:6], text[2:4], text[:2]) and stdnum.gb.nhs.is_valid(text)


def is_card(text: str) -> bool:
    """Whether `text` is a payment card number: an issuer's prefix (ISO/IEC 7812) and Luhn."""
    issuer = r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|(?:6011|64[4-9]\d|65\d\d)\d{12}"
    others = r"(?:352[89]|35[3-8]\d)\d{12}|(?:2131|1800)\d{11}|62\d{14,17}|(?:5018|5020|5038|5[6-8]\d\d|6304|67\d\d)\d{8,15}"
    text = _compact(text)
    return re.fullmatch(f"{issuer}|{others}", text) is not None and stdnum.luhn.is_valid(text)


def is_emirates_id(text: str) -> bool:
    """Whether `text` is an Emirates ID: 784, year of birth, seven digits, Luhn."""
    text = _compact(text)
    return re.fullmatch(r"784(?:19|20)\d{10}", text) is not None and stdnum.luhn.is_valid(text)


def is_saudi_id(text: str) -> bool:
    """Whether `text` is a Saudi national (1) or resident (2) ID: ten digits, Luhn."""
    return re.fullmatch(r"[12]\d{9}", text) is not None and stdnum.luhn.is_valid(text)


def is_egyptian_id(text: str) -> bool:
    """Whether `text` is an Egyptian national ID: century, birth date, governorate, serial."""
    if not re.fullmatch(r"[23]\d{13}", text):
        return False
    governorate = int(text[7:9])
    return _is_day(text[1:3], text[3:5], text[5:7]) and (1 <= governorate <= 35 or governorate == 88)


def _is_ihi(text: str) -> bool:
    text = _compact(text)
    return text.startswith("80036") and stdnum.luhn.is_valid(text)


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(2000 + int(year), int(month), int(day))
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Checked:
    """A kind of number: its form, its proof, and its probability without a cue: `alone`, or `bare` as a run of digits."""

    category: Category
    form: re.Pattern[str]
    valid: Callable[[str], bool]
    alone: float
    bare: float
    cue: re.Pattern[str] | None = None
    proof: Reason = Reason.CHECK_DIGIT


def _row(
    category: Category,
    form: str,
    valid: Callable[[str], bool],
    alone: float,
    bare: float | None = None,
    cue: str = "",
    proof: Reason = Reason.CHECK_DIGIT,
) -> Checked:
    before = re.compile(rf"(?<![^\W\d_])(?:{cue})(?![^\W\d_])[^\n\d]{{0,16}}$", re.I) if cue else None
    whole = re.compile(rf"(?<![\w./-])(?:{form})(?![\w/]|[.-]\w)", re.I)
    return Checked(category, whole, valid, alone, alone if bare is None else bare, before, proof)


_RECORD, _ACCOUNT, _LICENCE = Category.RECORD_NUMBER, Category.ACCOUNT_NUMBER, Category.LICENCE_NUMBER
_ID = r"id|identity|identification|national|personal"
NUMBERS: tuple[Checked, ...] = (
    _row(_RECORD, r"(?-i:[A-Z]{3}\d\d(?:\d\d|[A-Z]{2}))", is_nhi, 0.85),
    _row(_RECORD, r"[A-Z]{3}[ -]?\d\d ?(?:\d\d|[A-Z]{2})", is_nhi, 0, None, "nhi|national health index|hospital|patient|id"),
    _row(_RECORD, r"\d{3}[ -]?\d{3}[ -]?\d{4}", stdnum.gb.nhs.is_valid, 0.85, 0.5, "nhs|h&c|health and care|patient|id|no|number"),
    _row(_RECORD, r"\d{6}[ -]?\d{4}", is_chi, 0.75, 0.6, "chi|community health index"),
    _row(_RECORD, r"[2-6]\d{3}[ -]?\d{5}[ -]?\d(?:[ /-]?\d)?", is_medicare, 0.85, 0.4, "medicare"),
    _row(_RECORD, r"80036\d ?\d{4} ?\d{4} ?\d{3}|8003 ?6\d{3} ?\d{4} ?\d{4}", _is_ihi, 0.95, None, "ihi|healthcare identifier"),
    _row(_RECORD, r"\d{3}-\d\d-\d{4}", stdnum.us.ssn.is_valid, 0.9, None, "ssn|social security|social", Reason.PATTERN),
    _row(_RECORD, r"784-?\d{4}-?\d{7}-?\d", is_emirates_id, 0.95, None, "emirates|eid|الهوية|" + _ID),
    _row(_RECORD, r"[12]\d{9}", is_saudi_id, 0.3, 0.3, "الهوية|الوطنية|الإقامة|iqama|national id|saudi id"),
    _row(_RECORD, r"[23]\d{13}", is_egyptian_id, 0.7, None, "القومي|الرقم|national|" + _ID, Reason.PATTERN),
    _row(_LICENCE, r"[12]\d{9}", is_npi, 0, 0, "npi|national provider"),
    _row(_LICENCE, r"[A-Z][A-Z9]\d{7}", is_dea, 0, 0, "dea"),
    _row(_ACCOUNT, r"\d{12,19}|\d{4}(?:[ -]\d{4}){2}[ -]\d{1,7}|\d{4}[ -]\d{6}[ -]\d{5}", is_card, 0.92, 0.85, "card|credit|debit|visa|mastercard|amex"),
    _row(_ACCOUNT, r"[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?", stdnum.iban.is_valid, 0.98, None, "iban|account"),
    _row(Category.VEHICLE, r"[A-HJ-NPR-Z0-9]{17}", is_vin, 0.93, None, "vin|chassis|vehicle"),
    _row(Category.DEVICE_SERIAL, r"\d{15}|\d{2}-\d{6}-\d{6}-\d", stdnum.imei.is_valid, 0, 0, "imei"),
    _row(_RECORD, r"(?-i:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D])", lambda text: True, 0.8, None, "ni|nino|national insurance", Reason.PATTERN),
    # Elsewhere: the European Union's (GDPR) and other national numbers whose proof is strong.
    _row(_RECORD, r"[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}", stdnum.in_.aadhaar.is_valid, 0.85, 0.5, "aadhaar|aadhar|uid|uidai|आधार"),
    _row(_RECORD, r"\d{7}[A-W][A-IW]?", stdnum.ie.pps.is_valid, 0.85, None, "pps|ppsn|pps no"),
    _row(_RECORD, r"\d{6}[-+A]\d{3}[\dA-Y]", stdnum.fi.hetu.is_valid, 0.9),
    _row(_RECORD, r"(?:19|20)?\d{6}[-+]\d{4}", stdnum.se.personnummer.is_valid, 0.8),
    _row(_RECORD, r"\d{6}-\d{4}", stdnum.dk.cpr.is_valid, 0.7, None, "cpr"),
    _row(_RECORD, r"\d{6}-[1-8]\d{6}", stdnum.kr.rrn.is_valid, 0.9),
    _row(_RECORD, r"[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]", stdnum.it.codicefiscale.is_valid, 0.97),
    _row(_RECORD, r"\d{8}-?[A-Z]", stdnum.es.dni.is_valid, 0.85, None, "dni|nif"),
    _row(_RECORD, r"[XYZ]-?\d{7}-?[A-Z]", stdnum.es.nie.is_valid, 0.85, None, "nie|dni"),
    _row(_RECORD, r"[12] ?\d\d ?(?:0[1-9]|1[0-2]) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d", stdnum.fr.nir.is_valid, 0.9, None, "nir|sécurité sociale"),
    _row(_RECORD, r"\d{3}\.\d{3}\.\d{3}-\d\d", stdnum.br.cpf.is_valid, 0.9, None, "cpf"),
    _row(_RECORD, r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d", stdnum.be.nn.is_valid, 0.9),
    _row(_RECORD, r"\d{11}", stdnum.pl.pesel.is_valid, 0.5, None, "pesel"),
    _row(_RECORD, r"[1-9]\d{10}", stdnum.tr.tckimlik.is_valid, 0.7, None, "kimlik|tckn|tc"),
    _row(_RECORD, r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}", stdnum.de.idnr.is_valid, 0.5, None, "steuer-id|steuer|idnr"),
    _row(_RECORD, r"\d{9}", stdnum.nl.bsn.is_valid, 0, None, "bsn|burgerservicenummer"),
    _row(_RECORD, r"\d{13}", stdnum.za.idnr.is_valid, 0.5, None, "sa id|" + _ID),
)  # fmt: skip


def find_numbers(reading: Reading) -> Iterator[Hit]:
    """Numbers whose check digit is right, surer where a cue says what they are."""
    text, rest = reading.text, reading.rest
    if not any(char in text for char in "0123456789"):
        return
    for number in NUMBERS:
        for match in number.form.finditer(text):
            value = match.group()
            if len(set(value)) < 3 or not number.valid(value):
                continue
            if number.cue and number.cue.search(text[max(0, match.start() - 40) : match.start()]):
                yield Hit(number.category, match.start(), match.end(), 0.99, (number.proof, Reason.CUE))
            elif rest[match.start() : match.end()] == value and (score := number.bare if value.isdigit() else number.alone):
                yield Hit(number.category, match.start(), match.end(), score, (number.proof,))
