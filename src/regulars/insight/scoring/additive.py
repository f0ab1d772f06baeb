"""Additive boosting: a step function per column (and tables for a few pairs) from many small trees, kept as points.

Boosted trees that may each look at one column only add up to one function per column, as in Lou, Caruana & Gehrke
(2012), "Intelligible models for classification and regression"; pairs are found on what those leave over, as in Lou
et al. (2013), "Accurate intelligible models with pairwise interactions". Trees are scikit-learn's histogram boosting on
the codes of the columns, so that the functions can be read off exactly, code by code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import numpy as np

from regulars.insight.scoring.columns import Column
from regulars.insight.scoring.linear import bent_lines
from regulars.insight.scoring.model import ScoreModel, assembled
from regulars.insight.scoring.moves import Flags, Floats, Ints
from regulars.insight.scoring.newton import platt
from regulars.insight.scoring.pairing import coarse, found_pairs
from regulars.insight.scoring.reading import Rows
from regulars.insight.scoring.terms import Pair, Points, Term
from regulars.insight.scoring.training import Training, Uncalibrated

_SMALL: Final = 10_000  # up to so many rows there is time for more bags
BAGS: Final = 2  # times the inner folds, on small data
_SETTINGS: Final[dict[str, Any]] = {
    "learning_rate": 0.2,
    "max_iter": 1000,
    "l2_regularization": 10.0,
    "min_samples_leaf": 20,
    "early_stopping": True,
    "n_iter_no_change": 30,
    "tol": 0.0,
}
_HALF: Final = 0.5
_SHARES: Final = (1.0, 0.75, _HALF, 0.25, 0.0)  # of the steps beside the lines


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
    """Boosted step functions averaged over bags, mixed with bent lines in log-odds; Platt's scaling out of fold.

    Steps follow a curve anywhere but are rough; the lines of the logistic regression are smooth but stiff. Half of each
    is taken, unless another mixture's log-loss out of fold is lower by more than a standard error. So each column's
    points are a curve with small steps in it.
    """
    rows = Rows(training.table)
    steps = _steps(training, rows, bags or (BAGS if len(training) <= _SMALL else 1), pairs, seed)
    lines = bent_lines(training, seed)
    share = _share(training, steps.unseen, lines.unseen)
    intercept, slope = platt(share * steps.unseen + (1 - share) * lines.unseen, training.outcome)
    terms = [term.scaled(share) for term in steps.terms if share > 0]
    terms += [term.scaled(1 - share) for term in lines.terms if share < 1]
    base = share * steps.base + (1 - share) * lines.base
    return assembled("additive", base, terms, slope=slope, intercept=intercept, rows=rows)


def _share(training: Training, steps: Floats, lines: Floats) -> float:
    """How much of the steps to take."""
    losses = {share: training.losses(share * steps + (1 - share) * lines) for share in _SHARES}
    best = min(_SHARES, key=lambda share: float(losses[share].mean()))
    better = losses[_HALF] - losses[best]
    return best if better.mean() > better.std() / np.sqrt(len(better)) else _HALF


def _steps(training: Training, rows: Rows, bags: int, pairs: int, seed: int) -> Uncalibrated:
    """Step functions, with up to `pairs` pairs where they lower the log-loss out of fold.

    A bag learns from all inner folds but one; its score there is averaged over `bags` ways of cutting the folds. All
    bags have the number of trees that is best for them together.
    """
    layout = Layout(training.columns, (), ())
    best = _boosted(layout, training, rows, bags, seed)
    wanted = found_pairs(training, rows, best.unseen, most=pairs) if pairs else []
    if wanted:
        places = sorted({place for pair in wanted for place in pair})
        met = [(places.index(one), places.index(two)) for one, two in wanted]
        with_pairs = Layout(training.columns, [coarse(training.columns[p], rows) for p in places], met)
        richer = _boosted(with_pairs, training, rows, bags, seed)
        if training.losses(richer.unseen).mean() < training.losses(best.unseen).mean():
            layout, best = with_pairs, richer
    terms: list[Term] = [Points(column, points) for column, points in zip(layout.every, best.points, strict=True)]
    terms += [
        Pair(layout.coarse[one], layout.coarse[two], points)
        for (one, two), points in zip(layout.pairs, best.pairs, strict=True)
    ]
    return Uncalibrated(best.base, terms, best.unseen)


def _feature(column: Column, codes: Ints) -> Floats:
    values = codes.astype(np.float64)
    return np.where(codes == 0, np.nan, values) if column.levels is None else values


def _boosted(layout: Layout, training: Training, rows: Rows, bags: int, seed: int) -> Boosted:
    design = layout.design(rows)
    asked, extents = _questions(layout)
    learned = [(training.folds(seed + bag), seed + bag) for bag in range(bags)]
    models = [
        (_model(layout, design, training, inner != fold, number), inner == fold)
        for inner, number in learned
        for fold in range(int(inner.max()) + 1)
    ]
    count = _trees(models, design, training)
    answers, unseen = np.zeros(len(asked)), np.zeros(len(training))
    for model, part in models:
        unseen[part] += _after(model, design[part], count)
        answers += _after(model, asked, count)
    return _read_off(layout, answers / len(models), extents, unseen / bags)


def _model(layout: Layout, design: Floats, training: Training, rest: Flags, seed: int) -> Any:
    """Trees learned from `rest` until the other rows have long got no better."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        **_SETTINGS,
        max_leaf_nodes=4 if layout.pairs else 2,  # one split for one column; three for a pair
        categorical_features=[column.levels is not None for column in layout.every],
        interaction_cst=layout.meetings,
        random_state=seed,
    )
    yes = training.outcome
    return model.fit(design[rest], yes[rest], X_val=design[~rest], y_val=yes[~rest])


def _trees(models: Sequence[tuple[Any, Flags]], design: Floats, training: Training) -> int:
    """How many trees are best, one number for all bags: a number of its own for each would fit its unseen rows."""
    most = min(model.n_iter_ for model, _ in models)
    losses = np.zeros(most)
    for model, part in models:
        yes = training.outcome[part]
        for count, score in enumerate(islice(model.staged_decision_function(design[part]), most)):
            losses[count] += np.logaddexp(0.0, np.where(yes, -score, score)).sum()
    return int(losses.argmin()) + 1


def _after(model: Any, design: Floats, count: int) -> Floats:
    """The score after so many trees."""
    found: Floats = next(islice(model.staged_decision_function(design), count - 1, None))
    return found


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
