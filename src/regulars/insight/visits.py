"""Purchase days: lines of one customer on one day, which all other facts are made of.

A visit is a day with at least one sale line that did not come back. The money of a return is taken off on the day of
the return, so a day may have money and be no visit: such days stay in `days`, or spend would not add up.
"""

from collections.abc import Container
from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir

from regulars.insight.frames import any_table
from regulars.insight.lines import as_of, of_customers
from regulars.insight.native import whole_sum

_COUNTS: Final = ("receipts", "lines", "return_lines")
_MADE_OF: Final = {
    "discount_minor": "discount_minor", "undiscounted_minor": "discount_minor", "margin_minor": "cost_minor",
}  # fmt: skip
_COLUMNS: Final = (
    "customer", "day", "receipts", "hour", "lines", "return_lines", "spend_minor", "sold_minor", *_MADE_OF,
)  # fmt: skip


def goods_until(lines: ir.Table, cut_off: date | None = None) -> ir.Table:
    """Lines of known customers without fees, and none after the end of `cut_off`."""
    goods = of_customers(lines)
    if cut_off is None:
        return goods
    return as_of(goods, cut_off)


def hour_of(lines: ir.Table) -> ir.IntegerValue:
    """Hour of the sale; null where only the day is known, which the lake writes as midnight."""
    if lines.sold_at.type().is_date():
        return ibis.null("int32")
    known = lines.sold_at != lines.sold_at.truncate("D")
    return ibis.ifelse(known, lines.sold_at.hour().cast("int32"), ibis.null("int32"))


def _receipts(goods: ir.Table) -> ir.Table:
    """One row per customer, day and basket: counting distinct baskets by grouping twice spares memory."""
    goods = goods.mutate(hour=hour_of(goods))
    sale = goods.kind == "sale"
    amount = goods.amount_minor
    return goods.group_by(goods.customer, day=goods.sold_at.cast("date"), basket=goods.basket).agg(
        stands=(sale & ~goods.returned).any(),
        hour=goods.hour.min(where=sale),
        lines=goods.count(where=sale),
        return_lines=goods.count(where=~sale),
        spend_minor=whole_sum(amount),
        sold_minor=whole_sum(amount, where=sale),
        discount_minor=whole_sum(goods.discount_minor, where=sale),
        undiscounted_minor=whole_sum(amount + goods.discount_minor, where=sale),
        margin_minor=whole_sum(amount - goods.cost_minor),
    )


@any_table
def days(lines: ir.Table) -> ir.Table:
    """One row per customer and day with goods sold or brought back.

    customer, day, receipts (distinct baskets with a sale that stands; 0: the day is no visit), hour (of the first sale;
    null where unknown), lines (sale lines), return_lines, spend_minor (net of what came back that day), sold_minor
    (before returns), discount_minor, undiscounted_minor (what those lines would have cost), margin_minor (of lines
    with a known cost). The last three are null where nothing is known.

    Keep this table in the engine when several analyses follow: it is about a quarter of the lines.
    Raises WrongColumns.
    """
    return _days(goods_until(lines))


def _days(goods: ir.Table) -> ir.Table:
    baskets = _receipts(goods)
    summed = ("lines", "return_lines", "spend_minor", "sold_minor", "discount_minor", "undiscounted_minor")
    return baskets.group_by("customer", "day").agg(
        receipts=baskets.count(where=baskets.stands),
        hour=baskets.hour.min(),
        **{name: whole_sum(baskets[name]) for name in (*summed, "margin_minor")},
    )


@any_table
def visits(lines: ir.Table) -> ir.Table:
    """`days` that are visits: at least one receipt stands. Returns on other days are not in this table's money."""
    table: ir.Table = days(lines)
    return table.filter(table.receipts > 0)


def narrow(days: ir.Table, known: Container[str]) -> ir.Table:
    """`days` in half the room: counts in 32 bits, and nothing of columns of lines that are not among the `known`."""
    unknown = [name for name, of in _MADE_OF.items() if of not in known]
    return days.drop(*unknown).mutate(
        **{name: days[name].cast("int32") for name in _COUNTS}, hour=days.hour.cast("int8")
    )


def widened(kept: ir.Table) -> ir.Table:
    """The table of `days` that was made `narrow`."""
    unknown = {name: ibis.null("int64") for name in _MADE_OF if name not in kept.columns}
    wide = kept.mutate(**unknown, **{name: kept[name].cast("int64") for name in _COUNTS}, hour=kept.hour.cast("int32"))
    return wide.select(*_COLUMNS)


def days_until(lines: ir.Table, cut_off: date, kept: ir.Table | None) -> ir.Table:
    """Days up to the cut-off, from a table kept before if there is one, else from the lines."""
    if kept is None:
        return _days(goods_until(lines, cut_off))
    return kept.filter(kept.day <= ibis.literal(cut_off))
