"""Purchases decided on both sides; what cannot differ is decided once, on the side of the terms of then."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from regulars.programme.coupons.terms import PROMOTION, SERIES
from regulars.programme.previews.drafts import Drafted
from regulars.programme.previews.moves import Bill, Came
from regulars.programme.previews.parts import Rules
from regulars.programme.previews.side import Side, Units
from regulars.programme.previews.sums import Before, Sums
from regulars.rules.earning.earn import KIND
from regulars.rules.limits import Sum
from regulars.rules.member import MemberFacts

Pairs = tuple[tuple[Rules, ...], tuple[Rules, ...], tuple[Rules, ...]]
Facts = tuple[MemberFacts | None, MemberFacts | None]


@dataclass(slots=True)
class Both:
    """The terms of then, and the same with the draft. `earning`: the draft is a rule, so that prices are the same, and
    what other rules count; but where offers share budgets with rules all is decided twice."""

    before: Side
    after: Side
    earning: bool
    _pairs: dict[tuple[int, int], Pairs] = field(default_factory=dict)

    @classmethod
    def of(cls, kind: str, found: Drafted, organisation: UUID, before: Before, weight: float) -> "Both":
        offers = (one for name in (PROMOTION, SERIES) for one in found.before.versions(name))
        shares = any(limit.shared for one in offers for limit in one.terms.limits)
        old, new = (Side(organisation, book, Sums(before, weight)) for book in (found.before, found.after))
        return cls(old, new, kind == KIND and not shares)

    def load(self, bills: Iterable[Bill]) -> None:
        """Two queries at most, for sums that were not met before."""
        wanted: set[Sum] = set()
        for bill in bills:
            same, old, new = self._parts(bill)
            wanted |= self.before.sums_of(bill, (*same, *old), offers=True)
            wanted |= self.after.sums_of(bill, new, offers=not self.earning)
        self.before.sums.before.load(wanted)

    def _parts(self, bill: Bill) -> Pairs:
        """The rules that are the same on both sides, and of each side those that are its own."""
        old, new = self.before.parts(bill), self.after.parts(bill)
        found = self._pairs.get((id(old), id(new)))
        if found is None:
            same = tuple(one for one in old if any(one.same(other) for other in new))
            mine = tuple(one for one in old if one not in same)
            its = tuple(one for one in new if not any(one.same(other) for other in same))
            found = self._pairs[id(old), id(new)] = (same, mine, its)
        return found

    def decide(self, bill: Bill, facts: Facts) -> tuple[Came, Came]:
        """What a purchase brought by the terms of then, and what it would have brought."""
        first, second = facts
        old = self.before.priced(bill, first)
        new = old if self.earning else self.after.priced(bill, second)
        then, paid = self.before.paid(bill, old.occasion, first) if bill.points else (old.occasion, 0)
        now, pays = then, paid
        if not self.earning and (bill.points or new.occasion is not old.occasion):
            now, pays = self.after.paid(bill, new.occasion, second) if bill.points else (new.occasion, 0)
        units: dict[str, int] = dict(old.on_top)
        after: dict[str, int] = dict(new.on_top)
        same, mine, its = self._parts(bill)
        alike = self.earning or ((then is now or then == now) and first == second)
        for rules in same:
            given = self.before.earned(bill, then, first, rules)
            _add(units, given)
            once = alike and (self.earning or not rules.counts)
            _add(after, given if once else self.after.earned(bill, now, second, rules))
        for rules in mine:
            _add(units, self.before.earned(bill, then, first, rules))
        for rules in its:
            _add(after, self.after.earned(bill, now, second, rules))
        return Came(units, old.discount, paid), Came(after, new.discount, pays)


def _add(units: dict[str, int], more: Units) -> None:
    for unit, amount in more.items():
        units[unit] = units.get(unit, 0) + amount
