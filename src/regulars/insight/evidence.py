"""How sure we may be that somebody is gone, or comes more or less often than before. Vectorised over customers."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

GONE_AT_LEAST: Final = 0.02  # share of leavers assumed where the data show fewer: then only the clearest are named
GONE_AT_MOST: Final = 0.9
_LEVELS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)


def share_gone(silence_chance: Floats) -> float:
    """A careful estimate of the share of customers who have left.

    Of those who stay, at most a share t has a silence whose chance is below t; whoever is there beyond that has left.
    Taken at the level t that shows most: max (F(t) − t) / (1 − t). It is a lower bound but for noise (the idea of
    Storey 2002 and Meinshausen & Rice 2006, from the other end: those who come like clockwork pile up near 1, not
    evenly, so counting there would hide every leaver).
    """
    if not len(silence_chance):
        return GONE_AT_LEAST
    excess = [(float(np.mean(silence_chance < t)) - t) / (1 - t) for t in _LEVELS]
    return min(max(max(excess), GONE_AT_LEAST), GONE_AT_MOST)


def gone_probability(silence_chance: Floats, gone: float) -> Floats:
    """Bayes: who has left is silent for certain, who stays with `silence_chance`; `gone` is the share of leavers.

    Also a lower bound of the share of right names among all who are at least this silent, so a threshold on it limits
    false names among the named (Benjamini & Hochberg's false discovery rate).
    """
    return gone / (gone + (1 - gone) * silence_chance)


def silence_seen(silence_days: Floats, gaps: Floats, gap_days_sum: Floats, rhythm: Mapping[str, float]) -> Floats:
    """Chance that on a given day the silence so far is at least this long, for a customer who stays.

    A day picked without looking falls into a long gap more often than into a short one (the inspection paradox). For
    gaps of gamma shape k and rate λ that chance is P(Γ(k + 1) > λx) − λx / k · P(Γ(k) > λx); λ is gamma distributed
    with shape a + k·gaps and rate b + Σ gaps, and both terms integrate to beta distributions. For k = 1 it is the
    chance that a gap is this long; for k above 1 it is smaller; below 1, where visits come in bursts, greater.
    """
    k = rhythm["k"]
    shape, rate = rhythm["a"] + gaps * k, rhythm["b"] + gap_days_sum
    part = silence_days / (silence_days + rate)
    longer = betainc(shape, k + 1, 1 - part)
    again = silence_days * shape / (k * rate) * betainc(shape + 1, k, 1 - part)
    return np.asarray(np.clip(longer - again, 0, 1))


def fewer_chance(recent: Floats, before: Floats, share: float, shape: float) -> Floats:
    """Chance of at most `recent` visits in the recent half, where each visit falls there with chance `share`.

    Binomial, as visits at a steady rate fall independently into equal halves. Visits that come in bursts (a gap's gamma
    shape below 1) carry less evidence: counts are scaled by the shape. More regular visits (above 1) would carry more;
    that is left out, on the safe side.
    """
    weight = min(shape, 1.0)
    few, many = recent * weight, before * weight
    # P(X ≤ x) of a binomial of n is I_{1−p}(n − x, x + 1), which also serves between whole numbers.
    return np.asarray(betainc(np.maximum(many, 1e-9), few + 1, 1 - share))


def more_chance(recent: Floats, before: Floats, share: float, shape: float) -> Floats:
    """Chance of at least `recent` visits in the recent half; see `fewer_chance`."""
    return fewer_chance(before, recent, 1 - share, shape)


def significant(p: npt.NDArray[Any], *, level: float, false_share: float = 0.1) -> Flags:
    """Which p-values are below `level` and stand among so many: Benjamini & Hochberg (1995) at `false_share`.

    NaN (not tested) is never significant.

    >>> significant(np.array([0.0001, 0.045, np.nan, 0.7, 0.8, 0.9]), level=0.05).tolist()
    [True, False, False, False, False, False]
    """
    tested = np.sort(p[~np.isnan(p)])
    if not len(tested):
        return np.zeros(len(p), dtype=bool)
    allowed = false_share * np.arange(1, len(tested) + 1) / len(tested)
    passed = np.flatnonzero(tested <= allowed)
    edge = min(level, float(tested[passed[-1]])) if len(passed) else -1.0
    with np.errstate(invalid="ignore"):
        return np.asarray(p <= edge)
