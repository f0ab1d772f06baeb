"""Who of a household takes part, whose units pay, and what each gets back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.rules.family import FamilyTerms, Order, Person, Purse, Spenders, laid, split, standings
from regulars.rules.occasion import Line
from regulars.rules.returns import kept, kept_together
from regulars.rules.rounding import apportioned
from regulars.rules.sentences.families import family
from regulars.rules.sentences.words import Language, Words

LONDON = "Europe/London"
MOVED_IN = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
AGES = FamilyTerms("miles", age_from=2, spends_from=12)


def person(number: int, born_on: str | None = None, **more: object) -> Person:
    day = date.fromisoformat(born_on) if born_on else None
    return Person(UUID(int=number), more.pop("since", MOVED_IN), day, **more)  # type: ignore[arg-type]


def said(terms: FamilyTerms, *people: Person, at: datetime = NOON) -> list[str]:
    """In the order of the numbers: what each is."""
    found = sorted(standings(terms, people, at=at, zone=LONDON), key=lambda one: one.person.id)
    return [one.apart or (one.spends_not and f"brings: {one.spends_not}") or "spends" for one in found]


@pytest.mark.parametrize(
    ("what", "born_on", "expected"),
    [
        ("twelve today", "2014-05-04", "spends"),
        ("twelve tomorrow", "2014-05-05", "brings: too-young"),
        ("two today", "2024-05-04", "brings: too-young"),
        ("two tomorrow", "2024-05-05", "too-young"),
        ("not told", None, "no-birthday"),
    ],
)
def test_ages_go_by_the_birthday(what: str, born_on: str | None, expected: str) -> None:
    assert said(AGES, person(1, born_on)) == [expected]


def test_the_day_is_that_of_the_organisation() -> None:
    late = datetime(2026, 5, 3, 23, 30, tzinfo=UTC)  # half an hour into 4 May in London
    assert said(AGES, person(1, "2014-05-04"), at=late) == ["spends"]


def test_where_no_age_is_asked_nobody_has_to_tell_it() -> None:
    assert said(FamilyTerms("miles"), person(1)) == ["spends"]


def test_days_of_waiting_end_with_a_midnight() -> None:
    waiting = FamilyTerms("miles", waits_days=30)
    ends = datetime(2026, 3, 30, 23, tzinfo=UTC)  # summer time since the 29th
    assert said(waiting, person(1), at=ends - timedelta(seconds=1)) == ["waiting"]
    assert said(waiting, person(1), at=ends) == ["spends"]
    assert said(FamilyTerms("miles"), person(1), at=MOVED_IN - timedelta(seconds=1)) == ["waiting"]


def test_places_go_to_the_head_then_to_who_lives_there_longest_and_is_old_enough() -> None:
    two = FamilyTerms("miles", most_members=2, age_from=2)
    baby, second = person(1, "2025-01-01"), person(2, "1990-01-01", since=MOVED_IN + timedelta(days=1))
    first, head = person(3, "1990-01-01"), person(4, "1990-01-01", since=NOON - timedelta(days=1), is_head=True)
    assert said(two, baby, second, first, head) == ["too-young", "too-many", "spends", "spends"]


def test_only_the_head_spends_and_who_is_frozen_takes_no_part() -> None:
    head_only = FamilyTerms("miles", spenders=Spenders.HEAD)
    people = person(1, is_head=True), person(2), person(3, is_frozen=True)
    assert said(head_only, *people) == ["spends", "brings: not-head", "frozen"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"unit": ""},
        {"most_members": 0},
        {"age_from": -1},
        {"age_from": 12, "spends_from": 2},
        {"spends_from": 121},
        {"waits_days": -1},
        {"waits_days": 4000},
    ],
)
def test_terms_that_contradict_themselves_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\."):
        FamilyTerms(**{"unit": "miles"} | wrong)  # type: ignore[arg-type]


def day(number: int) -> datetime:
    return datetime(2026, 6, number, tzinfo=UTC)


def test_own_first_then_what_ends_soonest_whoever_has_it() -> None:
    own = Purse(UUID(int=9), ((None, 10),), 10)
    bo = Purse(UUID(int=1), ((day(1), 5), (day(3), 5), (None, 5)), 15)
    cy = Purse(UUID(int=2), ((day(2), 5), (None, 5)), 10)

    def paid(points: int) -> list[int]:
        found = dict(split(points, [own, bo, cy], Order.OWN_FIRST))
        return [found.get(one.owner, 0) for one in (own, bo, cy)]

    assert [paid(points) for points in (10, 15, 20, 25, 32, 35)] == [
        [10, 0, 0], [10, 5, 0], [10, 5, 5], [10, 10, 5], [10, 15, 7], [10, 15, 10],
    ]  # fmt: skip


PURSES = st.lists(
    st.lists(st.tuples(st.none() | st.integers(1, 28).map(day), st.integers(1, 400)), max_size=4),
    min_size=1,
    max_size=7,
).map(
    lambda lots: [
        Purse(UUID(int=number + 1), tuple(of), sum(amount for _, amount in of)) for number, of in enumerate(lots)
    ]
)


@settings(max_examples=150, deadline=None)
@given(PURSES, st.data(), st.sampled_from(Order))
def test_a_split_adds_up_and_asks_nobody_for_more_than_they_have(
    purses: list[Purse], data: st.DataObject, order: Order
) -> None:
    whole = sum(one.available for one in purses)
    points = data.draw(st.integers(0, whole))
    parts = split(points, purses, order)
    paid = dict(parts)
    assert sum(paid.values()) == points
    assert len(paid) == len(parts)
    assert all(0 < paid.get(one.owner, 1) <= max(one.available, 1) for one in purses)
    assert parts == split(points, purses, order)
    if order == Order.PROPORTIONAL and whole:
        assert all(abs(paid.get(one.owner, 0) * whole - points * one.available) < whole for one in purses)
    if order == Order.OWN_FIRST:
        assert paid.get(purses[0].owner, 0) == min(points, purses[0].available)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 500), min_size=1, max_size=6), st.data())
def test_amounts_by_line_add_up_both_ways(columns: list[int], data: st.DataObject) -> None:
    left, parts = sum(columns), []
    while left:
        parts.append(data.draw(st.integers(1, left)))
        left -= parts[-1]
    rows = laid(parts, columns)
    assert [sum(row) for row in rows] == parts
    assert [sum(row[place] for row in rows) for place in range(len(columns))] == (
        columns if rows else [0] * len(columns)
    )
    assert min((amount for row in rows for amount in row), default=0) >= 0


WEIGHTS = st.lists(st.integers(0, 60), min_size=1, max_size=6)


@settings(max_examples=150, deadline=None)
@given(WEIGHTS)
def test_nobodys_part_shrinks_when_the_whole_grows(weights: list[int]) -> None:
    whole = sum(weights)
    steps = [apportioned(number, weights) for number in range(whole + 1)]
    assert [sum(step) for step in steps] == list(range(whole + 1))
    assert all(a <= b for one, two in pairwise(steps) for a, b in zip(one, two, strict=True))
    assert steps[-1] == weights


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=5), st.integers(1, 12))
def test_sem_12_several_who_paid_get_back_what_one_would(paid: list[int], pieces: int) -> None:
    line = Line(1, "cup", sum(paid), quantity=pieces * 1000)
    parts = [{1: amount} for amount in paid]
    steps = [kept_together(parts, {1: line}, {1: back * 1000}) for back in range(pieces + 1)]
    assert [sum(step) for step in steps] == [kept(sum(paid), line, back * 1000) for back in range(pieces + 1)]
    assert all(b <= a for one, two in pairwise(steps) for a, b in zip(one, two, strict=True))
    assert (steps[0], set(steps[-1])) == (paid, {0})


@pytest.mark.parametrize("language", Language)
def test_no_two_terms_read_alike_and_all_is_said(language: Language) -> None:
    whole = FamilyTerms("miles", 5, 2, 12, Order.PROPORTIONAL, 30, Spenders.HEAD)
    different = [FamilyTerms("points"), FamilyTerms("miles"), FamilyTerms("miles", 5), FamilyTerms("miles", age_from=2)]
    different += [FamilyTerms("miles", spends_from=12), FamilyTerms("miles", waits_days=1), whole]
    different += [replace(whole, order=Order.OWN_FIRST), replace(whole, spenders=Spenders.EVERYBODY)]
    said = [family(one, Words(language)) for one in different]
    assert len(set(said)) == len(different)
    assert all(number in said[6] for number in ("5", "2", "12", "30"))
    if language == Language.CHINESE:
        assert not any(word in " ".join(said) for word in ("the ", "from", "own"))
