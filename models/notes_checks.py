"""Proofs of numbers that no library has: check digits, issuers' prefixes, dates inside. Separators do not count."""

import re
from datetime import date

from stdnum import luhn
from stdnum.gb import nhs

_SEPARATORS = re.compile(r"[\s./-]")
_NHI_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_VIN_VALUE = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True))
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
    """Whether `text` is an Australian Medicare card number: eight digits, check digit, issue number."""
    text = _compact(text)
    if not re.fullmatch(r"[2-6]\d{8}[1-9]\d?", text):
        return False
    return sum(int(digit) * weight for digit, weight in zip(text, (1, 3, 7, 9) * 2, strict=False)) % 10 == int(text[8])


def is_npi(text: str) -> bool:
    """Whether `text` is a US National Provider Identifier: Luhn with the prefix 80840 (45 CFR 162.406)."""
    return re.fullmatch(r"[12]\d{9}", text) is not None and luhn.is_valid("80840" + text)


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
    return _is_day(text[4:6], text[2:4], text[:2]) and nhs.is_valid(text)


_CARD = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}"
    r"|(?:6011|64[4-9]\d|65\d\d|352[89]|35[3-8]\d)\d{12}|(?:2131|1800)\d{11}|62\d{14,17}"
    r"|(?:5018|5020|5038|5[6-8]\d\d|6304|67\d\d)\d{8,15}"
)


def is_card(text: str) -> bool:
    """Whether `text` is a payment card number: an issuer's prefix (ISO/IEC 7812) and Luhn."""
    text = _compact(text)
    return _CARD.fullmatch(text) is not None and luhn.is_valid(text)


def is_emirates_id(text: str) -> bool:
    """Whether `text` is an Emirates ID: 784, year of birth, seven digits, Luhn."""
    text = _compact(text)
    return re.fullmatch(r"784(?:19|20)\d{10}", text) is not None and luhn.is_valid(text)


def is_saudi_id(text: str) -> bool:
    """Whether `text` is a Saudi national (1) or resident (2) ID: ten digits, Luhn."""
    return re.fullmatch(r"[12]\d{9}", text) is not None and luhn.is_valid(text)


def is_egyptian_id(text: str) -> bool:
    """Whether `text` is an Egyptian national ID: century, birth date, governorate, serial."""
    if not re.fullmatch(r"[23]\d{13}", text):
        return False
    governorate = int(text[7:9])
    return _is_day(text[1:3], text[3:5], text[5:7]) and (1 <= governorate <= 35 or governorate == 88)


def is_ihi(text: str) -> bool:
    """Whether `text` is an Australian Individual Healthcare Identifier: 800360, ten digits, Luhn."""
    text = _compact(text)
    return re.fullmatch(r"800360\d{10}", text) is not None and luhn.is_valid(text)


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(2000 + int(year), int(month), int(day))
    except ValueError:
        return False
    return True
