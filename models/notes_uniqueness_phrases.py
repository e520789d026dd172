"""What people write of a case that is like no other: a table of phrases. `notes_uniqueness.py` says what they weigh."""

from dataclasses import dataclass
from enum import Enum

from phivet.models.notes_uniqueness_words import (
    BEAST,
    FAME,
    HAMLET,
    HAMLETS,
    HUMAN,
    IN,
    ISLES,
    KNOWN,
    LAND,
    NEWSPAPER,
    NO_ONE,
    NUMBER,
    OFFICE,
    ORDINAL,
    OUR,
    OUTLET,
    PERSON,
    RECORD,
    SHOWN,
    TINY,
    TOLD,
    WHERE,
)


class Sign(Enum):
    """What may single a person out."""

    FEW_KNOWN = "no case like it, or few, are known"
    TENS_KNOWN = "tens of cases are known"
    NEWS = "it was in the media"
    PUBLIC = "a person whom the public knows"
    SMALL = "a small community"
    FEW_THERE = "one of few in a small community"
    FAMILY = "several born at once, or parents of one blood"
    EVENT = "an event that others know of"
    ULTRA_RARE = "a disease of fewer than one in a million"
    VERY_RARE = "a disease of one to nine in a million"
    OCCUPATION = "an occupation"
    PLACE = "a place smaller than a state"
    FACILITY = "a hospital by name"
    DATE = "a date"


@dataclass(frozen=True)
class Phrase:
    """A form of `sign`, which by itself scores `alone`; it ignores case, and a space in it may be several.

    `near` are words one of which is in every text that has the form: most texts have none, and are not searched.
    """

    sign: Sign
    alone: float
    near: str
    form: str


