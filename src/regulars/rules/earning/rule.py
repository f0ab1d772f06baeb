"""A rule by which units are earned: for what, how many, when, how often, and how long they last. Data, no verbs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, Literal

from regulars.basics.periods import Period
from regulars.rules.conditions import Conditions, What
from regulars.rules.limits import Every, Limit, NearEnd, Of, Per
from regulars.rules.occasion import PURCHASE
from regulars.rules.rounding import At, Round

# Occasions that jobs and the programme itself bring about; any other name is an event that a caller tells of.
BIRTHDAY: Final = "birthday"
TENURE_MONTH: Final = "tenure-month"
ENROLMENT: Final = "enrolment"


class Basis(StrEnum):
    """What of a line counts."""

    PAID = "paid"  # after discounts, tax included
    PAID_NET = "paid-net"  # after discounts, without tax
    LISTED = "listed"  # before discounts, tax included
    LISTED_NET = "listed-net"  # before discounts, without tax


class Reach(StrEnum):
    """How far a step goes."""

    WHOLE = "whole"  # the highest one reached counts for all
    SLICES = "slices"  # each counts for its own part


class Combine(StrEnum):
    """What several multipliers that hold do together."""

    MULTIPLY = "multiply"
    HIGHEST = "highest"


@dataclass(frozen=True, slots=True)
class PerAmount:
    """So many units for so many minor units of money. `full_steps`: for each full such amount only."""

    units: int
    per: int
    full_steps: bool = False
    type: Literal["per-amount"] = "per-amount"


@dataclass(frozen=True, slots=True)
class PerPiece:
    """So many units for each full number of pieces (or of 1.000 by weight) of what fits."""

    units: int
    pieces: int = 1
    type: Literal["per-piece"] = "per-piece"


@dataclass(frozen=True, slots=True)
class PerItem:
    """For each piece of an item its own number of units."""

    items: Mapping[str, int]
    type: Literal["per-item"] = "per-item"


@dataclass(frozen=True, slots=True)
class Fixed:
    """So many units for the purchase, visit or event, however large."""

    units: int
    type: Literal["fixed"] = "fixed"


@dataclass(frozen=True, slots=True)
class Step:
    """From so much money on, so many units."""

    reached: int
    units: int


@dataclass(frozen=True, slots=True)
class Steps:
    """Units for amounts that are reached: those of the highest step, or (slices) of each step together."""

    steps: tuple[Step, ...]
    reach: Reach = Reach.WHOLE
    type: Literal["steps"] = "steps"


@dataclass(frozen=True, slots=True)
class RateStep:
    """From so much money on, so many units for `per`."""

    reached: int
    units: int


@dataclass(frozen=True, slots=True)
class RateSteps:
    """A better rate for more: the rate of the highest step for all of it, or (slices) each rate for its own part."""

    steps: tuple[RateStep, ...]
    per: int
    reach: Reach = Reach.WHOLE
    type: Literal["rate-steps"] = "rate-steps"


@dataclass(frozen=True, slots=True)
class PerTenureMonth:
    """So many units for each full month since joining."""

    units: int
    most_months: int | None = None
    type: Literal["per-tenure-month"] = "per-tenure-month"


Award = PerAmount | PerPiece | PerItem | Fixed | Steps | RateSteps | PerTenureMonth
BY_LINE: Final = (PerAmount, PerPiece, PerItem)  # what may be rounded on each line

_ALWAYS: Final = Conditions()
_ALL: Final = What()


@dataclass(frozen=True, slots=True)
class Multiplier:
    """Thousandths by which an award grows where the conditions hold: 2000 is double."""

    permille: int
    conditions: Conditions = _ALWAYS

    def __post_init__(self) -> None:
        if not 0 < self.permille <= 1_000_000:
            raise ValueError("A multiplier is above nothing and at most a thousandfold.")


@dataclass(frozen=True, slots=True)
class Pending:
    """Earned, but not yet to be spent (SEMANTICS 1): active after a time, or on an event before a deadline."""

    after: str = ""  # "14D"
    on_event: str = ""  # "stay-completed"
    deadline: str = ""  # "60D": cancelled by itself then

    def __post_init__(self) -> None:
        if bool(self.after) == bool(self.on_event):
            raise ValueError("What is pending becomes active after a time, or on an event.")
        if bool(self.on_event) != bool(self.deadline):
            raise ValueError("Waiting for an event needs a deadline, and only that.")
        for text in filter(None, (self.after, self.deadline)):
            Period.parse(text)


@dataclass(frozen=True, slots=True)
class EarnRule:
    """Units for an occasion. All that is not said does not restrict."""

    unit: str
    award: Award
    occasions: tuple[str, ...] = (PURCHASE,)
    conditions: Conditions = _ALWAYS
    what: What = _ALL
    currency: str = ""  # "": any; amounts are in minor units of whatever it is
    basis: Basis = Basis.PAID
    not_paid_with: tuple[str, ...] = ("points",)  # tenders whose part of the bill earns nothing
    multipliers: tuple[Multiplier, ...] = ()
    combine: Combine = Combine.MULTIPLY
    round: Round = Round.DOWN
    round_at: At = At.PURCHASE
    carried_over: Every = Every.MONTH  # how long fractions are gathered, where rounding is over a period
    group: str = ""  # of a named group the first that gives, by priority and then code, is the only one
    priority: int = 0  # the highest comes first
    most: int | None = None  # units of one purchase or event
    limits: tuple[Limit, ...] = ()
    cool_down: str = ""  # "1D": once within such a stretch for each member
    worth: int = 0  # minor units that 1,000 units cost: what budgets in money count
    pending: Pending | None = None
    validity: str = ""  # "12M@month", from when they are active
    expires_on: date | None = None  # the last day on which they can be spent
    funder: str = ""  # who bears the cost; "merchant": whoever it is earned at
    kept_on_return: bool = False  # what it gave stays, whatever comes back
    details: Mapping[str, str] = field(default_factory=dict)  # words of one's own: "name", "name:zh-hans"

    def __post_init__(self) -> None:
        for problem in _contradictions(self):
            raise ValueError(problem)

    @property
    def every_limit(self) -> tuple[Limit, ...]:
        """The limits, with the cool-down as what it is: once in a sliding stretch."""
        if not self.cool_down:
            return self.limits
        return (*self.limits, Limit(1, Of.USES, Per.MEMBER, sliding=self.cool_down, near_end=NearEnd.REFUSE))


def _contradictions(rule: EarnRule) -> list[str]:
    """Settings that would surprise people, in words."""
    found = [*_wrong_award(rule.award), *_wrong_rounding(rule), *_wrong_length(rule)]
    if not rule.unit:
        found.append("A rule says which unit it gives.")
    if not rule.occasions:
        found.append("A rule is for at least one occasion.")
    if rule.most is not None and rule.most < 1:
        found.append("The most of one purchase is above nothing.")
    if rule.worth < 0 or (not rule.worth and any(limit.of == Of.MONEY for limit in rule.limits)):
        found.append("A budget in money needs to know what units are worth.")
    if _gives_for_a_cent(rule):
        found.append("A fixed number of units for a purchase needs a minimum, a limit or a cool-down.")
    return found


def _wrong_rounding(rule: EarnRule) -> list[str]:
    found = []
    if rule.round_at == At.LINE and not isinstance(rule.award, BY_LINE):
        found.append("Only what is given by amount, piece or item can be rounded on each line.")
    if rule.round_at == At.PERIOD and not isinstance(rule.award, PerAmount):
        found.append("Only what is given by amount can be rounded over a period.")
    if rule.round_at == At.PERIOD and (rule.most is not None or any(_cuts(limit) for limit in rule.limits)):
        found.append("What is rounded over a period is not cut: let its limits refuse.")
    return found


def _wrong_length(rule: EarnRule) -> list[str]:
    for text in filter(None, (rule.validity, rule.cool_down)):
        Period.parse(text)
    return ["Units last for a time or until a day, not both."] if rule.validity and rule.expires_on else []


def _cuts(limit: Limit) -> bool:
    return limit.of != Of.USES and limit.near_end == NearEnd.CUT


def _gives_for_a_cent(rule: EarnRule) -> bool:
    """Whether a hundred bills of a cent earn a hundred times."""
    least, award = rule.conditions.least, rule.award
    from_nothing = isinstance(award, Steps) and any(step.reached == 0 for step in award.steps)
    if not (isinstance(award, Fixed | PerTenureMonth) or from_nothing):
        return False
    bounded = least.amount or least.quantity or least.purchase or rule.limits or rule.cool_down
    return PURCHASE in rule.occasions and not bounded


def _wrong_award(award: Award) -> list[str]:
    match award:
        case PerAmount(units=units, per=size) | PerPiece(units=units, pieces=size):
            fine = units > 0 and size > 0
        case PerItem(items=items):
            fine = bool(items) and all(units > 0 for units in items.values())
        case Fixed(units=units):
            fine = units > 0
        case Steps() | RateSteps():
            return _wrong_steps(award)
        case PerTenureMonth(units=units, most_months=most):
            fine = units > 0 and (most is None or most > 0)
    return [] if fine else ["An award is above nothing."]


def _wrong_steps(award: Steps | RateSteps) -> list[str]:
    reached = [step.reached for step in award.steps]
    units = [step.units for step in award.steps]
    if not any(units) or min(units) < 0 or (isinstance(award, RateSteps) and award.per <= 0):
        return ["Steps give something."]
    if reached[0] < 0 or reached != sorted(set(reached)):
        return ["Steps rise."]
    return []
