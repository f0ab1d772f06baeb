"""Paying a part of a bill with points, and the rest with stored value: how much at most, and which lines it pays."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from regulars.rules.conditions import Conditions, What
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Line, Occasion
from regulars.rules.reasons import Reason, Why
from regulars.rules.rounding import Round, divided, shared


@dataclass(frozen=True, slots=True)
class PointsPayment:
    """What points are worth at the till: `points` of a unit pay `worth` minor units."""

    unit: str
    currency: str
    points: int
    worth: int
    least: int = 1  # points of one payment: raised to a full step, and to what pays anything at all
    step: int = 1  # paid in multiples of this
    most: int | None = None  # points of one payment
    most_permille: int = 1000  # of what the fitting lines cost
    what: What = field(default_factory=What)
    conditions: Conditions = field(default_factory=Conditions)

    def __post_init__(self) -> None:
        if min(self.points, self.worth, self.least, self.step) < 1 or (self.most is not None and self.most < 1):
            raise ValueError("Points, what they are worth, least, step and most are above nothing.")
        if not 1 <= self.most_permille <= 1000:
            raise ValueError("most_permille is 1 to 1000 of the bill.")
        least = divided(self.least, self.step, Round.UP) * self.step
        object.__setattr__(self, "least", max(least, self.fewest_for(1)))

    def money(self, points: int) -> int:
        """What so many points pay, in minor units.

        >>> PointsPayment("points", "CNY", points=1, worth=10).money(25)
        250
        """
        return points * self.worth // self.points

    def points_for(self, money: int) -> int:
        """The most points that pay no more than this."""
        points = ((money + 1) * self.points - 1) // self.worth
        return points - points % self.step

    def fewest_for(self, money: int) -> int:
        """The fewest points that pay so much.

        >>> PointsPayment("points", "CNY", points=100, worth=1, step=10).fewest_for(5)
        500
        """
        return divided(money * self.points, self.worth * self.step, Round.UP) * self.step


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bill paid in one way. `lines`: minor units by line; they add up to `money`."""

    kind: str  # "points" or "value"
    unit: str
    units: int  # whole units taken from the account
    money: int
    lines: Mapping[int, int]
    taken: Mapping[int, int] = field(default_factory=dict)  # whole units by line; they add up to `units`


def most_points(
    terms: PointsPayment, occasion: Occasion, member: MemberFacts | None, available: int
) -> tuple[int, Reason | None]:
    """How many points may be paid with on this bill, none of them for nothing; zero with the reason."""
    if occasion.currency != terms.currency:
        return 0, Reason(Why.OTHER_CURRENCY, {"currency": terms.currency})
    reason = terms.conditions.why_not(occasion, member)
    if reason is not None:
        return 0, reason
    fitting = terms.what.of(occasion.lines)
    if not fitting:
        return 0, Reason(Why.NO_SUCH_ITEMS)
    reason = terms.conditions.least.why_not(fitting, occasion)
    if reason is not None:
        return 0, reason
    bound = terms.points_for(sum(line.paid for line in fitting) * terms.most_permille // 1000)
    points = min(bound, available - available % terms.step, bound if terms.most is None else terms.most)
    points -= points % terms.step
    if points < terms.least:
        return 0, Reason(Why.BELOW_MINIMUM, {"of": "points", "required": terms.least, "reached": max(points, 0)})
    return max(terms.least, terms.fewest_for(terms.money(points))), None


def pay_points(terms: PointsPayment, occasion: Occasion, points: int) -> Part:
    """So many points, laid on the fitting lines in proportion to what they cost."""
    fitting = terms.what.of(occasion.lines)
    money = terms.money(points)
    assert 0 < money <= sum(line.paid for line in fitting), (money, occasion.paid)
    return _laid("points", terms.unit, points, money, fitting)


def pay_value(unit: str, money: int, occasion: Occasion) -> Part:
    """Stored value on all lines, in proportion to what they cost."""
    assert 0 < money <= occasion.paid, (money, occasion.paid)
    return _laid("value", unit, money, money, occasion.lines)


def _laid(kind: str, unit: str, units: int, money: int, lines: tuple[Line, ...]) -> Part:
    laid = shared(money, [line.paid for line in lines])
    taken = shared(units, laid)
    numbers = [line.number for line in lines]
    return Part(
        kind,
        unit,
        units,
        money,
        {number: part for number, part in zip(numbers, laid, strict=True) if part},
        {number: part for number, part in zip(numbers, taken, strict=True) if part},
    )
