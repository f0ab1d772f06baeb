"""Customer lifetime value over a horizon: the expected discounted spend, and an interval that keeps its word.

The interval is that of the posterior prediction, given the parameters: whether the customer is still alive, how often
they then buy, and what they spend, all unknown. It is the shortest of the intervals that hold the level; it starts at 0
wherever that makes it shorter, and is nothing but 0 for whom buying nothing is at least as likely as the level.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from regulars.insight.gammagamma import GammaGamma
from regulars.insight.grouped import Floats, Grouped, Ints, checked, column, distinct_pairs, group, same_length
from regulars.insight.outcomes import Outcomes, outcomes
from regulars.insight.repeat import RepeatBuying

DAYS_PER_YEAR: Final = 365.25
_LOWER_TAILS: Final = 10  # how many ways to share what is left out between below and above
_ROWS_AT_ONCE: Final = 250_000


@dataclass(frozen=True, slots=True)
class Worth:
    """One entry per customer; money in the unit of `mean_spend`."""

    p_alive: Floats
    p_none: Floats  # chance of no purchase within the horizon
    expected_purchases: Floats
    expected_spend: Floats  # within the horizon, not discounted
    clv: Floats  # the same, discounted
    low: Floats  # interval of the discounted spend within the horizon
    high: Floats
    variance: Floats  # of the discounted spend; infinite where the model has none


def lifetime_value(
    purchases: RepeatBuying,
    spend: GammaGamma,
    frequency: Any,
    recency: Any,
    age: Any,
    mean_spend: Any,
    *,
    horizon: float,
    discount_rate: float = 0.1,
    unit_days: float = 7.0,
    level: float = 0.9,
) -> Worth:
    """Expected purchases, spend and CLV of each customer within `horizon`, with an interval that holds `level`.

    `horizon` and the times are in the models' unit, `unit_days` days long; `discount_rate` is per year. `mean_spend` is
    per repeat purchase, 0 where there was none (or nothing positive): such a customer is expected to spend as anyone.
    Raises BadHistory as `fit` does.
    """
    x, last, end = checked(frequency, recency, age)
    average = column(mean_spend, "mean_spend")
    same_length(frequency=x, mean_spend=average)
    rows = group(x, last, end, inverse=True)
    back = rows.inverse
    assert back is not None
    discount = np.log1p(discount_rate) * unit_days / DAYS_PER_YEAR
    alive = purchases._alive(rows.frequency.values, rows.recency.values, rows.age.values)
    plain = _expected(purchases, rows, horizon, 0.0)
    kept = _expected(purchases, rows, horizon, discount) / plain
    shape, rate = spend.posterior(x, average)
    per_purchase = spend.expected_spend(x, average)
    q = spend.parameters_["q"]
    table = outcomes(purchases, spend.parameters_["p"], q, horizon, x, end, np.where(shape > q, x, 0.0))
    expected = (alive * plain)[back]
    low, high = _intervals(table, alive[back], level)
    money = rate * kept[back]
    return Worth(
        p_alive=alive[back],
        p_none=1 - alive[back] * (1 - table.none[table.cell]),
        expected_purchases=expected,
        expected_spend=expected * per_purchase,
        clv=expected * kept[back] * per_purchase,
        low=low * money,
        high=high * money,
        variance=_variance(table, alive[back], spend.parameters_["p"], shape) * money**2,
    )


def _expected(model: RepeatBuying, rows: Grouped, horizon: float, discount: float) -> Floats:
    x, end, inverse = distinct_pairs(rows.frequency.values, rows.age.values)
    return model.expected_if_alive(horizon, x, end, discount=discount)[inverse]


def _intervals(table: Outcomes, alive: Floats, level: float) -> tuple[Floats, Floats]:
    low, high = np.zeros(len(alive)), np.zeros(len(alive))
    for first in range(0, len(alive), _ROWS_AT_ONCE):
        part = slice(first, first + _ROWS_AT_ONCE)
        low[part], high[part] = _shortest(table, table.cell[part], alive[part], level)
    return low, high


def _shortest(table: Outcomes, cell: Ints, alive: Floats, level: float) -> tuple[Floats, Floats]:
    """The shortest interval of Z / V that holds `level`, over ten ways of sharing the rest between both sides."""
    low = np.zeros(len(cell))
    high = table.quantile(_if_alive(level, alive), cell)
    nothing = 1 - alive * (1 - table.none[cell])
    for below in np.linspace(0, 1 - level, _LOWER_TAILS + 1)[1:-1]:
        rows = np.flatnonzero(nothing < below)
        left = table.quantile(_if_alive(below, alive[rows]), cell[rows])
        right = table.quantile(_if_alive(below + level, alive[rows]), cell[rows])
        shorter = right - left < high[rows] - low[rows]
        low[rows[shorter]], high[rows[shorter]] = left[shorter], right[shorter]
    return low, high


def _if_alive(level: float, alive: Floats) -> Floats:
    # Who has left spends nothing: their share of the probability sits at 0.
    answer: Floats = (level - (1 - alive)) / np.maximum(alive, 1e-300)
    return answer


def _variance(table: Outcomes, alive: Floats, p: float, shape: Floats) -> Floats:
    """Variance of Z / V per row."""
    mean, square = alive * table.mean[table.cell], alive * table.square[table.cell]
    with np.errstate(divide="ignore", invalid="ignore"):
        second = (p * p * square + p * mean) / ((shape - 1) * (shape - 2))
        variance = second - (p * mean / (shape - 1)) ** 2
    answer: Floats = np.where(shape > 2, variance, np.inf)
    return answer
