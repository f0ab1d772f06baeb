"""Gamma-Gamma: what a customer spends per purchase. Fader & Hardie's note "The Gamma-Gamma model" (2013)."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.special import gammaln, psi

from regulars.insight.estimator import Estimator
from regulars.insight.grouped import BadHistory, Floats, coded, column, dot, refuse_where, same_length
from regulars.insight.likelihood import SHARP, LogLikelihood, climb

_ROUGH_ROWS = 50_000


class GammaGamma(Estimator):
    """Each spend ~ Gamma(p, rate), and customers differ: rate ~ Gamma(q, v). Spend must not depend on frequency.

    Money may be in any unit, v is in the same. Only who bought again, with a mean spend above 0, teaches it.

    >>> model = GammaGamma().with_parameters(p=6.25, q=3.74, v=15.44)
    >>> model.expected_spend([2, 0], [22.35, 0]).round(2).tolist()
    [24.66, 35.22]
    """

    _names = ("p", "q", "v")

    def __init__(self, rounds_max: int = 500) -> None:
        self.rounds_max = rounds_max

    def fit(self, frequency: Any, mean_spend: Any) -> Self:
        """Learns from repeat purchases (≥ 1) and mean spend per repeat purchase (> 0).

        Raises BadHistory for other rows: leave them out first. Sets what the repeat-buying models set;
        `why_degenerate_` is "", "spend-flat", or "no-mean" (q ≤ 1: the mean over all customers has no end).
        """
        x, spend = column(frequency, "frequency"), column(mean_spend, "mean_spend")
        same_length(frequency=x, mean_spend=spend)
        rows = {"frequency": x, "mean_spend": spend}
        refuse_where(~((x >= 1) & (x == np.floor(x)) & (x < np.inf)), "frequency must be whole and at least 1", **rows)
        refuse_where(~((spend > 0) & (spend < np.inf)), "mean_spend must be above 0 and finite", **rows)
        if len(x) == 0:
            raise BadHistory("There is no row to learn from.")
        seen = Spends.of(x, spend)
        peak = climb(
            lambda at: _log_likelihood(at, seen),
            np.log([4.0, 3.5, 3.5 * float(np.exp(np.log(spend).mean())) / 4.0]),
            customers=float(len(x)),
            rough=_rough(x, spend),
            rounds_max=self.rounds_max,
        )
        values = np.exp(peak.at)
        self.parameters_ = dict(zip(self._names, values.tolist(), strict=True))
        self.standard_errors_ = dict(zip(self._names, (values * peak.spread).tolist(), strict=True))
        self.log_covariance_ = peak.covariance
        self.log_likelihood_, self.converged_, self.customers_ = peak.value, peak.converged, len(x)
        flat = bool((~(peak.spread < SHARP)).any())
        self.degenerate_ = flat or values[1] <= 1
        self.why_degenerate_ = "spend-flat" if flat else "no-mean" if values[1] <= 1 else ""
        return self

    def with_parameters(self, **parameters: float) -> Self:
        """The same model with given parameters instead of fitted ones."""
        if set(parameters) != set(self._names) or not all(value > 0 for value in parameters.values()):
            raise ValueError("GammaGamma needs p, q, v, each above 0.")
        self.parameters_ = {name: float(parameters[name]) for name in self._names}
        return self

    def posterior(self, frequency: Any, mean_spend: Any) -> tuple[Floats, Floats]:
        """Shape q + p x and rate v + x m of each customer's own rate. Without purchase or spend: the prior."""
        x, spend = column(frequency, "frequency"), column(mean_spend, "mean_spend")
        same_length(frequency=x, mean_spend=spend)
        known = (x > 0) & (spend > 0)
        parameters: dict[str, float] = self._learned("parameters_")
        p, q, v = (parameters[name] for name in self._names)
        return q + p * np.where(known, x, 0.0), v + np.where(known, x * spend, 0.0)

    def expected_spend(self, frequency: Any, mean_spend: Any) -> Floats:
        """Expected spend per purchase to come: own mean, drawn towards everybody's the less was seen.

        Infinite for a customer without repeat purchases where q ≤ 1.
        """
        shape, rate = self.posterior(frequency, mean_spend)
        answer: Floats = np.where(shape > 1, self.parameters_["p"] * rate / np.where(shape > 1, shape - 1, 1), np.inf)
        return answer


@dataclass(frozen=True, slots=True)
class Spends:
    """What the likelihood needs of the customers, and what of it no parameter changes."""

    levels: Floats  # numbers of purchases that occur
    customers: Floats  # with each of them
    x: Floats
    total: Floats  # x times the mean spend
    log_spend: float  # sum over the customers
    log_spend_x: float  # the same, each counted x times

    @classmethod
    def of(cls, x: Floats, spend: Floats) -> Self:
        by_level = coded(x)
        customers = np.bincount(by_level.codes, minlength=len(by_level.levels))
        there = customers > 0
        log_spend = np.log(spend)
        sums = float(log_spend.sum()), dot(x, log_spend)
        return cls(by_level.levels[there], customers[there].astype(np.float64), x, x * spend, *sums)


def _rough(x: Floats, spend: Floats) -> LogLikelihood | None:
    step = len(x) // _ROUGH_ROWS
    if step < 2:
        return None
    few = Spends.of(x[::step], spend[::step])
    by = len(x) / len(few.x)

    def log_likelihood(at: Floats) -> tuple[float, Floats]:
        value, gradient = _log_likelihood(at, few)
        return value * by, gradient * by

    return log_likelihood


def _log_likelihood(at: Floats, rows: Spends) -> tuple[float, Floats]:
    p, q, v = np.exp(at)
    n, x, levels, by_x = float(len(rows.x)), rows.x, rows.levels, rows.customers
    whole = v + rows.total
    log_whole = np.log(whole)
    sum_log_whole, sum_log_whole_x = float(log_whole.sum()), dot(x, log_whole)
    by_level = gammaln(p * levels + q) - gammaln(p * levels) + p * levels * np.log(levels)
    value = by_x @ by_level + n * (q * np.log(v) - gammaln(q))
    value += p * rows.log_spend_x - rows.log_spend - p * sum_log_whole_x - q * sum_log_whole
    both = psi(p * levels + q)
    gradient = np.array(
        [
            by_x @ (levels * (both - psi(p * levels) + np.log(levels))) + rows.log_spend_x - sum_log_whole_x,
            by_x @ both + n * (np.log(v) - psi(q)) - sum_log_whole,
            n * q / v - ((p * x + q) / whole).sum(),
        ]
    )
    return float(value), gradient * np.exp(at)
