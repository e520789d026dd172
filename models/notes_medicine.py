"""What looks like an identifier and is none: the literature's references and radiology's own numbers, in two tables.

What they match is blanked before the rules read. A row stands here only if the rules err without it (a test says so).
"""

import re
from dataclasses import dataclass
from functools import cache

BLANK = "\0"
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
YEAR = r"(?:19|20)\d\d"
UNIT = (
    r"(?:[mcnμµk]?m[²³23]?|[dmμµ]?[lL]|cc|[mμµnpk]?g|mcg|%|percent|°|deg(?:rees)?|HU|k?V[pP]?|m?As?|mGy|m?Sv|[kMG]?Bq"
    r"|m?Ci|T|tesla|m?s|msec|sec(?:ond)?s?|min(?:ute)?s?|h|hrs?|hours?|days?|weeks?|wks?|months?|mths?|years?|yrs?"
    r"|[mk]?Hz|mm\s?Hg|ppm|[mμµ]?mol|mEq|I?U|units?|c?Gy|[fF]r(?:ench)?|F|gauge|G|dB|m?W|J|bpm|o'clock)"
    r"(?:\s?/\s?(?:[mk]?g|[dm]?[lL]|min|h(?:r|our)?|s(?:ec)?|day|m[²2]|mm3?|cm3?|wk|week|year|yr))?(?![\w'])"
)
"""A unit of measurement, as it stands after a number."""


@dataclass(frozen=True)
class Harmless:
    """A kind of text that is no identifier, and its form, which begins at the start of a word and ignores case."""

    what: str
    form: str


_MONTHS = rf"{MONTH}(?:\s?[-/]\s?{MONTH})?\.?"
_ISSUE = r"\(\s?(?:suppl\.?\s?)?\d{1,5}(?:\s?[-/]\s?\d{1,3})?\s?(?:suppl\.?\s?\d{0,3})?\)"
_PAGES = r"[a-z]{0,3}\d{1,7}(?:\s?-\s?[a-z]{0,3}\d{1,7})?[a-z]?(?!\w)"
_DAY = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s{MONTH},?\s{YEAR}|{MONTH}\.?\s\d{{1,2}}(?:st|nd|rd|th)?,?\s{YEAR}"
    rf"|{YEAR}\s{MONTH}(?:\s\d{{1,2}})?|{MONTH}\s{YEAR}|{YEAR}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}/{YEAR})"
)

REFERENCES: tuple[Harmless, ...] = (
    Harmless("DICOM UID", r"[0-2](?<![.]\d)(?:\.\d{1,39}){5,30}(?!\w)"),
    Harmless("web address", r"(?:https?://|www\.)[^\s<>\"\0]{1,2000}"),
    Harmless("DOI", r"10(?<![.]..)\.\d{4,9}/[^\s\"<>]{1,200}"),
    Harmless("PubMed", r"(?:PMID|PMCID|PubMed(?:\sID)?)\s?:?\s?(?:PMC)?\d{4,9}(?!\w)"),
    Harmless("register of trials or genes", r"(?:NCT|ISRCTN|ACTRN|CRD|rs)\d{5,14}(?!\w)"),
    Harmless("ISBN", r"ISBN(?:-1[03])?:?\s?[\dX][\dX -]{8,16}"),
    Harmless(
        "journal, year, volume, pages",  # 2004 Mar;182(3):611-6
        rf"(?:{_MONTHS}\s)?\(?{YEAR}[a-z]?\)?[.,]?(?:\s{_MONTHS}(?:\s\d{{1,2}})?)?\s?[;:,]\s?(?:vol(?:ume)?\.?\s?)?"
        rf"\d{{1,4}}(?:\s?suppl\.?\s?\d{{0,3}})?\s?(?:{_ISSUE})?\s?[:,]\s?(?:pp?\.?\s?)?{_PAGES}",
    ),
    Harmless(
        "journal, volume, year",  # AJR 182, March 2004; vol. 284, no. 1, pp. 228-243, July 2017
        r"(?:AJR|AJNR|Radiology|RadioGraphics|JACR|BJR|vol(?:ume)?|issue|no)\b\W{0,2}\d{1,4}\W{1,3}"
        rf"(?:(?:number|no|issue|pp?|pages?)\b\.?\s?{_PAGES}\W{{1,3}}){{0,2}}{_MONTHS}\s{YEAR}(?!\d)",
    ),
    Harmless(
        "when a source was printed or read",
        r"(?:accessed|retrieved|cited|epub|published|e-?pub(?:lished)?\sahead\sof\sprint|last\supdated|accepted)"
        rf"(?:\s(?:on|in|online|first|after|revision|date)){{0,2}}:?\s{{0,2}}{_DAY}",
    ),
)

