"""Intervals of 95 % for means, shares and differences."""

from typing import Final

import numpy as np
from scipy.stats import t as student

from regulars.insight.survey.found import Estimate
from regulars.insight.survey.reading import Floats

Z: Final = 1.959963984540054


def mean_of(values: Floats, *, bounds: tuple[float, float] | None = None) -> Estimate | None:
    """Mean with Student's interval, cut to `bounds`; None without an answer, no interval (NaN) from one alone.

    >>> mean_of(np.array([1.0, 2.0, 3.0, np.nan])).value
    2.0
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    mean = float(known.mean())
    if len(known) < 2:
        return Estimate(mean, float("nan"), float("nan"), 1)
    half = float(student.ppf(0.975, len(known) - 1) * known.std(ddof=1) / np.sqrt(len(known)))
    low, high = mean - half, mean + half
    if bounds is not None:
        low, high = max(low, bounds[0]), min(high, bounds[1])
    return Estimate(mean, low, high, len(known))


def share_of(hits: int, answers: int) -> Estimate:
    """A share with Wilson's (1927) interval; of no answers everything from 0 to 1.

    >>> share_of(0, 10).low, round(share_of(0, 10).high, 4)
    (0.0, 0.2775)
    """
    if answers == 0:
        return Estimate(float("nan"), 0.0, 1.0, 0)
    share = hits / answers
    scale = 1 + Z**2 / answers
    middle = (share + Z**2 / (2 * answers)) / scale
    half = Z / scale * np.sqrt(share * (1 - share) / answers + Z**2 / (4 * answers**2))
    low = 0.0 if hits == 0 else float(middle - half)
    return Estimate(share, low, 1.0 if hits == answers else float(middle + half), answers)


def welch(left: Floats, right: Floats) -> tuple[float, float, float, float]:
    """Difference of means (left − right), its interval, and the p-value of Welch's (1947) test; NaN from too few."""
    a, b = left[np.isfinite(left)], right[np.isfinite(right)]
    nothing = float("nan")
    if len(a) < 2 or len(b) < 2:
        return nothing, nothing, nothing, nothing
    va, vb = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    difference = float(a.mean() - b.mean())
    if va + vb == 0:
        return difference, difference, difference, float(difference == 0)
    free = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    error = float(np.sqrt(va + vb))
    half = float(student.ppf(0.975, free)) * error
    return difference, difference - half, difference + half, float(2 * student.sf(abs(difference) / error, free))
