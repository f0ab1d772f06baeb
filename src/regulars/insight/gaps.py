"""The silences between a customer's visits, and whether they come more or less often than before."""

from datetime import date

import ibis
import ibis.expr.types as ir

TREND_DAYS = 730  # look back at most two years: both halves then hold the same seasons
TREND_MIN_DAYS = 28
TREND_MIN_VISITS = 3


def with_gaps(days: ir.Table, cut_off: date) -> ir.Table:
    """Days with `first_on` of their customer, `gap_days` since the visit before, and `half` for the trend.

    gap_days is null on a first visit and on a day that is no visit. half is 'recent' or 'before' for visits after the
    start of the trend's window, whose start is the first visit or TREND_DAYS before the cut-off, whichever is later;
    the first visit itself is in neither half, because it is what started the clock.
    """
    visit_on = ibis.ifelse(days.receipts > 0, days.day, ibis.null("date"))
    marked = days.mutate(visit_on=visit_on)
    # The running maximum skips days that are no visits; LAG would not.
    previous = marked.visit_on.max().over(
        ibis.window(group_by=marked.customer, order_by=marked.day, preceding=(None, 1))
    )
    first = marked.visit_on.min().over(ibis.window(group_by=marked.customer))
    timed = marked.mutate(
        gap_days=marked.visit_on.delta(previous, unit="day"),
        first_on=first,
        days_ago=ibis.literal(cut_off).delta(marked.visit_on, unit="day"),
    )
    half_days = half_window(timed.first_on, cut_off)
    half = ibis.cases(
        (timed.days_ago < half_days, "recent"),
        (timed.days_ago < 2 * half_days, "before"),
        else_=ibis.null("string"),
    )
    # A window of an odd number of days is cut by one at its start, so that both halves are equally long.
    return timed.mutate(half=ibis.ifelse(timed.visit_on > timed.first_on, half, ibis.null("string")))


def half_window(first_on: ir.DateValue, cut_off: date) -> ir.IntegerValue:
    """Days in each half of the trend's window."""
    tenure = ibis.literal(cut_off).delta(first_on, unit="day")
    return ibis.least(tenure, TREND_DAYS) // 2


def trend_of(recent: ir.IntegerValue, before: ir.IntegerValue, half_days: ir.IntegerValue) -> ir.FloatingValue:
    """ln((recent + 1) / (before + 1)): 0 is steady, 0.7 twice as often, −0.7 half as often.

    One visit is added to both halves so that small counts stay near 0: 1 against 0 says little, 20 against 10 much.
    Null where the window is shorter than TREND_MIN_DAYS or holds fewer than TREND_MIN_VISITS visits after the first.
    """
    enough = (2 * half_days >= TREND_MIN_DAYS) & (recent + before >= TREND_MIN_VISITS)
    return ibis.ifelse(enough, ((recent + 1) / (before + 1)).ln(), ibis.null("float64"))
