"""The words of the phrases in `notes_uniqueness_phrases.py`: each a group of forms, one of which stands there."""

ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\d{1,2}(?:st|nd|rd|th))"
)
NUMBER = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five"
    r"|six|seven|eight|nine))?|(?:a )?(?:dozen|handful of|few(?: dozen)?)|(?:a |one )?hundred|[1-9]\d?|100)"
)
PERSON = (
    r"(?:cases?|patients?|persons?|people|child(?:ren)?|boys?|girls?|m[ae]n|wom[ae]n|bab(?:y|ies)|infants?|newborns?"
    r"|neonates?|adults?|teenagers?|individuals?|human(?: being)?s?|famil(?:y|ies)|kindreds?|survivors?|recipients?"
    r"|carriers?|twins?|siblings?|instances?)"
)
HUMAN = (
    r"(?:m[ae]n|wom[ae]n|person|human(?: being)?|baby|twins?|child|boy|girl|couple|mother|father|patient|survivor"
    r"|recipient)"
)
TOLD = r"(?:described|reported|documented|recorded|published)"
KNOWN = rf"(?:known|{TOLD}|recogni[sz]ed|confirmed|diagnosed|identified|living)"
LAND = (
    r"(?:country|nation|world|globe|continent|state|county|district|southern hemisphere|northern hemisphere|region"
    r"|island|province|kingdom|middle east|gulf|UK|USA?|United (?:Kingdom|States)|(?:New )?Zealand|Australia"
    r"|Australasia|Oceania|Pacific|Europe|Africa|Asia|America|Canada|Ireland|Scotland|Wales|England|Britain|India"
    r"|Jordan|Saudi Arabia|Egypt|Iraq|Kuwait|Qatar|Oman|Lebanon|Syria|Yemen|Sudan|Fiji|Samoa|Tonga)"
)
WHERE = (
    rf"(?:worldwide|world-wide|globally|anywhere|on earth|on record|to date|in history|ever|(?:in|on|across) (?:(?:the"
    rf"|our|this|my) )?(?:(?:whole|entire|wide|known) )?(?:{LAND}|(?:(?:medical|published|available|english"
    r"|current|world|surgical|radiology|radiological)(?:-language| language)? )?literature))"
)
IN = r"(?:in|on|by|across|over|throughout)"
OUR = (
    r"(?:the |a |an |our |all |every |(?:local|national|regional|international|world|state|live|daily|sunday|evening"
    r"|morning|breakfast|foreign|british|american|arab) ){0,4}"
)
SHOWN = (
    r"(?:featured|appear(?:ed|s|ing)|interviewed|filmed|broadcast|aired|story|publici[sz]ed|reported|covered"
    r"|photographs?|photographed|pictures?|pictured|footage|spoke|told|named)"
)
NEWSPAPER = (
    r"(?:news(?! ?(?:\d|score|chart|2))(?:papers?)?|headlines|tabloids?|front pages?|television|telly|BBC|CNN"
    r"|al[- ]jazeera|(?:six|nine|ten) o'clock news)"
)
OUTLET = (
    rf"(?:{NEWSPAPER}|(?:social )?media|press|TV|radio|magazines?|documentary|youtube|tiktok|instagram|facebook|papers)"
)
OFFICE = (
    r"(?:(?:lord |deputy )?mayor(?:ess)?|prime minister|head of state|governor(?:-general)?|senator|congress(?:man"
    r"|woman)|member of parliament|(?-i:MP)|ambassador|archbishop|bishop|cardinal|chief justice|police commissioner"
    r"|chief constable|(?:police|fire|paramount|tribal) chief|chief of (?:police|the fire brigade)|sheriff|town crier"
    r"|harbour ?master|lighthouse keeper|head ?man|sarpanch|mukhtar|head ?(?:teacher|master|mistress)|school principal"
    r"|parish priest|vicar|abbot|abbess|grand mufti|astronaut)"
)
FAME = (
    r"(?:actor|actress|singer|musician|footballer|cricketer|athlete|sports(?:man|woman|person|star)|politician"
    r"|(?:television |tv |radio |news )?(?:presenter|broadcaster)|newsreader|author|novelist|comedian|chef|rapper"
    r"|boxer|wrestler|jockey|golfer|(?:tennis|rugby|football|cricket|basketball|hockey) (?:player|star)|influencer"
    r"|youtuber|blogger|poet|painter|conductor|pianist|violinist|dancer|mountaineer|preacher|racing driver|businessman"
    r"|businesswoman|journalist|activist)"
)
RECORD = r"(?:guinness|world|olympic|national|commonwealth)"
ISLAND = r"islands?(?! (?:flap|graft|sign|of (?:langerhans|bone|tissue|reil|cortex|gr[ea]y|spared|normal)))"
HAMLET = (
    rf"(?:{ISLAND}|atoll|village|hamlet|township|small town|tiny town|valley|settlement|iwi|hap[uū]|marae|tribe|clan"
    r"|(?:farming|fishing|mining|island|rural|religious|tribal|mountain|desert|coastal|close-knit) community|commune"
    r"|kibbutz|outstation|convent|monastery|colony|one-teacher school|village school)"
)
HAMLETS = (
    "island islands atoll village hamlet township town valley settlement iwi hapu hapū marae tribe clan community "
    "commune kibbutz outstation convent monastery colony school"
)
TINY = (
    r"(?:tiny|small|little|remote|isolated|close-knit|tight-knit|offshore|outer|one-street|mountain|fishing|lonely"
    r"|closed)"
)
ISLES = (
    r"(?-i:Pitcairn|Tristan da Cunha|Chatham Islands?|Stewart Island|Rakiura|Great Barrier Island|Lord Howe Island"
    r"|Foula|Fair Isle|Sark|St Kilda|Tokelau|Norfolk Island|Old Order Amish|Hutterite)"
)
NO_ONE = (
    r"(?!(?:ct|mri?|scanner|x-ray|hospital|pharmacy|ambulance|clinic|road|shop|lesions?|abnormalit\w+|findings?"
    r"|fractures?|nodes?|mass\w*|arter\w+|vessels?|remaining|areas?|nodules?|tissue|signs?|changes?|parts?|segments?"
    r"|thing|way|available|time|known|reported)(?!\w))"
)
BEAST = r"(?:shark|crocodile|alligator|hippo\w*|lion|tiger|leopard|elephant|bear)"
