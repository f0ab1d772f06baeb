"""How long things last, on the calendar of a zone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.basics.periods import Period, WrongPeriod, day_of, months_after, start_of, zone_of

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
moments = st.integers(0, 15 * 365 * 86_400).map(lambda seconds: BEGINNING + timedelta(seconds=seconds))
zones = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"])


@pytest.mark.parametrize(
    ("case", "text", "zone", "begun", "ended"),
    [
        ("31 January and a month", "1M", "UTC", "2026-01-31T12:00", "2026-02-28T12:00"),
        ("a leap year's February", "1M", "UTC", "2028-01-31T12:00", "2028-02-29T12:00"),
        ("29 February and a year", "1Y", "UTC", "2028-02-29T12:00", "2029-02-28T12:00"),
        ("thirty days, end of day, in Shanghai", "30D@day", "Asia/Shanghai", "2026-05-04T17:00", "2026-06-04T16:00"),
        ("a year, end of month, in Shanghai", "12M@month", "Asia/Shanghai", "2026-05-31T17:00", "2027-06-30T16:00"),
        ("end of the year in Berlin", "1D@year", "Europe/Berlin", "2026-12-30T12:00", "2026-12-31T23:00"),
        ("past the year's end by a day", "1D@year", "Europe/Berlin", "2026-12-30T23:30", "2027-12-31T23:00"),
        ("a day of 23 hours", "1D", "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T11:00"),
        ("a day of 25 hours", "1D", "Europe/Berlin", "2026-10-24T12:00", "2026-10-25T13:00"),
        ("24 hours are 24 hours", "24H", "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T12:00"),
        ("an hour that the clock skips", "1D", "Europe/Berlin", "2026-03-28T01:30", "2026-03-29T01:30"),
    ],
)
def test_sem_08_periods_are_reckoned_in_the_programmes_zone(
    case: str, text: str, zone: str, begun: str, ended: str
) -> None:
    at = datetime.fromisoformat(begun).replace(tzinfo=UTC)
    assert Period.parse(text).after(at, zone) == datetime.fromisoformat(ended).replace(tzinfo=UTC), case


@given(at=moments, zone=zones, count=st.integers(1, 60), of=st.sampled_from("DWMY"))
def test_sem_08_an_end_of_day_is_a_midnight_of_the_zone_and_later(at: datetime, zone: str, count: int, of: str) -> None:
    plain = Period(count, of).after(at, zone)
    rounded = Period(count, of, "day").after(at, zone)
    assert plain < rounded <= plain + timedelta(hours=25)
    assert rounded == start_of(day_of(rounded, zone), zone)
    assert day_of(rounded - timedelta(seconds=1), zone) == day_of(plain, zone)


@given(day=st.dates(date(2000, 1, 1), date(2050, 1, 1)), months=st.integers(0, 240))
def test_sem_08_months_clamp_and_never_skip_one(day: date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@pytest.mark.parametrize("text", ["", "30", "M", "0D", "30d", "-1D", "1M@week", "1.5D", " 30D", "999999D"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(WrongPeriod):
        Period.parse(text)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(WrongPeriod):
        zone_of(name)
