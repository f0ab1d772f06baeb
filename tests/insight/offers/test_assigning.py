"""The assignment under budgets, against what is best at all where that can be known."""

from itertools import combinations

import numpy as np
import pytest

from regulars.insight.offers.assigning import BUDGET, ENOUGH, LIST_CAP, MADE, Possible, assign, within

NO_LIMIT = 10**12


def possible(customer: list[int], worth: list[float], cost: list[int], cap: int = NO_LIMIT) -> Possible:
    costs = np.array(cost, np.int64)
    return Possible(
        customer=np.array(customer, np.int64),
        worth=np.array(worth, float),
        discount_minor=costs,
        cap_minor=np.full(len(costs), cap, np.int64),
        vendor=np.zeros(len(costs), np.int64),
        vendor_cost=costs,
        our_cost=np.zeros(len(costs), np.int64),
    )


def run(asked: Possible, *, budget: int = NO_LIMIT, offers_max: int = 9) -> list[int]:
    verdict = assign(asked, offers_max=offers_max, vendor_budgets=np.array([budget]), our_budget=None, seed=1)
    return [int(code) for code in verdict]


def test_the_best_per_unit_of_budget_are_made() -> None:
    assert run(possible([0, 1, 2], [5.0, 9.0, 4.0], [10, 10, 2]), budget=12) == [BUDGET, MADE, MADE]


def test_a_customer_takes_the_best_and_the_next_best_when_refused() -> None:
    asked = possible([0, 0, 1], [5.0, 3.0, 9.0], [10, 2, 8])
    assert run(asked, offers_max=1) == [MADE, ENOUGH, MADE]
    assert run(asked, offers_max=1, budget=10) == [BUDGET, MADE, MADE]


def test_a_list_has_a_share_of_discounts() -> None:
    assert run(possible([0, 0, 0], [5.0, 4.0, 3.0], [20, 6, 6], cap=10)) == [LIST_CAP, MADE, LIST_CAP]


def test_running_sums_begin_anew_with_each_group() -> None:
    group, amount = np.array([0, 0, 1, 2, 2]), np.array([1, 2, 3, 4, 5])
    assert within(group, amount).tolist() == [1, 3, 3, 4, 9]
    assert within(group[:0], amount[:0]).tolist() == []


@pytest.mark.parametrize("seed", range(12))
def test_at_most_one_offer_worse_than_the_best_there_is(seed: int) -> None:
    chance = np.random.default_rng(seed)
    worth, cost = chance.uniform(1, 10, 9), chance.integers(1, 12, 9)
    budget = int(cost.sum() // 2)
    asked = possible(list(range(9)), list(worth), list(cost))
    ours = sum(w for w, code in zip(worth, run(asked, budget=budget), strict=True) if code == MADE)
    subsets = (list(chosen) for count in range(10) for chosen in combinations(range(9), count))
    best = max(worth[chosen].sum() for chosen in subsets if cost[chosen].sum() <= budget)
    assert ours >= best - worth.max()


def test_many_at_once_keep_every_bound() -> None:
    chance, n = np.random.default_rng(3), 40_000
    asked = Possible(
        customer=np.sort(chance.integers(0, 8_000, n)),
        worth=chance.uniform(0.1, 10, n),
        discount_minor=(discount := chance.integers(5, 200, n)),
        cap_minor=np.full(n, 400),
        vendor=chance.integers(-1, 5, n),
        vendor_cost=discount * 300_000,
        our_cost=discount * 100_000,
    )
    budgets = np.array([10**9, 5 * 10**9, 10**12, 0, 3 * 10**10])
    verdict = assign(asked, offers_max=3, vendor_budgets=budgets, our_budget=9 * 10**9, seed=4)
    made = verdict == MADE
    assert np.bincount(asked.customer[made]).max() <= 3
    assert np.bincount(asked.customer[made], discount[made]).max() <= 400
    for vendor, budget in enumerate(budgets):
        assert asked.vendor_cost[made & (asked.vendor == vendor)].sum() <= budget
    assert 8 * 10**9 < asked.our_cost[made].sum() <= 9 * 10**9
