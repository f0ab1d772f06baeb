"""The check on a later period: learn from the earlier part, foretell the later one, and be compared with plain rules.

The rules to beat: "each goes on at the rate so far" for how purchases correlate, "who spent most will spend most" for
how much of later spend the best tenth holds. MAE is shown but decides nothing: "nobody buys" does well on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regulars.basics.errors import RegularsError
from regulars.insight.draws import drawn
from regulars.insight.grouped import Floats
from regulars.insight.lines import of_customers
from regulars.insight.native import whole_sum
from regulars.insight.rfm import rfm
from regulars.insight.totals import Histories
from regulars.insight.visits import days_until

LEAST_DAYS: Final = 56  # a later period shorter than eight weeks says more about the weather
MOST_DAYS: Final = 273  # 39 weeks
CHECKED_MOST: Final = 1_000_000  # customers a check is made on; of more, an even part
TOP_FREQUENCY: Final = 7
_RATE_PERIODS_LEAST: Final = 4.0  # a rate is not taken from less than four weeks: that would be a straw man
_DRAWS: Final = 200
_DRAWN_FROM: Final = 50_000


class TooShort(RegularsError):
    """The history has no later period to check against."""

    code = "too-short"


def split_dates(first_on: date, cut_off: date) -> tuple[date, int]:
    """Last day to learn from, and how many days after it are foretold: the later half, at most 39 weeks.

    39 weeks is what the literature foretells, so that its tables can be compared. Not more: leaving shows only in long
    silences, and from half of a longer history it often cannot be told from a slow pace.
    Raises TooShort where half the history is less than eight weeks.

    >>> split_dates(date(1997, 1, 1), date(1998, 6, 30))
    (datetime.date(1997, 9, 30), 273)
    """
    span = (cut_off - first_on).days + 1
    days = min(span // 2, MOST_DAYS)
    if days < LEAST_DAYS:
        raise TooShort(
            f"{first_on} to {cut_off} are {span} days; to learn and to check a forecast, {2 * LEAST_DAYS} are needed."
        )
    return cut_off - timedelta(days=days), days


def with_later(
    lines: ir.Table,
    *,
    calibration_until: date,
    cut_off: date,
    period_days: float = 7.0,
    days: ir.Table | None = None,
) -> ir.Table:
    """`rfm` as of `calibration_until`, with `later_purchases` (days) and `later_spend_minor` after it up to `cut_off`.

    Spend is net of returns and at least 0. Who did not come again has 0 and 0: leaving them out would compare buyers
    with buyers. `days` is the kept table of `regulars.insight.visits.days` as of the cut-off, if there is one: of the
    lines then only those that came back are read. Raises WrongColumns.
    """
    after = days_until(lines, cut_off, days).filter(lambda t: t.day > ibis.literal(calibration_until))
    later = after.group_by("customer").agg(
        later_purchases=after.count(where=after.receipts > 0), later_spend_minor=whole_sum(after.spend_minor)
    )
    stood = None if days is None else _as_they_stood(days, lines, calibration_until)
    early = rfm(lines, cut_off=calibration_until, period_days=period_days, days=stood)
    joined = early.left_join(later, "customer").drop("customer_right")
    return joined.mutate(
        later_purchases=joined.later_purchases.fill_null(0),
        later_spend_minor=ibis.greatest(joined.later_spend_minor.fill_null(0), 0),
    )


def evenly_drawn(customers: ir.Table, count: int) -> ir.Table:
    """Rows of about CHECKED_MOST of `count` customers, whole customers, by their number or hash: always the same."""
    shares = -(-count // CHECKED_MOST)
    if shares == 1:
        return customers
    return customers.filter(drawn(customers.customer, shares))


def _as_they_stood(days: ir.Table, lines: ir.Table, until: date) -> ir.Table:
    """Days up to `until`; a day of which everything came back since was a visit then."""
    goods = of_customers(lines)
    since = goods.filter(
        goods.kind == "sale",
        goods.returned,
        goods.returned_on > ibis.literal(until),
        goods.sold_at < ibis.literal(until + timedelta(days=1)),
    )
    stood = since.select("customer", day=since.sold_at.cast("date")).distinct().mutate(stood=True)
    known = days.filter(days.day <= ibis.literal(until)).left_join(stood, ["customer", "day"])
    receipts = ibis.ifelse(known.stood.fill_null(False), ibis.greatest(known.receipts, 1), known.receipts)
    return known.select("customer", "day", "spend_minor", receipts=receipts)


def numbers(table: pa.Table, name: str) -> Floats:
    """A column as float64, null as 0. By DLPack: Arrow's own `to_numpy` imports pandas, which may take a second."""
    column = table[name].cast(pa.float64()).combine_chunks()
    values = np.zeros(len(column))
    known = np.from_dlpack(column.is_valid().cast(pa.uint8())).astype(np.bool_)
    values[known] = np.from_dlpack(column.drop_null())
    return values


