"""When work that takes so many hours is due, where hours count only while people work.

Hours are those of a zone's wall clock, and count as they pass: a day on which the clock is put forward is an hour
shorter for whoever works at that hour.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SECOND: Final = timedelta(seconds=1)
MOST_DAYS: Final = 5000  # looked through at most: hours that never come are nobody's hours


@dataclass(frozen=True, slots=True)
class Span:
    """From one time of the day to a later one; midnight at the end of a day is 00:00."""

    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The spans of each day of the week (Monday is 0), and days on which nobody works."""

    week: Mapping[int, tuple[Span, ...]]
    closed_on: frozenset[date] = field(default_factory=frozenset)

    def spans(self, day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        """What is worked on a day, in UTC."""
        if day in self.closed_on:
            return
        for span in self.week.get(day.weekday(), ()):
            last = day + timedelta(days=1) if span.ends == time() else day
            yield _instant(day, span.begins, zone), _instant(last, span.ends, zone)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """In UTC; of a time that the clock skips, the instant at which it is put forward.

    >>> _instant(date(2026, 3, 29), time(2, 30), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-03-29T01:00:00+00:00'
    """
    after = datetime.combine(day, at, zone).astimezone(UTC)
    before = datetime.combine(day, at.replace(fold=1), zone).astimezone(UTC)
    offset = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:  # only where it is skipped: else they are the same, or the other way round
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


_OFFICE: Final = Span(time(9), time(17))
OFFICE: Final = WorkingHours({day: (_OFFICE,) for day in range(5)})  # where an organisation said nothing


def due(at: datetime, hours: int, working: WorkingHours, zone: ZoneInfo) -> datetime:
    """The instant at which so many hours have been worked since `at`.

    >>> friday = datetime(2026, 5, 1, 15, tzinfo=UTC)
    >>> due(friday, 4, OFFICE, ZoneInfo("UTC")).isoformat()
    '2026-05-04T11:00:00+00:00'
    """
    assert at.tzinfo is not None
    assert hours > 0
    left, first = timedelta(hours=hours), at.astimezone(zone).date()
    ended = at
    for count in range(MOST_DAYS):
        for begins, ends in working.spans(first + timedelta(days=count), zone):
            start = max(begins, at)
            if start + left <= ends:
                return start + left
            if start < ends:
                left -= ends - start
                ended = ends
    return ended


def later(at: datetime, hours: int, working: WorkingHours | None, zone: ZoneInfo) -> datetime:
    """As `due`; where all hours count, by the clock."""
    return at + timedelta(hours=hours) if working is None else due(at, hours, working, zone)


class WrongHours(ValueError):
    """Working hours that cannot be; the message says which."""


def read(document: Mapping[str, Any]) -> WorkingHours:
    """From plain values: `days` with lists of [from, to], and `closed_on`. Raises WrongHours.

    >>> read({"days": {"monday": [["09:00", "12:00"], ["13:00", "17:30"]]}}).week[0][1].ends
    datetime.time(17, 30)
    """
    week = {DAYS.index(name): _spans(name, spans) for name, spans in document["days"].items() if spans}
    if not week:
        raise WrongHours("Somebody works at least on one day.")
    return WorkingHours(week, frozenset(date.fromisoformat(day) for day in document.get("closed_on", ())))


def _spans(name: str, said: Any) -> tuple[Span, ...]:
    spans = tuple(Span(time.fromisoformat(begins), time.fromisoformat(ends)) for begins, ends in said)
    before = time()
    for count, span in enumerate(spans):
        if span.begins < before or (count and before == time()):
            raise WrongHours(f"The hours of {name} overlap or are not in order.")
        if span.ends != time() and span.ends <= span.begins:
            raise WrongHours(f"The hours of {name} end before they begin.")
        before = span.ends
    return spans


def plain(working: WorkingHours) -> dict[str, Any]:
    """As `read` takes it.

    >>> plain(OFFICE)["days"]["friday"]
    [['09:00', '17:00']]
    """
    days = {
        name: [[f"{span.begins:%H:%M}", f"{span.ends:%H:%M}"] for span in working.week.get(number, ())]
        for number, name in enumerate(DAYS)
    }
    return {"days": days, "closed_on": sorted(day.isoformat() for day in working.closed_on)}
