"""When work is due that counts only while people work, beside a count minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.rules.working_hours import OFFICE, Span, WorkingHours, WrongHours, due, plain, read

BERLIN = ZoneInfo("Europe/Berlin")
BEGUN = datetime(2026, 3, 20, tzinfo=UTC)  # the clock is put forward on the 29th
MOMENTS = st.integers(0, 16 * 24 * 60).map(lambda minutes: BEGUN + timedelta(minutes=minutes))
TIMES = st.integers(0, 23 * 4).map(lambda quarters: time(quarters // 4, quarters % 4 * 15))
DAYS = st.lists(TIMES, min_size=2, max_size=4, unique=True).map(
    lambda times: tuple(Span(*pair) for pair in zip(sorted(times)[::2], sorted(times)[1::2], strict=False))
)
WEEKS = st.dictionaries(st.integers(0, 6), DAYS, min_size=1)


def counted(at: datetime, hours: int, working: WorkingHours) -> datetime:
    """Minute by minute, each asked by the wall clock."""
    left = hours * 60
    while left:
        here = at.astimezone(BERLIN)
        spans = () if here.date() in working.closed_on else working.week.get(here.weekday(), ())
        left -= any(span.begins <= here.time() and (here.time() < span.ends or span.ends == time()) for span in spans)
        at += timedelta(minutes=1)
    return at


@settings(max_examples=25, deadline=None)
@given(at=MOMENTS, hours=st.integers(1, 6), week=WEEKS)
def test_it_is_due_when_as_many_minutes_were_worked(
    at: datetime, hours: int, week: dict[int, tuple[Span, ...]]
) -> None:
    working = WorkingHours(week, frozenset([date(2026, 3, 27)]))
    assert due(at, hours, working, BERLIN) == counted(at, hours, working)


def test_an_example_of_the_page() -> None:
    said = {"monday": [["09:00", "12:30"], ["13:30", "18:00"]], "saturday": [["10:00", "14:00"]]}
    monday = datetime(2026, 5, 4, 15, tzinfo=UTC)
    assert due(monday, 8, read({"days": said}), ZoneInfo("UTC")) == datetime(2026, 5, 11, 10, tzinfo=UTC)


def test_the_night_on_which_the_clock_is_put_forward_is_an_hour_shorter() -> None:
    always = read({"days": {day: [["00:00", "00:00"]] for day in ("saturday", "sunday")}})
    saturday = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    assert due(saturday, 30, always, BERLIN).astimezone(BERLIN).hour == 19


@pytest.mark.parametrize("begins", ["02:05", "02:30", "02:59"])
def test_hours_that_the_clock_skips_are_worked_by_nobody(begins: str) -> None:
    night = read({"days": {"sunday": [[begins, "03:00"], ["03:00", "04:00"]]}})
    assert due(datetime(2026, 3, 28, tzinfo=UTC), 1, night, BERLIN) == datetime(2026, 3, 29, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "days",
    [
        {},
        {"monday": []},
        {"monday": [["09:00", "09:00"]]},
        {"monday": [["12:00", "09:00"]]},
        {"monday": [["13:00", "14:00"], ["09:00", "12:00"]]},
        {"monday": [["09:00", "00:00"], ["10:00", "11:00"]]},
    ],
)
def test_hours_that_cannot_be_are_refused(days: dict[str, list[list[str]]]) -> None:
    with pytest.raises(WrongHours):
        read({"days": days})


def test_hours_are_read_as_they_were_written() -> None:
    assert read(plain(OFFICE)) == OFFICE
