"""Labelled synthetic DICOM headers: identifying values where modalities, PACS and converters put them.

Every identified header is followed by its scrubbed twin, in which each value was replaced the way one of the usual
tools does. Everything is made up and follows from the seed.
"""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import NamedTuple

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

from phivet.cases.categories import Category

FAMILY = (
    "Harwood", "Ngata", "Tamahori", "O'Sullivan", "Van der Berg", "Müller", "García López", "Kowalczyk", "Al-Farsi",
    "Nguyen", "Okonkwo", "Sørensen", "Tukaokao", "Patel", "Lindqvist", "Dubois", "Petrović", "McAllister", "Fa'asavalu",
)  # fmt: skip
GIVEN = (
    "Marama", "Jonathan", "Aroha", "Siobhan", "Pieter", "Jürgen", "María", "Zofia", "Yusuf", "Linh", "Chidi", "Astrid",
    "Wiremu", "Priya", "Nils", "Amélie", "Milan", "Fiona", "Sione",
)  # fmt: skip
WRITTEN_TWICE = ("Yamada^Tarou=山田^太郎=やまだ^たろう", "Hong^Gildong=洪^吉洞=홍^길동", "Wang^XiaoDong=王^小东")
HOSPITALS = (
    "Waitemata District Hospital", "St. Brigid's Infirmary", "Klinikum Nordheim", "Lakeview Imaging Ltd",
    "Al Noor Clinic",
)  # fmt: skip
STREETS = (
    "14 Kauri Street, Tauranga 3110", "7 Mill Lane, Ely CB7 4AA", "221 Oak Ave Apt 3, Dayton OH 45402",
    "Hauptstr. 9, 24937 Flensburg",
)  # fmt: skip
PHONES = ("+64 9 555 0123", "(937) 555-0187", "+44 1632 960 417", "0461 555 231")
WORK = ("Beekeeper at Hollow Farm", "Mayor of Ashby", "Harbour pilot", "Violinist")
STATIONS = ("RADCT07-WAIKATO", "OEM-7K2CQ9TYA", "mr3tlab", "XRAYBAY2NORTH")

EMPTY = ""
STUDY_KEY = "SUBJ-0012"
DUMMIES = (
    EMPTY, "ANON", "ANONYMOUS", "ANONYMIZED", "REMOVED", "DEIDENTIFIED", "De-identified", "NONE", "UNKNOWN", "N/A",
    "XXXX", "TEST", "000000", "0", "X", "PATIENT^TEST", "^^^^", "[REDACTED]", STUDY_KEY,
)  # fmt: skip
"""What tools leave behind. A study key stands for the person alone; it is reported as one, and allowed."""
FILL_DATES = (EMPTY, "19000101", "19010101", "20000101")


class LabelledHeader(NamedTuple):
    """A header, and the category of each element in it that identifies, by path (see `cases.places.Element`)."""

    dataset: Dataset
    expected: dict[str, Category]


class _Sheet:
    """A data set being filled in, which notes down what identifies in it."""

    def __init__(self, dataset: Dataset, prefix: str, expected: dict[str, Category], rng: random.Random) -> None:
        self.dataset, self._prefix, self._expected, self._rng = dataset, prefix, expected, rng

    def put(self, keyword: str, value: object, category: Category | None = None, always: bool = False) -> None:
        """Set an element, mostly: a header never holds all that it could."""
        if always or self._rng.random() < 0.8:
            setattr(self.dataset, keyword, value)
            self._note(int(self.dataset[keyword].tag), category)

    def private(self, group: int, creator: str, element: int, vr: str, value: object, category: Category) -> None:
        """Set an element of a maker's private block, mostly."""
        if self._rng.random() < 0.8:
            block = self.dataset.private_block(group, creator, create=True)
            block.add_new(element, vr, value)
            self._note(int(block.get_tag(element)), category)

    def item(self, keyword: str) -> "_Sheet":
        """A new item of a sequence."""
        items = [*(self.dataset.get(keyword) or []), Dataset()]
        setattr(self.dataset, keyword, items)
        path = f"{self._prefix}{_notation(int(self.dataset[keyword].tag))}[{len(items) - 1}]."
        return _Sheet(self.dataset[keyword].value[-1], path, self._expected, self._rng)

    def _note(self, tag: int, category: Category | None) -> None:
        if category is not None:
            self._expected[self._prefix + _notation(tag)] = category


