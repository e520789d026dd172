"""Words that stand where a name could, and are none."""

RADIOLOGY = frozenset(
    # regions and organs, as protocols and study descriptions name them
    "head neck brain skull face orbit orbits sinus sinuses ear iac pituitary sella chest thorax lung lungs heart cardiac coronary aorta aortic "
    "abdomen abdominal pelvis pelvic liver hepatic biliary pancreas spleen kidney kidneys renal adrenal bladder prostate uterus ovary "
    "breast breasts spine spinal cervical thoracic lumbar lumbosacral sacral sacrum coccyx shoulder elbow wrist hand finger thumb hip femur thigh knee "
    "tibia leg calf ankle foot toe toes heel arm forearm humerus extremity joint joints bone bones muscle body whole carotid venous vein veins "
    "artery arteries vascular bowel colon rectum anal stomach esophagus oesophagus thyroid neuro msk gi gu general routine vertebra disc "
    # techniques
    "ct mr mri mra mrv mrs mrcp pet us xr xray x-ray cr dr dx rf nm mg mammo mammography mammogram ultrasound sonography doppler fluoroscopy "
    "angiography angiogram angio venography radiograph radiography tomography tomosynthesis scan scans imaging image images series sequence "
    "study studies exam examination protocol protocols survey scout localizer localiser topogram recon reformat axial coronal sagittal oblique "
    "ap pa lateral view views portable contrast gadolinium iodine dose perfusion diffusion dwi adc flair stir t1 t2 tse fse gre space "
    "haste vibe dixon dynamic delayed arterial portal phase plain enhanced unenhanced pre post with without and of the for stress rest trauma stroke "
    "biopsy guided aspiration drainage injection arthrogram screening diagnostic follow-up followup library libraries clinical user users "
    "adult child pediatric paediatric infant baby newborn default siemens philips ge toshiba canon hitachi fujifilm hologic standard research "
    # findings and family history, after "Patient:" or "Mother:"
    "pain mass lesion cancer carcinoma tumor tumour cyst fracture disease syndrome stenosis aneurysm infarct hemorrhage haemorrhage edema "
    "oedema effusion pneumonia fever cough headache diabetes diabetic hypertension asthma smoker obese pregnant acute chronic right left "
    "bilateral upper lower anterior posterior medial normal abnormal stable history presents presented presenting presentation known "
    "status complaint complains denies reports referred seen examined admitted alive well healthy deceased died unknown none nil".split()
)
"""Regions, techniques and findings of radiology, in lower case."""

NOT_A_PERSON = frozenset(
    "male female man woman boy girl adult adolescent teenager elderly middle-aged young old aged year years yo neonate infant gentleman "
    "lady patient patients person people age sex gender dob date birth born mrn nhi nhs id ur urn accession number no ref referring "
    "referrer physician doctor radiologist consultant surgeon department dept ward clinic hospital radiology reported report indication "
    "history findings impression conclusion technique comparison exam modality study phone tel mobile fax email address street postcode "
    "zip occupation ethnicity race nationality religion language diagnosis yes not see as per the a an is was has had who with from in on "
    "at by to and or he she his her their they it this that there consent consented declined positioning position name names file "
    "gp np rn ed er icu mdt team staff unit note notes day time case mr mrs ms miss dr prof sir madam tbc tba anonymous "
    "anon anonymised anonymized anonymity redacted removed deleted deidentified de-identified unidentified hidden withheld confidential "
    "private masked blank empty null n/a na nil none unknown unspecified xxx xxxx xx test testing phantom dummy demo sample example doe^john "
    "subject volunteer participant control pseudonym initials surname forename firstname lastname label field value tag left right "
    "mother father husband wife son daughter brother sister relative relation kin marital single married smoking "
    "electronically signed dictated verified approved final preliminary addendum page image series "
    "العمر عمر الجنس تاريخ رقم هاتف الهاتف جوال ذكر أنثى انثى سنة التاريخ العنوان الرقم الميلاد يعاني تعاني".split()
)
"""What follows "Patient:" or "Name:" without being a name: descriptions, other labels, and what stands in for a removed name."""

