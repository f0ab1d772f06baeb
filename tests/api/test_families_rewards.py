"""Rewards that a household pays for together."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.relatives import family, give, has, home, person
from tests.api.shop import POINTS, Shop, now, open_shop, promise
from tests.api.world import Till, World
from tests.ledger.machine import books_add_up


@pytest.fixture
def shop(world: World) -> Shop:
    found = open_shop(world)
    promise(world, "points-payment", "points", POINTS)
    return found


@pytest.fixture
def office(world: World) -> Till:
    return Till(world.key("administrator"))


@pytest.mark.parametrize("later_on", [False, True], ids=["at once", "handed over later"])
def test_a_reward_is_paid_by_the_family_and_cancelled_for_each(shop: Shop, office: Till, later_on: bool) -> None:
    family(shop)
    bo, cy = person(shop, 30, expires_at=now() + timedelta(days=50)), person(shop, 50)
    give(shop.member, 10)
    home(shop, shop.member, bo, cy)
    mug = {"name": "Mug", "prices": [{"unit": "points", "amount": 60}], "fulfilled_later": later_on}
    promise(shop.world, "reward", "mug", mug)
    asking = f"/members/{shop.member}/redemptions"
    assert shop.till.post(asking, {"reward": "mug"}).json()["missing"] == 50
    told = shop.till.done(asking, {"reward": "mug", "from": "family"})
    assert {one["member"]: one["amount"] for one in told["paid_by"]} == {shop.member: 10, bo: 30, cy: 20}
    assert (told["hold"], told["transfer"], has(shop, shop.member, bo, cy)) == (None, None, [0, 0, 30])
    lacking = shop.till.post(asking, {"reward": "mug", "from": "family"}).json()
    assert (lacking["code"], lacking["available"], lacking["missing"]) == ("not-enough", 30, 30)
    if later_on:
        assert all(one["hold"] for one in told["paid_by"])
        told = shop.till.done(f"/redemptions/{told['id']}/fulfil")
    assert all(one["transfer"] for one in told["paid_by"])
    office.done(f"/members/{bo}/erase", {"reason": "asked"})
    shop.till.done(f"/redemptions/{told['id']}/cancel", {"reason": "broken"})
    assert has(shop, shop.member, cy) == [10, 50]
    books_add_up()


def test_what_is_affordable_together_is_told(shop: Shop) -> None:
    bo = person(shop, 30)
    give(shop.member, 10)
    home(shop, shop.member, bo)
    promise(shop.world, "reward", "mug", {"name": "Mug", "prices": [{"unit": "points", "amount": 35}]})

    def told(**asked: Any) -> tuple[bool, int]:
        (one,) = shop.till.get(f"/members/{shop.member}/rewards", **asked).json()["items"]
        return one["affordable"], one["missing"]

    assert (told(), told(family="true")) == ((False, 25), (False, 25))  # no terms: one's own
    family(shop)
    assert (told(), told(family="true")) == ((False, 25), (True, 0))
    shop.till.done(f"/members/{shop.member}/household/leave")
    answer = shop.till.get(f"/members/{shop.member}/rewards", family="true")
    assert (answer.status_code, answer.json()["why"]) == (422, "no-household")


def test_a_reward_that_nobody_fetches_goes_back_to_each(shop: Shop) -> None:
    family(shop)
    bo = person(shop, 30)
    home(shop, shop.member, bo)
    mug = {"name": "Mug", "prices": [{"unit": "points", "amount": 20}], "fulfilled_later": True}
    promise(shop.world, "reward", "mug", mug)
    told = shop.till.done(f"/members/{shop.member}/redemptions", {"reward": "mug", "from": "family"})
    shop.till.done(f"/redemptions/{told['id']}/cancel", {"reason": "changed their mind"})
    assert has(shop, bo) == [30]
