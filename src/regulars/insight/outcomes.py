"""The whole distribution of what a customer may spend within a horizon, not only its mean.

Given that a customer is alive at T after x repeat purchases, the number N still to come depends on (x, T) alone, and
its chances P(N ≥ n) are known in closed form. Given N = n, the spend Z of a customer whose own rate has the posterior
Gamma(Q, V) is V times a beta prime variable with shapes (p n, Q). So Z / V has one distribution per (x, T), a mixture
over n, whatever was spent before. It is tabulated once per cell of near-equal (x, T) and looked up per customer.

Cells: x exact up to 40, then within 2.5 %; α + T within 2.5 %. That is far below the width of any interval here.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import betainc, polygamma

from regulars.insight.grouped import Floats, Ints
from regulars.insight.repeat import RepeatBuying

_EXACT: Final = 40
_STEP: Final = 0.05
_CELLS_AT_ONCE: Final = 256
_POINTS: Final = 72
_REACH: Final = 5.5  # in standard deviations of log Z


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Per cell, given alive: chance of no purchase, moments of N, and the distribution of Z / V on a grid."""

    cell: Ints  # cell of each row asked about
    none: Floats  # P(N = 0)
    mean: Floats  # E N
    square: Floats  # E N²
    spend: Floats  # grid of Z / V, a row per cell, starting with 0
    reached: Floats  # P(Z / V ≤ grid)

    def quantile(self, level: Floats, cell: Ints) -> Floats:
        """Smallest Z / V that is not exceeded with probability `level`, given alive; 0 up to P(N = 0)."""
        width = self.reached.shape[1]
        # Cells laid end to end make one rising sequence, so that one search serves all rows.
        steps = (self.reached + 2.0 * np.arange(len(self.reached))[:, None]).ravel()
        wanted = np.clip(level, 0.0, 1.0)
        found = np.searchsorted(steps, wanted + 2.0 * cell, side="left")
        right = np.clip(found, cell * width + 1, cell * width + width - 1)
        reached, spend = self.reached.ravel(), self.spend.ravel()
        below, above = reached[right - 1], reached[right]
        share = np.where(above > below, (wanted - below) / np.where(above > below, above - below, 1.0), 1.0)
        value = spend[right - 1] + np.clip(share, 0.0, 1.0) * (spend[right] - spend[right - 1])
        answer: Floats = np.where(wanted <= self.none[cell], 0.0, value)
        return answer


def outcomes(
    model: RepeatBuying, p: float, q: float, horizon: float, frequency: Floats, age: Floats, known: Floats
) -> Outcomes:
    """Tables for rows with `frequency` repeat purchases at `age`, `known` (0 or x) of known spend."""
    _, scale, _, _ = model._theta
    by_count = np.where(
        frequency <= _EXACT, frequency, _EXACT + np.rint(np.log(np.maximum(frequency, 1) / _EXACT) / _STEP)
    )
    by_age = np.rint(np.log1p(age / scale) / _STEP)
    keys = ((by_count * 2) + (known > 0)) * (by_age.max(initial=0) + 1) + by_age
    _, cell, size = np.unique(keys, return_inverse=True, return_counts=True)
    x, end, seen = (np.bincount(cell, values) / size for values in (frequency, age, known))
    shape = q + p * seen
    order = np.argsort(model.expected_if_alive(horizon, x, end), kind="stable")
    none, mean, square = (np.empty(len(x)) for _ in range(3))
    spend, reached = np.empty((len(x), _POINTS + 1)), np.empty((len(x), _POINTS + 1))
    for first in range(0, len(order), _CELLS_AT_ONCE):
        part = order[first : first + _CELLS_AT_ONCE]
        counts, chances = _counts(model, horizon, x[part], end[part])
        mean[part], square[part] = chances @ counts, chances @ counts**2
        none[part] = 1 - chances.sum(axis=1)
        spend[part], reached[part] = _spends(p, shape[part], counts, chances, none[part], mean[part], square[part])
    return Outcomes(cell, none, mean, square, spend, reached)


def _counts(model: RepeatBuying, horizon: float, x: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Numbers of purchases from 1, the high ones in steps of 8 % each standing for a few, and their chances per row."""
    r, scale, _, _ = model._theta
    # Nobody who drops out buys more than if they did not: then N is negative binomial.
    most = (r + x) * horizon / (scale + end)
    top = float((most + 7 * np.sqrt(most * (1 + horizon / (scale + end))) + 12).max())
    few = np.arange(1.0, 13.0)
    steps = np.ceil(13 * 1.08 ** np.arange(0, max(np.log(top / 13) / np.log(1.08), 0) + 2))
    edges = np.concatenate((few, steps))
    reach = model._at_least_if_alive(edges, horizon, x[:, None], end[:, None])
    chances = np.maximum(reach[:, :-1] - reach[:, 1:], 0.0)
    return (edges[:-1] + edges[1:] - 1) / 2, chances


def _spends(
    p: float, shape: Floats, counts: Floats, chances: Floats, none: Floats, mean: Floats, square: Floats
) -> tuple[Floats, Floats]:
    """Grid of Z / V and P(Z / V ≤ grid | alive), rows by cell."""
    some = np.maximum(1 - none, 1e-300)
    buys = np.maximum(mean / some, 1.0)
    varied = np.maximum(square / some - buys**2, 0.0) / buys**2
    width = np.sqrt(polygamma(1, p * buys) + polygamma(1, shape) + varied)
    middle = np.log(p * buys / shape)
    grid = np.exp(middle[:, None] + width[:, None] * np.linspace(-_REACH, _REACH, _POINTS))
    reached = np.zeros_like(grid)
    for count, chance in zip(counts, chances.T, strict=True):
        use = chance > 1e-7
        share = grid[use] / (1 + grid[use])
        reached[use] += chance[use, None] * betainc(p * count, shape[use, None], share)
    reached = np.minimum(np.maximum.accumulate(reached, axis=1) + none[:, None], 1.0)
    reached[:, -1] = 1.0
    return np.column_stack((np.zeros(len(grid)), grid)), np.column_stack((none, reached))
