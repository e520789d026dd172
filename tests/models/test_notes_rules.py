"""What the notes detector finds: a table of texts, what each gives away, and for which reason."""

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.cases.known import Known, KnownValue
from phivet.models.notes_rules import find_by_rules

FOUND = [
    # e-mail, web, network
    ("Write to jane.doe@example.com.", "email", "jane.doe@example.com"),
    ("jane dot doe at gmail dot com", "email", "jane dot doe at gmail dot com"),
    ("jane.doe [at] xtra [dot] co.nz", "email", "jane.doe [at] xtra [dot] co.nz"),
    ("Blog: https://www.janes-journey.blog/my-scan?x=1.", "url", "https://www.janes-journey.blog/my-scan?x=1"),
    ("http://pacs.local/viewer?PatientID=123", "url", "http://pacs.local/viewer?PatientID=123"),
    ("https://radiopaedia.org/view?patient_name=doe", "url", "https://radiopaedia.org/view?patient_name=doe"),
    ("see drsmithclinic.co.nz for more", "url", "drsmithclinic.co.nz"),
    ("https://www.facebook.com/jane.doe.77", "social_handle", "https://www.facebook.com/jane.doe.77"),
    ("Instagram: @jane_doe77 posted it", "social_handle", "@jane_doe77"),
    ("logged in from 203.97.12.45", "ip_address", "203.97.12.45"),
    ("2001:db8:85a3::8a2e:370:7334", "ip_address", "2001:db8:85a3::8a2e:370:7334"),
    ("MAC 00:1B:44:11:3A:B7", "device_serial", "00:1B:44:11:3A:B7"),
    ("@jane_doe77 (Instagram)", "social_handle", "@jane_doe77"),
    # telephone
    ("phone 021 555 1234", "phone", "021 555 1234"),
    ("+64 21 123 4567", "phone", "+64 21 123 4567"),
    ("09 377 0209", "phone", "09 377 0209"),
    ("(03) 9123 4567", "phone", "(03) 9123 4567"),
    ("020 7946 0958", "phone", "020 7946 0958"),
    ("(212) 555-2368", "phone", "(212) 555-2368"),
    ("212-736-5000 x12", "phone", "212-736-5000 x12"),
    ("Mob: 0412 345 678", "phone", "0412 345 678"),
    ("call me on 9472 7916", "phone", "9472 7916"),
    ("9472 7916 (mobile)", "phone", "9472 7916"),
    ("queries: bleep 412", "phone", "412"),
    ("reg on bleep no. 2240 tonight", "phone", "2240"),
    ("ext. 71203 after five", "phone", "71203"),
    ("please ring 2240.", "phone", "2240"),
    ("Fax: 09 377 0209", "fax", "09 377 0209"),
    ("هاتف: ٠٥٠١٢٣٤٥٦٧", "phone", "٠٥٠١٢٣٤٥٦٧"),
    ("جوال والدة المريضة: 0551234567", "phone", "0551234567"),
    ("رقم هاتف الزوج 0551234567", "phone", "0551234567"),
    ("+971 50 123 4567", "phone", "+971 50 123 4567"),
    ("+20 10 1234 5678", "phone", "+20 10 1234 5678"),
    ("seen by Dr. T.Y. Wong today", "clinician_name", "Dr. T.Y. Wong"),
    ("Dictated by: R. Gupta MD  Transcribed: mlk", "clinician_name", "R. Gupta"),
    ("Signed: Dr P. Raman FRANZCR", "clinician_name", "Dr P. Raman"),
    ("pt's daughter Karen will call", "relative_name", "Karen"),
    ("H/N 123456, bed 12", "record_number", "123456"),
    ("Patient: 0412387", "record_number", "0412387"),
    ("client no 123-456-789", "account_number", "123-456-789"),
    ("ACC45 number: AB12345", "account_number", "AB12345"),
    # dates
    ("DOB: 03/03/1951", "date_of_birth", "03/03/1951"),
    ("D.O.B. 3.3.51", "date_of_birth", "3.3.51"),
    ("born on March 3rd, 1951", "date_of_birth", "March 3rd, 1951"),
    ("Doe * 03.03.1951", "date_of_birth", "03.03.1951"),
    ("* 03.03.2019 fall\n* 04.03.2019 CT", "date", "03.03.2019"),
    ("03/03/1951 (DOB)", "date_of_birth", "03/03/1951"),
    ("تاريخ الميلاد: ٠٣/٠٣/١٩٥١", "date_of_birth", "٠٣/٠٣/١٩٥١"),
    ("مواليد 3 مارس 1951", "date_of_birth", "3 مارس 1951"),
    ("CT performed 12/31/2019", "study_date", "12/31/2019"),
    ("MRI 31-12-2019 at 10:30", "study_date", "31-12-2019 at 10:30"),
    ("Exam date 20190303", "study_date", "20190303"),
    ("Scan of 3 Mar 2019 shows", "study_date", "3 Mar 2019"),
    ("admitted 2019-03-03T10:30:00Z", "date", "2019-03-03T10:30:00Z"),
    ("seen 13Apr with pain", "date", "13Apr"),
    ("on 3/01 he fell", "date", "3/01"),
    ("in March 2019 she fell", "date", "March 2019"),
    ("3rd of June 2018", "date", "3rd of June 2018"),
    ("١٤ تشرين الثاني ٢٠١٩", "date", "١٤ تشرين الثاني ٢٠١٩"),
    ("2019年3月3日", "date", "2019年3月3日"),
    ("20190303104500", "date", "20190303104500"),
    ("PSA 12/03/2019", "date", "12/03/2019"),
    ("2019 Mar 15 10:22:31", "date", "2019 Mar 15 10:22:31"),
    ("3/3/2019-5/3/2019", "date", "5/3/2019"),
    ("20190303T103000", "date", "20190303T103000"),
    ("the 3-5 March 2019", "date", "3-5 March 2019"),
    # numbers with a proof
    ("NHI ZAC5361", "record_number", "ZAC5361"),
    ("her file ZBN77VL was", "record_number", "ZBN77VL"),
    ("NHI: zac 5361", "record_number", "zac 5361"),
    ("NHS number 943 476 5919", "record_number", "943 476 5919"),
    ("943 476 5919", "record_number", "943 476 5919"),
    ("CHI 0101701234", "record_number", "0101701234"),
    ("Medicare 2123 45670 1", "record_number", "2123 45670 1"),
    ("SSN 460-89-9847", "record_number", "460-89-9847"),
    ("NI QQ 12 34 56 C, no: AB 12 34 56 C", "record_number", "AB 12 34 56 C"),
    ("NPI 1234567893", "licence_number", "1234567893"),
    ("card 4111 1111 1111 1111", "account_number", "4111 1111 1111 1111"),
    ("IBAN GB82 WEST 1234 5698 7654 32", "account_number", "GB82 WEST 1234 5698 7654 32"),
    ("784-1985-1234567-3", "record_number", "784-1985-1234567-3"),
    ("VIN 1HGCM82633A004352", "vehicle", "1HGCM82633A004352"),
    # numbers with a cue
    ("MRN: 0012345", "record_number", "0012345"),
    ("MRN123456", "record_number", "123456"),
    ("UR no. 1234567", "record_number", "1234567"),
    ("URN 4455667", "record_number", "4455667"),
    ("M.R.N. 1234567", "record_number", "1234567"),
    ("Medicare 1EG4-TE5-MK73", "record_number", "1EG4-TE5-MK73"),
    ("HID: 99887", "record_number", "99887"),
    ("Hospital no: K123456", "record_number", "K123456"),
    ("patient_id=PX-99812", "record_number", "PX-99812"),
    ("Acc# 2019-0044-12", "record_number", "2019-0044-12"),
    ("Accession number US12345678", "record_number", "US12345678"),
    ("ID: 1234567", "record_number", "1234567"),
    ("رقم الملف: ١٢٣٤٥٦", "record_number", "١٢٣٤٥٦"),
    ("Policy no. AA1234567", "account_number", "AA1234567"),
    ("Member ID: XZH123456789", "account_number", "XZH123456789"),
    ("Passport LA123456", "licence_number", "LA123456"),
    ("Driver licence: DB654321", "licence_number", "DB654321"),
    ("GMC 7654321", "licence_number", "7654321"),
    ("MED0001234567", "licence_number", "MED0001234567"),
    ("S/N: 12345-AB", "device_serial", "12345-AB"),
    ("pacemaker serial number PJN123456H", "device_serial", "PJN123456H"),
    ("(01)00614141007349(17)201231(21)ABC123", "device_serial", "(01)00614141007349(17)201231(21)ABC123"),
    ("rego ABC123", "vehicle", "ABC123"),
    ("number plate AB12 CDE", "vehicle", "AB12 CDE"),
    ("hit by a van (reg. KV08 RTO)", "vehicle", "KV08 RTO"),
    ("the other driver, registration BD51SMR, fled", "vehicle", "BD51SMR"),
    # places
    ("Lives at 12 Queen Street, Ponsonby, Auckland 1011.", "address", "12 Queen Street, Ponsonby, Auckland 1011"),
    ("Flat 3, 12/14 Oak Ave", "address", "Flat 3, 12/14 Oak Ave"),
    ("PO Box 1234", "address", "PO Box 1234"),
    ("Address: 7 Tui Lane, Nelson", "address", "7 Tui Lane, Nelson"),
    ("from Leeds LS6 3QB", "postcode", "LS6 3QB"),
    ("postcode SW1A", "postcode", "SW1A"),
    ("lives in Leeds LS6", "postcode", "LS6"),
    ("postcode district CF14", "postcode", "CF14"),
    ("Postcode starts with G12", "postcode", "G12"),
    ("a farmer who lives in Wexley County", "place", "Wexley County"),
    ("Lifelong resident of County Durham", "place", "County Durham"),
    ("She resides in West Carroll Parish.", "place", "West Carroll Parish"),
    ("Boston, MA 02139", "postcode", "02139"),
    ("zip code 02139-1234", "postcode", "02139-1234"),
    ("Sydney NSW 2000", "postcode", "2000"),
    ("Auckland 1010", "postcode", "1010"),
    ("الرمز البريدي: 11511", "postcode", "11511"),
    ("GPS -36.8485, 174.7633", "address", "-36.8485, 174.7633"),
    ("36°50'55\"S 174°45'48\"E", "address", "36°50'55\"S 174°45'48\"E"),
    # ages
    ("A 92-year-old man", "age_over_89", "92-year-old"),
    ("aged 93", "age_over_89", "93"),
    ("101 yo female", "age_over_89", "101 yo"),
    ("92 F with cough", "age_over_89", "92 F"),
    ("age 095Y", "age_over_89", "095Y"),
    ("M/92", "age_over_89", "92"),
    ("a ninety-four-year-old", "age_over_89", "ninety-four-year-old"),
    ("عمره 92 سنة", "age_over_89", "92 سنة"),
    # names
    ("Name: John Smith", "name", "John Smith"),
    ("Patient: DOE, JANE", "name", "DOE, JANE"),
    ("Pt name Jane: none; pt name: Jane van der Berg, 45", "name", "Jane van der Berg"),
    ("DOE^JANE^M", "name", "DOE^JANE^M"),
    ("Mrs O'Brien presented", "name", "Mrs O'Brien"),
    ("Referring: Dr A Smith", "clinician_name", "Dr A Smith"),
    ("Thank you Dr. Jane Smith for", "clinician_name", "Dr. Jane Smith"),
    ("Reported by John Smith", "clinician_name", "John Smith"),
    ("John Q Smith, MD", "clinician_name", "John Q Smith"),
    ("Surgeon: Mr A Smith", "clinician_name", "Mr A Smith"),
    ("Referring physician: SMITH^ALAN", "clinician_name", "SMITH^ALAN"),
    ("her husband John called", "relative_name", "John"),
    ("Next of kin: Mary Jones", "relative_name", "Mary Jones"),
    ("Father: Tane Mahuika-Reid", "relative_name", "Tane Mahuika-Reid"),
    ("Normal CT; wife: Aroha van der Meer", "relative_name", "Aroha van der Meer"),
    ("Daughter: OKAFOR, Ngozi", "relative_name", "OKAFOR, Ngozi"),
    ("his partner, Ines Okafor, drove", "relative_name", "Ines Okafor"),
    ("**Patient Name:** John Smith\n**MRN:** 4455667", "name", "John Smith"),
    ("**Patient Name:** John Smith\n**MRN:** 4455667", "record_number", "4455667"),
    ("Initials: J.D.", "initials", "J.D."),
    ("Thank you for seeing patient K.W. today", "initials", "K.W."),
    ("pt M. T. declined", "initials", "M. T."),
    ("Mrs B. K. fell", "initials", "B. K."),
    ("الاسم: محمد أحمد علي", "name", "محمد أحمد علي"),
    # study keys
    ("SUBJ-0012 had a scan", "study_key", "SUBJ-0012"),
    ("key: TRIAL-AB-7.", "study_key", "TRIAL-AB-7"),
]


