"""Hospitals by name in running text: a proper name before what kind of house it is (`Westmead Hospital`)."""

import re
from collections.abc import Iterator

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_text import Reading
from phivet.models.notes_words import EPONYM_NOUNS, GENERIC, KINDS_OF_HOSPITAL

_KIND = (
    r"(?:Hospitals?|Infirmary|Hospice|Sanatorium|Polyclinic|Medical\sCent(?:re|er)|Med\sC(?:en)?tr"
    r"|Health\sCent(?:re|er)|Cancer\sCent(?:re|er)|NHS\s(?:Foundation\s)?Trust)"
)
_NAME = r"(?:St\.|[A-Z][\w'&-]{0,30})"
_HOUSE = re.compile(rf"(?<![\w'-])(?P<name>(?:{_NAME}\s(?:(?:of|and|the|de|la|del|for|&)\s)?){{1,6}}){_KIND}(?![\w'-])")
_OF = re.compile(rf"(?<![\w'-])(?:University\s)?Hospital\s(?:of|de|del|da)\s(?P<name>{_NAME}(?:\s{_NAME}){{0,3}})")
_ARABIC = re.compile(
    r"(?<!\w)(?:ال)?(?:مستشفى|مستشفي|مشفى|مصحة|مستوصف)\s(?P<name>[\u0621-\u064a]{3,14}(?:\s(?:ال[\u0621-\u064a]{3,14}|بن|آل|أبو)){0,2})"
)
_ABROAD = re.compile(
    r"(?<![\w'-])(?:Hôpital|Hopital|Clinique|Centre\s[Hh]ospitalier|CHU|CHRU|Clínica|Clinica|Hospital\s(?:General|Universitario|San|Santa|Universitari)"
    r"|Ospedale|Policlinico|Klinikum|Universitätsklinikum|Krankenhaus|Spital|Kliniken?|Ziekenhuis|Hospital\sSt\.?)"
    rf"\s(?:(?:de|du|di|da|del|della|la|le|am|im|von)\s){{0,2}}(?P<name>{_NAME}(?:[\s-]{_NAME}){{0,2}})"
)
_CITED = re.compile(
    r"\s(?:classification|score|criteria|grad\w+|staging|scale|risk|anxiety|trial|study|series|course|day|stay)\b", re.I
)
"""`Hospital Anxiety and Depression Scale`, `Mayo Clinic score`, `HOSPITAL COURSE`: no house is meant."""
_NO_NAME = GENERIC | EPONYM_NOUNS | KINDS_OF_HOSPITAL


def find_facilities(reading: Reading) -> Iterator[Hit]:
    """Named hospitals; `District Hospital`, `the Hospital` and scores named after one are none."""
    for pattern in (_HOUSE, _OF, _ABROAD, _ARABIC):
        for match in pattern.finditer(reading.text):
            names = [
                word for word in re.findall(r"[\w'&.-]+", match["name"]) if word.lower().rstrip(".") not in _NO_NAME
            ]
            if not names or _CITED.match(reading.text, match.end()):
                continue
            start = match.start("name") + match["name"].index(names[0]) if pattern is _HOUSE else match.start()
            yield Hit(Category.FACILITY, start, match.end(), 0.85, (Reason.IN_CONTEXT, Reason.PATTERN))
