"""Every row of the tables of what is harmless is there because the rules would err without it."""

import pytest

from phivet.cases.known import Known
from phivet.models import notes_medicine, notes_text
from phivet.models.notes_rules import find_by_rules

EXAMPLES = {
    "DICOM UID": "Exam: 1.2.840.10008.5.1.4.1.1.2",
    "web address": "https://radiopaedia.org/cases?since=2019-03-12",
    "DOI": "doi:10.1002/(SICI)1097-0142(19990301)85:5",
    "PubMed": "PMID: 20190303",
    "register of trials or genes": "NCT20190303",
    "ISBN": "ISBN 978-0-316-769 48 8, ISBN 212-736-5000",
    "journal, year, volume, pages": "AJR 2004 Mar 3;182(3):611-6",
    "journal, volume, year": "AJR 182, March 2004",
    "when a source was printed or read": "accessed 12 March 2020",
    "duration, or marks out of ten": "unwell since 2/12 ago",
    "classification": "ICD-10 I10.12.19, SNOMED CT 212-736-5000",
    "version of software": "version 03.04.12",
    "levels of the spine": "T10/11/12",
    "numbered parts, times, grades": "ribs 10/11/12",
    "named score or measurement": "GCS 10/11/12",
    "laboratory row": "AST/ALT 10/11/12",
}


def found(text: str) -> list[str]:
    return [hit.category.value for hit in find_by_rules(text, Known())]


@pytest.mark.parametrize("table", ["REFERENCES", "MEDICINE"])
def test_every_row_is_needed(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = getattr(notes_medicine, table)
    for row in rows:
        text = EXAMPLES[row.what]
        assert found(text) == [], row.what
        with monkeypatch.context() as without:
            without.setattr(notes_medicine, table, tuple(other for other in rows if other is not row))
            assert found(text), f"the row '{row.what}' protects nothing"


@pytest.mark.parametrize(
    "text",
    [
        "PSA 12/03/2019",
        "AST 2019-03-12",
        "GCS 12-03-2019",
        "images 12/03/19",
        "slices 12/03/2019",
        "Epub, MRN 20190303",
        "v 12/03/2019",
    ],
)
def test_a_whole_date_beside_a_measurement_is_still_found(text: str) -> None:
    assert found(text)


def test_nothing_moves_when_something_is_blanked() -> None:
    text = "See doi:10.1148/radiol.20190303 and ribs 10/11/12 — on ٣/٣/٢٠١٩."
    reading = notes_text.read(text)
    assert len(text) == len(reading.whole) == len(reading.text) == len(reading.rest)