_UNIQUE = (
    Phrase(
        Sign.FEW_KNOWN,
        0.65,
        "known reported described documented recorded published recognised recognized confirmed diagnosed identified "
        "living",
        rf"(?:{ORDINAL}|only|sole)(?: other| such)? (?:ever |(?:well |previously |publicly ))?{KNOWN}(?: "
        rf"[\w-]+){{0,3}}? {PERSON}",
    ),
    Phrase(
        Sign.FEW_KNOWN,
        0.65,
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth st nd rd th only sole",
        rf"(?:only|sole|(?:the|this|our|his|her|their|as|only|just|is|an) (?:only |just |the |very "
        rf"){{0,2}}(?:{ORDINAL}|only|sole)) (?:such |other |living )?{PERSON}(?:,? [\w'-]+){{0,8}}? {WHERE}",
    ),
    Phrase(
        Sign.FEW_KNOWN,
        0.65,
        "one",
        rf"one of (?:(?:only|just|about|approximately|some|around|perhaps|maybe|fewer than|less than|under|the|an|last"
        rf"|estimated) ){{0,3}}{NUMBER} (?:(?:living {PERSON})|(?:{KNOWN} |such |other |surviving )?{PERSON}(?: "
        rf"[\w'-]+){{0,5}}? (?:{WHERE}|{KNOWN}|alive))",
    ),
    Phrase(
        Sign.FEW_KNOWN,
        0.65,
        "knowledge",
        r"to (?:our|my|the best of (?:our|my)) knowledge,?(?: [\w'-]+){0,6}? "
        rf"(?:{ORDINAL}|only|never|no other)",
    ),
    Phrase(
        Sign.FEW_KNOWN,
        0.65,
        "we",
        rf"we (?:hereby )?(?:report|present|describe) the (?:very )?(?:{ORDINAL}|only) {PERSON}",
    ),
    Phrase(
        Sign.FEW_KNOWN,
        0.65,
        "s",
        rf"{LAND}'s (?:ever |very )?(?:{ORDINAL}|only|youngest|oldest|tallest|smallest|heaviest|longest[- ](?:living"
        rf"|surviving))(?: [\w-]+){{0,4}}? {PERSON}",
    ),
    Phrase(
        Sign.FEW_KNOWN,
        0.65,
        "survive undergo receive live born",
        rf"(?:only|{ORDINAL}) (?:person|man|woman|child|baby|human)(?: ever| in the world)? (?:known )?to (?:survive"
        r"|undergo|receive|live|be born)",
    ),
    Phrase(
        Sign.FEW_KNOWN,
        0.4,
        "described reported documented recorded published",
        rf"(?:never|not)(?: before| previously| yet)? been {TOLD}(?: [\w-]+){{0,2}}?(?: before| previously| elsewhere"
        rf"| in humans| {WHERE})",
    ),
    Phrase(
        Sign.FEW_KNOWN,
        0.4,
        "previously hitherto before",
        rf"(?:(?:never|not) (?:before|previously) been|(?:never|not) been previously|(?:previously"
        rf"|hitherto) never) {TOLD}|(?:previously|hitherto) un{TOLD}",
    ),
    Phrase(
        Sign.FEW_KNOWN,
        0.4,
        "other else similar such previous prior comparable second",
        rf"no(?:body| one) else {WHERE}"
        r"|no (?:other|similar|such|previous|prior|comparable|second) (?:[\w-]+ ){0,2}?(?:cases?|patients?|reports?"
        rf"|persons?|famil(?:y|ies))(?: [\w-]+){{0,4}}? (?:{KNOWN}|found|{WHERE})",
    ),
    Phrase(
        Sign.FEW_KNOWN,
        0.6,
        "survivor survivors speaker",
        r"(?:only|sole|lone|last)(?: known| living| native| fluent)? (?:survivors?|speaker) of (?:the|a|an|her"
        r"|his) \w+",
    ),
    Phrase(
        Sign.FEW_KNOWN,
        0.6,
        "conjoined siamese quintuplet quintuplets sextuplet sextuplets septuplet septuplets octuplet octuplets",
        r"(?:formerly|separated|surviving) (?:conjoined|siamese)(?: twins?)?|(?:quin|sex|sep|oc)tuplets?",
    ),
    Phrase(
        Sign.TENS_KNOWN,
        0.2,
        "only just fewer less under about approximately around more barely",
        r"(?:only|just|fewer than|less than|under|about|approximately|around|no more than|barely) "
        rf"{NUMBER} (?:(?:other|previous|such|{KNOWN}) )?{PERSON}(?: [\w-]+){{0,5}}? (?:{KNOWN}|{WHERE})",
    ),
    Phrase(
        Sign.TENS_KNOWN,
        0.2,
        "quadruplet quadruplets conjoined siamese",
        r"quadruplets?(?! (?:therapy|regimen|dvp))|(?:conjoined|siamese) twins?",
    ),
)

