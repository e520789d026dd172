"""Numbers that prove themselves by a check digit or a form that no other number has: one table."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stdnum import iban, imei, luhn
from stdnum.be import nn
from stdnum.br import cpf
from stdnum.de import idnr
from stdnum.dk import cpr
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.ie import pps
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale
from stdnum.kr import rrn
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.se import personnummer
from stdnum.tr import tckimlik
from stdnum.us import ssn
from stdnum.za import idnr as za_idnr

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_checks import (
    is_card,
    is_chi,
    is_dea,
    is_egyptian_id,
    is_emirates_id,
    is_ihi,
    is_medicare,
    is_nhi,
    is_npi,
    is_saudi_id,
    is_vin,
)
from phivet.models.notes_medicine import BLANK
from phivet.models.notes_text import Reading


@dataclass(frozen=True)
class Checked:
    """A kind of number: form, proof, and its probability without a cue: `alone`, or `bare` if it is but digits."""

    category: Category
    form: re.Pattern[str]
    valid: Callable[[str], bool]
    alone: float
    bare: float
    cue: re.Pattern[str] | None
    proof: Reason


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
    whole = re.compile(rf"(?:{form})(?![\w/]|[.-]\w)", re.I)
    return Checked(category, whole, valid, alone, alone if bare is None else bare, before, proof)


_RECORD, _ACCOUNT, _LICENCE = Category.RECORD_NUMBER, Category.ACCOUNT_NUMBER, Category.LICENCE_NUMBER
_ID = "id|identity|identification|national|personal"
_NINO = "[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
_CARD_IN_GROUPS = r"\d{4}(?:[ -]\d{4}){2}[ -]\d{1,7}|\d{4}[ -]\d{6}[ -]\d{5}"
NUMBERS: tuple[Checked, ...] = (
    _row(_RECORD, r"(?-i:[A-Z]{3}\d\d(?:\d\d|[A-Z]{2}))", is_nhi, 0.85),
    _row(
        _RECORD, r"[A-Z]{3}[ -]?\d\d ?(?:\d\d|[A-Z]{2})", is_nhi, 0, cue="nhi|national health index|hospital|patient|id"
    ),
    _row(
        _RECORD, r"\d{3}[ -]?\d{3}[ -]?\d{4}", nhs.is_valid, 0.85, 0.5, "nhs|h&c|health and care|patient|id|no|number"
    ),
    _row(_RECORD, r"\d{6}[ -]?\d{4}", is_chi, 0.75, 0.6, "chi|community health index"),
    _row(_RECORD, r"[2-6]\d{3}[ -]?\d{5}[ -]?\d(?:[ /-]?\d)?", is_medicare, 0.85, 0.4, "medicare"),
    _row(_RECORD, r"8003 ?6\d{3} ?\d{4} ?\d{4}", is_ihi, 0.95, cue="ihi|healthcare identifier"),
    _row(_RECORD, rf"(?-i:{_NINO}) ?\d\d ?\d\d ?\d\d ?[A-D]", bool, 0.8, cue="ni|nino|insurance", proof=Reason.PATTERN),
    _row(_RECORD, r"\d{3}-\d\d-\d{4}", ssn.is_valid, 0.9, cue="ssn|social security|social", proof=Reason.PATTERN),
    _row(_RECORD, r"784-?\d{4}-?\d{7}-?\d", is_emirates_id, 0.95, cue=f"emirates|eid|الهوية|{_ID}"),
    _row(_RECORD, r"[12]\d{9}", is_saudi_id, 0.3, cue="الهوية|الوطنية|الإقامة|iqama|national id|saudi id"),
    _row(_RECORD, r"[23]\d{13}", is_egyptian_id, 0.7, cue=f"القومي|الرقم|{_ID}", proof=Reason.PATTERN),
    _row(_LICENCE, r"[12]\d{9}", is_npi, 0, cue="npi|national provider"),
    _row(_LICENCE, r"[A-Z][A-Z9]\d{7}", is_dea, 0, cue="dea"),
    _row(_ACCOUNT, rf"\d{{12,19}}|{_CARD_IN_GROUPS}", is_card, 0.92, 0.85, "card|visa|amex"),
    _row(_ACCOUNT, r"\d{12,19}", luhn.is_valid, 0, cue="card|credit|debit|cc"),
    _row(_ACCOUNT, r"[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?", iban.is_valid, 0.98, cue="iban|account"),
    _row(Category.VEHICLE, r"[A-HJ-NPR-Z0-9]{17}", is_vin, 0.93, cue="vin|chassis|vehicle"),
    _row(Category.DEVICE_SERIAL, r"\d{15}|\d\d-\d{6}-\d{6}-\d", imei.is_valid, 0, cue="imei"),
    # Those of the European Union (GDPR) and others whose proof is strong.
    _row(_RECORD, r"[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}", aadhaar.is_valid, 0.85, 0.5, "aadhaar|aadhar|uid|uidai|आधार"),
    _row(_RECORD, r"\d{7}[A-W][A-IW]?", pps.is_valid, 0.85, cue="pps|ppsn"),
    _row(_RECORD, r"\d{6}[-+A]\d{3}[\dA-Y]", hetu.is_valid, 0.9),
    _row(_RECORD, r"(?:19|20)?\d{6}[-+]\d{4}", personnummer.is_valid, 0.8),
    _row(_RECORD, r"\d{6}-\d{4}", cpr.is_valid, 0.7, cue="cpr"),
    _row(_RECORD, r"\d{6}-[1-8]\d{6}", rrn.is_valid, 0.9),
    _row(_RECORD, r"[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]", codicefiscale.is_valid, 0.97),
    _row(_RECORD, r"\d{8}-?[A-Z]", dni.is_valid, 0.85, cue="dni|nif"),
    _row(_RECORD, r"[XYZ]-?\d{7}-?[A-Z]", nie.is_valid, 0.85, cue="nie|dni"),
    _row(_RECORD, r"[12] ?\d\d ?(?:0[1-9]|1[0-2]) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d", nir.is_valid, 0.9, cue="nir"),
    _row(_RECORD, r"\d{3}\.\d{3}\.\d{3}-\d\d", cpf.is_valid, 0.9, cue="cpf"),
    _row(_RECORD, r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d", nn.is_valid, 0.9),
    _row(_RECORD, r"\d{11}", pesel.is_valid, 0.5, cue="pesel"),
    _row(_RECORD, r"[1-9]\d{10}", tckimlik.is_valid, 0.7, cue="kimlik|tckn|tc"),
    _row(_RECORD, r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}", idnr.is_valid, 0.5, cue="steuer|idnr"),
    _row(_RECORD, r"\d{9}", bsn.is_valid, 0, cue="bsn|burgerservicenummer"),
    _row(_RECORD, r"\d{13}", za_idnr.is_valid, 0.5, cue=_ID),
)
_BEGINS = re.compile(
    r"(?<![\w./-])(?=[A-Za-z]{0,8}[ -]?\d(?:[ ./+-]?[A-Za-z]{0,5} ?\d){5}|[A-Za-z]{3}[ -]?\d\d|\w{17}(?!\w))"
)
"""Where any of them may begin: six digits with at most a few letters between, an NHI number, a VIN."""
_ANY = re.compile("|".join(f"(?:{number.form.pattern})" for number in NUMBERS), re.I)


def find_numbers(reading: Reading) -> Iterator[Hit]:
    """Numbers whose check digit is right, surer where a cue says what they are."""
    if not reading.digits:
        return
    text, rest = reading.text, reading.rest
    for beginning in _BEGINS.finditer(text):
        start = beginning.start()
        if not _ANY.match(text, start):
            continue
        for number in NUMBERS:
            match = number.form.match(text, start)
            if match is None or len(set(match.group())) < 3 or not number.valid(match.group()):
                continue
            if number.cue and number.cue.search(text[max(0, start - 40) : start]):
                yield Hit(number.category, start, match.end(), 0.99, (number.proof, Reason.CUE))
            elif rest[start] != BLANK and (score := number.bare if match.group().isdigit() else number.alone):
                yield Hit(number.category, start, match.end(), score, (number.proof,))
