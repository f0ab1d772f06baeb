"""Did it work better for some? With corrections for having asked many times, and a test before anyone says so."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
from scipy import stats

from regulars.insight.uplift.balance import benjamini_hochberg, holm
from regulars.insight.uplift.counting import Moments, moments
from regulars.insight.uplift.moves import Flags, Floats, Interval
from regulars.insight.uplift.redrawing import PEOPLE_MAX, redrawn

LEAST: Final = 30  # people in each arm of a subgroup; smaller ones are left out
_SHAPE: Final = {
    "grouped_by": pa.string(), "level": pa.string(), "treated": pa.int64(), "control": pa.int64(),
    "difference": pa.float64(), "low": pa.float64(), "high": pa.float64(), "p_value": pa.float64(),
}  # fmt: skip


def subgroups(
    values: Floats, treated: Flags, groups: Mapping[str, Any], *, level: float, seed: int
) -> tuple[pa.Table, pa.Table]:
    """Effects per level of each grouping, and per grouping a test whether they differ at all.

    `values` are already adjusted for the days before. p-values and intervals are those of the lot drawn again among
    groups of up to `redrawing.PEOPLE_MAX` people, Welch's beyond. Holm's and Benjamini & Hochberg's corrections run
    over all subgroups of all groupings. The interaction test is Cochran's Q of the effects weighted by their precision,
    judged as Welch 1951 does, since the precision is itself an estimate.
    """
    chance = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    seen: list[Moments] = []
    for name, levels in groups.items():
        codes, inverse = np.unique(np.asarray(levels, dtype=str), return_inverse=True)
        order = np.argsort(inverse, kind="stable")
        ends = np.searchsorted(inverse[order], np.arange(len(codes) + 1))
        for number, code in enumerate(codes):
            inside = order[ends[number] : ends[number + 1]]
            arm = treated[inside]
            if min(arm.sum(), len(arm) - arm.sum()) < LEAST:
                continue
            found = moments(values[inside], arm)
            p_value, interval = _judged(values[inside], arm, found, level, chance)
            sizes = {"treated": int(arm.sum()), "control": int((~arm).sum())}
            bounds = {"difference": interval.value, "low": interval.low, "high": interval.high}
            rows.append({"grouped_by": name, "level": str(code), **sizes, **bounds, "p_value": p_value})
            seen.append(found)
    table = pa.table({key: pa.array([row[key] for row in rows], kind) for key, kind in _SHAPE.items()})
    p_values = np.array([row["p_value"] for row in rows], dtype=np.float64)
    table = table.append_column("holm", pa.array(holm(p_values), pa.float64()))
    table = table.append_column("bh", pa.array(benjamini_hochberg(p_values), pa.float64()))
    return table, _interactions(rows, seen, list(groups))


def _judged(
    values: Floats, arm: Flags, found: Moments, level: float, chance: np.random.Generator
) -> tuple[float, Interval]:
    if len(values) > PEOPLE_MAX:
        return found.p_value(), found.interval(level)
    again = redrawn(values, arm, found, level=level, chance=chance)
    return again.p_value, again.interval


def _interactions(rows: list[dict[str, Any]], seen: list[Moments], names: list[str]) -> pa.Table:
    found: list[tuple[str, int, float, float]] = []
    for name in names:
        inside = [one for row, one in zip(rows, seen, strict=True) if row["grouped_by"] == name and one.error > 0]
        if len(inside) >= 2:
            found.append((name, len(inside), *_differing(inside)))
    kinds = {"grouped_by": pa.string(), "levels": pa.int64(), "statistic": pa.float64(), "p_value": pa.float64()}
    return pa.table({key: pa.array([row[n] for row in found], kind) for n, (key, kind) in enumerate(kinds.items())})


def _differing(groups: list[Moments]) -> tuple[float, float]:
    """Q, and its p-value by Welch's F: Q of few people is larger than chi-square says."""
    effects = np.array([one.difference for one in groups])
    weights = np.array([1 / one.error**2 for one in groups])
    free = np.array([one.freedom for one in groups])
    between = len(groups) - 1
    statistic = float((weights * (effects - (weights * effects).sum() / weights.sum()) ** 2).sum())
    unsure = float(((1 - weights / weights.sum()) ** 2 / free).sum())
    whole = between * (between + 2)  # k² − 1
    scale = between * (1 + 2 * (between - 1) * unsure / whole)
    return statistic, float(stats.f.sf(statistic / scale, between, whole / (3 * unsure)))
