"""Limits, budgets and rounding of earning rules as tills meet them: at checkout, on return, and as people change."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from regulars.members.services.keys import make_first
from regulars.programme.models import Counter
from tests.api.shop import BEGUN, PER_TEN, Shop, line, open_shop, promise
from tests.api.world import Till, World, make_world

ONCE = {"most": 1, "of": "uses"}
WELCOME = {"unit": "points", "award": {"type": "fixed", "units": 100}}


@pytest.fixture
def shop(world: World) -> Shop:
    return open_shop(world)


@pytest.fixture
def office(world: World, shop: Shop) -> Till:
    return Till(world.key("administrator"))


def amounts(done: dict[str, Any], kind: str = "earn") -> list[int]:
    return [one["amount"] for one in done["effects"] if one["kind"] == kind]


def whys(done: dict[str, Any]) -> list[str]:
    return [one["why"] for one in done["not_applied"]]


def enrolled(shop: Shop, phone: str) -> str:
    asked = {"facts": {"given_name": "Ada"}, "identifiers": [{"kind": "phone", "value": phone}]}
    return str(shop.till.done("/members", asked)["id"])


def test_sem_31_once_is_once_also_for_who_starts_anew(world: World, shop: Shop, office: Till) -> None:
    promise(world, "earn", "welcome", WELCOME | {"limits": [ONCE | {"also_by": ["phone"]}]})
    promise(world, "earn", "first", WELCOME | {"limits": [ONCE]})
    shop.member = enrolled(shop, "+447700900123")
    assert amounts(shop.buy(line(500))) == [100, 100]
    assert whys(shop.buy(line(500))) == ["limit-reached", "limit-reached"]
    office.done(f"/members/{shop.member}/erase", {"reason": "asked"})
    shop.member = enrolled(shop, "+44 7700 900 123")
    again = shop.buy(line(500))
    assert [(one["code"], one["amount"]) for one in again["effects"]] == [("first", 100)]
    assert whys(again) == ["limit-reached"], "the phone is known, though nobody can say whose it was"
    shop.member = enrolled(shop, "+447700900124")
    assert amounts(shop.buy(line(500))) == [100, 100]


def test_sem_31_limits_used_are_taken_together_at_a_merge_and_parted_again(
    world: World, shop: Shop, office: Till
) -> None:
    promise(world, "earn", "twice", WELCOME | {"limits": [{"most": 2, "of": "uses", "every": "year"}]})
    ada, bob = enrolled(shop, "+447700900123"), enrolled(shop, "+447700900124")
    for shop.member in (ada, bob):
        assert amounts(shop.buy(line(500))) == [100]
    office.done("/merges", {"survivor": ada, "other": bob, "reason": "same"})
    shop.member = ada
    assert whys(shop.buy(line(500))) == ["limit-reached"]
    office.done(f"/members/{bob}/unmerge", {"reason": "not the same"})
    for shop.member in (ada, bob):
        assert amounts(shop.buy(line(500))) == [100]
        assert whys(shop.buy(line(500))) == ["limit-reached"]


def test_sem_26_a_checkout_that_is_given_up_frees_what_it_held(world: World, shop: Shop) -> None:
    budget = {"most": 150, "of": "units", "per": "all"}
    promise(world, "earn", "welcome", WELCOME | {"limits": [ONCE, budget]})
    held = shop.buy(line(500), hold_seconds=60)
    assert whys(shop.buy(line(500))) == ["limit-reached"]
    shop.till.done(f"/purchases/{held['id']}/cancel", {"reason": "left"})
    held = shop.buy(line(500), hold_seconds=60)
    assert amounts(held) == [100]
    shop.till.done(f"/purchases/{held['id']}/complete")
    assert whys(shop.buy(line(500))) == ["limit-reached"]


def test_sem_32_a_return_frees_the_budget_it_had_used(world: World, shop: Shop) -> None:
    promise(world, "earn", "base", PER_TEN | {"limits": [{"most": 12, "of": "units", "per": "all"}]})
    first = shop.buy(line(5_000), line(5_000, "cup"))
    assert (amounts(first), amounts(shop.buy(line(5_000)))) == ([10], [2])
    assert whys(shop.buy(line(5_000))) == ["budget-spent"]
    shop.back(first, {"number": 2})
    assert amounts(shop.buy(line(5_000))) == [5]
    assert whys(shop.buy(line(5_000))) == ["budget-spent"]


def test_sem_32_of_a_shared_budget_a_return_frees_what_its_lines_took_and_no_more(world: World, shop: Shop) -> None:
    pot = [{"most": 1000, "of": of, "per": "all", "shared": "pot"} for of in ("units", "money")]
    for item in ("tea", "jam"):
        award = {"type": "per-amount", "units": 1, "per": 100}
        rule = {**PER_TEN, "award": award, "what": {"items": [item]}, "limits": pot[:1]}
        promise(world, "earn", item, rule)
    offer = {"benefit": {"type": "percent", "permille": 100}, "what": {"items": ["pin"]}}
    promise(world, "promotion", "pins", {"name": "Pins", "offer": offer, "limits": pot[1:]})
    bought = shop.buy(line(10_000), line(20_000, "jam"), line(1000, "pin"))
    used = dict(Counter.objects.values_list("of", "used"))
    assert used == {"units": 300, "money": 100}
    shop.back(bought, {"number": 1}, {"number": 3})
    assert dict(Counter.objects.values_list("of", "used")) == {"units": 200, "money": 0}


def test_sem_33_a_cap_a_day_ends_at_midnight_of_the_programme_and_a_sliding_one_does_not(
    world: World, shop: Shop
) -> None:
    promise(world, "earn", "day", PER_TEN | {"limits": [{"most": 5, "of": "units", "every": "day"}]})
    promise(world, "earn", "sliding", PER_TEN | {"limits": [{"most": 5, "of": "units", "sliding": "1D"}]})
    evening, night = "2026-06-01T22:30:00Z", "2026-06-01T23:30:00Z"  # half past eleven in London, half past midnight
    assert amounts(shop.buy(line(5_000), effective_at=evening)) == [5, 5]
    after = shop.buy(line(5_000), effective_at=night)
    assert [(one["code"], one["amount"]) for one in after["effects"]] == [("day", 5)]
    assert amounts(shop.buy(line(5_000), effective_at="2026-06-02T22:31:00Z")) == [5]


def test_sem_10_fractions_of_a_month_are_carried_from_bill_to_bill(world: World, shop: Shop) -> None:
    promise(world, "earn", "base", PER_TEN | {"round_at": "period"})
    moments = [f"2026-06-0{day}T10:00:00Z" for day in (1, 2, 3)] + ["2026-07-01T10:00:00Z"]
    bought = [shop.buy(line(400), effective_at=moment) for moment in moments]
    assert [amounts(one) for one in bought] == [[0], [0], [1], [0]]
    back = shop.back(bought[2], {"number": 1}, effective_at="2026-06-04T10:00:00Z")
    assert [one["amount"] for one in back["effects"]] == [1]
    assert amounts(shop.buy(line(200), effective_at="2026-06-05T10:00:00Z")) == [1]


def test_sem_11_and_13_what_comes_back_is_reckoned_by_the_rule_of_then(world: World, shop: Shop, office: Till) -> None:
    bonus = WELCOME | {"conditions": {"least": {"purchase": 5_000}}}
    promise(world, "earn", "bonus", bonus)
    done = shop.buy(line(4_900), line(200, "cup"))
    office.done("/programme/terms", {"kind": "earn", "code": "bonus", "document": PER_TEN})
    back = shop.back(done, {"number": 2})
    assert [(one["code"], one["version"], one["amount"]) for one in back["effects"]] == [("bonus", 1, 100)]
    assert shop.points() == (0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_sem_32_sixty_four_purchases_at_once_never_overspend_one_budget() -> None:
    make_first(at=BEGUN)
    world = make_world()
    shop = open_shop(world)
    promise(world, "earn", "base", PER_TEN | {"limits": [{"most": 100, "of": "units", "per": "all"}]})
    bills = [shop.asked(line(7_000)) for _ in range(64)]
    start = Barrier(len(bills))

    def one(bill: dict[str, Any]) -> list[int]:
        start.wait(60)
        try:
            return amounts(shop.till.done("/purchases", bill))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(bills)) as pool:
        given = sorted(sum(found) for found in pool.map(one, bills))
    assert given == [0] * 49 + [2] + [7] * 14
    assert Counter.objects.get().used == 100
    assert shop.points() == (100, 0, 0)
