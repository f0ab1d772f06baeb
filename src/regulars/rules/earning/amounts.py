"""How much of a bill counts for a rule, and what the award makes of it, exactly: nothing is rounded here but what a
named rule of the trade rounds (tax taken out of a list price, full steps, full pieces)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Final

from regulars.basics.periods import months_after
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

_ONE: Final = Fraction(1)


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of an occasion that is looked at together: a line, or all that fits."""

    basis: int  # minor units
    quantities: tuple[tuple[str, int], ...] = ()  # item and thousandths

    @property
    def quantity(self) -> int:
        return sum(quantity for _, quantity in self.quantities)


def lines_of(rule: EarnRule, occasion: Occasion) -> tuple[Line, ...]:
    """The lines that count, by number: the order in which a till sends them changes nothing."""
    return tuple(sorted(rule.what.of(occasion.lines), key=lambda line: line.number))


def portions(rule: EarnRule, occasion: Occasion, lines: Sequence[Line]) -> list[Portion]:
    """One for each line; an event is one as a whole."""
    if occasion.kind != PURCHASE:
        return [Portion(occasion.amount)]
    unpaid = _paid_otherwise(rule, occasion)
    return [
        Portion(_basis(rule.basis, line, unpaid.get(line.number, 0)), ((line.item, line.quantity),)) for line in lines
    ]


def together(parts: Sequence[Portion]) -> Portion:
    """All of them as one."""
    return Portion(sum(part.basis for part in parts), tuple(pair for part in parts for pair in part.quantities))


def _paid_otherwise(rule: EarnRule, occasion: Occasion) -> dict[int, int]:
    """How much of each line was paid with what earns nothing: such tenders pay all lines in proportion."""
    kinds = rule.not_paid_with
    part = sum(one.amount for one in occasion.tenders if any(_is(one.kind, kind) for kind in kinds))
    if not part:
        return {}
    lines = sorted(occasion.lines, key=lambda line: line.number)
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


def raw(award: Award, part: Portion, occasion: Occasion, member: MemberFacts | None) -> Fraction:
    """What an award gives for a part, before multipliers and rounding."""
    match award:
        case PerAmount(units=units, per=per, full_steps=True):
            return Fraction(part.basis // per * units)
        case PerAmount(units=units, per=per):
            return Fraction(part.basis * units, per)
        case PerPiece(units=units, pieces=pieces):
            return Fraction(part.quantity // (pieces * PIECE) * units)
        case PerItem(items=items):
            return Fraction(sum(items.get(item, 0) * (quantity // PIECE) for item, quantity in part.quantities))
        case Fixed(units=units):
            return Fraction(units)
        case Steps():
            reached = [step.units for step in award.steps if part.basis >= step.reached]
            return Fraction(sum(reached) if award.reach == Reach.SLICES else (reached or [0])[-1])
        case RateSteps():
            return _by_rates(award, part.basis)
        case PerTenureMonth(units=units, most_months=most):
            months = months_of(occasion, member)
            return Fraction(units * (months if most is None else min(months, most)))


def _by_rates(award: RateSteps, basis: int) -> Fraction:
    reached = [step for step in award.steps if basis >= step.reached]
    if not reached:
        return Fraction(0)
    if award.reach == Reach.WHOLE:
        return Fraction(basis * reached[-1].units, award.per)
    ends = [*(step.reached for step in reached[1:]), basis]
    total = sum((end - step.reached) * step.units for step, end in zip(reached, ends, strict=True))
    return Fraction(total, award.per)


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


def multiplier(rule: EarnRule, occasion: Occasion, member: MemberFacts | None, *, again: bool = False) -> Fraction:
    """By how much the award grows here. The order of multipliers changes nothing. `again`: on what remains."""
    if not rule.multipliers:
        return _ONE
    held = [Fraction(one.permille, 1000) for one in rule.multipliers if _holds(one, occasion, member, again)]
    if rule.combine == Combine.HIGHEST:
        return max(held, default=Fraction(1))
    return prod(held, start=Fraction(1))


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
