"""What remains of a purchase after returns costs, under the offers and versions it was bought with.

Everything is reckoned from the purchase itself and what is kept of it in all, never from the return before: many small
returns come to the same as one large one (SEMANTICS 12).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from regulars.rules.occasion import Line, Occasion
from regulars.rules.pricing.offers import AS_USUAL, Policy
from regulars.rules.pricing.pricing import Priced, in_turn
from regulars.rules.reasons import NotApplied


class OnReturn(StrEnum):
    """What becomes of discounts when a part of a purchase comes back."""

    AS_THEY_WERE = "as-they-were"  # what is kept keeps its part of them
    CHECKED_AGAIN = "checked-again"  # offers that what is kept would not have got fall away


@dataclass(frozen=True, slots=True)
class PricedAgain:
    """What is kept with its prices; `refund` in all so far, `short` what the house goes without beyond it."""

    lines: tuple[Line, ...]
    refund: int
    short: int = 0  # what is kept would cost so much more than was paid for all
    fallen: tuple[NotApplied, ...] = ()  # offers that no longer hold


def priced_again(
    occasion: Occasion,
    priced: Priced,
    kept: Mapping[int, int],
    on_return: OnReturn = OnReturn.AS_THEY_WERE,
    policy: Policy = AS_USUAL,
) -> PricedAgain:
    """`occasion` as it came to `price`, which answered `priced`; `kept`: what is left of each line, in thousandths.

    >>> from datetime import UTC, datetime
    >>> bought = Occasion(datetime(2026, 5, 4, tzinfo=UTC), lines=(Line(1, "tea", 900, quantity=3000),))
    >>> priced_again(bought, Priced(bought.lines, (), ()), {1: 1000}).refund
    600
    """
    paid = sum(line.paid for line in priced.lines)
    if on_return == OnReturn.AS_THEY_WERE:
        lines = tuple(part_of(line, kept[line.number]) for line in priced.lines if kept.get(line.number))
        return PricedAgain(lines, paid - sum(line.paid for line in lines))
    rest = tuple(part_of(line, kept[line.number]) for line in occasion.lines if kept.get(line.number))
    again = in_turn(replace(occasion, lines=rest), [one.offered for one in priced.applied], policy)
    refund = paid - sum(line.paid for line in again.lines)
    return PricedAgain(again.lines, max(0, refund), max(0, -refund), again.not_applied)


def part_of(line: Line, quantity: int) -> Line:
    """A part of a line: its amounts in proportion, what is paid rounded down, so that a refund is never too small.

    >>> part = part_of(Line(1, "tea", 1000, quantity=3000, discount=100, tax=90), 1000)
    >>> part.amount, part.discount, part.paid, part.tax
    (333, 33, 300, 30)
    """
    assert 0 < quantity <= line.quantity, (quantity, line)
    amount = line.amount * quantity // line.quantity
    paid = min(amount, line.paid * quantity // line.quantity)
    tax = min(paid, line.tax * quantity // line.quantity)
    return replace(line, quantity=quantity, amount=amount, discount=amount - paid, tax=tax)
