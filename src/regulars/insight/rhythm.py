"""Each customer's own rhythm: gaps between visits as a gamma renewal process, customers differing in pace.

The gaps of customer i are Gamma(k, rate λ_i) and λ_i ~ Gamma(a, rate b). k = 1 is buying at random; k above 1 is buying
regularly, which the repeat-buying models cannot see (Wheat & Morrison, "Estimating purchase regularity with two
interpurchase times", 1990; Platzer & Reutterer, "Ticking away the moments", 2016). A customer's gaps enter through
their number n, sum S and sum of logarithms alone, and the next gap g follows g / (g + b + S) ~ Beta(k, a + n k).
"""

from typing import Any, Final, Self

import numpy as np
from scipy.special import betainc, betaincinv, expit, gammaln, psi

from regulars.insight.estimator import Estimator
from regulars.insight.grouped import BadHistory, Floats, Ints, column, dot, refuse_where, same_length
from regulars.insight.likelihood import SHARP, climb
from regulars.insight.opengap import OpenGaps

_ROUGH_ROWS: Final = 20_000
_DAY: Final = 0.5  # a gap of d days stands for times from d − ½ to d + ½


class OwnRhythm(Estimator):
    """Learns how regular customers are and how their paces differ; then says what is usual for each.

    `customers_max`: at most so many customers, taken evenly, teach it when silences are given; without, all do.

    >>> rhythm = OwnRhythm().with_parameters(k=2.0, a=3.0, b=30.0)
    >>> rhythm.typical_gap_days([0, 8], [0, 56]).round(1).tolist()
    [18.8, 7.7]
    """

    def __init__(self, customers_max: int = 100_000, rounds_max: int = 500) -> None:
        self.customers_max = customers_max
        self.rounds_max = rounds_max

    def fit(self, gaps: Any, gap_days_sum: Any, gap_log_sum: Any, *, silence_days: Any = None) -> Self:
        """Learns k, a, b from each customer's number of gaps, their sum in days, and the sum of their logarithms.

        Complete gaps alone are biased: long ones are cut off by the end of the data. `silence_days`, days since the
        last visit, puts that right: the gap now open is at least so long, unless the customer has left. Since
        some have, the chance of leaving is learned too (`leave_first` after the first visit, `leave` after later ones).
        Without it gaps count as if the data had no end: right where gaps are short against the time seen.

        Raises BadHistory for rows that cannot be. Sets `parameters_`, `standard_errors_`, `log_likelihood_`,
        `converged_`, `degenerate_`, `why_degenerate_` ("" or "pace-flat": all of one pace, or too little to tell).
        """
        n, total = _checked(gaps, gap_days_sum)
        logs = column(gap_log_sum, "gap_log_sum")
        same_length(gaps=n, gap_log_sum=logs)
        most = n * np.log(np.maximum(total, 1e-300) / np.maximum(n, 1))
        refuse_where(
            ~np.where(n > 0, logs <= most + 1e-6 * (1 + np.abs(most)), logs == 0),
            "gap_log_sum is above what gaps of that sum can have",
            gaps=n,
            gap_days_sum=total,
            gap_log_sum=logs,
        )
        if not n.any():
            raise BadHistory("Nobody has a gap: a rhythm needs customers who came twice.")
        # A whole day stands for times half a day around it, whose mean logarithm is lower by 1 / (24 d²): who comes
        # on the same day every week is regular to the day, not to the second.
        logs = logs - n / (24 * np.maximum(total / np.maximum(n, 1), 1.0) ** 2)
        if silence_days is None:
            self._learn_gaps(n, total, logs)
        else:
            silence = column(silence_days, "silence_days")
            same_length(gaps=n, silence_days=silence)
            refuse_where(~((silence >= 0) & (silence < np.inf)), "silence_days must be from 0", silence_days=silence)
            step = max(-(-len(n) // self.customers_max), 1)
            self._learn_with_silence(n[::step], total[::step], logs[::step], silence[::step])
        return self

    def _learn_gaps(self, n: Floats, total: Floats, logs: Floats) -> None:
        came = n > 0
        rows = _Gaps(n[came], total[came], logs[came])
        step = len(rows.total) // _ROUGH_ROWS
        few = _Gaps(rows.n[::step], rows.total[::step], rows.logs[::step]) if step > 1 else None
        self._climb(
            rows.log_likelihood,
            _start(rows),
            len(rows.total),
            ("k", "a", "b"),
            few.log_likelihood if few is not None else None,
        )

    def _learn_with_silence(self, n: Floats, total: Floats, logs: Floats, silence: Floats) -> None:
        rows, still_open = _Gaps(n, total, logs), OpenGaps(n, total, silence)

        def log_likelihood(at: Floats) -> tuple[float, Floats]:
            value, slope = rows.log_likelihood(at[:3])
            more, slopes = _with_leaving(at, still_open)
            return value + more, np.concatenate((slope, [0.0, 0.0])) + slopes

        near = climb(rows.log_likelihood, _start(rows), customers=len(n))
        start = np.append(near.at, [0.0, -2.0])
        self._climb(log_likelihood, start, len(n), ("k", "a", "b", "leave_first", "leave"), None)

    def _climb(self, full: Any, start: Floats, customers: int, names: tuple[str, ...], rough: Any) -> None:
        peak = climb(full, start, customers=customers, rough=rough, rounds_max=self.rounds_max)
        chances = expit(peak.at[3:])
        values = np.concatenate((np.exp(peak.at[:3]), chances))
        slopes = np.concatenate((np.exp(peak.at[:3]), chances * (1 - chances)))
        self.parameters_ = dict(zip(names, values.tolist(), strict=True))
        self.standard_errors_ = dict(zip(names, (slopes * peak.spread).tolist(), strict=True))
        self.log_covariance_ = peak.covariance
        self.log_likelihood_, self.converged_, self.customers_ = peak.value, peak.converged, customers
        self.degenerate_ = bool((~(peak.spread[:3] < SHARP)).any())
        self.why_degenerate_ = "pace-flat" if self.degenerate_ else ""

    def with_parameters(self, *, k: float, a: float, b: float) -> Self:
        """The same model with given parameters instead of fitted ones."""
        self.parameters_ = {"k": float(k), "a": float(a), "b": float(b)}
        return self

    @property
    def _theta(self) -> tuple[float, float, float]:
        known: dict[str, float] = self._learned("parameters_")
        return known["k"], known["a"], known["b"]

    def typical_gap_days(self, gaps: Any, gap_days_sum: Any) -> Floats:
        """Median of the next gap; of a customer without gaps, that of anyone's."""
        n, total = _checked(gaps, gap_days_sum)
        return self._quantile(0.5, n, total)

    def window(self, gaps: Any, gap_days_sum: Any, *, level: float = 0.9) -> tuple[Floats, Floats]:
        """The next visit, if there is one, comes from `low` to `high` days after the last, both included.

        Whole days, each standing for half a day on both sides: over customers the window holds `level`.
        """
        n, total = _checked(gaps, gap_days_sum)
        low = np.maximum(np.rint(self._quantile((1 - level) / 2, n, total)), 1.0)
        high = np.maximum(np.rint(self._quantile((1 + level) / 2, n, total)), low)
        return low, high

    def silence_probability(self, silence_days: Any, gaps: Any, gap_days_sum: Any) -> Floats:
        """P(a gap of at least `silence_days` whole days | own history), if the customer has not left.

        A customer last seen d days before the end of the data, and not on the last day itself, is in a gap of at least
        d + 1 days. 1 where `silence_days` is 0 or less.
        """
        n, total = _checked(gaps, gap_days_sum)
        silence = column(silence_days, "silence_days")
        same_length(silence_days=silence, gaps=n)
        k, a, b = self._theta
        over = np.maximum(silence - _DAY, 0.0)
        answer: Floats = betainc(a + n * k, k, (b + total) / (b + total + over))
        return answer

    def _quantile(self, level: float, n: Floats, total: Floats) -> Floats:
        # In units of b + S the next gap depends on n alone: one inverse per distinct n.
        k, a, b = self._theta
        levels, codes = np.unique(n, return_inverse=True)
        share = betaincinv(k, a + levels * k, level)
        answer: Floats = (share / (1 - share))[codes] * (b + total)
        return answer


class _Gaps:
    """Customers' sufficient statistics, and the log-likelihood of their complete gaps at log (k, a, b)."""

    def __init__(self, n: Floats, total: Floats, logs: Floats) -> None:
        self.n, self.total, self.logs = n, total, logs
        self._levels, codes = np.unique(n, return_inverse=True)
        self._codes: Ints = codes
        self._by_n = np.bincount(codes).astype(np.float64)

    def log_likelihood(self, at: Floats) -> tuple[float, Floats]:
        k, a, b = np.exp(at)
        levels, by_n, customers = self._levels, self._by_n, float(len(self.n))
        log_time = np.log(b + self.total)
        weighted = dot(self.n, log_time)
        shape = a + levels * k
        gaps = float(by_n @ levels)
        value = (k - 1) * self.logs.sum() - gaps * gammaln(k) + by_n @ gammaln(shape)
        value += customers * (a * np.log(b) - gammaln(a)) - a * log_time.sum() - k * weighted
        both = psi(shape)
        slope = np.array(
            [
                self.logs.sum() - gaps * psi(k) + (by_n * levels) @ both - weighted,
                customers * (np.log(b) - psi(a)) + by_n @ both - log_time.sum(),
                customers * a / b - (shape[self._codes] / (b + self.total)).sum(),
            ]
        )
        return float(value), slope * np.exp(at)


def _start(rows: _Gaps) -> Floats:
    pace = float(rows.total.sum() / rows.n.sum())
    return np.log([1.2, 2.5, 2.5 * pace / 1.2])


def _with_leaving(at: Floats, rows: OpenGaps) -> tuple[float, Floats]:
    """Log-likelihood of leaving, and of the gaps still open, at (log k, log a, log b, two log odds of leaving)."""
    k, a, b = np.exp(at[:3])
    longer, slopes = rows.longer(k, a, b)
    leave_first, leave = expit(at[3]), expit(at[4])
    came = rows.n > 0
    chance = np.where(came, leave, leave_first)
    silent = chance + (1 - chance) * longer
    came_back, again = float(came.sum()), float(np.maximum(rows.n - 1, 0).sum())
    value = float(np.log(silent).sum()) + came_back * np.log1p(-leave_first) + again * np.log1p(-leave)
    # By the log odds of leaving: P(left | silence) less the chance itself, and less it for each time of coming back.
    left = chance / silent - chance
    by_leaving = [left[~came].sum() - came_back * leave_first, left[came].sum() - again * leave]
    return value, np.concatenate(([dot(row, (1 - chance) / silent) for row in slopes], by_leaving))


def _checked(gaps: Any, gap_days_sum: Any) -> tuple[Floats, Floats]:
    n, total = column(gaps, "gaps"), column(gap_days_sum, "gap_days_sum")
    same_length(gaps=n, gap_days_sum=total)
    rows = {"gaps": n, "gap_days_sum": total}
    refuse_where(~((n >= 0) & (n == np.floor(n)) & (n < np.inf)), "gaps must be a whole number from 0", **rows)
    refuse_where(~((total >= 0) & (total < np.inf)), "gap_days_sum must be from 0", **rows)
    refuse_where((n > 0) != (total > 0), "gaps and gap_days_sum are 0 together or not at all", **rows)
    return n, total
