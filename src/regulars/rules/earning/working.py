"""What one rule makes of an occasion before limits: conditions, lines, award, multipliers, rounding, in this order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.basics.quick import quick
from regulars.rules.earning.amounts import (
    Portion,
    Ratio,
    bases,
    below,
    lines_of,
    months_of,
    multiplier,
    portions,
    raw,
)
from regulars.rules.earning.rule import EarnRule, PerAmount, PerItem, PerPiece, PerTenureMonth
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import PIECE, PURCHASE, Occasion
from regulars.rules.reasons import Reason, Why
from regulars.rules.rounding import At, divided, shared

WEIGHT = 1000  # what is gathered over a period is kept in thousandths of a minor unit, so that a multiplier is exact


@quick
@dataclass(frozen=True, slots=True)
class Worked:
    """Units before limits. `gathered`: what counts for rounding over a period, multiplied."""

    amount: int
    lines: Mapping[int, int]
    gathered: int
    facts: Mapping[str, int]


def why_not(rule: EarnRule, occasion: Occasion, member: MemberFacts | None) -> Reason | None:
    """Why a rule is not for this occasion at all, before any line is looked at."""
    if occasion.kind not in rule.occasions:
        return Reason(Why.OTHER_OCCASION, {"occasion": occasion.kind})
    if rule.currency and occasion.currency != rule.currency:
        return Reason(Why.OTHER_CURRENCY, {"currency": occasion.currency})
    return rule.conditions.why_not(occasion, member)


def worked(rule: EarnRule, occasion: Occasion, member: MemberFacts | None, *, again: bool = False) -> Worked | Reason:
    """What the rule gives, were there no limits, or why it gives nothing. `again`: on what remains of a purchase."""
    if (reason := why_not(rule, occasion, member)) is not None:
        return reason
    lines = lines_of(rule, occasion)
    if occasion.kind == PURCHASE and not lines:
        return Reason(Why.NO_SUCH_ITEMS)
    if (reason := below(rule.conditions.least, lines, occasion, again=again)) is not None:
        return reason
    counted = bases(rule, occasion, lines)
    by = multiplier(rule, occasion, member, again=again)
    whole = Portion(sum(counted), lines)
    facts = {"basis": whole.basis, "quantity": whole.quantity, "permille": by[0] * 1000 // by[1]}
    if isinstance(rule.award, PerTenureMonth):
        facts["months"] = months_of(occasion, member)
    amounts = _amounts(rule, counted, whole, by, occasion, member)
    gathered = whole.basis * by[0] * WEIGHT // by[1]
    if occasion.kind != PURCHASE:
        return Worked(sum(amounts), {}, gathered, facts)
    by_line = {line.number: part for line, part in zip(lines, amounts, strict=True) if part}
    return Worked(sum(amounts), by_line, gathered, facts)


def _amounts(
    rule: EarnRule,
    counted: Sequence[int],
    whole: Portion,
    by: Ratio,
    occasion: Occasion,
    member: MemberFacts | None,
) -> list[int]:
    """Whole units for each part: rounded on each, or rounded together and shared by the largest remainder."""
    if rule.round_at == At.LINE:
        parts = portions(counted, whole.lines)
        return [_rounded(rule, raw(rule.award, part, occasion, member), by) for part in parts]
    amount = _rounded(rule, raw(rule.award, whole, occasion, member), by)
    if len(counted) == 1:
        return [amount]
    if isinstance(rule.award, PerPiece | PerItem):
        return shared(amount, [_weight(rule.award, part) for part in portions(counted, whole.lines)])
    return shared(amount, counted)


def _rounded(rule: EarnRule, exact: Ratio, by: Ratio) -> int:
    return divided(exact[0] * by[0], exact[1] * by[1], rule.round)


def _weight(award: PerPiece | PerItem, part: Portion) -> int:
    """In which proportion lines have part in what they earned together by pieces; else it is what counts of them."""
    if isinstance(award, PerPiece):
        return part.quantity
    return sum(award.items.get(line.item, 0) * (line.quantity // PIECE) for line in part.lines)


def of_gathered(rule: EarnRule, gathered: int) -> int:
    """Units for all that was gathered over a period."""
    assert isinstance(rule.award, PerAmount)
    if rule.award.full_steps:
        return gathered // (WEIGHT * rule.award.per) * rule.award.units
    return divided(gathered * rule.award.units, WEIGHT * rule.award.per, rule.round)