def histories(table: pa.Table, minor_digits: int) -> Histories:
    """The columns of `rfm`, money in major units, so that parameters can be compared with the literature."""
    spend = numbers(table, "mean_spend_minor") / 10**minor_digits
    x, last, end = (numbers(table, name) for name in ("frequency", "recency", "age"))
    return Histories(x, last, end, np.maximum(spend, 0.0))


@dataclass(frozen=True, slots=True)
class Later:
    """What was known and what came, per customer; money in major units."""

    frequency: Floats
    past_spend: Floats
    purchases: Floats
    spend: Floats
    same_rate: Floats  # purchases at the rate so far

    @classmethod
    def of(cls, table: pa.Table, *, periods: float, minor_digits: int) -> "Later":
        frequency, age = numbers(table, "frequency"), numbers(table, "age")
        scale = 10**minor_digits
        return cls(
            frequency=frequency,
            past_spend=numbers(table, "spend_minor") / scale,
            purchases=numbers(table, "later_purchases"),
            spend=numbers(table, "later_spend_minor") / scale,
            same_rate=frequency / np.maximum(age, _RATE_PERIODS_LEAST) * periods,
        )


def measures(expected: Floats, expected_spend: Floats, low: Floats, high: Floats, later: Later) -> dict[str, float]:
    """How a forecast did, beside the plain rules. Shares are 0 … 1, bias is relative to what came.

    `coverage_90` is over customers whose interval is not just 0: for the others it is easily right, and counted apart.
    """
    held = (low <= later.spend) & (later.spend <= high * (1 + 1e-9) + 1e-9)
    open_ended = high > 0
    return {
        "bias": _bias(expected, later.purchases),
        "deviance": deviance(expected, later.purchases),
        "mae": float(np.abs(expected - later.purchases).mean()),
        "rmse": float(np.sqrt(np.square(expected - later.purchases).mean())),
        "correlation": correlation(expected, later.purchases),
        "spend_bias": _bias(expected_spend, later.spend),
        "spend_correlation": correlation(expected_spend, later.spend),
        "captured_spend_top_decile": captured(expected_spend, later.spend, 0.1),
        "coverage_90": float(held[open_ended].mean()) if open_ended.any() else 1.0,
        "coverage_90_everybody": float(held.mean()),
        "baseline_correlation": correlation(later.same_rate, later.purchases),
        "baseline_bias": _bias(later.same_rate, later.purchases),
        "baseline_mae": float(np.abs(later.same_rate - later.purchases).mean()),
        "baseline_nobody_mae": float(later.purchases.mean()),
        "baseline_captured_spend_top_decile": captured(later.past_spend, later.spend, 0.1),
    }


def gained(expected: Floats, expected_spend: Floats, later: Later, *, seed: int) -> dict[str, float]:
    """90 % intervals of (forecast − rule) for correlation and captured spend, customers drawn again and again.

    Paired: both are judged on the same draw. Of more than 50,000 customers, so many are used, which only widens them.
    """
    chance = np.random.default_rng(seed)
    rows = np.arange(len(expected))
    if len(rows) > _DRAWN_FROM:
        rows = chance.choice(rows, _DRAWN_FROM, replace=False)
    ours, rule, came = expected[rows], later.same_rate[rows], later.purchases[rows]
    spend = later.spend[rows]
    best, past = (np.argsort(-score[rows], kind="stable") for score in (expected_spend, later.past_spend))
    differences = []
    for _ in range(_DRAWS):
        weight = chance.poisson(1.0, len(rows)).astype(np.float64)
        differences.append(
            (
                correlation(ours, came, weight) - correlation(rule, came, weight),
                _captured_in_order(best, spend, 0.1, weight) - _captured_in_order(past, spend, 0.1, weight),
            )
        )
    low, high = np.quantile(np.array(differences), (0.05, 0.95), axis=0)
    return {
        "correlation_gain_low": float(low[0]),
        "correlation_gain_high": float(high[0]),
        "captured_gain_low": float(low[1]),
        "captured_gain_high": float(high[1]),
    }


