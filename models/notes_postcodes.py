"""Postcodes: the full British form by itself, others after a cue or a place."""

import re
from collections.abc import Iterator

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_words import BRITISH_POSTCODE_AREAS

_US_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR"
    "|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|PR"
)
_TOWNS = (
    "Auckland|Wellington|Christchurch|Hamilton|Tauranga|Dunedin|Napier|Hastings|Palmerston North|Nelson|Rotorua"
    "|New Plymouth|Whangarei|Whangārei|Invercargill|Whanganui|Gisborne|Blenheim|Timaru|Queenstown|Taupo|Taupō|Masterton"
    "|Levin|Porirua|Lower Hutt|Upper Hutt|Hutt City|Papamoa|Kerikeri|Sydney|Melbourne|Brisbane|Perth|Adelaide|Canberra"
    "|Hobart|Darwin|Newcastle|Geelong|Townsville|Cairns|Ballarat|Bendigo|Wollongong"
)
_OUTWARD = r"(?P<area>[A-Z]{1,2})\d(?:\d|[A-HJKMNP-Y])?"
_UK = re.compile(rf"{_OUTWARD}(?P<gap>\s?)\d(?!ST\b|ND\b|RD\b|TH\b)[ABD-HJLNP-UW-Z]{{2}}(?!\w)")
_LIVES_IN = re.compile(
    rf"\b(?:liv(?:es|ed|ing)|resid(?:es|ed|ent|ing)|postal\sarea|home)\s(?:in|at|of|near)\s(?:[A-Z][\w'.-]{{1,24}}[\s,]{{1,2}})?"
    rf"(?P<code>{_OUTWARD})(?!\w)"
)
_ZIP = re.compile(
    rf"(?:,\s{{1,6}}|\w\s{{0,2}}\n\s{{0,6}},?\s?)(?:{_US_STATES})\.?,?\s{{1,8}}(?P<code>\d{{5}}(?:-\d{{4}})?)(?![\w-])"
)
_ZIP_AFTER_TOWN = re.compile(
    rf"(?<!\w)[A-Z][a-z]{{2,20}}\s(?!CT|PA|LA|SC|MI|ID|IN|OR|ME|NM|MD)(?:{_US_STATES})\s(?P<code>\d{{5}}(?:-\d{{4}})?)(?![\w-])"
)
_AU = re.compile(r"(?:NSW|VIC|QLD|TAS|ACT|(?<=,\s)(?:SA|WA|NT))[\s,]{1,2}(?P<code>\d{4})(?!\d|\.\d|\s?mm)")
_TOWN_CODE = re.compile(
    rf"(?<!\w)(?:{_TOWNS})[\s,]{{1,2}}(?!(?:19|20)\d\d\b(?!\s?(?:,|$|\n|New Zealand|NZ|Australia)))"
    r"(?P<code>\d{4})(?![\w/:;-]|\.\d)"
)
_CODE = re.compile(
    r"(?=[A-Z -]{0,4}\d)(?:[A-Z]{1,2}-?)?\d[A-Z0-9]{1,6}"
    r"(?:[ -]?\d[A-Z]{2}|[ -]\d{2,4}|[ ][A-Z]{2}|[ ]?[A-Z0-9]{4})?(?!\w)",
    re.I,
)
_OUTWARD_ALONE = re.compile(rf"{_OUTWARD}(?:\s?\d[A-Z]{{2}})?(?!\w)", re.I)


def find_postcodes(text: str) -> Iterator[Hit]:
    """British postcodes; ZIP codes after a state, Australian after a state or town, New Zealand's after a town."""
    for match in _UK.finditer(text):
        before = text[match.start() - 1 : match.start()]
        if match["area"] in BRITISH_POSTCODE_AREAS and not (before.isalnum() or before in ("-", "_")):
            score = 0.9 if match["gap"] else 0.7
            yield Hit(Category.POSTCODE, match.start(), match.end(), score, (Reason.PATTERN,))
    for form, score in ((_ZIP, 0.95), (_ZIP_AFTER_TOWN, 0.8), (_AU, 0.9), (_TOWN_CODE, 0.9), (_LIVES_IN, 0.85)):
        for match in form.finditer(text):
            if "area" not in match.groupdict() or match["area"] in BRITISH_POSTCODE_AREAS:
                yield Hit(Category.POSTCODE, *match.span("code"), score, (Reason.CUE, Reason.PATTERN))


def postcode_at(text: str, start: int) -> re.Match[str] | None:
    """The postcode at `start`, whole or only its outward part, a cue having said that one follows."""
    outward = _OUTWARD_ALONE.match(text, start)
    return outward if outward and outward["area"].upper() in BRITISH_POSTCODE_AREAS else _CODE.match(text, start)
