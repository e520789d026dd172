"""Held-out cases for every line of the platforms' rules: real small files in which one identifier was left, and a twin.

The lines are those of the platforms' rules on what may not appear in a case, which `serving/policies` puts in figures.
A case is what a platform's user would send: an MR image whose patient is a study key, with a note, a comment, a report
or a picture beside it. Its clean twin is the same without the identifier, or with what is often taken for one: a bare
year, an age under 90, initials of a disease, a vertebra that looks like a postcode, a journal's page. The cases are
written by hand in `material/policies/cases.toml`; their names, places and wordings are known to no detector, no test
and no list of words. Who they are about follows from the seed.
"""

import html
import io
import json
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage

from phivet.cases.categories import Category
from phivet.datasets.policies_pictures import PICTURES, Facts, Files, Pair

MATERIAL = Path(__file__).parent / "material" / "policies" / "cases.toml"

GIVEN = ("Ottoline", "Ngawaiata", "Titilayomi", "Hrafnhildur", "Kavinda", "Bogumila", "Sitiveni", "Lowenna")
FAMILY = (
    "Brackenbury", "Tauwhare", "Adegboruwa", "Hallgrimsdottir", "Weerakkody", "Szczygielski", "Taumoefolau",
    "Penhallurick",
)  # fmt: skip
RELATIVES = ("Perpetua", "Hinepoto", "Dragoslav", "Caoilfhionn", "Ekundayo", "Zdzislawa")
CLINICIANS = ("Achterkamp", "Rautangata", "Mbathani", "Vantongeren", "Chakrapani", "Delapierre-Roy")
ARABIC = ("بلقيس الشهراني", "معتصم القنيبط", "هيفاء الدوسري")
HOSPITALS = (
    "Thornycroft General Hospital", "Saltmarsh Infirmary", "Wairoto Base Hospital", "Mount Cassidy Medical Centre",
)  # fmt: skip
STREETS = (
    "27 Quillfeather Lane, Tideswell SK17 8PQ", "482 Brambleway Court, Trumansburg, NY 14886",
    "19B Kotukutuku Road, Rangiwahia 4779", "3 Cinderhill Close, Crickhowell NP8 1DX",
)  # fmt: skip
POSTCODES = ("SK17 8PQ", "NP8 1DX", "BN7 2RT")
VILLAGES = ("Owlpen", "Trumansburg", "Rangiwahia", "Tideswell", "Crickhowell")
EMPLOYERS = ("Thistlewick Foundry", "Hendrickson Boatworks", "Pukatea Sawmill")
SCHOOLS = ("Greylag Primary School", "Ashcombe Girls' Academy", "Matawhero Intermediate")
EVENTS = ("Ravenglass Ploughing Match", "Otorohanga Rodeo", "Tewkesbury Raft Race")
HELD_OUT = (
    *GIVEN, *FAMILY, *RELATIVES, *CLINICIANS, *ARABIC, *HOSPITALS, *STREETS, *POSTCODES, *VILLAGES, *EMPLOYERS,
    *SCHOOLS, *EVENTS,
)  # fmt: skip
"""What stands in no detector, no test of one, and no list of words."""

NOTE = "Three days of colicky right-sided pain.\n\nFat stranding about a thickened appendix of 11 mm."
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class LabelledCase(NamedTuple):
    """Files by name that break one `line` of the rules by holding one `category`, and the same without it.

    `what` says where it stands; the same thing put in other words is a case of its own.
    """

    line: str
    category: Category
    files: Files
    clean_twin_files: Files
    what: str


def cases(seed: int) -> Iterator[LabelledCase]:
    """The cases of every line, in the order of the rules. The same for the same seed."""
    for row in tomllib.loads(MATERIAL.read_text("utf-8"))["case"]:
        for number, wording in enumerate(row.get("wordings", [None])):
            rng = random.Random(f"{seed}/{row['line']}/{row['what']}/{number}")  # noqa: S311 no secret
            files, clean = _files(row, wording, facts(rng), rng)
            yield LabelledCase(row["line"], Category(row["category"]), files, clean, row["what"])


def _files(row: Mapping[str, Any], wording: Sequence[str] | None, facts: Facts, rng: random.Random) -> Pair:
    """A case and its twin: what a row says in a header, as a picture, or in words."""
    if "header" in row:
        note = {"case note.txt": NOTE.encode()}
        return note | {"image.dcm": dicom(facts, row["header"])}, note | {
            "image.dcm": dicom(facts, row["clean_header"])
        }
    image = {"image.dcm": dicom(facts, {})}
    if wording is None:
        identifying, clean = PICTURES[row["picture"]](facts, rng)
        return {**image, **identifying}, {**image, **clean}
    text, *fillings = wording
    texts = [text.replace("{}", filling).format(**facts) for filling in fillings]
    with_it, without = ({**image, row["file"]: _laid_out(row["file"], text)} for text in texts)
    return with_it, without


