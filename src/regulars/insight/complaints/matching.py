"""Customers without a complaint who were like those with one, on the day of the complaint.

A complaint comes with a visit, and who just came is likelier to come again. So each complaint is held against customers
who had not complained until then, as they stood on the same day: nearest in days since the last visit, visits and spend
of the time before, and in what they spent a visit (the value class follows from these). Whoever complains later may
serve until then: to leave them out for what they do afterwards would leave those who come less.
"""

from dataclasses import dataclass
from typing import Any, Final

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.history.engine import Engine
from regulars.insight.complaints.gaps import Pairs
from regulars.insight.native import hash64
from regulars.insight.survey.purchases import Around, Flags
from regulars.insight.survey.reading import Days, Floats

CONTROLS_MOST: Final = 4_000  # customers that are looked at; drawn by a hash, the same for everyone
NEAREST: Final = 5
OUTCOMES: Final = ("stopped", "less", "more")
_CALIPER: Final = 1.0  # standard deviations, in all measures together
_NEVER: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Pool:
    """Purchase days of customers, by customer and day."""

    day: Any  # days since 1970, sorted within a customer
    visits_until: Floats  # visits up to and with the entry, counted from the first of all
    spend_until: Floats
    first: Any  # place of each customer's first entry
    last: Any  # and past the last
    complained: Any  # days since 1970 of each customer's first complaint; far away without one


@dataclass(frozen=True, slots=True)
class Matched:
    """Which complaints have matches, and which these are."""

    found: Flags
    pairs: Pairs
    measures: Floats  # complaints × measures of the complainers
    of_matches: Floats
    of_anybody: Floats  # rows of all candidates, for the balance


def pool_of(days: ir.Table, complainers: ir.Table, on: Days, engine: Engine) -> Pool:
    """`complainers` (at: place in `on`, customer) may serve until their first complaint."""
    dates = pa.table({"at": np.arange(len(on)), "complained_on": pa.array(on.astype("datetime64[D]"))})
    both = complainers.inner_join(engine.register("complaints_days", dates), "at")
    first = both.group_by("customer").agg(complained_on=both.complained_on.min())
    who = days.select("customer").distinct()
    drawn = engine.keep(
        "complaints_pool", who.order_by(hash64(who.customer.cast("string")), who.customer).limit(CONTROLS_MOST)
    )
    chosen = days.inner_join(drawn, "customer").left_join(first, "customer")
    rows = engine.arrow(chosen.select("customer", "day", "receipts", "spend_minor", "complained_on"))
    rows = rows.sort_by([("customer", "ascending"), ("day", "ascending")])
    codes = rows["customer"].combine_chunks().dictionary_encode().indices.to_numpy()
    count = int(codes.max()) + 1 if len(codes) else 0
    begin = np.searchsorted(codes, np.arange(count))
    complained: Any = pc.fill_null(rows["complained_on"].cast(pa.int32()), pa.scalar(_NEVER, pa.int32()))
    return Pool(
        day=rows["day"].to_numpy().astype("datetime64[D]").astype(np.int64),
        visits_until=np.concatenate(([0.0], np.cumsum(rows["receipts"].to_numpy() > 0))),
        spend_until=np.concatenate(([0.0], np.cumsum(rows["spend_minor"].to_numpy(), dtype=np.float64))),
        first=begin,
        last=np.searchsorted(codes, np.arange(count), side="right"),
        complained=complained.to_numpy().astype(np.int64)[begin],
    )


def matched(own: Around, on: Days, pool: Pool, *, before_days: int, after_days: int) -> Matched:
    """`own` and `on` go with the complaints that are followed."""
    number = on.astype("datetime64[D]").astype(np.int64)
    mine = measures(own.visits_before, own.spend_before, own.recency_days)
    size = len(number)
    found, theirs, anybody = np.zeros(size, dtype=bool), np.full(mine.shape, np.nan), []
    taken: list[tuple[Any, Any, dict[str, Floats]]] = []
    codes = np.repeat(np.arange(len(pool.first)), pool.last - pool.first)
    wide = int(pool.day.max()) + 400 + after_days if len(pool.day) else 1
    keys = codes * wide + pool.day
    spread = np.maximum(np.nanstd(mine, axis=0), 0.1)
    for day in np.unique(number):
        state = _as_of(pool, keys, wide, int(day), before_days, after_days)
        able = np.flatnonzero(np.isfinite(state.recency_days) & (pool.complained > day))
        if not len(able):
            continue
        here = state.of(np.isin(np.arange(len(state.known)), able))
        candidates = measures(here.visits_before, here.spend_before, here.recency_days)
        anybody.append(candidates[:: max(1, len(candidates) // 50)])
        outcome = outcomes(here)
        for place in np.flatnonzero(number == day):
            apart = np.square((candidates - mine[place]) / spread).sum(axis=1)
            nearest = np.argsort(apart, kind="stable")[:NEAREST]
            nearest = nearest[apart[nearest] <= _CALIPER**2]
            if not len(nearest):
                continue
            found[place], theirs[place] = True, candidates[nearest].mean(axis=0)
            did = {name: values[nearest] for name, values in outcome.items()}
            taken.append((np.full(len(nearest), place), able[nearest], did))
    everyone = np.concatenate(anybody) if anybody else np.empty((0, mine.shape[1]))
    return Matched(found, _pairs(taken), mine, theirs, everyone)


def _pairs(taken: list[tuple[Any, Any, dict[str, Floats]]]) -> Pairs:
    nobody = np.empty(0, dtype=np.int64)
    return Pairs(
        complaint=np.concatenate([nobody, *(places for places, _, _ in taken)]),
        match=np.concatenate([nobody, *(matches for _, matches, _ in taken)]),
        outcomes={name: np.concatenate([np.empty(0), *(did[name] for _, _, did in taken)]) for name in OUTCOMES},
    )


def measures(visits: Floats, spend: Floats, recency: Floats) -> Floats:
    """What customers are matched on, on logarithms: recency, visits, spend, spend a visit."""
    money = np.log1p(np.maximum(spend, 0.0))
    each = np.log1p(np.maximum(spend, 0.0) / np.maximum(visits, 1.0))
    return np.column_stack((2 * np.log1p(recency), np.log1p(visits), money / 2, each / 2))


def outcomes(state: Around) -> dict[str, Floats]:
    """Stopped (no visit after), bought less (under 80 % of before, and not stopped), bought more (over 120 %)."""
    stopped = state.visits_after == 0
    less = ~stopped & (state.spend_after < 0.8 * state.spend_before)
    more = ~stopped & (state.spend_after > 1.2 * state.spend_before)
    return {name: flags.astype(np.float64) for name, flags in zip(OUTCOMES, (stopped, less, more), strict=True)}


def _as_of(pool: Pool, keys: Any, wide: int, day: int, before_days: int, after_days: int) -> Around:
    base = np.arange(len(pool.first)) * wide

    def place(at: int) -> Any:
        return np.searchsorted(keys, base + at, side="right")

    begin, now, end = place(day - before_days), place(day), place(day + after_days)
    has = now > begin
    last_day = np.where(has, pool.day[np.maximum(now - 1, 0)], 0)
    return Around(
        known=np.ones(len(base), dtype=bool),
        visits_before=pool.visits_until[now] - pool.visits_until[begin],
        spend_before=pool.spend_until[now] - pool.spend_until[begin],
        recency_days=np.where(has, day - last_day, np.nan),
        visits_after=pool.visits_until[end] - pool.visits_until[now],
        spend_after=pool.spend_until[end] - pool.spend_until[now],
    )
