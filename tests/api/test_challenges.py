"""Stamps, and challenges that members opt into: progress, the goal, the window's end, and what comes back."""

from datetime import timedelta
from typing import Any

import pytest

from regulars.programme.challenges.opting import miss_due
from regulars.programme.models import Coupon
from regulars.programme.services.terms import retire
from tests.api.pages import run_page
from tests.api.shop import ANN, Shop, line, now, open_shop, promise
from tests.api.world import Till, World

THREE = {"goal": {"count": "times", "reach": 3}, "prize": {"unit": "points", "amount": 500}, "length": "30D"}


@pytest.fixture
def shop(world: World) -> Shop:
    return open_shop(world)


def opts_in(shop: Shop, code: str, kind: str = "challenge") -> Any:
    return shop.till.post(f"/members/{shop.member}/enrolments", {"kind": kind, "code": code})


def progress(shop: Shop) -> tuple[int, str]:
    [one] = shop.till.get(f"/members/{shop.member}/enrolments").json()["items"]
    return one["progress"], one["state"]


def test_stamps_are_a_unit_and_a_rule(shop: Shop, world: World) -> None:
    Till(world.key("administrator")).done("/units", {"code": "stamps", "name": "Stamps"})
    coffee = {"unit": "stamps", "award": {"type": "per-piece", "units": 1}, "what": {"categories": ["coffee"]}}
    promise(world, "earn", "coffee-stamp", coffee | {"not_paid_with": []})
    bought = shop.buy(line(900, "latte", quantity="3", category="coffee/hot"), line(400, "cake"))
    assert (bought["effects"][0]["unit"], shop.points("stamps")) == ("stamps", (3, 0, 0))
    shop.back(bought, {"number": 1, "quantity": "1"})
    assert shop.points("stamps") == (2, 0, 0)


def test_who_reaches_the_goal_gets_the_prize_once(shop: Shop) -> None:
    promise(shop.world, "challenge", "three", THREE)
    shop.buy(line(100))
    assert opts_in(shop, "three").json()["goal"] == 3
    assert opts_in(shop, "three").status_code == 201  # the same again
    done = [shop.buy(line(100)) for _ in range(4)]
    assert [[one["kind"] for one in each["effects"]] for each in done] == [[], [], ["challenge"], []]
    assert (progress(shop), shop.points()) == ((4, "reached"), (500, 0, 0))


def test_sem_35_who_was_merged_and_had_opted_in_twice_gets_the_prize_once(shop: Shop) -> None:
    promise(shop.world, "challenge", "three", THREE)
    other = Shop(shop.world, shop.till, shop.till.done("/members", {})["id"])
    for one in (shop, other):
        assert opts_in(one, "three").status_code == 201
    shop.buy(line(100), external_id="first", member=other.member)
    office = Till(shop.world.key("administrator"))
    office.done("/merges", {"survivor": shop.member, "other": other.member, "reason": "one person"})
    done = [shop.buy(line(100)) for _ in range(4)]
    assert [[one["kind"] for one in each["effects"]] for each in done] == [[], ["challenge"], [], []]
    assert shop.points() == (500, 0, 0)


def test_a_prize_of_a_series_that_is_over_holds_up_nobody_and_waits(shop: Shop) -> None:
    offer = {"benefit": {"type": "percent", "permille": 100}}
    promise(shop.world, "coupon-series", "cake", {"name": "Cake", "offer": offer})
    promise(shop.world, "challenge", "one", THREE | {"prize": {"coupon": "cake"}})
    opts_in(shop, "one")
    ended = retire("coupon-series", "cake", organisation=shop.world.organisation, actor=ANN, at=now())
    for _ in range(3):
        assert shop.buy(line(100))["effects"] == []
    assert (progress(shop), Coupon.objects.count()) == ((3, "open"), 0)
    assert ended.ends_at is not None
    promise(shop.world, "coupon-series", "cake", {"name": "Cake", "offer": offer}, begins_at=ended.ends_at)
    assert shop.buy(line(100))["effects"][0]["kind"] == "challenge"
    assert (progress(shop), Coupon.objects.count()) == ((4, "reached"), 1)


def test_many_purchases_at_once_reach_it_in_the_order_of_their_time(shop: Shop) -> None:
    promise(shop.world, "challenge", "three", THREE)
    opts_in(shop, "three")
    bills = [shop.asked(line(100)) for _ in range(5)]
    told = shop.till.done("/purchases/batch", {"purchases": bills})["items"]
    assert [len(one["effects"]) for one in told] == [0, 0, 1, 0, 0]
    assert shop.points() == (500, 0, 0)


