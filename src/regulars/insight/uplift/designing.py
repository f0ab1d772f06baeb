"""How many, how long, how many left out: answered from the shop's own customers before anything is sent."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import sqrt
from typing import Any, Final

import numpy as np
import pyarrow as pa
from scipy import stats

from regulars.history.engine import Engine
from regulars.insight.lines import of_customers
from regulars.insight.uplift.errors import WrongCampaign
from regulars.insight.uplift.moves import Design, Floats, Measure
from regulars.insight.uplift.windows import Window, spent, table_of, winsorised

SHARES: Final = (0.05, 0.10, 0.20, 0.30, 0.50)
DURATIONS: Final = (7, 14, 28, 56, 84)
_MEASURED: Final = ("buyers", "purchases", "revenue_minor")
_LEAST: Final = 100  # customers; fewer carry no test


def design(
    lines: Any,
    *,
    engine: Engine,
    cut_off: date,
    customers: Any | None = None,
    days: int = 28,
    pre_days: int = 90,
    active_days: int = 365,
    wanted: float = 0.05,
    outcome: str = "revenue_minor",
    level: float = 0.05,
    power: float = 0.8,
    shares: Sequence[float] = SHARES,
) -> Design:
    """What a campaign could show, as if it had run in the last `days` days up to `cut_off` and done nothing.

    Who: `customers` (a table with `customer`), else all who bought in the `active_days` before those days. `wanted` is
    the relative effect on `outcome` (buyers, purchases or revenue_minor) that should be seen with chance `power` by a
    two-sided test at `level`. Sizes are Welch's in the normal form; spends are winsorised at the 99.5 % point and
    adjusted for the `pre_days` before (CUPED), with the correlation that these very customers show; the plain figure
    stands beside it. Raises WrongCampaign.
    """
    if outcome not in _MEASURED:
        raise WrongCampaign(f"A design is about one of {', '.join(_MEASURED)}, not {outcome!r}.")
    if not (wanted > 0 and 0 < level < 0.5 and 0.5 <= power < 1 and all(0 < share < 1 for share in shares)):
        raise WrongCampaign("The effect must be above 0, level in (0, .5), power in [.5, 1), shares in (0, 1).")
    spans = sorted({*DURATIONS, days})
    windows = [Window(f"d{span}", cut_off - timedelta(days=span - 1), cut_off) for span in spans]
    befores = [window.earlier(pre_days, f"b{window.days}") for window in windows]
    found = _known(lines, customers, engine, (*windows, *befores), windows[spans.index(days)].first, active_days)
    by_span = {span: _measures(found, f"d{span}", f"b{span}") for span in spans}
    people = found.num_rows
    return design_of(
        by_span[days], people=people, days=days, pre_days=pre_days, wanted=wanted, outcome=outcome, level=level,
        power=power, shares=shares, by_span=by_span,
    )  # fmt: skip


def design_of(
    measures: Mapping[str, Measure],
    *,
    people: int,
    days: int,
    pre_days: int,
    wanted: float,
    outcome: str,
    level: float,
    power: float,
    shares: Sequence[float] = SHARES,
    by_span: Mapping[int, Mapping[str, Measure]] | None = None,
) -> Design:
    """The arithmetic of `design`, from measures. Without `by_span` nothing is said about other durations."""
    z = float(stats.norm.ppf(1 - level / 2) + stats.norm.ppf(power))
    fitting = [
        share for share in sorted(shares) if share <= 0.5 and detectable(measures[outcome], people, share, z) <= wanted
    ]
    share = fitting[0] if fitting else None
    durations = _durations(by_span or {days: measures}, people, share or 0.5, z)
    long_enough = [
        span
        for span, found in sorted((by_span or {days: measures}).items())
        if detectable(found[outcome], people, share or 0.5, z) <= wanted
    ]
    rows = [
        {
            "outcome": name,
            "control_share": one,
            "detectable": detectable(measure, people, one, z),
            "raw": z * measure.spread * sqrt(1 / (people * one) + 1 / (people * (1 - one))) / measure.mean
            if measure.mean > 0
            else float("inf"),
        }
        for name, measure in measures.items()
        for one in shares
    ]
    needs = [
        {"outcome": name, "effect": effect, "control_share": one, "customers": needed(measure, effect, one, z)}
        for name, measure in measures.items()
        for effect in sorted({wanted, 0.02, 0.05, 0.1, 0.2})
        for one in shares
    ]
    return Design(
        customers=people,
        days=days,
        pre_days=pre_days,
        level=level,
        power=power,
        measures=measures,
        detectable=pa.Table.from_pylist(rows),
        needed=pa.Table.from_pylist(needs),
        durations=durations,
        wanted=wanted,
        control_share=share,
        days_needed=long_enough[0] if long_enough else None,
        outcome=outcome,
    )


def detectable(measure: Measure, people: int, control_share: float, z: float) -> float:
    """The relative effect that is found with the power behind `z`: (z of level + z of power) × standard error ÷ mean.

    For buyers the spread is √(p(1 − p)) of the base rate in both arms.
    """
    if measure.mean <= 0:
        return float("inf")
    error = (
        measure.winsorised_spread
        * measure.factor
        * sqrt(1 / (people * control_share) + 1 / (people * (1 - control_share)))
    )
    return z * error / measure.mean


def needed(measure: Measure, effect: float, control_share: float, z: float) -> int | None:
    """Customers in both arms together; None where nobody buys."""
    if measure.mean <= 0:
        return None
    spread = measure.winsorised_spread * measure.factor
    return int(np.ceil((z * spread / (effect * measure.mean)) ** 2 / (control_share * (1 - control_share))))


def measure(name: str, after: Floats, before: Floats) -> Measure:
    """One outcome of the shop's customers; `before` is the same outcome in the days before."""
    cut_after, cut_before = (after, before) if name == "buyers" else (winsorised(after), winsorised(before))
    varied = cut_after.std() > 0 and cut_before.std() > 0
    correlation = float(np.corrcoef(cut_after, cut_before)[0, 1]) if varied else 0.0
    return Measure(
        name=name,
        mean=float(after.mean()),
        spread=float(after.std(ddof=1)),
        winsorised_spread=float(cut_after.std(ddof=1)),
        correlation=correlation,
        factor=sqrt(max(0.0, 1 - correlation**2)),
    )


