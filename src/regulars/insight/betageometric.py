"""Dropout by the purchase: what BG/NBD and MBG/NBD share.

After a purchase a customer drops out with a chance of their own, p ~ Beta(a, b). BG/NBD gives that chance at each
repeat purchase, MBG/NBD at the first purchase too, so that who never came back may be lost. With y chances
taken so far (x, or x + 1), being alive at T after x repeat purchases weighs B(a, b + y) (α + T)^−(r+x), having
left at the last purchase B(a + 1, b + y − 1) (α + t_x)^−(r+x).
"""

from typing import ClassVar, Final

import numpy as np
from scipy.special import betainc, betaln, expit, gammaln, hyp2f1, psi

from regulars.insight.grouped import Floats, Grouped, dot
from regulars.insight.repeat import RepeatBuying

_EXP_MAX: Final = 700.0


class BetaGeometric(RepeatBuying):
    """Shared by BGNBD and MBGNBD."""

    _names = ("r", "alpha", "a", "b")
    _chances_at_first: ClassVar[int]

    def _start(self, mean_age: float, mean_frequency: float) -> Floats:
        return np.log([0.5, 0.5 * mean_age / (mean_frequency + 0.5), 0.8, 2.0])

    def _log_odds_left(self, x: Floats, a: float, b: float) -> Floats:
        """log a / (b + y − 1): odds of having left at the last chance, before time is looked at; −inf without one."""
        y = x + self._chances_at_first
        odds: Floats = np.where(y > 0, np.log(a) - np.log(np.where(y > 0, b + y - 1, 1.0)), -np.inf)
        return odds

    def _log_likelihood(self, rows: Grouped, at: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = np.exp(at)
        n = rows.count
        x, y = rows.frequency.levels, rows.frequency.levels + self._chances_at_first
        by_x = rows.by_frequency(n)
        customers = float(n.sum())
        log_end, log_last = np.log(alpha + rows.age.levels), np.log(alpha + rows.recency.levels)
        later = log_end[rows.age.codes]
        gap = later - log_last[rows.recency.codes]
        log_odds = (r + x)[rows.frequency.codes] * gap + self._log_odds_left(x, a, b)[rows.frequency.codes]
        log_either, share_left = log_one_plus(log_odds)
        left = n * share_left
        left_by_x = rows.by_frequency(left)
        by_row = dot(n, log_either) - dot(n * (r + x)[rows.frequency.codes], later)
        by_level = gammaln(r + x) + betaln(a, b + y)
        whole = customers * (r * np.log(alpha) - gammaln(r) - betaln(a, b))
        stay_rate = (n - left) / (alpha + rows.age.levels)[rows.age.codes]
        left_rate = left / (alpha + rows.recency.levels)[rows.recency.codes]
        tail = np.where(y > 0, left_by_x / np.where(y > 0, b + y - 1, 1.0), 0.0)
        gradient = np.array(
            [
                by_x @ psi(r + x) + customers * (np.log(alpha) - psi(r)) - dot(n, later) + dot(left, gap),
                customers * r / alpha - dot((r + x)[rows.frequency.codes], stay_rate + left_rate),
                customers * psi(a + b) - by_x @ psi(a + b + y) + left_by_x.sum() / a,
                customers * (psi(a + b) - psi(b)) + by_x @ (psi(b + y) - psi(a + b + y)) - tail.sum(),
            ]
        )
        return float(by_row + by_x @ by_level + whole), gradient * np.exp(at)

    def _alive_each(self, x: Floats, last: Floats, end: Floats) -> Floats:
        return self._alive(x, last, end)  # Two logarithms cost less than looking for equal histories.

    def _alive(self, x: Floats, last: Floats, end: Floats) -> Floats:
        r, alpha, a, b = self._theta
        log_odds = (r + x) * (np.log(alpha + end) - np.log(alpha + last)) + self._log_odds_left(x, a, b)
        alive: Floats = expit(-log_odds)
        return alive

    def _rate_if_alive(self, after: Floats, x: Floats, end: Floats) -> Floats:
        r, alpha, a, b = self._theta
        rate = (r + x) / (alpha + end)
        answer: Floats = rate * mean_of_power(a, b + x + self._chances_at_first, r + x + 1, after / (alpha + end))
        return answer

    def _at_least_if_alive(self, n: Floats, horizon: float, x: Floats, end: Floats) -> Floats:
        # The n-th purchase comes in time, and none of the n − 1 before it was the last: independent, given alive.
        r, alpha, a, b = self._theta
        stayed = b + x + self._chances_at_first
        in_time = betainc(n, r + x, horizon / (alpha + end + horizon))
        answer: Floats = in_time * np.exp(betaln(a, stayed + n - 1) - betaln(a, stayed))
        return answer


def log_one_plus(log_odds: Floats) -> tuple[Floats, Floats]:
    """log(1 + odds) and odds / (1 + odds). One exponential for both, in loops the processor takes several rows of at
    once, is ten times as fast as `logaddexp` and `expit`; past its reach nothing is left of the 1."""
    odds = np.exp(np.minimum(log_odds, _EXP_MAX))
    return np.log1p(odds) + np.maximum(log_odds - _EXP_MAX, 0.0), odds / (1 + odds)


def mean_of_power(a: float, b: Floats, power: Floats, z: Floats) -> Floats:
    """E[(1 + p z)^−power] for p ~ Beta(a, b), z ≥ 0: the hypergeometric 2F1(power, a; a + b; −z).

    Written by Pfaff as (1 + z)^−a 2F1(a + b − power, a; a + b; z / (1 + z)): a + b − power does not grow with the
    number of purchases, so nothing overflows. Where the library still fails (a and b in the thousands) the mean is
    integrated directly; Jensen's inequality and 1 bound what can be right.
    """
    b, power, z = np.broadcast_arrays(b, power, z)
    c = a + b
    with np.errstate(all="ignore"):
        value = np.exp(-a * np.log1p(z)) * hyp2f1(c - power, a, c, z / (1 + z))
    lowest = np.exp(-power * np.log1p(z * a / c))
    wrong = ~((value >= lowest * (1 - 1e-9)) & (value <= 1 + 1e-9))
    if wrong.any():
        value[wrong] = _mean_by_integral(a, b[wrong], power[wrong], z[wrong])
    answer: Floats = np.clip(value, 0.0, 1.0)
    return answer


def _mean_by_integral(a: float, b: Floats, power: Floats, z: Floats) -> Floats:
    # In the logit of p the integrand has one hill and falls off exponentially both ways, where equal steps converge
    # faster than any power. Its top is found by halving, its width by the curvature there.
    low, high = np.full(len(b), -60.0), np.full(len(b), 60.0)
    for _ in range(60):
        middle = (low + high) / 2
        p, q = expit(middle), expit(-middle)
        rising = a * q - b * p - power * z * p * q / (1 + p * z) > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    p, q = expit(low), expit(-low)
    width = 1 / np.sqrt((a + b + power * z * (q - p - p * p * z) / (1 + p * z) ** 2) * p * q)
    left, right = np.maximum(12 * width, 40 / a), np.maximum(12 * width, 40 / b)
    total, steps = np.zeros(len(b)), 601
    for share in np.linspace(0, 1, steps):
        logit = low - left + share * (left + right)
        log_p, log_q = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
        total += np.exp(a * log_p + b * log_q - betaln(a, b) - power * np.log1p(np.exp(log_p) * z))
    answer: Floats = total * (left + right) / (steps - 1)
    return answer