_IN_PUBLIC = (
    Phrase(
        Sign.NEWS,
        0.65,
        "news newspaper newspapers headlines tabloid tabloids front television telly bbc cnn jazeera",
        rf"(?:{SHOWN}|was|were|is|been|be|made)(?: [\w'-]+){{0,4}}? {IN} {OUR}{NEWSPAPER}",
    ),
    Phrase(
        Sign.NEWS,
        0.65,
        "media press tv radio magazine magazines documentary youtube tiktok instagram facebook papers",
        rf"{SHOWN}(?: [\w'-]+){{0,4}}? {IN} {OUR}{OUTLET}"
        r"|(?:was|were|been) (?:in|on|all over) (?:the )?(?:local|national|social|live) (?:media|press|TV|radio"
        r"|papers?)|(?:was|were|been) (?:in|all over) the papers",
    ),
    Phrase(
        Sign.NEWS,
        0.65,
        "headlines news front",
        r"(?:made|hit|making|grabbed) (?:(?:the|local|national|international|world|regional) ){0,2}(?:headlines|news"
        r"|front pages?)",
    ),
    Phrase(
        Sign.NEWS,
        0.65,
        "viral",
        r"(?:went|gone|goes|going) viral|viral (?:video|clip|post|tweet|photo(?:graph)?|footage|reel)",
    ),
    Phrase(
        Sign.NEWS,
        0.55,
        "media press newspaper television",
        r"(?:media|press|newspaper|television) (?:coverage|attention|interest|frenzy|appeal|articles?|cuttings?"
        r"|clippings?|headlines?|documentary|interview|conference)",
    ),
    Phrase(
        Sign.NEWS,
        0.65,
        "profile publicised publicized",
        r"(?:high[- ]profile|(?:much|widely|well|highly)[- ]publici[sz]ed) (?:[\w-]+ ){0,2}?(?:case|accident|crash"
        r"|murder|incident|assault|attack|disappearance|rescue|transplant|patient|shooting|kidnap\w*|death|birth)",
    ),
    Phrase(
        Sign.NEWS,
        0.6,
        "documentary film movie book biography memoir podcast article",
        r"(?:documentary|film|movie|book|biography|memoir|podcast|newspaper article) (?:[\w-]+ ){0,2}?(?:about|on"
        r"|of) (?:him|her|them|his|their|the (?:patient|family|accident|crash|rescue|boy|girl|twins))",
    ),
    Phrase(
        Sign.NEWS,
        0.6,
        "page campaign appeal",
        r"(?:givealittle|gofundme|justgiving|crowdfund\w*|fundrais\w*) (?:web ?)?(?:page|campaign|appeal)",
    ),
    Phrase(
        Sign.PUBLIC,
        0.6,
        "famous known celebrated renowned legendary notorious prominent household",
        r"(?:famous|well[- ]known|celebrated|renowned|internationally known|legendary|notorious|prominent"
        rf"|household[- ]name) (?:[\w-]+ ){{0,2}}?{FAME}",
    ),
    Phrase(
        Sign.PUBLIC,
        0.6,
        "celebrity figure household hero vip star contestant royal",
        r"(?:a|the|minor|local|national|international) (?:celebrity|public figure|household name|national hero)"
        r"|VIP (?:patient|status)|(?:film|pop|rock|movie|tv|television|reality(?: tv| television)?) (?:star"
        r"|contestant)|member of the royal family",
    ),
    Phrase(
        Sign.PUBLIC,
        0.6,
        "record records",
        rf"{RECORD}(?: book of)?(?: world)?[ -]record[ -](?:holder|holding|breaking)|(?:holds?|held|holder of|set"
        rf"|broke|in) (?:the|a|an) (?:[\w-]+ ){{0,2}}?{RECORD} (?:world )?records?",
    ),
    Phrase(
        Sign.PUBLIC,
        0.65,
        "tallest shortest heaviest fattest smallest oldest youngest biggest longest",
        r"(?:tallest|shortest|heaviest|fattest|smallest|oldest|youngest|biggest|longest[- ](?:lived|living|surviving))"
        rf" (?:living |surviving |known |recorded |ever )?{HUMAN}(?: [\w-]+){{0,2}}? (?:{WHERE}|alive"
        r"|in (?-i:[A-Z])\w+)",
    ),
    Phrase(
        Sign.PUBLIC,
        0.6,
        "olympic paralympic olympian paralympian champion medalist medallist lottery captain captained plays played "
        "national",
        r"(?:para|o)lympic (?:gold |silver |bronze )?(?:medal\w*|champion|athlete|swimmer|rower|runner|cyclist"
        r"|sprinter)|(?:olymp|paralymp)ian|world champion|gold medall?ist|lottery winner|(?:captain of|captained"
        r"|play(?:s|ed) for) the (?:all blacks|wallabies|springboks|national (?:team|side|squad))"
        r"|national (?:[\w-]+ )?(?:team|side|squad) (?:captain|goalkeeper)",
    ),
    Phrase(
        Sign.PUBLIC,
        0.55,
        "mayor mayoress minister state governor senator congressman congresswoman parliament mp ambassador archbishop "
        "bishop cardinal justice commissioner constable chief sheriff crier harbourmaster master keeper headman man "
        "sarpanch mukhtar headteacher teacher headmaster headmistress mistress principal priest vicar abbot abbess "
        "mufti astronaut general",
        rf"(?:sitting|serving|former|retired|current|acting) (?!cardinal|general){OFFICE}|{OFFICE} (?:of|for) (?:the "
        rf"|our |a |this |that )?(?!(?:state|health|the hospital)\b)[\w'-]+",
    ),
    Phrase(
        Sign.PUBLIC,
        0.55,
        "knows knew heard legend hero",
        r"(?:whole|entire) (?:town|village|island|valley|community|school|county) (?:knows|knew|has heard)|every(?:one"
        r"|body) (?:in|on) (?:town|(?:the|this|our) [\w-]+) (?:knows|knew)|local (?:legend|hero)",
    ),
    Phrase(
        Sign.PUBLIC,
        0.6,
        "won black blacks followers",
        r"won (?:a |the )?(?:gold|silver|bronze|medal)(?: [\w-]+){0,2}? (?:at|in) the (?:[\w-]+ ){0,2}?(?:games"
        r"|olympics|championships?|world cup)|(?:former|retired|ex-?|current) (?-i:All Black|Wallaby|Springbok)"
        r"|(?:\d{1,3}[,. ]?\d{3}|million|thousands? of) followers",
    ),
    Phrase(
        Sign.PUBLIC,
        0.55,
        "village island",
        r"(?:village|island)(?:'s)? (?:(?:head|chief|mayor|priest|elder)(?:man|master|teacher)?|doctor|postmistress"
        r"|postmaster|schoolteacher|policeman|blacksmith|imam)",
    ),
)