@pytest.mark.parametrize(
    ("count", "reach", "told"),
    [("pieces", 5, 5), ("amount", 900, 900), ("categories", 2, 2), ("items", 3, 3), ("days", 1, 1)],
)
def test_what_counts(shop: Shop, count: str, reach: int, told: int) -> None:
    promise(shop.world, "challenge", "one", THREE | {"goal": {"count": count, "reach": reach}})
    opts_in(shop, "one")
    lines = (
        line(300, "latte", quantity="2", category="coffee/hot"),
        line(300, "mocha", quantity="2", category="coffee/hot"),
        line(300, "cake", category="food"),
    )  # fmt: skip
    assert shop.buy(*lines)["effects"][0]["amount"] == 500
    assert progress(shop) == (reach, "reached")


def test_activities_count_where_the_challenge_is_for_them(shop: Shop) -> None:
    promise(shop.world, "challenge", "visits", THREE | {"occasions": ["visit"]})
    opts_in(shop, "visits")
    shop.buy(line(100))
    said = [{"source": "door", "external_id": str(n), "member": shop.member, "name": "visit"} for n in range(3)]
    told = shop.till.done("/activities/batch", {"activities": said})["items"]
    assert ([len(one["effects"]) for one in told], shop.points()) == ([0, 0, 1], (500, 0, 0))


def test_returns_take_progress_back_and_the_prize_where_the_goal_is_no_longer_reached(shop: Shop) -> None:
    promise(shop.world, "challenge", "three", THREE | {"what": {"items": ["tea"]}})
    opts_in(shop, "three")
    first = shop.buy(line(100), line(50, "jam"))
    shop.buy(line(100))
    shop.buy(line(100))
    shop.back(first, {"number": 2})
    assert (progress(shop), shop.points()) == ((3, "reached"), (500, 0, 0))
    back = shop.back(first, {"number": 1})
    assert [(one["kind"], one["amount"]) for one in back["effects"]] == [("challenge", 500)]
    assert (progress(shop), shop.points()) == ((2, "open"), (0, 0, 0))
    assert shop.buy(line(100))["effects"][0]["amount"] == 500


def test_a_challenge_is_missed_when_its_window_ends(shop: Shop) -> None:
    promise(shop.world, "challenge", "hour", THREE | {"length": "1H"})
    opts_in(shop, "hour")
    shop.buy(line(100))
    later = now() + timedelta(hours=2)
    assert (miss_due(actor=ANN, at=later), miss_due(actor=ANN, at=later)) == (1, 0)
    assert progress(shop) == (1, "missed")
    assert shop.buy(line(100))["effects"] == []


def test_a_window_of_the_calendar_begins_when_it_begins_and_a_coupon_may_be_the_prize(shop: Shop) -> None:
    series = {"name": "A cake", "offer": {"benefit": {"type": "percent", "permille": 1000}}}
    promise(shop.world, "coupon-series", "cake", series)
    promise(shop.world, "challenge", "monthly", THREE | {"length": "", "every": "month", "prize": {"coupon": "cake"}})
    told = opts_in(shop, "monthly").json()
    assert told["begins_at"] <= told["enrolled_at"] < told["ends_at"]
    done = [shop.buy(line(100)) for _ in range(3)][-1]
    assert (done["effects"][0]["item"], Coupon.objects.get().member is not None) == ("cake", True)
    shop.back(done)
    assert Coupon.objects.get().state == "revoked"


def test_who_may_opt_in(shop: Shop) -> None:
    promise(shop.world, "challenge", "past", THREE | {"length": "", "ends_on": "2026-02-01"})
    promise(shop.world, "offer", "few", {"places": 1})
    promise(shop.world, "offer", "friends", {"conditions": {"who": {"tags": ["press"]}}})
    assert opts_in(shop, "past").json()["why"] == "not-now"
    assert opts_in(shop, "none").json()["why"] == "unknown"
    assert opts_in(shop, "friends", "offer").json()["why"] == "other-segment"
    assert opts_in(shop, "few", "offer").status_code == 201
    other = Shop(shop.world, shop.till, shop.till.done("/members", {"facts": {"given_name": "Bo"}})["id"])
    full = opts_in(other, "few", "offer")
    assert (full.status_code, full.json()["why"], full.json()["places"]) == (422, "no-places", 1)


def test_progress_goes_on_after_a_merge(shop: Shop) -> None:
    promise(shop.world, "challenge", "three", THREE)
    other = Shop(shop.world, shop.till, shop.till.done("/members", {"facts": {"given_name": "Bo"}})["id"])
    opts_in(other, "three")
    other.buy(line(100), external_id="of-bo")
    support = Till(shop.world.key("support"))
    support.done("/merges", {"survivor": shop.member, "other": other.member, "reason": "same person"})
    shop.buy(line(100))
    assert shop.buy(line(100))["effects"][0]["amount"] == 500


def test_the_page_on_challenges_runs(shop: Shop) -> None:
    shop.till = Till(shop.world.key("administrator"))
    run_page("challenges.md", shop, {"member": shop.member})
