"""Numbers and addresses of the net that identify: telephones, records, accounts, licences, serials, plates, keys."""

import random
import re
from collections.abc import Mapping

from phivet.datasets.note_vocabulary import VOCABULARY, by_country, entries

_NET = VOCABULARY["net"]
PATTERNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    **{category: by_country(table) for category, table in VOCABULARY["numbers"].items()},
    "fax": by_country(VOCABULARY["numbers"]["phone"]),
}
"""By category and country, "" for all others (and now and then for all): # is a digit, A and a are letters."""
SAME = {"UK": "GB", "SCO": "GB", "CA": "US", "PK": "IN", "BD": "IN", "AE": "SA", "MA": "EG"}
MAIL = entries(_NET["mail_hosts"])
PAGES = entries(_NET["pages"])
HANDLE_WORDS = entries(_NET["handle_words"])


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
    return rng.choice(PAGES).format(_plain(first), _plain(last), key)


def handle(first: str, last: str, rng: random.Random) -> str:
    """A name in a social network."""
    first, last = _plain(first), _plain(last)
    word = rng.choice(HANDLE_WORDS)
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
    net = rng.choice(("10", "192.168", "172.16", f"{rng.randrange(1, 224)}.{rng.randrange(256)}"))
    hosts = (rng.randrange(256) for _ in range(3 - net.count(".")))
    return ".".join((net, *map(str, hosts)))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower()) or "sam"
