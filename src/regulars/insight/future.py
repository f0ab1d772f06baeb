"""Expected purchases and worth (S09): every model is tried on a later period, and only one that proved itself speaks.

A model may be used when its fit converged, is not degenerate, its total was within 35 % of what came, and it beat the
plain rules (`holdout.beats`). Of those the one with the least deviance on the later period is learned again from the
whole history and makes the scores. If there is none, or the spend model does not suit, no score is made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.basics.errors import RegularsError
from regulars.insight import holdout
from regulars.insight.bgnbd import BGNBD
from regulars.insight.clv import Worth, lifetime_value
from regulars.insight.findings import Future, ModelResult
from regulars.insight.gammagamma import GammaGamma
from regulars.insight.grouped import Floats, Ints, dot
from regulars.insight.holdout import Later, histories, numbers
from regulars.insight.mbgnbd import MBGNBD
from regulars.insight.paretonbd import ParetoNBD
from regulars.insight.repeat import RepeatBuying
from regulars.insight.totals import Histories, Totals, totals

MODELS: Final[tuple[type[RepeatBuying], ...]] = (BGNBD, MBGNBD, ParetoNBD)
REPEATERS_LEAST: Final = 50
BIAS_MOST: Final = 0.35
DEPENDENCE_MOST: Final = 0.3  # rank-like correlation of frequency and spend above which Gamma-Gamma's premise is off


class TooFewCustomers(RegularsError):
    """Too few customers came back to learn a model of coming back."""

    code = "too-few-customers"


@dataclass(frozen=True, slots=True)
class Scores:
    """What `future` found, and the scores of each customer where a model may speak.

    `customers`: customer, p_alive, expected_purchases, expected_spend_minor (within the horizon), clv_minor (the same,
    discounted), clv_low_minor, clv_high_minor (90 %). None: no model may be used. `scored_by` are the parameters behind
    the scores, learned from the whole history; those in `found.models` were learned up to `calibration_until`.
    """

    found: Future
    customers: pa.Table | None
    scored_by: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class _Tried:
    """One model with its check."""

    model: RepeatBuying
    result: ModelResult
    expected: Floats
    expected_spend: Floats


def future(
    early: pa.Table,
    whole: pa.Table,
    *,
    calibration_until: date,
    holdout_days: int,
    horizon_days: int | None = None,
    discount_rate: float = 0.1,
    minor_digits: int = 2,
    period_days: float = 7.0,
    seed: int = 0,
) -> Scores:
    """Tries the models on `early` (`holdout.with_later`) and scores `whole` (`rfm` at the cut-off, in any order).

    With a column `value_class` in `whole`, totals are also given by class. Without `horizon_days` it is a year, but at
    most twice the period that was checked. Customers without a positive mean spend on repeat days do not teach the
    spend model and are expected to spend as anyone. Raises TooFewCustomers, and BadHistory for impossible rows.
    """
    if int((numbers(early, "frequency") > 0).sum()) < REPEATERS_LEAST:
        raise TooFewCustomers(f"Fewer than {REPEATERS_LEAST} customers came back before {calibration_until}.")
    days = horizon_days or min(365, 2 * holdout_days)
    past = histories(early, minor_digits)
    later = Later.of(early, periods=holdout_days / period_days, minor_digits=minor_digits)
    money = _spend_model(past)
    spend = _checked_spend(money, past, later)
    tried = [
        _try(kind().fit(past.frequency, past.recency, past.age), money, past, later, holdout_days / period_days, seed)
        for kind in MODELS
    ]
    usable = sorted((one for one in tried if one.result.usable), key=lambda one: one.result.holdout["deviance"])
    chosen = _refitted([type(one.model) for one in usable] if spend.usable else [], histories(whole, minor_digits))
    name = type(chosen[0]).__name__ if chosen else None
    best = next(
        (one for one in tried if one.result.name == name), max(tried, key=lambda one: one.result.log_likelihood)
    )
    results = {one.result.name: one.result for one in tried} | {spend.name: spend}
    forecasts = {one.result.name: one.expected for one in tried if len(one.expected)}
    found = Future(
        models=results,
        chosen=name,
        horizon_days=days,
        discount_rate=discount_rate,
        calibration_until=calibration_until,
        holdout_days=holdout_days,
        calibration=holdout.by_frequency(later, forecasts),
        gains=holdout.gains(best.expected_spend, later.past_spend, later.spend) if len(best.expected) else _no_gains(),
        expected_spend_minor=0,
        interval_minor=(0, 0),
        by_class=_by_class_table([], [], [], [], []),
    )
    if chosen is None:
        return Scores(found, None, {})
    return _scored(found, whole, chosen, best.result.holdout["spend_bias"], minor_digits, period_days)


def _spend_model(past: Histories) -> GammaGamma:
    teach = (past.frequency > 0) & (past.mean_spend > 0)
    if int(teach.sum()) < REPEATERS_LEAST:
        raise TooFewCustomers(f"Fewer than {REPEATERS_LEAST} customers came back and spent something.")
    return GammaGamma().fit(past.frequency[teach], past.mean_spend[teach])


def _checked_spend(money: GammaGamma, past: Histories, later: Later) -> ModelResult:
    """Whether spend per purchase came as expected, and is as independent of frequency as the model has it."""
    teach = (past.frequency > 0) & (past.mean_spend > 0)
    dependence = holdout.correlation(np.log(past.frequency[teach]), np.log(past.mean_spend[teach]))
    came = later.purchases > 0
    checks = {"frequency_spend_correlation": dependence}
    if not money.degenerate_ and came.any():
        expected = money.expected_spend(past.frequency, past.mean_spend)[came]
        actual = later.spend[came] / later.purchases[came]
        checks["bias"] = dot(expected, later.purchases[came]) / max(float(later.spend.sum()), 1e-300) - 1
        checks["mae"] = float(np.abs(expected - actual).mean())
        checks["correlation"] = holdout.correlation(expected, actual)
    suits = abs(dependence) <= DEPENDENCE_MOST and abs(checks.get("bias", np.inf)) <= BIAS_MOST
    why = _why_not(money, suits=suits, better=True)
    return _result(money, checks, why)


def _try(model: RepeatBuying, money: GammaGamma, past: Histories, later: Later, periods: float, seed: int) -> _Tried:
    if model.degenerate_ or not model.converged_ or money.degenerate_:
        why = _why_not(model, suits=False, better=True)
        return _Tried(model, _result(model, {}, why), np.empty(0), np.empty(0))
    worth = lifetime_value(
        model, money, past.frequency, past.recency, past.age, past.mean_spend, horizon=periods, discount_rate=0.0
    )
    checks = holdout.measures(worth.expected_purchases, worth.expected_spend, worth.low, worth.high, later)
    gain = holdout.gained(worth.expected_purchases, worth.expected_spend, later, seed=seed)
    why = _why_not(model, suits=abs(checks["bias"]) <= BIAS_MOST, better=holdout.beats(gain))
    return _Tried(model, _result(model, checks | gain, why), worth.expected_purchases, worth.expected_spend)


def _why_not(model: RepeatBuying | GammaGamma, *, suits: bool, better: bool) -> str:
    if model.degenerate_:
        return "degenerate"
    if not model.converged_:
        return "did-not-converge"
    if not suits:
        return "model-does-not-suit"
    return "" if better else "not-better-than-baseline"


def _result(model: RepeatBuying | GammaGamma, checks: Mapping[str, float], why_not: str) -> ModelResult:
    return ModelResult(
        name=type(model).__name__,
        parameters=model.parameters_,
        standard_errors=model.standard_errors_,
        log_likelihood=model.log_likelihood_,
        customers=model.customers_,
        holdout=checks,
        usable=not why_not,
        why_not=why_not,
    )


def _refitted(kinds: list[type[RepeatBuying]], now: Histories) -> tuple[RepeatBuying, GammaGamma] | None:
    """The first of the proven models that the whole history suits too."""
    if not kinds:
        return None
    money = _spend_model(now)
    for kind in kinds:
        model = kind().fit(now.frequency, now.recency, now.age)
        if model.converged_ and not (model.degenerate_ or money.degenerate_):
            return model, money
    return None


def _scored(
    found: Future,
    whole: pa.Table,
    chosen: tuple[RepeatBuying, GammaGamma],
    model_error: float,
    minor_digits: int,
    period_days: float,
) -> Scores:
    model, money = chosen
    now, scale = histories(whole, minor_digits), 10**minor_digits
    horizon, rate = found.horizon_days / period_days, found.discount_rate
    columns = (now.frequency, now.recency, now.age, now.mean_spend)
    worth = lifetime_value(model, money, *columns, horizon=horizon, discount_rate=rate, unit_days=period_days)

    def summed(groups: Ints | None) -> Totals:
        return totals(
            model,
            money,
            now,
            worth,
            horizon=horizon,
            discount_rate=rate,
            unit_days=period_days,
            groups=groups,
            model_error=model_error,
        )

    codes, names = _classes(whole)
    everybody, groups = summed(None), summed(codes)
    low, expected, high = (
        round(float(part[0]) * scale) for part in (everybody.low, everybody.expected, everybody.high)
    )
    money_columns = [np.rint(part * scale).astype(np.int64) for part in (groups.expected, groups.low, groups.high)]
    found = replace(
        found,
        expected_spend_minor=expected,
        interval_minor=(low, high),
        by_class=_by_class_table(names, np.bincount(codes, minlength=len(names)), *money_columns),
    )
    by = {type(model).__name__: model.parameters_, type(money).__name__: money.parameters_}
    return Scores(found, _customers(whole, worth, scale), by)


def _classes(whole: pa.Table) -> tuple[Ints, list[str]]:
    if "value_class" not in whole.column_names:
        return np.zeros(len(whole), np.intp), ["everybody"]
    encoded = whole["value_class"].combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy().astype(np.intp), [str(name) for name in encoded.dictionary.to_pylist()]


def _by_class_table(names: list[str], *columns: Any) -> pa.Table:
    whole = [pa.array(np.asarray(part, np.int64)) for part in columns]
    labels = ["value_class", "customers", "clv_minor", "low_minor", "high_minor"]
    return pa.table([pa.array(names, pa.string()), *whole], names=labels)


def _customers(whole: pa.Table, worth: Worth, scale: int) -> pa.Table:
    money = {
        "expected_spend_minor": worth.expected_spend,
        "clv_minor": worth.clv,
        "clv_low_minor": worth.low,
        "clv_high_minor": worth.high,
    }
    return pa.table(
        {
            "customer": whole["customer"],
            "p_alive": worth.p_alive,
            "expected_purchases": worth.expected_purchases,
            **{name: np.rint(values * scale).astype(np.int64) for name, values in money.items()},
        }
    )


def _no_gains() -> pa.Table:
    return pa.table({name: pa.array([], pa.float64()) for name in ("share", "by_model", "by_past_spend")})
