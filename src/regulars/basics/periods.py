"""How long things last: "30D", "12M@month". Reckoned on the calendar of a zone, kept as an instant.

An end is the first instant no longer inside: "30 days, end of day" ends at the midnight after the thirtieth day.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from regulars.basics.errors import RegularsError

_FORM: Final = re.compile(r"([1-9]\d{0,4})([HDWMY])(?:@(day|month|year))?")
_MONTHS: Final = {"M": 1, "Y": 12}
_DAYS: Final = {"D": 1, "W": 7}


class WrongPeriod(RegularsError, ValueError):
    """A text is no period, or a name no zone."""

    code = "wrong-period"


@dataclass(frozen=True, slots=True)
class Period:
    """So many hours (H), days (D), weeks (W), months (M), years (Y); `to` rounds up to an end of day, month, year."""

    count: int
    of: str
    to: str = ""

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Raises WrongPeriod.

        >>> Period.parse("12M@month")
        Period(count=12, of='M', to='month')
        """
        found = _FORM.fullmatch(text)
        if found is None:
            raise WrongPeriod(f"{text[:40]!r} is no period; write 30D, 12M or 12M@month.", given=text[:40])
        return cls(int(found[1]), found[2], found[3] or "")

    def after(self, at: datetime, zone: str) -> datetime:
        """When it ends, having begun at `at`: wall-clock time of the zone, months clamped, in UTC.

        >>> Period.parse("1M").after(datetime(2026, 1, 31, 12, tzinfo=UTC), "UTC")
        datetime.datetime(2026, 2, 28, 12, 0, tzinfo=datetime.timezone.utc)
        >>> Period.parse("30D@day").after(datetime(2026, 3, 1, 12, tzinfo=UTC), "Europe/Berlin")
        datetime.datetime(2026, 3, 31, 22, 0, tzinfo=datetime.timezone.utc)
        """
        assert at.tzinfo is not None
        here = at.astimezone(zone_of(zone))
        if self.of == "H":
            ended = (at + timedelta(hours=self.count)).astimezone(here.tzinfo)
        elif self.of in _DAYS:
            ended = here + timedelta(days=self.count * _DAYS[self.of])
        else:
            ended = datetime.combine(months_after(here.date(), self.count * _MONTHS[self.of]), here.timetz())
        return _rounded(ended, self.to).astimezone(UTC)

    def before(self, at: datetime, zone: str) -> datetime:
        """When a stretch of this length began that ends at `at`: wall-clock time of the zone, months clamped, in UTC.

        >>> Period.parse("1M").before(datetime(2026, 3, 31, 12, tzinfo=UTC), "UTC")
        datetime.datetime(2026, 2, 28, 12, 0, tzinfo=datetime.timezone.utc)
        """
        assert at.tzinfo is not None
        here = at.astimezone(zone_of(zone))
        if self.of == "H":
            return (at - timedelta(hours=self.count)).astimezone(UTC)
        if self.of in _DAYS:
            return (here - timedelta(days=self.count * _DAYS[self.of])).astimezone(UTC)
        first = months_after(here.date(), -self.count * _MONTHS[self.of])
        return datetime.combine(first, here.timetz()).astimezone(UTC)


def zone_of(name: str) -> ZoneInfo:
    """Raises WrongPeriod.

    >>> zone_of("Asia/Shanghai").key
    'Asia/Shanghai'
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise WrongPeriod(f"{name[:40]!r} is no zone of the IANA list.", given=name[:40]) from unknown


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last.

    >>> months_after(date(2024, 2, 29), 12)
    datetime.date(2025, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_of(at: datetime, zone: str) -> date:
    """The day it is in the zone.

    >>> day_of(datetime(2026, 5, 4, 17, tzinfo=UTC), "Asia/Shanghai")
    datetime.date(2026, 5, 5)
    """
    return at.astimezone(zone_of(zone)).date()


def start_of(day: date, zone: str) -> datetime:
    """The first instant of a day in the zone: midnight, or what follows it where the clock skips midnight."""
    return datetime(day.year, day.month, day.day, tzinfo=zone_of(zone)).astimezone(UTC)


def _rounded(here: datetime, to: str) -> datetime:
    """The end of the local day, month or year; itself where it is not to be rounded."""
    if not to:
        return here
    first = here.date()
    if to == "day":
        first += timedelta(days=1)
    elif to == "month":
        first = months_after(first.replace(day=1), 1)
    else:
        first = date(first.year + 1, 1, 1)
    return datetime(first.year, first.month, first.day, tzinfo=here.tzinfo)


def moment_text(value: datetime) -> str:
    """In UTC, as RFC 3339 has it.

    >>> moment_text(datetime(2026, 5, 4, 9, 30, tzinfo=UTC))
    '2026-05-04T09:30:00Z'
    """
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
