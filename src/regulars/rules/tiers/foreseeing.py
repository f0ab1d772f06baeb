"""Of a rolling window that is reviewed daily: the first day on which what is left in it no longer keeps the level."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime

from regulars.basics.periods import day_of, start_of
from regulars.rules.tiers.ladder import Ladder, Reviews, meets
from regulars.rules.tiers.standing import Standing, Tally
from regulars.rules.tiers.windows import TICK, leaves_on, rolling_start, tomorrow


def foreseen(tally: Tally, ladder: Ladder, s: Standing, at: datetime) -> Standing:
    """The standing with the day it ends if nothing more is earned. A level at which somebody landed softly, or that was
    set by hand, keeps its own end until the entries keep it."""
    if ladder.review != Reviews.DAILY or s.valid_until is None or s.grace_until is not None:
        return s
    ends = keeps_until(tally, ladder, s, at)
    if ends is None:
        return s if s.landed else _ending(s, tomorrow(at, ladder.zone))
    return s if s.landed and s.valid_until > ends else _ending(s, ends)


def landed(ladder: Ladder, s: Standing) -> Standing:
    """Here for a time, although nothing that was counted keeps it."""
    return replace(s, landed=ladder.review == Reviews.DAILY and s.valid_until is not None)


def keeps_until(tally: Tally, ladder: Ladder, s: Standing, at: datetime) -> datetime | None:
    """None: what is in the window does not keep the level now."""
    begins = rolling_start(ladder, day_of(at, ladder.zone))
    dated = tally.dated(max(begins, s.afresh_from or begins), at + TICK, known_at=at)
    keeps = ladder.level(s.level).keeps
    left: Counter[str] = Counter()
    leaving: dict[date, Counter[str]] = {}
    for when, amounts in dated:
        gone = leaving.setdefault(leaves_on(day_of(when, ladder.zone), ladder.window.months), Counter())
        for measure, amount in amounts.items():
            left[measure] += amount
            gone[measure] += amount
    if not meets(keeps, left):
        return None
    for day in sorted(leaving):
        left.subtract(leaving[day])
        if not meets(keeps, left):
            return start_of(day, ladder.zone)
    raise AssertionError("an empty window keeps no level")


def _ending(s: Standing, ends: datetime) -> Standing:
    return replace(s, valid_until=ends, review_at=ends, landed=False)
