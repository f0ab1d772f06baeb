"""How good a probability is: AUC, log-loss, Brier, lift and capture at the top, calibration; with intervals.

Definitions. AUC: chance that a yes has a higher probability than a no, ties half (the area under the ROC curve).
Log-loss: mean of −ln of the probability given to what happened, probabilities kept within 1e-15 of 0 and 1.
Brier: mean of (probability − outcome)². Capture at s: share of all yes among the s of rows with the highest
probability; where the border cuts through equal probabilities, each of those rows counts in part.
Lift at s: capture / s, the rate among them over the rate of all.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.insight.scoring.moves import Flags, Floats, Ints, Measured
from regulars.insight.scoring.resampling import DRAWN_FROM, interval, some_customers, weights

TOPS: Final = (0.1, 0.3)
CALIBRATION_BINS: Final = 10
_DRAWS: Final = 200
_GAIN_DRAWS: Final = 1000
_SURE: Final = 1e-15


def losses(outcome: Flags, probability: Floats) -> Floats:
    """Log-loss of each row."""
    given = np.where(outcome, probability, 1.0 - probability)
    found: Floats = -np.log(np.clip(given, _SURE, 1.0))
    return found


def log_loss(outcome: Flags, probability: Floats) -> float:
    """Mean log-loss."""
    return float(losses(outcome, probability).mean())


def brier(outcome: Flags, probability: Floats) -> float:
    """Mean squared error of the probability."""
    return float(np.square(probability - outcome).mean())


def auc(outcome: Flags, probability: Floats) -> float:
    """Area under the ROC curve; .5 where there is only yes or only no."""
    return float(_ranking(outcome, probability)(np.ones((1, len(outcome)), np.float32))["auc"][0])


def capture(outcome: Flags, probability: Floats, share: float) -> float:
    """Share of all yes among the `share` with the highest probability; `share` itself where there is no yes."""
    return float(_ranking(outcome, probability, (share,))(np.ones((1, len(outcome)), np.float32))[_name(share)][0])


def lift(outcome: Flags, probability: Floats, share: float) -> float:
    """Rate among the `share` with the highest probability over the rate of all."""
    return capture(outcome, probability, share) / share


def measured(outcome: Flags, probability: Floats, customers: Ints, seed: int) -> Measured:
    """All measures with 95 % bootstrap intervals; `customers` are numbers from `resampling.numbered`.

    Interval names: auc, log_loss, brier, lift_10, lift_30, capture_10, capture_30.
    """
    captures = {share: capture(outcome, probability, share) for share in TOPS}
    return Measured(
        auc=auc(outcome, probability),
        log_loss=log_loss(outcome, probability),
        brier=brier(outcome, probability),
        lift={share: value / share for share, value in captures.items()},
        capture=captures,
        intervals=_intervals(outcome, probability, customers, seed),
    )


def gain(outcome: Flags, ours: Floats, theirs: Floats, customers: Ints, seed: int) -> tuple[float, float, float]:
    """Their mean log-loss less ours, with its 95 % interval: above 0 ours is better. Both meet the same draws."""
    difference = losses(outcome, theirs) - losses(outcome, ours)
    rows = some_customers(customers, DRAWN_FROM, seed=seed)
    some = difference[rows].astype(np.float32)
    every = weights(customers[rows], draws=_GAIN_DRAWS, seed=seed)
    drawn = np.concatenate([drawn @ some / np.maximum(drawn.sum(axis=1), 1) for drawn in every])
    low, high = interval(drawn.astype(np.float64))
    return float(difference.mean()), low, high


def calibration_curve(outcome: Flags, probability: Floats, bins: int = CALIBRATION_BINS) -> pa.Table:
    """bin (1 …), customers (rows), predicted, actual: rows in order of probability, in `bins` equal parts.

    Equal probabilities stay in one part, so there may be fewer.
    """
    order = np.argsort(probability, kind="stable")
    ranked = probability[order]
    first = np.searchsorted(ranked, ranked, side="left")  # ties go where their first goes
    part = first * bins // max(len(ranked), 1)
    _, part = np.unique(part, return_inverse=True)
    size = np.bincount(part)
    columns: dict[str, Any] = {
        "bin": np.arange(1, len(size) + 1),
        "customers": size,
        "predicted": np.bincount(part, ranked) / size,
        "actual": np.bincount(part, outcome[order].astype(np.float64)) / size,
    }
    return pa.table(columns)


def _name(share: float) -> str:
    return f"capture_{round(100 * share)}"


Weights = npt.NDArray[np.float32]


def _intervals(outcome: Flags, probability: Floats, customers: Ints, seed: int) -> dict[str, tuple[float, float]]:
    rows = some_customers(customers, DRAWN_FROM, seed=seed)
    yes, given = outcome[rows], probability[rows]
    ranking = _ranking(yes, given, TOPS)
    loss, squared = losses(yes, given).astype(np.float32), np.square(given - yes).astype(np.float32)
    drawn: dict[str, list[Floats]] = {}
    for drawn_weights in weights(customers[rows], draws=_DRAWS, seed=seed):
        total = np.maximum(drawn_weights.sum(axis=1), 1)
        found: dict[str, Floats] = {"log_loss": drawn_weights @ loss / total, "brier": drawn_weights @ squared / total}
        for name, values in (found | dict(ranking(drawn_weights))).items():
            drawn.setdefault(name, []).append(values)
    found = {name: np.concatenate(values).astype(np.float64) for name, values in drawn.items()}
    found |= {f"lift_{round(100 * share)}": found[_name(share)] / share for share in TOPS}
    return {name: interval(values) for name, values in found.items()}


def _ranking(
    outcome: Flags, probability: Floats, tops: tuple[float, ...] = ()
) -> Callable[[Weights], Mapping[str, Floats]]:
    """A function of weights (draws × rows) giving AUC and captures: sorted once, equal ones counted together."""
    order = np.argsort(-probability, kind="stable")
    ranked, yes = probability[order], outcome[order]
    starts = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))

    def of(drawn: Weights) -> Mapping[str, Floats]:
        here = drawn[:, order].astype(np.float64)
        positive = np.add.reduceat(here * yes, starts, axis=1)
        rows = np.add.reduceat(here, starts, axis=1)
        return {"auc": _auc(positive, rows - positive)} | {_name(s): _captured(positive, rows, s) for s in tops}

    return of


def _auc(positive: Floats, negative: Floats) -> Floats:
    """Groups of equal probability, highest first, along the last axis."""
    below = negative.sum(axis=1, keepdims=True) - np.cumsum(negative, axis=1)
    pairs = positive.sum(axis=1) * negative.sum(axis=1)
    won = (positive * (below + negative / 2)).sum(axis=1)
    found: Floats = np.divide(won, pairs, out=np.full(len(pairs), 0.5), where=pairs > 0)
    return found


def _captured(positive: Floats, rows: Floats, share: float) -> Floats:
    wanted = share * rows.sum(axis=1, keepdims=True)
    inside = np.clip(wanted - (np.cumsum(rows, axis=1) - rows), 0.0, rows)
    part = np.divide(inside, rows, out=np.zeros_like(rows), where=rows > 0)
    whole = positive.sum(axis=1)
    found: Floats = np.divide((part * positive).sum(axis=1), whole, out=np.full(len(whole), share), where=whole > 0)
    return found
