"""The word lists of `notes_words.toml`: what stands where a name could and is none, and the like."""

import tomllib
from pathlib import Path

_LISTS: dict[str, str] = tomllib.loads((Path(__file__).parent / "notes_words.toml").read_text("utf-8"))


def _words(name: str) -> frozenset[str]:
    return frozenset(_LISTS[name].split())


RADIOLOGY = _words("radiology")
OVERLAY = _words("overlay")
STAND_INS = _words("stand_ins")
NOT_A_PERSON = _words("not_a_person") | STAND_INS
ORDINARY = _words("ordinary")
EPONYMS = _words("eponyms")
EPONYM_NOUNS = _words("eponym_nouns")
GENERIC = _words("generic")
KINDS_OF_HOSPITAL = _words("kinds_of_hospital")
FUNCTION = _words("function")
ABBREVIATIONS = _words("abbreviations")
WARDS = _words("wards")
MAKERS = _words("makers")
EPONYMS_ALONE = _words("eponyms_alone")
PARTICLES = _words("particles")
PUBLIC_HOSTS = _words("public_hosts")
SOCIAL_HOSTS = _words("social_hosts")
BRITISH_POSTCODE_AREAS = _words("british_postcode_areas")
TERRITORIES = frozenset(" ".join(name.split()) for name in _LISTS["territories"].split("|"))
"""Countries, states and continents."""
