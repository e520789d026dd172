"""What a case itself gives away: lives in memory during one scan, and is never written anywhere."""

import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from phivet.cases.categories import Category

T = TypeVar("T")

DEFAULT_STUDY_KEY = re.compile(
    r"(?:SUBJ(?:ECT)?|STUDY|PARTICIPANT|VOLUNTEER|TRIAL|COHORT|PSEUDO|RESEARCH)[-_]?(?:[A-Z]{1,4}[-_])?\d{1,6}", re.I
)
"""Study keys that every policy knows, such as `SUBJ-0012`."""

MOST_VALUES = 1_000
"""Beyond this many, what more is found is not searched for: the case is a collection, and the search would not end."""


@dataclass(frozen=True)
class KnownValue:
    """`text` is the value of something that identifies, found with certainty."""

    category: Category
    text: str = field(repr=False)


@dataclass(frozen=True)
class Known:
    """The values found with certainty so far, and the policy's pattern of a study key (matched as a whole)."""

    values: frozenset[KnownValue] = field(default=frozenset(), repr=False)
    study_key: re.Pattern[str] = DEFAULT_STUDY_KEY
    _judged: dict[Hashable, object] = field(default_factory=dict, repr=False, compare=False)

    def adding(self, values: Iterable[KnownValue]) -> "Known":
        """All of this and `values`, up to `MOST_VALUES`: one person never has as many."""
        new = frozenset(values) - self.values
        if not new or len(self.values) + len(new) > MOST_VALUES:
            return self
        return replace(self, values=self.values | new, _judged={})

    def once(self, key: Hashable, judge: Callable[[], T]) -> T:
        """`judge()`, computed once for this key while the same things are known: a series repeats its headers."""
        if key not in self._judged:
            self._judged[key] = judge()
        return self._judged[key]  # type: ignore[return-value]

    def is_study_key(self, text: str) -> bool:
        """Whether `text` as a whole is a study key."""
        return self.study_key.fullmatch(text.strip()) is not None
