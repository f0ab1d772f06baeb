"""The gap that is still open: how likely one's next gap is to last longer than the silence so far, with slopes.

With X = b + S and A = a + n k, log(g / X) of the next gap has the density f(y) = e^(k y) (1 + e^y)^−(A + k) / B(k, A):
one curve per number of gaps n. Each curve is summed once along a fine grid (trapezoid, corrected to fourth order)
together with its slopes by k and A, and read off per customer: thousands of incomplete beta functions for the price of
a few exponentials.
"""

from typing import Final

import numpy as np
from scipy.special import betaln, psi

from regulars.insight.grouped import Floats

_FINEST: Final = 0.08  # of the curve's own width, which falls with k
_BEYOND: Final = 5.0
_SHARPEST: Final = 1e4  # a search may try a k beyond all sense; the grid must not grow with it


class OpenGaps:
    """Customers with `n` complete gaps of `total` days and a gap now open for `silence` days."""

    def __init__(self, n: Floats, total: Floats, silence: Floats) -> None:
        # Not seen on the day itself: the open gap is longer by at least half a day.
        self.n, self.total, self.silence = n, total, silence + 0.5
        self._levels, self._codes = np.unique(n, return_inverse=True)

    def longer(self, k: float, a: float, b: float) -> tuple[Floats, Floats]:
        """P(the gap is longer than the silence), and its slopes by log k, log a, log b in rows."""
        k = min(k, _SHARPEST)
        time = b + self.total
        y = np.log(self.silence / time)
        low, high = float(y.min()) - 0.2, max(float(y.max()), 4.0) + _BEYOND
        steps = int((high - low) / (_FINEST / np.sqrt(max(k, 1.0)))) + 2
        grid = np.linspace(low, high, steps)
        width = grid[1] - grid[0]
        density, sums = self._curves(grid, k, a)
        place = np.minimum(((y - low) / width).astype(np.intp), steps - 2)
        share = (y - low) / width - place
        left, right = (self._codes, place), (self._codes, place + 1)
        here = density[left] * (1 - share) + density[right] * share
        chance = _cubic(sums[0][left], sums[0][right], density[left] * -width, density[right] * -width, share)
        slope_k, slope_a = (part[left] * (1 - share) + part[right] * share for part in sums[1:])
        slopes = np.array([k * (slope_k + self.n * slope_a), a * slope_a, here * b / time])
        return np.clip(chance, 1e-300, 1.0), slopes

    def _curves(self, grid: Floats, k: float, a: float) -> tuple[Floats, tuple[Floats, Floats, Floats]]:
        """Density per number of gaps and grid point; from each point on its mass, and that mass's slopes by k and A."""
        shape = (a + self._levels * k)[:, None]
        soft = np.logaddexp(0.0, grid)
        rise = np.exp(grid - soft)
        density = np.exp(k * grid - (shape + k) * soft - betaln(k, shape))
        falling = density * (k - (shape + k) * rise)
        by_k = grid - soft - psi(k) + psi(shape + k)
        by_shape = -soft - psi(shape) + psi(shape + k)
        step = grid[1] - grid[0]
        mass = _from_right(density, falling, step) + density[:, -1:] / shape
        slope_k = _from_right(density * by_k, falling * by_k + density * (1 - rise), step)
        slope_shape = _from_right(density * by_shape, falling * by_shape - density * rise, step)
        return density, (mass, slope_k, slope_shape)


def _from_right(values: Floats, slopes: Floats, step: float) -> Floats:
    """Integral from each grid point to the last one: trapezoid with Euler and Maclaurin's correction."""
    pieces = (values[:, :-1] + values[:, 1:]) * step / 2 + (slopes[:, :-1] - slopes[:, 1:]) * step**2 / 12
    sums = np.zeros_like(values)
    sums[:, :-1] = np.cumsum(pieces[:, ::-1], axis=1)[:, ::-1]
    return sums


def _cubic(left: Floats, right: Floats, slope_left: Floats, slope_right: Floats, share: Floats) -> Floats:
    """Between two points with known values and slopes (per whole step)."""
    rest = 1 - share
    straight = left * rest**2 * (1 + 2 * share) + right * share**2 * (1 + 2 * rest)
    answer: Floats = straight + share * rest * (slope_left * rest - slope_right * share)
    return answer
