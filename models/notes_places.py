"""Addresses, postcodes and coordinates: plain forms, and what a cue word introduces."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_cues import COLON, LOOSE, Cues
from phivet.models.notes_postcodes import find_postcodes, postcode_at
from phivet.models.notes_text import Reading
from phivet.models.notes_words import GENERIC, KINDS_OF_HOSPITAL, NOT_A_PERSON, RADIOLOGY, TERRITORIES

_STREET_TYPES = (
    "Street|Road|Avenue|Drive|Lane|Crescent|Place|Terrace|Way|Court|Close|Quay|Boulevard|Parade|Highway|Esplanade|Grove"
    "|Square|Gardens|Mews|Walk|Parkway|Circuit|Promenade|Alley"
)
_SHORT = "St|Rd|Ave|Av|Dr|Ln|Cres|Cr|Pl|Ct|Cl|Tce|Ter|Blvd|Hwy|Pde|Pkwy|Sq|RD|AVE|BLVD|HWY"
_STREET = f"{_STREET_TYPES}|{_STREET_TYPES.upper()}|{_SHORT}"
_NAME = r"[A-ZÀ-ÖØ-ÞĀĒĪŌŪ][\w'.-]{1,24}"
_HOUSE = r"\d{1,5}[A-Za-z]?(?:\s?[/-]\s?\d{1,5}[A-Za-z]?)?"
_NO_TOWN = r"(?:Dr|Mr|Mrs|Ms|The|On|Her|His|He|She|No|CT|MR|MRI|US|DOB|Tel|Ph|Phone)\b"
_ADDRESS = re.compile(
    rf"\d(?<![\w./-]\d)(?:(?<=\d)\d{{0,4}}[A-Za-z]?(?:\s?[/-]\s?\d{{1,5}}[A-Za-z]?)?),?\s(?:{_NAME}\s){{1,3}}"
    rf"(?:{_STREET})(?![\w'])(?<!Chi\sSquare)(?!(?<=Dr)\.?\s[A-Z])\.?(?:\s(?:North|South|East|West|[NSEW])\b)?"
    rf"(?:\s?,\s?(?:Apt|Unit|Flat|Suite)\.?\s?\d{{1,5}})?(?:(?:\s?,\s?|\s)(?!{_NO_TOWN}){_NAME}(?:\s{_NAME}){{0,2}}){{0,3}}"
    r"(?:,?\s(?:\d{4,5}(?:-\d{4})?|[A-Z]{2,3}\s\d{4,5}))?(?!\d)"
)
_LOWER_CASE = re.compile(
    r"\d(?<![\w./-]\d)\d{0,3}[a-z]?\s(?:[a-z']{3,15}\s){1,2}(?:street|avenue|crescent|terrace)\b(?!\s(?:traffic|drug|view))"
)
_UNIT_BEFORE = re.compile(r"(?<!\w)(?:unit|flat|apt\.?|apartment|suite|room|level|#)\s?\d{0,5}[a-z]?\s?[,/]?\s?$", re.I)
_STREET_THEN_NUMBER = re.compile(
    rf"(?:Street|Road|Avenue|Drive|Lane|Crescent|Boulevard|Quay)\s{_HOUSE}(?!\w|\.\d)"
    rf"|(?<=\w)(?:stra(?:ß|ss)e|str\.|gasse|weg|platz|allee|straat|laan|gracht|gata|gatan|gade|vej|katu)\s{_HOUSE}(?!\w|\.\d)"
)
_STREET_NAME = re.compile(rf"(?<!\w){_NAME}(?:\s{_NAME})?\s?$")
_FROM_A_WORD = re.compile(
    r"(?<!\w)(?:"
    r"(?i:P\.?\s?O\.?\s?Box|Private\s(?:Mail\s)?Bag|GPO\sBox|Locked\sBag|ص\.?\s?ب\.?)\s?\d{1,7}"
    r"|(?i:(?:PSC|CMR|Unit)\s\d{1,5},?\sBox\s\d{1,5}|(?:APO|FPO|DPO)\s(?:AA|AE|AP)\s\d{5}(?!\d))"
    rf"|(?:Rue|Via|Calle|Rua|Avenida|Jalan|Jl\.|ul\.|ulica|شارع|улица|ул\.|rue|viale|piazza)\s(?:[\w'.-]{{1,24}},?\s){{1,4}}"
    rf"(?:No\.?\s?|дом\s)?{_HOUSE}(?!\w))"
)
_FRENCH = re.compile(rf"(?:rue|avenue|boulevard|chemin|place)\s(?:d[eu]s?\s(?:la\s)?|de\sl')?{_NAME}(?:\s{_NAME})?")
_HOUSE_BEFORE = re.compile(rf"(?<![\w./-]){_HOUSE},?\s$")
_WITHIN = re.compile(r"(?:Apt\.?|Apartment|Suite|Flat)\s#?\d{1,4}[A-Za-z]?(?=\s?[,;\n]|\.?\s?$)")

_COUNTY = re.compile(
    r"(?<!\w)(?i:resident[ ](?:of|in)|liv(?:es|ed|ing)[ ]in|resid(?:es|ed|ing)[ ]in|native[ ]of|home[ ]in|from)"
    r"[ ](?:rural[ ])?"
    rf"(?P<place>(?:{_NAME}[ ]){{1,3}}(?:County|Parish|Shire)|(?:County|Co\.)[ ](?!Hospital|Clinic|Council){_NAME})"
    r"(?![\w'-]|[ ](?:Hospital|Medical|General|Health|Clinic|Memorial|Council|University|Jail))"
)
_TOWN = r"(?:St\.?[ ])?[A-ZÀ-ÖØ-ÞĀĒĪŌŪ][\w'-]{1,24}"
_LIVES = re.compile(
    r"(?<!\w)(?i:resident[ ]of|liv(?:es|ed|ing)[ ](?:alone[ ])?(?:in|near|outside)|resid(?:es|ed|ing)[ ]in|native[ ]of"
    r"|born[ ](?:and[ ]raised[ ])?in|grew[ ]up[ ](?:in|near)|moved[ ](?:here[ ])?(?:from|to)"
    r"|(?:returned|back|flown|arrived)[ ]from|travel(?:s|led|ed|l?ing)?[ ](?:to|through|from)|trip[ ]to"
    r"|holiday(?:ing)?[ ]in|home[ ]in|farms?[ ]near|villag(?:e|er)[ ](?:of|near|from)|(?:town|suburb)[ ]of)"
    rf"[ ](?P<place>{_TOWN}(?:[ ](?:(?:of|on|de|la|upon|in)[ ])?{_TOWN}){{0,2}})"
)
_LIVES_IN_ARABIC = re.compile(
    r"(?<!\w)(?:من\s(?:سكان|أهالي|اهالي|مواليد|أبناء|قرية|مدينة|بلدة)|ساكن(?:ة|ه|ين)?(?:\sفي)?|[يتن]سكن(?:ون)?(?:\sفي)?"
    r"|(?:ال)?مقيم(?:ة|ين)?\s(?:في|ب)|قضاء|ناحية|محافظة|بلدة|قرية|مدينة)\s(?P<place>(?:ب)?[\u0621-\u064a]{3,14}(?:\s(?:ال)?[\u0621-\u064a]{3,12}(?=\s?[،,.\n]|$))?)"
)
_NO_PLACE = NOT_A_PERSON | RADIOLOGY | GENERIC | KINDS_OF_HOSPITAL

_GPS = re.compile(
    r"(?P<lat>[+-]?\d(?<![\w.]\d)(?<![\w.][+-]\d)\d?\.\d{3,9})\s?°?\s?(?P<ns>[NS])?\s?[,;/ ]\s{0,2}"
    r"(?P<lon>[+-]?1?\d{1,2}\.\d{3,9})\s?°?\s?(?P<ew>[EW])?(?![\w.]*\d)"
)
_GPS_CUE = re.compile(r"(?:gps|lat(?:itude)?|coordinates?|location|geo\w*|position)\W{0,12}$", re.I)
_ANGLE = r"°\s?\d{1,2}(?:\.\d{1,6})?'\s?(?:\d{1,2}(?:\.\d{1,6})?(?:\"|'')?)?\s?"
_DEGREES = re.compile(rf"\d{{1,2}}{_ANGLE}[NS][\s,;]{{0,3}}\d{{1,3}}{_ANGLE}[EW]")


@dataclass(frozen=True)
class Whereabouts:
    """What people write before an address or a postcode."""

    category: Category
    phrases: str
    link: re.Pattern[str]


_A_NUMBER_NEAR = re.compile(r":?\s{1,3}(?=\d)|:?\s{1,3}(?=[A-Z][^\n.;]{2,30}\s\d)")
_CUES = Cues(
    (
        Whereabouts(
            Category.POSTCODE,
            "postcode; post code; zip; zip code; zipcode; postal code; postal; pin code; pincode; pin; eircode; plz; "
            "cap; code postal; código postal; الرمز البريدي; postcode area; postcode district; postcode sector; "
            "postcode region; postcode prefix; postcode starts with; postcode starting; postcode begins with; postcode "
            "beginning; postal area; postal district; zip area; zip code area; zip prefix",
            LOOSE,
        ),
        Whereabouts(
            Category.ADDRESS,
            "address; home address; postal address; residential address; addr; street address; adresse; dirección; "
            "العنوان; عنوان",
            COLON,
        ),
        Whereabouts(
            Category.ADDRESS,
            "lives at; living at; resides at; residing at; moved to; address is; office is at",
            _A_NUMBER_NEAR,
        ),
    )
)
_AFTER_LABEL = re.compile(r"[^\n;|\0]{4,100}")
_NEXT_LABEL = re.compile(
    r"\s{3,}|[,.]?\s(?:[A-Z][\w ]{0,18}|[a-z]{2,9}(?:\s\w{2,9})?):|\.\s(?=[A-Z])"
    r"|[,.]\s(?=(?:tel|phone|mobile|dob|email)\b)",
    re.I,
)


def find_places(reading: Reading) -> Iterator[Hit]:
    """Counties and towns where someone lives, street addresses, boxes, postcodes with a cue or a place, coordinates."""
    for county in _COUNTY.finditer(reading.text):
        yield Hit(Category.PLACE, *county.span("place"), 0.92, (Reason.CUE, Reason.PATTERN))
    yield from _lived_in(reading.text)
    if not reading.digits:
        return
    text = reading.rest
    for start, end, score in _streets(text):
        yield Hit(Category.ADDRESS, start, end, score, (Reason.PATTERN,))
    yield from find_postcodes(text)
    yield from _coordinates(reading.text)
    yield from _labelled(reading)


def _lived_in(text: str) -> Iterator[Hit]:
    """Towns by what stands before them; countries and states identify nobody, and homes have no name."""
    for form, score in ((_LIVES, 0.75), (_LIVES_IN_ARABIC, 0.7)):
        for match in form.finditer(text):
            named = match["place"].lower()
            if not named.endswith("'s") and named not in TERRITORIES and named.split()[0] not in _NO_PLACE:
                yield Hit(Category.PLACE, *match.span("place"), score, (Reason.CUE,))


def _streets(text: str) -> Iterator[tuple[int, int, float]]:
    for match in _ADDRESS.finditer(text):
        unit = _UNIT_BEFORE.search(text, max(0, match.start() - 20), match.start())
        yield unit.start() if unit else match.start(), match.end(), 0.9
    for match in _FROM_A_WORD.finditer(text):
        yield match.start(), match.end(), 0.93
    for match in _STREET_THEN_NUMBER.finditer(text):
        if name := _STREET_NAME.search(text, max(0, match.start() - 52), match.start()):
            yield name.start(), match.end(), 0.8
    for match in _FRENCH.finditer(text):
        if house := _HOUSE_BEFORE.search(text, max(0, match.start() - 16), match.start()):
            yield house.start(), match.end(), 0.85
    for form, score in ((_LOWER_CASE, 0.55), (_WITHIN, 0.7)):
        for match in form.finditer(text):
            yield match.start(), match.end(), score


def _coordinates(text: str) -> Iterator[Hit]:
    for match in _DEGREES.finditer(text):
        yield Hit(Category.ADDRESS, match.start(), match.end(), 0.95, (Reason.PATTERN,))
    for match in _GPS.finditer(text):
        if abs(float(match["lat"])) > 90 or abs(float(match["lon"])) > 180:
            continue
        cue = _GPS_CUE.search(text[max(0, match.start() - 28) : match.start()])
        decimals = min(len(match[part].split(".")[1]) for part in ("lat", "lon"))
        if cue:
            yield Hit(Category.ADDRESS, match.start(), match.end(), 0.95, (Reason.CUE, Reason.PATTERN))
        elif match["ns"] and match["ew"]:
            yield Hit(Category.ADDRESS, match.start(), match.end(), 0.95, (Reason.PATTERN,))
        elif decimals >= 4 and "," in match.group():
            yield Hit(Category.ADDRESS, match.start(), match.end(), 0.7, (Reason.PATTERN,))


def _labelled(reading: Reading) -> Iterator[Hit]:
    text = reading.text
    for label in _CUES.labels(text, reading.words):
        if label.row.category is Category.POSTCODE:
            if match := postcode_at(text, label.end):
                yield Hit(Category.POSTCODE, match.start(), match.end(), 0.95, (Reason.CUE,))
        elif match := _AFTER_LABEL.match(text, label.end):
            until = _NEXT_LABEL.search(match.group())
            value = (match.group()[: until.start()] if until else match.group()).rstrip(" ,.")
            if len(value) >= 4 and "@" not in value and any(char.isalpha() for char in value):
                score = 0.93 if any(char.isdigit() for char in value) else 0.7
                yield Hit(Category.ADDRESS, match.start(), match.start() + len(value), score, (Reason.CUE,))
