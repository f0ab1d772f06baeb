"""When a chain is busy: year, week and hour, as one clock that runs faster when people shop more."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Chinese New Year's Day; outside these years a chain has no such week.
NEW_YEARS: Final = (
    date(2020, 1, 25),
    date(2021, 2, 12),
    date(2022, 2, 1),
    date(2023, 1, 22),
    date(2024, 2, 10),
    date(2025, 1, 29),
    date(2026, 2, 17),
    date(2027, 2, 6),
    date(2028, 1, 26),
    date(2029, 2, 13),
    date(2030, 2, 3),
)
_WEEKDAYS: Final = (0.86, 0.84, 0.90, 0.96, 1.12, 1.34, 0.98)  # Monday first
_HOURS: Final = (0, 0, 0, 0, 0, 0, 0, 2, 5, 6, 6, 7, 8, 5, 4, 5, 7, 10, 11, 9, 6, 3, 0, 0)
SECONDS: Final = 86_400


def day_strength(day: date) -> float:
    """How busy a day is; 1 is an ordinary one.

    >>> day_strength(date(2025, 12, 20)) > 1.5 > day_strength(date(2025, 3, 4))
    True
    """
    strength = _WEEKDAYS[day.weekday()]
    if day.month == 12 and day.day <= 24:
        strength *= 1.10 + 0.01 * day.day
    if day.month in (7, 8):
        strength *= 0.93
    for feast in NEW_YEARS:
        ahead = (feast - day).days
        if 0 < ahead <= 14:
            strength *= 1.30
        elif -6 <= ahead <= 0:
            strength *= 0.60
    return strength


@dataclass(frozen=True, slots=True)
class Clock:
    """The shoppers' time: day 0 … `days`, running with the chain's business, so that a rhythm keeps its seasons."""

    first_on: date
    days: int
    moments: Floats  # seconds since the first midnight, hourly
    shoppers: Floats  # the same moments in shoppers' days

    def seconds(self, shoppers_days: Floats) -> Ints:
        """Seconds since the first midnight; always within opening hours."""
        return np.interp(shoppers_days, self.shoppers, self.moments).astype(np.int64)


def make_clock(first_on: date, days: int) -> Clock:
    by_day = np.array([day_strength(first_on + timedelta(days=number)) for number in range(days)])
    hours = np.maximum(np.array(_HOURS, dtype=np.float64), 1e-9)  # np.interp wants a clock that never stands still
    busy = np.outer(by_day, hours).ravel()
    run: Floats = np.concatenate((np.zeros(1), np.cumsum(busy)))
    return Clock(first_on, days, np.arange(days * 24 + 1, dtype=np.float64) * 3600.0, run / run[-1] * days)
