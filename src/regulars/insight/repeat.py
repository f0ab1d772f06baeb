"""What the three repeat-buying models share: how they are fitted, asked, and how sure they are.

In all of them a customer, while alive, buys at random with a rate of their own, λ ~ Gamma(r, α); the models differ in
how customers drop out, unseen. Given that a customer is still alive at age T after x repeat purchases,
λ ~ Gamma(r + x, α + T), and what is to come depends on (x, T) alone; the time of the last purchase only tells whether
they are alive. Times are in one unit of the caller's choice (weeks, to compare with the literature).
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np

from regulars.insight.estimator import Estimator
from regulars.insight.grouped import BadHistory, Floats, Grouped, checked, column, distinct_pairs, group
from regulars.insight.likelihood import SHARP, LogLikelihood, Peak, climb

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)
_ROUGH_ROWS = 20_000  # groups that bring the search near


class RepeatBuying(Estimator, ABC):
    """A model of repeat purchases with unseen dropout, fitted by plain maximum likelihood."""

    _names: ClassVar[tuple[str, str, str, str]]

    def __init__(self, rounds_max: int = 500) -> None:
        self.rounds_max = rounds_max

    # What a model brings.

    @abstractmethod
    def _start(self, mean_age: float, mean_frequency: float) -> Floats:
        """Log parameters to begin with."""

    @abstractmethod
    def _log_likelihood(self, rows: Grouped, at: Floats) -> tuple[float, Floats]:
        """Sum over the customers of all rows, and its gradient by log parameter."""

    @abstractmethod
    def _alive(self, x: Floats, last: Floats, end: Floats) -> Floats:
        """P(alive at `end` | history)."""

    @abstractmethod
    def _rate_if_alive(self, after: Floats, x: Floats, end: Floats) -> Floats:
        """Expected purchases per unit of time, `after` so long, of who is alive at `end`; arrays broadcast."""

    @abstractmethod
    def _at_least_if_alive(self, n: Floats, horizon: float, x: Floats, end: Floats) -> Floats:
        """P(at least n ≥ 1 purchases within the horizon | alive at `end`); arrays broadcast."""

    # What is made of it.

    def fit(self, frequency: Any, recency: Any, age: Any) -> Self:
        """Learns from repeat purchases x, time of the last one t_x (0 without), and age T, all since the first one.

        Raises BadHistory for a row that no customer can have. Sets `parameters_`, `standard_errors_` (observed
        information of the log parameters, delta method), `log_likelihood_` (the sum), `converged_`, `degenerate_` and
        `why_degenerate_` ("" or a code: no-repeats, rates-flat, dropout-flat), `customers_`.
        """
        x, last, end = checked(frequency, recency, age)
        if len(x) == 0:
            raise BadHistory("There is no row to learn from.")
        rows = group(x, last, end)
        start = self._start(max(float(end.mean()), 1e-9), max(float(x.mean()), 1e-3))
        peak = climb(
            lambda at: self._log_likelihood(rows, at),
            start,
            customers=float(len(x)),
            rough=self._rough(rows),
            rounds_max=self.rounds_max,
        )
        self._learn(peak)
        self.customers_ = len(x)
        if not x.any():
            self.degenerate_, self.why_degenerate_ = True, "no-repeats"
        return self

    def _rough(self, rows: Grouped) -> LogLikelihood | None:
        step = len(rows) // _ROUGH_ROWS
        if step < 2:
            return None
        few = rows.thinned(step)
        times = float(rows.count.sum() / few.count.sum())

        def log_likelihood(at: Floats) -> tuple[float, Floats]:
            value, gradient = self._log_likelihood(few, at)
            return value * times, gradient * times

        return log_likelihood

    def _learn(self, peak: Peak) -> None:
        values = np.exp(peak.at)
        self.parameters_ = dict(zip(self._names, values.tolist(), strict=True))
        self.standard_errors_ = dict(zip(self._names, (values * peak.spread).tolist(), strict=True))
        self.log_covariance_ = peak.covariance
        self.log_likelihood_ = peak.value
        self.converged_ = peak.converged
        # A likelihood that stays level while a parameter runs away knows a mean, but not how customers differ.
        vague = ~(peak.spread < SHARP)
        self.degenerate_ = bool(vague.any())
        self.why_degenerate_ = "" if not vague.any() else "dropout-flat" if vague[2:].any() else "rates-flat"

    def with_parameters(self, **parameters: float) -> Self:
        """The same model with given parameters instead of fitted ones: for simulation, or a published fit."""
        if set(parameters) != set(self._names) or not all(value > 0 for value in parameters.values()):
            raise ValueError(f"{type(self).__name__} needs {', '.join(self._names)}, each above 0.")
        self.parameters_ = {name: float(parameters[name]) for name in self._names}
        return self

    @property
    def _theta(self) -> tuple[float, float, float, float]:
        parameters: dict[str, float] = self._learned("parameters_")
        first, second, third, fourth = (parameters[name] for name in self._names)
        return first, second, third, fourth

    def probability_alive(self, frequency: Any, recency: Any, age: Any) -> Floats:
        """P(not dropped out by `age` | history), one per row."""
        return self._alive_each(*checked(frequency, recency, age))

    def _alive_each(self, x: Floats, last: Floats, end: Floats) -> Floats:
        rows = group(x, last, end, inverse=True)
        return self._alive(rows.frequency.values, rows.recency.values, rows.age.values)[rows.inverse]

    def expected_purchases(
        self, horizon: float, frequency: Any, recency: Any, age: Any, *, discount: float = 0.0
    ) -> Floats:
        """Expected purchases in (age, age + horizon], given the history; one per row.

        `discount` is a continuous rate per unit of time: a purchase s later then counts exp(−discount · s).
        """
        x, last, end = checked(frequency, recency, age)
        alive = self._alive_each(x, last, end)
        one_x, one_end, inverse = distinct_pairs(x, end)
        answer: Floats = alive * self.expected_if_alive(horizon, one_x, one_end, discount=discount)[inverse]
        return answer

    def expected_purchases_new(self, horizon: Any) -> Floats:
        """E[X(t)]: expected repeat purchases within `horizon` of the first purchase, of a customer not yet known."""
        zero = np.zeros(1)
        return np.concatenate([self.expected_purchases(float(t), zero, zero, zero) for t in column(horizon, "horizon")])

    def expected_if_alive(self, horizon: float, x: Floats, end: Floats, *, discount: float = 0.0) -> Floats:
        """Expected purchases within the horizon of who is alive at `end` after x repeat purchases."""
        _, scale, _, _ = self._theta
        # In log(1 + s / (α + T)) the rate is smooth however long the horizon: 20 points of Gauss-Legendre suffice.
        top = np.log1p(horizon / (scale + end))
        total = np.zeros(len(x))
        for node, weight in zip(_NODES, _WEIGHTS, strict=True):
            at = top * (node + 1) / 2
            after = (scale + end) * np.expm1(at)
            total += weight * self._rate_if_alive(after, x, end) * np.exp(at - discount * after)
        answer: Floats = total * top / 2 * (scale + end)
        return answer

    def probability_of_purchases(self, at_least: int, horizon: float, frequency: Any, recency: Any, age: Any) -> Floats:
        """P(at least so many purchases, from 1, in (age, age + horizon] | history); one per row."""
        x, last, end = checked(frequency, recency, age)
        one_x, one_end, inverse = distinct_pairs(x, end)
        alive = self._at_least_if_alive(np.array(max(at_least, 1.0)), horizon, one_x, one_end)[inverse]
        answer: Floats = self._alive_each(x, last, end) * alive
        return answer