def _known(
    lines: Any, customers: Any | None, engine: Engine, windows: Sequence[Window], first: date, active_days: int
) -> pa.Table:
    """A row per customer who could be in the campaign, with sums per window; nulls are nothing bought."""
    table = table_of(lines, "campaign_lines", engine)
    if customers is None:
        goods = of_customers(table)
        active = goods.filter(goods.sold_at >= first - timedelta(days=active_days), goods.sold_at < first)
        who = active.select(customer=active.customer.cast("string")).distinct()
    else:
        given = table_of(customers, "campaign_customers", engine)
        who = given.filter(given.customer.notnull()).select(customer=given.customer.cast("string")).distinct()
    who = engine.keep("campaign_who", who)
    found = engine.arrow(who.left_join(spent(table, windows), "customer").drop("customer_right"))
    if found.num_rows < _LEAST:
        raise WrongCampaign(f"A test needs customers: there are {found.num_rows}, and {_LEAST} are the least.")
    return found


def _measures(found: pa.Table, after: str, before: str) -> dict[str, Measure]:
    def floats(name: str) -> Floats:
        return np.nan_to_num(np.asarray(found[name].cast(pa.float64()).to_numpy(), dtype=np.float64))

    def outcome(prefix: str, name: str) -> Floats:
        if name == "buyers":
            return np.asarray(floats(f"{prefix}_purchases") > 0, dtype=np.float64)
        return floats(f"{prefix}_{name}")

    return {name: measure(name, outcome(after, name), outcome(before, name)) for name in _MEASURED}


def _durations(by_span: Mapping[int, Mapping[str, Measure]], people: int, share: float, z: float) -> pa.Table:
    rows = [
        {
            "days": span,
            "reached": round(measures["buyers"].mean * people),
            "buyers_detectable": detectable(measures["buyers"], people, share, z),
            "revenue_detectable": detectable(measures["revenue_minor"], people, share, z),
        }
        for span, measures in sorted(by_span.items())
    ]
    return pa.Table.from_pylist(rows)
