"""Employers, schools, clubs and firms by what stands in their names or before them."""

import re
from collections.abc import Iterator

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_text import Reading
from phivet.models.notes_words import EPONYMS, GENERIC, KINDS_OF_HOSPITAL, MAKERS, NOT_A_PERSON, ORDINARY, RADIOLOGY

_WORD = r"[A-ZÀ-ÖØ-Þ][\w'&.-]{0,30}"
_NAME = rf"(?:{_WORD}\s(?:(?:of|and|the|de|&)\s)?){{1,4}}"
_LEGAL = (
    rf"(?<![\w'-])(?P<name>(?:{_WORD},?\s(?:(?:and|&)\s)?){{1,4}})"
    r"(?:Inc\.?|Ltd\.?|LLC|LLP|(?<!,\s)PLC|plc|Corp\.?|Corporation|GmbH|Pty\.?\s(?:Ltd\.?|Limited)|S\.?A\.|N\.?V\.|Oyj?"
    r"|(?:&|and)\s(?:Sons|Co\.?|Partners|Associates|Daughters))(?![\w'-])"
)
_KIND = (
    rf"(?<![\w'-])(?P<name>{_NAME})"
    r"(?:(?:Primary|Elementary|High|Middle|Grammar|Secondary|Public|Boarding|Convent|Technical|Sunday)\sSchool|Preschool"
    r"|Kindergarten|Academy|Polytechnic|(?:Rugby|Football|Cricket|Golf|Rowing|Bowls|Hockey|Netball|Yacht|Swimming)\sClub|RFC|FC"
    r"|(?:Fire|Police)\s(?:Department|Dept\.?|Service|Brigade)|Sheriff's\sOffice|(?:City|District|County|Borough|Shire)\sCouncil"
    r"|(?:Baptist|Methodist|Lutheran|Presbyterian|Catholic)\sChurch|Sawmill|Foundry|Shipyard|Brewery|Distillery|Dairy|Colliery"
    r"|Quarry|Boatworks|Cannery|Abattoir|Constabulary|Prison|Correctional\s(?:Facility|Institution)|Airlines)(?![\w'-])"
)
_EMPLOYED = (
    r"(?i:\b(?:works?|worked|working|employed|apprenticed)\s(?:for|at)|\bemployee\sof|\bemployer:?)\s(?:the\s)?"
    rf"(?P<name>{_WORD}(?:\s(?:(?:of|and|&)\s)?{_WORD}){{0,3}})"
)
_FORMS: tuple[tuple[re.Pattern[str], float, bool], ...] = (
    (re.compile(_LEGAL), 0.8, True),
    (re.compile(_KIND), 0.85, True),
    (re.compile(_EMPLOYED), 0.65, False),
)
_NO_NAME = (
    GENERIC
    | EPONYMS
    | KINDS_OF_HOSPITAL
    | (NOT_A_PERSON | RADIOLOGY) - ORDINARY
    | frozenset({"the", "a", "his", "her", "local"})
)


def find_organisations(reading: Reading) -> Iterator[Hit]:
    """Named firms, schools, clubs, councils; not a maker of scanners, and not `the High School`."""
    text = reading.text
    for form, score, whole in _FORMS:
        for match in form.finditer(text):
            names = [
                word for word in re.findall(r"[\w'&.-]+", match["name"]) if word.lower().strip(".,") not in _NO_NAME
            ]
            if not any(sum(map(str.isalpha, word)) > 2 for word in names) or any(
                word.lower().strip(".,") in MAKERS for word in names
            ):
                continue
            start = match.start("name") + match["name"].index(names[0])
            end = match.end() if whole else match.end("name")
            yield Hit(Category.ORGANISATION, start, end, score, (Reason.PATTERN,))
