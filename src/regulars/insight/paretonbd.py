"""Pareto/NBD: Schmittlein, Morrison & Colombo (1987); its likelihood as in Fader & Hardie's note of 2005.

A customer lives for an exponential time with a rate of their own, μ ~ Gamma(s, β), and buys at λ ~ Gamma(r, α) while
alive. The likelihood is that of living past T plus that of having died at some t between t_x and T,

    α^r β^s Γ(r+x)/Γ(r) · { (α+T)^−(r+x) (β+T)^−s  +  s ∫ (α+t)^−(r+x) (β+t)^−(s+1) dt }.

The usual form writes the integral as a difference of two hypergeometric functions, which overflows above some 200
purchases and loses all digits where t_x is close to T. Here it is integrated as it stands, in logarithms: with
w = log((γ+t)/(γ+t_x)), γ the smaller of α and β, the integrand is smooth in a strip of half-width π around the real
line, and Gauss-Legendre converges geometrically. The gradient is the average of the integrand's own under its weights.
"""

import numpy as np
from scipy.special import betainc, gammaln, psi

from regulars.insight.grouped import Floats, Grouped, dot
from regulars.insight.repeat import RepeatBuying

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)  # a customer's log-likelihood to 3e-8 in the worst corner
_FINE_NODES, _FINE_WEIGHTS = np.polynomial.legendre.leggauss(32)
_PAST = 40.0  # where the integrand has fallen by e^−40 it is over
_ROWS_AT_ONCE = 65_536


class ParetoNBD(RepeatBuying):
    """Buys at an own rate, λ ~ Gamma(r, α); lives for a time of its own, μ ~ Gamma(s, β), whether it buys or not.

    >>> model = ParetoNBD().with_parameters(r=0.553, alpha=10.578, s=0.606, beta=11.669)
    >>> model.probability_alive([2], [30.43], [38.86]).round(3).tolist()
    [0.869]
    """

    _names = ("r", "alpha", "s", "beta")

    def _start(self, mean_age: float, mean_frequency: float) -> Floats:
        return np.log([0.5, 0.5 * mean_age / (mean_frequency + 0.5), 0.5, mean_age / 3])

    def _log_likelihood(self, rows: Grouped, at: Floats) -> tuple[float, Floats]:
        r, alpha, s, beta = np.exp(at)
        total, gradient = 0.0, np.zeros(4)
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            part = slice(first, first + _ROWS_AT_ONCE)
            n, x = rows.count[part], rows.frequency.levels[rows.frequency.codes[part]]
            end, last = rows.age.levels[rows.age.codes[part]], rows.recency.levels[rows.recency.codes[part]]
            value, slope = _paths(r, alpha, s, beta, x, last, end)
            total += dot(n, value)
            gradient += [dot(n, row) for row in slope]
        by_x = np.bincount(rows.frequency.codes, rows.count, len(rows.frequency.levels))
        x, customers = rows.frequency.levels, float(rows.count.sum())
        total += float(by_x @ gammaln(r + x)) + customers * (r * np.log(alpha) + s * np.log(beta) - gammaln(r))
        gradient += [
            by_x @ psi(r + x) + customers * (np.log(alpha) - psi(r)),
            customers * r / alpha,
            customers * np.log(beta),
            customers * s / beta,
        ]
        return total, gradient * np.exp(at)

    def _alive(self, x: Floats, last: Floats, end: Floats) -> Floats:
        r, alpha, s, beta = self._theta
        answer = np.empty(len(x))
        for first in range(0, len(x), _ROWS_AT_ONCE):
            part = slice(first, first + _ROWS_AT_ONCE)
            value, _ = _paths(r, alpha, s, beta, x[part], last[part], end[part])
            living = -(r + x[part]) * np.log(alpha + end[part]) - s * np.log(beta + end[part])
            answer[part] = np.exp(np.minimum(living - value, 0.0))
        return answer

    def _rate_if_alive(self, after: Floats, x: Floats, end: Floats) -> Floats:
        r, alpha, s, beta = self._theta
        answer: Floats = (r + x) / (alpha + end) * np.exp(-s * np.log1p(after / (beta + end)))
        return answer

    def _at_least_if_alive(self, n: Floats, horizon: float, x: Floats, end: Floats) -> Floats:
        # Over the time lived within the horizon: all of it, or up to a death at one of the points.
        r, alpha, s, beta = self._theta
        top = np.log1p(horizon / (beta + end))
        total = np.exp(-s * top) * betainc(n, r + x, horizon / (alpha + end + horizon))
        for node, weight in zip(_FINE_NODES, _FINE_WEIGHTS, strict=True):
            at = top * (node + 1) / 2
            lived = (beta + end) * np.expm1(at)
            total = total + weight / 2 * top * s * np.exp(-s * at) * betainc(n, r + x, lived / (alpha + end + lived))
        answer: Floats = np.minimum(total, 1.0)
        return answer


def _paths(
    r: float, alpha: float, s: float, beta: float, x: Floats, last: Floats, end: Floats
) -> tuple[Floats, Floats]:
    """log { living + dying } per row, and its gradient by (r, α, s, β), rows in columns."""
    low = min(alpha, beta)
    # The integrand is over at the latest where either factor alone has fallen far enough.
    with np.errstate(over="ignore"):
        by_rate = (alpha + last) * np.expm1(_PAST / (r + x)) + last
        by_death = (beta + last) * np.expm1(_PAST / (s + 1)) + last
    stop = np.minimum(end, np.minimum(by_rate, by_death))
    width = np.log((low + stop) / (low + last))
    at = last + (low + last) * np.expm1(width * (_NODES[:, None] + 1) / 2)
    log_a, log_b = np.log(alpha + at), np.log(beta + at)
    log_width = np.log(np.where(width > 0, width * s / 2, 1e-300))
    dying = np.log(_WEIGHTS)[:, None] + log_width - (r + x) * log_a - (s + 1) * log_b + np.log(low + at)
    log_end_a, log_end_b = np.log(alpha + end), np.log(beta + end)
    living = -(r + x) * log_end_a - s * log_end_b
    highest = np.maximum(living, dying.max(axis=0))
    dying = np.exp(dying - highest)
    alive = np.exp(living - highest)
    whole = alive + dying.sum(axis=0)
    dying /= whole
    alive /= whole
    gradient = np.array(
        [
            -alive * log_end_a - (dying * log_a).sum(axis=0),
            -(r + x) * (alive / (alpha + end) + (dying / (alpha + at)).sum(axis=0)),
            -alive * log_end_b - (dying * log_b).sum(axis=0) + dying.sum(axis=0) / s,
            -alive * s / (beta + end) - (s + 1) * (dying / (beta + at)).sum(axis=0),
        ]
    )
    value: Floats = highest + np.log(whole)
    return value, gradient
