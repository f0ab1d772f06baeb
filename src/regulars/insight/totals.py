"""What many customers will bring together, with an interval: chance of each, the parameters, and the model itself."""

from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np
from scipy.special import ndtri

from regulars.insight.clv import DAYS_PER_YEAR, Worth
from regulars.insight.gammagamma import GammaGamma
from regulars.insight.grouped import Floats, Ints
from regulars.insight.repeat import RepeatBuying

_SAMPLE: Final = 40_000  # customers over which the effect of the parameters is measured; then scaled to all
_DIFFERENCE: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Histories:
    """Checked columns of the customers: repeat purchases, time of the last, age, mean spend per repeat purchase."""

    frequency: Floats
    recency: Floats
    age: Floats
    mean_spend: Floats

    def __len__(self) -> int:
        return len(self.frequency)

    def some(self, rows: Any) -> Self:
        """The rows at a slice, mask or index array."""
        parts = (self.frequency, self.recency, self.age, self.mean_spend)
        return replace(self, **dict(zip(self.__slots__, (part[rows] for part in parts), strict=True)))


@dataclass(frozen=True, slots=True)
class Totals:
    """Discounted spend within the horizon, one entry per group."""

    expected: Floats
    low: Floats
    high: Floats


def totals(
    purchases: RepeatBuying,
    spend: GammaGamma,
    histories: Histories,
    worth: Worth,
    *,
    horizon: float,
    discount_rate: float = 0.1,
    unit_days: float = 7.0,
    groups: Ints | None = None,
    model_error: float = 0.0,
    level: float = 0.9,
) -> Totals:
    """Sums of `worth.clv` by group (codes from 0; None: one group), with a normal interval of the given level.

    Three sources of doubt, added as variances: chance (customers independent given the parameters), the parameters
    (delta method, as far as the models were fitted), and `model_error`, the relative error of the total that was seen
    on a later period: a model that was a tenth off then may be so again.
    """
    codes = np.zeros(len(histories), np.intp) if groups is None else groups
    number = int(codes.max(initial=-1)) + 1
    expected = _sums(codes, worth.clv, number)
    # A variance without end (a spend tail too heavy for one) is read off the interval instead.
    by_interval = ((worth.high - worth.low) / (2 * ndtri((1 + level) / 2))) ** 2
    chance = _sums(codes, np.where(np.isfinite(worth.variance), worth.variance, by_interval), number)
    step = max(len(histories) // _SAMPLE, 1)
    discount = np.log1p(discount_rate) * unit_days / DAYS_PER_YEAR
    slopes = _relative_slopes(
        purchases, spend, histories.some(slice(None, None, step)), codes[::step], number, horizon, discount
    )
    parameters = np.einsum("gi,ij,gj->g", slopes, _covariance(purchases, spend), slopes)
    spread = ndtri((1 + level) / 2) * np.sqrt(chance + expected**2 * (parameters + model_error**2))
    return Totals(expected, np.maximum(expected - spread, 0.0), expected + spread)


def _sums(codes: Ints, values: Floats, number: int) -> Floats:
    return np.bincount(codes, values, number).astype(np.float64)


def _covariance(purchases: RepeatBuying, spend: GammaGamma) -> Floats:
    whole = np.zeros((7, 7))
    whole[:4, :4] = getattr(purchases, "log_covariance_", 0.0)
    whole[4:, 4:] = getattr(spend, "log_covariance_", 0.0)
    return whole


def _relative_slopes(
    purchases: RepeatBuying,
    spend: GammaGamma,
    histories: Histories,
    codes: Ints,
    number: int,
    horizon: float,
    discount: float,
) -> Floats:
    """d log(sum of a group) / d log(parameter), groups × (four of purchases, three of spend)."""

    def sums(model: RepeatBuying, money: GammaGamma) -> Floats:
        often = model.expected_purchases(
            horizon, histories.frequency, histories.recency, histories.age, discount=discount
        )
        return _sums(codes, often * money.expected_spend(histories.frequency, histories.mean_spend), number)

    slopes = []
    for name in purchases.parameters_:
        up, down = (sums(moved, spend) for moved in _moved(purchases, name))
        slopes.append((up - down) / np.maximum(up + down, 1e-300) / _DIFFERENCE)
    for name in spend.parameters_:
        up, down = (sums(purchases, moved) for moved in _moved(spend, name))
        slopes.append((up - down) / np.maximum(up + down, 1e-300) / _DIFFERENCE)
    return np.column_stack(slopes)


def _moved(model: Any, name: str) -> list[Any]:
    value = model.parameters_[name]
    return [
        type(model)().with_parameters(**{**model.parameters_, name: value * np.exp(sign * _DIFFERENCE)})
        for sign in (1, -1)
    ]
