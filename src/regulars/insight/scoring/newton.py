"""Logistic regression by Newton's method, L2 on all but the intercept; and Platt's scaling, its smallest case."""

from typing import Final

import numpy as np

from regulars.insight.scoring.model import chance
from regulars.insight.scoring.moves import Flags, Floats

_STEPS_MOST: Final = 50
_DONE: Final = 1e-8  # relative decrease of the penalised log-likelihood


def logistic(design: Floats, outcome: Flags, penalty: float, start: Floats | None = None) -> Floats:
    """Intercept and coefficients that maximise Σ log-likelihood − penalty / 2 · Σ coefficient². Columns standardised.

    Steps are halved until the objective falls, so it always ends; a penalty above 0 keeps separated data finite.
    """
    columns = design.shape[1]
    coefficients = np.zeros(columns + 1) if start is None else start.copy()
    ridge = np.append(1e-9, np.full(columns, penalty))
    loss = _objective(design, outcome, coefficients, ridge)
    for _ in range(_STEPS_MOST):
        step = _step(design, outcome, coefficients, ridge)
        size = 1.0
        while (after := _objective(design, outcome, coefficients - size * step, ridge)) > loss and size > 1e-6:
            size /= 2
        if not after < loss:
            break
        coefficients = coefficients - size * step
        done, loss = loss - after <= _DONE * max(abs(after), 1.0), after
        if done:
            break
    return coefficients


def least_squares(design: Floats, outcome: Flags, penalty: float) -> Floats:
    """Intercept and coefficients of the linear probability model, with a ridge on the coefficients."""
    means, rate = design.mean(axis=0), float(outcome.mean())
    centred = design - means
    gram = centred.T @ centred + penalty * np.eye(design.shape[1])
    slopes = np.linalg.solve(gram, centred.T @ (outcome - rate))
    return np.append(rate - means @ slopes, slopes)


def platt(score: Floats, outcome: Flags) -> tuple[float, float]:
    """(intercept, slope) of the log-odds on a score it did not learn from; slope at least 0, so order is kept.

    Platt (1999), "Probabilistic outputs for support vector machines", without his prior counts: there are enough rows.
    Where the score tells nothing the slope is 0 and the intercept the log-odds of the base rate.
    """
    rate = float(np.clip(outcome.mean(), 1e-9, 1 - 1e-9))
    flat = float(np.log(rate / (1 - rate)))
    spread = float(score.std())
    if not spread > 1e-12:
        return flat, 0.0
    middle = float(score.mean())
    intercept, slope = logistic(((score - middle) / spread)[:, None], outcome, 1e-6)
    if slope <= 0:
        return flat, 0.0
    return float(intercept - slope * middle / spread), float(slope / spread)


def _objective(design: Floats, outcome: Flags, coefficients: Floats, ridge: Floats) -> float:
    log_odds = design @ coefficients[1:] + coefficients[0]
    likelihood = np.logaddexp(0.0, np.where(outcome, -log_odds, log_odds)).sum()
    return float(likelihood + 0.5 * (ridge * coefficients**2).sum())


def _step(design: Floats, outcome: Flags, coefficients: Floats, ridge: Floats) -> Floats:
    probability = chance(design @ coefficients[1:] + coefficients[0])
    curve = np.maximum(probability * (1 - probability), 1e-10)
    wrong = probability - outcome
    gradient: Floats = np.append(wrong.sum(), design.T @ wrong) + ridge * coefficients
    half = design * np.sqrt(curve)[:, None]  # a product with itself costs half of one with another
    side = design.T @ curve
    corner = np.array([[curve.sum()]])
    hessian = np.block([[corner, side[None, :]], [side[:, None], half.T @ half]])
    solved: Floats = np.linalg.solve(hessian + np.diag(ridge), gradient)
    return solved
