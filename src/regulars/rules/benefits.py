"""Benefits of a level: what a desk may give, how often in which period; coupons that come with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from regulars.basics.periods import day_of, months_after, start_of
from regulars.rules.conditions import Where
from regulars.rules.tiers.deciding import FIXED
from regulars.rules.tiers.ladder import Ladder
from regulars.rules.tiers.windows import period


class Often(StrEnum):
    """In which period a benefit can be used so many times."""

    PERIOD = "period"  # the ladder's own, where it has fixed ones; else the calendar year
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    EVER = "ever"


_MONTHS = {Often.MONTH: 1, Often.QUARTER: 3, Often.YEAR: 12, Often.PERIOD: 12}


@dataclass(frozen=True, slots=True)
class Benefit:
    """What levels of a ladder bring. `levels`: level → how often in each period; null: as often as wanted.

    Counted for each member, level and period, so that falling and rising again brings nothing twice (SEMANTICS 23).
    """

    ladder: str
    levels: Mapping[str, int | None]
    name: str = ""
    every: Often = Often.PERIOD
    where: Where = field(default_factory=Where)
    coupons: str = ""  # of this series, so many with each period, handed over instead of used at a desk
    note: str = ""  # for whoever serves

    def __post_init__(self) -> None:
        if not self.levels:
            raise ValueError("A benefit names the levels that have it.")
        if any(count is not None and count <= 0 for count in self.levels.values()):
            raise ValueError("How often is above nothing, or null: as often as wanted.")
        if self.coupons and any(count is None for count in self.levels.values()):
            raise ValueError("Coupons are handed over in a number.")


@dataclass(frozen=True, slots=True)
class Span:
    """A period with a name that stays: what was used in it is found under that."""

    key: str
    ends_at: datetime | None


def span(benefit: Benefit, ladder: Ladder, at: datetime, joined_at: datetime) -> Span:
    """The period of a benefit that an instant is in.

    >>> from datetime import UTC
    >>> from regulars.rules.tiers.ladder import Level
    >>> lounge, ladder = Benefit("miles", {"gold": 4}, every=Often.QUARTER), Ladder((Level("blue"), Level("gold")))
    >>> now, joined_at = datetime(2026, 5, 4, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
    >>> span(lounge, ladder, now, joined_at)
    Span(key='2026-04-01', ends_at=datetime.datetime(2026, 7, 1, 0, 0, tzinfo=datetime.timezone.utc))
    """
    if benefit.every == Often.EVER:
        return Span("", None)
    if benefit.every == Often.PERIOD and ladder.window.kind in FIXED:
        begins_at, ends_at = period(ladder, at, joined_at)
        return Span(day_of(begins_at, ladder.zone).isoformat(), ends_at)
    today = day_of(at, ladder.zone)
    if benefit.every == Often.DAY:
        return Span(today.isoformat(), start_of(today + timedelta(days=1), ladder.zone))
    months = _MONTHS[benefit.every]
    first = date(today.year, (today.month - 1) // months * months + 1, 1)
    return Span(first.isoformat(), start_of(months_after(first, months), ladder.zone))
