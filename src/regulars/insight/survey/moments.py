"""Means and covariances of many resamplings at once."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from regulars.insight.survey.reading import Floats

_CELLS: Final = 4_000_000  # counts held at a time


def resampled(values: Floats, *, times: int, seed: int) -> Floats:
    """Covariance matrices (times × k × k) of respondents drawn with replacement from complete rows (n × k)."""
    parts = [counts @ _products(values) for counts in _counts(len(values), times, seed)]
    return _covariances(np.concatenate(parts), values)


def covariance(values: Floats) -> Floats:
    """The covariance matrix as a stack of one."""
    return np.atleast_2d(np.cov(values, rowvar=False, ddof=1))[None]


def complete_rows(matrix: Floats) -> Floats:
    """Rows without a gap."""
    whole: Floats = matrix[np.isfinite(matrix).all(axis=1)]
    return whole


def _counts(rows: int, times: int, seed: int) -> Iterator[Floats]:
    random = np.random.default_rng(seed)
    step = max(1, _CELLS // rows)
    for begin in range(0, times, step):
        size = min(step, times - begin)
        drawn = random.integers(0, rows, (size, rows))
        flat = (drawn + rows * np.arange(size)[:, None]).ravel()
        yield np.bincount(flat, minlength=size * rows).reshape(size, rows).astype(np.float64)


def _products(values: Floats) -> Floats:
    centred = values - values.mean(axis=0)
    pairs = np.einsum("ni,nj->nij", centred, centred).reshape(len(values), -1)
    return np.concatenate((centred, pairs), axis=1)


def _covariances(sums: Floats, values: Floats) -> Floats:
    n, k = values.shape
    mean = sums[:, :k] / n
    pairs = sums[:, k:].reshape(-1, k, k) / n
    found: Floats = (pairs - mean[:, :, None] * mean[:, None, :]) * n / (n - 1)
    return found
