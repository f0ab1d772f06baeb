"""What goes well with a product: sold in the same baskets, without what is bought instead of it.

Two brands of milk are often found with the same other things, and seldom with each other: they are substitutes. Left
out are others of the product's own category, where categories are known; what is significantly together and of another
category goes well with it.
"""

from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.findings import Pairs
from regulars.insight.frames import as_arrow
from regulars.insight.lines import complete
from regulars.insight.pairs import pairs
from regulars.insight.recommend.ranked import by_product


def goes_well_with(lines: Any, engine: Engine, n: int = 10, *, found: Pairs | None = None) -> pa.Table:
    """For each product up to `n` others: product, rank, other, baskets_both, lift, times_expected, p_value.

    `lines` has the LINES contract (Ibis, Arrow, pandas or polars). `found` are the pairs of these lines, if they were
    looked for already. Only pairs significant after correction for all that were looked at (docs/pairs.md) are given,
    so none that meet less often than chance; none of one category. Raises WrongColumns.
    """
    table = lines if isinstance(lines, ir.Table) else engine.register("recommend_given", as_arrow(lines))
    ranked = by_product(pairs(table, engine) if found is None else found, None, counted="baskets_both")
    same = _category(table, engine)
    product, other = (map(str, ranked[side].to_pylist()) for side in ("product", "other"))
    apart = [same.get(one) is None or same.get(one) != same.get(two) for one, two in zip(product, other, strict=True)]
    kept = ranked.filter(pa.array(apart, pa.bool_()))
    return _renumbered(kept, n)


def _category(lines: ir.Table, engine: Engine) -> dict[str, str]:
    """The category each product was sold under most; between equals the first by alphabet."""
    whole = complete(lines)
    known = whole.filter(whole["product"].notnull(), whole.category.notnull())
    times = known.group_by("product", "category").agg(times=known.count())
    rows = engine.arrow(times.order_by("times", times.category.desc())).to_pylist()
    return {row["product"]: row["category"] for row in rows}  # the last one, so the most frequent, stays


def _renumbered(ranked: pa.Table, n: int) -> pa.Table:
    rank: list[int] = []
    before, number = None, 0
    for product in ranked["product"].to_pylist():
        number = number + 1 if product == before else 1
        before = product
        rank.append(number)
    table = ranked.set_column(ranked.column_names.index("rank"), "rank", pa.array(rank, pa.int32()))
    return table.filter(pa.array([number <= n for number in rank], pa.bool_()))
