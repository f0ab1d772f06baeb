"""What is missing to stay, and to rise, and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.basics.periods import day_of
from regulars.rules.tiers.deciding import Case, counted_from, open_window, review_window
from regulars.rules.tiers.ladder import Amounts, Ladder, Windows
from regulars.rules.tiers.standing import Standing
from regulars.rules.tiers.windows import TICK, period, rolling_start


@dataclass(frozen=True, slots=True)
class Missing:
    """Any one of the alternatives is enough; of each all amounts. Empty amounts: nothing is missing."""

    level: str
    by: datetime | None  # the first instant at which it is too late; None: a rolling window, which has no such day
    alternatives: tuple[Amounts, ...]

    @property
    def is_met(self) -> bool:
        return any(not one for one in self.alternatives)


def to_rise(case: Case, s: Standing, at: datetime) -> list[Missing]:
    """For every level above this one that can be reached by qualifying, the nearest first."""
    ladder = case.ladder(at)
    begins = open_window(case, ladder, s, at)
    sums = case.tally.sums(begins, at + TICK, known_at=at)
    by = None
    if ladder.window.kind != Windows.ROLLING:
        by = period(ladder, at, counted_from(case, ladder, s))[1]
    above = ladder.levels[ladder.rank(s.level) + 1 :]
    return [Missing(level.code, by, _left(level.reach, sums)) for level in above if level.reach]


def to_stay(case: Case, s: Standing, at: datetime) -> Missing | None:
    """What must still come until the review, or the end of grace. None: the level has no end, or nothing keeps it."""
    ladder = case.ladder(at)
    level = ladder.level(s.level)
    if s.valid_until is None or not level.keeps:
        return None
    sums = case.tally.sums(_counts_at_review(case, ladder, s), at + TICK, known_at=at)
    return Missing(s.level, s.valid_until, _left(level.keeps, sums))


def _counts_at_review(case: Case, ladder: Ladder, s: Standing) -> datetime:
    """Since when what was earned will count when it is decided."""
    assert s.valid_until is not None
    if ladder.window.kind == Windows.ROLLING:
        begins = rolling_start(ladder, day_of(s.valid_until, ladder.zone))
        return max(begins, s.afresh_from or begins)
    return review_window(case, ladder, s, s.valid_until)


def _left(alternatives: Sequence[Amounts], sums: Amounts) -> tuple[Amounts, ...]:
    return tuple(
        {name: amount - sums.get(name, 0) for name, amount in one.items() if sums.get(name, 0) < amount}
        for one in alternatives
    )
