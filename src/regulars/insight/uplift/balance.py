"""Were the arms drawn as planned, and alike before anything was sent?"""

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np
import pyarrow as pa
from scipy import stats

from regulars.insight.uplift.moves import Balance, Flags, Floats, Mismatch


def mismatch(treated: int, control: int, planned_share: float | None) -> Mismatch:
    """Chi-square of the arms' sizes against the planned share of the control arm.

    A tiny p-value means that customers got lost or were added after the draw, mostly in one arm; who they were is
    unknown, so no difference between the arms can be trusted.
    """
    people = treated + control
    if planned_share is None:
        return Mismatch(False, float("nan"), control / people, 1.0)
    expected = [people * (1 - planned_share), people * planned_share]
    statistic = sum((seen - want) ** 2 / want for seen, want in zip((treated, control), expected, strict=True))
    return Mismatch(True, planned_share, control / people, float(stats.chi2.sf(statistic, 1)))


def balance(covariates: Mapping[str, Floats], treated: Flags) -> Balance:
    """Standardised differences of what was known before, each and together.

    Standardised by the pooled spread. Without any fault their standard deviation is √(1/n + 1/m); all at once are
    tested by Hotelling's T² in its chi-square form, which allows for their going together.
    """
    n, m = int(treated.sum()), int((~treated).sum())
    by_chance = sqrt(1 / n + 1 / m)
    rows: list[tuple[str, float, float, float]] = []
    for name, values in covariates.items():
        one, other = values[treated], values[~treated]
        spread = sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2)
        difference = float((one.mean() - other.mean()) / spread) if spread > 0 else 0.0
        rows.append((name, float(one.mean()), float(other.mean()), difference))
    single = np.array([2 * stats.norm.sf(abs(row[3]) / by_chance) for row in rows])
    table = pa.table(
        {
            "covariate": pa.array([row[0] for row in rows], pa.string()),
            "treated": pa.array([row[1] for row in rows], pa.float64()),
            "control": pa.array([row[2] for row in rows], pa.float64()),
            "standardised": pa.array([row[3] for row in rows], pa.float64()),
            "p_value": pa.array(holm(single), pa.float64()),
        }
    )
    return Balance(table, by_chance, _together(list(covariates.values()), treated, by_chance))


def _together(columns: Sequence[Floats], treated: Flags, by_chance: float) -> float:
    varied = [column for column in columns if column.std() > 0]
    if not varied:
        return 1.0
    table = np.column_stack([(column - column.mean()) / column.std() for column in varied])
    difference = table[treated].mean(axis=0) - table[~treated].mean(axis=0)
    within = table - np.where(treated[:, None], table[treated].mean(axis=0), table[~treated].mean(axis=0))
    covariance = within.T @ within / (len(table) - 2)
    values, vectors = np.linalg.eigh(covariance)
    kept = values > 1e-9  # columns that repeat each other count once
    projected = (vectors[:, kept].T @ difference) / np.sqrt(values[kept]) / by_chance
    return float(stats.chi2.sf(float((projected**2).sum()), int(kept.sum())))


def holm(p_values: Floats) -> Floats:
    """Holm 1979: the chance that any of these is called an effect where none is stays below the level.

    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    count = len(p_values)
    stepped = np.maximum.accumulate(p_values[order] * (count - np.arange(count)))
    answer = np.empty(count)
    answer[order] = np.minimum(stepped, 1.0)
    return answer


def benjamini_hochberg(p_values: Floats) -> Floats:
    """Benjamini & Hochberg 1995: of what is called an effect, the expected share that is none stays below the level.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).round(4).tolist()
    [0.03, 0.04, 0.04]
    """
    order = np.argsort(p_values, kind="stable")
    count = len(p_values)
    stepped = p_values[order] * count / (np.arange(count) + 1)
    answer = np.empty(count)
    answer[order] = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0)
    return answer
