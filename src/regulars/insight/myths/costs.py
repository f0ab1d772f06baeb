"""What sales leave after the cost of the goods, where the files know it."""

from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir

from regulars.history.engine import Engine
from regulars.insight.lines import as_of, complete
from regulars.insight.myths.people import window
from regulars.insight.native import whole_sum

COSTS: Final = "kept_myth_costs"
_KNOWN: Final = 0.5  # of the sales of the last year


def keep_costs(lines: ir.Table, engine: Engine, *, cut_off: date) -> bool:
    """Keeps customer, margin_share: of the lines of the last year whose cost is known, both of them alone.

    False, and nothing kept, where costs are known for less than half of the sales: those lines would speak for a part
    of the shop, and customers differ in where they buy.
    """
    seen = window(as_of(complete(lines), cut_off), cut_off)
    goods = seen.filter(seen.customer.notnull(), seen.kind != "fee")
    costed = goods.filter(goods.cost_minor.notnull())
    if not engine.rows(costed.select("customer").limit(1)):
        return False
    sums = engine.row(
        goods.agg(all=whole_sum(goods.amount_minor), known=whole_sum(goods.amount_minor, goods.cost_minor.notnull()))
    )
    if (sums["known"] or 0) < _KNOWN * (sums["all"] or 0):
        return False
    paid, cost = costed.amount_minor.cast("float64"), costed.cost_minor.cast("float64")
    each = costed.group_by("customer").agg(paid=paid.sum(), left=(paid - cost).sum())
    engine.keep(COSTS, each.select("customer", margin_share=ibis.ifelse(each.paid > 0, each.left / each.paid, None)))
    return True


def with_costs(people: ir.Table, engine: Engine, *, known: bool) -> ir.Table:
    """The people with margin_share, and margin_year_minor: the last year's spend at that rate."""
    if not known:
        return people.mutate(margin_share=ibis.null("float64"), margin_year_minor=ibis.null("float64"))
    both = people.left_join(engine.named(COSTS), "customer").drop("customer_right")
    return both.mutate(margin_year_minor=both.margin_share * both.spend_365_minor)
