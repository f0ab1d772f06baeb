"""The next-basket protocol: how much of the next basket a list had, beside plain lists.

Recall@k is the share of the true basket's products that are among the first k, divided by the size of the whole true
basket; NDCG@10 discounts hits by rank against the best possible order; PHR@10 is the share of customers with at least
one hit (Li, Jullien, Ariannezhad and de Rijke, "A next basket recommendation reality check", TOIS 2023).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from regulars.insight.nextbasket.baskets import Baskets, Floats, Ints
from regulars.insight.nextbasket.rowwise import among

LENGTH: Final = 20
DISCOUNTS: Final = 1 / np.log2(np.arange(2, 12))
IDEAL: Final = np.cumsum(DISCOUNTS)
_EDGE: Final = 1.96  # of a normal 95 % interval
BASELINES: Final = ("global_top", "personal_top", "personal_then_global")


@dataclass(frozen=True, slots=True)
class Truth:
    """Next baskets of some customers: `keys` are row × products + product, sorted; `size` counts unknown products too.

    `known` says which of the keys the customer had bought before.
    """

    keys: Ints
    size: Ints
    known: Any
    products: int

    @classmethod
    def of(cls, row: Ints, product: Ints, size: Ints, before: Any) -> "Truth":
        """`row`, `product`: the known products of next baskets. `before`: CSR, what each row had bought (by row)."""
        width = before.shape[1]
        keys = np.unique(row * width + product)
        had = before.tocoo()
        return cls(keys, size, among(keys, np.sort(had.row.astype(np.int64) * width + had.col)), width)

    def hits(self, ranked: Ints) -> Any:
        """Rows × ranks: whether the listed product was in the next basket."""
        keys = np.arange(len(ranked))[:, None] * self.products + ranked
        return among(keys, self.keys) & (ranked >= 0)


def by_customer(ranked: Ints, truth: Truth) -> dict[str, Floats]:
    """recall_10, recall_20, ndcg_10, hit_10 of each row of `ranked` (20 codes, −1 for none)."""
    return measured_hits(truth.hits(ranked), truth.size)


def measured_hits(hits: Any, size: Ints) -> dict[str, Floats]:
    """The same from rows × ranks of hits."""
    size = np.maximum(size, 1)
    ten = hits[:, :10]
    discounts = DISCOUNTS[: ten.shape[1]]
    return {
        "recall_10": ten.sum(axis=1) / size,
        "recall_20": hits[:, :LENGTH].sum(axis=1) / size,
        "ndcg_10": (ten * discounts).sum(axis=1) / IDEAL[np.minimum(size, 10) - 1],
        "hit_10": ten.any(axis=1).astype(np.float64),
    }


def means(ranked: Ints, truth: Truth) -> dict[str, float]:
    """Means over customers, and recall of products bought before and of new ones apart, over those who had such."""
    whole = {name: float(values.mean()) for name, values in by_customer(ranked, truth).items()}
    return whole | _apart(ranked, truth)


def _apart(ranked: Ints, truth: Truth) -> dict[str, float]:
    """repeat_recall_10, new_recall_10 and repeat_share: how much of what was bought had been bought before."""
    rows, listed = np.arange(len(ranked))[:, None] * truth.products, ranked[:, :10]
    answer = {"repeat_share": float(truth.known.sum() / max(int(truth.size.sum()), 1))}
    row_of = truth.keys // truth.products
    known = np.bincount(row_of[truth.known], minlength=len(ranked))
    for name, keys, size in (
        ("repeat_recall_10", truth.keys[truth.known], known),
        ("new_recall_10", truth.keys[~truth.known], truth.size - known),
    ):
        hit = (among(rows + listed, keys) & (listed >= 0)).sum(axis=1)
        some = size > 0
        answer[name] = float((hit[some] / size[some]).mean()) if some.any() else 0.0
    return answer


def difference(ours: Floats, theirs: Floats) -> tuple[float, float, float]:
    """Mean of (ours − theirs) over customers, with its 95 % interval; paired, customers being independent."""
    gain = ours - theirs
    if len(gain) < 2:
        return float(gain.mean()) if len(gain) else 0.0, -np.inf, np.inf
    middle, half = float(gain.mean()), _EDGE * float(gain.std(ddof=1)) / float(np.sqrt(len(gain)))
    return middle, middle - half, middle + half


def baselines(baskets: Baskets, rows: Ints) -> Mapping[str, Ints]:
    """Plain lists of 20 codes for these customers: what sells most, what each buys most, and this filled up with that.

    Equal counts of a customer's own go by what sells most.
    """
    width, sold = len(baskets.products), baskets.bought
    order = np.lexsort((np.arange(width), -sold))
    length = min(LENGTH, width)
    everywhere = np.full((len(rows), LENGTH), -1)
    everywhere[:, :length] = order[:length]
    own = _own_top(baskets, rows, sold)
    filled = np.concatenate([own, everywhere], axis=1)
    taken = (everywhere[:, :, None] == own[:, None, :]).any(axis=2)
    filled[:, LENGTH:][taken] = -1
    front = np.argsort(filled < 0, axis=1, kind="stable")[:, :LENGTH]
    return dict(zip(BASELINES, (everywhere, own, np.take_along_axis(filled, front, axis=1)), strict=True))


def _own_top(baskets: Baskets, rows: Ints, sold: Ints) -> Ints:
    width = max(len(baskets.products), 1)
    place = np.full(len(baskets.customers), -1)
    place[rows] = np.arange(len(rows))
    row = place[baskets.customer]
    keys, times = np.unique(row[row >= 0] * width + baskets.product[row >= 0], return_counts=True)
    row, product = keys // width, keys % width
    order = np.lexsort((product, -sold[product], -times, row))
    row, product = row[order], product[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row, side="left")
    kept = rank < LENGTH
    answer = np.full((len(rows), LENGTH), -1)
    answer[row[kept], rank[kept]] = product[kept]
    return answer
