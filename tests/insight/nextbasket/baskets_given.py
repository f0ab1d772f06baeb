"""Shops with known habits, and the same shops with every product drawn anew."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from regulars.insight.nextbasket.baskets import Floats, Ints, Names
from regulars.insight.nextbasket.shop import EPOCH

CUT_OFF = date(2025, 12, 31)
FIRST_ON = date(2025, 7, 1)
HABITS = 3
CHANGE = 105  # days after which everybody has other habits


def shop(customers: int = 700, *, products: int = 120, seed: int = 3, shuffled: bool = False) -> pa.Table:
    """Lines of customers who come about weekly: three habits (others from mid-October on), and three by popularity."""
    random = np.random.default_rng(seed)
    popularity = 1 / np.arange(1, products + 1)
    popularity /= popularity.sum()
    days = (CUT_OFF - FIRST_ON).days + 1
    who, when, what = [], [], []
    for number in range(customers):
        former, own = random.choice(products, (2, HABITS), replace=False)
        for day in range(int(random.integers(0, 7)), days, int(random.integers(5, 10))):
            habit = former if day < CHANGE else own
            bought = [*habit[random.random(HABITS) < 0.7], *random.choice(products, 3, p=popularity)]
            who += [f"C{number:04d}"] * len(bought)
            when += [FIRST_ON + timedelta(days=day)] * len(bought)
            what += [f"P{item:03d}" for item in bought]
    if shuffled:
        what = list(random.permutation(np.array(what)))
    return pa.table(
        {
            "customer": pa.array(who),
            "sold_at": pa.array(when, pa.date32()),
            "amount_minor": pa.array(np.full(len(who), 250)),
            "product": pa.array([str(item) for item in what]),
        }
    )


def habits(customers: int = 700, *, products: int = 120, seed: int = 3) -> dict[str, set[str]]:
    """The habits of the same arguments at the end: what stands in at least half of a customer's later baskets."""
    frame = shop(customers, products=products, seed=seed).to_pandas().drop_duplicates()
    frame = frame[frame["sold_at"] >= FIRST_ON + timedelta(days=CHANGE)]
    times = frame.groupby(["customer", "product"]).size()
    baskets = frame.groupby("customer")["sold_at"].nunique()
    often = times[times >= 0.5 * times.index.get_level_values("customer").map(baskets)]
    found: dict[str, set[str]] = {}
    for customer, product in often.index:
        found.setdefault(customer, set()).add(product)
    return found


class AtRandom:
    """`Bought` without an engine: everybody buys the same products with the same chances, on days drawn by lot."""

    def __init__(
        self, seed: int, customers: int = 130, *, products: int = 25, days: int = 84, visits: int = 10
    ) -> None:
        random = np.random.default_rng(seed)
        self.customers, self.first_on = customers, FIRST_ON
        self.cut_off = FIRST_ON + timedelta(days=days - 1)
        self.products = self.names = np.array([f"P{number:02d}" for number in range(products)], object)
        begin = (FIRST_ON - EPOCH).days
        day = np.repeat(random.integers(0, days, (customers, visits)) + begin, 3, axis=1)
        weight = 1 / np.arange(3, products + 3)
        product = random.choice(products, day.shape, p=weight / weight.sum())
        customer = np.broadcast_to(np.arange(customers)[:, None], day.shape)
        self._rows = np.unique(np.stack([part.ravel() for part in (customer, day, product)]), axis=1)

    def rows(self, part: int, parts: int) -> tuple[Names, Ints, Ints, Floats]:
        assert (part, parts) == (0, 1)
        names = np.array([f"C{number:04d}" for number in range(self.customers)], object)
        customer, day, product = self._rows
        return names, customer, product, day.astype(np.float64)
