"""Which of the possible offers are made, so that nobody gets too many and no budget is passed.

Deferred acceptance (Gale and Shapley 1962) with budgets: each customer asks for the offers worth most within the
list's bounds; each payer keeps those that bring most per unit of its budget and refuses the rest for good; who was
refused asks for the next best. Every round is a sort, and it ends, since each round refuses something.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MADE, LIST_CAP, ENOUGH, BUDGET = 0, 1, 2, 3
MILLION: Final = 1_000_000
_NO_LIMIT: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Possible:
    """Possible offers, an element each; the order is the caller's and decides what nothing else decides.

    Costs of payers are millionths of a minor unit, so that chance × discount is a whole number.
    """

    customer: Ints  # codes from 0
    worth: Floats  # above 0
    discount_minor: Ints
    cap_minor: Ints  # of all discounts on this customer's list together
    vendor: Ints  # place among the vendors' budgets; −1: nobody but us
    vendor_cost: Ints
    our_cost: Ints

    def __len__(self) -> int:
        return len(self.customer)


def assign(
    possible: Possible, *, offers_max: int, vendor_budgets: Ints, our_budget: int | None, seed: int
) -> npt.NDArray[np.int8]:
    """MADE, or why not, of each. Budgets in millionths of a minor unit. Equal ones are told apart by lot (`seed`)."""
    verdict = np.full(len(possible), MADE, np.int8)
    verdict[possible.discount_minor > possible.cap_minor] = LIST_CAP
    lot = np.random.default_rng([seed, 5]).permutation(len(possible))
    best_first = np.lexsort((lot, -possible.worth, possible.customer))
    while True:
        asked = _asked(possible, best_first[verdict[best_first] != BUDGET], verdict, offers_max)
        refused = _refused(possible, asked, lot, vendor_budgets, our_budget)
        if not refused.any():
            return verdict
        verdict[asked[refused]] = BUDGET


def _asked(possible: Possible, order: Ints, verdict: npt.NDArray[np.int8], offers_max: int) -> Ints:
    """What customers ask for now; the others' reasons are written into `verdict`."""
    order = order[possible.discount_minor[order] <= possible.cap_minor[order]]
    customer = possible.customer[order]
    spent = within(customer, possible.discount_minor[order])
    number = within(customer, np.ones(len(order), np.int64))
    too_dear = spent > possible.cap_minor[order]
    verdict[order] = np.where(number > offers_max, ENOUGH, np.where(too_dear, LIST_CAP, MADE))
    asked: Ints = order[verdict[order] == MADE]
    return asked


def _refused(possible: Possible, asked: Ints, lot: Ints, vendor_budgets: Ints, our_budget: int | None) -> Flags:
    """Of those asked for, what a vendor or we cannot pay; what a vendor refuses costs us nothing."""
    ours = _NO_LIMIT if our_budget is None else our_budget
    limits = np.append(vendor_budgets, _NO_LIMIT)[possible.vendor[asked]]
    refused = _over(possible.vendor[asked], possible.worth[asked], possible.vendor_cost[asked], limits, lot[asked])
    left = np.flatnonzero(~refused)
    kept = asked[left]
    all_ours = np.full(len(kept), ours)
    over = _over(np.zeros(len(kept), np.int64), possible.worth[kept], possible.our_cost[kept], all_ours, lot[kept])
    refused[left[over]] = True
    return refused


def _over(payer: Ints, worth: Floats, cost: Ints, limit: Ints, lot: Ints) -> Flags:
    """What passes the limit when each payer takes the best per unit of cost first."""
    ratio = worth / np.maximum(cost, 1)
    order = np.lexsort((lot, -ratio, payer))
    over = np.zeros(len(payer), bool)
    over[order] = (within(payer[order], cost[order]) > limit[order]) & (cost[order] > 0)
    return over


def within(group: Ints, amount: Ints) -> Ints:
    """Running sums of `amount` within runs of equal `group`."""
    if not len(group):
        return np.zeros(0, np.int64)
    total = np.cumsum(amount)
    first = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    before = (total - amount)[first]
    result: Ints = total - np.repeat(before, np.diff(np.append(first, len(group))))
    return result