def make(seed: int, count: int) -> Iterator[LabelledHeader]:
    """`count` headers: an identified one, its scrubbed twin, the next one. The same for the same seed."""
    for number in range(count):
        rng = random.Random(f"{seed}/{number // 2}")  # noqa: S311 no secret
        if number % 2 == 0:
            yield identified(rng)
        else:
            dummy = DUMMIES[number // 2 % len(DUMMIES)]
            twin = scrubbed(identified(rng).dataset, dummy, rng)
            yield LabelledHeader(twin, {})


def identified(rng: random.Random) -> LabelledHeader:
    """A header in which identifying values stand in most of the places where they are met."""
    expected: dict[str, Category] = {}
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    sheet = _Sheet(dataset, "", expected, rng)
    born = date(rng.randrange(1940, 2014), rng.randrange(1, 13), rng.randrange(2, 28))
    studied = datetime(rng.randrange(2016, 2025), rng.randrange(1, 13), rng.randrange(2, 28), 7, 12, 41, tzinfo=UTC)
    serial = _digits(rng, 8)
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = CTImageStorage
    dataset.Modality, dataset.Manufacturer, dataset.ManufacturerModelName = "CT", "ACME Medical", "Scanner 3000"
    dataset.StudyDescription, dataset.BodyPartExamined = "CT THORAX", "CHEST"
    dataset.SliceThickness, dataset.KVP = "1.25", "120"
    _meta(sheet, rng)
    _uids(sheet, rng, studied, serial)
    _patient(sheet, rng, born)
    _study(sheet, rng, studied)
    _people(sheet, rng)
    _device(sheet, rng, serial)
    _makers(sheet, rng, born, studied)
    return LabelledHeader(dataset, expected)


def _meta(sheet: _Sheet, rng: random.Random) -> None:
    meta = sheet.dataset.file_meta
    meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = CTImageStorage, ExplicitVRLittleEndian
    _Sheet(meta, "", sheet._expected, rng).put(
        "SourceApplicationEntityTitle", rng.choice(STATIONS)[:16], Category.DEVICE_SERIAL
    )


def _uids(sheet: _Sheet, rng: random.Random, studied: datetime, serial: str) -> None:
    """As makers build them: from the clock, from the serial number, or at random."""
    root = "1.2.840.99999.7"
    kind = rng.randrange(3)
    tail, category = (
        (f"{studied:%Y%m%d%H%M%S}", Category.STUDY_DATE),
        (serial, Category.DEVICE_SERIAL),
        (str(rng.randrange(3, 9)), None),
    )[kind]
    for number, keyword in enumerate(("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"), 1):
        sheet.put(keyword, UID(f"{root}.{tail}.{number}"), category, always=True)


def _patient(sheet: _Sheet, rng: random.Random, born: date) -> None:
    name = rng.choice(WRITTEN_TWICE) if rng.random() < 0.2 else person(rng)
    sheet.put("PatientName", name, Category.NAME, always=True)
    sheet.put("PatientID", _number(rng), Category.RECORD_NUMBER, always=True)
    sheet.put("PatientBirthDate", f"{born:%Y%m%d}", Category.DATE_OF_BIRTH)
    sheet.put("PatientSex", rng.choice("FMO"))
    sheet.put("PatientAge", *rng.choice([("094Y", Category.AGE_OVER_89), ("061Y", None), ("018M", None)]))
    sheet.put("PatientBirthName", person(rng), Category.NAME)
    sheet.put("OtherPatientNames", person(rng), Category.NAME)
    sheet.put("PatientMotherBirthName", person(rng), Category.RELATIVE_NAME)
    sheet.put("ResponsiblePerson", person(rng), Category.RELATIVE_NAME)
    sheet.put("PatientAddress", rng.choice(STREETS), Category.ADDRESS)
    sheet.put("PatientTelephoneNumbers", rng.choice(PHONES), Category.PHONE)
    sheet.put("Occupation", rng.choice(WORK)[:16], Category.OCCUPATION)
    sheet.put("RegionOfResidence", "Northland", Category.PLACE)
    sheet.put("InsurancePlanIdentification", _number(rng), Category.ACCOUNT_NUMBER)
    other = sheet.item("OtherPatientIDsSequence")
    other.put("PatientID", _number(rng), Category.RECORD_NUMBER, always=True)
    sheet.put("ClinicalTrialSubjectID", f"SUBJ-{rng.randrange(1, 9999):04d}", Category.STUDY_KEY)


def _study(sheet: _Sheet, rng: random.Random, studied: datetime) -> None:
    day = f"{studied:%Y%m%d}"
    for keyword in ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "InstanceCreationDate"):
        sheet.put(keyword, day, Category.STUDY_DATE, always=keyword == "StudyDate")
    sheet.put("StudyTime", f"{studied:%H%M%S}")
    sheet.put("AcquisitionDateTime", f"{studied:%Y%m%d%H%M%S}.120000", Category.STUDY_DATE)
    sheet.put("AdmittingDate", day, Category.DATE)
    sheet.put("DateOfLastCalibration", day)
    sheet.put("AccessionNumber", _number(rng), Category.RECORD_NUMBER)
    sheet.put("StudyID", _digits(rng, 6), Category.RECORD_NUMBER)
    sheet.put("AdmissionID", _number(rng), Category.RECORD_NUMBER)
    request = sheet.item("RequestAttributesSequence")
    request.put("RequestedProcedureID", _number(rng), Category.RECORD_NUMBER)
    request.put("AccessionNumber", _number(rng), Category.RECORD_NUMBER)
    frame = sheet.item("PerFrameFunctionalGroupsSequence").item("FrameContentSequence")
    frame.put("FrameAcquisitionDateTime", f"{studied:%Y%m%d%H%M%S}", Category.STUDY_DATE)
    coerced = sheet.item("OriginalAttributesSequence").item("ModifiedAttributesSequence")
    coerced.put("PatientName", person(rng), Category.NAME)
    coerced.put("PatientID", _number(rng), Category.RECORD_NUMBER)


