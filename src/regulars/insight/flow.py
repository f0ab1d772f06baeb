"""Movement between value classes from month to month.

The database lists months and amounts of each customer; NumPy adds them up, since a class at a month end is a
difference of two running sums. A customer's path through the months is packed into one number, and paths are counted.
"""

from collections import Counter
from datetime import date, timedelta
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regulars.history.engine import Engine

MONTH_ENDS: Final = 13  # twelve steps
_CLASSES: Final = ("prospect", "ordinary", "important", "vip")
_FIRST_DAY: Final = date(1970, 1, 1)
_AT_ONCE: Final = 131_072  # customers
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
    ways = _paths(days, ends, cut_offs_minor, window_months, engine)
    return _steps(ends, np.array(list(ways), np.int64), np.array(list(ways.values()), np.int64))


def _paths(
    days: ir.Table,
    ends: list[date],
    cut_offs_minor: tuple[int, int],
    window_months: int | None,
    engine: Engine,
) -> dict[int, int]:
    """How many customers went which way."""
    last, reach = ends[-1], len(ends) - 1 + (window_months or 1)
    months_ago = (last.year - days.day.year()) * 12 + last.month - days.day.month()
    if window_months is None:  # all that is older counts as the oldest month
        months_ago = ibis.least(months_ago, reach - 1)
    seen = days.filter(days.day <= ibis.literal(last)).mutate(months_ago=months_ago.cast("int32"))
    within = seen.months_ago < reach
    # Whoever has no visit that stands has no first day, and none of the month ends is after it.
    listed = seen.group_by("customer").agg(
        first_on=seen.day.min(where=seen.receipts > 0),
        months=seen.months_ago.collect(where=within),
        spent=seen.spend_minor.collect(where=within),
    )
    found: Counter[int] = Counter()
    for batch in engine.batches(listed.select("first_on", "months", "spent"), _AT_ONCE):
        path = _path(batch, ends, cut_offs_minor, window_months)
        found.update(dict(zip(*(each.tolist() for each in np.unique(path, return_counts=True)), strict=True)))
    return found


def _path(
    batch: pa.RecordBatch, ends: list[date], cut_offs_minor: tuple[int, int], window_months: int | None
) -> np.ndarray[Any, Any]:
    """The way of each customer: the classes at the month ends, two bits each."""
    reach = len(ends) - 1 + (window_months or 1)
    first = batch["first_on"].cast(pa.int32()).fill_null(np.iinfo(np.int32).max).to_numpy()
    spent_until = _spent_until(batch["months"], batch["spent"], reach)
    important_minor, vip_minor = cut_offs_minor
    path = np.zeros(len(batch), np.int64)
    for step, end in enumerate(ends):
        ago = len(ends) - 1 - step
        farthest = reach if window_months is None else ago + window_months
        spent = spent_until[:, farthest] - spent_until[:, ago]
        level = 1 + (spent >= important_minor) + (spent >= vip_minor)
        level[first > (end - _FIRST_DAY).days] = 0
        path |= level.astype(np.int64) << (_BITS * step)
    return path


def _spent_until(months: Any, spent: Any, reach: int) -> np.ndarray[Any, Any]:
    """customers × (reach + 1): the spend of the nearest so many months, from none on. Nulls count as nothing."""
    customers = len(months)
    lengths = months.value_lengths().fill_null(0).to_numpy()
    cell = np.repeat(np.arange(customers) * reach, lengths) + months.flatten().to_numpy()
    # Whole numbers below 2^53 are exact in a float.
    sums = np.bincount(cell, spent.flatten().fill_null(0).to_numpy(), customers * reach).reshape(customers, reach)
    whole = np.zeros((customers, reach + 1), np.int64)
    np.cumsum(sums.astype(np.int64), axis=1, out=whole[:, 1:])
    return whole


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
