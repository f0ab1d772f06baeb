"""When a campaign comes again: a pure function of when it came, and of the organisation's clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from regulars.basics.periods import months_after
from regulars.outreach.campaigns.forms import RepeatForm


def again_at(began_at: datetime, again: RepeatForm, *, zone: str, after: datetime) -> datetime:
    """The next of its days that is later than `after`, at the same hour of the clock, also when that is put forward or
    back. Days that passed while nobody could launch it are left out: nobody is told twice at once.

    What comes on the 31st comes on the last day of a shorter month, and on the 31st again.

    >>> begun, fortnight = datetime(2026, 3, 20, 9, tzinfo=UTC), RepeatForm(days=14, times=3)
    >>> again_at(begun, fortnight, zone="Europe/Berlin", after=begun).isoformat()
    '2026-04-03T08:00:00+00:00'
    >>> again_at(begun, fortnight, zone="Europe/Berlin", after=datetime(2026, 4, 20, tzinfo=UTC)).isoformat()
    '2026-05-01T08:00:00+00:00'
    >>> last, monthly = datetime(2026, 2, 28, 9, tzinfo=UTC), RepeatForm(months=1, times=3, day=31)
    >>> again_at(last, monthly, zone="UTC", after=last).isoformat()
    '2026-03-31T09:00:00+00:00'
    """
    here = began_at.astimezone(ZoneInfo(zone))
    count = 1
    while (found := _later(here, again, count)) <= after:
        count += 1
    return found


def _later(here: datetime, again: RepeatForm, count: int) -> datetime:
    if again.months is None:
        assert again.days is not None
        return (here + timedelta(days=again.days * count)).astimezone(UTC)
    first = months_after(here.date().replace(day=1), again.months * count)
    last = months_after(first, 1) - timedelta(days=1)
    day = date(first.year, first.month, min(again.day or here.day, last.day))
    return here.replace(year=day.year, month=day.month, day=day.day).astimezone(UTC)
