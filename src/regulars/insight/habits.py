"""When a customer comes: favourite weekday and hour. Ties go to the earlier one, so that a rerun says the same."""

from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

MONDAY, SATURDAY, SUNDAY = 1, 6, 7


def weekday_of(day: ir.DateValue) -> ir.IntegerValue:
    """1 is Monday, 7 Sunday (ISO 8601)."""
    return day.day_of_week.index() + 1


def weekday_counts(days: ir.Table) -> dict[str, Any]:
    """Aggregates on_1 … on_7: visits on each weekday."""
    weekday = weekday_of(days.day)
    return {f"on_{n}": days.count(where=(days.receipts > 0) & (weekday == n)) for n in range(MONDAY, SUNDAY + 1)}


def weekday_habit(totals: ir.Table) -> dict[str, ir.Value]:
    """weekday_top, weekday_top_share and weekend_share from the counts."""
    # One number holds count and day: the greatest has the most visits and, among equals, the earliest day.
    ranked = reduce(ibis.greatest, [totals[f"on_{n}"] * 8 + (7 - n) for n in range(MONDAY, SUNDAY + 1)])
    visits = totals.visits.nullif(0)
    return {
        "weekday_top": ibis.ifelse(totals.visits > 0, 7 - ranked % 8, None).cast("int8"),
        "weekday_top_share": (ranked // 8) / visits,
        "weekend_share": (totals[f"on_{SATURDAY}"] + totals[f"on_{SUNDAY}"]) / visits,
    }


def top_hours(days: ir.Table) -> ir.Table:
    """customer, hour_top: the hour in which most visits began. Customers without a known hour are left out."""
    timed = days.filter(days.receipts > 0, days.hour.notnull())
    hourly = timed.group_by("customer", "hour").agg(visits=timed.count())
    return hourly.group_by("customer").agg(
        hour_top=(31 - (hourly.visits * 32 + (31 - hourly.hour)).max() % 32).cast("int8")
    )
