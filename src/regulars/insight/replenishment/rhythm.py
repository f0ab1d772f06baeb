"""How long a purchase lasts: log gaps, each customer's own mean shrunk to the item's, the item's to all items'.

A gap between purchases of one item by one customer, in shop's days, is log-normal: ln gap = m + γ ln size + error. The
customer's m varies around the item's μ with variance τ²; own mean and μ are weighted by their precision (empirical
Bayes: Efron & Morris, "Stein's estimation rule and its competitors", 1973). Gaps vary around m with a variance of the
customer's own, shrunk to the item's σ²: who buys like clockwork gets a narrow window, whoever else buys it.
γ, learned from the data, says how much longer twice as much lasts: 0 not at all, 1 twice as long. Since real errors are
not normal, their quantiles are taken from the last known gap of every customer, foretold from the earlier ones.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from regulars.insight.grouped import Floats, Ints
from regulars.insight.replenishment.moves import Purchases
from regulars.insight.replenishment.seasons import Clock

_BORROWED: Final = 20.0  # customers that an item borrows from all items
_BUCKETS: Final = 4  # own gaps known: 0, 1, 2, 3 and more
_GRID: Final = np.arange(0.0025, 1, 0.0025)
_TAIL: Final = 4.5  # standard deviations at which the tails end
_SPREAD_UNKNOWN: Final = 0.5  # where nobody has two gaps
_DOUBTS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 64.0)
_LEAST_RESIDUALS: Final = 200
_PADDED: Final = np.concatenate(([0.0], _GRID, [1.0]))


@dataclass(frozen=True, slots=True)
class Gaps:
    """Complete gaps, by pair (customer × item)."""

    pair: Ints
    item: Ints
    log: Floats  # of the gap in shop's days
    log_size: Floats  # of the purchase that it followed


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What was learned: per item μ, σ², τ²; γ; quantiles of the error by own gaps known (buckets × grid)."""

    mu: Floats
    sigma2: Floats
    tau2: Floats
    gamma: float
    doubt: float  # how many gaps the item's σ² counts for, against the customer's own
    errors: Floats

    def expected(self, item: Ints, gaps: Ints, mean: Floats, squares: Floats) -> tuple[Floats, Floats]:
        """Mean and standard deviation of the next log gap at usual size.

        From own log gaps: their number, their mean, and the sum of squared deviations from it.
        """
        vary = (self.doubt * self.sigma2[item] + squares) / (self.doubt + np.maximum(gaps - 1, 0))
        own, prior = gaps / vary, 1 / self.tau2[item]
        weight = own / (own + prior)
        middle = weight * np.where(gaps > 0, mean, 0.0) + (1 - weight) * self.mu[item]
        return middle, np.sqrt(vary + 1 / (own + prior))

    def below(self, z: Floats, gaps: Ints) -> Floats:
        """Share of errors below z."""
        return self._each(z, gaps, lambda row, part: np.interp(part, row, _PADDED))

    def quantile(self, share: Floats, gaps: Ints) -> Floats:
        """The error that this share lies below."""
        return self._each(share, gaps, lambda row, part: np.interp(part, _PADDED, row))

    def _each(self, values: Floats, gaps: Ints, look: Callable[[Floats, Floats], Floats]) -> Floats:
        answer = np.empty(len(values))
        bucket = np.minimum(gaps, _BUCKETS - 1)
        for number in range(_BUCKETS):
            mine = bucket == number
            answer[mine] = look(self.errors[number], values[mine])
        return answer


def complete_gaps(bought: Purchases, clock: Clock) -> Gaps:
    """All gaps between one purchase and the next of the same pair; at least half a day of the shop's."""
    pair = pair_of(bought)
    same = pair[1:] == pair[:-1]
    at = clock.of(bought.day)
    gap = np.maximum(at[1:] - at[:-1], 0.5)[same]
    return Gaps(pair[1:][same], bought.item[1:][same], np.log(gap), np.log(bought.size[:-1][same]))


def pair_of(bought: Purchases) -> Ints:
    """The running number of the pair, per row."""
    begins = np.zeros(len(bought), np.int64)
    begins[bought.starts] = 1
    return np.cumsum(begins) - 1


def learn(gaps: Gaps, items: int, pairs: int) -> Rhythm:
    """Moments, shrunk; then the errors as they are."""
    gamma = _gamma(gaps, pairs)
    log = gaps.log - gamma * gaps.log_size
    mu, sigma2, tau2 = _moments(log, gaps, items, pairs)
    rough = Rhythm(mu, sigma2, tau2, gamma, _DOUBTS[0], _normal_errors())
    tried = _Tried.of(log, gaps, pairs)
    best = min((replace(rough, doubt=doubt) for doubt in _DOUBTS), key=tried.surprise)
    return replace(best, errors=tried.errors(best))


def spread_within(gaps: Gaps, pairs: int) -> float:
    """Variance of log gaps within pairs: how well a clock fits."""
    return float(_within(gaps.log, gaps.pair, pairs)[0].mean())


