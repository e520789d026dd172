"""A platform's policy: for every category, from which score on a finding is reviewed or blocks the case."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phivet.cases.categories import REVIEWED_AT_MOST, Category
from phivet.cases.errors import PolicyError
from phivet.cases.findings import Finding
from phivet.cases.known import DEFAULT_STUDY_KEY
from phivet.cases.report import Action

NAMED = tuple(category for category in Category if category is not Category.STUDY_KEY)
"""Every category that a policy file says something about; a study key is allowed by all of them."""

NO_STUDY_KEY = ("", "SMITH", "John Smith", "SMITH^JOHN", "1950-03-12", "19500312")
"""What no pattern of a study key may match: nothing, a name, a birth date."""


@dataclass(frozen=True)
class Threshold:
    """A finding is reviewed from `review_at` on and blocks from `block_at` on; None: never."""

    review_at: float | None = None
    block_at: float | None = None

    def __post_init__(self) -> None:
        for at in (self.review_at, self.block_at):
            if at is not None and (isinstance(at, bool) or not isinstance(at, int | float) or not 0 < at <= 1):
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

    def threshold(self, category: Category) -> Threshold:
        """When a finding of this category is acted on. A category that the policy does not name is allowed."""
        return self.thresholds.get(category, Threshold())

    def minds(self, category: Category) -> bool:
        """Whether any finding of this category is acted on, however sure."""
        return self.threshold(category) != Threshold()

    def action(self, finding: Finding) -> Action:
        """What to do about one finding."""
        threshold = self.threshold(finding.category)
        if threshold.block_at is not None and finding.score >= threshold.block_at:
            return Action.BLOCK
        if threshold.review_at is not None and finding.score >= threshold.review_at:
            return Action.REVIEW
        return Action.ALLOW


def read_policy(path: Path) -> Policy:
    """Read a policy file: TOML, named as the policy is, with a row for every category of `NAMED` ({} allows it).

    Raises `PolicyError`, which says the file, the line and how to mend it.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise PolicyError(f"{path.name}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise PolicyError(f"{path.name}, line {line}: not UTF-8") from None
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise PolicyError(_syntax(path.name, error, text)) from None

    def refuse(why: str, *keys: str) -> PolicyError:
        return PolicyError(f"{path.name}, line {_line_of(text, keys)}: {why}")

    _only(table, {"name", "title", "version", "study_key", "categories"}, refuse)
    for key in ("name", "title", "version"):
        if not isinstance(table.get(key), str) or not table[key].strip():
            raise refuse(f"'{key}' must be a text, such as {key} = \"...\"", key)
    if table["name"] != path.stem or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", path.stem):
        raise refuse("'name' must be that of the file: small letters, digits and hyphens", "name")
    pattern, required = _study_key(table.get("study_key", {}), refuse)
    thresholds = _thresholds(table.get("categories"), refuse)
    return Policy(table["name"], table["title"], table["version"], thresholds, pattern, required)


Refuse = Callable[..., PolicyError]


def _only(table: dict[str, Any], allowed: set[str], refuse: Refuse, *above: str) -> None:
    for key in table:
        if key not in allowed:
            raise refuse(f"unknown key '{key}', must be one of {', '.join(sorted(allowed))}", *above, key)


def _study_key(row: Any, refuse: Refuse) -> tuple[re.Pattern[str], bool]:
    if not isinstance(row, dict):
        raise refuse("'study_key' must be a table", "study_key")
    _only(row, {"patterns", "required"}, refuse, "study_key")
    patterns, required = row.get("patterns", []), row.get("required", False)
    if not isinstance(required, bool):
        raise refuse("'required' must be true or false", "study_key", "required")
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        raise refuse("'patterns' must be a list of texts", "study_key", "patterns")
    try:
        for number, pattern in enumerate(patterns, 1):
            if any(re.fullmatch(pattern, text, re.I) for text in NO_STUDY_KEY):
                why = f"pattern {number} would take a name, a birth date or nothing at all for a study key"
                raise refuse(why, "study_key", "patterns")
        return re.compile("|".join(f"(?:{p})" for p in [DEFAULT_STUDY_KEY.pattern, *patterns]), re.I), required
    except (re.error, OverflowError, RecursionError) as error:
        raise refuse(f"not a regular expression: {error}", "study_key", "patterns") from None


def _thresholds(rows: Any, refuse: Refuse) -> dict[Category, Threshold]:
    if not isinstance(rows, dict):
        raise refuse("the table 'categories' is missing", "categories")
    for name in rows:
        if name == Category.STUDY_KEY:
            raise refuse("a study key is allowed by every policy: leave it out here", "categories", name)
        if name not in set(Category):
            raise refuse(f"unknown category '{name}'", "categories", name)
    missing = [category.value for category in NAMED if category not in rows]
    if missing:
        raise refuse(f"nothing is said of {', '.join(missing)}: write {{}} to allow a category", "categories")
    return {Category(name): _threshold(name, row, refuse) for name, row in rows.items()}


def _threshold(name: str, row: Any, refuse: Refuse) -> Threshold:
    if not isinstance(row, dict):
        raise refuse(f"'{name}' must be a table such as {{ review_at = 0.3, block_at = 0.8 }}", "categories", name)
    _only(row, {"review_at", "block_at"}, refuse, "categories", name)
    for key, at in row.items():
        try:
            Threshold(at)
        except ValueError as error:
            raise refuse(f"'{key}' of '{name}': {error}", "categories", name, key) from None
    if Category(name) in REVIEWED_AT_MOST and (row.keys() != {"review_at"}):
        raise refuse(f"'{name}' leads to review in every policy, and never blocks", "categories", name, "block_at")
    try:
        return Threshold(**row)
    except ValueError as error:
        raise refuse(f"'{name}': {error}", "categories", name, "block_at") from None


def _syntax(file: str, error: Exception, text: str) -> str:
    """What `tomllib` says, with the line in front: where it says so, or where the statement starts that never ends."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", str(error), re.S)
    why = found[1] if found else "no TOML document"
    ended = max((last for _, last, _ in _statements(text)), default=0)
    return f"{file}, line {found[2] if found and found[2] else ended + 1}: {why}"


def _line_of(text: str, keys: tuple[str, ...]) -> int:
    """The line of the statement that gives the innermost of `keys`, or the nearest outer one that is there."""
    line, deepest = 1, 0
    for first, _, table in _statements(text):
        inner: Any = table
        depth = 0
        while depth < len(keys) and isinstance(inner, dict) and keys[depth] in inner:
            inner, depth = inner[keys[depth]], depth + 1
        if depth > deepest:
            line, deepest = first, depth
    return line


def _statements(text: str) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """First and last line of every statement (or of none), and the document so far: whole where a statement ends."""
    lines = text.split("\n")
    first = 1
    for last in range(1, len(lines) + 1):
        try:
            table = tomllib.loads("\n".join(lines[:last]))
        except (ValueError, RecursionError):
            continue
        yield first, last, table
        first = last + 1
