"""Later baskets kept apart: what each customer's first basket after a day held."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from regulars.insight.holdout import TooShort
from regulars.insight.nextbasket.baskets import Baskets, Floats, Ints, Names, assembled
from regulars.insight.nextbasket.measures import Truth
from regulars.insight.nextbasket.vectors import matrix

MOST_DAYS: Final = 28
LEAST_DAYS: Final = 7


def later_days(first_on: date, cut_off: date) -> int:
    """Length of the validation period and of the later one: 28 days, less where that is more than a quarter of all.

    Raises TooShort where a quarter is less than a week.

    >>> later_days(date(2026, 1, 1), date(2026, 2, 9))
    10
    """
    span = (cut_off - first_on).days + 1
    days = min(span // 4, MOST_DAYS)
    if days < LEAST_DAYS:
        raise TooShort(
            f"{first_on} to {cut_off} are {span} days; choosing settings and checking lists need {4 * LEAST_DAYS}."
        )
    return days


@dataclass(frozen=True, slots=True)
class Split:
    """Baskets up to a day, and the first basket after it of those customers who had come before and came again."""

    before: Baskets
    as_of: float
    rows: Ints  # places of those customers
    truth: Truth


def split(
    names: Names, products: Names, customer: Ints, product: Ints, day: Floats, *, until: float, later: int
) -> Split:
    """Learns from days up to `until`; the truth is the first basket of the `later` days after it."""
    early = day <= until
    before = assembled(names, products, customer[early], product[early], day[early])
    coming = ~early & (day <= until + later)
    came = np.full(len(names), np.inf)
    np.minimum.at(came, customer[coming], day[coming])
    rows = np.flatnonzero(np.isfinite(came) & (before.baskets > 0))
    place = np.full(len(names), -1)
    place[rows] = np.arange(len(rows))
    first = coming & (day == came[customer]) & (place[customer] >= 0)
    row, bought = place[customer[first]], product[first]
    inside = bought < len(products)
    had = matrix(before, np.ones(len(before.customer)))[rows]
    truth = Truth.of(row[inside], bought[inside], np.bincount(row, minlength=len(rows)), had)
    return Split(before, until, rows, truth)