def beats(gain: Mapping[str, float]) -> bool:
    """Better than its rule beyond chance in correlation or captured spend, and worse beyond chance in neither.

    Sorting by past spend is hard to beat by more than a point or two, so "better in both" would refuse models that
    foretell purchases well; but one that sorts customers worse than their receipts do is of no use to anyone.
    """
    better = gain["correlation_gain_low"] > 0 or gain["captured_gain_low"] > 0
    worse = gain["correlation_gain_high"] < 0 or gain["captured_gain_high"] < 0
    return better and not worse


def correlation(left: Floats, right: Floats, weight: Floats | None = None) -> float:
    """Pearson's, weighted; 0 where a side does not vary."""
    weights = np.ones(len(left)) if weight is None else weight
    total = weights.sum()
    if total <= 0:
        return 0.0
    one, two = left - (weights * left).sum() / total, right - (weights * right).sum() / total
    scale = np.sqrt((weights * one**2).sum() * (weights * two**2).sum())
    return float((weights * one * two).sum() / scale) if scale > 0 else 0.0


def deviance(expected: Floats, came: Floats) -> float:
    """Mean Poisson deviance: least for who states the true mean of each, unlike MAE, which rewards foretelling 0."""
    positive = np.maximum(expected, 1e-12)
    return float(2 * (came * np.log(np.where(came > 0, came, 1.0) / positive) - (came - positive)).mean())


def captured(score: Floats, spend: Floats, share: float) -> float:
    """Share of all `spend` that the `share` of customers with the highest score brought."""
    return _captured_in_order(np.argsort(-score, kind="stable"), spend, share, np.ones(len(score)))


def gains(score: Floats, past_spend: Floats, spend: Floats) -> pa.Table:
    """share (.05 … 1), by_model, by_past_spend: the curve of which `captured` is a point."""
    shares = np.arange(1, 21) / 20
    orders = [np.argsort(-by, kind="stable") for by in (score, past_spend)]
    even = np.ones(len(score))
    model, past = ([_captured_in_order(order, spend, share, even) for share in shares] for order in orders)
    return pa.table({"share": shares, "by_model": model, "by_past_spend": past})


def by_frequency(later: Later, forecasts: Mapping[str, Floats]) -> pa.Table:
    """frequency (0 … 7 and more), customers, actual, and a column of mean purchases per forecast and rule."""
    bins = np.minimum(later.frequency, TOP_FREQUENCY).astype(np.intp)
    size = np.bincount(bins, minlength=TOP_FREQUENCY + 1)
    some = np.flatnonzero(size)
    columns: dict[str, Any] = {"actual": later.purchases, **forecasts, "baseline_rate": later.same_rate}
    means = {name: (np.bincount(bins, values, len(size))[some] / size[some]) for name, values in columns.items()}
    return pa.table({"frequency": some, "customers": size[some], **means})


def _bias(expected: Floats, came: Floats) -> float:
    total = float(came.sum())
    return float(expected.sum()) / total - 1 if total > 0 else float("inf")


def _captured_in_order(order: Any, spend: Floats, share: float, weight: Floats) -> float:
    weights = weight[order]
    money = weights * spend[order]
    whole = float(money.sum())
    inside = np.clip(share * weights.sum() - (np.cumsum(weights) - weights), 0.0, weights)
    kept = np.divide(inside, weights, out=np.zeros_like(weights), where=weights > 0)
    return float((kept * money).sum()) / whole if whole > 0 else 0.0
