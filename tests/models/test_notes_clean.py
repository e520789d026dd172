"""Radiology's own language names nobody: not one false alarm on sentences and teaching-file paragraphs."""

import pytest

from phivet.cases.known import Known
from phivet.models.notes_rules import find_by_rules

SENTENCES = """
T2 3.0T
L4/5
Consultant review: agreed. Resident: PGY3.
(0008,0008) begins 08 00 08 00
C5-6
T11-T12 and L5-S1 disc bulges
BI-RADS 4a
BI-RADS category 5, ACR density C
12/5 mm
3/12
5/5 power in all limbs
Power 4/5 on the left, reflexes 2+
SUV 3.2
SUVmax 12.4 (previously 14.1)
120 kVp
kVp 120, mAs 250, pitch 1.375:1
1/2/3 score
TR/TE 4500/102
TR/TE/TI 9000/120/2500 ms
M54.5
ICD-10 C34.11, previously ICD-9 162.3
139/4.1/101/24/15/0.9/98
CBC: 7.2>13.4/40.1<265
AST/ALT-38/41
120/80
BP 120/80 mmHg, HR 72, RR 16, SpO2 98% on 2 L, T 37.2
pT2N1M0
cT1c N0 M0, Gleason 3+4=7, PSA 7.4 ng/ml
G3P2002
32+4/40
G2P1 at 21+5 weeks
6q22.1 deletion
EGFR exon 19 deletion, KRAS G12C, c.1799T>A (p.V600E), rs334
Radiology 2019;291:1-9
AJR Am J Roentgenol. 2004 Mar;182(3):611-6
J Nucl Med. 2004 Jan-Feb;45 Suppl 1:56S-65S.
Eur Radiol (2019) 29:123-130
N Engl J Med 2001;344(5):321-8. PMID: 11172164
doi:10.1148/radiol.2019182516
https://doi.org/10.1148/radiol.2019182516
https://radiopaedia.org/articles/chiari-i-malformation?lang=us (accessed 12 Mar 2020)
1.2.840.10008.5.1.4.1.1.2
1.3.6.1.4.1.5962.1.2.0.977067310.6001.0
500 mg/5 ml
series 4 image 112
1/120
Series 3, images 45-47 of 120
512x512
matrix 256 x 256 x 180
version 1.2.3.4
syngo MR E11, software 4.1.2.0
Baker's cyst
Dr. Baker's cyst
Mr contrast enhancement
Colles' fracture and Hill-Sachs lesion
Gleason 3+4=7
Fr 6
6 Fr sheath, 18G needle
10:30
scanned at 10:30 and again at 16:45:10
3-6 months
symptoms for 3-4 days, 2/52 of cough, 6/12 of back pain
Follow-up in 6-12 weeks
HU -1000 to 3000
attenuation of 45 HU
b-values 0, 50, 400, 800 s/mm2
b 0/500/1000
Tc-99m MDP 740 MBq, F-18 FDG 370 MBq, I-131
a 90 mm mass, 92 % stenosis, 95% CI 1.2-3.4
fever of 102 F
temperature 99 F
98% specificity at the 95th percentile
ASPECTS 8/10, NIHSS 14, mRS 2
Kellgren-Lawrence 3
Bosniak IIF, 3 cm
Fazekas 2
4/10 pain, GCS 15/15
ribs 10/11/12
delayed images at 5/10/15 minutes
levels C3/4/5 and T1/2
1 in 1000, 12,000 per year
WBC 12,300, platelets 250 000, hCG 120345 IU/L
DLP 1234 mGy cm, CTDIvol 12.3 mGy
2 of 3 readers agreed (kappa 0.82, p < 0.001)
1.5T, slice thickness 1.25/0.8 mm, FOV 240x240
Case 12, Fig. 3, Table 4, page 1120
segment IVa, VII/VIII
The patient may need 3 further scans
In March the snow came
born in 1951, operated on in 2010
aged 45, 67-year-old man, 89 yo F
The patient was 88 years old
Head^Routine
HEAD^NECK
Abdomen^LIVER_MULTIPHASE (Adult)
t1_mprage_sag_p2_iso_1.0
ep2d_diff_b0_500_1000
AX T2 FSE 5/1 skip
SIEMENS MR HEADER
CT CHEST ABDOMEN PELVIS W CONTRAST
MR BRAIN W/O
DR CHEST PA
MRS BRAIN
Patient: Anonymous
**Patient Name:** [Last, First]
**Medical Record Number:** [MRN]
**Date of Birth:** [MM/DD/YYYY]
Patient name: REDACTED
Name: [removed]
Patient: Middle-aged woman with cough
Patient: Female, 45 years
Patient: 45 M
Patient position: HFS
Protocol name: Chest Routine
Sequence name: SE2D
Patient ID: 000000
Mother: breast cancer at 50
Father: Diabetes, Hypertension
Mother: Hypertension, Epilepsy
Mother: alive and well
Mother: Alive and Well
Father: Myocardial Infarction
Mother: Multiple Sclerosis
Brother: Unaffected
Her mother, African American, has sickle cell trait
Patient A. and patient B.
Patient I.V. contrast was given
Patient C.T. head
Patient with T.B. was isolated
Postcode area unknown
registration of CT12 and MR14
resident of New York State
a resident in General Hospital practice
جوال المريض 5 ملم
اسم المريض: محجوب
الاسم: غير مذكور
الاسم: بدون اسم
المريض: مجهول الهوية
اسم المريضة: مخفي
Consultant: Neurosurgery
Referred by GP
Reported by patient
ID consult for sepsis
The infection (ID: not known)
Serial imaging over 5 years
lot of artefact
registration of T1 to T2 images
titanium plate 3.5 mm, 6 screws
the address of this problem
home oxygen 2 L
cell count 1200/mm3
pH 7.35, pCO2 45, HCO3 24
call 5 times
Ph chromosome
Philadelphia chromosome t(9;22)(q34;q11)
The 2019 WHO classification
mail from the department
patient at rest dot sign
ratio of 1.5:1, 2:1
on 3/12 of steroids
grade II/III, 3/3
Acc factor 2, SENSE 2.5
acc 2
DICOM PS3.15, ISO 10993-1, IEC 60601-2-44
NCT01234567
ISBN 978-3-16-148410-0
R01 CA123456
rotation 30 degrees, 32° of lordosis, Cobb 45°
-36.8 HU
O-MAR 3, SEMAC
OCT 3 mm
May 5 mm cuts help?
pin 3 mm
2 previous road traffic accidents
5 Standard Views
S1 2ND
L4 5TH
TR 600, TE 15, FA 90
FA 90, 95 degrees
age 60-95
20 G
1st and 2nd, 3rd rib
""".strip().splitlines()