_LOCAL = (
    Phrase(
        Sign.FEW_THERE,
        0.6,
        HAMLETS,
        rf"(?:only|sole|last|one of (?:only |just |the ){{0,2}}{NUMBER}) {NO_ONE}[\w-]+(?: [\w-]+){{0,4}}? (?:in|on|of"
        rf"|at|from) (?:the|a|an|this|our|her|his|their|that) (?:[\w-]+ ){{0,2}}?{HAMLET}",
    ),
    Phrase(
        Sign.FEW_THERE,
        0.55,
        "people inhabitants souls residents persons houses households families islanders villagers",
        rf"{HAMLET} (?:of|with|has|where)(?: only| just| about| some| around| fewer than| less than"
        rf"| under){{0,2}} (?:{NUMBER}|[1-9]\d\d) (?:people|inhabitants|souls|residents|persons|houses|households"
        rf"|families|islanders"
        r"|villagers)",
    ),
    Phrase(
        Sign.SMALL,
        0,
        f"{HAMLETS} place pitcairn tristan rakiura foula isle sark kilda tokelau amish hutterite",
        rf"{TINY} (?:[\w-]+ )?(?:{HAMLET}|community|town|school|place)|{ISLES}(?! (?:spotted|pine|hemlock))",
    ),
    Phrase(
        Sign.SMALL,
        0,
        "village hamlet iwi hapu hapū marae atoll tribe kibbutz",
        r"(?:from|in|on|of|same|his|her|their|our|this|that|the) (?:[\w-]+ )?(?:village|hamlet|iwi|hap[uū]|marae|atoll"
        r"|tribe|kibbutz)",
    ),
    Phrase(
        Sign.SMALL,
        0,
        "population",
        r"population (?:of |is |was |about |only |around |approximately |: ?){0,2}(?:[1-9]\d{1,2}|[1-4],?\d{3})(?!,?\d"
        r"| patients)",
    ),
    Phrase(
        Sign.FAMILY,
        0,
        "twin twins triplet triplets quadruplets consanguineous consanguinity cousin cousins siblings brothers sisters",
        r"(?<!to-)twins?(?!(?:-| )to(?:-| )twin| transfusion| peaks?| reversed)|triplets?(?! (?:repeat|therapy|codon"
        r"|regimen))|quadruplets|consanguin\w+|(?:are|were|being) (?:first |second |double ){0,2}cousins|(?:first"
        r"|second)[- ]cousin (?:marriage|parents|union)|(?:two|three|four|five|six|seven|eight) (?:[\w-]+ "
        r")?(?:siblings|brothers|sisters) (?:[\w-]+ ){0,3}?(?:affected|with the same)",
    ),
    Phrase(
        Sign.EVENT,
        0,
        "earthquake tsunami bombing shooting massacre eruption crash disaster accident sinking sank derailment "
        "avalanche landslide mudslide hurricane cyclone tornado siege stampede hijacking hijacked shipwreck terrorist "
        "terror collapse lottery rescue rescued attack bite mauling attacked mauled bitten",
        r"earthquake|tsunami|bombing|shooting|massacre|volcanic eruption|(?:air|plane|helicopter|train|rail|bus|coach"
        r"|ferry) (?:crash|disaster|accident|sinking)|(?:ferry|boat|ship) sank|derailment|avalanche|landslide|mudslide"
        r"|hurricane|cyclone|tornado|siege|stampede|hijack\w*|shipwreck|terror(?:ist)? attack|mine collapse|hostage"
        r"|rescued? (?:by|from)(?: [\w-]+){0,2} (?:helicopter|lifeboat|coastguard)|won the lottery"
        rf"|{BEAST} (?:attack|bite|maul\w*)|(?:attacked|mauled|bitten) by a {BEAST}",
    ),
)

