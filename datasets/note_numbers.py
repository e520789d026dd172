"""Numbers and addresses of the net that identify: telephones, records, accounts, licences, serials, plates, handles, keys."""

import random
import re

PATTERNS: dict[str, dict[str, tuple[str, ...]]] = {
    "phone": {
        "NZ": ("0# ### ####", "(0#) ### ####", "02# ### ####", "+64 2# ### ####", "021#######", "0800 ### ###", "027 #######", "+64 # ### ####"),
        "AU": ("0# #### ####", "(0#) #### ####", "04## ### ###", "+61 4## ### ###", "04########", "1300 ### ###", "+61 # #### ####", "#### ####"),
        "GB": ("0#### ######", "07### ######", "+44 7### ######", "020 #### ####", "(01##) ### ####", "01### ### ###", "07#########", "+44 (0)1## ### ####"),
        "IE": ("0# ### ####", "08# ### ####", "+353 8# ### ####", "(0#) ### ####", "+353 1 ### ####", "08########"),
        "US": ("(###) ###-####", "###-###-####", "###.###.####", "+1 ### ### ####", "1-800-###-####", "##########", "(###)###-####", "### ### ####"),
        "IN": ("+91 9#### #####", "9#########", "0##-########", "+91-98########", "98### #####", "080 #### ####"),
        "ZA": ("0## ### ####", "+27 8# ### ####", "08# ### ####", "(0##) ###-####"),
        "SA": ("05########", "+966 5# ### ####", "01# ### ####", "00966#########"),
        "EG": ("01#########", "+20 1# #### ####", "02 #### ####", "002 01## ### ####", "06# ### ####"),
        "JO": ("07########", "+962 7 #### ####", "06 ### ####"),
        "": ("+## ## ### ####", "0### ######", "+## ### ### ####", "0## ### ## ##", "+### # ### ####", "00## ## #######"),
    },
    "record_number": {
        "NZ": ("AAA####", "AAA####", "AAA##AA", "AAA ####", "aaa####"),
        "AU": ("#######", "UR ######", "MRN#######", "#### ##### #", "U######", "######"),
        "GB": ("### ### ####", "### ### ####", "##########", "A######", "RXX#######", "K######", "######A"),
        "IE": ("########", "#######", "A#######", "#######AA", "##-#####"),
        "US": ("#######", "########", "MRN-#######", "E#######", "###-##-####", "00-##-##-##", "#########", "M########"),
        "IN": ("UHID#######", "AA##/####", "#### #### ####", "IP/##/#####", "OP######", "AAA/####/####", "CR######"),
        "SA": ("1#########", "MR-######", "######", "2#########", "ملف ######"),
        "EG": ("##############", "######", "#####/####", "م/####", "2#############"),
        "JO": ("99########", "######", "F-######", "98########"),
        "": ("#######", "########", "A-#######", "##/####/##", "AA######", "####-####", "##-##-##", "MRN#######", "H######", "S##-#####", "PID-####"),
    },
    "account_number": {
        "": ("########", "AA##-####-####", "####-####-####", "ACC/###-####/##", "AAA-#######", "#####/##", "W###-###-###-#", "GB## AAAA #### #### #### ##", "AA########", "####-######-#"),
    },
    "licence_number": {
        "": ("#####", "A######", "MC#######", "GMC #######", "AHPRA MED000#######", "NPI 1#########", "HPCSA MP #######", "MCNZ #####", "DEA AA#######", "PRC-####-A", "AA-#####", "TNMC ######", "######A"),
        "SA": ("##-A-A-#####", "#######", "SCFHS #########"), "EG": ("#####", "نقابة ######"),
    },
    "device_serial": {
        "": ("AAA######", "A#######", "SN-######", "##-####-###", "######", "AA##-A####", "S/N ########", "##AA####", "#A######-##", "PJN######A", "CT######"),
    },
    "vehicle": {
        "NZ": ("AAA###", "AAA ###", "AA####"), "AU": ("AAA ###", "###-AAA", "#AA #AA", "AA ## AA"), "GB": ("AA## AAA", "AA##AAA", "A### AAA"),
        "US": ("AAA-####", "### AAA", "#AAA###", "AAA ####"), "IN": ("AA-##-AA-####", "AA ## A ####"), "": ("AA-###-AA", "AAA-###", "### AA ##", "AA #### A"),
    },
    "study_key": {
        "": ("AAA-###", "AAAA-##-####", "S####", "SUBJ-####", "CASE-####", "AA##-###", "P###", "##-####", "STUDY-####", "AAA_###_##", "R##-####", "PT-####", "ACC########", "AA########", "RS-####-#####", "anon_####", "ID-####-A", "AAA#####-####"),
    },
}  # fmt: skip
"""# is a digit, A and a are letters; by country, "" for all others (and now and then for all)."""
PATTERNS["fax"] = PATTERNS["phone"]
SAME = {"UK": "GB", "SCO": "GB", "CA": "US", "PK": "IN", "BD": "IN", "AE": "SA", "MA": "EG"}
MAIL = (
    "gmail.com hotmail.com outlook.com yahoo.co.uk xtra.co.nz icloud.com protonmail.com bigpond.com nhs.net health.example "
    "hospital.example.org med.example.edu radiology.example clinic.example.com yahoo.com live.com hse.example.ie health.govt.example"
).split()
SITES = (
    "www.facebook.com/{0}.{1} https://www.justgiving.com/{0}-{1} instagram.com/{0}_{1} http://pacs.{1}.example/viewer?id={2} "
    "https://{1}radiology.example/patients/{2} drive.google.com/file/d/{2} https://www.linkedin.com/in/{0}-{1}-{2} {0}{1}.blogspot.com "
    "https://givealittle.example/cause/{0}s-fight https://images.{1}.example/s/{2} twitter.com/{0}{1} https://youtu.be/{2} "
    "caringbridge.org/visit/{0}{1} portal.{1}health.example/{2} http://{1}.example.com/news/{0}"
).split()


