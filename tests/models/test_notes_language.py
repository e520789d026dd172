"""What no detector judges: passages in other languages and scripts, never medicine's own words."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phivet.cases.case import read_case
from phivet.cases.coverage import Coverage, NotScanned, Unread
from phivet.cases.known import Known
from phivet.cases.parts import Attribute, Container, Header, Property
from phivet.cases.reader import Reader
from phivet.cases.report import Decision, Report
from phivet.datasets.note_banks import PIECE, banks
from phivet.models.headers import Headers
from phivet.models.notes import Notes
from phivet.models.notes_language import unjudged
from phivet.models.scan import scan
from phivet.serving.policies import policy

ENGLISH = (
    "A 45-year-old man presented with a three month history of dry cough and weight loss. CT chest: 2.3 cm spiculated "
    "nodule in the RUL, no effusion. PET/CT: SUVmax 8.1.",
    "Bronchoscopy and biopsy were performed without complication. Histology: adenocarcinoma, TTF-1 positive, EGFR wild "
    "type. He was discussed at the MDT and went on to right upper lobectomy.",
)
PASSAGES = {
    "Afrikaans": "Mevrou Elsabe Terblanche is opgeneem met pyn in die bors. Die plaat toon vog om die linkerlong.",
    "Catalan": "La senyora Meritxell Casanovas va ingressar amb dolor al ventre. La radiografia mostra un vessament.",
    "Croatian": "Gospođa Vesna Babić javila se zbog bolova u trbuhu. Na snimci se vidi povećana jetra.",
    "Czech": "Paní Ludmila Procházková přišla s bolestí břicha. Na snímku je patrné zvětšení jater.",
    "Danish": "Kirsten Mølgaard blev indlagt med smerter i maven. Der er ikke tegn på blødning på billederne.",
    "Dutch": "Mevrouw Geertje Bosma kwam met pijn in de linkerheup. De foto toont een breuk van de heup.",
    "Estonian": "Patsient Helle Kask saabus kõhuvaluga osakonda. Pildil on näha maksa suurenemist.",
    "Finnish": "Potilas Tuulikki Lehtonen tuli päivystykseen rintakivun vuoksi. Kuvassa näkyy keuhkopussin nestettä.",
    "French": "Madame Odile Chevrier a été opérée du genou gauche. Le scanner montre une fracture du plateau tibial.",
    "German": "Frau Irmgard Kessler stellte sich mit Schmerzen im Knie vor. Das MRT zeigt einen Riss des Meniskus.",
    "Hungarian": "Fekete Margit hasi fájdalommal érkezett az osztályra. A felvételen a máj megnagyobbodása látható.",
    "Icelandic": "Sigrún Jónsdóttir kom á bráðamóttöku með verk í kvið. Á myndinni sést stækkuð lifur.",
    "Indonesian": "Pasien bernama Dewi Lestari datang dengan nyeri perut. Pemeriksaan menunjukkan massa di hati.",
    "Irish": "Tháinig Bean Uí Mhurchú isteach leis an bpian ina bolg. Níl aon bhriseadh le feiceáil san íomhá.",
    "Italian": "La signora Ornella Galli è giunta in pronto soccorso con dolore. La radiografia mostra un versamento.",
    "Lithuanian": "Ponia Rasa Petrauskienė atvyko dėl pilvo skausmo. Nuotraukoje matomas kepenų padidėjimas.",
    "Māori": "I haere mai a Mereana Tūhoe ki te hōhipera nā te mamae o tōna puku. Kāore he whati i te whakaahua.",
    "Norwegian": "Ragnhild Bakke ble innlagt med smerter i brystet. Det er væske i venstre lunge på bildet.",
    "Polish": "Pani Halina Jaworska zgłosiła się z bólem brzucha. Badanie wykazało powiększenie wątroby.",
    "Portuguese": "A senhora Fátima Nogueira foi internada com dor no peito. O exame mostra uma lesão no fígado.",
    "Romanian": "Doamna Viorica Dumitru s-a prezentat cu dureri de burtă. Tomografia arată o leziune a ficatului.",
    "Samoan": "Na sau le ma'i o Sefina Leota i le falema'i ona o le tiga o lona manava. E leai se gau i le ata.",
    "Slovenian": "Gospa Nada Kos je prišla z bolečinami v trebuhu. Na sliki je vidna povečana jetra.",
    "Spanish": "La señora Amparo Cifuentes acudió a urgencias con dolor. La tomografía muestra un derrame en el pecho.",
    "Swahili": "Mgonjwa Neema Mushi alifika hospitalini akiwa na maumivu ya tumbo. Picha inaonyesha uvimbe kwenye ini.",
    "Swedish": "Gudrun Ekström kom in med smärta i höger knä. Det finns inga tecken till blödning på bilderna.",
    "Tagalog": "Dumating si Ligaya Bautista sa ospital dahil sa pananakit ng tiyan. Makikita ang bukol sa atay.",
    "Tongan": "Na'e ha'u 'a Mele Vea ki he falemahaki koe'uhi ko e langa hono kete mo e mofi lahi.",
    "Turkish": "Sevim Kaplan adlı hasta karın ağrısı ile başvurdu. Çekilen filmde karaciğerde büyük bir kitle izlendi.",
    "Vietnamese": "Bệnh nhân Trần Thị Lan nhập viện vì đau bụng. Phim chụp cho thấy tổn thương ở gan.",
    "Welsh": "Daeth Mrs Eleri Gwynne i'r ysbyty gyda phoen yn ei bol. Nid oes arwydd o waedu ar y llun.",
    "Hindi in Latin letters": "Mareez Kavita ko do din se pet mein dard hai, kal bharti kiya gaya tha.",
    "Arabic in Latin letters": "El maridah Amal bent Hassan kanet fel mostashfa men embareh w ba'd keda raw7et.",
    "Persian": "بیمار مریم احمدی با درد شکم به بیمارستان مراجعه کرد. در تصویر بزرگی کبد دیده می‌شود.",
    "Urdu": "مریضہ شازیہ بی بی پیٹ میں درد کی وجہ سے ہسپتال آئیں۔ تصویر میں جگر بڑا نظر آتا ہے۔",
    "Pashto": "ناروغ ګلالۍ د خېټې د درد له امله روغتون ته راغله او په عکس کې یې ځيګر لوی ښکاري.",
    "Russian": "Больная Орлова жалуется на боль.",
    "Greek": "Η ασθενής Ελένη προσήλθε με άλγος.",
    "Chinese": "患者王秀英",
    "Japanese": "患者の佐藤さん",
    "Korean": "환자 김영숙",
    "Hindi": "मरीज सुनीता",
    "Bengali": "রোগী রহিমা",
    "Tamil": "நோயாளி கமலா",
    "Hebrew": "המטופלת רחל כהן",
    "Thai": "ผู้ป่วยสมหญิง",
    "Amharic": "ታካሚዋ አልማዝ",
    "Georgian": "პაციენტი ნინო",
    "Armenian": "Հիվանդ Անահիտը",
}


@pytest.mark.parametrize("passage", PASSAGES.values(), ids=PASSAGES)
def test_a_passage_in_another_language_is_unjudged_alone_and_inside_english(passage: str) -> None:
    assert unjudged(passage)
    assert unjudged(f"{ENGLISH[0]} {passage} {ENGLISH[1]}")
    assert unjudged(f"{ENGLISH[0]}\n{passage.upper()}\n{ENGLISH[1]}")


@pytest.mark.parametrize(
    "text",
    [
        *ENGLISH,
        "",
        "Situs inversus totalis with azygos continuation; hallux valgus, os trigonum, coxa vara, genu varum.",
        "Pt c/o SOB x3/7, nil CP, hx IHD, DM2. o/e: SNT abdo, BS+, nil guarding. Imp: ?SBO. Plan: NBM, IVF, AXR.",
        "CBC: 7.2>13.4/40.1<265, Na 139, K 4.1, AST/ALT-38/41, hCG neg, UA neg leuk neg nitr, trop neg x 2, lact 1.1",
        "rv ef mod red, la mod dil, mild mod tr, rvsp 41, no peff, ivc dil nl resp var, lvh, e/a 0.7, e/e' 14",
        "Pembrolizumab, carboplatin, pemetrexed, dexamethasone, ondansetron, enoxaparin, amoxicillin, vancomycin.",
        "Seen by Dr Siobhán Ní Bhriain and Prof. Jürgen Weißenböck of the Hôpital de la Pitié-Salpêtrière in Paris.",
        "Kimura disease, Takayasu arteritis, Moyamoya, Kikuchi-Fujimoto, Kienböck, Köhler, Müller-Weiss and Hashimoto.",
        "TNF-α, β-hCG and κ chains were raised: 3 μg/L at 20 °C, Δt = 5 ms, Ω unknown, γ-GT 41.",
        "4. Grünwald H. Zur Frage der Asymmetrie der Ventrikel und ihrer Bedeutung für die Klinik bei jungen "
        "Patienten. Fortschr Röntgenstr. 1938;57:112-119.",
        "There were café-au-lait spots and peau d'orange; a coup de sabre was excised en bloc, vis-à-vis the parotid.",
        "| Level | Disc | Canal |\n|---|---|---|\n| L4/5 | bulge | mild |\n| L5/S1 | prot. | mod. |",
        "مريضة عمرها ٤٥ سنة تعاني من ألم في البطن منذ ثلاثة أيام، أظهر التصوير المقطعي كتلة في الكبد قياسها ٣ سم.",
        "المريض أجرى CT abdomen with contrast ولم يظهر أي free fluid، والكلى طبيعية.",
    ],
)
def test_english_arabic_and_medicines_own_words_are_judged(text: str) -> None:
    assert not unjudged(text)


def test_a_single_letter_of_another_script_is_a_slip() -> None:
    assert not unjudged(f"{ENGLISH[0]} я")
    assert unjudged("Seen by Нау today.")  # Cyrillic letters that look like Latin ones


def test_of_the_banks_texts_hardly_any_is_unjudged_but_for_those_with_other_languages_in_them() -> None:
    texts = [
        PIECE.sub(lambda piece: piece["words"] or "Ann", entry.text)
        for part in ("training", "validation", "held_out")
        for bank in banks(part)
        for entry in (*bank.clean, *bank.clean_notes, *bank.fragments)
    ]
    share = sum(map(unjudged, texts)) / len(texts)
    assert len(texts) > 5_000
    assert share < 1 / 500, "of these, more than half hold French, Irish, Welsh, Dutch or Māori"


def test_a_note_of_a_megabyte_takes_seconds() -> None:
    for text in ("the knee was swollen and ", "Smith J. ", "-'a", "é ", "كبد "):
        started = time.perf_counter()
        unjudged(text * (1_000_000 // len(text)))
        assert time.perf_counter() - started < 10


@given(st.text())
def test_nothing_that_is_written_breaks_it(text: str) -> None:
    assert unjudged(text) in (True, False)


def scanned(folder: Path, reader: Reader) -> Report:
    notes = Notes()
    return scan(read_case(folder, reader, "case-1"), policy("hipaa-safe-harbor"), [Headers(notes), notes])


def test_a_note_in_another_language_is_not_scanned_but_what_is_found_in_it_is_told(
    tmp_path: Path, reader: Reader
) -> None:
    (tmp_path / "note.txt").write_text(PASSAGES["Spanish"] + " Tel. 021 555 0134, maria@example.org")
    report = scanned(tmp_path, reader)
    assert report.not_scanned == (NotScanned("file-1", Unread.LANGUAGE),)
    assert any(finding.finding.category == "email" for finding in report.findings)


def test_a_note_in_another_language_with_nothing_found_is_reviewed(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "note.txt").write_text("Das Knie ist geschwollen und der Erguss nimmt seit gestern weiter zu.")
    report = scanned(tmp_path, reader)
    assert report.decision is Decision.REVIEW
    assert report.not_scanned == (NotScanned("file-1", Unread.LANGUAGE),)


def test_a_header_and_a_file_name_in_another_script_are_entered_too() -> None:
    coverage = Coverage()
    comment = Attribute("(0010,4000)", 0x00104000, "LT", "PatientComments", "", "Больная Орлова")
    Headers(Notes()).detect(Header("file-1", (comment,), coverage), Known())
    Headers(Notes()).detect(Container("file-2", (Property("name", "王秀英.jpg"),), coverage), Known())
    assert coverage.not_scanned == [NotScanned("file-1", Unread.LANGUAGE), NotScanned("file-2", Unread.LANGUAGE)]