_ARABIC = (
    Phrase(
        Sign.FEW_KNOWN,
        0.65,
        "حالة مريض مريضة طفل طفلة شخص الحالة",
        r"(?:(?:أول|اول|ثاني|ثالث|رابع) (?:حالة|مريض|مريضة|طفل|طفلة|شخص)|الحالة (?:الأولى|الاولى|الثانية|الثالثة"
        r"|الرابعة|الوحيدة))(?: \w+){0,6}? (?:في (?:العالم|الأدبيات|الادبيات|المملكة|الشرق الأوسط|البلاد|العراق|الأردن"
        r"|مصر|الكويت|السعودية|الوطن العربي)|عالميا[ً]?|على مستوى العالم)",
    ),
    Phrase(
        Sign.FEW_KNOWN,
        0.6,
        "لم ولم",
        r"(?:لم|ولم) (?:توصف|تسجل|يسجل|يوصف|تنشر)(?: \w+){0,4}? (?:من قبل|سابقا[ً]?|في الأدبيات)",
    ),
    Phrase(
        Sign.NEWS,
        0.65,
        "التلفزيون التلفاز الأخبار الاخبار الصحف الجرائد وسائل مواقع السوشيال",
        r"(?:ظهر|ظهرت|نشر|نشرت|تناولت|تناقلت|انتشر|انتشرت|عرضت|تحدثت)(?: \w+){0,4}? (?:التلفزيون|التلفاز|الأخبار"
        r"|الاخبار|الصحف|الجرائد|وسائل الإعلام|وسائل الاعلام|مواقع التواصل|وسائل التواصل|السوشيال)",
    ),
    Phrase(
        Sign.FEW_THERE,
        0.6,
        "الوحيد الوحيدة",
        r"(?:الوحيد|الوحيدة)(?: \w+){0,2}? (?:في|من) (?:ال|هذه ال|تلك ال)?(?:قرية|جزيرة|قبيلة|عشيرة)",
    ),
    Phrase(
        Sign.SMALL,
        0,
        "قرية القرية جزيرة الجزيرة قبيلة القبيلة بلدة البلدة عشيرة العشيرة",
        r"(?:ال)?(?:قرية|جزيرة|قبيلة|بلدة|عشيرة)(?: (?:صغيرة|نائية|معزولة))?",
    ),
    Phrase(
        Sign.FAMILY,
        0,
        "توأم التوأم توأمان التوأمان توائم التوائم أقارب الأقارب أبناء",
        r"(?:ال)?(?:توأم|توأمان|توائم)|زواج (?:ال)?أقارب|(?:الوالدان|الأبوان|والداه|والداها) (?:أقارب|أبناء عم)",
    ),
)

PHRASES: tuple[Phrase, ...] = _UNIQUE + _IN_PUBLIC + _LOCAL + _ARABIC
