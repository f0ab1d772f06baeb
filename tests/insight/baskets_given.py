"""Baskets with a known truth: nothing associated, or pairs that were put in."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Held = npt.NDArray[np.bool_]  # baskets × items


def unrelated(random: np.random.Generator, baskets: int, items: int, *, skew: float = 1.0, spread: float = 1.0) -> Held:
    """Each basket takes what it takes for itself: sizes differ wildly, popularity falls as a power of the rank."""
    popularity = 6 / np.arange(1, items + 1) ** skew
    odds = np.outer(random.lognormal(0, spread, baskets), popularity / (1 / np.arange(1, items + 1) ** skew).sum())
    return np.asarray(random.random((baskets, items)) < odds / (1 + odds))


def drawn(random: np.random.Generator, baskets: int, items: int, *, skew: float = 1.0) -> Held:
    """A basket of a given size is filled without replacement, by popularity: nothing else links two items."""
    sizes = np.minimum(1 + random.poisson(random.lognormal(0.8, 1.0, baskets)), items)
    keys = random.gumbel(size=(baskets, items)) - skew * np.log(np.arange(1, items + 1))
    return np.asarray(np.argsort(np.argsort(-keys, axis=1), axis=1) < sizes[:, None])


def swapped(random: np.random.Generator, held: Held, rounds: int) -> Held:
    """The same popularity and the same basket sizes, all else forgotten: two baskets trade what only one of them has
    (Strona et al. 2014), over and over."""
    rows = held.copy()
    for _ in range(rounds):
        one, two = random.choice(len(rows), 2, replace=False)
        differing = np.flatnonzero(rows[one] != rows[two])
        mine = int(rows[one, differing].sum())
        taken = random.permutation(differing)
        rows[one, differing], rows[two, differing] = False, True
        rows[one, taken[:mine]], rows[two, taken[:mine]] = True, False
    return rows


def lines_of(held: Held, customers: int | None = None) -> pa.Table:
    """(basket, item), and lines of the lake's shape where customers are given: each comes every so many baskets."""
    basket, item = np.nonzero(held)
    names = pa.array([f"i{number:03d}" for number in item])
    if customers is None:
        return pa.table({"basket": basket, "item": names})
    days = np.datetime64("2024-01-01", "us") + (basket % 100).astype("timedelta64[D]")
    return pa.table(
        {
            "customer": [f"c{number % customers}" for number in basket],
            "sold_at": days,
            "amount_minor": np.full(len(basket), 100),
            "basket": basket,
            "product": names,
            "store": [f"s{number % 3}" for number in basket],
        }
    )
