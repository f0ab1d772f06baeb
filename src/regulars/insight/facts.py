"""The fact table: what is known of each customer at the end of one day."""

from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from regulars.insight.breadth import categorised, counted
from regulars.insight.frames import any_table
from regulars.insight.gaps import half_window, trend_of, with_gaps
from regulars.insight.habits import top_hours, weekday_counts, weekday_habit
from regulars.insight.native import whole_sum
from regulars.insight.visits import days_until, goods_until

YEAR, QUARTER = 365, 90


@any_table
def facts(lines: ir.Table, *, cut_off: date, days: ir.Table | None = None) -> ir.Table:
    """One row per customer with any goods line up to the end of `cut_off`; nothing later is looked at.

    The columns are explained in docs/facts.md. What the source does not know is null. A customer whose every purchase
    came back has a row, for the money's sake, with 0 visits and null dates.

    `days` is the table of `regulars.insight.visits.days` if the caller kept it: the lines are then scanned twice
    instead of three times. Raises WrongColumns.
    """
    goods = goods_until(lines, cut_off)
    by_day = days_until(lines, cut_off, days)
    wide = totals(by_day, cut_off)
    for part in (counted(goods, known=lines.columns), categorised(goods), top_hours(by_day)):
        wide = wide.left_join(part, "customer").drop("customer_right")
    return _columns(wide, cut_off)


def totals(days: ir.Table, cut_off: date) -> ir.Table:
    """Every aggregate over a customer's days: one window pass for the gaps, one group-by."""
    timed = with_gaps(days, cut_off)
    visit, gap, money = timed.receipts > 0, timed.gap_days, timed.spend_minor
    return timed.group_by("customer").agg(
        first_on=timed.first_on.max(),
        last_on=timed.visit_on.max(),
        visits=timed.count(where=visit),
        receipts=whole_sum(timed.receipts),
        lines=whole_sum(timed.lines),
        return_lines=whole_sum(timed.return_lines),
        spend_minor=whole_sum(money),
        visit_minor=whole_sum(money, where=visit),
        spend_365_minor=whole_sum(money, where=_within(timed, cut_off, 0, YEAR)).fill_null(0),
        spend_90_minor=whole_sum(money, where=_within(timed, cut_off, 0, QUARTER)).fill_null(0),
        sold_minor=whole_sum(timed.sold_minor),
        discount_minor=whole_sum(timed.discount_minor),
        undiscounted_minor=whole_sum(timed.undiscounted_minor),
        margin_minor=whole_sum(timed.margin_minor),
        gaps=gap.count(),
        gap_days_sum=whole_sum(gap).fill_null(0),
        gap_log_sum=gap.ln().sum().fill_null(0.0),
        gap_quarters=gap.quantile([0.25, 0.5, 0.75]),
        trend_recent=timed.count(where=timed.half == "recent"),
        trend_before=timed.count(where=timed.half == "before"),
        visits_90=timed.count(where=visit & _within(timed, cut_off, 0, QUARTER)),
        visits_before_90=timed.count(where=visit & _within(timed, cut_off, QUARTER, 2 * QUARTER)),
        **weekday_counts(timed),
    )


def _within(days: ir.Table, cut_off: date, nearer: int, farther: int) -> ir.BooleanValue:
    """Days in the window of `farther − nearer` days whose last day is `nearer` days before the cut-off."""
    last, before_first = cut_off - timedelta(days=nearer), cut_off - timedelta(days=farther)
    return (days.day > ibis.literal(before_first)) & (days.day <= ibis.literal(last))


def _columns(wide: ir.Table, cut_off: date) -> ir.Table:
    """The fact table's columns, in their order."""
    end, quarters = ibis.literal(cut_off), wide.gap_quarters
    kept: list[Any] = [wide[name] for name in ("customer", "first_on", "last_on", "visits", "receipts", "lines")]
    more = {name: wide[name] for name in ("products", "spend_minor", "spend_365_minor", "spend_90_minor")}
    return wide.select(
        *kept,
        **more,
        mean_visit_minor=(wide.visit_minor / wide.visits.nullif(0)).round().cast("int64"),
        recency_days=end.delta(wide.last_on, unit="day"),
        tenure_days=end.delta(wide.first_on, unit="day"),
        gaps=wide.gaps,
        gap_days_sum=wide.gap_days_sum,
        gap_log_sum=wide.gap_log_sum,
        gap_days_typical=quarters[1],
        gap_days_spread=ibis.ifelse(wide.gaps >= 2, quarters[2] - quarters[0], None),
        trend=trend_of(wide.trend_recent, wide.trend_before, half_window(wide.first_on, cut_off)),
        trend_recent=wide.trend_recent,
        trend_before=wide.trend_before,
        visits_90=wide.visits_90,
        visits_before_90=wide.visits_before_90,
        categories=wide.categories,
        stores=wide.stores,
        channels=wide.channels,
        discount_share=wide.discount_minor / wide.undiscounted_minor.nullif(0),
        return_share=(wide.sold_minor - wide.spend_minor) / wide.sold_minor.nullif(0),
        return_lines=wide.return_lines,
        **weekday_habit(wide),
        hour_top=wide.hour_top,
        top_categories=wide.top_categories,
        top_category_share=wide.top_category_share,
        margin_minor=wide.margin_minor,
    )
