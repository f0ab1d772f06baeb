"""A ladder as the programme says it: levels, what reaches and keeps them, over which window, and how one falls."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from regulars.basics.periods import Period, WrongPeriod, zone_of

Amounts = Mapping[str, int]  # measure → amount: {"miles": 25000, "segments": 30}; all of them
YEARS_MOST: Final = 50


class Windows(StrEnum):
    """Over which time qualifying entries are added up."""

    CALENDAR = "calendar"  # fixed periods of the calendar
    ANNIVERSARY = "anniversary"  # fixed periods counted from joining
    TIER_START = "tier-start"  # counted from the last decision on the level
    ROLLING = "rolling"  # the last so many months, to the day


class Reviews(StrEnum):
    """When it is asked whether a level is kept."""

    PERIOD = "period"  # at the end of its validity
    DAILY = "daily"  # of a rolling window: on the first day on which what is left in it no longer keeps the level


class Falls(StrEnum):
    """How far one falls at a review."""

    ONE_STEP = "one-step"
    FULL = "full"  # to the level that what is in the window keeps


class OnReturn(StrEnum):
    """What becomes of a level whose entries were taken back."""

    KEEP = "keep"  # until its review
    TAKE_BACK = "take-back"  # the same night


class OnMerge(StrEnum):
    """Which level two members have who become one."""

    HIGHER = "higher"
    RECOMPUTED = "recomputed"  # from the entries of both


@dataclass(frozen=True, slots=True)
class Window:
    """`months` long; calendar periods begin with `begins_month` (4: a year from April to March)."""

    kind: Windows = Windows.CALENDAR
    months: int = 12
    begins_month: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.months <= 60:
            raise ValueError("A window is 1 to 60 months long.")
        if not 1 <= self.begins_month <= 12:
            raise ValueError("begins_month is a month: 1 to 12.")


@dataclass(frozen=True, slots=True)
class Level:
    """One level. Of several alternatives any one is enough; within one alternative all measures are needed."""

    code: str
    name: str = ""
    reach: tuple[Amounts, ...] = ()  # (): nobody gets here by qualifying: bought, matched or set by hand
    keep: tuple[Amounts, ...] = ()  # (): what reaches it keeps it
    lifetime: tuple[Amounts, ...] = ()  # totals since the first entry that give it for ever
    lifetime_years: int = 0  # years (of 365 days) at it or above that give it for ever; 0: none do
    never_drops: bool = False  # who was here never falls below

    def __post_init__(self) -> None:
        if not self.code:
            raise ValueError("A level has a code.")
        if not 0 <= self.lifetime_years <= YEARS_MOST:
            raise ValueError(f"lifetime_years is 0 to {YEARS_MOST}.")
        for alternative in (*self.reach, *self.keep, *self.lifetime):
            if not alternative or any(amount <= 0 for amount in alternative.values()):
                raise ValueError("What a level asks for names at least one measure, each with an amount above nothing.")

    @property
    def keeps(self) -> tuple[Amounts, ...]:
        return self.keep or self.reach


@dataclass(frozen=True, slots=True)
class Ladder:
    """Levels from the lowest, which everybody has. Days, months and years are those of `zone`."""

    levels: tuple[Level, ...]
    name: str = ""
    window: Window = Window()
    zone: str = "UTC"
    review: Reviews = Reviews.PERIOD
    falls: Falls = Falls.ONE_STEP
    grace: str = ""  # "3M": how long after the review a level may still be kept; "": not at all
    valid_for: str = ""  # of rolling windows: "12M@month", from the rise or the review on; "": the window's months
    on_return: OnReturn = OnReturn.KEEP
    on_merge: OnMerge = OnMerge.HIGHER

    def __post_init__(self) -> None:
        codes = [level.code for level in self.levels]
        if not codes or len(set(codes)) != len(codes):
            raise ValueError("A ladder has at least one level, and no two of one code.")
        lowest = self.levels[0]
        if lowest.reach or lowest.keep or lowest.lifetime or lowest.lifetime_years:
            raise ValueError("The lowest level is everybody's: it asks for nothing.")
        if self.review == Reviews.DAILY and self.window.kind != Windows.ROLLING:
            raise ValueError("Only a rolling window is reviewed daily.")
        if self.valid_for and self.window.kind != Windows.ROLLING:
            raise ValueError("valid_for is said of a rolling window; elsewhere levels run to the end of a period.")
        try:
            for text in (self.grace, self.valid_for):
                if text:
                    Period.parse(text)
            zone_of(self.zone)
        except WrongPeriod as wrong:
            raise ValueError(str(wrong)) from wrong

    @property
    def lowest(self) -> str:
        return self.levels[0].code

    @property
    def measures(self) -> frozenset[str]:
        """All that is counted for any level."""
        return frozenset(
            measure
            for level in self.levels
            for alternative in (*level.reach, *level.keep, *level.lifetime)
            for measure in alternative
        )

    @property
    def counts_years(self) -> bool:
        return any(level.lifetime_years for level in self.levels)

    @property
    def counts_lifetime(self) -> bool:
        return any(level.lifetime for level in self.levels)

    def rank(self, code: str) -> int:
        """0 for the lowest, and for a level that this version no longer knows."""
        for place, level in enumerate(self.levels):  # asked for every member of a nightly review: no generator
            if level.code == code:
                return place
        return 0

    def level(self, code: str) -> Level:
        return self.levels[self.rank(code)]

    def best(self, sums: Amounts, what: str = "reach") -> str:
        """The highest level whose "reach", "keeps" or "lifetime" these sums meet."""
        for level in reversed(self.levels[1:]):
            if meets(getattr(level, what), sums):
                return level.code
        return self.lowest


def meets(alternatives: tuple[Amounts, ...], sums: Amounts) -> bool:
    """Whether any alternative is met in all its measures; without alternatives nothing is.

    >>> meets(({"miles": 25000}, {"segments": 30}), {"miles": 900, "segments": 31}), meets((), {})
    (True, False)
    """
    for one in alternatives:  # asked for every member of a nightly review: no generators
        for name, amount in one.items():
            if sums.get(name, 0) < amount:
                break
        else:
            return True
    return False