def facts(rng: random.Random) -> dict[str, str]:
    """One person's identifiers, none of them anybody's but by chance."""
    given, family, postcode = rng.choice(GIVEN), rng.choice(FAMILY), rng.choice(POSTCODES)
    born = date(rng.randrange(1938, 1990), rng.randrange(1, 13), rng.randrange(13, 29))
    day = date(rng.randrange(2015, 2024), rng.randrange(1, 13), rng.randrange(13, 29))
    a, b, c, d = ("".join(rng.sample("23456789", 4)) for _ in range(4))
    letters = "".join(rng.choice(LETTERS) for _ in range(6))
    return {
        "given": given, "family": family, "initials": f"{given[0]}.{family[0]}.", "arabic": rng.choice(ARABIC),
        "relative": rng.choice(RELATIVES), "clinician": rng.choice(CLINICIANS), "hospital": rng.choice(HOSPITALS),
        "born": f"{born:%d/%m/%Y}", "born_in_words": f"{born.day} {born:%B %Y}", "born_year": f"{born:%Y}",
        "born_da": f"{born:%Y%m%d}", "day": f"{day:%d/%m/%Y}", "day_us": f"{day:%m-%d-%y}", "day_da": f"{day:%Y%m%d}",
        "day_in_words": f"{day.day} {day:%B %Y}", "month": f"{day:%B %Y}", "year": f"{day:%Y}",
        "old": str(rng.randrange(91, 100)), "young": str(rng.randrange(71, 90)),
        "street": rng.choice(STREETS), "postcode": postcode, "outward": postcode.split()[0],
        "village": rng.choice(VILLAGES), "employer": rng.choice(EMPLOYERS), "school": rng.choice(SCHOOLS),
        "event": rng.choice(EVENTS), "phone_nz": f"021 {a[:3]} {b}", "phone_uk": f"07700 900{a[:3]}",
        "phone_us": f"(607) 387-{b}", "phone_sa": f"053{a[:3]}{b}", "fax": f"01298 87{a}",
        "email": f"{given.lower()}.{family.lower()}@outlook.com", "user": f"{family.lower()}{a[:2]}",
        "ip": f"81.174.{rng.randrange(2, 99)}.{rng.randrange(101, 250)}",
        "nhi": nhi(letters[:3], a[:3]), "new_nhi": new_nhi(letters[:4], a[:2]), "nhs": nhs(f"4{a}{b}"),
        "ssn": f"{rng.randrange(401, 660)}-{a[:2]}-{b}", "number": f"{a}{b[:3]}", "long_number": f"{a}{b[:3]}{c}",
        "serial": f"{letters[:2]}{a}{d[:2]}", "plate": f"{letters[:2]}{rng.randrange(10, 74)} {letters[3:]}",
        "rego": f"{letters[:3]}{a[:3]}", "vin": vin(f"1HGCM{a[:3]}", f"A0{b}{c[:2]}"),
        "key": f"COHORT-{d}", "uid": f"2.25.{rng.getrandbits(110)}",
    }  # fmt: skip


def dicom(facts: Facts, attributes: Mapping[str, str]) -> bytes:
    """A small MR image whose patient is a study key; `attributes` are set by keyword."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = MRImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = UID(f"{facts['uid']}1")
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = UID(f"{facts['uid']}2"), UID(f"{facts['uid']}3")
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientID, dataset.PatientName, dataset.PatientBirthDate, dataset.PatientSex = facts["key"], "", "", "F"
    dataset.StudyDate = dataset.StudyTime = dataset.AccessionNumber = dataset.ReferringPhysicianName = ""
    dataset.Modality, dataset.Manufacturer, dataset.SeriesDescription = "MR", "ACME", "T2 TSE SAG"
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PixelRepresentation = 1, "MONOCHROME2", 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.Rows, dataset.Columns, dataset.PixelData = 16, 16, bytes(256)
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value.format(**facts))
    file = io.BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


def _laid_out(name: str, text: str) -> bytes:
    """`text` as files of this kind hold it."""
    if name.endswith(".json"):
        return json.dumps({"comments": [{"text": "Great case, thank you."}, {"text": text}]}).encode()
    if name.endswith(".html"):
        paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n"))
        return f"<!doctype html><meta charset=utf-8><title>Report</title><h1>Report</h1>{paragraphs}".encode()
    return text.encode()


def nhi(letters: str, digits: str) -> str:
    """An NHI number of the old form, AAANNNC (HISO 10046); where no check digit is right, of the next number."""
    total = _weighted(letters + digits)
    if total % 11 == 0:
        return nhi(letters, f"{int(digits) + 1:03d}"[-3:])
    return letters + digits + str((11 - total % 11) % 10)


def new_nhi(letters: str, digits: str) -> str:
    """An NHI number of the form issued since 2026, AAANNAX (HISO 10046:2023)."""
    stem = letters[:3] + digits + letters[3]
    return stem + LETTERS[22 - _weighted(stem) % 23]


def _weighted(stem: str) -> int:
    values = (int(char) if char.isdigit() else LETTERS.index(char) + 1 for char in stem)
    return sum(value * weight for value, weight in zip(values, (7, 6, 5, 4, 3, 2), strict=True))


def nhs(stem: str) -> str:
    """An NHS number of nine digits and a check digit, in its usual groups; where none is right, the next number."""
    check = 11 - sum(int(digit) * weight for digit, weight in zip(stem, range(10, 1, -1), strict=True)) % 11
    return nhs(str(int(stem) + 1)) if check == 10 else f"{stem[:3]} {stem[3:6]} {stem[6:]}{check % 11}"


def vin(before: str, after: str) -> str:
    """A vehicle identification number: eight characters, a check digit (49 CFR 565.15), eight more."""
    values = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True))
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 9, 8, 7, 6, 5, 4, 3, 2)
    total = sum(int(values.get(char, char)) * weight for char, weight in zip(before + after, weights, strict=True))
    return before + "0123456789X"[total % 11] + after
