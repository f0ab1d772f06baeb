"""Maximum likelihood in log parameters: climb, polish, and say how sharp the peak is.

Parameters are positive, so the search is over their logarithms: no constraint, and a standard error that is symmetric
where the likelihood nearly is. Plain maximum likelihood: no prior, no penalty.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import minimize

from regulars.insight.grouped import Floats

# The sum of log-likelihoods and its gradient, at log parameters.
LogLikelihood = Callable[[Floats], tuple[float, Floats]]

REACH: Final = 14.0  # how far from its start, in logs, a parameter is looked for: a factor of a million each way
SHARP: Final = 1.5  # a log parameter whose standard error is above this is known to a factor of 140: not known
_DIFFERENCE: Final = 1e-3
_LEAST: Final = 1e-6  # curvature below this is none: a standard error of a thousand, in logs
_POLISHED: Final = 1e-9  # log-likelihood still to be gained, by the quadratic at the peak
_POLISH_MAX: Final = 25


@dataclass(frozen=True, slots=True)
class Peak:
    """Where the log-likelihood is highest."""

    at: Floats  # log parameters
    value: float
    covariance: Floats  # of the log parameters, from the observed information; huge where there is no curvature
    converged: bool

    @property
    def spread(self) -> Floats:
        """Standard errors of the log parameters."""
        spread: Floats = np.sqrt(np.diag(self.covariance))
        return spread


def climb(
    full: LogLikelihood, start: Floats, *, customers: float, rough: LogLikelihood | None = None, rounds_max: int = 500
) -> Peak:
    """The peak of `full`.

    `rough` is the same likelihood over an even part of the rows: it brings the search near, and its curvature then
    makes Newton steps on all rows, so that a million rows are passed over some fifteen times only.
    """
    bounds = [(value - REACH, value + REACH) for value in start]
    near = rough or full

    def downhill(at: Floats) -> tuple[float, Floats]:
        value, gradient = near(at)
        return -value / customers, -gradient / customers

    found = minimize(
        downhill,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": rounds_max, "ftol": 1e-11, "gtol": 1e-6},
    )
    low, high = (np.array(side) for side in zip(*bounds, strict=True))
    return _polish(full, np.asarray(found.x), information(near, np.asarray(found.x)), low, high)


def information(log_likelihood: LogLikelihood, at: Floats) -> Floats:
    """Observed information: minus the second derivatives, by central differences of the gradient.

    Forward ones would take half the passes, but miss that a likelihood is level.
    """
    rows = []
    for step in np.eye(len(at)) * _DIFFERENCE:
        rows.append((log_likelihood(at - step)[1] - log_likelihood(at + step)[1]) / (2 * _DIFFERENCE))
    square = np.array(rows)
    symmetric: Floats = (square + square.T) / 2
    return symmetric


def _polish(full: LogLikelihood, at: Floats, curvature: Floats, low: Floats, high: Floats) -> Peak:
    value, gradient = full(at)
    for turn in range(_POLISH_MAX):
        step = _newton_step(curvature, gradient)
        gain = float(gradient @ step) / 2
        if gain < _POLISHED:
            break
        size = 1.0
        while size > 1e-4:
            there = np.clip(at + size * step, low, high)
            higher, slope = full(there)
            if higher > value:
                break
            size /= 2
        else:
            break
        at, value, gradient = there, higher, slope
        if turn % 6 == 5 or size < 1:
            curvature = information(full, at)
    sharp = information(full, at)
    gain = float(gradient @ _newton_step(sharp, gradient)) / 2
    covariance = _inverse(sharp)
    at_edge = np.flatnonzero((at - low < 1e-3) | (high - at < 1e-3))
    covariance[at_edge, at_edge] = 1 / _LEAST  # it ran as far as it was let
    return Peak(at, value, covariance, converged=gain < 1e-5 and not len(at_edge))


def _newton_step(curvature: Floats, gradient: Floats) -> Floats:
    # Directions without curvature are not walked along; a step is at most a factor e in any parameter.
    values, vectors = np.linalg.eigh(curvature)
    keep = values > 1e-10 * max(float(values.max()), 1e-300)
    along = np.where(keep, (vectors.T @ gradient) / np.where(keep, values, 1.0), 0.0)
    step: Floats = vectors @ along
    longest = float(np.abs(step).max())
    return step / longest if longest > 1 else step


def _inverse(curvature: Floats) -> Floats:
    # A direction without curvature makes only the parameters on it vague, not the others.
    values, vectors = np.linalg.eigh(curvature)
    inverse: Floats = (vectors / np.maximum(values, _LEAST)) @ vectors.T
    return inverse
