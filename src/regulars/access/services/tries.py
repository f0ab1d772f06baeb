"""Tries counted in windows of time: a row for each mark (a keyed hash) and window, made and raised by one statement."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection

WINDOW: Final = timedelta(minutes=15)  # none is longer: `services.sessions.sweep` forgets what is older than two


def counted(marks: Mapping[bytes, timedelta], *, at: datetime) -> dict[bytes, int]:
    """One more of each mark, in the present window of the length given; the counts with it. One query."""
    wanted = sorted(marks)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into access_tries (mark, window_at, count) select mark, begun, 1"
            " from unnest(%s::bytea[], %s::timestamptz[]) as asked (mark, begun) order by mark"
            " on conflict (mark, window_at) do update set count = access_tries.count + 1 returning mark, count",
            [wanted, [begun(at, marks[mark]) for mark in wanted]],
        )
        return {bytes(mark): count for mark, count in cursor.fetchall()}


def begun(at: datetime, window: timedelta = WINDOW) -> datetime:
    """When the present window began.

    >>> begun(datetime(2026, 5, 4, 9, 44, 59, tzinfo=UTC)).minute
    30
    """
    seconds = int(at.timestamp())
    return datetime.fromtimestamp(seconds - seconds % int(window.total_seconds()), UTC)


def left(at: datetime, window: timedelta = WINDOW) -> int:
    """Seconds until the present window ends, rounded up."""
    return int((begun(at, window) + window - at).total_seconds()) + 1


def told_of(count: int, first: int) -> bool:
    """Whether this one is written down: each of the first so many, then one at each doubling.

    >>> [count for count in range(1, 50) if told_of(count, 5)]
    [1, 2, 3, 4, 5, 10, 20, 40]
    """
    doubled, rest = divmod(count, first)
    return count <= first or (rest == 0 and doubled.bit_count() == 1)
