"""Ladders and members made up for tests of tiers."""

from datetime import UTC, datetime, timedelta

from regulars.rules.tiers.ladder import Ladder, Level, Window, Windows
from regulars.rules.tiers.replaying import replay
from regulars.rules.tiers.standing import Entry, Standing

JOINED = datetime(2024, 2, 10, 12, tzinfo=UTC)
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
LEVELS = (
    Level("blue"),
    Level("silver", reach=({"miles": 100}, {"segments": 5})),
    Level("gold", reach=({"miles": 200},), keep=({"miles": 150},)),
    Level("platinum", reach=({"miles": 400},), lifetime=({"miles": 3000},)),
)
YEARLY = Ladder(LEVELS)
ROLLING = Window(Windows.ROLLING)


def day(year: int, month: int, number: int = 1, hour: int = 0) -> datetime:
    return datetime(year, month, number, hour, tzinfo=UTC)


def flew(at: datetime, miles: int = 0, *, segments: int = 0, recorded_at: datetime | None = None) -> Entry:
    amounts = {name: amount for name, amount in (("miles", miles), ("segments", segments)) if amount}
    return Entry(at, amounts, recorded_at or at)


def told(
    ladder: Ladder, entries: list[Entry], as_of: datetime, *, joined_at: datetime = JOINED, **more: object
) -> list[Standing]:
    return replay([(BEGAN, ladder)], entries, joined_at=joined_at, as_of=as_of, **more)  # type: ignore[arg-type]


def steps(history: list[Standing]) -> list[tuple[str, str, str]]:
    """Level, why, and the day it was decided."""
    return [(one.level, one.because.value, f"{one.qualified_at:%Y-%m-%d}") for one in history]


def hours(count: int) -> timedelta:
    return timedelta(hours=count)