def _people(sheet: _Sheet, rng: random.Random) -> None:
    for keyword in ("ReferringPhysicianName", "PerformingPhysicianName", "OperatorsName", "PhysiciansOfRecord"):
        sheet.put(keyword, person(rng), Category.CLINICIAN_NAME)
    sheet.put("InstitutionName", rng.choice(HOSPITALS), Category.FACILITY)
    sheet.put("InstitutionAddress", rng.choice(STREETS), Category.FACILITY)
    identification = sheet.item("ReferringPhysicianIdentificationSequence")
    identification.put("PersonTelephoneNumbers", rng.choice(PHONES), Category.PHONE)
    code = identification.item("PersonIdentificationCodeSequence")
    code.put("CodeValue", _digits(rng, 5), Category.CLINICIAN_NAME)
    code.put("CodingSchemeDesignator", "99LOCAL")
    code.put("CodeMeaning", person(rng).replace("^", " "), Category.CLINICIAN_NAME)
    for code_value, meaning, keyword, value, category in (
        ("121008", "Person Observer Name", "PersonName", person(rng), Category.CLINICIAN_NAME),
        ("121029", "Subject Name", "PersonName", person(rng), Category.NAME),
        ("121030", "Subject ID", "TextValue", _number(rng), Category.RECORD_NUMBER),
        ("121031", "Subject Birth Date", "Date", "19480317", Category.DATE_OF_BIRTH),
    ):
        content = sheet.item("ContentSequence")
        concept = content.item("ConceptNameCodeSequence")
        concept.put("CodeValue", code_value, always=True)
        concept.put("CodingSchemeDesignator", "DCM", always=True)
        concept.put("CodeMeaning", meaning, always=True)
        content.put(keyword, value, category)