ORDINARY = frozenset(
    # surnames
    "long short young old grey gray black white brown green blue bone bones baker baker's barker cook miller mason butcher bishop king "
    "prince knight lord pope abbot church temple hill hills wood woods forest field fields brook brooks river rivers lake stone stones "
    "rock sand banks bank bush tree rose flower flowers lily fern heath moss reed winter summer spring frost snow rain cloud day may "
    "march april june august monday sunday friday north south east west strong power powers stern sharp blunt wise good best goodman "
    "little small large biggs grand major minor senior junior full hollow head heads foot hand hands back palm palmer legg shin chin beard "
    "skinner cutter carter porter potter turner walker hunter fisher shepherd parker barber glover fuller weaver cooper gardener page "
    "case chase price rich cash gold silver steel diamond coin bell horn drum harp lamb wolf fox bird crane swan drake hawk finch martin "
    "cox bull buck hare pike bass salmon whale mann man child childs love lovely joy hope faith grace bliss peace moody savage wild swift quick "
    "speed fast wait waits stay moon star sun sky light lights dark night noon dawn chest lung hart heart harm hurt payne pain ache "
    "root roots branch leaf berry cherry apple peach plum rice bean bacon ham pepper salt sugar honey graves grave pond pool waters wells "
    "ford bridge bridges street lane rhodes way gates gate hall house houses castle tower towers wall walls post poole pitt pit "
    "marks mark bills bill will wills drew sue pat patty jack rob nick bob dick gene jean art dean earl duke guy ray rusty sandy penny "
    "ruby pearl amber crystal ivy hazel olive violet iris daisy heather holly autumn summers dolly hope chance randy frank ernest grant "
    "self close loud noble bright keen cross crosse stack block bolt chain link linear cast case field cave glass mirror read reader reading "
    "law laws lawless judge court pound pounds sterling mill mills barn barnes farmer bowman archer ball balls bale hook hooks needle pin "
    "pins screw plate plates rod rods wire tube coil clip stent graft shunt valve vein angle lobe hilum septum arch roof floor canal tract cord "
    "low high lowe mild early late new newman older younger first second third mean medium moderate normal plain fine stable marked "
    "patient doctor nurse wing fall falls frame rush sands scales scott sharpe shell shields ship singh slack slater sample "
    "song stark steele stout street style sweet tate test thick thin tiny trace track twin twist view wade ward warden "
    "waist wave weight weeks west wing winner worth wright yard york zone an be do he in no so to is it as at by go me my or up us we "
    "abnormal acute age air area axis base bay beam begin bend blood body boot border bow box brace brain break breast bud bulk cell center clear "
    "coast coat cold colon core corner cover crest crown cup curve cyst dense disc dome dot duct edge end entry even ever eye face fat film flat "
    "flow fold free fresh front gap gas gland grade growth gross group gut hard heel hernia hip home hot ill inch iron joint junction key knee knot "
    "lateral layer lead left leg level limb line lip liver lock loop loss lump lunate mass medial mesh middle mouth neck nerve nodes nose notch only open "
    "organ outer over oval pad pal part patch path peak phase pole port pouch pulse pure ramus range ratio recess rest rib ridge right ring rim round sac "
    "scan scar scope seat shadow shaft shape sheath side sign signal site size skin skull slice sling slope soft spine spot spur stage stalk stem step "
    "stress strain stroke sub surface swell tag tail target tear tent tip tissue tone tooth top torus total trap trauma true trunk turn type upper "
    "vault vessel void volume wedge wide width window wound wrist".split()
)
"""Surnames and given names that are also words of English or of medicine: alone they hardly tell a person."""

GENERIC = frozenset(
    "hospital hospitals clinic clinics centre center medical health healthcare healthcenter radiology imaging department dept diagnostic diagnostics "
    "university general regional district community private public national royal institute unit service services group trust board city "
    "county north south east west saint st our lady of the and for at in x-ray mri ct main campus street road avenue".split()
)
"""Words that any hospital's name is made of."""

EPONYMS = frozenset(
    "addison albright alzheimer andersson baker bankart barrett bartholin behcet bell bennett blount bosniak bouchard buford caplan caroli "
    "castleman charcot chester chiari churg cobb colles conn crohn cushing dandy danlos dercum dorfman down dressler dupuytren ehlers erdheim "
    "essex ewing fabry fazekas fleischner freiberg friedreich galeazzi garre gaucher gleason goodpasture gorham grashey graves hampton "
    "harris hashimoto heberden hill hodgkin hoffa horner huntington james jefferson jones kaposi kellgren kerley kienbock klippel kohler "
    "krukenberg langerhans larsen lauge lawrence legg lewy lisfranc loeffler lofgren macleod madelung maffucci maisonneuve mallory marfan "
    "mazabraud mccune meckel meniere merkel mirizzi modic monteggia morgagni morton mounier murphy neer ollier osgood paget pancoast "
    "parkinson pellegrini perthes pick poland pott raynaud reiter risser rolando rosai sachs salter scheuermann schlatter schmorl "
    "segond sever sheehan sjogren smith spigelian sprengel stafne stanford stieda still strauss sturge swyer takayasu tarlov thomas "
    "tietze tillaux trevor turner virchow walker weber wegener weiss wilms wilson yergason zenker".split()
)
"""Names that medicine gave to signs and diseases: alone they hardly tell a person."""

EPONYM_NOUN = frozenset(
    "cyst sign disease syndrome fracture classification criteria triangle angle line lines node nodes nodule nodules score view test tumor "
    "tumour contracture encephalopathy disorder space fossa ligament point pouch diverticulum palsy thyroiditis lesion malformation "
    "deformity phenomenon type grade method technique view equation law foot gland duct canal hernia lymphoma sarcoma anomaly plaque plaques "
    "ring rings spot spots stone lymphadenopathy effect maneuver manoeuvre procedure operation position projection reflex rule sulcus "
    "band body bodies capsule pad chorea ulcer nodularity neuroma arteritis granulomatosis osteochondrosis atrophy aneurysm crisis stage "
    "dislocation system scale index ratio patch island islands fistula artery vein nerve muscle hiatus membrane cartilage tubercle".split()
)
"""What an eponym is followed by."""