def found(text: str, known: Known | None = None) -> list[tuple[str, str]]:
    return [(hit.category.value, text[hit.start : hit.end]) for hit in find_by_rules(text, known or Known())]


@pytest.mark.parametrize(("text", "category", "value"), FOUND, ids=lambda value: value[:40])
def test_an_identifier_is_found_where_it_stands(text: str, category: str, value: str) -> None:
    assert (category, value) in found(text)


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("NHI ZAC5361", {Reason.CHECK_DIGIT, Reason.CUE}),
        ("ZAC5361", {Reason.CHECK_DIGIT}),
        ("NHI ZAC5362", {Reason.CUE}),
        ("MRN 123456", {Reason.CUE}),
        ("a@b.com", {Reason.PATTERN}),
    ],
)
def test_a_finding_says_why(text: str, reasons: set[Reason]) -> None:
    (hit,) = find_by_rules(text, Known())
    assert set(hit.reasons) == reasons


def test_a_proof_and_a_cue_make_it_surer() -> None:
    scores = [find_by_rules(text, Known())[0].score for text in ("NHI ZAC5361", "ZAC5361")]
    assert scores[0] >= 0.99 > scores[1] > 0.5


@pytest.mark.parametrize(
    "text",
    [
        "a 90 mm mass",
        "the 92 % interval",
        "12345678",
        "1951",
        "in her fifties",
        "patients older than 90 years",
        "ID 12",
        "extension 30 degrees",
        "ring 2 of 4",
        "pager 12",
        "extension 1000 mm",
        "bleep at 3",
    ],
)
def test_a_bare_number_a_year_and_a_measure_are_none(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "at_least"),
    [
        ("Patient K.W. was seen", 0.9),
        ("Father: Tane Mahuika", 0.85),
        ("his partner, Ines Okafor, drove", 0.85),
        ("lives in Wexley County", 0.9),
        ("جوال المريضة 0551234567", 0.8),
    ],
)
def test_what_a_cue_tells_plainly_is_sure(text: str, at_least: float) -> None:
    (hit,) = find_by_rules(text, Known())
    assert hit.score >= at_least


