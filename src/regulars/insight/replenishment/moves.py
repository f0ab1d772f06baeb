"""Values of replenishment: purchases as arrays, what the check found, what the report shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from regulars.insight.grouped import Floats, Ints


@dataclass(frozen=True, slots=True)
class Purchases:
    """Purchase days of customer × item, sorted by customer, item, day. Texts once, codes per row."""

    customers: Any  # Arrow arrays
    items: Any
    customer: Ints
    item: Ints
    day: Ints  # days since 1970-01-01
    size: Floats  # how much was bought that day, 1 is usual for the item

    def __len__(self) -> int:
        return len(self.day)

    @property
    def starts(self) -> Ints:
        """The first row of each customer × item."""
        new = (self.customer[1:] != self.customer[:-1]) | (self.item[1:] != self.item[:-1])
        first = np.array([True]) if len(self) else np.array([], bool)
        return np.flatnonzero(np.concatenate((first, new)))

    def until(self, day: int) -> "Purchases":
        """What was known at the end of a day."""
        return self.where(self.day <= day)

    def again(self, repeaters_min: int = 0) -> "Purchases":
        """Pairs with two purchase days or more, of items that so many customers bought again."""
        starts = self.starts
        times = np.diff(np.append(starts, len(self)))
        several = np.repeat(times > 1, times)
        repeaters = np.bincount(self.item[starts][times > 1], minlength=len(self.items))
        return self.where(several & (repeaters >= repeaters_min)[self.item])

    def where(self, mask: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> "Purchases":
        whole, size = (self.customer[mask], self.item[mask], self.day[mask]), self.size[mask]
        return Purchases(self.customers, self.items, *whole, size)


@dataclass(frozen=True, slots=True)
class Checked:
    """How the dates did on a later period, beside the plain rules. Days; shares 0 … 1; intervals 95 %, paired."""

    until: date  # the last day that was learned from
    days: int  # length of the later period
    foretold: int  # customer × item that got a date
    bought_again: int  # of them, in the later period
    pinball: Mapping[str, float]  # rule → mean pinball loss at the median; "own_rhythm" is ours
    quantile_loss: Mapping[str, float]  # own_rhythm, item_quantiles: mean over .1 .25 .5 .75 .9
    gain: Mapping[str, tuple[float, float, float]]  # rule → (its pinball less ours, low, high)
    coverage_90: float  # of those bought again, how many within their window
    hit_rate: Mapping[str, float]  # rule → share foretold within 3 days or a quarter of the usual gap
    due_right: float  # of those called due in the first fortnight, how many were bought in it
    due_found: float  # of those bought in it, how many were called due
    rule_right: float  # the same two by the mean of the own gaps
    rule_found: float


@dataclass(frozen=True, slots=True)
class Due:
    """What the chapter shows. `customers` and `items` count those with a date."""

    level: str  # product or category
    customers: int
    items: int
    due: int  # customer × item due in the fortnight after the cut-off
    overdue: int
    usable: bool
    why_not: str
    checked: Checked
    by_item: pa.Table  # item, buyers, typical_days, regularity (sd of the log gap), due, overdue; the most due first
    examples: pa.Table  # customer, item, last_on, purchases, typical_days, next_on, from_on, until_on, chance
    seasonal: bool  # whether the shop's busy weeks were found to speed the rhythm up
    sampled: float = 1.0  # share of the customers that was looked at
    names: Mapping[str, str] = field(default_factory=dict)  # product code → name, for those in the tables
