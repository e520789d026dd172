"""Claims are checked against the findings of their own file, however many files there are."""

import time
from collections import Counter

from phivet.cases.categories import Category
from phivet.cases.coverage import Claim, ClaimKind, Coverage
from phivet.cases.findings import Finding
from phivet.cases.places import Element
from phivet.models.risk import assess
from phivet.serving.policies import policy


def test_the_claims_of_fifteen_hundred_files_are_checked_in_seconds() -> None:
    sources = {f"file-{number}": f"{number:064x}" for number in range(1, 1_501)}
    claims = [Claim(source, ClaimKind.NO_RECOGNIZABLE_VISUAL_FEATURES) for source in sources]
    claims.append(Claim("file-7", ClaimKind.PATIENT_IDENTITY_REMOVED))
    coverage = Coverage(scanned=Counter(headers=len(sources)), claims=claims)
    findings = [
        Finding(Category.NAME, Element(source, f"(0010,{number:04X})"), 0.97, "headers")
        for source in sources
        for number in range(10)
    ]
    started = time.perf_counter()
    report = assess("case-1", findings, coverage, policy("hipaa-safe-harbor"), sources, {"headers": "1"}, 0.1)
    assert time.perf_counter() - started < 10
    assert [claim.source for claim in report.claims if claim.contradicted] == ["file-7"]
