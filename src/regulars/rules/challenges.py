"""A challenge: something to reach within a window, and what is given for it once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from regulars.basics.periods import Period, day_of, start_of
from regulars.rules.conditions import Conditions, What
from regulars.rules.limits import Every
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import PIECE, PURCHASE, Occasion
from regulars.rules.prizes import Prize

_ALWAYS = Conditions()
_ALL = What()


class Counting(StrEnum):
    """What counts towards the goal."""

    TIMES = "times"  # purchases, or activities of the named kinds
    DAYS = "days"  # different days on which there was one
    PIECES = "pieces"
    AMOUNT = "amount"  # paid, in minor units
    CATEGORIES = "categories"  # different ones
    ITEMS = "items"  # different ones


BY_KEY = frozenset({Counting.DAYS, Counting.CATEGORIES, Counting.ITEMS})


@dataclass(frozen=True, slots=True)
class Goal:
    """So much of what counts."""

    count: Counting
    reach: int

    def __post_init__(self) -> None:
        if self.reach < 1:
            raise ValueError("A goal is above nothing.")


@dataclass(frozen=True, slots=True)
class ChallengeTerms:
    """Its window is between two days, or so long from opting in, or the calendar's period in which one opts in."""

    goal: Goal
    prize: Prize
    name: str = ""
    begins_on: date | None = None
    ends_on: date | None = None  # the last day
    length: str = ""  # "30D"
    every: Every = Every.EVER
    occasions: tuple[str, ...] = (PURCHASE,)
    conditions: Conditions = _ALWAYS
    what: What = _ALL

    def __post_init__(self) -> None:
        if [bool(self.ends_on), bool(self.length), self.every != Every.EVER].count(True) != 1:
            raise ValueError("A window ends on a day, after a length, or with a period of the calendar: one of them.")
        if self.begins_on and (not self.ends_on or self.begins_on > self.ends_on):
            raise ValueError("A window begins before it ends.")
        if self.length:
            Period.parse(self.length)
        bought = {Counting.PIECES, Counting.CATEGORIES, Counting.ITEMS}
        if self.goal.count in bought and self.occasions != (PURCHASE,):
            raise ValueError("Pieces, categories and items are of purchases.")

    def window(self, at: datetime, zone: str) -> tuple[datetime, datetime] | None:
        """The window of somebody who opts in now; None: it is over, or has not begun.

        >>> from datetime import UTC
        >>> terms = ChallengeTerms(Goal(Counting.TIMES, 3), Prize(5, "points"), every=Every.MONTH)
        >>> [str(one.date()) for one in terms.window(datetime(2026, 5, 4, tzinfo=UTC), "UTC")]
        ['2026-05-01', '2026-06-01']
        """
        if self.length:
            return at, Period.parse(self.length).after(at, zone)
        today = day_of(at, zone)
        if self.ends_on is not None:
            begins = self.begins_on or today
            if not begins <= today <= self.ends_on:
                return None
            return start_of(begins, zone), start_of(self.ends_on + timedelta(days=1), zone)
        first, after = _calendar(self.every, today)
        return start_of(first, zone), start_of(after, zone)

    def counts(self, occasion: Occasion, member: MemberFacts | None) -> "Counts | None":
        """What an occasion counts towards the goal; None: nothing."""
        if occasion.kind not in self.occasions or self.conditions.why_not(occasion, member) is not None:
            return None
        lines = self.what.of(occasion.lines)
        if occasion.kind == PURCHASE and (not lines or self.conditions.least.why_not(lines, occasion) is not None):
            return None
        match self.goal.count:
            case Counting.TIMES:
                return Counts(1)
            case Counting.DAYS:
                return Counts(0, (occasion.here().date().isoformat(),))
            case Counting.PIECES:
                return Counts(sum(line.quantity // PIECE for line in lines))
            case Counting.AMOUNT:
                return Counts(sum(line.paid for line in lines) if occasion.kind == PURCHASE else occasion.amount)
            case Counting.CATEGORIES:
                return Counts(0, tuple(sorted({line.category for line in lines if line.category})))
            case Counting.ITEMS:
                return Counts(0, tuple(sorted({line.item for line in lines})))

    def progress(self, steps: "Iterable[Counts]") -> int:
        """How far somebody has come.

        >>> terms = ChallengeTerms(Goal(Counting.ITEMS, 3), Prize(5, "points"), length="30D")
        >>> terms.progress([Counts(0, ("tea", "jam")), Counts(0, ("tea",))])
        2
        """
        known = list(steps)
        if self.goal.count in BY_KEY:
            return len({key for one in known for key in one.keys})
        return sum(one.amount for one in known)


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one occasion: an amount, or the different things of it."""

    amount: int
    keys: tuple[str, ...] = ()


def _calendar(every: Every, today: date) -> tuple[date, date]:
    match every:
        case Every.DAY:
            return today, today + timedelta(days=1)
        case Every.WEEK:
            first = today - timedelta(days=today.weekday())
            return first, first + timedelta(days=7)
        case Every.MONTH | Every.EVER:
            first = today.replace(day=1)
            return first, (first + timedelta(days=31)).replace(day=1)
        case Every.QUARTER:
            first = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
            return first, (first + timedelta(days=95)).replace(day=1)
        case Every.YEAR:
            return date(today.year, 1, 1), date(today.year + 1, 1, 1)
