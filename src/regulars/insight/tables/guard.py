"""Columns that give the answer away, and numbers that cannot be true.

A column is left out that alone foretells the target with an AUC above .97: the rate of leaving per bin is learned on
four fifths of the customers and judged on the rest, so that a column with a value of its own per customer gains nothing
by it. Columns named after leaving (its day, its reason, a score made of it) are left out too.

Numbers. With p1 and p99 the quantiles of a column, a value is out of range that lies more than five times p99 − p1
beyond them, and, where nothing is below 0, also more than once that width beyond them in log(1 + x): wages and
spends have long tails, ages have not. A negative whole number is out of range where fewer than 1 % are negative and all
are whole: it is a code for "unknown". What is out of range is taken for unknown; the customer stays.
"""

from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa

from regulars.insight.scoring.columns import Column, cut
from regulars.insight.scoring.measures import auc
from regulars.insight.scoring.moves import Flags, Floats
from regulars.insight.scoring.reading import Rows, kind_of, numbers, texts
from regulars.insight.scoring.resampling import folds
from regulars.insight.scoring.screening import BINS_MOST
from regulars.insight.tables.moves import Meaning

TELLS_ALL: Final = 0.97
_FOLDS: Final = 5
_LEVELS_MOST: Final = 200
_WIDTHS: Final = 5.0
_FEW: Final = 0.01
_FEWEST: Final = 30  # known numbers below which nothing is called out of range


def gives_away(table: pa.Table, outcome: Flags, seed: int) -> dict[str, float]:
    """Column → AUC alone, of those above the limit."""
    rows = Rows(table)
    fold = folds(np.arange(len(outcome)), outcome, count=_FOLDS, seed=seed)
    found = {}
    for name in table.column_names:
        column = _column(table, name)
        if column is not None:
            alone = _alone(column, rows, outcome, fold)
            if alone > TELLS_ALL:
                found[name] = alone
    return found


def within_range(meaning: Meaning, values: Floats) -> tuple[Meaning, int]:
    """The meaning with its limits, and how many values lie outside them."""
    known = values[~np.isnan(values)]
    if meaning.kind != "number" or len(known) < _FEWEST:
        return meaning, 0
    low, high = _limits(known)
    outside = int(((known < low) | (known > high)).sum())
    if not outside:
        return meaning, 0
    return replace(meaning, low=None if low == -np.inf else low, high=None if high == np.inf else high), outside


def _limits(known: Floats) -> tuple[float, float]:
    first, last = np.quantile(known, (0.01, 0.99))
    width = last - first
    low, high = (first - _WIDTHS * width, last + _WIDTHS * width) if width > 0 else (-np.inf, np.inf)
    if first >= 0 and width > 0:
        step = np.log1p(last) - np.log1p(first)
        high = max(high, np.expm1(np.log1p(last) + step))
    negative = float((known < 0).mean())
    if 0 < negative < _FEW and bool((known == np.floor(known)).all()):
        low = 0.0
    return float(low), float(high)


def _column(table: pa.Table, name: str) -> Column | None:
    kind = kind_of(name, table.schema.field(name).type)
    if kind is None:
        return None
    if kind == "number":
        return Column(name, edges=cut(numbers(table[name]), BINS_MOST))
    indices, levels = texts(table[name])
    counted = np.bincount(indices[indices >= 0], minlength=len(levels))
    most = np.argsort(-counted, kind="stable")[:_LEVELS_MOST]
    return Column(name, levels=tuple(levels[place] for place in most))


def _alone(column: Column, rows: Rows, outcome: Flags, fold: "np.typing.NDArray[np.int64]") -> float:
    """AUC of the rate per code, learned on the other folds (the rate of all counts as one customer)."""
    codes = column.codes(rows)
    said = np.empty(len(codes))
    for number in range(_FOLDS):
        rest, part = fold != number, fold == number
        count = np.bincount(codes[rest], minlength=column.size)
        yes = np.bincount(codes[rest], outcome[rest].astype(np.float64), column.size)
        rate = (yes + outcome[rest].mean()) / (count + 1.0)
        said[part] = rate[codes[part]]
    return auc(outcome, said)
