"""What treating some people earned in a trial, two formulas side by side, with intervals.

With targeted people d, treated t, outcome y, value v and cost c; n, m the targeted treated and control people:

    scaled       v · (Σ y of treated − Σ y of control · n / m) − c · n
    published    v · (Σ y of treated − Σ y of control) − c · n

The published one (net incremental revenue, as trials of equal arms are scored) is right only where n = m but for
chance; the scaled one counts the control as if it had as many people as the treated. Both are amounts of the trial:
only half of the targeted people were treated in it. Both are sums over people, so their variance is that of the sum
of each person's part, in which the number of targeted people is as random as what they did.
"""

from math import sqrt

import numpy as np
import pyarrow as pa
from scipy import stats

from regulars.insight.uplift.moves import Flags, Floats, Interval, Profit, Trial

SHARES = tuple(n / 20 for n in range(1, 21))


def profit(targeted: Flags, trial: Trial, *, value: float, cost: float, level: float = 0.05) -> Profit:
    """Profit of treating `targeted`; 0 where nobody is, or one arm has none of them."""
    treated = int((targeted & trial.treated).sum())
    control = int((targeted & ~trial.treated).sum())
    parts = _parts(targeted, trial, value, cost)
    sign, arm = np.where(trial.treated, 1.0, -1.0), trial.treated.astype(np.float64)
    plain: Floats = targeted * (value * trial.outcome * sign - cost * arm)
    scaled = summed(parts, level)
    people = treated + control
    return Profit(
        people=people,
        treated=treated,
        control=control,
        scaled=scaled,
        published=summed(plain, level),
        per_person=scaled.value / treated if treated else 0.0,
    )


def above(targeted: Flags, trial: Trial, *, value: float, cost: float, level: float = 0.05) -> Interval:
    """Scaled profit of treating `targeted` minus that of treating everyone, paired."""
    everyone = np.ones(len(trial), dtype=np.bool_)
    return summed(_parts(targeted, trial, value, cost) - _parts(everyone, trial, value, cost), level)


def profit_curve(score: Floats, trial: Trial, *, value: float, cost: float, level: float = 0.05) -> pa.Table:
    """share, profit, low, high: treating the best share by score, from nobody to everyone.

    People of one score stay together, so that where few scores are told apart there are few points.
    """
    rows = [(0.0, 0.0, 0.0, 0.0)]
    for share in SHARES:
        targeted = score >= np.quantile(score, 1 - share)
        reached = float(targeted.mean())
        if reached > rows[-1][0]:
            found = profit(targeted, trial, value=value, cost=cost, level=level).scaled
            rows.append((reached, found.value, found.low, found.high))
    names = ("share", "profit", "low", "high")
    return pa.table({name: pa.array([row[n] for row in rows], pa.float64()) for n, name in enumerate(names)})


def summed(parts: Floats, level: float) -> Interval:
    """A sum over people, and its normal interval."""
    value = float(parts.sum())
    half = float(stats.norm.ppf(1 - level / 2)) * sqrt(max(0.0, float((parts**2).sum()) - value**2 / len(parts)))
    return Interval(value, value - half, value + half)


def _parts(targeted: Flags, trial: Trial, value: float, cost: float) -> Floats:
    """Each person's part in the scaled profit, to first order; they add up to it."""
    one, other = targeted & trial.treated, targeted & ~trial.treated
    n, m = int(one.sum()), int(other.sum())
    parts = np.zeros(len(trial))
    if n == 0 or m == 0:
        return parts
    usual = float(trial.outcome[other].mean())
    parts[one] = value * (trial.outcome[one] - usual) - cost
    parts[other] = -value * n / m * (trial.outcome[other] - usual)
    return parts
