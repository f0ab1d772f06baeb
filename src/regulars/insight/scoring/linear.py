"""The linear probability model and the logistic regression: lines (with bends, for the logistic) and levels."""

from typing import Final

import numpy as np

from regulars.insight.scoring.basis import Basis
from regulars.insight.scoring.model import ScoreModel, assembled
from regulars.insight.scoring.moves import Flags, Floats, Ints
from regulars.insight.scoring.newton import least_squares, logistic, platt
from regulars.insight.scoring.reading import Rows
from regulars.insight.scoring.training import Training, Uncalibrated

_RIDGE: Final = 1.0
PENALTIES: Final = (1000.0, 300.0, 100.0, 30.0, 10.0, 3.0, 1.0)  # of standardised columns
KNOTS: Final = 6
_CHOSEN_ON: Final = 6_000  # rows on which the penalty is chosen


def fit_linear(training: Training, seed: int) -> ScoreModel:
    """Least squares on lines and levels; its score is turned into log-odds by Platt's scaling, learned out of fold.

    So it needs no clipping at 0 and 1, and its contributions add up like those of the others.
    """
    basis, design = Basis.of(training.table, training.columns, knots=2)
    inner = training.folds(seed)
    unseen = np.empty(len(training))
    for fold in range(int(inner.max()) + 1):
        rest, part = inner != fold, inner == fold
        unseen[part] = _at(design[part], least_squares(design[rest], training.outcome[rest], _RIDGE))
    whole = least_squares(design, training.outcome, _RIDGE)
    terms, constant = basis.terms(whole[1:])
    intercept, slope = platt(unseen, training.outcome)
    rows = Rows(training.table)
    return assembled("linear", float(whole[0]) + constant, terms, slope=slope, intercept=intercept, rows=rows)


def fit_logistic(training: Training, seed: int) -> ScoreModel:
    """Logistic regression on bent lines (knots at quantiles) and levels, L2 chosen by log-loss in inner folds."""
    found = bent_lines(training, seed)
    intercept, slope = platt(found.unseen, training.outcome)
    rows = Rows(training.table)
    return assembled("logistic", found.base, found.terms, slope=slope, intercept=intercept, rows=rows)


def bent_lines(training: Training, seed: int) -> Uncalibrated:
    """The logistic regression before calibration, once per training and seed; the penalty on at most 6,000 rows."""
    if seed not in training.found:
        training.found[seed] = _bent_lines(training, seed)
    return training.found[seed]


def _bent_lines(training: Training, seed: int) -> Uncalibrated:
    basis, design = Basis.of(training.table, training.columns, knots=KNOTS)
    inner, yes = training.folds(seed), training.outcome
    penalty = _penalty(design, yes, inner, training.some_rows(_CHOSEN_ON, seed))
    unseen = np.empty(len(training))
    for fold in range(int(inner.max()) + 1):
        rest, part = inner != fold, inner == fold
        unseen[part] = _at(design[part], logistic(design[rest], yes[rest], penalty))
    whole = logistic(design, yes, penalty)
    terms, constant = basis.terms(whole[1:])
    return Uncalibrated(float(whole[0]) + constant, terms, unseen)


def _penalty(design: Floats, outcome: Flags, inner: Ints, some: Ints) -> float:
    """The penalty with the least log-loss out of fold."""
    unseen = np.empty((len(PENALTIES), len(some)))
    for fold in range(int(inner.max()) + 1):
        rest, part = some[inner[some] != fold], inner[some] == fold
        start: Floats | None = None
        for place, penalty in enumerate(PENALTIES):  # from the stiffest on, each starting where the last ended
            start = logistic(design[rest], outcome[rest], penalty, start)
            unseen[place, part] = _at(design[some[part]], start)
    losses = np.logaddexp(0.0, np.where(outcome[some], -unseen, unseen)).mean(axis=1)
    return PENALTIES[int(losses.argmin())]


def _at(design: Floats, coefficients: Floats) -> Floats:
    found: Floats = design @ coefficients[1:] + coefficients[0]
    return found
