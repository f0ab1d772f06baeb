"""Loyal against other customers: raw, and within the same main category and store."""

from typing import Any, Final

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.stats import t as student

from regulars.history.engine import Engine
from regulars.insight.myths.found import HOLDS, NOT, UNTOLD, Measure
from regulars.insight.survey.intervals import Z

Array = npt.NDArray[Any]

FEWEST: Final = 30  # customers with the figure, loyal and other each
_FREE_FEWEST: Final = 10  # customers beyond one a stratum, of either side


def compared(people: ir.Table, name: str, engine: Engine) -> Measure | None:
    """One figure of loyal and other customers; None where fewer than FEWEST of either have it."""
    return measured(name, strata_of(people, name, engine))


def strata_of(people: ir.Table, name: str, engine: Engine) -> pa.Table:
    """Sums by main_category × store × loyal of those who have the figure: n, total, square."""
    known = people.filter(people[name].notnull(), ~people[name].cast("float64").isnan())
    value = known[name].cast("float64")
    main, store = (known[column].cast("string").fill_null("") for column in ("main_category", "store"))
    strata = known.group_by(main_category=main, store=store, loyal=known.loyal).agg(
        n=known.count(), total=value.sum(), square=(value * value).sum()
    )
    return engine.arrow(strata)


def measured(name: str, strata: pa.Table) -> Measure | None:
    """Raw: difference of means with Welch's error. Matched: the same within strata, weighed by where the loyal are."""
    rows = strata.to_pandas()
    if not len(rows):
        return None
    codes = (rows["main_category"] + "\x1f" + rows["store"]).astype("category").cat.codes.to_numpy()
    sides = []
    for loyal in (True, False):
        mine = rows["loyal"].to_numpy() == loyal
        part = np.zeros((int(codes.max()) + 1, 3))
        np.add.at(part, codes[mine], rows.loc[mine, ["n", "total", "square"]].to_numpy(dtype=np.float64))
        sides.append(part)
    return _measure(name, sides[0], sides[1])


def _measure(name: str, loyal: Array, other: Array) -> Measure | None:
    """From count, sum and sum of squares by stratum of either side."""
    a, b = loyal.sum(axis=0), other.sum(axis=0)
    if min(a[0], b[0]) < FEWEST:
        return None
    (mean_a, error_a), (mean_b, error_b) = _mean(a[None]), _mean(b[None])
    raw, half = float(mean_a[0] - mean_b[0]), Z * float(np.sqrt(error_a[0] + error_b[0]))
    both = (loyal[:, 0] > 0) & (other[:, 0] > 0)
    matched, low, high = _matched(loyal[both], other[both])
    share = float(loyal[both, 0].sum() / a[0])
    return Measure(
        name, float(mean_a[0]), float(mean_b[0]), int(a[0]), int(b[0]), raw, raw - half, raw + half, matched, low, high,
        share,
    )  # fmt: skip


def _matched(loyal: Array, other: Array) -> tuple[float, float, float]:
    """Difference within strata, weighed by the loyal, with its interval.

    A stratum of two who happen to agree would seem certain, so each side has one spread, that within all strata
    together; Student's distribution by Welch's (1947) degrees of freedom allows for what is known of either.
    """
    nothing = float("nan")
    if not len(loyal):
        return nothing, nothing, nothing
    weight = loyal[:, 0] / loyal[:, 0].sum()
    matched = float(weight @ (loyal[:, 1] / loyal[:, 0] - other[:, 1] / other[:, 0]))
    errors, free = np.zeros(2), np.zeros(2)
    for place, side in enumerate((loyal, other)):
        free[place] = side[:, 0].sum() - len(side)
        around = np.maximum(side[:, 2] - np.square(side[:, 1]) / side[:, 0], 0.0).sum()
        errors[place] = around / max(free[place], 1.0) * (np.square(weight) / side[:, 0]).sum()
    if free.min() < _FREE_FEWEST:
        return matched, nothing, nothing
    whole = errors.sum()
    degrees = whole**2 / (np.square(errors) / free).sum() if whole > 0 else free.sum()
    half = float(student.ppf(0.975, degrees) * np.sqrt(whole))
    return matched, matched - half, matched + half


def _mean(sums: Array) -> tuple[Array, Array]:
    """Mean and its squared error, from count, sum and sum of squares."""
    n = sums[:, 0]
    mean = sums[:, 1] / n
    spread = np.maximum(sums[:, 2] / n - np.square(mean), 0.0) * n / np.maximum(n - 1, 1)
    return mean, spread / n


def verdict(low: float, high: float, *, more: bool, negligible: float) -> str:
    """Does a claim hold, of which `low` … `high` is the matched difference? `more`: the claim is of a higher figure.

    It holds when the difference surely goes its way and may be worth speaking of; it does not when the difference
    surely is smaller than that, or goes the other way; else it cannot be told.

    >>> verdict(0.02, 0.05, more=True, negligible=0.01), verdict(-0.05, -0.02, more=True, negligible=0.01)
    ('holds', 'does-not-hold')
    >>> verdict(-0.02, 0.03, more=True, negligible=0.01), verdict(0.001, 0.005, more=True, negligible=0.01)
    ('cannot-be-told', 'does-not-hold')
    """
    if not (np.isfinite(low) and np.isfinite(high)):
        return UNTOLD
    if not more:
        low, high = -high, -low
    if high <= negligible:
        return NOT
    return HOLDS if low > 0 and (low + high) / 2 > negligible else UNTOLD
