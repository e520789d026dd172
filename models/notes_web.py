"""E-mail addresses, web addresses, social handles, network and hardware addresses."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass

from phivet.cases.categories import Category
from phivet.cases.findings import Reason
from phivet.models.hits import Hit
from phivet.models.notes_cues import Cues
from phivet.models.notes_text import Reading
from phivet.models.notes_words import PUBLIC_HOSTS, SOCIAL_HOSTS

_PATTERN, _CUE = (Reason.PATTERN,), (Reason.CUE, Reason.PATTERN)

_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}+@(?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24}(?![\w@])")
_MAIL_LIKE = re.compile(r"(?<![\w.+%-])(?=[\w.+%-]{0,60}?[^\W\d_]{2})[\w.+%-]{3,64}+@[^\W\d_][\w-]{2,30}(?![\w@]|\.\w)")
_TOP = (
    r"(?:com|org|net|edu|gov|info|io|(?:co|ac|org|govt|health)\.nz|(?:co|ac|org|nhs|gov)\.uk|(?:com|org|edu|gov)\.au"
    r"|nz|uk|au|ie|us|ae|sa|eg)"
)
_DOT = r"(?:\s?[\[({<]\s?dot\s?[\])}>]\s?|\sdot\s)"
_AT = r"\s?[\[({<]\s?(?:at|@)\s?[\])}>]\s?"
_BRACKETED_AT = re.compile(_AT, re.I)
_SPOKEN_EMAIL = re.compile(
    rf"(?<![\w.+-])[\w+-]{{2,40}}+(?:\.[\w+-]{{1,40}}|{_DOT}[\w+-]{{1,40}})?"
    rf"(?:{_AT}[\w-]{{2,40}}(?:{_DOT}|\.)|\sat\s[\w-]{{2,40}}{_DOT})"
    rf"(?:[\w-]{{2,30}}(?:{_DOT}|\.))?{_TOP}(?!\w)",
    re.I,
)
_URL = re.compile(r"(?:(?<!\w)(?:https?|ftp|file|pacs|dicom)://|(?<![\w@./-])www\.)[^\s<>\"\0]{1,2000}", re.I)
_BARE = re.compile(
    r"\.(?:com|org|net|edu|gov|info|io|(?:co|ac|org|govt|health)\.nz|(?:co|ac|org|nhs)\.uk|(?:com|org|edu)\.au|ie)"
    r"(?:/[^\s<>\"\0]{0,500})?(?![\w@-])",
    re.I,
)
_HOST = re.compile(r"(?<![\w@./-])(?:[a-z0-9][a-z0-9-]{1,62}\.){0,4}[a-z0-9][a-z0-9-]{1,62}$", re.I)
_IPV4 = re.compile(r"\d(?<![\w.]\d)\d{0,2}(?:\.\d{1,3}){3}(?::\d{2,5})?(?!\w|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
_HARDWARE = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){4}(?![\w:-])")
_IP_CUE = re.compile(r"\b(?:ip|ipv[46]|address|host|server|client|from|login|node)\b[^\n]{0,14}$", re.I)

_ACADEMIC = (".edu", ".ac.uk", ".ac.nz", ".edu.au")
_IDENTIFYING_QUERY = re.compile(
    r"[?&;/#](?:patient(?:_?id|_?name)?|pid|mrn|nhi|accession(?:_?(?:no|number))?|study(?:instance)?uid|studyid|name|dob"
    r"|token|user(?:id)?)=[^&\s]",
    re.I,
)
_CASE_SYSTEM = re.compile(
    r"pacs|viewer|emr|ehr|epic|intelerad|inteleviewer|dicom|wado|ris\b|portal|share|drive\.|dropbox", re.I
)


@dataclass(frozen=True)
class Network:
    """What people write before the name they go by on a social network."""

    phrases: str
    link: re.Pattern[str]


_HANDLES = Cues(
    (
        Network(
            "instagram; insta; ig; twitter; tweeted; tweet; tiktok; snapchat; facebook; fb; linkedin; telegram; "
            "youtube; threads; bluesky; handle; username; user name; x account; social media; انستغرام; تويتر; سناب",
            re.compile(r"(?:\s\w{2,9}){0,2}\s?[:(=]{0,2}\s?(?=@\w)|\s?[:=]\s?(?=[a-z]\w*[._\d])", re.I),
        ),
    )
)
_HANDLE_FIRST = re.compile(
    r"(?<![\w.])@\w[\w.]{2,30}(?=\s(?:on\s)?\(?(?:instagram|insta|ig|twitter|tiktok|facebook|fb|x|snapchat)\b)", re.I
)
_HANDLE = re.compile(r"@?\w[\w.]{1,30}(?<=\w)")


def find_web(reading: Reading) -> Iterator[Hit]:
    """E-mail, URL, social handle, IP and hardware addresses; pages of the literature and of standards are none."""
    text = reading.whole
    if "@" in text:
        for form, score in ((_EMAIL, 0.99), (_MAIL_LIKE, 0.5)):
            for match in form.finditer(text):
                yield Hit(Category.EMAIL, match.start(), match.end(), score, _PATTERN)
        for match in _HANDLE_FIRST.finditer(text):
            yield Hit(Category.SOCIAL_HANDLE, match.start(), match.end(), 0.9, (Reason.CUE,))
    if any(word == "dot" for _, _, word in reading.words) or _BRACKETED_AT.search(text):
        for match in _SPOKEN_EMAIL.finditer(text):
            bracketed = any(bracket in match.group() for bracket in "[({<")
            yield Hit(Category.EMAIL, match.start(), match.end(), 0.9 if bracketed else 0.75, _PATTERN)
    if "://" in text or "www." in text.lower():
        for match in _URL.finditer(text):
            yield from _address(match.start(), match.group(), 0.9)
    for match in _BARE.finditer(text):
        if host := _HOST.search(text, max(0, match.start() - 80), match.start()):
            yield from _address(host.start(), host.group() + match.group(), 0.6)
    for label in _HANDLES.labels(text, reading.words):
        if handle := _HANDLE.match(text, label.end):
            yield Hit(Category.SOCIAL_HANDLE, handle.start(), handle.end(), 0.9, (Reason.CUE,))
    yield from _network(reading.rest)


def _address(start: int, address: str, score: float) -> Iterator[Hit]:
    address = address.rstrip(".,;:!?'*_)]}>")
    host, _, path = re.sub(r"^\w+://", "", address).partition("/")
    host = host.lower().split("@")[-1].split(":")[0].removeprefix("www.").removeprefix("m.")
    end = start + len(address)
    if not host:
        return
    if _IDENTIFYING_QUERY.search(address):
        yield Hit(Category.URL, start, end, 0.98, _CUE)
    elif _under(host, SOCIAL_HOSTS):
        if path:
            yield Hit(Category.SOCIAL_HANDLE, start, end, 0.95, _PATTERN)
    elif not _under(host, PUBLIC_HOSTS) and not host.endswith(_ACADEMIC):
        yield Hit(Category.URL, start, end, 0.93 if _CASE_SYSTEM.search(address) else score, _PATTERN)


def _under(host: str, domains: frozenset[str]) -> bool:
    """Whether `host` is one of `domains` or lies below one."""
    labels = host.split(".")
    return any(".".join(labels[i:]) in domains for i in range(len(labels) - 1))


def _network(text: str) -> Iterator[Hit]:
    for match in _IPV4.finditer(text):
        octets = match.group().split(":")[0].split(".")
        if any(int(octet) > 255 or (octet[0] == "0" and len(octet) > 1) for octet in octets):
            continue
        if _IP_CUE.search(text[max(0, match.start() - 24) : match.start()]):
            yield Hit(Category.IP_ADDRESS, match.start(), match.end(), 0.97, _CUE)
        elif large := sum(int(octet) >= 20 for octet in octets):  # 1.2.3.4 is rather a section or a version
            yield Hit(Category.IP_ADDRESS, match.start(), match.end(), 0.85 if large > 1 else 0.4, _PATTERN)
    if text.count(":") >= 2:
        for match in _IPV6.finditer(text):
            groups = [group for group in match.group().split(":") if group]
            if len(groups) >= 3 and _is_ipv6(match.group()):
                yield Hit(Category.IP_ADDRESS, match.start(), match.end(), 0.95, _PATTERN)
    for match in _HARDWARE.finditer(text) if text.count(":") >= 5 or text.count("-") >= 5 else ():
        yield Hit(Category.DEVICE_SERIAL, match.start(), match.end(), 0.85, _PATTERN)


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True
