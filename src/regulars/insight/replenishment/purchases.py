"""Purchase days of the items that people buy again and again, out of the lines."""

from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.history.engine import Engine
from regulars.insight.grouped import Floats, Ints
from regulars.insight.native import hash64
from regulars.insight.replenishment.moves import Purchases
from regulars.insight.visits import goods_until

REPEATERS_MIN: Final = 30  # an item's rhythm is not learned from fewer customers who bought it again
REPEAT_SHARE_MIN: Final = 0.2  # bought again by fewer, an item is no matter of supply
LINES_AT_ONCE: Final = 12_000_000  # lines of which the purchase days are made in one go


def sold_items(lines: ir.Table, *, level: str) -> ir.Table:
    """customer, item, day, size of sales that stand: pieces of a product; for a category money before discounts.

    So a large pack counts for more than a small one, and two packs for more than one.
    """
    goods = goods_until(lines)
    sold = goods.filter(goods.kind == "sale", ~goods.returned, goods[level].notnull())
    money = (sold.amount_minor + sold.discount_minor.fill_null(0)).cast("float64")
    size = sold.quantity.cast("float64").fill_null(1.0) if level == "product" else money
    return sold.select(sold.customer, item=sold[level], day=sold.sold_at.cast("date"), size=size)


def purchases(lines: ir.Table, engine: Engine, *, level: str) -> Purchases:
    """The purchase days of customer × item bought on two days or more, of items that are a matter of supply.

    Lines are read a share of the customers at a time.
    """
    parts = 1 + int(engine.row(lines.agg(n=lines.count()))["n"]) // LINES_AT_ONCE
    for part in range(parts):
        some = lines if parts == 1 else lines.filter(hash64(lines.customer) % parts == part)
        _keep_share(sold_items(some, level=level), engine, anew=part == 0)
    supplied, bought = engine.named("kept_supplies"), engine.named("kept_item_days")
    items = supplied.group_by("item").agg(buyers=supplied.buyers.sum(), again=supplied.again.sum())
    enough = (items.again >= REPEATERS_MIN) & (items.again >= REPEAT_SHARE_MIN * items.buyers)
    table = engine.arrow(bought.semi_join(items.filter(enough), "item"))
    for name in ("share_pairs", "kept_supplies", "kept_item_days"):
        engine.connection.execute(f"DROP TABLE {name}")
    return coded(table)


def _keep_share(sold: ir.Table, engine: Engine, *, anew: bool) -> None:
    """Adds one share: how many buy each item, how many on two days or more, and the days of those who do.

    Most pairs are bought once: they are left out before days are made.
    """
    pairs = sold.group_by("customer", "item").agg(first=sold.day.min(), last=sold.day.max())
    pairs = engine.keep("share_pairs", pairs)
    again = pairs.first < pairs.last
    engine.keep_more(
        "kept_supplies", pairs.group_by("item").agg(buyers=pairs.count(), again=pairs.count(where=again)), anew=anew
    )
    those = sold.semi_join(pairs.filter(again), ["customer", "item"])
    engine.keep_more(
        "kept_item_days", those.group_by("customer", "item", "day").agg(size=those["size"].sum()), anew=anew
    )


def coded(table: pa.Table) -> Purchases:
    """Columns customer, item, day, size as sorted arrays; sizes relative to what is usual for the item."""
    customer, customers = _coded(table["customer"])
    item, items = _coded(table["item"])
    day = table["day"].combine_chunks().cast(pa.int32()).to_numpy().astype(np.int64)
    size = np.maximum(table["size"].to_numpy().astype(np.float64), 1e-9)
    order = _in_order(customer, item, day)
    customer, item, day, size = customer[order], item[order], day[order], size[order]
    return Purchases(customers, items, customer, item, day, size / _medians(item, size, len(items))[item])


def _coded(column: Any) -> tuple[Ints, Any]:
    """Codes in the order of the texts, so that the same purchases always come in the same order."""
    whole = column.combine_chunks()
    # An ENUM of the engine comes as a dictionary that may hold far more than is used.
    whole = whole.cast(whole.type.value_type) if pa.types.is_dictionary(whole.type) else whole
    found = pc.dictionary_encode(whole)
    order = pc.sort_indices(found.dictionary).to_numpy()
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place[found.indices.to_numpy()], found.dictionary.take(pa.array(order))


def _in_order(customer: Ints, item: Ints, day: Ints) -> Ints:
    """Places by customer, item, day, which say together which row it is: one sort of one number."""
    if not len(day):
        return np.zeros(0, np.int64)
    items, first = int(item.max()) + 1, int(day.min())
    days = int(day.max()) - first + 1
    answer: Ints = np.argsort((customer * items + item) * days + (day - first))
    return answer


def _medians(group: Ints, values: Floats, groups: int) -> Floats:
    """The median of each group; 1 where there is none."""
    order = np.lexsort((values, group))
    counts = np.bincount(group, minlength=groups)
    firsts = np.cumsum(counts) - counts
    some = counts > 0
    answer = np.ones(groups)
    answer[some] = values[order][(firsts + (counts - 1) // 2)[some]]
    return answer


def busy_days(lines: ir.Table, engine: Engine) -> pa.Table:
    """day, lines: how busy the shop was, rising."""
    goods = goods_until(lines)
    daily = goods.group_by(day=goods.sold_at.cast("date")).agg(lines=goods.count())
    return engine.arrow(daily.order_by(ibis.asc("day")))
