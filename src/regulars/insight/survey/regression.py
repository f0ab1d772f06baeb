"""Least squares with errors that need no even spread, and what answers would have brought to the same people."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import norm

from regulars.insight.survey.reading import Floats

PERMUTED_MOST: Final = 5_000  # people; beyond them the normal distribution is as good
_TIMES: Final = 1_999
_AT_ONCE: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients with the HC3 covariance of MacKinnon & White (1985)."""

    beta: Floats
    covariance: Floats


def fitted(x: Floats, y: Floats) -> Fit:
    """Least squares of y on x (which has its own constant); columns that say nothing get coefficient 0."""
    inverse = np.linalg.pinv(x.T @ x, hermitian=True)
    beta = inverse @ x.T @ y
    leverage = np.clip(np.einsum("ni,ij,nj->n", x, inverse, x), 0.0, 1 - 1e-8)
    scaled = x * ((y - x @ beta) / (1 - leverage))[:, None]
    return Fit(beta, inverse @ scaled.T @ scaled @ inverse)


def difference(group: Floats, before: Floats, y: Floats, *, seed: int) -> tuple[float, float, float, float, str]:
    """How much y is higher where `group` is 1, given `before`: estimate, interval, p-value, and by what.

    Up to PERMUTED_MOST people the p-value is by permuting what `before` leaves unexplained (Freedman & Lane 1983), its
    statistic divided by a robust error (DiCiccio & Romano 2017) so that groups may spread differently.
    """
    z = np.column_stack((np.ones(len(y)), before))
    fit = fitted(np.column_stack((z, group)), y)
    estimate, error = float(fit.beta[-1]), float(np.sqrt(max(fit.covariance[-1, -1], 0.0)))
    low, high = estimate - 1.959964 * error, estimate + 1.959964 * error
    left, own = _residuals(z, y), _residuals(z, group)
    if np.abs(left).max() < 1e-9 or np.abs(own).max() < 1e-9:
        return estimate, low, high, 1.0, "permutation"
    if len(y) > PERMUTED_MOST:
        return estimate, low, high, float(2 * norm.sf(abs(estimate) / error)) if error > 0 else 1.0, "robust"
    return estimate, low, high, _permuted(left, own, seed), "permutation"


def _residuals(z: Floats, y: Floats) -> Floats:
    left: Floats = y - z @ (np.linalg.pinv(z) @ y)
    return left


def _permuted(left: Floats, own: Floats, seed: int) -> float:
    """Share of permutations that do as much as the order found, which counts as one of them."""
    random, n = np.random.default_rng(seed), len(left)
    observed = abs(_statistic(left[None], own)[0])
    step, beyond = max(1, _AT_ONCE // n), 0
    for begin in range(0, _TIMES, step):
        drawn = random.permuted(np.broadcast_to(left, (min(step, _TIMES - begin), n)), axis=1)
        beyond += int((np.abs(_statistic(drawn, own)) >= observed - 1e-12).sum())
    return (1 + beyond) / (1 + _TIMES)


def _statistic(left: Floats, own: Floats) -> Floats:
    slope = left @ own / (own @ own)
    spread = np.square(left - slope[:, None] * own) @ np.square(own)
    found: Floats = np.divide(left @ own, np.sqrt(spread), out=np.zeros(len(left)), where=spread > 1e-18)
    return found


def adjusted_means(levels: Floats, before: Floats, y: Floats) -> dict[float, tuple[float, float, float]]:
    """Per level what y would be on average if everyone had it, given what they did before: value, low, high."""
    distinct = np.unique(levels)
    dummies = (levels[:, None] == distinct[None]).astype(np.float64)
    centred = before - before.mean(axis=0)
    fit = fitted(np.column_stack((dummies, centred)), y)
    errors = np.sqrt(np.maximum(np.diagonal(fit.covariance), 0.0))
    return {
        float(level): (float(b), float(b - 1.959964 * e), float(b + 1.959964 * e))
        for level, b, e in zip(distinct, fit.beta, errors, strict=False)
    }


def monotone(values: Floats, weights: Floats) -> Floats:
    """The nearest sequence that never falls, by pooling adjacent violators (Ayer et al. 1955).

    >>> monotone(np.array([1.0, 3.0, 2.0, 4.0]), np.ones(4)).tolist()
    [1.0, 2.5, 2.5, 4.0]
    """
    blocks: list[tuple[float, float, int]] = []  # value, weight, how many
    for value, weight in zip(values, weights, strict=True):
        blocks.append((float(value), float(weight), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (v1, w1, n1), (v2, w2, n2) = blocks[-2:]
            blocks[-2:] = [((v1 * w1 + v2 * w2) / (w1 + w2), w1 + w2, n1 + n2)]
    return np.concatenate([np.full(many, value) for value, _, many in blocks]) if blocks else np.empty(0)
