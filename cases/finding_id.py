"""The id of a finding: the same finding keeps it in the next scan, whatever files were added or renamed meanwhile."""

import hashlib
import hmac
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping

from phivet.cases.categories import Category
from phivet.cases.places import Place, Region, as_json

KEY = "PHIVET_ID_KEY"
"""The environment variable that holds the key of the ids."""

DEFAULT_KEY = b"phivet.report/1"
"""Used when there is no PHIVET_ID_KEY. No secret: whoever holds a file can then work out the ids of its findings."""

Identify = Callable[[Category, Place], str]


def key_from_environment() -> bytes:
    """PHIVET_ID_KEY as bytes, or the default key."""
    return os.environ.get(KEY, "").encode("utf-8", "surrogateescape") or DEFAULT_KEY


def finding_id(digest: str, ordinal: int, category: Category, place: Place, key: bytes) -> str:
    """16 hexadecimal digits: the start of an HMAC-SHA256 of what is found, and where in which content.

    `digest` is the SHA-256 of the file, in hex, or of a region's joined files; `ordinal` counts from 0 among the files
    of the case that have the same digest. The place counts without its source's number and its series' ordinal.
    """
    where = {field: value for field, value in as_json(place).items() if field not in {"source", "sources", "series"}}
    message = json.dumps([digest, ordinal, category, where], sort_keys=True, separators=(",", ":"))
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()[:16]


def finding_ids(digests: Mapping[str, str], key: bytes | None = None) -> Identify:
    """What gives the findings of one case their ids. `digests` maps every source to its SHA-256 in hex.

    A source without a digest (it could not be read) counts as one without content.
    """
    key = key_from_environment() if key is None else key
    seen: Counter[str] = Counter()
    files: dict[str, tuple[str, int]] = {}
    for source in sorted(digests, key=by_number):
        digest = digests[source]
        files[source] = (digest, seen[digest])
        seen[digest] += 1

    def identify(category: Category, place: Place) -> str:
        if isinstance(place, Region):
            members = sorted(files.get(source, ("", 0)) for source in place.sources)
            joined = hashlib.sha256(json.dumps(members).encode()).hexdigest()
            return finding_id(joined, 0, category, place, key)
        return finding_id(*files.get(place.source, ("", 0)), category, place, key)

    return identify


def by_number(source: str) -> tuple[int, str]:
    """Sorts file-2 before file-10."""
    return len(source), source
