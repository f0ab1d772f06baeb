"""What all purchases come to on both sides, and how far the replay is from what was booked."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import lcm, sqrt
from typing import Any, Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.basics.periods import day_of
from regulars.programme.previews.moves import Bill, Came
from regulars.programme.previews.worth import Worths
from regulars.rules.rounding import Round, divided

MOST: Final = 10  # purchases that are told one by one
SURE: Final = 1.96  # of a normal distribution, so that 95 of 100 intervals hold what is looked for
Both = list[int]  # before, after; of sums also booked


@dataclass(slots=True)
class Drawn:
    """Of one member of a sample, or one purchase without a card: purchases, and by measure how much more."""

    bills: int = 0
    more: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Told:
    """What it all is to one member. `sums`: before and after of each measure, where `Totals.places` says."""

    felt: int = 0
    bills: int = 0
    sums: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Totals:
    """Sums, exact: money in parts of a minor unit, `scale` of them each. `by_paying`: what points pay is the cost, not
    what units are worth that are given."""

    before: Mapping[tuple[str, str], int]
    after: Mapping[tuple[str, str], int]
    scale: int
    by_paying: bool = False
    sampled: bool = False
    bills: int = 0
    of_members: int = 0
    earlier: int = 0  # of before the programme
    units: dict[str, Both] = field(default_factory=dict)
    discount: dict[str, Both] = field(default_factory=dict)
    paid: dict[str, Both] = field(default_factory=dict)
    cost: dict[str, Both] = field(default_factory=dict)
    weeks: dict[tuple[str, date], Both] = field(default_factory=dict)
    members: dict[UUID, Told] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)  # of measures within what is told of a member
    largest: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)
    drawn: dict[UUID, Drawn] = field(default_factory=dict)

    @classmethod
    def of(cls, before: Worths, after: Worths, *, by_paying: bool = False, sampled: bool = False) -> "Totals":
        scale = lcm(*(one.denominator for one in (*before.values(), *after.values())), 1)
        return cls(_scaled(before, scale), _scaled(after, scale), scale, by_paying, sampled)

    def add(self, bill: Bill, before: Came, after: Came) -> None:
        currency = bill.occasion.currency
        self.bills += 1
        self.of_members += bill.member is not None
        self.earlier += bill.before
        for unit in before.units.keys() | after.units.keys() | bill.booked.units.keys():
            amounts = (one.units.get(unit, 0) for one in (before, after, bill.booked))
            _more(self.units, unit, *amounts)
        _more(self.discount, currency, before.discount, after.discount, bill.booked.discount)
        _more(self.paid, currency, before.paid, after.paid, bill.booked.paid)
        costs = self._cost(before, self.before, currency), self._cost(after, self.after, currency)
        _more(self.cost, currency, *costs)
        on = day_of(bill.at, bill.occasion.zone)
        _more(self.weeks, (currency, on - timedelta(days=on.weekday())), *costs)
        self._one(bill, before, after, costs)

    def _cost(self, came: Came, worths: Mapping[tuple[str, str], int], currency: str) -> int:
        if self.by_paying:
            return (came.discount + came.paid) * self.scale
        given = sum(amount * worths.get((unit, currency), 0) for unit, amount in came.units.items())
        return came.discount * self.scale + given

    def _one(self, bill: Bill, before: Came, after: Came, costs: tuple[int, int]) -> None:
        """What it is to the member, among the largest, and for the interval of a sample."""
        more = costs[1] - costs[0]
        units = {unit: after.units.get(unit, 0) - before.units.get(unit, 0) for unit in (*before.units, *after.units)}
        felt = more or sum(units.values())
        if bill.member is not None:
            self._of_member(bill.member, felt, f"cost {bill.occasion.currency}", costs, before, after)
        if felt:
            told = {
                "sale": typed("sal", bill.id), "on": day_of(bill.at, bill.occasion.zone).isoformat(),
                "currency": bill.occasion.currency, "before": costs[0], "after": costs[1],
                "units": {unit: [before.units.get(unit, 0), after.units.get(unit, 0)] for unit in units if units[unit]},
            }  # fmt: skip
            place = (abs(felt), bill.id.int, told)
            (heapq.heappush if len(self.largest) < MOST else heapq.heappushpop)(self.largest, place)
        if self.sampled:
            one = self.drawn.setdefault(bill.shown or bill.id, Drawn())
            one.bills += 1
            for name, amount in ((f"cost {bill.occasion.currency}", more), *units.items()):
                if amount:
                    one.more[name] = one.more.get(name, 0) + amount

    def _of_member(
        self, member: UUID, felt: int, money: str, costs: tuple[int, int], before: Came, after: Came
    ) -> None:
        mine = self.members.get(member)
        if mine is None:
            mine = self.members[member] = Told()
        mine.felt += felt
        mine.bills += 1
        self._note(mine.sums, money, *costs)
        for unit in before.units.keys() | after.units.keys():
            self._note(mine.sums, f"units {unit}", before.units.get(unit, 0), after.units.get(unit, 0))

    def _note(self, sums: list[int], name: str, before: int, after: int) -> None:
        place = self.places.setdefault(name, 2 * len(self.places))
        sums.extend([0] * (place + 2 - len(sums)))
        sums[place] += before
        sums[place + 1] += after

    def by_member(self, levels: Mapping[UUID, list[str]]) -> Iterator[tuple[UUID, int, int, int, dict[str, Any]]]:
        """Of each member: on which side, how much, purchases, and before and after of each measure and of the level."""
        for member, mine in self.members.items():
            told: dict[str, Any] = {"level": levels[member]} if member in levels else {}
            for name, place in self.places.items():
                both = mine.sums[place : place + 2]
                if any(both):
                    what, _, code = name.partition(" ")
                    scale = self.scale if what == "cost" else 1
                    told.setdefault(what, {})[code] = [_times(one, Fraction(1), scale) for one in both]
            yield member, (mine.felt > 0) - (mine.felt < 0), abs(mine.felt), mine.bills, told

    def told(self, whole: int) -> dict[str, Any]:
        """The answer as it is kept: of all `whole` purchases, where these are a sample of them."""
        times = Fraction(whole, self.bills) if self.bills else Fraction(1)
        gains = [one.felt for one in self.members.values()]
        return {
            "bills": whole,
            "replayed": self.bills,
            "of_members": _times(self.of_members, times),
            "earlier": _times(self.earlier, times),
            "by_paying": self.by_paying,
            "units": {
                unit: [*(_times(one, times) for one in found), self._give(unit, whole)]
                for unit, found in sorted(self.units.items())
            },
            "discount": self._money(self.discount, times),
            "paid": self._money(self.paid, times),
            "cost": {
                currency: [*(_times(one, times, self.scale) for one in found[:2]),
                           self._give(f"cost {currency}", whole, self.scale)]
                for currency, found in sorted(self.cost.items())
            },
            "members": {
                "more": _times(sum(one > 0 for one in gains), times),
                "fewer": _times(sum(one < 0 for one in gains), times),
                "same": _times(sum(one == 0 for one in gains), times),
            },
            "weeks": [
                {"currency": currency, "on": on.isoformat(),
                 "before": _times(found[0], times, self.scale), "after": _times(found[1], times, self.scale)}
                for (currency, on), found in sorted(self.weeks.items())
            ],
            "largest": [
                {**one, "before": _times(one["before"], Fraction(1), self.scale),
                 "after": _times(one["after"], Fraction(1), self.scale)}
                for _, _, one in sorted(self.largest, key=lambda each: (-each[0], each[1]))
            ],
            "worthless": sorted({unit for unit in self.units if not any(unit == code for code, _ in self.after)}),
        }  # fmt: skip

    @staticmethod
    def _money(sums: Mapping[str, Both], times: Fraction) -> dict[str, list[int]]:
        return {name: [_times(one, times) for one in found] for name, found in sorted(sums.items()) if any(found)}

    def _give(self, name: str, whole: int, scale: int = 1) -> int | None:
        """Half the width of the interval of what is more, of a sample: by members, as they were drawn, and by how many
        purchases each has. None: nothing was left to chance."""
        if not self.sampled or not self.bills:
            return None
        share = self.bills / whole
        mean = sum(one.more.get(name, 0) for one in self.drawn.values()) / self.bills
        spread = sum((one.more.get(name, 0) - mean * one.bills) ** 2 for one in self.drawn.values())
        return round(SURE * sqrt((1 - share) * spread) / share / scale)


def _scaled(worths: Worths, scale: int) -> dict[tuple[str, str], int]:
    return {key: one.numerator * (scale // one.denominator) for key, one in worths.items()}


def _more(sums: dict[Any, Both], key: Any, *amounts: int) -> None:
    found = sums.get(key)
    if found is None:
        sums[key] = list(amounts)
        return
    for place, amount in enumerate(amounts):
        found[place] += amount


def _times(amount: int, times: Fraction, scale: int = 1) -> int:
    return divided(amount * times.numerator, times.denominator * scale, Round.HALF_UP)
