"""Do questions measure one thing? Cronbach's (1951) alpha and McDonald's (1999) omega.

Omega rests on one factor, fitted to the correlations by minimal residuals (Harman & Jones 1966, with their limit of
what a question can share), which needs no normal answers; it is given for the plain sum of the answers.
"""

from typing import Final

import numpy as np

from regulars.insight.survey.found import Estimate
from regulars.insight.survey.moments import complete_rows, covariance, resampled
from regulars.insight.survey.reading import Floats

FEWEST: Final = 20  # complete respondents
_ROUNDS: Final = 500
_NEAR: Final = 1e-9


def alphas(covariances: Floats) -> Floats:
    """Alpha of each of a stack of covariance matrices; NaN where the sum does not vary.

    >>> alphas(np.array([[[1.0, 0.5, 0.5], [0.5, 1.0, 0.5], [0.5, 0.5, 1.0]]])).round(6).tolist()
    [0.75]
    """
    k = covariances.shape[1]
    whole = covariances.sum(axis=(1, 2))
    own = np.trace(covariances, axis1=1, axis2=2)
    ratio = np.divide(own, whole, out=np.full(len(whole), np.nan), where=whole > 1e-12)
    found: Floats = k / (k - 1) * (1 - ratio)
    return found


def loadings(correlations: Floats) -> Floats:
    """Loadings (stack × k) of one factor by minimal residuals, turned so that their sum is positive."""
    _, vectors = np.linalg.eigh(correlations)
    found = vectors[:, :, -1] * np.sqrt(np.maximum(np.linalg.eigvalsh(correlations)[:, -1:], 0.0))
    k = correlations.shape[1]
    for _ in range(_ROUNDS):
        before = found.copy()
        for place in range(k):
            rest = np.arange(k) != place
            top = np.einsum("bi,bi->b", correlations[:, place, rest], found[:, rest])
            below = np.square(found[:, rest]).sum(axis=1)
            found[:, place] = np.clip(np.divide(top, below, out=np.zeros_like(top), where=below > 1e-12), -1.0, 1.0)
        if np.abs(found - before).max() < _NEAR:
            break
    turned: Floats = found * np.where(found.sum(axis=1) < 0, -1.0, 1.0)[:, None]
    return turned


def omegas(covariances: Floats) -> Floats:
    """Omega of the sum of the answers for each covariance matrix; NaN where a question does not vary."""
    spread = np.sqrt(np.diagonal(covariances, axis1=1, axis2=2))
    found = np.full(len(covariances), np.nan)
    good = (spread > 1e-9).all(axis=1)
    if good.any():
        s = spread[good]
        shared = loadings(covariances[good] / (s[:, :, None] * s[:, None, :]))
        common = (shared * s).sum(axis=1) ** 2
        own = (np.square(s) * (1 - np.square(shared))).sum(axis=1)
        found[good] = common / (common + own)
    return found


def reliability(matrix: Floats, *, seed: int, times: int = 1000) -> tuple[Estimate | None, Estimate | None]:
    """Alpha (two questions at least) and omega (three), with percentile intervals from resampled respondents."""
    whole = complete_rows(matrix)
    if matrix.shape[1] < 2 or len(whole) < FEWEST:
        return None, None
    once, many = covariance(whole), resampled(whole, times=times, seed=seed)
    alpha = _estimate(alphas(once), alphas(many), len(whole))
    return alpha, _estimate(omegas(once), omegas(many), len(whole)) if matrix.shape[1] >= 3 else None


def _estimate(once: Floats, many: Floats, answers: int) -> Estimate | None:
    drawn = many[np.isfinite(many)]
    if not np.isfinite(once[0]) or not len(drawn):
        return None
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Estimate(float(once[0]), float(low), float(high), answers)
