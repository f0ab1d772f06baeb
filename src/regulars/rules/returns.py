"""What remains of a bill when parts of it come back. Reckoned from all that came back so far, never return by return
(SEMANTICS 12): ten returns of a tenth leave what one return of the whole leaves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from regulars.rules.occasion import Line, Occasion, Tender
from regulars.rules.rounding import apportioned


class Spent(StrEnum):
    """What happens where units that a return takes back were spent meanwhile (SEMANTICS 14)."""

    OWED = "owed"  # a debt that later earns repay
    CHARGED = "charged"  # taken off the money that is paid out, at what units pay at the till; the rest is owed
    FORGIVEN = "forgiven"


class Mixed(StrEnum):
    """In which order a bill paid with value and money is paid back (SEMANTICS 18)."""

    PROPORTION = "proportion"
    VALUE_FIRST = "value-first"
    MONEY_FIRST = "money-first"


@dataclass(frozen=True, slots=True)
class ReturnPolicy:
    """What an organisation does where a return can be settled in several ways."""

    spent: Spent = Spent.OWED
    mixed: Mixed = Mixed.PROPORTION


def value_left(policy: ReturnPolicy, value: int, money: int, back: int, in_proportion: int) -> int:
    """How much of a bill stays paid with value, when `back` of what value and money paid came back in all.

    `in_proportion` is what stays by the lines that value paid.

    >>> [value_left(ReturnPolicy(mixed=one), 400, 600, 500, 200) for one in Mixed]
    [200, 0, 400]
    """
    match policy.mixed:
        case Mixed.PROPORTION:
            return in_proportion
        case Mixed.VALUE_FIRST:
            return max(0, value - back)
        case Mixed.MONEY_FIRST:
            return value - max(0, back - money)


def kept(part: int, line: Line, back: int) -> int:
    """How much of something that a line brought stays, when `back` (thousandths) of it came back. Floored, so that the
    whole is gone only with the whole line, and each return takes nothing below zero.

    >>> [kept(10, Line(1, "cup", 300, quantity=3000), back) for back in (0, 1000, 2000, 3000)]
    [10, 6, 3, 0]
    """
    assert 0 <= back <= line.quantity, (back, line.quantity)
    return part * (line.quantity - back) // line.quantity


def kept_together(parts: Sequence[Mapping[int, int]], lines: Mapping[int, Line], back: Mapping[int, int]) -> list[int]:
    """How much stays of each of several parts that paid the same lines: together what stays of one that paid them all,
    so that several who pay get back no more than one would; and no return takes from anybody.

    >>> cups = {1: Line(1, "cup", 300, quantity=3000)}
    >>> [kept_together([{1: 5}, {1: 5}], cups, {1: back}) for back in (0, 1000, 2000, 3000)]
    [[5, 5], [3, 3], [2, 1], [0, 0]]
    """
    found = [0] * len(parts)
    for number, line in lines.items():
        paid = [part.get(number, 0) for part in parts]
        for place, stays in enumerate(apportioned(kept(sum(paid), line, back[number]), paid)):
            found[place] += stays
    return found


def left_of(line: Line, back: int) -> Line | None:
    """What is left of a line; None where all of it came back."""
    if back == line.quantity:
        return None
    paid, discount = kept(line.paid, line, back), kept(line.discount, line, back)
    return replace(
        line,
        quantity=line.quantity - back,
        amount=paid + discount,
        discount=discount,
        tax=kept(line.tax, line, back),
    )


def remaining(occasion: Occasion, back: Mapping[int, int], paid_with: Mapping[str, Mapping[int, int]]) -> Occasion:
    """The purchase as if only what stayed had been bought. `back`: thousandths by line; `paid_with`: for each tender
    how much of each line it paid, so that the part paid with points shrinks with its lines."""
    lines = tuple(left for line in occasion.lines if (left := left_of(line, back.get(line.number, 0))))
    by_number = {line.number: line for line in occasion.lines}
    told = {one.kind: one for one in occasion.tenders if one.kind in paid_with}  # once, however many paid with it
    tenders = tuple(
        Tender(one.kind, sum(kept(part, by_number[n], back.get(n, 0)) for n, part in paid_with[one.kind].items()))
        if one.kind in told
        else one
        for one in (*(one for one in occasion.tenders if one.kind not in told), *told.values())
    )
    return replace(occasion, lines=lines, tenders=tenders)


def brought_back(
    parts: Mapping[int, int], lines: Sequence[Line], before: Mapping[int, int], now: Mapping[int, int]
) -> int:
    """How much of something allotted to lines (points paid, value paid) this return gives back.

    >>> cups = [Line(1, "cup", 300, quantity=3000)]
    >>> [brought_back({1: 10}, cups, {1: n}, {1: n + 1000}) for n in (0, 1000, 2000)]
    [4, 3, 3]
    """
    by_number = {line.number: line for line in lines}
    return sum(
        kept(part, by_number[n], before.get(n, 0)) - kept(part, by_number[n], now.get(n, 0))
        for n, part in parts.items()
    )
