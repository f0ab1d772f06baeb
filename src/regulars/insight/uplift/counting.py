"""Differences between two arms: Welch, CUPED, the delta method, the bootstrap, and bounds that hold under peeking."""

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final

import numpy as np
from scipy import stats
from scipy.special import lambertw

from regulars.insight.uplift.moves import Effect, Flags, Floats, Interval, Ratio

BOOTSTRAP_MAX: Final = 200_000  # people in an arm; beyond, means are normal enough for any till
DRAWS: Final = 999


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean and its squared standard error in each arm."""

    treated: float
    control: float
    treated_error2: float
    control_error2: float
    treated_n: int
    control_n: int

    @property
    def difference(self) -> float:
        return self.treated - self.control

    @property
    def error(self) -> float:
        return sqrt(self.treated_error2 + self.control_error2)

    @property
    def freedom(self) -> float:
        """Welch–Satterthwaite."""
        whole = (self.treated_error2 + self.control_error2) ** 2
        parts = self.treated_error2**2 / (self.treated_n - 1) + self.control_error2**2 / (self.control_n - 1)
        return whole / parts if parts > 0 else float(self.treated_n + self.control_n - 2)

    def interval(self, level: float) -> Interval:
        half = float(stats.t.ppf(1 - level / 2, self.freedom)) * self.error
        return Interval(self.difference, self.difference - half, self.difference + half)

    def p_value(self) -> float:
        if self.error == 0:
            return 1.0 if self.difference == 0 else 0.0
        return float(2 * stats.t.sf(abs(self.difference) / self.error, self.freedom))


def moments(values: Floats, treated: Flags) -> Moments:
    """Of both arms; each needs two people at least."""
    one, other = values[treated], values[~treated]
    return Moments(
        float(one.mean()),
        float(other.mean()),
        float(one.var(ddof=1)) / len(one),
        float(other.var(ddof=1)) / len(other),
        len(one),
        len(other),
    )


def cuped(values: Floats, before: Floats, treated: Flags) -> tuple[Floats, float]:
    """The values less θ (before − its mean), and θ: Deng, Xu, Kohavi & Walker 2013.

    θ is the slope of the values on what they were before, taken within arms, so that an effect does not enter it. What
    was before does not depend on the arm, so the difference keeps its meaning and only loses variance.
    """
    within = before - np.where(treated, before[treated].mean(), before[~treated].mean())
    spread = float((within**2).sum())
    theta = float((within * values).sum()) / spread if spread > 0 else 0.0
    adjusted: Floats = values - theta * (before - before.mean())
    return adjusted, theta


def effect(
    name: str, values: Floats, before: Floats, treated: Flags, *, level: float, progress: float, seed: int
) -> Effect:
    """One outcome over everyone assigned."""
    plain = moments(values, treated)
    adjusted, theta = cuped(values, before, treated)
    fine = moments(adjusted, treated)
    raw, difference = plain.interval(level), fine.interval(level)
    boot = bootstrap(values, treated, level=level, seed=seed)
    half = raw.high - raw.value
    off = max(abs(boot.low - raw.low), abs(boot.high - raw.high)) if boot else 0.0
    people = int(treated.sum())
    return Effect(
        name=name,
        treated=plain.treated,
        control=plain.control,
        raw=raw,
        difference=difference,
        theta=theta,
        narrower=1 - fine.error / plain.error if plain.error > 0 else 0.0,
        p_value=fine.p_value(),
        anytime=anytime(fine.difference, fine.error, level=level, progress=progress),
        bootstrap=boot,
        skewed=off > half / 4,
        total=Interval(difference.value * people, difference.low * people, difference.high * people),
    )


def anytime(difference: float, error: float, *, level: float, progress: float) -> Interval:
    """Bounds that hold at every look at once: Robbins' normal mixture, as in Johari et al. 2022 and Howard et al. 2021.

    z(r) = √((1 + 1/(κ r)) · ln((1 + κ r) / level²)), r the share of the planned time (or of the planned people) that
    has come, κ chosen so that z is least at r = 1. r must follow a plan made beforehand and not the data: a κ refitted
    at each look is no mixture and would let chance through. r may pass 1.
    """
    if progress <= 0:
        return Interval(difference, float("-inf"), float("inf"))
    steps = mixture_weight(level) * progress
    half = error * sqrt((1 + 1 / steps) * log((1 + steps) / level**2))
    return Interval(difference, difference - half, difference + half)


def mixture_weight(level: float) -> float:
    """κ: ln(1 + κ) + ln(1/level²) = κ solved, where the derivative of z² vanishes; by the Lambert function.

    >>> round(mixture_weight(0.05), 2)
    8.21
    """
    return float(-lambertw(-(level**2) * exp(-1), -1).real - 1)


def bootstrap(values: Floats, treated: Flags, *, level: float, seed: int, draws: int = DRAWS) -> Interval | None:
    """The raw difference, studentised (Efron & Tibshirani 1993, ch. 12), which follows skew where Welch does not.

    Buyers are few, so only those who are not 0 are drawn one by one; the zeros are a binomial count.
    """
    arms = [values[treated], values[~treated]]
    if max(len(arm) for arm in arms) > BOOTSTRAP_MAX or any(np.count_nonzero(arm) < 2 for arm in arms):
        return None
    chance = np.random.default_rng(seed)
    one, other = (_drawn(arm, chance, draws) for arm in arms)
    found = moments(values, treated)
    error = np.sqrt(one[1] + other[1])
    usable = error > 0
    if not usable.any():  # everybody did the same
        return None
    pivot = ((one[0] - other[0]) - found.difference)[usable] / error[usable]
    low, high = np.quantile(pivot, [level / 2, 1 - level / 2])
    return Interval(found.difference, found.difference - high * found.error, found.difference - low * found.error)


def _drawn(arm: Floats, chance: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
    """Mean and squared standard error of each draw of an arm."""
    some = arm[arm != 0]
    n = len(arm)
    sizes = chance.binomial(n, len(some) / n, draws)
    sums, squares = np.empty(draws), np.empty(draws)
    for number, size in enumerate(sizes):
        picked = some[chance.integers(0, len(some), size)]
        sums[number], squares[number] = picked.sum(), (picked * picked).sum()
    mean = sums / n
    return mean, np.maximum(squares / n - mean**2, 0.0) / (n - 1)


def ratio(name: str, above: Floats, below: Floats, treated: Flags, *, level: float) -> Ratio | None:
    """Sum over sum in each arm, difference by the delta method; None where an arm has nothing below the line."""
    found = [_ratio(above[arm], below[arm]) for arm in (treated, ~treated)]
    if any(part is None for part in found):
        return None
    (one, one_error2), (other, other_error2) = (part for part in found if part is not None)
    error, z = sqrt(one_error2 + other_error2), float(stats.norm.ppf(1 - level / 2))
    p_value = float(2 * stats.norm.sf(abs(one - other) / error)) if error > 0 else 1.0
    interval = Interval(one - other, one - other - z * error, one - other + z * error)
    return Ratio(name, one, other, interval, p_value)


def _ratio(above: Floats, below: Floats) -> tuple[float, float] | None:
    if below.sum() <= 0:
        return None
    value = float(above.sum() / below.sum())
    residual = above - value * below
    return value, float(residual.var(ddof=1) / len(above) / below.mean() ** 2)