_NO_DATE = rf"(?!\d{{1,2}}[/.-]\d{{1,2}}[/.-]{YEAR}(?!\d)|{YEAR}[/.-]\d\d[/.-]\d\d(?!\d))"
_ROW_OF_NUMBERS = rf"{_NO_DATE}\d{{1,6}}(?:\.\d{{1,4}})?(?:\s?[-/<>|x,@]\s?\d{{1,6}}(?:\.\d{{1,4}})?){{1,12}}(?![\w/])"

MEDICINE: tuple[Harmless, ...] = (
    Harmless(
        "duration, or marks out of ten",  # 3/7 of fever, known since 8/12 old, last 2/12 ago, LOS 7/7, pain 3/10
        r"\d{1,2}/(?:7|12|52)(?=\s(?:ago|old|of\s(?:age|[a-z])|hx|history|hist|post|prior|later|after|duration|wait)\b)"
        r"|(?:LOS|f/?up?|review\sin|rpt\sin|for|past|over|x)\s\d{1,2}/(?:7|12|52)(?![\d/])"
        r"|(?:scored?|got|rated?|pain|power|VAS|NRS|quiz)\s(?:\w{1,12}\s){0,2}\d{1,2}/(?:5|10|20)(?![\d/])",
    ),
    Harmless(
        "classification",
        r"(?:ICD(?:-?O)?(?:-?\d{1,2})?(?:-CM)?|SNOMED(?:[ -]?CT)?|CPT|RadLex|LOINC|UMLS|OMIM|HGNC)"
        r"\s?(?:codes?|ID|no\.?)?\s?[:#]?\s?[A-Z]{0,4}\d[\dA-Z.-]{1,17}",
    ),
    Harmless(
        "version of software",
        r"(?:version|vers?\.?|v\.?|release|build|firmware|software|revision|rev\.?|syngo(?:\sMR)?|python|slicer|fsl|spm"
        r"|itk(?:-snap)?|osirix|horos|freesurfer|matlab|pytorch|monai|ants|pydicom|dcmtk|gdcm|imagej|fiji)"
        r"\s?(?:version|v\.?)?\s?\d{1,5}(?:\.\d{1,6}){1,5}(?!\w)",
    ),
    Harmless("levels of the spine", r"(?-i:[CTLS])\d{1,2}(?:\s?[-/]\s?(?-i:[CTLS])?\d{1,2}){1,4}(?!\w)"),
    Harmless(
        "numbered parts, times, grades",
        r"(?:ribs?|segments?|levels?|vertebrae|discs?|zones?|slices?|frames?|teeth|tooth|toes?|fingers?|rays?|days?"
        r"|weeks?|months?|hours?|minutes?|grades?|types?|groups?|stages?|scores?|phases?|stations?|positions?|leads?)"
        r"\s\d{1,3}(?:\s?[/,&-]\s?\d{1,3}){1,8}(?![\w/])",
    ),
    Harmless(
        "named score or measurement",
        r"(?:[A-Z]{1,4}-?RADS|Gleason|ASPECTS|GCS|NIHSS|EDSS|MMSE|MoCA|APGAR|MELD|HU|ADC|SUV(?:max)?|RI|PSV|FEV1?|FVC"
        rf"|PFTs?|EF|BMI|GRE|FSE|TSE|SE|STIR|TR|TE|TI|FA)\s?[:=]?\s?(?:of\s)?{_ROW_OF_NUMBERS}",
    ),
    Harmless(
        "laboratory row",
        r"(?:CBC|FBC|BMP|CMP|LFTs?|ABG|VBG|U&Es?|UECs?|lytes|AST|ALT|ALP|GGT|PT|PTT|INR|BP|NIBP|HR|RR|SpO2|Cr|creatinine"
        r"|bilirubin|CRP|WBC|WCC|Hb|PSA|CEA|AFP|Na|K|Ca|TSH|T4|vitals)(?:/[A-Z]{2,4}){0,4}\s?[:=-]?\s?"
        rf"{_ROW_OF_NUMBERS}",
    ),
)


@cache
def _any_of(table: tuple[Harmless, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(row.form for row in table)})", re.I)


def _blanked(text: str, table: tuple[Harmless, ...]) -> str:
    return _any_of(table).sub(lambda match: BLANK * (match.end() - match.start()), text) if table else text


def without_references(text: str) -> str:
    """`text` with UIDs, web addresses and the literature's references blanked, at the same length."""
    return _blanked(text, REFERENCES)


def without_medicine(text: str) -> str:
    """`text` with radiology's own numbers blanked, at the same length."""
    return _blanked(text, MEDICINE)
