"""A platform's policy: for every category, from which score on a finding is reviewed or blocks the case."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phivet.cases.categories import REVIEWED_AT_MOST, Category
from phivet.cases.errors import PolicyError
from phivet.cases.findings import Finding
from phivet.cases.known import DEFAULT_STUDY_KEY
from phivet.cases.report import Action


@dataclass(frozen=True)
class Threshold:
    """A finding is reviewed from `review_at` on and blocks from `block_at` on; None: never."""

    review_at: float | None = None
    block_at: float | None = None

    def __post_init__(self) -> None:
        for at in (self.review_at, self.block_at):
            if at is not None and not (isinstance(at, int | float) and 0 < at <= 1):
                raise ValueError("a threshold is a score above 0, at most 1")
        if self.review_at is not None and self.block_at is not None and self.review_at > self.block_at:
            raise ValueError("review_at may not lie above block_at")


@dataclass(frozen=True)
class Policy:
    """What one platform's rules demand. `version` changes whenever a threshold does."""

    name: str
    title: str
    version: str
    thresholds: Mapping[Category, Threshold]
    study_key: re.Pattern[str] = DEFAULT_STUDY_KEY
    study_key_required: bool = False

    def action(self, finding: Finding) -> Action:
        """What to do about one finding. A category that the policy does not name is allowed."""
        threshold = self.thresholds.get(finding.category, Threshold())
        if threshold.block_at is not None and finding.score >= threshold.block_at:
            return Action.BLOCK
        if threshold.review_at is not None and finding.score >= threshold.review_at:
            return Action.REVIEW
        return Action.ALLOW


def read_policy(path: Path) -> Policy:
    """Read a policy file. Raises `PolicyError`, which says the file and the line."""
    text = path.read_text("utf-8")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{path.name}: {error}") from None

    def refuse(why: str, *keys: str) -> PolicyError:
        return PolicyError(f"{path.name}, line {_line_of(text, keys)}: {why}")

    for key in table:
        if key not in {"name", "title", "version", "study_key", "categories"}:
            raise refuse(f"unknown key '{key}'", key)
    for key in ("name", "title", "version"):
        if not isinstance(table.get(key), str) or not table[key]:
            raise refuse(f"'{key}' must be a text", key)
    pattern, required = _study_key(table.get("study_key", {}), refuse)
    thresholds = {}
    rows = table.get("categories")
    if not isinstance(rows, dict):
        raise refuse("the table 'categories' is missing", "categories")
    for name, row in rows.items():
        if name not in set(Category):
            raise refuse(f"unknown category '{name}'", "categories", name)
        if not isinstance(row, dict):
            raise refuse(f"'{name}' must be a table such as {{ review_at = 0.3, block_at = 0.8 }}", "categories", name)
        for key in row:
            if key not in {"review_at", "block_at"}:
                raise refuse(f"unknown key '{key}'", "categories", name, key)
        try:
            thresholds[Category(name)] = Threshold(**row)
        except ValueError as error:
            raise refuse(str(error), "categories", name) from None
        if "block_at" in row and Category(name) in REVIEWED_AT_MOST:
            raise refuse(f"'{name}' may lead to review, not to block", "categories", name, "block_at")
    return Policy(table["name"], table["title"], table["version"], thresholds, pattern, required)


def _study_key(row: Any, refuse: Any) -> tuple[re.Pattern[str], bool]:
    if not isinstance(row, dict):
        raise refuse("'study_key' must be a table", "study_key")
    for key in row:
        if key not in {"patterns", "required"}:
            raise refuse(f"unknown key '{key}'", "study_key", key)
    patterns, required = row.get("patterns", []), row.get("required", False)
    if not isinstance(required, bool):
        raise refuse("'required' must be true or false", "study_key", "required")
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        raise refuse("'patterns' must be a list of texts", "study_key", "patterns")
    try:
        return re.compile("|".join(f"(?:{p})" for p in [DEFAULT_STUDY_KEY.pattern, *patterns]), re.I), required
    except re.error as error:
        raise refuse(f"not a pattern: {error}", "study_key", "patterns") from None


def _line_of(text: str, keys: tuple[str, ...]) -> int:
    """The line in which the innermost of `keys` stands, or the nearest outer one that does."""
    lines = text.splitlines()
    found = 0
    for key in keys:
        pattern = re.compile(rf"^\s*(\[[\w.\"' -]*)?(?<![\w-]){re.escape(key)}(?![\w-])|[{{,]\s*{re.escape(key)}\s*=")
        found = next((n for n in range(found, len(lines)) if pattern.search(lines[n])), found)
    return found + 1
