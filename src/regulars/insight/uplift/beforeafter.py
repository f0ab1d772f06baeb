"""A look without a control group: those who were contacted against people alike who were not. Weak, and it says so.

Whoever was chosen for a campaign was chosen for a reason; matching on what they bought can take that reason away only
as far as purchases show it. So the same sum is done one period earlier, when nothing had been sent: an "effect" there
is no effect, and what it found here cannot be believed either.
"""

from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from scipy import stats

from regulars.history.engine import Engine
from regulars.insight.lines import of_customers
from regulars.insight.uplift.errors import WrongCampaign
from regulars.insight.uplift.moves import BeforeAfter, Flags, Floats, Interval
from regulars.insight.uplift.windows import Window, spent, table_of

_LEAST = 30
_STEPS = 5  # equal shares of the spenders, by spend


@dataclass(frozen=True, slots=True)
class _Spans:
    """After, before, and the two that came before them, all of one length."""

    after: Window
    before: Window
    earlier: Window
    earliest: Window


def before_after(
    contacted: Any, lines: Any, *, engine: Engine, from_on: date, days: int = 28, level: float = 0.05
) -> BeforeAfter:
    """Change of revenue from the `days` before `from_on` to the `days` from it on, against people alike.

    `contacted` has `customer`. The others are customers of the lines who bought before `from_on` and were not
    contacted. Alike is who bought about as often and as much in the `days` before and in those before them (coarsened
    exact matching, Iacus, King & Porro 2012); the others are weighted to the contacted of their cell, and cells without
    others are left out (difference in differences, matched). The placebo moves everything `days` back and matches on
    what was known then. Raises WrongCampaign with fewer than 30 people on either side.
    """
    if days < 1:
        raise WrongCampaign(f"At least one day is needed, not {days}.")
    after = Window("w0", from_on, date.fromordinal(from_on.toordinal() + days - 1))
    before = after.earlier(days, "w1")
    earlier = before.earlier(days, "w2")
    earliest = earlier.earlier(days, "w3")
    spans = (after, before, earlier, earliest)
    found, first_on = _known(contacted, lines, engine, spans, from_on)
    revenue = [_floats(found, f"{span.prefix}_revenue_minor") for span in spans]
    bought = [_floats(found, f"{span.prefix}_purchases") for span in spans]
    who = np.asarray(found["contacted"].to_numpy(), dtype=np.bool_)
    if min(who.sum(), (~who).sum()) < _LEAST:
        raise WrongCampaign(
            f"{int(who.sum())} contacted and {int((~who).sum())} other customers: {_LEAST} of each are the least."
        )
    difference, matched, others = _matched(who, revenue[0] - revenue[1], revenue[1:3], bought[1:3], level)
    long_enough = first_on <= earliest.first
    placebo = _matched(who, revenue[1] - revenue[2], revenue[2:4], bought[2:4], level)[0] if long_enough else None
    return BeforeAfter(
        contacted=int(who.sum()),
        matched=matched,
        others=others,
        difference=difference,
        placebo=placebo,
        credible=placebo is not None and placebo.holds(0.0),
    )


def _known(
    contacted: Any, lines: Any, engine: Engine, spans: tuple[Window, ...], from_on: date
) -> tuple[pa.Table, date]:
    table = table_of(lines, "campaign_lines", engine)
    goods = of_customers(table)
    given = table_of(contacted, "campaign_contacted", engine)
    named = given.filter(given.customer.notnull()).select(customer=given.customer.cast("string")).distinct()
    named = engine.keep("campaign_contacts", named.mutate(contacted=ibis.literal(True)))
    earlier = goods.filter(goods.sold_at < ibis.literal(from_on))
    known = earlier.select(customer=earlier.customer.cast("string")).distinct()
    everyone: ir.Table = ibis.union(known, named.select("customer"), distinct=True)
    marked = everyone.left_join(named, "customer").drop("customer_right")
    whole = marked.mutate(contacted=marked.contacted.fill_null(False))
    joined = whole.left_join(spent(table, spans), "customer").drop("customer_right")
    first = engine.row(goods.agg(first=goods.sold_at.cast("date").min()))["first"]
    return engine.arrow(joined), first or from_on


def _floats(found: pa.Table, name: str) -> Floats:
    return np.nan_to_num(np.asarray(found[name].cast(pa.float64()).to_numpy(), dtype=np.float64))


def _matched(
    who: Flags, change: Floats, revenue: list[Floats], bought: list[Floats], level: float
) -> tuple[Interval, int, int]:
    """Weighted difference of the changes, the contacted that were matched, the others used."""
    cell = _cells(revenue, bought)
    size = int(cell.max()) + 1
    one, other = np.bincount(cell[who], minlength=size), np.bincount(cell[~who], minlength=size)
    both = (one > 0) & (other > 1)
    weight = np.divide(one, other, out=np.zeros(size), where=both)[cell]
    inside, outside = who & both[cell], ~who & both[cell]
    n = int(inside.sum())
    if n < _LEAST:
        raise WrongCampaign(f"Only {n} contacted customers have anyone like them who was not contacted.")
    means = np.divide(
        np.bincount(cell[outside], change[outside], size), other, out=np.zeros(size), where=both
    )  # of the others in each cell
    value = float((change[inside] - means[cell[inside]]).mean())
    noise = float(change[inside].var(ddof=1)) / n
    residual = (change - means[cell]) * outside
    freedom = np.where(other > 1, other / np.maximum(other - 1, 1), 0.0)[cell]
    error = sqrt(noise + float((weight**2 * freedom * residual**2).sum()) / n**2)
    half = float(stats.norm.ppf(1 - level / 2)) * error
    return Interval(value, value - half, value + half), n, int(outside.sum())


def _cells(revenue: list[Floats], bought: list[Floats]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """A number per kind of customer: fifths of spend (0: nothing) and 0, 1, 2, 3–4, 5 and more purchases, twice."""
    code = np.zeros(len(revenue[0]), dtype=np.int64)
    for spend, count in zip(revenue, bought, strict=True):
        some = spend > 0
        edges = np.quantile(spend[some], np.arange(1, _STEPS) / _STEPS) if some.any() else np.array([])
        step = np.where(some, 1 + np.searchsorted(edges, spend, side="right"), 0)
        often = np.searchsorted([1, 2, 3, 5], count, side="right")
        code = (code * (_STEPS + 1) + step) * 5 + often
    return np.unique(code, return_inverse=True)[1]
