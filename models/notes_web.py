"""E-mail addresses, web addresses, social handles, network and hardware addresses."""

import ipaddress
import re
from collections.abc import Iterator

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_text import Reading

_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}+@(?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24}(?![\w@])")
_MAIL_LIKE = re.compile(r"(?<![\w.+%-])(?=[\w.+%-]{0,60}?[^\W\d_]{2})[\w.+%-]{3,64}+@[^\W\d_][\w-]{2,30}(?![\w@.])")
_TOP = r"(?:com|org|net|edu|gov|info|io|me|(?:co|ac|org|govt|health)\.nz|(?:co|ac|org|nhs|gov)\.uk|(?:com|org|edu|gov)\.au|nz|uk|au|ie|us|ae|sa|eg)"
_DOT = r"(?:\s?[\[({<]\s?(?:dot|punkt|\.)\s?[\])}>]\s?|\sdot\s|\.)"
_SPOKEN_EMAIL = re.compile(
    rf"(?<![\w.+-])[\w+-]{{2,40}}+(?:{_DOT}[\w+-]{{1,40}})?(?:\s?[\[({{<]\s?(?:at|@)\s?[\])}}>]\s?[\w-]{{2,40}}{_DOT}"
    rf"|\s(?:at|@)\s[\w-]{{2,40}}(?:\sdot\s|(?:\s?[\[({{<]\s?dot\s?[\])}}>]\s?)))(?:[\w-]{{2,30}}{_DOT})?{_TOP}(?!\w)",
    re.I,
)
_URL = re.compile(r"(?:(?<!\w)(?:https?|ftp|file|pacs|dicom)://|(?<![\w@./-])www\.)[^\s<>\"]{1,2000}", re.I)
_BARE = re.compile(
    r"(?<![\w@./-])(?:[a-z0-9][a-z0-9-]{1,62}\.){1,4}(?:com|org|net|edu|gov|info|io|(?:co|ac|org|govt|health)\.nz"
    r"|(?:co|ac|org|nhs)\.uk|(?:com|org|edu)\.au|ie)(?:/[^\s<>\"]{0,500})?(?![\w@-])",
    re.I,
)
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{2,5})?(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
_HARDWARE = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}(?![\w:-])")
_NUMBERED_THING = re.compile(
    r"(?:version|ver\.?|\bv\.?|release|build|firmware|software|section|chapter|uid|oid|syngo|python|driver)\s?:?\s?\w{0,4}\s?$",
    re.I,
)
_IP_CUE = re.compile(r"\b(?:ip|ipv[46]|address|host|server|client|from|login|node)\b[^\n]{0,14}$", re.I)
_HANDLE = re.compile(
    r"(?<!\w)(?:instagram|insta|ig|twitter|tweet(?:ed|s)?|tiktok|snapchat|snap|facebook|fb|linkedin|telegram|youtube|threads|bluesky"
    r"|handle|username|user ?name|x account|social media|whatsapp|انستغرام|تويتر|سناب)(?![^\W\d_])[\w ]{0,20}?\s?[:(=]{0,2}\s?"
    r"(?P<handle>@\w[\w.]{2,30}|(?<=[:=( ])(?=\w*[._\d])[a-z][\w.]{3,30}(?<=\w))",
    re.I,
)

_SOCIAL = frozenset(
    "facebook.com fb.com instagram.com twitter.com x.com linkedin.com tiktok.com t.me snapchat.com threads.net bsky.app "
    "youtube.com reddit.com pinterest.com vk.com wa.me weibo.com gofundme.com givealittle.co.nz".split()
)
_PUBLIC = frozenset(
    "doi.org nih.gov pubmed.gov radiopaedia.org rsna.org ajronline.org ajnr.org acr.org esr.org eurorad.org myesr.org "
    "nice.org.uk who.int wikipedia.org wikimedia.org springer.com springeropen.com sciencedirect.com elsevier.com "
    "wiley.com nature.com thelancet.com nejm.org bmj.com jamanetwork.com oup.com tandfonline.com frontiersin.org "
    "mdpi.com plos.org biomedcentral.com cochrane.org cochranelibrary.com sagepub.com lww.com karger.com thieme.com "
    "thieme-connect.com birpublications.org cambridge.org science.org cell.com jacr.org radiologyassistant.nl "
    "radiologymasterclass.co.uk radiologycases.com startradiology.com learningradiology.com medscape.com uptodate.com "
    "statpearls.com orpha.net omim.org genecards.org ensembl.org clinicaltrials.gov cancer.gov cancer.org "
    "cancerimagingarchive.net pathologyoutlines.com dermnetnz.org hl7.org dicomstandard.org nema.org iso.org "
    "snomed.org loinc.org arxiv.org biorxiv.org medrxiv.org researchgate.net semanticscholar.org scholar.google.com "
    "crossref.org orcid.org zenodo.org figshare.com kaggle.com grand-challenge.org github.com gitlab.com pypi.org "
    "python.org creativecommons.org gnu.org apache.org w3.org cdc.gov fda.gov europa.eu nhs.uk health.govt.nz "
    "tewhatuora.govt.nz ranzcr.com rcr.ac.uk rcplondon.ac.uk asnr.org sirweb.org snmmi.org eanm.org escardio.org "
    "heart.org ahajournals.org asco.org nccn.org ascopubs.org aium.org isuog.org figo.org rcog.org.uk auntminnie.com "
    "siemens-healthineers.com gehealthcare.com philips.com canon.com mim.com osirix-viewer.com slicer.org".split()
)
"""Where literature, databases, standards, teaching and vendors live: naming one of their pages identifies no patient."""
_IDENTIFYING_QUERY = re.compile(
    r"[?&;/#](?:patient(?:_?id|_?name)?|pid|mrn|nhi|accession(?:_?(?:no|number))?|study(?:instance)?uid|studyid|name|dob|token|user(?:id)?)=[^&\s]",
    re.I,
)
_CASE_SYSTEM = re.compile(r"pacs|viewer|emr|ehr|epic|intelerad|inteleviewer|dicom|wado|ris\b|portal|share|drive\.|dropbox", re.I)


