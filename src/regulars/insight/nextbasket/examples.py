"""A few lists to look at: of customers drawn by lot those whose lists have the most different reasons.

What these customers then bought is told, and plays no part in who is shown.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.insight.nextbasket.later import Split
from regulars.insight.nextbasket.model import NextBasket

DRAWN: Final = 200
SHOWN: Final = 3
_PRODUCTS: Final = 8  # of each list
_BASKETS_FROM: Final = 5  # who came less often has hardly any habits to show


def examples_of(model: NextBasket, last: Split, seed: int) -> pa.Table:
    """example (1 … 3), rank, product, reason, reason_product, came; without the customers' names."""
    some = np.flatnonzero(last.before.baskets[last.rows] >= _BASKETS_FROM)
    some = some if len(some) >= SHOWN else np.arange(len(last.rows))
    drawn = np.random.default_rng(seed).choice(some, min(DRAWN, len(some)), replace=False)
    names = [str(name) for name in model.customers_[last.rows[drawn]]]
    lists: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for row in model.recommend(_PRODUCTS, customers=names).to_pylist():
        lists[row["customer"]].append(row)
    code = {str(name): at for at, name in enumerate(model.products_)}
    bought, width = set(last.truth.keys.tolist()), last.truth.products
    rows = [
        {
            "example": number,
            **{column: row[column] for column in ("rank", "product", "reason", "reason_product")},
            "came": int(drawn[at]) * width + code[row["product"]] in bought,
        }
        for number, at in enumerate(varied([{row["reason"] for row in lists[name]} for name in names]), 1)
        for row in lists[names[at]]
    ]
    return pa.Table.from_pylist(rows)


def varied(reasons: Sequence[set[str]], count: int = SHOWN) -> list[int]:
    """Places of `count` of these sets: each time the one with most that was not seen yet; ties by size, then by place.

    >>> varied([{"popular"}, {"habit", "due"}, {"popular", "habit"}, {"alike"}], 3)
    [1, 2, 3]
    """
    chosen: list[int] = []
    seen: set[str] = set()
    left = list(range(len(reasons)))
    while left and len(chosen) < count:
        best = max(left, key=lambda at: (len(reasons[at] - seen), len(reasons[at]), -at))
        chosen.append(best)
        left.remove(best)
        seen |= reasons[best]
    return chosen
