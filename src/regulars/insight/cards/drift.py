"""Whether the customers scored now are still like those of an earlier run.

Population stability index (PSI) of a column: Σ (now − then) · ln(now / then) over bins that were cut on the earlier
run's data, shares kept above 1e-4. By custom below .1 is steady, .1 to .25 a change worth a look, above that the model
should be learned anew. The profile of a run holds the bins and their shares: no customer's data.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.insight.scoring.columns import Column
from regulars.insight.scoring.moves import Floats
from regulars.insight.scoring.reading import Rows, kind_of, numbers, texts

STEADY: Final = 0.1
CHANGED: Final = 0.25
SCORE: Final = "score"  # the probability's own place in a profile
_BINS: Final = 10
_LEVELS_MOST: Final = 20
_LEAST: Final = 1e-4
_NEW_SHOWN: Final = 10

Profile = dict[str, Any]


def profile_of(features: pa.Table, probability: Floats) -> Profile:
    """Per column its bins and the share of customers in each, and those of the probability: JSON."""
    whole = _with_score(features, probability)
    rows = Rows(whole)
    found = []
    for name in whole.column_names:
        column = _column(whole, name)
        if column is not None:
            shares = np.bincount(column.codes(rows), minlength=column.size) / max(whole.num_rows, 1)
            found.append({"column": column.to_plain(), "shares": shares.tolist()})
    return {"customers": whole.num_rows, "columns": found}


def drift(former: Mapping[str, Any], features: pa.Table, probability: Floats) -> list[dict[str, Any]]:
    """column, psi and verdict ("steady", "look", "changed", "gone") of each column of a former profile, worst first."""
    whole = _with_score(features, probability)
    rows = Rows(whole)
    found: list[dict[str, Any]] = []
    for entry in former["columns"]:
        column = Column.from_plain(entry["column"])
        if not _alike(whole, column):
            found.append({"column": column.name, "psi": None, "verdict": "gone"})
            continue
        now = np.bincount(column.codes(rows), minlength=column.size) / max(whole.num_rows, 1)
        value = psi(entry["shares"], now.tolist())
        verdict = "steady" if value < STEADY else "look" if value < CHANGED else "changed"
        found.append({"column": column.name, "psi": value, "verdict": verdict})
    return sorted(found, key=lambda row: -(row["psi"] if row["psi"] is not None else np.inf))


def psi(then: Sequence[float], now: Sequence[float]) -> float:
    """The population stability index of two lists of shares.

    >>> psi([0.5, 0.5], [0.5, 0.5]), round(psi([0.5, 0.5], [0.6, 0.4]), 4)
    (0.0, 0.0405)
    """
    one, two = np.maximum(np.asarray(then, np.float64), _LEAST), np.maximum(np.asarray(now, np.float64), _LEAST)
    return float(np.sum((two - one) * np.log(two / one)))


def new_levels(former: Mapping[str, Any], columns: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Column → values that a former profile does not know, at most ten. Where it had merged rare ones, none is new."""
    found = {}
    for entry in former["columns"]:
        column = Column.from_plain(entry["column"])
        merged = column.levels is not None and entry["shares"][-1] > 0
        if column.levels is not None and column.name in columns and not merged:
            new = sorted(set(columns[column.name]) - set(column.levels))
            if new:
                found[column.name] = tuple(new[:_NEW_SHOWN])
    return found


def _with_score(features: pa.Table, probability: Floats) -> pa.Table:
    without = features.drop_columns([SCORE]) if SCORE in features.column_names else features
    return without.append_column(SCORE, pa.array(probability))


def _alike(table: pa.Table, column: Column) -> bool:
    if column.name not in table.column_names:
        return False
    kind = kind_of(column.name, table.schema.field(column.name).type)
    return kind is None or (kind == "number") == (column.levels is None)


def _column(table: pa.Table, name: str) -> Column | None:
    kind = kind_of(name, table.schema.field(name).type)
    if kind is None:
        return None
    if kind == "number":
        values = numbers(table[name])
        known = values[~np.isnan(values)]
        edges = np.unique(np.quantile(known, np.arange(1, _BINS) / _BINS)) if len(known) else np.zeros(0)
        return Column(name, edges=tuple(edges.tolist()))
    indices, levels = texts(table[name])
    counted = np.bincount(indices[indices >= 0], minlength=len(levels))
    most = np.argsort(-counted, kind="stable")[:_LEVELS_MOST]
    return Column(name, levels=tuple(levels[place] for place in most))
