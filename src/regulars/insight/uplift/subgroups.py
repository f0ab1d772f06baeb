"""Did it work better for some? With corrections for having asked many times, and a test before anyone says so."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
from scipy import stats

from regulars.insight.uplift.balance import benjamini_hochberg, holm
from regulars.insight.uplift.counting import moments
from regulars.insight.uplift.moves import Flags, Floats

LEAST: Final = 30  # people in each arm of a subgroup; smaller ones are left out
_SHAPE: Final = {
    "grouped_by": pa.string(), "level": pa.string(), "treated": pa.int64(), "control": pa.int64(),
    "difference": pa.float64(), "low": pa.float64(), "high": pa.float64(), "p_value": pa.float64(),
}  # fmt: skip


def subgroups(values: Floats, treated: Flags, groups: Mapping[str, Any], *, level: float) -> tuple[pa.Table, pa.Table]:
    """Effects per level of each grouping, and per grouping a test whether they differ at all.

    `values` are already adjusted for the days before. Holm's and Benjamini & Hochberg's corrections run over all
    subgroups of all groupings. The interaction test is Cochran's Q of the effects weighted by their precision.
    """
    rows: list[dict[str, Any]] = []
    errors: list[float] = []
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
            interval = found.interval(level)
            sizes = {"treated": int(arm.sum()), "control": int((~arm).sum())}
            bounds = {"difference": interval.value, "low": interval.low, "high": interval.high}
            rows.append({"grouped_by": name, "level": str(code), **sizes, **bounds, "p_value": found.p_value()})
            errors.append(found.error)
    table = pa.table({key: pa.array([row[key] for row in rows], kind) for key, kind in _SHAPE.items()})
    p_values = np.array([row["p_value"] for row in rows], dtype=np.float64)
    table = table.append_column("holm", pa.array(holm(p_values), pa.float64()))
    table = table.append_column("bh", pa.array(benjamini_hochberg(p_values), pa.float64()))
    return table, _interactions(rows, np.array(errors), list(groups))


def _interactions(rows: list[dict[str, Any]], errors: Floats, names: list[str]) -> pa.Table:
    found: list[tuple[str, int, float, float]] = []
    for name in names:
        at = [n for n, row in enumerate(rows) if row["grouped_by"] == name and errors[n] > 0]
        if len(at) < 2:
            continue
        effects, weights = np.array([rows[n]["difference"] for n in at]), 1 / errors[at] ** 2
        mean = float((weights * effects).sum() / weights.sum())
        statistic = float((weights * (effects - mean) ** 2).sum())
        found.append((name, len(at), statistic, float(stats.chi2.sf(statistic, len(at) - 1))))
    kinds = {"grouped_by": pa.string(), "levels": pa.int64(), "statistic": pa.float64(), "p_value": pa.float64()}
    return pa.table({key: pa.array([row[n] for row in found], kind) for n, (key, kind) in enumerate(kinds.items())})
