"""The most that a balance may hold: what is earned above it is cut, and told."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.programme.errors import WrongTerms
from regulars.programme.models import Counter
from regulars.programme.moves import Version
from regulars.rules.caps import capped
from regulars.rules.earning.earn import KIND
from regulars.rules.earning.effects import Earned, Effect
from regulars.rules.earning.rule import EarnRule, PerAmount
from tests.api.shop import BEGUN, PER_TEN, POINTS, Shop, line, now, open_shop, promise
from tests.api.world import Till, World

REVIEW = {"unit": "points", "occasions": ["review"], "award": {"type": "fixed", "units": 30}}
VERSION = Version(UUID(int=0), KIND, "a", 1, BEGUN, None, EarnRule("points", PerAmount(1, 1000)))


@pytest.fixture
def shop(world: World) -> Shop:
    found = open_shop(world)
    promise(world, "earn", "one-for-ten", PER_TEN)
    promise(world, "points-payment", "points", POINTS)
    promise(world, "balance-cap", "points", {"unit": "points", "most": 100})
    return found


def test_what_is_earned_above_the_cap_is_cut_and_told(shop: Shop) -> None:
    assert shop.buy(line(90_000))["not_applied"] == []
    done = shop.buy(line(20_000), line(10_000, "jam"))
    [effect], [why] = done["effects"], done["not_applied"]
    assert (effect["amount"], sum(part["amount"] for part in effect["lines"])) == (10, 10)
    assert (why["code"], why["why"], why["facts"]) == ("one-for-ten", "balance-cap", {"cut": 20, "given": 10})
    full = shop.buy(line(20_000))
    assert (full["effects"], full["not_applied"][0]["why"], shop.points()) == ([], "balance-cap", (100, 0, 0))
    shop.buy(line(1000), points=[{"unit": "points", "points": 40}])
    assert shop.buy(line(50_000))["effects"][0]["amount"] == 40


def test_reserved_bills_are_cut_to_the_room_that_is_left_when_they_are_completed(shop: Shop) -> None:
    award = {"type": "per-amount", "units": 1, "per": 1000}
    limited = {**PER_TEN, "award": award, "limits": [{"most": 1000, "of": "units", "per": "all"}]}
    promise(shop.world, "earn", "one-for-ten", limited, begins_at=now() - timedelta(seconds=5))
    one, two = (shop.buy(line(90_000, quantity="9"), hold_seconds=60) for _ in range(2))
    assert shop.till.done(f"/purchases/{one['id']}/complete")["not_applied"] == []
    done = shop.till.done(f"/purchases/{two['id']}/complete")
    [effect], [why] = done["effects"], done["not_applied"]
    assert (effect["amount"], why["facts"], shop.points()) == (10, {"cut": 80, "given": 10}, (100, 0, 0))
    assert Counter.objects.get(of="units").used == 100
    assert shop.back(done, {"number": 1, "quantity": "8"})["effects"] == []
    assert shop.back(done)["effects"][0]["amount"] == 10


def test_a_return_takes_back_what_was_given_and_no_more(shop: Shop) -> None:
    bought = shop.buy(line(80_000), line(80_000, "jam"))
    assert bought["effects"][0]["amount"] == 100
    assert shop.back(bought, {"number": 1})["effects"][0]["amount"] == 20
    assert shop.points() == (80, 0, 0)
    shop.back(bought)
    assert shop.points() == (0, 0, 0)


def test_a_batch_and_activities_see_what_is_left_of_the_room(shop: Shop, world: World) -> None:
    promise(
        world, "earn", "review", {"unit": "points", "occasions": ["review"], "award": {"type": "fixed", "units": 30}}
    )
    bills = [shop.asked(line(60_000)) for _ in range(3)]
    told = shop.till.done("/purchases/batch", {"purchases": bills[:2]})["items"]
    assert [sum(one["amount"] for one in each["effects"]) for each in told] == [60, 40]
    said = {"source": "app", "external_id": "1", "member": shop.member, "name": "review"}
    done = shop.till.done("/activities", said)
    assert (done["effects"], done["not_applied"][0]["facts"]) == ([], {"cut": 30, "given": 0})


def test_a_frozen_members_activity_is_written_down_and_earns_nothing(shop: Shop, world: World) -> None:
    promise(
        world, "earn", "review", {"unit": "points", "occasions": ["review"], "award": {"type": "fixed", "units": 30}}
    )
    Till(world.key("support")).done(f"/members/{shop.member}/freezes", {"level": "no-earn", "reason": "looked into"})
    said = {"source": "app", "external_id": "1", "member": shop.member, "name": "review"}
    done = shop.till.done("/activities", said)
    assert (done["effects"], [one["why"] for one in done["not_applied"]]) == ([], ["frozen"])


@settings(max_examples=8, deadline=None)
@given(amounts=st.lists(st.integers(1, 90), min_size=1, max_size=6))
def test_no_balance_is_ever_above_the_cap(amounts: list[int]) -> None:
    from uuid import UUID

    room = {"points": 100}
    for amount in amounts:
        effect = Effect("a", 1, UUID(int=0), "points", amount, {1: amount - amount // 3, 2: amount // 3})
        done = capped(Earned((effect,)), room, lambda id: VERSION)
        for one in done.effects:
            assert sum(one.lines.values()) == one.amount
    assert room["points"] == max(0, 100 - sum(amounts))


def test_a_cap_is_of_a_unit_that_is_there(shop: Shop) -> None:
    with pytest.raises(WrongTerms):
        promise(shop.world, "balance-cap", "miles", {"unit": "miles", "most": 5})
