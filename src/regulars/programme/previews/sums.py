"""How much of limits and budgets one side of a replay has used: what was used before its days, and what it takes."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.journal.statements import column, run
from regulars.programme.counters import number
from regulars.rules.limits import Of, Sum

Key = tuple[str, Of, str, str]
Dated = list[tuple[datetime, int]]
_BEFORE: Final = (
    "SELECT counter, at, amount - freed FROM programme_use WHERE counter = ANY(%s::uuid[]) AND at < %s"
    " AND freed < amount ORDER BY at"
)
_TOTALS: Final = (
    "SELECT counter, sum(amount - freed)::bigint FROM programme_use WHERE counter = ANY(%s::uuid[]) AND at < %s"
    " GROUP BY counter"
)
_OWN: Final = ("member ", "known ")  # subjects of sums that are one person's


def key_of(one: Sum) -> Key:
    return one.code, one.of, one.subject, one.period


@dataclass(slots=True)
class Before:
    """What stood in sums when the days begin; the same for both sides. `same`: codes that count on under another."""

    organisation: UUID
    since: datetime
    same: Mapping[str, str] = field(default_factory=dict)
    totals: dict[Key, int] = field(default_factory=dict)
    dated: dict[Key, Dated] = field(default_factory=dict)

    def load(self, sums: Iterable[Sum]) -> None:
        """Two queries at most, for those that were not asked for yet."""
        fresh = {key_of(one): one for one in sums if key_of(one) not in self.totals}
        plain = {self._number(one): key for key, one in fresh.items() if one.since is None}
        sliding = {self._number(one): key for key, one in fresh.items() if one.since is not None}
        self.totals |= dict.fromkeys(fresh, 0)
        if plain:
            for counter, amount in run(_TOTALS, [column(sorted(plain)), self.since]):
                self.totals[plain[counter]] = amount
        if sliding:
            for counter, at, amount in run(_BEFORE, [column(sorted(sliding)), self.since]):
                self.dated.setdefault(sliding[counter], []).append((at, amount))

    def _number(self, one: Sum) -> UUID:
        code = self.same.get(one.code, one.code)
        return number(Sum(code, one.of, one.subject, one.period), self.organisation)


@dataclass(slots=True)
class Sliding:
    """A sum of what is later than a moment that only ever moves on."""

    dated: deque[tuple[datetime, int]]
    total: int

    def later(self, since: datetime) -> int:
        while self.dated and self.dated[0][0] <= since:
            self.total -= self.dated.popleft()[1]
        return self.total


@dataclass(slots=True)
class Sums:
    """Of one side. In a sample what others would have taken of a sum for all counts as well: `weight` for each."""

    before: Before
    weight: float = 1.0
    totals: dict[Key, int] = field(default_factory=dict)
    sliding: dict[Key, Sliding] = field(default_factory=dict)

    def used(self, sums: Iterable[Sum]) -> dict[Sum, int]:
        """As `counters.used` tells it, once they are loaded; purchases are asked about in the order of time."""
        return {one: self._of(one) for one in sums}

    def _of(self, one: Sum) -> int:
        key = key_of(one)
        if one.since is None:
            return self.before.totals[key] + self.totals.get(key, 0)
        return self._sliding(key).later(one.since)

    def _sliding(self, key: Key) -> Sliding:
        found = self.sliding.get(key)
        if found is None:
            dated = self.before.dated.get(key, ())
            found = self.sliding[key] = Sliding(deque(dated), sum(amount for _, amount in dated))
        return found

    def take(self, one: Sum, amount: int, at: datetime) -> None:
        key = key_of(one)
        if self.weight != 1.0 and not one.subject.startswith(_OWN):
            amount = round(amount * self.weight)
        if one.since is None:
            self.totals[key] = self.totals.get(key, 0) + amount
            return
        sliding = self._sliding(key)
        sliding.dated.append((at, amount))
        sliding.total += amount
