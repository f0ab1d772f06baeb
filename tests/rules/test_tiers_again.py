"""A tier told again from the first entry on is the one decided entry by entry; and what no history may break."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.climbing import BEGAN, JOINED, LEVELS

from regulars.rules.tiers.deciding import Case, begun, due_at
from regulars.rules.tiers.ladder import Falls, Ladder, OnReturn, Reviews, Window, Windows
from regulars.rules.tiers.replaying import never_bought, replay, run
from regulars.rules.tiers.standing import Because, Entries, Entry, Standing

FIRST = datetime(2024, 3, 1, tzinfo=UTC)
MANY = int(os.environ.get("REGULARS_TIERS", "100"))
END = datetime(2029, 6, 1, tzinfo=UTC)
moments = st.integers(0, 4 * 366 * 24).map(lambda hours: FIRST + timedelta(hours=hours))


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    kind = draw(st.sampled_from(Windows))
    daily = kind == Windows.ROLLING and draw(st.booleans())
    levels = tuple(
        replace(level, never_drops=draw(st.booleans()), lifetime_years=draw(st.sampled_from([0, 0, 2])))
        if place
        else level
        for place, level in enumerate(LEVELS)
    )
    return Ladder(
        levels,
        window=Window(kind, draw(st.sampled_from([1, 3, 12])), draw(st.sampled_from([1, 4]))),
        zone=draw(st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York"])),
        review=Reviews.DAILY if daily else Reviews.PERIOD,
        falls=draw(st.sampled_from(Falls)),
        grace=draw(st.sampled_from(["", "10D", "14M"])),
        on_return=draw(st.sampled_from(OnReturn)),
    )


@st.composite
def flights(draw: st.DrawFn) -> list[Entry]:
    """Some of them taken back later, at their own date."""
    found: list[Entry] = []
    for at in draw(st.lists(moments, max_size=8)):
        entry = Entry(at, {"miles": draw(st.sampled_from([30, 90, 160, 420]))}, at)
        found.append(entry)
        if draw(st.integers(0, 3)) == 0:
            back = at + timedelta(hours=draw(st.integers(1, 9000)))
            found.append(Entry(at, {"miles": -entry.amounts["miles"]}, back))
    return found


def entry_by_entry(ladder: Ladder, entries: list[Entry], nights: list[datetime], as_of: datetime) -> Standing:
    """What a system does that knows only what came so far, keeps where it was, and looks in some nights as well."""
    versions = [(BEGAN, ladder)]
    now = begun(ladder, JOINED)
    moments = sorted({one.recorded_at for one in entries} | {night for night in nights if night <= as_of})
    for at in moments:
        if at > as_of:
            break
        known = [one for one in entries if one.recorded_at <= at]
        case = Case(versions, Entries(known), JOINED, (), never_bought(versions, known, joined_at=JOINED))
        here = [one for one in entries if one.recorded_at == at]
        came_back = [at] if any(amount < 0 for one in here for amount in one.amounts.values()) else []
        now = run(case, now, [at] if here else [], came_back, as_of=at)[-1][1]
    known = [one for one in entries if one.recorded_at <= as_of]
    case = Case(versions, Entries(known), JOINED, (), never_bought(versions, known, joined_at=JOINED))
    return run(case, now, [], as_of=as_of)[-1][1]


@settings(max_examples=MANY, deadline=None)
@given(ladders(), flights(), st.lists(moments, max_size=5), moments)
def test_replayed_as_of_any_date_the_tier_is_the_one_decided_entry_by_entry(
    ladder: Ladder, entries: list[Entry], nights: list[datetime], as_of: datetime
) -> None:
    known = [one for one in entries if one.recorded_at <= as_of]
    again = replay([(BEGAN, ladder)], known, joined_at=JOINED, as_of=as_of)[-1]
    assert again == entry_by_entry(ladder, entries, nights, as_of)


@settings(max_examples=100, deadline=None)
@given(ladders(), flights(), moments)
def test_what_was_decided_by_an_instant_is_the_same_when_told_later(
    ladder: Ladder, entries: list[Entry], as_of: datetime
) -> None:
    versions = [(BEGAN, ladder)]
    short = replay(versions, entries, joined_at=JOINED, as_of=as_of)
    assert replay(versions, entries, joined_at=JOINED, as_of=END)[: len(short)] == short


@settings(max_examples=150, deadline=None)
@given(ladders(), flights())
def test_up_with_an_entry_and_down_only_when_it_was_foreseen(ladder: Ladder, entries: list[Entry]) -> None:
    history = replay([(BEGAN, ladder)], entries, joined_at=JOINED, as_of=END)
    arrived = {one.effective_at for one in entries}
    for before, after in pairwise(history):
        here, there = ladder.rank(before.level), ladder.rank(after.level)
        if there > here:
            assert after.since in arrived
        if there < here:
            assert after.since == due_at(ladder, before)
            assert after.because in {Because.FELL, Because.TAKEN_BACK}
            if ladder.falls == Falls.ONE_STEP and after.because == Because.FELL:
                assert here - there == 1
        if after.valid_until is None:
            assert after.level == ladder.lowest or ladder.rank(after.level) <= _floor(ladder, after)


def _floor(ladder: Ladder, s: Standing) -> int:
    never = [place for place, level in enumerate(ladder.levels) if level.never_drops and place <= ladder.rank(s.level)]
    return max([ladder.rank(s.floor), *never])
