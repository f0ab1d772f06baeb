"""Customers who bought this also bought: over whole histories, more than chance and popularity bring.

A customer takes the place of a basket: `regulars.insight.pairs` compares customers with customers of about as many
products, so that two popular goods, or two customers who buy everything, make no pair (see docs/pairs.md).
"""

from typing import Any, Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.frames import as_arrow
from regulars.insight.lines import complete
from regulars.insight.pairs import pairs
from regulars.insight.recommend.ranked import by_product

LINES_MAX: Final = 2_000_000  # customer × product; histories are wide, and pairs grow with the square
_PRODUCTS_FROM: Final = 2  # who bought one thing only says nothing of others


def also_bought(lines: Any, engine: Engine, n: int = 10) -> pa.Table:
    """For each product up to `n` others: product, rank, other, customers_both, lift, times_expected, p_value.

    `lines` has the LINES contract (Ibis, Arrow, pandas or polars). `lift` is against plain popularity,
    `times_expected` against customers of the same breadth; `p_value` is corrected for every pair that was looked at
    (Holm 1979), and only pairs below 5 % are given, strongest first. Products of which nothing can be said are not in
    the table. Raises WrongColumns.
    """
    table = lines if isinstance(lines, ir.Table) else engine.register("recommend_given", as_arrow(lines))
    return by_product(pairs(as_histories(table), engine, lines_max=LINES_MAX), n, counted="customers_both")


def as_histories(lines: ir.Table) -> ir.Table:
    """Lines in which everything a known customer bought and kept is one basket without a store."""
    whole = complete(lines)
    goods = whole.filter(
        whole.kind == "sale", ~whole.returned.fill_null(False), whole.customer.notnull(), whole["product"].notnull()
    )
    # Only who bought what counts; the rest is what lines must have.
    once = goods.group_by("customer", "product").agg(sold_at=goods.sold_at.min(), amount_minor=goods.amount_minor.min())
    once = once.mutate(basket=once.customer.hash(), kind=ibis.literal("sale"))
    broad = once.group_by("basket").having(once.count() >= _PRODUCTS_FROM).agg()
    return once.semi_join(broad, "basket")
