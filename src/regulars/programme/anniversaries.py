"""Whose day it is: birthdays, full months of membership, and who has just joined. Reads only."""

from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from regulars.basics.ids import new_id, typed
from regulars.basics.periods import day_of, start_of
from regulars.journal.statements import column, run
from regulars.rules.earning.rule import BIRTHDAY, ENROLMENT, TENURE_MONTH

BACK: Final = 7  # days that a run looks back on, should none have run meanwhile
# Roots that may earn. What was given for a day has its business key and is not found again.
_DUE: Final = """
SELECT found.root FROM ({found}) AS found(root)
JOIN members_member r ON r.id = found.root AND r.state IN ('active', 'anonymous') AND r.enrolled_at < %(moment)s
WHERE NOT EXISTS (
    SELECT FROM sales_key k WHERE k.source = %(source)s AND k.external_id = %(key)s || found.root::text
) AND NOT EXISTS (
    SELECT FROM ledger_freeze f
    WHERE f.owner = found.root AND f.level = 'no-earn' AND f.lifted_at IS NULL AND f.until > %(at)s
)
ORDER BY found.root LIMIT %(most)s
"""
_BORN: Final = """
SELECT m.root_id FROM members_member m JOIN members_member r ON r.id = m.root_id
WHERE m.organisation = %(organisation)s AND coalesce(r.birthday, m.birthday) = ANY(%(days)s::int[]) GROUP BY m.root_id
"""
_JOINED: Final = """
SELECT m.root_id FROM members_member m WHERE m.organisation = %(organisation)s GROUP BY m.root_id
HAVING extract(day FROM min(m.enrolled_at) AT TIME ZONE %(zone)s) = ANY(%(days)s::int[])
    AND (min(m.enrolled_at) AT TIME ZONE %(zone)s)::date < %(day)s
"""
_NEW: Final = """
SELECT m.id, m.enrolled_at FROM members_member m
WHERE m.organisation = %(organisation)s AND m.id >= %(since)s AND m.root_id = m.id
    AND m.state IN ('active', 'anonymous') AND m.enrolled_at BETWEEN %(after)s AND %(at)s
    AND NOT EXISTS (
        SELECT FROM sales_key k WHERE k.source = %(source)s AND k.external_id = %(key)s || m.id::text
    ) AND NOT EXISTS (
        SELECT FROM ledger_freeze f
        WHERE f.owner = m.id AND f.level = 'no-earn' AND f.lifted_at IS NULL AND f.until > %(at)s
    )
ORDER BY m.id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Anniversary:
    """A day that some members have. `key` with a member's id is what makes it happen once."""

    occasion: str
    day: date
    zone: str

    @property
    def moment(self) -> datetime:
        """When it happens: as the day begins."""
        return start_of(self.day, self.zone)

    @property
    def key(self) -> str:
        """A birthday is once a year, a month of membership once a month."""
        return f"{self.occasion}/{self.day:%Y}/" if self.occasion == BIRTHDAY else f"{self.occasion}/{self.day:%Y-%m}/"


def source_of(organisation: UUID) -> str:
    """Who says so: no till can call itself that."""
    return f"programme/{typed('org', organisation)}"


def anniversaries(at: datetime, zone: str) -> Iterator[Anniversary]:
    """Those of today and of the days before it, the oldest first."""
    today = day_of(at, zone)
    for back in range(BACK, -1, -1):
        for occasion in (BIRTHDAY, TENURE_MONTH):
            yield Anniversary(occasion, today - timedelta(days=back), zone)


def whose(one: Anniversary, *, organisation: UUID, at: datetime, most: int) -> list[UUID]:
    """Members whose day it is and who were not told yet, by their roots. One query."""
    born = one.occasion == BIRTHDAY
    days = birthdays(one.day) if born else days_of_joining(one.day)
    rows = run(
        _DUE.format(found=_BORN if born else _JOINED),
        {
            "organisation": organisation, "days": column(days), "zone": one.zone, "day": one.day, "at": at,
            "moment": one.moment, "source": source_of(organisation), "key": one.key, "most": most,
        },
    )  # fmt: skip
    return [root for (root,) in rows]


def joined(*, organisation: UUID, at: datetime, most: int) -> list[tuple[UUID, datetime]]:
    """Members who joined in the last days and were not told yet, and when. One query, by their ids, which sort by time:
    who was brought along by a move has joined long ago."""
    since = at - timedelta(days=BACK)
    rows = run(
        _NEW,
        {
            "organisation": organisation, "since": new_id(since, chance=bytes(10)), "after": since, "at": at,
            "source": source_of(organisation), "key": f"{ENROLMENT}/", "most": most,
        },
    )  # fmt: skip
    return [(member, enrolled_at) for member, enrolled_at in rows]


def birthdays(day: date) -> list[int]:
    """Month × 100 + day of those who have their birthday then. Born on 29 February: on the 28th of other years.

    >>> birthdays(date(2026, 2, 28)), birthdays(date(2028, 2, 28))
    ([228, 229], [228])
    """
    found = [day.month * 100 + day.day]
    return [*found, 229] if found == [228] and not isleap(day.year) else found


def days_of_joining(day: date) -> list[int]:
    """Days of the month of those whose month of membership is full then: at a month's end also those it has not.

    >>> days_of_joining(date(2026, 2, 28)), days_of_joining(date(2026, 4, 29))
    ([28, 29, 30, 31], [29])
    """
    last = monthrange(day.year, day.month)[1]
    return list(range(day.day, 32)) if day.day == last else [day.day]
