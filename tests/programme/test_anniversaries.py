"""What members earn on their days: each once, in batches, whatever was cut short."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.api.world import World, make_world
from tests.programme.conftest import ANN, AT

from regulars.journal.moves import Actor
from regulars.ledger.models import Transfer
from regulars.ledger.services import define_unit
from regulars.ledger.services.freezes import freeze
from regulars.ledger.words import Level
from regulars.members.merging import merge
from regulars.members.moves import NewMember
from regulars.members.services.people import enrol
from regulars.programme import sending
from regulars.programme.models import Round
from regulars.programme.sending import earn_on_days
from regulars.programme.services.terms import publish
from regulars.rules.earning.rule import BIRTHDAY, ENROLMENT, TENURE_MONTH

JOB = Actor.job("programme.days")
DAY = timedelta(days=1)
LONG_AGO = datetime(2024, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def world(db: None) -> World:
    define_unit("points", "Points", actor=ANN, at=AT)
    return make_world()


def give(world: World, occasion: str, units: int = 10, **more: Any) -> None:
    rule = {"unit": "points", "award": {"type": "fixed", "units": units}, "occasions": [occasion]}
    begun = datetime(2025, 1, 1, tzinfo=UTC)
    organisation = world.organisation
    publish("earn", occasion, rule | more, organisation=organisation, begins_at=begun, moving_in=True, actor=ANN, at=AT)


def member(world: World, born: date | None = None, joined: datetime = LONG_AGO) -> UUID:
    facts: dict[str, Any] = {"birth_on": born.isoformat()} if born else {"given_name": "Ada"}
    return enrol([NewMember(world.organisation, "test", joined, facts=facts)], actor=ANN, at=joined)[0]


def worked_off(at: datetime) -> int:
    """Runs the job until there is nothing left; how many batches there were."""
    times = 0
    while earn_on_days(actor=JOB, at=at):
        times += 1
    return times


def given() -> dict[UUID | None, int]:
    found: Counter[UUID | None] = Counter()
    for one in Transfer.objects.filter(kind="earn"):
        found[one.owner or one.other] += one.amount
    return dict(found)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_a_birthday_is_once_a_year_and_a_leap_day_has_one_every_year(world: World) -> None:
    give(world, BIRTHDAY, 50)
    ada, leap = member(world, date(1980, 5, 4)), member(world, date(2000, 2, 29))
    member(world, date(1980, 5, 12))
    for moment in ("2026-02-28T06:00Z", "2026-05-04T06:00Z", "2026-05-04T07:00Z", "2026-05-06T06:00Z"):
        worked_off(at(moment))
    assert given() == {ada: 50, leap: 50}
    worked_off(at("2027-05-04T06:00Z"))
    worked_off(at("2028-02-29T06:00Z"))
    assert given() == {ada: 100, leap: 100}


def test_a_month_of_membership_is_full_on_the_day_of_joining_or_the_months_last(world: World) -> None:
    give(world, TENURE_MONTH, 1)
    ada, bob = member(world), member(world, joined=datetime(2026, 1, 29, 23, 30, tzinfo=UTC))
    worked_off(at("2026-02-28T06:00Z"))
    assert given() == {ada: 1, bob: 1}, "joined on the 31st and on the 29th"
    worked_off(at("2026-03-29T06:00Z"))
    worked_off(at("2026-03-31T06:00Z"))
    assert given() == {ada: 2, bob: 2}
    worked_off(at("2026-03-31T23:30Z"))
    assert given() == {ada: 2, bob: 2}


def test_the_day_is_that_of_the_organisations_zone(world: World) -> None:
    give(world, BIRTHDAY)
    ada = member(world, date(1980, 7, 4))
    worked_off(at("2026-07-03T22:59Z"))
    assert given() == {}
    worked_off(at("2026-07-03T23:01Z"))
    assert given() == {ada: 10}, "in London the fourth has begun"
    (posted,) = Transfer.objects.filter(kind="earn")
    assert posted.effective_at == at("2026-07-03T23:00Z")


def test_days_on_which_nothing_ran_are_made_up_for(world: World) -> None:
    give(world, BIRTHDAY)
    days = [member(world, date(1980, 5, day)) for day in (1, 5, 8)]
    worked_off(at("2026-05-08T06:00Z"))
    assert given() == dict.fromkeys(days, 10)
    worked_off(at("2026-05-09T06:00Z"))
    assert given() == dict.fromkeys(days, 10)


def test_cut_short_it_goes_on_and_gives_nothing_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "AT_ONCE", 2)
    give(world, BIRTHDAY, limits=[{"most": 1, "every": "year"}])
    born = [member(world, date(1980, 5, 4)) for _ in range(5)]
    assert earn_on_days(actor=JOB, at=AT) == 2
    assert len(given()) == 2
    assert not Round.objects.filter(day=AT.date()).exists()
    assert worked_off(AT) == 2
    assert given() == dict.fromkeys(born, 10)
    Round.objects.all().delete()
    assert worked_off(AT) == 0, "its business keys remember even where the rounds do not"


def test_who_may_not_earn_waits_for_nobody(world: World) -> None:
    give(world, BIRTHDAY)
    ada, frozen, merged = (member(world, date(1980, 5, 4)) for _ in range(3))
    freeze(frozen, Level.EARN, reason="fraud", actor=ANN, at=AT - DAY)
    merge(ada, merged, organisation=world.organisation, reason="same", actor=ANN, at=AT - DAY)
    worked_off(AT)
    assert given() == {ada: 10}


def test_who_joins_is_greeted_once_and_who_was_brought_along_is_not(world: World) -> None:
    give(world, ENROLMENT, 100)
    member(world)
    new = member(world, joined=AT - timedelta(minutes=3))
    enrol([NewMember(world.organisation, "old", LONG_AGO, facts={"given_name": "Bo"})], actor=ANN, at=AT)
    assert worked_off(AT) == 1
    assert worked_off(AT + DAY) == 0
    assert given() == {new: 100}


def test_without_a_rule_nobody_is_looked_for(world: World) -> None:
    member(world, date(1980, 5, 4))
    assert worked_off(AT) == 0
    assert not Round.objects.exists()
