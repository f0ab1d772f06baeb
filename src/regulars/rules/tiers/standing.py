"""Where a member is on a ladder, and what is counted for it. Plain values."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import accumulate
from typing import Protocol

from regulars.rules.tiers.ladder import Amounts, Ladder


class Because(StrEnum):
    """Why somebody has a level. Texts are never renamed."""

    START = "start"  # everybody's
    REACHED = "reached"
    KEPT = "kept"  # at a review, or in its grace
    GRACE = "grace"  # not kept at the review; may still be
    FELL = "fell"
    NEVER_DROPS = "never-drops"
    LIFETIME = "lifetime"
    CHALLENGE = "challenge"  # of a match, met
    SET = "set"  # by hand, with a reason; or brought along when moving in
    MERGED = "merged"
    TAKEN_BACK = "taken-back"  # what had reached it was returned
    MATCHED = "matched"  # another programme's level, for a time
    BOUGHT = "bought"


GIVEN = frozenset({Because.SET, Because.CHALLENGE})  # earned by nobody's entries yet


@dataclass(frozen=True, slots=True)
class Entry:
    """What counts towards a level. A return takes back with amounts below nothing, dated as what it takes back."""

    effective_at: datetime
    amounts: Amounts
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """A level beside the earned one, for a time: bought, or matched. With a challenge it is kept by meeting that."""

    level: str
    begins_at: datetime
    ends_at: datetime | None
    because: Because
    challenge: tuple[Amounts, ...] = ()

    def holds(self, at: datetime) -> bool:
        return self.begins_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class Standing:
    """What was earned. `review_at` is when it must be looked at next, whatever happens until then."""

    level: str
    since: datetime  # at this level without a break
    qualified_at: datetime  # when it was last decided that it is theirs
    because: Because
    valid_until: datetime | None = None  # None: no end
    review_at: datetime | None = None
    grace_until: datetime | None = None
    counted_from: datetime | None = None  # tier-start: since when; in grace: the begin of the period under review
    afresh_from: datetime | None = None  # nothing before counts
    floor: str = ""  # a level that is theirs for ever
    held: Mapping[str, int] = field(default_factory=dict)  # seconds at each level or above, before `since`
    recheck_at: datetime | None = None  # the night after a return
    landed: bool = False  # softly: here for a time although nothing keeps it


@dataclass(frozen=True, slots=True)
class Setting:
    """A level given whatever the entries say. `afresh`: only what comes from now on counts towards the next."""

    at: datetime
    level: str
    valid_until: datetime | None = None  # None: to the end of the next period
    because: Because = Because.SET
    afresh: bool = False
    for_ever: bool = False
    standing: Standing | None = None  # of a merge: goes on from just this


@dataclass(frozen=True, slots=True)
class Held:
    """What counts at the counter: the higher of what was earned and what was given for a time."""

    level: str
    since: datetime
    until: datetime | None
    because: Because


class Tally(Protocol):
    """What was counted. Both ends of a window are instants; the second is not in it."""

    def sums(self, begins: datetime | None, ends: datetime, *, known_at: datetime) -> Amounts:
        """By measure. A return counts from when it was recorded on, at the date of what it takes back."""

    def dated(self, begins: datetime, ends: datetime, *, known_at: datetime) -> Sequence[tuple[datetime, Amounts]]:
        """The same one by one, oldest first."""


class Entries:
    """A tally of entries at hand. `hindsight`: returns count as if known from the first."""

    def __init__(self, entries: Iterable[Entry], *, hindsight: bool = False) -> None:
        ordered = sorted(entries, key=lambda entry: entry.effective_at)
        self.gains = [one for one in ordered if all(amount >= 0 for amount in one.amounts.values())]
        self.returns = [one for one in ordered if any(amount < 0 for amount in one.amounts.values())]
        self.hindsight = hindsight
        self._moments = [one.effective_at for one in self.gains]
        measures = {measure for one in self.gains for measure in one.amounts}
        self._upto = {
            measure: list(accumulate((one.amounts.get(measure, 0) for one in self.gains), initial=0))
            for measure in measures
        }

    def sums(self, begins: datetime | None, ends: datetime, *, known_at: datetime) -> Amounts:
        first = 0 if begins is None else bisect_left(self._moments, begins)
        last = max(first, bisect_left(self._moments, ends))
        found = {measure: upto[last] - upto[first] for measure, upto in self._upto.items()}
        for one in self._known(begins, ends, known_at):
            for measure, amount in one.amounts.items():
                found[measure] = found.get(measure, 0) + amount
        return found

    def dated(self, begins: datetime, ends: datetime, *, known_at: datetime) -> Sequence[tuple[datetime, Amounts]]:
        gains = self.gains[bisect_left(self._moments, begins) : bisect_left(self._moments, ends)]
        both = [*gains, *self._known(begins, ends, known_at)]
        return [(one.effective_at, one.amounts) for one in sorted(both, key=lambda one: one.effective_at)]

    def _known(self, begins: datetime | None, ends: datetime, known_at: datetime) -> Iterable[Entry]:
        return (
            one
            for one in self.returns
            if (begins is None or begins <= one.effective_at)
            and one.effective_at < ends
            and (self.hindsight or one.recorded_at <= known_at)
        )


def held(ladder: Ladder, earned: Standing, grants: Iterable[Grant], at: datetime) -> Held:
    """The higher of both; of equal ones the longer, and before that the earned."""
    found = Held(earned.level, earned.since, earned.valid_until, earned.because)
    for one in grants:
        if not one.holds(at):
            continue
        longer = found.until is not None and (one.ends_at is None or one.ends_at > found.until)
        if (ladder.rank(one.level), longer) > (ladder.rank(found.level), False):
            since = found.since if one.level == found.level else one.begins_at
            found = Held(one.level, min(since, one.begins_at), one.ends_at, one.because)
    return found