@pytest.mark.parametrize("text", ["his partner Ines drove", "Mother: Smith, Jane", "Mother: Ehlers Danlos"])
def test_what_may_be_a_relative_or_not_is_for_a_person_to_judge(text: str) -> None:
    (hit,) = find_by_rules(text, Known())
    assert (hit.category, 0.5 <= hit.score < 0.8) == (Category.RELATIVE_NAME, True)


def test_a_study_key_is_never_a_record_number() -> None:
    assert found("Patient ID: SUBJ-0012") == [("study_key", "SUBJ-0012")]


def test_a_policy_may_allow_a_space_in_its_study_keys() -> None:
    assert found("Subject 0012 was scanned", Known(study_key=re.compile(r"Subject \d{4}"))) == [
        ("study_key", "Subject 0012")
    ]


def test_the_cases_own_values_are_found_in_its_notes() -> None:
    known = Known(frozenset({KnownValue(Category.NAME, "DOE^JANE^M")}))
    hits = find_by_rules("The scan of jane doe shows a cyst.", known)
    assert [(hit.category, hit.reasons) for hit in hits] == [(Category.NAME, (Reason.KNOWN_VALUE,))]


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_whatever_is_written_hits_lie_in_the_text_and_apart(text: str) -> None:
    hits = find_by_rules(text, Known())
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)
    assert all(first.end <= second.start for first, second in pairwise(hits))