def find_web(reading: Reading) -> Iterator[Hit]:
    """E-mail, URL, social handle, IP and hardware addresses; pages of the literature and of standards are none."""
    text = reading.whole
    if "@" in text:
        for match in _EMAIL.finditer(text):
            yield Hit(Category.EMAIL, match.start(), match.end(), 0.99, (Reason.PATTERN,))
        for match in _MAIL_LIKE.finditer(text):
            yield Hit(Category.EMAIL, match.start(), match.end(), 0.5, (Reason.PATTERN,))
    if " at " in text.lower() or any(bracket in text for bracket in "[({<@"):
        for match in _SPOKEN_EMAIL.finditer(text):
            spelled = any(bracket in match.group() for bracket in "[({<")
            yield Hit(Category.EMAIL, match.start(), match.end(), 0.9 if spelled else 0.75, (Reason.PATTERN,))
    for match in _URL.finditer(text):
        yield from _address(match.start(), match.group(), 0.9)
    for match in _BARE.finditer(text):
        yield from _address(match.start(), match.group(), 0.6)
    for match in _HANDLE.finditer(text):
        yield Hit(Category.SOCIAL_HANDLE, *match.span("handle"), 0.9, (Reason.CUE,))
    yield from _network(reading.text)


def _address(start: int, address: str, score: float) -> Iterator[Hit]:
    address = address.rstrip(".,;:!?'*_)]}>\0")
    after_scheme = re.sub(r"^\w+://", "", address)
    host, _, path = after_scheme.partition("/")
    host = host.lower().split("@")[-1].split(":")[0].removeprefix("www.").removeprefix("m.")
    end = start + len(address)
    if not host:
        return
    if _IDENTIFYING_QUERY.search(address):
        yield Hit(Category.URL, start, end, 0.98, (Reason.CUE, Reason.PATTERN))
    elif _under(host, _SOCIAL):
        if path:
            yield Hit(Category.SOCIAL_HANDLE, start, end, 0.95, (Reason.PATTERN,))
    elif not _under(host, _PUBLIC) and not host.endswith((".edu", ".ac.uk", ".ac.nz", ".edu.au")):
        inside = _CASE_SYSTEM.search(address) is not None
        yield Hit(Category.URL, start, end, max(score, 0.93) if inside else score, (Reason.PATTERN,))


def _under(host: str, domains: frozenset[str]) -> bool:
    """Whether `host` is one of `domains` or lies below one."""
    labels = host.split(".")
    return any(".".join(labels[i:]) in domains for i in range(len(labels) - 1))


def _network(text: str) -> Iterator[Hit]:
    for match in _IPV4.finditer(text):
        octets = [int(octet) for octet in match.group().split(":")[0].split(".")]
        before = text[max(0, match.start() - 24) : match.start()]
        if max(octets) > 255 or _NUMBERED_THING.search(before):
            continue
        if _IP_CUE.search(before):
            yield Hit(Category.IP_ADDRESS, match.start(), match.end(), 0.97, (Reason.CUE, Reason.PATTERN))
        elif max(octets) >= 20 and octets[0] > 0:
            yield Hit(Category.IP_ADDRESS, match.start(), match.end(), 0.85, (Reason.PATTERN,))
    if text.count(":") < 2:
        return
    for match in _IPV6.finditer(text):
        groups = [group for group in match.group().split(":") if group]
        if len(groups) >= 3 and _is_ipv6(match.group()):
            yield Hit(Category.IP_ADDRESS, match.start(), match.end(), 0.95, (Reason.PATTERN,))
    for match in _HARDWARE.finditer(text):
        yield Hit(Category.DEVICE_SERIAL, match.start(), match.end(), 0.85, (Reason.PATTERN,))


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True
