"""Additive boosting: a step function per column (and tables for a few pairs) from many small trees, kept as points.

Boosted trees that may each look at one column only add up to one function per column, as in Lou, Caruana & Gehrke
(2012), "Intelligible models for classification and regression"; pairs are found on what those leave over, as in Lou
et al. (2013), "Accurate intelligible models with pairwise interactions". Trees are scikit-learn's histogram boosting on
the codes of the columns, so that the functions can be read off exactly, code by code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from regulars.insight.scoring.columns import Column
from regulars.insight.scoring.model import ScoreModel, assembled
from regulars.insight.scoring.moves import Floats, Ints
from regulars.insight.scoring.newton import platt
from regulars.insight.scoring.pairing import coarse, found_pairs
from regulars.insight.scoring.reading import Rows
from regulars.insight.scoring.terms import Pair, Points, Term
from regulars.insight.scoring.training import Training

_SMALL: Final = 20_000  # up to so many rows there is time for more bags
BAGS: Final = 3  # times the inner folds, on small data
_SETTINGS: Final[dict[str, Any]] = {
    "learning_rate": 0.05,
    "max_iter": 1500,
    "max_leaf_nodes": 4,
    "min_samples_leaf": 20,
    "early_stopping": True,
    "n_iter_no_change": 40,
    "tol": 0.0,
}


@dataclass(frozen=True, slots=True)
class Layout:
    """The features of the trees: every column finely cut, then the columns of pairs coarsely; who may meet whom."""

    columns: Sequence[Column]
    coarse: Sequence[Column]
    pairs: Sequence[tuple[int, int]]  # places in `coarse`

    @property
    def every(self) -> list[Column]:
        return [*self.columns, *self.coarse]

    @property
    def meetings(self) -> list[set[int]]:
        """Sets of features that may stand in one branch."""
        first = len(self.columns)
        return [{place} for place in range(first)] + [{first + one, first + two} for one, two in self.pairs]

    def design(self, rows: Rows) -> Floats:
        """Codes as features; unknown numbers are NaN."""
        codes = [_feature(column, column.codes(rows)) for column in self.every]
        return np.stack(codes, axis=1)


@dataclass(frozen=True, slots=True)
class Boosted:
    """What some bags say together: the constant, points per feature and per pair, and the score of rows unseen."""

    base: float
    points: Sequence[Floats]
    pairs: Sequence[Floats]
    unseen: Floats


def fit_additive(training: Training, seed: int, *, bags: int | None = None, pairs: int = 10) -> ScoreModel:
    """Boosted step functions, averaged over bags, with up to `pairs` pairs where they lower the log-loss out of fold.

    A bag learns from all inner folds but one and stops when that one gets no better; its score there, averaged over
    `bags` ways of cutting the folds, is what Platt's scaling learns from.
    """
    rows = Rows(training.table)
    count = bags or (BAGS if len(training) <= _SMALL else 1)
    layout = Layout(training.columns, (), ())
    best = _boosted(layout, training, rows, count, seed)
    wanted = found_pairs(training, rows, best.unseen, most=pairs) if pairs else []
    if wanted:
        places = sorted({place for pair in wanted for place in pair})
        met = [(places.index(one), places.index(two)) for one, two in wanted]
        with_pairs = Layout(training.columns, [coarse(training.columns[p], rows) for p in places], met)
        richer = _boosted(with_pairs, training, rows, count, seed)
        if _loss(richer.unseen, training) < _loss(best.unseen, training):
            layout, best = with_pairs, richer
    terms: list[Term] = [Points(column, points) for column, points in zip(layout.every, best.points, strict=True)]
    terms += [
        Pair(layout.coarse[one], layout.coarse[two], points)
        for (one, two), points in zip(layout.pairs, best.pairs, strict=True)
    ]
    intercept, slope = platt(best.unseen, training.outcome)
    return assembled("additive", best.base, terms, slope=slope, intercept=intercept, rows=rows)


def _loss(score: Floats, training: Training) -> float:
    return float(np.logaddexp(0.0, np.where(training.outcome, -score, score)).mean())


def _feature(column: Column, codes: Ints) -> Floats:
    values = codes.astype(np.float64)
    return np.where(codes == 0, np.nan, values) if column.levels is None else values


def _boosted(layout: Layout, training: Training, rows: Rows, bags: int, seed: int) -> Boosted:
    from sklearn.ensemble import HistGradientBoostingClassifier

    design = layout.design(rows)
    asked, shape = _questions(layout)
    answers, unseen, learned = np.zeros(len(asked)), np.zeros(len(training)), 0
    for bag in range(bags):
        inner = training.folds(seed + bag)
        for fold in range(int(inner.max()) + 1):
            rest, part = inner != fold, inner == fold
            model = HistGradientBoostingClassifier(
                **_SETTINGS,
                categorical_features=[column.levels is not None for column in layout.every],
                interaction_cst=layout.meetings,
                random_state=seed + bag,
            )
            model.fit(design[rest], training.outcome[rest], X_val=design[part], y_val=training.outcome[part])
            unseen[part] += model.decision_function(design[part])
            answers += model.decision_function(asked)
            learned += 1
    return _read_off(layout, answers / learned, shape, unseen / bags)


def _questions(layout: Layout) -> tuple[Floats, list[tuple[int, int]]]:
    """Rows that tell every function: the reference row, each code of each feature, each pair of codes; with extents.

    All else stays at the reference, the first known code.
    """
    every = layout.every
    reference = np.ones(len(every))
    blocks, extents, at = [reference[None, :]], [], 1
    wanted = [(place,) for place in range(len(every))]
    first = len(layout.columns)
    both = [(first + one, first + two) for one, two in layout.pairs]
    for places in [*wanted, *both]:
        grid = np.indices([every[p].size for p in places]).reshape(len(places), -1)
        block = np.tile(reference, (grid.shape[1], 1))
        for place, codes in zip(places, grid, strict=True):
            block[:, place] = _feature(every[place], codes)
        blocks.append(block)
        extents.append((at, at + len(block)))
        at += len(block)
    return np.concatenate(blocks), extents


def _read_off(layout: Layout, answers: Floats, extents: list[tuple[int, int]], unseen: Floats) -> Boosted:
    """Differences from the reference: exact, since no branch saw more than one feature or one pair."""
    base = float(answers[0])
    count = len(layout.every)
    points = [answers[start:end] - base for start, end in extents[:count]]
    first = len(layout.columns)
    tables = []
    for (one, two), (start, end) in zip(layout.pairs, extents[count:], strict=True):
        alone, other = points[first + one], points[first + two]
        together = answers[start:end].reshape(len(alone), len(other)) - base
        tables.append(together - alone[:, None] - other[None, :])
    return Boosted(base, points, tables, unseen)