_PIECES = st.sampled_from(
    [
        *(text for text, _, _ in FOUND),
        "12/03/19",
        "021",
        "Dr",
        "Name:",
        "^",
        "@",
        "\n",
        "MRN",
        "٣",
        "12.3.4",
        "::",
        "°",
        "'s",
        "-",
        "X" * 50,
    ]
)


@given(st.lists(_PIECES, max_size=8), st.sampled_from(["", " ", ", ", "\n", "-"]))
@settings(max_examples=200, deadline=None)
def test_whatever_stands_together_hits_lie_in_the_text_and_apart(pieces: list[str], gap: str) -> None:
    text = gap.join(pieces)
    hits = find_by_rules(text, Known())
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)
    assert all(first.end <= second.start for first, second in pairwise(hits))


HOSTILE = [
    "a",
    "A",
    "1",
    "0 ",
    "1.",
    "12/",
    "1-",
    "@",
    "a@",
    "a.",
    "Aa ",
    "a^",
    ":",
    "Mr A ",
    "jan ",
    "http://",
    "name: ",
    "1 Aa ",
]


@pytest.mark.parametrize(
    "piece", [*HOSTILE, "(01)12345678901234(21)", "021 555 1234 ", "mrn ", "٠", "\n", "3 Mar 2019;"]
)
def test_no_text_takes_long(piece: str) -> None:
    text = (piece * (200_000 // len(piece)))[:200_000]
    start = time.perf_counter()
    find_by_rules(text, Known())
    assert time.perf_counter() - start < 10