def _device(sheet: _Sheet, rng: random.Random, serial: str) -> None:
    sheet.put("DeviceSerialNumber", serial, Category.DEVICE_SERIAL, always=True)
    sheet.put("StationName", rng.choice(STATIONS)[:16], Category.DEVICE_SERIAL)
    sheet.put("SourceSerialNumber", _digits(rng, 5), Category.DEVICE_SERIAL)
    sheet.put("DetectorID", f"DX-{_digits(rng, 6)}", Category.DEVICE_SERIAL)


def _makers(sheet: _Sheet, rng: random.Random, born: date, studied: datetime) -> None:
    """Private blocks that repeat what the header says, as pydicom's dictionary of private elements describes them."""
    sheet.private(0x0009, "GEMS_IDEN_01", 0x27, "SL", int(studied.timestamp()), Category.DATE)
    sheet.private(0x0013, "SIEMENS CM VA0  CMS", 0x20, "PN", person(rng), Category.NAME)
    sheet.private(0x0013, "SIEMENS CM VA0  CMS", 0x22, "LO", _number(rng), Category.RECORD_NUMBER)
    sheet.private(0x0013, "SIEMENS CM VA0  CMS", 0x30, "DA", f"{born:%Y%m%d}", Category.DATE_OF_BIRTH)
    sheet.private(0x0021, "BRIT Systems, Inc.", 0x04, "SH", rng.choice(PHONES)[:16], Category.PHONE)
    sheet.private(0x0099, "NOBODY KNOWS", 0x01, "PN", person(rng), Category.NAME)
    sheet.private(0x0099, "NOBODY KNOWS", 0x02, "DA", f"{studied:%Y%m%d}", Category.DATE)


def scrubbed(dataset: Dataset, dummy: str, rng: random.Random) -> Dataset:
    """What a de-identification tool makes of `dataset`: values replaced, dates emptied or their years, new UIDs."""
    years = rng.random() < 0.5

    def scrub(part: Dataset) -> None:
        for element in part:
            if element.VR == "SQ":
                for item in element.value:
                    scrub(item)
            elif element.VR == "UI" and not str(element.value).startswith("1.2.840.10008."):
                element.value = UID(f"2.25.{rng.getrandbits(120)}")
            elif element.VR in {"DA", "DT"}:
                element.value = f"{str(element.value)[:4]}0101" if years else rng.choice(FILL_DATES)
            elif element.VR == "AS":
                element.value = "089Y" if str(element.value) == "094Y" else element.value
            elif element.VR in {"PN", "LO", "SH", "LT", "ST", "UT", "AE"} and not _is_plain(element.keyword):
                key = dummy == STUDY_KEY and element.keyword not in {"PatientName", "PatientID"}
                element.value = "REMOVED" if key else dummy

    dataset.remove_private_tags()
    scrub(dataset)
    scrub(dataset.file_meta)
    dataset.PatientIdentityRemoved = "YES"
    return dataset


def _is_plain(keyword: str) -> bool:
    return keyword in {"Manufacturer", "ManufacturerModelName", "StudyDescription", "CodingSchemeDesignator"}


def person(rng: random.Random) -> str:
    """A person's name as VR PN writes it."""
    return f"{rng.choice(FAMILY)}^{rng.choice(GIVEN)}" + rng.choice(("", "", "^A", "^^Dr"))


def _number(rng: random.Random) -> str:
    """A record number as hospitals write it."""
    letters = "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(3))
    digits = _digits(rng, 7)
    return rng.choice((f"{letters}{digits[:4]}", digits, f"0{digits}", f"H-{digits}", f"{digits}/{digits[:2]}"))


def _digits(rng: random.Random, count: int) -> str:
    """Digits that are all different: a number that nobody takes for a dummy."""
    return "".join(rng.sample("123456789", count))


def _notation(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
