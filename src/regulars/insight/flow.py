"""Movement between value classes from month to month.

One row per customer holds the spend of each month; a class at a month end is a sum of neighbouring columns. The path of
a customer through the months is packed into one number, so that the database counts paths and NumPy unpacks them.
"""

from datetime import date, timedelta
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.native import whole_sum

MONTH_ENDS: Final = 13  # twelve steps
_CLASSES: Final = ("prospect", "ordinary", "important", "vip")
_BITS: Final = 2  # a class in two bits; 13 × 2 bits fit a BIGINT


def month_ends(first_on: date, cut_off: date, window_months: int | None) -> list[date]:
    """The last month ends up to the cut-off, rising: at most MONTH_ENDS.

    Month ends whose window begins before the history does are left out if two others remain: in a young history
    everybody seems to rise.
    """
    ends: list[date] = []
    end = cut_off if (cut_off + timedelta(days=1)).day == 1 else cut_off.replace(day=1) - timedelta(days=1)
    while len(ends) < MONTH_ENDS and end >= first_on:
        ends.append(end)
        end = end.replace(day=1) - timedelta(days=1)
    ends.reverse()
    if window_months is None:
        return ends
    whole = [end for end in ends if _months_between(first_on, end) + 1 >= window_months]
    return whole if len(whole) >= 2 else ends


def _months_between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def class_flow(
    days: ir.Table, *, engine: Engine, cut_off: date, cut_offs_minor: tuple[int, int], window_days: int | None = 365
) -> pa.Table:
    """month (first day of the month moved in), from_class, to_class, customers.

    Each month end is judged by the same amounts over a window of whole calendar months (12 for 365 days, 3 for 90; all
    time for None). 'prospect' stands for "no purchase yet"; those who stay that are not counted.
    """
    window_months = None if window_days is None else max(1, round(window_days / 30.4))
    first_on = engine.row(days.agg(first_on=days.day.min()))["first_on"]
    ends = [] if first_on is None else month_ends(first_on, cut_off, window_months)
    if len(ends) < 2:
        return _table([], [], [], [])
    paths = engine.arrow(_paths(days, ends, cut_offs_minor, window_months))
    return _steps(ends, paths["path"].to_numpy(), paths["customers"].to_numpy())


def _paths(days: ir.Table, ends: list[date], cut_offs_minor: tuple[int, int], window_months: int | None) -> ir.Table:
    """path, customers: how many went which way."""
    reach = len(ends) - 1 + (window_months or 1)
    last = ends[-1]
    months_ago = (last.year - days.day.year()) * 12 + last.month - days.day.month()
    by_month = days.filter(days.day <= ibis.literal(last)).mutate(months_ago=months_ago)
    if window_months is None:  # all that is older counts as the oldest month
        by_month = by_month.mutate(months_ago=ibis.least(by_month.months_ago, reach - 1))
    wide = by_month.group_by("customer").agg(
        first_on=by_month.day.min(where=by_month.receipts > 0),
        **{f"m{n}": whole_sum(by_month.spend_minor, by_month.months_ago == n).fill_null(0) for n in range(reach)},
    )
    path: Any = ibis.literal(0, "int64")
    for step, end in enumerate(ends):
        ago = len(ends) - 1 - step
        farthest = reach if window_months is None else ago + window_months
        spent = sum((wide[f"m{n}"] for n in range(ago + 1, farthest)), wide[f"m{ago}"])
        path = path + _class_number(spent, wide.first_on, end, cut_offs_minor) * (1 << (_BITS * step))
    coded = wide.select(path=path)
    return coded.group_by("path").agg(customers=coded.count())


def _class_number(
    spent: ir.IntegerValue, first_on: ir.DateValue, end: date, cut_offs_minor: tuple[int, int]
) -> ir.IntegerValue:
    important_minor, vip_minor = cut_offs_minor
    return ibis.cases(
        (first_on.isnull() | (first_on > ibis.literal(end)), 0),
        (spent >= vip_minor, 3),
        (spent >= important_minor, 2),
        else_=1,
    ).cast("int64")


def _steps(ends: list[date], path: np.ndarray[Any, Any], customers: np.ndarray[Any, Any]) -> pa.Table:
    """Counts of every step between neighbouring month ends."""
    months: list[date] = []
    come_from: list[str] = []
    gone_to: list[str] = []
    counts: list[int] = []
    mask, size = (1 << _BITS) - 1, len(_CLASSES)
    for step, end in enumerate(ends[1:]):
        before, after = (path >> (_BITS * step)) & mask, (path >> (_BITS * (step + 1))) & mask
        moved = np.bincount(before * size + after, weights=customers, minlength=size * size)
        for cell in np.flatnonzero(moved):
            if cell:  # cell 0: not a customer before, nor now
                months.append(end.replace(day=1))
                come_from.append(_CLASSES[cell // size])
                gone_to.append(_CLASSES[cell % size])
                counts.append(int(moved[cell]))
    return _table(months, come_from, gone_to, counts)


def _table(months: list[date], come_from: list[str], gone_to: list[str], counts: list[int]) -> pa.Table:
    return pa.table(
        {
            "month": pa.array(months, pa.date32()),
            "from_class": pa.array(come_from, pa.string()),
            "to_class": pa.array(gone_to, pa.string()),
            "customers": pa.array(counts, pa.int64()),
        }
    )
