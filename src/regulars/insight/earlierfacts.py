"""The facts that rhythm and stage need, as of an earlier day, from each customer's visit days alone.

Days are taken as one list a customer and sorted, cut and summed as whole columns: the window functions of the fact
table would take five times as long for a check that looks at every customer once more.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.gaps import TREND_DAYS, TREND_MIN_DAYS, TREND_MIN_VISITS
from regulars.insight.grouped import Floats, Ints

_DAY_BITS: Final = 24  # days since 1970 in a key of customer and day; enough for 45,000 years
_FIRST_DAY: Final = date(1970, 1, 1)


def earlier_facts(days: ir.Table, *, engine: Engine, earlier: date, cut_off: date) -> pa.Table:
    """The stage rule's columns as of `earlier`, and `waited_days` from it to the next visit; null: none up to
    the cut-off. Only customers with a visit up to the earlier day; nothing after the cut-off is looked at.
    """
    visits = days.filter(days.receipts > 0, days.day <= ibis.literal(cut_off))
    listed = visits.group_by("customer").agg(first_on=visits.day.min(), visits_on=visits.day.collect())
    known = listed.filter(listed.first_on <= ibis.literal(earlier)).select("customer", "visits_on").order_by("customer")
    table = engine.arrow(known)
    facts = _facts(_timeline(table["visits_on"].combine_chunks(), _number(earlier)), _number(earlier))
    return pa.table({"customer": table["customer"], **facts})


def _number(day: date) -> int:
    return (day - _FIRST_DAY).days


@dataclass(frozen=True, slots=True)
class _Timeline:
    """Visit days up to the earlier one, by customer and then by day; customers as numbers, each with one at least."""

    owner: Ints
    day: Ints
    start: Ints  # per customer: row of the first visit
    visits: Ints  # per customer
    next_day: Ints  # per customer: first visit after the earlier day; 0 where there is none


def _timeline(lists: Any, earlier: int) -> _Timeline:
    """From an Arrow array of lists of days, in any order."""
    count = len(lists)
    lengths = np.diff(lists.offsets.to_numpy())
    keys = np.repeat(np.arange(count) << _DAY_BITS, lengths)
    keys |= lists.flatten().cast(pa.int32()).to_numpy()
    keys.sort()
    owner, day = keys >> _DAY_BITS, keys & ((1 << _DAY_BITS) - 1)
    past = day <= earlier
    visits = np.bincount(owner[past], minlength=count)
    upcoming = np.cumsum(lengths) - lengths + visits
    more = visits < lengths
    next_day = np.zeros(count, np.int64)
    next_day[more] = day[upcoming[more]]
    return _Timeline(owner[past], day[past], np.cumsum(visits) - visits, visits, next_day)


def _facts(seen: _Timeline, earlier: int) -> dict[str, Any]:
    first = seen.day[seen.start] if len(seen.day) else seen.day
    last = seen.day[seen.start + seen.visits - 1] if len(seen.day) else seen.day
    tenure, gaps = earlier - first, seen.visits - 1
    logs, typical = _gaps(seen)
    recent, before, trend = _trend(seen, first, tenure, earlier)
    return {
        "visits": seen.visits,
        "recency_days": earlier - last,
        "tenure_days": tenure,
        "gaps": gaps,
        "gap_days_sum": last - first,
        "gap_log_sum": logs,
        "gap_days_typical": pa.array(typical, mask=gaps == 0),
        "trend": trend,
        "trend_recent": recent,
        "trend_before": before,
        "waited_days": pa.array(seen.next_day - earlier, mask=seen.next_day == 0),
    }


def _gaps(seen: _Timeline) -> tuple[Floats, Floats]:
    """Per customer the sum of the gaps' logarithms and their median (0 without a gap)."""
    same = seen.owner[1:] == seen.owner[:-1]
    gap, owner = np.diff(seen.day)[same], seen.owner[1:][same]
    logs = np.bincount(owner, np.log(gap), len(seen.visits)).astype(np.float64)
    rising = np.sort((owner << _DAY_BITS) | gap) & ((1 << _DAY_BITS) - 1)
    gaps = seen.visits - 1
    some = gaps > 0
    at, count = (np.cumsum(gaps) - gaps)[some], gaps[some]
    typical = np.zeros(len(gaps))
    typical[some] = (rising[at + (count - 1) // 2] + rising[at + count // 2]) / 2
    return logs, typical


def _trend(seen: _Timeline, first: Ints, tenure: Ints, earlier: int) -> tuple[Ints, Ints, Any]:
    """What `gaps.with_gaps` and `gaps.trend_of` make of the halves of the window."""
    half = np.minimum(tenure, TREND_DAYS) // 2
    ago, returned = earlier - seen.day, seen.day > first[seen.owner]
    by_visit = half[seen.owner]
    lately, count = ago < by_visit, len(half)
    recent = np.bincount(seen.owner[returned & lately], minlength=count)
    before = np.bincount(seen.owner[returned & ~lately & (ago < 2 * by_visit)], minlength=count)
    few = (2 * half < TREND_MIN_DAYS) | (recent + before < TREND_MIN_VISITS)
    return recent, before, pa.array(np.log((recent + 1) / (before + 1)), mask=few)
