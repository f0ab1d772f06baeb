"""From when on entries count at an instant, and when a period ends. An end is the first instant not inside."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from regulars.basics.periods import Period, day_of, months_after, start_of
from regulars.rules.tiers.ladder import Ladder, Window, Windows

TICK = timedelta(microseconds=1)


def period(ladder: Ladder, at: datetime, counted_from: datetime) -> tuple[datetime, datetime]:
    """The fixed period that `at` is in; `counted_from` is the day of joining, or the last decision (tier-start).

    >>> from datetime import UTC
    >>> from regulars.rules.tiers.ladder import Level, Window
    >>> ladder = Ladder((Level("blue"),), window=Window(Windows.ANNIVERSARY))
    >>> joined_at = datetime(2024, 2, 29, tzinfo=UTC)
    >>> [f"{one:%Y-%m-%d}" for one in period(ladder, datetime(2026, 5, 4, tzinfo=UTC), joined_at)]
    ['2026-02-28', '2027-02-28']
    """
    window, zone = ladder.window, ladder.zone
    today = day_of(at, zone)
    if window.kind == Windows.CALENDAR:
        return _of_calendar(window, zone, today)
    first = day_of(counted_from, zone)
    times = max(0, _months_between(first, today) // window.months)
    begins = start_of(months_after(first, times * window.months), zone)
    if window.kind == Windows.TIER_START and times == 0:
        begins = counted_from + TICK  # what made the decision does not count again
    return begins, start_of(months_after(first, (times + 1) * window.months), zone)


@lru_cache(4096)
def _of_calendar(window: Window, zone: str, today: date) -> tuple[datetime, datetime]:
    shift = window.begins_month - 1
    months = (today.year * 12 + today.month - 1 - shift) // window.months * window.months + shift
    return start_of(_month(months), zone), start_of(_month(months + window.months), zone)


def rolling_start(ladder: Ladder, today: date) -> datetime:
    """The first instant that counts on a day: of the last 12 months, the day after the same day a year ago."""
    return start_of(months_after(today, -ladder.window.months) + timedelta(days=1), ladder.zone)


def leaves_on(day: date, months: int) -> date:
    """The first day on which an entry of `day` no longer counts in a rolling window.

    >>> leaves_on(date(2025, 3, 15), 12), leaves_on(date(2026, 1, 31), 1)
    (datetime.date(2026, 3, 15), datetime.date(2026, 3, 1))
    """
    found = months_after(day, months)
    while months_after(found, -months) < day:
        found += timedelta(days=1)
    return found


def tomorrow(at: datetime, zone: str) -> datetime:
    """The midnight that ends the day."""
    return start_of(day_of(at, zone) + timedelta(days=1), zone)


def lasting(ladder: Ladder, at: datetime) -> datetime:
    """Until when a level lasts that is not bound to a fixed period; always to the end of a day."""
    ended = Period.parse(ladder.valid_for or f"{ladder.window.months}M").after(at, ladder.zone)
    midnight = start_of(day_of(ended, ladder.zone), ladder.zone)
    return midnight if midnight == ended else tomorrow(ended, ladder.zone)


def _month(months: int) -> date:
    year, month = divmod(months, 12)
    return date(year, month + 1, 1)


def _months_between(first: date, last: date) -> int:
    """Whole months, clamped as `months_after` does."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return months if months_after(first, months) <= last else months - 1
