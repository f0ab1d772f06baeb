"""Often bought with: from a product to others in the same baskets, where that is more than chance.

Kept are pairs whose log-likelihood ratio against independence (Dunning 1993) is above 10.83, so beyond 1 in 1,000 for
one pair, and of each product its 50 surest.
"""

from typing import Any, Final

import numpy as np

from regulars.insight.nextbasket.baskets import Baskets

ROWS_MAX: Final = 3_000_000
_SURE: Final = 10.83
_MOST: Final = 50
_DAMPING: Final = 30.0  # baskets that a rare product's shares are damped by


def bought_with(baskets: Baskets) -> Any:
    """Products × products, CSR of float32: the share of the first one's baskets that hold the second one."""
    from scipy import sparse

    width, drawn = len(baskets.products), _drawn(baskets)
    number = baskets.customer[drawn] * (int(baskets.age.max(initial=0)) + 1) + baskets.age[drawn]
    basket = np.unique(number, return_inverse=True)[1]
    count = int(basket.max(initial=-1)) + 1
    ones = np.ones(len(basket), np.float32)
    held = sparse.csr_array((ones, (basket, baskets.product[drawn])), shape=(count, width))
    both = sparse.coo_array(held.T @ held)
    alone = np.asarray(held.sum(axis=0)).ravel()
    apart = both.row != both.col
    left, right, shared = both.row[apart], both.col[apart], both.data[apart].astype(np.float64)
    ratio = likelihood_ratio(shared, alone[left], alone[right], count)
    sure = (ratio > _SURE) & (shared * count > alone[left].astype(np.float64) * alone[right])
    left, right, shared, ratio = left[sure], right[sure], shared[sure], ratio[sure]
    kept = _surest(left, right, ratio)
    left, right, shared = left[kept], right[kept], shared[kept]
    values = (shared / (alone[left] + _DAMPING)).astype(np.float32)
    return sparse.csr_array((values, (left, right)), shape=(width, width))


def likelihood_ratio(both: Any, left: Any, right: Any, total: int) -> Any:
    """Dunning's G² of a pair's two-by-two table; all arguments are counts of baskets."""
    cells = np.stack([both, left - both, right - both, total - left - right + both]).astype(np.float64)
    rows = np.stack([left, left, total - left, total - left]).astype(np.float64)
    columns = np.stack([right, total - right, right, total - right]).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = cells * np.log(cells * total / (rows * columns))
    return 2 * np.where(cells > 0, part, 0.0).sum(axis=0)


def _drawn(baskets: Baskets) -> Any:
    """Rows of whole baskets: all, or those of every so-manieth customer."""
    step = -(-len(baskets.customer) // ROWS_MAX)
    return np.flatnonzero(baskets.customer % step == 0) if step > 1 else np.arange(len(baskets.customer))


def _surest(left: Any, right: Any, ratio: Any) -> Any:
    """Places of the surest few of each left product; ties by the right one's code."""
    order = np.lexsort((right, -ratio, left))
    new = np.ones(len(order), bool)
    new[1:] = left[order][1:] != left[order][:-1]
    begin = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
    return order[np.arange(len(order)) - begin < _MOST]