def number(category: str, country: str, rng: random.Random) -> str:
    """A number of `category` (the keys of `PATTERNS`) as the country writes it; every digit is drawn."""
    kinds = PATTERNS[category]
    known = kinds.get(SAME.get(country, country), ())
    pattern = rng.choice(known if known and rng.random() < 0.8 else kinds[""])
    return re.sub("[#Aa]", lambda mark: _drawn(mark.group(), rng), pattern) if not _spoken(pattern) else pattern


def _spoken(pattern: str) -> bool:
    return not any(mark in pattern for mark in "#")


def _drawn(mark: str, rng: random.Random) -> str:
    if mark == "#":
        return str(rng.randrange(10))
    letter = rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ")
    return letter if mark == "A" else letter.lower()


def mail(first: str, last: str, rng: random.Random) -> str:
    """An address that a person of this name could have."""
    first, last = _plain(first), _plain(last)
    user = rng.choice(
        (
            f"{first}.{last}",
            f"{first[:1]}{last}",
            f"{first}{last}",
            f"{last}.{first[:1]}",
            f"{first}_{last}{rng.randrange(99)}",
            f"{first}{rng.randrange(1950, 2010)}",
        )
    )
    return f"{user}@{rng.choice(MAIL)}"


def site(first: str, last: str, rng: random.Random) -> str:
    """A page that tells of a person, or a link that opens a patient's images."""
    key = "".join(rng.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(rng.choice((6, 8, 12))))
    return rng.choice(SITES).format(_plain(first), _plain(last), key)


def handle(first: str, last: str, rng: random.Random) -> str:
    """A name in a social network."""
    first, last = _plain(first), _plain(last)
    word = rng.choice("rad doc scan bone xray msk neuro md rn surg ed gp mum runs rides kiwi tri ortho".split())
    user = rng.choice(
        (
            f"{first}{last}",
            f"{first}_{last}",
            f"{word}_{last}",
            f"{first}{word}{rng.randrange(99)}",
            f"dr{last}",
            f"{first[:1]}{last}{rng.randrange(99)}",
            f"{first}.{last}",
            f"{word}{first}",
        )
    )
    return rng.choice(("@", "@", "@", "u/", "")) + user


def ip_address(rng: random.Random) -> str:
    """An address of the internet protocol, version 4 mostly."""
    if rng.random() < 0.12:
        return ":".join(f"{rng.randrange(65536):x}" for _ in range(8))
    return ".".join(
        [rng.choice(("10", "192.168", "172.16", str(rng.randrange(1, 224)) + "." + str(rng.randrange(256))))]
        + [str(rng.randrange(256)) for _ in range(3)][:3]
    )[:15].strip(".")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower()) or "sam"
