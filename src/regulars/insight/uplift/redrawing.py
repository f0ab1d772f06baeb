"""The lot drawn again among a small group: how far apart chance alone brings its arms.

Spends are skewed, and with few people in one arm Welch's t is not yet what the table says: of groups without any
effect and a control arm of a tenth, seven in a hundred have p below .05. Dealing the same people to the arms anew
shows what t does where nothing was done, whatever the values look like.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from regulars.insight.uplift.counting import Moments
from regulars.insight.uplift.moves import Flags, Floats, Interval

DRAWS: Final = 999
FURTHER: Final = 9_999  # where none of the first is nearly as far out
FEW: Final = 10  # draws beyond the value seen; with fewer its tail is drawn further
PEOPLE_MAX: Final = 5_000  # beyond, Welch's t holds, also in unequal arms
_AT_ONCE: Final = 2_000_000  # numbers held: draws × people


@dataclass(frozen=True, slots=True)
class Redrawn:
    """The two-sided p-value (twice the smaller tail), and the interval by the same draws."""

    p_value: float
    interval: Interval


def redrawn(values: Floats, treated: Flags, found: Moments, *, level: float, chance: np.random.Generator) -> Redrawn:
    """The studentised permutation test: exact where treatment does nothing, and right for means in large groups where
    it moves the spread only (Janssen 1997; Chung & Romano 2013). `found` are the moments of these very values."""
    if found.error == 0:
        return Redrawn(found.p_value(), found.interval(level))
    seen = found.difference / found.error
    drawn = _drawn(values, treated, DRAWS, chance)
    if min((drawn <= seen).sum(), (drawn >= seen).sum()) < FEW:
        drawn = np.concatenate([drawn, _drawn(values, treated, FURTHER - DRAWS, chance)])
    below, above = ((1 + int(side.sum())) / (1 + len(drawn)) for side in (drawn <= seen, drawn >= seen))
    low, high = np.quantile(drawn, [level / 2, 1 - level / 2])
    bounds = Interval(found.difference, found.difference - high * found.error, found.difference - low * found.error)
    return Redrawn(min(1.0, 2 * min(below, above)), bounds)


def _drawn(values: Floats, treated: Flags, draws: int, chance: np.random.Generator) -> Floats:
    """Welch's t of each of so many deals into arms of the same sizes."""
    people, one = len(values), int(treated.sum())
    fewer = min(one, people - one)
    centred = values - values.mean()
    parts = []
    for start in range(0, draws, step := max(1, _AT_ONCE // people)):
        order = chance.random((min(step, draws - start), people), dtype=np.float32)
        picked = centred[order.argpartition(fewer, axis=1)[:, :fewer]]
        parts.append(_welch(picked.sum(axis=1), (picked * picked).sum(axis=1), fewer, centred))
    t = np.concatenate(parts)
    return t if fewer == one else -t


def _welch(total: Floats, squares: Floats, count: int, centred: Floats) -> Floats:
    """t of an arm with these sums against all the others."""
    others = len(centred) - count
    mean, other_mean = total / count, (centred.sum() - total) / others
    error2 = (squares - count * mean**2) / (count - 1) / count
    other_error2 = ((centred**2).sum() - squares - others * other_mean**2) / (others - 1) / others
    error = np.sqrt(np.maximum(error2 + other_error2, 0.0))
    found: Floats = np.divide(mean - other_mean, error, out=np.zeros_like(error), where=error > 0)
    return found