PARAGRAPHS = """
A 45-year-old man presented with sudden right-sided weakness. Non-contrast CT of the head at 90 minutes showed a
hyperdense left MCA and loss of the insular ribbon, ASPECTS 7/10. CT angiography confirmed an M1 occlusion; perfusion
gave a core of 12 ml and a mismatch ratio of 4.6. Thrombectomy was performed with TICI 2b after 2 passes, door to
groin 75 min. NIHSS fell from 16 to 4.

MRI of the lumbar spine at 1.5T: sagittal T1 (TR/TE 550/12), T2 (TR/TE 3500/102), STIR and axial T2 from L3 to S1. At
L4/5 a left paracentral extrusion of 8 x 6 x 12 mm migrates caudally and compresses the left L5 root. L5-S1: Modic 1
change, no stenosis. The conus ends at T12-L1. Schmorl's nodes at T11/12.

Chest radiograph, PA and lateral. There is a 3.2 cm spiculated nodule in the right upper lobe with a right hilar node
of 18 mm. CT: 32 x 29 x 31 mm, SUVmax 14.2, no distant uptake. Stage cT2a N1 M0 (IIB, TNM 8th edition). Biopsy with an
18G needle gave adenocarcinoma, EGFR exon 21 L858R, PD-L1 60 %.

Mammography: heterogeneously dense (ACR C). In the left upper outer quadrant at 2 o'clock, 6 cm from the nipple, lies
a cluster of fine pleomorphic calcifications over 14 x 9 mm, BI-RADS 4C. Stereotactic biopsy with a 9G needle: DCIS,
grade 3, ER 95 %, PR 90 %. On ultrasound a hypoechoic area of 11 mm, BI-RADS 4B.

Obstetric ultrasound at 21+3/40 in a G3P2002. BPD 50 mm, HC 188 mm, AC 162 mm, FL 35 mm, EFW 412 g (45th centile).
Fetal heart 152 bpm. Posterior placenta 32 mm from the os. The lateral ventricles measure 11 mm and 12 mm. Karyotype
46,XX; array showed a 22q11.2 deletion of 2.5 Mb.

PET/CT 62 minutes after 345 MBq of F-18 FDG, glucose 5.6 mmol/L. Deauville 5 in the mediastinum (SUVmax 18.3, liver
2.9), 3 in the spleen. After 2 cycles of ABVD Deauville 2. Interim scans are acquired 2-3 weeks after chemotherapy.
Reference: J Clin Oncol 2014;32(27):3059-68.

Discussion. Kienbock disease is osteonecrosis of the lunate, first described in 1910, staged after Lichtman (I to IV).
Ulnar minus variance is found in 75-80 % of cases. Differential: ulnar impaction, Preiser disease, intraosseous
ganglion. Further reading: Radiographics. 2011 Jul-Aug;31(4):1167-8; Skeletal Radiol 2008, 37:1091; Stahl S et al. J
Hand Surg Eur. 2012;37(1):1-9.

Bone scan with 740 MBq Tc-99m MDP: anterior and posterior whole body views at 3 h. A super scan with an uptake ratio
of 2.3:1, PSA 1240 ng/ml, ALP 890 U/L. Gleason 4+5=9 in 10/12 cores. The patient had received 7 cycles of docetaxel 75
mg/m2 every 3 weeks, then abiraterone 1000 mg/day.

CT of the abdomen in portal phase (70 s, 120 kVp, 210 mAs, 100 ml at 3 ml/s). The appendix is 14 mm wide with a 6 mm
appendicolith. CRP 145 mg/L, WBC 16.4 x10^9/L, neutrophils 88 %. Alvarado 9/10. Labs: Na 139, K 4.1, Cl 101, HCO3 24,
BUN 15, Cr 0.9, glucose 98.

Liver MRI with 10 ml gadoxetate: segment VII lesion of 23 mm, arterial hyperenhancement, washout at 120 s, capsule:
LI-RADS 5. AFP 412 ng/ml. Child-Pugh A5, MELD 8, ECOG 0, BCLC A. MR elastography 4.8 kPa. A second lesion of 9 mm in
segment IVb, LI-RADS 3, follow-up in 3-6 months.

Labs at admission: 139/4.1/101/24/15/0.9/98; CBC: 7.2>13.4/40.1<265; AST/ALT-38/41; ALP 88; INR 1.1; troponin 0.03. BP
182/104, HR 98, RR 22, SpO2 92% on 15 L. ECG: sinus rhythm 95/min, QTc 450. CT pulmonary angiography: saddle embolus,
RV/LV ratio 1.6.

Knee MRI: a vertical tear of the posterior horn of the medial meniscus (8 mm), grade 2 sprain of the MCL, and a
Baker's cyst of 45 x 12 mm. The ACL shows a Segond fracture in association. Hoffa's fat pad is oedematous. Wrisberg's
ligament is seen. Outerbridge grade III at the patella. Compare with Osgood-Schlatter disease.

The Chiari I malformation is a descent of the tonsils of more than 5 mm below McRae's line. Syringomyelia occurs in
30-70 %. See https://radiopaedia.org/articles/chiari-i-malformation and doi: 10.1148/radiology.183.2.1561335.
Retrieved 3 March 2019. Radiology 1992;183(2):347-53, PMID 1561335.

Thyroid ultrasound: right lobe 52 x 18 x 17 mm, left 49 x 16 x 15 mm, isthmus 3 mm. In the right lobe a solid,
hypoechoic, taller-than-wide nodule of 11 x 9 x 13 mm with punctate foci: TI-RADS 5 (TR5, 9 points). FNA with 25G:
Bethesda VI. TSH 2.1 mIU/L. Ret mutation c.2753T>C (p.M918T).

Technique: 3D T1 MPRAGE (TR 2300, TE 2.98, TI 900 ms, FA 9, 1 x 1 x 1 mm, 192 slices, matrix 256x256), FLAIR, SWI, DWI
with b 0/500/1000, ADC. ep2d_diff_mddw_20_p2, t2_tse_tra_448. Scanner: Magnetom Skyra 3T, syngo MR E11C, 32-channel
coil; dose length product n/a.

Multiple sclerosis: 14 T2 lesions, 3 enhancing, Dawson's fingers, one lesion at C3/4 and one at T6. McDonald criteria
(2017 revision) for dissemination in space and time are fulfilled. EDSS 3.5. Oligoclonal bands positive. Uhthoff's
phenomenon and Lhermitte's sign were reported.

A 3-year-old girl with an abdominal mass. Ultrasound: 98 x 92 x 90 mm tumour from the left kidney. CT: claw sign, 3
pulmonary nodules of 4-6 mm. Wilms tumour, stage IV, COG AREN0533. WT1 at 11p13, loss of heterozygosity at 1p and 16q.
Treated with vincristine, dactinomycin and doxorubicin for 24 weeks.

Cardiac MRI: LVEF 38 %, EDV 212 ml (112 ml/m2), ESV 131 ml; late enhancement of 50-75 % of the wall in segments 8, 9
and 14, 15. Native T1 1080 ms, ECV 34 %. T2* 32 ms. Findings: old infarct of the LAD. CAD-RADS 4A on CT, Agatston
score 1042, 96th percentile.

IVC filter placed via the right femoral vein (6 Fr sheath), retrieved through an 11F sheath after 4 months.
Fluoroscopy 12.4 min, 245 mGy, 32 Gy cm2. Contrast: 60 ml iohexol 300 mg I/ml. SIR 2016 guidelines. Complication grade
1 of CTCAE version 5.0.

Hip: alpha angle 68°, LCEA 24°, acetabular version 12°. Tonnis 1. Labral tear from 12 to 2 o'clock. Legg-Calve-Perthes
disease, Catterall 3, Herring B. Judet views. Graf type IIa at 8 weeks: alpha 55°, beta 70°. Kellgren and Lawrence
grade 2 at age 60-95.

The paper by Fleischner (2017) advises CT at 6-12 months for solid nodules of 6-8 mm. In: Vol. 284, No. 1, pp.
228-243, July 2017. MacMahon H, Naidich DP, Goo JM et al. Guidelines for management. Radiology 2017;284(1):228-43.
Epub 2017 Feb 23.

Head trauma, GCS 7 (E1 V2 M4). CT at 10:30: 14 mm subdural, 11 mm midline shift; control at 16:45. Marshall III,
Rotterdam 4. A right frontal craniotomy followed at 17:30. ICP 32 mmHg, then 12-15. On day 7/8 no vasospasm. mRS 3 at
90 days.

Scoliosis series: Cobb angle 42° from T5 to T12, 28° from T12 to L4; Risser 3; sagittal balance +34 mm; pelvic
incidence 52°, lordosis 48°. Lenke 1AN. Brace 18 h/day. Fusion T4-L1 with 16 screws (6.5/45 mm) and two 5.5 mm rods.

Gallbladder: stones to 12 mm, wall 5 mm, Murphy's sign positive. CBD 9 mm. MRCP: Mirizzi type II, Caroli disease
excluded, Todani Ib. Bilirubin 45/32 µmol/L, amylase 1,245 U/L, lipase 2300 U/L. Tokyo guidelines 2018 grade II. ERCP
next day.

Question 3/5: What is the diagnosis? (a) meningioma (b) schwannoma (c) haemangiopericytoma. Answer: b. 72/98 readers
(73 %) were right. Score 4/5. See also case 12, Fig. 3a-c, Table 2, page 611. Courtesy of the teaching library;
licence CC BY-NC-SA 3.0.

Prostate mpMRI: 38 ml, PSA density 0.19. Right mid peripheral zone, 13 mm, DWI 4, T2 4, DCE positive: PI-RADS 4. ADC
650 x 10-6 mm2/s, b 1400. Fusion biopsy 3/4 cores Gleason 3+4=7 (ISUP 2), pT3a pN0 (0/21) R1 after surgery. PSMA PET
with 150 MBq Ga-68: SUVmax 22.

Dual-energy CT for gout: 80/140 kV, 0.6 mm, volume of urate 3.45 cm3 at the first MTP. Uric acid 9.8 mg/dl.
Differential CPPD (Chondrocalcinosis in 1:100 over 60). Colchicine 0.5 mg twice daily, allopurinol 100-300 mg.
Symptoms for 2/52 on background of 10 years.

Renal transplant Doppler: RI 0.72/0.68/0.70, PSV 145 cm/s, ratio 1.8; 12 x 5 x 4 cm; collection 45 x 22 mm. Creatinine
212 (from 140) µmol/L, tacrolimus 8.2. Banff 2019 IA. BK virus 10^5 copies/ml. Nephrostomy 8 Fr; ureteric stent 6 Fr
24 cm.

Paediatric hand for bone age: Greulich and Pyle 11 years 6 months at a chronological age of 9 years 2 months (2 SD =
20 months). TW3 score 512. LH 3.2, FSH 4.5 IU/L. MRI of the pituitary: 6 mm, stalk 2 mm, hamartoma excluded. MR
protocol: sella 2 mm/0.2 mm.

Fluoroscopy: a Zenker's diverticulum of 32 mm above the cricopharyngeus, Killian-Jamieson excluded. Barium 200 ml, 98
% w/v. Schatzki ring 12 mm. Swallow in 15 frames/s. Los Angeles grade B. DR chest after 2 h: no mediastinal air.
Boerhaave syndrome is the feared complication.

Limitations: n=98, single centre, 2 readers (kappa 0.81, 95 % CI 0.71-0.92), AUC 0.93. The scanner's software was
version 4.1.2.0, ITK-SNAP 3.8.0, Python 3.11.4, 3D Slicer 5.2.1, FSL 6.0.5.1. Code at
https://github.com/radiology-lab/segmentation. Ethics approval was waived. Trial NCT01234567.

Crohn's disease: MR enterography after 1000 ml of mannitol. Terminal ileum wall 9 mm over 12 cm, comb sign, MaRIA
14.2, fistula to the sigmoid. Montreal A2L3B3. Calprotectin 1,850 µg/g. Infliximab 5 mg/kg at 0, 2, 6 weeks. Compare
Ann Rheum Dis (Whipple's disease).

Shoulder: Hill-Sachs lesion 22 x 9 mm, Bankart tear from 3 to 6 o'clock, on track (83 %). Instability severity index
4/10. Goutallier 2, Hamada 3. Hydrodilatation with 40 mg triamcinolone, 5 ml lidocaine 1 %, 25 ml saline. Range
90/95/30°. Neer's and Hawkins' signs positive.

On 3D TOF-MRA and DSA a 7 x 5 mm aneurysm of the AComm, neck 3 mm, dome-to-neck ratio 2.3, PHASES 8. WFNS 2, modified
Fisher 3, Hunt and Hess 2. Coils: 5 mm x 15 cm, 4 x 10, 3 x 6. Raymond-Roy I. Nimodipine 60 mg 4-hourly for 21 days.

Sarcoidosis, Scadding 2: Garland triad, galaxy sign, nodules of 2-5 mm. ACE 98 U/L, Ca 2.75 mmol/L, FVC 78 %, DLCO 61
%. Lofgren syndrome resolves in 80-90 %. Gallium scan: panda and lambda signs. ICD-10: D86.2; SNOMED CT 31541009;
RadLex RID34698. OMIM 181000.

Osteoid osteoma of the femoral neck, nidus 8 mm. RFA with a 17G probe at 90 °C for 6 minutes, dose 3.2 mSv. Pain 8/10
before, 0/10 at 24 h. Recurrence 5-12 %. First described by Jaffe in 1935 (Arch Surg. 1935;31:709-728) in 5 cases aged
10-25.

Dementia work-up: MTA 3/4, GCA 2, Fazekas 2, Koedam 1; hippocampal volume 2.1/2.3 ml (<1st percentile). MMSE 21/30,
MoCA 17/30. Amyloid PET 24 centiloid, tau Braak IV. Differential: Alzheimer disease, Lewy body dementia, Pick disease,
Creutzfeldt-Jakob disease (14-3-3 positive).

Temporal bone CT 0.4 mm: otosclerosis, Symons and Fanning grade 2; cochlear CSF cleft. Air-bone gap 35 dB at
500/1000/2000/4000 Hz. Mondini malformation excluded; EVA 1.8 mm by the Cincinnati criteria. Pendred syndrome: SLC26A4
on 7q22.3. Cochlear implant 22 electrodes.

Dental CBCT 90 kV, 5 mA, 0.2 mm: radiolucency at 36/37 of 14 x 12 mm, KCOT; teeth 18, 28, 38, 48 impacted. Stafne's
defect. Gorlin-Goltz syndrome with PTCH1 at 9q22.3. OPG after 6/12 and 12/12. Radicular cyst versus ameloblastoma
(Pindborg's tumour).

Quality control: SNR 98.4, uniformity 95 %, ghosting 0.3 %. Phantom at 37 °C. CTDIvol 12.3 mGy (16 cm), DLP 456 mGy
cm, k 0.014. IEC 60601-2-44:2009, DICOM PS3.16, NEMA MS 1-2008. Room 2 had 1200 examinations in 2019 and 1350 in 2020.
EI 412, DI -1.2.
""".strip().split("\n\n")


def found(text: str) -> list[tuple[str, str]]:
    return [(hit.category.value, text[hit.start : hit.end]) for hit in find_by_rules(text, Known())]


@pytest.mark.parametrize("text", SENTENCES)
def test_radiologys_own_words_name_nobody(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", PARAGRAPHS, ids=lambda text: text[:24])
def test_a_clean_teaching_case_has_no_false_alarm(text: str) -> None:
    assert found(text) == []


def test_there_are_forty_paragraphs() -> None:
    assert len(PARAGRAPHS) == 40
