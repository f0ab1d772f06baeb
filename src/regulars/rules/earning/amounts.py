"""How much of a bill counts for a rule, and what the award makes of it, exactly: nothing is rounded here but what a
named rule of the trade rounds (tax taken out of a list price, full steps, full pieces)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from operator import attrgetter
from typing import Final

from regulars.basics.periods import months_after
from regulars.basics.quick import quick
from regulars.rules.conditions import Least
from regulars.rules.earning.rule import (
    Award,
    Basis,
    Combine,
    EarnRule,
    Fixed,
    Multiplier,
    PerAmount,
    PerItem,
    PerPiece,
    PerTenureMonth,
    RateSteps,
    Reach,
    Steps,
)
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import PIECE, PURCHASE, Line, Occasion
from regulars.rules.reasons import Reason, Why
from regulars.rules.rounding import divided, shared

_NUMBER: Final = attrgetter("number")
Ratio = tuple[int, int]  # numerator and denominator: exact, and never reduced, since they are divided once only


@quick
@dataclass(frozen=True, slots=True)
class Portion:
    """A part of an occasion that is looked at together: a line, or all that fits."""

    basis: int  # minor units
    lines: tuple[Line, ...] = ()

    @property
    def quantity(self) -> int:
        return sum([line.quantity for line in self.lines])


def lines_of(rule: EarnRule, occasion: Occasion) -> tuple[Line, ...]:
    """The lines that count, by number: the order in which a till sends them changes nothing."""
    return tuple(sorted(rule.what.of(occasion.lines), key=_NUMBER))


def bases(rule: EarnRule, occasion: Occasion, lines: Sequence[Line]) -> list[int]:
    """What counts of each line; an event is one as a whole."""
    if occasion.kind != PURCHASE:
        return [occasion.amount]
    unpaid = _paid_otherwise(rule, occasion)
    if rule.basis == Basis.PAID and not unpaid:
        return [line.paid for line in lines]
    return [_basis(rule.basis, line, unpaid.get(line.number, 0)) for line in lines]


def portions(counted: Sequence[int], lines: Sequence[Line]) -> list[Portion]:
    """One for each line, or for the event."""
    if not lines:
        return [Portion(basis) for basis in counted]
    return [Portion(basis, (line,)) for basis, line in zip(counted, lines, strict=True)]


def _paid_otherwise(rule: EarnRule, occasion: Occasion) -> dict[int, int]:
    """How much of each line was paid with what earns nothing: such tenders pay all lines in proportion."""
    if not occasion.tenders:
        return {}
    kinds = rule.not_paid_with
    part = sum([one.amount for one in occasion.tenders if any(_is(one.kind, kind) for kind in kinds)])
    if not part:
        return {}
    lines = sorted(occasion.lines, key=_NUMBER)
    part = min(part, occasion.paid)
    return dict(zip((line.number for line in lines), shared(part, [line.paid for line in lines]), strict=True))


def _is(kind: str, wanted: str) -> bool:
    return kind == wanted or kind.startswith(f"{wanted}:")


def _basis(basis: Basis, line: Line, unpaid: int) -> int:
    """What counts of a line, less the part that was paid with what earns nothing."""
    match basis:
        case Basis.PAID:
            whole = line.paid
        case Basis.PAID_NET:
            whole = line.paid - line.tax
        case Basis.LISTED:
            whole = line.amount
        case Basis.LISTED_NET:
            whole = line.amount - (divided(line.tax * line.amount, line.paid) if line.paid else 0)
    return whole if not unpaid else divided(whole * (line.paid - unpaid), line.paid)


def raw(award: Award, part: Portion, occasion: Occasion, member: MemberFacts | None) -> Ratio:
    """What an award gives for a part, before multipliers and rounding."""
    match award:
        case PerAmount(units=units, per=per, full_steps=full):
            return (part.basis // per * units, 1) if full else (part.basis * units, per)
        case PerPiece(units=units, pieces=pieces):
            return part.quantity // (pieces * PIECE) * units, 1
        case PerItem(items=items):
            return sum(items.get(line.item, 0) * (line.quantity // PIECE) for line in part.lines), 1
        case Fixed(units=units):
            return units, 1
        case Steps():
            reached = [step.units for step in award.steps if part.basis >= step.reached]
            return (sum(reached) if award.reach == Reach.SLICES else (reached or [0])[-1]), 1
        case RateSteps():
            return _by_rates(award, part.basis), award.per
        case PerTenureMonth(units=units, most_months=most):
            months = months_of(occasion, member)
            return units * (months if most is None else min(months, most)), 1


def _by_rates(award: RateSteps, basis: int) -> int:
    """Units for `per` times the amount that earns them."""
    reached = [step for step in award.steps if basis >= step.reached]
    if not reached:
        return 0
    if award.reach == Reach.WHOLE:
        return basis * reached[-1].units
    ends = [*(step.reached for step in reached[1:]), basis]
    return sum((end - step.reached) * step.units for step, end in zip(reached, ends, strict=True))


def months_of(occasion: Occasion, member: MemberFacts | None) -> int:
    """Full months of membership on the day of the occasion.

    >>> from datetime import UTC, date, datetime
    >>> months_of(Occasion(datetime(2026, 2, 28, tzinfo=UTC)), MemberFacts(joined_on=date(2025, 1, 31)))
    13
    """
    if member is None or member.joined_on is None:
        return 0
    today, joined = occasion.here().date(), member.joined_on
    months = (today.year - joined.year) * 12 + today.month - joined.month
    return max(0, months if months_after(joined, months) <= today else months - 1)


def multiplier(rule: EarnRule, occasion: Occasion, member: MemberFacts | None, *, again: bool = False) -> Ratio:
    """By how much the award grows here. The order of multipliers changes nothing. `again`: on what remains."""
    if not rule.multipliers:
        return 1, 1
    held = [one.permille for one in rule.multipliers if _holds(one, occasion, member, again)]
    if not held:
        return 1, 1
    if rule.combine == Combine.HIGHEST:
        return max(held), 1000
    return prod(held), 1000 ** len(held)


def _holds(one: Multiplier, occasion: Occasion, member: MemberFacts | None, again: bool) -> bool:
    if one.conditions.why_not(occasion, member) is not None:
        return False
    return below(one.conditions.least, occasion.lines, occasion, again=again) is None


def below(least: Least, lines: Sequence[Line], occasion: Occasion, *, again: bool) -> Reason | None:
    """Why a minimum is not reached; of an event its amount counts. `again`: on what remains of a purchase, where a
    minimum that was reached may stay reached (SEMANTICS 13)."""
    if again and least.kept_on_return:
        return None
    if occasion.kind == PURCHASE:
        return least.why_not(lines, occasion)
    required = max(least.amount, least.purchase)
    if occasion.amount >= required:
        return None
    missing = required - occasion.amount
    facts: dict[str, str | int] = {"of": "amount", "required": required, "reached": occasion.amount, "missing": missing}
    return Reason(Why.BELOW_MINIMUM, facts)
