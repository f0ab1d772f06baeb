"""Recency, frequency, age and mean spend per customer, as the probability models want them.

After Fader, Hardie & Lee, "Counting Your Customers the Easy Way" (Marketing Science 24, 2005): `frequency` counts
repeat purchase days (x), `recency` is the time from the first purchase to the last (t_x, not the silence since), `age`
the time from the first purchase to the cut-off (T). Several purchases on one day are one.
"""

from datetime import date

import ibis
import ibis.expr.types as ir

from regulars.insight.frames import any_table
from regulars.insight.native import min_by, whole_sum
from regulars.insight.visits import goods_until


@any_table
def rfm(lines: ir.Table, *, cut_off: date, period_days: float = 7.0, days: ir.Table | None = None) -> ir.Table:
    """One row per customer with a purchase that stands, nothing after the end of `cut_off` looked at.

    customer; frequency (days of purchase after the first); recency and age in periods of `period_days`;
    mean_spend_minor (mean net spend of the repeat days, without the first; null where there is none); spend_minor (all
    days, with returns on days without a purchase). With `days`, the table of `regulars.insight.visits.days` as of the
    same cut-off, the lines are not read again. Raises WrongColumns.
    """
    by_day = _days_of(goods_until(lines, cut_off)) if days is None else days.mutate(visit=days.receipts > 0)
    visit = by_day.visit
    whole = by_day.group_by("customer").agg(
        frequency=by_day.count(where=visit) - 1,
        first_on=by_day.day.min(where=visit),
        last_on=by_day.day.max(where=visit),
        first_spend_minor=min_by(by_day.spend_minor, by_day.day, where=visit),
        visit_spend_minor=whole_sum(by_day.spend_minor, where=visit),
        spend_minor=whole_sum(by_day.spend_minor),
    )
    known = whole.filter(whole.frequency >= 0)
    repeat_spend_minor = known.visit_spend_minor - known.first_spend_minor
    return known.select(
        known.customer,
        known.frequency,
        recency=known.last_on.delta(known.first_on, unit="day") / period_days,
        age=ibis.literal(cut_off).delta(known.first_on, unit="day") / period_days,
        mean_spend_minor=repeat_spend_minor / known.frequency.nullif(0),
        spend_minor=known.spend_minor,
    )


def _days_of(goods: ir.Table) -> ir.Table:
    """Just what is needed of `visits.days`, in one pass."""
    stands = (goods.kind == "sale") & ~goods.returned
    return goods.group_by(goods.customer, day=goods.sold_at.cast("date")).agg(
        visit=stands.any(), spend_minor=whole_sum(goods.amount_minor)
    )
