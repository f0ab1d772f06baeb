"""Which pieces count in a deal, and what it takes off them: n for m, cheapest free, bundles, gifts.

Pieces of a line cost the same but for the last minor unit; they are counted in runs of one price, never one by one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from regulars.rules.pricing.bills import Bill
from regulars.rules.pricing.offers import Bundle, CheapestFree, Gift, NForM
from regulars.rules.rounding import shared

MOST: Final = 1_000  # bundles of one purchase


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces of one line at one price."""

    price: int
    count: int
    place: int


@dataclass(slots=True)
class Counted:
    """Pieces of a line that count in a deal: what they cost before, and what it takes off them."""

    pieces: int = 0
    amount: int = 0
    discount: int = 0


Deal = dict[int, Counted]  # by place


def runs(bill: Bill, places: Iterable[int]) -> list[Run]:
    """The pieces that count in no deal yet, the dearest first."""
    found = []
    for place in places:
        count = bill.pieces_left(place)
        if count:
            price, more = divmod(bill.running[place] - bill.used_amount[place], count)
            found += [Run(price + 1, more, place)] if more else []
            found += [Run(price, count - more, place)]
    return sorted(found, key=lambda run: (-run.price, run.place))


def n_for_m(deal: NForM, pieces: Sequence[Run], times: int | None) -> Deal:
    """Groups of the dearest first, so that each group's cheapest are as dear as can be.

    >>> n_for_m(NForM(3, 2), [Run(50, 2, 0), Run(30, 2, 1)], None)
    {0: Counted(pieces=2, amount=100, discount=0), 1: Counted(pieces=1, amount=30, discount=30)}
    """
    groups = _least(sum(run.count for run in pieces) // deal.take, times)
    found: Deal = {}
    off: list[tuple[int, int]] = []
    start = 0
    for run in pieces:
        end = min(start + run.count, groups * deal.take)
        if end <= start:
            break
        _count(found, run, end - start)
        off.append((run.place, run.price * (_off(end, deal) - _off(start, deal))))
        start = end
    full = [amount for _, amount in off]
    for (place, _), part in zip(off, shared(sum(full) * deal.permille // 1000, full), strict=True):
        found[place].discount += part
    return found


def _off(position: int, deal: NForM) -> int:
    """How many of the first pieces are off."""
    groups, rest = divmod(position, deal.take)
    return groups * (deal.take - deal.pay) + max(0, rest - deal.pay)


def cheapest_free(deal: CheapestFree, pieces: Sequence[Run], times: int | None) -> Deal:
    """
    >>> cheapest_free(CheapestFree(3), [Run(50, 2, 0), Run(30, 2, 1)], None)
    {0: Counted(pieces=2, amount=100, discount=0), 1: Counted(pieces=1, amount=30, discount=30)}
    """
    count = sum(run.count for run in pieces)
    groups = _least(count // deal.of, times)
    paid, free = groups * (deal.of - deal.free), count - groups * deal.free
    found: Deal = {}
    start = 0
    for run in pieces:
        end = start + run.count
        if first := max(0, min(end, paid) - start):
            _count(found, run, first)
        if last := max(0, end - max(start, free)):
            _count(found, run, last, off=True)
        start = end
    return found


def bundles(deal: Bundle, parts: Sequence[Sequence[Run]], times: int | None) -> Deal:
    """Bundle after bundle of the dearest pieces, as long as it takes anything off."""
    found: Deal = {}
    possible = (sum(run.count for run in runs) // part.pieces for part, runs in zip(deal.parts, parts, strict=True))
    takers = [_Taker(runs) for runs in parts]
    for _ in range(min(_least(min(possible), times), MOST)):
        taken = [run for taker, part in zip(takers, deal.parts, strict=True) for run in taker.take(part.pieces)]
        amounts = [run.price * run.count for run in taken]
        if sum(amounts) <= deal.price:
            break
        for run, part in zip(taken, shared(sum(amounts) - deal.price, amounts), strict=True):
            _count(found, run, run.count)
            found[run.place].discount += part
    return found


def gifts(deal: Gift, pieces: Sequence[Run]) -> Deal:
    """Those on the bill, the dearest first."""
    found: Deal = {}
    for run in _Taker(pieces).take(deal.pieces):
        _count(found, run, run.count, off=True)
    return found


class _Taker:
    """Takes pieces from runs, in order."""

    def __init__(self, pieces: Sequence[Run]) -> None:
        self.left = list(reversed(pieces))

    def take(self, count: int) -> list[Run]:
        taken = []
        while count and self.left:
            run = self.left.pop()
            part = min(run.count, count)
            taken.append(Run(run.price, part, run.place))
            if part < run.count:
                self.left.append(Run(run.price, run.count - part, run.place))
            count -= part
        return taken


def _count(found: Deal, run: Run, count: int, *, off: bool = False) -> None:
    one = found.setdefault(run.place, Counted())
    one.pieces += count
    one.amount += count * run.price
    one.discount += count * run.price if off else 0


def _least(count: int, times: int | None) -> int:
    return count if times is None else min(count, times)
