"""The shop's own time: it runs faster in busy weeks, so that a rhythm keeps its seasons."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from regulars.insight.grouped import Floats, Ints

_TREND_DAYS: Final = 91
_YEAR_DAYS: Final = 364  # whole weeks, so that Saturdays meet Saturdays
_AHEAD_DAYS: Final = 730
_FASTEST: Final = 2.5


@dataclass(frozen=True, slots=True)
class Clock:
    """Shop's days at the end of each day from `first` (days since 1970-01-01); one a day on average."""

    first: int
    at: Floats

    def of(self, day: Ints) -> Floats:
        """Shop's days at the end of these days."""
        place = np.clip(np.asarray(day) - self.first, 0, len(self.at) - 1)
        answer: Floats = self.at[place]
        return answer

    def day(self, at: Floats) -> Ints:
        """The day in which the clock reaches a moment."""
        found: Ints = self.first + np.searchsorted(self.at, at - 1e-9)
        return np.minimum(found, self.first + len(self.at) - 1)


def plain(first: int, cut: int) -> Clock:
    """A clock that knows no seasons."""
    return Clock(first, np.arange(1.0, cut - first + _AHEAD_DAYS + 2))


def seasonal(busy: pa.Table, cut: int) -> Clock:
    """From how busy each day up to `cut` was against its quarter; ahead: weekdays, and last year's same days.

    The trend is taken out by a centred mean of 91 days, so that a growing shop has no faster clock. Days ahead are what
    the same day of the week was usually; with more than a year known, what it was 364 days before, half and half.
    """
    day = busy["day"].cast(pa.int32()).to_numpy().astype(np.int64)
    known = day <= cut
    first = int(day[0])
    count = np.zeros(cut - first + 1)
    count[day[known] - first] = busy["lines"].to_numpy()[known]
    strength = np.clip(count / _trend(count), 1 / _FASTEST, _FASTEST)
    weekday = np.array([strength[place::7].mean() if len(strength) > place else 1.0 for place in range(7)])
    ahead = np.arange(len(count), len(count) + _AHEAD_DAYS)
    expected = weekday[ahead % 7]
    last_year = ahead - _YEAR_DAYS
    told = (last_year >= _TREND_DAYS // 2) & (last_year < len(count))
    expected[told] = (expected[told] + strength[last_year[told]]) / 2
    whole = np.concatenate((strength / strength.mean(), expected / strength.mean()))
    return Clock(first, np.cumsum(whole))


def _trend(count: Floats) -> Floats:
    """Centred mean over a quarter, shorter at the ends."""
    total = np.concatenate(([0.0], np.cumsum(count)))
    place = np.arange(len(count))
    low, high = np.maximum(place - _TREND_DAYS // 2, 0), np.minimum(place + _TREND_DAYS // 2 + 1, len(count))
    answer: Floats = np.maximum((total[high] - total[low]) / (high - low), 1e-9)
    return answer