def _gamma(gaps: Gaps, pairs: int) -> float:
    """Slope of ln gap on ln size, within pairs, where sizes differ; between 0 and 1."""
    log, size = (_centred(values, gaps.pair, pairs) for values in (gaps.log, gaps.log_size))
    spread = float(size @ size)
    # One gap's worth of doubt: with sizes that hardly differ the slope would be noise.
    return float(np.clip(log @ size / (spread + 1.0), 0.0, 1.0))


def _centred(values: Floats, group: Ints, groups: int) -> Floats:
    count = np.maximum(np.bincount(group, minlength=groups), 1)
    centred: Floats = values - (np.bincount(group, values, groups) / count)[group]
    return centred


def _within(log: Floats, pair: Ints, pairs: int) -> tuple[Floats, Ints]:
    """Squared deviations from the pair's mean, freed of the mean's own freedom, for gaps of pairs with two or more."""
    count = np.bincount(pair, minlength=pairs)[pair]
    several = count > 1
    deviation = _centred(log, pair, pairs)[several]
    return np.square(deviation) * (count / np.maximum(count - 1, 1))[several], np.flatnonzero(several)


def _moments(log: Floats, gaps: Gaps, items: int, pairs: int) -> tuple[Floats, Floats, Floats]:
    squares, rows = _within(log, gaps.pair, pairs)
    count = np.bincount(gaps.pair, minlength=pairs)
    item_of = np.zeros(pairs, np.int64)
    item_of[gaps.pair] = gaps.item
    known = count > 0
    mean = np.bincount(gaps.pair, log, pairs)[known] / count[known]
    item, n = item_of[known], count[known]
    everyone = float(np.mean(mean))
    mu = _borrowing(item, mean, items, everyone)
    sigma2 = np.maximum(
        _borrowing(gaps.item[rows], squares, items, float(squares.mean()) if len(squares) else 0.5), 1e-3
    )
    between = np.square(mean - mu[item]) - sigma2[item] / n
    tau2 = np.maximum(_borrowing(item, between, items, float(np.mean(between))), 1e-3)
    return mu, sigma2, tau2


def _borrowing(group: Ints, values: Floats, groups: int, everyone: float) -> Floats:
    """Means of groups, each with some of everyone's mixed in."""
    answer: Floats = (np.bincount(group, values, groups) + _BORROWED * everyone) / (
        np.bincount(group, minlength=groups) + _BORROWED
    )
    return answer


@dataclass(frozen=True, slots=True)
class _Tried:
    """The last known gap of every pair, and what the gaps before it were."""

    item: Ints
    gaps: Ints
    mean: Floats
    squares: Floats
    last: Floats

    @classmethod
    def of(cls, log: Floats, gaps: Gaps, pairs: int) -> "_Tried":
        ends = np.flatnonzero(np.append(gaps.pair[1:] != gaps.pair[:-1], True)) if len(log) else np.zeros(0, np.int64)
        earlier = np.ones(len(log), bool)
        earlier[ends] = False
        count, mean, squares = summed(log[earlier], gaps.pair[earlier], pairs)
        pair = gaps.pair[ends]
        return cls(gaps.item[ends], count[pair], mean[pair], squares[pair], log[ends])

    def surprise(self, rhythm: Rhythm) -> float:
        """Mean of −ln density of the last gaps, as if errors were normal."""
        middle, spread = rhythm.expected(self.item, self.gaps, self.mean, self.squares)
        return float(np.mean(np.log(spread) + np.square((self.last - middle) / spread) / 2)) if len(middle) else 0.0

    def errors(self, rhythm: Rhythm) -> Floats:
        """Quantiles of (last gap − foretold) / sd, by how many gaps it was foretold from."""
        table = _normal_errors()
        for bucket in range(_BUCKETS):
            if bucket == 0:  # as if nothing of one's own were known: everybody can say what that is like
                mine, known = np.ones(len(self.last), bool), np.zeros(len(self.last), np.int64)
            else:
                mine = self.gaps == bucket if bucket < _BUCKETS - 1 else self.gaps >= bucket
                known = self.gaps
            squares = np.where(known > 0, self.squares, 0.0)
            middle, spread = rhythm.expected(self.item[mine], known[mine], self.mean[mine], squares[mine])
            residual = (self.last[mine] - middle) / spread
            if len(residual) >= _LEAST_RESIDUALS:
                table[bucket, 1:-1] = np.quantile(np.clip(residual, -_TAIL, _TAIL), _GRID)
        return table


def summed(log: Floats, pair: Ints, pairs: int) -> tuple[Ints, Floats, Floats]:
    """Number, mean and squared deviations of each pair's log gaps."""
    count = np.bincount(pair, minlength=pairs)
    mean = np.bincount(pair, log, pairs) / np.maximum(count, 1)
    return count, mean, np.bincount(pair, np.square(log - mean[pair]), pairs).astype(np.float64)


def _normal_errors() -> Floats:
    from scipy.special import ndtri

    row = np.concatenate(([-_TAIL], ndtri(_GRID), [_TAIL]))
    answer: Floats = np.tile(row, (_BUCKETS, 1))
    return answer
