"""The OpenAPI document is true: whatever it allows to be sent is answered as it says, and never by a 500."""

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from phivet.models.headers import Headers
from phivet.models.notes import Notes
from phivet.serving import api, users
from phivet.serving.settings import Settings
from tests.serving.conftest import custody_of

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SKIPPED = {"/v1/docs"}
"""A page for people."""


def tried(folder: Path, examples: int) -> int:
    """Every operation with so many requests of any kind; how many operations there are."""
    custody = custody_of(folder)
    made = users.first(custody)
    assert made is not None
    app = api.create_app(Settings(), [Headers(Notes())], custody)
    token = {"Authorization": f"Bearer {made[0]}"}
    document = schemathesis.openapi.from_asgi("/v1/openapi.json", app, headers=token, config=SchemathesisConfig())
    number, failures = 0, []
    for result in document.get_all_operations():
        operation = result.ok()
        if operation.path in SKIPPED:
            continue
        number += 1

        @given(case=operation.as_strategy())
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def answered(case: Case) -> None:
            response = case.call(headers=token)
            case.validate_response(response, checks=CHECKS)

        try:
            answered()
        except FailureGroup as failure:
            failures.append(f"{operation.method} {operation.path}: {failure!r} {getattr(failure, 'exceptions', '')}")
    custody.close()
    assert not failures, "\n".join(failures)
    return number


@pytest.mark.timeout(300)
def test_what_the_document_allows_is_answered_as_it_says(tmp_path: Path) -> None:
    assert tried(tmp_path / "data", 3) >= 20


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_the_same_at_length(tmp_path: Path) -> None:
    tried(tmp_path / "data", 200)
