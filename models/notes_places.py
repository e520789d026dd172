"""Addresses, postcodes and coordinates: plain forms, and what a cue word introduces."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_cues import COLON, LOOSE, Cues
from phivet.models.notes_text import Reading

_STREET_LONG = (
    "street road avenue drive lane crescent place terrace way court close quay boulevard parade highway esplanade grove square "
    "gardens mews walk parkway circuit promenade alley"
).split()
_STREET_SHORT = "st rd ave av dr ln cres cr pl tce ter blvd hwy ct cl pde pkwy sq".split()
_STREET = "|".join([word.capitalize() for word in (*_STREET_LONG, *_STREET_SHORT)] + [word.upper() for word in (*_STREET_LONG, "rd", "ave", "blvd", "hwy")])
_NAME = r"[A-ZÀ-ÖØ-ÞĀĒĪŌŪ][\w'’.-]{1,24}"
_HOUSE = r"(?:\d{1,5}[A-Za-z]?(?:\s?[/-]\s?\d{1,5}[A-Za-z]?)?)"
_UNIT = r"(?:(?:[Uu]nit|[Ff]lat|[Aa]pt\.?|[Aa]partment|[Ss]uite|[Rr]oom|[Ll]evel|#|UNIT|FLAT|APT\.?)\s?\d{1,5}[A-Za-z]?(?:\s?[,/]\s?|\s))"
_TOWN = rf"(?:\s?,\s?|\s)(?!(?:Dr|Mr|Mrs|Ms|The|On|Her|His|He|She|No|CT|MR|MRI|US|DOB|Tel|Ph|Phone)\b){_NAME}(?:\s{_NAME}){{0,2}}"
_ADDRESS = re.compile(
    rf"(?<![\w./-]){_UNIT}?{_HOUSE},?\s(?:{_NAME}\s){{1,3}}(?:{_STREET})(?![\w'’])(?<!Chi\sSquare)(?!(?<=Dr)\.?\s[A-Z])\.?(?:\s(?:North|South|East|West|N|S|E|W))?(?:\s?,\s?(?:Apt|Unit|Flat|Suite)\.?\s?\d{{1,5}})?"
    rf"(?:{_TOWN}){{0,3}}(?:,?\s(?:\d{{4,5}}(?:-\d{{4}})?|[A-Z]{{2,3}}\s\d{{4,5}}))?(?!\d)"
)
_BOX = re.compile(r"(?<!\w)(?:P\.?\s?O\.?\s?Box|Private\s(?:Mail\s)?Bag|GPO\sBox|Locked\sBag|R\.?D\.?\s?(?=\d{1,2},)|ص\.?\s?ب\.?)\s?\d{1,7}", re.I)
_STREET_ABROAD = re.compile(
    rf"(?<!\w)(?:(?:Rue|Via|Calle|Rua|Avenida|Jalan|Jl\.|Avenue\s(?:du|de|des)|ul\.|ulica|شارع|улица|ул\.|rue|viale|piazza)\s(?:[\w'’.-]{{1,24}},?\s){{1,4}}(?:No\.?\s?|дом\s)?{_HOUSE}"
    rf"|[A-ZÄÖÜ][\wäöüß-]{{2,24}}(?:stra(?:ß|ss)e|str\.|gasse|weg|platz|allee|straat|laan|gracht|vej|gata|gatan|gade|katu|tie)\s{_HOUSE}"
    rf"|{_HOUSE},?\s(?:rue|avenue|boulevard|chemin|place)\s(?:d[eu]s?\s(?:la\s)?|de\sl')?{_NAME}(?:\s{_NAME})?)(?!\w)"
)

_UK_AREAS = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP "
    "HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG "
    "SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
).split()
_UK_OUTWARD = rf"(?:{'|'.join(sorted(_UK_AREAS, key=len, reverse=True))})\d(?:\d|[A-HJKMNP-Y])?"
_UK = re.compile(rf"(?<![\w-])(?:{_UK_OUTWARD})(?P<gap>\s?)\d(?!ST\b|ND\b|RD\b|TH\b)[ABD-HJLNP-UW-Z]{{2}}(?!\w)")
_LIVES_IN = re.compile(
    rf"\b(?:liv(?:es|ed|ing)|resid(?:es|ed|ent|ing)|postal\sarea|home)\s(?:in|at|of|near)\s(?:{_NAME}[\s,]{{1,2}})?(?P<code>{_UK_OUTWARD})(?!\w)"
)
_US_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT "
    "VT VA WA WV WI WY PR"
).split()
_ZIP = re.compile(rf"(?<!\w){_NAME}(?:\s{_NAME})?,\s{{1,2}}(?:{'|'.join(_US_STATES)})\.?,?\s{{1,2}}(?P<code>\d{{5}}(?:-\d{{4}})?)(?![\w-])")
_AU = re.compile(r"(?<!\w)(?P<town>[A-Z][\w'’]{2,20}(?:\s[A-Z][\w'’]{2,20})?[\s,]{1,2})?(?:NSW|VIC|QLD|TAS|ACT|(?<=,\s)(?:SA|WA|NT))[\s,]{1,2}(?P<code>\d{4})(?!\d|\.\d|\s?mm)")
_TOWNS = (
    "Auckland|Wellington|Christchurch|Hamilton|Tauranga|Dunedin|Napier|Hastings|Palmerston North|Nelson|Rotorua|New Plymouth|Whangarei|Whangārei|"
    "Invercargill|Whanganui|Gisborne|Blenheim|Timaru|Queenstown|Taupo|Taupō|Masterton|Levin|Porirua|Lower Hutt|Upper Hutt|Hutt City|Papamoa|Kerikeri|"
    "Sydney|Melbourne|Brisbane|Perth|Adelaide|Canberra|Hobart|Darwin|Newcastle|Geelong|Townsville|Cairns|Ballarat|Bendigo|Wollongong"
)
_TOWN_CODE = re.compile(rf"(?<!\w)(?:{_TOWNS})[\s,]{{1,2}}(?!(?:19|20)\d\d\b(?!\s?(?:,|$|\n|New Zealand|NZ|Australia)))(?P<code>\d{{4}})(?![\w/:;-]|\.\d)")
_CODE = re.compile(r"(?=[A-Z -]{0,4}\d)(?:[A-Z]{1,2}-?)?\d[A-Z0-9]{1,6}(?:[ -]?\d[A-Z]{2}|[ -]\d{2,4}|[ ][A-Z]{2}|[ ]?[A-Z0-9]{4})?(?![\w])", re.I)
_OUTWARD = re.compile(rf"{_UK_OUTWARD}(?:\s?\d[A-Z]{{2}})?(?!\w)", re.I)

_GPS = re.compile(
    r"(?<![\w.])(?P<lat>[+-]?\d{1,2}\.\d{3,9})\s?°?\s?(?P<ns>[NS])?\s?[,;/ ]\s{0,2}(?P<lon>[+-]?1?\d{1,2}\.\d{3,9})\s?°?\s?(?P<ew>[EW])?(?![\w.]*\d)"
)
_GPS_CUE = re.compile(r"(?:gps|lat(?:itude)?|coordinates?|location|geo\w*|position)\W{0,12}$", re.I)
_DEGREES = re.compile(
    r"(?<!\w)\d{1,2}°\s?\d{1,2}(?:\.\d{1,6})?['′]\s?(?:\d{1,2}(?:\.\d{1,6})?(?:\"|″|''))?\s?[NS][\s,;]{0,3}1?\d{1,2}°\s?\d{1,2}(?:\.\d{1,6})?['′]\s?(?:\d{1,2}(?:\.\d{1,6})?(?:\"|″|''))?\s?[EW]"
)


@dataclass(frozen=True)
class Whereabouts:
    """What people write before an address or a postcode."""

    category: Category
    phrases: str
    link: re.Pattern[str]


_CUES = Cues(
    (
        Whereabouts(Category.POSTCODE, "postcode; post code; zip; zip code; zipcode; postal code; postal; pin code; pincode; pin; eircode; plz; cap; code postal; código postal; الرمز البريدي", LOOSE),
        Whereabouts(Category.ADDRESS, "address; home address; postal address; residential address; addr; street address; lives at; residing at; resides at; adresse; dirección; العنوان; عنوان", COLON),
    )
)  # fmt: skip
_AFTER_LABEL = re.compile(r"[^\n;|\0]{4,100}")
_NEXT_LABEL = re.compile(r"\s{3,}|[,.]?\s(?:[A-Z][\w ]{0,18}|[a-z]{2,9}(?:\s\w{2,9})?):|\.\s(?=[A-Z])|[,.]\s(?=(?:tel|phone|mobile|dob|email)\b)", re.I)


def find_places(reading: Reading) -> Iterator[Hit]:
    """Street addresses, boxes, postcodes with a cue or a place, coordinates."""
    text = reading.rest
    if not any(char.isdigit() for char in text):
        return
    for form, score in ((_ADDRESS, 0.9), (_BOX, 0.95), (_STREET_ABROAD, 0.85)):
        for match in form.finditer(text):
            yield Hit(Category.ADDRESS, match.start(), match.end(), score, (Reason.PATTERN,))
    yield from _postcodes(text)
    yield from _coordinates(reading.text)
    for label in _CUES.labels(reading.text):
        if label.row.category is Category.POSTCODE:
            if match := _OUTWARD.match(reading.text, label.end) or _CODE.match(reading.text, label.end):
                yield Hit(Category.POSTCODE, match.start(), match.end(), 0.95, (Reason.CUE,))
        elif match := _AFTER_LABEL.match(reading.text, label.end):
            until = _NEXT_LABEL.search(match.group())
            value = (match.group()[: until.start()] if until else match.group()).rstrip(" ,.")
            if len(value) >= 4 and "@" not in value and any(char.isalpha() for char in value):
                score = 0.93 if any(char.isdigit() for char in value) else 0.7
                yield Hit(Category.ADDRESS, match.start(), match.start() + len(value), score, (Reason.CUE,))


def _postcodes(text: str) -> Iterator[Hit]:
    for match in _UK.finditer(text):
        yield Hit(Category.POSTCODE, match.start(), match.end(), 0.9 if match["gap"] else 0.7, (Reason.PATTERN,))
    for form, score in ((_ZIP, 0.95), (_AU, 0.9), (_TOWN_CODE, 0.9), (_LIVES_IN, 0.85)):
        for match in form.finditer(text):
            yield Hit(Category.POSTCODE, *match.span("code"), score, (Reason.CUE, Reason.PATTERN))


def _coordinates(text: str) -> Iterator[Hit]:
    for match in _DEGREES.finditer(text):
        yield Hit(Category.ADDRESS, match.start(), match.end(), 0.95, (Reason.PATTERN,))
    for match in _GPS.finditer(text):
        if abs(float(match["lat"])) > 90 or abs(float(match["lon"])) > 180:
            continue
        cue = _GPS_CUE.search(text[max(0, match.start() - 28) : match.start()])
        decimals = min(len(match[part].split(".")[1]) for part in ("lat", "lon"))
        if cue or (match["ns"] and match["ew"]):
            yield Hit(Category.ADDRESS, match.start(), match.end(), 0.95, (Reason.CUE, Reason.PATTERN) if cue else (Reason.PATTERN,))
        elif decimals >= 4 and "," in match.group():
            yield Hit(Category.ADDRESS, match.start(), match.end(), 0.7, (Reason.PATTERN,))
