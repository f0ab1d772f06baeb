"""One decision at one instant: up at once, down only at a review.

The order at an instant: reviews that are due, then what was set, then what the entries say. The same functions serve
the checkout, the nightly review and `replaying`, so that a member's tier can be told again from the first entry on.
A review asks by the terms of the period that ended: a version that begins with it comes after.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from regulars.basics.periods import Period, day_of
from regulars.rules.tiers.foreseeing import foreseen, landed
from regulars.rules.tiers.ladder import Falls, Ladder, OnReturn, Windows, meets
from regulars.rules.tiers.standing import GIVEN, Because, Grant, Setting, Standing, Tally
from regulars.rules.tiers.windows import TICK, lasting, period, rolling_start, tomorrow

YEAR: Final = timedelta(days=365)
FIXED: Final = frozenset({Windows.CALENDAR, Windows.ANNIVERSARY})


@dataclass(frozen=True, slots=True)
class Case:
    """What decisions about a member on a ladder need. Versions: since when, and the ladder; oldest first."""

    versions: Sequence[tuple[datetime, Ladder]]
    tally: Tally
    joined_at: datetime
    grants: Sequence[Grant] = ()
    hindsight: Callable[[datetime], Standing] | None = None  # where they were, had what was returned never counted

    def ladder(self, at: datetime) -> Ladder:
        found = self.versions[0][1]
        for begins_at, ladder in self.versions:
            if begins_at > at:
                break
            found = ladder
        return found


def begun(ladder: Ladder, joined_at: datetime) -> Standing:
    """Where everybody begins."""
    return Standing(ladder.lowest, joined_at, joined_at, Because.START)


def due_at(ladder: Ladder, s: Standing) -> datetime | None:
    """When this standing must be looked at next, whatever happens until then."""
    found = [when for when in (s.review_at, s.recheck_at, _years_at(ladder, s)) if when is not None]
    return min(found, default=None)


def reviewed_until(case: Case, s: Standing, at: datetime) -> list[tuple[datetime, Standing]]:
    """All reviews due at or before an instant, one after the other, each with its own instant."""
    found: list[tuple[datetime, Standing]] = []
    while (due := due_at(case.ladder(at - TICK), s)) is not None and due <= at:
        s = _reviewed(case, s, due)
        found.append((due, s))
    return found


def decided(case: Case, s: Standing, at: datetime, *, returned: bool = False) -> Standing:
    """What the entries up to and with an instant say; reviews before it are behind us."""
    ladder = case.ladder(at)
    if all(level.code != s.level for level in ladder.levels):  # a version that leaves a level out ends it
        s = _moved(ladder, s, ladder.lowest, at, Because.FELL, None)
    s = _by_lifetime(case, ladder, s, at)
    s = _by_entries(case, ladder, s, at)
    s = _by_challenge(case, ladder, s, at)
    s = _regained(case, ladder, s, at)
    if returned and ladder.on_return == OnReturn.TAKE_BACK and case.hindsight and ladder.rank(s.level):
        s = replace(s, recheck_at=tomorrow(at, ladder.zone))
    return foreseen(case.tally, ladder, s, at)


def given(case: Case, s: Standing, setting: Setting) -> Standing:
    """A level by hand: it holds until its end, then it is reviewed like any other."""
    if setting.standing is not None:
        return setting.standing
    ladder, at = case.ladder(setting.at), setting.at
    s = replace(s, afresh_from=at if setting.afresh else s.afresh_from)
    if setting.for_ever:
        s = replace(s, floor=setting.level)
    elif ladder.rank(setting.level) < ladder.rank(s.floor):
        s = replace(s, floor="")
    s = _moved(ladder, s, setting.level, at, setting.because, _next_end(case, ladder, s, at))
    if setting.valid_until is not None and s.valid_until is not None:
        s = replace(s, valid_until=setting.valid_until, review_at=setting.valid_until)
    return landed(ladder, s)


def open_window(case: Case, ladder: Ladder, s: Standing, at: datetime) -> datetime:
    """Since when entries count towards the next level."""
    if ladder.window.kind == Windows.ROLLING:
        begins = rolling_start(ladder, day_of(at, ladder.zone))
    else:
        begins, _ = period(ladder, at, counted_from(case, ladder, s))
    return max(begins, s.afresh_from or begins)


def review_window(case: Case, ladder: Ladder, s: Standing, at: datetime) -> datetime:
    """Since when entries count at a review, or in the grace after it: grace lengthens the period that ended."""
    if ladder.window.kind == Windows.ROLLING:
        begins = rolling_start(ladder, day_of(at, ladder.zone))
    elif ladder.window.kind == Windows.TIER_START:
        begins = counted_from(case, ladder, s) + TICK
    elif s.grace_until is not None and s.counted_from is not None:
        begins = s.counted_from
    else:
        begins, _ = period(ladder, at - TICK, case.joined_at)
    return max(begins, s.afresh_from or begins)


def _reviewed(case: Case, s: Standing, at: datetime) -> Standing:
    ladder = case.ladder(at - TICK)
    if s.recheck_at == at:
        return _rechecked(case, ladder, s, at)
    if _years_at(ladder, s) == at:
        level = next(one for one in reversed(ladder.levels) if _years_of(ladder, s, one.code) == at)
        s = replace(s, floor=level.code)
        return _for_ever(s, Because.LIFETIME) if level.code == s.level else s
    begins = review_window(case, ladder, s, at)
    sums = case.tally.sums(begins, at, known_at=at)
    if meets(ladder.level(s.level).keeps, sums):
        return foreseen(case.tally, ladder, _kept(case, ladder, s, at), at)
    if ladder.grace and s.grace_until is None and not s.landed:
        ends = Period.parse(ladder.grace).after(at, ladder.zone)
        fixed = ladder.window.kind in FIXED
        return replace(
            s, because=Because.GRACE, grace_until=ends, valid_until=ends, review_at=ends,
            counted_from=begins if fixed else s.counted_from,
        )  # fmt: skip
    return _fallen(case, ladder, s, at, ladder.best(sums, "keeps"))


def _fallen(case: Case, ladder: Ladder, s: Standing, at: datetime, deserved: str) -> Standing:
    here, kept = ladder.rank(s.level), ladder.rank(deserved)
    step = here - 1 if ladder.falls == Falls.ONE_STEP else 0
    target = max(min(kept, here - 1), step, _floor(ladder, s))
    if target >= here:
        return _for_ever(s, Because.LIFETIME if s.floor == s.level else Because.NEVER_DROPS)
    level = ladder.levels[target].code
    s = _moved(ladder, s, level, at, Because.FELL, _this_end(case, ladder, s, at))
    return foreseen(case.tally, ladder, landed(ladder, s) if target > kept else s, at)


def _rechecked(case: Case, ladder: Ladder, s: Standing, at: datetime) -> Standing:
    """The night after a return: where they would be, had it never been bought."""
    assert case.hindsight is not None, "a level can only be taken back by who knows the entries"
    s = replace(s, recheck_at=None)
    seen = case.hindsight(at)
    if ladder.rank(seen.level) >= ladder.rank(s.level):
        return s
    taken = replace(seen, since=at, qualified_at=at, because=Because.TAKEN_BACK, held=_held(ladder, s, at))
    return replace(taken, recheck_at=None)


def _by_lifetime(case: Case, ladder: Ladder, s: Standing, at: datetime) -> Standing:
    if not ladder.counts_lifetime:
        return s
    level = ladder.best(case.tally.sums(None, at + TICK, known_at=at), "lifetime")
    if ladder.rank(level) <= ladder.rank(s.floor):
        return s
    s = replace(s, floor=level)
    if ladder.rank(level) < ladder.rank(s.level):
        return s
    if level == s.level:
        return replace(_for_ever(s, Because.LIFETIME), qualified_at=at)
    return _moved(ladder, s, level, at, Because.LIFETIME, None)


def _by_entries(case: Case, ladder: Ladder, s: Standing, at: datetime) -> Standing:
    sums = case.tally.sums(open_window(case, ladder, s, at), at + TICK, known_at=at)
    level = ladder.best(sums)
    here, there = ladder.rank(s.level), ladder.rank(level)
    earned_now = there == here > 0 and s.because in GIVEN and s.valid_until is not None
    if there <= here and not earned_now:
        return s
    return _moved(ladder, s, level, at, Because.REACHED, _next_end(case, ladder, s, at))


def _by_challenge(case: Case, ladder: Ladder, s: Standing, at: datetime) -> Standing:
    for grant in case.grants:
        if not (grant.challenge and grant.holds(at)) or ladder.rank(grant.level) <= ladder.rank(s.level):
            continue
        if meets(grant.challenge, case.tally.sums(grant.begins_at, at + TICK, known_at=at)):
            moved = _moved(ladder, s, grant.level, at, Because.CHALLENGE, _next_end(case, ladder, s, at))
            s = landed(ladder, moved)
    return s


def _regained(case: Case, ladder: Ladder, s: Standing, at: datetime) -> Standing:
    """In its grace a level can still be kept."""
    if s.grace_until is None:
        return s
    sums = case.tally.sums(review_window(case, ladder, s, at), at + TICK, known_at=at)
    return _kept(case, ladder, s, at) if meets(ladder.level(s.level).keeps, sums) else s


def _kept(case: Case, ladder: Ladder, s: Standing, at: datetime) -> Standing:
    return _moved(ladder, s, s.level, at, Because.KEPT, _this_end(case, ladder, s, at))


def _moved(ladder: Ladder, s: Standing, level: str, at: datetime, because: Because, ends: datetime | None) -> Standing:
    """To a level, or anew at the same one."""
    same = level == s.level
    anchored = ladder.window.kind == Windows.TIER_START
    now = replace(
        s, level=level, since=s.since if same else at, qualified_at=at, because=because, valid_until=ends,
        review_at=ends, grace_until=None, counted_from=at if anchored else None, landed=False,
        held=s.held if same else _held(ladder, s, at),
    )  # fmt: skip
    return _for_ever(now, because) if ladder.rank(level) <= _floor(ladder, now) else now


def _for_ever(s: Standing, because: Because) -> Standing:
    return replace(s, because=because, valid_until=None, review_at=None, grace_until=None, landed=False)


def _floor(ladder: Ladder, s: Standing) -> int:
    """The rank below which they never fall: the lowest, a lifetime level, a level that never drops."""
    upto = ladder.levels[: ladder.rank(s.level) + 1]
    never = max((place for place, level in enumerate(upto) if level.never_drops), default=0)
    return max(ladder.rank(s.floor), never)


def _this_end(case: Case, ladder: Ladder, s: Standing, at: datetime) -> datetime:
    """The end of the period that begins or runs at an instant: of what a review decides."""
    if ladder.window.kind in FIXED:
        return period(ladder, at, case.joined_at)[1]
    return _own_end(ladder, at)


def _next_end(case: Case, ladder: Ladder, s: Standing, at: datetime) -> datetime:
    """The end of the next period: of what is reached within one (SEMANTICS 20)."""
    if ladder.window.kind in FIXED:
        return period(ladder, period(ladder, at, case.joined_at)[1], case.joined_at)[1]
    return _own_end(ladder, at)


def _own_end(ladder: Ladder, at: datetime) -> datetime:
    if ladder.window.kind == Windows.TIER_START:
        return period(ladder, at, at)[1]
    return lasting(ladder, at)


def counted_from(case: Case, ladder: Ladder, s: Standing) -> datetime:
    """What periods of one's own are counted from."""
    if ladder.window.kind == Windows.TIER_START and s.counted_from is not None:
        return s.counted_from
    return case.joined_at


def _held(ladder: Ladder, s: Standing, at: datetime) -> dict[str, int]:
    """Seconds at each level that counts years, or above, until now."""
    if not ladder.counts_years:
        return dict(s.held)
    spent = int((at - s.since).total_seconds())
    upto = ladder.levels[: ladder.rank(s.level) + 1]
    counted = {level.code: s.held.get(level.code, 0) + spent for level in upto if level.lifetime_years}
    return {**s.held, **counted}


def _years_of(ladder: Ladder, s: Standing, code: str) -> datetime | None:
    level = ladder.level(code)
    rank = ladder.rank(code)
    if not level.lifetime_years or not ladder.rank(s.floor) < rank <= ladder.rank(s.level):
        return None
    return s.since + level.lifetime_years * YEAR - timedelta(seconds=s.held.get(code, 0))


def _years_at(ladder: Ladder, s: Standing) -> datetime | None:
    """When so many years at a level, or above, make it theirs for ever."""
    if not ladder.counts_years:
        return None
    found = [when for level in ladder.levels if (when := _years_of(ladder, s, level.code)) is not None]
    return min(found, default=None)
