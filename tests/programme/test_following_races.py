"""Many tills at once: a person's day of goodwill, a friend's first purchase, a goal, and the room under a cap are each
given once."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.api.shop import PER_TEN, Shop, line, open_shop, promise
from tests.api.world import Till, World, make_world
from tests.ledger.test_races import at_once

TILLS = 12
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop(db: None) -> Shop:
    return open_shop(make_world())


def asked(world: World, path: str, bodies: list[dict[str, Any]]) -> list[Any]:
    """Each by a client of its own; what stood in the way of another is sent again, as tills do."""
    key = world.key("clerk")

    def one(body: dict[str, Any]) -> Callable[[], Any]:
        return lambda: sent(Till(key), path, body)

    answers: list[Any] = at_once([one(body) for body in bodies])
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    return [answer.json() for answer in answers]


def sent(till: Till, path: str, body: dict[str, Any]) -> Any:
    for _ in range(20):
        answer = till.post(path, body)
        if answer.json().get("code") != "try-again":
            break
    return answer


def kinds(told: list[Any], kind: str) -> list[int]:
    return [one["amount"] for each in told for one in each["effects"] if one["kind"] == kind]


def test_sem_24_a_day_of_goodwill_is_never_overspent(shop: Shop) -> None:
    limit = {"units": {"points": {"per_deed": 100, "per_day": 500}}, "reasons": ["long-wait"]}
    promise(shop.world, "goodwill", "clerk", limit)
    body = {"unit": "points", "amount": 100, "reason": "long-wait"}
    told = asked(shop.world, f"/members/{shop.member}/goodwill", [body] * TILLS)
    codes = [one.get("code", "given") for one in told]
    assert (codes.count("given"), codes.count("goodwill-refused")) == (5, TILLS - 5)
    assert shop.points() == (500, 0, 0)


def test_sem_24_a_friend_brings_one_reward_and_a_goal_one_prize(shop: Shop) -> None:
    promise(shop.world, "referral", "bring", {"to_referrer": {"unit": "points", "amount": 200}})
    goal = {"goal": {"count": "times", "reach": 3}, "prize": {"unit": "points", "amount": 50}, "length": "30D"}
    promise(shop.world, "challenge", "three", goal)
    friend = shop.till.done("/members", {"facts": {"given_name": "Bo"}})["id"]
    code = shop.till.done(f"/members/{shop.member}/referral-code")["code"]
    shop.till.done(f"/members/{friend}/referral", {"code": code, "programme": "bring"})
    shop.till.done(f"/members/{friend}/enrolments", {"kind": "challenge", "code": "three"})
    told = asked(shop.world, "/purchases", [shop.asked(line(100), member=friend) for _ in range(TILLS)])
    assert (kinds(told, "challenge"), shop.points()) == ([50], (200, 0, 0))
    [goal_now] = shop.till.get(f"/members/{friend}/enrolments").json()["items"]
    assert (goal_now["state"], goal_now["progress"]) == ("reached", TILLS)


def test_sem_24_no_balance_passes_its_cap(shop: Shop) -> None:
    promise(shop.world, "earn", "one-for-ten", PER_TEN)
    promise(shop.world, "balance-cap", "points", {"unit": "points", "most": 100})
    told = asked(shop.world, "/purchases", [shop.asked(line(30_000)) for _ in range(TILLS)])
    assert (sum(kinds(told, "earn")), shop.points()) == (100, (100, 0, 0))


def test_friends_of_friends_under_a_cap_and_a_budget_do_not_stand_in_each_others_way(shop: Shop) -> None:
    promise(shop.world, "balance-cap", "points", {"unit": "points", "most": 1000})
    budget = {"most": 1000, "per": "all"}
    promise(shop.world, "referral", "bring", {"to_referrer": {"unit": "points", "amount": 2}, "limits": [budget]})
    people = [shop.member]
    for number in range(TILLS):
        code = shop.till.done(f"/members/{people[-1]}/referral-code")["code"]
        people.append(shop.till.done("/members", {"facts": {"given_name": f"Bo {number}"}})["id"])
        shop.till.done(f"/members/{people[-1]}/referral", {"code": code, "programme": "bring"})
    key = shop.world.key("clerk")
    bills = [shop.asked(line(100), member=member) for member in people[1:]]
    told: list[Any] = at_once([lambda bill=bill: Till(key).post("/purchases", bill) for bill in bills])  # type: ignore[misc]
    assert [one.status_code for one in told] == [201] * TILLS
    assert Shop(shop.world, shop.till, people[1]).points() == shop.points() == (2, 0, 0)
