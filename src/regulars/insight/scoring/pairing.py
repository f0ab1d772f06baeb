"""Which two columns say more together than one by one: a test of what an additive score leaves over."""

from itertools import combinations
from typing import Final

import numpy as np

from regulars.insight.scoring.columns import Column, cut
from regulars.insight.scoring.model import chance
from regulars.insight.scoring.moves import Floats, Ints
from regulars.insight.scoring.reading import Rows
from regulars.insight.scoring.training import Training

_COARSE: Final = 16
_TEST: Final = 4  # bins of the test: few, since most pairs go together in a simple way
_LEVEL: Final = 0.05


def coarse(column: Column, rows: Rows, bins: int = _COARSE) -> Column:
    """The column with few bins; a text as it is."""
    if column.levels is not None:
        return column
    return Column(column.name, edges=cut(rows.numbers(column.name), bins))


def found_pairs(training: Training, rows: Rows, unseen: Floats, *, most: int) -> list[tuple[int, int]]:
    """Places of two columns whose cells still hold outcome that the additive score (out of fold) did not explain.

    Per cell the rest (outcome − probability) squared over its variance; less what either column alone holds, that is
    about chi-squared with (bins − 1)·(bins − 1) degrees of freedom. Benjamini & Hochberg's correction, then the surest.
    """
    from scipy.special import chdtrc

    probability = chance(unseen)
    rest, variance = training.outcome - probability, probability * (1 - probability)
    small = [coarse(column, rows, _TEST) for column in training.columns]
    codes = [column.codes(rows) for column in small]
    tested = []
    for one, two in combinations(range(len(small)), 2):
        statistic, freedom = _left_over(codes[one], codes[two], small[two].size, rest, variance)
        if freedom > 0:
            tested.append((float(chdtrc(freedom, max(statistic, 0.0))), (one, two)))
    tested.sort()
    passed = [place for place, (p, _) in enumerate(tested, start=1) if p <= _LEVEL * place / len(tested)]
    return [pair for _, pair in tested[: min(most, max(passed, default=0))]]


def _left_over(one: Ints, two: Ints, size: int, rest: Floats, variance: Floats) -> tuple[float, int]:
    cell = one * size + two
    shape = (-1, size)
    extent = (int(one.max()) + 1) * size
    left = np.asarray(np.bincount(cell, rest, extent), np.float64).reshape(shape)
    spread = np.asarray(np.bincount(cell, variance, extent), np.float64).reshape(shape)
    whole, rows, columns = _sum(left, spread), _sum(left.sum(1), spread.sum(1)), _sum(left.sum(0), spread.sum(0))
    cells, down, across = int((spread > 0).sum()), int((spread.sum(1) > 0).sum()), int((spread.sum(0) > 0).sum())
    return whole - rows - columns, cells - down - across + 1


def _sum(left: Floats, spread: Floats) -> float:
    return float(np.divide(left**2, spread, out=np.zeros_like(left), where=spread > 0).sum())
